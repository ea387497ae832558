//! The endpoints of a project, with the figures of all of them above.

use crate::layout::{parts::Choice, view::View};
use askama::Template;
use language::Language;
use reports::Endpoint;
use std::time::Duration;

#[derive(Template)]
#[template(path = "performance/endpoints.html")]
pub(crate) struct EndpointsPage<'a> {
    pub(crate) v: &'a View,
    pub(crate) projects: Vec<Choice>,
    pub(crate) periods: Vec<Choice>,
    /// Each with the address of its own page.
    pub(crate) rows: Vec<(String, Endpoint)>,
    pub(crate) apdex: Duration,
    pub(crate) is_partial: bool,
    /// Whether any project is there yet.
    pub(crate) has_projects: bool,
}

impl EndpointsPage<'_> {
    fn endpoints(&self) -> impl Iterator<Item = &Endpoint> {
        self.rows.iter().map(|(_, endpoint)| endpoint)
    }

    fn count(&self) -> u64 {
        self.endpoints().map(|endpoint| endpoint.count).sum()
    }

    /// From 0 to 100.
    fn failed_percent(&self) -> f64 {
        self.endpoints().map(|endpoint| endpoint.failed).sum::<u64>() as f64 * 100.0 / (self.count() as f64).max(1.0)
    }

    fn average(&self) -> Duration {
        let total: Duration = self.endpoints().map(|endpoint| endpoint.total).sum();
        total.div_f64((self.count() as f64).max(1.0))
    }

    fn hottest(&self) -> Option<&Endpoint> {
        self.endpoints().max_by_key(|endpoint| endpoint.count)
    }

    fn slowest(&self) -> Option<&Endpoint> {
        self.endpoints().max_by_key(|endpoint| endpoint.p95)
    }
}

/// How an Apdex is coloured: from 0.94 on excellent, below 0.7 poor.
pub(crate) fn apdex_tone(apdex: f64) -> &'static str {
    match apdex {
        0.94.. => "good",
        0.7.. => "",
        _ => "bad",
    }
}

/// Two digits tell endpoints apart, and what is excellent from what is fair: `0.93`, `0,93`.
pub(crate) fn apdex_text(v: &View, endpoint: &Endpoint) -> String {
    let text = format!("{:.2}", endpoint.apdex());
    if v.language == Language::French { text.replace('.', ",") } else { text }
}
