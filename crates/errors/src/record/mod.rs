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
pub enum FieldValue {
    Text(String),
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

/// A field of a record: most names are known beforehand.
pub type RecordField = (Cow<'static, str>, FieldValue);

/// Gathers fields; what is missing or empty leaves none.
#[derive(Debug, Default)]
struct FieldsBuilder {
    list: Vec<RecordField>,
}

impl FieldsBuilder {
    fn text(&mut self, name: impl Into<Cow<'static, str>>, value: Option<&str>) {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            // Nearly all are copied as they are, not sign by sign.
            let end = match value.len() <= VALUE_CHARS_MAX {
                true => None,
                false => value.char_indices().nth(VALUE_CHARS_MAX).map(|(end, _)| end),
            };
            self.push(name, FieldValue::Text(value[..end.unwrap_or(value.len())].to_owned()));
        }
    }

    fn integer(&mut self, name: impl Into<Cow<'static, str>>, value: Option<i64>) {
        if let Some(value) = value {
            self.push(name, FieldValue::Integer(value));
        }
    }

    fn flag(&mut self, name: impl Into<Cow<'static, str>>, value: Option<bool>) {
        if let Some(value) = value {
            self.push(name, FieldValue::Flag(value));
        }
    }

    fn push(&mut self, name: impl Into<Cow<'static, str>>, value: FieldValue) {
        self.list.push((name.into(), value));
    }
}

#[cfg(test)]
mod tests;
