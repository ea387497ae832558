//! The shapes themselves, byte by byte: a time is read on every line, so there is no table of patterns to try in turn.
//!
//! Every function takes the whole text and a place in it, and gives what it read with the place behind it.

use super::{
    DAY, SECOND, Slashed, Stamp,
    clock::{clock, has_halves},
    days_in_month, days_of,
    months::month,
    weekdays,
    zone::{zone, zone_or_hours},
};

/// What begins with a digit.
pub(super) fn numeric(bytes: &[u8]) -> Option<(Stamp, usize)> {
    let digits = bytes.iter().take(9).take_while(|byte| byte.is_ascii_digit()).count();
    match (digits, bytes.get(digits)?) {
        (4, b'-' | b'/' | b'.' | b':') => year_first(bytes),
        (4, b' ') => year_and_name(bytes),
        (4, 0x80..) => with_signs(bytes),
        (8, b'T' | b' ' | b'-' | b'_') => {
            let days = date(count(bytes, 0, 4)?, count(bytes, 4, 2)?, count(bytes, 6, 2)?)?;
            rest_of(bytes, days, 9)
        }
        (6, b' ') => {
            let days = date(short_year(count(bytes, 0, 2)?), count(bytes, 2, 2)?, count(bytes, 4, 2)?)?;
            rest_of(bytes, days, skip_spaces(bytes, 6))
        }
        (1 | 2, b'/' | b'-' | b' ' | b'.') => day_first(bytes, digits),
        (9, _) => compact(bytes),
        (1 | 2, b'A'..=b'Z') => day_joined(bytes, digits),
        _ => None,
    }
}

/// `20250110143215.123`: fourteen digits, of this century, with a fraction or nothing of a word behind them.
fn compact(bytes: &[u8]) -> Option<(Stamp, usize)> {
    let digits = bytes.iter().take(15).take_while(|byte| byte.is_ascii_digit()).count();
    if digits != 14 || !bytes.starts_with(b"20") {
        return None;
    }
    let days = date(count(bytes, 0, 4)?, count(bytes, 4, 2)?, count(bytes, 6, 2)?)?;
    let read = rest_of(bytes, days, 8)?;
    let goes_on = bytes.get(read.1).is_some_and(|byte| byte.is_ascii_alphanumeric() || b"_-./".contains(byte));
    (!goes_on).then_some(read)
}

/// `2025 Jan 10 14:32:15`, as switches write it, and `2025-Jan-10 14:32:15`.
fn year_and_name(bytes: &[u8]) -> Option<(Stamp, usize)> {
    let separator = bytes[4];
    let (month, end) = month(bytes, 5)?;
    if bytes.get(end) != Some(&separator) {
        return None;
    }
    let day_at = if separator == b' ' { skip_spaces(bytes, end) } else { end + 1 };
    let digits = bytes.get(day_at..)?.iter().take(2).take_while(|byte| byte.is_ascii_digit()).count();
    let days = date(count(bytes, 0, 4)?, month, count(bytes, day_at, digits)?)?;
    match bytes.get(day_at + digits)? {
        b' ' | b'T' => rest_of(bytes, days, skip_spaces(bytes, day_at + digits + 1)),
        _ => None,
    }
}

/// `2025-01-10…`, `2025/01/10…`, the day of the year, `2025-010T…`, and that of a week, `2025-W02-5T…`.
fn year_first(bytes: &[u8]) -> Option<(Stamp, usize)> {
    let year = count(bytes, 0, 4)?;
    let separator = bytes[4];
    if bytes.get(7) == Some(&separator) {
        let days = date(year, count(bytes, 5, 2)?, count(bytes, 8, 2)?)?;
        return rest_of(bytes, days, clock_behind(bytes, 10)?);
    }
    if separator == b'-' && bytes.get(5) == Some(&b'W') {
        return of_week(bytes, year);
    }
    if matches!(separator, b'-' | b'/') && bytes.get(5).is_some_and(u8::is_ascii_alphabetic) {
        return year_and_name(bytes);
    }
    let of_year = count(bytes, 5, 3)?;
    let length = if days_in_month(year, 2) == 29 { 366 } else { 365 };
    if !matches!(separator, b'-' | b'/') || !(1..=length).contains(&of_year) || !matches!(bytes.get(8)?, b'T' | b' ') {
        return None;
    }
    rest_of(bytes, date(year, 1, 1)? + of_year - 1, 9)
}

