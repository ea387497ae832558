//! A file made into pieces: records as lines of JSON, each piece with where the file stands behind it.
//!
//! A piece ends between two records, so that an import that is cut off goes on as if nothing had been.

use super::super::{
    ledger::{Entry, Open, Sign},
    lines::{self, Tally, Under},
};
use crate::words::t;
use jiff::tz::TimeZone;
use logs::{
    encoding::{Encoding, line_as_utf8, without_zeros},
    raw::{self, FileTrouble},
};
use model::{Clock, Timestamp};
use sources::{
    Options, Reader, Record,
    custom::Custom,
    multiline::Limits,
    timestamps::{Reference, Turns},
};
use std::{
    borrow::Cow,
    cell::RefCell,
    io::{self, Read},
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::sync::mpsc;

/// Bytes of JSON in a piece. Each is synced before the next is sent.
const PIECE_BYTES: usize = 2 << 20;
/// Bytes from which a piece ends even where records of several processes stand between each other.
const PIECE_BYTES_MAX: usize = 2 * PIECE_BYTES;
/// The same of lines, as most may be blank.
const PIECE_LINES: usize = 256 << 10;
const PIECE_LINES_MAX: usize = 2 * PIECE_LINES;
/// What does not end within so many bytes is no text.
const LINE_BYTES_MAX: usize = 256 << 20;
/// Bytes from which the format is learnt of a file that is read from further on.
const HEAD_BYTES: u64 = 64 << 10;

/// What is read.
pub(super) struct ImportSource {
    pub(super) file: PathBuf,
    pub(super) under: Under,
    /// Whether records that Vigie has written keep the sources that they had.
    pub(super) keeps_sources: bool,
    pub(super) zone: TimeZone,
    /// That people described, and in which it may be.
    pub(super) formats: Arc<[Custom]>,
    /// Of the import.
    pub(super) id: String,
    /// Whether it is taken although it was before.
    pub(super) is_again: bool,
    /// Whether what was imported of it before is deleted.
    pub(super) replaces: bool,
    /// Whether the half line with which it ended before is deleted.
    pub(super) completes: bool,
    /// What was imported of it before.
    pub(super) before: Option<Entry>,
}

impl ImportSource {
    /// A reader of the file, which was last written then.
    fn reader(&self, modified: Timestamp) -> Reader {
        let (zone, reference) = (self.zone.clone(), Reference::Modified(modified));
        let options = Options { zone, reference, limits: Limits::default(), scrubber: None };
        Reader::new(options).with_formats(Arc::clone(&self.formats))
    }
}

/// Records, a line each, and where the file stands behind them.
pub(super) struct Piece {
    pub(super) lines: Vec<u8>,
    pub(super) to: Entry,
}

pub(super) struct Reading {
    pub(super) tally: Tally,
    pub(super) encoding: Encoding,
    /// Lines that were no UTF-8, and were read as Windows-1252.
    pub(super) converted: u64,
    pub(super) broken: Option<io::Error>,
}

/// Reads a file from where it was imported to, and gives the pieces that it makes, also of what came before a fault.
pub(super) fn read(source: &ImportSource, give: &mpsc::Sender<Piece>, place: Arc<AtomicU64>) -> io::Result<Reading> {
    let passed_over = source.before.as_ref().map_or(0, |entry| entry.bytes);
    raw::check_packed(&source.file)?;
    let (packed, modified) = raw::open_packed(&source.file)?;
    let gathered = RefCell::new(Gathered::default());
    let (text, encoding) = raw::unpack_text(Counted { from: packed, place })?;
    let mut from = Gathering { from: text, into: &gathered, broken: None };
    let head = head_of(&mut from)?;
    let mut reader = source.reader(modified);
    let mut time = modified;
    let mut unread = &head[..];
    let mut begun = Vec::new();
    if passed_over > 0 {
        reader.learn(&head);
        unread = pass_over(passed_over, &head, &mut from)?;
        gathered.borrow_mut().stand_at(passed_over);
        // A line that had no end then is read anew: what came of it first was a part.
        begun = gathered.borrow().sign.begun_line().to_vec();
        time = last_time(source, &head, source.reader(modified)).unwrap_or(modified);
    }
    let passed_over = passed_over - begun.len() as u64;
    let mut of_head = turns_of_head(&mut reader, &head);
    if !of_head.is_empty() {
        of_head = turns(&source.file, passed_over, &mut reader)?;
    }
    reader.walk_back(&of_head);
    let mut cutting = Cutting {
        reader,
        are_records: source.keeps_sources && lines::are_records(&head),
        writing: Writing { tally: Tally::default(), under: &source.under, time, span: None, into: Vec::new() },
        starts: Vec::new(),
        pushed: 0,
    };
    let give = |lines: Vec<u8>, cutting: &Cutting<'_>| {
        let Some(to) = gathered.borrow().entry(source, cutting) else { return ControlFlow::Continue(()) };
        match give.blocking_send(Piece { lines, to }) {
            Ok(()) => ControlFlow::Continue(()),
            // Nobody takes them any more, and says why.
            Err(_) => ControlFlow::Break(()),
        }
    };
    let mut converted = 0;
    let ended = raw::each_line_at(&mut begun.chain(unread).chain(&mut from), &mut |offset, line| {
        let text = without_zeros(line);
        let mut offset = passed_over + offset + (line.len() - text.len()) as u64;
        for part in lines::parts(text) {
            // One of several parts may be cut within a character.
            let said = if part.len() == text.len() { as_utf8(part) } else { Cow::Borrowed(part) };
            converted += u64::from(matches!(said, Cow::Owned(_)));
            if let Some(end) = cutting.end_before(offset) {
                gathered.borrow_mut().stand_at(end);
                give(std::mem::take(&mut cutting.writing.into), &cutting)?;
            }
            cutting.push(offset, &said, modified);
            offset += part.len() as u64;
        }
        ControlFlow::Continue(())
    });
    cutting.finish();
    let broken = ended.err();
    gathered.borrow_mut().stand_at_end(broken.is_some());
    let _ = give(std::mem::take(&mut cutting.writing.into), &cutting);
    Ok(Reading { tally: cutting.writing.tally, encoding, converted, broken })
}

