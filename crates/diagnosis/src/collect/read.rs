//! Reads sources line by line within the window, and keeps what their records prove.

use super::{AFTER, WINDOWS_BEFORE, ZONES_APART, ends::FileEnd, export, repeats::Repeats};
use crate::{
    evidence::{Evidence, Family, Place, Sign},
    question::{Reading, name_of},
    signs,
    source::{Bound, Source, SourceState, Unreadable},
    tree::{Found, open_plain},
};
use jiff::tz::TimeZone;
use model::{Clock, Timestamp};
use sources::{
    Options, Reader, Record,
    multiline::Limits,
    timestamps::{Reference, Stamp},
};
use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    hash::{DefaultHasher, Hash as _, Hasher as _},
    io::{self, BufRead, BufReader, Read as _, Seek as _, SeekFrom},
    ops::Range,
    time::Duration,
};

/// Bytes of one line, and of one packed file unpacked.
const LINE_BYTES_MAX: u64 = 64 << 10;
const UNPACKED_BYTES_MAX: u64 = 1 << 30;
/// Bytes of a line that are shown.
const SHOWN_BYTES_MAX: usize = 1_500;
/// Pieces of evidence that are kept: of one sign in one source, and of all.
const OF_ONE_MAX: usize = 4_000;
const OF_ALL_MAX: usize = 60_000;
/// Lines whose numbers are remembered, until the record that they begin is whole.
const REMEMBERED_LINES: usize = 2_048;
/// Files below this are read from their beginning.
const BISECTED_BYTES_MIN: u64 = 4 << 20;
const PROBE_BYTES: u64 = 32 << 10;
/// Of a packed file, what is passed over at a time.
const PIECE_BYTES: u64 = 256 << 10;
/// How long after the window a source is read that says nothing of mail.
const SHORTLY_AFTER: Duration = Duration::from_secs(30 * 60);
/// How much older the time of a file may be than its last line.
const FILE_TIME_SLACK: Duration = Duration::from_secs(3600);
/// How much later than it began a request may have ended, where its log does not say it.
const LASTS_MAX: Duration = Duration::from_secs(300);
/// Lines beyond the window after which nothing more of it is expected.
const BEYOND_MAX: u32 = 500;

pub(super) fn limits() -> Limits {
    Limits { lines_max: 400, bytes_max: 64 << 10, speakers_max: 64, hold: Duration::MAX }
}

/// What was gathered so far.
pub(super) struct Gathered {
    window: Range<Timestamp>,
    /// With what is looked at around it.
    around: Range<Timestamp>,
    deadline: Timestamp,
    clock: Clock,
    sources: Vec<Source>,
    evidence: Vec<Evidence>,
    bounds: Vec<Bound>,
}

impl Gathered {
    pub(super) fn new(reading: &Reading, deadline: Timestamp, clock: Clock) -> Self {
        let window = reading.from..reading.to;
        let around = window.clone();
        Self { window, around, deadline, clock, sources: Vec::new(), evidence: Vec::new(), bounds: Vec::new() }
    }

    /// What is looked at of a source whose times need no zone.
    pub(super) fn of_journal(&mut self) -> Range<Timestamp> {
        self.around = self.looked_at(true);
        self.around.clone()
    }

    pub(super) fn finish(self) -> (Vec<Source>, Vec<Evidence>, Vec<Bound>) {
        (self.sources, self.evidence, self.bounds)
    }

    pub(super) fn so_far(&self) -> (Vec<Source>, Vec<Evidence>, Vec<Bound>) {
        (self.sources.clone(), self.evidence.clone(), self.bounds.clone())
    }

    /// Reads a file of text, packed or not; `None` where nothing of it can be of the window.
    pub(super) fn file(&mut self, file: &Found, zone: TimeZone, end: FileEnd) -> Option<&Source> {
        let mut source = Source::new(&file.inside, file.bytes);
        let options = options(zone, end.reference);
        self.around = self.looked_at(end.is_placed);
        let is_before = |at: Timestamp| at + FILE_TIME_SLACK < self.around.start;
        // Not written to since, nor copied from a machine whose clock was ahead: nothing of it is of the window.
        if is_before(file.modified) && end.last.is_none_or(is_before) {
            return None;
        }
        match self.open(file, &options) {
            Ok((lines, first_line)) => self.lines(&mut source, lines, first_line, &options),
            Err(error) => source.state = SourceState::Unreadable { why: why(&error) },
        }
        self.keep(source);
        self.sources.last()
    }

