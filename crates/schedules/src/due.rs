//! What is to begin now, and what was missed while nobody looked.

use crate::Timing;
use model::{MissedPolicy, Timestamp};
use std::time::Duration;

/// What begins so long after it was due is on time: a restart takes less.
pub const ON_TIME: Duration = Duration::from_secs(60);
/// Missed runs that are caught up with at once.
const CAUGHT_UP_MAX: usize = 100;
/// Missed runs that are counted.
const COUNTED_MAX: usize = 10_000;
/// Where there were more, the last is looked for in so long.
const LOOKED_BACK: Duration = Duration::from_secs(3_600);

/// What to do at a moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Due {
    /// Begin these, each by the moment it was due at, the oldest first.
    pub begin: Vec<Timestamp>,
    /// These are left out.
    pub missed: Option<MissedRuns>,
    /// When to look again; `None`: it is never due again.
    pub next: Option<Timestamp>,
}

/// Runs that were missed and are not caught up with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MissedRuns {
    pub first: Timestamp,
    pub last: Timestamp,
    /// Where it is over 10,000, there may be more.
    pub count: u64,
}

impl Timing {
    /// What is to be done at `now` by a schedule that was to be looked at at `first`, when it is due.
    pub fn due(&self, policy: MissedPolicy, first: Timestamp, now: Timestamp) -> Due {
        let mut dues = self.between(first, now);
        let kept = match policy {
            MissedPolicy::All => CAUGHT_UP_MAX,
            MissedPolicy::Once => 1,
            MissedPolicy::Skip => dues.iter().rev().take_while(|due| now.since(**due) <= ON_TIME).count(),
        };
        let begin = dues.split_off(dues.len().saturating_sub(kept));
        let missed = dues.first().zip(dues.last()).map(|(first, last)| MissedRuns {
            first: *first,
            last: *last,
            count: dues.len() as u64,
        });
        Due { begin, missed, next: self.next(now) }
    }

    /// The moments from `first` to `now` at which it was due, `first` being one of them.
    fn between(&self, first: Timestamp, now: Timestamp) -> Vec<Timestamp> {
        let from = |first: Option<Timestamp>| {
            std::iter::successors(first, |due| self.next(*due)).take_while(|due| *due <= now)
        };
        let mut dues: Vec<_> = from(Some(first)).take(COUNTED_MAX).collect();
        if let Some(last) = dues.last().copied().filter(|_| dues.len() == COUNTED_MAX) {
            dues.extend(from(self.next(last.max(now - LOOKED_BACK))).take(COUNTED_MAX));
        }
        dues
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Expression;
    use jiff::tz::TimeZone;

    fn hourly() -> Timing {
        Timing::new(Expression::parse("@hourly").unwrap(), TimeZone::UTC)
    }

    fn at(text: &str) -> Timestamp {
        format!("2026-11-24T{text}Z").parse().unwrap()
    }

    #[test]
    fn what_is_on_time_begins_whatever_the_policy() {
        for policy in MissedPolicy::ALL.iter().copied() {
            let due = hourly().due(policy, at("08:00:00"), at("08:00:01"));
            assert_eq!(due, Due { begin: vec![at("08:00:00")], missed: None, next: Some(at("09:00:00")) });
            let early = hourly().due(policy, at("08:00:00"), at("07:59:59"));
            assert_eq!(early, Due { next: Some(at("08:00:00")), ..Due::default() });
        }
    }

    #[test]
    fn what_was_missed_is_caught_up_with_as_the_policy_says() {
        let due = |policy, now| hourly().due(policy, at("08:00:00"), at(now));
        let missed = |first, last, count| Some(MissedRuns { first: at(first), last: at(last), count });
        let all = due(MissedPolicy::All, "10:30:00");
        assert_eq!((all.begin, all.missed), (vec![at("08:00:00"), at("09:00:00"), at("10:00:00")], None));
        let once = due(MissedPolicy::Once, "10:30:00");
        assert_eq!((once.begin, once.missed), (vec![at("10:00:00")], missed("08:00:00", "09:00:00", 2)));
        let skip = due(MissedPolicy::Skip, "10:30:00");
        assert_eq!((skip.begin, skip.missed), (vec![], missed("08:00:00", "10:00:00", 3)));
        let skip = due(MissedPolicy::Skip, "10:00:30");
        assert_eq!((skip.begin, skip.missed), (vec![at("10:00:00")], missed("08:00:00", "09:00:00", 2)));
        assert_eq!(skip.next, Some(at("11:00:00")));
    }

    #[test]
    fn long_absences_are_bounded() {
        let timing = Timing::new(Expression::parse("* * * * * *").unwrap(), TimeZone::UTC);
        let now: Timestamp = "2027-11-24T00:00:00Z".parse().unwrap();
        let once = timing.due(MissedPolicy::Once, at("00:00:00"), now);
        assert_eq!(once.begin, [now], "the last, not one of long ago");
        assert!(once.missed.unwrap().count > 10_000);
        let all = timing.due(MissedPolicy::All, at("00:00:00"), now);
        assert_eq!((all.begin.len(), all.begin[99]), (100, now));
    }
}
