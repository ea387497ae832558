//! Spans as OpenTelemetry has them, told in the words of this crate.
//! <https://opentelemetry.io/docs/specs/semconv/>

use super::{NAME_CHARS_MAX, Span, SpanStatus};
use crate::{
    document::attribute,
    json::cut,
    scrubbing::Scrubbing,
    tree::{Json, Object},
};
use model::Timestamp;
use serde_json::{Map, Value};
use std::collections::HashMap;

/// Characters of a span's name.
const TITLE_CHARS_MAX: usize = 8192;
/// Attributes of a span that are read.
const ATTRIBUTES_MAX: usize = 200;
/// Spans between one and the segment that it belongs to.
const DEPTH_MAX: usize = 1000;

/// On which side of a call a span is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SpanKind {
    #[default]
    Internal,
    Server,
    Client,
    Producer,
    Consumer,
}

/// A span with what its program says of itself. Ids are lower-case hex.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OpenTelemetrySpan {
    pub trace_id: String,
    pub span_id: String,
    pub parent_span_id: Option<String>,
    pub kind: SpanKind,
    pub name: String,
    pub start: Timestamp,
    pub end: Timestamp,
    pub status: SpanStatus,
    pub status_message: Option<String>,
    pub attributes: Map<String, Value>,
}

/// The spans of one program, which says `resource` of itself, its secrets taken out by `scrubbing`. A span by which the program
/// was entered is a segment, and those below it are told which, as far as they came together.
pub fn spans_of_program(
    resource: &Map<String, Value>,
    told: Vec<OpenTelemetrySpan>,
    scrubbing: &Scrubbing,
) -> Vec<Span> {
    let program = program(resource);
    let mut spans: Vec<Span> = told.into_iter().map(|span| span.into_span(&program, scrubbing)).collect();
    let segments = segments(&spans);
    for (span, segment) in spans.iter_mut().zip(segments) {
        if let Some((id, name)) = segment {
            (span.segment_id, span.segment_name) = (Some(id), Some(name));
        }
    }
    spans
}

/// What all spans of a program have in common.
fn program(resource: &Map<String, Value>) -> Span {
    let said = |keys: &[&str]| attribute(resource, keys).map(|text| short(text, NAME_CHARS_MAX));
    Span {
        release: said(&["service.version"]),
        environment: said(&["deployment.environment.name", "deployment.environment"]),
        server_name: said(&["host.name", "k8s.pod.name", "service.instance.id"]),
        platform: said(&["telemetry.sdk.language"]),
        sdk: said(&["telemetry.distro.name", "telemetry.sdk.name"]),
        ..Span::default()
    }
}

impl OpenTelemetrySpan {
    fn into_span(self, program: &Span, scrubbing: &Scrubbing) -> Span {
        let Self { trace_id, span_id, parent_span_id, kind, .. } = self;
        let is_segment = parent_span_id.is_none() || matches!(kind, SpanKind::Server | SpanKind::Consumer);
        let mut attributes = Object::from(self.attributes);
        attributes.truncate(ATTRIBUTES_MAX);
        let mut whole = Object::default();
        whole.push("name".into(), Json::Text(self.name.into()));
        whole.push("message".into(), self.status_message.map_or(Json::Null, |message| Json::Text(message.into())));
        whole.push("attributes".into(), Json::Object(attributes));
        scrubbing.scrub_object(&mut whole);
        let text = |key, most| whole.get(key).and_then(Json::as_text).map(|text| short(text.to_owned(), most));
        let name = text("name", TITLE_CHARS_MAX).filter(|name| !name.is_empty());
        let status_said = text("message", NAME_CHARS_MAX);
        let data = match whole.take("attributes") {
            Some(Json::Object(data)) => data.into_map(),
            _ => Map::new(),
        };
        let op = op(kind, &data);
        let mut span = Span {
            trace_id,
            span_id,
            parent_span_id,
            is_segment,
            name: name.unwrap_or_else(|| op.to_owned()),
            op: op.to_owned(),
            status: self.status,
            status_said,
            start: self.start,
            end: self.end,
            user: attribute(&data, &["user.id", "enduser.id", "user.email", "user.name"]),
            data,
            ..program.clone()
        };
        span.settle();
        if is_segment && span.status == SpanStatus::Unset && span.http_status.is_some_and(|status| status >= 500) {
            span.status = SpanStatus::Error;
        }
        span
    }
}

