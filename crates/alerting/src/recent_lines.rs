//! How many lines matched lately, without counting those that were counted a moment ago: what is behind is kept by steps, and
//! only the newest steps are counted each time. Lines that come late, with a time that is behind, are found by counting the
//! whole time again now and then.

use model::Timestamp;
use std::{collections::VecDeque, time::Duration};

/// Lines may come so late without being missed until all is counted again.
const LATE: Duration = Duration::from_secs(10);
/// All is counted again after as long as a rule looks back, and not more often than this.
const WHOLE_EVERY_MIN: Duration = Duration::from_secs(60);
/// Steps that make a whole minute, of which the shortest is taken that divides the time into few enough.
const STEPS_S: [u64; 6] = [1, 2, 5, 10, 30, 60];
const STEPS: u64 = 720;

/// What is known of one rule's lines.
#[derive(Clone, Debug, Default)]
pub(crate) struct RecentLines {
    /// Steps that change no more, each by its beginning, the oldest first.
    steps: VecDeque<(Timestamp, u64)>,
    /// Where they end.
    closed: Option<Timestamp>,
    /// When all of them were counted.
    whole: Option<Timestamp>,
}

/// The length of a step: the rule's time is right to within one.
pub(crate) fn step(within: Duration) -> Duration {
    let least = within.as_secs().div_ceil(STEPS);
    Duration::from_secs(STEPS_S.into_iter().find(|step| *step >= least).unwrap_or(60))
}

fn begin_of_step(at: Timestamp, step: Duration) -> Timestamp {
    let length = i64::try_from(step.as_micros()).unwrap_or(i64::MAX).max(1);
    Timestamp::from_micros(at.as_micros() - at.as_micros().rem_euclid(length))
}

impl RecentLines {
    /// From when on lines are to be counted, by steps, to know how many there were within that time.
    pub(crate) fn since(&self, within: Duration, now: Timestamp) -> Timestamp {
        let begin = begin_of_step(now - within, step(within));
        let is_fresh = |whole: &Timestamp| *whole <= now && now.since(*whole) < within.max(WHOLE_EVERY_MIN);
        match (self.closed, self.whole.filter(is_fresh)) {
            (Some(closed), Some(_)) if closed >= begin && closed <= now => closed,
            _ => begin,
        }
    }

    /// How many there were, of what was counted since [`Self::since`].
    pub(crate) fn take(&mut self, counted: &[(Timestamp, u64)], within: Duration, now: Timestamp) -> u64 {
        let (length, since) = (step(within), self.since(within, now));
        let begin = begin_of_step(now - within, length);
        if since == begin {
            self.steps.clear();
            self.whole = Some(now);
        }
        while self.steps.front().is_some_and(|(at, _)| *at < begin) {
            self.steps.pop_front();
        }
        let count: u64 = self.steps.iter().chain(counted).map(|(_, count)| count).sum();
        let closed = begin_of_step(now - LATE, length).max(since);
        let is_closed = |at: Timestamp| at + length <= closed;
        self.steps.extend(counted.iter().filter(|(at, count)| is_closed(*at) && *count > 0));
        self.closed = Some(closed);
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WITHIN: Duration = Duration::from_secs(60);

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(1_763_942_400_000_000 + seconds * 1_000_000)
    }

    /// Lines by their second, and how many of them were looked at.
    #[derive(Default)]
    struct Lines {
        at: Vec<i64>,
        looked_at: usize,
        recent: RecentLines,
    }

    impl Lines {
        fn count(&mut self, now: i64) -> u64 {
            let since = self.recent.since(WITHIN, at(now));
            let mut found: Vec<_> = self.at.iter().filter(|second| at(**second) >= since).collect();
            // As a histogram gives them: the oldest first.
            found.sort();
            self.looked_at += found.len();
            let counted: Vec<_> = found.into_iter().map(|second| (at(*second), 1)).collect();
            self.recent.take(&counted, WITHIN, at(now))
        }

        fn really(&self, now: i64) -> u64 {
            self.at.iter().filter(|second| **second >= now - 60).count() as u64
        }
    }

    #[test]
    fn what_comes_in_time_is_counted_at_once_and_few_lines_are_looked_at() {
        let mut lines = Lines::default();
        for now in 0..1_000 {
            // Some come a few seconds late, and in bursts.
            lines.at.extend((0..now % 7).map(|late| now - late));
            if now % 4 == 0 {
                assert_eq!(lines.count(now), lines.really(now), "{now}");
            }
        }
        let each_time_all: u64 = (0..1_000)
            .step_by(4)
            .map(|now| lines.at.iter().filter(|second| **second <= now && **second >= now - 60).count() as u64)
            .sum();
        assert!((lines.looked_at as u64) < each_time_all / 3, "{} of {each_time_all}", lines.looked_at);
    }

    #[test]
    fn what_comes_late_is_counted_when_all_is() {
        let mut lines = Lines::default();
        assert_eq!(lines.count(0), 0);
        assert_eq!(lines.count(40), 0);
        lines.at.push(15);
        assert_eq!(lines.count(44), 0, "its step is closed");
        assert_eq!(lines.count(64), 1);
    }

    #[test]
    fn a_clock_that_is_put_back_has_all_counted_again() {
        let mut lines = Lines { at: vec![100, 900], ..Lines::default() };
        assert_eq!(lines.count(910), 1);
        assert_eq!(lines.count(110), 2, "what is ahead of the clock counts as well");
    }

    #[test]
    fn steps_are_few_and_begin_with_minutes() {
        for (within, length) in [(60, 1), (720, 1), (721, 2), (3_600, 5), (86_400, 60)] {
            assert_eq!(step(Duration::from_secs(within)).as_secs(), length, "{within}");
        }
    }
}
