//! One source, line after line: which format it is in, which lines make a record, and what the record says.
//!
//! For its first lines every format is tried; then the source is settled on the one that most of them fit, and others
//! are tried only for lines that do not. When these go on, the source is no longer what it was, and it begins anew.

use crate::{
    custom::Custom,
    level, line,
    multiline::{Assembler, Block, Division, Limits, Place, Trace},
    parsers::{self, FORMATS, Memory, Shape, Standing},
    record::Parsed,
    timestamps::{self, Calendar, Reference, Turns},
};
use jiff::tz::TimeZone;
use model::{Level, Timestamp};
use scrub::{Counts, Scrubber};
use std::{borrow::Cow, ops::Range, sync::Arc};

/// UTF-8's byte order mark.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// One record of a source.
#[derive(Debug)]
pub struct Record<'a> {
    /// To the byte as it came, but for secrets that were masked; its lines joined by a line feed, the last one's left
    /// out.
    pub raw: &'a [u8],
    pub lines: u32,
    /// Whether a bound has divided it.
    pub part: Division,
    /// When it happened; `None` where it does not say.
    pub time: Option<Timestamp>,
    pub parsed: Parsed<'a>,
    said: RecordText,
}

/// Where the text of a record stands.
#[derive(Debug)]
enum RecordText {
    /// It is text: as it came.
    Raw,
    /// It is an object, of which `parsed` holds everything.
    Message,
    /// It is an object around lines of another program, which stay as they were written.
    Lines(String),
}

impl Record<'_> {
    /// What is kept and searched: text as it came, and of an object its message.
    pub fn text(&self) -> &[u8] {
        match &self.said {
            RecordText::Raw => self.raw,
            RecordText::Message => self.parsed.message.as_bytes(),
            RecordText::Lines(lines) => lines.as_bytes(),
        }
    }
}

/// What is known about a source beforehand.
#[derive(Clone, Debug)]
pub struct Options {
    /// Of the machine that writes it.
    pub zone: TimeZone,
    pub reference: Reference,
    pub limits: Limits,
    /// Masks each record before it is read. `None` only where nothing is kept, as in a search of raw files.
    pub scrubber: Option<Arc<Scrubber>>,
}

/// Reads one source.
#[derive(Debug)]
pub struct Reader {
    /// By its place in [`FORMATS`]; `None` while it is not settled.
    settled: Option<usize>,
    tally: Tally,
    /// Lines in a row that fit some other format.
    strangers: u32,
    memory: Memory,
    /// Names of columns, which have the time of the record that follows.
    heading: Option<Heading>,
    /// Formats that people described, tried before all others.
    custom: Arc<[Custom]>,
    calendar: Calendar,
    assembler: Assembler,
    scrubber: Option<Arc<Scrubber>>,
    masked: Counts,
}

/// Lines from which a source's format is settled.
const SETTLED_BY: u32 = 32;

/// Strangers in a row after which a source is no longer what it was.
const STRANGERS_MAX: u32 = 8;

/// The tag of text that fits no format.
const PLAIN: usize = usize::MAX;

/// The tag of the first format that a person described.
const CUSTOM: usize = 1 << 32;

/// The speaker of lines that no other line carries.
const NOBODY: u64 = 0;

/// Which formats the lines so far were in.
#[derive(Debug, Default)]
struct Tally {
    counts: Vec<u32>,
    lines: u32,
}

impl Reader {
    pub fn new(options: Options) -> Self {
        Self {
            settled: None,
            tally: Tally::default(),
            strangers: 0,
            memory: Memory::default(),
            heading: None,
            custom: Arc::default(),
            calendar: Calendar::new(options.zone, options.reference),
            assembler: Assembler::new(options.limits),
            scrubber: options.scrubber,
            masked: Counts::default(),
        }
    }

    /// Tries these before all others.
    #[must_use]
    pub fn with_formats(mut self, formats: Arc<[Custom]>) -> Self {
        self.custom = formats;
        self
    }

    /// Learns the format, and what a header tells, from the beginning of a source that is read from further on.
    pub fn learn(&mut self, beginning: &[u8]) {
        let text = line::text(beginning);
        let mut turns = Turns::default();
        for line in text.lines() {
            if let Some(heading) = parsers::heading(line) {
                self.memory.set_heading(heading);
                continue;
            }
            let Some(place) = self.recognise(line) else { continue };
            self.count(Some(place));
            if let Some(stamp) = parsers::parse(&FORMATS[place], line, &mut self.memory).and_then(|parsed| parsed.stamp)
            {
                turns.pass(stamp);
            }
        }
        self.calendar.learn_order(&turns);
    }

