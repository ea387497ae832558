//! Schedules: when a job comes again, and what became of each time.

use model::{JobId, MissedPolicy, OverlapPolicy, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

/// A schedule. Times are RFC 3339 in UTC.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Schedule {
    pub id: Uuid,
    pub name: String,
    /// `mail`, `report`, `log_query`, `command` or `http`.
    pub kind: String,
    /// As it was written: `0 8 * * MON`, `@daily`, `every 15 min`, `2026-12-24 08:00`.
    pub when: String,
    /// The same in words, in the language that is asked for.
    pub said: String,
    /// By its name in the IANA database: `Europe/Paris`.
    pub zone: String,
    pub days_off: Vec<String>,
    /// Over how long schedules that are due together are spread.
    pub jitter_seconds: u64,
    /// `skip`, `once` or `all`.
    #[schema(value_type = String)]
    pub missed: MissedPolicy,
    /// `skip`, `queue` or `replace`.
    #[schema(value_type = String)]
    pub overlap: OverlapPolicy,
    /// `active`, `paused`, or `ended`: never due again.
    pub state: String,
    /// When the next run begins.
    #[schema(value_type = Option<String>)]
    pub next_at: Option<Timestamp>,
    pub last_run: Option<ScheduleRun>,
    /// What is done, as the kind has it; left out of kinds that only an administrator may make, for others.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub spec: Option<Value>,
    pub created_by: String,
    #[schema(value_type = String)]
    pub created_at: Timestamp,
    #[schema(value_type = String)]
    pub updated_at: Timestamp,
    pub version: i64,
}

/// Schedules, by name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SchedulesPage {
    pub rows: Vec<Schedule>,
    pub next: Option<String>,
}

/// What a schedule is made of.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSchedule {
    pub name: String,
    /// `mail`, `report`, `log_query`, `command` or `http`.
    pub kind: String,
    /// Five cron fields, six with seconds first, a nickname (`@daily`), an interval (`every 15 min`), or a moment
    /// (`2026-12-24 08:00`).
    pub when: String,
    /// The server's own unless said otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// `2026-12-24`, `12-24` for each year, `sun`, `holidays-fr`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub days_off: Vec<String>,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub jitter_seconds: u64,
    /// Runs that came due while nothing ran: `skip`, `once` (unless said otherwise) or `all`.
    #[serde(default)]
    #[schema(value_type = String)]
    pub missed: MissedPolicy,
    /// A run that is due while the one before is not over: `skip` (unless said otherwise), `queue` or `replace`.
    #[serde(default)]
    #[schema(value_type = String)]
    pub overlap: OverlapPolicy,
    /// `{"command": …}` as command jobs have it, `{"url": …}` as HTTP jobs do; for mail `{"draft": id}`, with
    /// `"recipients"` a list on the server that is read again at each run, or `{"file": …, "account": …}`; for reports
    /// `{"to": […], "account": …}`. For a search of the logs `{"query": …, "application": …, "within_seconds": …, "lines": …}`,
    /// and where its result is sent `"to"`, `"account"`, `"from"` and `"language"`, only for more lines than `"above"` or
    /// fewer than `"below"`.
    #[schema(value_type = Object)]
    pub spec: Value,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// One time that a schedule was due, or was run by hand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ScheduleRun {
    #[schema(value_type = String)]
    pub due_at: Timestamp,
    /// `waiting`, `started`, `failed` (no job could be made), `missed`, or `skipped` (the one before was not over).
    pub state: String,
    pub by_hand: bool,
    #[schema(value_type = Option<Uuid>)]
    pub job: Option<JobId>,
    /// How the job stands, where it is known.
    pub job_state: Option<String>,
    /// How many times it stands for: missed ones are noted together.
    pub times: u64,
    /// Why it did not start.
    pub detail: String,
}

/// Runs, the last first. `next` goes into `cursor` to get the next page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ScheduleRuns {
    pub rows: Vec<ScheduleRun>,
    pub next: Option<String>,
}

/// When something would run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SchedulePreview {
    /// In words, in the language that is asked for.
    pub said: String,
    pub zone: String,
    /// The next times.
    #[schema(value_type = Vec<String>)]
    pub next: Vec<Timestamp>,
}

/// What the house does for itself again and again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MaintenanceWork {
    pub name: String,
    /// Which process does it for itself; empty where one does it for all.
    pub place: String,
    #[schema(value_type = String)]
    pub next_at: Timestamp,
    #[schema(value_type = Option<String>)]
    pub started_at: Option<Timestamp>,
    #[schema(value_type = Option<String>)]
    pub ended_at: Option<Timestamp>,
    /// Since the last success.
    pub failures: i64,
    pub last_error: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MaintenancePage {
    pub rows: Vec<MaintenanceWork>,
    pub next: Option<String>,
}
