//! One JSON object a line, read straight into a batch.
//!
//! Objects inside objects become fields with dots (`http.status`), arrays stay JSON text, `null` is absence. Numbers beyond 64
//! bits are kept as floats, which is what JSON leaves open; integers above `i64::MAX` as their digits. Bytes of a text that
//! are no UTF-8, which JSON forbids and programs write all the same, are kept as they are ([`byte_escape`]).

mod byte_escape;

use crate::{
    batch::{Batch, Draft, Refused},
    moment,
    record::Value,
};
use jiff::tz::TimeZone;
use model::Timestamp;
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use std::{borrow::Cow, fmt};

/// Under which names senders put what is not an ordinary field.
#[derive(Clone, Copy, Debug)]
pub struct JsonNames<'a> {
    pub time: &'a [&'a str],
    pub level: &'a [&'a str],
    pub message: &'a [&'a str],
    pub source: &'a [&'a str],
    /// Whose clocks times are of that do not say it; such times are none without.
    pub zone: Option<&'a TimeZone>,
}

impl JsonNames<'static> {
    /// Each part by its own name alone: of objects that say whose words the others are.
    pub const EXACT: Self =
        Self { time: &["time"], level: &["level"], message: &["message"], source: &["source"], zone: None };
}

impl Default for JsonNames<'_> {
    fn default() -> Self {
        Self {
            time: &["timestamp", "@timestamp", "time", "ts"],
            level: &["level", "severity"],
            message: &["message", "msg"],
            source: &["source"],
            zone: None,
        }
    }
}

/// Which parts of a record a line had under the names that stand for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JsonParts {
    pub time: bool,
    pub level: bool,
    pub message: bool,
}

/// Why a line was not taken; nothing of it is kept.
#[derive(Debug, thiserror::Error)]
pub enum JsonProblem {
    #[error("not a JSON object: {0}")]
    Syntax(String),
    #[error(transparent)]
    Refused(Refused),
}

impl Batch {
    /// Adds the record that a line of JSON is. A time or level that cannot be read as such, and a second message, stay
    /// fields, with an underscore behind their names; `default_time` stands in for a missing time.
    ///
    /// # Errors
    /// [`JsonProblem`] where the line is no JSON object, or a bound is met: nothing of it is in the batch then.
    pub fn push_json(
        &mut self,
        line: &[u8],
        names: &JsonNames<'_>,
        default_time: Timestamp,
    ) -> Result<JsonParts, JsonProblem> {
        let (line, escape) =
            byte_escape::escaped(line).map_err(|ambiguous| JsonProblem::Syntax(ambiguous.to_string()))?;
        let mut reading = Reading { draft: self.draft(), names, escape, parts: [false; 4], refused: None };
        let mut json = serde_json::Deserializer::from_str(&line);
        let read = ObjectSeed { reading: &mut reading, prefix: "" }.deserialize(&mut json).and_then(|()| json.end());
        match (read, reading.refused) {
            (Ok(()), None) => {
                let has = |part| reading.has(part);
                let (time, level, message) = (has(RecordPart::Time), has(RecordPart::Level), has(RecordPart::Message));
                reading.draft.finish(default_time);
                Ok(JsonParts { time, level, message })
            }
            (_, Some(refused)) => Err(JsonProblem::Refused(refused)),
            (Err(error), None) => Err(JsonProblem::Syntax(in_column(&error))),
        }
    }
}

/// A line is one line: only the column says where.
fn in_column(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let what = text.rsplit_once(" at line ").map_or(&*text, |(what, _)| what);
    if error.column() == 0 { what.to_owned() } else { format!("{what} in column {}", error.column()) }
}

struct Reading<'r, 'b> {
    draft: Draft<'b>,
    names: &'r JsonNames<'r>,
    escape: byte_escape::ByteEscape,
    /// Which parts of the record are known by now.
    parts: [bool; 4],
    refused: Option<Refused>,
}

/// A part of a record that a name may stand for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum RecordPart {
    Time,
    Level,
    Message,
    Source,
}

impl JsonNames<'_> {
    /// `2025-01-10T14:00:00`, a `T` or a space in the middle.
    fn in_zone(&self, text: &str) -> Option<Timestamp> {
        let shown: jiff::civil::DateTime = text.parse().ok().filter(|_| text.contains(':'))?;
        Some(self.zone?.to_timestamp(shown).ok()?.into())
    }

    fn part(&self, name: &str) -> Option<RecordPart> {
        let names = [
            (RecordPart::Message, self.message),
            (RecordPart::Time, self.time),
            (RecordPart::Level, self.level),
            (RecordPart::Source, self.source),
        ];
        names.into_iter().find(|(_, names)| names.contains(&name)).map(|(part, _)| part)
    }
}

