//! The first page: how today goes, what runs, and what needs somebody.

use crate::{
    checks::ChecksStrip,
    home::{attention::AttentionRow, chart::Throughput},
    layout::{
        parts::{AccountRow, JobRow, WorkerRow},
        view::View,
    },
};
use askama::Template;
use model::Timestamp;
use std::time::Duration;
use store::{Activity, ApplicationActivity, Tally};

#[derive(Template)]
#[template(path = "dashboard.html")]
pub(crate) struct DashboardPage<'a> {
    pub(crate) v: &'a View,
    pub(crate) attention: Vec<AttentionRow>,
    pub(crate) today: Activity,
    pub(crate) week: Activity,
    pub(crate) active_jobs: u64,
    pub(crate) paused_jobs: u64,
    pub(crate) completed_today: u64,
    pub(crate) day: Throughput,
    /// Under way, or waiting for a worker.
    pub(crate) running: Vec<JobRow>,
    /// Waiting for their time, the first first.
    pub(crate) next: Vec<JobRow>,
    /// Of the last seven days.
    pub(crate) applications: Vec<ApplicationActivity>,
    /// The first of these days, as an address says it.
    pub(crate) week_from: String,
    pub(crate) errors: Vec<ErrorRow>,
    pub(crate) workers: Vec<WorkerRow>,
    pub(crate) accounts: Vec<AccountRow>,
    pub(crate) checks: ChecksStrip,
    /// Nothing was ever sent from here, and nothing reports to it.
    pub(crate) is_new: bool,
}

impl DashboardPage<'_> {
    /// Whether anything was done today besides mailings.
    fn did_more(&self) -> bool {
        self.today.others != Tally::default() || self.today.traces.total > 0
    }

    /// What an application did, of whatever kind: done, and failed.
    /// Whether it was heard of so lately that nobody knows the minute: activity is counted by five minutes.
    fn is_of_now(&self, of: &ApplicationActivity) -> bool {
        self.v.now.since(of.last_at) < Duration::from_secs(300)
    }

    fn sums(&self, of: &ApplicationActivity) -> (u64, u64) {
        let Activity { recipients, others, traces } = of.activity;
        let done = recipients.succeeded + others.succeeded + traces.total.saturating_sub(traces.errors);
        (done, recipients.failed + others.failed + traces.errors)
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
