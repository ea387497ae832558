//! How many records match, over time and by level.

use super::{
    question::{Answer, Bounds, Question},
    run::{Matched, fold, matching, parts_to_read},
    steps::Calendar,
};
use crate::Snapshot;
use jiff::tz::TimeZone;
use model::{Level, Timestamp};
use std::{ops::Range, time::Duration};

/// Steps of a histogram; a shorter step than fits is lengthened.
pub const STEPS_MAX: usize = 2_000;

/// Step `i` begins at `start + i * step`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Histogram {
    pub start: Timestamp,
    pub step: Duration,
    pub counts: Vec<Counts>,
}

/// Records of one step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub total: u64,
    /// By level, from trace to critical.
    pub by_level: [u64; 6],
}

impl Counts {
    pub fn of(&self, level: Level) -> u64 {
        self.by_level[level as usize]
    }

    pub(super) fn add(&mut self, level: Option<Level>, records: u64) {
        self.total += records;
        if let Some(level) = level {
            self.by_level[level as usize] += records;
        }
    }
}

impl Histogram {
    /// The steps that lie in `range` or touch it.
    #[must_use]
    pub fn within(mut self, range: &Range<Timestamp>) -> Self {
        let length = i64::try_from(self.step.as_micros()).unwrap_or(i64::MAX).max(1);
        let steps = |until: Timestamp| until.as_micros().saturating_sub(self.start.as_micros()).max(0);
        let first = (steps(range.start) / length) as usize;
        let end = (steps(range.end) as u64).div_ceil(length as u64) as usize;
        self.counts.truncate(end);
        self.counts.drain(..first.min(self.counts.len()));
        self.start = Timestamp::from_micros(self.start.as_micros().saturating_add(first as i64 * length));
        self
    }
}

/// Counts the records of `range` that match, in steps of which the first begins at a whole multiple of `step` in the zone of the question.
pub fn histogram(
    snapshot: &Snapshot,
    question: Question,
    range: Range<Timestamp>,
    step: Duration,
    bounds: &Bounds,
) -> Answer<Histogram> {
    let steps = Steps::new(&range, step, &question.zone);
    let question = question.within(range);
    let (parts, mut tally) = parts_to_read(snapshot, &question, bounds);
    let new = || vec![Counts::default(); steps.count];
    let (states, more) = fold(&parts, bounds, new, |counts, part, tally| {
        matching(part, snapshot, &question, bounds, tally, |matched| match matched {
            Matched::Block(scan, rows) => scan.count_steps(&rows, &steps, counts),
            Matched::Memory(numbered, rows) => {
                for row in rows {
                    let record = numbered.batch.get(row);
                    counts[steps.of(record.time().as_micros())].add(record.level(), 1);
                }
                Ok(())
            }
        });
    });
    tally.add(more);
    let mut counts = new();
    for (total, more) in counts.iter_mut().zip((0..steps.count).map(|step| states.iter().map(move |state| state[step])))
    {
        for more in more {
            total.total += more.total;
            total.by_level.iter_mut().zip(more.by_level).for_each(|(own, more)| *own += more);
        }
    }
    let start = Timestamp::from_micros(steps.start);
    tally.answer(Histogram { start, step: Duration::from_micros(steps.length as u64), counts }, snapshot)
}

/// Equal steps of time.
pub(super) struct Steps {
    start: i64,
    /// Microseconds.
    length: i64,
    count: usize,
}

impl Steps {
    /// The first begins where one of this length does in the zone; all have the same length, also where clocks are set.
    fn new(range: &Range<Timestamp>, step: Duration, zone: &TimeZone) -> Self {
        let (first, end) = (range.start.as_micros(), range.end.as_micros().max(range.start.as_micros()));
        let asked = i64::try_from(step.as_micros()).unwrap_or(i64::MAX).max(1);
        let least = (end.saturating_sub(first) / (STEPS_MAX as i64 - 1)).max(1);
        let length = if asked < least { least.saturating_add(asked - 1) / asked * asked } else { asked };
        let start = Calendar::new(zone, length).start(first);
        let count = end.saturating_sub(1).max(first).saturating_sub(start) / length + 1;
        Self { start, length, count: count.clamp(1, STEPS_MAX as i64) as usize }
    }

    /// The step of a time that lies in the histogram.
    pub(super) fn of(&self, time: i64) -> usize {
        let step = time.saturating_sub(self.start) / self.length;
        step.clamp(0, self.count as i64 - 1) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_steps_of_a_histogram_are_those_of_a_shorter_time() {
        let at = Timestamp::from_micros;
        let count = |total| Counts { total, ..Counts::default() };
        let counts = [4, 5, 6, 7].map(count).to_vec();
        let all = Histogram { start: at(100), step: Duration::from_micros(10), counts };
        let within = |range: Range<Timestamp>| {
            let part = all.clone().within(&range);
            (part.start, part.counts.iter().map(|counts| counts.total).collect::<Vec<_>>())
        };
        assert_eq!(within(at(110)..at(130)), (at(110), vec![5, 6]));
        assert_eq!(within(at(119)..at(131)), (at(110), vec![5, 6, 7]), "steps are whole");
        assert_eq!(within(at(0)..at(900)), (at(100), vec![4, 5, 6, 7]));
        assert_eq!(within(at(400)..at(500)).1, Vec::<u64>::new());
    }

    #[test]
    fn steps_cover_the_range_and_are_not_too_many() {
        let at = Timestamp::from_micros;
        let steps = Steps::new(&(at(7_500)..at(20_000)), Duration::from_millis(5), &TimeZone::UTC);
        assert_eq!((steps.start, steps.length, steps.count), (5_000, 5_000, 3));
        assert_eq!([7_500, 9_999, 10_000, 19_999].map(|time| steps.of(time)), [0, 0, 1, 2]);
        let steps = Steps::new(&(at(0)..at(i64::MAX)), Duration::from_millis(1), &TimeZone::UTC);
        assert!(steps.count <= STEPS_MAX && steps.length % 1_000 == 0);
        assert_eq!(Steps::new(&(at(5)..at(5)), Duration::ZERO, &TimeZone::UTC).count, 1);
        assert_eq!(Steps::new(&(at(5)..at(1)), Duration::MAX, &TimeZone::UTC).count, 1);
    }
}
