//! From what a log wrote to a moment: the zone it did not name, the year it left out, the hour that came twice.

use super::{DAY, DateOrder, SECOND, Stamp, days_in_month, days_of};
use jiff::{
    civil,
    tz::{AmbiguousOffset, Offset, TimeZone},
};
use model::Timestamp;

/// The moment that the last line read cannot be much later than.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reference {
    /// When a line arrives: for what is read as it is written.
    Arrival,
    /// When the file was last written: for what is read afterwards.
    Modified(Timestamp),
}

/// Turns one source's stamps, in their order, into moments.
#[derive(Clone, Debug)]
pub struct Calendar {
    zone: TimeZone,
    reference: Reference,
    now: i64,
    spell: Option<Spell>,
    fold: Option<Fold>,
    year: Option<Year>,
    /// Days since 1970 and µs of the last stamp that had no date.
    day: Option<(i64, i64)>,
    order: DateOrder,
}

/// Civil times, all from one spell of winter or summer time, that mean one moment each.
#[derive(Clone, Copy, Debug)]
struct Spell {
    start: i64,
    end: i64,
    offset: i64,
}

/// The hour at the end of summer time that clocks show twice.
#[derive(Clone, Copy, Debug)]
struct Fold {
    first_offset: i64,
    /// The last civil time seen within it.
    last: i64,
    again: bool,
}

#[derive(Clone, Copy, Debug)]
struct Year {
    year: i64,
    /// Civil µs of the last stamp without a year, in the year it was given.
    last: i64,
}

/// How often the year turned in a file that leaves its years out, from all of its stamps in their order.
#[derive(Clone, Copy, Debug, Default)]
pub struct Turns {
    /// Month, day and µs since midnight.
    first: Option<(u8, u8, i64)>,
    last: Option<(u8, u8, i64)>,
    count: i64,
    order: DateOrder,
}

impl Turns {
    /// Whether the stamps so far leave nothing open that others could tell: no year, and not which number is the month.
    pub fn is_empty(&self) -> bool {
        self.first.is_none() && !self.order.is_open()
    }

    /// Counts the next stamp.
    pub fn pass(&mut self, stamp: Stamp) {
        if let Stamp::Slashed { date, .. } = stamp {
            self.order.pass(date);
        }
        let Stamp::Yearless { month, day, micros, .. } = stamp else { return };
        // Any leap year serves to compare them.
        let place = |(month, day, micros)| days_of(2000, month, day) * DAY + micros;
        let next = (month, day, micros);
        self.first.get_or_insert(next);
        let Some(last) = self.last.replace(next) else { return };
        if place(next) - place(last) > 364 * DAY {
            // A line of New Year's Eve between two of January is late, not a year on.
            self.last = Some(last);
        } else if place(last) - place(next) > STEP_BACK {
            self.count += 1;
        }
    }
}

impl Extend<Stamp> for Turns {
    fn extend<I: IntoIterator<Item = Stamp>>(&mut self, stamps: I) {
        stamps.into_iter().for_each(|stamp| self.pass(stamp));
    }
}

impl FromIterator<Stamp> for Turns {
    fn from_iter<I: IntoIterator<Item = Stamp>>(stamps: I) -> Self {
        let mut turns = Self::default();
        turns.extend(stamps);
        turns
    }
}

/// A file of the year's days that goes back by less is out of order, or put together of several; by more, the year turned.
const STEP_BACK: i64 = 45 * DAY;

/// A file goes back by no more than this, as far as a date that may be another is concerned.
const AGE_MAX: i64 = 400 * DAY;

/// Lines of one source are this much out of order without anything being meant by it.
const DISORDER: i64 = 60 * SECOND;

impl Calendar {
    /// `zone` is that of the machine that wrote the log.
    pub fn new(zone: TimeZone, reference: Reference) -> Self {
        Self { zone, reference, now: 0, spell: None, fold: None, year: None, day: None, order: DateOrder::default() }
    }

    /// Tells what time it is, for [`Reference::Arrival`].
    pub fn arrived(&mut self, now: Timestamp) {
        self.now = now.as_micros();
    }

