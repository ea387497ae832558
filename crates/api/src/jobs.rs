//! Jobs: what they are made of, how they stand, and what they are told.

use crate::{accounts::AnsweredLimits, text_or_integer, traces::NewTrace};
use model::{JobId, JobState, Level, OnUnknown, Timestamp, pace::Limits};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

/// A job. Times are RFC 3339 in UTC.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Job {
    #[schema(value_type = Uuid)]
    pub id: JobId,
    // A text: a kind that is not known here is listed all the same.
    pub kind: String,
    pub name: String,
    /// `preparing`, `pending`, `running`, `paused`, `completed`, `failed` or `cancelled`.
    #[schema(value_type = String)]
    pub state: JobState,
    /// `hold`, `verify` or `repeat`.
    #[schema(value_type = String)]
    pub on_unknown: OnUnknown,
    pub account: Option<Uuid>,
    /// The run's own limits, held beside those of its account; left out where it has none.
    #[serde(default, deserialize_with = "AnsweredLimits::deserialize", skip_serializing_if = "Limits::is_empty")]
    #[schema(value_type = Object)]
    pub limits: Limits,
    pub application_name: String,
    pub flow_name: String,
    /// The user, as the caller named them.
    pub created_by: String,
    pub task_type: String,
    pub task_id: String,
    pub total: u64,
    pub queued: u64,
    pub running: u64,
    pub succeeded: u64,
    pub failed: u64,
    pub unknown: u64,
    pub skipped: u64,
    /// The last thing that was said of it.
    pub message: String,
    /// Why it is paused, failed or cancelled.
    pub reason: Option<Reason>,
    /// When a pause ends by itself.
    #[schema(value_type = Option<String>)]
    pub resumes_at: Option<Timestamp>,
    pub version: i64,
    #[schema(value_type = String)]
    pub created_at: Timestamp,
    #[schema(value_type = String)]
    pub updated_at: Timestamp,
    #[schema(value_type = Option<String>)]
    pub started_at: Option<Timestamp>,
    #[schema(value_type = Option<String>)]
    pub finished_at: Option<Timestamp>,
    /// How long it ran until `updated_at`, to the millisecond: without pauses, and without the time between its end and a
    /// retry.
    #[serde(default)]
    pub active_seconds: f64,
    /// The frozen settings; left out in lists, and of kinds that only an administrator may make.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Object)]
    pub spec: Option<Value>,
}

impl Job {
    /// Items that are over, whatever came of them.
    #[must_use]
    pub fn processed(&self) -> u64 {
        self.succeeded + self.failed + self.unknown + self.skipped
    }

    /// Whether another program runs it.
    #[must_use]
    pub fn is_external(&self) -> bool {
        self.kind == "external"
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Reason {
    pub code: String,
    pub detail: String,
}

impl Reason {
    /// In words, or the code where there are none.
    #[must_use]
    pub fn said(&self) -> &str {
        if self.detail.is_empty() { &self.code } else { &self.detail }
    }
}

/// Jobs. `next` goes into `cursor` to get the next page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct JobsPage {
    pub rows: Vec<Job>,
    pub next: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JobToken {
    pub token: String,
}

/// What a job is made of.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewJob {
    /// Any UUID that the caller chose; a new one otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    /// `external` unless said otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    pub name: String,
    /// Items that an external job announces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
    /// An integer is taken for its digits. `created_by` is another name for it.
    #[serde(
        default,
        alias = "created_by",
        deserialize_with = "text_or_integer",
        skip_serializing_if = "Option::is_none"
    )]
    pub user: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task_type: Option<String>,
    #[serde(default, deserialize_with = "text_or_integer", skip_serializing_if = "Option::is_none")]
    pub task_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flow: Option<String>,
    /// The settings, as the kind has them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub spec: Option<Value>,
    /// The name of an account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The run's own limits, held beside those of its account: per_second, per_minute, per_hour, daily, batch. It may be
    /// slower than the account allows, never faster.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub limits: Limits,
    /// `hold` (unless said otherwise), `verify` or `repeat`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub on_unknown: Option<OnUnknown>,
    /// How a mailing tells, by the ledger of its name, which rows were sent before: `key_and_content` (unless said
    /// otherwise), or `key`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ledger: Option<LedgerRule>,
    /// Needed for any kind but `external`: items follow, then `ready`.
    #[serde(default)]
    pub prepare: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = LedgerJson)]
pub enum LedgerRule {
    Key,
    KeyAndContent,
}

/// The job, and the token with which its progress can be followed, and nothing else.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CreatedJob {
    #[serde(flatten)]
    pub job: Job,
    pub token: String,
}

/// How much further an external job is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Advance {
    /// How many more were processed, the failed ones included.
    pub processed: u64,
    /// How many of those failed.
    pub failed: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// A new total, when there are more or fewer items than thought.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
    /// What was processed, to be listed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace: Option<NewTrace>,
    /// A call repeated with the same key counts once; the header `Idempotency-Key` says the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<String>,
}

