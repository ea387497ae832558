//! Counts over time whose steps grow with the time that they span.
//!
//! A step is a power of two of microseconds, and begins at a multiple of itself: two steps are always one of the next length, so
//! that counts are the same in whatever order records come.

use std::ops::RangeInclusive;

/// Steps of a trend, at the most.
pub const TREND_STEPS_MAX: usize = 48;
/// And at the least, however short the time.
const STEPS_MIN: usize = 24;

/// How long steps are, and which of them there are.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct TrendScale {
    /// A step is two to the power of this, in microseconds.
    power: u32,
    steps: Option<RangeInclusive<i64>>,
}

impl TrendScale {
    /// Makes room for a time.
    pub(super) fn include(&mut self, time: i64) {
        let step = time >> self.power;
        let steps = self.steps.clone().map_or(step..=step, |steps| step.min(*steps.start())..=step.max(*steps.end()));
        self.steps = Some(steps);
        self.fit();
    }

    /// Becomes the scale of both.
    pub(super) fn unite(&mut self, other: &Self) {
        let power = self.power.max(other.power);
        let at = |scale: &Self| {
            let longer = power - scale.power;
            scale.steps.as_ref().map(|steps| (steps.start() >> longer, steps.end() >> longer))
        };
        let both = at(self).into_iter().chain(at(other)).reduce(|(a, b), (c, d)| (a.min(c), b.max(d)));
        (self.power, self.steps) = (power, both.map(|(first, last)| first..=last));
        self.fit();
    }

    /// Makes steps longer until there are few enough.
    fn fit(&mut self) {
        let Some(steps) = &mut self.steps else { return };
        while steps.end().abs_diff(*steps.start()) >= TREND_STEPS_MAX as u64 {
            self.power += 1;
            *steps = (steps.start() >> 1)..=(steps.end() >> 1);
        }
    }
}

/// The counts of one pattern: by step, rising.
#[derive(Clone, Debug, Default)]
pub(super) struct Trend {
    /// Of its steps, as [`TrendScale`] has it.
    power: u32,
    counts: Vec<(i64, u64)>,
}

impl Trend {
    pub(super) fn add(&mut self, scale: &TrendScale, time: i64) {
        self.grow(scale.power);
        self.put(time >> self.power, 1);
    }

    pub(super) fn merge(&mut self, scale: &TrendScale, mut other: Self) {
        self.grow(scale.power);
        other.grow(scale.power);
        other.counts.into_iter().for_each(|(step, count)| self.put(step, count));
    }

    fn put(&mut self, step: i64, count: u64) {
        match self.counts.binary_search_by_key(&step, |(step, _)| *step) {
            Ok(at) => self.counts[at].1 += count,
            Err(at) => self.counts.insert(at, (step, count)),
        }
    }

    fn grow(&mut self, power: u32) {
        let longer = power.saturating_sub(self.power);
        if longer > 0 {
            self.power = power;
            let counts = std::mem::take(&mut self.counts);
            counts.into_iter().for_each(|(step, count)| self.put(step >> longer, count));
        }
    }

    /// The counts of all steps of the scale.
    pub(super) fn into_counts(mut self, scale: &TrendScale) -> Vec<u64> {
        self.grow(scale.power);
        let first = scale.steps.as_ref().map_or(0, |steps| *steps.start());
        let steps = scale.steps.as_ref().map_or(0, |steps| steps.end().abs_diff(*steps.start()) as usize + 1);
        let mut counts = vec![0; steps.max(STEPS_MIN)];
        for (step, count) in self.counts {
            counts[step.abs_diff(first) as usize] += count;
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(times: &[i64]) -> Vec<u64> {
        let (mut scale, mut trend) = (TrendScale::default(), Trend::default());
        for time in times {
            scale.include(*time);
            trend.add(&scale, *time);
        }
        trend.into_counts(&scale)
    }

    #[test]
    fn steps_grow_until_they_span_the_time() {
        assert_eq!(counts(&[5, 5, 7])[..4], [2, 0, 1, 0]);
        assert_eq!(counts(&[5]).len(), STEPS_MIN);
        let long = counts(&[0, 1_000_000, i64::MAX / 4, i64::MAX / 4]);
        assert!((STEPS_MIN..=TREND_STEPS_MAX).contains(&long.len()), "{}", long.len());
        assert_eq!((long[0], *long.last().unwrap()), (2, 2));
        assert_eq!(counts(&[i64::MIN, i64::MAX]).iter().sum::<u64>(), 2);
    }

    #[test]
    fn counts_are_the_same_in_whatever_order_and_by_whomever_they_are_made() {
        let times: Vec<i64> = (0..500).map(|n: i64| n * n * 7_919 % 1_000_003 - 400_000).collect();
        let all = counts(&times);
        let mut turned = times.clone();
        turned.reverse();
        assert_eq!(counts(&turned), all);
        for at in [1, 100, 499] {
            let mut parts = [&times[..at], &times[at..]].map(|times| {
                let (mut scale, mut trend) = (TrendScale::default(), Trend::default());
                times.iter().for_each(|time| scale.include(*time));
                times.iter().for_each(|time| trend.add(&scale, *time));
                (scale, trend)
            });
            let [(scale, trend), (other_scale, other)] = &mut parts;
            scale.unite(other_scale);
            trend.merge(scale, std::mem::take(other));
            assert_eq!(std::mem::take(trend).into_counts(scale), all);
        }
    }
}
