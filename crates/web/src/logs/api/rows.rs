//! Records as they are shown to machines.

use crate::{sheet::Dialect, traces::api::harmless};
use api::logs::{LogRecord, WorkDone};
use jiff::tz::TimeZone;
use model::{Level, Timestamp};
use serde::{Serialize, ser::SerializeMap as _};
use serde_json::{Map, Value as Json};
use std::ops::Range;
use telemetry::{
    RecordRef, Value,
    query::{Cell, Cursor, Partial, Read, Table},
};
use utoipa::ToSchema;

/// The field that says in which format a record was read, of those that were.
pub(crate) const FORMAT: &str = "format";

/// Where a record's text says its time and its level, which are shown beside it.
pub(crate) fn repeats(record: RecordRef<'_>, time: Timestamp) -> Vec<Range<usize>> {
    let is_read = record.fields().any(|(name, _)| name == FORMAT);
    repeats_in_text(is_read, record.message(), time, record.level())
}

/// The same, of the parts of a record: only what a format was recognised in has a head.
pub(crate) fn repeats_in_text(
    is_read: bool,
    message: &[u8],
    time: Timestamp,
    level: Option<Level>,
) -> Vec<Range<usize>> {
    if is_read { logs::repeats(message, time, level) } else { Vec::new() }
}

/// A record, with so many bytes of its message at the most.
pub(crate) fn cut(cursor: Cursor, record: RecordRef<'_>, message_max: Option<usize>) -> LogRecord {
    let message = record.message();
    let kept = message_max.map_or(message, |most| &message[..most.min(message.len())]);
    LogRecord {
        seq: cursor.seq,
        time: cursor.time,
        level: record.level(),
        source: String::from_utf8_lossy(record.source()).into_owned(),
        message: String::from_utf8_lossy(kept).into_owned(),
        message_bytes: (kept.len() < message.len()).then_some(message.len()),
        repeats: Vec::new(),
        fields: record.fields().map(|(name, value)| (name.to_owned(), json(value))).collect(),
    }
}

/// With the places at which its head says the time and the level: it is ASCII, so that bytes are characters.
pub(crate) fn with_repeats(row: LogRecord, record: RecordRef<'_>) -> LogRecord {
    let is_kept = |place: &Range<usize>| place.end <= row.message.len();
    let places = repeats(record, row.time).into_iter().filter(is_kept);
    LogRecord { repeats: places.map(|place| [place.start, place.end]).collect(), ..row }
}

pub(crate) fn of_record(cursor: Cursor, record: &telemetry::Record) -> LogRecord {
    LogRecord {
        seq: cursor.seq,
        time: cursor.time,
        level: record.level,
        source: String::from_utf8_lossy(&record.source).into_owned(),
        message: String::from_utf8_lossy(&record.message).into_owned(),
        message_bytes: None,
        repeats: Vec::new(),
        fields: record.fields.iter().map(|(name, value)| (name.clone(), json(value.as_value()))).collect(),
    }
}

fn json(value: Value<'_>) -> Json {
    match value {
        Value::Str(text) => String::from_utf8_lossy(text).into_owned().into(),
        Value::Int(number) => number.into(),
        Value::Float(number) => number.into(),
        Value::Bool(truth) => truth.into(),
    }
}

/// One value of a table.
pub(crate) fn cell(cell: &Cell) -> Json {
    match cell {
        Cell::Absent => Json::Null,
        Cell::Bool(truth) => (*truth).into(),
        Cell::Int(number) => (*number).into(),
        Cell::Float(number) => (*number).into(),
        Cell::Text(text) => String::from_utf8_lossy(text).into_owned().into(),
        Cell::Time(time) => time.to_string().into(),
        Cell::Counts(counts) => counts.clone().into(),
    }
}

/// What was read to answer.
pub(super) fn work_done(read: Read) -> WorkDone {
    WorkDone {
        blocks: read.blocks,
        pruned: read.blocks_pruned,
        decoded: read.blocks_decoded,
        bytes: read.bytes_decoded,
        in_memory: read.memory_rows,
    }
}

/// What the answer leaves out, in words.
pub(crate) fn left_out(partial: &[Partial]) -> Vec<String> {
    let said = |partial: &Partial| match partial {
        Partial::Cancelled => "the search ran out of time: narrow its range, or add a word".to_owned(),
        Partial::Damaged { blocks, first } => {
            format!(
                "lines are missing: {blocks} damaged parts, blocks or whole files of them, could not be read ({first}): see `vigie doctor`"
            )
        }
        Partial::Undeleted { damage } => format!("lines may be shown that were deleted ({damage}): see `vigie doctor`"),
        Partial::Groups { records } => format!("{records} records are in none of the groups: there were too many"),
        Partial::Memory { bytes_max } => format!("the search may hold {bytes_max} bytes, and needed more"),
        Partial::Rows { limit } => format!("only the first {limit} rows are given"),
    };
    partial.iter().map(said).collect()
}