/// What is said along with a change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct JobNote {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// Why a person pauses a job, and what they say of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Pausing {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    #[schema(value_type = Option<String>)]
    pub reason: PauseReason,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PauseReason {
    #[default]
    ByHand,
    /// The command that ran it was ended by Ctrl-C.
    Interrupted,
}

/// The job, and the account whose pause ended with the job's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Resumed {
    #[serde(flatten)]
    pub job: Job,
    /// `null` when its account was not waiting for a person.
    pub account_resumed: Option<String>,
}

/// The job, and how many items are tried again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Retried {
    pub job: Job,
    pub retried: u64,
}

/// The shape of `jobs::Progress`, described.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Progress {
    #[schema(value_type = Uuid)]
    pub job_id: JobId,
    /// `preparing`, `pending`, `running`, `paused`, `completed`, `failed` or `cancelled`.
    #[schema(value_type = String)]
    pub status: JobState,
    pub total: u64,
    pub processed: u64,
    pub succeeded: u64,
    pub failed: u64,
    pub unknown: u64,
    pub skipped: u64,
    pub remaining: u64,
    /// 0 to 100, to one decimal.
    pub percent: f64,
    /// Items per second.
    pub rate: f64,
    /// Only while it runs and the rate is known.
    pub eta_seconds: Option<u64>,
    /// When the first of the items that are left is tried again, while they all wait for that.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub waiting_until: Option<Timestamp>,
    /// How many wait so.
    #[serde(default)]
    pub waiting: u64,
    pub message: String,
    pub reason: Option<Reason>,
    #[schema(value_type = Option<String>)]
    pub resumes_at: Option<Timestamp>,
    #[schema(value_type = Option<String>)]
    pub started_at: Option<Timestamp>,
    #[schema(value_type = Option<String>)]
    pub finished_at: Option<Timestamp>,
    pub version: i64,
}

/// One line of the run log of a job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogLine {
    /// The place behind this line.
    pub next: u64,
    pub at: Timestamp,
    pub level: Level,
    pub event: String,
    pub message: String,
}

/// Lines, and where to go on. There may be more later: `next` is always there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogPage<Line = LogLine> {
    pub rows: Vec<Line>,
    pub next: u64,
}

/// What a problem says besides, where one name means several jobs: the newest of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidates {
    pub candidates: Vec<Candidate>,
}

/// One of several jobs that a name may mean.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    pub id: JobId,
    pub state: JobState,
    pub name: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn job() -> Value {
        json!({
            "id": "7f3b0c52-0000-4000-8000-000000000001", "kind": "of a newer server", "name": "Factures",
            "state": "paused", "on_unknown": "hold", "account": null, "application_name": "vigie",
            "flow_name": "send_mail", "created_by": "", "task_type": "", "task_id": "", "total": 4, "queued": 1,
            "running": 0, "succeeded": 1, "failed": 1, "unknown": 1, "skipped": 0, "message": "",
            "reason": {"code": "by_hand", "detail": ""}, "resumes_at": null, "version": 3,
            "created_at": "2025-01-10T14:00:00.000000Z", "updated_at": "2025-01-10T14:00:01.000000Z",
            "started_at": null, "finished_at": null, "active_seconds": 0.0,
        })
    }

    #[test]
    fn who_made_a_job_is_given_under_either_name_as_text_or_integer() {
        for given in [json!({"name": "a", "user": 7}), json!({"name": "a", "created_by": 7})] {
            let job: NewJob = serde_json::from_value(given).unwrap();
            assert_eq!(job.user.as_deref(), Some("7"));
        }
    }

    #[test]
    fn an_answer_may_say_more_and_never_less() {
        let mut said = job();
        said["account_resumed"] = json!("compta");
        said["added"] = json!({"by": "a newer server"});
        let Resumed { job: read, account_resumed } = serde_json::from_value(said).unwrap();
        assert_eq!((read.processed(), read.reason.as_ref().map(Reason::said)), (3, Some("by_hand")));
        assert_eq!(account_resumed.as_deref(), Some("compta"));
        assert_eq!(json!(read).to_string(), job().to_string(), "what is read is written alike");

        let mut said = job();
        said.as_object_mut().unwrap().remove("total");
        let error = serde_json::from_value::<Job>(said).unwrap_err();
        assert_eq!(error.to_string(), "missing field `total`");
    }

    #[test]
    fn a_request_says_what_it_means_and_nothing_else() {
        let new = NewJob { name: "n".into(), prepare: true, ledger: Some(LedgerRule::Key), ..NewJob::default() };
        let said = json!(new);
        assert_eq!(said["ledger"], "key");
        assert!(said.get("total").is_none(), "an older server is told nothing that it does not know");
        assert_eq!(serde_json::from_value::<NewJob>(said).unwrap(), new);
        let by_number = serde_json::from_value::<NewJob>(json!({"name": "n", "user": 7})).unwrap();
        assert_eq!(by_number.user.as_deref(), Some("7"));
        assert!(serde_json::from_value::<NewJob>(json!({"name": "n", "totl": 1})).is_err());
    }
}
