//! Tables of times as logs write them, and what a calendar makes of them.

use super::*;
use jiff::tz::TimeZone;
use model::Timestamp;
use proptest::prelude::*;

fn utc(text: &str) -> i64 {
    text.parse::<Timestamp>().unwrap().as_micros()
}

#[test]
fn the_usual_shapes_are_read_to_the_microsecond() {
    for (text, expected) in [
        ("2025-01-10T14:32:15Z", "2025-01-10T14:32:15Z"),
        ("2025-01-10T14:32:15.123456789Z", "2025-01-10T14:32:15.123456Z"),
        ("2025-01-10 14:32:15,123 +0100", "2025-01-10T13:32:15.123Z"),
        ("2025-01-10T14:32:15+01:00", "2025-01-10T13:32:15Z"),
        ("2025-01-10 14:32:15+01", "2025-01-10T13:32:15Z"),
        ("2025-01-10 14:32:15.5 CET", "2025-01-10T13:32:15.5Z"),
        ("2025/01/10 14:32:15 UTC", "2025-01-10T14:32:15Z"),
        ("20250110T143215Z", "2025-01-10T14:32:15Z"),
        ("10/Jan/2025:14:32:15 -0230", "2025-01-10T17:02:15Z"),
        ("10/Jan/2025:14:32:15.250 +0000", "2025-01-10T14:32:15.25Z"),
        ("Fri, 10 Jan 2025 14:32:15 GMT", "2025-01-10T14:32:15Z"),
        ("Wed May 19 12:00:02 UTC 2021", "2021-05-19T12:00:02Z"),
        ("10-Jan-2025 14:32:15 UTC", "2025-01-10T14:32:15Z"),
        ("2025-01-10 14:32:15 AEDT", "2025-01-10T03:32:15Z"),
        ("2025-01-10 14:32:15 ACST", "2025-01-10T05:02:15Z"),
        ("2025-01-10 14:32:15 MEZ", "2025-01-10T13:32:15Z"),
        ("2025-01-10 14:32:15 AKST", "2025-01-10T23:32:15Z"),
        ("2025-01-10T14:32:15.5+01:00[Europe/Paris]", "2025-01-10T13:32:15.5Z"),
        ("2025-01-10 14:32:15 GMT+01:00", "2025-01-10T13:32:15Z"),
        ("2025-01-10 14:32:15 UTC-5", "2025-01-10T19:32:15Z"),
        ("2025-01-10 14:32:15 (UTC)", "2025-01-10T14:32:15Z"),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"),
        ("2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"),
    ] {
        assert_eq!(read(text), Some((Stamp::Instant(utc(expected)), text.len())), "{text}");
    }
}

