//! What others are measured with: where it is installed, and how it is started and asked.
//!
//! Everything lies in `target/peers` and is used where it is found; `cargo xtask bench --install` puts it there. Redis
//! and the tools that install the rest come from Debian. A peer that is missing costs its rows, not the bench.

use super::{Child, Context};
use crate::{
    debian,
    run::{self, TempDir, say},
};
use anyhow::{Context as _, Result, bail};
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

pub(crate) const SMTPLIB_LOOP: &str = include_str!("../../peers/smtplib_loop.py");
const CELERY_PEER: &str = include_str!("../../peers/celery_peer.py");
const GRAPHILE_PEER: &str = include_str!("../../peers/graphile_peer.mjs");

const PYTHON_PACKAGES: [&str; 2] = ["celery[redis]==5.7.0", "flower==2.2.0"];
const NODE_PACKAGES: [&str; 1] = ["graphile-worker@0.17.3"];
pub(crate) const CELERY: &str = "Celery 5.7 + Redis";
pub(crate) const GRAPHILE: &str = "graphile-worker 0.17";
const AT_MOST: Duration = Duration::from_secs(240);
const END_WITHIN: Duration = Duration::from_secs(20);

fn folder() -> PathBuf {
    run::target().join("peers")
}

/// Fetches what is missing: Debian's packages, then PyPI's and npm's into `target/peers`.
pub(crate) fn install() -> Result<()> {
    debian::report(&debian::provide_for_benches());
    let (venv, node) = (folder().join("python"), folder().join("node"));
    if let Some(python) = run::find_program("python3").filter(|_| celery().is_none()) {
        fs::create_dir_all(folder())?;
        finish("python3 -m venv", Command::new(python).args(["-m", "venv"]).arg(&venv))?;
        let mut pip = Command::new(venv.join("bin/pip"));
        finish("pip", pip.args(["install", "--quiet", "--disable-pip-version-check"]).args(PYTHON_PACKAGES))?;
    }
    if let Some(npm) = run::find_program("npm").filter(|_| graphile().is_none()) {
        fs::create_dir_all(&node)?;
        fs::write(node.join("package.json"), "{\"private\": true, \"type\": \"module\"}\n")?;
        let mut npm = Command::new(npm);
        finish("npm", npm.args(["install", "--no-audit", "--no-fund"]).args(NODE_PACKAGES).current_dir(&node))?;
    }
    for (name, present) in [(CELERY, celery().is_some()), (GRAPHILE, graphile().is_some())] {
        say(&format!("{name}: {}", if present { "installed" } else { "not installed" }));
    }
    Ok(())
}

fn finish(what: &str, command: &mut Command) -> Result<()> {
    let status = run::status(command.stdin(Stdio::null()))?;
    if status.success() { Ok(()) } else { bail!("{what} failed ({status})") }
}

/// Python itself: the loop of smtplib needs no package.
pub(crate) fn python() -> Option<PathBuf> {
    run::find_program("python3")
}

fn redis() -> Option<PathBuf> {
    run::find_program("redis-server")
}

fn celery() -> Option<PathBuf> {
    let bin = folder().join("python/bin");
    (run::is_executable(&bin.join("celery")) && redis().is_some()).then_some(bin)
}

fn graphile() -> Option<PathBuf> {
    let node = folder().join("node");
    (node.join("node_modules/graphile-worker").is_dir() && run::find_program("node").is_some()).then_some(node)
}

/// A name for the table: says so when the peer is not there.
pub(crate) fn shown(name: &str, is_there: bool) -> String {
    if is_there { name.to_owned() } else { format!("{name}: not installed") }
}

/// A Redis of our own with a Celery worker, two processes wide.
pub(crate) struct Celery {
    bin: PathBuf,
    port: u16,
    worker: Child,
    flower: Option<Child>,
    redis: Child,
    folder: TempDir,
}

/// Whether Celery's monitor runs too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flower {
    With,
    Without,
}

