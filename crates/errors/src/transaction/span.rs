//! One thing that took time.

use super::{NAME_CHARS_MAX, normalised, page};
use crate::{
    document::{attribute, attributes},
    fields::Fields,
};
use model::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};
use std::{collections::BTreeMap, time::Duration};

const NAME_OF_SPAN_CHARS_MAX: usize = 8192;

/// A span: of a transaction, or one that came by itself. Ids are lower-case hex: 32 digits of a trace, 16 of a span.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Span {
    pub trace_id: String,
    pub span_id: String,
    pub parent_span_id: Option<String>,
    /// Whether a service was entered by it: a request, a task.
    pub is_segment: bool,
    /// The segment that it is part of.
    pub segment_id: Option<String>,
    /// The segment's name: the endpoint.
    pub segment_name: Option<String>,
    /// `http.server`, `db`, `queue.task.celery`; `default` where nothing is told.
    pub op: String,
    /// What people read: a route, a statement, a URL.
    pub name: String,
    pub status: SpanStatus,
    /// As the client wrote it: `internal_error`.
    pub status_said: Option<String>,
    pub start: Timestamp,
    /// Never before the start.
    pub end: Timestamp,
    pub release: Option<String>,
    pub environment: Option<String>,
    pub server_name: Option<String>,
    pub platform: Option<String>,
    pub sdk: Option<String>,
    /// What tells the user from others.
    pub user: Option<String>,
    pub http_method: Option<String>,
    pub http_status: Option<u16>,
    pub url: Option<String>,
    /// Of a query to a database: the statement without its values.
    pub statement: Option<String>,
    /// By name, in the unit that is usual for it: milliseconds, bytes, shares.
    pub measurements: Vec<(String, f64)>,
    pub tags: BTreeMap<String, String>,
    pub data: Map<String, Value>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SpanStatus {
    /// Nothing is told: it is taken for well.
    #[default]
    Unset,
    Ok,
    /// Whoever asked gave up: no failure of the service.
    Cancelled,
    Error,
}

impl SpanStatus {
    /// By the names of gRPC's codes, which clients use; numbers are HTTP's.
    pub(super) fn of(said: Option<&str>) -> Self {
        match said {
            None | Some("" | "unset" | "unknown") => Self::Unset,
            Some("ok" | "success") => Self::Ok,
            Some("cancelled") => Self::Cancelled,
            Some(code) => match code.parse::<u16>() {
                Ok(code) if code < 500 => Self::Ok,
                _ => Self::Error,
            },
        }
    }

    pub fn is_failure(self) -> bool {
        self == Self::Error
    }
}

impl Span {
    /// A span of the newer form, which says everything in attributes.
    pub(super) fn of_attributes(fields: &mut Fields<'_>) -> Option<Self> {
        let data = attributes(fields);
        let said = |keys: &[&str]| attribute(&data, keys);
        let status_said = fields.text("status", NAME_CHARS_MAX);
        let op = said(&["sentry.op"]).unwrap_or_else(|| "default".to_owned());
        let mut span = Self {
            trace_id: fields.hex("trace_id")?,
            span_id: fields.hex("span_id")?,
            parent_span_id: fields.hex("parent_span_id"),
            is_segment: fields.flag("is_segment").unwrap_or(false),
            segment_id: said(&["sentry.segment.id"]),
            segment_name: said(&["sentry.segment.name", "sentry.transaction"]),
            name: fields
                .text("name", NAME_OF_SPAN_CHARS_MAX)
                .or_else(|| said(&["sentry.description"]))
                .unwrap_or_else(|| op.clone()),
            op,
            status: SpanStatus::of(status_said.as_deref()),
            status_said: said(&["sentry.status.message"]).or(status_said),
            start: fields.time("start_timestamp")?,
            end: fields.time("end_timestamp")?,
            release: said(&["sentry.release", "service.version"]),
            environment: said(&["sentry.environment", "deployment.environment.name"]),
            server_name: said(&["server.name", "host.name", "server.address"]),
            platform: said(&["sentry.platform"]),
            sdk: said(&["sentry.sdk.name"]),
            user: said(&["user.id", "user.email", "user.name", "user.ip_address"]),
            ..Self::default()
        };
        span.data = data.into_iter().filter(|(name, _)| !name.starts_with("sentry.")).collect();
        if span.is_segment {
            span.segment_id.get_or_insert_with(|| span.span_id.clone());
            span.segment_name.get_or_insert_with(|| span.name.clone());
            span.name_page();
        }
        span.settle();
        Some(span)
    }

    /// Of a page that has no route, the path says which it was.
    fn name_page(&mut self) {
        let path = attribute(&self.data, &["url.path"]);
        if let Some(path) = path.filter(|_| self.segment_name.as_deref().is_some_and(page::is_routeless)) {
            self.name = page::endpoint(&path);
            self.segment_name = Some(self.name.clone());
        }
    }

    /// Fills in what follows from the rest.
    pub(super) fn settle(&mut self) {
        self.end = self.end.max(self.start);
        let said = |keys: &[&str]| attribute(&self.data, keys);
        self.http_method = said(&["http.request.method", "http.method", "method"]);
        let status = said(&["http.response.status_code", "http.status_code", "status_code"]);
        self.http_status =
            status.or_else(|| self.tags.get("http.status_code").cloned()).and_then(|code| code.parse().ok());
        self.url = said(&["url.full", "http.url", "url"]);
        let query = said(&["db.query.text", "db.statement"]);
        if query.is_some() || self.is_query() {
            self.statement = Some(normalised(query.as_deref().unwrap_or(&self.name)));
        }
    }

    fn is_query(&self) -> bool {
        self.op == "db" || self.op.starts_with("db.sql") || self.op.starts_with("db.query")
    }

    pub fn duration(&self) -> Duration {
        self.end.since(self.start)
    }

    /// The line that began it, where the client tells: `shop/views.py:12 (checkout)`.
    pub fn asked_at(&self) -> Option<String> {
        let said = |keys: &[&str]| attribute(&self.data, keys);
        let mut place = said(&["code.file.path", "code.filepath"])?;
        if let Some(line) = said(&["code.line.number", "code.lineno"]) {
            place = format!("{place}:{line}");
        }
        match said(&["code.function.name", "code.function"]) {
            Some(function) => Some(format!("{place} ({function})")),
            None => Some(place),
        }
    }
}
