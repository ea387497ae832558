//! Intents of the one process that owns a data directory: two files beside the database, written in turn by one thread
//! that groups what many connections declare into one sync.
//!
//! A file is a header with a number that only goes up, everything that was open when it was begun, and what came since.
//! What is appended carries the header's number in its checksum, so that what the file held before is not taken for it.
//! The higher number counts. When a file has grown, the other is begun with what is still open.
//!
//! Behind the last frame stands a second copy of all that was written since the last sync, which the next write replaces. So what a power cut tore is
//! told from what was damaged: what was on disk when it was acknowledged is there at least once, and that of which neither copy is
//! whole was never acknowledged. Where anything else is missing, or a file cannot be read, something was lost, and nobody
//! knows what: then nothing is taken from either file, and whatever was claimed may have been sent.

use crate::{Error, Result};
use std::{
    collections::HashMap,
    fs::{File, OpenOptions},
    io,
    os::unix::fs::{FileExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    sync::{Arc, OnceLock, mpsc},
    thread,
};
use tokio::sync::oneshot;
use uuid::Uuid;
use xxhash_rust::xxh3::xxh3_64_with_seed;

const MAGIC: &[u8; 8] = b"vigiein1";
/// Magic, number, worker, length of what was open, checksum.
const HEADER: usize = 40;
/// A file that is longer, and twice as long as what was open at its beginning, is followed by the other.
const GROWN: u64 = 1 << 20;
/// No frame is longer: what claims to be is damage.
const FRAME_MAX: usize = 64 << 20;

/// A file is a multiple of this long, filled up with zeros: what is shorter was cut off. So writes seldom make it longer, either.
const BLOCK: u64 = 64 << 10;
/// What stands before the body of a frame: its length and its checksum.
const FRAME_HEAD: usize = 12;
/// Behind the last frame in what earlier versions wrote.
const OLD_END: [u8; FRAME_HEAD] = [0; FRAME_HEAD];

/// One message: a job, and its items with their attempts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) job: Uuid,
    pub(super) items: Vec<(i64, i64)>,
}

/// What a process before this one has left.
#[derive(Debug, Default)]
pub(crate) struct Left {
    /// Whose claims it speaks of. `None`: there is no journal, or it cannot be read.
    pub(super) worker: Option<i64>,
    /// By job and item, which attempt. Those that ended too: until that is recorded they have begun, and nothing more.
    pub(super) declared: HashMap<(Uuid, i64), i64>,
    /// Declared and ended, as it was told.
    pub(super) ended: Vec<(Uuid, String)>,
}

enum Entry {
    /// Begins anew, for the claims of this worker.
    Restart(i64, Synced),
    Declared(Message, Synced),
    Ended(Message, String),
    /// Recorded: the first items of messages.
    Closed(Uuid, Vec<i64>),
}

type Synced = oneshot::Sender<std::result::Result<(), Arc<io::Error>>>;

/// A handle to the thread, which ends with the last of them.
#[derive(Clone)]
pub(crate) struct Journal {
    paths: [PathBuf; 2],
    entries: Arc<OnceLock<mpsc::Sender<Entry>>>,
}

impl Journal {
    /// The journal of the database `file`.
    pub(crate) fn beside(file: &Path) -> Self {
        let paths = [0, 1].map(|n| file.with_extension(format!("intents-{n}")));
        Self { paths, entries: Arc::default() }
    }

    /// What the files say, before [`Journal::restart`].
    pub(super) fn left(&self) -> Result<Left> {
        let (newest, damaged) = self.read()?;
        if let Some(path) = damaged {
            tracing::error!(
                path = %path.display(),
                "the journal of what is being sent is damaged: all that was being sent is taken as unconfirmed"
            );
            return Ok(Left::default());
        }
        Ok(newest.map(|kept| kept.left).unwrap_or_default())
    }

    /// The file that is damaged, if one is. While a process writes to them, they may look so.
    pub(crate) fn damaged(&self) -> Result<Option<PathBuf>> {
        self.read().map(|(_, damaged)| damaged)
    }

    /// The file that counts, and one that is damaged.
    fn read(&self) -> Result<(Option<JournalFile>, Option<PathBuf>)> {
        let failed = |path: &Path| {
            let context = format!("reading {}", path.display());
            move |source| Error::Io { context, source }
        };
        let mut newest: Option<(JournalFile, &PathBuf)> = None;
        let mut damaged = None;
        for path in &self.paths {
            let bytes = match std::fs::read(path) {
                Ok(bytes) if bytes.is_empty() => continue,
                Ok(bytes) => bytes,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(failed(path)(error)),
            };
            match JournalFile::read(&bytes) {
                // It may be the newer one: its number is what cannot be read.
                None => damaged = Some(path.clone()),
                Some(kept) if newest.as_ref().is_none_or(|(newest, _)| newest.number < kept.number) => {
                    newest = Some((kept, path));
                }
                Some(_) => {}
            }
        }
        let cut = newest.as_ref().filter(|(kept, _)| !kept.is_whole).map(|(_, path)| (*path).clone());
        Ok((newest.map(|(kept, _)| kept), damaged.or(cut)))
    }

