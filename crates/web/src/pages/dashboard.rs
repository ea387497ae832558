//! The first page: how today goes, what runs, and what needs somebody.

use super::{
    chart::Throughput,
    parts::{AccountRow, JobRow, WorkerRow},
    view::View,
};
use askama::Template;
use model::Timestamp;

#[derive(Template)]
#[template(path = "dashboard.html")]
pub(crate) struct DashboardPage<'a> {
    pub(crate) v: &'a View,
    pub(crate) today: Sent,
    pub(crate) week: Sent,
    pub(crate) active_jobs: u64,
    pub(crate) paused_jobs: u64,
    pub(crate) completed_today: u64,
    pub(crate) day: Throughput,
    /// Running and paused, those that need somebody first.
    pub(crate) running: Vec<JobRow>,
    pub(crate) errors: Vec<ErrorRow>,
    pub(crate) workers: Vec<WorkerRow>,
    pub(crate) accounts: Vec<AccountRow>,
    /// Nothing was ever sent from here.
    pub(crate) is_new: bool,
}

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sent {
    pub(crate) sent: u64,
    pub(crate) errors: u64,
}

impl Sent {
    /// Of what was tried, in percent; nothing where nothing was tried.
    fn success(&self) -> Option<f64> {
        let tried = self.sent + self.errors;
        // Rounding must not hide a failure.
        let cap = if self.errors > 0 { 99.9 } else { 100.0 };
        (tried > 0).then(|| (self.sent as f64 * 100.0 / tried as f64).min(cap))
    }
}

/// Something that failed lately.
#[derive(Clone, Debug)]
pub(crate) struct ErrorRow {
    pub(crate) at: Timestamp,
    /// Who or what: a recipient, a file.
    pub(crate) label: String,
    /// In plain words.
    pub(crate) reason: String,
    /// The job's id and name.
    pub(crate) job: Option<(String, String)>,
}
