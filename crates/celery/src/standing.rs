//! How a broker is reached, as people read it.

use model::Timestamp;
use serde::{Deserialize, Serialize};

/// What is known of a broker, beside its name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Standing {
    /// Without the password.
    pub url: String,
    pub reach: Reach,
    pub since: Timestamp,
    /// Why it is not reached, as it was said.
    pub error: Option<String>,
    pub last_event_at: Option<Timestamp>,
    /// Events since this process began, messages that were none, and events for which there was no room.
    pub events: u64,
    pub unread: u64,
    pub dropped: u64,
    /// Why the last message that was none could not be read.
    pub problem: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reach {
    Connecting,
    Connected,
    Away,
}

impl Reach {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Connecting => "connecting",
            Self::Connected => "connected",
            Self::Away => "away",
        }
    }
}

impl Standing {
    pub fn new(url: String, since: Timestamp) -> Self {
        Self {
            url,
            reach: Reach::Connecting,
            since,
            error: None,
            last_event_at: None,
            events: 0,
            unread: 0,
            dropped: 0,
            problem: None,
        }
    }

    pub fn of(json: &str) -> Option<Self> {
        serde_json::from_str(json).ok()
    }

    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}