    /// Forgets what was left, and keeps what `worker` declares from now on.
    pub(super) async fn restart(&self, worker: i64) -> Result<()> {
        let entries = match self.entries.get() {
            Some(entries) => entries,
            None => {
                let writer = Writer::open(&self.paths)?;
                let (entries, queue) = mpsc::channel();
                let thread = thread::Builder::new().name("intents".to_owned()).spawn(move || writer.run(&queue));
                thread.map_err(|source| Error::Io { context: "starting a thread".to_owned(), source })?;
                self.entries.get_or_init(|| entries)
            }
        };
        let (told, answer) = oneshot::channel();
        entries.send(Entry::Restart(worker, told)).map_err(|_| Error::Closed)?;
        self.heard(answer).await
    }

    /// On disk when this returns.
    pub(super) async fn declare(&self, message: Message) -> Result<()> {
        let (told, answer) = oneshot::channel();
        let entries = self.entries.get().ok_or(Error::Closed)?;
        entries.send(Entry::Declared(message, told)).map_err(|_| Error::Closed)?;
        self.heard(answer).await
    }

    /// Survives the process at once, and a power cut from the next declaration on: that of the same connection is one.
    pub(super) fn ended(&self, message: Message, told: String) {
        if let Some(entries) = self.entries.get() {
            let _ = entries.send(Entry::Ended(message, told));
        }
    }

    pub(super) fn closed(&self, job: Uuid, firsts: Vec<i64>) {
        if let Some(entries) = self.entries.get() {
            let _ = entries.send(Entry::Closed(job, firsts));
        }
    }

    async fn heard(&self, answer: oneshot::Receiver<std::result::Result<(), Arc<io::Error>>>) -> Result<()> {
        let context = || format!("writing {}", self.paths[0].with_extension("intents-*").display());
        answer
            .await
            .map_err(|_| Error::Closed)?
            .map_err(|error| Error::Io { context: context(), source: io::Error::new(error.kind(), error.to_string()) })
    }
}

/// A file as it was read.
struct JournalFile {
    number: u64,
    left: Left,
    /// All that was acknowledged is there.
    is_whole: bool,
}

impl JournalFile {
    fn read(bytes: &[u8]) -> Option<Self> {
        let (header, rest) = bytes.split_at_checked(HEADER)?;
        let word = |at: usize| header[at..at + 8].try_into().map(u64::from_le_bytes).ok();
        let (number, worker, length, sum) = (word(8)?, word(16)?, word(24)?, word(32)?);
        let opening = rest.get(..usize::try_from(length).ok()?)?;
        if &header[..8] != MAGIC || checksum(&header[..32], opening) != sum {
            return None;
        }
        let mut kept =
            Self { number, left: Left { worker: Some(worker.cast_signed()), ..Left::default() }, is_whole: false };
        let mut at = HEADER;
        while let Some((body, after)) = frame(bytes.get(at..).unwrap_or_default(), number) {
            if body[0] == COPY {
                kept.is_whole = true;
                return Some(kept);
            }
            if kept.left.take(body).is_none() {
                return Some(kept);
            }
            at = bytes.len() - after.len();
        }
        kept.is_whole = kept.take_torn(bytes, at);
        Some(kept)
    }

    /// What a file says whose frames end at `at` without their copy; whether that is all that was acknowledged.
    fn take_torn(&mut self, bytes: &[u8], at: usize) -> bool {
        let rest = bytes.get(at..).unwrap_or_default();
        let mut places = (1..rest.len()).filter(|from| rest.get(from + FRAME_HEAD) == Some(&COPY));
        if let Some((body, _)) = places.find_map(|from| frame(&rest[from..], self.number)) {
            let Some((start, mut frames)) = body[1..].split_first_chunk::<8>() else { return false };
            // A copy of what stood further on: something before that is damaged.
            let read = (at as u64).checked_sub(u64::from_le_bytes(*start)).and_then(|read| usize::try_from(read).ok());
            let Some(unread) = read.and_then(|read| frames.get(read..)) else { return false };
            frames = unread;
            while let Some((body, after)) = frame(frames, self.number) {
                if self.left.take(body).is_none() {
                    return false;
                }
                frames = after;
            }
            return frames.is_empty();
        }
        rest.starts_with(&OLD_END) || (bytes.len() as u64).is_multiple_of(BLOCK)
    }
}

