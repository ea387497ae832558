//! `ExportTraceServiceRequest`: the spans that programs send, as protobuf or as JSON.
//! <https://opentelemetry.io/docs/specs/otlp/#otlphttp>

pub use super::answer_protobuf;

use super::{
    from_nanos, protobuf,
    values::{KeyValue, Number, Resource, count, fields, hex, hexadecimal},
};
use crate::{error::Malformed, receive::Fields};
use model::Timestamp;
use prost::Message;
use serde::{Deserialize, Deserializer};
use serde_json::Value as Json;

/// Spans of one body that is read as a whole, and the events within them. Senders' usual batches have 512.
pub const SPANS_MAX: usize = 20_000;

/// The spans of one program.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProgramSpans {
    /// What it says of itself: `service.name`, `host.name`…
    pub resource: Fields,
    pub spans: Vec<OtlpSpan>,
}

/// A span as it was sent. Ids are lower-case hex, empty where there is none.
#[derive(Clone, Debug, PartialEq)]
pub struct OtlpSpan {
    pub trace_id: String,
    pub span_id: String,
    pub parent_span_id: String,
    pub name: String,
    pub kind: OtlpKind,
    pub start: Timestamp,
    pub end: Timestamp,
    pub status: OtlpStatus,
    pub status_message: String,
    /// Those of the exception that it recorded are among them: `exception.type`, `exception.message`.
    pub attributes: Fields,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OtlpKind {
    Internal,
    Server,
    Client,
    Producer,
    Consumer,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OtlpStatus {
    Unset,
    Ok,
    Error,
}

#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct TraceRequest {
    #[prost(message, repeated, tag = "1")]
    resource_spans: Vec<ResourceSpans>,
}

#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ResourceSpans {
    #[prost(message, optional, tag = "1")]
    resource: Option<Resource>,
    #[prost(message, repeated, tag = "2")]
    scope_spans: Vec<ScopeSpans>,
}

#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ScopeSpans {
    #[prost(message, repeated, tag = "2")]
    spans: Vec<SentSpan>,
}

#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct SentSpan {
    #[prost(bytes = "vec", tag = "1")]
    #[serde(deserialize_with = "hexadecimal")]
    trace_id: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    #[serde(deserialize_with = "hexadecimal")]
    span_id: Vec<u8>,
    #[prost(bytes = "vec", tag = "4")]
    #[serde(deserialize_with = "hexadecimal")]
    parent_span_id: Vec<u8>,
    #[prost(string, tag = "5")]
    name: String,
    #[prost(int32, tag = "6")]
    #[serde(deserialize_with = "kind")]
    kind: i32,
    #[prost(fixed64, tag = "7")]
    #[serde(deserialize_with = "count")]
    start_time_unix_nano: u64,
    #[prost(fixed64, tag = "8")]
    #[serde(deserialize_with = "count")]
    end_time_unix_nano: u64,
    #[prost(message, repeated, tag = "9")]
    attributes: Vec<KeyValue>,
    #[prost(message, repeated, tag = "11")]
    events: Vec<SentEvent>,
    #[prost(message, optional, tag = "15")]
    status: Option<SentStatus>,
}

#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct SentEvent {
    #[prost(string, tag = "2")]
    name: String,
    #[prost(message, repeated, tag = "3")]
    attributes: Vec<KeyValue>,
}

#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default)]
struct SentStatus {
    #[prost(string, tag = "2")]
    message: String,
    #[prost(int32, tag = "3")]
    #[serde(deserialize_with = "status_code")]
    code: i32,
}

/// A body of protobuf.
///
/// # Errors
/// What of the body is not OTLP's spans, or that it holds too many.
pub fn decode_protobuf(body: &[u8]) -> Result<Vec<ProgramSpans>, Malformed> {
    // Resources, scopes, spans; of those their events.
    not_too_many(protobuf::count(body, &[1, 2, 2]).max(protobuf::count(body, &[1, 2, 2, 11])))?;
    let request =
        TraceRequest::decode(body).map_err(|error| Malformed(format!("not OTLP's spans as protobuf: {error}")))?;
    Ok(request.into_programs())
}

