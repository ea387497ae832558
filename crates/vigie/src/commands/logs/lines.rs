//! Records of files and pipes as the JSON lines that the API takes: their text as it came, and beside it what was read in it.

use crate::words::t;
use logs::{LINE_BYTES_MAX, Labels};
use model::Timestamp;
use serde::{Serialize, Serializer as _, ser::SerializeMap as _};
use sources::{
    Record,
    record::{Field, Parsed, Value},
    timestamps::Stamp,
};
use std::{borrow::Cow, collections::BTreeMap};
use telemetry::query::language::LEVELS;

/// What the API takes for the parts of a record itself, where it is told that names are exact.
const OWN: [&str; 4] = ["time", "level", "message", "source"];

/// How an object begins that `vigie logs export` writes.
const TIME: &[u8] = br#"{"time":""#;
const TIME_SHAPE: &[u8] = b"0000-00-00T00:00:00.000000Z";
/// Lines of a file that are asked for a source.
const HEAD_LINES: usize = 100;

/// Bytes of a line of text that are kept as one record: written as JSON, even the worst of them fit into a line of the API.
pub(super) const PART_BYTES: usize = 256 << 10;

/// A line, or the parts of one that is too long. An object stays whole: half of it would be none.
pub(super) fn parts(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    let is_object = line.trim_ascii_start().starts_with(b"{");
    let most = if is_object { line.len() } else { PART_BYTES };
    let blank = line.is_empty().then_some(line);
    blank.into_iter().chain(line.chunks(most.max(1)))
}

/// What records are kept under.
#[derive(Clone, Debug)]
pub(super) struct Under {
    pub(super) source: String,
    pub(super) labels: Labels,
}

/// Writes a line; of a record that would be longer than one may be, its text in several. `time` stands in where the record has none.
pub(super) fn write(record: &Record<'_>, under: &Under, time: Timestamp, into: &mut Vec<u8>) {
    let start = into.len();
    write_one(record, (record.text(), &record.parsed.fields), under, time, into);
    if into.len() - start > LINE_BYTES_MAX {
        into.truncate(start);
        record.raw.chunks(PART_BYTES).for_each(|part| write_one(record, (part, &[]), under, time, into));
    }
}

