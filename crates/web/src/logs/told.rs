//! What a query and its answer have to be told, in the reader's language: the telemetry store says it as codes with arguments.

use crate::{layout::foreign::plain, words::Words};
use ::language::Language;
use jiff::tz::TimeZone;
use telemetry::query::{
    Partial, Problem,
    language::{self, DEPTH_MAX, PIPES_MAX, TERMS_MAX, TEXT_MAX},
};

/// Characters of what was written that are repeated.
const REPEATED_MAX: usize = 80;

fn repeated(text: &str) -> String {
    plain(text).chars().take(REPEATED_MAX).collect()
}

/// What is doubtful about a part of a query that found nothing.
pub(super) fn doubt(words: &Words, why: &language::Why) -> String {
    match why {
        language::Why::NoSuchField(name) => words.with("doubt-no-field", "name", repeated(name)),
        language::Why::EqualsSign => words.t("doubt-equals"),
        language::Why::AsWritten => words.t("doubt-as-written"),
        language::Why::PartOfSource => words.t("doubt-part-of-source"),
        language::Why::InFields => words.t("doubt-in-fields"),
    }
}

/// What was not understood of a query, and what helps, as one sentence of the terminal.
pub fn query_problem(language: Language, problem: &Problem) -> String {
    match language {
        Language::English => problem.to_string(),
        Language::French => {
            let (what, remedy) = fault(&Words { language, zone: TimeZone::UTC }, &problem.fault);
            format!("{what}\u{a0}: {remedy}")
        }
    }
}

/// What is wrong, and what helps.
pub(super) fn fault(words: &Words, fault: &language::Fault) -> (String, String) {
    use language::Fault as F;
    let with = |id, text: &str| words.with(id, "text", repeated(text));
    let most = |id, most: usize| words.with(id, "most", words.number(&(most as u64)));
    let (what, remedy) = match fault {
        F::TooLong => (most("fault-too-long", TEXT_MAX), "fault-remedy-shorten"),
        F::TooManyTerms => (most("fault-too-many-terms", TERMS_MAX), "fault-remedy-shorten"),
        F::TooDeep => (most("fault-too-deep", DEPTH_MAX), "fault-remedy-shorten"),
        F::TooManyPipes => (most("fault-too-many-pipes", PIPES_MAX), "fault-remedy-shorten"),
        F::QuoteOpen => (words.t("fault-quote-open"), "fault-remedy-quote"),
        F::BracketOpen => (words.t("fault-bracket-open"), "fault-remedy-bracket"),
        F::BracketStray => (words.t("fault-bracket-stray"), "fault-remedy-stray"),
        F::BracketEmpty => (words.t("fault-bracket-empty"), "fault-remedy-empty"),
        F::PipeInBrackets => (words.t("fault-pipe-in-brackets"), "fault-remedy-pipe"),
        F::NothingBehind(word) => (with("fault-nothing-behind", word), "fault-remedy-complete"),
        F::NothingBefore(word) => (with("fault-nothing-before", word), "fault-remedy-complete"),
        F::NoValue(name) => (with("fault-no-value", name), "fault-remedy-value"),
        F::EmptyPhrase => (words.t("fault-empty-phrase"), "fault-remedy-phrase"),
        F::StarInside => (words.t("fault-star-inside"), "fault-remedy-star"),
        F::BadRegex(_) => (words.t("fault-bad-regex"), "fault-remedy-regex"),
        F::NotANumber(text) => (with("fault-not-a-number", text), "fault-remedy-number"),
        F::NotALevel(text) => (with("fault-not-a-level", text), "fault-remedy-level"),
        F::NoLevelThere => (words.t("fault-no-level-there"), "fault-remedy-level-there"),
        F::NotATime(text) => (with("fault-not-a-time", text), "fault-remedy-time"),
        F::NotADuration(text) => (with("fault-not-a-duration", text), "fault-remedy-duration"),
        F::UnknownPipe(name) => (with("fault-unknown-pipe", name), "fault-remedy-step"),
        F::UnknownAggregate(name) => (with("fault-unknown-aggregate", name), "fault-remedy-aggregate"),
        F::NeedsField(name) => (with("fault-needs-field", name), "fault-remedy-field"),
        F::NameMissing => (words.t("fault-name-missing"), "fault-remedy-name"),
        F::NotALimit(text) => (with("fault-not-a-limit", text), "fault-remedy-limit"),
        F::LeftOver(text) => (with("fault-left-over", text), "fault-remedy-left-over"),
    };
    (what, words.t(remedy))
}

/// Why an answer may be less than the whole.
pub(crate) fn left_out(words: &Words, partial: &[Partial]) -> Vec<String> {
    let said = |partial: &Partial| match partial {
        Partial::Cancelled => words.t("partial-cancelled"),
        Partial::Damaged { blocks, .. } => words.count("partial-damaged", blocks),
        Partial::Undeleted { .. } => words.t("partial-undeleted"),
        Partial::Groups { records } => words.count("partial-groups", records),
        Partial::Memory { bytes_max } => words.with("partial-memory", "most", words.bytes(&(*bytes_max as u64))),
        Partial::Rows { limit } => words.count("partial-rows", &(*limit as u64)),
    };
    let mut all: Vec<String> = partial.iter().map(said).collect();
    all.dedup();
    all
}