/// The line at the end of what was imported of a file, where it was half written then.
pub(super) fn half_line(file: &Path, imported: u64) -> io::Result<Vec<u8>> {
    let (from, _) = raw::open(file)?;
    let mut sign = Sign::default();
    sign.read(&mut from.take(imported), imported)?;
    Ok(without_zeros(sign.begun_line()).to_vec())
}

/// The beginning of a text.
fn head_of(from: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    // Where it breaks off within, it does so again behind it.
    let _ = from.take(HEAD_BYTES).read_to_end(&mut head);
    if Sign::of(&head).is_binary() {
        return Err(io::Error::new(io::ErrorKind::InvalidData, t!("import-no-text")));
    }
    Ok(head)
}

/// Reads over what was imported before; gives what is new of the head.
fn pass_over<'h>(bytes: u64, head: &'h [u8], from: &mut Gathering<'_, impl Read>) -> io::Result<&'h [u8]> {
    let (before, rest) = head.split_at(head.len().min(usize::try_from(bytes).unwrap_or(usize::MAX)));
    let mut further = bytes - before.len() as u64;
    let mut buffer = vec![0; 64 << 10];
    while further > 0 {
        let most = buffer.len().min(usize::try_from(further).unwrap_or(usize::MAX));
        match from.read(&mut buffer[..most]) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(read) => further -= read as u64,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
        from.into.borrow_mut().stand_at(bytes - further);
    }
    Ok(rest)
}

/// Lines on their way to becoming records, and where a piece may end.
struct Cutting<'a> {
    reader: Reader,
    /// The lines are records already, as an export has them.
    are_records: bool,
    writing: Writing<'a>,
    /// Where the lines begin that were pushed since the last piece, those that it left open first.
    starts: Vec<u64>,
    /// Lines that were pushed.
    pushed: u64,
}

