//! A file made into pieces: records as lines of JSON, each piece with where the file stands behind it.
//!
//! A piece ends between two records, so that an import that is cut off goes on as if nothing had been.

use super::super::{
    ledger::{Entry, LastRecord, Open, Sign},
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
    pub(super) last: Option<Last>,
}

/// The record at the end of a file, which may go on when the file grows.
pub(super) enum Last {
    /// It was read, and begins there.
    Read(u64),
    /// It is that of the import before.
    AsBefore(LastRecord),
}

/// Reads a file from where it was imported to, and gives the pieces that it makes, also of what came before a fault.
pub(super) fn read(source: &ImportSource, give: &mpsc::Sender<Piece>, place: Arc<AtomicU64>) -> io::Result<Reading> {
    let imported = source.before.as_ref().map_or(0, |entry| entry.bytes);
    raw::check_packed(&source.file)?;
    let (packed, modified) = raw::open_packed(&source.file)?;
    let gathered = RefCell::new(Gathered::default());
    let (text, encoding) = raw::unpack_text(Counted { from: packed, place })?;
    let mut from = Gathering { from: text, into: &gathered, broken: None };
    let head = head_of(&mut from)?;
    let mut reader = source.reader(modified);
    let mut time = modified;
    let mut unread = &head[..];
    let mut resumed = Resumed::default();
    if imported > 0 {
        reader.learn(&head);
        unread = pass_over(imported, &head, &mut from)?;
        gathered.borrow_mut().stand_at(imported);
        resumed = Resumed::behind(&gathered.borrow().sign, source);
        resumed.look_further(&mut unread, &mut from);
        time = last_time(source, &head, source.reader(modified)).unwrap_or(modified);
    }
    let start = resumed.start;
    let mut of_head = turns_of_head(&mut reader, &head);
    if !of_head.is_empty() {
        of_head = turns(&source.file, start, &mut reader)?;
    }
    reader.walk_back(&of_head);
    let mut cutting = Cutting {
        reader,
        are_records: source.keeps_sources && lines::are_records(&head),
        writing: Writing::new(&source.under, time, resumed.last),
        starts: Vec::new(),
        pushed: 0,
        alone: None,
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
    let ended = raw::each_line_at(&mut resumed.text.chain(unread).chain(&mut from), &mut |offset, line| {
        let text = without_zeros(line);
        let mut offset = start + offset + (line.len() - text.len()) as u64;
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
    let last = cutting.last();
    cutting.finish();
    let broken = ended.err();
    gathered.borrow_mut().stand_at_end(broken.is_some());
    let _ = give(std::mem::take(&mut cutting.writing.into), &cutting);
    let Writing { tally, unchanged, .. } = cutting.writing;
    let last = if tally.records == 0 { unchanged.map(Last::AsBefore) } else { last.map(Last::Read) };
    Ok(Reading { tally, encoding, converted, broken, last })
}

/// Where the reading of a file goes on that has grown, or of which the import was cut off.
#[derive(Default)]
struct Resumed {
    start: u64,
    /// From there on: what is read once more.
    text: Vec<u8>,
    last: Option<PreviousLast>,
}

/// The last record of what was imported before, which may go on in what is new.
struct PreviousLast {
    record: LastRecord,
    /// That it had.
    lines: usize,
    /// The last of them does not go on.
    is_ended: bool,
}

impl Resumed {
    /// Behind what `sign` has read: at the beginning of its last record, if the import has noted it, or of a line that had no end.
    fn behind(sign: &Sign, source: &ImportSource) -> Self {
        let noted = || {
            let record = source.before.as_ref().filter(|entry| entry.open.is_none())?.last?;
            Some((record, sign.last(sign.bytes.checked_sub(record.start)?)?))
        };
        let Some((record, text)) = noted() else {
            let text = sign.begun_line().to_vec();
            return Self { start: sign.bytes - text.len() as u64, text, last: None };
        };
        let lines = without_end(text).split(|byte| *byte == b'\n').count();
        let last = PreviousLast { record, lines, is_ended: text.ends_with(b"\n") };
        Self { start: record.start, text: text.to_vec(), last: Some(last) }
    }

    /// Whether a line that had no end then has only got that.
    fn look_further(&mut self, unread: &mut &[u8], from: &mut impl Read) {
        let Some(last) = self.last.as_mut().filter(|last| !last.is_ended) else { return };
        let mut next = [0];
        match unread.split_first() {
            Some((byte, rest)) => (next[0], *unread) = (*byte, rest),
            // What is wrong with it is told when it is read on.
            None if from.read_exact(&mut next).is_err() => return,
            None => {}
        }
        last.is_ended = next[0] == b'\n';
        self.text.extend_from_slice(&next);
    }
}

/// Text without the end of its last line.
fn without_end(text: &[u8]) -> &[u8] {
    text.strip_suffix(b"\n").unwrap_or(text)
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
    /// Where the last of them begins, if it is a record by itself that was given at once.
    alone: Option<u64>,
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
        let before = self.writing.tally.records;
        self.take(line, now);
        self.alone = (self.writing.tally.records == before + 1).then_some(offset);
    }

    /// Where the record begins that is last, and is given by [`Self::finish`] unless it is given already.
    fn last(&self) -> Option<u64> {
        let Some(held) = self.reader.last_held() else {
            return self.alone.filter(|_| self.reader.held().is_empty());
        };
        // Records of an export are not pushed to the reader: what it holds then are the lines at the end.
        let is_at_end = self.are_records || held.end == self.pushed;
        let lines = usize::try_from(held.end - held.start).ok()?;
        self.starts.get(self.starts.len().checked_sub(lines)?).copied().filter(|_| is_at_end)
    }

    fn take(&mut self, line: &[u8], now: Timestamp) {
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
    /// That the first record may be, longer.
    previous: Option<PreviousLast>,
    /// The first record is that one, as it was.
    unchanged: Option<LastRecord>,
    /// The first record stands in the place of the one with that number.
    supersedes: Option<u64>,
}

impl<'a> Writing<'a> {
    fn new(under: &'a Under, time: Timestamp, previous: Option<PreviousLast>) -> Self {
        Self {
            tally: Tally::default(),
            under,
            time,
            span: None,
            into: Vec::new(),
            previous,
            unchanged: None,
            supersedes: None,
        }
    }

    /// Whether a record of so many lines is the last one of before, and has not changed.
    fn is_known(&mut self, lines: usize) -> bool {
        let Some(previous) = self.previous.take() else { return false };
        match previous.is_ended && previous.lines == lines {
            true => self.unchanged = Some(previous.record),
            false => self.supersedes = Some(previous.record.seq),
        }
        self.unchanged.is_some()
    }

    fn take(&mut self, record: &Record<'_>) {
        self.time = record.time.unwrap_or(self.time);
        if self.is_known(record.lines as usize) {
            return;
        }
        let (first, last) = self.span.unwrap_or((self.time, self.time));
        self.span = Some((first.min(self.time), last.max(self.time)));
        self.tally.add(record);
        lines::write(record, self.under, self.time, &mut self.into);
    }

    /// A line that is one already.
    fn take_record(&mut self, line: &[u8]) {
        let time = lines::time_of(line);
        self.time = time.unwrap_or(self.time);
        if self.is_known(1) {
            return;
        }
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
        let spans = before.and_then(|entry| entry.span).into_iter().chain(writing.span);
        let span = spans.reduce(|(first, last), (from, to)| (first.min(from), last.max(to)));
        let mut entry = Entry::new(&source.file, &self.sign, records, Clock::System.now().to_string())?;
        entry.source = Some(if cutting.are_records { String::new() } else { source.under.source.clone() });
        entry.span = span;
        entry.zone = source.zone.iana_name().map(str::to_owned);
        entry.replaces = source.replaces || before.is_some_and(|entry| entry.replaces);
        entry.supersedes = writing.supersedes.or_else(|| before?.supersedes);
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
