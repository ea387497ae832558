//! OTLP over HTTP: `ExportLogsServiceRequest` as protobuf or as JSON; [`traces`] has the spans.
//! <https://opentelemetry.io/docs/specs/otlp/#otlphttp>

pub mod traces;
mod values;

use super::{Entry, Stream, first_text, from_nanos, not_too_many, protobuf};
use crate::error::Malformed;
use model::Level;
use prost::Message;
use serde::{Deserialize, Deserializer};
use serde_json::Value as Json;
use std::sync::Arc;
use values::{Any, AnyValue, KeyValue, Number, Resource, Scope, count, fields, hex, hexadecimal, json};

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
struct ScopeLogs {
    #[prost(message, optional, tag = "1")]
    scope: Option<Scope>,
    #[prost(message, repeated, tag = "2")]
    log_records: Vec<LogRecord>,
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

/// What is answered, of records as of spans: how many were not taken, and why.
#[derive(Clone, PartialEq, Message)]
struct Response {
    #[prost(message, optional, tag = "1")]
    partial_success: Option<PartialSuccess>,
}

#[derive(Clone, PartialEq, Message)]
struct PartialSuccess {
    #[prost(int64, tag = "1")]
    rejected: i64,
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
    let partial = PartialSuccess { rejected: rejected as i64, error_message: why.to_owned() };
    Response { partial_success: (rejected > 0 || !why.is_empty()).then_some(partial) }.encode_to_vec()
}

/// The same as JSON, where counts of 64 bits are text.
pub fn answer_json(rejected: u64, why: &str) -> Json {
    partial_json("rejectedLogRecords", rejected, why)
}

fn partial_json(what: &str, rejected: u64, why: &str) -> Json {
    match (rejected, why) {
        (0, "") => serde_json::json!({}),
        (rejected, why) => serde_json::json!({"partialSuccess": {what: rejected.to_string(), "errorMessage": why}}),
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
