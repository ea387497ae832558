//! The run log: what a job did, line by line, kept as `<dir>/<job id>.jsonl`.
//!
//! It tells the story; traces in the store are the truth. So writing it never stops a run: what cannot be written is
//! counted, warned about once, and noted in the log as soon as the disk takes bytes again. Everything is bounded: a
//! record's line, a job's file (further records are counted in a marker that stays its last line), the number of open
//! files and what one page may hold.
//!
//! A [`Cursor`] is a byte offset, so a reader resumes exactly where it stopped, in another process too.

mod file;
#[cfg(test)]
mod tests;

use file::JobFile;
use futures_util::Stream;
use model::{JobId, Level, Timestamp};
use serde::{Deserialize, Serialize};
use std::{
    collections::HashMap,
    io,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::sync::watch;

/// Bytes that must find room before a disk that was full is taken for one that is not.
const TRIED_BYTES: usize = 64 << 10;

/// The event of the marker that ends a full log; its field `dropped` counts the records that found no room.
pub const LOG_FULL: &str = "log_full";
/// The event that tells, after a write error, how many records are missing at this place (field `lost`).
pub const RECORDS_LOST: &str = "records_lost";

/// One line of a run log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    pub at: Timestamp,
    pub level: Level,
    /// Stable and lower-case, as `started` or `item`: what `fields` mean depends on it.
    pub event: String,
    /// For people, one line.
    pub message: String,
    #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
    pub fields: serde_json::Map<String, serde_json::Value>,
}

/// A place between two records: the offset in bytes of the next one. The default is the beginning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(pub u64);

/// A record and the place behind it.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub next: Cursor,
    pub record: Record,
}

/// Some consecutive records.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    pub entries: Vec<Entry>,
    /// Where to go on reading.
    pub next: Cursor,
    /// Lines that are no records (torn by a crash, say) and were passed over.
    pub unreadable: u64,
}

/// How large things may grow.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of one job's file, the marker included.
    pub file_bytes_max: u64,
    /// Bytes of one record's line: a longer one loses its fields, then the end of its message.
    pub line_bytes_max: usize,
    /// Jobs whose files are held open; the idle ones are closed first.
    pub open_files_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { file_bytes_max: 64 << 20, line_bytes_max: 64 << 10, open_files_max: 128 }
    }
}

/// The most records that one page holds, whatever is asked for.
pub const PAGE_RECORDS_MAX: usize = 5_000;

/// How often a follower looks at a file that another process writes.
const FOREIGN_POLL: Duration = Duration::from_millis(250);
/// How often it looks nevertheless at a file that this process writes.
const OWN_POLL: Duration = Duration::from_secs(10);

/// The run logs of one data directory. Clones share the same open files.
#[derive(Clone)]
pub struct RunLog(Arc<Inner>);

struct Inner {
    dir: PathBuf,
    limits: Limits,
    jobs: Mutex<HashMap<JobId, Arc<Job>>>,
    lost: AtomicU64,
    warned: AtomicBool,
}

/// One job's open file and the bell that wakes its followers.
struct Job {
    file: Mutex<Option<JobFile>>,
    written: watch::Sender<u64>,
}

impl RunLog {
    /// Run logs under `dir`, which is created when the first record is written.
    pub fn new(dir: impl Into<PathBuf>, limits: Limits) -> Self {
        Self(Arc::new(Inner {
            dir: dir.into(),
            limits,
            jobs: Mutex::default(),
            lost: AtomicU64::new(0),
            warned: AtomicBool::new(false),
        }))
    }

    /// Adds `records` in one write. It returns once they are with the operating system, or counted as lost.
    pub async fn append(&self, job: JobId, records: Vec<Record>) {
        if records.is_empty() {
            return;
        }
        let log = self.clone();
        // Cancelled or not, the blocking part runs to its end; it fails to join only when the runtime is shutting down.
        let _ = tokio::task::spawn_blocking(move || log.append_blocking(job, &records)).await;
    }

    /// [`Self::append`] for code that may block.
    pub fn append_blocking(&self, job: JobId, records: &[Record]) {
        let entry = self.job(job);
        let mut slot = lock(&entry.file);
        let outcome = match slot.take().map_or_else(|| JobFile::open(&self.path(job), self.0.limits), Ok) {
            Ok(mut file) => {
                let outcome = file.append(records);
                *slot = Some(file);
                outcome
            }
            Err(error) => Err(error),
        };
        drop(slot);
        match outcome {
            Ok(()) => {
                self.0.warned.store(false, Ordering::Relaxed);
                entry.written.send_modify(|count| *count += 1);
            }
            Err(error) => self.count_lost(job, records.len() as u64, &error),
        }
    }

    /// Records lost to write errors since this `RunLog` was made.
    pub fn lost(&self) -> u64 {
        self.0.lost.load(Ordering::Relaxed)
    }