/// `2025-W02-5T14:32:15`: Monday is the first day, and the week of the 4th of January the first week (ISO 8601).
fn of_week(bytes: &[u8], year: i64) -> Option<(Stamp, usize)> {
    let (week, day) = (count(bytes, 6, 2)?, count(bytes, 9, 1)?);
    let exists = (1..=53).contains(&week) && (1..=7).contains(&day) && bytes.get(8) == Some(&b'-');
    let fourth = date(year, 1, 4).filter(|_| exists)?;
    // 1970 began on a Thursday.
    let monday = fourth - (fourth + 3).rem_euclid(7);
    rest_of(bytes, monday + (week - 1) * 7 + day - 1, clock_behind(bytes, 10)?)
}

/// `10/Jan/2025:14:32:15 +0100`, `10-Jan-2025 …`, `10 Jan 2025 …`, `10/01/2025 …`, and year first in two digits.
fn day_first(bytes: &[u8], digits: usize) -> Option<(Stamp, usize)> {
    let first = count(bytes, 0, digits)?;
    // `20. November 2026`, as in German and Danish.
    let is_dotted = bytes[digits..].starts_with(b". ");
    let separator = if is_dotted { b' ' } else { bytes[digits] };
    let at = digits + 1 + usize::from(is_dotted);
    if let Some((month, end)) = month(bytes, skip_of(bytes, at)) {
        return day_and_name(bytes, first, separator, month, end);
    }
    if separator == b' ' {
        return None;
    }
    let seconds = bytes[at..].iter().take(3).take_while(|byte| byte.is_ascii_digit()).count();
    let year_at = at + seconds + 1;
    if bytes.get(at + seconds) != Some(&separator) {
        return None;
    }
    let second = count(bytes, at, seconds.min(3)).filter(|_| seconds < 3)?;
    // `20.11. 10:15:30`, as in German and Finnish.
    if separator == b'.' && bytes.get(year_at) == Some(&b' ') {
        return yearless(bytes, Some(second).filter(|month| (1..=12).contains(month))?, first, year_at + 1);
    }
    if let Some(year) = count(bytes, year_at, 4) {
        let clock_at = clock_behind(bytes, year_at + 4)?;
        if separator == b'.' {
            return rest_of(bytes, date(year, second, first)?, clock_at);
        }
        let slashed = Slashed::new(first, second, year, has_halves(bytes, clock_at))?;
        return zoned(bytes, slashed, clock_at);
    }
    let last = count(bytes, year_at, 2)?;
    // `1/9/25, 2:32 PM`, of which only strokes and a year of now tell that it is a date.
    let is_short = (digits < 2 || seconds < 2) && (separator != b'/' || !YEARS_OF_NOW.contains(&last));
    let is_divided = match bytes.get(year_at + 2) {
        Some(b' ') => true,
        Some(b',' | b';') => separator != b'-',
        _ => separator == b'/',
    };
    if is_short || !is_divided {
        return None;
    }
    let clock_at = clock_behind(bytes, year_at + 2)?;
    // With dots the day stands first, as in German and Czech. With strokes the year does in Spark's logs, and the day or the
    // month in those of people: where only the last can be a year of now, it is one.
    if separator == b'.' {
        return rest_of(bytes, date(short_year(last), second, first)?, clock_at);
    }
    if separator == b'/' && YEARS_OF_NOW.contains(&last) {
        // Without zeros, `3/5/26` is how Java and others write it in America.
        let american = digits < 2 || seconds < 2 || has_halves(bytes, clock_at);
        let slashed = Slashed::new(first, second, short_year(last), american)?;
        let slashed = Slashed { may_begin_with_year: YEARS_OF_NOW.contains(&first), ..slashed };
        return zoned(bytes, slashed, clock_at);
    }
    rest_of(bytes, date(short_year(first), second, last)?, clock_at)
}

