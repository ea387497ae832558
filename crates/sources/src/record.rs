//! What a parser makes of a record: when, how grave, by whom, the words, and the rest as named values.
//!
//! Everything borrows from the text that was read, unless an escape had to be undone or a name put together.

use crate::timestamps::Stamp;
use model::Level;
use std::borrow::Cow;

/// Fields of one record; further ones are counted.
pub(crate) const FIELDS_MAX: usize = 256;

/// The field that counts what found no room.
pub(crate) const LEFT_OUT: &str = "fields_left_out";

/// A record as its format tells it. Nothing is lost by what is missing here: the raw bytes are kept beside it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parsed<'a> {
    /// The exact format, as `bunyan` where the family is `json`; empty for plain text.
    pub format: &'static str,
    /// Where `format` only carries the lines of others: the format of this one, if it was recognised.
    pub inner: Option<&'static str>,
    /// As written; [`crate::timestamps::Calendar`] makes a moment of it.
    pub stamp: Option<Stamp>,
    pub level: Option<Level>,
    /// Who speaks: a logger, a program, a unit.
    pub logger: Option<Cow<'a, str>>,
    pub message: Cow<'a, str>,
    /// In the order they stand in the record. Names may repeat.
    pub fields: Vec<Field<'a>>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Field<'a> {
    pub name: Cow<'a, str>,
    pub value: Value<'a>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    Text(Cow<'a, str>),
    Integer(i64),
    Float(f64),
    Bool(bool),
}

impl<'a> Parsed<'a> {
    /// A record of `format` with its words; the rest is added by the methods below.
    pub(crate) fn new(format: &'static str, message: impl Into<Cow<'a, str>>) -> Self {
        Self { format, message: message.into(), ..Self::default() }
    }

    pub(crate) fn at(mut self, stamp: impl Into<Option<Stamp>>) -> Self {
        self.stamp = stamp.into();
        self
    }

    pub(crate) fn level(mut self, level: impl Into<Option<Level>>) -> Self {
        self.level = level.into();
        self
    }

    /// An empty name and `-` are nobody's.
    pub(crate) fn logger(mut self, logger: impl Into<Cow<'a, str>>) -> Self {
        let logger = logger.into();
        self.logger = (!logger.is_empty() && logger != "-").then_some(logger);
        self
    }

    /// Adds a field, or counts it among those for which there is no room.
    pub(crate) fn add(&mut self, name: impl Into<Cow<'a, str>>, value: Value<'a>) {
        if self.fields.len() < FIELDS_MAX {
            self.fields.push(Field { name: name.into(), value });
            return;
        }
        match self.fields.last_mut() {
            Some(Field { name, value: Value::Integer(count) }) if name == LEFT_OUT => *count += 1,
            _ => self.fields.push(Field { name: LEFT_OUT.into(), value: Value::Integer(1) }),
        }
    }

    /// A text that may be a number; empty and `-` are left out.
    pub(crate) fn with(mut self, name: &'static str, text: &'a str) -> Self {
        self.push(name, text);
        self
    }

    pub(crate) fn push(&mut self, name: impl Into<Cow<'a, str>>, text: &'a str) {
        if !text.is_empty() && text != "-" {
            self.add(name, Value::read(text));
        }
    }

    /// A text that stays one, though it may look like a number: an id, a version.
    pub(crate) fn text(mut self, name: &'static str, text: &'a str) -> Self {
        if !text.is_empty() && text != "-" {
            self.add(name, Value::Text(text.into()));
        }
        self
    }

    pub(crate) fn number(mut self, name: &'static str, value: f64) -> Self {
        self.add(name, Value::Float(value));
        self
    }

    /// The same record, borrowing from nothing.
    pub fn into_owned(self) -> Parsed<'static> {
        let owned = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        let field = |field: Field<'a>| Field {
            name: owned(field.name),
            value: match field.value {
                Value::Text(text) => Value::Text(owned(text)),
                Value::Integer(number) => Value::Integer(number),
                Value::Float(number) => Value::Float(number),
                Value::Bool(truth) => Value::Bool(truth),
            },
        };
        Parsed {
            format: self.format,
            inner: self.inner,
            stamp: self.stamp,
            level: self.level,
            logger: self.logger.map(owned),
            message: owned(self.message),
            fields: self.fields.into_iter().map(field).collect(),
        }
    }

    pub fn field(&self, name: &str) -> Option<&Value<'a>> {
        self.fields.iter().find(|field| field.name == name).map(|field| &field.value)
    }
}

impl<'a> Value<'a> {
    /// A number where writing it again gives the same text, else the text: `007` and `1e5` stay as they are.
    pub(crate) fn read(text: &'a str) -> Self {
        let bytes = text.as_bytes();
        let digits = bytes.strip_prefix(b"-").unwrap_or(bytes);
        let plain = matches!(digits, [b'0'] | [b'0', b'.', ..] | [b'1'..=b'9', ..]) && digits.len() <= 20;
        if plain && digits.iter().all(u8::is_ascii_digit) {
            return text.parse().map_or_else(|_| Self::Text(text.into()), Self::Integer);
        }
        let decimal = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
        if plain
            && let Some((whole, fraction)) = text.trim_start_matches('-').split_once('.')
            && decimal(whole.as_bytes())
            && decimal(fraction.as_bytes())
        {
            return text.parse().map_or_else(|_| Self::Text(text.into()), Self::Float);
        }
        Self::Text(text.into())
    }

    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub fn as_integer(&self) -> Option<i64> {
        match self {
            Self::Integer(number) => Some(*number),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_where_nothing_is_lost() {
        for (text, expected) in [
            ("0", Value::Integer(0)),
            ("-12", Value::Integer(-12)),
            ("200", Value::Integer(200)),
            ("0.125", Value::Float(0.125)),
            ("-3.5", Value::Float(-3.5)),
            ("9223372036854775807", Value::Integer(i64::MAX)),
        ] {
            assert_eq!(Value::read(text), expected);
        }
        for text in ["", "-", "007", "1e5", "1.", ".5", "1.2.3", "0x10", "9223372036854775808", "12a", "--1", "-0-1.5"]
        {
            assert_eq!(Value::read(text), Value::Text(text.into()));
        }
    }
}
