//! What this installation is made of, and where its logs come from.

use crate::layout::view::View;
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
    /// What came in during the last day, the most first.
    pub(crate) received: Vec<ReceivedSource>,
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

/// A source as its records name it.
#[derive(Clone, Debug)]
pub(crate) struct ReceivedSource {
    /// As text that does no harm.
    pub(crate) name: String,
    pub(crate) lines: String,
    /// Its lines, in the logs.
    pub(crate) address: String,
}
