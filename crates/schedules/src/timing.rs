//! An expression in a time zone, and the moments at which it is due.
//!
//! Through changes of the zone's offset (daylight saving) cron expressions follow Debian's cron, to the letter:
//!
//! - What begins with a star in the hour or the minute follows the clock on the wall: it is not due in an hour that is
//!   left out, and due again in one that comes twice.
//! - What runs at fixed times is due once: right after the change where its time is left out, the first time where it comes
//!   twice.
//! - A change of more than three hours is a correction of the calendar (Samoa's lost day): what falls into it is not due.
//!
//! Intervals are exact: an hour is 3600 seconds, a day 24 hours.

use crate::{Cron, DaysOff, Expression, Refusal};
use jiff::{
    civil::{Date, DateTime},
    tz::{AmbiguousOffset, TimeZone},
};
use model::Timestamp;
use std::time::Duration;

/// Larger changes are corrections, in seconds.
const CHANGE_MAX: i32 = 3 * 3_600;
/// Days off in a row that are passed over.
const DAYS_OFF_MAX: usize = 4_000;
/// Changes of a zone's offset that are looked across: fifty years of them, two or four a year.
const CHANGES_MAX: usize = 250;
const SECOND: Duration = Duration::from_secs(1);

/// When something is due.
#[derive(Clone, Debug)]
pub struct Timing {
    pub expression: Expression,
    pub zone: TimeZone,
    pub days_off: DaysOff,
    /// Nothing is due at this moment or before it; intervals are counted from it.
    pub begins: Timestamp,
}

/// The zone of that name in the IANA database: `Europe/Paris`.
///
/// # Errors
/// Where there is none.
pub fn zone(name: &str) -> Result<TimeZone, Refusal> {
    let is_plain = !name.is_empty() && name.len() <= 64;
    let found = is_plain.then(|| TimeZone::get(name).ok()).flatten();
    found.ok_or_else(|| Refusal::new("zone-unknown").with("text", name))
}

impl Timing {
    /// Without days off, from the beginning of time.
    pub fn new(expression: Expression, zone: TimeZone) -> Self {
        Self { expression, zone, days_off: DaysOff::default(), begins: Timestamp::EPOCH }
    }

    /// The first moment after `after` at which it is due. `None`: never again, as far as the next fifty years go.
    pub fn next(&self, after: Timestamp) -> Option<Timestamp> {
        let mut after = after.max(self.begins);
        for _ in 0..DAYS_OFF_MAX {
            let due = self.next_on_any_day(after)?;
            let day = due.in_zone(&self.zone).date();
            if !self.days_off.has(day) {
                return Some(due);
            }
            after = self.end_of(day)?;
        }
        None
    }

    /// The next moments, `count` of them or as many as there are.
    pub fn upcoming(&self, after: Timestamp, count: usize) -> Vec<Timestamp> {
        std::iter::successors(self.next(after), |due| self.next(*due)).take(count).collect()
    }

    fn next_on_any_day(&self, after: Timestamp) -> Option<Timestamp> {
        match &self.expression {
            Expression::Every(length) => Some(self.next_interval(*length, after)),
            Expression::Once(at) => instant(&self.zone, *at).filter(|at| *at > after),
            Expression::Cron(cron) if cron.follows_clock() => along_the_clock(cron, &self.zone, after),
            Expression::Cron(cron) => at_fixed_times(cron, &self.zone, after),
        }
    }

    fn next_interval(&self, length: Duration, after: Timestamp) -> Timestamp {
        let (passed, length) = (after.since(self.begins).as_micros(), length.as_micros().max(1));
        let micros = (passed / length + 1).saturating_mul(length);
        self.begins + Duration::from_micros(u64::try_from(micros).unwrap_or(u64::MAX))
    }

    /// The last moment of a day.
    fn end_of(&self, day: Date) -> Option<Timestamp> {
        let next = day.tomorrow().ok()?.to_zoned(self.zone.clone()).ok()?;
        Some(Timestamp::from(next.timestamp()) - Duration::from_micros(1))
    }
}

/// The first whole second after `after`.
fn second_after(after: Timestamp) -> Timestamp {
    let micros = after.as_micros();
    Timestamp::from_micros(micros - micros.rem_euclid(1_000_000)) + SECOND
}

