//! What the language means, said as simply as can be: of one record at a time, letter by letter, without an index. It shares
//! the parser with the store, and nothing else.

use jiff::tz::TimeZone;
use model::Timestamp;
use std::ops::Range;
use telemetry::{
    OwnedValue, Record,
    query::language::{Comparison, FieldTest, Filter, Number, Pattern},
};

/// A letter, or above [`NO_LETTER`] a byte that belongs to none.
type Letter = u32;

const NO_LETTER: u32 = 0x11_0000;

/// A record with its texts as letters, capitals made small.
pub(crate) struct Plain {
    pub(crate) record: Record,
    message: Vec<Letter>,
}

/// A filter whose expressions are compiled and whose texts are letters.
pub(crate) enum Meaning {
    Always,
    Message(Text),
    Anywhere(Text),
    Field(String, Value),
    Level(model::Level, model::Level),
    Time(Range<i64>),
    Not(Box<Self>),
    All(Vec<Self>),
    Any(Vec<Self>),
}

pub(crate) enum Text {
    /// Whether a word begins, and whether one ends with it.
    Letters(Vec<Letter>, bool, bool),
    Regex(regex::bytes::Regex),
}

pub(crate) enum Value {
    Regex(regex::bytes::Regex),
    Other(FieldTest),
}

impl Plain {
    pub(crate) fn new(record: Record) -> Self {
        let message = letters(&record.message);
        Self { record, message }
    }

    /// The value of a field; parts of the record are fields too.
    pub(crate) fn value(&self, name: &str) -> Option<OwnedValue> {
        let record = &self.record;
        match name {
            "message" => Some(OwnedValue::Str(record.message.clone())),
            "source" if record.source.is_empty() => None,
            "source" => Some(OwnedValue::Str(record.source.clone())),
            "level" => record.level.map(|level| OwnedValue::Str(level.as_str().into())),
            "time" => Some(OwnedValue::Str(record.time.to_string().into())),
            name => record.fields.iter().find(|(own, _)| own == name).map(|(_, value)| value.clone()),
        }
    }

    /// Whether `field:*` holds: it has the field, and not as the empty text.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.value(name).is_some_and(|value| !matches!(value, OwnedValue::Str(text) if text.is_empty()))
    }
}

impl Meaning {
    pub(crate) fn of(filter: &Filter, now: Timestamp) -> Self {
        let each = |parts: &[Filter]| parts.iter().map(|part| Self::of(part, now)).collect();
        match filter {
            Filter::Everything => Self::Always,
            Filter::Message(pattern) => Self::Message(Text::of(pattern)),
            Filter::Anywhere(pattern) => Self::Anywhere(Text::of(pattern)),
            Filter::Field { name, test: FieldTest::Regex(regex) } => {
                Self::Field(name.clone(), Value::Regex(regex.compile().unwrap()))
            }
            Filter::Field { name, test } => Self::Field(name.clone(), Value::Other(test.clone())),
            Filter::Level { from, to } => Self::Level(*from, *to),
            Filter::Time(test) => Self::Time(test.resolve(now, &TimeZone::UTC)),
            Filter::Not(inner) => Self::Not(Box::new(Self::of(inner, now))),
            Filter::And(parts) => Self::All(each(parts)),
            Filter::Or(parts) => Self::Any(each(parts)),
        }
    }

    pub(crate) fn holds(&self, plain: &Plain) -> bool {
        let record = &plain.record;
        match self {
            Self::Always => true,
            Self::Message(text) => text.stands(&record.message, &plain.message),
            Self::Anywhere(text) => {
                let texts = record.fields.iter().filter_map(|(_, value)| match value {
                    OwnedValue::Str(text) => Some(text),
                    _ => None,
                });
                text.stands(&record.message, &plain.message)
                    || texts.chain([&record.source]).any(|own| text.stands(own, &letters(own)))
            }
            Self::Field(name, test) => plain.value(name).is_some_and(|value| test.holds(&value)),
            Self::Level(from, to) => record.level.is_some_and(|level| *from <= level && level <= *to),
            Self::Time(range) => range.contains(&record.time.as_micros()),
            Self::Not(inner) => !inner.holds(plain),
            Self::All(parts) => parts.iter().all(|part| part.holds(plain)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(plain)),
        }
    }
}

