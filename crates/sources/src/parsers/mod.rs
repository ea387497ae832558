//! The formats: what each looks like and what its lines mean. Pure, one family a file.
//!
//! [`FORMATS`] lists them from the most particular to the most general, and the first that a line fits is the one it is
//! in. A parser is given one line; [`parse`] hands it the first of a record and lets its message go on to the end.

mod access;
mod cloud;
mod containers;
mod databases;
mod dated;
mod dialects;
mod exports;
mod java;
mod journal;
mod json;
mod keys;
mod linux;
mod logfmt;
mod mail;
mod mailing;
mod marks;
mod native;
mod network;
mod otel;
mod php;
mod placed;
mod programs;
mod proxies;
mod python;
mod python_servers;
mod roles;
mod servers;
mod syslog;
mod systems;
mod table;
mod tables;
mod unknown;
mod web_error;
mod windows;

pub(crate) use otel::records_within;
pub use table::FORMATS;
pub(crate) use table::JSON;

use crate::{
    level, line,
    record::{Field, Parsed, Value},
    timestamps::Stamp,
};
use std::{
    borrow::Cow,
    hash::{DefaultHasher, Hash, Hasher},
};

/// One format, or a family of them that one parser reads.
#[derive(Debug)]
pub struct Format {
    pub name: &'static str,
    pub shape: Shape,
    pub standing: Standing,
    /// Whether a record of this format could begin with this line: cheap, and seldom wrong.
    pub sniff: fn(&str) -> bool,
    /// Whether the parser takes just what `sniff` holds of, so that none needs to be asked after the other.
    is_exact: bool,
    parse: Parser,
}

impl Format {
    /// Whether its records are objects, of which all is in what was read: no text is lost with their raw bytes.
    pub fn is_object(&self) -> bool {
        matches!(self.name, "json" | "journald" | "docker")
    }
}

type Parser = for<'a> fn(&'a str, &mut Memory) -> Option<Parsed<'a>>;

/// How a format's records lie in lines.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// Every line is a record.
    Line,
    /// A record begins with a line that fits; lines that fit nothing belong to the one before.
    Headed,
    /// Every line carries a line of some other program.
    Carrier(fn(&str) -> Option<Carried<'_>>),
    /// A record goes on while this holds of it, or until a line that begins another.
    Open(fn(&str) -> bool),
    /// A record goes on while this holds of it, whatever its lines look like.
    Ended(fn(&str) -> bool),
}

/// How much it says when a line fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing else looks like this.
    Own,
    /// Some prose would fit too: no sign that a new record begins.
    Loose,
    /// Fits the lines of other formats too, so a source is never settled on it.
    General,
    /// Only lines after a header of its own, which [`Memory`] keeps.
    Headered,
}

/// The line of another program, and who wrote it.
#[derive(Debug)]
pub struct Carried<'a> {
    /// Equal for lines of one process.
    pub speaker: u64,
    pub line: Cow<'a, str>,
    /// Whether it was cut, and the next line of the same process goes on with it.
    pub is_part: bool,
}

impl<'a> Carried<'a> {
    fn new(speaker: impl Hash, line: &'a str) -> Self {
        let mut hasher = DefaultHasher::new();
        speaker.hash(&mut hasher);
        Self { speaker: hasher.finish(), line: line.into(), is_part: false }
    }
}

/// What a source's earlier lines have told about the later ones.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    header: tables::Header,
    windows: windows::EventsHeading,
    exports: exports::ExportHeading,
    /// The format last recognised within another.
    inner: usize,
    /// Lines within others that fit none.
    unknown: unknown::Unknown,
    depth: u8,
}

/// Carriers within carriers that are opened: Docker around syslog around a program.
const DEPTH_MAX: u8 = 3;

/// The record `text`, of one line or several, as `format` reads it.
pub fn parse<'a>(format: &Format, text: &'a str, memory: &mut Memory) -> Option<Parsed<'a>> {
    if matches!(format.shape, Shape::Open(_) | Shape::Ended(_)) {
        return (format.parse)(text, memory);
    }
    headed(text, |head| (format.parse)(head, memory))
}

/// What `read` makes of the first line, whose message goes on to the end of `text`.
pub(crate) fn headed<'a>(text: &'a str, read: impl FnOnce(&'a str) -> Option<Parsed<'a>>) -> Option<Parsed<'a>> {
    let (head, rest) = first_line(text);
    let mut parsed = read(head)?;
    let Some(rest) = rest else { return Some(parsed) };
    match message_start(&parsed, text, head) {
        Some(start) => parsed.message = text[start..].trim_end().into(),
        None => parsed.fields.push(Field { name: "rest".into(), value: Value::Text(rest.into()) }),
    }
    if parsed.format == java::TWO_LINES {
        java::take_second_line(&mut parsed);
    } else if parsed.format == journal::VERBOSE {
        journal::take_fields(&mut parsed);
    }
    Some(parsed)
}