    /// What is looked at, a day around it where a source may be in another zone than is thought.
    fn looked_at(&self, is_placed: bool) -> Range<Timestamp> {
        let apart = if is_placed { Duration::ZERO } else { ZONES_APART };
        let before = self.window.end.since(self.window.start) * WINDOWS_BEFORE + apart;
        self.window.start - before..self.window.end + AFTER + apart
    }

    /// Adds a source that was read otherwise, or could not be.
    pub(super) fn keep(&mut self, source: Source) {
        self.sources.push(source);
    }

    /// The lines of a file from shortly before what is looked at, and the number of the first; 0 where it is not known.
    fn open(&self, file: &Found, options: &Options) -> io::Result<(Box<dyn BufRead>, u64)> {
        let mut plain = open_plain(&file.real)?;
        if file.inside.ends_with(".gz") {
            let unpacked = flate2::read::MultiGzDecoder::new(BufReader::with_capacity(256 << 10, plain));
            let unpacked = BufReader::with_capacity(256 << 10, Capped::new(unpacked, UNPACKED_BYTES_MAX));
            let (lines, first) = skip_to(unpacked, options, self.around.start, &|| self.clock.now() > self.deadline)?;
            return Ok((Box::new(lines), first));
        }
        if file.bytes < BISECTED_BYTES_MIN {
            let mut lines = BufReader::new(plain);
            let is_export = lines.fill_buf()?.starts_with(b"__");
            return Ok(if is_export { (Box::new(export::as_json(lines)), 0) } else { (Box::new(lines), 1) });
        }
        let start = first_offset(&mut plain, file.bytes, options, self.around.start)?;
        plain.seek(SeekFrom::Start(start))?;
        let mut lines = BufReader::with_capacity(256 << 10, plain);
        if start > 0 {
            lines.skip_until(b'\n')?;
        }
        Ok((Box::new(lines), u64::from(start == 0)))
    }

    /// Reads `lines` into `source`, the number of whose first line is `first_line`.
    pub(super) fn lines(&mut self, source: &mut Source, lines: impl BufRead, first_line: u64, options: &Options) {
        let mut intake = Intake {
            index: self.sources.len(),
            window: self.window.clone(),
            around: self.around.clone(),
            zone: name_of(&options.zone),
            last: None,
            beyond: 0,
            counts: HashMap::new(),
            repeats: Repeats::default(),
            numbers: VecDeque::with_capacity(REMEMBERED_LINES),
            source,
            room: OF_ALL_MAX.saturating_sub(self.evidence.len()),
            evidence: Vec::new(),
            is_bounded: false,
        };
        let cut = drive(lines, first_line, options, &mut intake, || self.clock.now() > self.deadline);
        let mut evidence = std::mem::take(&mut intake.evidence);
        let bounded = cut.or_else(|| intake.is_bounded.then_some(Bound::Evidence));
        if source.looked_at > 0 {
            source.state = if source.records > 0 { SourceState::Read } else { SourceState::Silent };
        }
        if let Some(bound) = bounded {
            source.state = SourceState::Partial { bound };
            self.bounds.push(bound);
        }
        self.evidence.append(&mut evidence);
    }
}

pub(super) fn options(zone: TimeZone, reference: Timestamp) -> Options {
    Options { zone, reference: Reference::Modified(reference), limits: limits(), scrubber: None }
}

fn why(error: &io::Error) -> Unreadable {
    if error.kind() == io::ErrorKind::PermissionDenied { Unreadable::Denied } else { Unreadable::Damaged }
}

