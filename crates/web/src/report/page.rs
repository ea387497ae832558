//! The page of a report.

use crate::{
    home::chart::Throughput,
    layout::{
        foreign::plain,
        parts::{Choice, Faults},
        view::View,
    },
};
use ::api::report::Report;
use askama::Template;
use model::Timestamp;
use std::time::Duration;

#[derive(Template)]
#[template(path = "report/show.html")]
pub(crate) struct ReportPage<'a> {
    pub(crate) v: &'a View,
    /// The day, the days, or from when to when.
    pub(crate) title: String,
    pub(crate) periods: Vec<Choice>,
    /// As they stand in the fields of the form: days, or moments.
    pub(crate) since: String,
    pub(crate) until: String,
    pub(crate) report: Report,
    pub(crate) chart: Throughput,
    pub(crate) errors: Vec<ReportedError>,
    /// Level, name, lines, and where they are read.
    pub(crate) lines: Vec<LevelRow>,
    /// Where the same is read as another form: its name, and the address.
    pub(crate) downloads: Vec<(&'static str, String)>,
    pub(crate) send: ReportSendForm,
    pub(crate) faults: Faults,
}

/// Something that failed.
#[derive(Clone, Debug)]
pub(crate) struct ReportedError {
    pub(crate) at: Timestamp,
    pub(crate) what: String,
    pub(crate) job: Option<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct LevelRow {
    pub(crate) word: &'static str,
    pub(crate) lines: u64,
    pub(crate) address: String,
}

/// To whom it is sent.
#[derive(Clone, Debug, Default)]
pub(crate) struct ReportSendForm {
    pub(crate) to: String,
    pub(crate) from: String,
    pub(crate) accounts: Vec<Choice>,
}

impl ReportPage<'_> {
    fn checks(&self) -> u64 {
        let checks = &self.report.checks;
        checks.up + checks.late + checks.down + checks.maintenance
    }

    fn took(&self, ms: &u64) -> String {
        self.v.duration(&Duration::from_millis(*ms))
    }

    fn foreign(&self, text: &str) -> String {
        plain(text)
    }
}