impl Reading<'_, '_> {
    fn text<E: serde::de::Error>(&mut self, name: &str, text: &str) -> Result<(), E> {
        let bytes = self.escape.unescaped(text);
        let Some(part) = self.names.part(name) else {
            let kept = self.draft.field(name, Value::Str(&bytes));
            return self.note(kept);
        };
        let taken = match part {
            _ if self.has(part) => None,
            RecordPart::Message => Some(self.draft.message(&bytes)),
            RecordPart::Source => Some(self.draft.source(&bytes)),
            RecordPart::Time => {
                moment::parse_rfc3339(text.as_bytes()).or_else(|| self.names.in_zone(text)).map(|time| {
                    self.draft.time(time);
                    Ok(())
                })
            }
            RecordPart::Level => text.parse().ok().map(|level| {
                self.draft.level(Some(level));
                Ok(())
            }),
        };
        match taken {
            Some(taken) => {
                self.parts[part as usize] = true;
                self.note(taken)
            }
            None => self.beside(name, Value::Str(&bytes)),
        }
    }

    fn number<E: serde::de::Error>(&mut self, name: &str, value: Value<'_>) -> Result<(), E> {
        let part = self.names.part(name);
        let time = match value {
            Value::Int(number) => Some(moment::from_epoch(number)),
            Value::Float(seconds) if seconds.abs() < 1e11 => {
                Some(Timestamp::from_micros((seconds * 1e6).round() as i64))
            }
            _ => None,
        };
        match (part, time) {
            (None, _) => {
                let kept = self.draft.field(name, value);
                self.note(kept)
            }
            (Some(RecordPart::Time), Some(time)) if !self.has(RecordPart::Time) => {
                self.parts[RecordPart::Time as usize] = true;
                self.draft.time(time);
                Ok(())
            }
            _ => self.beside(name, value),
        }
    }

    fn has(&self, part: RecordPart) -> bool {
        self.parts[part as usize]
    }

    /// What is called like a part of the record and is none: another one is, or it cannot be read as one. Searches would
    /// take its name for the part.
    fn beside<E: serde::de::Error>(&mut self, name: &str, value: Value<'_>) -> Result<(), E> {
        let kept = self.draft.field(&format!("{name}_"), value);
        self.note(kept)
    }

    fn note<E: serde::de::Error>(&mut self, kept: Result<(), Refused>) -> Result<(), E> {
        kept.map_err(|refused| {
            self.refused = Some(refused);
            E::custom(refused)
        })
    }
}

struct ObjectSeed<'s, 'r, 'b> {
    reading: &'s mut Reading<'r, 'b>,
    /// Empty, or the names of the objects around this one, with a dot at the end.
    prefix: &'s str,
}

impl<'de> DeserializeSeed<'de> for ObjectSeed<'_, '_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for ObjectSeed<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key_seed(NameSeed)? {
            let name = self.reading.escape.shown(name);
            let name = if self.prefix.is_empty() { name } else { format!("{}{name}", self.prefix).into() };
            map.next_value_seed(ValueSeed { reading: self.reading, name: &name })?;
        }
        Ok(())
    }
}

/// A name, borrowed from the line where it has no escapes.
struct NameSeed;

impl<'de> DeserializeSeed<'de> for NameSeed {
    type Value = Cow<'de, str>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for NameSeed {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(name))
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(name.to_owned()))
    }
}

struct ValueSeed<'s, 'r, 'b> {
    reading: &'s mut Reading<'r, 'b>,
    name: &'s str,
}

