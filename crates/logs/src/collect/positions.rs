//! Files in which older versions kept where sources stand: read once, told to the store, and removed. Positions are kept in the
//! store now, together with the records.
//!
//! Before records were appended, the file said where the source would stand once they were kept, and by which record that is
//! known. So the store is asked for that record: the position is then the one or the other, wherever the process ended.

use crate::{Error, Opened};
use model::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::{fs, io, ops::ControlFlow, path::Path};
#[cfg(test)]
use telemetry::Batch;
use telemetry::query::{Bounds, Page, Question, language::Order, parse, search};

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

/// Reads the position that a file tells, if there is one, and asks the store what it leaves open.
pub(crate) fn read<T: Clone + Default + DeserializeOwned>(path: &Path, opened: &Opened) -> Result<T, Error> {
    let Some(written) = written::<T>(path)? else { return Ok(T::default()) };
    Ok(match written.next {
        Some(next) if next.mark.is_kept(opened) => next.then,
        _ => written.now,
    })
}

/// Writes a file as older versions did: the position, and the one that a batch leads to, if it is kept.
#[cfg(test)]
pub(crate) fn write_as_before<T: Clone + Serialize>(path: &Path, now: &T, next: Option<(&T, &Batch)>, opened: &Opened) {
    let next = next.map(|(then, batch)| {
        let last = batch.get(batch.len() - 1);
        let mark = Mark { after: last_seq(opened), time: last.time().as_micros(), hash: fnv(last.message()) };
        Next { mark, then: then.clone() }
    });
    let json = serde_json::to_string(&Written { version: VERSION, now: now.clone(), next }).unwrap();
    fs::write(path, format!("{json}\n{SUM}{:016x}\n", fnv(json.as_bytes()))).unwrap();
}

/// The file is not needed any more.
pub(crate) fn remove(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Error::io(path, error)),
        _ => Ok(()),
    }
}

fn written<T: DeserializeOwned>(path: &Path) -> Result<Option<Written<T>>, Error> {
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
#[cfg(test)]
fn last_seq(opened: &Opened) -> Option<u64> {
    let snapshot = opened.snapshot();
    let memory = snapshot.memory().last().map(|batch| (batch.first_seq + batch.batch.len() as u64).saturating_sub(1));
    memory.max(snapshot.segments().iter().map(|segment| segment.seq_range().1).max())
}

/// FNV-1a, 64 bits: the same in every version of this program.
pub(crate) fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
