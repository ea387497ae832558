//! Loki's push: `PushRequest` of `push.proto` in a Snappy block, or JSON.
//! <https://grafana.com/docs/loki/latest/reference/loki-http-api/#ingest-logs>

use super::{Entry, Fields, Stream, first_text, from_nanos, not_too_many, protobuf, text};
use crate::error::Malformed;
use model::Level;
use prost::Message;
use serde::{Deserialize, de};
use std::{collections::BTreeMap, fmt};

/// Labels that tell where a stream comes from, the most exact first.
const SOURCES: [&str; 6] = ["filename", "service_name", "app", "job", "container", "host"];
/// Labels, and structured metadata, that tell how grave a line is.
const LEVELS: [&str; 4] = ["level", "detected_level", "severity", "lvl"];

#[derive(Clone, PartialEq, Message)]
struct PushRequest {
    #[prost(message, repeated, tag = "1")]
    streams: Vec<StreamAdapter>,
}

#[derive(Clone, PartialEq, Message)]
struct StreamAdapter {
    /// As `{job="a", env="b"}`. Bytes here and below: what is no UTF-8 is no reason to refuse the rest.
    #[prost(bytes = "vec", tag = "1")]
    labels: Vec<u8>,
    #[prost(message, repeated, tag = "2")]
    entries: Vec<EntryAdapter>,
}

#[derive(Clone, PartialEq, Message)]
struct EntryAdapter {
    #[prost(message, optional, tag = "1")]
    timestamp: Option<Moment>,
    #[prost(bytes = "vec", tag = "2")]
    line: Vec<u8>,
    #[prost(message, repeated, tag = "3")]
    metadata: Vec<Pair>,
}

#[derive(Clone, PartialEq, Message)]
struct Moment {
    #[prost(int64, tag = "1")]
    seconds: i64,
    #[prost(int32, tag = "2")]
    nanos: i32,
}

#[derive(Clone, PartialEq, Message)]
struct Pair {
    #[prost(bytes = "vec", tag = "1")]
    name: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    value: Vec<u8>,
}

/// A body of protobuf in a Snappy block, which unpacks to `bytes_max` at most.
///
/// # Errors
/// What of the body is not Loki's push, or that it holds too much.
pub fn decode_protobuf(body: &[u8], bytes_max: usize) -> Result<Vec<Stream>, Malformed> {
    let bad = |what: &dyn fmt::Display| Malformed(format!("not Loki's push in a Snappy block: {what}"));
    let length = snap::raw::decompress_len(body).map_err(|error| bad(&error))?;
    if length > bytes_max {
        return Err(Malformed(format!("the body unpacks to {length} bytes and may to {bytes_max}: send less at once")));
    }
    let plain = snap::raw::Decoder::new().decompress_vec(body).map_err(|error| bad(&error))?;
    // Streams, entries.
    not_too_many(protobuf::count(&plain, &[1, 2]))?;
    let request = PushRequest::decode(&*plain).map_err(|error| bad(&error))?;
    request.streams.into_iter().map(StreamAdapter::into_stream).collect()
}

impl StreamAdapter {
    fn into_stream(self) -> Result<Stream, Malformed> {
        let written = String::from_utf8_lossy(&self.labels);
        let labels = labels(&written)
            .ok_or_else(|| Malformed(format!("`{}` are no labels", written.chars().take(200).collect::<String>())))?;
        let entries = self.entries.into_iter().map(|entry| {
            let time =
                entry.timestamp.map(|at| at.seconds.saturating_mul(1_000_000_000).saturating_add(at.nanos.into()));
            let lossy = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
            let metadata = entry.metadata.into_iter().map(|pair| (lossy(pair.name), text(lossy(pair.value))));
            (time.unwrap_or(0), entry.line, metadata.collect())
        });
        Ok(stream(labels, entries))
    }
}

#[derive(Deserialize)]
struct JsonPush {
    streams: Vec<JsonStream>,
}

#[derive(Deserialize)]
struct JsonStream {
    #[serde(default)]
    stream: BTreeMap<String, Label>,
    values: Vec<JsonEntry>,
}

