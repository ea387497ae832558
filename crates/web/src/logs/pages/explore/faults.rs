//! What is wrong with a query, at its place, in the reader's words; and what an answer leaves out.

use super::View;
use crate::layout::foreign::{self, Foreign};
use telemetry::query::{
    Partial, Problem,
    language::{self, DEPTH_MAX, PIPES_MAX, TERMS_MAX, TEXT_MAX},
};

/// Characters of the query before and behind the place.
const AROUND_MAX: usize = 60;

#[derive(Clone, Debug)]
pub(crate) struct Fault {
    pub(crate) before: Foreign,
    pub(crate) marked: Foreign,
    pub(crate) after: Foreign,
    pub(crate) what: String,
    pub(crate) remedy: String,
}

impl Fault {
    /// `text` is the whole query.
    pub(crate) fn new(v: &View, text: &str, problem: &Problem) -> Self {
        let from = text.floor_char_boundary(problem.at.start.min(text.len()));
        let to = text.floor_char_boundary(problem.at.end.min(text.len())).max(from);
        let before = text[..from].char_indices().rev().take(AROUND_MAX).last().map_or(from, |(at, _)| at);
        let after = text[to..].char_indices().nth(AROUND_MAX).map_or(text.len(), |(at, _)| to + at);
        // A place behind the end is shown as a gap.
        let marked = if from == to { "\u{a0}" } else { &text[from..to] };
        let (what, remedy) = said(v, &problem.fault);
        Self {
            before: Foreign::line(&text.as_bytes()[before..from]),
            marked: Foreign::line(marked.as_bytes()),
            after: Foreign::line(&text.as_bytes()[to..after]),
            what,
            remedy,
        }
    }
}

impl Fault {
    /// An end of the time, behind its name, that cannot be read.
    pub(crate) fn of_time(v: &View, name: &str, text: &str) -> Self {
        let shown = foreign::plain(text).chars().take(80).collect::<String>();
        Self::of_part(name, text, v.with("fault-not-a-time", "text", shown), v.t("fault-remedy-edge"))
    }

    /// A time that ends where it begins, or before; `before` is what stands before its end.
    pub(crate) fn of_range(v: &View, before: &str, end: &str) -> Self {
        Self::of_part(before, end, v.t("fault-empty-range"), v.t("fault-remedy-range"))
    }

    fn of_part(before: &str, marked: &str, what: String, remedy: String) -> Self {
        let [before, marked] = [before, marked].map(|text| Foreign::line(text.as_bytes()));
        Self { before, marked, after: Foreign::default(), what, remedy }
    }
}

/// What is doubtful about a query that found nothing.
#[derive(Clone, Debug)]
pub(crate) struct ShownHint {
    pub(crate) part: Foreign,
    pub(crate) what: String,
}

impl ShownHint {
    pub(crate) fn new(v: &View, hint: &language::Hint) -> Self {
        let what = match &hint.why {
            language::Why::NoSuchField(name) => {
                v.with("doubt-no-field", "name", foreign::plain(name).chars().take(80).collect::<String>())
            }
            language::Why::EqualsSign => v.t("doubt-equals"),
            language::Why::AsWritten => v.t("doubt-as-written"),
            language::Why::PartOfSource => v.t("doubt-part-of-source"),
            language::Why::InFields => v.t("doubt-in-fields"),
        };
        Self { part: Foreign::line(hint.part.as_bytes()), what }
    }

    /// A word that names a level, where lines have that level and not the word.
    pub(crate) fn of_level(v: &View, word: &str) -> Self {
        Self { part: Foreign::line(word.as_bytes()), what: v.t("doubt-level") }
    }
}

/// What is wrong, and what helps.
fn said(v: &View, fault: &language::Fault) -> (String, String) {
    use language::Fault as F;
    let with = |id, text: &str| v.with(id, "text", text.chars().take(80).collect::<String>());
    let most = |id, most: usize| v.with(id, "most", v.number(&(most as u64)));
    let (what, remedy) = match fault {
        F::TooLong => (most("fault-too-long", TEXT_MAX), "fault-remedy-shorten"),
        F::TooManyTerms => (most("fault-too-many-terms", TERMS_MAX), "fault-remedy-shorten"),
        F::TooDeep => (most("fault-too-deep", DEPTH_MAX), "fault-remedy-shorten"),
        F::TooManyPipes => (most("fault-too-many-pipes", PIPES_MAX), "fault-remedy-shorten"),
        F::QuoteOpen => (v.t("fault-quote-open"), "fault-remedy-quote"),
        F::BracketOpen => (v.t("fault-bracket-open"), "fault-remedy-bracket"),
        F::BracketStray => (v.t("fault-bracket-stray"), "fault-remedy-stray"),
        F::BracketEmpty => (v.t("fault-bracket-empty"), "fault-remedy-empty"),
        F::PipeInBrackets => (v.t("fault-pipe-in-brackets"), "fault-remedy-pipe"),
        F::NothingBehind(word) => (with("fault-nothing-behind", word), "fault-remedy-complete"),
        F::NothingBefore(word) => (with("fault-nothing-before", word), "fault-remedy-complete"),
        F::NoValue(name) => (with("fault-no-value", name), "fault-remedy-value"),
        F::EmptyPhrase => (v.t("fault-empty-phrase"), "fault-remedy-phrase"),
        F::StarInside => (v.t("fault-star-inside"), "fault-remedy-star"),
        F::BadRegex(_) => (v.t("fault-bad-regex"), "fault-remedy-regex"),
        F::NotANumber(text) => (with("fault-not-a-number", text), "fault-remedy-number"),
        F::NotALevel(text) => (with("fault-not-a-level", text), "fault-remedy-level"),
        F::NoLevelThere => (v.t("fault-no-level-there"), "fault-remedy-level-there"),
        F::NotATime(text) => (with("fault-not-a-time", text), "fault-remedy-time"),
        F::NotADuration(text) => (with("fault-not-a-duration", text), "fault-remedy-duration"),
        F::UnknownPipe(name) => (with("fault-unknown-pipe", name), "fault-remedy-step"),
        F::UnknownAggregate(name) => (with("fault-unknown-aggregate", name), "fault-remedy-aggregate"),
        F::NeedsField(name) => (with("fault-needs-field", name), "fault-remedy-field"),
        F::NameMissing => (v.t("fault-name-missing"), "fault-remedy-name"),
        F::NotALimit(text) => (with("fault-not-a-limit", text), "fault-remedy-limit"),
        F::LeftOver(text) => (with("fault-left-over", text), "fault-remedy-left-over"),
    };
    (what, v.t(remedy))
}

/// Why an answer may be less than the whole.
pub(crate) fn left_out(v: &View, partial: &[Partial]) -> Vec<String> {
    let said = |partial: &Partial| match partial {
        Partial::Cancelled => v.t("partial-cancelled"),
        Partial::Damaged { blocks, .. } => v.count("partial-damaged", blocks),
        Partial::Undeleted { .. } => v.t("partial-undeleted"),
        Partial::Groups { records } => v.count("partial-groups", records),
        Partial::Memory { bytes_max } => v.with("partial-memory", "most", v.bytes(&(*bytes_max as u64))),
        Partial::Rows { limit } => v.count("partial-rows", &(*limit as u64)),
    };
    let mut all: Vec<String> = partial.iter().map(said).collect();
    all.dedup();
    all
}