impl<'de> DeserializeSeed<'de> for ValueSeed<'_, '_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ValueSeed<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<(), E> {
        self.reading.text(self.name, text)
    }

    fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<(), E> {
        self.reading.number(self.name, Value::Int(number))
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<(), E> {
        match i64::try_from(number) {
            Ok(number) => self.reading.number(self.name, Value::Int(number)),
            Err(_) => self.reading.text(self.name, &number.to_string()),
        }
    }

    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<(), E> {
        self.reading.number(self.name, Value::Float(number))
    }

    fn visit_bool<E: serde::de::Error>(self, truth: bool) -> Result<(), E> {
        self.reading.number(self.name, Value::Bool(truth))
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        let prefix = format!("{}.", self.name);
        ObjectSeed { reading: self.reading, prefix: &prefix }.visit_map(map)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element::<serde_json::Value>()? {
            values.push(value);
        }
        let text = serde_json::to_string(&values).map_err(A::Error::custom)?;
        self.reading.text(self.name, &text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{OwnedValue, Record};
    use model::Level;

    fn read(line: &str) -> Result<Record, String> {
        let mut batch = Batch::new();
        batch
            .push_json(line.as_bytes(), &JsonNames::default(), Timestamp::EPOCH)
            .map(|_| batch.get(0).to_record())
            .map_err(|problem| problem.to_string())
    }

    #[test]
    fn a_line_becomes_a_record() {
        let line = r#"{"time":"2026-11-17T00:00:00.5Z","level":"warn","msg":"caf\u00e9\n","source":"web1:crm","n":-3,"big":18446744073709551615,
            "x":1.5,"yes":true,"none":null,"http":{"status":200,"path":"/é"},"list":[1,"a"]}"#;
        let text = |text: &str| OwnedValue::Str(text.as_bytes().to_vec());
        let fields = [
            ("n", OwnedValue::Int(-3)),
            ("big", text("18446744073709551615")),
            ("x", OwnedValue::Float(1.5)),
            ("yes", OwnedValue::Bool(true)),
            ("http.status", OwnedValue::Int(200)),
            ("http.path", text("/é")),
            ("list", text("[1,\"a\"]")),
        ];
        let expected = Record {
            time: "2026-11-17T00:00:00.5Z".parse().unwrap(),
            level: Some(Level::Warning),
            source: b"web1:crm".to_vec(),
            message: "café\n".into(),
            fields: fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        };
        assert_eq!(read(line), Ok(expected));
    }

    #[test]
    fn a_time_without_a_zone_is_of_the_zone_that_is_told() {
        let paris = TimeZone::get("Europe/Paris").unwrap();
        for (text, expected) in [
            ("2025-01-10 14:00:00", Some("2025-01-10T13:00:00Z")),
            ("2025-07-10T14:00:00.25", Some("2025-07-10T12:00:00.25Z")),
            ("2025-07-10T14:00:00Z", Some("2025-07-10T14:00:00Z")),
            ("2025-07-10", None),
            ("soon", None),
        ] {
            let mut batch = Batch::new();
            let names = JsonNames { zone: Some(&paris), ..JsonNames::default() };
            batch.push_json(format!(r#"{{"time":"{text}"}}"#).as_bytes(), &names, Timestamp::EPOCH).unwrap();
            let expected = expected.map_or(Timestamp::EPOCH, |text| text.parse().unwrap());
            assert_eq!(batch.get(0).time(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_called_like_a_part_and_is_none_stays_a_field() {
        let shown = |line: &str| {
            let record = read(line).unwrap();
            let text = |value: &OwnedValue| match value {
                OwnedValue::Str(text) => String::from_utf8(text.clone()).unwrap(),
                other => format!("{other:?}"),
            };
            let fields: Vec<String> =
                record.fields.iter().map(|(name, value)| format!("{name}={}", text(value))).collect();
            (String::from_utf8(record.message).unwrap(), record.level, record.time, fields.join(" "))
        };
        let at: Timestamp = "2026-11-23T03:00:00Z".parse().unwrap();
        let line = r#"{"time":"soon","level":"loud","message":"x","level":"info"}"#;
        let expected = "time_=soon level_=loud".to_owned();
        assert_eq!(shown(line), ("x".into(), Some(Level::Info), Timestamp::EPOCH, expected));
        let line =
            r#"{"timestamp":"2026-11-23T03:00:00Z","time":12.5,"msg":"one","message":"two","source":7,"level":99}"#;
        let expected = "time_=Float(12.5) message_=two source_=Int(7) level_=Int(99)".to_owned();
        assert_eq!(shown(line), ("one".into(), None, at, expected));
        let line = r#"{"message":5,"ts":true,"msg":"text","time":1763866800}"#;
        let expected = "message_=Int(5) ts_=Bool(true)".to_owned();
        assert_eq!(shown(line), ("text".into(), None, "2025-11-23T03:00:00Z".parse().unwrap(), expected));
    }

    #[test]
    fn bytes_that_are_no_utf8_are_kept() {
        let mut batch = Batch::new();
        let line = b"{\"message\":\"caf\xE9 \\\"\xFF\\u00e9\",\"source\":\"\x80\",\"n\xE9\":{\"x\":\"\xFE\"},\"list\":[\"\xFD\"]}";
        batch.push_json(line, &JsonNames::default(), Timestamp::EPOCH).unwrap();
        let record = batch.get(0).to_record();
        assert_eq!((&*record.message, &*record.source), (&b"caf\xE9 \"\xFF\xC3\xA9"[..], &b"\x80"[..]));
        let fields: Vec<_> = record.fields.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        let bytes = |bytes: &[u8]| OwnedValue::Str(bytes.to_vec());
        assert_eq!(fields, [("n\u{FFFD}.x", bytes(b"\xFE")), ("list", bytes(b"[\"\xFD\"]"))]);
        for bad in
            [&b"\xFF{\"message\":\"x\"}"[..], b"{\"message\":\"x\"\xFF}", b"{\"message\":\"\xFF\\udbff\\udf80\"}"]
        {
            let problem = batch.push_json(bad, &JsonNames::default(), Timestamp::EPOCH).unwrap_err();
            assert!(matches!(problem, JsonProblem::Syntax(_)), "{problem}");
        }
    }

    #[test]
    fn a_bad_line_is_named_and_leaves_nothing() {
        let mut batch = Batch::new();
        for line in ["", "x", "[]", "{\"a\":1", "{\"a\":1} 2", "{\"message\":\"\\x\"}"] {
            let problem = batch.push_json(line.as_bytes(), &JsonNames::default(), Timestamp::EPOCH).unwrap_err();
            assert!(matches!(problem, JsonProblem::Syntax(_)), "{line}: {problem}");
        }
        let deep = format!("{{\"{}\":1}}", "n".repeat(600));
        let problem = batch.push_json(deep.as_bytes(), &JsonNames::default(), Timestamp::EPOCH).unwrap_err();
        assert!(matches!(problem, JsonProblem::Refused(Refused::LongName)), "{problem}");
        assert_eq!((batch.len(), batch.text_bytes()), (0, 0));
    }
}
