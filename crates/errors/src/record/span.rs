//! A span as a record: its name, and fields to search and to count by.

use super::{FieldValue, FieldsBuilder, RecordField};
use crate::transaction::{Span, SpanStatus};
use model::{Level, Timestamp};
use serde_json::Value;

/// Attributes of one span that are searched by.
const ATTRIBUTES_MAX: usize = 64;

/// One record of the kind `span`.
#[derive(Clone, Debug, PartialEq)]
pub struct SpanRecord<'a> {
    /// When it began.
    pub time: Timestamp,
    /// `error` where it failed, else `info`.
    pub level: Level,
    /// The endpoint, the statement, the URL.
    pub message: &'a str,
    /// In a fixed order: `project`, `trace_id`, `op`, `duration_us`…; measurements as `measurements.lcp`, tags as `tags.a`, the
    /// rest under its own name.
    pub fields: Vec<RecordField<'a>>,
}

impl<'a> SpanRecord<'a> {
    pub fn new(span: &'a Span, project: &'a str) -> Self {
        Self {
            time: span.start,
            level: if span.status.is_failure() { Level::Error } else { Level::Info },
            message: &span.name,
            fields: fields(span, project),
        }
    }
}

fn fields<'a>(span: &'a Span, project: &'a str) -> Vec<RecordField<'a>> {
    let mut fields = FieldsBuilder::new();
    add_identity(span, project, &mut fields);
    add_outcome(span, &mut fields);
    let names = [
        ("release", &span.release),
        ("environment", &span.environment),
        ("server_name", &span.server_name),
        ("platform", &span.platform),
        ("sdk", &span.sdk),
        ("user", &span.user),
        ("method", &span.http_method),
        ("url", &span.url),
        ("statement", &span.statement),
    ];
    names.into_iter().for_each(|(name, value)| fields.text(name, value.as_deref()));
    for (name, number) in &span.measurements {
        fields.push(format!("measurements.{name}"), FieldValue::Number(*number));
    }
    for (name, value) in &span.tags {
        fields.text(format!("tags.{name}"), Some(value.as_str()));
    }
    add_attributes(span, &mut fields);
    fields.list
}

fn add_identity<'a>(span: &'a Span, project: &'a str, fields: &mut FieldsBuilder<'a>) {
    fields.text("project", Some(project));
    fields.text("trace_id", Some(span.trace_id.as_str()));
    fields.text("span_id", Some(span.span_id.as_str()));
    fields.text("parent_span_id", span.parent_span_id.as_deref());
    fields.flag("segment", Some(span.is_segment));
    fields.text("segment_id", span.segment_id.as_deref().filter(|_| !span.is_segment));
    fields.text("transaction", span.segment_name.as_deref());
    fields.text("op", Some(span.op.as_str()));
}

fn add_outcome<'a>(span: &'a Span, fields: &mut FieldsBuilder<'a>) {
    let micros = i64::try_from(span.duration().as_micros()).unwrap_or(i64::MAX);
    fields.integer("duration_us", Some(micros));
    let status = match span.status {
        SpanStatus::Unset => None,
        SpanStatus::Ok => Some("ok"),
        SpanStatus::Cancelled => Some("cancelled"),
        SpanStatus::Error => Some("error"),
    };
    fields.text("status", status);
    fields.text("status_said", span.status_said.as_deref().filter(|said| Some(*said) != status));
    fields.integer("http_status", span.http_status.map(i64::from));
}

/// What the client attached, beside what has a field of its own.
fn add_attributes<'a>(span: &'a Span, fields: &mut FieldsBuilder<'a>) {
    for (name, value) in span.data.iter().take(ATTRIBUTES_MAX) {
        let name = name.as_str();
        match value {
            Value::String(text) => fields.text(name, Some(text.as_str())),
            Value::Bool(flag) => fields.flag(name, Some(*flag)),
            Value::Number(number) => match number.as_i64() {
                Some(number) => fields.integer(name, Some(number)),
                None => fields.push(name, FieldValue::Number(number.as_f64().unwrap_or_default())),
            },
            Value::Null => {}
            Value::Array(_) | Value::Object(_) => fields.text(name, Some(value.to_string())),
        }
    }
}
