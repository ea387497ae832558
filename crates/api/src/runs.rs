//! Runs of a command outside Vigie, reported when they are over: a line of cron, wrapped by `vigie run`.

use model::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// One run of a command, from its beginning to its end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RunReport {
    /// Of the job that it becomes: reported twice, it is the same one.
    pub id: Uuid,
    pub name: String,
    /// The program and its arguments.
    pub command: Vec<String>,
    pub host: String,
    pub user: String,
    #[schema(value_type = String)]
    pub started_at: Timestamp,
    #[schema(value_type = String)]
    pub finished_at: Timestamp,
    pub ended: RunEnd,
    pub lines: Vec<OutputLine>,
    /// Lines before these that were not kept.
    #[serde(default)]
    pub lines_left_out: u64,
}

/// How a command ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunEnd {
    /// Its exit status.
    Exited(i32),
    /// The signal that ended it.
    Killed(i32),
    /// It could not be started: why.
    NotStarted(String),
}

impl RunEnd {
    #[must_use]
    pub fn is_success(&self) -> bool {
        *self == Self::Exited(0)
    }
}

/// A line of output.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OutputLine {
    #[schema(value_type = String)]
    pub at: Timestamp,
    /// Whether it came by standard error.
    #[serde(default)]
    pub is_error: bool,
    pub text: String,
}
