//! The machine's journal, as `journalctl` gives it: one JSON object a line, each with its cursor.
//!
//! The position is the cursor before the first entry whose record is not complete; entries after it that were kept
//! already are known by their cursors, and passed over.

#[cfg(test)]
mod tests;

use super::{
    Stop,
    checkpointed_writer::{CheckpointedWriter, Stopped},
    stored::{self, fnv},
};
use crate::{Logs, RecordMetadata};
use serde::{Deserialize, Serialize};
use sources::{Reader, timestamps::Reference};
use std::{
    collections::{HashSet, VecDeque},
    io::{self, BufRead as _, BufReader, Read as _},
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, sync_channel},
    time::Duration,
};
use telemetry::PositionChange;

/// Bytes of an entry; one that is longer is left out, and told of.
const ENTRY_BYTES_MAX: usize = 1 << 20;
/// Entries that wait to be taken.
const WAITING_MAX: usize = 64;
/// How long a batch is gathered.
const GATHER: Duration = Duration::from_millis(100);
/// A `journalctl` that has ended is started again after so long.
const AGAIN_AFTER: Duration = Duration::from_secs(5);
/// Entries of the past that are taken when there is no position yet.
const FIRST_LINES: &str = "all";
/// Of its position in the store.
const KEY: &str = "journal";

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct JournalPlace {
    /// Everything up to here is kept.
    cursor: Option<String>,
    /// Of entries after it that are kept too: hashes of their cursors.
    #[serde(default)]
    given: Vec<u64>,
}

pub(super) struct Journal {
    writer: CheckpointedWriter,
    stop: Stop,
    program: String,
    place: JournalPlace,
    cursor: Option<String>,
    reader: Reader,
    /// Entries behind the cursor, in order: the number that the reader has given them, unless they were kept before.
    recent: VecDeque<(Option<u64>, String)>,
    /// Of those kept before: what did not come again yet.
    given: HashSet<u64>,
    pushed: u64,
}

impl Journal {
    /// `program` is `journalctl`.
    pub(super) fn open(logs: Logs, stop: Stop, program: &str) -> Result<Self, Stopped> {
        let mut writer = CheckpointedWriter::new(logs, stop.clone());
        let place = writer.stored(KEY, |stored| {
            stored.first().map_or_else(|| Ok(JournalPlace::default()), |(key, place)| stored::read(key, place))
        })?;
        let cursor = place.cursor.clone();
        let reader = writer.reader("", Reference::Arrival);
        let (recent, given) = (VecDeque::new(), HashSet::new());
        Ok(Self { writer, stop, program: program.to_owned(), place, cursor, reader, recent, given, pushed: 0 })
    }

    /// Until it is stopped. A `journalctl` that ends is started again.
    pub(super) fn run(&mut self) {
        let mut told = false;
        while !self.stop.is_asked() {
            match self.follow() {
                Ok(()) => told = false,
                Err(Ended::Stopped) => break,
                Err(Ended::Broken(error)) if !told => {
                    told = true;
                    tracing::warn!(program = self.program, %error, "the journal cannot be read: check that this user is in the group systemd-journal");
                }
                Err(Ended::Broken(_)) => {}
            }
            if self.stop.wait(AGAIN_AFTER) {
                break;
            }
        }
    }

    /// Follows one `journalctl` until it ends.
    fn follow(&mut self) -> Result<(), Ended> {
        // What a broken end has left incomplete comes again.
        self.reader = self.writer.reader("", Reference::Arrival);
        let JournalPlace { cursor, given } = self.place.clone();
        (self.cursor, self.given, self.pushed) = (cursor, given.into_iter().collect(), 0);
        self.recent.clear();
        let mut command = Command::new(&self.program);
        command.args(["--output=json", "--all", "--follow", "--no-pager", "--quiet"]);
        match &self.cursor {
            Some(cursor) => command.arg(format!("--after-cursor={cursor}")).arg("--lines=all"),
            None => command.arg(format!("--lines={FIRST_LINES}")),
        };
        let spawned = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let mut child = Ending(spawned.map_err(Ended::Broken)?);
        let Some(out) = child.0.stdout.take() else { return Ok(()) };
        let (give, lines) = sync_channel(WAITING_MAX);
        let reading = std::thread::spawn(move || {
            let mut out = BufReader::new(out);
            while let Ok(Some(line)) = entry(&mut out) {
                if give.send(line).is_err() {
                    break;
                }
            }
        });
        let followed = self.take(&lines);
        drop(child);
        drop(lines);
        let _ = reading.join();
        followed
    }

