//! A filter made ready to be asked: times resolved, texts folded, expressions compiled. Asked of one record it is the
//! plain meaning of the language; what blocks answer by columns must be the same.

use super::{
    language::{Comparison, FieldTest, Filter, Number, Pattern},
    regex::RegexTest,
    text::{Edge, Finder, fold_into},
};
use crate::{RecordRef, Value};
use jiff::tz::TimeZone;
use memchr::memmem;
use model::{Level, Timestamp};
use std::{borrow::Cow, ops::Range};

#[derive(Clone, Debug)]
pub(super) enum Condition {
    Always,
    Message(TextTest),
    /// Message, source, or the text of a field.
    Anywhere(TextTest),
    Field {
        name: String,
        test: ValueTest,
    },
    Level {
        from: Level,
        to: Level,
    },
    /// Microseconds since 1970.
    Time(Range<i64>),
    Not(Box<Condition>),
    All(Vec<Condition>),
    Any(Vec<Condition>),
}

#[derive(Clone, Debug)]
pub(super) enum TextTest {
    Find(Box<Finder>),
    Regex(Box<RegexTest>),
}

#[derive(Clone, Debug)]
pub(super) enum ValueTest {
    Exists,
    Equals { text: Vec<u8>, number: Option<Number> },
    Prefix(Vec<u8>),
    Suffix(Vec<u8>),
    Contains(Box<memmem::Finder<'static>>),
    Regex(Box<RegexTest>),
    Compare(Comparison, Number),
}

impl Condition {
    /// # Errors
    /// Of an expression that does not compile; those that came through [`super::parse`] do.
    pub(super) fn new(filter: &Filter, now: Timestamp, zone: &TimeZone) -> Result<Self, regex::Error> {
        let each = |parts: &[Filter]| parts.iter().map(|part| Self::new(part, now, zone)).collect::<Result<_, _>>();
        Ok(match filter {
            Filter::Everything => Self::Always,
            Filter::Message(pattern) => Self::Message(TextTest::new(pattern)?),
            Filter::Anywhere(pattern) => Self::Anywhere(TextTest::new(pattern)?),
            Filter::Field { name, test } => Self::Field { name: name.clone(), test: ValueTest::new(test)? },
            Filter::Level { from, to } => Self::Level { from: *from, to: *to },
            Filter::Time(test) => Self::Time(test.resolve(now, zone)),
            Filter::Not(inner) => Self::Not(Box::new(Self::new(inner, now, zone)?)),
            Filter::And(parts) => Self::all(each(parts)?),
            Filter::Or(parts) => Self::Any(each(parts)?),
        })
    }

    /// All of them, those first that cost least to ask.
    pub(super) fn all(mut parts: Vec<Self>) -> Self {
        parts.sort_by_key(Self::cost);
        Self::All(parts)
    }

    fn cost(&self) -> u8 {
        match self {
            Self::Always | Self::Time(_) => 0,
            Self::Level { .. } => 1,
            Self::Field { name, .. } if name == "message" => 7,
            Self::Field { test: ValueTest::Exists | ValueTest::Equals { .. } | ValueTest::Compare(..), .. } => 2,
            Self::Field { .. } => 3,
            Self::Message(TextTest::Find(_)) => 4,
            Self::Not(_) | Self::All(_) | Self::Any(_) => 5,
            Self::Anywhere(_) => 6,
            Self::Message(TextTest::Regex(_)) => 7,
        }
    }

    /// Whether it holds for a record.
    pub(super) fn holds(&self, record: RecordRef<'_>, scratch: &mut Vec<u8>) -> bool {
        match self {
            Self::Always => true,
            Self::Message(test) => test.holds(record.message(), scratch),
            Self::Anywhere(test) => {
                test.holds(record.message(), scratch)
                    || test.holds(record.source(), scratch)
                    || record.fields().any(|(_, value)| matches!(value, Value::Str(text) if test.holds(text, scratch)))
            }
            Self::Field { name, test } => with_field(record, name, |value| test.holds(value)).unwrap_or(false),
            Self::Level { from, to } => record.level().is_some_and(|level| (*from..=*to).contains(&level)),
            Self::Time(range) => range.contains(&record.time().as_micros()),
            Self::Not(inner) => !inner.holds(record, scratch),
            Self::All(parts) => parts.iter().all(|part| part.holds(record, scratch)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(record, scratch)),
        }
    }

