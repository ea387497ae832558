//! A private PostgreSQL for the tests: its own data, its own random port on 127.0.0.1, gone afterwards.
//!
//! The server is held by a second process of this same program, the *keeper*, in a process group of its own. The
//! keeper stops the server and removes its folder when its standard input closes, which happens however its parent
//! ends: by returning, by a panic, by Ctrl-C, by SIGKILL. The machine's own clusters are never looked at.

use crate::run::{self, TempDir, say};
use anyhow::{Context, Result, anyhow, bail};
use std::{
    env, fs,
    io::{BufRead, BufReader, Read, Write},
    os::unix::{fs::chown, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, ExitCode, Stdio},
    thread,
    time::{Duration, Instant},
};

/// The hidden subcommand under which the keeper runs.
pub(crate) const KEEPER: &str = "keep-postgres";

const READY_WITHIN: Duration = Duration::from_secs(60);
const STOP_WITHIN: Duration = Duration::from_secs(15);

/// A running server; dropping it stops it.
pub(crate) struct Postgres {
    keeper: Child,
    stdin: Option<ChildStdin>,
    /// `postgres://vigie:…@127.0.0.1:PORT/postgres`, a superuser.
    pub(crate) url: String,
}

/// The folder holding `initdb` and `postgres`: `VIGIE_POSTGRES_BIN`, else Debian's newest, else `PATH`'s.
pub(crate) fn find_binaries() -> Option<PathBuf> {
    if let Some(folder) = env::var_os("VIGIE_POSTGRES_BIN").map(PathBuf::from) {
        return has_server(&folder).then_some(folder);
    }
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .filter(|(_, folder)| has_server(folder))
        .collect();
    versions.sort();
    let newest = versions.pop().map(|(_, folder)| folder);
    newest.or_else(|| run::find_program("initdb")?.parent().map(Path::to_owned).filter(|folder| has_server(folder)))
}

impl Postgres {
    /// Makes a cluster and waits until it answers: a few seconds.
    pub(crate) fn start() -> Result<Self> {
        let mut keeper = Command::new("/proc/self/exe")
            .arg0("xtask")
            .arg(KEEPER)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // Ctrl-C reaches the whole foreground group; the keeper must outlive it to clean up.
            .process_group(0)
            .spawn()
            .context("cannot start the keeper of PostgreSQL")?;
        let stdin = keeper.stdin.take();
        let stdout = keeper.stdout.take().context("the keeper has no output")?;
        let mut line = String::new();
        BufReader::new(stdout.take(4096)).read_line(&mut line)?;
        match line.trim_end() {
            "" => {
                drop(stdin);
                keeper.wait()?;
                bail!("PostgreSQL did not start (the reason stands above)")
            }
            url => Ok(Self { keeper, stdin, url: url.to_owned() }),
        }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.stdin.take());
        match self.keeper.wait() {
            Ok(status) if status.success() => {}
            other => say(&format!("xtask: the keeper of PostgreSQL ended badly: {other:?}")),
        }
    }
}

/// The keeper's life: start the server, say its URL on standard output, wait for the end of standard input, stop it.
#[expect(clippy::print_stdout, reason = "the URL is this process's answer to its parent")]
pub(crate) fn keep() -> Result<ExitCode> {
    let bin = find_binaries().context("initdb and postgres were not found")?;
    let cluster = Cluster::new(bin)?;
    let mut server = cluster.start()?;
    println!("{}", server.url);
    std::io::stdout().flush()?;
    let mut rest = Vec::new();
    std::io::stdin().take(1 << 16).read_to_end(&mut rest)?;
    server.stop();
    Ok(ExitCode::SUCCESS)
}

/// Where the data lies and as whom the programs run. Its folder goes when it is dropped, after the server.
struct Cluster {
    bin: PathBuf,
    user: Option<User>,
    folder: TempDir,
    password: String,
}

