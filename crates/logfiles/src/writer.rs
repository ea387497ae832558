//! The two threads behind the queue: one writes, the other compresses and deletes.

use crate::{
    config::Plan,
    file::{Done, LogFile},
    rotated::{self, Keep},
    routes::Sinks,
};
use model::{Clock, Timestamp};
use serde::Serialize;
use std::{
    io::Write,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed},
        mpsc::{Receiver, Sender, SyncSender, channel, sync_channel},
    },
    thread::JoinHandle,
    time::Duration,
};

/// Lines that may wait. With lines of a few hundred bytes, some megabytes.
const QUEUE_LINES_MAX: usize = 16 << 10;
/// Lines taken before the buffers are written out, however busy it is.
const BATCH_LINES_MAX: usize = 1024;
/// How long a flush waits for a disk that does not answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// What one file has seen since the start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileStats {
    /// As configured.
    pub path: PathBuf,
    /// Lines taken.
    pub lines: u64,
    /// Lines that found the queue full.
    pub dropped: u64,
    /// Lines that could not be written.
    pub lost: u64,
}

#[derive(Debug)]
pub(crate) struct Writer {
    /// `None` only while it is being dropped.
    queue: Option<Sender<Message>>,
    /// Lines in the queue. Counted here: a channel with a bound of its own takes the memory of all its places at once.
    waiting: Arc<AtomicUsize>,
    thread: Option<JoinHandle<()>>,
    counts: Arc<[Counts]>,
    paths: Vec<PathBuf>,
}

#[derive(Debug, Default)]
struct Counts {
    lines: AtomicU64,
    dropped: AtomicU64,
    /// Of those dropped, the ones not yet told of in the file.
    untold: AtomicU64,
    lost: AtomicU64,
}

enum Message {
    Line { at: Timestamp, sinks: Sinks, line: String },
    Flush(SyncSender<()>),
    Reopen(SyncSender<()>),
}

enum Chore {
    Sweep(usize, Timestamp),
    Done(SyncSender<()>),
}

impl Writer {
    pub(crate) fn start(plan: &Plan, dir: &Path, clock: Clock) -> Self {
        let config = &plan.config;
        let counts: Arc<[Counts]> = (0..=config.files.len()).map(|_| Counts::default()).collect();
        let (queue, messages) = channel();
        let waiting = Arc::new(AtomicUsize::new(0));
        let (chores, todo) = sync_channel(64);
        let files: Vec<LogFile> =
            config.files.iter().map(|file| LogFile::new(dir.join(&file.path), file, plan)).collect();
        let keep = config.files.iter().map(|file| Keep {
            path: dir.join(&file.path),
            count: file.keep,
            age_days_max: file.max_age_days,
            compress: file.compress,
        });
        let keep: Vec<Keep> = keep.collect();
        let mut thread = Thread { files, counts: Arc::clone(&counts), waiting: Arc::clone(&waiting), clock, chores };
        // Without its threads the program still runs: lines are then dropped, and counted.
        let _ = std::thread::Builder::new().name("logs-keep".to_owned()).spawn(move || housekeeping(&keep, &todo));
        let thread = std::thread::Builder::new().name("logs".to_owned()).spawn(move || thread.run(&messages));
        let paths = config.files.iter().map(|file| file.path.clone()).collect();
        Self { queue: Some(queue), waiting, thread: thread.ok(), counts, paths }
    }

    /// Puts a finished line into the queue, or counts it as dropped.
    pub(crate) fn send(&self, at: Timestamp, sinks: Sinks, line: String) {
        let Some(queue) = &self.queue else { return };
        let is_full = self.waiting.fetch_add(1, Relaxed) >= QUEUE_LINES_MAX;
        if is_full || queue.send(Message::Line { at, sinks, line }).is_err() {
            self.waiting.fetch_sub(1, Relaxed);
            for bit in bits(sinks) {
                if let Some(counts) = self.counts.get(bit) {
                    counts.dropped.fetch_add(1, Relaxed);
                    counts.untold.fetch_add(1, Relaxed);
                }
            }
        }
    }

    pub(crate) fn flush(&self) {
        self.ask(Message::Flush);
    }

    pub(crate) fn reopen(&self) {
        self.ask(Message::Reopen);
    }

