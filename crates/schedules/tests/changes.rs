//! Twenty years in thirty zones: each due time exactly once, as the policy says, through every change of the clock. What
//! is expected is reckoned minute by minute, by another way than the one that is tested.

#![expect(clippy::unwrap_used, reason = "a test that fails says where")]

use jiff::{Timestamp as Instant, civil::DateTime, tz::TimeZone};
use model::Timestamp;
use schedules::{Expression, Timing, zone};
use std::collections::BTreeSet;

const ZONES: [&str; 30] = [
    "Europe/Paris",
    "Europe/London",
    "Europe/Lisbon",
    "Europe/Athens",
    "Europe/Moscow",
    "Europe/Istanbul",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Asia/Tehran",
    "Asia/Kolkata",
    "Asia/Pyongyang",
    "Asia/Tokyo",
    "Asia/Amman",
    "Asia/Gaza",
    "America/New_York",
    "America/Chicago",
    "America/St_Johns",
    "America/Sao_Paulo",
    "America/Santiago",
    "America/Caracas",
    "America/Havana",
    "America/Asuncion",
    "Australia/Lord_Howe",
    "Australia/Sydney",
    "Pacific/Auckland",
    "Pacific/Chatham",
    "Pacific/Apia",
    "Atlantic/Azores",
    "Antarctica/Troll",
    "UTC",
];
/// Fixed times, then those that follow the clock; each as the hours and minutes that it names.
const FIXED: [(&str, &[i8], &[i8]); 4] = [
    ("30 2 * * *", &[2], &[30]),
    ("0 0 * * *", &[0], &[0]),
    ("15,45 0-3 * * *", &[0, 1, 2, 3], &[15, 45]),
    ("0,30 1-3 * * *", &[1, 2, 3], &[0, 30]),
];
const FOLLOWING: [(&str, &[i8], &[i8]); 3] = [
    ("*/15 * * * *", &[], &[0, 15, 30, 45]),
    ("30 */2 * * *", &[0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22], &[30]),
    ("* 2 * * *", &[2], &[]),
];
const THREE_HOURS: i32 = 3 * 3_600;

/// Days around each change from 2006 to 2025.
fn around_changes(zone: &TimeZone) -> Vec<(Instant, Instant)> {
    let (from, until): (Instant, Instant) =
        ("2006-01-01T00:00:00Z".parse().unwrap(), "2026-01-01T00:00:00Z".parse().unwrap());
    let changes = zone.following(from).map(|change| change.timestamp()).take_while(|at| *at < until);
    let day = jiff::SignedDuration::from_hours(30);
    let mut spans: Vec<_> = changes.map(|at| (at - day, at + day)).collect();
    spans.push((from, from + day));
    spans
}

fn names(list: &[i8], value: i8) -> bool {
    list.is_empty() || list.contains(&value)
}

/// Each minute of a span at which the clock on the wall shows a time that is named.
fn minutes(zone: &TimeZone, (from, until): (Instant, Instant), (hours, minutes): (&[i8], &[i8])) -> Vec<Instant> {
    let first = from.as_second().div_euclid(60) * 60 + 60;
    let instants = (first..=until.as_second()).step_by(60).map(|at| Instant::from_second(at).unwrap());
    let shown = |at: &Instant| zone.to_datetime(*at);
    instants.filter(|at| names(hours, shown(at).hour()) && names(minutes, shown(at).minute())).collect()
}

/// What Debian's cron does with fixed times, told as it does it: a clock that is behind after a change catches up.
fn fixed(zone: &TimeZone, span: (Instant, Instant), named: (&[i8], &[i8])) -> BTreeSet<Instant> {
    let (mut due, mut done): (BTreeSet<Instant>, BTreeSet<DateTime>) = (BTreeSet::new(), BTreeSet::new());
    // Those of a day before are done, so that a time that comes twice around the beginning counts as the second.
    let earlier = (span.0 - jiff::SignedDuration::from_hours(4), span.0);
    done.extend(minutes(zone, earlier, named).into_iter().map(|at| zone.to_datetime(at)));
    due.extend(minutes(zone, span, named).into_iter().filter(|at| done.insert(zone.to_datetime(*at))));
    for change in zone.following(span.0).take_while(|change| change.timestamp() <= span.1) {
        let at = change.timestamp();
        let before = zone.to_offset(at - jiff::SignedDuration::from_secs(1));
        let length = change.offset().seconds() - before.seconds();
        let left_out = (0..length.max(0))
            .step_by(60)
            .map(|second| before.to_datetime(at + jiff::SignedDuration::from_secs(second.into())));
        let mut left_out = left_out.filter(|shown| names(named.0, shown.hour()) && names(named.1, shown.minute()));
        if length <= THREE_HOURS && left_out.next().is_some() {
            due.insert(at);
        }
    }
    due
}

fn found(text: &str, zone: &TimeZone, (from, until): (Instant, Instant)) -> BTreeSet<Instant> {
    let timing = Timing::new(Expression::parse(text).unwrap(), zone.clone());
    let times = std::iter::successors(timing.next(from.into()), |due| timing.next(*due));
    let mut last = Timestamp::from(from);
    let rising = times.take_while(|due| due.to_jiff() <= until).inspect(move |due| {
        assert!(*due > last, "{text}: each moment once, in order");
        last = *due;
    });
    rising.map(Timestamp::to_jiff).collect()
}

#[test]
fn fixed_times_are_due_once_through_twenty_years_of_changes() {
    let mut spans_seen = 0;
    for name in ZONES {
        let zone = zone(name).unwrap();
        for span in around_changes(&zone) {
            spans_seen += 1;
            for (text, hours, minutes) in FIXED {
                assert_eq!(
                    found(text, &zone, span),
                    fixed(&zone, span, (hours, minutes)),
                    "{text} in {name}, {span:?}"
                );
            }
        }
    }
    assert!(spans_seen > 600, "{spans_seen} changes");
}

#[test]
fn what_follows_the_clock_is_due_whenever_it_shows_it() {
    for name in ZONES {
        let zone = zone(name).unwrap();
        for span in around_changes(&zone) {
            for (text, hours, named) in FOLLOWING {
                let expected = minutes(&zone, span, (hours, named)).into_iter().collect::<BTreeSet<_>>();
                assert_eq!(found(text, &zone, span), expected, "{text} in {name}, {span:?}");
            }
        }
    }
}
