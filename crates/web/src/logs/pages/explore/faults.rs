//! What is wrong with a query, at its place, in the reader's words.

use super::View;
use crate::{
    layout::foreign::{self, Foreign},
    logs::told,
};
use telemetry::query::{Problem, language};

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
        let (what, remedy) = told::fault(v, &problem.fault);
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
        Self { part: Foreign::line(hint.part.as_bytes()), what: told::doubt(v, &hint.why) }
    }

    /// A word that names a level, where lines have that level and not the word.
    pub(crate) fn of_level(v: &View, word: &str) -> Self {
        Self { part: Foreign::line(word.as_bytes()), what: v.t("doubt-level") }
    }
}
