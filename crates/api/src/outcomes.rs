//! The feed of outcomes: each once, in the order in which they were stored.

use model::{ItemState, JobId, Timestamp, TraceId, Verdict};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Outcomes, and where to go on. There may be more later: `next` is always there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Outcomes {
    pub outcomes: Vec<Outcome>,
    pub next: i64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Outcome {
    /// Its place in the feed.
    pub no: i64,
    /// The same at every delivery.
    #[schema(value_type = Uuid)]
    pub id: TraceId,
    #[schema(value_type = Option<Uuid>)]
    pub job: Option<JobId>,
    /// The name of the job.
    pub mailing: String,
    pub seq: Option<i64>,
    /// The values of the key columns; without any, of the whole row.
    pub key: Vec<String>,
    pub label: String,
    /// `succeeded`, `failed`, `unknown`, `skipped`, or `queued`: to be tried again.
    #[schema(value_type = Option<String>)]
    pub outcome: Option<ItemState>,
    pub attempt: i64,
    pub file_name: String,
    pub comment: String,
    #[schema(value_type = Option<Object>)]
    pub verdict: Option<Verdict>,
    #[schema(value_type = String)]
    pub at: Timestamp,
}
