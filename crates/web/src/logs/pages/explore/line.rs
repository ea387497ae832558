//! One record: a line among others, and all that it holds once it is opened.

use crate::layout::{foreign::Foreign, parts::IssueLink, view::View};
use askama::Template;
use model::{Level, Timestamp};

/// A record on one line.
#[derive(Clone, Debug)]
pub(crate) struct ShownLine {
    pub(crate) seq: u64,
    pub(crate) at: Timestamp,
    pub(crate) level: Option<Level>,
    /// One for each column.
    pub(crate) cells: Vec<LineCell>,
    pub(crate) text: Foreign,
}

/// What a column has of a record.
#[derive(Clone, Debug)]
pub(crate) enum LineCell {
    Level(Option<Level>),
    /// Cut at its front where the column is narrow, as paths are.
    Source(Foreign),
    Field(Foreign),
}

impl LineCell {
    pub(crate) fn sign(&self) -> Option<Sign> {
        if let Self::Level(level) = self { level.map(Sign) } else { None }
    }

    pub(crate) fn class(&self) -> &'static str {
        match self {
            Self::Level(_) => "lv",
            Self::Source(_) => "src",
            Self::Field(_) => "cell",
        }
    }

    /// What is cut at its front runs the other way; what it holds must not.
    pub(crate) fn is_source(&self) -> bool {
        matches!(self, Self::Source(_))
    }

    pub(crate) fn html(&self) -> &str {
        match self {
            Self::Level(_) => "",
            Self::Source(text) | Self::Field(text) => &text.html,
        }
    }
}

impl ShownLine {
    /// The class of its colours.
    pub(crate) fn class(&self) -> &'static str {
        self.level.map_or("none", Level::as_str)
    }
}

/// All of a record.
#[derive(Clone, Debug)]
pub(crate) struct LineDetail {
    pub(crate) at: Timestamp,
    pub(crate) body: Foreign,
    pub(crate) fields: Vec<FieldRow>,
    /// Where the lines around it are.
    pub(crate) context: String,
    /// The job it belongs to, and the trace: their ids.
    pub(crate) job: Option<String>,
    pub(crate) trace: Option<String>,
    /// The page of the request or task in which it was said.
    pub(crate) waterfall: Option<String>,
    /// Issues of that trace, or that it names.
    pub(crate) issues: Vec<IssueLink>,
}

#[derive(Clone, Debug)]
pub(crate) struct FieldRow {
    pub(crate) name: Foreign,
    pub(crate) value: Foreign,
    pub(crate) links: Option<Links>,
}

/// The search with something only, and without it.
#[derive(Clone, Debug)]
pub(crate) struct Links {
    pub(crate) only: String,
    pub(crate) without: String,
}

impl LineDetail {
    pub(crate) fn is_cut(&self) -> bool {
        self.body.whole_bytes.is_some()
    }
}

/// What a line shows when it is opened.
#[derive(Template)]
#[template(path = "explore/opened.html")]
pub(crate) struct OpenedLine<'a> {
    pub(crate) v: &'a View,
    pub(crate) detail: LineDetail,
}

/// One record with the lines around it in its source.
#[derive(Template)]
#[template(path = "explore/record.html")]
pub(crate) struct RecordPage<'a> {
    pub(crate) v: &'a View,
    pub(crate) record: ShownLine,
    pub(crate) detail: LineDetail,
    pub(crate) source: Foreign,
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

    fn sign(&self) -> Option<Sign> {
        self.record.level.map(Sign)
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

    pub(crate) fn class(&self) -> &'static str {
        self.0.as_str()
    }

    pub(crate) fn icon(&self) -> &'static str {
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

pub(super) const LEVELS: [Sign; 6] = [
    Sign(Level::Critical),
    Sign(Level::Error),
    Sign(Level::Warning),
    Sign(Level::Info),
    Sign(Level::Debug),
    Sign(Level::Trace),
];