/// From the end of the month's name on: `10/Jan/2025:14:32:15`, `10-Jan 14:32:15`, `10 de enero de 2025 14:32:15`.
fn day_and_name(bytes: &[u8], day: i64, separator: u8, month: i64, end: usize) -> Option<(Stamp, usize)> {
    if separator == b'-' && bytes.get(end) == Some(&b' ') {
        return yearless(bytes, month, day, end + 1);
    }
    if bytes.get(end) != Some(&separator) || separator == b'.' {
        return None;
    }
    let at = skip_of(bytes, end + 1);
    let Some(year) = count(bytes, at, 4) else {
        return yearless(bytes, month, day, at).or_else(|| named_and_short(bytes, month, day, at));
    };
    if bytes.get(at + 2) == Some(&b':') {
        return yearless(bytes, month, day, at);
    }
    rest_of(bytes, date(year, month, day)?, clock_behind(bytes, at + 4)?)
}

/// `26 10:15:30` behind `20-Nov-` and `20/Nov/`: a year of now in two digits.
fn named_and_short(bytes: &[u8], month: i64, day: i64, at: usize) -> Option<(Stamp, usize)> {
    let year = count(bytes, at, 2).filter(|year| YEARS_OF_NOW.contains(year))?;
    let divided = matches!(bytes.get(at + 2)?, b' ' | b':' | b',');
    divided.then(|| rest_of(bytes, date(short_year(year), month, day)?, clock_behind(bytes, at + 2)?))?
}

/// `2026年11月20日 10:15:30`, as Chinese and Japanese write it.
fn with_signs(bytes: &[u8]) -> Option<(Stamp, usize)> {
    let text = |at: usize, sign: &str| bytes.get(at..).is_some_and(|rest| rest.starts_with(sign.as_bytes()));
    let part = |at: usize, sign: &str| {
        let digits = bytes.get(at..)?.iter().take(2).take_while(|byte| byte.is_ascii_digit()).count();
        let end = at + digits;
        text(end, sign).then(|| Some((count(bytes, at, digits)?, end + sign.len())))?
    };
    let year = count(bytes, 0, 4).filter(|_| text(4, "年"))?;
    let (month, at) = part(4 + "年".len(), "月")?;
    let (day, at) = part(at, "日")?;
    rest_of(bytes, date(year, month, day)?, skip_spaces(bytes, at))
}

/// Where the clock stands behind a date that ends at `at`: `2026-11-20T10:15:30`, `06/27/2014 - 17:51:19`, `20/10/2026 -- 10:15:30`,
/// `03/12/2026 à 16h58`, `Nov 20, 2026 @ 10:15:30`, `2026-11-20;10:15:30`, `2026-11-20][10:15:30`, `2026-11-20","10:15:30`.
fn clock_behind(bytes: &[u8], at: usize) -> Option<usize> {
    let at = match bytes.get(at)? {
        b'T' | b't' | b' ' | b'_' | b'-' | b':' | b',' | b';' | b'|' | b'@' | b'\t' => at + 1,
        b']' => at + 1 + ["[", " ["].iter().find(|open| bytes[at + 1..].starts_with(open.as_bytes()))?.len(),
        b'"' => at + 1 + [",\"", ";\"", "\t\""].iter().find(|open| bytes[at + 1..].starts_with(open.as_bytes()))?.len(),
        _ => return None,
    };
    // Nearly always it stands there.
    if bytes.get(at).is_some_and(u8::is_ascii_digit) {
        return Some(at);
    }
    let at = skip_spaces(bytes, at);
    let rest = bytes.get(at..).unwrap_or_default();
    let between =
        ["- ", "-- ", "| ", "@ ", "à ", "um ", "at ", "klo "].iter().find(|word| rest.starts_with(word.as_bytes()));
    Some(at + between.map_or(0, |word| word.len()))
}

/// `20NOV2026:10:15:30`, `20Nov2026 10:15:30`: the name of the month with nothing around it.
fn day_joined(bytes: &[u8], digits: usize) -> Option<(Stamp, usize)> {
    let (month, end) = month(bytes, digits)?;
    let days = date(count(bytes, end, 4)?, month, count(bytes, 0, digits)?)?;
    rest_of(bytes, days, clock_behind(bytes, end + 4)?)
}

/// A date of which others tell which number is the month, or which tells it of others, with the clock at `at` and the zone behind it.
fn zoned(bytes: &[u8], slashed: Slashed, at: usize) -> Option<(Stamp, usize)> {
    let (micros, end) = clock(bytes, at)?;
    let (offset, end) = zone(bytes, end);
    Some((Stamp::Slashed { date: slashed, micros, offset }, end))
}