#[test]
fn so_are_those_without_a_zone_or_a_year() {
    for (text, expected) in [
        ("2025-01-10 14:32:15", "2025-01-10T14:32:15Z"),
        ("2025-01-10 14:32", "2025-01-10T14:32:00Z"),
        ("2025-01-10_14:32:15", "2025-01-10T14:32:15Z"),
        ("2012-025T10:22:40,672", "2012-01-25T10:22:40.672Z"),
        ("17/06/09 20:10:40", "2017-06-09T20:10:40Z"),
        ("170609 20:10:40", "2017-06-09T20:10:40Z"),
        ("170609  2:10:40", "2017-06-09T02:10:40Z"),
        ("10.01.2025 14:32:15", "2025-01-10T14:32:15Z"),
        ("2025:01:10-14:32:15", "2025-01-10T14:32:15Z"),
        ("10-Jan-2025 14:32:15.123", "2025-01-10T14:32:15.123Z"),
        ("10 Jan 2025 14:32:15.123", "2025-01-10T14:32:15.123Z"),
        ("Jan 10, 2025 12:32:15 AM", "2025-01-10T00:32:15Z"),
        ("Jan 10 2025 14:32:15", "2025-01-10T14:32:15Z"),
        ("Sun Mar 13 22:49:12 2016", "2016-03-13T22:49:12Z"),
        ("Fri Jan 10 14:32:15.123456 2025", "2025-01-10T14:32:15.123456Z"),
        ("2025-01-10 14:32:15:123", "2025-01-10T14:32:15.123Z"),
        ("2025.01.10-14.32.15:123", "2025-01-10T14:32:15.123Z"),
        ("2025-01-10_14.32.15.5", "2025-01-10T14:32:15.5Z"),
        ("2025-01-10 -- 14:32:15", "2025-01-10T14:32:15Z"),
        ("20250110143215.123", "2025-01-10T14:32:15.123Z"),
        ("20250110143215", "2025-01-10T14:32:15Z"),
        ("2025-01-10T14-32-15", "2025-01-10T14:32:15Z"),
        ("2025-01-10,14:32:15", "2025-01-10T14:32:15Z"),
        ("Fri 10.01.2025 14:32:15.5", "2025-01-10T14:32:15.5Z"),
        ("10JAN2025:14:32:15.5", "2025-01-10T14:32:15.5Z"),
        ("2025-01-10;14:32:15", "2025-01-10T14:32:15Z"),
        ("2025-01-10\t14:32:15", "2025-01-10T14:32:15Z"),
        ("2025-01-10 at 14:32:15", "2025-01-10T14:32:15Z"),
        ("2025-01-10] [14:32:15", "2025-01-10T14:32:15Z"),
        ("10.01.2025;14:32:15", "2025-01-10T14:32:15Z"),
        ("2025 Jan  9 14:32:15.5", "2025-01-09T14:32:15.5Z"),
        ("2025-Jan-09 14:32:15", "2025-01-09T14:32:15Z"),
        ("2025/Jan/09 14:32:15", "2025-01-09T14:32:15Z"),
        ("Jan 10, 2025 2:32:15PM", "2025-01-10T14:32:15Z"),
        ("Jan. 10, 2025 14:32:15", "2025-01-10T14:32:15Z"),
    ] {
        assert_eq!(read(text), Some((Stamp::Civil(utc(expected)), text.len())), "{text}");
    }
    for (text, month, day) in [
        ("Nov  3 09:23:38", 11, 3),
        ("Feb 29 09:23:38", 2, 29),
        ("Jan 10 09:23:38.000", 1, 10),
        ("3-Nov 09:23:38", 11, 3),
        ("03.11. 09:23:38", 11, 3),
    ] {
        let micros = ((9 * 60 + 23) * 60 + 38) * SECOND;
        assert_eq!(read(text), Some((Stamp::Yearless { month, day, micros, offset: None }, text.len())), "{text}");
    }
}

#[test]
fn so_are_those_of_other_languages_and_of_weeks() {
    for (text, expected) in [
        ("10 sty 2025 14:32:15", "2025-01-10T14:32:15Z"),
        ("10 października 2025 14:32:15", "2025-10-10T14:32:15Z"),
        ("10-des.-2025 14:32:15", "2025-12-10T14:32:15Z"),
        ("10 Şub 2025 14:32:15", "2025-02-10T14:32:15Z"),
        ("2025-01-10\",\"14:32:15", "2025-01-10T14:32:15Z"),
        ("10. Januar 2025 14:32:15", "2025-01-10T14:32:15Z"),
        ("10. jan. 2025 14:32:15", "2025-01-10T14:32:15Z"),
        ("10.01.25, 14:32:15", "2025-01-10T14:32:15Z"),
        ("10-Jan-25 14:32:15", "2025-01-10T14:32:15Z"),
        ("10/Jan/25:14:32:15", "2025-01-10T14:32:15Z"),
        ("10 JAN 25, 14:32:15", "2025-01-10T14:32:15Z"),
        ("January 10th 2025, 2:32:15 pm", "2025-01-10T14:32:15Z"),
        ("2025年1月10日 14:32:15", "2025-01-10T14:32:15Z"),
        ("10 maj 2025 14:32:15", "2025-05-10T14:32:15Z"),
        ("Freitag, 10. Januar 2025 14:32:15", "2025-01-10T14:32:15Z"),
        ("Montag, 13. Januar 2025 14:32:15", "2025-01-13T14:32:15Z"),
        ("2025/01/10@14:32:15.5", "2025-01-10T14:32:15.5Z"),
        ("20250110 14321550", "2025-01-10T14:32:15.5Z"),
        ("ven ene 10 14:32:15 2025", "2025-01-10T14:32:15Z"),
        ("viernes, 10 de enero de 2025, 14:32:15", "2025-01-10T14:32:15Z"),
        ("10 de janeiro de 2025 14:32:15", "2025-01-10T14:32:15Z"),
        ("2025-01-10 14:32:15:123456", "2025-01-10T14:32:15.123456Z"),
        ("2025/010 14:32:15", "2025-01-10T14:32:15Z"),
        ("2025-W02-5T14:32:15", "2025-01-10T14:32:15Z"),
        ("2026-W01-1 14:32:15", "2025-12-29T14:32:15Z"),
        ("10-JAN-25 02.32.15.5 PM", "2025-01-10T14:32:15.5Z"),
        ("10.1.2025 klo 14.32.15", "2025-01-10T14:32:15Z"),
    ] {
        assert_eq!(read(text), Some((Stamp::Civil(utc(expected)), text.len())), "{text}");
    }
}

