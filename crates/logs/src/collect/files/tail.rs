//! One file: where it stands, and the lines that it gives.

use super::fingerprint::{BYTES_MAX, PrefixFingerprint, SuffixFingerprint};
use super::packing::Packing;
use crate::{
    RecordMetadata,
    collect::checkpointed_writer::CheckpointedWriter,
    encoding::{line_as_utf8, without_zeros},
};
use scrub::Counts;
use serde::{Deserialize, Serialize};
use sources::{Reader, timestamps::Reference};
use std::{
    borrow::Cow,
    collections::VecDeque,
    fs::{File, Metadata},
    io::{self, Read},
    os::unix::fs::{FileExt as _, MetadataExt as _},
    path::{Path, PathBuf},
};
use telemetry::OwnedValue;

/// Bytes of a line. A longer one is taken in parts.
const LINE_BYTES_MAX: usize = 256 << 10;
/// Bytes from which the format of a file is learned that is read from further on.
const LEARNED_BYTES: usize = 16 << 10;

/// Device and inode.
pub(super) type FileId = (u64, u64);

/// Where a file stands, as it is written down.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Position {
    pub(super) path: PathBuf,
    /// What its records are kept as; a file that was renamed keeps it.
    pub(super) source: String,
    pub(super) device: u64,
    pub(super) inode: u64,
    #[serde(rename = "head")]
    pub(super) prefix: PrefixFingerprint,
    #[serde(default, rename = "trail")]
    pub(super) suffix: SuffixFingerprint,
    /// Every line before this byte was read; in a packed file, of what it unpacks to.
    pub(super) offset: u64,
    /// Of these, the lines whose records are not complete yet: from, to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) held: Vec<(u64, u64)>,
    /// It was packed and is read.
    #[serde(default)]
    pub(super) done: bool,
    /// Of a file that is not open: its length and the time of its last change when its end was seen.
    #[serde(default)]
    pub(super) state: Option<State>,
    /// When it was last seen, in µs: what is gone for long is forgotten.
    pub(super) seen: i64,
    /// By which the store knows it; 0 where it does not yet.
    #[serde(skip)]
    pub(super) number: u64,
}

impl Position {
    /// Whether the other is the same, but for when it was seen.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        let Self { path, source, device, inode, prefix, suffix, offset, held, done, state, seen: _, number } = self;
        (*number, *offset, *device, *inode) == (other.number, other.offset, other.device, other.inode)
            && (*done, *state) == (other.done, other.state)
            && (path, source, held) == (&other.path, &other.source, &other.held)
            && (prefix, suffix) == (&other.prefix, &other.suffix)
    }

    /// Whether the file at `path` holds what was read, where it was read.
    pub(super) fn is_in(&self, path: &Path) -> bool {
        PrefixFingerprint::read(path).is_ok_and(|bytes| self.prefix.begins(&bytes)) && self.suffix.is_in(path)
    }

    /// Of a file of which nothing is to be read, as another one had it; none where it is gone by now.
    pub(super) fn read_already(self) -> Option<Self> {
        let found = std::fs::metadata(&self.path).ok()?;
        let (mut prefix, mut suffix) = (PrefixFingerprint::default(), SuffixFingerprint::default());
        let bytes = PrefixFingerprint::read(&self.path).ok()?;
        prefix.extend(0, &bytes);
        suffix.extend(&mut Vec::new(), 0, &bytes);
        let (device, inode, state) = (found.dev(), found.ino(), Some(state_of(&found)));
        // Of one that is packed the length that it unpacks to is not needed: it is done.
        Some(Self { device, inode, prefix, suffix, offset: found.len(), done: true, state, ..self })
    }
}

/// Length, and seconds and nanoseconds of the last change.
pub(super) type State = (u64, i64, i64);

enum Input {
    Plain(File),
    /// And how far it was unpacked.
    Packed(Box<dyn Read + Send>, u64),
}

/// A file that is read.
pub(super) struct Tail {
    pub(super) position: Position,
    input: Option<Input>,
    packing: Packing,
    /// What each of its records has.
    labels: Vec<(String, OwnedValue)>,
    reader: Reader,
    masked: Counts,
    /// Read, and without its line feed yet.
    partial: Vec<u8>,
    /// What was read last, for the fingerprint of the suffix.
    last: Vec<u8>,
    /// Lines that the reader was given.
    pushed: u64,
    /// Of the last of these, and of those that it holds: number, from, to.
    recent: VecDeque<(u64, u64, u64)>,
    /// After a restart: lines before this byte were kept, but for those held.
    resumed: u64,
    /// It is found by no pattern under its own name any more.
    pub(super) leaving: bool,
    /// Its end has been seen since it is leaving.
    pub(super) drained: bool,
    /// When something was last read.
    pub(super) active: i64,
    long: u64,
    /// As it was when its end was last seen; of a packed file, when it was opened.
    still: Option<State>,
}