    /// Passes over a line of a file whose dates leave something open, for [`Self::walk_back`].
    pub fn look_ahead(&mut self, raw: &[u8], turns: &mut Turns) {
        let text = line::text(raw);
        let by_custom = || self.custom.iter().find_map(|custom| custom.parse(&text)?.stamp);
        let stamp = by_custom().or_else(|| timestamps::read(&text).map(|(stamp, _)| stamp)).or_else(|| {
            let place = parsers::recognise(&text, &mut self.memory)?;
            parsers::parse(&FORMATS[place], &text, &mut self.memory)?.stamp
        });
        if let Some(stamp) = stamp {
            turns.pass(stamp);
        }
    }

    /// Learns from all lines of a file in which year it begins, where it leaves its years out, and which number of a date is its
    /// month. Unneeded for what is less than a year old.
    pub fn walk_back(&mut self, turns: &Turns) {
        self.calendar.walk_back(turns);
    }

    /// The format that the source is settled on.
    pub fn format(&self) -> Option<&'static str> {
        self.settled.map(|place| FORMATS[place].name)
    }

    /// How many secrets have been masked so far.
    pub fn masked(&self) -> Counts {
        self.masked
    }

    /// Which lines, counted from 0 as they were pushed, belong to records that were not given yet; in order.
    pub fn held(&self) -> Vec<Range<u64>> {
        let heading = self.heading.as_ref().map(|heading| heading.lines.clone());
        heading.into_iter().chain(self.assembler.held()).collect()
    }

    /// Of these, the lines of the record that [`Self::finish`] gives last, if no line of another stands between them.
    pub fn last_held(&self) -> Option<Range<u64>> {
        self.assembler.last_held()
    }

    /// Takes one line, without its line feed, that arrived at `now`; gives `sink` each record that is complete by it.
    pub fn push(&mut self, raw: &[u8], now: Timestamp, sink: &mut dyn FnMut(Record<'_>)) {
        self.calendar.arrived(now);
        self.assembler.count_line();
        // Files of Windows begin with a mark of their encoding, which is no part of what they say.
        let raw = raw.strip_prefix(MARK).unwrap_or(raw);
        let text = line::text(raw);
        let text = text.trim_end_matches('\r');
        // Nothing is said by a blank line, unless it is part of something.
        if matches!(raw, b"" | b"\r") && self.assembler.is_empty() {
            return;
        }
        if self.settled.is_none()
            && let Some(heading) = parsers::heading(text)
        {
            // They are read by the names above them.
            while let Some(block) = self.assembler.finish() {
                self.give(block, sink);
            }
            self.heading.get_or_insert_default().push(heading.format(), raw, self.assembler.counted());
            return self.memory.set_heading(heading);
        }
        if let Some(records) = parsers::records_within(text) {
            while let Some(block) = self.assembler.finish() {
                self.give(block, sink);
            }
            for record in &records {
                let alone = Whole {
                    raw: record.as_bytes(),
                    tag: parsers::JSON,
                    lines: 1,
                    part: Division::Whole,
                    traced: false,
                };
                self.emit(alone, sink);
            }
            return;
        }
        let (speaker, place, is_part) = match self.place(text) {
            LineRole::Alone(tag) => {
                while let Some(block) = self.assembler.finish() {
                    self.give(block, sink);
                }
                let alone = Whole { raw, tag, lines: 1, part: Division::Whole, traced: false };
                return self.emit(alone, sink);
            }
            LineRole::InBlock(speaker, place) => (speaker, place, false),
            LineRole::Carried(speaker, place, is_part) => (speaker, place, is_part),
        };
        while let Some(block) = self.assembler.yield_to(speaker) {
            self.give(block, sink);
        }
        if let Some(block) = self.assembler.push(speaker, raw, place, now) {
            self.give(block, sink);
        }
        self.assembler.set_unended(speaker, is_part);
    }

    /// Gives `sink` the records whose last line is long enough ago.
    pub fn flush(&mut self, now: Timestamp, sink: &mut dyn FnMut(Record<'_>)) {
        self.calendar.arrived(now);
        while let Some(block) = self.assembler.flush(now) {
            self.give(block, sink);
        }
    }

    /// Gives `sink` what is left, at the end of the source.
    pub fn finish(&mut self, sink: &mut dyn FnMut(Record<'_>)) {
        while let Some(block) = self.assembler.finish() {
            self.give(block, sink);
        }
        if let Some(heading) = self.heading.take() {
            sink(heading.record(None));
        }
    }

    /// Where `text` belongs.
    fn place(&mut self, text: &str) -> LineRole {
        if let Some(place) = self.custom.iter().position(|custom| custom.parse(text).is_some()) {
            return LineRole::InBlock(NOBODY, Place::Begins { tag: CUSTOM + place, trace: Trace::begun_by(text) });
        }
        if let Some(Shape::Ended(goes_on)) = self.open_shape()
            && self.assembler.raw(NOBODY).is_some_and(|raw| goes_on(&line::text(raw)))
        {
            return LineRole::InBlock(NOBODY, Place::Continues);
        }
        if let Some(place) = self.settled
            && (FORMATS[place].sniff)(text)
        {
            self.strangers = 0;
            return self.beginning(place, text);
        }
        if let Some(Shape::Open(is_open)) = self.open_shape()
            && self.assembler.raw(NOBODY).is_some_and(|raw| is_open(&line::text(raw)))
        {
            return LineRole::InBlock(NOBODY, Place::Continues);
        }
        let indented = (text.starts_with([' ', '\t']) || text.is_empty()) && !parsers::begins_indented(text);
        if let Some(speaker) = self.assembler.last_speaker()
            && let Some(trace) = self.assembler.trace(speaker)
            && (trace.takes(text) || indented)
        {
            return LineRole::InBlock(speaker, Place::Continues);
        }
        let format = self.recognise(text);
        let headed = matches!(self.open_shape(), Some(Shape::Headed));
        match format {
            Some(place) if !(headed && FORMATS[place].standing == Standing::Loose && self.began_otherwise(place)) => {
                self.count(format);
                self.beginning(place, text)
            }
            _ if headed && !self.is_crash(text) => LineRole::InBlock(NOBODY, Place::Continues),
            _ => {
                self.count(None);
                LineRole::InBlock(NOBODY, Place::Begins { tag: PLAIN, trace: Trace::begun_by(text) })
            }
        }
    }

    fn beginning(&mut self, place: usize, text: &str) -> LineRole {
        match FORMATS[place].shape {
            Shape::Line => LineRole::Alone(place),
            Shape::Headed | Shape::Open(_) | Shape::Ended(_) => {
                LineRole::InBlock(NOBODY, Place::Begins { tag: place, trace: Trace::begun_by(text) })
            }
            Shape::Carrier(carried) => {
                let Some(carried) = carried(text) else { return LineRole::Alone(place) };
                let line = carried.line.trim_end_matches('\n');
                if self.assembler.is_unended(carried.speaker) {
                    return LineRole::Carried(carried.speaker, Place::Continues, carried.is_part);
                }
                // What a process writes in one go comes as a line each.
                if self.assembler.trace(carried.speaker).is_some_and(|trace| trace.takes(line)) {
                    return LineRole::Carried(carried.speaker, Place::Continues, carried.is_part);
                }
                let trace = Trace::begun_by(line);
                LineRole::Carried(carried.speaker, Place::Begins { tag: place, trace }, carried.is_part)
            }
        }
    }

    /// Whether a program ends with `text`, which nothing said before leads to.
    fn is_crash(&self, text: &str) -> bool {
        let head = self.assembler.raw(NOBODY).unwrap_or_default().split(|byte| *byte == b'\n').next();
        let told = level::find(&line::text(head.unwrap_or_default()));
        Trace::is_crash(text, told.is_some_and(|level| level <= Level::Info))
    }

    /// The shape of the record that is open, where it is nobody's.
    fn open_shape(&self) -> Option<Shape> {
        let tag = self.assembler.tag(NOBODY)?;
        if self.custom.get(tag.wrapping_sub(CUSTOM)).is_some() {
            return Some(Shape::Headed);
        }
        FORMATS.get(tag).map(|format| format.shape)
    }

    /// Whether the record that is open began with another kind of line than those of a format.
    fn began_otherwise(&self, place: usize) -> bool {
        let format = &FORMATS[place];
        let tag = self.assembler.tag(NOBODY);
        // A general entry of the same name may have taken its first line.
        let takes_head = || {
            let head = self.assembler.raw(NOBODY).unwrap_or_default().split(|byte| *byte == b'\n').next();
            (format.sniff)(&line::text(head.unwrap_or_default()))
        };
        let is_namesake = tag.and_then(|tag| FORMATS.get(tag)).is_some_and(|open| open.name == format.name);
        tag != Some(place) && !(is_namesake && takes_head())
    }

    fn recognise(&mut self, text: &str) -> Option<usize> {
        parsers::recognise(text, &mut self.memory)
    }

    /// Counts a line that begins a record, towards settling or against it.
    fn count(&mut self, format: Option<usize>) {
        if self.settled.is_some() {
            self.strangers += 1;
            if self.strangers < STRANGERS_MAX {
                return;
            }
            self.settled = None;
            self.tally = Tally::default();
            self.strangers = 0;
        }
        self.tally.counts.resize(FORMATS.len(), 0);
        self.tally.lines += 1;
        if let Some(place) = format {
            self.tally.counts[place] += 1;
        }
        if self.tally.lines >= SETTLED_BY {
            let most = self.tally.counts.iter().copied().max().unwrap_or(0);
            let best = self.tally.counts.iter().position(|count| *count == most);
            // On what fits everything, and on nothing at all, nothing is settled.
            let firm = |place: &usize| FORMATS[*place].standing != Standing::General;
            self.settled = best.filter(|_| most * 2 > self.tally.lines).filter(firm);
            self.tally = Tally::default();
        }
    }

    fn give(&mut self, block: Block, sink: &mut dyn FnMut(Record<'_>)) {
        let Block { raw, lines, tag, part, traced } = &block;
        self.emit(Whole { raw, tag: *tag, lines: *lines, part: *part, traced: *traced }, sink);
        self.assembler.recycle(block);
    }

    fn emit(&mut self, whole: Whole<'_>, sink: &mut dyn FnMut(Record<'_>)) {
        let Whole { raw, tag, lines, part, traced } = whole;
        let raw = match &self.scrubber {
            Some(scrubber) => scrubber.scrub(raw, &mut self.masked),
            None => Cow::Borrowed(raw),
        };
        let text = line::text(&raw);
        let format = FORMATS.get(tag).filter(|_| part != Division::Further);
        let parsed = match format {
            Some(format) if lines > 1 && matches!(format.shape, Shape::Carrier(_)) => {
                parsers::parse_carried(format, &text, &mut self.memory)
            }
            Some(format) => parsers::parse(format, &text, &mut self.memory),
            None if part == Division::Further => None,
            None => self
                .custom
                .get(tag.wrapping_sub(CUSTOM))
                .and_then(|custom| parsers::headed(&text, |head| custom.parse(head))),
        };
        let mut parsed = parsed.unwrap_or_else(|| parsers::plain(text.trim_end()));
        // A carrier's own level says where the lines were filed, not how grave they are.
        let unsaid = parsed.level.is_none() || parsed.inner.is_none() && parsed.level <= Some(Level::Info);
        let carried = format.is_none_or(|format| matches!(format.shape, Shape::Carrier(_)));
        if traced && (parsed.level.is_none() || carried && unsaid) {
            parsed.level = Some(Level::Error);
        }
        let time = parsed.stamp.and_then(|stamp| match parsed.format {
            "" => self.calendar.resolve_near(stamp),
            // A bare number, which may count something else.
            "dated" if format.is_some_and(|format| format.standing == Standing::Loose) => {
                self.calendar.resolve_past(stamp)
            }
            _ => self.calendar.resolve(stamp),
        });
        let said = match format.filter(|format| format.is_object() && !parsed.format.is_empty()) {
            None => RecordText::Raw,
            Some(format) => match parsers::carried_lines(format, &text, &parsed) {
                Some(lines) => RecordText::Lines(lines),
                None => RecordText::Message,
            },
        };
        if let Some(heading) = self.heading.take() {
            sink(heading.record(time));
        }
        sink(Record { raw: &raw, lines, part, time, parsed, said });
    }
}

/// Lines that name columns, and which lines of the source they are.
#[derive(Debug, Default)]
struct Heading {
    format: &'static str,
    raw: Vec<u8>,
    lines: Range<u64>,
}

impl Heading {
    /// Takes the last of so many lines.
    fn push(&mut self, format: &'static str, raw: &[u8], counted: u64) {
        self.format = format;
        if self.raw.is_empty() {
            self.lines.start = counted - 1;
        } else {
            self.raw.push(b'\n');
        }
        self.raw.extend_from_slice(raw);
        self.lines.end = counted;
    }

    fn record(&self, time: Option<Timestamp>) -> Record<'_> {
        let lines = self.raw.split(|byte| *byte == b'\n').count() as u32;
        let parsed = Parsed::new(self.format, line::text(&self.raw));
        Record { raw: &self.raw, lines, part: Division::Whole, time, parsed, said: RecordText::Raw }
    }
}

/// The lines of one record.
#[derive(Clone, Copy)]
struct Whole<'a> {
    raw: &'a [u8],
    tag: usize,
    lines: u32,
    part: Division,
    traced: bool,
}

/// What a line is: a record, or a part of one.
enum LineRole {
    /// A record by itself, with its tag.
    Alone(usize),
    /// A line of the record of a speaker.
    InBlock(u64, Place),
    /// The same of a line that was carried, and whether it was cut.
    Carried(u64, Place, bool),
}