/// Takes `lines` through a reader into `intake`; says which bound was hit.
fn drive(
    mut lines: impl BufRead,
    first_line: u64,
    options: &Options,
    intake: &mut Intake<'_>,
    is_late: impl Fn() -> bool,
) -> Option<Bound> {
    let mut reader = Reader::new(options.clone());
    let now = intake.around.end;
    let mut line = Vec::new();
    for count in 0u64.. {
        line.clear();
        match next_line(&mut lines, &mut line) {
            Ok(0) => break,
            Ok(_) => {}
            Err(error) => {
                reader.finish(&mut |record| intake.take(&record));
                return Some(if error.kind() == io::ErrorKind::FileTooLarge { Bound::Bytes } else { Bound::Damage });
            }
        }
        let line = line.strip_suffix(b"\n").unwrap_or(&line);
        intake.note_line(line, if first_line > 0 { first_line + count } else { 0 });
        reader.push(line, now, &mut |record| intake.take(&record));
        if intake.beyond > BEYOND_MAX {
            break;
        }
        // The time is asked for now and then: it costs more than a line.
        if count % 1024 == 1023 && is_late() {
            return Some(Bound::Time);
        }
    }
    reader.finish(&mut |record| intake.take(&record));
    None
}

/// Reads a line, of a long one the beginning: what comes after it is no line of its own, whatever it looks like.
fn next_line(lines: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<usize> {
    let count = lines.by_ref().take(LINE_BYTES_MAX).read_until(b'\n', line)?;
    if count as u64 == LINE_BYTES_MAX && !line.ends_with(b"\n") {
        lines.skip_until(b'\n')?;
    }
    Ok(count)
}

/// A reader of so many bytes at the most; more of them are [`io::ErrorKind::FileTooLarge`].
pub(super) struct Capped<R> {
    inner: R,
    left: u64,
}

impl<R: io::Read> Capped<R> {
    pub(super) fn new(inner: R, bytes_max: u64) -> Self {
        Self { inner, left: bytes_max }
    }
}

impl<R: io::Read> io::Read for Capped<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            return match self.inner.read(&mut [0])? {
                0 => Ok(0),
                _ => Err(io::ErrorKind::FileTooLarge.into()),
            };
        }
        let most = into.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        let count = self.inner.read(&mut into[..most])?;
        self.left -= count as u64;
        Ok(count)
    }
}

/// One source on its way in.
struct Intake<'a> {
    index: usize,
    window: Range<Timestamp>,
    around: Range<Timestamp>,
    zone: String,
    /// The time of the record before: a line without a time was written soon after it.
    last: Option<Timestamp>,
    /// Records in a row that are later than what is looked at.
    beyond: u32,
    counts: HashMap<Sign, usize>,
    repeats: Repeats,
    numbers: VecDeque<(u64, u64)>,
    source: &'a mut Source,
    room: usize,
    evidence: Vec<Evidence>,
    is_bounded: bool,
}

