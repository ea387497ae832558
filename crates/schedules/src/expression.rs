//! When something runs, as a person writes it.

use crate::{Cron, Refusal};
use jiff::civil::DateTime;
use std::time::Duration;

/// Bytes of an expression.
pub const TEXT_MAX: usize = 200;
/// The shortest interval, and the longest.
pub const INTERVAL_MIN: Duration = Duration::from_secs(1);
pub const INTERVAL_MAX: Duration = Duration::from_secs(366 * 86_400);

/// When something runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expression {
    /// `0 8 * * MON`, `@daily`.
    Cron(Box<Cron>),
    /// `every 15 min`: so long after the last, from the moment on that the schedule begins at.
    Every(Duration),
    /// `2026-12-24 08:00`: once, by the clock of the zone.
    Once(DateTime),
}

/// What an interval begins with, in either language.
const EVERY: [&str; 3] = ["every ", "toutes les ", "tous les "];
/// Units by their length in seconds.
const UNITS: [(u64, &[&str]); 4] = [
    (1, &["s", "sec", "second", "seconds", "seconde", "secondes"]),
    (60, &["m", "min", "minute", "minutes"]),
    (3_600, &["h", "hour", "hours", "heure", "heures"]),
    (86_400, &["d", "day", "days", "j", "jour", "jours"]),
];

impl Expression {
    /// Reads five or six cron fields, a nickname (`@daily`), an interval (`every 15 min`), or a moment
    /// (`2026-12-24 08:00`, with `at` before it or not).
    ///
    /// # Errors
    /// What is wrong, to be said in either language.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let text = text.trim();
        if text.is_empty() {
            return Err(Refusal::new("expression-empty"));
        }
        if text.len() > TEXT_MAX {
            return Err(Refusal::new("expression-long").with("n", TEXT_MAX));
        }
        let lower = text.to_lowercase();
        if let Some(length) = EVERY.iter().find_map(|every| lower.strip_prefix(every)) {
            return interval(length.trim()).map(Self::Every);
        }
        if let Some(at) = lower.strip_prefix("at ") {
            return moment(at.trim()).map(Self::Once);
        }
        match moment(text) {
            Ok(at) => Ok(Self::Once(at)),
            Err(_) => Cron::parse(text).map(|cron| Self::Cron(Box::new(cron))),
        }
    }
}

impl Expression {
    /// The times of the clock that people mean by an interval which goes into an hour or a day without a rest: `every day`
    /// is `0 0 * * *`. An interval is otherwise counted from the very second at which its schedule is made. `None`: it has
    /// no such times, or is shorter than five minutes, where it hardly matters.
    pub fn on_the_clock(&self) -> Option<String> {
        let Self::Every(length) = self else { return None };
        let seconds = length.as_secs();
        let (hours, minutes) = (seconds / 3_600, seconds / 60);
        match seconds {
            86_400 => Some("0 0 * * *".to_owned()),
            3_600 => Some("0 * * * *".to_owned()),
            3_601..86_400 if seconds.is_multiple_of(3_600) && 24 % hours == 0 => Some(format!("0 */{hours} * * *")),
            300..3_600 if seconds.is_multiple_of(60) && 60 % minutes == 0 => Some(format!("*/{minutes} * * * *")),
            _ => None,
        }
    }
}

/// `15 min`, `90s`.
fn interval(text: &str) -> Result<Duration, Refusal> {
    let wrong = || Refusal::new("expression-interval").with("text", text);
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let number: u64 = if digits == 0 { 1 } else { number.parse().map_err(|_| wrong())? };
    let unit = unit.trim();
    let seconds =
        UNITS.iter().find(|(_, names)| names.contains(&unit)).map(|(seconds, _)| *seconds).ok_or_else(wrong)?;
    let length = Duration::from_secs(number.saturating_mul(seconds));
    match (INTERVAL_MIN..=INTERVAL_MAX).contains(&length) {
        true => Ok(length),
        false => Err(Refusal::new("expression-length").with("text", text)),
    }
}

/// `2026-12-24 08:00`, with `T` between, with seconds or without.
fn moment(text: &str) -> Result<DateTime, Refusal> {
    let wrong = || Refusal::new("expression-moment").with("text", text);
    // A date alone would be midnight, which hardly anybody means.
    if !text.contains(':') || !text.as_bytes().first().is_some_and(u8::is_ascii_digit) {
        return Err(wrong());
    }
    let at: DateTime = text.parse().map_err(|_| wrong())?;
    at.with().subsec_nanosecond(0).build().map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_is_read() {
        let every = |seconds| Expression::Every(Duration::from_secs(seconds));
        for (text, seconds) in [
            ("every 15 min", 900),
            ("every 90s", 90),
            ("Every hour", 3_600),
            ("every 2 days", 172_800),
            ("toutes les 15 minutes", 900),
            ("tous les 2 jours", 172_800),
        ] {
            assert_eq!(Expression::parse(text).unwrap(), every(seconds), "{text}");
        }
        let once = Expression::Once("2026-12-24T08:00:00".parse().unwrap());
        for text in ["2026-12-24 08:00", "at 2026-12-24 08:00", "2026-12-24T08:00:00", " 2026-12-24 08:00 "] {
            assert_eq!(Expression::parse(text).unwrap(), once, "{text}");
        }
        assert!(matches!(Expression::parse("0 8 * * 1"), Ok(Expression::Cron(_))));
        assert!(matches!(Expression::parse("@hourly"), Ok(Expression::Cron(_))));
    }

    #[test]
    fn intervals_that_go_into_a_day_have_times_of_the_clock() {
        for (text, cron) in [
            ("tous les jours", Some("0 0 * * *")),
            ("every 24 h", Some("0 0 * * *")),
            ("toutes les heures", Some("0 * * * *")),
            ("every 6 hours", Some("0 */6 * * *")),
            ("every 15 min", Some("*/15 * * * *")),
            ("every 5 min", Some("*/5 * * * *")),
            ("every 1 min", None),
            ("every 7 min", None),
            ("every 90 min", None),
            ("every 5 h", None),
            ("every 301 s", None),
            ("every 2 days", None),
            ("0 8 * * *", None),
        ] {
            let found = Expression::parse(text).unwrap().on_the_clock();
            assert_eq!(found.as_deref(), cron, "{text}");
            if let Some(cron) = found {
                assert!(matches!(Expression::parse(&cron), Ok(Expression::Cron(_))), "{text}");
            }
        }
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        let long = "* ".repeat(101);
        for (text, code) in [
            ("", "expression-empty"),
            (long.as_str(), "expression-long"),
            ("every 0 s", "expression-length"),
            ("every 99999999999999999999 s", "expression-interval"),
            ("every 400 days", "expression-length"),
            ("every blue moon", "expression-interval"),
            ("at noon", "expression-moment"),
            ("2026-12-24", "expression-fields"),
            ("every", "expression-fields"),
        ] {
            assert_eq!(Expression::parse(text).unwrap_err().code(), code, "{text}");
        }
    }
}
