//! The language of the search box, as values.
//!
//! `error app:nginx -healthz status>=500 since:1h | stats count(), p95(duration_ms) by app`: a [`Filter`] over records,
//! then [`Pipe`]s over what it lets through. Every query writes itself ([`std::fmt::Display`]) as a text that parses
//! back to the same query, so that pages can add a condition and keep what the reader typed.

mod hints;
mod number;
mod parse;
mod pipes;
mod problem;
mod refine;
mod scan;
#[cfg(test)]
mod tests;
mod time;
mod write;

pub use hints::{Empty, Hint, Why, anywhere, hints, names_fields};
pub use number::Number;
pub use parse::parse;
pub use problem::{Fault, Problem};
pub use refine::{Narrowed, level_named};
pub use time::{Moment, TimeTest, parse_duration};

use model::Level;
use std::time::Duration;

/// Bytes of a query; what goes beyond is not read.
pub const TEXT_MAX: usize = 8 << 10;
/// Words, phrases, fields and other conditions in one query.
pub const TERMS_MAX: usize = 200;
/// Brackets and negations within each other.
pub const DEPTH_MAX: usize = 40;
/// Pipes, and names within one pipe.
pub const PIPES_MAX: usize = 20;
/// Problems told of one query.
pub const PROBLEMS_MAX: usize = 20;

/// In rising order.
pub const LEVELS: [Level; 6] = [Level::Trace, Level::Debug, Level::Info, Level::Warning, Level::Error, Level::Critical];

#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    pub filter: Filter,
    pub pipes: Vec<Pipe>,
}

/// Which records are wanted.
#[derive(Clone, Debug, PartialEq)]
pub enum Filter {
    Everything,
    /// In the message, letters of either case alike.
    Message(Pattern),
    /// In the message or in the text of any field, letters of either case alike.
    Anywhere(Pattern),
    /// In one field, as written. `message`, `level`, `source` and `time` are fields too.
    Field {
        name: String,
        test: FieldTest,
    },
    /// Both ends belong to it. A record without a level has none of them.
    Level {
        from: Level,
        to: Level,
    },
    Time(TimeTest),
    Not(Box<Filter>),
    /// Two or more.
    And(Vec<Filter>),
    /// Two or more.
    Or(Vec<Filter>),
}

impl Filter {
    /// Whether any of its conditions is about when something happened, which may mean another time a moment later.
    pub fn asks_for_time(&self) -> bool {
        match self {
            Self::Time(_) => true,
            Self::Not(part) => part.asks_for_time(),
            Self::And(parts) | Self::Or(parts) => parts.iter().any(Self::asks_for_time),
            Self::Everything | Self::Message(_) | Self::Anywhere(_) | Self::Field { .. } | Self::Level { .. } => false,
        }
    }

    /// All of `parts`: none is everything, one is itself.
    pub fn all(parts: Vec<Self>) -> Self {
        Self::joined(parts, Self::And)
    }

    /// Any of `parts`: none is everything, one is itself.
    pub fn any(parts: Vec<Self>) -> Self {
        Self::joined(parts, Self::Or)
    }

    fn joined(mut parts: Vec<Self>, join: fn(Vec<Self>) -> Self) -> Self {
        match (parts.pop(), parts.is_empty()) {
            (None, _) => Self::Everything,
            (Some(only), true) => only,
            (Some(last), false) => {
                parts.push(last);
                join(parts)
            }
        }
    }
}

/// What a text must hold. A word is a run of letters, digits and `_`; a pattern that begins (ends) with one of these
/// matches only where a word begins (ends), unless it is open on that side.
#[derive(Clone, Debug, PartialEq)]
pub enum Pattern {
    /// `word`, `"some words"`.
    Words(String),
    /// `word*`.
    Prefix(String),
    /// `*word`.
    Suffix(String),
    /// `*text*`.
    Substring(String),
    /// `/expression/`, its case as written.
    Regex(RegexText),
}