/// Years of which two digits may be all that is written.
pub(super) const YEARS_OF_NOW: std::ops::RangeInclusive<i64> = 24..=35;

/// What begins with a letter: a month or a day of the week.
pub(super) fn named(bytes: &[u8]) -> Option<(Stamp, usize)> {
    // `mar.` is March, and Tuesday in French, Spanish and Italian.
    if let Some((month, end)) = month(bytes, 0)
        && let Some(found) = month_first(bytes, month, 0, end)
    {
        return Some(found);
    }
    const WEEK: [&[u8; 3]; 7] = [b"Mon", b"Tue", b"Wed", b"Thu", b"Fri", b"Sat", b"Sun"];
    let start = bytes.get(..3)?;
    let name = bytes.iter().take(9).take_while(|byte| byte.is_ascii_alphabetic()).count();
    // `Friday`, in full; `Montag` begins as `Monday` does.
    if !WEEK.iter().any(|day| start == *day) || name > 3 && !bytes[..name].ends_with(b"day") {
        return weekdays::dated(bytes);
    }
    let end = name + usize::from(bytes.get(name) == Some(&b','));
    let at = skip_spaces(bytes, end);
    if at == end {
        return None;
    }
    if let Some((month, end)) = month(bytes, at) {
        return month_first(bytes, month, at, end);
    }
    // `Sun 2026-05-31 22:53:17 UTC`, as systemd writes it.
    if count(bytes, at, 4).is_some() && bytes.get(at + 4) == Some(&b'-') {
        return year_first(&bytes[at..]).map(|(stamp, length)| (stamp, at + length));
    }
    let digits = bytes[at..].iter().take(2).take_while(|byte| byte.is_ascii_digit()).count();
    // `Fri 20/11/2026 10:15:30`, as Windows' shell tells the date.
    if digits == 0 || !matches!(bytes.get(at + digits)?, b' ' | b'-' | b'/' | b'.') {
        return None;
    }
    let (stamp, length) = day_first(&bytes[at..], digits)?;
    Some((stamp, at + length))
}

/// `Jan 10 14:32:15`, `Jan 10 2025 14:32:15`, `Jan 10, 2025 2:32:15 PM`, and behind a weekday asctime and `date`.
fn month_first(bytes: &[u8], month: i64, start: usize, end: usize) -> Option<(Stamp, usize)> {
    if let Some(separator @ (b'-' | b'/')) = bytes.get(end) {
        return dashed(bytes, month, end + 1, *separator);
    }
    let at = skip_spaces(bytes, end);
    let digits = bytes.get(at..)?.iter().take(2).take_while(|byte| byte.is_ascii_digit()).count();
    let day = count(bytes, at, digits)?;
    // `November 20th 2026, 10:15:30`, as moment.js writes it.
    let ordinal = match bytes.get(at + digits..at + digits + 2) {
        Some(b"st" | b"nd" | b"rd" | b"th") => 2,
        _ => 0,
    };
    let day_end = at + digits + ordinal;
    let comma = usize::from(bytes.get(day_end) == Some(&b','));
    let next = skip_spaces(bytes, day_end + comma);
    if at == end || next == day_end {
        return None;
    }
    if let Some(year) = count(bytes, next, 4)
        && bytes.get(next + 4).is_some_and(|byte| matches!(byte, b' ' | b','))
    {
        return rest_of(bytes, date(year, month, day)?, clock_behind(bytes, next + 4)?);
    }
    let (micros, end) = clock(bytes, next)?;
    if start > 0 {
        if let Some(found) = year_last(bytes, month, day, micros, end) {
            return Some(found);
        }
        // `Fri Jan 10 14:32:15 CET [name]`; a sign may be anything else.
        if let (Some(offset), behind) = zone(bytes, end)
            && bytes.get(end + 1).is_some_and(u8::is_ascii_uppercase)
        {
            let stamp = of_no_year(month, day, micros)?;
            return Some((stamp.with_offset(offset / SECOND), behind));
        }
    }
    of_no_year(month, day, micros).map(|stamp| (stamp, end))
}

