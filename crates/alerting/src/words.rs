//! The words of messages, in the language of their channel.

use alerts::{RuleKind, RuleWord};
use jiff::tz::TimeZone;
use language::{FluentArgs, FluentValue, Language, Texts};
use model::Timestamp;
use std::time::Duration;

pub(crate) static TEXTS: Texts = Texts::new(&[include_str!("../locales/en.ftl")], &[include_str!("../locales/fr.ftl")]);

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
        let args: FluentArgs<'_> = values.iter().map(|(name, value)| (*name, value.clone())).collect();
        TEXTS.find(self.language, id, Some(&args)).unwrap_or_else(|| id.to_owned())
    }

    /// With a number that decides singular or plural as `$n`, and is written as `{ $shown }`.
    pub(crate) fn count(&self, id: &str, number: u64, values: &[(&str, FluentValue<'_>)]) -> String {
        let own = [("n", FluentValue::from(number as f64)), ("shown", self.language.number(number).into())];
        self.with(id, &[&own, values].concat())
    }

    /// `24 November 2026, 14:02`, `24 novembre 2026 à 14:02`.
    pub(crate) fn moment(&self, at: Timestamp) -> String {
        let zoned = at.in_zone(self.zone);
        let month = u8::try_from(zoned.month()).ok().and_then(|month| self.language.month(month)).unwrap_or_default();
        let values = [
            ("day", zoned.day().to_string().into()),
            ("month", month.into()),
            ("year", zoned.year().to_string().into()),
            ("time", format!("{:02}:{:02}", zoned.hour(), zoned.minute()).into()),
        ];
        self.with("moment", &values)
    }
}

/// What a kind of rule is called.
pub fn what(word: RuleWord, language: Language) -> String {
    TEXTS.find(language, &format!("what-{}", word.as_str()), None).unwrap_or_else(|| word.as_str().to_owned())
}

/// What a rule looks at, with its limit: `more than 10 errors in 1 min`.
pub fn words_of_rule(kind: &RuleKind, language: Language) -> String {
    let zone = TimeZone::UTC;
    let say = Say { language, zone: &zone };
    let within = |seconds: u64| FluentValue::from(say.language.duration(Duration::from_secs(seconds)));
    let id = format!("rule-{}", kind.word().as_str());
    match kind {
        RuleKind::NewIssue | RuleKind::Regression | RuleKind::FailedJob | RuleKind::WorkerLost => say.t(&id),
        RuleKind::ErrorRate { more_than: n, within_s } => say.count(&id, *n, &[("within", within(*within_s))]),
        RuleKind::ResponseTime { more_than_ms: n, within_s } => say.count(&id, *n, &[("within", within(*within_s))]),
        RuleKind::SuccessRate { below_percent, within_s, .. } => {
            say.count(&id, *below_percent, &[("within", within(*within_s))])
        }
        RuleKind::LogPattern { query, at_least, within_s } => {
            say.count(&id, *at_least, &[("within", within(*within_s)), ("query", query.as_str().into())])
        }
        RuleKind::MissedCheckIn { query, within_s } => {
            say.with(&id, &[("within", within(*within_s)), ("query", query.as_str().into())])
        }
        RuleKind::DiskNearlyFull { below_percent } => say.count(&id, *below_percent, &[]),
    }
}
