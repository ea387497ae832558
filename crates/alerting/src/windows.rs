//! How much lay within a span of time at each moment, by counts of short steps: what a rule would have seen, had it looked all
//! the time.

use model::Timestamp;
use std::{collections::BTreeSet, ops::Range, time::Duration};

/// The time that is looked at, the span that counts at each moment of it, and for how long a limit has to stay broken.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Windows {
    pub(crate) from: Timestamp,
    pub(crate) until: Timestamp,
    pub(crate) within: Duration,
    pub(crate) held_for: Duration,
}

/// The length of the steps by which days are counted, where the span is that long: moments are right to within one.
pub(crate) fn coarse(within: Duration) -> Duration {
    const MINUTE: Duration = Duration::from_secs(60);
    (within / 10).max(MINUTE).min(within)
}

/// The same for one moment that is known to within `span`.
pub(crate) fn fine(span: Duration) -> Duration {
    // As many steps as a histogram has.
    Duration::from_secs(span.as_secs().div_ceil(STEPS_MAX).max(1))
}

/// Steps that are counted at once: a histogram would make them longer.
const STEPS_MAX: u64 = 1_900;

impl Windows {
    /// Each moment at which the span holds something else than before, and those by which that has lasted for long enough,
    /// with what it holds. `counts`: of steps of that length by their beginnings, in their order; those without anything in
    /// them may be missing.
    pub(crate) fn sums(&self, counts: &[(Timestamp, u64)], step: Duration) -> Vec<(Timestamp, u64)> {
        let ends: Vec<(Timestamp, u64)> =
            counts.iter().filter(|(_, n)| *n > 0).map(|(at, n)| ((*at + step).min(self.until), *n)).collect();
        let changes = ends.iter().flat_map(|(at, _)| [*at, *at + self.within]);
        let mut moments: BTreeSet<Timestamp> = changes.chain([self.from + self.within]).collect();
        if !self.held_for.is_zero() {
            let lasting: Vec<Timestamp> = moments.iter().map(|at| *at + self.held_for).collect();
            moments.extend(lasting);
        }
        let (mut first, mut behind, mut sum) = (0, 0, 0);
        let held = moments.into_iter().filter(|at| *at <= self.until).map(|at| {
            while ends.get(behind).is_some_and(|(end, _)| *end <= at) {
                sum += ends[behind].1;
                behind += 1;
            }
            while first < behind && ends[first].0 + self.within <= at {
                sum -= ends[first].1;
                first += 1;
            }
            (at, sum)
        });
        held.collect()
    }
}

/// Where one moment is looked for that lies in the last step before `at`.
pub(crate) fn around(at: Timestamp, within: Duration) -> Range<Timestamp> {
    at - coarse(within) - within..at
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::from_micros(1_736_500_000_000_000);

    fn at(seconds: u64) -> Timestamp {
        START + Duration::from_secs(seconds)
    }

    fn sums(counts: &[(u64, u64)], step: u64, within: u64, held_for: u64) -> Vec<(u64, u64)> {
        let [step, within, held_for] = [step, within, held_for].map(Duration::from_secs);
        let windows = Windows { from: START, until: at(1_000), within, held_for };
        let counts: Vec<_> = counts.iter().map(|(second, n)| (at(*second), *n)).collect();
        let sums = windows.sums(&counts, step);
        sums.iter().map(|(moment, n)| (moment.since(START).as_secs(), *n)).collect()
    }

    #[test]
    fn what_lies_on_the_border_of_two_steps_is_one_burst() {
        let found = sums(&[(240, 3), (300, 4), (900, 1)], 60, 300, 0);
        // Seven from the end of the second step on, until the first has left.
        assert_eq!(found, [(300, 3), (360, 7), (600, 4), (660, 0), (960, 1)]);
    }

    #[test]
    fn nothing_is_noticed_once_the_span_is_over() {
        assert_eq!(sums(&[(0, 1), (60, 0)], 60, 300, 0), [(60, 1), (300, 1), (360, 0)]);
        assert_eq!(sums(&[], 60, 300, 0), [(300, 0)]);
    }

    #[test]
    fn what_has_to_last_is_looked_at_again() {
        assert_eq!(sums(&[(0, 5)], 60, 300, 120), [(60, 5), (180, 5), (300, 5), (360, 0), (420, 0), (480, 0)]);
    }

    #[test]
    fn a_last_step_ends_now() {
        assert_eq!(sums(&[(980, 2)], 60, 300, 0), [(300, 0), (1_000, 2)]);
    }

    #[test]
    fn steps_are_as_short_as_bounds_allow() {
        let seconds = |seconds| Duration::from_secs(seconds);
        assert_eq!([30, 60, 300, 3_600, 86_400].map(|s| coarse(seconds(s)).as_secs()), [30, 60, 60, 360, 8_640]);
        assert_eq!([60, 330, 95_040].map(|s| fine(seconds(s)).as_secs()), [1, 1, 51]);
    }
}