/// How exported records are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Format {
    /// One page, with what was read for it.
    #[default]
    Json,
    /// One object a line, its fields beside `time`, `level`, `source` and `message`.
    Jsonl,
    /// With the columns time, level, source, message and fields.
    Csv,
    /// The messages, to the byte.
    Text,
}

impl Format {
    pub(super) const fn media(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Jsonl => "application/x-ndjson",
            Self::Csv => "text/csv; charset=utf-8",
            Self::Text => "text/plain; charset=utf-8",
        }
    }

    const fn extension(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
            Self::Text => "txt",
        }
    }

    /// How a file of it is called, by the day it is made on: `logs-2026-11-22.jsonl`.
    pub(crate) fn file_name(self, now: Timestamp, zone: &TimeZone) -> String {
        format!("logs-{}.{}", now.in_zone(zone).strftime("%Y-%m-%d"), self.extension())
    }

    pub(super) fn head(self, dialect: Dialect) -> Vec<u8> {
        let mut head = Vec::new();
        if self == Self::Csv {
            head.extend_from_slice(dialect.mark());
            dialect.rows([["time", "level", "source", "message", "fields"]], &mut head);
        }
        head
    }

    /// Writes one record.
    pub(super) fn write(self, dialect: Dialect, cursor: Cursor, record: RecordRef<'_>, into: &mut Vec<u8>) {
        match self {
            Self::Text => {
                into.extend_from_slice(record.message());
                into.push(b'\n');
            }
            // Neither fails on a vector.
            Self::Json | Self::Jsonl => {
                let _ = serde_json::to_writer(&mut *into, &Flat(&cut(cursor, record, None)));
                into.push(b'\n');
            }
            Self::Csv => {
                let row = cut(cursor, record, None);
                let fields = if row.fields.is_empty() { String::new() } else { Json::Object(row.fields).to_string() };
                let time = row.time.to_string();
                let cells = [&*time, row.level.map_or("", Level::as_str), &row.source, &row.message, &fields];
                dialect.rows([cells.map(harmless)], into);
            }
        }
    }
}

/// A table as a text: for people, with tabs between its cells.
pub(super) fn table(format: Format, dialect: Dialect, table: &Table) -> Vec<u8> {
    let text = |cell: &Cell| match self::cell(cell) {
        _ if let Cell::Counts(counts) = cell => api::logs::sparkline(counts),
        Json::Null => String::new(),
        Json::String(text) => text,
        other => other.to_string(),
    };
    let mut into = Vec::new();
    match format {
        Format::Json | Format::Jsonl => {
            for row in &table.rows {
                let object: Map<String, Json> = table.columns.iter().cloned().zip(row.iter().map(self::cell)).collect();
                into.extend_from_slice(Json::Object(object).to_string().as_bytes());
                into.push(b'\n');
            }
        }
        Format::Csv => {
            let shown = |cell: &Cell| match self::cell(cell) {
                Json::Number(number) => dialect.number(&number.to_string()),
                Json::Array(counts) => counts.iter().map(Json::to_string).collect::<Vec<_>>().join(" "),
                _ => text(cell),
            };
            into.extend_from_slice(dialect.mark());
            dialect.rows([table.columns.iter().map(|name| harmless(name))], &mut into);
            dialect.rows(table.rows.iter().map(|row| row.iter().map(|cell| harmless(&shown(cell)))), &mut into);
        }
        Format::Text => {
            let rows = table.rows.iter().map(|row| row.iter().map(text).collect());
            for row in std::iter::once(table.columns.clone()).chain(rows) {
                into.extend_from_slice(row.join("\t").as_bytes());
                into.push(b'\n');
            }
        }
    }
    into
}

/// What a table leaves out, below it, so that a file that is passed on does not look whole.
pub(super) fn remarks(format: Format, left_out: &[String]) -> Vec<u8> {
    let mut into = Vec::new();
    for remark in left_out {
        let line = match format {
            Format::Json | Format::Jsonl => serde_json::json!({ "left_out": remark }).to_string() + "\n",
            // One cell, whatever the separator.
            Format::Csv => format!("\"# {}\"\r\n", remark.replace('"', "\"\"")),
            Format::Text => format!("# {remark}\n"),
        };
        into.extend_from_slice(line.as_bytes());
    }
    into
}

/// A record as one flat object: what `POST /api/v1/logs` takes back.
struct Flat<'a>(&'a LogRecord);

impl Serialize for Flat<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let row = self.0;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("time", &row.time)?;
        if let Some(level) = row.level {
            map.serialize_entry("level", &level)?;
        }
        if !row.source.is_empty() {
            map.serialize_entry("source", &row.source)?;
        }
        map.serialize_entry("message", &row.message)?;
        for (name, value) in &row.fields {
            match name.as_str() {
                // Of stores of older versions: one object has each name once.
                "time" | "level" | "source" | "message" => map.serialize_entry(&format!("{name}_"), value)?,
                name => map.serialize_entry(name, value)?,
            }
        }
        map.end()
    }
}
