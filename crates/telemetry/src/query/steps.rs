//! Steps of time as people count them: days begin at midnight where they live, weeks on Mondays.

use jiff::{
    Timestamp,
    tz::{Offset, TimeZone},
};
use std::{iter, ops::Range};

const HOUR: i64 = 3_600_000_000;
const DAY: i64 = 24 * HOUR;
const WEEK: i64 = 7 * DAY;
/// Days from the first Monday back to 1970-01-01.
const MONDAY: i64 = 4 * DAY;

/// Steps of one length. Those beyond an hour begin where clocks and calendars of their zone say, so that a day has 23 or 25
/// hours where clocks are set.
#[derive(Clone, Debug)]
pub(super) struct Calendar {
    zone: TimeZone,
    /// Microseconds.
    length: i64,
    /// The step that was asked for last: times mostly rise.
    last: Range<i64>,
}

impl Calendar {
    /// `length` in microseconds.
    pub(super) fn new(zone: &TimeZone, length: i64) -> Self {
        Self { zone: zone.clone(), length: length.max(1), last: 0..0 }
    }

    /// The start of the step that a time lies in; microseconds since 1970, both.
    pub(super) fn start(&mut self, time: i64) -> i64 {
        if !self.last.contains(&time) {
            self.last = self.step(time);
        }
        self.last.start
    }

    /// Where the step ends that was asked for last.
    pub(super) const fn end(&self) -> i64 {
        self.last.end
    }

    /// Where the steps behind one end, of which one begins at `edge`; as long as there are times.
    pub(super) fn after(&self, edge: i64) -> impl Iterator<Item = i64> + '_ {
        let next = |edge: &i64| {
            let end = self.step(*edge).end;
            let next = if end > *edge { end } else { edge.saturating_add(self.length) };
            (next > *edge).then_some(next)
        };
        iter::successors(Some(edge), next).skip(1)
    }

    /// Where the steps before one begin, the last first, of which one ends at `edge`; as long as there are times.
    pub(super) fn before(&self, edge: i64) -> impl Iterator<Item = i64> + '_ {
        let last = |edge: &i64| {
            let start = self.step(edge.checked_sub(1)?).start;
            (start < *edge).then_some(start)
        };
        iter::successors(Some(edge), last).skip(1)
    }

    fn step(&self, time: i64) -> Range<i64> {
        let ahead = Timestamp::from_microsecond(time).map_or(0, |at| self.zone.to_offset(at).seconds());
        let ahead = i64::from(ahead) * 1_000_000;
        let first = if self.length % WEEK == 0 { MONDAY } else { 0 };
        let local = time.saturating_add(ahead);
        let start = local.saturating_sub(local.saturating_sub(first).rem_euclid(self.length));
        let end = start.saturating_add(self.length);
        if self.length <= HOUR {
            return start.saturating_sub(ahead)..end.saturating_sub(ahead);
        }
        let moment = |local: i64| self.moment(local).unwrap_or(local.saturating_sub(ahead));
        moment(start).min(time)..moment(end)
    }

    /// When clocks show this.
    fn moment(&self, local: i64) -> Option<i64> {
        let shown = Offset::UTC.to_datetime(Timestamp::from_microsecond(local).ok()?);
        self.zone.to_timestamp(shown).ok().map(Timestamp::as_microsecond)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_microsecond()
    }

    #[test]
    fn days_and_hours_begin_where_clocks_say() {
        let paris = TimeZone::get("Europe/Paris").unwrap();
        for (zone, length, time, start) in [
            (&paris, DAY, "2015-05-18T21:59:59Z", "2015-05-17T22:00:00Z"),
            (&paris, DAY, "2015-05-18T22:00:00Z", "2015-05-18T22:00:00Z"),
            (&TimeZone::UTC, DAY, "2015-05-18T21:59:59Z", "2015-05-18T00:00:00Z"),
            // 23 hours, and 25.
            (&paris, DAY, "2025-03-30T21:30:00Z", "2025-03-29T23:00:00Z"),
            (&paris, DAY, "2025-03-30T22:00:00Z", "2025-03-30T22:00:00Z"),
            (&paris, DAY, "2025-10-26T22:59:00Z", "2025-10-25T22:00:00Z"),
            // The hour that comes twice is in one step of two hours; the one that is left out is none.
            (&paris, 2 * HOUR, "2025-10-26T00:30:00Z", "2025-10-26T00:00:00Z"),
            (&paris, 2 * HOUR, "2025-10-26T01:30:00Z", "2025-10-26T00:00:00Z"),
            (&paris, 2 * HOUR, "2025-03-30T01:30:00Z", "2025-03-30T01:00:00Z"),
            (&paris, HOUR, "2025-10-26T01:30:00Z", "2025-10-26T01:00:00Z"),
            (&paris, 6 * HOUR, "2025-07-01T11:00:00Z", "2025-07-01T10:00:00Z"),
            // A Sunday, and the Monday after.
            (&paris, WEEK, "2025-01-12T22:59:00Z", "2025-01-05T23:00:00Z"),
            (&paris, WEEK, "2025-01-12T23:00:00Z", "2025-01-12T23:00:00Z"),
        ] {
            assert_eq!(Calendar::new(zone, length).start(at(time)), at(start), "{time}");
        }
    }

    #[test]
    fn each_time_lies_in_its_step_and_steps_do_not_overlap() {
        for zone in ["Europe/Paris", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC"] {
            let zone = TimeZone::get(zone).unwrap();
            for length in [1, 60_000_000, HOUR / 2, HOUR, 2 * HOUR, 5 * HOUR, DAY, 3 * DAY, WEEK] {
                let mut calendar = Calendar::new(&zone, length);
                let mut before = Range { start: i64::MIN, end: i64::MIN };
                for n in 0..2_000 {
                    let time = at("2025-03-01T00:00:00Z") + n * 11 * HOUR / 3;
                    let start = calendar.start(time);
                    assert_eq!(Calendar::new(&zone, length).start(start), start, "a step begins at its start");
                    assert!(calendar.last.contains(&time), "{time} {:?}", calendar.last);
                    assert!(calendar.last == before || start >= before.end, "{before:?} {:?}", calendar.last);
                    before = calendar.last.clone();
                }
            }
        }
        for time in [i64::MIN, i64::MAX] {
            Calendar::new(&TimeZone::UTC, DAY).start(time);
        }
    }
}
