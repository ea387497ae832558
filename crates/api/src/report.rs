//! What happened in a span of time, a day unless said otherwise, in numbers.

use crate::{jobs::Job, traces::Trace};
use model::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Report {
    /// The day on which it begins.
    pub date: String,
    /// The zone whose day it is.
    pub zone: String,
    /// From when on, and before when.
    #[serde(default = "epoch")]
    #[schema(value_type = String)]
    pub since: Timestamp,
    #[serde(default = "epoch")]
    #[schema(value_type = String)]
    pub until: Timestamp,
    /// Recipients of mailings whose message was accepted in that time, however many attempts it took.
    pub sent: u64,
    /// Recipients who were given up in that time, and have not been served since.
    pub errors: u64,
    /// Recipients of whom it is not known: perhaps sent in that time, and to be settled.
    pub unknown: u64,
    /// Of `sent` and `errors`, in percent to one decimal; `null` when there are none.
    pub success_rate: Option<f64>,
    /// Items of jobs that are no mailings.
    pub other_items: OtherItems,
    /// Traces that other programs have posted about that time, one by one.
    pub traces: PostedTraces,
    /// The time in equal steps, for a chart: `sent` and `errors` add up to those above.
    #[serde(default)]
    pub steps: Vec<ReportStep>,
    /// The last word on those who are not served now, and the errors that other programs have posted.
    pub last_errors: Vec<Trace>,
    /// Jobs that are running or paused now.
    pub running_jobs: Vec<Job>,
    /// Issues first seen in that time, those with most events first.
    #[serde(default)]
    pub new_issues: Vec<ReportedIssue>,
    /// Endpoints by their 95th percentile, the slowest first.
    #[serde(default)]
    pub slow_endpoints: Vec<SlowEndpoint>,
    /// Log lines by level, the worst first; levels without lines are left out.
    #[serde(default)]
    pub log_lines: Vec<LinesOfLevel>,
    #[serde(default)]
    pub checks: ReportedChecks,
    /// What could not be read, and is missing above: `issues`, `endpoints`, `logs`.
    #[serde(default)]
    pub left_out: Vec<String>,
}

fn epoch() -> Timestamp {
    Timestamp::EPOCH
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OtherItems {
    pub succeeded: u64,
    pub failed: u64,
    pub unknown: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PostedTraces {
    pub total: u64,
    pub errors: u64,
}

/// Recipients of one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReportStep {
    #[schema(value_type = String)]
    pub at: Timestamp,
    pub sent: u64,
    pub errors: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReportedIssue {
    /// `SHOP-12`
    pub short_id: String,
    pub title: String,
    pub events: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SlowEndpoint {
    pub project: String,
    pub name: String,
    pub p95_ms: u64,
    pub requests: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LinesOfLevel {
    pub level: String,
    pub lines: u64,
}

/// How checks stand now, and how often they went down in that time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReportedChecks {
    pub up: u64,
    pub late: u64,
    pub down: u64,
    /// Those that would be late or down, were there no planned maintenance.
    #[serde(default)]
    pub maintenance: u64,
    /// Outages that began in that time; planned maintenance is none.
    pub outages: u64,
    /// Those that are late or down, the longest first.
    pub in_trouble: Vec<CheckInTrouble>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CheckInTrouble {
    pub name: String,
    /// `late` or `down`.
    pub state: String,
    #[schema(value_type = String)]
    pub since: Timestamp,
}

/// A report that goes out by e-mail: what a schedule of the kind `report` does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportMail {
    /// Addresses; each gets a message of its own.
    pub to: Vec<String>,
    /// The sending account. The only one there is, unless it is said.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub account: String,
    /// The sender. The address with which the account logs in, unless it is said.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub from: String,
    /// `en` or `fr`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub language: String,
    /// Which time a scheduled report is about: `last` (since the one before), `day` (the day before), `week` (the seven
    /// days before).
    #[serde(default)]
    pub period: ReportPeriod,
    /// Nothing is sent where nothing went wrong.
    #[serde(default)]
    pub only_errors: bool,
}

/// Which time a scheduled report is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReportPeriod {
    #[default]
    Last,
    Day,
    Week,
}

impl ReportPeriod {
    pub const ALL: [Self; 3] = [Self::Last, Self::Day, Self::Week];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Last => "last",
            Self::Day => "day",
            Self::Week => "week",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|period| period.as_str() == text)
    }
}

/// A report to be sent now.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SendReport {
    /// As `since` of `GET /api/v1/report`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    pub mail: ReportMail,
}

/// What became of it: a job, whose items are the addresses; none where nothing went wrong and `only_errors` was asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SentReport {
    pub job: Option<Job>,
}
