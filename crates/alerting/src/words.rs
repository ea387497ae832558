//! The words of messages, in the language of their channel.

use alerts::{Example, Leftover, RuleKind, RuleWord};
use jiff::tz::TimeZone;
use language::{FluentValue, Language, Texts};
use model::Timestamp;
use std::time::Duration;

pub(crate) static TEXTS: Texts = Texts::new(&[include_str!("../locales/en.ftl")], &[include_str!("../locales/fr.ftl")]);

/// The reason that an example has of a job that could not be started.
pub(crate) const NOT_STARTED: &str = "not_started";

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
    TEXTS.say(language, &format!("what-{}", word.as_str()), &[])
}

/// What a rule found: what its kind is called, or, of a job that is over and did some of its work, how it ended.
pub fn what_happened(word: RuleWord, example: Option<&Example>, language: Language) -> String {
    let left = example.and_then(|example| example.left.as_ref()).filter(|_| word == RuleWord::FailedJob);
    left.map_or_else(|| what(word, language), |left| left_words(left, "what-left", language))
}

/// `Mailing finished, 2 not delivered, 1 unconfirmed`
pub(crate) fn left_words(left: &Leftover, id: &str, language: Language) -> String {
    let say = |id: &str, n: u64| {
        let values = [("n", FluentValue::from(n as f64)), ("shown", language.number(n).into())];
        TEXTS.say(language, id, &values)
    };
    let failed = if left.is_mailing { "left-undelivered" } else { "left-failed" };
    let parts = [(failed, left.failed), ("left-unconfirmed", left.unknown)];
    let parts: Vec<String> = parts.into_iter().filter(|(_, n)| *n > 0).map(|(id, n)| say(id, n)).collect();
    let kind = if left.is_mailing { "mailing" } else { "job" };
    TEXTS.say(language, &format!("{id}-{kind}"), &[("left", parts.join(", ").into())])
}

/// The same of a kind by its name in JSON; one that is not known is called by that.
pub fn what_named(kind: &str, left: Option<Leftover>, language: Language) -> String {
    let example = Example { left, ..Example::default() };
    RuleWord::parse(kind).map_or_else(|| kind.to_owned(), |word| what_happened(word, Some(&example), language))
}

/// What exactly it was. Why a run could not be started is kept in both languages.
pub fn example_text(example: &Example, language: Language) -> String {
    let both = serde_json::from_str::<serde_json::Value>(&example.text).ok().filter(|_| example.reason == NOT_STARTED);
    let word = if language == Language::French { "fr" } else { "en" };
    let said = both.as_ref().and_then(|both| both[word].as_str());
    said.unwrap_or(&example.text).to_owned()
}

/// What exactly it was, with the reason in words where there is one: `It does not answer. Connection refused`.
pub fn told_example(example: &Example, language: Language) -> String {
    let reason = Some(example.reason.as_str()).filter(|reason| !reason.is_empty());
    let why = reason.and_then(|reason| TEXTS.find(language, &format!("why-{reason}"), None));
    let text = example_text(example, language);
    let parts = [why.as_deref().unwrap_or_default(), &text];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// What a rule looks at, with its limit: `more than 10 errors in 1 min`.
pub fn words_of_rule(kind: &RuleKind, language: Language) -> String {
    let zone = TimeZone::UTC;
    let say = Say { language, zone: &zone };
    let limits = kind.limits();
    let within = limits.within_s.map(|seconds| language.duration(Duration::from_secs(seconds)));
    let values: Vec<_> = within.map(|within| ("within", within.into())).into_iter().collect();
    say.count(&format!("rule-{}", kind.word().as_str()), limits.limit.unwrap_or_default(), &values)
}

/// What the limit of a kind of rule is called where it is typed.
pub fn limit_label(word: RuleWord, language: Language) -> String {
    TEXTS.say(language, &format!("limit-{}", word.as_str()), &[])
}
