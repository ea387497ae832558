//! To come.

use model::{Level, Timestamp};
use serde::{Deserialize, Serialize};

/// One line of a run's story.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    pub at: Timestamp,
    pub level: Level,
    pub event: String,
    pub message: String,
    pub fields: serde_json::Map<String, serde_json::Value>,
}