    pub(crate) fn stats(&self) -> Vec<FileStats> {
        let stats = |(path, counts): (&PathBuf, &Counts)| FileStats {
            path: path.clone(),
            lines: counts.lines.load(Relaxed),
            dropped: counts.dropped.load(Relaxed),
            lost: counts.lost.load(Relaxed),
        };
        self.paths.iter().zip(self.counts.iter()).map(stats).collect()
    }

    fn ask(&self, what: impl FnOnce(SyncSender<()>) -> Message) {
        let (done, answer) = sync_channel(1);
        if let Some(queue) = &self.queue
            && queue.send(what(done)).is_ok()
        {
            let _ = answer.recv_timeout(PATIENCE);
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.flush();
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// The one who writes.
struct Thread {
    files: Vec<LogFile>,
    counts: Arc<[Counts]>,
    waiting: Arc<AtomicUsize>,
    clock: Clock,
    chores: SyncSender<Chore>,
}

impl Thread {
    fn run(&mut self, messages: &Receiver<Message>) {
        // What a crash left unfinished.
        let now = self.clock.now();
        (0..self.files.len()).for_each(|file| self.sweep(file, now));
        while let Ok(first) = messages.recv() {
            self.handle(first);
            for message in messages.try_iter().take(BATCH_LINES_MAX) {
                self.handle(message);
            }
            self.write_out();
        }
        self.write_out();
    }

    fn handle(&mut self, message: Message) {
        match message {
            Message::Line { at, sinks, line } => {
                self.waiting.fetch_sub(1, Relaxed);
                for bit in bits(sinks) {
                    self.counts[bit].lines.fetch_add(1, Relaxed);
                    let Some(file) = self.files.get_mut(bit) else {
                        // Standard error may be closed; then there is nobody to tell.
                        let _ = std::io::stderr().write_all(line.as_bytes());
                        continue;
                    };
                    let done = file.write(line.as_bytes(), at);
                    self.note(bit, done, at);
                }
            }
            Message::Flush(done) => {
                self.write_out();
                let _ = self.chores.send(Chore::Done(done));
            }
            Message::Reopen(done) => {
                let now = self.clock.now();
                for bit in 0..self.files.len() {
                    let outcome = self.files[bit].reopen(now);
                    self.note(bit, outcome, now);
                }
                let _ = done.send(());
            }
        }
    }

    /// Everything gathered goes to the files, with a word about what was dropped meanwhile.
    fn write_out(&mut self) {
        let now = self.clock.now();
        for bit in 0..self.files.len() {
            let untold = self.counts[bit].untold.swap(0, Relaxed);
            if untold > 0 {
                let message = format!("{untold} lines were dropped: they came faster than they could be written");
                let line = self.files[bit].compose(now, &message);
                let done = self.files[bit].write(line.as_bytes(), now);
                self.note(bit, done, now);
            }
            let done = self.files[bit].flush(now);
            self.note(bit, done, now);
        }
    }

    fn note(&self, bit: usize, done: Done, at: Timestamp) {
        if done.lost > 0 {
            self.counts[bit].lost.fetch_add(done.lost, Relaxed);
        }
        if done.rotated {
            self.sweep(bit, at);
        }
    }

    fn sweep(&self, bit: usize, at: Timestamp) {
        // Full: enough sweeps are waiting, and each looks at the whole directory.
        let _ = self.chores.try_send(Chore::Sweep(bit, at));
    }
}

fn housekeeping(keep: &[Keep], todo: &Receiver<Chore>) {
    let mut complained = vec![false; keep.len()];
    for chore in todo {
        match chore {
            Chore::Sweep(file, at) => match rotated::sweep(&keep[file], at) {
                Ok(()) => complained[file] = false,
                // Before the first line there is no directory.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => {
                    if !std::mem::replace(&mut complained[file], true) {
                        let path = keep[file].path.display();
                        let _ = writeln!(
                            std::io::stderr(),
                            "{path}: {error}: rotated files are neither compressed nor deleted until this is put right"
                        );
                    }
                }
            },
            Chore::Done(done) => {
                let _ = done.send(());
            }
        }
    }
}

fn bits(mut sinks: Sinks) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let bit = sinks.trailing_zeros();
        (bit < Sinks::BITS).then(|| {
            sinks &= sinks - 1;
            bit as usize
        })
    })
}
