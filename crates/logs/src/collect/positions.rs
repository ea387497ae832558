//! Up to where run logs are kept: a small file, replaced as a whole. Older versions wrote such files for every source, which are
//! read once. All others keep their positions in the store, together with the records.
//!
//! Before records are appended, the file says where the source will stand once they are kept, and by which record that is
//! known. After a crash the store is asked for that record: the position is then the one or the other, and no record is
//! missed or kept twice, wherever the process ended.

use crate::{Error, Opened};
use model::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::{
    fs::{self, File},
    io::{self, Write as _},
    ops::ControlFlow,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};
use telemetry::{
    Batch,
    query::{Bounds, Page, Question, language::Order, parse, search},
};

const VERSION: u32 = 1;
/// Before the checksum of all that stands above it: a digit that is another one would miss lines, or keep them twice.
const SUM: &str = "fnv ";
/// Bytes of the file: far more than ten thousand files need.
const BYTES_MAX: u64 = 32 << 20;
/// Records of one microsecond that are looked at.
const ALIKE_MAX: usize = 10_000;

#[derive(Serialize, Deserialize)]
struct Written<T> {
    version: u32,
    now: T,
    /// Where it stands instead, if the store has the record.
    next: Option<Next<T>>,
}

#[derive(Serialize, Deserialize)]
struct Next<T> {
    mark: Mark,
    then: T,
}

/// By which the last record of a batch is known again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Mark {
    /// Its number is above this one.
    after: Option<u64>,
    time: i64,
    /// Of its message.
    hash: u64,
}

/// The position of a collector: of its files, or in the journal.
pub(crate) struct Positions<T> {
    path: PathBuf,
    now: T,
    /// The file says something else than `now`, or something more.
    stale: bool,
}

impl<T: Clone + Default + Serialize + DeserializeOwned> Positions<T> {
    /// Reads the file, if there is one, and asks the store what it leaves open.
    pub(crate) fn open(path: &Path, opened: &Opened) -> Result<Self, Error> {
        let mut positions = Self { path: path.to_owned(), now: T::default(), stale: false };
        let Some(written) = read::<T>(path)? else { return Ok(positions) };
        positions.now = written.now;
        if let Some(next) = written.next {
            positions.stale = true;
            if next.mark.is_kept(opened) {
                positions.now = next.then;
            }
        }
        Ok(positions)
    }

    pub(crate) fn now(&self) -> &T {
        &self.now
    }

    /// Says that the position will be `then` once `batch` is kept.
    pub(crate) fn intend(&self, then: &T, batch: &Batch, opened: &Opened) -> Result<(), Error> {
        let Some(last) = batch.len().checked_sub(1).map(|row| batch.get(row)) else { return Ok(()) };
        let mark = Mark { after: last_seq(opened), time: last.time().as_micros(), hash: fnv(last.message()) };
        self.write(&Written { version: VERSION, now: self.now.clone(), next: Some(Next { mark, then: then.clone() }) })
    }

    /// What was intended is kept. The file may say so later.
    pub(crate) fn reached(&mut self, then: T) {
        (self.now, self.stale) = (then, true);
    }

    /// Sees to it that the file says what is.
    pub(crate) fn save(&mut self) -> Result<(), Error> {
        if self.stale {
            self.write(&Written { version: VERSION, now: self.now.clone(), next: None })?;
            self.stale = false;
        }
        Ok(())
    }

    fn write(&self, written: &Written<T>) -> Result<(), Error> {
        let part = self.path.with_extension("json.part");
        let replaced = (|| {
            let mut file = create_private(&part)?;
            let json = serde_json::to_vec(written)?;
            file.write_all(&[&json[..], format!("\n{SUM}{:016x}\n", fnv(&json)).as_bytes()].concat())?;
            file.sync_data()?;
            fs::rename(&part, &self.path)?;
            // The name is on disk with its folder.
            self.path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_data())
        })();
        replaced.map_err(|error: io::Error| Error::io(&self.path, error))
    }
}

/// A file of this program alone, whatever the umask allows and whatever lay there.
pub(super) fn create_private(path: &Path) -> io::Result<File> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    File::options().write(true).create_new(true).mode(0o600).open(path)
}

/// The file is not needed any more.
pub(crate) fn remove(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Error::io(path, error)),
        _ => Ok(()),
    }
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<Option<Written<T>>, Error> {
    let failed = |error| Error::io(path, error);
    match fs::metadata(path) {
        Ok(found) if found.len() > BYTES_MAX => return Err(failed(io::Error::other("is too long for what it is"))),
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    }
    let bytes = fs::read(path).map_err(failed)?;
    match summed(&bytes).and_then(|json| serde_json::from_slice::<Written<T>>(json).map_err(|error| error.to_string()))
    {
        Ok(written) if written.version == VERSION => Ok(Some(written)),
        Ok(written) => Err(failed(io::Error::other(format!("version {} is not known here", written.version)))),
        // It is replaced as a whole, so a crash does not do this. To begin anew would keep everything twice.
        Err(error) => Err(failed(io::Error::other(format!(
            "cannot be read ({error}): restore it, or remove it to collect everything again"
        )))),
    }
}

/// What a file says above its checksum.
fn summed(bytes: &[u8]) -> Result<&[u8], String> {
    let text = bytes.trim_ascii_end();
    let Some(end) = text.iter().rposition(|byte| *byte == b'\n') else { return Err("it has no checksum".to_owned()) };
    let (json, sum) = (&text[..end], format!("{SUM}{:016x}", fnv(&text[..end])));
    if text[end + 1..] == *sum.as_bytes() { Ok(json) } else { Err("its checksum is another".to_owned()) }
}

impl Mark {
    fn is_kept(self, opened: &Opened) -> bool {
        let (query, _) = parse("");
        let from = Timestamp::from_micros(self.time);
        let Ok(question) = Question::new(&query, from, &jiff::tz::TimeZone::UTC) else { return false };
        let question = question.within(from..Timestamp::from_micros(self.time.saturating_add(1)));
        let page = Page { order: Order::Descending, after: None, limit: ALIKE_MAX };
        let mut kept = false;
        // What was deleted since was kept all the same.
        search(&opened.snapshot().with_deleted(), &question, page, &Bounds::default(), |hit| {
            let is_later = self.after.is_none_or(|after| hit.cursor.seq > after);
            kept |= is_later && fnv(hit.record.message()) == self.hash;
            if kept { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        kept
    }
}

/// The highest number of a record that can be seen.
fn last_seq(opened: &Opened) -> Option<u64> {
    let snapshot = opened.snapshot();
    let memory = snapshot.memory().last().map(|batch| (batch.first_seq + batch.batch.len() as u64).saturating_sub(1));
    memory.max(snapshot.segments().iter().map(|segment| segment.seq_range().1).max())
}

/// FNV-1a, 64 bits: the same in every version of this program.
pub(crate) fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