fn write_one(
    record: &Record<'_>,
    (message, fields): (&[u8], &[Field<'_>]),
    under: &Under,
    time: Timestamp,
    into: &mut Vec<u8>,
) {
    let parsed = &record.parsed;
    let mut json = serde_json::Serializer::new(&mut *into);
    // Writing to memory does not fail.
    let _ = (|| {
        let mut map = json.serialize_map(None)?;
        map.serialize_entry("time", &record.time.unwrap_or(time))?;
        if let Some(level) = parsed.level {
            map.serialize_entry("level", level.as_str())?;
        }
        map.serialize_entry("source", &under.source)?;
        if let Some(inner) = parsed.inner {
            map.serialize_entry("format", inner)?;
            map.serialize_entry("carrier", parsed.format)?;
        } else if !parsed.format.is_empty() {
            map.serialize_entry("format", parsed.format)?;
        }
        if let Some(logger) = &parsed.logger {
            map.serialize_entry("logger", logger)?;
        }
        let is_labelled = |field: &&Field<'_>| under.labels.has(&field.name);
        for field in fields.iter().filter(|field| !is_labelled(field)) {
            let name = if OWN.contains(&&*field.name) {
                Cow::Owned(format!("{}_", field.name))
            } else {
                Cow::Borrowed(&*field.name)
            };
            map.serialize_entry(&name, &Plain(&field.value))?;
        }
        for (name, value) in under.labels.iter() {
            map.serialize_entry(name, value)?;
        }
        map.end()
    })();
    // The object goes on with the message.
    into.pop();
    into.extend_from_slice(b",\"message\":");
    text(message, into);
    into.extend_from_slice(b"}\n");
}

/// Whether a file begins with what `vigie logs export` writes, and says of which sources it is.
pub(super) fn are_records(head: &[u8]) -> bool {
    let mut lines = head.split(|byte| *byte == b'\n').take(HEAD_LINES);
    let first = lines.next().and_then(source_of);
    first.is_some_and(|has_source| has_source || lines.any(|line| source_of(line) == Some(true)))
}

/// Whether a line is such a record: it begins with a time to the microsecond, a level or none, a source or none, and a
/// message, and is an object.
pub(super) fn is_record(line: &[u8]) -> bool {
    source_of(line).is_some() && line.ends_with(b"}")
}

/// Of a line that begins as such a record, whether it has a source.
fn source_of(line: &[u8]) -> Option<bool> {
    let (time, rest) = line.strip_prefix(TIME).and_then(split_quoted)?;
    let is_exact = time.len() == TIME_SHAPE.len()
        && time
            .iter()
            .zip(TIME_SHAPE)
            .all(|(byte, shape)| if *shape == b'0' { byte.is_ascii_digit() } else { byte == shape });
    let level = rest.strip_prefix(br#","level":""#).and_then(split_quoted);
    let is_level =
        |text: &[u8]| std::str::from_utf8(text).is_ok_and(|text| LEVELS.iter().any(|level| level.as_str() == text));
    let rest = match level {
        Some((level, rest)) if is_level(level) => rest,
        Some(_) => return None,
        None => rest,
    };
    let source = rest.strip_prefix(br#","source":""#);
    let is_begun = source.is_some() || rest.starts_with(br#","message":""#);
    (is_exact && is_begun).then_some(source.is_some())
}

/// The time of such a record.
pub(super) fn time_of(line: &[u8]) -> Option<Timestamp> {
    let (time, _) = line.strip_prefix(TIME).and_then(split_quoted)?;
    std::str::from_utf8(time).ok()?.parse().ok()
}

/// What stands before the next quote, and behind it.
fn split_quoted(rest: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = rest.iter().position(|byte| *byte == b'"')?;
    Some((&rest[..end], &rest[end + 1..]))
}

/// Writes such an object with labels behind its fields: of two of the same name the last one counts.
pub(super) fn label(line: &[u8], labels: &Labels, into: &mut Vec<u8>) {
    match line.strip_suffix(b"}").filter(|_| !labels.is_empty()) {
        None => into.extend_from_slice(line),
        Some(line) => {
            into.extend_from_slice(line);
            for (name, value) in labels.iter() {
                into.push(b',');
                text(name.as_bytes(), into);
                into.push(b':');
                text(value.as_bytes(), into);
            }
            into.push(b'}');
        }
    }
    into.push(b'\n');
}

/// Writes a text to the byte: what is no UTF-8 stands in it as it came, which JSON leaves open and the API takes.
fn text(bytes: &[u8], into: &mut Vec<u8>) {
    // Nearly always it is UTF-8, and needs no room of its own.
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = serde_json::to_writer(into, text);
        return;
    }
    into.push(b'"');
    for chunk in bytes.utf8_chunks() {
        let quoted = serde_json::to_string(chunk.valid()).unwrap_or_default();
        into.extend_from_slice(quoted.as_bytes().get(1..quoted.len() - 1).unwrap_or_default());
        into.extend_from_slice(chunk.invalid());
    }
    into.push(b'"');
}

/// `syslog`, or `docker/gunicorn` where one carries the lines of the other.
fn format(parsed: &Parsed<'_>) -> String {
    match (parsed.format, parsed.inner) {
        ("", _) => "plain".to_owned(),
        (outer, Some(inner)) => format!("{outer}/{inner}"),
        (outer, None) => outer.to_owned(),
    }
}

struct Plain<'a>(&'a Value<'a>);

impl Serialize for Plain<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Text(text) => serializer.serialize_str(text),
            Value::Integer(number) => serializer.serialize_i64(*number),
            Value::Float(number) => serializer.serialize_f64(*number),
            Value::Bool(truth) => serializer.serialize_bool(*truth),
        }
    }
}

/// What a file's records were.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    pub(super) formats: BTreeMap<String, u64>,
    pub(super) records: u64,
    pub(super) lines: u64,
    pub(super) first: Option<Timestamp>,
    pub(super) last: Option<Timestamp>,
    /// Records whose time names no zone.
    pub(super) zoneless: u64,
    /// Records of which no time could be read.
    pub(super) timeless: u64,
}

impl Tally {
    pub(super) fn add(&mut self, record: &Record<'_>) {
        self.add_one(&format(&record.parsed), record.lines.into(), record.time);
        self.zoneless += u64::from(record.parsed.stamp.is_some_and(Stamp::is_zoneless));
    }

    /// A record of so many lines.
    pub(super) fn add_one(&mut self, format: &str, lines: u64, time: Option<Timestamp>) {
        match self.formats.get_mut(format) {
            Some(count) => *count += 1,
            None => drop(self.formats.insert(format.to_owned(), 1)),
        }
        self.records += 1;
        self.lines += lines;
        self.timeless += u64::from(time.is_none());
        if let Some(at) = time {
            self.first = Some(self.first.map_or(at, |first| first.min(at)));
            self.last = Some(self.last.map_or(at, |last| last.max(at)));
        }
    }