/// Time in nanoseconds, line, structured metadata.
#[derive(Deserialize)]
struct JsonEntry(Nanos, String, #[serde(default)] BTreeMap<String, Label>);

/// A JSON body.
///
/// # Errors
/// What of the body is not Loki's push, or that it holds too much.
pub fn decode_json(body: &[u8]) -> Result<Vec<Stream>, Malformed> {
    let push: JsonPush =
        serde_json::from_slice(body).map_err(|error| Malformed(format!("not Loki's push as JSON: {error}")))?;
    not_too_many(push.streams.iter().map(|stream| stream.values.len()).sum())?;
    let pairs =
        |labels: BTreeMap<String, Label>| labels.into_iter().map(|(name, label)| (name, text(label.0))).collect();
    let streams = push.streams.into_iter().map(|one| {
        let entries = one.values.into_iter();
        stream(
            pairs(one.stream),
            entries.map(|JsonEntry(nanos, line, metadata)| (nanos.0, line.into_bytes(), pairs(metadata))),
        )
    });
    Ok(streams.collect())
}

fn stream(labels: Fields, entries: impl Iterator<Item = (i64, Vec<u8>, Fields)>) -> Stream {
    let level_of = |fields: &Fields| -> Option<Level> {
        first_text(fields, &LEVELS).and_then(|name| sources::level::named(&name))
    };
    let level = level_of(&labels);
    let entries = entries.map(|(nanos, line, metadata)| {
        let level = level_of(&metadata).or(level);
        Entry { time: from_nanos(nanos), level, source: None, text: line, fields: metadata }
    });
    let entries = entries.collect();
    let source = first_text(&labels, &SOURCES).map_or("loki".into(), Into::into);
    Stream { source, fields: labels, entries, ..Stream::default() }
}

/// Reads `{name="value", …}`, values with the escapes of Go.
fn labels(text: &str) -> Option<Fields> {
    let mut rest = text.trim().strip_prefix('{')?.trim_start();
    let mut fields = Fields::new();
    loop {
        if let Some(after) = rest.strip_prefix('}') {
            return after.trim().is_empty().then_some(fields);
        }
        let (name, after) = rest.split_once('=')?;
        let (value, after) = quoted(after.trim_start())?;
        fields.push((name.trim().to_owned(), super::text(value)));
        rest = after.trim_start();
        rest = match rest.strip_prefix(',') {
            Some(after) => after.trim_start(),
            None if rest.starts_with('}') => rest,
            None => return None,
        };
    }
}

fn quoted(text: &str) -> Option<(String, &str)> {
    if let Some(raw) = text.strip_prefix('`') {
        let (value, rest) = raw.split_once('`')?;
        return Some((value.to_owned(), rest));
    }
    let mut chars = text.strip_prefix('"')?.char_indices();
    let mut value = String::new();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((value, &text[at + 2..])),
            '\\' => {
                let (_, escape) = chars.next()?;
                let mut code = |digits: usize| -> Option<char> {
                    let digits: String = chars.by_ref().take(digits).map(|(_, digit)| digit).collect();
                    char::from_u32(u32::from_str_radix(&digits, 16).ok()?)
                };
                value.push(match escape {
                    'n' => '\n',
                    't' => '\t',
                    'r' => '\r',
                    'x' => code(2)?,
                    'u' => code(4)?,
                    'U' => code(8)?,
                    other => other,
                });
            }
            c => value.push(c),
        }
    }
    None
}

/// A count that comes as text or as a number.
struct Nanos(i64);

impl<'de> Deserialize<'de> for Nanos {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Label(text) = Label::deserialize(deserializer)?;
        text.trim().parse().map(Self).map_err(|_| de::Error::custom(format!("`{text}` are no nanoseconds")))
    }
}

/// A text; numbers and truths are taken as they are written.
struct Label(String);

impl<'de> Deserialize<'de> for Label {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyScalar;
        impl de::Visitor<'_> for AnyScalar {
            type Value = Label;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }
            fn visit_str<E>(self, text: &str) -> Result<Label, E> {
                Ok(Label(text.to_owned()))
            }
            fn visit_i64<E>(self, number: i64) -> Result<Label, E> {
                Ok(Label(number.to_string()))
            }
            fn visit_u64<E>(self, number: u64) -> Result<Label, E> {
                Ok(Label(number.to_string()))
            }
            fn visit_f64<E>(self, number: f64) -> Result<Label, E> {
                Ok(Label(number.to_string()))
            }
            fn visit_bool<E>(self, truth: bool) -> Result<Label, E> {
                Ok(Label(truth.to_string()))
            }
        }
        deserializer.deserialize_any(AnyScalar)
    }
}
