//! How long requests, tasks and other transactions take, by endpoint.

use model::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// What the transactions of one name took. Times are in ms.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EndpointFigures {
    /// The slug of the project.
    pub project: String,
    /// `/cart/`, `shop.tasks.send`
    pub name: String,
    /// `http.server`, `queue.task.celery`
    pub op: String,
    pub count: u64,
    pub failed: u64,
    pub users: u64,
    /// From 0 to 1, by the threshold that was asked for.
    pub apdex: f64,
    pub total_ms: f64,
    pub average_ms: f64,
    pub p50_ms: f64,
    pub p75_ms: f64,
    pub p95_ms: f64,
    pub p99_ms: f64,
    pub slowest_ms: f64,
}

/// The endpoint that took most of the time in all first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EndpointList {
    pub rows: Vec<EndpointFigures>,
    /// Whether something was left out: there are more, or the search met a bound.
    pub is_partial: bool,
}

/// Everything that one request or task did, whichever services it went through.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TraceTree {
    /// 32 hex digits.
    pub trace_id: String,
    /// Parents before their children, those of one parent in the order of time.
    pub spans: Vec<SpanLine>,
    /// Queries that are repeated below one span, and those that are slow by themselves.
    pub queries: Vec<QueryFinding>,
    pub errors: Vec<TraceError>,
    /// Whether there are more spans, or not all of the store could be read.
    pub is_partial: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SpanLine {
    /// The slug of the project, or what the service calls itself.
    pub project: String,
    /// 16 hex digits.
    pub span_id: String,
    pub parent_span_id: Option<String>,
    /// In how many spans it lies.
    pub depth: u64,
    /// `http.server`, `db`
    pub op: String,
    pub name: String,
    #[schema(value_type = String, format = DateTime)]
    pub start: Timestamp,
    pub duration_ms: f64,
    /// What of it none of the spans right below took.
    pub own_ms: f64,
    pub failed: bool,
}

/// A query that costs time it need not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct QueryFinding {
    /// Without its values.
    pub statement: String,
    /// How often it was asked below one span: 1 of one that is slow by itself.
    pub count: u64,
    pub duration_ms: f64,
    /// What one query for all of them would spare; of a slow one, all of it.
    pub lost_ms: f64,
    /// The line that asks, where the client tells: `shop/views.py:12 (checkout)`.
    pub asked_at: Option<String>,
    pub first_span_id: String,
    /// The span that asks.
    pub parent_span_id: Option<String>,
}

/// An error that happened in a trace.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TraceError {
    pub project: String,
    #[schema(value_type = String)]
    pub event_id: Uuid,
    pub title: String,
    /// `SHOP-12`; none where it is not counted yet.
    pub issue: Option<String>,
    pub span_id: Option<String>,
}