    /// Learns the year of the first stamp that has none, by the turns of the year from it up to the reference, and which number
    /// of a date is the month. Without it that stamp is taken to be less than a year old.
    pub fn walk_back(&mut self, turns: &Turns) {
        self.learn_order(turns);
        let (Some((month, day, micros)), Some(last)) = (turns.first, turns.last) else { return };
        let (last_month, last_day, last_micros) = last;
        let year = self.latest_year(last_month, last_day, last_micros) - turns.count;
        let day = day.min(days_in_month(year, month));
        self.year = Some(Year { year, last: days_of(year, month, day) * DAY + micros });
    }

    /// Learns which number of a date is the month.
    pub(crate) fn learn_order(&mut self, turns: &Turns) {
        self.order = turns.order;
    }

    /// The moment of the next stamp of this source; none beyond the years 1900 to 2200.
    pub fn resolve(&mut self, stamp: Stamp) -> Option<Timestamp> {
        let micros = match stamp {
            Stamp::Instant(micros) => micros,
            Stamp::Civil(civil) => {
                self.begin_day(civil);
                self.instant(civil)?
            }
            Stamp::Slashed { date, micros, offset } => {
                self.order.pass(date);
                let today = self.reference_civil().div_euclid(DAY);
                let civil = date.days_by(&self.order, today) * DAY + micros;
                match offset {
                    Some(offset) => civil - offset,
                    None => {
                        self.begin_day(civil);
                        self.instant(civil)?
                    }
                }
            }
            Stamp::Yearless { month, day, micros, offset } => {
                let civil = self.with_year(month, day, micros);
                match offset {
                    Some(offset) => civil - offset,
                    None => self.instant(civil)?,
                }
            }
            Stamp::OfDay(micros) => {
                let civil = self.with_day(micros)?;
                self.instant(civil)?
            }
        };
        Some(Timestamp::from_micros(micros))
    }

    fn instant(&mut self, civil: i64) -> Option<i64> {
        if let Some(spell) = self.spell
            && (spell.start..spell.end).contains(&civil)
        {
            return Some(civil - spell.offset);
        }
        let moment = civil_time(civil)?;
        match self.zone.to_ambiguous_timestamp(moment).offset() {
            AmbiguousOffset::Unambiguous { offset } => {
                let offset = micros(offset);
                self.spell = Some(self.spell_around(civil - offset, offset)?);
                Some(civil - offset)
            }
            // Nobody's clock showed it: the time before the gap goes on.
            AmbiguousOffset::Gap { before, .. } => Some(civil - micros(before)),
            AmbiguousOffset::Fold { before, after } => Some(civil - self.in_fold(civil, micros(before), micros(after))),
        }
    }

    /// The offset within the repeated hour: the first round until the clock is seen to go back.
    fn in_fold(&mut self, civil: i64, first: i64, second: i64) -> i64 {
        let near = |fold: &Fold| fold.first_offset == first && (civil - fold.last).abs() < DAY;
        let before = self.fold.filter(near);
        let again = before.is_some_and(|fold| fold.again || civil < fold.last - DISORDER);
        let last = before.filter(|fold| fold.again == again).map_or(civil, |fold| fold.last.max(civil));
        self.fold = Some(Fold { first_offset: first, last, again });
        if again { second } else { first }
    }

    /// The spell between the changes of the clock before and after `instant`, less the hours around them.
    fn spell_around(&self, instant: i64, offset: i64) -> Option<Spell> {
        let moment = jiff::Timestamp::from_microsecond(instant).ok()?;
        let mut spell = Spell { start: i64::MIN, end: i64::MAX, offset };
        // `preceding` leaves out a change at the very moment.
        let just_after = moment.checked_add(jiff::SignedDuration::from_micros(1)).ok()?;
        if let Some(change) = self.zone.preceding(just_after).next() {
            let at = change.timestamp();
            let earlier = self.zone.to_offset(at.checked_sub(jiff::SignedDuration::from_micros(1)).ok()?);
            spell.start = at.as_microsecond() + offset.max(micros(earlier));
        }
        if let Some(change) = self.zone.following(moment).next() {
            spell.end = change.timestamp().as_microsecond() + offset.min(micros(change.offset()));
        }
        Some(spell)
    }