#[test]
fn a_date_in_any_text_is_taken_only_near_to_when_it_was_written() {
    let now: Timestamp = "2026-11-27T18:00:00Z".parse().unwrap();
    for (reference, date, is_taken) in [
        (Reference::Arrival, "2026-11-27T17:59:00Z", true),
        (Reference::Arrival, "2026-11-20T10:00:00Z", false),
        (Reference::Arrival, "2019-01-01T00:00:00Z", false),
        (Reference::Modified(now), "2026-02-01T00:00:00Z", true),
        (Reference::Modified(now), "2019-01-01T00:00:00Z", false),
        (Reference::Modified(now), "2027-01-01T00:00:00Z", false),
    ] {
        let mut calendar = Calendar::new(TimeZone::UTC, reference);
        calendar.arrived(now);
        assert_eq!(calendar.resolve_near(Stamp::Civil(utc(date))).is_some(), is_taken, "{reference:?} {date}");
        assert_eq!(calendar.resolve_near(Stamp::Instant(utc(date))).is_some(), is_taken, "{reference:?} {date}");
    }
}

#[test]
fn times_of_day_are_of_the_date_before_them() {
    let calendar = |reference| Calendar::new(TimeZone::UTC, reference);
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let of_day = |hour: i64| Stamp::OfDay(hour * 3_600 * SECOND);
    let mut file = calendar(Reference::Modified(at("2026-11-27T18:00:00Z")));
    let moments = [
        Stamp::Civil(utc("2026-11-20T22:00:00Z")),
        of_day(23),
        of_day(1),
        Stamp::Civil(utc("2020-01-01T00:00:00Z")),
        of_day(2),
    ]
    .map(|stamp| file.resolve(stamp).unwrap().to_string());
    let days: Vec<&str> = moments.iter().map(|moment| &moment[..13]).collect();
    assert_eq!(days, ["2026-11-20T22", "2026-11-20T23", "2026-11-21T01", "2020-01-01T00", "2026-11-21T02"]);
    // A date of another year is none of the file's, nor is one ahead of it; what is read as it is written is of now.
    for (reference, date) in [
        (Reference::Modified(at("2026-11-27T18:00:00Z")), "2020-01-01T00:00:00Z"),
        (Reference::Modified(at("2026-11-27T18:00:00Z")), "2027-01-01T00:00:00Z"),
        (Reference::Arrival, "2026-11-20T22:00:00Z"),
    ] {
        let mut other = calendar(reference);
        other.arrived(at("2026-11-27T18:00:00Z"));
        other.resolve(Stamp::Civil(utc(date)));
        assert_eq!(other.resolve(of_day(10)), Some(at("2026-11-27T10:00:00Z")), "{date}");
    }
}