/// Each match of the clock on the wall, whenever it shows it.
fn along_the_clock(cron: &Cron, zone: &TimeZone, after: Timestamp) -> Option<Timestamp> {
    let mut from = second_after(after).to_jiff();
    for _ in 0..CHANGES_MAX {
        let offset = zone.to_offset(from);
        let found = offset.to_timestamp(cron.first_from(offset.to_datetime(from))?).ok()?;
        match zone.following(from).next().map(|change| change.timestamp()) {
            Some(change) if found >= change => from = change,
            _ => return Some(found.into()),
        }
    }
    None
}

/// Each match of the calendar, once.
fn at_fixed_times(cron: &Cron, zone: &TimeZone, after: Timestamp) -> Option<Timestamp> {
    let mut from = second_after(after).in_zone(zone).datetime();
    loop {
        let civil = cron.first_from(from)?;
        match instant(zone, civil) {
            Some(at) if at > after => return Some(at),
            // It was due before, or is left out.
            _ => from = civil.checked_add(SECOND).ok()?,
        }
    }
}

/// When the clock shows that time: the first of two times, right after a change that leaves it out, never where that is a
/// correction.
fn instant(zone: &TimeZone, civil: DateTime) -> Option<Timestamp> {
    let offset = match zone.to_ambiguous_timestamp(civil).offset() {
        AmbiguousOffset::Unambiguous { offset } => offset,
        AmbiguousOffset::Fold { before, .. } => before,
        AmbiguousOffset::Gap { before, after } => {
            let would_be = before.to_timestamp(civil).ok()?;
            let change = zone.preceding(would_be.checked_add(SECOND).ok()?).next()?;
            let is_correction = after.seconds() - before.seconds() > CHANGE_MAX;
            return (!is_correction).then(|| change.timestamp().into());
        }
    };
    Some(offset.to_timestamp(civil).ok()?.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timing(text: &str, name: &str) -> Timing {
        Timing::new(Expression::parse(text).unwrap(), zone(name).unwrap())
    }

    /// The next moments after one on the clock of the zone, on that clock, with the offset.
    fn due(text: &str, name: &str, after: &str, count: usize) -> String {
        let timing = timing(text, name);
        let after = timing.zone.to_ambiguous_zoned(after.parse().unwrap()).earlier().unwrap();
        let dues = timing.upcoming(after.timestamp().into(), count);
        let shown = dues.iter().map(|due| due.in_zone(&timing.zone).strftime("%d %H:%M%:z").to_string());
        shown.collect::<Vec<_>>().join(", ")
    }

    const PARIS: &str = "Europe/Paris";
    /// Before the hour that is left out, and before the one that comes twice.
    const SPRING: &str = "2026-03-29T01:00";
    const AUTUMN: &str = "2026-10-25T01:00";

    #[test]
    fn a_fixed_time_that_is_left_out_is_due_right_after() {
        assert_eq!(due("30 2 * * *", PARIS, SPRING, 2), "29 03:00+02:00, 30 02:30+02:00");
        assert_eq!(due("0 0 * * *", "Africa/Cairo", "2026-04-23T12:00", 2), "24 01:00+03:00, 25 00:00+03:00");
    }

    #[test]
    fn fixed_times_of_which_one_is_left_out_are_all_due() {
        assert_eq!(due("30 2,3 * * *", PARIS, SPRING, 3), "29 03:00+02:00, 29 03:30+02:00, 30 02:30+02:00");
    }

    #[test]
    fn fixed_times_that_are_left_out_together_are_due_once() {
        assert_eq!(due("0,30 2 * * *", PARIS, SPRING, 2), "29 03:00+02:00, 30 02:00+02:00");
        assert_eq!(due("0 2,3 * * *", PARIS, SPRING, 2), "29 03:00+02:00, 30 02:00+02:00");
    }

    #[test]
    fn a_fixed_time_that_comes_twice_is_due_once() {
        assert_eq!(due("30 2 * * *", PARIS, AUTUMN, 2), "25 02:30+02:00, 26 02:30+01:00");
        assert_eq!(due("30 2,3 * * *", PARIS, AUTUMN, 3), "25 02:30+02:00, 25 03:30+01:00, 26 02:30+01:00");
        // Asked between the two.
        let timing = timing("30 2 * * *", PARIS);
        let between = "2026-10-25T01:10:00Z".parse().unwrap();
        assert_eq!(timing.next(between).unwrap().to_string(), "2026-10-26T01:30:00.000000Z");
    }

    #[test]
    fn wildcards_follow_the_clock() {
        assert_eq!(due("*/30 * * * *", PARIS, SPRING, 3), "29 01:30+01:00, 29 03:00+02:00, 29 03:30+02:00");
        assert_eq!(
            due("15 * * * *", PARIS, AUTUMN, 4),
            "25 01:15+02:00, 25 02:15+02:00, 25 02:15+01:00, 25 03:15+01:00"
        );
        assert_eq!(due("*/30 2 * * *", PARIS, SPRING, 1), "30 02:00+02:00");
        assert_eq!(
            due("*/30 2 * * *", PARIS, AUTUMN, 5),
            "25 02:00+02:00, 25 02:30+02:00, 25 02:00+01:00, 25 02:30+01:00, 26 02:00+01:00"
        );
        assert_eq!(due("0 */2 * * *", PARIS, SPRING, 2), "29 04:00+02:00, 29 06:00+02:00");
    }

    #[test]
    fn a_change_of_half_an_hour_is_one_too() {
        let place = "Australia/Lord_Howe";
        assert_eq!(due("15 2 * * *", place, "2026-10-04T01:00", 2), "04 02:30+11:00, 05 02:15+11:00");
        assert_eq!(due("45 1 * * *", place, "2026-04-05T01:00", 2), "05 01:45+11:00, 06 01:45+10:30");
    }

    #[test]
    fn a_lost_day_is_a_correction() {
        let place = "Pacific/Apia";
        assert_eq!(due("0 8 * * *", place, "2011-12-29T07:00", 2), "29 08:00-10:00, 31 08:00+14:00");
        assert_eq!(due("0 8 30 12 *", place, "2011-12-29T07:00", 1), "30 08:00+14:00", "the year after");
    }

    #[test]
    fn intervals_are_exact() {
        assert_eq!(due("every 12 h", PARIS, "2026-03-28T13:00", 3), "29 01:00+01:00, 29 14:00+02:00, 30 02:00+02:00");
        let mut timing = timing("every 15 min", "UTC");
        timing.begins = "2026-11-24T10:07:00Z".parse().unwrap();
        let at = |text: &str| text.parse().unwrap();
        assert_eq!(timing.next(at("2026-11-24T09:00:00Z")), Some(at("2026-11-24T10:22:00Z")));
        assert_eq!(timing.next(at("2026-11-24T10:22:00Z")), Some(at("2026-11-24T10:37:00Z")));
    }

    #[test]
    fn a_moment_comes_once() {
        assert_eq!(due("2026-03-29 02:30", PARIS, SPRING, 9), "29 03:00+02:00");
        assert_eq!(due("2026-10-25 02:30", PARIS, AUTUMN, 9), "25 02:30+02:00");
        assert_eq!(due("2026-10-25 00:30", PARIS, AUTUMN, 9), "");
    }

    #[test]
    fn days_off_are_passed_over() {
        let mut timing = timing("0 8,14 * * *", PARIS);
        timing.days_off = DaysOff::parse(["holidays-fr", "sat", "sun"]).unwrap();
        let days: Vec<_> = timing.upcoming("2026-12-24T12:00:00Z".parse().unwrap(), 3);
        let shown: Vec<_> = days.iter().map(|due| due.in_zone(&timing.zone).datetime().to_string()).collect();
        assert_eq!(shown, ["2026-12-24T14:00:00", "2026-12-28T08:00:00", "2026-12-28T14:00:00"]);
        timing.days_off = DaysOff::parse(["sun", "mon", "tue", "wed", "thu", "fri", "sat"]).unwrap();
        assert_eq!(timing.next(Timestamp::EPOCH), None, "and not looked for without end");
    }

    #[test]
    fn what_never_comes_is_never_due() {
        for text in ["0 0 30 2 *", "* * 31 2,4,6 *", "0 0 31 11 */8"] {
            assert_eq!(timing(text, PARIS).next("2026-01-01T00:00:00Z".parse().unwrap()), None, "{text}");
        }
        assert_eq!(zone("Europe/Pariss").unwrap_err().code(), "zone-unknown");
        assert_eq!(zone("../../etc/passwd").unwrap_err().code(), "zone-unknown");
    }
}