fn told<'a>(position: &'a Position, labels: &'a [(String, OwnedValue)]) -> RecordMetadata<'a> {
    RecordMetadata { source: position.source.as_bytes(), fields: labels, ..RecordMetadata::default() }
}

/// What changes with a file.
pub(super) fn state_of(found: &Metadata) -> State {
    (found.len(), found.mtime(), found.mtime_nsec())
}

impl Tail {
    /// Goes on where `position` stands. `reference` is by what its dates are completed.
    pub(super) fn new(
        writer: &CheckpointedWriter,
        file: File,
        mut position: Position,
        labels: Vec<(String, OwnedValue)>,
    ) -> io::Result<Self> {
        let packing = Packing::of(&position.path);
        let found = file.metadata()?;
        (position.device, position.inode) = (found.dev(), found.ino());
        let reference = match packing {
            Packing::Plain => Reference::Arrival,
            _ => Reference::Modified(model::Timestamp::from_micros(found.mtime().saturating_mul(1_000_000))),
        };
        position.state = None;
        let mut reader = writer.reader(&position.source, reference);
        if position.offset > 0 {
            let mut beginning = Vec::new();
            packing.open(file.try_clone()?)?.take(LEARNED_BYTES as u64).read_to_end(&mut beginning)?;
            let whole_lines = memchr::memrchr(b'\n', &beginning).map_or(0, |end| end + 1);
            position.prefix.recall(&beginning);
            reader.learn(&beginning[..whole_lines]);
            io::Seek::rewind(&mut &file)?;
        }
        let resumed = position.offset;
        position.offset = position.held.first().map_or(resumed, |(from, _)| *from);
        let mut last = vec![0; BYTES_MAX.min(usize::try_from(position.offset).unwrap_or(BYTES_MAX))];
        let before = position.offset - last.len() as u64;
        if packing == Packing::Plain && !last.is_empty() && file.read_exact_at(&mut last, before).is_ok() {
            position.suffix.extend(&mut Vec::new(), before, &last);
        } else {
            last.clear();
        }
        let input = match packing {
            Packing::Plain => Input::Plain(file),
            packing => Input::Packed(packing.open(file)?, 0),
        };
        Ok(Self {
            active: writer.now().as_micros(),
            position,
            input: Some(input),
            packing,
            labels,
            reader,
            masked: Counts::default(),
            partial: Vec::new(),
            last,
            pushed: 0,
            recent: VecDeque::new(),
            resumed,
            leaving: false,
            drained: false,
            long: 0,
            still: (packing != Packing::Plain).then(|| state_of(&found)),
        })
    }

    pub(super) fn id(&self) -> FileId {
        (self.position.device, self.position.inode)
    }

    /// Whether it is no longer what its first name means.
    pub(super) fn is_renamed(&self) -> bool {
        super::id_of(Path::new(&self.position.source)) != Some(self.id())
    }

    pub(super) fn is_plain(&self) -> bool {
        self.packing == Packing::Plain
    }

    /// Whether nothing has happened to it since its end was seen.
    pub(super) fn is_still(&self) -> bool {
        let Some(Input::Plain(file)) = &self.input else { return false };
        self.still.is_some() && file.metadata().ok().map(|found| state_of(&found)) == self.still
    }

    /// Whether what is open is no longer what was read: emptied, or written anew.
    pub(super) fn is_replaced(&self) -> bool {
        let Some(Input::Plain(file)) = &self.input else { return false };
        let length = file.metadata().map_or(u64::MAX, |found| found.len());
        length < self.read_to() || !self.position.prefix.is_of(file) || !self.position.suffix.is_of(file)
    }

    fn read_to(&self) -> u64 {
        self.position.offset + self.partial.len() as u64
    }

    /// Reads at most `buffer`, and keeps what is complete by it. How many bytes were read.
    pub(super) fn read(&mut self, buffer: &mut [u8], writer: &mut CheckpointedWriter) -> io::Result<usize> {
        let from = self.read_to();
        let read = match &mut self.input {
            None => 0,
            Some(Input::Plain(file)) => {
                // Looked at before: what comes in between is a change.
                let found = file.metadata()?;
                let read = file.read_at(buffer, from)?;
                self.still = (read == 0).then(|| state_of(&found));
                read
            }
            Some(Input::Packed(input, done)) => {
                // What was read before the restart is unpacked again.
                while *done < from {
                    let most = buffer.len().min(usize::try_from(from - *done).unwrap_or(usize::MAX));
                    let passed = input.read(&mut buffer[..most])?;
                    if passed == 0 {
                        return Err(io::ErrorKind::UnexpectedEof.into());
                    }
                    *done += passed as u64;
                }
                let read = input.read(buffer)?;
                *done += read as u64;
                read
            }
        };
        if read == 0 {
            return Ok(0);
        }
        self.active = writer.now().as_micros();
        self.position.prefix.extend(from, &buffer[..read]);
        self.position.suffix.extend(&mut self.last, from, &buffer[..read]);
        self.take(&buffer[..read], writer);
        Ok(read)
    }

