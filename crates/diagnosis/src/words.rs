//! The words of a report, in the reader's language and zone.

use jiff::tz::TimeZone;
use language::{FluentValue, Language, Texts};
use model::Timestamp;

pub(crate) static TEXTS: Texts = Texts::new(
    &[include_str!("../locales/en.ftl"), include_str!("../locales/causes.en.ftl")],
    &[include_str!("../locales/fr.ftl"), include_str!("../locales/causes.fr.ftl")],
);

/// Says things in one language and zone.
#[derive(Clone, Copy)]
pub(crate) struct Say<'a> {
    pub(crate) language: Language,
    pub(crate) zone: &'a TimeZone,
}

impl Say<'_> {
    pub(crate) fn t(&self, id: &str) -> String {
        self.with(id, &[])
    }

    pub(crate) fn with(&self, id: &str, values: &[(&str, FluentValue<'_>)]) -> String {
        TEXTS.say(self.language, id, values)
    }

    /// The text of a word of JSON: `cause-worker-timeout` for `cause` and `worker_timeout`.
    pub(crate) fn word(&self, kind: &str, word: &str) -> String {
        self.t(&format!("{kind}-{}", word.replace('_', "-")))
    }

    /// With a number that decides singular or plural as `$n`, and is written as `{ $shown }`.
    pub(crate) fn count(&self, id: &str, number: usize) -> String {
        let shown = self.language.number(number as u64);
        self.with(id, &[("n", FluentValue::from(number as f64)), ("shown", shown.into())])
    }

    /// `22:20:01`, in the zone of the report.
    pub(crate) fn time(&self, at: Timestamp) -> String {
        at.in_zone(self.zone).strftime("%H:%M:%S").to_string()
    }

    /// `2026-01-21 22:20:01`.
    pub(crate) fn moment(&self, at: Timestamp) -> String {
        at.in_zone(self.zone).strftime("%Y-%m-%d %H:%M:%S").to_string()
    }

    /// `2 s`, to a decimal below ten.
    pub(crate) fn seconds(&self, seconds: f64) -> String {
        format!("{}\u{a0}s", self.language.decimal(if seconds.abs() < 10.0 { seconds } else { seconds.round() }))
    }
}