/// A JSON body.
///
/// # Errors
/// What of the body is not OTLP's spans, or that it holds too many.
pub fn decode_json(body: &[u8]) -> Result<Vec<ProgramSpans>, Malformed> {
    let request: TraceRequest =
        serde_json::from_slice(body).map_err(|error| Malformed(format!("not OTLP's spans as JSON: {error}")))?;
    let scopes = request.resource_spans.iter().flat_map(|resource| &resource.scope_spans);
    not_too_many(scopes.map(|scope| scope.spans.len()).sum())?;
    Ok(request.into_programs())
}

/// As [`answer_protobuf`], as JSON.
pub fn answer_json(rejected: u64, why: &str) -> Json {
    super::partial_json("rejectedSpans", rejected, why)
}

fn not_too_many(spans: usize) -> Result<(), Malformed> {
    match spans {
        0..=SPANS_MAX => Ok(()),
        _ => {
            Err(Malformed(format!("the body has {spans} spans or events and may have {SPANS_MAX}: send less at once")))
        }
    }
}

impl TraceRequest {
    fn into_programs(self) -> Vec<ProgramSpans> {
        let program = |ResourceSpans { resource, scope_spans }| ProgramSpans {
            resource: fields(resource.map(|resource| resource.attributes).unwrap_or_default()),
            spans: scope_spans.into_iter().flat_map(|scope| scope.spans).map(SentSpan::into_span).collect(),
        };
        self.resource_spans.into_iter().map(program).collect()
    }
}

impl SentSpan {
    fn into_span(self) -> OtlpSpan {
        let mut attributes = fields(self.attributes);
        if let Some(exception) = self.events.into_iter().find(|event| event.name == "exception") {
            let told = fields(exception.attributes).into_iter();
            attributes.extend(told.filter(|(name, _)| matches!(name.as_str(), "exception.type" | "exception.message")));
        }
        let status = self.status.unwrap_or_default();
        OtlpSpan {
            trace_id: hex(&self.trace_id),
            span_id: hex(&self.span_id),
            parent_span_id: hex(&self.parent_span_id),
            name: self.name,
            kind: match self.kind {
                2 => OtlpKind::Server,
                3 => OtlpKind::Client,
                4 => OtlpKind::Producer,
                5 => OtlpKind::Consumer,
                _ => OtlpKind::Internal,
            },
            start: at(self.start_time_unix_nano),
            end: at(self.end_time_unix_nano),
            status: match status.code {
                1 => OtlpStatus::Ok,
                2 => OtlpStatus::Error,
                _ => OtlpStatus::Unset,
            },
            status_message: status.message,
            attributes,
        }
    }
}

/// 1970 where there is none.
fn at(nanos: u64) -> Timestamp {
    i64::try_from(nanos).ok().and_then(from_nanos).unwrap_or(Timestamp::EPOCH)
}

fn kind<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i32, D::Error> {
    let names = ["UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"];
    named(deserializer, "SPAN_KIND_", &names)
}

fn status_code<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i32, D::Error> {
    named(deserializer, "STATUS_CODE_", &["UNSET", "OK", "ERROR"])
}

/// A number, or the name of the enumeration; 0 for what is neither.
fn named<'de, D: Deserializer<'de>>(deserializer: D, prefix: &str, names: &[&str]) -> Result<i32, D::Error> {
    Ok(match Number::deserialize(deserializer)? {
        Number::Int(number) => i32::try_from(number).unwrap_or(0),
        Number::Unsigned(_) | Number::Float(_) => 0,
        Number::Text(name) => {
            let name = name.strip_prefix(prefix).unwrap_or(&name);
            names.iter().position(|known| *known == name).map_or(0, |place| place as i32)
        }
    })
}
