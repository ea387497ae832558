//! Reports as records of the store: an event is one, a span is one.

use crate::observe::HASH_FIELDS;
use errors::{
    Event,
    grouping::Grouping,
    record::{EventRecord, Reception},
    transaction::Span,
};
use telemetry::{Batch, Draft, Refused, Value};

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
    for (name, value) in &record.fields {
        draft.field(name, value.as_str().into())?;
    }
    // The first hash is there by itself.
    for (name, hash) in HASH_FIELDS.iter().zip(&grouping.hashes).skip(1) {
        draft.field(name, hash.to_string().as_str().into())?;
    }
    draft.field("body", record.body.as_str().into())?;
    draft.finish(record.time);
    Ok(())
}

/// Adds a span to a batch. Its time is when it ended: then it was known.
pub(crate) fn add_span(batch: &mut Batch, span: &Span, project: &str) -> Result<(), Refused> {
    let mut draft = batch.draft();
    draft.source(project.as_bytes())?;
    draft.message(span.name.as_bytes())?;
    let mut fields = Fields(&mut draft);
    fields.text("project", Some(project))?;
    fields.text("trace_id", Some(&span.trace_id))?;
    fields.text("span_id", Some(&span.span_id))?;
    fields.text("parent_span_id", span.parent_span_id.as_deref())?;
    fields.text("op", Some(&span.op))?;
    fields.text("transaction", span.segment_name.as_deref().or(span.is_segment.then_some(&*span.name)))?;
    fields.text("segment_id", span.segment_id.as_deref())?;
    fields.text("release", span.release.as_deref())?;
    fields.text("environment", span.environment.as_deref())?;
    fields.text("server_name", span.server_name.as_deref())?;
    fields.text("platform", span.platform.as_deref())?;
    fields.text("user", span.user.as_deref())?;
    fields.text("method", span.http_method.as_deref())?;
    fields.text("url", span.url.as_deref())?;
    fields.text("statement", span.statement.as_deref())?;
    fields.text("status_said", span.status_said.as_deref())?;
    fields.put("is_segment", Value::Bool(span.is_segment))?;
    fields.put("failed", Value::Bool(span.status.is_failure()))?;
    if let Some(status) = span.http_status {
        fields.put("http_status", Value::Int(status.into()))?;
    }
    fields.put("duration_ms", Value::Float(span.duration().as_secs_f64() * 1e3))?;
    for (name, value) in &span.measurements {
        fields.put(&format!("measurements.{name}"), Value::Float(*value))?;
    }
    for (name, value) in &span.tags {
        fields.text(&format!("tags.{name}"), Some(value))?;
    }
    for (name, value) in &span.data {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        fields.text(&format!("data.{name}"), Some(&text))?;
    }
    draft.finish(span.end);
    Ok(())
}

struct Fields<'a, 'b>(&'a mut Draft<'b>);

impl Fields<'_, '_> {
    fn put(&mut self, name: &str, value: Value<'_>) -> Result<(), Refused> {
        self.0.field(name, value)
    }

    /// Nothing where there is none.
    fn text(&mut self, name: &str, value: Option<&str>) -> Result<(), Refused> {
        match value.filter(|value| !value.is_empty()) {
            Some(value) => self.put(name, value.into()),
            None => Ok(()),
        }
    }
}
