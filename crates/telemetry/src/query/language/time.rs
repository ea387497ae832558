//! Times in queries: `2026-11-17`, `2026-11-17T08:30Z`, `today`, `1h` (ago); and what lies between two of them.

use jiff::{
    civil,
    tz::{Offset, TimeZone},
};
use model::Timestamp;
use std::{fmt, ops::Range, time::Duration};

/// A time as written. Each has an extent: a date is its whole day, `08:30` its whole minute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Moment {
    /// So long before now.
    Ago(Duration),
    Today,
    Yesterday,
    Written {
        start: civil::DateTime,
        unit: Unit,
        /// The reader's zone when there is none.
        offset: Option<Offset>,
    },
}

/// How precisely a time is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
    Millisecond,
    Microsecond,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TimeTest {
    /// From the start of the first to the end of the second.
    Within(Moment, Moment),
    /// From its start on.
    Since(Moment),
    /// To its end.
    Until(Moment),
    /// From its end on.
    After(Moment),
    /// To its start.
    Before(Moment),
}

impl TimeTest {
    /// The times that pass, in microseconds since 1970, the end not included.
    pub fn resolve(&self, now: Timestamp, zone: &TimeZone) -> Range<i64> {
        let extent = |moment: &Moment| moment.extent(now, zone);
        match self {
            Self::Within(first, last) => extent(first).start..extent(last).end,
            Self::Since(moment) => extent(moment).start..i64::MAX,
            Self::Until(moment) => i64::MIN..extent(moment).end,
            Self::After(moment) => extent(moment).end..i64::MAX,
            Self::Before(moment) => i64::MIN..extent(moment).start,
        }
    }
}

impl Moment {
    /// Reads `today`, `yesterday` (`aujourd’hui`, `hier`), `1h30m` (ago), or an RFC 3339 time cut off after any of its parts.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "today" | "aujourd'hui" | "aujourd’hui" => Some(Self::Today),
            "yesterday" | "hier" => Some(Self::Yesterday),
            "now" | "maintenant" => Some(Self::Ago(Duration::ZERO)),
            _ => parse_duration(text).map(Self::Ago).or_else(|| parse_written(text)),
        }
    }

    /// When it begins.
    pub fn start(&self, now: Timestamp, zone: &TimeZone) -> Timestamp {
        Timestamp::from_micros(self.extent(now, zone).start)
    }

    /// The first microsecond after it: after a day, the next one begins.
    pub fn end(&self, now: Timestamp, zone: &TimeZone) -> Timestamp {
        Timestamp::from_micros(self.extent(now, zone).end)
    }

    /// Its first microsecond and the first one after it.
    fn extent(&self, now: Timestamp, zone: &TimeZone) -> Range<i64> {
        let day = |date: civil::Date| {
            let next = date.tomorrow().unwrap_or(date);
            instant(date.into(), zone)..instant(next.into(), zone)
        };
        match self {
            Self::Ago(length) => {
                let at = (now - *length).as_micros();
                at..at
            }
            Self::Today => day(now.in_zone(zone).date()),
            Self::Yesterday => {
                let today = now.in_zone(zone).date();
                day(today.yesterday().unwrap_or(today))
            }
            Self::Written { start, unit, offset } => {
                let zone = offset.map_or_else(|| zone.clone(), |offset| offset.to_time_zone());
                instant(*start, &zone)..instant(unit.after(*start), &zone)
            }
        }
    }
}

impl Unit {
    /// The start of the next one; the last moment there is has none and stays.
    fn after(self, start: civil::DateTime) -> civil::DateTime {
        let span = jiff::Span::new();
        let span = match self {
            Self::Year => span.years(1),
            Self::Month => span.months(1),
            Self::Day => span.days(1),
            Self::Hour => span.hours(1),
            Self::Minute => span.minutes(1),
            Self::Second => span.seconds(1),
            Self::Millisecond => span.milliseconds(1),
            Self::Microsecond => span.microseconds(1),
        };
        start.saturating_add(span)
    }
}

/// The moment a clock on the wall shows; within an hour that summer time repeats or skips, as RFC 5545 has it.
fn instant(wall: civil::DateTime, zone: &TimeZone) -> i64 {
    let moment = zone.to_timestamp(wall);
    moment.map_or(if wall.year() < 0 { i64::MIN } else { i64::MAX }, jiff::Timestamp::as_microsecond)
}

/// `YYYY[-MM[-DD[Thh[:mm[:ss[.ffffff]]]]]]`, with `Z` or an offset once there is an hour.
fn parse_written(text: &str) -> Option<Moment> {
    let (date, time) = match text.split_once(['T', ' ']) {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let (time, offset) = match time {
        Some(time) => split_offset(time)?,
        None => ("", None),
    };
    let mut dates = date.split('-');
    let year = fixed(dates.next()?, 4)?;
    let (month, day) = (dates.next(), dates.next());
    let unit = match (month, day, time.is_empty()) {
        (None, _, true) => Unit::Year,
        (Some(_), None, true) => Unit::Month,
        (Some(_), Some(_), true) => Unit::Day,
        (Some(_), Some(_), false) => Unit::Hour,
        _ => return None,
    };
    let part = |text: Option<&str>| text.map_or(Some(1), |text| fixed(text, 2));
    let date = civil::Date::new(year, part(month)? as i8, part(day)? as i8).ok()?;
    if dates.next().is_some() {
        return None;
    }
    let (clock, unit) = if unit == Unit::Hour { parse_clock(time)? } else { (civil::Time::midnight(), unit) };
    Some(Moment::Written { start: date.to_datetime(clock), unit, offset })
}

/// `hh[:mm[:ss[.ffffff]]]`.
fn parse_clock(text: &str) -> Option<(civil::Time, Unit)> {
    let (whole, fraction) = match text.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (text, None),
    };
    let mut parts = [0, 0, 0];
    let mut count = 0;
    for part in whole.split(':') {
        *parts.get_mut(count)? = fixed(part, 2)?;
        count += 1;
    }
    let micros = match fraction {
        None => 0,
        Some(digits) if count == 3 && (1..=6).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) => {
            format!("{digits:0<6}").parse::<i32>().ok()?
        }
        Some(_) => return None,
    };
    let unit = match (fraction.map(str::len), count) {
        (Some(1..=3), _) => Unit::Millisecond,
        (Some(_), _) => Unit::Microsecond,
        (_, 1) => Unit::Hour,
        (_, 2) => Unit::Minute,
        _ => Unit::Second,
    };
    let time = civil::Time::new(parts[0] as i8, parts[1] as i8, parts[2] as i8, micros * 1_000).ok()?;
    Some((time, unit))
}

