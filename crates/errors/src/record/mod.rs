//! What the telemetry store keeps: a time, a level, a message that people read, fields to search by.

mod event;
mod span;

pub use event::EventRecord;
pub use span::SpanRecord;

use model::Timestamp;
use serde::Serialize;
use std::borrow::Cow;
use uuid::Uuid;

/// Characters of a value that is searched by; an event's body has it whole.
const VALUE_CHARS_MAX: usize = 512;

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum FieldValue<'a> {
    Text(Cow<'a, str>),
    Integer(i64),
    Number(f64),
    Flag(bool),
}

/// What whoever received a report knows besides.
#[derive(Clone, Copy, Debug)]
pub struct Reception<'a> {
    pub project: &'a str,
    /// What the event is known by: the client's id, or one that was made for it.
    pub event_id: Uuid,
    pub received: Timestamp,
}

/// A field of a record. Nearly all of it is as the report has it, and is not copied.
pub type RecordField<'a> = (Cow<'a, str>, FieldValue<'a>);

/// Gathers fields; what is missing or empty leaves none.
#[derive(Debug)]
struct FieldsBuilder<'a> {
    list: Vec<RecordField<'a>>,
}

impl<'a> FieldsBuilder<'a> {
    /// Fields of one record, as many as most have.
    const USUAL: usize = 32;

    fn new() -> Self {
        Self { list: Vec::with_capacity(Self::USUAL) }
    }

    fn text(&mut self, name: impl Into<Cow<'a, str>>, value: Option<impl Into<Cow<'a, str>>>) {
        let Some(value) = value.map(Into::into).filter(|value| !value.is_empty()) else { return };
        // Nearly all are taken as they are, not sign by sign.
        let end = match value.len() <= VALUE_CHARS_MAX {
            true => None,
            false => value.char_indices().nth(VALUE_CHARS_MAX).map(|(end, _)| end),
        };
        let value = match (end, value) {
            (None, value) => value,
            (Some(end), Cow::Borrowed(value)) => Cow::Borrowed(&value[..end]),
            (Some(end), Cow::Owned(value)) => Cow::Owned(value[..end].to_owned()),
        };
        self.push(name, FieldValue::Text(value));
    }

    fn integer(&mut self, name: impl Into<Cow<'a, str>>, value: Option<i64>) {
        if let Some(value) = value {
            self.push(name, FieldValue::Integer(value));
        }
    }

    fn flag(&mut self, name: impl Into<Cow<'a, str>>, value: Option<bool>) {
        if let Some(value) = value {
            self.push(name, FieldValue::Flag(value));
        }
    }

    fn push(&mut self, name: impl Into<Cow<'a, str>>, value: FieldValue<'a>) {
        self.list.push((name.into(), value));
    }
}

#[cfg(test)]
mod tests;
