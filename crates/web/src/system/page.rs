//! What this installation is made of, and where its logs come from.

use crate::layout::{parts::Chosen, view::View};
use askama::Template;
use model::Timestamp;

#[derive(Template)]
#[template(path = "system.html")]
pub(crate) struct SystemPage<'a> {
    pub(crate) v: &'a View,
    /// What is wrong, in the reader's words.
    pub(crate) problems: Vec<String>,
    pub(crate) facts: SystemFacts,
}

#[derive(Clone, Debug)]
pub(crate) struct SystemFacts {
    pub(crate) version: String,
    pub(crate) started_at: Timestamp,
    /// As `SQLite`.
    pub(crate) database: &'static str,
    pub(crate) data: String,
    /// Bytes that can be written, and bytes of the disk.
    pub(crate) disk: Option<(u64, u64)>,
    pub(crate) zone: String,
    /// Whether jobs run in this process.
    pub(crate) runs_jobs: bool,
    pub(crate) users: u64,
    pub(crate) tokens: u64,
}

#[derive(Template)]
#[template(path = "sources.html")]
pub(crate) struct SourcesPage<'a> {
    pub(crate) v: &'a View,
    pub(crate) problems: Vec<String>,
    pub(crate) collected: Vec<CollectedRow>,
    pub(crate) periods: Vec<PeriodChoice>,
    /// Sources of lines of that time, the most first.
    pub(crate) received: Vec<ReceivedSource>,
    /// There are more.
    pub(crate) is_cut: bool,
}

/// Something that Vigie fetches.
#[derive(Clone, Debug)]
pub(crate) struct CollectedRow {
    /// The identifier of its kind.
    pub(crate) kind: &'static str,
    /// A pattern, an address; empty where the kind says it all.
    pub(crate) what: String,
    /// As `app=shop`.
    pub(crate) labels: Vec<String>,
}

/// How far back the lines reach of which the sources are shown.
#[derive(Clone, Debug)]
pub(crate) struct PeriodChoice {
    /// The identifier of what it is called.
    pub(crate) word: &'static str,
    pub(crate) address: String,
    pub(crate) chosen: Chosen,
}

impl PeriodChoice {
    fn is_chosen(&self) -> bool {
        self.chosen == Chosen::Yes
    }
}

/// How the lines of a source are read.
#[derive(Clone, Debug)]
pub(crate) enum SourceFormat {
    /// By themselves: what sent them says what is in them.
    Structured,
    Known(String),
    /// Most of them are not, and there is a page to describe them.
    Unknown(String),
}

/// A source as its records name it.
#[derive(Clone, Debug)]
pub(crate) struct ReceivedSource {
    pub(crate) format: SourceFormat,
    /// As text that does no harm.
    pub(crate) name: String,
    pub(crate) lines: String,
    /// Its lines, in the logs.
    pub(crate) address: String,
}