    fn reference(&self) -> i64 {
        match self.reference {
            Reference::Arrival => self.now,
            Reference::Modified(time) => time.as_micros(),
        }
    }

    /// What the clock of the source showed at the reference.
    fn reference_civil(&self) -> i64 {
        let reference = self.reference();
        let offset = jiff::Timestamp::from_microsecond(reference).map_or(0, |at| micros(self.zone.to_offset(at)));
        reference + offset
    }

    /// The latest year in which this date exists and is not after the reference, give or take a day.
    fn latest_year(&self, month: u8, day: u8, micros: i64) -> i64 {
        let reference = self.reference_civil();
        let this_year = civil_time(reference).map_or(1970, |at| i64::from(at.year()));
        let possible = |year: &i64| {
            day <= days_in_month(*year, month) && days_of(*year, month, day) * DAY + micros <= reference + DAY
        };
        // Between two leap years lie eight at most.
        (this_year - 9..=this_year + 1).rev().find(possible).unwrap_or(this_year)
    }

    fn with_year(&mut self, month: u8, day: u8, micros: i64) -> i64 {
        let in_year = |year: i64| days_of(year, month, day.min(days_in_month(year, month))) * DAY + micros;
        let Some(Year { year, last }) = self.year else {
            let year = self.latest_year(month, day, micros);
            self.year = Some(Year { year, last: in_year(year) });
            return in_year(year);
        };
        let civil = in_year(year);
        let next = in_year(year + 1);
        if civil < last - STEP_BACK && next <= self.reference_civil() + DAY {
            self.year = Some(Year { year: year + 1, last: next });
            return next;
        }
        // New Year's Eve, told after the first line of January.
        let previous = in_year(year - 1);
        if civil > last && (last - DAY..last).contains(&previous) {
            return previous;
        }
        self.year = Some(Year { year, last: last.max(civil) });
        civil
    }

    /// The moment of a date that stands in a text of which nothing else is known, and may be of anything: one that is far from when the
    /// text came to be is not taken.
    pub fn resolve_near(&mut self, stamp: Stamp) -> Option<Timestamp> {
        let before = match self.reference {
            Reference::Arrival => DAY,
            Reference::Modified(_) => AGE_MAX,
        };
        let moment = match stamp {
            Stamp::Instant(moment) => moment,
            Stamp::Civil(civil) => self.instant(civil)?,
            _ => return None,
        };
        (-DAY..before).contains(&(self.reference() - moment)).then(|| Timestamp::from_micros(moment))
    }

    /// The moment of a number that may count something else: none that lies ahead of the text.
    pub fn resolve_past(&mut self, stamp: Stamp) -> Option<Timestamp> {
        let latest = self.reference() + DAY;
        self.resolve(stamp).filter(|time| time.as_micros() <= latest)
    }

    /// A date before the first time of day is that of the file's beginning: `=== started: 20/11/2026 10:00:00`, then `[10:00:01] …`.
    fn begin_day(&mut self, civil: i64) {
        if self.day.is_some() || self.reference == Reference::Arrival {
            return;
        }
        // What lies ahead of the file, or far behind it, is some other date.
        if (-DISORDER..AGE_MAX).contains(&(self.reference_civil() - civil)) {
            self.day = Some((civil.div_euclid(DAY), civil.rem_euclid(DAY)));
        }
    }

    /// The day goes on when the time of day falls back by half a day or more.
    fn with_day(&mut self, of_day: i64) -> Option<i64> {
        let day = match self.day {
            Some((day, last)) => day + i64::from(of_day < last - DAY / 2),
            None => {
                let reference = self.reference_civil();
                let today = reference.div_euclid(DAY);
                today - i64::from(today * DAY + of_day > reference + DISORDER)
            }
        };
        self.day = Some((day, of_day));
        day.checked_mul(DAY)?.checked_add(of_day)
    }
}

fn micros(offset: Offset) -> i64 {
    i64::from(offset.seconds()) * SECOND
}

fn civil_time(civil: i64) -> Option<civil::DateTime> {
    jiff::Timestamp::from_microsecond(civil).ok().map(|at| Offset::UTC.to_datetime(at))
}
