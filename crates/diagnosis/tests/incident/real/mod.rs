//! Faults of real programs: nginx, gunicorn and an application that sends to a mail server which misbehaves on demand. A fault
//! counts only where the ledger of that server shows that the mailing stopped.

mod database;
mod kernel;
mod relay;
mod sink;

use database::{Database, Upset};
use diagnosis::{Diagnosis, Question, RecipientList, Verdict, judge::CauseId as C, recipients::Outcome};
use kernel::{Group, KernelLog};
use model::Clock;
use relay::Relay;
use sink::{Mode, Sink};
use std::{
    fs,
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

const PATH: &str = "/adherents/communiquer/";
/// As many as `app.py` sends.
const COUNT: usize = 40;

/// One fault, as it is brought about.
struct Injection {
    name: &'static str,
    cause: C,
    mode: Mode,
    /// What `app.py` does itself.
    fault: &'static str,
    env: &'static [(&'static str, &'static str)],
    nginx: &'static str,
    gunicorn: &'static [&'static str],
    /// Runs instead of Python: `unshare`, with what it needs.
    under: &'static [&'static str],
    during: During,
    database: Upset,
    /// Whether a Postfix stands between the application and the mail server.
    is_relayed: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum During {
    Nothing,
    /// The browser goes away.
    ClientLeaves,
    /// The master of gunicorn is told something.
    Signal(&'static str),
    BodyIsLarge,
}

const PLAIN: Injection = Injection {
    name: "",
    cause: C::Exception,
    mode: Mode::Fine,
    fault: "",
    env: &[],
    nginx: "",
    gunicorn: &[],
    under: &[],
    during: During::Nothing,
    database: Upset::Absent,
    is_relayed: false,
};

#[rustfmt::skip]
const INJECTIONS: &[Injection] = &[
    Injection { name: "gunicorn -t 2", cause: C::WorkerTimeout, gunicorn: &["--timeout", "2"], env: &[("PAUSE", "0.4")], ..PLAIN },
    Injection { name: "proxy_read_timeout 2s", cause: C::GatewayTimeout, nginx: "proxy_read_timeout 2s;", env: &[("PAUSE", "0.4")], ..PLAIN },
    Injection { name: "the browser goes away", cause: C::ClientGone, during: During::ClientLeaves, env: &[("PAUSE", "0.4")], ..PLAIN },
    Injection { name: "client_max_body_size", cause: C::BodyTooLarge, nginx: "client_max_body_size 1k;", during: During::BodyIsLarge, ..PLAIN },
    Injection { name: "421 after 8", cause: C::SmtpRate, mode: Mode::Refuse(8, "421 4.7.28 unusual rate of mail, temporarily rate limited"), ..PLAIN },
    Injection { name: "454 after 8", cause: C::SmtpRate, mode: Mode::Refuse(8, "454 Throttling failure: Maximum sending rate exceeded."), ..PLAIN },
    Injection { name: "451 after 8", cause: C::SmtpBusy, mode: Mode::Refuse(8, "451 4.3.0 Temporary lookup failure"), ..PLAIN },
    Injection { name: "550 5.4.5 after 8", cause: C::SmtpQuota, mode: Mode::Refuse(8, "550 5.4.5 Daily user sending limit exceeded."), ..PLAIN },
    Injection { name: "the port is closed", cause: C::SmtpRefused, mode: Mode::Closed, ..PLAIN },
    Injection { name: "hangs after 8", cause: C::SmtpTimeout, mode: Mode::Hang(8), ..PLAIN },
    Injection { name: "cut after the dot", cause: C::SmtpDisconnected, mode: Mode::Cut(8), ..PLAIN },
    Injection { name: "535 at the login", cause: C::SmtpAuth, fault: "login", ..PLAIN },
    Injection { name: "an address is refused", cause: C::RecipientRefused, mode: Mode::RefuseRecipient(8), ..PLAIN },
    Injection { name: "KeyError", cause: C::Exception, fault: "exception", ..PLAIN },
    Injection { name: "RLIMIT_AS", cause: C::MemoryLimit, fault: "memory", ..PLAIN },
    Injection { name: "RLIMIT_NOFILE", cause: C::FileDescriptors, fault: "files", ..PLAIN },
    Injection { name: "a full tmpfs", cause: C::DiskFull, fault: "disk", under: &["unshare", "-m", "sh", "-c", "mkdir -p $FULL_DIR && mount -t tmpfs -o size=1m tmpfs $FULL_DIR && exec \"$@\"", "sh"], ..PLAIN },
    Injection { name: "a read-only tmpfs", cause: C::ReadOnly, fault: "read-only", under: &["unshare", "-m", "sh", "-c", "mkdir -p $FULL_DIR && mount -t tmpfs -o ro tmpfs $FULL_DIR && exec \"$@\"", "sh"], ..PLAIN },
    Injection { name: "no name server answers", cause: C::Dns, env: &[("SMTP_HOST", "mail.example.org")], under: &["unshare", "-m", "sh", "-c", "mkdir -p $FULL_DIR && printf 'nameserver 127.0.0.9\\noptions timeout:1 attempts:1\\n' > $FULL_DIR/resolv && mount --bind $FULL_DIR/resolv /etc/resolv.conf && exec \"$@\"", "sh"], ..PLAIN },
    Injection { name: "no route", cause: C::Network, env: &[("SMTP_HOST", "192.0.2.25")], under: &["unshare", "-n"], ..PLAIN },
    Injection { name: "gunicorn is reloaded", cause: C::Reload, during: During::Signal("HUP"), gunicorn: &["--graceful-timeout", "1"], env: &[("PAUSE", "0.4")], ..PLAIN },
    Injection { name: "gunicorn is stopped", cause: C::Restart, during: During::Signal("TERM"), gunicorn: &["--graceful-timeout", "1"], env: &[("PAUSE", "0.4")], ..PLAIN },
    Injection { name: "the group of the unit has 150 MB", cause: C::OutOfMemory, fault: "oom", under: &["sh", "-c", "mkdir -p $GROUP && echo 150M > $BOUND && echo $$ > $GROUP/cgroup.procs && exec \"$@\"", "sh"], ..PLAIN },
    Injection { name: "the worker is killed", cause: C::Killed, fault: "killed", ..PLAIN },
    Injection { name: "Postfix: 421 after 8", cause: C::SmtpRate, mode: Mode::Refuse(8, "421 4.7.28 unusual rate of mail, temporarily rate limited"), is_relayed: true, ..PLAIN },
    Injection { name: "Postfix: 451 after 8", cause: C::SmtpBusy, mode: Mode::Refuse(8, "451 4.3.0 Temporary lookup failure"), is_relayed: true, ..PLAIN },
    Injection { name: "Postfix: the port is closed", cause: C::SmtpRefused, mode: Mode::Closed, is_relayed: true, ..PLAIN },
    Injection { name: "Postfix: hangs after 8", cause: C::SmtpTimeout, mode: Mode::Hang(8), is_relayed: true, ..PLAIN },
    Injection { name: "statement_timeout", cause: C::DbStatementTimeout, fault: "database", env: &[("STATEMENT", "SET statement_timeout = '300ms'; SELECT pg_sleep(9)")], database: Upset::ByItself, ..PLAIN },
    Injection { name: "pg_terminate_backend", cause: C::DbTerminated, fault: "database", env: &[("STATEMENT", "SELECT pg_terminate_backend(pg_backend_pid())")], database: Upset::ByItself, ..PLAIN },
    Injection { name: "every connection is taken", cause: C::DbConnections, fault: "database", env: &[("STATEMENT", "SELECT 1")], database: Upset::Full, ..PLAIN },
    Injection { name: "the table is locked", cause: C::DbLocks, fault: "database", env: &[("STATEMENT", "SET lock_timeout = '300ms'; SELECT * FROM members")], database: Upset::Locked, ..PLAIN },
    Injection { name: "the backend is killed", cause: C::DbCrash, fault: "database", env: &[("STATEMENT", "SELECT pg_sleep(9)")], database: Upset::BackendKilled, ..PLAIN },
    Injection { name: "the database is restarted", cause: C::DbRestart, fault: "database", env: &[("STATEMENT", "SELECT pg_sleep(9)")], database: Upset::Restarted, ..PLAIN },
];

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // The master takes its workers with it.
        let _ = Command::new("kill").arg(self.0.id().to_string()).status();
        for _ in 0..40 {
            if matches!(self.0.try_wait(), Ok(Some(_))) {
                return;
            }
            thread::sleep(Duration::from_millis(50));
        }
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn until(mut is_so: impl FnMut() -> bool) -> bool {
    for _ in 0..100 {
        if is_so() {
            return true;
        }
        thread::sleep(Duration::from_millis(50));
    }
    false
}

fn nginx(root: &Path, injection: &Injection, listen: u16) -> Running {
    let log = root.join("var/log/nginx");
    fs::create_dir_all(&log).unwrap();
    let run = root.join("run");
    fs::create_dir_all(&run).unwrap();
    let conf = format!(
        "daemon off; user root; worker_processes 1; pid {run}/nginx.pid; error_log {log}/error.log;\nevents {{}}\nhttp {{\n  access_log {log}/access.log;\n  client_body_temp_path {run}/body; proxy_temp_path {run}/proxy; fastcgi_temp_path {run}/f; uwsgi_temp_path {run}/u; scgi_temp_path {run}/s;\n  server {{\n    listen 127.0.0.1:{listen};\n    {extra}\n    location / {{ proxy_pass http://unix:{run}/app.sock; }}\n  }}\n}}\n",
        run = run.display(),
        log = log.display(),
        extra = injection.nginx,
    );
    let file = root.join("etc/nginx/nginx.conf");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, conf).unwrap();
    let child = Command::new("nginx").arg("-c").arg(&file).arg("-p").arg(root).stderr(Stdio::null()).spawn().unwrap();
    Running(child)
}

