//! What is wrong with a query, where, and what to write instead.

use super::{DEPTH_MAX, PIPES_MAX, TERMS_MAX, TEXT_MAX};
use std::{fmt, ops::Range};

/// Reads as `` `abc` is not a number, write one, as in status>=500 ``.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}, {}", .fault.what(), .fault.remedy())]
pub struct Problem {
    /// Bytes of the query's text, never empty unless the text ends there.
    pub at: Range<usize>,
    pub fault: Fault,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    TooLong,
    TooManyTerms,
    TooDeep,
    TooManyPipes,
    QuoteOpen,
    BracketOpen,
    BracketStray,
    BracketEmpty,
    PipeInBrackets,
    /// `OR`, `AND` or `NOT` without its second side.
    NothingBehind(String),
    /// `OR` or `AND` without its first side.
    NothingBefore(String),
    NoValue(String),
    EmptyPhrase,
    StarInside,
    BadRegex(String),
    NotANumber(String),
    NotALevel(String),
    NoLevelThere,
    NotATime(String),
    NotADuration(String),
    UnknownPipe(String),
    UnknownAggregate(String),
    NeedsField(String),
    NameMissing,
    NotALimit(String),
    LeftOver(String),
}

impl Fault {
    pub fn what(&self) -> String {
        match self {
            Self::TooLong => format!("the query is longer than {TEXT_MAX} bytes"),
            Self::TooManyTerms => format!("the query has more than {TERMS_MAX} conditions"),
            Self::TooDeep => format!("more than {DEPTH_MAX} brackets stand within each other"),
            Self::TooManyPipes => format!("there are more than {PIPES_MAX} steps or names"),
            Self::QuoteOpen => "the quote is not closed".into(),
            Self::BracketOpen => "the bracket is not closed".into(),
            Self::BracketStray => "the bracket was never opened".into(),
            Self::BracketEmpty => "nothing stands between the brackets".into(),
            Self::PipeInBrackets => "`|` stands within brackets".into(),
            Self::NothingBehind(word) => format!("`{word}` has nothing behind it"),
            Self::NothingBefore(word) => format!("`{word}` has nothing before it"),
            Self::NoValue(name) => format!("`{name}` has no value"),
            Self::EmptyPhrase => "the phrase is empty".into(),
            Self::StarInside => "`*` stands within a word".into(),
            Self::BadRegex(why) => format!("the expression cannot be read: {why}"),
            Self::NotANumber(text) => format!("`{text}` is not a number"),
            Self::NotALevel(text) => format!("`{text}` is not a level"),
            Self::NoLevelThere => "there is no level beyond that one".into(),
            Self::NotATime(text) => format!("`{text}` is not a time"),
            Self::NotADuration(text) => format!("`{text}` is not a length of time"),
            Self::UnknownPipe(name) if name.is_empty() => "the step behind `|` is not named".into(),
            Self::UnknownPipe(name) => format!("there is no step `{name}`"),
            Self::UnknownAggregate(name) if name.is_empty() => "there is nothing to compute".into(),
            Self::UnknownAggregate(name) => format!("there is no `{name}` to compute"),
            Self::NeedsField(name) => format!("`{name}` does not say of which field"),
            Self::NameMissing => "a name is missing".into(),
            Self::NotALimit(text) => format!("`{text}` is not a number of rows"),
            Self::LeftOver(text) => format!("`{text}` is not understood here"),
        }
    }

    pub fn remedy(&self) -> &'static str {
        match self {
            Self::TooLong | Self::TooManyTerms | Self::TooDeep | Self::TooManyPipes => "shorten it",
            Self::QuoteOpen => "close it with \"",
            Self::BracketOpen => "close it with )",
            Self::BracketStray => "delete it, or put it in quotes",
            Self::BracketEmpty => "write what is searched for between them, or put them in quotes",
            Self::PipeInBrackets => "write OR between alternatives, or \"|\" to search for it",
            Self::NothingBehind(_) | Self::NothingBefore(_) => {
                "complete it, or write it in lower case to search for it"
            }
            Self::NoValue(_) => "put it directly behind, as in app:nginx, or the whole in quotes to search for it",
            Self::EmptyPhrase => "write what to search for between the quotes",
            Self::StarInside => "put it at an end, as in pay*, or write an expression, as in /pay.*late/",
            Self::BadRegex(_) => "correct it, or put the text in quotes to search for it",
            Self::NotANumber(_) => "write one, as in status>=500",
            Self::NotALevel(_) => "write trace, debug, info, warning, error or critical",
            Self::NoLevelThere => "choose one between trace and critical",
            Self::NotATime(_) => "write 2026-11-17, 2026-11-17T08:30, today, or 1h for an hour ago",
            Self::NotADuration(_) => "write a number and s, m, h, d or w, as in 5m",
            Self::UnknownPipe(_) => {
                "write stats, patterns, sort, limit or fields; or OR between alternatives; or \"|\" to search for it"
            }
            Self::UnknownAggregate(_) => "write count(), avg(x), min(x), max(x), sum(x), p95(x) or uniq(x)",
            Self::NeedsField(_) => "name it in brackets, as in avg(duration_ms)",
            Self::NameMissing => "write a field's name, in quotes if it has spaces",
            Self::NotALimit(_) => "write a whole number, as in limit 100",
            Self::LeftOver(_) => "delete it, or separate names with commas",
        }
    }
}

impl Problem {
    /// The line of the query that it concerns, a line with carets under the place, and what to do:
    /// ```text
    /// app:nginx status>=abc
    ///                   ^^^ `abc` is not a number, write one, as in status>=500
    /// ```
    /// `text` is the query's, whole.
    pub fn render(&self, text: &str) -> String {
        self.render_as(text, &self.to_string())
    }

    /// The same, with other words for what it says.
    pub fn render_as(&self, text: &str, said: &str) -> String {
        let start = floor_boundary(text, self.at.start);
        let end = floor_boundary(text, self.at.end).max(start);
        let line_start = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
        let line_end = text[start..].find('\n').map_or(text.len(), |newline| start + newline);
        // Of a long line, what stands around the place.
        let from = floor_boundary(text, start.saturating_sub(SHOWN_BEFORE)).max(line_start);
        let to = floor_boundary(text, start + SHOWN_BEHIND).clamp(start, line_end);
        let line = text[from..to].replace('\t', " ");
        let before = text[from..start].chars().count();
        let under = text[start..end.min(to).max(start)].chars().count().max(1);
        let mut shown = String::new();
        let _ = fmt::write(&mut shown, format_args!("{line}\n{:before$}{:^<under$} {said}", "", ""));
        shown
    }
}

/// Bytes of a query that are shown before a place in it, and from it on.
const SHOWN_BEFORE: usize = 200;
const SHOWN_BEHIND: usize = 200;

fn floor_boundary(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}