#[test]
fn what_follows_a_time_is_left() {
    for (text, length) in [
        ("2025-01-10 14:32:15 - name", 19),
        ("2025-01-10 14:32:15,123:DEBUG:x", 23),
        ("2025-01-10 14:32:15 [INFO] x", 19),
        ("2025-01-10 14:32:15 -1 x", 19),
        ("2025-01-10 14:32:15 INFO x", 19),
        ("2025-01-10 14:32:15 Zoe", 19),
        ("Nov  3 09:23:38 2019host", 15),
        ("2025-01-10 14:32:15.", 19),
        ("2025-01-10 14:32:15: 123 rows", 19),
        ("2025-01-10 14:32:15:1234 rows", 19),
        ("2025-01-10 14:32:15:12 rows", 19),
        ("2025-01-10 14:32:15:123.5 s", 19),
        ("2025-01-10 14:32:15:123: rows", 23),
        ("2025-01-10 2:32:15PMA x", 18),
        ("2025-01-10T14:32:15Z[worker/1] x", 20),
        ("Nov  3 09:23:38 ams-1 x", 15),
        ("2025-01-10 14:32:15,007200001056,SYSTEM", 19),
        ("2025-01-10 14-32-15] x", 19),
        ("Nov  3 09:23:38 pm2 x", 15),
        ("2025-01-10 14:32:15 UTC - x", 23),
    ] {
        assert_eq!(read(text).map(|(_, length)| length), Some(length), "{text}");
    }
}

#[test]
fn what_is_no_time_is_not_read() {
    for text in [
        "",
        "2025",
        "2025-13-10 14:32:15",
        "2025-02-29 14:32:15",
        "2025-01-10",
        "2025-01-10 24:00:00",
        "2025-01-10 14:60:00",
        "Jan 32 14:32:15",
        "January",
        "Mon",
        "Monday morning",
        "192.168.1.1 - - [x]",
        "12345678",
        "2025-000T00:00:00",
        "2025-366T00:00:00",
        "10/10/10/10 14:32:15",
        "May be",
        // Versions, identifiers and numbers of telephones.
        "2025-01-10 14.32.15 is out",
        "2025.01.10 14.32.15",
        "2025.01.10-14.32",
        "2025-01-10 14-32-15",
        "2025-01-10] 14:32:15",
        "20250110143299",
        "20251310143215.123",
        "20250110143215-1",
        "202501101432150",
        "2025 March was cold",
        "2025 Jan 10",
        "2025-Jan 10 14:32:15",
        "1/9/70 14:32:15",
        "1-9-25 14:32:15",
        "1/2 14:32:15",
        "10. of 14:32:15",
        "1.2.3, 14:32:15",
        "10-Jan-70 14:32:15",
        "2025年13月10日 14:32:15",
        "2025年1月",
        "January 10th of 14:32:15",
        "Maj general 14:32:15",
        "Lis 32 14:32:15",
    ] {
        assert_eq!(read(text), None, "{text}");
    }
}

#[test]
fn what_date_writes_in_other_languages_is_read() {
    for (text, expected) in [
        ("mar. 14 juil. 2026 22:30:01 CEST", "2026-07-14T20:30:01Z"),
        ("mar 14 jul 2026 22:30:01 CEST", "2026-07-14T20:30:01Z"),
        ("mar jul 14 22:30:01 CEST 2026", "2026-07-14T20:30:01Z"),
        ("mar 14 lug 2026, 22:30:01, CEST", "2026-07-14T20:30:01Z"),
        ("Di 14. Jul 22:30:01 CEST 2026", "2026-07-14T20:30:01Z"),
        ("Di 14. Jul 2026 22:30:01 CEST", "2026-07-14T20:30:01Z"),
        ("ter 14 jul 2026 22:30:01 -03", "2026-07-15T01:30:01Z"),
        ("ter jul 14 22:30:01 -03 2026", "2026-07-15T01:30:01Z"),
        ("Tue Jul 14 22:30:01 -03 2026", "2026-07-15T01:30:01Z"),
        ("di 14 jul 2026 22:30:01 CEST", "2026-07-14T20:30:01Z"),
    ] {
        assert_eq!(read(text), Some((Stamp::Instant(utc(expected)), text.len())), "{text}");
    }
    // March, as nothing else follows.
    let march = Stamp::Yearless { month: 3, day: 14, micros: 22 * HOUR, offset: None };
    assert_eq!(read("mar 14 22:00:00 srv1"), Some((march, "mar 14 22:00:00".len())));
    let kibana = Stamp::Civil(utc("2026-11-20T10:15:30.118Z"));
    assert_eq!(read("Nov 20, 2026 @ 10:15:30.118"), Some((kibana, "Nov 20, 2026 @ 10:15:30.118".len())));
}

