//! How long things took: transactions with the spans within them, and spans that come by themselves.

mod costly;
mod open_telemetry;
mod page;
mod span;
mod statement;
mod waterfall;

pub use costly::{Costly, CostlyStatement, costly, repeated, slow};
pub use open_telemetry::{OpenTelemetrySpan, SpanKind, spans_of_program};
pub use span::{Span, SpanStatus};
pub use statement::normalised;
pub use waterfall::{WaterfallRow, waterfall};

use crate::{
    document::{self, Told},
    event::{NAME_CHARS_MAX, User},
    fields::{Fields, FreeBounds, Keep, number_of},
    json::NotJson,
    scrubbing::Scrubbing,
    tree::{Json, Object},
};
use serde_json::{Map, Value};
use std::borrow::Cow;
use uuid::Uuid;

/// Spans of one transaction; those beyond are left out and told.
const SPANS_MAX: usize = 1000;

const MEASUREMENTS_MAX: usize = 50;
const TAGS_MAX: usize = 200;
const DATA_BOUNDS: FreeBounds = FreeBounds { entries: 100, depth: 4, text_chars: 4096 };

/// A transaction: its own span first, then those within it. Empty where it has neither ids nor times.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Transaction {
    pub event_id: Option<Uuid>,
    pub spans: Vec<Span>,
}

/// Reads an item of the kind `transaction`.
///
/// # Errors
/// When the bytes are no JSON.
pub fn read(bytes: &[u8], scrubbing: &Scrubbing) -> Result<Told<Transaction>, NotJson> {
    document::one("the transaction", bytes, scrubbing, |mut fields| {
        let event_id = fields.id("event_id");
        let spans = spans_of(&mut fields).unwrap_or_default();
        Transaction { event_id, spans }
    })
}

/// Reads an item of the kind `span`: several, or one of the older form.
///
/// # Errors
/// When the bytes are no JSON.
pub fn read_spans(bytes: &[u8], scrubbing: &Scrubbing) -> Result<Told<Vec<Span>>, NotJson> {
    document::many("the spans", bytes, scrubbing, |mut fields| {
        match fields.has("attributes") || fields.has("end_timestamp") {
            true => Span::of_attributes(&mut fields),
            false => within(&mut fields, None),
        }
    })
}

fn spans_of(fields: &mut Fields<'_>) -> Option<Vec<Span>> {
    let mut segment = segment(fields)?;
    segment.measurements = measurements(fields);
    let common = common(&segment);
    let within = fields.list("spans", Keep::First(SPANS_MAX), |mut span| within(&mut span, Some(&common)));
    Some(std::iter::once(segment).chain(within).collect())
}

/// The transaction's own span, which says what all of them have in common.
fn segment(fields: &mut Fields<'_>) -> Option<Span> {
    let (end, start) = (fields.time("timestamp"), fields.time("start_timestamp"));
    let Some(Json::Object(mut contexts)) = fields.bounded("contexts", DATA_BOUNDS) else { return None };
    let Some(Json::Object(mut trace)) = contexts.take("trace") else { return None };
    let mut data = match trace.take("data") {
        Some(Json::Object(data)) => data.into_map(),
        _ => Map::new(),
    };
    if let Some(status) = contexts.get("response").and_then(|response| response.as_object()?.get("status_code")) {
        data.entry("http.response.status_code").or_insert_with(|| status.clone().into_value());
    }
    let text = |key: &str| trace.get(key).and_then(Json::as_text).map(str::to_owned);
    let mut name = |key| fields.text(key, NAME_CHARS_MAX);
    let mut span = Span {
        trace_id: text("trace_id")?,
        span_id: text("span_id")?,
        parent_span_id: text("parent_span_id"),
        is_segment: true,
        name: name("transaction").unwrap_or_else(|| "<unnamed>".to_owned()),
        op: text("op").unwrap_or_else(|| "default".to_owned()),
        status: SpanStatus::of(text("status").as_deref()),
        start: start?,
        end: end?,
        release: name("release"),
        environment: name("environment"),
        server_name: name("server_name"),
        platform: name("platform"),
        ..Span::default()
    };
    span.status_said = text("status");
    span.segment_id = Some(span.span_id.clone());
    span.segment_name = Some(span.name.clone());
    span.sdk = fields.object("sdk", |mut sdk| sdk.text("name", NAME_CHARS_MAX));
    span.user = fields.object("user", User::read).and_then(|user| user.key().map(|(_, key)| key.to_owned()));
    span.tags = fields.text_map("tags", TAGS_MAX, NAME_CHARS_MAX).into_iter().collect();
    read_request(fields, &mut data);
    span.data = data;
    span.settle();
    Some(span)
}

