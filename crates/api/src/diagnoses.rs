//! Diagnoses: why a run stopped, by the logs of this machine.

use model::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

/// What is asked. A moment has to be named: in the phrase, by `at`, by `since` or by `job`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NewDiagnosis {
    /// In English or French: `the mailing stopped at 22:20`.
    pub phrase: String,
    /// `22:20`, or a date and time; goes before the phrase.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// How many minutes before and after are looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window_minutes: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// A part of the path of the request that sends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The folder of the application.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app_root: Option<String>,
    /// The systemd unit of the application.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Further log files: patterns.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub logs: Vec<String>,
    /// A job of Vigie that it is about: its end is the moment, and its items say who was served.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job: Option<Uuid>,
    /// Who was to get the message, as CSV. It is not kept.
    #[serde(skip_serializing)]
    pub recipients: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DiagnosisState {
    Running,
    Done,
    /// It could not be answered: `error` says why.
    Failed,
    /// Vigie ended while it was reading.
    Interrupted,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Diagnosis {
    pub id: Uuid,
    pub state: DiagnosisState,
    pub question: NewDiagnosis,
    pub asked_by: String,
    #[schema(value_type = String)]
    pub created_at: Timestamp,
    #[schema(value_type = Option<String>)]
    pub finished_at: Option<Timestamp>,
    /// `cause`, `insufficient`, `ended_normally`, `stopped_by_person`, `still_running` or `nothing`.
    pub verdict: Option<String>,
    /// The word of the cause that is named.
    pub cause: Option<String>,
    pub error: Option<String>,
    /// Everything that was found out; only where one is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report: Option<Value>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DiagnosisList {
    pub rows: Vec<Diagnosis>,
    pub next: Option<String>,
}
