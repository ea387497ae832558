//! Times as logs write them, to the microsecond.
//!
//! [`read`] takes the time at the beginning of a text, in the usual shapes; [`epoch`] and [`from_epoch`] take counts
//! since 1970, which only a format can tell from other numbers. What a log leaves out (zone, year, day) stays open in
//! the [`Stamp`], and a [`Calendar`] fills it in from what is known about the source and the lines before.

mod calendar;
mod clock;
mod months;
mod shapes;
mod slashed;
#[cfg(test)]
mod tests;
mod weekdays;
mod zone;

pub use calendar::{Calendar, Reference, Turns};
pub use slashed::{DateOrder, Slashed};

use jiff::tz::TimeZone;

pub(crate) const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
pub(crate) const DAY: i64 = 86_400 * SECOND;

/// A time as far as the text tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stamp {
    /// The zone was written, or there is none to know: µs since 1970-01-01T00:00Z.
    Instant(i64),
    /// Date and time of a clock somewhere: µs since that clock's 1970-01-01T00:00.
    Civil(i64),
    /// The same, where it is not told which number is the month. `micros` since midnight; `offset` in µs east of Greenwich, where the
    /// zone was written.
    Slashed { date: Slashed, micros: i64, offset: Option<i64> },
    /// RFC 3164 and its like. `micros` since midnight; `offset` in µs east of Greenwich, where the zone was written.
    Yearless { month: u8, day: u8, micros: i64, offset: Option<i64> },
    /// The time of day alone, in µs since midnight.
    OfDay(i64),
}

impl Stamp {
    /// How much the text told, from the time of day alone to everything.
    pub(crate) fn completeness(self) -> u8 {
        match self {
            Self::OfDay(_) => 0,
            Self::Yearless { .. } => 1,
            Self::Civil(_) | Self::Slashed { offset: None, .. } => 2,
            Self::Instant(_) | Self::Slashed { .. } => 3,
        }
    }

    /// As in `#GMT-Offset: -0800`: a zone told elsewhere, in seconds east of Greenwich.
    pub(crate) fn with_offset(self, seconds: i64) -> Self {
        match self {
            Self::Civil(micros) => Self::Instant(micros - seconds * SECOND),
            Self::Yearless { month, day, micros, .. } => {
                Self::Yearless { month, day, micros, offset: Some(seconds * SECOND) }
            }
            Self::Slashed { date, micros, offset: None } => {
                Self::Slashed { date, micros, offset: Some(seconds * SECOND) }
            }
            other => other,
        }
    }

    /// Whether the text left the zone open.
    pub fn is_zoneless(self) -> bool {
        !matches!(
            self,
            Self::Instant(_) | Self::Yearless { offset: Some(_), .. } | Self::Slashed { offset: Some(_), .. }
        )
    }

    /// The moment of a clock that stands in `zone`; of an hour that it shows twice the first.
    pub(crate) fn in_zone(self, zone: &TimeZone) -> Self {
        let Self::Civil(micros) = self else { return self };
        let shown = jiff::Timestamp::from_microsecond(micros).ok().map(|shown| TimeZone::UTC.to_datetime(shown));
        let found = shown.and_then(|shown| zone.to_timestamp(shown).ok());
        found.map_or(self, |found| Self::Instant(found.as_microsecond()))
    }
}

/// The time at the very beginning of `text` and its length in bytes.
///
/// ISO 8601 with `T`, space or `_`, with `-` or `/`, fractions behind `.` or `,`, zones as `Z`, `+02`, `+0200`,
/// `+02:00` or a common abbreviation, days of the year; RFC 3164; RFC 1123; asctime and `date`; the common log format;
/// `10-Jan-2025`, `10 Jan 2025`, `10/01/2025` (of which a [`Calendar`] finds out what stands first), months in other languages
/// of Europe, also behind their weekdays, `17/06/09` and `170609` (year first), `03.12.26` (day first), and `16h58`.
pub fn read(text: &str) -> Option<(Stamp, usize)> {
    let bytes = text.as_bytes();
    match bytes.first()? {
        b'0'..=b'9' => shapes::numeric(bytes),
        b'A'..=b'Z' | b'a'..=b'z' => shapes::named(bytes),
        _ => None,
    }
}

/// `Nov 20 14:32:15 2026`, of which [`read`] leaves the year, which may be anything else: where a format tells that it is one.
pub(crate) fn with_year_last(text: &str) -> Option<(Stamp, usize)> {
    shapes::with_year_last(text.as_bytes())
}

