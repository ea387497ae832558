//! Checks: what is watched, how it stands, and what was heard of it.

use model::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

/// A check. Times are RFC 3339 in UTC.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Check {
    pub id: Uuid,
    pub name: String,
    /// Its name in addresses.
    pub slug: String,
    /// `heartbeat`, `http`, `tcp` or `dns`.
    pub kind: String,
    /// `new`, `up`, `late`, `down` or `paused`.
    pub state: String,
    #[schema(value_type = String)]
    pub since: Timestamp,
    /// Why it is down: `missed`, `failed`, `exited`, `too_long`, `too_little`, `unreachable` …
    pub why: Option<String>,
    /// As the other side has it.
    pub detail: Option<String>,
    /// What is called when it is done. Only for those who may change it.
    pub ping_url: Option<String>,
    /// When it was last heard of, or asked.
    #[schema(value_type = Option<String>)]
    pub last_at: Option<Timestamp>,
    /// When it is due, or is asked next.
    #[schema(value_type = Option<String>)]
    pub expected_at: Option<Timestamp>,
    /// How long the last run took, or the last answer.
    pub took_ms: Option<u64>,
    #[schema(value_type = Option<String>)]
    pub certificate_ends: Option<Timestamp>,
    /// Of the last 90 days, from 0 to 1; none where it was not watched.
    pub uptime: Option<f64>,
    pub pings: u64,
    /// As it was made.
    #[schema(value_type = Object)]
    pub spec: Value,
    pub created_by: String,
    #[schema(value_type = String)]
    pub created_at: Timestamp,
}

/// Checks, by name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ChecksPage {
    pub rows: Vec<Check>,
    pub next: Option<String>,
}

/// What is to be watched.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = Object)]
pub struct NewCheck(pub Value);

/// Something that was heard of a check.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CheckPing {
    pub no: i64,
    #[schema(value_type = String)]
    pub at: Timestamp,
    /// `success`, `start`, `fail`, `log`, `exit 3`
    pub kind: String,
    pub run: Option<Uuid>,
    pub took_ms: Option<u64>,
    /// From which address it came.
    pub source: String,
    /// What it said; of the last 20.
    pub body: String,
}

/// What was heard of a check, the newest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CheckPings {
    pub rows: Vec<CheckPing>,
    pub next: Option<String>,
}