impl Text {
    fn of(pattern: &Pattern) -> Self {
        let (text, start, end) = match pattern {
            Pattern::Words(text) => (text, true, true),
            Pattern::Prefix(text) => (text, true, false),
            Pattern::Suffix(text) => (text, false, true),
            Pattern::Substring(text) => (text, false, false),
            Pattern::Regex(regex) => return Self::Regex(regex.compile().unwrap()),
        };
        let letters = letters(text.as_bytes());
        // What begins with no letter of a word begins anywhere.
        let (first, last) = (letters.first().copied(), letters.last().copied());
        Self::Letters(letters, start && first.is_some_and(is_word), end && last.is_some_and(is_word))
    }

    fn stands(&self, text: &[u8], folded: &[Letter]) -> bool {
        match self {
            Self::Regex(regex) => regex.is_match(text),
            Self::Letters(wanted, ..) if wanted.is_empty() => true,
            Self::Letters(wanted, start, end) => (0..folded.len()).any(|at| {
                let behind = at + wanted.len();
                folded[at] == wanted[0]
                    && folded.get(at..behind) == Some(wanted)
                    && !(*start && at > 0 && is_word(folded[at - 1]))
                    && !(*end && folded.get(behind).copied().is_some_and(is_word))
            }),
        }
    }
}

impl Value {
    fn holds(&self, value: &OwnedValue) -> bool {
        let text = match value {
            OwnedValue::Str(text) => text.clone(),
            OwnedValue::Int(int) => int.to_string().into(),
            OwnedValue::Float(float) => format!("{float:?}").into(),
            OwnedValue::Bool(truth) => truth.to_string().into(),
        };
        let is_number = matches!(value, OwnedValue::Int(_) | OwnedValue::Float(_));
        match self {
            Self::Regex(regex) => regex.is_match(&text),
            Self::Other(FieldTest::Exists) => !text.is_empty(),
            Self::Other(FieldTest::Equals(wanted)) if is_number => {
                Number::parse(wanted).is_some_and(|wanted| number(value) == Some(wanted))
            }
            Self::Other(FieldTest::Equals(wanted)) => text == wanted.as_bytes(),
            Self::Other(FieldTest::Prefix(start)) => text.starts_with(start.as_bytes()),
            Self::Other(FieldTest::Suffix(end)) => text.ends_with(end.as_bytes()),
            Self::Other(FieldTest::Contains(part)) => {
                part.is_empty() || text.windows(part.len()).any(|window| window == part.as_bytes())
            }
            Self::Other(FieldTest::Compare(comparison, than)) => number(value).is_some_and(|own| match comparison {
                Comparison::Less => own < *than,
                Comparison::AtMost => own <= *than,
                Comparison::AtLeast => own >= *than,
                Comparison::More => own > *than,
            }),
            Self::Other(FieldTest::Regex(_)) => unreachable!("they are compiled"),
        }
    }
}

/// What a value is as a number, or reads as.
pub(crate) fn number(value: &OwnedValue) -> Option<Number> {
    match value {
        OwnedValue::Int(int) => Some(Number::Int(*int)),
        OwnedValue::Float(float) => (!float.is_nan()).then_some(Number::Float(*float)),
        OwnedValue::Bool(_) => None,
        OwnedValue::Str(text) => Number::parse(std::str::from_utf8(text).ok()?),
    }
}

fn letters(text: &[u8]) -> Vec<Letter> {
    let mut letters = Vec::with_capacity(text.len());
    for chunk in text.utf8_chunks() {
        letters.extend(chunk.valid().chars().map(|c| match c {
            '×' => u32::from(c),
            'A'..='Z' | 'À'..='Þ' | 'Œ' | 'Ÿ' => c.to_lowercase().next().map_or(0, u32::from),
            c => u32::from(c),
        }));
        letters.extend(chunk.invalid().iter().map(|byte| NO_LETTER + u32::from(*byte)));
    }
    letters
}

fn is_word(letter: Letter) -> bool {
    char::from_u32(letter).is_some_and(|c| c.is_alphanumeric() || c == '_')
}