    /// The times outside of which nothing can pass.
    pub(super) fn time_range(&self) -> Range<i64> {
        match self {
            Self::Time(range) => range.clone(),
            Self::All(parts) => parts
                .iter()
                .map(Self::time_range)
                .fold(i64::MIN..i64::MAX, |all, part| all.start.max(part.start)..all.end.min(part.end)),
            Self::Any(parts) => parts
                .iter()
                .map(Self::time_range)
                .reduce(|any, part| any.start.min(part.start)..any.end.max(part.end))
                .unwrap_or(i64::MIN..i64::MAX),
            _ => i64::MIN..i64::MAX,
        }
    }
}

/// Calls `then` with a record's field; `message`, `level`, `source` and `time` are fields that it may have too.
pub(super) fn with_field<T>(record: RecordRef<'_>, name: &str, then: impl FnOnce(Value<'_>) -> T) -> Option<T> {
    match name {
        "message" => Some(then(Value::Str(record.message()))),
        "level" => record.level().map(|level| then(Value::from(level.as_str()))),
        "source" => Some(record.source()).filter(|source| !source.is_empty()).map(|source| then(Value::Str(source))),
        "time" => Some(then(Value::from(record.time().to_string().as_str()))),
        _ => record.field(name).map(then),
    }
}

impl TextTest {
    fn new(pattern: &Pattern) -> Result<Self, regex::Error> {
        let (text, start, end) = match pattern {
            Pattern::Words(text) => (text, Edge::Word, Edge::Word),
            Pattern::Prefix(text) => (text, Edge::Word, Edge::Open),
            Pattern::Suffix(text) => (text, Edge::Open, Edge::Word),
            Pattern::Substring(text) => (text, Edge::Open, Edge::Open),
            Pattern::Regex(regex) => return Ok(Self::Regex(Box::new(RegexTest::new(regex)?))),
        };
        Ok(Self::Find(Box::new(Finder::new(text, start, end))))
    }

    pub(super) fn holds(&self, text: &[u8], scratch: &mut Vec<u8>) -> bool {
        match self {
            Self::Find(finder) => {
                fold_into(text, scratch);
                finder.is_in(scratch)
            }
            Self::Regex(regex) => regex.holds(text),
        }
    }
}

impl ValueTest {
    fn new(test: &FieldTest) -> Result<Self, regex::Error> {
        Ok(match test {
            FieldTest::Exists => Self::Exists,
            FieldTest::Equals(text) => Self::Equals { text: text.as_bytes().to_vec(), number: Number::parse(text) },
            FieldTest::Prefix(text) => Self::Prefix(text.as_bytes().to_vec()),
            FieldTest::Suffix(text) => Self::Suffix(text.as_bytes().to_vec()),
            FieldTest::Contains(text) => Self::Contains(Box::new(memmem::Finder::new(text).into_owned())),
            FieldTest::Regex(regex) => Self::Regex(Box::new(RegexTest::new(regex)?)),
            FieldTest::Compare(comparison, number) => Self::Compare(*comparison, *number),
        })
    }

    pub(super) fn holds(&self, value: Value<'_>) -> bool {
        match (self, value) {
            (Self::Exists, Value::Str(text)) => !text.is_empty(),
            (Self::Exists, _) => true,
            (Self::Compare(comparison, than), value) => {
                number(value).is_some_and(|number| comparison.holds(number.cmp(than)))
            }
            (Self::Equals { number: wanted, .. }, Value::Int(_) | Value::Float(_)) => {
                wanted.is_some() && number(value) == *wanted
            }
            (test, value) => test.holds_text(&text(value)),
        }
    }

    fn holds_text(&self, text: &[u8]) -> bool {
        match self {
            Self::Exists => !text.is_empty(),
            Self::Equals { text: wanted, .. } => text == wanted,
            Self::Prefix(start) => text.starts_with(start),
            Self::Suffix(end) => text.ends_with(end),
            Self::Contains(finder) => finder.find(text).is_some(),
            Self::Regex(regex) => regex.holds(text),
            Self::Compare(..) => self.holds(Value::Str(text)),
        }
    }
}

/// The number that a value is, or reads as. NaN is none.
pub(super) fn number(value: Value<'_>) -> Option<Number> {
    match value {
        Value::Int(int) => Some(Number::Int(int)),
        Value::Float(float) => (!float.is_nan()).then_some(Number::Float(float)),
        Value::Bool(_) => None,
        Value::Str(text) => std::str::from_utf8(text).ok().and_then(Number::parse),
    }
}

/// A value as it is written in JSON, texts without their quotes.
pub(super) fn text(value: Value<'_>) -> Cow<'_, [u8]> {
    match value {
        Value::Str(text) => Cow::Borrowed(text),
        Value::Int(int) => Cow::Owned(int.to_string().into_bytes()),
        Value::Float(float) => Cow::Owned(format!("{float:?}").into_bytes()),
        Value::Bool(truth) => Cow::Borrowed(if truth { b"true" } else { b"false" }),
    }
}