/// `Jan 10 14:32:15 2025` and `Jan 10 14:32:15:123 2025`.
pub(super) fn with_year_last(bytes: &[u8]) -> Option<(Stamp, usize)> {
    let (month, end) = month(bytes, 0)?;
    let at = skip_spaces(bytes, end);
    let digits = bytes.get(at..)?.iter().take(2).take_while(|byte| byte.is_ascii_digit()).count();
    let (micros, end) = clock(bytes, skip_spaces(bytes, at + digits))?;
    year_last(bytes, month, count(bytes, at, digits)?, micros, end)
}

/// `Apr-27-13 02:33:09`, `Apr-27-2013 02:33:09`, `Apr/27/2013 02:33:09`, `Apr-27 02:33:09`: from the day on.
fn dashed(bytes: &[u8], month: i64, at: usize, separator: u8) -> Option<(Stamp, usize)> {
    let day = count(bytes, at, 2)?;
    if bytes.get(at + 2) == Some(&b' ') {
        return yearless(bytes, month, day, at + 3);
    }
    if bytes.get(at + 2) != Some(&separator) {
        return None;
    }
    let (year, end) = match count(bytes, at + 3, 4) {
        Some(year) => (year, at + 7),
        None => (short_year(count(bytes, at + 3, 2)?), at + 5),
    };
    (bytes.get(end) == Some(&b' ')).then(|| rest_of(bytes, date(year, month, day)?, skip_spaces(bytes, end)))?
}

/// `10 janv. 14:32:15`: the clock at `at` of a day whose year is not written.
fn yearless(bytes: &[u8], month: i64, day: i64, at: usize) -> Option<(Stamp, usize)> {
    let (micros, end) = clock(bytes, at)?;
    of_no_year(month, day, micros).map(|stamp| (stamp, end))
}

pub(super) fn of_no_year(month: i64, day: i64, micros: i64) -> Option<Stamp> {
    // Only a leap year tells whether the 29th of February is there.
    let valid = (1..=i64::from(days_in_month(2000, month as u8))).contains(&day);
    valid.then_some(Stamp::Yearless { month: month as u8, day: day as u8, micros, offset: None })
}

/// ` 2025`, ` UTC 2025` or ` +0100 2025` behind the clock.
pub(super) fn year_last(bytes: &[u8], month: i64, day: i64, micros: i64, at: usize) -> Option<(Stamp, usize)> {
    let (offset, at) = zone_or_hours(bytes, at);
    if bytes.get(at) != Some(&b' ') {
        return None;
    }
    let civil = date(count(bytes, at + 1, 4)?, month, day)? * DAY + micros;
    Some((offset.map_or(Stamp::Civil(civil), |offset| Stamp::Instant(civil - offset)), at + 5))
}

/// The clock at `at` and the zone behind it, of a day that is known.
pub(super) fn rest_of(bytes: &[u8], days: i64, at: usize) -> Option<(Stamp, usize)> {
    let (micros, end) = clock(bytes, at)?;
    let civil = days * DAY + micros;
    let (offset, end) = zone(bytes, end);
    Some((offset.map_or(Stamp::Civil(civil), |offset| Stamp::Instant(civil - offset)), end))
}

/// Days since 1970, of a date that exists.
pub(super) fn date(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(1900..=2200).contains(&year) || !(1..=12).contains(&month) {
        return None;
    }
    let month = month as u8;
    (1..=i64::from(days_in_month(year, month))).contains(&day).then(|| days_of(year, month, day as u8))
}

/// As POSIX reads them: 69 is 1969, 68 is 2068.
fn short_year(year: i64) -> i64 {
    if year < 69 { 2000 + year } else { 1900 + year }
}

/// Exactly `digits` digits, 1 to 4.
pub(super) fn count(bytes: &[u8], at: usize, digits: usize) -> Option<i64> {
    let digits = bytes.get(at..at + digits)?;
    let mut value = 0;
    for digit in digits {
        let digit = digit.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value * 10 + i64::from(digit);
    }
    (!digits.is_empty()).then_some(value)
}

/// Behind `de `, as Spanish and Portuguese put it between the parts of a date, if it stands at `at`.
pub(super) fn skip_of(bytes: &[u8], at: usize) -> usize {
    at + if bytes.get(at..).is_some_and(|rest| rest.starts_with(b"de ")) { 3 } else { 0 }
}

pub(super) fn skip_spaces(bytes: &[u8], at: usize) -> usize {
    at + bytes.get(at..).unwrap_or_default().iter().take_while(|byte| **byte == b' ').count()
}
