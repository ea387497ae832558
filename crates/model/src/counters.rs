//! How many items of a job stand in which state.

use crate::ItemState;
use serde::{Deserialize, Serialize};

/// The counts of one job's items. `total` is the sum of the rest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counters {
    pub total: u64,
    pub queued: u64,
    pub running: u64,
    pub succeeded: u64,
    pub failed: u64,
    pub unknown: u64,
    pub skipped: u64,
}

impl Counters {
    /// Items whose fate is settled as far as the run goes: succeeded, failed, unknown or skipped.
    pub const fn processed(&self) -> u64 {
        self.succeeded + self.failed + self.unknown + self.skipped
    }

    pub const fn remaining(&self) -> u64 {
        self.total.saturating_sub(self.processed())
    }

    /// 0 to 100; an empty job is done.
    pub fn percent(&self) -> f64 {
        if self.total == 0 { 100.0 } else { self.processed() as f64 * 100.0 / self.total as f64 }
    }

    pub const fn get(&self, state: ItemState) -> u64 {
        match state {
            ItemState::Queued => self.queued,
            ItemState::Running => self.running,
            ItemState::Succeeded => self.succeeded,
            ItemState::Failed => self.failed,
            ItemState::Unknown => self.unknown,
            ItemState::Skipped => self.skipped,
        }
    }
}
