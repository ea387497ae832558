//! How long requests, tasks and other transactions take, by endpoint.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

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
