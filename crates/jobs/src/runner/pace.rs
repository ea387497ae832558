//! How fast messages have been leaving lately, which decides how far ahead to claim.

use model::{Timestamp, pace::BURST};

/// Messages per second lately, for how far ahead to claim.
#[derive(Default)]
pub(super) struct Pace {
    since: Option<Timestamp>,
    count: u64,
    pub(super) per_second: f64,
}

impl Pace {
    pub(super) fn add(&mut self, now: Timestamp, messages: u64) {
        if self.since.is_some_and(|since| now < since) {
            // The clock was set back.
            (self.since, self.count) = (Some(now), 0);
        }
        self.count += messages;
        let since = *self.since.get_or_insert(now);
        let elapsed = now.since(since);
        if elapsed >= BURST {
            self.per_second = 0.5 * self.per_second + 0.5 * (self.count as f64 / elapsed.as_secs_f64());
            (self.since, self.count) = (Some(now), 0);
        }
    }
}
