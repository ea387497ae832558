//! Reports as records of the store: an event is one, a span is one.

use crate::observe::HASH_FIELDS;
use errors::{
    Event,
    grouping::Grouping,
    logs::LogItem,
    metrics::MetricItem,
    record::{EventRecord, FieldValue, Reception, RecordField, SpanRecord},
    transaction::{Span, SpanStatus},
};
use model::Level;
use std::time::Duration;
use telemetry::{Batch, Draft, RecordRef, Refused, Value};

/// The field that has an event whole.
pub(crate) const BODY: &str = "body";

/// Adds an event to a batch.
pub(crate) fn add_event(
    batch: &mut Batch,
    event: &Event,
    grouping: &Grouping,
    reception: Reception<'_>,
) -> Result<(), Refused> {
    let record = EventRecord::new(event, grouping, reception);
    let mut draft = batch.draft();
    draft.level(Some(record.level));
    draft.source(reception.project.as_bytes())?;
    draft.message(record.message.as_bytes())?;
    add_fields(&mut draft, &record.fields)?;
    // The first hash is there by itself.
    for (name, hash) in HASH_FIELDS.iter().zip(&grouping.hashes).skip(1) {
        draft.field(name, hash.to_string().as_str().into())?;
    }
    draft.field(BODY, record.body.as_str().into())?;
    draft.finish(record.time);
    Ok(())
}

/// Adds a span to a batch.
pub(crate) fn add_span(batch: &mut Batch, span: &Span, project: &str) -> Result<(), Refused> {
    let record = SpanRecord::new(span, project);
    let mut draft = batch.draft();
    draft.level(Some(record.level));
    draft.source(project.as_bytes())?;
    draft.message(record.message.as_bytes())?;
    add_fields(&mut draft, &record.fields)?;
    draft.finish(record.time);
    Ok(())
}

/// A field of a record, where it is a text.
pub(crate) fn text<'a>(record: RecordRef<'a>, name: &str) -> Option<&'a str> {
    match record.field(name)? {
        Value::Str(text) => std::str::from_utf8(text).ok(),
        _ => None,
    }
}

/// The span that [`add_span`] has kept, and its project. What a client attached is there by the names of its fields; `None`
/// where the record is none.
pub(crate) fn read_span(record: RecordRef<'_>) -> Option<(String, Span)> {
    let owned = |name: &str| text(record, name).map(str::to_owned);
    let integer = |name: &str| match record.field(name)? {
        Value::Int(number) => Some(number),
        _ => None,
    };
    let micros = u64::try_from(integer("duration_us")?).ok()?;
    let is_segment = record.field("segment") == Some(Value::Bool(true));
    let span_id = owned("span_id")?;
    let span = Span {
        trace_id: owned("trace_id")?,
        parent_span_id: owned("parent_span_id"),
        is_segment,
        segment_id: if is_segment { Some(span_id.clone()) } else { owned("segment_id") },
        segment_name: owned("transaction"),
        op: owned("op").unwrap_or_default(),
        name: String::from_utf8_lossy(record.message()).into_owned(),
        status: status(text(record, "status")),
        status_said: owned("status_said"),
        start: record.time(),
        end: record.time() + Duration::from_micros(micros),
        release: owned("release"),
        environment: owned("environment"),
        server_name: owned("server_name"),
        platform: owned("platform"),
        sdk: owned("sdk"),
        user: owned("user"),
        http_method: owned("method"),
        http_status: integer("http_status").and_then(|status| u16::try_from(status).ok()),
        url: owned("url"),
        statement: owned("statement"),
        data: record.fields().filter_map(|(name, value)| Some((name.to_owned(), json(value)?))).collect(),
        span_id,
        ..Span::default()
    };
    Some((owned("project").unwrap_or_default(), span))
}

fn status(kept: Option<&str>) -> SpanStatus {
    match kept {
        Some("ok") => SpanStatus::Ok,
        Some("cancelled") => SpanStatus::Cancelled,
        Some("error") => SpanStatus::Error,
        _ => SpanStatus::Unset,
    }
}

fn json(value: Value<'_>) -> Option<serde_json::Value> {
    Some(match value {
        Value::Str(text) => std::str::from_utf8(text).ok()?.into(),
        Value::Int(number) => number.into(),
        Value::Float(number) => number.into(),
        Value::Bool(flag) => flag.into(),
    })
}

/// A measured value as a line: `orders 2`, `load.time 12.5 ms`.
pub(crate) fn line_of_metric(metric: MetricItem) -> LogItem {
    let unit = metric.unit.as_deref().filter(|unit| *unit != "none");
    let mut attributes = metric.attributes;
    attributes.insert("metric".to_owned(), metric.name.clone().into());
    attributes.insert("value".to_owned(), metric.value.into());
    LogItem {
        time: metric.time,
        level: Level::Info,
        body: [metric.name, metric.value.to_string()]
            .into_iter()
            .chain(unit.map(str::to_owned))
            .collect::<Vec<_>>()
            .join(" "),
        trace_id: metric.trace_id,
        span_id: metric.span_id,
        attributes,
    }
}

fn add_fields(draft: &mut Draft<'_>, fields: &[RecordField<'_>]) -> Result<(), Refused> {
    for (name, value) in fields {
        let value = match value {
            FieldValue::Text(text) => text.as_ref().into(),
            FieldValue::Integer(number) => Value::Int(*number),
            FieldValue::Number(number) => Value::Float(*number),
            FieldValue::Flag(flag) => Value::Bool(*flag),
        };
        draft.field(name, value)?;
    }
    Ok(())
}