/// The record of a carrier whose lines, of which each has its own header, are put together: their words are joined.
pub(crate) fn parse_carried<'a>(format: &Format, text: &'a str, memory: &mut Memory) -> Option<Parsed<'a>> {
    let Shape::Carrier(carried) = format.shape else { return parse(format, text, memory) };
    let (head, rest) = first_line(text);
    let rest = rest.unwrap_or_default();
    if carried(head).is_some_and(|first| first.is_part) {
        // What it says is known once it is whole.
        let depth = std::mem::replace(&mut memory.depth, DEPTH_MAX);
        let parsed = (format.parse)(head, memory);
        memory.depth = depth;
        let joined = join(text.lines().map(|line| (carried(line), line)));
        return Some(unwrap(Parsed { message: joined.into(), ..parsed? }, memory));
    }
    let mut parsed = (format.parse)(head, memory)?;
    let message = parsed.message.to_mut();
    message.truncate(message.trim_end_matches('\n').len());
    message.push('\n');
    message.push_str(&join(rest.lines().map(|line| (carried(line), line))));
    Some(parsed)
}

/// Lines that were carried, as they were written.
fn join<'a>(lines: impl Iterator<Item = (Option<Carried<'a>>, &'a str)>) -> String {
    let mut joined = String::new();
    let mut goes_on = true;
    for (carried, line) in lines {
        if !goes_on {
            joined.push('\n');
        }
        goes_on = carried.as_ref().is_some_and(|carried| carried.is_part);
        let words = carried.as_ref().map_or(line, |carried| carried.line.trim_end_matches('\n'));
        joined.push_str(words);
    }
    joined
}

/// What the lines of `text`, objects around lines of another program, carry: as they were written. `None` where they
/// carry nothing, or objects again, or where the message says the same.
pub(crate) fn carried_lines(format: &Format, text: &str, parsed: &Parsed<'_>) -> Option<String> {
    parsed.inner.filter(|_| format.is_object())?;
    let lines: Vec<Carried<'_>> = text.lines().map(json::carried).collect::<Option<_>>()?;
    let words = join(lines.into_iter().map(|carried| (Some(carried), "")));
    (!words.trim_start().starts_with('{')).then_some(words)
}

/// Text that fits no format: its level, if it names one.
pub fn plain(text: &str) -> Parsed<'_> {
    dated::plain(text)
}

/// The first format that a record beginning with `line` fits, by its place in [`FORMATS`].
pub fn recognise(line: &str, memory: &mut Memory) -> Option<usize> {
    FORMATS.iter().position(|format| match (format.shape, format.standing) {
        // It may not be all there yet.
        (Shape::Open(_) | Shape::Ended(_), _) => (format.sniff)(line),
        (_, Standing::Headered) => (format.parse)(line, memory).is_some(),
        _ => (format.sniff)(line) && (format.is_exact || (format.parse)(line, memory).is_some()),
    })
}

/// What a line of names of columns tells of the lines below it.
pub(crate) enum Heading {
    WindowsEvents(windows::EventsHeading),
    Export(exports::ExportHeading),
}

impl Heading {
    /// The format of the lines below it.
    pub(crate) fn format(&self) -> &'static str {
        match self {
            Self::WindowsEvents(_) => "windows_csv",
            Self::Export(_) => "csv",
        }
    }
}

/// What `line` tells of the lines below it, if it names their columns and says nothing itself.
pub(crate) fn heading(line: &str) -> Option<Heading> {
    windows::heading(line).map(Heading::WindowsEvents).or_else(|| exports::heading(line).map(Heading::Export))
}

impl Memory {
    /// Reads further lines by those names.
    pub(crate) fn set_heading(&mut self, heading: Heading) {
        match heading {
            Heading::WindowsEvents(heading) => self.windows = heading,
            Heading::Export(heading) => self.exports = heading,
        }
    }
}

/// Whether `line` begins a record though a space stands before it.
pub(crate) fn begins_indented(line: &str) -> bool {
    line.starts_with(" [") && programs::heads(line).is_some()
        || containers::sniff_cloud_foundry(line)
        || systems::zabbix(line).is_some()
        || php::worker(line).is_some()
        || dated::is_of_dhis2_job(line)
}