impl Intake<'_> {
    fn note_line(&mut self, line: &[u8], number: u64) {
        if number == 0 {
            return;
        }
        if self.numbers.len() == REMEMBERED_LINES {
            self.numbers.pop_front();
        }
        self.numbers.push_back((hash(line), number));
    }

    fn number_of(&self, record: &Record<'_>) -> u64 {
        let first = record.raw.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let wanted = hash(first);
        self.numbers.iter().rev().find(|(hash, _)| *hash == wanted).map_or(0, |(_, number)| *number)
    }

    fn take(&mut self, record: &Record<'_>) {
        let own = record.time;
        self.last = own.or(self.last);
        let Some(at) = self.last else { return };
        let source = &mut *self.source;
        // What became of messages may take hours; all else is said at once.
        let until = if source.holds(Family::Mail) { self.around.end } else { self.around.end - AFTER + SHORTLY_AFTER };
        self.beyond = if at > until { self.beyond + 1 } else { 0 };
        if at < self.around.start || at > until {
            return;
        }
        source.looked_at += 1;
        source.records += u64::from(self.window.contains(&at));
        source.first = Some(source.first.map_or(at, |first| first.min(at)));
        source.last = source.last.max(Some(at));
        let family = signs::family(&record.parsed);
        *source.families.entry(family).or_default() += 1;
        let is_zoned = own.is_some() && matches!(record.parsed.stamp, Some(Stamp::Instant(_)));
        if !is_zoned {
            source.zone.get_or_insert_with(|| self.zone.clone());
        }
        let mut all = signs::read(&record.parsed, family);
        all.extend(signs::printed_behind(&record.parsed, family, &all));
        self.repeats.note(&record.parsed, family, at, self.window.contains(&at), &mut all);
        for told in all {
            self.keep(record, family, at, own.is_some(), is_zoned, told);
        }
    }

    fn keep(
        &mut self,
        record: &Record<'_>,
        family: Family,
        at: Timestamp,
        has_time: bool,
        is_zoned: bool,
        told: signs::Told,
    ) {
        let count = self.counts.entry(told.sign).or_default();
        *count += 1;
        let is_delivery = matches!(
            told.sign,
            Sign::Delivered
                | Sign::AppSent
                | Sign::AppNamed
                | Sign::AppDone
                | Sign::Submitted
                | Sign::Queued
                | Sign::Deferred
                | Sign::Bounced
        ) || told.delivery.is_some();
        if self.evidence.len() >= self.room || *count > OF_ONE_MAX && !is_delivery {
            // Of what proves nothing by itself the first are enough.
            self.is_bounded |= !matches!(told.sign, Sign::Complaint | Sign::CommandStatus | Sign::Repeated);
            return;
        }
        let place = Place { source: self.index, line: self.number_of(record) };
        let precision = match (has_time, at.as_micros() % 1_000_000) {
            (false, _) => Duration::from_secs(60),
            (true, 0) => Duration::from_secs(1),
            (true, _) => Duration::from_millis(1),
        };
        let signs::Told { sign, actor, request, delivery } = told;
        // Apache's lines bear the time at which a request began; so do those of HAProxy, unless syslog's own time is finer.
        let is_begin = family == Family::WebAccess
            && (["apache", "httpd"].iter().any(|name| self.source.name.contains(name))
                || record.parsed.inner.unwrap_or(record.parsed.format) == "haproxy"
                    && is_accepted_at(record.text(), at));
        let (at, precision) = match request.as_ref().filter(|_| is_begin).map(|request| request.seconds) {
            Some(Some(seconds)) => (at + Duration::from_secs_f64(seconds), precision),
            Some(None) => (at, LASTS_MAX),
            None => (at, precision),
        };
        let line = shown(record.text());
        self.evidence.push(Evidence { sign, family, at, precision, is_zoned, place, actor, request, delivery, line });
    }
}

/// Whether a line of HAProxy's, `1.2.3.4:5678 [10/Jan/2025:14:32:15.123] …`, has `at` as the time at which it accepted the request,
/// whatever the zone.
fn is_accepted_at(line: &[u8], at: Timestamp) -> bool {
    const QUARTER: i64 = 900;
    let text = String::from_utf8_lossy(line);
    let clock =
        text.split_once('[').and_then(|_| text.split('[').find_map(|part| part.split_once(']')?.0.split_once(':')));
    let Some((_, clock)) = clock.filter(|(date, _)| date.contains('/')) else { return true };
    let mut parts = clock.split([':', '.']).skip(1).map_while(|part| part.parse::<i64>().ok());
    let (Some(minutes), Some(seconds)) = (parts.next(), parts.next()) else { return true };
    let apart = (at.as_micros() / 1_000_000 - minutes * 60 - seconds).rem_euclid(QUARTER);
    apart.min(QUARTER - apart) <= 1
}

fn hash(line: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    line.hash(&mut hasher);
    hasher.finish()
}

/// What is shown of a record: without secrets; of a long one the beginning and the end, where a traceback says what it is.
fn shown(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let text = scrub::scrub(text.trim_end());
    if text.len() <= SHOWN_BYTES_MAX {
        return text.into_owned();
    }
    let half = SHOWN_BYTES_MAX / 2;
    let start = text.floor_char_boundary(half);
    let end = text.ceil_char_boundary(text.len() - half);
    format!("{}\n[…]\n{}", &text[..start], &text[end..])
}

