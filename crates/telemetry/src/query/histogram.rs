//! How many records match, over time and by level.

use super::{
    digests::Plan,
    question::{Answer, Bounds, Question},
    run::{Matched, fold, matching, parts_to_read},
    steps::Calendar,
};
use crate::Snapshot;
use jiff::tz::TimeZone;
use model::{Level, Timestamp};
use std::{iter, ops::Range, time::Duration};

/// Steps of a histogram; a shorter step than fits is lengthened.
pub const STEPS_MAX: usize = 2_000;

/// Step `i` lies between `edges[i]` and `edges[i + 1]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Histogram {
    /// Rising; one more than there are counts.
    pub edges: Vec<Timestamp>,
    /// How long a step is by the clock: days have 23 or 25 hours where clocks are set.
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
        let end = self.edges.partition_point(|edge| *edge < range.end).min(self.counts.len());
        let first = self.edges.partition_point(|edge| *edge <= range.start).saturating_sub(1).min(end);
        self.counts.truncate(end);
        self.counts.drain(..first);
        self.edges.truncate(end + 1);
        self.edges.drain(..first);
        self
    }

    /// The same among all steps that lie in `range`, of which those that are new are empty; [`STEPS_MAX`] at the most.
    #[must_use]
    pub fn over(self, range: &Range<Timestamp>, zone: &TimeZone) -> Self {
        self.among(zone, |start| start >= range.start, |end| end <= range.end)
    }

    /// The same in the middle of so many empty steps, before and behind; of those behind none that ends after `end`.
    #[must_use]
    pub fn amid(self, steps: usize, end: Timestamp, zone: &TimeZone) -> Self {
        let (mut before, mut behind) = (0..steps, 0..steps);
        self.among(zone, |_| before.next().is_some(), |at| at <= end && behind.next().is_some())
    }

    fn among(
        mut self,
        zone: &TimeZone,
        mut wants_before: impl FnMut(Timestamp) -> bool,
        mut wants_behind: impl FnMut(Timestamp) -> bool,
    ) -> Self {
        let (Some(first), Some(last)) = (self.edges.first().copied(), self.edges.last().copied()) else { return self };
        let calendar = Calendar::new(zone, i64::try_from(self.step.as_micros()).unwrap_or(i64::MAX));
        let room = STEPS_MAX.saturating_sub(self.counts.len());
        let starts = calendar.before(first.as_micros()).map(Timestamp::from_micros);
        let mut before: Vec<_> = starts.take_while(|start| wants_before(*start)).take(room).collect();
        let ends = calendar.after(last.as_micros()).map(Timestamp::from_micros);
        let behind: Vec<_> = ends.take_while(|end| wants_behind(*end)).take(room - before.len()).collect();
        self.counts.splice(0..0, iter::repeat_n(Counts::default(), before.len()));
        self.counts.extend(iter::repeat_n(Counts::default(), behind.len()));
        before.reverse();
        self.edges.splice(0..0, before);
        self.edges.extend(behind);
        self
    }
}

