//! The outbox: what was said of jobs and is not in the store yet, in files of its own folder.
//!
//! A file is written by one process, which holds a lock on it, and read by all. When it is closed, or its writer has ended,
//! whoever has the store takes it: appends its lines, then removes it. There is one file as long as the store takes lines,
//! and it holds those of the last moment. Whole bytes only: a line that a full disk cut is taken away again.

use super::line;
use model::{JobId, JobLine, Timestamp};
use std::{
    fs::{self, File},
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

/// Bytes of a file, after which the next is begun.
const FILE_BYTES_MAX: u64 = if cfg!(test) { 4 << 10 } else { 4 << 20 };
/// Bytes that must find room before a disk that was full is taken for one that is not.
const TRIED_BYTES: usize = 64 << 10;
const ENDING: &str = "jsonl";

/// What happens where all of it would be more than it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Beyond {
    /// The store will take it: what is new finds no room.
    Refuse,
    /// Nothing takes it: the oldest makes room.
    DropOldest,
}

pub(super) struct Outbox {
    folder: PathBuf,
    bytes_max: u64,
    beyond: Beyond,
    active: Mutex<Option<Active>>,
    /// The last name that was given, so that names rise whatever the clock does.
    named: AtomicU64,
}

/// The file that is being written.
struct Active {
    file: File,
    path: PathBuf,
    bytes: u64,
    /// Bytes of all other files when this one was begun.
    others: u64,
    lines: Vec<(JobId, JobLine)>,
}

/// A file that nobody writes to any more.
pub(super) struct Sealed {
    pub(super) path: PathBuf,
    /// Held, so that one process takes it.
    _lock: File,
}

impl Outbox {
    pub(super) fn new(folder: PathBuf, bytes_max: u64, beyond: Beyond) -> Self {
        Self { folder, bytes_max, beyond, active: Mutex::default(), named: AtomicU64::new(0) }
    }

    /// Writes lines of a job, in one write: they are with the operating system when it returns. After an error nothing of
    /// them is there.
    pub(super) fn write(&self, job: JobId, lines: &[JobLine], bytes: &[u8], now: Timestamp) -> io::Result<()> {
        let mut slot = self.active.lock().unwrap_or_else(PoisonError::into_inner);
        if slot.as_ref().is_some_and(|active| active.bytes >= FILE_BYTES_MAX) {
            *slot = None;
        }
        let mut active = match slot.take() {
            Some(active) => active,
            None => self.begin(now)?,
        };
        let written = self.make_room(&mut active, bytes.len() as u64).and_then(|()| active.write(bytes));
        if written.is_ok() {
            active.lines.extend(lines.iter().map(|line| (job, line.clone())));
        }
        *slot = Some(active);
        written
    }