/// A time of day at the beginning of `text`, as in `14:32:15.123456`, and its length in bytes.
pub(crate) fn read_clock(text: &str) -> Option<(Stamp, usize)> {
    let (micros, length) = clock::clock(text.as_bytes(), 0)?;
    (text.as_bytes().get(5) == Some(&b':')).then_some((Stamp::OfDay(micros), length))
}

/// Digits at the beginning of `text` that count seconds (10 digits, maybe a fraction), milliseconds (13), microseconds
/// (16) or nanoseconds (19) since 1970, and their length in bytes. From 2001 to 2286.
pub fn epoch(text: &str) -> Option<(Stamp, usize)> {
    let bytes = text.as_bytes();
    let length = bytes.iter().take(20).take_while(|byte| byte.is_ascii_digit()).count();
    let count: i64 = text[..length].parse().ok()?;
    match length {
        10 => {
            let (fraction, end) = clock::fraction(bytes, length);
            Some((Stamp::Instant(count * SECOND + fraction), end))
        }
        13 | 16 | 19 => Some((from_epoch(count)?, length)),
        _ => None,
    }
}

/// The moment of `stamp` told once more at the beginning of `text`, in seconds since 1970 in brackets or parentheses, and the length of
/// the two: it leaves nothing open, and may have a fraction.
pub(crate) fn told_again(stamp: Stamp, text: &str) -> Option<(Stamp, usize)> {
    /// Zones are whole quarters of an hour.
    const QUARTER: i64 = 900 * SECOND;
    let inside = text.strip_prefix(['(', '['])?;
    let (told, length) = epoch(inside)?;
    let closer = if text.starts_with('(') { ")" } else { "]" };
    inside[length..].strip_prefix(closer)?;
    let shown = match stamp {
        Stamp::Instant(micros) | Stamp::Civil(micros) | Stamp::OfDay(micros) => micros,
        Stamp::Slashed { micros, .. } | Stamp::Yearless { micros, .. } => micros,
    };
    let Stamp::Instant(instant) = told else { return None };
    let apart = (instant - shown).rem_euclid(QUARTER);
    (apart.min(QUARTER - apart) < SECOND).then_some((told, length + 2))
}

/// A count since 1970 in the unit that its size suggests: seconds, ms, µs or ns.
pub fn from_epoch(count: i64) -> Option<Stamp> {
    let micros = match count.unsigned_abs() {
        0..100_000_000_000 => count * SECOND,
        100_000_000_000..100_000_000_000_000 => count * 1_000,
        100_000_000_000_000..100_000_000_000_000_000 => count,
        _ => count / 1_000,
    };
    (count >= 0).then_some(Stamp::Instant(micros))
}

/// As [`from_epoch`], where the count has a fraction.
pub fn from_epoch_float(count: f64) -> Option<Stamp> {
    if !(0.0..1e19).contains(&count) {
        return None;
    }
    let whole = count.trunc();
    // Above a hundred thousand million it is not seconds, and a fraction below a microsecond says nothing.
    if whole >= 1e11 {
        let micros = if whole < 1e14 { (count * 1e3).round() } else { whole };
        return if whole < 1e14 { Some(Stamp::Instant(micros as i64)) } else { from_epoch(whole as i64) };
    }
    Some(Stamp::Instant(whole as i64 * SECOND + ((count - whole) * 1e6).round() as i64))
}

/// Seconds east of Greenwich of a zone's abbreviation, where it means one offset everywhere it is common.
pub(crate) fn zone_named(name: &str) -> Option<i64> {
    zone::named_zone(name.as_bytes(), 0).filter(|(_, end)| *end == name.len()).map(|(offset, _)| offset / SECOND)
}

/// Whether two digits are a year of which a log may write no more.
pub(crate) fn is_short_year(digits: &str) -> bool {
    digits.parse().is_ok_and(|year| shapes::YEARS_OF_NOW.contains(&year))
}

/// The month of a name, in English or as the C locales of Europe write it.
pub(crate) fn month_named(name: &str) -> Option<u8> {
    let name = name.strip_suffix('.').unwrap_or(name);
    months::month_named(name.as_bytes()).and_then(|month| u8::try_from(month).ok())
}

/// Days since 1970-01-01 of a Gregorian date. After Howard Hinnant, "chrono-compatible low-level date algorithms".
pub(crate) fn days_of(year: i64, month: u8, day: u8) -> i64 {
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((i64::from(month) + 9) % 12) + 2) / 5 + i64::from(day) - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

pub(crate) fn days_in_month(year: i64, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}
