//! What is kept quiet for a while: a silence, or the window of a maintenance.

use model::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Nothing is told of what it is about between its beginning and its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Silence {
    /// `None`: all rules.
    pub rule: Option<Uuid>,
    /// `None`: all subjects.
    pub subject: Option<String>,
    pub from: Timestamp,
    pub until: Timestamp,
}

impl Silence {
    pub fn covers(&self, rule: Uuid, subject: &str, now: Timestamp) -> bool {
        self.from <= now
            && now < self.until
            && self.rule.is_none_or(|one| one == rule)
            && self.subject.as_deref().is_none_or(|one| one == subject)
    }
}
