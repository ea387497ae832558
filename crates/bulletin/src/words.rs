//! The words of a report, in the reader's language and zone.

use jiff::tz::TimeZone;
use language::{FluentValue, Language, Texts};
use model::Timestamp;
use std::time::Duration;

pub static TEXTS: Texts = Texts::new(&[include_str!("../locales/en.ftl")], &[include_str!("../locales/fr.ftl")]);

/// Says things in one language and zone.
#[derive(Clone, Copy, Debug)]
pub struct Say<'a> {
    pub language: Language,
    pub zone: &'a TimeZone,
}

impl Say<'_> {
    pub(crate) fn t(&self, id: &str) -> String {
        self.with(id, &[])
    }

    pub(crate) fn with(&self, id: &str, values: &[(&str, FluentValue<'_>)]) -> String {
        TEXTS.say(self.language, id, values)
    }

    /// With a number that decides singular or plural as `$n`, and is written as `{ $shown }`.
    pub(crate) fn count(&self, id: &str, number: u64, values: &[(&str, FluentValue<'_>)]) -> String {
        let own = [("n", FluentValue::from(number as f64)), ("shown", self.number(number).into())];
        self.with(id, &[&own, values].concat())
    }

    pub(crate) fn number(&self, number: u64) -> String {
        self.language.number(number)
    }

    /// `98.5 %`, never 100 where something is missing.
    pub(crate) fn percent(&self, rate: f64) -> String {
        let text = format!("{rate:.1}");
        match self.language {
            Language::English => format!("{text}%"),
            Language::French => format!("{}\u{202f}%", text.replace('.', ",")),
        }
    }

    /// `2.4 s`; whole units from a minute on.
    pub(crate) fn duration(&self, time: Duration) -> String {
        match time.as_secs() {
            0..60 => format!("{}\u{a0}s", self.language.decimal((time.as_secs_f64() * 100.0).round() / 100.0)),
            _ => self.language.duration(time),
        }
    }

    pub(crate) fn moment(&self, at: Timestamp) -> String {
        let pattern = if self.language == Language::French { "%d/%m/%Y %H:%M" } else { "%Y-%m-%d %H:%M" };
        at.in_zone(self.zone).strftime(pattern).to_string()
    }

    pub(crate) fn second(&self, at: Timestamp) -> String {
        let pattern = if self.language == Language::French { "%d/%m/%Y %H:%M:%S" } else { "%Y-%m-%d %H:%M:%S" };
        at.in_zone(self.zone).strftime(pattern).to_string()
    }

    pub(crate) fn day(&self, at: Timestamp) -> String {
        let pattern = if self.language == Language::French { "%d/%m/%Y" } else { "%Y-%m-%d" };
        at.in_zone(self.zone).strftime(pattern).to_string()
    }

    /// The first and the last of the whole days that a time consists of, if it does.
    pub(crate) fn days(&self, since: Timestamp, until: Timestamp) -> Option<(String, String)> {
        let is_midnight = |at: Timestamp| {
            let here = at.in_zone(self.zone);
            here.start_of_day().is_ok_and(|start| start == here)
        };
        let is_whole = is_midnight(since) && is_midnight(until) && since < until;
        is_whole.then(|| (self.day(since), self.day(until - Duration::from_secs(1))))
    }

    /// `lundi 30 mars 2025`
    pub(crate) fn full_day(&self, at: Timestamp) -> String {
        let date = at.in_zone(self.zone).date();
        let weekday = self.t(&format!("weekday-{}", date.weekday().to_monday_one_offset()));
        let month = u8::try_from(date.month()).ok().and_then(|month| self.language.month(month)).unwrap_or_default();
        let day = match (self.language, date.day()) {
            (Language::French, 1) => "1er".to_owned(),
            (_, day) => day.to_string(),
        };
        let (weekday, year) = (weekday.into(), date.year().to_string().into());
        self.with("full-day", &[("weekday", weekday), ("day", day.into()), ("month", month.into()), ("year", year)])
    }

    pub(crate) fn hour(&self, at: Timestamp) -> String {
        let pattern = if self.language == Language::French { "%d/%m %H:%M" } else { "%b %d %H:%M" };
        at.in_zone(self.zone).strftime(pattern).to_string()
    }
}
