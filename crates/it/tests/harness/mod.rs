//! The program under test as processes of its own, killed and started again beside a mail server that survives.
//!
//! [`Stage`] is a data directory (or a PostgreSQL database) with a file of recipients and a [`Sink`]; [`Running`] is
//! one process on it. Whatever was started ends with the test, however that ends.

mod accounts;
mod database;
mod ended;
pub(crate) mod http;
pub(crate) mod reports;

pub(crate) use accounts::{Accounts, check_shown};
pub(crate) use database::Database;
pub(crate) use ended::Ended;

use model::{JobState, Rng};
use std::{
    collections::BTreeMap,
    env,
    fmt::Write as _,
    fs::{self, File},
    io::{BufRead as _, BufReader},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::OnceLock,
    thread,
    time::{Duration, Instant},
};
use store::{Db, Job, JobFilter};
use tempfile::TempDir;

/// How long anything that must happen may take on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(2);
/// Connections of an account: so many messages can be in the middle of their content, and no more be unknown.
pub(crate) const CONNECTIONS: u64 = 5;

/// Says where a figure belongs to a run of the test; shown with `--nocapture` and when the test fails.
#[expect(clippy::print_stderr, reason = "figures of a test")]
pub(crate) fn say(text: &str) {
    eprintln!("{text}");
}

/// The seed of a test's random moments: `VIGIE_CRASH_SEED`, which `.cargo/config.toml` and `cargo xtask soak` set; else drawn anew
/// and printed.
pub(crate) fn seeded(test: &str) -> Rng {
    let given = env::var("VIGIE_CRASH_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = given.unwrap_or_else(|| Rng::system().below(u64::MAX));
    say(&format!("{test}: VIGIE_CRASH_SEED={seed}"));
    Rng::seeded(seed)
}

/// Waits until `found` gives something.
pub(crate) fn wait_for<T>(what: &str, patience: Duration, mut found: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = found() {
            return found;
        }
        assert!(begun.elapsed() < patience, "waited {} s in vain for {what}", patience.as_secs());
        thread::sleep(POLL);
    }
}

/// The program: what `VIGIE_BIN` names, else the one built here.
pub(crate) fn program() -> PathBuf {
    env::var_os("VIGIE_BIN").map_or_else(|| built("vigie"), PathBuf::from)
}

/// Whether the program passes the named points of the crate `crashpoint`: those with debug assertions do.
pub(crate) fn has_crash_points() -> bool {
    env::var_os("VIGIE_BIN").is_none() && cfg!(debug_assertions)
}

/// A binary of this workspace, in the profile of this test, built unless it is up to date.
fn built(name: &str) -> PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let here = env::current_exe().expect("a test has a path");
        let folder = here.ancestors().nth(2).expect("target/PROFILE/deps/main").to_owned();
        let mut build = Command::new(env!("CARGO"));
        build.args(["build", "--quiet", "--locked", "--package", "vigie", "--package", "testkit", "--bins"]);
        build.arg("--target-dir").arg(folder.parent().expect("target/PROFILE"));
        if folder.ends_with("release") {
            build.arg("--release");
        }
        // What cargo tells this test about its own crate would have some build scripts run anew at every turn.
        for (name, _) in env::vars_os() {
            let name = name.to_string_lossy().into_owned();
            if ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_CRATE_", "CARGO_BIN_"]
                .iter()
                .any(|start| name.starts_with(start))
            {
                build.env_remove(name);
            }
        }
        let status = build.current_dir(env!("CARGO_MANIFEST_DIR")).status().expect("cargo starts");
        assert!(status.success(), "cargo build of the programs under test: {status}");
        folder
    });
    folder.join(name)
}

/// The mail server: its own process, with a line in its log for each recipient it accepted.
pub(crate) struct Sink {
    child: Child,
    address: SocketAddr,
    log: PathBuf,
}

