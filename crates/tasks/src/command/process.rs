//! One program in its own process group, which never outlives the attempt.

use super::output::{Output, Stream};
use rustix::process::{Pid, Signal, kill_process_group};
use std::{
    collections::BTreeMap, fmt, os::unix::process::ExitStatusExt, path::PathBuf, process::ExitStatus, time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt},
    process::{Child, Command},
    sync::watch,
    time::{sleep, timeout},
};

/// Between being asked to end and being killed.
const GRACE: Duration = Duration::from_secs(5);
/// How long to wait for the end of the output once the group is dead: somebody outside it may hold the pipe.
const DRAIN: Duration = Duration::from_secs(1);
/// What is passed on of our own environment. Nothing else: it may hold secrets.
const PASSED_ON: [&str; 9] = ["PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR"];

pub(crate) struct Program {
    pub(crate) argv: Vec<String>,
    pub(crate) env: BTreeMap<String, String>,
    pub(crate) cwd: Option<PathBuf>,
    pub(crate) timeout: Duration,
}

/// How it ended. `Display` is for people.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Finished {
    Exited(i32),
    Killed(i32),
    TimedOut(Duration),
    /// Vigie stops.
    Stopped,
    NotStarted(String),
    /// It ran, and how it ended cannot be learnt.
    Lost(String),
}

impl fmt::Display for Finished {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exited(status) => write!(f, "exit status {status}"),
            Self::Killed(signal) => write!(f, "killed by signal {signal}"),
            Self::TimedOut(limit) => write!(f, "ended after {} s, its time limit", limit.as_secs_f64()),
            Self::Stopped => f.write_str("ended because vigie stops; how much of it was done is not known"),
            Self::NotStarted(problem) => write!(f, "not started: {problem}"),
            Self::Lost(problem) => write!(f, "how it ended is not known: {problem}"),
        }
    }
}

pub(crate) fn basic_environment() -> BTreeMap<String, String> {
    let passed = PASSED_ON.iter().filter_map(|name| Some(((*name).to_owned(), std::env::var(name).ok()?)));
    let mut env: BTreeMap<String, String> = passed.collect();
    env.entry("PATH".to_owned()).or_insert_with(|| "/usr/local/bin:/usr/bin:/bin".to_owned());
    env
}

impl Program {
    /// Runs to the end, the time limit, or the program's stop. Dropped before that, it kills the group at once.
    pub(crate) async fn run(self, output: &mut Output, stop: watch::Receiver<bool>) -> Finished {
        let mut child = match self.spawn() {
            Ok(child) => child,
            Err(problem) => return Finished::NotStarted(problem),
        };
        let group = Group(child.id().and_then(|pid| Pid::from_raw(pid.cast_signed())));
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let finished = {
            let mut ending = Box::pin(end(&mut child, &group, self.timeout, stop));
            let mut reading = Box::pin(read(stdout, stderr, output));
            tokio::select! {
                finished = &mut ending => {
                    // Whatever it left behind holds the pipes open, and would outlive us.
                    group.send(Signal::KILL);
                    let _ = timeout(DRAIN, reading).await;
                    finished
                }
                () = &mut reading => ending.await,
            }
        };
        drop(group);
        output.finish().await;
        finished
    }

    fn spawn(&self) -> Result<Child, String> {
        let mut command = Command::new(&self.argv[0]);
        command.args(&self.argv[1..]).env_clear().envs(&self.env).process_group(0).kill_on_drop(true);
        command.stdin(std::process::Stdio::null());
        command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
        if let Some(cwd) = &self.cwd {
            command.current_dir(cwd);
        }
        let place = self.cwd.as_ref().map_or_else(String::new, |cwd| format!(" in {}", cwd.display()));
        command.spawn().map_err(|error| format!("{}{place}: {error}", self.argv[0]))
    }
}

/// A process group, killed when this is dropped.
struct Group(Option<Pid>);

impl Group {
    fn send(&self, signal: Signal) {
        if let Some(leader) = self.0 {
            // Fails when nobody is left, which is what is wanted.
            let _ = kill_process_group(leader, signal);
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.send(Signal::KILL);
    }
}

async fn end(child: &mut Child, group: &Group, limit: Duration, mut stop: watch::Receiver<bool>) -> Finished {
    let stopped = async {
        if stop.wait_for(|stop| *stop).await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    let finished = tokio::select! {
        status = child.wait() => return exited(status),
        () = sleep(limit) => Finished::TimedOut(limit),
        () = stopped => Finished::Stopped,
    };
    group.send(Signal::TERM);
    if timeout(GRACE, child.wait()).await.is_err() {
        group.send(Signal::KILL);
        let _ = child.wait().await;
    }
    finished
}

fn exited(status: std::io::Result<ExitStatus>) -> Finished {
    match status {
        Ok(status) => match (status.code(), status.signal()) {
            (Some(code), _) => Finished::Exited(code),
            (None, Some(signal)) => Finished::Killed(signal),
            (None, None) => Finished::Lost(status.to_string()),
        },
        Err(error) => Finished::Lost(error.to_string()),
    }
}

/// Reads both streams to their ends.
async fn read(
    mut stdout: Option<impl AsyncRead + Unpin>,
    mut stderr: Option<impl AsyncRead + Unpin>,
    output: &mut Output,
) {
    let (mut out, mut err) = (vec![0; 16 << 10], vec![0; 16 << 10]);
    while stdout.is_some() || stderr.is_some() {
        let (stream, count) = tokio::select! {
            count = some(&mut stdout, &mut out) => (Stream::Out, count),
            count = some(&mut stderr, &mut err) => (Stream::Err, count),
        };
        let bytes = match stream {
            Stream::Out => &out[..count],
            Stream::Err => &err[..count],
        };
        if bytes.is_empty() {
            match stream {
                Stream::Out => stdout = None,
                Stream::Err => stderr = None,
            }
        }
        output.take(stream, bytes).await;
    }
}

/// Bytes read; 0 at the end, or when nothing more can be read.
async fn some(stream: &mut Option<impl AsyncRead + Unpin>, buffer: &mut [u8]) -> usize {
    match stream {
        Some(stream) => stream.read(buffer).await.unwrap_or(0),
        None => std::future::pending().await,
    }
}
