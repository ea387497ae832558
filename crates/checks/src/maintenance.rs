//! Planned work: times in which nothing is told of what it is about, and in which nothing counts as down.

use crate::Outage;
use jiff::{Span, civil::Time, tz::TimeZone};
use model::{CheckState, Timestamp};
use schedules::zone;
use serde::{Deserialize, Serialize};
use std::{ops::Range, time::Duration};
use uuid::Uuid;

/// Characters of a name.
const NAME_MAX: usize = 100;
/// The longest of one time, and of one that comes again, in minutes.
const ONCE_MAX: Duration = Duration::from_secs(31 * 86_400);
const MINUTES_MAX: u32 = 1_440;
/// Rules and checks that one names.
const NAMED_MAX: usize = 200;
/// How far it is looked for the next time.
const AHEAD: Duration = Duration::from_secs(8 * 86_400);

/// Work that is planned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Maintenance {
    pub name: String,
    #[serde(flatten)]
    pub when: MaintenanceTime,
    /// Rules of alerts that say nothing meanwhile. Without rules and checks it is about everything.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<Uuid>,
    /// Checks of which nothing is said meanwhile, and that cannot be down.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<Uuid>,
}

/// When it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum MaintenanceTime {
    Once {
        from: Timestamp,
        until: Timestamp,
    },
    /// Each week.
    Weekly {
        /// From Monday, 1, to Sunday, 7.
        days: Vec<i8>,
        /// `02:00`
        at: String,
        minutes: u32,
        /// Of the IANA database.
        #[serde(default = "utc")]
        zone: String,
        /// From when on: what was before it was made is not excused.
        #[serde(default)]
        begins: Option<Timestamp>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ends: Option<Timestamp>,
    },
}

fn utc() -> String {
    "UTC".to_owned()
}

/// `02:00`, `2:00`, `02h00`.
pub fn time_of_day(text: &str) -> Option<Time> {
    let (hour, minute) = text.trim().split_once([':', 'h'])?;
    let number = |text: &str| if text.len() <= 2 { text.parse::<i8>().ok() } else { None };
    Time::new(number(hour)?, number(if minute.is_empty() { "0" } else { minute })?, 0, 0).ok()
}

impl Maintenance {
    /// # Errors
    /// The field that cannot be used.
    pub fn check(&self) -> Result<(), &'static str> {
        let of = |field, good: bool| if good { Ok(()) } else { Err(field) };
        let is_plain = !self.name.contains(|c| c < ' ' || model::steers_display(c));
        of("name", (1..=NAME_MAX).contains(&self.name.trim().chars().count()) && is_plain)?;
        of("rules", self.rules.len() <= NAMED_MAX)?;
        of("checks", self.checks.len() <= NAMED_MAX)?;
        match &self.when {
            MaintenanceTime::Once { from, until } => of("until", from < until && until.since(*from) <= ONCE_MAX),
            MaintenanceTime::Weekly { days, at, minutes, zone: name, .. } => {
                let is_week = (1..=7).contains(&days.len()) && days.iter().all(|day| (1..=7).contains(day));
                of("days", is_week)?;
                of("at", time_of_day(at).is_some())?;
                of("minutes", (1..=MINUTES_MAX).contains(minutes))?;
                of("zone", zone(name).is_ok())
            }
        }
    }

    pub fn is_about_everything(&self) -> bool {
        self.rules.is_empty() && self.checks.is_empty()
    }

    pub fn covers_check(&self, id: Uuid) -> bool {
        self.is_about_everything() || self.checks.contains(&id)
    }

    /// The times of it that touch those from `from` to `to`, as they are, in order.
    pub fn windows(&self, from: Timestamp, to: Timestamp) -> Vec<Range<Timestamp>> {
        let found = match &self.when {
            MaintenanceTime::Once { from, until } => vec![*from..*until],
            MaintenanceTime::Weekly { days, at, minutes, zone: name, begins, ends } => {
                let (Ok(zone), Some(at)) = (zone(name), time_of_day(at)) else { return Vec::new() };
                let length = Duration::from_secs(u64::from(*minutes) * 60);
                let within = begins.map_or(from, |begins| from.max(begins))..ends.map_or(to, |ends| to.min(ends));
                let all = weekly(days, at, &zone, within.start - length, within.end).into_iter();
                let cut = |start: Timestamp| {
                    let (start, end) = (begins.map_or(start, |at| start.max(at)), start + length);
                    start..ends.map_or(end, |at| end.min(at))
                };
                all.map(cut).collect()
            }
        };
        found.into_iter().filter(|window| window.start < window.end && window.start < to && window.end > from).collect()
    }

    /// The time of it that is now.
    pub fn current(&self, now: Timestamp) -> Option<Range<Timestamp>> {
        self.windows(now, now + Duration::from_micros(1)).into_iter().next()
    }

    /// The next that has not begun.
    pub fn next(&self, now: Timestamp) -> Option<Range<Timestamp>> {
        let until = match &self.when {
            MaintenanceTime::Once { from, .. } => *from + Duration::from_micros(1),
            MaintenanceTime::Weekly { .. } => now + AHEAD,
        };
        self.windows(now, until).into_iter().find(|window| window.start > now)
    }

    /// When it is over for good.
    pub fn ends_at(&self) -> Option<Timestamp> {
        match &self.when {
            MaintenanceTime::Once { until, .. } => Some(*until),
            MaintenanceTime::Weekly { ends, .. } => *ends,
        }
    }

    /// It is no more from then on; none where it never was.
    pub fn ended(&self, now: Timestamp) -> Option<Self> {
        let when = match self.when.clone() {
            MaintenanceTime::Once { from, until } if from < now => {
                MaintenanceTime::Once { from, until: until.min(now) }
            }
            MaintenanceTime::Weekly { days, at, minutes, zone, begins, .. } if begins.is_none_or(|at| at < now) => {
                MaintenanceTime::Weekly { days, at, minutes, zone, begins, ends: Some(now) }
            }
            _ => return None,
        };
        Some(Self { when, ..self.clone() })
    }
}

