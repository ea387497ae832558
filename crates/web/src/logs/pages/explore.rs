//! The logs: searched, counted over time and by value, read line by line.

mod columns;
mod faults;
mod histogram;
mod line;
mod patterns;
mod times;

pub(crate) use columns::{ColumnChoice, ColumnsForm, LineColumns};
pub(crate) use faults::{Fault, ShownHint};
pub(crate) use histogram::{Histogram, LegendKey};
pub(crate) use line::{FieldRow, LineCell, LineDetail, Links, OpenedLine, RecordPage, ShownLine, Sign};
pub(crate) use patterns::PatternRow;
pub(crate) use times::Fine;

use crate::layout::{foreign::Foreign, view::View};
use askama::Template;
use line::LEVELS;

#[derive(Template)]
#[template(path = "explore/show.html")]
pub(crate) struct ExplorePage<'a> {
    pub(crate) v: &'a View,
    pub(crate) asked: AskedForm,
    pub(crate) tabs: ExploreTabs,
    pub(crate) ranges: Vec<Range>,
    pub(crate) faults: Vec<Fault>,
    /// What an answer leaves out, in the reader's words.
    pub(crate) left_out: Vec<String>,
    pub(crate) histogram: Option<Histogram>,
    pub(crate) facets: Vec<Facet>,
    /// Why they may not count everything.
    pub(crate) facets_left_out: Vec<String>,
    pub(crate) columns: ColumnsForm,
    /// How to collect something: where there is nothing but what Vigie says of itself.
    pub(crate) begin: Option<Begin>,
    pub(crate) found: SearchResult,
    pub(crate) turns: Turns,
    pub(crate) exports: Vec<Export>,
    pub(crate) saved: Vec<Saved>,
    /// What did not come of saving a search.
    pub(crate) notice: Option<crate::layout::parts::Notice>,
    /// Path and query of this search, from its first page on.
    pub(crate) address: String,
}

/// The ways to look at what was found.
#[derive(Clone, Debug)]
pub(crate) struct ExploreTabs {
    pub(crate) at: ExploreTab,
    /// The same records as lines, and by their patterns.
    pub(crate) lines: String,
    pub(crate) patterns: String,
    /// The errors of the last hour.
    pub(crate) errors: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExploreTab {
    Search,
    Errors,
    Patterns,
    /// Lines as they arrive.
    Live,
}

impl ExploreTabs {
    /// What marks the tab that is shown.
    fn mark(&self, tab: ExploreTab) -> &'static str {
        if self.at == tab { " aria-current=\"page\"" } else { "" }
    }
}

/// All that was found, as a file.
#[derive(Clone, Debug)]
pub(crate) struct Export {
    pub(crate) word: &'static str,
    pub(crate) address: String,
    /// How the file is called.
    pub(crate) name: String,
}

/// As it stands in the address.
#[derive(Clone, Debug, Default)]
pub(crate) struct AskedForm {
    pub(crate) q: String,
    pub(crate) since: String,
    pub(crate) until: String,
    /// `oldest`, or nothing.
    pub(crate) order: String,
    pub(crate) columns: String,
    /// What the times mean, where they are not one of the usual ranges.
    pub(crate) range: Option<String>,
    /// As the fields have it, in the reader's zone.
    pub(crate) from: String,
    pub(crate) to: String,
}

impl AskedForm {
    pub(crate) fn is_narrow(&self) -> bool {
        !self.q.is_empty() || !self.since.is_empty() || !self.until.is_empty()
    }
}

/// One of the usual lengths of time up to now.
#[derive(Clone, Debug)]
pub(crate) struct Range {
    pub(crate) label: String,
    pub(crate) address: String,
    pub(crate) chosen: crate::layout::parts::Chosen,
}

impl Range {
    fn is_chosen(&self) -> bool {
        self.chosen == crate::layout::parts::Chosen::Yes
    }
}

/// What a search found.
#[derive(Clone, Debug)]
pub(crate) enum SearchResult {
    Lines(Vec<ShownLine>),
    Table(TableOf),
    Patterns(Vec<PatternRow>),
    /// Nothing matches; where to look for more.
    NoMatch {
        wider: Option<String>,
        doubts: ShownSuggestions,
    },
    /// There is no record at all.
    Empty(Begin),
}

impl SearchResult {
    pub(crate) const NO_MATCH: Self = Self::NoMatch { wider: None, doubts: ShownSuggestions::NONE };
}

