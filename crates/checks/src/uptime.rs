//! How much of the time something was up.

use jiff::{civil::Date, tz::TimeZone};
use model::{CheckState, Timestamp};

/// A time in which a check was down or paused; without an end, it still is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outage {
    pub state: CheckState,
    pub began_at: Timestamp,
    pub ended_at: Option<Timestamp>,
}

/// One day of a reader's calendar.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Day {
    pub date: Date,
    /// Of the time that it was watched, from 0 to 1; none where it was not.
    pub share: Option<f64>,
}

/// The part of the time from `from` to `to` in which it was up, of what was neither paused nor before it was first heard of.
pub fn share(outages: &[Outage], from: Timestamp, to: Timestamp) -> Option<f64> {
    let within = |outage: &Outage| {
        let (began, ended) = (outage.began_at.max(from), outage.ended_at.unwrap_or(to).min(to));
        if ended > began { ended.since(began).as_secs_f64() } else { 0.0 }
    };
    let of = |state| outages.iter().filter(|one| one.state == state).map(within).sum::<f64>();
    let watched = if to > from { to.since(from).as_secs_f64() } else { 0.0 } - of(CheckState::Paused);
    (watched > 0.0).then(|| (1.0 - of(CheckState::Down) / watched).clamp(0.0, 1.0))
}

/// The last `count` days of the calendar of `zone`, the oldest first. `first` is since when it is watched.
pub fn days(outages: &[Outage], first: Timestamp, now: Timestamp, zone: &TimeZone, count: u16) -> Vec<Day> {
    let today = now.in_zone(zone).date();
    let begins = |date: Date| date.to_zoned(zone.clone()).ok().map(|zoned| Timestamp::from(zoned.timestamp()));
    let day = |back: u16| {
        let date = today.checked_sub(jiff::Span::new().days(i64::from(back))).ok()?;
        let (from, to) = (begins(date)?.max(first), begins(date.tomorrow().ok()?)?.min(now));
        Some(Day { date, share: share(outages, from, to) })
    };
    (0..count).rev().filter_map(day).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn outage(state: CheckState, from: &str, to: Option<&str>) -> Outage {
        Outage { state, began_at: at(from), ended_at: to.map(at) }
    }

    #[test]
    fn days_are_those_of_the_reader_and_pauses_do_not_count() {
        let zone = TimeZone::get("Europe/Paris").unwrap();
        let outages = [
            outage(CheckState::Down, "2026-11-21T21:00:00Z", Some("2026-11-22T00:00:00Z")),
            outage(CheckState::Paused, "2026-11-22T23:00:00Z", Some("2026-11-23T11:00:00Z")),
            outage(CheckState::Down, "2026-11-23T17:00:00Z", None),
        ];
        let shown = days(&outages, at("2026-11-21T11:00:00Z"), at("2026-11-24T11:00:00Z"), &zone, 5);
        let shares: Vec<_> = shown.iter().map(|day| (day.date.day(), day.share)).collect();
        let share = |share: f64| Some(share);
        assert_eq!(shares[0], (20, None), "it was not watched yet");
        assert!((shares[1].1.unwrap() - 10.0 / 12.0).abs() < 1e-9, "{shares:?}");
        assert!((shares[2].1.unwrap() - 23.0 / 24.0).abs() < 1e-9, "{shares:?}");
        assert_eq!(shares[3], (23, share(0.5)), "half of it was paused, half of the rest was down");
        assert_eq!(shares[4], (24, share(0.0)));
    }

    #[test]
    fn a_day_without_time_has_no_share() {
        assert_eq!(share(&[], at("2026-11-24T11:00:00Z"), at("2026-11-24T11:00:00Z")), None);
        let paused = [outage(CheckState::Paused, "2026-11-20T00:00:00Z", None)];
        assert_eq!(share(&paused, at("2026-11-23T00:00:00Z"), at("2026-11-24T00:00:00Z")), None);
    }
}
