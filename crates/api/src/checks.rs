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
    /// Of the last 90 days, from 0 to 1; none where it was not watched, or nothing was heard of it yet. Planned work is left out.
    pub uptime: Option<f64>,
    /// Whether the public page of states has it, and what it is called there.
    #[serde(default)]
    pub is_public: bool,
    #[serde(default)]
    pub public_name: Option<String>,
    /// Until when work on it is planned that goes on now.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub maintenance_until: Option<Timestamp>,
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

/// The page of states that everybody may see.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct StatusPage {
    pub is_on: bool,
    /// Whether its address cannot be guessed.
    pub is_secret: bool,
    /// What stands above it; empty: what it is.
    pub title: String,
    /// Where it is; none while it is off.
    pub url: Option<String>,
    /// Checks that it has, by their names in addresses.
    pub checks: Vec<String>,
}

/// What is to be different about it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct StatusPageChange {
    pub is_on: Option<bool>,
    pub is_secret: Option<bool>,
    pub title: Option<String>,
    /// An address that cannot be guessed is made anew: the one before leads nowhere.
    pub new_address: bool,
}

/// Work that is planned. Times are RFC 3339 in UTC.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Maintenance {
    pub id: Uuid,
    pub name: String,
    /// `now`, `planned` or `over`.
    pub state: String,
    /// The time of it that is now, or the next.
    #[schema(value_type = Option<String>)]
    pub from: Option<Timestamp>,
    #[schema(value_type = Option<String>)]
    pub until: Option<Timestamp>,
    /// Rules and checks that it is about, by their names; none: everything.
    pub about: Vec<String>,
    /// As it was made.
    #[schema(value_type = Object)]
    pub spec: Value,
    pub created_by: String,
    #[schema(value_type = String)]
    pub created_at: Timestamp,
}

/// Work that is planned, what goes on and comes next first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MaintenancesPage {
    pub rows: Vec<Maintenance>,
    pub next: Option<String>,
}

/// Work to plan: `{"name", "kind": "once", "from", "until"}` or `{"name", "kind": "weekly", "days": [7], "at": "02:00",
/// "minutes": 60, "zone"}`, with `rules` (ids) and `checks` (names or ids) that it is about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = Object)]
pub struct NewMaintenance(pub Value);
