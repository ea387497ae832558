//! Days on which nothing runs.

use crate::Refusal;
use jiff::{
    Span,
    civil::{Date, Weekday, date},
};
use std::collections::BTreeSet;

/// Entries of one list.
const ENTRIES_MAX: usize = 400;
const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
/// French public holidays (Code du travail, art. L3133-1): those with a date, and those so many days after Easter.
const FRENCH_DATES: [(i8, i8); 8] = [(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)];
const AFTER_EASTER: [i32; 3] = [1, 39, 50];

/// Days on which nothing runs: what would be due then is not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DaysOff {
    dates: BTreeSet<Date>,
    /// Month and day, each year.
    yearly: BTreeSet<(i8, i8)>,
    weekdays: Vec<Weekday>,
    french_holidays: bool,
}

impl DaysOff {
    /// Reads entries: `2026-12-24`, `12-24` for each year, `sun`, and `holidays-fr` for French public holidays.
    ///
    /// # Errors
    /// Which entry cannot be read.
    pub fn parse<'a>(entries: impl IntoIterator<Item = &'a str>) -> Result<Self, Refusal> {
        let mut days = Self::default();
        for (count, entry) in entries.into_iter().map(str::trim).filter(|entry| !entry.is_empty()).enumerate() {
            if count >= ENTRIES_MAX {
                return Err(Refusal::new("days-off-many").with("n", ENTRIES_MAX));
            }
            days.add(&entry.to_ascii_lowercase()).ok_or_else(|| Refusal::new("days-off-entry").with("text", entry))?;
        }
        Ok(days)
    }

    fn add(&mut self, entry: &str) -> Option<()> {
        if entry == "holidays-fr" {
            self.french_holidays = true;
        } else if let Some(at) = WEEKDAYS.iter().position(|name| *name == entry) {
            self.weekdays.push(Weekday::from_sunday_zero_offset(i8::try_from(at).ok()?).ok()?);
        } else if let Some((month, day)) = entry.split_once('-').filter(|_| entry.len() == 5) {
            // Held against a leap year: 29 February is a day.
            let held = Date::new(2024, month.parse().ok()?, day.parse().ok()?).ok()?;
            self.yearly.insert((held.month(), held.day()));
        } else {
            self.dates.insert(entry.parse::<Date>().ok().filter(|_| entry.len() == 10)?);
        }
        Some(())
    }

    /// Whether nothing runs on that day.
    pub fn has(&self, day: Date) -> bool {
        self.dates.contains(&day)
            || self.yearly.contains(&(day.month(), day.day()))
            || self.weekdays.contains(&day.weekday())
            || self.french_holidays && is_french_holiday(day)
    }
}

fn is_french_holiday(day: Date) -> bool {
    let after_easter = easter(day.year()).until(day).map_or(0, |span| span.get_days());
    FRENCH_DATES.contains(&(day.month(), day.day())) || AFTER_EASTER.contains(&after_easter)
}

/// Easter Sunday of the Gregorian calendar (Meeus, Astronomical Algorithms, chapter 8).
fn easter(year: i16) -> Date {
    let year = i32::from(year);
    let (golden, century, rest) = (year % 19, year / 100, year % 100);
    let shift = (century - (century + 8) / 25 + 1) / 3;
    let epact = (19 * golden + century - century / 4 - shift + 15) % 30;
    let weekday = (32 + 2 * (century % 4) + 2 * (rest / 4) - epact - rest % 4) % 7;
    let correction = (golden + 11 * epact + 22 * weekday) / 451;
    let days = epact + weekday - 7 * correction;
    date(year as i16, 3, 22).checked_add(Span::new().days(days)).unwrap_or(date(year as i16, 3, 22))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn easter_falls_where_calendars_have_it() {
        for (year, month, day) in
            [(2000, 4, 23), (2008, 3, 23), (2011, 4, 24), (2024, 3, 31), (2026, 4, 5), (2038, 4, 25)]
        {
            assert_eq!(easter(year), date(year, month, day));
        }
    }

    #[test]
    fn days_off_are_read_and_held() {
        let days = DaysOff::parse(["2026-12-24", "12-31", "SUN", "holidays-fr", ""]).unwrap();
        for off in ["2026-12-24", "2026-12-31", "2030-12-31", "2026-11-29", "2026-07-14", "2026-04-06", "2026-05-14"] {
            assert!(days.has(off.parse().unwrap()), "{off}");
        }
        for on in ["2027-12-24", "2026-12-30", "2026-04-07", "2026-05-26"] {
            assert!(!days.has(on.parse().unwrap()), "{on}");
        }
        assert!(days.has(date(2026, 5, 25)), "Whit Monday");
        for wrong in ["13-01", "2026-02-30", "someday", "1-1", "02-30"] {
            assert_eq!(DaysOff::parse([wrong]).unwrap_err().code(), "days-off-entry", "{wrong}");
        }
        assert!(DaysOff::parse(["02-29"]).is_ok());
        assert_eq!(DaysOff::parse(std::iter::repeat_n("sun", 401)).unwrap_err().code(), "days-off-many");
    }
}
