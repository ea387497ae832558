//! Reports as records of the store: an event is one, a span is one.

use crate::observe::HASH_FIELDS;
use errors::{
    Event,
    grouping::Grouping,
    record::{EventRecord, FieldValue, Reception, SpanRecord},
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
    add_fields(&mut draft, &record.fields)?;
    // The first hash is there by itself.
    for (name, hash) in HASH_FIELDS.iter().zip(&grouping.hashes).skip(1) {
        draft.field(name, hash.to_string().as_str().into())?;
    }
    draft.field("body", record.body.as_str().into())?;
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

fn add_fields(draft: &mut Draft<'_>, fields: &[(String, FieldValue)]) -> Result<(), Refused> {
    for (name, value) in fields {
        let value = match value {
            FieldValue::Text(text) => text.as_str().into(),
            FieldValue::Integer(number) => Value::Int(*number),
            FieldValue::Number(number) => Value::Float(*number),
            FieldValue::Flag(flag) => Value::Bool(*flag),
        };
        draft.field(name, value)?;
    }
    Ok(())
}
