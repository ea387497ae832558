//! What the store keeps: a moment, a level, a message, where it came from, and named values beside it.
//!
//! Bytes are bytes: neither messages nor text values need be UTF-8, and both come back exactly as they went in.

use model::{Level, Timestamp};

/// The value of a field, borrowed from where it is kept.
#[derive(Clone, Copy, Debug)]
pub enum Value<'a> {
    Str(&'a [u8]),
    Int(i64),
    Float(f64),
    Bool(bool),
}

/// Floats are equal when their bits are: the store keeps bits, so a NaN is itself and -0.0 is not 0.0.
impl PartialEq for Value<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Str(a), Self::Str(b)) => a == b,
            (Self::Int(a), Self::Int(b)) => a == b,
            (Self::Float(a), Self::Float(b)) => a.to_bits() == b.to_bits(),
            (Self::Bool(a), Self::Bool(b)) => a == b,
            _ => false,
        }
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Str(text.as_bytes())
    }
}

/// A record that owns its parts, for the few places that handle them one by one: tests, answers, exports.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    pub time: Timestamp,
    pub level: Option<Level>,
    /// The stream it belongs to: a file's path, `host:app`. Empty when there is none.
    pub source: Vec<u8>,
    pub message: Vec<u8>,
    /// Names are unique. Their order is that of arrival until the record is sealed, then that of the block's columns.
    pub fields: Vec<(String, OwnedValue)>,
}

#[derive(Clone, Debug)]
pub enum OwnedValue {
    Str(Vec<u8>),
    Int(i64),
    Float(f64),
    Bool(bool),
}

impl OwnedValue {
    pub fn as_value(&self) -> Value<'_> {
        match self {
            Self::Str(text) => Value::Str(text),
            Self::Int(number) => Value::Int(*number),
            Self::Float(number) => Value::Float(*number),
            Self::Bool(truth) => Value::Bool(*truth),
        }
    }
}

impl PartialEq for OwnedValue {
    fn eq(&self, other: &Self) -> bool {
        self.as_value() == other.as_value()
    }
}

impl From<Value<'_>> for OwnedValue {
    fn from(value: Value<'_>) -> Self {
        match value {
            Value::Str(text) => Self::Str(text.to_vec()),
            Value::Int(number) => Self::Int(number),
            Value::Float(number) => Self::Float(number),
            Value::Bool(truth) => Self::Bool(truth),
        }
    }
}
