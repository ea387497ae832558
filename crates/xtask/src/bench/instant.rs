//! Moments on the machine's one real-time clock, which the measured programs write down and we read: microseconds
//! since 1970.

use anyhow::{Context, Result};
use std::time::{SystemTime, UNIX_EPOCH};

/// Now.
#[expect(clippy::disallowed_methods, reason = "what is measured here is real time")]
pub(crate) fn now_micros() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_micros().try_into().unwrap_or(i64::MAX))
}

/// `2025-01-31T12:34:56.123456Z` (RFC 3339 in UTC, as the API writes it; any number of decimals).
pub(crate) fn parse_micros(text: &str) -> Result<i64> {
    parse(text).with_context(|| format!("{text:?} is no moment in UTC"))
}

fn parse(text: &str) -> Option<i64> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let mut date = date.split('-').map(str::parse::<i64>);
    let (year, month, day) = (date.next()?.ok()?, date.next()?.ok()?, date.next()?.ok()?);
    let (time, decimals) = time.split_once('.').unwrap_or((time, ""));
    let mut time = time.split(':').map(str::parse::<i64>);
    let (hours, minutes, seconds) = (time.next()?.ok()?, time.next()?.ok()?, time.next()?.ok()?);
    let micros: i64 = format!("{decimals:0<6}").get(..6)?.parse().ok()?;
    let seconds = ((days_since_1970(year, month, day) * 24 + hours) * 60 + minutes) * 60 + seconds;
    Some(seconds * 1_000_000 + micros)
}

/// Days of the Gregorian calendar, counting years from March so that the leap day comes last.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    let days_before_month = (153 * month + 2) / 5;
    365 * year + leap_days + days_before_month + day - 1 - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments() {
        let cases = [
            ("1970-01-01T00:00:00Z", 0),
            ("1970-01-01T00:00:01.5Z", 1_500_000),
            ("2000-02-29T00:00:00Z", 951_782_400_000_000),
            ("2026-11-21T02:05:15.123456Z", 1_795_226_715_123_456),
            ("2026-11-21T02:05:15.123456789Z", 1_795_226_715_123_456),
        ];
        for (text, expected) in cases {
            assert_eq!(parse_micros(text).unwrap(), expected, "{text}");
        }
        assert!(parse_micros("2026-11-21T02:05:15+01:00").is_err());
        assert!(parse_micros("yesterday").is_err());
    }
}
