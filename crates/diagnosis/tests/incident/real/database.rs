//! A PostgreSQL of its own, and how it is upset.

use super::{Running, free_port, until};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Upset {
    /// There is none.
    Absent,
    /// What is asked of it suffices.
    ByItself,
    /// Every connection is taken.
    Full,
    /// Somebody holds the table.
    Locked,
    /// The process that answers is killed.
    BackendKilled,
    Restarted,
}

pub(super) struct Database {
    port: u16,
    folder: PathBuf,
    log: PathBuf,
    /// Those who are connected besides.
    others: Vec<Running>,
}

/// Where Debian has the programs of PostgreSQL.
fn program(name: &str) -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?.flatten();
    versions.map(|version| version.path().join("bin").join(name)).filter(|path| path.exists()).max()
}

/// As the user who owns it: PostgreSQL refuses to be root.
fn as_postgres(program: &Path) -> Command {
    let mut command = Command::new("runuser");
    command.args(["-u", "postgres", "--"]).arg(program).current_dir("/tmp").stdout(Stdio::null()).stderr(Stdio::null());
    command
}

impl Database {
    /// `None` where it is not installed.
    pub(super) fn start(root: &Path, upset: Upset) -> Option<Self> {
        let (init, control) = (program("initdb")?, program("pg_ctl")?);
        let (folder, log) = (root.join("srv/pg"), root.join("var/log/postgresql/postgresql-main.log"));
        let made = Command::new("install").args(["-d", "-o", "postgres"]).arg(&folder).arg(log.parent()?).status();
        assert!(made.is_ok_and(|status| status.success()));
        // The folder of the test is another's.
        assert!(Command::new("chmod").args(["o+x"]).arg(root).status().is_ok_and(|status| status.success()));
        let data = folder.join("data");
        assert!(as_postgres(&init).arg("-D").arg(&data).args(["-A", "trust", "-N"]).status().unwrap().success());
        let port = free_port();
        let options = format!(
            "-p {port} -k /tmp -c listen_addresses=127.0.0.1 -c max_connections=6 -c superuser_reserved_connections=0 -c max_wal_senders=0 -c max_worker_processes=0 -c autovacuum=off -c fsync=off"
        );
        let mut start = as_postgres(&control);
        start.args(["-w", "-D"]).arg(&data).arg("-l").arg(&log).args(["-o", &options, "start"]);
        assert!(start.status().unwrap().success());
        let mut database = Self { port, folder: data, log, others: Vec::new() };
        database.said("CREATE TABLE members (id int)");
        match upset {
            Upset::Full => database.others = (0..6).map(|_| database.busy("SELECT pg_sleep(60)")).collect(),
            Upset::Locked => database.others = vec![database.busy("BEGIN; LOCK TABLE members; SELECT pg_sleep(60)")],
            _ => {}
        }
        let wanted = database.others.len();
        assert!(
            wanted == 6
                || until(|| database.said("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'").trim()
                    == wanted.to_string())
        );
        if wanted == 6 {
            // Nobody else gets in: that is how it is known.
            assert!(until(|| database.said("SELECT 1").is_empty()));
        }
        Some(database)
    }

    pub(super) fn address(&self) -> String {
        format!("host=127.0.0.1 port={} user=postgres dbname=postgres", self.port)
    }

    fn psql(&self, statement: &str) -> Command {
        let mut command = Command::new("psql");
        command.args(["-XAtq", "-c", statement]).arg(self.address()).stderr(Stdio::null());
        command
    }

    fn said(&self, statement: &str) -> String {
        String::from_utf8_lossy(&self.psql(statement).output().unwrap().stdout).into_owned()
    }

    fn busy(&self, statement: &str) -> Running {
        Running(self.psql(statement).stdout(Stdio::null()).spawn().unwrap())
    }

    /// While the application waits for it.
    pub(super) fn disturb(&self, upset: Upset) {
        let asks = "SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep' LIMIT 1";
        let mut pid = String::new();
        if matches!(upset, Upset::BackendKilled | Upset::Restarted) {
            until(|| {
                pid = self.said(asks).trim().to_owned();
                !pid.is_empty()
            });
        }
        match upset {
            Upset::BackendKilled => drop(Command::new("kill").args(["-9", &pid]).status()),
            Upset::Restarted => drop(self.control(&["-m", "fast", "-w", "restart"])),
            _ => {}
        }
    }

    fn control(&self, arguments: &[&str]) -> std::io::Result<std::process::ExitStatus> {
        let control = program("pg_ctl").unwrap_or_default();
        as_postgres(&control).arg("-D").arg(&self.folder).arg("-l").arg(&self.log).args(arguments).status()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        self.others.clear();
        let _ = self.control(&["-m", "immediate", "stop"]);
    }
}
