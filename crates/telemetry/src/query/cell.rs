//! One value of an answer's table.

use super::{
    condition::{self, with_field},
    language::Number,
};
use crate::{RecordRef, Value};
use foldhash::quality::FixedState;
use model::Timestamp;
use std::{
    cmp::Ordering,
    hash::{BuildHasher, Hash, Hasher},
};

/// Where a record has no such field, its cell is absent.
#[derive(Clone, Debug)]
pub enum Cell {
    Absent,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Vec<u8>),
    Time(Timestamp),
    /// How many records there were in steps of time, each as long as the others.
    Counts(Vec<u64>),
}

/// A number as people compare it: with four digits behind the point, more where it is small, and with a power of ten where
/// it would be long.
pub fn readable(number: f64) -> String {
    let size = number.abs();
    if size == 0.0 || !number.is_finite() {
        return number.to_string();
    }
    let digits = match size {
        1.0..1e15 => format!("{number:.4}"),
        1e-4..1.0 => format!("{number:.7}"),
        _ => return format!("{number:.4e}").replacen(".0000e", "e", 1),
    };
    digits.trim_end_matches('0').trim_end_matches('.').to_owned()
}

impl Cell {
    /// A record's field; `message`, `level`, `source` and `time` are fields too.
    pub(super) fn of(record: RecordRef<'_>, name: &str) -> Self {
        if name == "time" {
            return Self::Time(record.time());
        }
        with_field(record, name, |value| Self::from(value)).unwrap_or(Self::Absent)
    }

    /// The number that it is or reads as; a time is its microseconds since 1970.
    pub(super) fn number(&self) -> Option<Number> {
        match self {
            Self::Absent | Self::Counts(_) => None,
            Self::Time(time) => Some(Number::Int(time.as_micros())),
            Self::Bool(truth) => condition::number(Value::Bool(*truth)),
            Self::Int(int) => condition::number(Value::Int(*int)),
            Self::Float(float) => condition::number(Value::Float(*float)),
            Self::Text(text) => condition::number(Value::Str(text)),
        }
    }

    /// The same for equal cells, in every process.
    pub(super) fn hash64(&self) -> u64 {
        FixedState::default().hash_one(self)
    }

    /// The same as of a cell of this text.
    pub(super) fn hash64_of(text: &[u8]) -> u64 {
        let mut state = FixedState::default().build_hasher();
        std::mem::discriminant(&Self::Text(Vec::new())).hash(&mut state);
        text.hash(&mut state);
        state.finish()
    }

    /// Bytes of memory, about.
    pub(super) fn memory_bytes(&self) -> usize {
        let behind = match self {
            Self::Text(text) => text.capacity(),
            Self::Counts(counts) => counts.capacity() * size_of::<u64>(),
            _ => 0,
        };
        size_of::<Self>() + behind
    }

    /// Absent ones come last whichever way is sorted; numbers and times before texts.
    pub(super) fn compare(&self, other: &Self) -> Ordering {
        self.rank().cmp(&other.rank()).then_with(|| match (self, other) {
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            (Self::Bool(a), Self::Bool(b)) => a.cmp(b),
            (Self::Counts(a), Self::Counts(b)) => a.cmp(b),
            _ => self.number().cmp(&other.number()),
        })
    }

    pub(super) const fn is_empty_text(&self) -> bool {
        matches!(self, Self::Text(text) if text.is_empty())
    }

    pub(super) const fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    const fn rank(&self) -> u8 {
        match self {
            Self::Bool(_) => 0,
            Self::Int(_) | Self::Float(_) | Self::Time(_) => 1,
            Self::Text(_) => 2,
            Self::Counts(_) => 3,
            Self::Absent => 4,
        }
    }
}

impl From<Value<'_>> for Cell {
    fn from(value: Value<'_>) -> Self {
        match value {
            Value::Str(text) => Self::Text(text.to_vec()),
            Value::Int(int) => Self::Int(int),
            Value::Float(float) => Self::Float(float),
            Value::Bool(truth) => Self::Bool(truth),
        }
    }
}

impl From<Number> for Cell {
    fn from(number: Number) -> Self {
        match number {
            Number::Int(int) => Self::Int(int),
            Number::Float(float) => Self::Float(float),
        }
    }
}

/// Of the same kind and value; floats by their bits.
impl PartialEq for Cell {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Absent, Self::Absent) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Int(a), Self::Int(b)) => a == b,
            (Self::Float(a), Self::Float(b)) => a.to_bits() == b.to_bits(),
            (Self::Text(a), Self::Text(b)) => a == b,
            (Self::Time(a), Self::Time(b)) => a == b,
            (Self::Counts(a), Self::Counts(b)) => a == b,
            _ => false,
        }
    }
}

impl Eq for Cell {}

impl Hash for Cell {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::mem::discriminant(self).hash(state);
        match self {
            Self::Absent => {}
            Self::Bool(truth) => truth.hash(state),
            Self::Int(int) => int.hash(state),
            Self::Float(float) => float.to_bits().hash(state),
            Self::Text(text) => text.hash(state),
            Self::Time(time) => time.hash(state),
            Self::Counts(counts) => counts.hash(state),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Cell, readable};

    #[test]
    fn a_text_has_the_hash_of_its_cell() {
        for text in [&b""[..], b"a", b"envoy\xC3\xA9 avec succ\xC3\xA8s"] {
            assert_eq!(Cell::hash64_of(text), Cell::Text(text.to_vec()).hash64());
        }
        assert_ne!(Cell::hash64_of(b"1"), Cell::Int(1).hash64());
    }

    #[test]
    fn numbers_are_as_long_as_they_are_compared() {
        for (number, expected) in [
            (0.0, "0"),
            (-3.0, "-3"),
            (1200.0, "1200"),
            (2.5, "2.5"),
            (1.0 / 3.0, "0.3333333"),
            (10.0 / 3.0, "3.3333"),
            (0.000_123_4, "0.0001234"),
            (0.000_012_34, "1.2340e-5"),
            (1e300, "1e300"),
            (-1.234_56e20, "-1.2346e20"),
            (f64::NAN, "NaN"),
            (f64::INFINITY, "inf"),
        ] {
            assert_eq!(readable(number), expected);
        }
    }
}