    /// `nginx`, or `nginx 1,200, plain 3`, the most frequent first.
    pub(super) fn formats_text(&self) -> String {
        let mut formats: Vec<_> = self.formats.iter().collect();
        formats.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
        match formats.as_slice() {
            [] => t!("import-empty"),
            [(only, _)] => (*only).clone(),
            several => {
                let shown =
                    several.iter().take(6).map(|(name, count)| format!("{name} {}", crate::render::count(**count)));
                shown.collect::<Vec<_>>().join(", ")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::tz::TimeZone;
    use sources::{Options, Reader, multiline::Limits, timestamps::Reference};

    fn under() -> Under {
        Under { source: "app.log".to_owned(), labels: Labels::default() }
    }

    #[test]
    fn what_was_exported_is_known_and_labelled() {
        let of = |parts: &str| format!("{{\"time\":\"2025-01-10T14:00:00.000000Z\"{parts}}}\n");
        let sourceless = of(r#","level":"info","message":"x""#);
        for (head, is) in [
            (of(r#","level":"info","source":"a","message":"x""#), true),
            (of(r#","source":"a","message":"x""#), true),
            (sourceless.clone() + &of(r#","source":"a","message":"x""#), true),
            (sourceless, false),
            (of(r#","level":"INFO","source":"a","message":"x""#), false),
            (of(r#","msg":"x","source":"a""#), false),
            (r#"{"time":"2025-01-10T14:00:00Z","source":"a","message":"x"}"#.to_owned(), false),
            (r#"{"source":"a","time":"2025-01-10T14:00:00.000000Z"}"#.to_owned(), false),
            (r#"{"time":"2025"#.to_owned(), false),
            (String::new(), false),
        ] {
            assert_eq!(are_records(head.as_bytes()), is, "{head}");
        }
        let line = br#"{"time":"2025-01-10T14:00:00Z","source":"a","message":"x","app":"y"}"#;
        assert_eq!(time_of(line), Some("2025-01-10T14:00:00Z".parse().unwrap()));
        let labelled = |labels: &[&str]| {
            let mut into = Vec::new();
            label(line, &Labels::parse(labels.iter().copied()).unwrap(), &mut into);
            String::from_utf8(into).unwrap()
        };
        assert_eq!(labelled(&[]).as_bytes(), [line, &b"\n"[..]].concat());
        assert!(labelled(&["app=shop"]).ends_with(",\"app\":\"y\",\"app\":\"shop\"}\n"));
    }

    fn lines(text: &[u8]) -> (Vec<u8>, Tally) {
        let at = "2025-01-10T14:32:15Z".parse().unwrap();
        let mut reader = Reader::new(Options {
            zone: TimeZone::UTC,
            reference: Reference::Modified(at),
            limits: Limits::default(),
            scrubber: None,
        });
        let (mut into, mut tally) = (Vec::new(), Tally::default());
        let mut sink = |record: Record<'_>| {
            tally.add(&record);
            write(&record, &under(), at, &mut into);
        };
        for line in text.split(|byte| *byte == b'\n') {
            reader.push(line, at, &mut sink);
        }
        reader.finish(&mut sink);
        (into, tally)
    }

    #[test]
    fn text_is_kept_whole_and_what_was_read_in_it_stands_beside_it() {
        let (text, tally) = lines(
            b"2025-01-10 14:00:00,123 ERROR app.views late\nTraceback (most recent call last):\n  File \"a.py\", line 3, in f\nValueError: \xFF",
        );
        insta::assert_snapshot!(text.escape_ascii());
        assert_eq!((tally.records, tally.lines), (1, 4));
        let (json, _) = lines(
            br#"{"time":"2025-01-10T14:00:00Z","level":"warn","msg":"late","status":503,"source":"x","ok":true}"#,
        );
        insta::assert_snapshot!(json.escape_ascii());
    }

    #[test]
    fn what_is_written_is_read_to_the_byte() {
        let line: Vec<u8> = (1..=255_u8).filter(|byte| *byte != b'\n').chain(*b"\xE9t\xC3\xA9  \t\r").collect();
        for (text, expected) in
            [(&line[..], &line[..]), (b"{\"msg\":\"x\xC3\xA9\"}", b"x\xC3\xA9"), (b"\xFF\xFE", b"\xFF\xFE")]
        {
            let mut batch = telemetry::Batch::new();
            let (json, _) = lines(text);
            batch.push_json(json.trim_ascii_end(), &telemetry::JsonNames::EXACT, Timestamp::EPOCH).unwrap();
            assert_eq!(batch.get(0).message(), expected, "{}", json.escape_ascii());
        }
    }
}
