//! Cases of Debian's rule, one by one, on which schedulers are known to differ: each is a mailing that would go twice, or never.

#![expect(clippy::unwrap_used, reason = "a test that fails says where")]

use schedules::{Expression, Timing, zone};

/// The next moments after one on the clock of the zone, on that clock, with the offset.
fn due(text: &str, name: &str, after: &str, count: usize) -> Vec<String> {
    let timing = Timing::new(Expression::parse(text).unwrap(), zone(name).unwrap());
    let after = timing.zone.to_ambiguous_zoned(after.parse().unwrap()).earlier().unwrap();
    let times = timing.upcoming(after.timestamp().into(), count);
    times.iter().map(|due| due.in_zone(&timing.zone).strftime("%Y-%m-%d %H:%M%:z").to_string()).collect()
}

const PARIS: &str = "Europe/Paris";

#[test]
fn paris_half_past_two_in_spring_is_due_at_three() {
    let times = due("30 2 * * *", PARIS, "2026-03-29T00:00", 2);
    assert_eq!(times, ["2026-03-29 03:00+02:00", "2026-03-30 02:30+02:00"]);
}

#[test]
fn paris_half_past_two_in_autumn_is_due_once() {
    let times = due("30 2 * * *", PARIS, "2026-10-25T00:00", 2);
    assert_eq!(times, ["2026-10-25 02:30+02:00", "2026-10-26 02:30+01:00"]);
}

#[test]
fn paris_half_past_two_and_three_in_spring_are_both_due() {
    let times = due("30 2,3 * * *", PARIS, "2026-03-29T00:00", 3);
    assert_eq!(times, ["2026-03-29 03:00+02:00", "2026-03-29 03:30+02:00", "2026-03-30 02:30+02:00"]);
}

#[test]
fn paris_half_past_two_and_three_in_autumn_are_due_once_each() {
    let times = due("30 2,3 * * *", PARIS, "2026-10-25T00:00", 3);
    assert_eq!(times, ["2026-10-25 02:30+02:00", "2026-10-25 03:30+01:00", "2026-10-26 02:30+01:00"]);
}

#[test]
fn cairo_midnight_in_spring_is_due_at_one() {
    let times = due("0 0 * * *", "Africa/Cairo", "2026-04-23T12:00", 2);
    assert_eq!(times, ["2026-04-24 01:00+03:00", "2026-04-25 00:00+03:00"]);
}

#[test]
fn a_starred_minute_follows_the_clock_through_both_changes() {
    let spring = due("*/30 * * * *", PARIS, "2026-03-29T01:00", 3);
    assert_eq!(spring, ["2026-03-29 01:30+01:00", "2026-03-29 03:00+02:00", "2026-03-29 03:30+02:00"]);
    let autumn = due("*/30 2 * * *", PARIS, "2026-10-25T01:00", 4);
    let twice =
        ["2026-10-25 02:00+02:00", "2026-10-25 02:30+02:00", "2026-10-25 02:00+01:00", "2026-10-25 02:30+01:00"];
    assert_eq!(autumn, twice);
}

#[test]
fn a_starred_hour_follows_the_clock_through_both_changes() {
    assert_eq!(due("0 */2 * * *", PARIS, "2026-03-29T01:00", 1), ["2026-03-29 04:00+02:00"]);
    let autumn = due("15 * * * *", PARIS, "2026-10-25T01:30", 3);
    assert_eq!(autumn, ["2026-10-25 02:15+02:00", "2026-10-25 02:15+01:00", "2026-10-25 03:15+01:00"]);
}

#[test]
fn a_jump_of_more_than_three_hours_is_a_correction() {
    let times = due("0 8 * * *", "Pacific/Apia", "2011-12-29T07:00", 2);
    assert_eq!(times, ["2011-12-29 08:00-10:00", "2011-12-31 08:00+14:00"]);
}

#[test]
fn a_lost_day_is_no_error() {
    assert_eq!(due("0 8 30 12 *", "Pacific/Apia", "2011-12-29T07:00", 1), ["2012-12-30 08:00+14:00"]);
}

#[test]
fn a_step_in_a_day_field_wants_both_days_to_match() {
    // The 21st is a Monday; the 1st, 11th and 31st of December 2026 are none.
    let times = due("0 0 */10 * 1", PARIS, "2026-12-01T00:00", 1);
    assert_eq!(times, ["2026-12-21 00:00+01:00"]);
}

#[test]
fn two_plain_day_fields_want_either_to_match() {
    let times = due("5 4 1 * 1", PARIS, "2026-11-24T10:00", 2);
    assert_eq!(times, ["2026-11-30 04:05+01:00", "2026-12-01 04:05+01:00"]);
}

#[test]
fn thirty_february_and_a_past_moment_are_never_due() {
    assert!(due("0 0 30 2 *", PARIS, "2026-01-01T00:00", 1).is_empty());
    assert!(due("2020-01-01 08:00", PARIS, "2026-01-01T00:00", 1).is_empty());
}

#[test]
fn midnight_is_a_nickname_and_reboot_and_ranges_that_fall_are_refused() {
    assert_eq!(due("@midnight", PARIS, "2026-11-24T10:00", 1), ["2026-11-25 00:00+01:00"]);
    for text in ["@reboot", "0 0 L-3 * *", "5-1 * * * *", "TZ=UTC 0 0 * * *"] {
        assert!(Expression::parse(text).is_err(), "{text}");
    }
}

#[test]
fn every_quarter_of_an_hour_is_due_no_more_than_four_times_in_any_hour_of_the_changes() {
    for after in ["2026-03-29T00:00", "2026-10-25T00:00"] {
        let timing = Timing::new(Expression::parse("*/15 * * * *").unwrap(), zone(PARIS).unwrap());
        let after = timing.zone.to_ambiguous_zoned(after.parse().unwrap()).earlier().unwrap();
        let times = timing.upcoming(after.timestamp().into(), 40);
        let apart = times.windows(2).map(|two| two[1].since(two[0]).as_secs());
        assert!(apart.into_iter().all(|seconds| seconds == 900), "each exactly once");
    }
}
