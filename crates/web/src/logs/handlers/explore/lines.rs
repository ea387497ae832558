//! Records as lines of a page, and all that one of them holds.

use super::address::PageSearch;
use crate::{
    layout::{foreign::Foreign, view::View},
    logs::{
        api::rows::{FORMAT, repeats, repeats_in_text},
        pages::explore::{FieldRow, LineCell, LineColumns, LineDetail, Links, ShownLine},
    },
    performance::trace::address::address as trace_address,
};
use model::Level;
use std::ops::Range;
use telemetry::{
    OwnedValue, Record, RecordRef, Value,
    query::{Cursor, Query, language::Narrowed},
};

/// Fields by which lines tell the trace of a request, as programs and shippers name them.
pub(crate) const TRACE_FIELDS: [&str; 6] = ["trace_id", "trace.id", "traceId", "traceID", "TraceId", "otelTraceID"];
/// Bytes of a message that are shown where a line is opened, and on a page of its own.
pub(super) const OPENED_MAX: usize = 4 << 10;
pub(super) const SHOWN_MAX: usize = 256 << 10;
/// Bytes of a field's value.
const VALUE_MAX: usize = 4 << 10;

/// A record as the search found it.
pub(crate) fn line(columns: &LineColumns, cursor: Cursor, record: RecordRef<'_>) -> ShownLine {
    let field = |name: &str| record.fields().find(|(other, _)| *other == name).map(|(_, value)| value_line(value));
    ShownLine {
        seq: cursor.seq,
        at: cursor.time,
        level: record.level(),
        cells: cells(columns, record.level(), record.source(), field),
        text: message(&repeats(record, cursor.time), record.message()),
    }
}

/// A record that is kept whole.
pub(super) fn line_of_record(columns: &LineColumns, cursor: Cursor, record: &Record) -> ShownLine {
    let is_read = record.fields.iter().any(|(name, _)| name == FORMAT);
    let said = repeats_in_text(is_read, &record.message, cursor.time, record.level);
    let field = |name: &str| field_of(record, name).map(|value| value_line(value.as_value()));
    ShownLine {
        seq: cursor.seq,
        at: cursor.time,
        level: record.level,
        cells: cells(columns, record.level, &record.source, field),
        text: message(&said, &record.message),
    }
}

fn cells(
    columns: &LineColumns,
    level: Option<Level>,
    source: &[u8],
    field: impl Fn(&str) -> Option<Foreign>,
) -> Vec<LineCell> {
    let cell = |name: &str| match name {
        "level" => LineCell::Level(level),
        "source" => LineCell::Source(Foreign::line(source)),
        name => LineCell::Field(field(name).unwrap_or_default()),
    };
    columns.iter().map(|column| cell(&column.name)).collect()
}

fn field_of<'a>(record: &'a Record, name: &str) -> Option<&'a OwnedValue> {
    record.fields.iter().find(|(other, _)| other == name).map(|(_, value)| value)
}

fn value_line(value: Value<'_>) -> Foreign {
    match value {
        Value::Str(text) => Foreign::line(text),
        other => Foreign::line(written(other).unwrap_or_default().as_bytes()),
    }
}

/// A value as it is asked for; `None` of bytes that are no text.
fn written(value: Value<'_>) -> Option<String> {
    match value {
        Value::Str(text) => std::str::from_utf8(text).ok().map(str::to_owned),
        Value::Int(number) => Some(number.to_string()),
        Value::Float(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
    }
}

fn message(said: &[Range<usize>], text: &[u8]) -> Foreign {
    if said.is_empty() { Foreign::line(text) } else { Foreign::line_beside(text, said) }
}

/// All of a record, with links that go on from that search.
pub(super) fn detail(
    v: &View,
    search: &PageSearch,
    query: &Query,
    cursor: Cursor,
    record: &Record,
    body_max: usize,
) -> LineDetail {
    let row = |name: &str, value: Foreign, text: Option<&str>| FieldRow {
        name: Foreign::line(name.as_bytes()),
        links: text.and_then(|text| links(search, query, name, text)),
        value,
    };
    let mut fields = Vec::with_capacity(record.fields.len() + 3);
    fields.push(row("time", Foreign::line(v.exact(&cursor.time).as_bytes()), None));
    if let Some(level) = record.level {
        fields.push(row("level", Foreign::line(level.as_str().as_bytes()), Some(level.as_str())));
    }
    if !record.source.is_empty() {
        fields.push(row("source", Foreign::line(&record.source), std::str::from_utf8(&record.source).ok()));
    }
    for (name, value) in &record.fields {
        let text = written(value.as_value()).filter(|text| text.len() <= VALUE_MAX);
        let shown = match value.as_value() {
            Value::Str(bytes) => Foreign::text(bytes, VALUE_MAX),
            other => value_line(other),
        };
        fields.push(row(name, shown, text.as_deref()));
    }
    LineDetail {
        at: cursor.time,
        body: Foreign::text(&record.message, body_max),
        fields,
        context: format!("/explore/record/{}", cursor.seq),
        job: id(record, "job"),
        trace: id(record, "trace"),
        waterfall: trace_of(record).and_then(|id| trace_address(&id)),
        issues: Vec::new(),
    }
}

pub(super) fn links(search: &PageSearch, query: &Query, field: &str, value: &str) -> Option<Links> {
    let Narrowed { only, without } = query.narrowed(field, value)?;
    Some(Links { only: search.address_of(only), without: search.address_of(without) })
}

/// Bytes of the name of an issue.
const ISSUE_BYTES_MAX: usize = 100;

/// The issue that a line names: `SHOP-12`.
pub(super) fn issue_of(record: &Record) -> Option<String> {
    let name = written(field_of(record, "issue")?.as_value())?;
    (name.len() <= ISSUE_BYTES_MAX).then_some(name)
}

/// The trace in which a line was said, as programs write its id: without hyphens.
pub(super) fn trace_of(record: &Record) -> Option<String> {
    let told = TRACE_FIELDS.iter().find_map(|name| written(field_of(record, name)?.as_value()))?;
    (!told.contains('-')).then_some(told)
}

/// The id of a job or a trace of Vigie's own, as it writes them: those of others have no hyphens, or another form.
fn id(record: &Record, what: &str) -> Option<String> {
    let is_it = |name: &str| name.strip_prefix(what).is_some_and(|rest| matches!(rest, "" | "_id"));
    let (_, value) = record.fields.iter().find(|(name, _)| is_it(name))?;
    let id = written(value.as_value())?;
    let parsed = uuid::Uuid::try_parse(&id).ok()?;
    (parsed.hyphenated().to_string() == id).then_some(id)
}
