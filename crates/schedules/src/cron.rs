//! Cron expressions: five fields, or six with seconds first, as Debian's cron reads them.
//!
//! Each field is `*`, a value, a range, a list, and any of them with a step: `*/15`, `1-5`, `MON,THU`, `8-18/2`. Days of the
//! month know `L` (the last) and `LW` (the last from Monday to Friday); weekdays know `5L` (the last Friday) and `1#2` (the
//! second Monday). `&` before the weekday has both the day of the month and the weekday match, as Celery's `crontab` does:
//! `0 8 1-7 * &MON`.

mod field;

pub(crate) use field::{CronField, NTH_BITS};

use crate::Refusal;
use field::{FieldKind, LAST_DAY, LAST_NTH, LAST_WORKDAY};
use jiff::civil::{Date, DateTime, Time, Weekday};

/// Years that are looked through for a match: leap days and weekdays meet within 40.
const YEARS_MAX: i16 = 50;

/// A cron expression, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cron {
    pub(crate) seconds: CronField,
    pub(crate) minutes: CronField,
    pub(crate) hours: CronField,
    pub(crate) days: CronField,
    pub(crate) months: CronField,
    pub(crate) weekdays: CronField,
    /// `&` before the weekday: the day of the month is to match, too.
    meets_both: bool,
}

/// Names for common expressions, as Debian has them.
const NICKNAMES: [(&str, &str); 7] = [
    ("@YEARLY", "0 0 1 1 *"),
    ("@ANNUALLY", "0 0 1 1 *"),
    ("@MONTHLY", "0 0 1 * *"),
    ("@WEEKLY", "0 0 * * 0"),
    ("@DAILY", "0 0 * * *"),
    ("@MIDNIGHT", "0 0 * * *"),
    ("@HOURLY", "0 * * * *"),
];

impl Cron {
    /// Reads five fields, six, or a nickname such as `@daily`.
    ///
    /// # Errors
    /// Which field is wrong, and how.
    pub(crate) fn parse(text: &str) -> Result<Self, Refusal> {
        let upper = text.trim().to_ascii_uppercase();
        let nickname = NICKNAMES.iter().find(|(name, _)| *name == upper).map(|(_, fields)| *fields);
        if nickname.is_none() && upper.starts_with('@') {
            return Err(Refusal::new("expression-nickname").with("text", text.trim()));
        }
        let fields: Vec<&str> = nickname.unwrap_or(&upper).split_whitespace().collect();
        let (seconds, fields) = match fields.as_slice() {
            [seconds, fields @ ..] if fields.len() == 5 => (*seconds, fields),
            fields if fields.len() == 5 => ("0", fields),
            fields => return Err(Refusal::new("expression-fields").with("n", fields.len())),
        };
        let (weekdays, meets_both) = match fields[4].strip_prefix('&') {
            Some(weekdays) => (weekdays, true),
            None => (fields[4], false),
        };
        Ok(Self {
            seconds: CronField::parse(FieldKind::Second, seconds)?,
            minutes: CronField::parse(FieldKind::Minute, fields[0])?,
            hours: CronField::parse(FieldKind::Hour, fields[1])?,
            days: CronField::parse(FieldKind::Day, fields[2])?,
            months: CronField::parse(FieldKind::Month, fields[3])?,
            weekdays: CronField::parse(FieldKind::Weekday, weekdays)?,
            meets_both,
        })
    }

    /// Whether it follows the clock on the wall through a change of the zone's offset, as what runs every hour does. What
    /// runs at fixed times does not: it is due once, whatever the clock shows.
    ///
    /// Debian's rule: the hour or the minute begins with a star.
    pub(crate) fn follows_clock(&self) -> bool {
        self.hours.is_starred || self.minutes.is_starred
    }

    /// The first match at `from` or after it, both on the clock on the wall, to the second. `None` where there is none in
    /// fifty years.
    pub(crate) fn first_from(&self, from: DateTime) -> Option<DateTime> {
        let last_year = from.year().saturating_add(YEARS_MAX).min(9998);
        let (mut date, mut earliest) = (from.date(), from.time());
        while date.year() <= last_year {
            if !self.months.has(date.month().unsigned_abs()) {
                date = date.last_of_month().tomorrow().ok()?;
            } else if let Some(time) = self.is_on(date).then(|| self.time_from(earliest)).flatten() {
                return Some(date.to_datetime(time));
            } else {
                date = date.tomorrow().ok()?;
            }
            earliest = Time::midnight();
        }
        None
    }

    /// Both the day of the month and the weekday where one of them begins with a star, or an `&` stands before the weekday;
    /// else either of them.
    fn is_on(&self, date: Date) -> bool {
        let (day, weekday) = (self.has_day(date), self.has_weekday(date));
        if self.meets_both_days() { day && weekday } else { day || weekday }
    }

    pub(crate) fn meets_both_days(&self) -> bool {
        self.meets_both || self.days.is_starred || self.weekdays.is_starred
    }

    fn has_day(&self, date: Date) -> bool {
        let is_last = date.day() == date.days_in_month();
        self.days.has(date.day().unsigned_abs())
            || self.days.has_special(LAST_DAY) && is_last
            || self.days.has_special(LAST_WORKDAY) && date == last_workday(date)
    }

