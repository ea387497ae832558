//! The logs: searched, counted over time and by value, read line by line.

mod faults;
mod histogram;

pub(crate) use faults::{Fault, ShownHint, left_out};
pub(crate) use histogram::Histogram;

use crate::layout::{foreign::Foreign, view::View};
use askama::Template;
use model::{Level, Timestamp};

#[derive(Template)]
#[template(path = "explore/show.html")]
pub(crate) struct ExplorePage<'a> {
    pub(crate) v: &'a View,
    pub(crate) asked: AskedForm,
    /// Whether lines are to be shown as they arrive.
    pub(crate) is_live: bool,
    pub(crate) ranges: Vec<Range>,
    pub(crate) faults: Vec<Fault>,
    /// What an answer leaves out, in the reader's words.
    pub(crate) left_out: Vec<String>,
    pub(crate) histogram: Option<Histogram>,
    pub(crate) facets: Vec<Facet>,
    /// Why they may not count everything.
    pub(crate) facets_left_out: Vec<String>,
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

#[derive(Clone, Debug)]
pub(crate) struct Links {
    pub(crate) only: String,
    pub(crate) without: String,
}

/// One record.
#[derive(Clone, Debug)]
pub(crate) struct ShownLine {
    pub(crate) seq: u64,
    pub(crate) at: Timestamp,
    pub(crate) level: Option<Level>,
    pub(crate) source: Foreign,
    /// On one line.
    pub(crate) text: Foreign,
    pub(crate) body: Foreign,
    pub(crate) fields: Vec<FieldRow>,
    /// Where the lines around it are.
    pub(crate) context: String,
    /// The job it belongs to, and the trace: their ids.
    pub(crate) job: Option<String>,
    pub(crate) trace: Option<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct FieldRow {
    pub(crate) name: Foreign,
    pub(crate) value: Foreign,
    pub(crate) links: Option<Links>,
}

impl ShownLine {
    /// The class of its colours.
    fn class(&self) -> &'static str {
        self.level.map_or("none", Level::as_str)
    }

    fn sign(&self) -> Option<Sign> {
        self.level.map(Sign)
    }

    fn is_cut(&self) -> bool {
        self.body.whole_bytes.is_some()
    }
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

/// How a level is told: in colour, by its shape, and in a word.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sign(pub(crate) Level);

impl Sign {
    pub(crate) fn word(&self) -> &'static str {
        match self.0 {
            Level::Trace => "level-trace",
            Level::Debug => "level-debug",
            Level::Info => "level-info",
            Level::Warning => "level-warning",
            Level::Error => "level-error",
            Level::Critical => "level-critical",
        }
    }

    fn class(&self) -> &'static str {
        self.0.as_str()
    }

    fn icon(&self) -> &'static str {
        match self.0 {
            Level::Trace => "level-dots",
            Level::Debug => "level-dot",
            Level::Info => "info",
            Level::Warning => "warn",
            Level::Error => "failed",
            Level::Critical => "level-bolt",
        }
    }
}

const LEVELS: [Sign; 6] = [
    Sign(Level::Critical),
    Sign(Level::Error),
    Sign(Level::Warning),
    Sign(Level::Info),
    Sign(Level::Debug),
    Sign(Level::Trace),
];

/// A search kept under a name.
#[derive(Clone, Debug)]
pub(crate) struct Saved {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) address: String,
}

/// What one writes in the box, and what it finds: the identifiers of the explanations.
const HELP: [(&str, &str); 14] = [
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
];

impl ExplorePage<'_> {
    fn levels(&self) -> [Sign; 6] {
        LEVELS
    }

    fn help(&self) -> [(&'static str, &'static str); 14] {
        HELP
    }

    fn has_pages(&self) -> bool {
        matches!(self.found, SearchResult::Lines(_) | SearchResult::NoMatch { .. })
    }

    /// Whether lines may be added on top as they arrive.
    fn can_follow(&self) -> bool {
        !matches!(self.found, SearchResult::Table(_))
    }
}

/// One record with the lines around it in its source.
#[derive(Template)]
#[template(path = "explore/record.html")]
pub(crate) struct RecordPage<'a> {
    pub(crate) v: &'a View,
    pub(crate) record: ShownLine,
    pub(crate) before: Vec<ShownLine>,
    pub(crate) after: Vec<ShownLine>,
    /// More of those before, and of those after.
    pub(crate) earlier: Option<String>,
    pub(crate) later: Option<String>,
    pub(crate) left_out: Vec<String>,
    /// The whole message as it came, where only its beginning is shown.
    pub(crate) whole: String,
    /// All lines of the same source.
    pub(crate) source_address: Option<String>,
}

impl RecordPage<'_> {
    fn is_one(&self) -> bool {
        self.before.is_empty() && self.after.is_empty()
    }
}

/// What a line shows when it is opened, by itself: for lines that came after the page.
#[derive(Template)]
#[template(path = "explore/opened.html")]
pub(crate) struct OpenedLine<'a> {
    pub(crate) v: &'a View,
    pub(crate) line: ShownLine,
}

/// How finely a time is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fine {
    Day,
    Minute,
    Second,
    Millisecond,
}

impl View {
    /// `11-21 14:32:05.123`; with its year where that is not this one.
    pub(crate) fn stamp(&self, at: &Timestamp) -> String {
        self.stamp_to(at, &Fine::Millisecond)
    }

    /// `11-21`, `11-21 14:32` and so on.
    pub(crate) fn stamp_to(&self, at: &Timestamp, fine: &Fine) -> String {
        let (at, now) = (at.in_zone(&self.zone), self.now.in_zone(&self.zone));
        let day = if at.year() == now.year() { "%m-%d" } else { "%Y-%m-%d" };
        let time = match fine {
            Fine::Day => "",
            Fine::Minute => " %H:%M",
            Fine::Second => " %H:%M:%S",
            Fine::Millisecond => " %H:%M:%S%.3f",
        };
        at.strftime(&format!("{day}{time}")).to_string()
    }

    /// How finely times must be told, so that none of them loses anything but zeros.
    pub(crate) fn fine(&self, times: impl IntoIterator<Item = Timestamp>) -> Fine {
        let fine = |at: Timestamp| {
            let at = at.in_zone(&self.zone);
            match (at.hour(), at.minute(), at.second(), at.subsec_nanosecond() / 1_000_000) {
                (0, 0, 0, 0) => Fine::Day,
                (_, _, 0, 0) => Fine::Minute,
                (_, _, _, 0) => Fine::Second,
                _ => Fine::Millisecond,
            }
        };
        times.into_iter().map(fine).max().unwrap_or(Fine::Day)
    }

    /// `Europe/Paris (UTC+01:00)`.
    pub(crate) fn zone_label(&self) -> String {
        let offset = self.now.in_zone(&self.zone).strftime("UTC%:z").to_string();
        match self.zone_name() {
            "" => offset,
            "UTC" => "UTC".to_owned(),
            name => format!("{name} ({offset})"),
        }
    }

    /// To the microsecond, with the zone.
    pub(crate) fn exact(&self, at: &Timestamp) -> String {
        at.in_zone(&self.zone).strftime("%Y-%m-%d %H:%M:%S%.6f %:z").to_string()
    }
}