impl Sink {
    fn start(folder: &Path, options: &[&str]) -> Self {
        let log = folder.join("received");
        let mut command = Command::new(built("smtp_catcher"));
        command.arg("--log").arg(&log).args(options).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("the catcher starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("it is piped")).read_line(&mut line).expect("it is readable");
        let address = line.trim().parse().expect("the catcher says its address");
        Self { child, address, log }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Recipients it has accepted so far.
    pub(crate) fn count(&self) -> u64 {
        fs::metadata(&self.log).map_or(0, |meta| meta.len()) / ADDRESS_LINE
    }

    /// Each address with how often it was accepted.
    pub(crate) fn received(&self) -> BTreeMap<String, u64> {
        let mut received = BTreeMap::new();
        for line in fs::read_to_string(&self.log).expect("the log is readable").lines() {
            *received.entry(line.to_owned()).or_default() += 1;
        }
        received
    }

    /// What a killed process had sent is still being taken: waits until nothing more comes.
    pub(crate) fn settled(&self) -> u64 {
        let mut last = (self.count(), Instant::now());
        wait_for("the mail server to have taken everything", PATIENCE, || {
            let count = self.count();
            if count != last.0 {
                last = (count, Instant::now());
            }
            (last.1.elapsed() >= Duration::from_millis(15)).then_some(count)
        })
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Bytes of `c00001@exemple.fr` with its line break: every address is as long.
const ADDRESS_LINE: u64 = 18;

pub(crate) fn address(number: u64) -> String {
    format!("c{number:05}@exemple.fr")
}

/// How a mailing is sent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Setting {
    pub(crate) recipients: u64,
    /// As `300/s`.
    pub(crate) rate: Option<&'static str>,
    pub(crate) group: Option<u64>,
    /// The mail server's options.
    pub(crate) sink: Vec<&'static str>,
}

/// What a mailing needs: somewhere to keep state, recipients, a mail server.
pub(crate) struct Stage {
    pub(crate) folder: TempDir,
    pub(crate) data: PathBuf,
    pub(crate) database: Option<Database>,
    /// What the program is told instead of the database's own address.
    pub(crate) database_url: Option<String>,
    pub(crate) setting: Setting,
    pub(crate) sink: Sink,
    /// What the program is told instead of the mail server's own address.
    pub(crate) smtp: Option<SocketAddr>,
    /// Set for every process.
    pub(crate) environment: Vec<(String, String)>,
    /// As the shell has it, for every process.
    pub(crate) umask: Option<&'static str>,
}

impl Stage {
    pub(crate) fn new(setting: Setting) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut rows = String::from("email;nom\n");
        for number in 1..=setting.recipients {
            writeln!(rows, "{};Client {number}", address(number)).expect("a string takes all");
        }
        fs::write(folder.path().join("clients.csv"), rows).expect("the folder is writable");
        let sink = Sink::start(folder.path(), &setting.sink);
        let data = folder.path().join("data");
        Self {
            folder,
            data,
            database: None,
            database_url: None,
            setting,
            sink,
            smtp: None,
            environment: Vec::new(),
            umask: None,
        }
    }

    /// The same in a PostgreSQL database of its own; `None` (and a word) without a server.
    pub(crate) fn on_postgres(setting: Setting) -> Option<Self> {
        let database = Database::create()?;
        let database_url = Some(database.url());
        Some(Self { database: Some(database), database_url, ..Self::new(setting) })
    }

    fn command(&self) -> Command {
        let mut command = match self.umask {
            Some(umask) => {
                let mut shell = Command::new("sh");
                shell.arg("-c").arg(format!("umask {umask} && exec \"$0\" \"$@\"")).arg(program());
                shell
            }
            None => Command::new(program()),
        };
        command.current_dir(self.folder.path()).envs(self.environment.iter().cloned());
        command.arg("--data").arg(&self.data);
        if let Some(url) = &self.database_url {
            command.arg("--database").arg(url);
        }
        command
    }

    /// `vigie send`: begins the mailing.
    pub(crate) fn send(&self) -> Running {
        self.send_with(&[])
    }

    pub(crate) fn send_with(&self, environment: &[(&str, &str)]) -> Running {
        let mut command = self.command();
        command.arg("send").arg("--recipients").arg(self.folder.path().join("clients.csv"));
        command.args(["--name", "Factures", "--from", "Compta <compta@exemple.fr>", "--to", "{{ email }}"]);
        match self.setting.group {
            // One and the same message for all of a group: it names nobody.
            Some(group) => {
                command.args(["--subject", "Avis", "--text", "Bonjour à tous,\n", "--group", &group.to_string()])
            }
            None => command.args(["--subject", "Facture {{ nom }}", "--text", "Bonjour {{ nom }}"]),
        };
        command.arg("--smtp").arg(format!("smtp://{}", self.smtp.unwrap_or(self.sink.address)));
        if let Some(rate) = self.setting.rate {
            command.args(["--rate", rate]);
        }
        command.envs(environment.iter().copied());
        self.spawn(command)
    }

    /// `vigie send` with another list and name.
    pub(crate) fn send_list(&self, list: &Path, name: &str) -> Running {
        let mut command = self.command();
        command.arg("send").arg("--recipients").arg(list).args([
            "--name",
            name,
            "--from",
            "Compta <compta@exemple.fr>",
        ]);
        command.args(["--to", "{{ email }}", "--subject", "Avis", "--text", "Bonjour {{ email }}"]);
        command.arg("--smtp").arg(format!("smtp://{}", self.sink.address));
        self.spawn(command)
    }

    /// `vigie serve`, on a port of its own.
    pub(crate) fn serve(&self) -> Running {
        let mut command = self.command();
        command.args(["serve", "--listen", "127.0.0.1:0"]);
        self.spawn(command)
    }

    /// Where the one that was started last answers: `127.0.0.1:port`.
    pub(crate) fn serving(&self) -> Option<String> {
        let said = fs::read_to_string(self.folder.path().join("said")).unwrap_or_default();
        let (_, rest) = said.rsplit_once("serving http://")?;
        rest.split_once(' ').map(|(address, _)| address.to_owned())
    }

    /// A process that goes on with what is there: `vigie serve`, or `vigie worker` on PostgreSQL.
    pub(crate) fn resume(&self) -> Running {
        self.resume_with(&[])
    }

    pub(crate) fn resume_with(&self, environment: &[(&str, &str)]) -> Running {
        let mut command = self.command();
        match self.database {
            Some(_) => command.arg("worker"),
            None => command.args(["serve", "--listen", "127.0.0.1:0"]),
        };
        command.envs(environment.iter().copied());
        self.spawn(command)
    }

    /// What a command that only reads prints: `vigie jobs show`, say.
    pub(crate) fn read(&self, args: &[&str]) -> String {
        let output = self.command().args(args).stdin(Stdio::null()).output().expect("the program starts");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "vigie {args:?}: {}: {said}", output.status);
        String::from_utf8(output.stdout).expect("it prints UTF-8")
    }

    fn spawn(&self, mut command: Command) -> Running {
        let words = self.folder.path().join("said");
        let file = File::options().create(true).append(true).open(&words).expect("the folder is writable");
        command.stdin(Stdio::null()).stdout(file.try_clone().expect("a second handle")).stderr(file);
        let begun = Instant::now();
        let child = command.spawn().expect("the program starts");
        Running { child, begun, words }
    }

    /// Reads the state beside the program, as its own reading commands do; `None` while there is nothing to read.
    pub(crate) fn with_db<T>(&self, read: &impl AsyncFn(&Db) -> store::Result<T>) -> Option<T> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let db = match &self.database {
                Some(database) => Db::open_postgres(&database.url()).await.ok()?,
                None => {
                    let file = self.data.join("vigie.db");
                    if !file.exists() {
                        return None;
                    }
                    Db::open_sqlite_read_only(&file).await.ok()?
                }
            };
            let found = read(&db).await;
            db.close().await;
            found.ok()
        })
    }

    /// The newest job.
    pub(crate) fn job(&self) -> Option<Job> {
        let filter = JobFilter { limit: 1, ..JobFilter::default() };
        self.with_db(&async |db: &Db| Ok(db.jobs(&filter).await?.rows))?.into_iter().next()
    }

    /// Waits for the job's end; the process must live until then.
    pub(crate) fn finished(&self, running: &mut Running) -> Job {
        let mut asked = Instant::now();
        let begun = asked;
        wait_for("the end of the job", 3 * PATIENCE, || {
            if asked.elapsed() < Duration::from_millis(50) {
                return None;
            }
            asked = Instant::now();
            let alive = running.is_alive();
            let job = self.job();
            assert!(job.is_some() || begun.elapsed() < PATIENCE / 2, "the state holds no job:\n{}", running.said());
            let job = job.filter(|job| matches!(job.state, JobState::Completed | JobState::Failed));
            assert!(job.is_some() || alive, "it ended before its job did:\n{}", running.said());
            job
        })
    }

    /// Who got theirs, according to the state, checked against what the mail server has.
    pub(crate) fn accounts(&self, job: &Job) -> Accounts {
        self.sink.settled();
        accounts::check(self, job)
    }
}

