//! Messages a second that the port takes, each on disk before its 250, beside Postfix.

use super::{Bench, Child, Context, Samples, Table, peers, server::Server};
use crate::run;
use anyhow::{Context as _, Result, bail};
use serde_json::json;
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

pub(crate) const BENCH: Bench = Bench {
    name: "submission",
    what: "`smtp-source -d -s 50`, messages of 4 KiB, into `[submission]` of `vigie serve` (SQLite, `synchronous=FULL`, body and row \
           on disk before the 250), by an account that may send one an hour; beside a Postfix of its own that keeps its queue on \
           the same disk and delivers nothing. To be at least 2,000/s.",
    run: submission,
};

const AT_MOST: Duration = Duration::from_secs(120);
const BYTES: &str = "4096";
const SESSIONS: &str = "50";

fn submission(context: &Context) -> Result<Table> {
    let count = context.size(20_000, 500);
    let source = run::find_program("smtp-source").context("smtp-source is missing: Debian's package postfix")?;
    let ours = Ours::start(context)?;
    let postfix = Postfix::start(context)?;
    let (mut taken, mut theirs, mut cpu) = (Samples::default(), Samples::default(), Samples::default());
    let mut ours = ours;
    for _ in 0..context.size(3, 1) {
        let (before, _) = ours.server.child.so_far()?;
        taken.push(hand_over(&source, ours.port, count)?);
        let (after, _) = ours.server.child.so_far()?;
        cpu.push(after.saturating_sub(before).as_secs_f64() * 1e6 / f64::from(count));
        if let Some(postfix) = &postfix {
            theirs.push(hand_over(&source, postfix.port, count)?);
        }
    }
    let mut table = Table::new(&["what", "unit"]);
    let peer = peers::shown("Postfix", postfix.is_some());
    table.ratio(&[&format!("{count} × 4 KiB, taken"), "/s"], &taken, &peer, &theirs);
    table.value(&["CPU of `vigie serve`", "µs each"], &cpu);
    table.note("Postfix needs root, and Debian's package; `defer_transports` and `qmgr` hold what it took.");
    ours.server.stop()?;
    Ok(table)
}

/// Messages a second.
fn hand_over(source: &Path, port: u16, count: u32) -> Result<f64> {
    let mut command = Command::new(source);
    command.args(["-d", "-s", SESSIONS, "-m", &count.to_string(), "-l", BYTES]);
    command.args(["-f", "compta@example.com", "-t", "client@example.com", &format!("127.0.0.1:{port}")]);
    let usage = Child::spawn(command.stdout(Stdio::null()))?.wait(AT_MOST)?;
    if !usage.status.success() {
        bail!("smtp-source failed ({})", usage.status);
    }
    Ok(f64::from(count) / usage.wall.as_secs_f64())
}

struct Ours {
    _folder: run::TempDir,
    server: Server,
    port: u16,
}

impl Ours {
    fn start(context: &Context) -> Result<Self> {
        let (folder, port) = (context.folder()?, context.port()?);
        fs::write(folder.path().join("vigie.toml"), format!("[submission]\nlisten = \"127.0.0.1:{port}\"\n"))?;
        let data = folder.path().join("data");
        let server = Server::start(context, &data, None)?.with_scope(context, &data, None, "admin")?;
        // Nothing is to leave meanwhile.
        let account = json!({"url": "smtp://127.0.0.1:9", "limits": {"per_hour": 1}});
        server.http().put("/api/v1/accounts/bench", &account)?;
        context.wait_for_port(port, Duration::from_secs(10))?;
        Ok(Self { _folder: folder, server, port })
    }
}

/// A Postfix of our own: another queue, another port, nothing of the machine's.
struct Postfix {
    folder: run::TempDir,
    port: u16,
}

impl Postfix {
    fn start(context: &Context) -> Result<Option<Self>> {
        if run::find_program("postfix").is_none() || !run::is_root() {
            return Ok(None);
        }
        let (folder, port) = (context.folder()?, context.port()?);
        let path = |name: &str| -> PathBuf { folder.path().join(name) };
        for name in ["config", "queue", "data"] {
            fs::create_dir_all(path(name))?;
        }
        let main = format!(
            "compatibility_level = 3.6\nqueue_directory = {}\ndata_directory = {}\nmyhostname = bench.invalid\n\
             inet_interfaces = 127.0.0.1\nmydestination =\nmynetworks = 127.0.0.0/8\ndefer_transports = smtp\n\
             smtpd_relay_restrictions = permit_mynetworks, reject\nmaillog_file = {}\nmaillog_file_prefixes = {}\n\
             default_process_limit = 100\nsmtpd_client_connection_count_limit = 0\n",
            path("queue").display(),
            path("data").display(),
            path("postfix.log").display(),
            folder.path().display(),
        );
        fs::write(path("config/main.cf"), main)?;
        fs::write(path("config/master.cf"), format!("127.0.0.1:{port} inet n - n - - smtpd\n{MASTER}"))?;
        let folder_of = |name: &str| path(name);
        let owned = Command::new("chown").arg("postfix").arg(folder_of("data")).status()?;
        let mode = Command::new("chmod").arg("755").arg(folder.path()).status()?;
        if !owned.success() || !mode.success() {
            return Ok(None);
        }
        let postfix = Self { folder, port };
        if !postfix.control("start")? {
            return Ok(None);
        }
        context.wait_for_port(port, Duration::from_secs(10))?;
        Ok(Some(postfix))
    }

    fn control(&self, what: &str) -> Result<bool> {
        let mut command = Command::new("postfix");
        command.arg("-c").arg(self.folder.path().join("config")).arg(what);
        Ok(command.stdout(Stdio::null()).stderr(Stdio::null()).status()?.success())
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        // Else it would outlive its folder.
        let _ = self.control("abort");
    }
}

const MASTER: &str = "\
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
local unix - n n - - local
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
";
