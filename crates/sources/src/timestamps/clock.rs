//! The time of day behind a date.

use super::{HOUR, MINUTE, SECOND, shapes::count};

/// `14:32`, `14:32:15`, `14:32:15.123456789`, `14:32:15,123`, `2:32:15 PM`: µs since midnight.
pub(super) fn clock(bytes: &[u8], at: usize) -> Option<(i64, usize)> {
    let digits = if matches!(bytes.get(at + 1), Some(b':' | b'h')) { 1 } else { 2 };
    let mut hour = count(bytes, at, digits)?;
    let start = at;
    let at = at + digits;
    match bytes.get(at) {
        Some(b'h') => return french_clock(bytes, hour, at + 1),
        Some(b'.' | b'-') => return dotted_clock(bytes, start),
        _ => {}
    }
    // Basic ISO 8601 has no colons.
    let colon = usize::from(bytes.get(at) == Some(&b':'));
    let minute = count(bytes, at + colon, 2)?;
    let mut end = at + colon + 2;
    let mut micros = 0;
    let seconds_follow = if colon == 1 { bytes.get(end) == Some(&b':') } else { true };
    if let Some(second) = seconds_follow.then(|| count(bytes, end + colon, 2)).flatten() {
        // A leap second is the first of the next minute.
        if second > 60 {
            return None;
        }
        let (fraction, after) = match bytes.get(end + colon + 2) {
            Some(b':') if colon == 1 => thousandths(bytes, end + colon + 2),
            _ => fraction(bytes, end + colon + 2),
        };
        micros = second * SECOND + fraction;
        end = after;
        // `19325801`: hundredths behind the seconds, as mORMot writes them.
        let digits = bytes[end..].iter().take(3).take_while(|byte| byte.is_ascii_digit()).count();
        if colon == 0 && digits == 2 && bytes.get(end + 2).is_none_or(|byte| *byte == b' ') {
            micros += count(bytes, end, 2)? * 10_000;
            end += 2;
        }
    } else if colon == 0 {
        return None;
    }
    if let Some((afternoon, after)) = half(bytes, end) {
        hour = hour % 12 + if afternoon { 12 } else { 0 };
        end = after;
    }
    (hour <= 23 && minute <= 59).then_some((hour * HOUR + minute * MINUTE + micros, end))
}

/// Whether ` PM` or `PM` stands at `at`, rather than ` AM`, and the place behind it.
fn half(bytes: &[u8], at: usize) -> Option<(bool, usize)> {
    let spaced = bytes.get(at) == Some(&b' ');
    let from = at + usize::from(spaced);
    let afternoon = match bytes.get(from..from + 2)? {
        b"AM" | b"am" => false,
        b"PM" | b"pm" => true,
        _ => return None,
    };
    // A host may be called `pm2` or `ams-1`.
    let is_word = bytes.get(from + 2).is_some_and(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(byte));
    (!is_word).then_some((afternoon, from + 2))
}

/// `14.32.15` and `14-32-15` where they hang on their date as in `2025.01.10-14.32.15`, have a half of the day behind them, as Oracle
/// writes them, or `klo` before them, as Finns do; behind a space alone they may be a version or a date.
fn dotted_clock(bytes: &[u8], at: usize) -> Option<(i64, usize)> {
    // Tracy's stands in a bracket: `[2025-01-10 14-32-15]`.
    let is_enclosed = || bytes.get(at + 2) == Some(&b'-') && bytes.get(at + 8) == Some(&b']');
    let hangs = match bytes.get(at.checked_sub(1)?)? {
        b'-' | b'_' | b'T' => true,
        b' ' => bytes[..at].ends_with(b"klo ") || is_enclosed(),
        _ => false,
    };
    if bytes.get(at + 5) != bytes.get(at + 2) {
        return None;
    }
    let (mut hour, minute, second) = (count(bytes, at, 2)?, count(bytes, at + 3, 2)?, count(bytes, at + 6, 2)?);
    let (fraction, end) = match bytes.get(at + 8) {
        Some(b':') => thousandths(bytes, at + 8),
        _ => fraction(bytes, at + 8),
    };
    let half = half(bytes, end);
    let end = half.map_or(end, |(_, end)| end);
    match half {
        Some((afternoon, _)) => hour = hour % 12 + if afternoon { 12 } else { 0 },
        None if !hangs => return None,
        None => {}
    }
    let exists = hour <= 23 && minute <= 59 && second <= 60;
    exists.then_some((hour * HOUR + minute * MINUTE + second * SECOND + fraction, end))
}

/// `:123` and `:123456` at `at` in µs: exactly three or six digits behind the seconds, and nothing that would make them another number.
fn thousandths(bytes: &[u8], at: usize) -> (i64, usize) {
    let goes_on = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'/');
    let ends = |at: usize| !bytes.get(at).is_some_and(goes_on);
    match (count(bytes, at + 1, 3), count(bytes, at + 4, 3)) {
        (Some(millis), _) if ends(at + 4) => (millis * 1_000, at + 4),
        (Some(millis), Some(micros)) if ends(at + 7) => (millis * 1_000 + micros, at + 7),
        _ => (0, at),
    }
}

/// `58`, `58m09`, `58:09` and `58m09s` behind `16h`.
fn french_clock(bytes: &[u8], hour: i64, at: usize) -> Option<(i64, usize)> {
    let minute = count(bytes, at, 2)?;
    let is_separated = matches!(bytes.get(at + 2), Some(b'm' | b':'));
    let second = is_separated.then(|| count(bytes, at + 3, 2)).flatten();
    let end = match second {
        Some(_) => at + 5 + usize::from(bytes.get(at + 5) == Some(&b's')),
        None => at + 2,
    };
    let second = second.unwrap_or(0);
    (hour <= 23 && minute <= 59 && second <= 59).then_some((hour * HOUR + minute * MINUTE + second * SECOND, end))
}

/// `.123456789` or `,123` at `at` in µs, rounded down; 0 where there is none.
pub(super) fn fraction(bytes: &[u8], at: usize) -> (i64, usize) {
    if !matches!(bytes.get(at), Some(b'.' | b',')) || !bytes.get(at + 1).is_some_and(u8::is_ascii_digit) {
        return (0, at);
    }
    const DIGITS_MAX: usize = 9;
    let digits = bytes[at + 1..].iter().take(DIGITS_MAX + 1).take_while(|byte| byte.is_ascii_digit()).count();
    // A longer number behind a comma is the next column.
    if digits > DIGITS_MAX && bytes[at] == b',' {
        return (0, at);
    }
    let mut micros = 0;
    let mut unit = 100_000;
    let mut end = at + 1;
    while let Some(digit) = bytes.get(end).filter(|byte| byte.is_ascii_digit()) {
        micros += i64::from(digit - b'0') * unit;
        unit /= 10;
        end += 1;
    }
    (micros, end)
}

/// Whether the clock at `at` is one of twelve hours.
pub(super) fn has_halves(bytes: &[u8], at: usize) -> bool {
    let Some((_, end)) = clock(bytes, at) else { return false };
    end.checked_sub(2)
        .and_then(|at| bytes.get(at..end))
        .is_some_and(|half| half.eq_ignore_ascii_case(b"AM") || half.eq_ignore_ascii_case(b"PM"))
}