fn gunicorn(root: &Path, injection: &Injection, python: &str, smtp: u16, dsn: &str, group: &Group) -> Running {
    let log = root.join("var/log/club");
    fs::create_dir_all(&log).unwrap();
    let app = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/incident/real");
    let under: Vec<&str> = injection.under.iter().copied().chain([python]).collect();
    let mut command = Command::new(under[0]);
    command.args(&under[1..]).args(["-m", "gunicorn", "--workers", "1", "app:application", "--chdir"]).arg(app);
    command.arg("--bind").arg(format!("unix:{}", root.join("run/app.sock").display()));
    command.arg("--error-logfile").arg(log.join("gunicorn.log")).args(["--timeout", "60"]).args(injection.gunicorn);
    let full = root.join("run/full");
    command.env("APP_LOG", log.join("app.log")).env("SMTP_PORT", smtp.to_string()).env("FAULT", injection.fault);
    command.env("FULL_DIR", &full).env("FULL", full.join("x")).env("PYTHONDONTWRITEBYTECODE", "1");
    command.env("DSN", dsn).env("GROUP", &group.folder).env("BOUND", &group.bound);
    command.envs(injection.env.iter().copied());
    let said = fs::File::create(log.join("output.log")).unwrap();
    Running(command.stdout(Stdio::null()).stderr(said).spawn().unwrap())
}