impl Celery {
    /// `None` when it is not installed.
    pub(crate) fn start(context: &Context, flower: Flower) -> Result<Option<Self>> {
        let (Some(bin), Some(redis)) = (celery(), redis()) else { return Ok(None) };
        let folder = context.folder()?;
        fs::write(folder.path().join("celery_peer.py"), CELERY_PEER)?;
        let port = context.port()?;
        let mut command = Command::new(redis);
        command.args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]);
        command.arg("--dir").arg(folder.path()).stdout(Stdio::null());
        let redis = Child::spawn(&mut command)?;
        context.wait_for_port(port, Duration::from_secs(10))?;
        let celery = |args: &[&str]| {
            // By its module: a script names the folder that it was installed into, and folders move.
            let mut command = Command::new(bin.join("python"));
            command.args(["-m", "celery", "-A", "celery_peer"]).args(args).env("BROKER_PORT", port.to_string());
            let log = fs::File::create(folder.path().join(format!("{}.log", args[0])))?;
            Child::spawn(command.current_dir(folder.path()).stdout(Stdio::null()).stderr(log))
        };
        let worker = celery(&["worker", "--concurrency=2", "--loglevel=ERROR"])?;
        let flower = match flower {
            Flower::With => {
                let port = context.port()?;
                let flower = celery(&["flower", "--address=127.0.0.1", &format!("--port={port}")])?;
                context.wait_for_port(port, Duration::from_secs(30))?;
                Some(flower)
            }
            Flower::Without => None,
        };
        Ok(Some(Self { bin, port, worker, flower, redis, folder }))
    }

    /// `throughput` or `latency`; see the script.
    pub(crate) fn ask(&self, what: &str, count: u32) -> Result<Value> {
        let mut command = Command::new(self.bin.join("python"));
        command.arg("celery_peer.py").args([what, &count.to_string()]).env("BROKER_PORT", self.port.to_string());
        answer(&mut command, self.folder.path())
    }

    /// The three processes with their children: proportional set size in bytes, so that shared pages count once.
    pub(crate) fn pss_bytes(&self) -> u64 {
        [Some(&self.worker), self.flower.as_ref(), Some(&self.redis)].into_iter().flatten().map(Child::pss_bytes).sum()
    }

    /// Lets the worker end its own processes.
    pub(crate) fn stop(self) -> Result<()> {
        for child in [Some(self.worker), self.flower, Some(self.redis)].into_iter().flatten() {
            child.terminate(END_WITHIN)?;
        }
        Ok(())
    }
}

/// graphile-worker on a private PostgreSQL.
pub(crate) struct Graphile {
    node: PathBuf,
    url: String,
}

impl Graphile {
    /// `None` when it is not installed.
    pub(crate) fn on(url: &str) -> Result<Option<Self>> {
        let Some(node) = graphile() else { return Ok(None) };
        fs::write(node.join("graphile_peer.mjs"), GRAPHILE_PEER)?;
        Ok(Some(Self { node, url: url.to_owned() }))
    }

    /// `default` or `local-queue`; `throughput` or `latency`; see the script.
    pub(crate) fn ask(&self, mode: &str, what: &str, count: u32) -> Result<Value> {
        let mut command = Command::new("node");
        command.args(["graphile_peer.mjs", &self.url, mode, what, &count.to_string()]);
        answer(&mut command, &self.node)
    }
}

/// Runs a driver to its end; its last line is the answer.
fn answer(command: &mut Command, folder: &Path) -> Result<Value> {
    let shown = format!("{command:?}");
    let mut child =
        command.current_dir(folder).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let start = Instant::now();
    while child.try_wait()?.is_none() {
        if start.elapsed() > AT_MOST {
            child.kill()?;
            child.wait()?;
            bail!("{shown} was still running after {} s and was killed", AT_MOST.as_secs());
        }
        thread::sleep(Duration::from_millis(20));
    }
    let output = child.wait_with_output()?;
    if !output.status.success() {
        bail!("{shown} failed ({}):\n{}", output.status, String::from_utf8_lossy(&output.stderr));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(text.lines().last().unwrap_or_default()).with_context(|| format!("{shown} answered {text:?}"))
}
