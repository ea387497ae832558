//! What senders of logs speak: bodies decoded into streams of entries, without IO. The words of an entry are text like
//! any other: its format is recognised and its secrets are masked when it is taken.

pub mod bulk;
pub mod loki;
pub mod otlp;
#[cfg(test)]
mod tests;

use crate::{Error, Intake, Told};
use model::{Level, Timestamp};
use sources::timestamps::Reference;
use std::borrow::Cow;
use telemetry::OwnedValue;

/// Why a body cannot be taken, now or ever.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Malformed(pub String);

pub type Fields = Vec<(String, OwnedValue)>;

/// Entries that share what is told of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stream {
    pub source: String,
    pub logger: Option<String>,
    pub fields: Fields,
    pub entries: Vec<Entry>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Entry {
    pub time: Option<Timestamp>,
    pub level: Option<Level>,
    /// Another one than the stream's.
    pub source: Option<String>,
    pub text: Vec<u8>,
    /// Beside those of the stream, and over those of the same name.
    pub fields: Fields,
}

impl Intake {
    /// Takes every entry as a record by itself.
    pub fn stream(&mut self, mut stream: Stream) -> Result<(), Error> {
        let mut reader = self.reader(Reference::Arrival);
        self.mask(&mut stream.fields);
        for mut entry in stream.entries {
            self.mask(&mut entry.fields);
            let fields: Cow<'_, [_]> = match entry.fields.is_empty() {
                true => Cow::Borrowed(&stream.fields),
                false => Cow::Owned(stream.fields.iter().cloned().chain(entry.fields).collect()),
            };
            let told = Told {
                source: entry.source.as_ref().unwrap_or(&stream.source).as_bytes(),
                source_fields: &[],
                time: entry.time,
                level: entry.level,
                logger: stream.logger.as_deref(),
                fields: &fields,
                called: None,
            };
            self.alone(&mut reader, &entry.text, &told)?;
        }
        Ok(())
    }

    /// Masks the values of fields, by what they look like and by what they are called.
    fn mask(&mut self, fields: &mut Fields) {
        for (name, value) in fields {
            let OwnedValue::Str(text) = value else { continue };
            // Written as the member of an object: that is how a value belongs to its name, spaces and all.
            let text_in = String::from_utf8_lossy(text);
            let Ok(member) = serde_json::to_vec(&[(&*name, &*text_in)].into_iter().collect::<Member<'_>>()) else {
                continue;
            };
            if let Cow::Owned(clean) = self.scrub(&member) {
                let read = serde_json::from_slice::<std::collections::HashMap<String, String>>(&clean).ok();
                let clean = read.and_then(|mut read| read.remove(name)).unwrap_or_else(|| "***".into());
                *text = clean.into_bytes();
            }
        }
    }
}

type Member<'a> = std::collections::HashMap<&'a String, &'a str>;

/// A moment by its nanoseconds since 1970; 0 is none.
fn from_nanos(nanos: i64) -> Option<Timestamp> {
    (nanos != 0).then(|| Timestamp::from_micros(nanos.div_euclid(1_000)))
}

/// The first of `names` that `fields` has as text.
fn first_text(fields: &[(String, OwnedValue)], names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| {
        let (_, value) = fields.iter().find(|(own, _)| own == name)?;
        match value {
            OwnedValue::Str(text) if !text.is_empty() => Some(String::from_utf8_lossy(text).into_owned()),
            _ => None,
        }
    })
}

fn text(value: impl Into<String>) -> OwnedValue {
    OwnedValue::Str(value.into().into_bytes())
}