fn read_request(fields: &mut Fields<'_>, data: &mut Map<String, Value>) {
    let request = fields.object("request", |mut request| Some((request.text("method", 32), request.text("url", 2048))));
    let (method, url) = request.unwrap_or_default();
    for (key, value) in [("http.request.method", method), ("url.full", url)] {
        if let Some(value) = value {
            data.entry(key).or_insert_with(|| value.into());
        }
    }
}

/// What the spans within a transaction have of it.
fn common(segment: &Span) -> Span {
    Span {
        trace_id: segment.trace_id.clone(),
        span_id: segment.span_id.clone(),
        segment_id: segment.segment_id.clone(),
        segment_name: segment.segment_name.clone(),
        release: segment.release.clone(),
        environment: segment.environment.clone(),
        server_name: segment.server_name.clone(),
        platform: segment.platform.clone(),
        sdk: segment.sdk.clone(),
        user: segment.user.clone(),
        ..Span::default()
    }
}

/// A span of the older form; within a transaction it has what that one says.
fn within(fields: &mut Fields<'_>, segment: Option<&Span>) -> Option<Span> {
    let common = segment.cloned().unwrap_or_default();
    let (start, end) = (fields.time("start_timestamp"), fields.time("timestamp"));
    let status_said = fields.text("status", NAME_CHARS_MAX);
    let op = fields.text("op", NAME_CHARS_MAX).unwrap_or_else(|| "default".to_owned());
    let mut span = Span {
        trace_id: fields.hex("trace_id").or(segment.map(|segment| segment.trace_id.clone()))?,
        span_id: fields.hex("span_id")?,
        parent_span_id: fields.hex("parent_span_id").or(segment.map(|segment| segment.span_id.clone())),
        is_segment: fields.flag("is_segment").unwrap_or(false),
        name: fields.text("description", 8192).unwrap_or_else(|| op.clone()),
        op,
        status: SpanStatus::of(status_said.as_deref()),
        status_said,
        start: start?,
        end: end?,
        tags: fields.text_map("tags", TAGS_MAX, NAME_CHARS_MAX).into_iter().collect(),
        data: fields.free_map("data", DATA_BOUNDS),
        measurements: measurements(fields),
        http_method: None,
        http_status: None,
        url: None,
        statement: None,
        ..common
    };
    span.settle();
    Some(span)
}

/// `{"lcp": {"value": 1200.5, "unit": "millisecond"}}`; plain numbers too.
fn measurements(fields: &mut Fields<'_>) -> Vec<(String, f64)> {
    let bounds = FreeBounds { entries: MEASUREMENTS_MAX, ..DATA_BOUNDS };
    let Some(Json::Object(all)) = fields.bounded("measurements", bounds) else { return Vec::new() };
    let number = |(name, value): (Cow<'_, str>, Json<'_>)| {
        let told = value.as_object().and_then(|object: &Object<'_>| object.get("value"));
        Some((name.into_owned(), told.and_then(number_of).or_else(|| number_of(&value))?))
    };
    all.into_entries().into_iter().filter_map(number).collect()
}

#[cfg(test)]
mod tests;
