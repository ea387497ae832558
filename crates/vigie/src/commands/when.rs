//! Moments as people write them: `today`, `yesterday`, a date, a date with a time, `3h` ago, `90d` from now.

use crate::{
    failure::{Failure, Result},
    words::t,
};
use jiff::{civil, tz::TimeZone};
use mail::rate::parse_duration;
use model::Timestamp;
use telemetry::query::language::Moment;

/// A moment in the past. A date is its first instant in the zone.
pub(super) fn past(text: &str, option: &str, zone: &TimeZone, now: Timestamp) -> Result<Timestamp> {
    if let Some(moment) = Moment::parse(text) {
        return Ok(moment.start(now, zone));
    }
    if let Ok(at) = text.parse() {
        return Ok(at);
    }
    if let Some(at) = text.parse::<civil::DateTime>().ok().and_then(|at| at.to_zoned(zone.clone()).ok()) {
        return Ok(at.timestamp().into());
    }
    match parse_duration(text) {
        Ok(length) => Ok(now - length),
        Err(_) => Err(Failure::refused(t!("not-a-moment", option, text)).help(t!("not-a-moment-help"))),
    }
}

/// The end of a moment in the past: of a day its last instant, as `until:` has it in queries.
pub(super) fn past_end(text: &str, option: &str, zone: &TimeZone, now: Timestamp) -> Result<Timestamp> {
    match Moment::parse(text) {
        Some(moment) => Ok(moment.end(now, zone)),
        None => past(text, option, zone, now),
    }
}

/// A moment to come.
pub(super) fn to_come(text: &str, option: &str, zone: &TimeZone, now: Timestamp) -> Result<Timestamp> {
    let at = match parse_duration(text) {
        Ok(length) => now + length,
        Err(_) => past(text, option, zone, now)?,
    };
    if at > now {
        return Ok(at);
    }
    Err(Failure::refused(t!("moment-over", option, text)).help(t!("moment-over-help")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_in_the_zone() {
        let zone = TimeZone::get("Europe/Paris").unwrap();
        let now: Timestamp = "2025-07-01T22:30:00Z".parse().unwrap();
        let read = |text: &str| past(text, "since", &zone, now).unwrap().to_string();
        assert_eq!(read("today"), "2025-07-01T22:00:00.000000Z");
        assert_eq!(read("yesterday"), "2025-06-30T22:00:00.000000Z");
        assert_eq!((read("aujourd’hui"), read("hier")), (read("today"), read("yesterday")));
        assert_eq!(read("2025-01-31"), "2025-01-30T23:00:00.000000Z");
        assert_eq!(read("2025-01-31T14:00"), "2025-01-31T13:00:00.000000Z");
        assert_eq!(read("2025-01-31T14:00:00Z"), "2025-01-31T14:00:00.000000Z");
        assert_eq!(read("3h"), "2025-07-01T19:30:00.000000Z");
        assert_eq!(read("2025-01-31 14:00"), "2025-01-31T13:00:00.000000Z");
        assert_eq!(read("400d"), "2024-05-27T22:30:00.000000Z");
        assert_eq!(read("52w"), "2024-07-02T22:30:00.000000Z");
        assert_eq!(read("2j"), "2025-06-29T22:30:00.000000Z");
        let end = |text: &str| past_end(text, "until", &zone, now).unwrap().to_string();
        assert_eq!(end("today"), "2025-07-02T22:00:00.000000Z");
        assert_eq!(end("2025-01-31"), "2025-01-31T23:00:00.000000Z");
        assert_eq!(end("2025-01-31 14:00"), "2025-01-31T13:01:00.000000Z");
        assert_eq!(end("3h"), read("3h"));
        assert!(past("soon", "since", &zone, now).is_err());
        assert_eq!(to_come("2d", "expires", &zone, now).unwrap().to_string(), "2025-07-03T22:30:00.000000Z");
        assert!(to_come("today", "expires", &zone, now).is_err());
    }
}