impl Left {
    fn take(&mut self, body: &[u8]) -> Option<()> {
        let (&kind, body) = body.split_first()?;
        let (job, body) = body.split_first_chunk::<16>()?;
        let (count, mut body) = body.split_first_chunk::<4>()?;
        let job = Uuid::from_bytes(*job);
        let mut items = Vec::new();
        for _ in 0..u32::from_le_bytes(*count) {
            let (seq, rest) = body.split_first_chunk::<8>()?;
            let (attempt, rest) = rest.split_first_chunk::<8>()?;
            items.push((i64::from_le_bytes(*seq), i64::from_le_bytes(*attempt)));
            body = rest;
        }
        if kind == DECLARED {
            self.declared.extend(items.into_iter().map(|(seq, attempt)| ((job, seq), attempt)));
        } else {
            self.ended.push((job, String::from_utf8_lossy(body).into_owned()));
        }
        Some(())
    }
}

const DECLARED: u8 = 1;
const ENDED: u8 = 2;
/// Where the frames since the last sync begin, and they themselves again.
const COPY: u8 = 3;

fn checksum(header: &[u8], opening: &[u8]) -> u64 {
    xxh3_64_with_seed(opening, xxh3_64_with_seed(header, 0))
}

/// The next frame's body, and what follows it.
fn frame(bytes: &[u8], number: u64) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let (sum, rest) = rest.split_first_chunk::<8>()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok().filter(|length| *length <= FRAME_MAX)?;
    let (body, after) = rest.split_at_checked(length)?;
    (length > 0 && xxh3_64_with_seed(body, number) == u64::from_le_bytes(*sum)).then_some((body, after))
}

fn write_frame(out: &mut Vec<u8>, body: &[u8], number: u64) {
    out.extend_from_slice(&u32::try_from(body.len()).unwrap_or(u32::MAX).to_le_bytes());
    out.extend_from_slice(&xxh3_64_with_seed(body, number).to_le_bytes());
    out.extend_from_slice(body);
}

/// Appends the copy of `frames`, which begin at `place` in the file.
fn write_copy(out: &mut Vec<u8>, frames: &[u8], place: u64, number: u64) {
    let mut body = Vec::with_capacity(9 + frames.len());
    body.push(COPY);
    body.extend_from_slice(&place.to_le_bytes());
    body.extend_from_slice(frames);
    write_frame(out, &body, number);
}

fn body(kind: u8, message: &Message, told: &str) -> Vec<u8> {
    let mut body = Vec::with_capacity(21 + 16 * message.items.len() + told.len());
    body.push(kind);
    body.extend_from_slice(message.job.as_bytes());
    body.extend_from_slice(&u32::try_from(message.items.len()).unwrap_or(u32::MAX).to_le_bytes());
    for (seq, attempt) in &message.items {
        body.extend_from_slice(&seq.to_le_bytes());
        body.extend_from_slice(&attempt.to_le_bytes());
    }
    body.extend_from_slice(told.as_bytes());
    body
}

/// The thread's own.
struct Writer {
    files: [File; 2],
    /// How long they are, in bytes. 0: not begun by this process.
    lengths: [u64; 2],
    current: usize,
    number: u64,
    worker: i64,
    /// Where the next frame goes, and how much was open at the beginning.
    end: u64,
    opening: u64,
    /// Up to where the file is on disk, and the frames behind that.
    synced: u64,
    unsynced: Vec<u8>,
    /// What is not recorded yet, as bodies of frames: by job and first item.
    open: HashMap<(Uuid, i64), Vec<Vec<u8>>>,
    /// What the file ends with is not known: the other is begun before anything else is written.
    torn: bool,
    /// What was there before is settled: once the other is begun, it is emptied, damaged or not.
    is_new: bool,
}

