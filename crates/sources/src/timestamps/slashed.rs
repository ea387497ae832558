//! `07/11/2022`: whether the day stands first is told by the other dates of a source, not by one of them.

use super::{days_in_month, days_of};

/// Two numbers and a year, of which one is the day and the other the month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slashed {
    pub first: u8,
    pub second: u8,
    pub year: i16,
    /// With AM or PM behind it, or without zeros before a short year, as it is written where the month stands first.
    pub halves: bool,
    /// Whether it may as well be year, month and day: `26/11/25`.
    pub may_begin_with_year: bool,
}

impl Slashed {
    pub(super) fn new(first: i64, second: i64, year: i64, halves: bool) -> Option<Self> {
        let (first, second) = (u8::try_from(first).ok()?, u8::try_from(second).ok()?);
        let slashed = Self { first, second, year: year as i16, halves, may_begin_with_year: false };
        let exists = (1900..=2200).contains(&year) && (slashed.days(false).is_some() || slashed.days(true).is_some());
        exists.then_some(slashed)
    }

    /// Days since 1970, if it is a date in that order.
    fn days(self, month_first: bool) -> Option<i64> {
        let (month, day) = if month_first { (self.first, self.second) } else { (self.second, self.first) };
        let year = i64::from(self.year);
        let exists = (1..=12).contains(&month) && (1..=days_in_month(year, month)).contains(&day);
        exists.then(|| days_of(year, month, day))
    }

    /// Days since 1970, if the year stands first in two digits.
    fn days_year_first(self) -> Option<i64> {
        let (year, day) = (2000 + i64::from(self.first), u8::try_from(self.year % 100).ok()?);
        let exists = (1..=12).contains(&self.second) && (1..=days_in_month(year, self.second)).contains(&day);
        (self.may_begin_with_year && exists).then(|| days_of(year, self.second, day))
    }

    /// Days since 1970, in each order in which it is a date.
    pub(crate) fn either(self) -> impl Iterator<Item = i64> {
        [self.days(false), self.days(true), self.days_year_first()].into_iter().flatten()
    }

    /// Days since 1970, by what the dates of its source tell; where they do not, the day stands first. Of two years the later
    /// that is not to come.
    pub(super) fn days_by(self, order: &DateOrder, today: i64) -> i64 {
        let days = self.days_year_last(order, today);
        match self.days_year_first() {
            Some(other) if other <= today + 1 && (other > days || days > today + 1) => other,
            _ => days,
        }
    }

    fn days_year_last(self, order: &DateOrder, today: i64) -> i64 {
        let (by_day, by_month) = match (self.days(false), self.days(true)) {
            (Some(days), None) | (None, Some(days)) => return days,
            (None, None) => return 0,
            (Some(by_day), Some(by_month)) => (by_day, by_month),
        };
        let month_first = order.month_first().unwrap_or_else(|| {
            // A log is written of late, and never of what is to come.
            let is_near = |days: i64| (today - NEAR..=today + 1).contains(&days);
            match (is_near(by_day), is_near(by_month)) {
                (false, true) => true,
                (true, false) => false,
                _ if by_day > today + 1 && by_month <= today + 1 => true,
                _ => self.halves && by_month <= today + 1,
            }
        });
        if month_first { by_month } else { by_day }
    }
}

/// Days within which a date is one of those around the moment that is known.
const NEAR: i64 = 2;

/// What the dates of a source have told so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DateOrder {
    /// By a date that is none in the other order.
    certain: Option<bool>,
    /// Steps from one date to another in which only the second number changed, less those with only the first: days change
    /// before months do.
    steps: i32,
    last: Option<(u8, u8, i16)>,
}

impl DateOrder {
    pub(super) fn pass(&mut self, date: Slashed) {
        match (date.first > 12, date.second > 12) {
            (true, false) => self.certain = Some(false),
            (false, true) => self.certain = Some(true),
            _ => {}
        }
        let next = (date.first, date.second, date.year);
        if let Some((first, second, year)) = self.last.replace(next)
            && year == date.year
        {
            match (first == date.first, second == date.second) {
                (true, false) => self.steps = self.steps.saturating_add(1),
                (false, true) => self.steps = self.steps.saturating_sub(1),
                _ => {}
            }
        }
    }

    fn month_first(&self) -> Option<bool> {
        self.certain.or_else(|| (self.steps != 0).then_some(self.steps > 0))
    }

    /// Whether there were dates, and none that told.
    pub(super) fn is_open(&self) -> bool {
        self.last.is_some() && self.certain.is_none()
    }
}
