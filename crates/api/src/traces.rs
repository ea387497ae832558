//! Traces: what every attempt left behind, and what other programs post.

use crate::text_or_integer;
use model::{ItemState, JobId, Timestamp, TraceId, Verdict};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// What an attempt left behind, or another program posted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Trace {
    #[schema(value_type = Uuid)]
    pub id: TraceId,
    #[schema(value_type = Option<Uuid>)]
    pub job: Option<JobId>,
    pub seq: Option<i64>,
    pub attempt: i64,
    /// What the attempt made of the item; `queued` means that it will be tried again.
    #[schema(value_type = Option<String>)]
    pub outcome: Option<ItemState>,
    pub trace_name: String,
    pub file_name: String,
    pub application_name: String,
    pub flow_name: String,
    pub comment: String,
    pub created_by: String,
    /// Seconds.
    pub time_to_process: f64,
    pub errors: bool,
    #[schema(value_type = Option<Object>)]
    pub verdict: Option<Verdict>,
    #[schema(value_type = String)]
    pub created_at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TracesPage {
    pub rows: Vec<Trace>,
    /// Goes into `cursor` to get the next page; `null` when all was looked through.
    pub next: Option<String>,
    /// One page holds `q`, `user` and other filters without an index against 10,000 traces at the most. Where that ended
    /// it before it was full, this is the moment back to which it looked, and `next` goes on from there.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub searched_until: Option<Timestamp>,
    /// With `count=true`: of all pages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counts: Option<TraceCounts>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TraceCounts {
    pub total: u64,
    pub errors: u64,
}

/// What became of what was posted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AcceptedTraces {
    /// Kept, those that were there before included.
    pub accepted: u64,
    /// Of those, the new ones.
    pub new: u64,
    /// The ids, in the order of posting, of those accepted: at most 10,000.
    pub ids: Vec<Uuid>,
    pub refused: Vec<Refused>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Refused {
    /// From 0: which of those posted; of a sheet, its line.
    pub index: u64,
    pub reason: String,
}

/// A trace as other programs post it. All may be left out.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NewTrace {
    /// Any UUID; a trace posted twice with the same one is kept once.
    pub id: Option<Uuid>,
    pub trace_name: Option<String>,
    pub file_name: Option<String>,
    pub application_name: Option<String>,
    pub flow_name: Option<String>,
    pub comment: Option<String>,
    /// An integer is taken for its digits.
    #[serde(deserialize_with = "text_or_integer")]
    pub created_by: Option<String>,
    /// Seconds.
    pub time_to_process: Option<f64>,
    pub errors: Option<bool>,
    /// The moment of posting, unless it is said.
    #[schema(value_type = Option<String>)]
    pub created_at: Option<Timestamp>,
}