/// Takes `Z`, `+02:00` or `-0330` off the end of a time of day.
fn split_offset(time: &str) -> Option<(&str, Option<Offset>)> {
    if let Some(clock) = time.strip_suffix(['Z', 'z']) {
        return Some((clock, Some(Offset::UTC)));
    }
    let Some(sign) = time.find(['+', '-']) else { return Some((time, None)) };
    let digits = time[sign + 1..].replace(':', "");
    let (hours, minutes) =
        (fixed(digits.get(..2)?, 2)?, fixed(digits.get(2..).filter(|m| !m.is_empty()).unwrap_or("00"), 2)?);
    if hours > 23 || minutes > 59 {
        return None;
    }
    let seconds = i32::from(hours) * 3_600 + i32::from(minutes) * 60;
    let signed = if time[sign..].starts_with('-') { -seconds } else { seconds };
    Some((&time[..sign], Some(Offset::from_seconds(signed).ok()?)))
}

/// A number of exactly so many digits.
fn fixed(text: &str, digits: usize) -> Option<i16> {
    if text.len() == digits && text.bytes().all(|b| b.is_ascii_digit()) { text.parse().ok() } else { None }
}

const UNITS: [(&str, u64); 6] = [
    ("w", 604_800_000_000),
    ("d", 86_400_000_000),
    ("h", 3_600_000_000),
    ("m", 60_000_000),
    ("s", 1_000_000),
    ("ms", 1_000),
];

/// A century; longer lengths are refused.
const MICROS_MAX: u64 = 100 * 365 * 86_400_000_000;

/// `90s`, `5m`, `1h30m`, `2d`, `1w`, `250ms`.
pub fn parse_duration(text: &str) -> Option<Duration> {
    let (mut rest, mut micros) = (text, 0_u64);
    if text.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let number: u64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let letters = rest.find(|c: char| !c.is_ascii_lowercase()).unwrap_or(rest.len());
        let (_, length) = UNITS.iter().find(|(name, _)| *name == &rest[..letters])?;
        micros = micros.checked_add(number.checked_mul(*length)?)?;
        rest = &rest[letters..];
    }
    (micros <= MICROS_MAX).then(|| Duration::from_micros(micros))
}

/// As [`parse_duration`] reads it, in whole milliseconds.
pub(super) fn write_duration(f: &mut fmt::Formatter<'_>, length: Duration) -> fmt::Result {
    let mut micros = u64::try_from(length.as_micros()).unwrap_or(u64::MAX);
    if micros < 1_000 {
        return f.write_str("0s");
    }
    for (name, unit) in UNITS {
        if micros >= unit {
            write!(f, "{}{name}", micros / unit)?;
            micros %= unit;
        }
    }
    Ok(())
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (start, unit, offset) = match self {
            Self::Ago(length) => return write_duration(f, *length),
            Self::Today => return f.write_str("today"),
            Self::Yesterday => return f.write_str("yesterday"),
            Self::Written { start, unit, offset } => (start, *unit, *offset),
        };
        let pattern = match unit {
            Unit::Year => "%Y",
            Unit::Month => "%Y-%m",
            Unit::Day => "%Y-%m-%d",
            Unit::Hour => "%Y-%m-%dT%H",
            Unit::Minute => "%Y-%m-%dT%H:%M",
            Unit::Second => "%Y-%m-%dT%H:%M:%S",
            Unit::Millisecond => "%Y-%m-%dT%H:%M:%S.%3f",
            Unit::Microsecond => "%Y-%m-%dT%H:%M:%S.%6f",
        };
        write!(f, "{}", start.strftime(pattern))?;
        match offset {
            None => Ok(()),
            Some(offset) if offset == Offset::UTC => f.write_str("Z"),
            Some(offset) => {
                let minutes = offset.seconds() / 60;
                let sign = if minutes < 0 { '-' } else { '+' };
                write!(f, "{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
            }
        }
    }
}

impl fmt::Display for TimeTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Within(first, last) if first == last && !matches!(first, Moment::Ago(_)) => write!(f, "time:{first}"),
            Self::Within(first, last) => write!(f, "time:{first}..{last}"),
            Self::Since(moment) => write!(f, "since:{moment}"),
            Self::Until(moment) => write!(f, "until:{moment}"),
            Self::After(moment) => write!(f, "time>{moment}"),
            Self::Before(moment) => write!(f, "time<{moment}"),
        }
    }
}
