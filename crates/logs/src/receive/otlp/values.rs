//! What OTLP's requests of every kind are made of: attributes, and who they are about; read from protobuf and from JSON.

use crate::receive::{self, Fields};
use base64::Engine as _;
use prost::Message;
use serde::{Deserialize, Deserializer, de};
use serde_json::Value as Json;
use std::fmt::Write as _;
use telemetry::OwnedValue;

#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Resource {
    #[prost(message, repeated, tag = "1")]
    pub(super) attributes: Vec<KeyValue>,
}

#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Scope {
    #[prost(string, tag = "1")]
    pub(super) name: String,
    #[prost(string, tag = "2")]
    pub(super) version: String,
    #[prost(message, repeated, tag = "3")]
    pub(super) attributes: Vec<KeyValue>,
}

#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default)]
pub(super) struct KeyValue {
    #[prost(string, tag = "1")]
    pub(super) key: String,
    #[prost(message, optional, tag = "2")]
    pub(super) value: Option<AnyValue>,
}

#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(from = "AnyJson")]
pub(super) struct AnyValue {
    #[prost(oneof = "Any", tags = "1, 2, 3, 4, 5, 6, 7")]
    pub(super) value: Option<Any>,
}

#[derive(Clone, PartialEq, prost::Oneof)]
pub(super) enum Any {
    #[prost(string, tag = "1")]
    Text(String),
    #[prost(bool, tag = "2")]
    Bool(bool),
    #[prost(int64, tag = "3")]
    Int(i64),
    #[prost(double, tag = "4")]
    Double(f64),
    #[prost(message, tag = "5")]
    List(List),
    #[prost(message, tag = "6")]
    Pairs(Pairs),
    #[prost(bytes = "vec", tag = "7")]
    Bytes(Vec<u8>),
}

#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default)]
pub(super) struct List {
    #[prost(message, repeated, tag = "1")]
    pub(super) values: Vec<AnyValue>,
}

#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default)]
pub(super) struct Pairs {
    #[prost(message, repeated, tag = "1")]
    pub(super) values: Vec<KeyValue>,
}

pub(super) fn fields(attributes: Vec<KeyValue>) -> Fields {
    let mut fields = Fields::with_capacity(attributes.len());
    flatten("", attributes, &mut fields);
    fields
}

/// Pairs within pairs get names with dots; how deep they lie is bounded by whoever decoded them.
fn flatten(prefix: &str, pairs: Vec<KeyValue>, into: &mut Fields) {
    for KeyValue { key, value } in pairs {
        let name = if prefix.is_empty() { key } else { format!("{prefix}.{key}") };
        let value = match value.and_then(|value| value.value) {
            None => continue,
            Some(Any::Text(text)) => receive::text(text),
            Some(Any::Bool(truth)) => OwnedValue::Bool(truth),
            Some(Any::Int(number)) => OwnedValue::Int(number),
            Some(Any::Double(number)) => OwnedValue::Float(number),
            Some(Any::Bytes(bytes)) => OwnedValue::Str(bytes),
            // A name that has grown this long would be refused: what is below it stays together.
            Some(Any::Pairs(pairs)) if name.len() <= telemetry::FIELD_NAME_BYTES_MAX => {
                flatten(&name, pairs.values, into);
                continue;
            }
            Some(other) => receive::text(json(other).to_string()),
        };
        into.push((name, value));
    }
}

pub(super) fn json(value: Any) -> Json {
    let any = |value: AnyValue| value.value.map_or(Json::Null, json);
    match value {
        Any::Text(text) => text.into(),
        Any::Bool(truth) => truth.into(),
        Any::Int(number) => number.into(),
        Any::Double(number) => number.into(),
        Any::Bytes(bytes) => String::from_utf8_lossy(&bytes).into(),
        Any::List(list) => list.values.into_iter().map(any).collect(),
        Any::Pairs(pairs) => {
            pairs.values.into_iter().map(|pair| (pair.key, pair.value.map_or(Json::Null, any))).collect()
        }
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    // An id of zeros is none.
    if bytes.iter().all(|byte| *byte == 0) {
        return String::new();
    }
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// JSON has counts of 64 bits as text, and senders that do not know it.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Number {
    Int(i64),
    Unsigned(u64),
    Float(f64),
    Text(String),
}

pub(super) fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    match Number::deserialize(deserializer)? {
        Number::Int(number) => u64::try_from(number).map_err(de::Error::custom),
        Number::Unsigned(number) => Ok(number),
        Number::Float(number) => Ok(number as u64),
        Number::Text(text) => text.trim().parse().map_err(de::Error::custom),
    }
}

pub(super) fn hexadecimal<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let bytes: Option<Vec<u8>> = text.as_bytes().chunks(2).map(pair).collect();
    bytes.filter(|_| text.len() % 2 == 0).ok_or_else(|| de::Error::custom("an id is not hexadecimal"))
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct AnyJson {
    string_value: Option<String>,
    bool_value: Option<bool>,
    int_value: Option<Number>,
    double_value: Option<Number>,
    array_value: Option<List>,
    kvlist_value: Option<Pairs>,
    bytes_value: Option<String>,
}

impl From<AnyJson> for AnyValue {
    fn from(json: AnyJson) -> Self {
        let float = |number| match number {
            Number::Int(number) => number as f64,
            Number::Unsigned(number) => number as f64,
            Number::Float(number) => number,
            Number::Text(text) => text.parse().unwrap_or(f64::NAN),
        };
        let int = |number| match number {
            Number::Int(number) => Any::Int(number),
            Number::Unsigned(number) => Any::Text(number.to_string()),
            Number::Float(number) => Any::Double(number),
            Number::Text(text) => text.parse().map_or(Any::Text(text), Any::Int),
        };
        let bytes = |text: String| {
            let bytes = base64::prelude::BASE64_STANDARD.decode(&text);
            bytes.map_or(Any::Text(text), Any::Bytes)
        };
        let value = json.string_value.map(Any::Text);
        let value = value.or_else(|| json.bool_value.map(Any::Bool));
        let value = value.or_else(|| json.int_value.map(int));
        let value = value.or_else(|| json.double_value.map(|number| Any::Double(float(number))));
        let value = value.or_else(|| json.array_value.map(Any::List));
        let value = value.or_else(|| json.kvlist_value.map(Any::Pairs));
        Self { value: value.or_else(|| json.bytes_value.map(bytes)) }
    }
}