/// What the whole value of a field must be, case as written.
#[derive(Clone, Debug, PartialEq)]
pub enum FieldTest {
    /// `field:*`: there, and not the empty text.
    Exists,
    Equals(String),
    Prefix(String),
    Suffix(String),
    Contains(String),
    Regex(RegexText),
    Compare(Comparison, Number),
}

/// A regular expression in the syntax of the `regex` crate, known to compile when it comes from [`parse`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegexText {
    source: String,
    case: Case,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    AsWritten,
    Either,
}

impl RegexText {
    /// Compiled programs above this size are refused.
    const BYTES_MAX: usize = 1 << 20;

    /// # Errors
    /// What the `regex` crate says about an expression that it cannot read, or that would grow too large.
    pub fn new(source: &str, case: Case) -> Result<Self, regex::Error> {
        let text = Self { source: source.to_owned(), case };
        text.compile().map(|_| text)
    }

    pub fn source(&self) -> &str {
        &self.source
    }

    pub fn case(&self) -> Case {
        self.case
    }

    /// # Errors
    /// As [`RegexText::new`].
    pub fn compile(&self) -> Result<regex::bytes::Regex, regex::Error> {
        regex::bytes::RegexBuilder::new(&self.source)
            .case_insensitive(self.case == Case::Either)
            .size_limit(Self::BYTES_MAX)
            .build()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    Less,
    AtMost,
    AtLeast,
    More,
}

impl Comparison {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::AtLeast => ">=",
            Self::More => ">",
        }
    }

    /// Whether it holds for a left side that is `ordering` than the right one.
    pub const fn holds(self, ordering: std::cmp::Ordering) -> bool {
        match self {
            Self::Less => ordering.is_lt(),
            Self::AtMost => ordering.is_le(),
            Self::AtLeast => ordering.is_ge(),
            Self::More => ordering.is_gt(),
        }
    }
}

/// What is made of the records that the filter lets through, step by step.
#[derive(Clone, Debug, PartialEq)]
pub enum Pipe {
    Stats {
        columns: Vec<StatsColumn>,
        by: Vec<Group>,
    },
    /// The first key counts most.
    Sort(Vec<SortKey>),
    Limit(u64),
    Fields(Vec<String>),
    /// Records that differ only in the variables of their messages, counted together.
    Patterns,
}

#[derive(Clone, Debug, PartialEq)]
pub struct StatsColumn {
    pub aggregate: Aggregate,
    /// What `as` calls it; else it is called as it is written.
    pub name: Option<String>,
}

impl StatsColumn {
    pub fn title(&self) -> String {
        self.name.clone().unwrap_or_else(|| self.aggregate.to_string())
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum Aggregate {
    /// Of all records.
    Count,
    /// Of those that have the field.
    CountOf(String),
    Avg(String),
    Min(String),
    Max(String),
    Sum(String),
    /// In thousandths: 950 is `p95`, 999 is `p99.9`.
    Percentile(u16, String),
    /// How many different values.
    Uniq(String),
}

impl Aggregate {
    /// The field that it is computed of.
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::Count => None,
            Self::CountOf(field)
            | Self::Avg(field)
            | Self::Min(field)
            | Self::Max(field)
            | Self::Sum(field)
            | Self::Percentile(_, field)
            | Self::Uniq(field) => Some(field),
        }
    }

    fn field_mut(&mut self) -> Option<&mut String> {
        match self {
            Self::Count => None,
            Self::CountOf(field)
            | Self::Avg(field)
            | Self::Min(field)
            | Self::Max(field)
            | Self::Sum(field)
            | Self::Percentile(_, field)
            | Self::Uniq(field) => Some(field),
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum Group {
    Field(String),
    /// Time in steps of this length, of the reader's clock and calendar.
    Bucket(Duration),
}

impl Group {
    fn field_mut(&mut self) -> Option<&mut String> {
        match self {
            Self::Field(field) => Some(field),
            Self::Bucket(_) => None,
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct SortKey {
    /// A field, or a column of `stats` as it is called there.
    pub column: String,
    pub order: Order,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    Ascending,
    Descending,
}