    /// Whether records would be lost now: the last of them were, and a little that is written in their place is, too.
    pub async fn is_losing(&self) -> bool {
        if !self.0.warned.load(Ordering::Relaxed) {
            return false;
        }
        let log = self.clone();
        let tried = tokio::task::spawn_blocking(move || log.try_disk()).await;
        let is_well = matches!(tried, Ok(Ok(())));
        if is_well {
            self.0.warned.store(false, Ordering::Relaxed);
        }
        !is_well
    }

    fn try_disk(&self) -> io::Result<()> {
        std::fs::create_dir_all(&self.0.dir)?;
        let path = self.0.dir.join(format!(".room-{}", std::process::id()));
        let written = std::fs::File::create(&path).and_then(|mut file| {
            io::Write::write_all(&mut file, &[b'\n'; TRIED_BYTES])?;
            file.sync_all()
        });
        let _ = std::fs::remove_file(&path);
        written
    }

    /// Up to `limit` records from `after` on. A job without a log has an empty one; a last line that is still being
    /// written is left for the next call; a cursor inside a record moves on to the next one.
    pub async fn page(&self, job: JobId, after: Cursor, limit: usize) -> io::Result<Page> {
        let (path, limits) = (self.path(job), self.0.limits);
        blocking(move || file::page(&path, limits, after, limit.min(PAGE_RECORDS_MAX))).await
    }

    /// The last `limit` records.
    pub async fn tail(&self, job: JobId, limit: usize) -> io::Result<Page> {
        let (path, limits) = (self.path(job), self.0.limits);
        blocking(move || file::tail(&path, limits, limit.min(PAGE_RECORDS_MAX))).await
    }

    /// What stands behind `after` and everything appended later, as pages that are never empty. Writers in this process
    /// wake it at once; for others it looks every 250 ms. It does not end by itself.
    pub fn follow(&self, job: JobId, after: Cursor) -> impl Stream<Item = io::Result<Page>> + Send + 'static {
        let entry = self.job(job);
        let written = entry.written.subscribe();
        let state = Follower { log: self.clone(), job, entry, written, after };
        futures_util::stream::unfold(state, |mut follower| async move {
            let page = follower.next().await;
            Some((page, follower))
        })
    }

    /// Deletes a job's log, as retention asks. Whoever still follows it starts again from the beginning.
    pub async fn remove(&self, job: JobId) -> io::Result<()> {
        let log = self.clone();
        blocking(move || {
            let entry = log.job(job);
            let mut slot = lock(&entry.file);
            *slot = None;
            match std::fs::remove_file(log.path(job)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            }
        })
        .await
    }

    /// Where a job's log is, or would be.
    pub fn path(&self, job: JobId) -> PathBuf {
        self.0.dir.join(format!("{job}.jsonl"))
    }

    pub fn dir(&self) -> &Path {
        &self.0.dir
    }

    fn job(&self, job: JobId) -> Arc<Job> {
        let mut jobs = lock(&self.0.jobs);
        if let Some(entry) = jobs.get(&job) {
            return Arc::clone(entry);
        }
        if jobs.len() >= self.0.limits.open_files_max {
            // Whoever writes or follows holds a second reference, so what goes here is idle; its file opens again.
            jobs.retain(|_, entry| Arc::strong_count(entry) > 1);
        }
        let entry = Arc::new(Job { file: Mutex::new(None), written: watch::Sender::new(0) });
        jobs.insert(job, Arc::clone(&entry));
        entry
    }

    fn count_lost(&self, job: JobId, count: u64, error: &io::Error) {
        self.0.lost.fetch_add(count, Ordering::Relaxed);
        if !self.0.warned.swap(true, Ordering::Relaxed) {
            let path = self.path(job);
            tracing::warn!(
                path = %path.display(),
                %error,
                "the run log cannot be written; the run goes on and lost records are counted: check free space and rights"
            );
        }
    }
}

struct Follower {
    log: RunLog,
    job: JobId,
    entry: Arc<Job>,
    written: watch::Receiver<u64>,
    after: Cursor,
}

impl Follower {
    async fn next(&mut self) -> io::Result<Page> {
        loop {
            // Seen before reading: what is written while we read rings again.
            self.written.borrow_and_update();
            let page = self.log.page(self.job, self.after, PAGE_RECORDS_MAX).await;
            let page = match page {
                Ok(page) => page,
                Err(error) => {
                    // A reader that asks again at once must not spin on a broken disk.
                    tokio::time::sleep(FOREIGN_POLL).await;
                    return Err(error);
                }
            };
            self.after = page.next;
            if !page.entries.is_empty() {
                return Ok(page);
            }
            let ours = lock(&self.entry.file).is_some();
            let patience = if ours { OWN_POLL } else { FOREIGN_POLL };
            let _ = tokio::time::timeout(patience, self.written.changed()).await;
        }
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| Err(io::Error::other(error)))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