/// A process of the program. Dropping it kills it.
pub(crate) struct Running {
    child: Child,
    pub(crate) begun: Instant,
    words: PathBuf,
}

impl Running {
    /// SIGKILL.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("it can be killed");
        self.child.wait().expect("it ends");
    }

    /// SIGTERM; how it ended, and after how long.
    pub(crate) fn terminate(mut self) -> (ExitStatus, Duration) {
        let asked = Instant::now();
        let sent = Command::new("kill").arg("-TERM").arg(self.child.id().to_string()).status().expect("kill starts");
        assert!(sent.success(), "it was gone already:\n{}", self.said());
        (self.wait(), asked.elapsed())
    }

    /// The most memory it has had at once, in MiB.
    pub(crate) fn peak_mib(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
        kib.expect("the process is there") >> 10
    }

    /// Whether it is stopped (SIGSTOP).
    pub(crate) fn is_stopped(&self) -> bool {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap_or_default();
        stat.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with('T'))
    }

    /// SIGCONT.
    pub(crate) fn go_on(&self) {
        let sent = Command::new("kill").arg("-CONT").arg(self.child.id().to_string()).status().expect("kill starts");
        assert!(sent.success(), "it is gone:\n{}", self.said());
    }

    pub(crate) fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Waits for its end.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        wait_for("the end of the process", 3 * PATIENCE, || self.child.try_wait().expect("it can be waited for"))
    }

    /// The end of what all processes of the stage have printed.
    pub(crate) fn said(&self) -> String {
        let said = fs::read(&self.words).unwrap_or_default();
        String::from_utf8_lossy(&said[said.len().saturating_sub(4_000)..]).into_owned()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
