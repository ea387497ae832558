//! Processes that run jobs.

use model::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Worker {
    /// The fencing token of its claims.
    pub token: i64,
    pub name: String,
    pub pid: i64,
    #[schema(value_type = String)]
    pub started_at: Timestamp,
    #[schema(value_type = String)]
    pub heartbeat_at: Timestamp,
    #[schema(value_type = String)]
    pub lease_until: Timestamp,
    #[schema(value_type = Option<String>)]
    pub ended_at: Option<Timestamp>,
    /// What it says of itself.
    #[schema(value_type = Object)]
    pub status: Value,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Workers {
    pub rows: Vec<Worker>,
    pub next: Option<String>,
}
