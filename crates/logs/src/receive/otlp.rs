//! OTLP over HTTP: `ExportLogsServiceRequest` as protobuf or as JSON.
//! <https://opentelemetry.io/docs/specs/otlp/#otlphttp>

use super::{Entry, Fields, Stream, first_text, from_nanos, not_too_many, protobuf};
use crate::error::Malformed;
use base64::Engine as _;
use model::Level;
use prost::Message;
use serde::{Deserialize, Deserializer, de};
use serde_json::Value as Json;
use std::{fmt::Write as _, sync::Arc};
use telemetry::OwnedValue;

/// Attributes that tell where a record comes from, the most exact first.
const SOURCES: [&str; 6] =
    ["log.file.path", "service.name", "k8s.container.name", "container.name", "k8s.pod.name", "host.name"];

#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Request {
    #[prost(message, repeated, tag = "1")]
    resource_logs: Vec<ResourceLogs>,
}

#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ResourceLogs {
    #[prost(message, optional, tag = "1")]
    resource: Option<Resource>,
    #[prost(message, repeated, tag = "2")]
    scope_logs: Vec<ScopeLogs>,
}

#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Resource {
    #[prost(message, repeated, tag = "1")]
    attributes: Vec<KeyValue>,
}

#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ScopeLogs {
    #[prost(message, optional, tag = "1")]
    scope: Option<Scope>,
    #[prost(message, repeated, tag = "2")]
    log_records: Vec<LogRecord>,
}

#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Scope {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(string, tag = "2")]
    version: String,
    #[prost(message, repeated, tag = "3")]
    attributes: Vec<KeyValue>,
}

#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct LogRecord {
    #[prost(fixed64, tag = "1")]
    #[serde(deserialize_with = "count")]
    time_unix_nano: u64,
    #[prost(int32, tag = "2")]
    #[serde(deserialize_with = "severity")]
    severity_number: i32,
    #[prost(string, tag = "3")]
    severity_text: String,
    #[prost(message, optional, tag = "5")]
    body: Option<AnyValue>,
    #[prost(message, repeated, tag = "6")]
    attributes: Vec<KeyValue>,
    #[prost(bytes = "vec", tag = "9")]
    #[serde(deserialize_with = "hexadecimal")]
    trace_id: Vec<u8>,
    #[prost(bytes = "vec", tag = "10")]
    #[serde(deserialize_with = "hexadecimal")]
    span_id: Vec<u8>,
    #[prost(fixed64, tag = "11")]
    #[serde(deserialize_with = "count")]
    observed_time_unix_nano: u64,
    #[prost(string, tag = "12")]
    event_name: String,
}

#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default)]
struct KeyValue {
    #[prost(string, tag = "1")]
    key: String,
    #[prost(message, optional, tag = "2")]
    value: Option<AnyValue>,
}

#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(from = "AnyJson")]
struct AnyValue {
    #[prost(oneof = "Any", tags = "1, 2, 3, 4, 5, 6, 7")]
    value: Option<Any>,
}