/// Why there may be nothing.
#[derive(Clone, Debug)]
pub(crate) struct ShownSuggestions {
    pub(crate) parts: Vec<ShownHint>,
    /// The query that may have been meant, and its address.
    pub(crate) meant: Option<(Foreign, String)>,
}

impl ShownSuggestions {
    pub(crate) const NONE: Self = Self { parts: Vec::new(), meant: None };
}

/// How to bring the first lines in.
#[derive(Clone, Debug)]
pub(crate) struct Begin {
    /// Where programs send them.
    pub(crate) origin: String,
}

#[derive(Clone, Debug)]
pub(crate) struct TableOf {
    pub(crate) columns: Vec<TableCell>,
    pub(crate) rows: Vec<Vec<TableCell>>,
    /// Where a column has nothing in it.
    pub(crate) doubts: ShownSuggestions,
}

#[derive(Clone, Debug)]
pub(crate) struct TableCell {
    pub(crate) html: String,
    pub(crate) kind: CellKind,
    /// The records that it stands for, and the same table without them.
    pub(crate) only: Option<String>,
    pub(crate) without: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CellKind {
    Text,
    Number,
}

impl TableCell {
    fn is_number(&self) -> bool {
        self.kind == CellKind::Number
    }
}

/// To the pages around this one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Turns {
    pub(crate) first: Option<String>,
    pub(crate) previous: Option<String>,
    pub(crate) next: Option<String>,
    /// The same search the other way round in time.
    pub(crate) turned: String,
}

/// A field with the values that matching records have most often.
#[derive(Clone, Debug)]
pub(crate) struct Facet {
    pub(crate) name: Foreign,
    /// Whose values differ at their end, as paths do.
    pub(crate) is_source: bool,
    pub(crate) records: u64,
    /// None where there are too many to count.
    pub(crate) values: Vec<ShownFacetValue>,
}

#[derive(Clone, Debug)]
pub(crate) struct ShownFacetValue {
    pub(crate) text: Foreign,
    /// For where there is more room.
    pub(crate) whole: String,
    pub(crate) records: u64,
    /// The search with this value only, and without it.
    pub(crate) links: Option<Links>,
}

impl Facet {
    /// Where a value that has no room is cut.
    fn cut(&self) -> &'static str {
        if self.is_source { "cut-front" } else { "cut-end" }
    }

    /// Whether its values divide the lines: each line its own, they do not.
    pub(crate) fn is_telling(&self) -> bool {
        self.values.first().is_some_and(|value| value.records > 1)
    }
}

/// A search kept under a name.
#[derive(Clone, Debug)]
pub(crate) struct Saved {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) address: String,
}

/// What one writes in the box, and what it finds: the identifiers of the explanations.
const HELP: [(&str, &str); 17] = [
    ("timeout", "help-word"),
    ("\"connection reset\"", "help-phrase"),
    ("pay*", "help-prefix"),
    ("*OutOfMem*", "help-substring"),
    ("/took \\d{4,} ms/", "help-regex"),
    ("app:nginx", "help-field"),
    ("level>=warning", "help-level"),
    ("duration_ms>500", "help-number"),
    ("-healthz", "help-not"),
    ("timeout OR refused", "help-or"),
    ("(timeout OR refused) app:nginx", "help-brackets"),
    ("since:90m, time:2026-11-17", "help-time"),
    ("| stats count(), p95(duration_ms) by app", "help-stats"),
    ("| sort by count() desc | limit 10", "help-sort"),
    ("level>=error | patterns", "help-patterns"),
    ("kind:span | stats p95(duration_us) by transaction", "help-kind-span"),
    ("kind:error", "help-kind-error"),
];

impl ExplorePage<'_> {
    fn levels(&self) -> [Sign; 6] {
        LEVELS
    }

    fn help(&self) -> [(&'static str, &'static str); 17] {
        HELP
    }

    fn has_pages(&self) -> bool {
        matches!(self.found, SearchResult::Lines(_) | SearchResult::NoMatch { .. })
    }

    fn has_lines(&self) -> bool {
        matches!(self.found, SearchResult::Lines(_))
    }

    /// Whether lines may be added on top as they arrive.
    fn can_follow(&self) -> bool {
        !matches!(self.found, SearchResult::Table(_) | SearchResult::Patterns(_))
    }
}
