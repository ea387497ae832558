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

    /// `21 January 2026 at 22:20`.
    pub(crate) fn date(&self, at: Timestamp) -> String {
        let local = at.in_zone(self.zone);
        let month = self.language.month(local.month().unsigned_abs()).unwrap_or_default();
        let day = local.day();
        let first = if self.language == Language::French && day == 1 { "er" } else { "" };
        let time = local.strftime(if local.second() == 0 { "%H:%M" } else { "%H:%M:%S" }).to_string();
        let values = [
            ("day", format!("{day}{first}").into()),
            ("month", month.into()),
            ("year", local.year().to_string().into()),
            ("time", time.into()),
        ];
        self.with("written-date", &values)
    }

    /// `2 s`, to a decimal below ten.
    pub(crate) fn seconds(&self, seconds: f64) -> String {
        format!("{}\u{a0}s", self.language.decimal(if seconds.abs() < 10.0 { seconds } else { seconds.round() }))
    }
}

#[cfg(test)]
mod tests {
    use super::TEXTS;
    use language::Language;
    use std::collections::BTreeSet;

    /// Every identifier of a file, with the values that its text names.
    fn texts(language: Language) -> BTreeSet<(String, BTreeSet<String>)> {
        let source = TEXTS.sources(language).join("\n");
        let mut texts: Vec<(String, BTreeSet<String>)> = Vec::new();
        for line in source.lines() {
            let is_id = line.starts_with(|c: char| c.is_ascii_lowercase());
            let text = match line.split_once(" =") {
                Some((id, text)) if is_id => {
                    texts.push((id.to_owned(), BTreeSet::new()));
                    text
                }
                _ => line,
            };
            let names = text.split('$').skip(1).map(|rest| rest.split(|c: char| !c.is_alphanumeric()).next());
            if let Some((_, values)) = texts.last_mut() {
                values.extend(names.flatten().map(str::to_owned));
            }
        }
        texts.into_iter().collect()
    }

    #[test]
    fn both_languages_say_the_same_things() {
        let (english, french) = (texts(Language::English), texts(Language::French));
        assert!(english.len() > 100, "only {} texts were found", english.len());
        let one_sided: Vec<_> = english.symmetric_difference(&french).collect();
        assert!(one_sided.is_empty(), "{one_sided:#?}");
    }
}