/// Counts the records of `range` that match, in steps that begin at whole multiples of `step` by the clocks of the question's
/// zone: those of days at midnight.
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
    let new = || vec![Counts::default(); steps.count()];
    let plan = Plan::new(&question.condition, &[]);
    let (states, more) = fold(&parts, bounds, new, |counts, part, tally| {
        if plan.is_some_and(|plan| plan.count_steps(snapshot, part, &steps, counts)) {
            tally.read.blocks_pruned += 1;
            return;
        }
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
    for (total, more) in
        counts.iter_mut().zip((0..steps.count()).map(|step| states.iter().map(move |state| state[step])))
    {
        for more in more {
            total.total += more.total;
            total.by_level.iter_mut().zip(more.by_level).for_each(|(own, more)| *own += more);
        }
    }
    let edges = steps.edges.iter().copied().map(Timestamp::from_micros).collect();
    tally.answer(Histogram { edges, step: Duration::from_micros(steps.length as u64), counts }, snapshot)
}

/// Steps of time, one behind the other.
pub(super) struct Steps {
    /// Rising: where each begins, and where the last one ends. Microseconds since 1970.
    edges: Vec<i64>,
    /// By the clock, in microseconds.
    length: i64,
}

impl Steps {
    fn new(range: &Range<Timestamp>, step: Duration, zone: &TimeZone) -> Self {
        let (first, end) = (range.start.as_micros(), range.end.as_micros().max(range.start.as_micros()));
        let asked = i64::try_from(step.as_micros()).unwrap_or(i64::MAX).max(1);
        // One step begins before the range, another may be short of the hours by which clocks are set.
        let least = (end.saturating_sub(first) / (STEPS_MAX as i64 - 2)).max(1);
        let length = if asked < least { least.saturating_add(asked - 1) / asked * asked } else { asked };
        let mut calendar = Calendar::new(zone, length);
        let mut edges = vec![calendar.start(first)];
        for edge in calendar.after(edges[0]).take(STEPS_MAX) {
            edges.push(edge);
            if edge >= end {
                break;
            }
        }
        Self { edges, length }
    }

    fn count(&self) -> usize {
        self.edges.len().saturating_sub(1).max(1)
    }

    /// The step of a time that lies in the histogram.
    pub(super) fn of(&self, time: i64) -> usize {
        let last = self.count() - 1;
        let step = time.saturating_sub(self.edges[0]) / self.length;
        let mut step = step.clamp(0, last as i64) as usize;
        // Mostly it is this one already; where clocks were set, one beside it.
        while step > 0 && time < self.edges[step] {
            step -= 1;
        }
        while step < last && time >= self.edges[step + 1] {
            step += 1;
        }
        step
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(micros: i64) -> Timestamp {
        Timestamp::from_micros(micros)
    }

    fn of(edges: Range<i64>, totals: &[u64]) -> Histogram {
        let step = (edges.end - edges.start) / totals.len() as i64;
        Histogram {
            edges: (0..=totals.len() as i64).map(|n| at(edges.start + n * step)).collect(),
            step: Duration::from_micros(step as u64),
            counts: totals.iter().map(|total| Counts { total: *total, ..Counts::default() }).collect(),
        }
    }

    fn shown(histogram: &Histogram) -> (Vec<i64>, Vec<u64>) {
        let edges = histogram.edges.iter().map(|edge| edge.as_micros()).collect();
        (edges, histogram.counts.iter().map(|counts| counts.total).collect())
    }

    #[test]
    fn some_steps_of_a_histogram_are_those_of_a_shorter_time() {
        let all = of(100..140, &[4, 5, 6, 7]);
        let within = |range: Range<i64>| shown(&all.clone().within(&(at(range.start)..at(range.end))));
        assert_eq!(within(110..130), (vec![110, 120, 130], vec![5, 6]));
        assert_eq!(within(119..131), (vec![110, 120, 130, 140], vec![5, 6, 7]), "steps are whole");
        assert_eq!(within(0..900), shown(&all));
        assert_eq!(within(400..500).1, Vec::<u64>::new());
        assert_eq!(within(0..50).1, Vec::<u64>::new());
    }

    #[test]
    fn empty_steps_stand_around_where_a_time_is_shown_whole() {
        let some = of(100..120, &[4, 5]);
        let over = |range: Range<i64>| shown(&some.clone().over(&(at(range.start)..at(range.end)), &TimeZone::UTC));
        assert_eq!(over(85..139), (vec![90, 100, 110, 120, 130], vec![0, 4, 5, 0]));
        assert_eq!(over(80..140), (vec![80, 90, 100, 110, 120, 130, 140], vec![0, 0, 4, 5, 0, 0]));
        assert_eq!(over(105..106), shown(&some), "nothing is taken away");
        assert_eq!(over(i64::MIN..i64::MAX).1.len(), STEPS_MAX);
        let amid = |end| shown(&some.clone().amid(1, at(end), &TimeZone::UTC));
        assert_eq!(amid(200), (vec![90, 100, 110, 120, 130], vec![0, 4, 5, 0]));
        assert_eq!(amid(125), (vec![90, 100, 110, 120], vec![0, 4, 5]), "nothing is expected of the future");
    }

    #[test]
    fn days_are_those_of_the_calendar_where_clocks_are_set() {
        let paris = TimeZone::get("Europe/Paris").unwrap();
        let moment = |text: &str| text.parse::<Timestamp>().unwrap();
        let (first, last) = (moment("2025-03-28T23:00:00Z"), moment("2025-03-31T21:59:59Z"));
        let steps = Steps::new(&(first..last), Duration::from_secs(86_400), &paris);
        let edges: Vec<_> = steps.edges.iter().map(|edge| at(*edge).to_string()).collect();
        insta::assert_snapshot!(edges.join("\n"), @r"
        2025-03-28T23:00:00.000000Z
        2025-03-29T23:00:00.000000Z
        2025-03-30T22:00:00.000000Z
        2025-03-31T22:00:00.000000Z
        ");
        let step = |text: &str| steps.of(moment(text).as_micros());
        assert_eq!(["2025-03-30T21:59:59Z", "2025-03-30T22:00:00Z"].map(step), [1, 2]);
        let day = Duration::from_secs(86_400);
        let sunday = Histogram {
            edges: steps.edges[1..3].iter().copied().map(at).collect(),
            step: day,
            counts: vec![Counts::default()],
        };
        assert_eq!(
            sunday.amid(1, moment("2026-01-01T00:00:00Z"), &paris).edges,
            steps.edges.iter().copied().map(at).collect::<Vec<_>>()
        );
    }

    #[test]
    fn steps_cover_the_range_and_are_not_too_many() {
        let steps = Steps::new(&(at(7_500)..at(20_000)), Duration::from_millis(5), &TimeZone::UTC);
        assert_eq!((&steps.edges[..], steps.length), (&[5_000, 10_000, 15_000, 20_000][..], 5_000));
        assert_eq!([7_500, 9_999, 10_000, 19_999].map(|time| steps.of(time)), [0, 0, 1, 2]);
        let steps = Steps::new(&(at(0)..at(i64::MAX)), Duration::from_millis(1), &TimeZone::UTC);
        assert!(steps.count() <= STEPS_MAX && steps.length % 1_000 == 0);
        assert_eq!(Steps::new(&(at(5)..at(5)), Duration::ZERO, &TimeZone::UTC).count(), 1);
        assert_eq!(Steps::new(&(at(5)..at(1)), Duration::MAX, &TimeZone::UTC).count(), 1);
    }

    proptest::proptest! {
        #[test]
        fn each_time_has_the_step_that_it_lies_in(
            first in -4_000_000_000_000_000_i64..4_000_000_000_000_000,
            hours in 1_i64..20_000,
            step in 1_u64..400,
            zone in 0_usize..5,
            parts in proptest::collection::vec(0.0_f64..1.0, 1..20),
        ) {
            let zone = ["Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "UTC"][zone];
            let end = first + hours * 3_600_000_000;
            let step = Duration::from_secs(step * 1_800);
            let steps = Steps::new(&(at(first)..at(end)), step, &TimeZone::get(zone).unwrap());
            proptest::prop_assert!(steps.count() <= STEPS_MAX);
            proptest::prop_assert!(steps.edges.is_sorted_by(|a, b| a < b));
            proptest::prop_assert!(steps.edges[0] <= first && *steps.edges.last().unwrap() >= end, "all of it");
            for part in parts {
                let time = first + ((end - first - 1) as f64 * part) as i64;
                let of = steps.of(time);
                proptest::prop_assert!((steps.edges[of]..steps.edges[of + 1]).contains(&time));
            }
        }
    }
}