/// Asks for the mailing as a browser does, and waits for the answer.
fn post(port: u16, injection: &Injection, gunicorn: u32, sink: &Sink, database: Option<&Database>) {
    let during = injection.during;
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let body = if during == During::BodyIsLarge { "x".repeat(1 << 16) } else { String::new() };
    let head =
        format!("POST {PATH} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", body.len());
    stream.write_all(head.as_bytes()).unwrap();
    // The answer may come before the body is read.
    let _ = stream.write_all(body.as_bytes());
    if let Some(database) = database {
        database.disturb(injection.database);
    }
    match during {
        During::Nothing | During::BodyIsLarge => {}
        During::ClientLeaves => {
            until(|| sink.served() >= 3);
            return;
        }
        During::Signal(name) => {
            until(|| sink.served() >= 3);
            let signalled = Command::new("kill").args([&format!("-{name}"), &gunicorn.to_string()]).status();
            assert!(signalled.unwrap().success());
        }
    }
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
}

/// What the ledger holds once nothing was added to it for a while.
fn at_rest(sink: &Sink) -> usize {
    let mut served = sink.served();
    loop {
        thread::sleep(Duration::from_secs(3));
        let now = sink.served();
        if now == served {
            return served;
        }
        served = now;
    }
}

/// What came of one injection: whether the mailing stopped, and what is said of it. `None` where its programs are missing.
fn injected(injection: &Injection, python: &str) -> Option<(bool, Diagnosis, Vec<String>)> {
    let root = tempfile::tempdir().unwrap();
    fs::create_dir_all(root.path().join("etc")).unwrap();
    fs::write(root.path().join("etc/timezone"), "UTC\n").unwrap();
    let database = match injection.database {
        Upset::Absent => None,
        upset => Some(Database::start(root.path(), upset)?),
    };
    let sink = Sink::open(injection.mode);
    let relay = if injection.is_relayed { Some(Relay::start(root.path(), sink.port())?) } else { None };
    let (kernel, group) = (KernelLog::follow(root.path()), Group::new());
    let port = relay.as_ref().map_or(sink.port(), Relay::port);
    let listen = free_port();
    let web = nginx(root.path(), injection, listen);
    let dsn = database.as_ref().map(Database::address).unwrap_or_default();
    let app = gunicorn(root.path(), injection, python, port, &dsn, &group);
    let get = || -> Option<bool> {
        let mut stream = TcpStream::connect(("127.0.0.1", listen)).ok()?;
        stream.write_all(b"GET / HTTP/1.0\r\n\r\n").ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        Some(answer.contains(" 200 "))
    };
    assert!(until(|| get() == Some(true)), "{} does not begin", injection.name);
    post(listen, injection, app.0.id(), &sink, database.as_ref());
    // The last words are written.
    thread::sleep(Duration::from_millis(1_500));
    let question = Question { at: Some(Clock::System.now().to_string()), ..Question::default() };
    let found = diagnosis::diagnose(root.path(), &question, Some(&list()), &Clock::System).unwrap();
    // Where only the answer was lost, the application goes on to the end.
    let has_stopped = at_rest(&sink) < COUNT;
    drop((app, web, database, relay, kernel, group));
    Some((has_stopped, found, sink.ledger()))
}