    fn take(&mut self, lines: &Receiver<Vec<u8>>) -> Result<(), Ended> {
        loop {
            if self.stop.is_asked() {
                return Err(Ended::Stopped);
            }
            let mut next = match lines.recv_timeout(GATHER) {
                Ok(line) => Some(line),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => {
                    let Self { reader, writer, .. } = self;
                    reader.finish(&mut |record| writer.keep(&record, &told()));
                    self.commit()?;
                    return Err(Ended::Broken(io::Error::other("it has ended")));
                }
            };
            while let Some(line) = next {
                self.line(&line);
                next = if self.writer.is_full() { None } else { lines.try_recv().ok() };
            }
            let Self { reader, writer, .. } = self;
            reader.flush(writer.now(), &mut |record| writer.keep(&record, &told()));
            self.commit()?;
        }
    }

    fn line(&mut self, line: &[u8]) {
        let Some(cursor) = cursor_of(line) else { return };
        if self.given.remove(&fnv(cursor.as_bytes())) {
            return self.recent.push_back((None, cursor));
        }
        self.recent.push_back((Some(self.pushed), cursor));
        self.pushed += 1;
        let Self { reader, writer, .. } = self;
        let masked = reader.masked();
        reader.push(line, writer.now(), &mut |record| writer.keep(&record, &told()));
        writer.add_masked(reader.masked().since(masked));
    }

    fn commit(&mut self) -> Result<(), Ended> {
        if self.writer.batch().is_empty() {
            return Ok(());
        }
        let held = self.reader.held();
        let oldest = held.first().map_or(u64::MAX, |range| range.start);
        while self.recent.front().is_some_and(|(number, _)| number.is_none_or(|number| number < oldest)) {
            self.cursor = self.recent.pop_front().map(|(_, cursor)| cursor);
        }
        let is_held =
            |number: &Option<u64>| number.is_some_and(|number| held.iter().any(|range| range.contains(&number)));
        let given = self.recent.iter().filter(|(number, _)| !is_held(number));
        let given = given.map(|(_, cursor)| fnv(cursor.as_bytes())).chain(self.given.iter().copied()).collect();
        let then = JournalPlace { cursor: self.cursor.clone(), given };
        self.writer.commit(&[change(&then)]).map_err(|Stopped| Ended::Stopped)?;
        self.place = then;
        Ok(())
    }
}

fn change(place: &JournalPlace) -> PositionChange {
    PositionChange { key: KEY.to_owned(), position: Some(stored::write(place)) }
}

enum Ended {
    Stopped,
    Broken(io::Error),
}

/// A process that ends with whoever has started it.
struct Ending(Child);

impl Drop for Ending {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// By its unit, else by its program.
fn told() -> RecordMetadata<'static> {
    RecordMetadata {
        source: b"journal",
        source_fields: &["_SYSTEMD_UNIT", "UNIT", "SYSLOG_IDENTIFIER", "_COMM", "_TRANSPORT"],
        ..RecordMetadata::default()
    }
}

fn cursor_of(line: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Entry {
        #[serde(rename = "__CURSOR")]
        cursor: String,
    }
    serde_json::from_slice::<Entry>(line).ok().map(|entry| entry.cursor)
}

/// The next line of at most [`ENTRY_BYTES_MAX`]; `None` at the end.
fn entry(mut out: &mut impl io::BufRead) -> io::Result<Option<Vec<u8>>> {
    loop {
        let mut line = Vec::new();
        let read = (&mut out).take(ENTRY_BYTES_MAX as u64).read_until(b'\n', &mut line)?;
        if read == 0 {
            return Ok(None);
        }
        if line.pop_if(|last| *last == b'\n').is_some() {
            return Ok(Some(line));
        }
        if read < ENTRY_BYTES_MAX {
            return Ok(None);
        }
        tracing::warn!(bytes = ENTRY_BYTES_MAX, "an entry of the journal is too long and left out");
        // Its rest.
        loop {
            let buffer = out.fill_buf()?;
            if buffer.is_empty() {
                return Ok(None);
            }
            let end = memchr::memchr(b'\n', buffer);
            let length = end.map_or(buffer.len(), |end| end + 1);
            out.consume(length);
            if end.is_some() {
                break;
            }
        }
    }
}