/// Lines of a sample that are held against the formats.
const SAMPLE_LINES_MAX: usize = 64;

/// The format of a source by the first lines of a sample, and how many of those looked at fit it, of how many. `None`
/// is plain text.
pub fn detect(sample: &str) -> (Option<&'static Format>, usize, usize) {
    let sample = sample.strip_prefix('\u{feff}').unwrap_or(sample);
    let lines: Vec<&str> = sample.lines().filter(|line| !line.trim().is_empty()).take(SAMPLE_LINES_MAX).collect();
    let fits = |format: &Format| {
        let mut memory = Memory::default();
        let fits = |line: &&&str| {
            if let Some(heading) = heading(line) {
                memory.set_heading(heading);
                return false;
            }
            let could = format.standing == Standing::Headered || (format.sniff)(line);
            could && (format.is_exact || (format.parse)(line, &mut memory).is_some())
        };
        lines.iter().filter(fits).count()
    };
    let counts: Vec<usize> = FORMATS.iter().map(fits).collect();
    let most = counts.iter().copied().max().unwrap_or(0);
    // A particular format is better than a general one that fits a few lines more.
    let best = counts.iter().position(|count| *count > 0 && count * 4 >= most * 3);
    (best.map(|place| &FORMATS[place]), best.map_or(0, |place| counts[place]), lines.len())
}

/// Reads the message of `outer` as a record of its own and lays the two together.
fn unwrap<'a>(mut outer: Parsed<'a>, memory: &mut Memory) -> Parsed<'a> {
    if memory.depth >= DEPTH_MAX {
        return outer;
    }
    memory.depth += 1;
    let inner = match &outer.message {
        Cow::Borrowed(line) => inner(line.trim_end_matches('\n'), memory),
        Cow::Owned(line) => inner(line.trim_end_matches('\n'), memory).map(Parsed::into_owned),
    };
    memory.depth -= 1;
    let Some(mut inner) = inner else {
        let words = line::text(outer.message.as_bytes());
        outer.level = outer.level.or_else(|| marks::first(&words)).or_else(|| level::find(&words));
        return outer;
    };
    outer.inner = Some(inner.inner.unwrap_or(inner.format));
    // Both were written within a moment of each other: the one that says more is right.
    let complete = |stamp: &Option<Stamp>| stamp.map(Stamp::completeness);
    if complete(&inner.stamp) > complete(&outer.stamp) {
        outer.stamp = inner.stamp;
    }
    // What a program says of itself counts for more than what its output was filed under.
    outer.level = inner.level.or(outer.level);
    if let Some(logger) = inner.logger
        && let Some(program) = outer.logger.replace(logger)
    {
        outer.fields.push(Field { name: "program".into(), value: Value::Text(program) });
    }
    outer.message = inner.message;
    outer.fields.append(&mut inner.fields);
    outer
}

fn inner<'a>(line: &'a str, memory: &mut Memory) -> Option<Parsed<'a>> {
    let (head, _) = first_line(line);
    let attempt = |place: usize, memory: &mut Memory| {
        let format = FORMATS.get(place).filter(|format| format.standing != Standing::Headered)?;
        let parsed = (format.sniff)(head).then(|| parse(format, line, memory))??;
        memory.inner = place;
        Some(parsed)
    };
    // Nearly always the same as before; what is general would hide the particular.
    let before = memory.inner;
    if FORMATS.get(before).is_some_and(|format| format.standing == Standing::Own)
        && let Some(parsed) = attempt(before, memory)
    {
        return Some(parsed);
    }
    let key = unknown::Unknown::key(head);
    if key.is_some_and(|key| memory.unknown.believes(key)) {
        return None;
    }
    let found = (0..FORMATS.len()).find_map(|place| attempt(place, memory));
    if let Some(key) = key {
        if found.is_none() { memory.unknown.add(key) } else { memory.unknown.remove(key) }
    }
    found
}

fn first_line(text: &str) -> (&str, Option<&str>) {
    match memchr::memchr(b'\n', text.as_bytes()) {
        Some(end) => (text[..end].trim_end_matches('\r'), Some(&text[end + 1..])),
        None => (text.trim_end_matches('\r'), None),
    }
}

/// Where the message begins in `text`, if it is the end of `head`, the first line.
fn message_start(parsed: &Parsed<'_>, text: &str, head: &str) -> Option<usize> {
    let Cow::Borrowed(message) = parsed.message else { return None };
    let start = (message.as_ptr() as usize).checked_sub(text.as_ptr() as usize)?;
    (start + message.len() == head.len()).then_some(start)
}