/// Those whom `app.py` sends to.
fn list() -> RecipientList {
    let rows: String = (0..COUNT).map(|number| format!("a{number}@example.net\n")).collect();
    RecipientList::read(rows.as_bytes()).unwrap()
}

/// How many recipients are told as the ledger has them, and who would get the message twice, or never.
fn held_against(ledger: &[String], found: &Diagnosis) -> (usize, Vec<String>) {
    let recipients = &found.who.as_ref().expect("there is a list").recipients;
    let (right, wrong): (Vec<_>, Vec<_>) = recipients
        .iter()
        .filter(|one| one.outcome != Outcome::Unknown)
        .partition(|one| (one.outcome == Outcome::Sent) == ledger.contains(&one.address));
    (right.len(), wrong.into_iter().map(|one| format!("{} {:?}", one.address, one.outcome)).collect())
}

#[test]
#[ignore = "needs nginx and gunicorn, and is root: cargo xtask bench diagnosis"]
fn real_programs() {
    println!();
    let python = std::env::var("VIGIE_LAB_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let has = |program: &str, arguments: &[&str]| {
        let asked = Command::new(program).args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status();
        asked.is_ok_and(|status| status.success())
    };
    if !has("nginx", &["-v"]) || !has(&python, &["-c", "import gunicorn"]) {
        eprintln!("real programs are not tried: nginx or gunicorn is not installed (VIGIE_LAB_PYTHON names a Python)");
        return;
    }
    let (mut all, mut named, mut third, mut false_causes) = (0u32, 0u32, 0u32, 0u32);
    let mut told = 0;
    for injection in INJECTIONS {
        let Some((has_stopped, found, ledger)) = injected(injection, &python) else {
            eprintln!("{}: PostgreSQL or Postfix is not installed", injection.name);
            continue;
        };
        let (right, wrong) = held_against(&ledger, &found);
        assert!(wrong.is_empty(), "{}: {wrong:?}", injection.name);
        told += right;
        if !has_stopped {
            let verdict = &found.judgement.verdict;
            eprintln!("{}: did not stop the mailing, and does not count: {verdict:?}", injection.name);
            continue;
        }
        all += 1;
        let causes: Vec<_> = found.judgement.findings.iter().map(|finding| (finding.cause, finding.points)).collect();
        third += u32::from(causes.iter().take(3).any(|(cause, _)| *cause == injection.cause));
        match found.judgement.verdict {
            Verdict::Cause { cause } if cause == injection.cause => named += 1,
            Verdict::Cause { cause } => {
                false_causes += 1;
                eprintln!("{}: {cause:?} is named, not {:?} {causes:?}", injection.name, injection.cause);
            }
            other => eprintln!("{}: {other:?} {causes:?}", injection.name),
        }
    }
    for (what, part) in [
        ("the cause is named", named),
        ("the cause is among the first three", third),
        ("another cause is named", false_causes),
    ] {
        println!("figure: real programs\t{what}\t{:.1}\t{all}", 100.0 * f64::from(part) / f64::from(all));
    }
    println!("figure: real programs\trecipients told otherwise than the ledger has them\t0.0\t{told}");
    assert!(named * 10 >= all * 9, "{named} of {all}");
}
