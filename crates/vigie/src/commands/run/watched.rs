//! A command whose output passes through, and is kept within bounds.

use crate::{render, words::t};
use api::runs::{OutputLine, RunEnd};
use model::{Clock, Timestamp};
use std::{
    collections::VecDeque,
    os::unix::process::ExitStatusExt as _,
    process::{ExitStatus, Stdio},
    sync::{Arc, Mutex, PoisonError},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _},
    process::{Child, Command},
    signal::unix::{Signal, SignalKind, signal},
    task::JoinSet,
};

const READ_BYTES: usize = 64 << 10;
/// Of one line; what is longer loses its end.
const LINE_BYTES_MAX: usize = 8 << 10;
/// Of the output that is kept: its end.
const KEPT_BYTES_MAX: usize = 1 << 20;
const LINES_MAX: usize = 20_000;
/// As shells have it.
const NOT_FOUND: i32 = 127;
const NOT_EXECUTABLE: i32 = 126;

/// What came of it.
pub(super) struct Watched {
    pub(super) ended: RunEnd,
    pub(super) status: i32,
    pub(super) lines: Vec<OutputLine>,
    pub(super) left_out: u64,
}

/// The last lines that were said, of both streams.
#[derive(Default)]
struct Kept {
    lines: VecDeque<OutputLine>,
    bytes: usize,
    left_out: u64,
}

impl Kept {
    fn add(&mut self, at: Timestamp, is_error: bool, line: &[u8]) {
        let text = String::from_utf8_lossy(&line[..line.len().min(LINE_BYTES_MAX)]).trim_end_matches('\r').to_owned();
        self.bytes += text.len();
        self.lines.push_back(OutputLine { at, is_error, text });
        while self.bytes > KEPT_BYTES_MAX || self.lines.len() > LINES_MAX {
            self.bytes -= self.lines.pop_front().map_or(0, |line| line.text.len());
            self.left_out += 1;
        }
    }
}

/// Runs the command to its end.
pub(super) async fn run(command: &[String], clock: &Clock) -> Watched {
    let kept = Arc::new(Mutex::new(Kept::default()));
    let (program, arguments) = command.split_first().map_or(("", &[][..]), |(first, rest)| (first.as_str(), rest));
    let spawned = Command::new(program).args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let (ended, status) = match spawned {
        Ok(child) => watch(child, &kept, clock).await,
        Err(error) => {
            render::say(&t!("run-cannot-start", program, error));
            let is_there = error.kind() != std::io::ErrorKind::NotFound;
            (RunEnd::NotStarted(error.to_string()), if is_there { NOT_EXECUTABLE } else { NOT_FOUND })
        }
    };
    let Kept { lines, left_out, .. } = std::mem::take(&mut *kept.lock().unwrap_or_else(PoisonError::into_inner));
    Watched { ended, status, lines: lines.into(), left_out }
}

async fn watch(mut child: Child, kept: &Arc<Mutex<Kept>>, clock: &Clock) -> (RunEnd, i32) {
    let mut streams = JoinSet::new();
    if let Some(out) = child.stdout.take() {
        streams.spawn(pass(out, std::io::stdout(), false, Arc::clone(kept), clock.clone()));
    }
    if let Some(err) = child.stderr.take() {
        streams.spawn(pass(err, std::io::stderr(), true, Arc::clone(kept), clock.clone()));
    }
    let ended = to_its_end(&mut child).await;
    while streams.join_next().await.is_some() {}
    match ended {
        Ok(status) => match (status.code(), status.signal()) {
            (Some(code), _) => (RunEnd::Exited(code), code),
            (None, signal) => (RunEnd::Killed(signal.unwrap_or(0)), 128 + signal.unwrap_or(0)),
        },
        Err(error) => (RunEnd::NotStarted(error.to_string()), NOT_EXECUTABLE),
    }
}

/// Waits for it. What asks this process to stop is passed on: it ends when the command does.
async fn to_its_end(child: &mut Child) -> std::io::Result<ExitStatus> {
    let listen = |kind| signal(kind).ok();
    let (mut terminate, mut hang_up) = (listen(SignalKind::terminate()), listen(SignalKind::hangup()));
    // A terminal tells the command itself.
    let mut interrupt = listen(SignalKind::interrupt());
    loop {
        let asked = tokio::select! {
            ended = child.wait() => return ended,
            () = heard(&mut terminate) => Some(rustix::process::Signal::TERM),
            () = heard(&mut hang_up) => Some(rustix::process::Signal::HUP),
            () = heard(&mut interrupt) => None,
        };
        let pid = child.id().and_then(|id| rustix::process::Pid::from_raw(id.cast_signed()));
        if let (Some(asked), Some(pid)) = (asked, pid) {
            let _ = rustix::process::kill_process(pid, asked);
        }
    }
}

async fn heard(signal: &mut Option<Signal>) {
    match signal {
        Some(signal) => drop(signal.recv().await),
        None => std::future::pending().await,
    }
}

/// Passes bytes through as they come, and keeps their lines.
async fn pass(
    mut from: impl AsyncRead + Unpin,
    mut to: impl std::io::Write,
    is_error: bool,
    kept: Arc<Mutex<Kept>>,
    clock: Clock,
) {
    let (mut buffer, mut line) = (vec![0; READ_BYTES], Vec::new());
    let keep = |line: &mut Vec<u8>| {
        kept.lock().unwrap_or_else(PoisonError::into_inner).add(clock.now(), is_error, line);
        line.clear();
    };
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        // Whoever reads ours may be gone: the command is not told.
        let _ = to.write_all(&buffer[..count]).and_then(|()| to.flush());
        for byte in &buffer[..count] {
            match byte {
                b'\n' => keep(&mut line),
                byte if line.len() < LINE_BYTES_MAX => line.push(*byte),
                _ => {}
            }
        }
    }
    if !line.is_empty() {
        keep(&mut line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn run_line(line: &str) -> Watched {
        run(&["sh".to_owned(), "-c".to_owned(), line.to_owned()], &Clock::System).await
    }

    #[tokio::test]
    async fn output_and_status_are_kept_and_passed_on() {
        let watched = run_line("echo out; echo err >&2; printf last; exit 3").await;
        assert_eq!((watched.ended, watched.status, watched.left_out), (RunEnd::Exited(3), 3, 0));
        let mut lines: Vec<_> = watched.lines.iter().map(|line| (line.text.as_str(), line.is_error)).collect();
        lines.sort_unstable();
        assert_eq!(lines, [("err", true), ("last", false), ("out", false)]);
        let killed = run_line("kill -9 $$").await;
        assert_eq!((killed.ended, killed.status), (RunEnd::Killed(9), 137));
        let nowhere = run(&["/nonexistent/program".to_owned()], &Clock::System).await;
        assert_eq!(nowhere.status, 127);
        assert!(matches!(nowhere.ended, RunEnd::NotStarted(_)));
    }

    #[test]
    fn the_end_of_much_output_is_kept() {
        let mut kept = Kept::default();
        for number in 0..30_000 {
            kept.add(Timestamp::EPOCH, false, format!("line {number}").as_bytes());
        }
        assert_eq!((kept.lines.len(), kept.left_out), (LINES_MAX, 10_000));
        assert_eq!(kept.lines.back().unwrap().text, "line 29999");
        kept.add(Timestamp::EPOCH, false, &[b'x'; 3 * LINE_BYTES_MAX]);
        assert_eq!(kept.lines.back().unwrap().text.len(), LINE_BYTES_MAX);
    }
}