#[test]
fn counts_since_1970_tell_their_unit_by_their_size() {
    for (text, expected) in [
        ("1736514735", "2025-01-10T13:12:15Z"),
        ("1736514735.25", "2025-01-10T13:12:15.25Z"),
        ("1736514735123", "2025-01-10T13:12:15.123Z"),
        ("1736514735123456", "2025-01-10T13:12:15.123456Z"),
        ("1736514735123456789", "2025-01-10T13:12:15.123456Z"),
    ] {
        assert_eq!(epoch(text), Some((Stamp::Instant(utc(expected)), text.len())), "{text}");
        let float = from_epoch_float(text.parse().unwrap()).unwrap();
        let Stamp::Instant(micros) = float else { panic!("{float:?}") };
        assert!((micros - utc(expected)).abs() < 200, "{text}: {micros}");
    }
    for text in ["123456789", "12345678901", "x", "", "99999999999999999999"] {
        assert_eq!(epoch(text), None, "{text}");
    }
    assert_eq!(from_epoch(-1), None);
    assert_eq!(from_epoch_float(f64::NAN), None);
}

fn paris(reference: &str) -> Calendar {
    Calendar::new(TimeZone::get("Europe/Paris").unwrap(), Reference::Modified(reference.parse().unwrap()))
}

fn resolve(calendar: &mut Calendar, text: &str) -> String {
    calendar.resolve(read(text).unwrap().0).unwrap().to_string()
}

#[test]
fn the_hour_that_comes_twice_is_told_apart_by_order() {
    let mut calendar = paris("2025-12-01T00:00:00Z");
    for (text, expected) in [
        ("2025-10-26 01:59:59", "2025-10-25T23:59:59.000000Z"),
        ("2025-10-26 02:10:00", "2025-10-26T00:10:00.000000Z"),
        ("2025-10-26 02:50:00", "2025-10-26T00:50:00.000000Z"),
        // A little out of order is not the second round.
        ("2025-10-26 02:49:59", "2025-10-26T00:49:59.000000Z"),
        ("2025-10-26 02:05:00", "2025-10-26T01:05:00.000000Z"),
        ("2025-10-26 02:55:00", "2025-10-26T01:55:00.000000Z"),
        ("2025-10-26 03:00:00", "2025-10-26T02:00:00.000000Z"),
        // There was no such time.
        ("2025-03-30 02:30:00", "2025-03-30T01:30:00.000000Z"),
        ("2025-03-30 03:30:00", "2025-03-30T01:30:00.000000Z"),
        ("2024-10-27 02:30:00", "2024-10-27T00:30:00.000000Z"),
    ] {
        assert_eq!(resolve(&mut calendar, text), expected, "{text}");
    }
}

#[test]
fn a_missing_year_is_the_latest_that_fits_and_goes_on_with_the_lines() {
    let mut calendar = paris("2025-02-03T12:00:00Z");
    for (text, expected) in [
        ("Dec  3 09:23:38", "2024-12-03T08:23:38.000000Z"),
        ("Dec 31 23:59:59", "2024-12-31T22:59:59.000000Z"),
        ("Jan  1 00:00:01", "2024-12-31T23:00:01.000000Z"),
        ("Dec 31 23:59:58", "2024-12-31T22:59:58.000000Z"),
        ("Feb  3 09:47:02", "2025-02-03T08:47:02.000000Z"),
        // Later than the file was written: out of order, not next year.
        ("Jan 10 00:00:00", "2025-01-09T23:00:00.000000Z"),
    ] {
        assert_eq!(resolve(&mut calendar, text), expected, "{text}");
    }
    // A leap day is of a leap year.
    assert_eq!(resolve(&mut paris("2027-06-01T00:00:00Z"), "Feb 29 12:00:00"), "2024-02-29T11:00:00.000000Z");
}