/// When it begins, on each of these days of the week of that zone.
fn weekly(days: &[i8], at: Time, zone: &TimeZone, from: Timestamp, to: Timestamp) -> Vec<Timestamp> {
    let (mut date, last) = (from.in_zone(zone).date(), to.in_zone(zone).date());
    let mut found = Vec::new();
    while date <= last {
        if days.contains(&date.weekday().to_monday_one_offset())
            && let Ok(zoned) = date.to_datetime(at).to_zoned(zone.clone())
        {
            found.push(Timestamp::from(zoned.timestamp()));
        }
        let Ok(next) = date.checked_add(Span::new().days(1)) else { break };
        date = next;
    }
    found
}

/// What counts of outages, with the times of planned work taken out of them: those count as pauses.
pub fn excused(outages: &[Outage], windows: Vec<Range<Timestamp>>, now: Timestamp) -> Vec<Outage> {
    let windows = joined(windows.into_iter().map(|window| window.start..window.end.min(now)));
    if windows.is_empty() {
        return outages.to_vec();
    }
    let mut left: Vec<Outage> = outages.iter().flat_map(|outage| without(outage, &windows)).collect();
    left.extend(windows.into_iter().map(|window| Outage {
        state: CheckState::Paused,
        began_at: window.start,
        ended_at: Some(window.end),
    }));
    left
}

/// In order, none touching another.
fn joined(windows: impl Iterator<Item = Range<Timestamp>>) -> Vec<Range<Timestamp>> {
    let mut all: Vec<_> = windows.filter(|window| window.start < window.end).collect();
    all.sort_by_key(|window| window.start);
    let mut joined: Vec<Range<Timestamp>> = Vec::new();
    for window in all {
        match joined.last_mut() {
            Some(last) if window.start <= last.end => last.end = last.end.max(window.end),
            _ => joined.push(window),
        }
    }
    joined
}