    fn has_weekday(&self, date: Date) -> bool {
        let weekday = date.weekday().to_sunday_zero_offset().unsigned_abs();
        let nth = (date.day().unsigned_abs() - 1) / 7 + 1;
        let is_last = date.day() + 7 > date.days_in_month();
        self.weekdays.has(weekday)
            || self.weekdays.has_special(weekday * NTH_BITS + nth)
            || self.weekdays.has_special(weekday * NTH_BITS + LAST_NTH) && is_last
    }

    /// The first match of a day at `earliest` or after it.
    fn time_from(&self, earliest: Time) -> Option<Time> {
        let [hour, minute, second] = [earliest.hour(), earliest.minute(), earliest.second()].map(i8::unsigned_abs);
        let (second, minute) = match self.seconds.first_from(second) {
            Some(second) => (second, minute),
            None => (self.seconds.first_from(0)?, minute + 1),
        };
        let (minute, second, hour) = match self.minutes.first_from(minute) {
            Some(found) if found == minute => (minute, second, hour),
            Some(found) => (found, self.seconds.first_from(0)?, hour),
            None => (self.minutes.first_from(0)?, self.seconds.first_from(0)?, hour + 1),
        };
        match self.hours.first_from(hour)? {
            found if found == hour => time(hour, minute, second),
            found => time(found, self.minutes.first_from(0)?, self.seconds.first_from(0)?),
        }
    }
}

fn time(hour: u8, minute: u8, second: u8) -> Option<Time> {
    Time::new(hour.cast_signed(), minute.cast_signed(), second.cast_signed(), 0).ok()
}

/// The last day from Monday to Friday in the month of `date`.
fn last_workday(date: Date) -> Date {
    let last = date.last_of_month();
    let back = match last.weekday() {
        Weekday::Saturday => 1,
        Weekday::Sunday => 2,
        _ => 0,
    };
    last.checked_sub(jiff::Span::new().days(back)).unwrap_or(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(text: &str, from: &str) -> String {
        let found = Cron::parse(text).unwrap().first_from(from.parse().unwrap());
        found.map_or_else(|| "never".to_owned(), |at| at.to_string())
    }

    #[test]
    fn the_first_match_is_found() {
        for (text, from, found) in [
            ("* * * * *", "2026-11-24T10:00:00", "2026-11-24T10:00:00"),
            ("* * * * *", "2026-11-24T10:00:01", "2026-11-24T10:01:00"),
            ("*/15 * * * *", "2026-11-24T10:46:00", "2026-11-24T11:00:00"),
            ("0 8 * * MON", "2026-11-24T10:00:00", "2026-11-30T08:00:00"),
            ("0 8 * * 7", "2026-11-24T10:00:00", "2026-11-29T08:00:00"),
            ("30 23 31 * *", "2026-11-24T10:00:00", "2026-12-31T23:30:00"),
            ("0 0 29 2 *", "2026-11-24T10:00:00", "2028-02-29T00:00:00"),
            ("0 0 L * *", "2027-02-01T00:00:01", "2027-02-28T00:00:00"),
            ("0 0 LW * *", "2027-02-01T00:00:00", "2027-02-26T00:00:00"),
            ("0 0 * * 5L", "2026-11-24T00:00:00", "2026-11-27T00:00:00"),
            ("0 0 * * 1#2", "2026-11-24T00:00:00", "2026-12-14T00:00:00"),
            ("5 4 1 * 1", "2026-11-24T10:00:00", "2026-11-30T04:05:00"),
            ("0 0 */10 * 1", "2026-11-24T10:00:00", "2026-12-21T00:00:00"),
            ("5 4 1 * &1", "2026-11-24T10:00:00", "2027-02-01T04:05:00"),
            ("0 0 1-7 * &MON", "2026-11-24T10:00:00", "2026-12-07T00:00:00"),
            ("*/30 * * * * *", "2026-11-24T10:00:01", "2026-11-24T10:00:30"),
            ("59 59 23 31 12 *", "2026-12-31T23:59:59", "2026-12-31T23:59:59"),
            ("10 58,59 23 * * *", "2026-12-31T23:59:11", "2027-01-01T23:58:10"),
            ("0/20 6 * * *", "2026-11-24T06:01:00", "2026-11-24T06:20:00"),
            ("0 0 30 2 *", "2026-11-24T10:00:00", "never"),
            ("@daily", "2026-11-24T10:00:00", "2026-11-25T00:00:00"),
            ("@weekly", "2026-11-24T10:00:00", "2026-11-29T00:00:00"),
            ("@Midnight", "2026-11-24T10:00:00", "2026-11-25T00:00:00"),
            ("0 12 ? JAN-MAR *", "2026-11-24T10:00:00", "2027-01-01T12:00:00"),
        ] {
            assert_eq!(first(text, from), found, "{text} from {from}");
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, said) in [
            ("* * * *", "expression-fields"),
            ("* * * * * * *", "expression-fields"),
            ("60 * * * *", "expression-value"),
            ("* * * 13 *", "expression-value"),
            ("* * 0 * *", "expression-value"),
            ("* * * * 8", "expression-value"),
            ("* * * * MON#6", "expression-value"),
            ("5-1 * * * *", "expression-range"),
            ("*/0 * * * *", "expression-step"),
            ("1,,2 * * * *", "expression-value"),
            ("+1 * * * *", "expression-value"),
            ("* * 15W * *", "expression-value"),
            ("@reboot", "expression-nickname"),
        ] {
            assert_eq!(Cron::parse(text).unwrap_err().code(), said, "{text}");
        }
    }
}
