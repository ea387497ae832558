//! Moments as machines write them: RFC 3339, or a number since 1970.

use model::Timestamp;

/// Reads RFC 3339, a `T` or a space between date and time. Digits beyond the microsecond are dropped.
pub fn parse_rfc3339(text: &[u8]) -> Option<Timestamp> {
    utc(text).or_else(|| std::str::from_utf8(text).ok()?.parse().ok())
}

/// Reads a number of seconds, milliseconds, microseconds or nanoseconds since 1970: which of them, its size tells, for any
/// moment between 1973 and 5138.
pub fn from_epoch(number: i64) -> Timestamp {
    Timestamp::from_micros(match number.unsigned_abs() {
        0..100_000_000_000 => number * 1_000_000,
        100_000_000_000..100_000_000_000_000 => number * 1_000,
        100_000_000_000_000..100_000_000_000_000_000 => number,
        _ => number / 1_000,
    })
}

/// The most common form, without the generality: `2026-11-17T00:00:00.037436Z`.
fn utc(text: &[u8]) -> Option<Timestamp> {
    let (date_time, rest) = text.split_at_checked(19)?;
    let fraction = rest.strip_suffix(b"Z")?;
    let separators = [(4, b'-'), (7, b'-'), (13, b':'), (16, b':')];
    if !matches!(date_time[10], b'T' | b' ') || separators.iter().any(|(at, byte)| date_time[*at] != *byte) {
        return None;
    }
    let number = |from: usize, to: usize| digits(&date_time[from..to]);
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    let length = days_in_month(year, month)?;
    if !(1..=length).contains(&day) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let seconds = ((days_since_1970(year, month, day) * 24 + hour) * 60 + minute) * 60 + second;
    Some(Timestamp::from_micros(seconds * 1_000_000 + micros(fraction)?))
}

fn digits(text: &[u8]) -> Option<i64> {
    text.iter().try_fold(0, |number, digit| digit.is_ascii_digit().then(|| number * 10 + i64::from(digit - b'0')))
}

/// `.5` is 500,000.
fn micros(fraction: &[u8]) -> Option<i64> {
    let Some((point, fraction)) = fraction.split_first() else { return Some(0) };
    if *point != b'.' || fraction.is_empty() || fraction.len() > 9 {
        return None;
    }
    let kept = &fraction[..fraction.len().min(6)];
    digits(fraction)?;
    Some(digits(kept)? * 10i64.pow(6 - kept.len() as u32))
}

fn days_in_month(year: i64, month: i64) -> Option<i64> {
    Some(match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        1..=12 => 31,
        _ => return None,
    })
}

/// Counted in years that begin in March, so that leap days come last.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month > 2 { year } else { year - 1 };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_moment_is_read_as_it_is_written(micros in -2_000_000_000_000_000i64..60_000_000_000_000_000) {
            let moment = Timestamp::from_micros(micros);
            prop_assert_eq!(utc(moment.to_string().as_bytes()), Some(moment));
        }

        #[test]
        fn both_ways_agree_on_any_date(text in "20[0-9]{2}-[01][0-9]-[0-3][0-9]T[012][0-9]:[0-6][0-9]:[0-5][0-9](\\.[0-9]{1,10})?Z") {
            if let Some(moment) = utc(text.as_bytes()) {
                let slow: Timestamp = text.parse().unwrap();
                prop_assert_eq!(moment, slow);
            }
        }
    }

    #[test]
    fn other_zones_are_read_too() {
        let moment = "2026-11-17T00:00:00Z".parse().ok();
        assert_eq!(parse_rfc3339(b"2026-11-17T01:00:00+01:00"), moment);
        assert_eq!(parse_rfc3339(b"2026-11-17 00:00:00Z"), moment);
        assert_eq!(parse_rfc3339(b"yesterday"), None);
        for number in [1_794_873_600, 1_794_873_600_000, 1_794_873_600_000_000, 1_794_873_600_000_000_000] {
            assert_eq!(Some(from_epoch(number)), moment);
        }
    }
}
