//! What can be set of a project.

use errors::scrubbing::ScrubbingSettings;
use serde::{Deserialize, Serialize};

/// As JSON in the store; what is not said is as by default.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProjectSettings {
    pub scrubbing: ScrubbingSettings,
    /// Items of one category that are taken in a minute. What is beyond is refused, and the client told when to go on.
    pub items_per_minute: u32,
    /// A transaction that takes longer does not satisfy (Apdex); one that takes four times as long frustrates. In ms.
    pub apdex_ms: u32,
}

impl Default for ProjectSettings {
    fn default() -> Self {
        Self { scrubbing: ScrubbingSettings::default(), items_per_minute: 60_000, apdex_ms: 300 }
    }
}

impl ProjectSettings {
    /// Settings that cannot be read are those of the default: what cannot be understood must not let secrets through.
    pub fn read(json: &str) -> Self {
        serde_json::from_str(json).unwrap_or_else(|error| {
            if !json.is_empty() {
                tracing::error!(%error, "the settings of a project cannot be read: the default ones hold");
            }
            Self::default()
        })
    }

    pub fn write(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}