#[test]
fn the_first_year_of_a_long_file_is_found_by_walking_back() {
    let lines = ["Jun  1 00:00:00", "Dec 30 00:00:00", "Jan  2 00:00:00", "Dec 31 23:00:00", "Jan  3 00:00:00"];
    let lines = [lines[0], lines[1], lines[2], "Nov  3 00:00:00", lines[4], "Dec 31 23:59:00"];
    let mut calendar = paris("2025-12-31T23:30:00Z");
    calendar.walk_back(&lines.iter().map(|line| read(line).unwrap().0).collect());
    let years: Vec<String> = lines.iter().map(|line| resolve(&mut calendar, line)[..4].to_owned()).collect();
    assert_eq!(years, ["2023", "2023", "2024", "2024", "2025", "2025"]);
}

#[test]
fn a_time_without_a_day_goes_over_midnight() {
    let mut calendar = paris("2025-02-03T12:00:00Z");
    let mut next = |text| calendar.resolve(read_clock(text).unwrap().0).unwrap().to_string();
    assert_eq!(next("23:59:59.5"), "2025-02-02T22:59:59.500000Z");
    assert_eq!(next("00:00:01"), "2025-02-02T23:00:01.000000Z");
    assert_eq!(next("00:00:00"), "2025-02-02T23:00:00.000000Z");
}

proptest! {
    #[test]
    fn no_text_surprises_the_reader(text in "\\PC{0,40}|[0-9:/., TZ+-]{0,30}|(Jan|Mon|,| |[0-9]){0,14}") {
        for (_, length) in [read(&text), epoch(&text), read_clock(&text)].into_iter().flatten() {
            prop_assert!(text.is_char_boundary(length) && length <= text.len());
        }
    }

    #[test]
    fn a_moment_written_is_read_back(micros in 0..4_102_444_800_000_000_i64) {
        let moment = Timestamp::from_micros(micros);
        prop_assert_eq!(read(&moment.to_string()), Some((Stamp::Instant(micros), 27)));
    }

    #[test]
    fn the_calendar_agrees_with_jiff(micros in prop::collection::vec(0..4_102_444_800_000_000_i64, 1..20)) {
        let zone = TimeZone::get("Europe/Paris").unwrap();
        let mut calendar = Calendar::new(zone.clone(), Reference::Arrival);
        for micros in micros {
            let moment = Timestamp::from_micros(micros);
            let civil = moment.in_zone(&zone).datetime();
            // Only the repeated hour depends on order.
            if zone.to_ambiguous_timestamp(civil).is_ambiguous() { continue; }
            let text = civil.strftime("%Y-%m-%d %H:%M:%S%.6f").to_string();
            prop_assert_eq!(calendar.resolve(read(&text).unwrap().0), Some(moment));
        }
    }

    #[test]
    fn no_order_of_stamps_surprises_the_calendar(stamps in prop::collection::vec((0..4, 1_u8..13, 1_u8..32, 0..86_400_000_000_i64), 0..30)) {
        let mut calendar = paris("2025-02-03T12:00:00Z");
        let stamps: Vec<Stamp> = stamps.into_iter().map(|(kind, month, day, micros)| match kind {
            0 => Stamp::Yearless { month, day: day.min(days_in_month(2000, month)), micros, offset: None },
            1 => Stamp::OfDay(micros),
            2 => Stamp::Civil(micros * 40_000),
            _ => Stamp::Instant(micros),
        }).collect();
        calendar.walk_back(&stamps.iter().copied().collect());
        for stamp in stamps {
            prop_assert!(calendar.resolve(stamp).is_some());
        }
    }
}

#[test]
fn zones_behind_dates_with_strokes_are_counted_in() {
    for (text, expected) in [
        ("1/13/25, 14:32:15 +0100", "2025-01-13T13:32:15.000000Z"),
        ("01/13/25 14:32:15 +0100", "2025-01-13T13:32:15.000000Z"),
        ("1/19/25 2:32:15 PM UTC", "2025-01-19T14:32:15.000000Z"),
        ("13/05/2025 00:30:00 CEST", "2025-05-12T22:30:00.000000Z"),
    ] {
        let (stamp, length) = read(text).unwrap();
        assert!(length == text.len() && !stamp.is_zoneless(), "{text}: {stamp:?}");
        assert_eq!(resolve(&mut paris("2025-06-01T00:00:00Z"), text), expected, "{text}");
    }
}

