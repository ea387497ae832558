//! The first page: how today goes, what runs, and what needs somebody.

use crate::{
    home::chart::Throughput,
    layout::{
        parts::{AccountRow, JobRow, WorkerRow},
        view::View,
    },
};
use askama::Template;
use model::{JobState, Timestamp};
use store::{Activity, Tally};

#[derive(Template)]
#[template(path = "dashboard.html")]
pub(crate) struct DashboardPage<'a> {
    pub(crate) v: &'a View,
    pub(crate) today: Activity,
    pub(crate) week: Activity,
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

impl DashboardPage<'_> {
    /// Whether anything was done today besides mailings.
    fn did_more(&self) -> bool {
        self.today.others != Tally::default() || self.today.traces.total > 0
    }

    /// Whether something is on its way, so that the page is worth looking at again soon.
    fn is_busy(&self) -> bool {
        self.running.iter().any(|job| job.state == JobState::Running)
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