    /// Under another name until it is locked: nobody takes it before.
    fn begin(&self, now: Timestamp) -> io::Result<Active> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.folder)?;
        let micros = u64::try_from(now.as_micros()).unwrap_or(0);
        let before = self.named.fetch_max(micros, Ordering::Relaxed);
        let number = if before >= micros { self.named.fetch_add(1, Ordering::Relaxed) + 1 } else { micros };
        let path = self.folder.join(format!("{number:020}-{}.{ENDING}", std::process::id()));
        let part = self.folder.join(format!("{}.part", std::process::id()));
        let file = File::options().write(true).create(true).truncate(true).mode(0o600).open(&part)?;
        let others = self.bytes();
        file.try_lock().map_err(io::Error::from).and_then(|()| fs::rename(&part, &path))?;
        Ok(Active { file, path, bytes: 0, others, lines: Vec::new() })
    }

    fn make_room(&self, active: &mut Active, more: u64) -> io::Result<()> {
        if active.others + active.bytes + more <= self.bytes_max {
            return Ok(());
        }
        let others: Vec<PathBuf> = self.files()?.into_iter().filter(|path| *path != active.path).collect();
        active.others = others.iter().map(|path| size(path)).sum();
        for path in others {
            if self.beyond == Beyond::Refuse || active.others + active.bytes + more <= self.bytes_max {
                break;
            }
            active.others -= size(&path).min(active.others);
            fs::remove_file(&path)?;
        }
        match active.others + active.bytes + more <= self.bytes_max {
            true => Ok(()),
            false => Err(io::Error::new(io::ErrorKind::QuotaExceeded, "the outbox of the log store is full")),
        }
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    fn bytes(&self) -> u64 {
        self.files().map_or(0, |files| files.iter().map(|path| size(path)).sum())
    }

    /// Ends the file that is being written, for whoever has the store: it, and its lines.
    pub(super) fn seal(&self) -> Option<(PathBuf, Vec<(JobId, JobLine)>)> {
        let active = self.active.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        Some((active.path, active.lines))
    }

    /// Brings what was written to the disk: it may be long until the store takes it.
    pub(super) fn sync(&self) -> io::Result<()> {
        let file =
            self.active.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(|active| active.file.try_clone());
        file.map_or(Ok(()), |file| file?.sync_data())
    }

    /// All files, the oldest first.
    pub(super) fn files(&self) -> io::Result<Vec<PathBuf>> {
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let paths = entries.flatten().map(|entry| entry.path());
        let mut paths: Vec<PathBuf> = paths.filter(|path| path.extension().is_some_and(|ext| ext == ENDING)).collect();
        paths.sort_unstable();
        Ok(paths)
    }

    /// Those that nobody writes to any more, the oldest first.
    pub(super) fn sealed(&self) -> io::Result<Vec<Sealed>> {
        let take = |path: PathBuf| {
            let lock = File::open(&path).ok()?;
            lock.try_lock().ok()?;
            // Taken and removed by another process meanwhile.
            path.exists().then_some(Sealed { path, _lock: lock })
        };
        Ok(self.files()?.into_iter().filter_map(take).collect())
    }

    /// The lines of a job that stand in any file.
    pub(super) fn lines_of(&self, job: JobId) -> io::Result<Vec<JobLine>> {
        let name = format!("\"job\":\"{job}\"");
        let finder = memchr::memmem::Finder::new(&name);
        let mut found = Vec::new();
        for path in self.files()? {
            each_line(&path, |bytes| {
                // It stands at the beginning of each line, and may be quoted further behind.
                if finder.find(&bytes[..bytes.len().min(name.len() + 1)]).is_some() {
                    found.extend(line::decode(bytes).map(|(_, line)| line));
                }
            })?;
        }
        Ok(found)
    }

    /// Writes as much as tells that there is room.
    pub(super) fn try_disk(&self) -> io::Result<()> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.folder)?;
        let path = self.folder.join(format!(".room-{}", std::process::id()));
        let written = File::create(&path).and_then(|mut file| {
            file.write_all(&[b'\n'; TRIED_BYTES])?;
            file.sync_all()
        });
        let _ = fs::remove_file(&path);
        written
    }

    #[cfg(test)]
    pub(super) fn replace(&self, file: File) {
        if let Some(active) = &mut *self.active.lock().unwrap() {
            active.file = file;
        }
    }
}

impl Active {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self.file.write_all(bytes) {
            Ok(()) => {
                self.bytes += bytes.len() as u64;
                Ok(())
            }
            Err(error) => {
                // Whatever part got through goes away again; shortening needs no space.
                let _ = self.file.set_len(self.bytes);
                let _ = io::Seek::seek(&mut self.file, io::SeekFrom::Start(self.bytes));
                Err(error)
            }
        }
    }
}

fn size(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |found| found.len())
}

/// Calls `each` with every whole line of a file, without its end. One that is gone has none: the store has its lines.
pub(super) fn each_line(path: &Path, mut each: impl FnMut(&[u8])) -> io::Result<()> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for bytes in bytes.split_inclusive(|byte| *byte == b'\n') {
        if let Some(bytes) = bytes.strip_suffix(b"\n") {
            each(bytes);
        }
    }
    Ok(())
}