#[test]
fn of_two_short_years_the_later_that_has_been_is_meant() {
    for (text, expected) in [
        ("30/06/26 17:44:47", "2026-06-30T15:44:47.000000Z"),
        ("25/06/26 17:44:47", "2026-06-25T15:44:47.000000Z"),
        ("26/06/25 17:44:47", "2026-06-25T15:44:47.000000Z"),
        ("03/12/25 16:58:09", "2025-12-03T15:58:09.000000Z"),
        ("17/06/09 20:10:40", "2017-06-09T18:10:40.000000Z"),
        ("03.12.25 16:58:09", "2025-12-03T15:58:09.000000Z"),
    ] {
        assert_eq!(resolve(&mut paris("2026-11-26T12:00:00Z"), text), expected, "{text}");
    }
}

#[test]
fn what_stands_first_in_a_date_is_told_by_the_others() {
    let read_all = |modified: &str, lines: &[&str]| {
        let reference = Reference::Modified(modified.parse().unwrap());
        let mut calendar = Calendar::new(TimeZone::UTC, reference);
        let stamps: Vec<Stamp> = lines.iter().map(|line| read(line).unwrap().0).collect();
        calendar.walk_back(&stamps.iter().copied().collect());
        let day = |stamp: &Stamp| calendar.resolve(*stamp).unwrap().to_string()[..10].to_owned();
        stamps.iter().map(day).collect::<Vec<_>>()
    };
    let later = "2026-06-01T00:00:00Z";
    // A number above twelve further on, dates that go on from day to day, and AM or PM.
    assert_eq!(read_all(later, &["07/11/2022 10:00:00", "13/11/2022 10:00:00"]), ["2022-11-07", "2022-11-13"]);
    assert_eq!(read_all(later, &["07/11/2022 10:00:00", "07/13/2022 10:00:00"]), ["2022-07-11", "2022-07-13"]);
    assert_eq!(read_all(later, &["07/11/2022 10:00:00", "07/12/2022 10:00:00"]), ["2022-07-11", "2022-07-12"]);
    assert_eq!(read_all(later, &["07/11/2022 10:00:00", "08/11/2022 10:00:00"]), ["2022-11-07", "2022-11-08"]);
    assert_eq!(read_all(later, &["7/1/2022 2:00:00 PM"]), ["2022-07-01"]);
    // Without zeros and with a short year, as in America.
    assert_eq!(read_all(later, &["7/1/25, 14:00:00"]), ["2025-07-01"]);
    assert_eq!(read_all(later, &["7/1/25, 14:00:00", "13/1/25, 14:00:00"]), ["2025-01-07", "2025-01-13"]);
    // The file was written the same day; nothing is written before its time.
    assert_eq!(read_all("2022-07-11T18:00:00Z", &["07/11/2022 10:00:00"]), ["2022-07-11"]);
    assert_eq!(read_all("2022-11-07T18:00:00Z", &["07-11-2022 10:00:00"]), ["2022-11-07"]);
    assert_eq!(read_all("2022-09-01T00:00:00Z", &["07/11/2022 10:00:00"]), ["2022-07-11"]);
    // A zone behind them tells nothing of it, and is counted in.
    assert_eq!(read_all(later, &["07/11/2022 23:30:00 EST", "07/13/2022 10:00:00 EST"]), ["2022-07-12", "2022-07-13"]);
    assert_eq!(read_all(later, &["03/05/25 00:30:00 CET", "13/05/25 10:00:00 CET"]), ["2025-05-02", "2025-05-13"]);
    assert_eq!(read_all(later, &["1/9/25 2:32:15 PM UTC"]), ["2025-01-09"]);
    // Nothing tells.
    assert_eq!(read_all(later, &["07/11/2022 10:00:00"]), ["2022-11-07"]);
}