#[derive(Clone, PartialEq, prost::Oneof)]
enum Any {
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
struct List {
    #[prost(message, repeated, tag = "1")]
    values: Vec<AnyValue>,
}

#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default)]
struct Pairs {
    #[prost(message, repeated, tag = "1")]
    values: Vec<KeyValue>,
}

/// What is answered: how many were not taken, and why.
#[derive(Clone, PartialEq, Message)]
struct Response {
    #[prost(message, optional, tag = "1")]
    partial_success: Option<PartialSuccess>,
}

#[derive(Clone, PartialEq, Message)]
struct PartialSuccess {
    #[prost(int64, tag = "1")]
    rejected_log_records: i64,
    #[prost(string, tag = "2")]
    error_message: String,
}

/// A body of protobuf.
///
/// # Errors
/// What of the body is not OTLP's logs, or that it holds too many records.
pub fn decode_protobuf(body: &[u8]) -> Result<Vec<Stream>, Malformed> {
    // Resources, scopes, records.
    not_too_many(protobuf::count(body, &[1, 2, 2]))?;
    let request = Request::decode(body).map_err(|error| Malformed(format!("not OTLP's logs as protobuf: {error}")))?;
    Ok(request.into_streams())
}

/// A JSON body.
///
/// # Errors
/// What of the body is not OTLP's logs, or that it holds too many records.
pub fn decode_json(body: &[u8]) -> Result<Vec<Stream>, Malformed> {
    let request: Request =
        serde_json::from_slice(body).map_err(|error| Malformed(format!("not OTLP's logs as JSON: {error}")))?;
    let scopes = request.resource_logs.iter().flat_map(|resource| &resource.scope_logs);
    not_too_many(scopes.map(|scope| scope.log_records.len()).sum())?;
    Ok(request.into_streams())
}

/// The answer to a request of which `rejected` records were not taken. That none was and `why` says something is a
/// warning: <https://opentelemetry.io/docs/specs/otlp/#partial-success-1>.
pub fn answer_protobuf(rejected: u64, why: &str) -> Vec<u8> {
    let partial = PartialSuccess { rejected_log_records: rejected as i64, error_message: why.to_owned() };
    Response { partial_success: (rejected > 0 || !why.is_empty()).then_some(partial) }.encode_to_vec()
}

/// The same as JSON, where counts of 64 bits are text.
pub fn answer_json(rejected: u64, why: &str) -> Json {
    match (rejected, why) {
        (0, "") => serde_json::json!({}),
        (rejected, why) => serde_json::json!({
            "partialSuccess": {"rejectedLogRecords": rejected.to_string(), "errorMessage": why}
        }),
    }
}

impl Request {
    fn into_streams(self) -> Vec<Stream> {
        let mut streams = Vec::new();
        for ResourceLogs { resource, scope_logs } in self.resource_logs {
            let resource = Arc::new(fields(resource.map(|resource| resource.attributes).unwrap_or_default()));
            let source: Arc<str> = first_text(&resource, &SOURCES).map_or("otlp".into(), Into::into);
            for ScopeLogs { scope, log_records } in scope_logs {
                let scope = scope.unwrap_or_default();
                let mut own = fields(scope.attributes);
                if !scope.version.is_empty() {
                    own.push(("scope.version".into(), super::text(scope.version)));
                }
                streams.push(Stream {
                    source: Arc::clone(&source),
                    logger: Some(scope.name).filter(|name| !name.is_empty()),
                    resource: Arc::clone(&resource),
                    fields: own,
                    entries: log_records.into_iter().map(LogRecord::into_entry).collect(),
                });
            }
        }
        streams
    }
}

impl LogRecord {
    fn into_entry(self) -> Entry {
        let mut attributes = fields(self.attributes);
        let named =
            [("trace_id", hex(&self.trace_id)), ("span_id", hex(&self.span_id)), ("event.name", self.event_name)];
        attributes.extend(
            named
                .into_iter()
                .filter(|(_, value)| !value.is_empty())
                .map(|(name, value)| (name.to_owned(), super::text(value))),
        );
        let nanos = [self.time_unix_nano, self.observed_time_unix_nano].into_iter().find(|nanos| *nanos > 0);
        let level = level(self.severity_number).or_else(|| sources::level::named(&self.severity_text));
        let text = match self.body.and_then(|body| body.value) {
            None => Vec::new(),
            Some(Any::Text(text)) => text.into_bytes(),
            Some(Any::Bytes(bytes)) => bytes,
            Some(other) => json(other).to_string().into_bytes(),
        };
        let source = first_text(&attributes, &SOURCES[..1]);
        let time = nanos.and_then(|nanos| from_nanos(i64::try_from(nanos).ok()?));
        Entry { time, level, source, text, fields: attributes }
    }
}

/// Of the ranges of four that the specification has.
fn level(severity: i32) -> Option<Level> {
    Some(match severity {
        1..=4 => Level::Trace,
        5..=8 => Level::Debug,
        9..=12 => Level::Info,
        13..=16 => Level::Warning,
        17..=20 => Level::Error,
        21..=24 => Level::Critical,
        _ => return None,
    })
}

fn fields(attributes: Vec<KeyValue>) -> Fields {
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
            Some(Any::Text(text)) => super::text(text),
            Some(Any::Bool(truth)) => OwnedValue::Bool(truth),
            Some(Any::Int(number)) => OwnedValue::Int(number),
            Some(Any::Double(number)) => OwnedValue::Float(number),
            Some(Any::Bytes(bytes)) => OwnedValue::Str(bytes),
            // A name that has grown this long would be refused: what is below it stays together.
            Some(Any::Pairs(pairs)) if name.len() <= telemetry::FIELD_NAME_BYTES_MAX => {
                flatten(&name, pairs.values, into);
                continue;
            }
            Some(other) => super::text(json(other).to_string()),
        };
        into.push((name, value));
    }
}

fn json(value: Any) -> Json {
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

fn hex(bytes: &[u8]) -> String {
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
enum Number {
    Int(i64),
    Unsigned(u64),
    Float(f64),
    Text(String),
}

fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    match Number::deserialize(deserializer)? {
        Number::Int(number) => u64::try_from(number).map_err(de::Error::custom),
        Number::Unsigned(number) => Ok(number),
        Number::Float(number) => Ok(number as u64),
        Number::Text(text) => text.trim().parse().map_err(de::Error::custom),
    }
}

/// A number, or the name of the enumeration.
fn severity<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i32, D::Error> {
    Ok(match Number::deserialize(deserializer)? {
        Number::Int(number) => i32::try_from(number).unwrap_or(0),
        Number::Unsigned(_) | Number::Float(_) => 0,
        Number::Text(name) => {
            let name = name.trim_start_matches("SEVERITY_NUMBER_");
            let (name, step) = match name.as_bytes().last() {
                Some(digit @ b'2'..=b'4') => (&name[..name.len() - 1], i32::from(digit - b'1')),
                _ => (name, 0),
            };
            let first = match name {
                "TRACE" => 1,
                "DEBUG" => 5,
                "INFO" => 9,
                "WARN" => 13,
                "ERROR" => 17,
                "FATAL" => 21,
                _ => return Ok(0),
            };
            first + step
        }
    })
}

fn hexadecimal<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
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
