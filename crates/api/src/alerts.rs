//! Alerts: what was found, the rules that find it, the channels that are told. What is secret of a channel is never shown.

use crate::accounts::secret;
use model::Timestamp;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

/// What is wrong, or was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Alert {
    pub id: Uuid,
    pub rule: Uuid,
    /// `failed_job`, `new_issue` …; none where the rule was deleted.
    pub kind: Option<String>,
    /// The rule's own name, where it has one.
    pub rule_name: Option<String>,
    /// `info`, `warning` or `critical`
    pub severity: String,
    /// `pending`, `firing`, `resolved` or `expired`
    pub state: String,
    /// What it is about: a job, a project, a worker.
    pub name: String,
    /// The last example.
    pub example: String,
    /// The page that shows what it is about.
    pub path: String,
    /// What was measured last.
    pub value: Option<f64>,
    /// Of a job that is over and did some of its work: what it left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<AlertLeft>,
    pub count: u64,
    #[schema(value_type = String)]
    pub since: Timestamp,
    #[schema(value_type = String)]
    pub last_at: Timestamp,
    #[schema(value_type = Option<String>)]
    pub ended_at: Option<Timestamp>,
    pub acknowledged_by: Option<String>,
    #[schema(value_type = Option<String>)]
    pub acknowledged_at: Option<Timestamp>,
}

/// What a job that is over left undone, of which it did the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AlertLeft {
    pub is_mailing: bool,
    pub failed: u64,
    pub unknown: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AlertPage {
    pub rows: Vec<Alert>,
    pub next: Option<String>,
}

/// For how long nothing is said.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSilence {
    /// From 1 to 43,200.
    pub minutes: u64,
    #[serde(default)]
    pub reason: String,
}

/// A rule. Its fields depend on its kind: `{"kind": "error_rate", "more_than": 10, "within_s": 60, …}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AlertRules {
    #[schema(value_type = Vec<Object>)]
    pub rows: Vec<Value>,
    pub next: Option<String>,
}

/// What a rule would have done in the last seven days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AlertPreview {
    pub fired: u64,
    /// To each channel.
    pub messages: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ChannelRow {
    pub id: Uuid,
    pub name: String,
    /// `{"type": "slack", "language": "en", "takes_all": true}`, and what its type has besides.
    #[schema(value_type = Object)]
    pub settings: Value,
    #[schema(value_type = Option<String>)]
    pub failing_since: Option<Timestamp>,
    pub last_error: Option<String>,
    /// The same in its parts: `{"code": "answered", "status": 404, …}`.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub last_failure: Option<Value>,
    #[schema(value_type = Option<String>)]
    pub last_sent_at: Option<Timestamp>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ChannelList {
    pub rows: Vec<ChannelRow>,
    pub next: Option<String>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewChannel {
    pub name: String,
    /// As in the answer: `{"type": "email", "account": "ops", "from": "…", "to": ["…"], "language": "en", "takes_all": true}`.
    #[schema(value_type = Object)]
    pub settings: Value,
    /// Of the hook, or of the server.
    #[serde(default, serialize_with = "secret", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub url: Option<SecretString>,
    /// A bot's token, an access token, or the key that signs (`whsec_…`), which is made where none is given.
    #[serde(default, serialize_with = "secret", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub token: Option<SecretString>,
}

/// What came of a test.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ChannelTest {
    pub delivered: bool,
    /// Why not.
    pub error: Option<String>,
    /// The same in its parts.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub failure: Option<Value>,
}
