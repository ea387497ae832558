//! The logs of jobs: what each did, line by line, kept in the log store, and followed as it is said.
//!
//! A log tells the story; traces in the database are the truth. So to keep it never stops a run: what cannot be kept is
//! counted, warned about once, and noted in the log as soon as the disk takes bytes again.
//!
//! A line is first written to the [`outbox`], a file that a thread empties into the store every quarter of a second: when
//! [`JobLog::append`] returns, the line is with the operating system, and a process that is killed loses none of them.
//! (A machine that stops may lose what was said in the last second, or, while the store is away, since the last second in
//! which it was tried.) Lines of a job differ in their time, by a microsecond if need be: by it and their message they are
//! known again after a crash, so that the store has each once. And so a [`LineCursor`] is a moment, which means the same in
//! the outbox, in the store, and in another process.
//!
//! Where Vigie's own story is not to be in the store (`own-logs = false`), the outbox is all there is: its newest lines.

mod drain;
mod follow;
mod line;
mod outbox;
mod place;
mod store;
#[cfg(test)]
mod tests;

use crate::{Error, Logs, TIME_MAX, ask::bounds};
pub use place::{LineCursor, LinePage, PlacedLine};

use drain::Bell;
use follow::Recent;
use futures_util::Stream;
use model::{JobId, JobLine, Level, Timestamp};
use outbox::{Beyond, Outbox};
use scrub::Counts;
use serde_json::{Map, json};
use std::{
    collections::{HashMap, HashSet},
    io,
    path::Path,
    sync::{
        Arc, Mutex, Once,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};
use telemetry::{Snapshot, query::Bounds};
use tokio::sync::{Semaphore, watch};

/// The event that tells that a log is full; its field `dropped` counts the lines that found no room.
pub const LOG_FULL: &str = "log_full";
/// The event that tells, after a write error, how many lines are missing at this place (field `lost`).
pub const LINES_LOST: &str = "records_lost";
/// The most lines that one page holds, whatever is asked for.
pub const PAGE_LINES_MAX: usize = 5_000;

/// Bytes of one job's lines, as long as a process knows the job.
const JOB_BYTES_MAX: u64 = if cfg!(test) { 16 << 10 } else { 64 << 20 };
/// Bytes of the outbox: hours without a store, or all there is without one.
const OUTBOX_BYTES_MAX: u64 = 256 << 20;
const OUTBOX_ALONE_BYTES_MAX: u64 = 64 << 20;
/// Jobs that are known; idle ones are forgotten first.
const JOBS_MAX: usize = 1_024;
/// Pages that are read at once.
const READ_AT_ONCE: usize = 4;
/// What the last lines may take to reach the store when the log is closed. They wait in the outbox otherwise.
const CLOSE_PATIENCE: Duration = Duration::from_secs(5);

/// The logs of all jobs of a data directory. Clones are one.
#[derive(Clone)]
pub struct JobLog(Arc<Inner>);

struct Inner {
    logs: Logs,
    outbox: Outbox,
    jobs: Mutex<HashMap<JobId, Arc<Job>>>,
    lost: AtomicU64,
    warned: AtomicBool,
    started: Once,
    bell: Bell,
    read: Semaphore,
}

/// What is known of a job as long as it is talked about.
#[derive(Default)]
struct Job {
    told: Mutex<Told>,
    recent: watch::Sender<Recent>,
}

#[derive(Default)]
struct Told {
    last: Option<Timestamp>,
    bytes: u64,
    /// Lines that found no room, and how many of them were told.
    dropped: u64,
    dropped_told: u64,
    /// Lines that could not be written, and were not yet told of.
    lost: u64,
}

impl JobLog {
    /// Of the data directory of `logs`.
    pub fn new(logs: Logs, data: &Path) -> Self {
        let (bytes_max, beyond) = match logs.config().own_logs {
            true => (OUTBOX_BYTES_MAX, Beyond::Refuse),
            false => (OUTBOX_ALONE_BYTES_MAX, Beyond::DropOldest),
        };
        Self(Arc::new(Inner {
            logs,
            outbox: Outbox::new(data.join("outbox"), bytes_max, beyond),
            jobs: Mutex::default(),
            lost: AtomicU64::new(0),
            warned: AtomicBool::new(false),
            started: Once::new(),
            bell: Bell::default(),
            read: Semaphore::new(READ_AT_ONCE),
        }))
    }

    /// Begins to bring lines to the store, those too that were left by an earlier process. Done with the first line at the
    /// latest.
    pub fn start(&self) {
        if !self.0.logs.config().own_logs {
            return;
        }
        self.0.started.call_once(|| {
            let log = Arc::clone(&self.0);
            let spawned = std::thread::Builder::new().name("job-log".to_owned()).spawn(move || drain::run(&log));
            if let Err(error) = spawned {
                tracing::error!(%error, "run logs stay in the outbox: their thread cannot be started");
            }
        });
    }

    /// Brings what was said to the store, as far as it takes it.
    pub async fn close(&self) {
        if !self.0.started.is_completed() {
            return;
        }
        let log = self.clone();
        let closing = tokio::task::spawn_blocking(move || {
            log.0.bell.close();
            log.0.bell.wait_for_end(CLOSE_PATIENCE);
        });
        let _ = closing.await;
    }

    /// Adds `lines` to the log of `job`. It returns once they are with the operating system, or counted as lost.
    pub async fn append(&self, job: JobId, lines: Vec<JobLine>) {
        if lines.is_empty() {
            return;
        }
        let log = self.clone();
        // Cancelled or not, the blocking part runs to its end; it fails to join only when the runtime is shutting down.
        let _ = tokio::task::spawn_blocking(move || log.append_blocking(job, lines)).await;
    }

    /// [`Self::append`] for code that may block.
    pub fn append_blocking(&self, job: JobId, lines: Vec<JobLine>) {
        let entry = self.job(job);
        let mut told = crate::lock(&entry.told);
        let given = lines.len() as u64;
        let (lines, bytes) = self.prepare(job, &mut told, lines);
        if lines.is_empty() {
            return;
        }
        match self.0.outbox.write(job, &lines, &bytes, self.0.logs.now()) {
            Ok(()) => {
                told.bytes += bytes.len() as u64;
                told.lost = 0;
                self.0.warned.store(false, Ordering::Relaxed);
                entry.recent.send_modify(|recent| recent.add(lines, entry.recent.receiver_count() > 0));
                drop(told);
                self.start();
                self.0.bell.ring();
            }
            Err(error) => {
                told.lost += given;
                self.count_lost(given, &error);
            }
        }
    }

    /// The lines as they are kept: each at a time of its own, masked, within the bounds, and what is to be told besides.
    fn prepare(&self, job: JobId, told: &mut Told, given: Vec<JobLine>) -> (Vec<JobLine>, Vec<u8>) {
        let (mut lines, mut bytes, mut masked) = (Vec::with_capacity(given.len() + 1), Vec::new(), Counts::default());
        let mut add = |told: &mut Told, mut line: JobLine| {
            let earliest = told.last.map(|last| Timestamp::from_micros(last.as_micros() + 1));
            line.at = earliest.map_or(line.at, |earliest| line.at.max(earliest));
            let encoded = line::encode(job, &mut line, self.0.logs.scrubber(), &mut masked);
            if told.bytes + (bytes.len() + encoded.len()) as u64 > JOB_BYTES_MAX {
                return false;
            }
            told.last = Some(line.at);
            bytes.extend_from_slice(&encoded);
            lines.push(line);
            true
        };
        if told.lost > 0
            && let Some(first) = given.first()
        {
            add(told, lost_line(told.lost, first.at));
        }
        let last = given.last().map(|line| line.at);
        for line in given {
            if told.dropped > 0 || !add(told, line) {
                told.dropped += 1;
            }
        }
        // Told again whenever they have become twice as many.
        if let Some(at) = last.filter(|_| told.dropped > 0 && told.dropped >= 2 * told.dropped_told) {
            told.dropped_told = told.dropped;
            let mut marker =
                full_line(told.dropped, told.last.map_or(at, |last| Timestamp::from_micros(last.as_micros() + 1)));
            told.last = Some(marker.at);
            bytes.extend_from_slice(&line::encode(job, &mut marker, self.0.logs.scrubber(), &mut Counts::default()));
            lines.push(marker);
        }
        self.0.logs.add_masked(masked);
        (lines, bytes)
    }

    /// Lines lost to write errors since this was made.
    pub fn lost(&self) -> u64 {
        self.0.lost.load(Ordering::Relaxed)
    }

    /// Whether lines would be lost now: the last of them were, and a little that is written in their place is, too.
    pub async fn is_losing(&self) -> bool {
        if !self.0.warned.load(Ordering::Relaxed) {
            return false;
        }
        let log = self.clone();
        let tried = tokio::task::spawn_blocking(move || log.0.outbox.try_disk()).await;
        let is_well = matches!(tried, Ok(Ok(())));
        if is_well {
            self.0.warned.store(false, Ordering::Relaxed);
        }
        !is_well
    }

    /// Up to `limit` lines behind `after`. A job without a log has an empty one.
    ///
    /// # Errors
    /// When the outbox cannot be read. What a store that cannot be asked has is left out, which is logged.
    pub async fn page(&self, job: JobId, after: LineCursor, limit: usize) -> Result<LinePage, Error> {
        let limit = limit.min(PAGE_LINES_MAX);
        // First: a line goes from here to the store.
        let waiting = self.waiting(job).await?;
        let kept = self.kept(job, move |snapshot, bounds| store::behind(snapshot, bounds, (job, after), limit)).await;
        Ok(LinePage::behind(after, merged(kept, waiting)).first(limit, after))
    }

    /// The last `limit` lines.
    ///
    /// # Errors
    /// When the outbox cannot be read. What a store that cannot be asked has is left out, which is logged.
    pub async fn tail(&self, job: JobId, limit: usize) -> Result<LinePage, Error> {
        let limit = limit.min(PAGE_LINES_MAX);
        let waiting = self.waiting(job).await?;
        let kept = self.kept(job, move |snapshot, bounds| store::last(snapshot, bounds, job, limit)).await;
        Ok(LinePage::behind(LineCursor::default(), merged(kept, waiting)).last(limit))
    }

    /// What stands behind `after` and everything said later, as pages that are never empty. What is said in this process is
    /// told at once; what another one says is looked for every second. It does not end by itself.
    pub fn follow(&self, job: JobId, after: LineCursor) -> impl Stream<Item = Result<LinePage, Error>> + Send + use<> {
        follow::follow(self.clone(), job, after)
    }

    /// What is not in the store yet.
    async fn waiting(&self, job: JobId) -> Result<Vec<JobLine>, Error> {
        let log = self.clone();
        let read = tokio::task::spawn_blocking(move || log.0.outbox.lines_of(job));
        read.await.map_err(|_| Error::Closed)?.map_err(|error| Error::io(self.0.outbox.folder(), error))
    }

    /// What the store has; nothing where it cannot be asked.
    async fn kept(
        &self,
        job: JobId,
        question: impl FnOnce(&Snapshot, &Bounds) -> Result<Vec<JobLine>, Error> + Send + 'static,
    ) -> Vec<JobLine> {
        if !self.0.logs.exists() {
            return Vec::new();
        }
        let asked = async {
            let _place = self.0.read.acquire().await.map_err(|_| Error::Closed)?;
            let opened = self.0.logs.opened_async().await?;
            crate::ask::within(TIME_MAX, move |cancel| {
                question(&opened.store.snapshot(telemetry::Kind::Log), &bounds(cancel))
            })
            .await?
        };
        asked.await.unwrap_or_else(|error| {
            tracing::warn!(job = %job, %error, "the log store cannot be asked for a run log");
            Vec::new()
        })
    }

    fn job(&self, job: JobId) -> Arc<Job> {
        let mut jobs = crate::lock(&self.0.jobs);
        if let Some(entry) = jobs.get(&job) {
            return Arc::clone(entry);
        }
        if jobs.len() >= JOBS_MAX {
            // Whoever writes or follows holds a second reference, so what goes here is idle.
            jobs.retain(|_, entry| Arc::strong_count(entry) > 1);
        }
        Arc::clone(jobs.entry(job).or_default())
    }

    fn count_lost(&self, count: u64, error: &io::Error) {
        self.0.lost.fetch_add(count, Ordering::Relaxed);
        if !self.0.warned.swap(true, Ordering::Relaxed) {
            let path = self.0.outbox.folder().display();
            tracing::warn!(
                %path,
                %error,
                "run logs cannot be written; runs go on and lost lines are counted: check free space and rights"
            );
        }
    }
}

/// Lines of the store and of the outbox in their order. One that has just been brought from here to there may be in both.
fn merged(mut kept: Vec<JobLine>, mut waiting: Vec<JobLine>) -> Vec<JobLine> {
    if let Some(first) = waiting.iter().map(|line| line.at).min() {
        let known: HashSet<(Timestamp, &str)> =
            kept.iter().filter(|line| line.at >= first).map(|line| (line.at, &*line.message)).collect();
        waiting.retain(|line| !known.contains(&(line.at, &*line.message)));
        kept.append(&mut waiting);
        kept.sort_by_key(|line| line.at);
    }
    kept
}

fn lost_line(lost: u64, at: Timestamp) -> JobLine {
    let fields = Map::from_iter([("lost".to_owned(), json!(lost))]);
    let message = format!("{lost} lines are missing here: they could not be written");
    JobLine { at, level: Level::Warning, event: LINES_LOST.to_owned(), message, fields }
}

fn full_line(dropped: u64, at: Timestamp) -> JobLine {
    let fields = Map::from_iter([("dropped".to_owned(), json!(dropped))]);
    let message = format!("this log is full: {dropped} lines dropped");
    JobLine { at, level: Level::Warning, event: LOG_FULL.to_owned(), message, fields }
}