/// Where in a file of rising times what is later than `from` begins, give or take a probe.
fn first_offset(file: &mut std::fs::File, bytes: u64, options: &Options, from: Timestamp) -> io::Result<u64> {
    let (mut low, mut high) = (0, bytes);
    while high - low > 2 * PROBE_BYTES {
        let middle = low + (high - low) / 2;
        match time_at(file, middle, options)? {
            Some(at) if at < from => low = middle,
            Some(_) => high = middle,
            // Nothing there says a time: what is before may.
            None => high = middle,
        }
    }
    Ok(low.saturating_sub(PROBE_BYTES))
}

/// What is left of lines, of which the first are in memory.
type Rest<R> = io::Chain<io::Cursor<Vec<u8>>, R>;

/// What is packed has no middle to look at: pieces of it are passed over as long as the first time in the piece behind them
/// is before `from`. Returns the rest, and the number of its first line.
fn skip_to<R: BufRead>(
    mut lines: R,
    options: &Options,
    from: Timestamp,
    is_late: &dyn Fn() -> bool,
) -> io::Result<(Rest<R>, u64)> {
    let (mut before, mut number, mut next) = (Vec::new(), 1, Vec::new());
    while !is_late() {
        next.clear();
        lines.by_ref().take(PIECE_BYTES).read_to_end(&mut next)?;
        if next.is_empty() {
            break;
        }
        lines.by_ref().take(LINE_BYTES_MAX).read_until(b'\n', &mut next)?;
        if first_time(&next, options).is_none_or(|at| at >= from) {
            break;
        }
        number += memchr::memchr_iter(b'\n', &before).count() as u64;
        std::mem::swap(&mut before, &mut next);
    }
    before.append(&mut next);
    Ok((io::Cursor::new(before).chain(lines), number))
}

/// The first time in a file from `offset` on.
fn time_at(file: &mut std::fs::File, offset: u64, options: &Options) -> io::Result<Option<Timestamp>> {
    file.seek(SeekFrom::Start(offset))?;
    let mut bytes = Vec::new();
    file.take(PROBE_BYTES).read_to_end(&mut bytes)?;
    // A line may have begun before.
    let start = memchr::memchr(b'\n', &bytes).map_or(bytes.len(), |at| at + 1);
    Ok(first_time(&bytes[start..], options))
}

fn first_time(bytes: &[u8], options: &Options) -> Option<Timestamp> {
    let mut reader = Reader::new(options.clone());
    let mut found = None;
    for line in bytes.split(|byte| *byte == b'\n') {
        reader.push(line, Timestamp::EPOCH, &mut |record| found = found.or(record.time));
        if found.is_some() {
            break;
        }
    }
    found
}

/// What sources say of themselves once their zones are known: the span of the evidence of each is moved with it.
pub(super) fn note_standing(sources: &mut [Source], evidence: &[Evidence]) {
    let mut spans: BTreeMap<usize, (Timestamp, Timestamp)> = BTreeMap::new();
    for one in evidence {
        let span = spans.entry(one.place.source).or_insert((one.at, one.at));
        *span = (span.0.min(one.at), span.1.max(one.at));
    }
    for (index, source) in sources.iter_mut().enumerate().filter(|(_, source)| source.shift_seconds != 0) {
        let shift = |at: Timestamp| Timestamp::from_micros(at.as_micros() + source.shift_seconds * 1_000_000);
        (source.first, source.last) = (source.first.map(shift), source.last.map(shift));
        if spans.contains_key(&index) && source.state == SourceState::Silent {
            source.state = SourceState::Read;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_is_told() {
        let read = |bytes: &[u8], most| {
            let mut text = String::new();
            Capped::new(bytes, most).read_to_string(&mut text).map(|_| text).map_err(|error| error.kind())
        };
        assert_eq!(read(b"abc", 3), Ok("abc".to_owned()));
        assert_eq!(read(b"abcd", 3), Err(io::ErrorKind::FileTooLarge));
    }

    #[test]
    fn the_rest_of_a_long_line_is_no_line() {
        let text = [vec![b'a'; LINE_BYTES_MAX as usize], b"forged\nnext\n".to_vec()].concat();
        let (mut lines, mut line) = (&text[..], Vec::new());
        assert_eq!(next_line(&mut lines, &mut line).unwrap() as u64, LINE_BYTES_MAX);
        line.clear();
        next_line(&mut lines, &mut line).unwrap();
        assert_eq!(line, b"next\n");
    }
}