/// PostgreSQL refuses to run as root: this is the account that root runs it as.
struct User {
    uid: u32,
    gid: u32,
}

struct Server<'a> {
    child: Child,
    cluster: &'a Cluster,
    url: String,
}

impl Cluster {
    fn new(bin: PathBuf) -> Result<Self> {
        let user = if run::is_root() { Some(unprivileged_user()?) } else { None };
        let folder = TempDir::new("postgres")?;
        let mut cluster = Self { bin, user, folder, password: run::random_hex(16)? };
        cluster.hand_over()?;
        if !cluster.is_reachable() {
            // TMPDIR may lie below a folder that only root may enter.
            cluster.folder = TempDir::new_in(Path::new("/tmp"), "postgres")?;
            cluster.hand_over()?;
        }
        let password_file = cluster.path().join("password");
        fs::write(&password_file, &cluster.password)?;
        cluster.give(&password_file)?;
        cluster.init_db(&password_file)?;
        Ok(cluster)
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn data(&self) -> PathBuf {
        self.path().join("data")
    }

    fn log(&self) -> PathBuf {
        self.path().join("postgres.log")
    }

    fn hand_over(&self) -> Result<()> {
        self.give(self.path())
    }

    fn give(&self, path: &Path) -> Result<()> {
        let Some(user) = &self.user else { return Ok(()) };
        chown(path, Some(user.uid), Some(user.gid)).with_context(|| format!("cannot hand over {}", path.display()))
    }

    fn is_reachable(&self) -> bool {
        self.user.is_none()
            || self.command(Path::new("ls")).arg(self.path()).output().is_ok_and(|output| output.status.success())
    }

    /// `program` as the server's user, and killed with the keeper should the keeper be killed.
    fn command(&self, program: &Path) -> Command {
        let mut command = match (run::find_program("setpriv"), &self.user) {
            (Some(setpriv), user) => {
                let mut command = Command::new(setpriv);
                // setpriv replaces itself by the program: the child's pid is the server's own.
                command.args(["--pdeathsig", "INT"]);
                if let Some(user) = user {
                    command.arg(format!("--reuid={}", user.uid)).arg(format!("--regid={}", user.gid));
                    command.arg("--clear-groups");
                }
                command.arg("--").arg(program);
                command
            }
            (None, None) => Command::new(program),
            (None, Some(user)) => {
                let mut command = Command::new(program);
                command.uid(user.uid).gid(user.gid);
                command
            }
        };
        command.current_dir(self.path()).env("LC_ALL", "C").stdin(Stdio::null());
        for name in ["PGDATA", "PGPORT", "PGHOST", "PGUSER", "PGPASSWORD", "PGDATABASE", "PGSERVICE", "PGOPTIONS"] {
            command.env_remove(name);
        }
        command
    }

    fn init_db(&self, password_file: &Path) -> Result<()> {
        let output = self
            .command(&self.bin.join("initdb"))
            .args(["--username=vigie", "--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions"])
            // Cleartext over loopback: SCRAM's thousands of hashes per connection cost too much in debug builds.
            .args(["--auth-host=password", "--auth-local=password"])
            .arg(format!("--pwfile={}", password_file.display()))
            .arg("--pgdata")
            .arg(self.data())
            .output()
            .context("cannot start initdb")?;
        if !output.status.success() {
            bail!("initdb failed ({}):\n{}", output.status, String::from_utf8_lossy(&output.stderr));
        }
        Ok(())
    }

    /// Tries a few ports, since another program may take one between the choice and the start.
    fn start(&self) -> Result<Server<'_>> {
        let mut last = anyhow!("no port was tried");
        for _ in 0..3 {
            match self.start_on(run::free_port()?) {
                Ok(server) => return Ok(server),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    fn start_on(&self, port: u16) -> Result<Server<'_>> {
        let log = fs::File::create(self.log())?;
        let child = self
            .command(&self.bin.join("postgres"))
            .arg("-D")
            .arg(self.data())
            .args(["-c", "listen_addresses=127.0.0.1", "-c", "max_connections=300", "-p", &port.to_string()])
            .args(["-k"])
            .arg(self.path())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .context("cannot start postgres")?;
        let url = format!("postgres://vigie:{}@127.0.0.1:{port}/postgres", self.password);
        let mut server = Server { child, cluster: self, url };
        server.wait_until_ready()?;
        Ok(server)
    }
}

impl Server<'_> {
    fn wait_until_ready(&mut self) -> Result<()> {
        let start = Instant::now();
        let pid_file = self.cluster.data().join("postmaster.pid");
        while start.elapsed() < READY_WITHIN {
            if let Some(status) = self.child.try_wait()? {
                bail!("postgres ended at once ({status}):\n{}", self.log_tail());
            }
            // The eighth line is the server's state (PostgreSQL 10 and later, miscadmin.h).
            let state = fs::read_to_string(&pid_file).unwrap_or_default();
            if state.lines().nth(7).is_some_and(|line| line.trim() == "ready") {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(20));
        }
        bail!("postgres was not ready after {} s:\n{}", READY_WITHIN.as_secs(), self.log_tail())
    }

    fn log_tail(&self) -> String {
        let log = fs::read_to_string(self.cluster.log()).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }

    /// Fast shutdown of this very server: `pg_ctl` signals the pid in its own data folder; then, at the last, SIGKILL.
    fn stop(&mut self) {
        if matches!(self.child.try_wait(), Ok(Some(_))) {
            return;
        }
        let seconds = STOP_WITHIN.as_secs().to_string();
        let asked = self
            .cluster
            .command(&self.cluster.bin.join("pg_ctl"))
            .args(["stop", "--silent", "--wait", "--mode=fast", "--timeout", &seconds, "--pgdata"])
            .arg(self.cluster.data())
            .status();
        if !asked.is_ok_and(|status| status.success()) {
            say("xtask: PostgreSQL did not stop when asked; killing it");
            // Its children notice the death of the postmaster and end by themselves.
            if let Err(error) = self.child.kill() {
                say(&format!("xtask: cannot kill PostgreSQL (pid {}): {error}", self.child.id()));
            }
        }
        if let Err(error) = self.child.wait() {
            say(&format!("xtask: cannot wait for PostgreSQL (pid {}): {error}", self.child.id()));
        }
    }
}

impl Drop for Server<'_> {
    fn drop(&mut self) {
        self.stop();
    }
}