impl Cutting<'_> {
    /// Where the piece ends, if there is enough of it: before the line at `next`, or before the one whose record is still
    /// open.
    fn end_before(&mut self, next: u64) -> Option<u64> {
        if self.writing.into.len() < PIECE_BYTES && self.starts.len() < PIECE_LINES {
            return None;
        }
        if self.are_records {
            self.finish();
        }
        let first = self.pushed - self.starts.len() as u64;
        let open = match &self.reader.held()[..] {
            [] => self.starts.len(),
            [only] if only.end == self.pushed && only.start >= first => (only.start - first) as usize,
            // Records of several processes stand between each other.
            _ => self.finish_all()?,
        };
        let end = self.starts.get(open).copied().unwrap_or(next);
        self.starts.drain(..open);
        Some(end)
    }

    /// Ends every record for want of a better place.
    fn finish_all(&mut self) -> Option<usize> {
        if self.writing.into.len() < PIECE_BYTES_MAX && self.starts.len() < PIECE_LINES_MAX {
            return None;
        }
        self.finish();
        Some(self.starts.len())
    }

    fn push(&mut self, offset: u64, line: &[u8], now: Timestamp) {
        self.starts.push(offset);
        self.pushed += 1;
        if self.are_records && lines::is_record(line.trim_ascii()) {
            // What stands between records is text, and ends where the next one begins.
            self.finish();
            return self.writing.take_record(line.trim_ascii());
        }
        let writing = &mut self.writing;
        self.reader.push(line, now, &mut |record| writing.take(&record));
    }

    fn finish(&mut self) {
        let writing = &mut self.writing;
        self.reader.finish(&mut |record| writing.take(&record));
    }
}

/// A line as UTF-8; one so long that it may be a part of one, as it is.
fn as_utf8(line: &[u8]) -> Cow<'_, [u8]> {
    if line.len() < lines::PART_BYTES { line_as_utf8(line) } else { Cow::Borrowed(line) }
}

/// What its beginning tells of its dates, and whether it leaves something open.
fn turns_of_head(reader: &mut Reader, head: &[u8]) -> Turns {
    let mut turns = Turns::default();
    head.split(|byte| *byte == b'\n').for_each(|line| reader.look_ahead(&as_utf8(without_zeros(line)), &mut turns));
    turns
}

/// Reads a file once more, to know how often the year turns in it: what comes first may be many years old. And which number of its
/// dates is the month.
fn turns(file: &Path, passed_over: u64, reader: &mut Reader) -> io::Result<Turns> {
    let (mut from, _) = raw::open(file)?;
    io::copy(&mut Read::by_ref(&mut from).take(passed_over), &mut io::sink())?;
    let mut turns = Turns::default();
    // Where it breaks off it does so again, and is told of then.
    let _ = raw::each_line(&mut from, &mut |line| {
        reader.look_ahead(&as_utf8(without_zeros(line)), &mut turns);
        ControlFlow::Continue(())
    });
    Ok(turns)
}

/// What lines have that have no time, at the beginning of what a file has grown by: they go on what was last said before. Where nothing
/// in a file has a time, nothing is known of what is new.
fn last_time(source: &ImportSource, head: &[u8], mut reader: Reader) -> Option<Timestamp> {
    let before = source.before.as_ref()?;
    if let Some(open) = &before.open {
        return Some(open.time);
    }
    let (_, last) = before.span?;
    let mut has_times = false;
    let mut look = |record: Record<'_>| has_times |= record.time.is_some();
    head.split(|byte| *byte == b'\n').for_each(|line| reader.push(line, last, &mut look));
    reader.finish(&mut look);
    has_times.then_some(last)
}

struct Writing<'a> {
    tally: Tally,
    under: &'a Under,
    /// Of the last record that had one: what others are taken to have.
    time: Timestamp,
    /// The first and the last time of those that have this source; none where they keep their own.
    span: Option<(Timestamp, Timestamp)>,
    into: Vec<u8>,
}