impl Writer {
    fn open(paths: &[PathBuf; 2]) -> Result<Self> {
        let open = |path: &PathBuf| {
            let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path);
            file.map_err(|source| Error::Io { context: format!("opening {}", path.display()), source })
        };
        let files = [open(&paths[0])?, open(&paths[1])?];
        if let Some(folder) = paths[0].parent()
            && let Ok(folder) = File::open(folder)
        {
            // Their names are on disk once their folder is.
            let _ = folder.sync_all();
        }
        let numbers = [0, 1].map(|n: usize| {
            let mut header = [0; HEADER];
            let read = files[n].read_exact_at(&mut header, 0).is_ok() && &header[..8] == MAGIC;
            // A header whose beginning was torn may hold any number; the next one is above it all the same.
            let number = u64::from_le_bytes(header[8..16].try_into().unwrap_or_default());
            if read && number < u64::MAX / 2 { number } else { 0 }
        });
        let current = usize::from(numbers[1] > numbers[0]);
        let (number, open) = (numbers[current], HashMap::new());
        Ok(Self {
            files,
            lengths: [0; 2],
            current,
            number,
            worker: 0,
            end: 0,
            opening: 0,
            synced: 0,
            unsynced: Vec::new(),
            open,
            torn: true,
            is_new: false,
        })
    }

    fn run(mut self, queue: &mpsc::Receiver<Entry>) {
        while let Ok(first) = queue.recv() {
            let mut batch = vec![first];
            batch.extend(queue.try_iter());
            self.write(batch);
        }
    }

    /// Everything that waits, in one write and, where something was declared, one sync.
    fn write(&mut self, batch: Vec<Entry>) {
        let (mut waiting, mut declared, mut bodies) = (Vec::new(), Vec::new(), Vec::new());
        for entry in batch {
            match entry {
                Entry::Restart(worker, told) => {
                    (self.worker, self.torn, self.is_new) = (worker, true, true);
                    self.open.clear();
                    bodies.clear();
                    waiting.push(told);
                }
                Entry::Declared(message, told) => {
                    let (key, body) = (key(&message), body(DECLARED, &message, ""));
                    self.open.insert(key, vec![body.clone()]);
                    declared.push(key);
                    bodies.push(body);
                    waiting.push(told);
                }
                Entry::Ended(message, told) => {
                    if let Some(open) = self.open.get_mut(&key(&message)) {
                        let body = body(ENDED, &message, &told);
                        open.push(body.clone());
                        bodies.push(body);
                    }
                }
                Entry::Closed(job, firsts) => {
                    for first in firsts {
                        self.open.remove(&(job, first));
                    }
                }
            }
        }
        let written = self.put(&bodies, !waiting.is_empty());
        if let Err(error) = &written {
            tracing::error!(%error, "intents cannot be written: nothing is sent meanwhile");
            self.torn = true;
            for key in declared {
                self.open.remove(&key);
            }
        }
        let written = written.map_err(Arc::new);
        for told in waiting {
            let _ = told.send(written.clone());
        }
    }

    fn put(&mut self, bodies: &[Vec<u8>], sync: bool) -> io::Result<()> {
        if self.torn || self.end > GROWN.max(2 * self.opening) {
            return self.turn();
        }
        let mut out = Vec::new();
        for body in bodies {
            write_frame(&mut out, body, self.number);
        }
        let frames = out.len() as u64;
        self.unsynced.extend_from_slice(&out);
        write_copy(&mut out, &self.unsynced, self.synced, self.number);
        self.write_at(self.current, out, self.end)?;
        self.end += frames;
        if sync || self.unsynced.len() as u64 > BLOCK {
            self.files[self.current].sync_data()?;
            self.unsynced.clear();
            self.synced = self.end;
        }
        Ok(())
    }

    /// Writes, and fills the file up where it becomes longer.
    fn write_at(&mut self, file: usize, mut bytes: Vec<u8>, offset: u64) -> io::Result<()> {
        let end = offset + bytes.len() as u64;
        if end > self.lengths[file] {
            let length = end.next_multiple_of(BLOCK);
            bytes.resize(bytes.len() + usize::try_from(length - end).unwrap_or_default(), 0);
        }
        self.files[file].write_all_at(&bytes, offset)?;
        self.lengths[file] = self.lengths[file].max(offset + bytes.len() as u64);
        Ok(())
    }

    /// Begins the other file with everything that is open, which is on disk before anything is appended to it.
    fn turn(&mut self) -> io::Result<()> {
        let (number, next) = (self.number + 1, 1 - self.current);
        let mut opening = Vec::new();
        for body in self.open.values().flatten() {
            write_frame(&mut opening, body, number);
        }
        let mut out = Vec::with_capacity(HEADER + opening.len());
        out.extend_from_slice(MAGIC);
        out.extend_from_slice(&number.to_le_bytes());
        out.extend_from_slice(&self.worker.to_le_bytes());
        out.extend_from_slice(&(opening.len() as u64).to_le_bytes());
        out.extend_from_slice(&checksum(&out, &opening).to_le_bytes());
        out.extend_from_slice(&opening);
        let end = out.len() as u64;
        write_copy(&mut out, &[], end, number);
        // Whatever becomes of it, this number is used up: half of it may be there.
        self.number = number;
        if self.lengths[next] == 0 {
            self.files[next].set_len(0)?;
        }
        self.write_at(next, out, 0)?;
        self.files[next].sync_data()?;
        if std::mem::take(&mut self.is_new) {
            self.files[1 - next].set_len(0)?;
            self.lengths[1 - next] = 0;
        }
        (self.current, self.torn) = (next, false);
        self.unsynced.clear();
        (self.opening, self.end, self.synced) = (opening.len() as u64, end, end);
        Ok(())
    }
}

fn key(message: &Message) -> (Uuid, i64) {
    (message.job, message.items.first().map_or(0, |(seq, _)| *seq))
}