fn has_server(folder: &Path) -> bool {
    ["initdb", "postgres", "pg_ctl"].iter().all(|name| run::is_executable(&folder.join(name)))
}

fn unprivileged_user() -> Result<User> {
    let passwd = fs::read_to_string("/etc/passwd").context("cannot read /etc/passwd")?;
    ["postgres", "nobody"]
        .iter()
        .find_map(|name| parse_user(&passwd, name))
        .context("PostgreSQL refuses to run as root, and neither postgres nor nobody is in /etc/passwd")
}

/// `name:password:uid:gid:…`, see passwd(5).
fn parse_user(passwd: &str, name: &str) -> Option<User> {
    let line = passwd.lines().find(|line| line.split(':').next() == Some(name))?;
    let mut fields = line.split(':').skip(2);
    let uid = fields.next()?.parse().ok().filter(|uid| *uid != 0)?;
    Some(User { uid, gid: fields.next()?.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_account_is_read_from_passwd_and_is_never_root() {
        let passwd =
            "root:x:0:0:root:/root:/bin/sh\npostgres:x:101:104::/var/lib/postgresql:/bin/bash\nbad:x:0:1::/:/\n";
        let user = parse_user(passwd, "postgres").unwrap();
        assert_eq!((user.uid, user.gid), (101, 104));
        assert!(parse_user(passwd, "bad").is_none(), "uid 0 must not be taken");
        assert!(parse_user(passwd, "postgre").is_none());
    }
}