impl Writing<'_> {
    fn take(&mut self, record: &Record<'_>) {
        self.time = record.time.unwrap_or(self.time);
        let (first, last) = self.span.unwrap_or((self.time, self.time));
        self.span = Some((first.min(self.time), last.max(self.time)));
        self.tally.add(record);
        lines::write(record, self.under, self.time, &mut self.into);
    }

    /// A line that is one already.
    fn take_record(&mut self, line: &[u8]) {
        let time = lines::time_of(line);
        self.time = time.unwrap_or(self.time);
        self.tally.add_one("vigie", 1, time);
        lines::label(line, &self.under.labels, &mut self.into);
    }
}

/// Counts what is read of a file as it lies on disk.
struct Counted<R> {
    from: R,
    place: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(buffer)?;
        self.place.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// What was read, up to where it stands, and what was read ahead.
#[derive(Default)]
struct Gathered {
    sign: Sign,
    ahead: Vec<u8>,
}

impl Gathered {
    /// Goes on to so many bytes from the beginning, or to the end of what was read.
    fn stand_at(&mut self, bytes: u64) {
        let more = usize::try_from(bytes.saturating_sub(self.sign.bytes)).unwrap_or(usize::MAX).min(self.ahead.len());
        self.sign.add(&self.ahead[..more]);
        self.ahead.drain(..more);
    }

    /// Goes on to the end of what was read; of a file that is broken, to the end of its last whole line.
    fn stand_at_end(&mut self, is_broken: bool) {
        let line = self.ahead.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        self.stand_at(if is_broken { self.sign.bytes + line as u64 } else { u64::MAX });
    }

    fn entry(&self, source: &ImportSource, cutting: &Cutting<'_>) -> Option<Entry> {
        let writing = &cutting.writing;
        // Of an import that was cut off: what it took already counts.
        let before = source.before.as_ref().filter(|entry| entry.open.is_some());
        let records = before.map_or(0, |entry| entry.records) + writing.tally.records;
        // The one that it had in the place of the first of them is deleted.
        let records = records.saturating_sub(source.completes.into());
        let spans = before.and_then(|entry| entry.span).into_iter().chain(writing.span);
        let span = spans.reduce(|(first, last), (from, to)| (first.min(from), last.max(to)));
        let mut entry = Entry::new(&source.file, &self.sign, records, Clock::System.now().to_string())?;
        entry.source = Some(if cutting.are_records { String::new() } else { source.under.source.clone() });
        entry.span = span;
        entry.zone = source.zone.iana_name().map(str::to_owned);
        entry.replaces = source.replaces || before.is_some_and(|entry| entry.replaces);
        Some(entry.open(Open { id: source.id.clone(), time: writing.time, is_again: source.is_again }))
    }
}

/// Gathers what is read. What is broken stays so: decoders may take what follows a fault for the end.
struct Gathering<'a, R> {
    from: R,
    into: &'a RefCell<Gathered>,
    broken: Option<io::Error>,
}

impl<R: Read> Read for Gathering<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some(broken) = &self.broken {
            return Err(once_more(broken));
        }
        if self.into.borrow().ahead.len() > LINE_BYTES_MAX {
            return Err(io::Error::new(io::ErrorKind::InvalidData, t!("import-endless-line")));
        }
        match self.from.read(buffer) {
            Ok(read) => {
                self.into.borrow_mut().ahead.extend_from_slice(&buffer[..read]);
                Ok(read)
            }
            Err(error) => {
                if error.kind() != io::ErrorKind::Interrupted {
                    self.broken = Some(once_more(&error));
                }
                Err(error)
            }
        }
    }
}

/// The same error.
fn once_more(error: &io::Error) -> io::Error {
    match (FileTrouble::of(error), error.raw_os_error()) {
        (Some(trouble), _) => io::Error::new(error.kind(), trouble),
        (None, Some(number)) => io::Error::from_raw_os_error(number),
        (None, None) => io::Error::new(error.kind(), error.to_string()),
    }
}
