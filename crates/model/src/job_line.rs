//! A line of the log of a job.

use crate::{Level, Timestamp};
use serde::{Deserialize, Serialize};

/// One line of the log of a job: what it did, and when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JobLine {
    pub at: Timestamp,
    pub level: Level,
    /// Stable and lower-case, as `started` or `item`: what `fields` mean depends on it.
    pub event: String,
    /// For people, one line.
    pub message: String,
    #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
    pub fields: serde_json::Map<String, serde_json::Value>,
}
