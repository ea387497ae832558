//! What senders of logs speak: bodies decoded into streams of entries, without IO. The words of an entry are text like
//! any other: its format is recognised and its secrets are masked when it is taken.

pub mod bulk;
pub mod loki;
pub mod otlp;
mod protobuf;
mod shared;
#[cfg(test)]
mod tests;

use crate::Intake;
use crate::error::Malformed;
use model::{Level, Timestamp};
use std::{borrow::Cow, sync::Arc};
use telemetry::OwnedValue;

pub type Fields = Vec<(String, OwnedValue)>;

/// Records of one body that are read as a whole. Senders' usual batches have a tenth of it.
pub const RECORDS_MAX: usize = 100_000;

/// Entries that share what is told of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stream {
    pub source: Arc<str>,
    pub logger: Option<String>,
    /// What other streams may share too.
    pub resource: Arc<Fields>,
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

fn not_too_many(records: usize) -> Result<(), Malformed> {
    match records {
        0..=RECORDS_MAX => Ok(()),
        _ => Err(Malformed(format!("the body has {records} records and may have {RECORDS_MAX}: send less at once"))),
    }
}

/// A moment by its nanoseconds since 1970; 0 is none.
fn from_nanos(nanos: i64) -> Option<Timestamp> {
    (nanos != 0).then(|| Timestamp::from_micros(nanos.div_euclid(1_000)))
}

/// Bytes of a source. A longer name is cut: each record may have another one than the record before.
const SOURCE_BYTES_MAX: usize = 1_024;

/// The first of `names` that `fields` has as text: a source, or a level.
fn first_text(fields: &[(String, OwnedValue)], names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| {
        let (_, value) = fields.iter().find(|(own, _)| own == name)?;
        match value {
            OwnedValue::Str(text) if !text.is_empty() => {
                let text = &text[..text.len().min(SOURCE_BYTES_MAX)];
                Some(String::from_utf8_lossy(text).into_owned())
            }
            _ => None,
        }
    })
}

fn text(value: impl Into<String>) -> OwnedValue {
    OwnedValue::Str(value.into().into_bytes())
}
