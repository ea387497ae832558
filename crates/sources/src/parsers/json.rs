//! JSON lines: one object a line, its inner objects flattened to names with dots.
//!
//! Strings borrow from the line unless they hold escapes. Lists, and what lies too deep, stay JSON text.

use super::{
    Carried, Memory,
    roles::{Members, Read},
    unwrap,
};
use crate::record::{Parsed, Value};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::{borrow::Cow, fmt};

/// Objects within objects that are flattened.
const DEPTH_MAX: usize = 6;

/// A longer name is not repeated before those of its members.
const PREFIX_BYTES_MAX: usize = 256;

pub(super) fn sniff(text: &str) -> bool {
    let text = text.as_bytes().trim_ascii();
    let inside = text.strip_prefix(b"{").and_then(|rest| rest.strip_suffix(b"}"));
    inside.is_some_and(|inside| matches!(inside.trim_ascii_start(), [b'"', ..]))
}

/// What `journalctl -o json` writes.
pub(super) fn sniff_journald(text: &str) -> bool {
    sniff(text) && memchr::memmem::find(text.as_bytes(), b"\"__REALTIME_TIMESTAMP\"").is_some()
}

/// The files of Docker's `json-file`, in which order their names come.
pub(super) fn sniff_docker(text: &str) -> bool {
    let names = ["\"log\"", "\"stream\"", "\"time\""];
    text.starts_with("{\"log\":\"") || sniff(text) && names.iter().all(|name| text.contains(name))
}

pub(super) fn parse<'a>(text: &'a str, memory: &mut Memory) -> Option<Parsed<'a>> {
    let read = read(text)?;
    Some(if read.wraps_a_line { unwrap(read.parsed, memory) } else { read.parsed })
}

/// The line that journald or Docker has put into an object.
pub(super) fn carried(text: &str) -> Option<Carried<'_>> {
    let read = read(text)?;
    let who = |name| read.parsed.field(name).and_then(Value::as_text);
    let speaker = (who("_HOSTNAME"), read.parsed.logger.as_deref(), who("_PID"), who("stream"));
    let carried = Carried::new(speaker, "");
    // Docker cuts lines after 16 KiB, and keeps their line feed for the last part.
    let is_part = read.parsed.format == "docker" && !read.parsed.message.ends_with('\n');
    read.wraps_a_line.then_some(Carried { line: read.parsed.message, is_part, ..carried })
}

fn read(text: &str) -> Option<Read<'_>> {
    let mut members = Members::new();
    let mut deserializer = serde_json::Deserializer::from_str(text);
    Object { members: &mut members, prefix: "", depth: 0 }.deserialize(&mut deserializer).ok()?;
    deserializer.end().ok()?;
    Some(members.into_json(text))
}

/// Reads an object into `members`, each name behind `prefix`.
struct Object<'m, 'a> {
    members: &'m mut Members<'a>,
    prefix: &'m str,
    depth: usize,
}

impl<'a> DeserializeSeed<'a> for Object<'_, 'a> {
    type Value = ();
    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'a> Visitor<'a> for Object<'_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key_seed(Text)? {
            let bare = self.prefix.is_empty() || self.prefix.len() > PREFIX_BYTES_MAX;
            let name = if bare { name } else { format!("{}.{name}", self.prefix).into() };
            map.next_value_seed(Member { members: &mut *self.members, name, depth: self.depth })?;
        }
        Ok(())
    }
}

/// Reads one member's value; a null is as if it were not there.
struct Member<'m, 'a> {
    members: &'m mut Members<'a>,
    name: Cow<'a, str>,
    depth: usize,
}

impl<'a> DeserializeSeed<'a> for Member<'_, 'a> {
    type Value = ();
    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'a> Member<'_, 'a> {
    fn put(self, value: Value<'a>) {
        self.members.push(self.name, value);
    }
}

impl<'a> Visitor<'a> for Member<'_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.put(Value::Bool(value));
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.put(Value::Integer(value));
        Ok(())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        self.put(i64::try_from(value).map_or_else(|_| Value::Text(value.to_string().into()), Value::Integer));
        Ok(())
    }

    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        self.put(Value::Float(value));
        Ok(())
    }

    fn visit_borrowed_str<E>(self, text: &'a str) -> Result<(), E> {
        self.put(Value::Text(text.into()));
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.put(Value::Text(text.to_owned().into()));
        Ok(())
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<(), A::Error> {
        if self.depth < DEPTH_MAX {
            return Object { members: self.members, prefix: &self.name, depth: self.depth + 1 }.visit_map(map);
        }
        let mut object = serde_json::Map::new();
        while let Some((name, value)) = map.next_entry()? {
            object.insert(name, value);
        }
        self.put(Value::Text(serde_json::Value::Object(object).to_string().into()));
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut seq: A) -> Result<(), A::Error> {
        let mut list = Vec::new();
        while let Some(value) = seq.next_element::<serde_json::Value>()? {
            list.push(value);
        }
        let byte = |value: &serde_json::Value| value.as_u64().and_then(|value| u8::try_from(value).ok());
        // journald writes as a list of bytes what is not UTF-8.
        let text = match list.iter().map(byte).collect::<Option<Vec<u8>>>() {
            Some(bytes) if self.name == "MESSAGE" => String::from_utf8_lossy(&bytes).into_owned(),
            _ => serde_json::Value::Array(list).to_string(),
        };
        self.put(Value::Text(text.into()));
        Ok(())
    }
}

/// A name, borrowed unless it holds escapes.
struct Text;

impl<'a> DeserializeSeed<'a> for Text {
    type Value = Cow<'a, str>;
    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'a> Visitor<'a> for Text {
    type Value = Cow<'a, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'a str) -> Result<Self::Value, E> {
        Ok(text.into())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(text.to_owned().into())
    }
}