    fn take(&mut self, mut bytes: &[u8], writer: &mut CheckpointedWriter) {
        while let Some(feed) = memchr::memchr(b'\n', bytes) {
            let (line, rest) = (&bytes[..feed], &bytes[feed + 1..]);
            if self.partial.is_empty() {
                self.line(line, 1, writer);
            } else {
                let mut whole = std::mem::take(&mut self.partial);
                whole.extend_from_slice(line);
                self.line(&whole, 1, writer);
                whole.clear();
                self.partial = whole;
            }
            bytes = rest;
        }
        self.partial.extend_from_slice(bytes);
        if self.partial.len() >= LINE_BYTES_MAX {
            self.long += 1;
            if self.long.is_power_of_two() {
                tracing::warn!(
                    source = self.position.source,
                    bytes = LINE_BYTES_MAX,
                    count = self.long,
                    "a line is so long that it is taken in parts"
                );
            }
            let part = std::mem::take(&mut self.partial);
            self.line(&part, 0, writer);
        }
        if self.partial.capacity() > 4 << 10 && self.partial.is_empty() {
            self.partial = Vec::new();
        }
    }

    /// Takes a line of the file; `feed` is the length of its end.
    fn line(&mut self, line: &[u8], feed: u64, writer: &mut CheckpointedWriter) {
        let from = self.position.offset;
        let to = from + line.len() as u64 + feed;
        self.position.offset = to;
        // Kept before the restart.
        if to <= self.resumed && !self.position.held.iter().any(|(start, end)| *start <= from && to <= *end) {
            return;
        }
        self.recent.push_back((self.pushed, from, to));
        self.pushed += 1;
        let Self { reader, position, labels, .. } = self;
        let told = told(position, labels);
        // A part of a line may begin and end within a character.
        let text = if feed > 0 { line_as_utf8(line) } else { Cow::Borrowed(line) };
        reader.push(without_zeros(&text), writer.now(), &mut |record| writer.keep(&record, &told));
    }

    /// Keeps what was held for further lines long enough.
    pub(super) fn flush(&mut self, writer: &mut CheckpointedWriter) {
        let Self { reader, position, labels, .. } = self;
        let told = told(position, labels);
        reader.flush(writer.now(), &mut |record| writer.keep(&record, &told));
        self.forget_given(writer);
    }

    /// Keeps all there is: nothing more will come.
    pub(super) fn finish(&mut self, writer: &mut CheckpointedWriter) {
        if !self.partial.is_empty() {
            let rest = std::mem::take(&mut self.partial);
            self.line(&rest, 0, writer);
        }
        let Self { reader, position, labels, .. } = self;
        let told = told(position, labels);
        reader.finish(&mut |record| writer.keep(&record, &told));
        self.forget_given(writer);
        self.input = None;
        self.position.done = true;
    }

    fn forget_given(&mut self, writer: &CheckpointedWriter) {
        let masked = self.reader.masked();
        writer.add_masked(masked.since(self.masked));
        self.masked = masked;
        if self.recent.is_empty() {
            return;
        }
        let held = self.reader.held();
        self.recent.retain(|(number, ..)| held.iter().any(|range| range.contains(number)));
    }

    /// Where it stands once all that was given is kept.
    pub(super) fn stands(&mut self) -> Position {
        let mut held: Vec<(u64, u64)> = Vec::new();
        // Lines that were held at the restart and are not read again yet.
        let ahead = self.position.held.iter().filter(|(from, _)| *from >= self.position.offset);
        for (from, to) in self.recent.iter().map(|(_, from, to)| (*from, *to)).chain(ahead.copied()) {
            match held.last_mut() {
                Some((_, end)) if *end == from => *end = to,
                _ => held.push((from, to)),
            }
        }
        Position { held, offset: self.position.offset.max(self.resumed), ..self.position.clone() }
    }

    /// The same of one that is closed.
    pub(super) fn rests(&mut self) -> Position {
        Position { state: self.still, ..self.stands() }
    }

    /// Whether records of it are not complete.
    pub(super) fn holds(&self) -> bool {
        !self.recent.is_empty()
    }
}