/// The parts of an outage that lie outside of all windows.
fn without(outage: &Outage, windows: &[Range<Timestamp>]) -> Vec<Outage> {
    let of = |began_at, ended_at| Outage { state: outage.state, began_at, ended_at };
    let mut parts = Vec::new();
    let mut from = outage.began_at;
    for window in windows.iter().filter(|window| window.end > outage.began_at) {
        if outage.ended_at.is_some_and(|end| window.start >= end) {
            break;
        }
        if window.start > from {
            parts.push(of(from, Some(window.start)));
        }
        from = from.max(window.end);
    }
    if outage.ended_at.is_none_or(|end| from < end) {
        parts.push(of(from, outage.ended_at));
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::share;
    use proptest::prelude::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn weekly(days: &[i8], time: &str, minutes: u32) -> Maintenance {
        let (days, at, zone) = (days.to_vec(), time.to_owned(), "Europe/Paris".to_owned());
        let when = MaintenanceTime::Weekly { days, at, minutes, zone, begins: None, ends: None };
        Maintenance { name: "Mises à jour".into(), when, rules: vec![], checks: vec![] }
    }

    #[test]
    fn each_week_it_begins_at_the_hour_of_its_zone() {
        // The night of 25 October 2026 in which Paris changes to winter.
        let sundays = weekly(&[7], "01:30", 60);
        let windows = sundays.windows(at("2026-10-17T00:00:00Z"), at("2026-11-02T00:00:00Z"));
        let starts: Vec<_> = windows.iter().map(|window| window.start.to_string()).collect();
        assert_eq!(
            starts,
            ["2026-10-17T23:30:00.000000Z", "2026-10-24T23:30:00.000000Z", "2026-11-01T00:30:00.000000Z"]
        );
        assert!(sundays.current(at("2026-10-18T00:29:59Z")).is_some());
        assert!(sundays.current(at("2026-10-18T00:30:00Z")).is_none());
        assert_eq!(sundays.next(at("2026-10-18T00:00:00Z")).unwrap().start, at("2026-10-24T23:30:00Z"));
        // One that goes over midnight is known the day after.
        assert!(weekly(&[1], "23:00", 120).current(at("2026-11-23T23:30:00Z")).is_some());
    }

    #[test]
    fn nothing_is_excused_before_it_was_made_and_after_its_end() {
        let daily = weekly(&[1, 2, 3, 4, 5, 6, 7], "02:00", 60);
        let MaintenanceTime::Weekly { days, at: time, minutes, zone, .. } = daily.when.clone() else { panic!() };
        let begins = Some(at("2026-11-20T01:30:00Z"));
        let when = MaintenanceTime::Weekly { days, at: time, minutes, zone, begins, ends: None };
        let ended = Maintenance { when, ..daily }.ended(at("2026-11-22T01:15:00Z")).unwrap();
        let windows = ended.windows(at("2026-11-01T00:00:00Z"), at("2026-12-01T00:00:00Z"));
        assert_eq!(
            windows,
            [
                at("2026-11-20T01:30:00Z")..at("2026-11-20T02:00:00Z"),
                at("2026-11-21T01:00:00Z")..at("2026-11-21T02:00:00Z"),
                at("2026-11-22T01:00:00Z")..at("2026-11-22T01:15:00Z"),
            ]
        );
        let once = MaintenanceTime::Once { from: at("2026-11-24T10:00:00Z"), until: at("2026-11-24T12:00:00Z") };
        let once = Maintenance { when: once, ..ended };
        assert_eq!(once.ended(at("2026-11-24T09:00:00Z")), None, "it never was");
        assert_eq!(once.ended(at("2026-11-24T11:00:00Z")).unwrap().ends_at(), Some(at("2026-11-24T11:00:00Z")));
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        let good = weekly(&[7], "02:00", 60);
        let once = |from: &str, until: &str| Maintenance {
            when: MaintenanceTime::Once { from: at(from), until: at(until) },
            ..good.clone()
        };
        for (wrong, field) in [
            (good.clone(), None),
            (weekly(&[], "02:00", 60), Some("days")),
            (weekly(&[8], "02:00", 60), Some("days")),
            (weekly(&[1], "25:00", 60), Some("at")),
            (weekly(&[1], "2", 60), Some("at")),
            (weekly(&[1], "02h30", 0), Some("minutes")),
            (Maintenance { name: " ".into(), ..good.clone() }, Some("name")),
            (once("2026-11-24T12:00:00Z", "2026-11-24T12:00:00Z"), Some("until")),
            (once("2026-11-24T12:00:00Z", "2027-01-24T12:00:00Z"), Some("until")),
        ] {
            assert_eq!(wrong.check().err(), field, "{wrong:?}");
        }
        let text = r#"{"name":"a","kind":"weekly","days":[7],"at":"02:00","minutes":60}"#;
        let read: Maintenance = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::from_str::<Maintenance>(&serde_json::to_string(&read).unwrap()).unwrap(), read);
    }

    #[test]
    fn planned_work_is_no_outage() {
        let down =
            |from: &str, to: Option<&str>| Outage { state: CheckState::Down, began_at: at(from), ended_at: to.map(at) };
        let (from, now) = (at("2026-11-24T00:00:00Z"), at("2026-11-24T10:00:00Z"));
        let outages = [down("2026-11-24T01:00:00Z", Some("2026-11-24T03:00:00Z")), down("2026-11-24T08:00:00Z", None)];
        let windows = vec![
            at("2026-11-24T02:00:00Z")..at("2026-11-24T03:30:00Z"),
            at("2026-11-24T03:00:00Z")..at("2026-11-24T04:00:00Z"),
            at("2026-11-24T09:00:00Z")..at("2026-11-24T12:00:00Z"),
        ];
        let left = excused(&outages, windows, now);
        // Three of ten hours are planned work; of the other seven, two were down.
        assert!((share(&left, from, now).unwrap() - 5.0 / 7.0).abs() < 1e-9, "{left:?}");
        assert_eq!(excused(&outages, vec![], now), outages);
    }

    proptest! {
        /// Work that is planned never makes anything look worse, and nothing is down within it.
        #[test]
        fn what_is_excused_is_never_charged(
            downs in prop::collection::vec((0_i64..1_000, 1_i64..200), 0..6),
            windows in prop::collection::vec((0_i64..1_000, 1_i64..200), 0..6),
        ) {
            let at = |s: i64| Timestamp::from_micros(s * 1_000_000);
            let mut end = 0;
            let outages: Vec<Outage> = downs.iter().map(|(gap, length)| {
                let began = end + gap;
                end = began + length;
                Outage { state: CheckState::Down, began_at: at(began), ended_at: Some(at(end)) }
            }).collect();
            let windows: Vec<_> = windows.iter().map(|(from, length)| at(*from)..at(from + length)).collect();
            let left = excused(&outages, windows.clone(), at(10_000));
            for outage in left.iter().filter(|one| one.state == CheckState::Down) {
                for window in &windows {
                    prop_assert!(outage.ended_at.unwrap() <= window.start || outage.began_at >= window.end);
                }
            }
            let sum = |all: &[Outage]| all.iter().filter(|one| one.state == CheckState::Down)
                .map(|one| one.ended_at.unwrap().since(one.began_at)).sum::<Duration>();
            prop_assert!(sum(&left) <= sum(&outages));
        }
    }
}