/// What kind of thing took the time, in the words that other clients use.
fn op(kind: SpanKind, data: &Map<String, Value>) -> &'static str {
    let has = |keys: &[&str]| keys.iter().any(|key| data.contains_key(*key));
    let is_entered = matches!(kind, SpanKind::Server | SpanKind::Consumer);
    if has(&["db.system.name", "db.system"]) {
        "db"
    } else if has(&["rpc.system", "rpc.system.name"]) {
        if is_entered { "rpc.server" } else { "rpc.client" }
    } else if has(&["messaging.system"]) {
        if is_entered { "queue.process" } else { "queue.publish" }
    } else if has(&["http.request.method", "http.method"]) {
        if is_entered { "http.server" } else { "http.client" }
    } else {
        match kind {
            SpanKind::Internal => "internal",
            SpanKind::Server => "server",
            SpanKind::Client => "client",
            SpanKind::Producer => "queue.publish",
            SpanKind::Consumer => "queue.process",
        }
    }
}

/// For each span the id and the name of the segment that it is part of, or that it is.
fn segments(spans: &[Span]) -> Vec<Option<(String, String)>> {
    let places: HashMap<(&str, &str), usize> = spans
        .iter()
        .enumerate()
        .map(|(place, span)| ((span.trace_id.as_str(), span.span_id.as_str()), place))
        .collect();
    let above = |span: &Span| places.get(&(span.trace_id.as_str(), span.parent_span_id.as_deref()?)).copied();
    let segment = |span: &Span| {
        let mut at = span;
        for _ in 0..DEPTH_MAX {
            if at.is_segment {
                return Some((at.span_id.clone(), short(at.name.clone(), NAME_CHARS_MAX)));
            }
            at = &spans[above(at)?];
        }
        None
    };
    spans.iter().map(segment).collect()
}

fn short(mut text: String, chars_max: usize) -> String {
    cut(&mut text, chars_max);
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn told(id: &str, parent: Option<&str>, kind: SpanKind, attributes: &Value) -> OpenTelemetrySpan {
        OpenTelemetrySpan {
            trace_id: "0af7651916cd43dd8448eb211c80319c".to_owned(),
            span_id: id.to_owned(),
            parent_span_id: parent.map(str::to_owned),
            kind,
            name: format!("{id} {{id}}"),
            start: Timestamp::from_micros(1_000),
            end: Timestamp::from_micros(3_000),
            attributes: attributes.as_object().cloned().unwrap_or_default(),
            ..OpenTelemetrySpan::default()
        }
    }

    fn read(spans: Vec<OpenTelemetrySpan>) -> Vec<Span> {
        let resource = json!({"service.name": "shop", "service.version": "1.2", "deployment.environment": "production",
            "host.name": "web-1", "telemetry.sdk.language": "python"});
        spans_of_program(resource.as_object().unwrap(), spans, &Scrubbing::default())
    }

    #[test]
    fn spans_of_a_program_know_their_segment() {
        let query = json!({"db.system": "postgresql", "db.statement": "GET order 'planted'"});
        let spans = read(vec![
            told("d", Some("b"), SpanKind::Client, &query),
            told("b", Some("a"), SpanKind::Internal, &json!({})),
            told(
                "a",
                Some("elsewhere"),
                SpanKind::Server,
                &json!({"http.method": "GET", "http.status_code": 503, "enduser.id": "7"}),
            ),
            told("e", Some("gone"), SpanKind::Producer, &json!({})),
        ]);
        let drawn: Vec<_> = spans
            .iter()
            .map(|span| (span.op.as_str(), span.is_segment, span.segment_id.as_deref(), span.segment_name.as_deref()))
            .collect();
        let name = Some("a {id}");
        assert_eq!(
            drawn,
            [
                ("db", false, Some("a"), name),
                ("internal", false, Some("a"), name),
                ("http.server", true, Some("a"), name),
                ("queue.publish", false, None, None)
            ]
        );
        assert_eq!(spans[0].statement.as_deref(), Some("GET order ?"));
        assert_eq!(
            (spans[2].status, spans[2].http_status, spans[2].user.as_deref()),
            (SpanStatus::Error, Some(503), Some("7"))
        );
        let common = (spans[0].release.as_deref(), spans[0].environment.as_deref(), spans[0].server_name.as_deref());
        assert_eq!(common, (Some("1.2"), Some("production"), Some("web-1")));
    }

    #[test]
    fn secrets_are_taken_out() {
        let spans = read(vec![told(
            "a",
            None,
            SpanKind::Internal,
            &json!({"api_key": "planted", "url.full": "https://u:planted@x.example/"}),
        )]);
        assert!(!format!("{spans:?}").contains("planted"), "{spans:?}");
    }

    #[test]
    fn what_goes_in_a_circle_has_no_segment() {
        let spans = read(vec![
            told("a", Some("b"), SpanKind::Internal, &json!({})),
            told("b", Some("a"), SpanKind::Internal, &json!({})),
        ]);
        assert!(spans.iter().all(|span| span.segment_id.is_none()));
    }
}
