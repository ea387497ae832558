//! Traces of every job and program: searched, filtered, taken away as CSV.

use crate::layout::{
    parts::{Pager, SortLink, TraceRow},
    view::View,
};
use askama::Template;

#[derive(Template)]
#[template(path = "traces.html")]
pub(crate) struct TracesPage<'a> {
    pub(crate) v: &'a View,
    pub(crate) filter: TracesFilter,
    /// To choose from.
    pub(crate) applications: Vec<String>,
    pub(crate) flows: Vec<String>,
    pub(crate) rows: Vec<TraceRow>,
    pub(crate) when: SortLink,
    pub(crate) pager: Pager,
    /// Errors among all that the filters let through, where they were counted.
    pub(crate) errors: Option<u64>,
    /// Where the same traces are as CSV.
    pub(crate) csv: String,
}

/// As typed; empty is any.
#[derive(Clone, Debug, Default)]
pub(crate) struct TracesFilter {
    /// Of one alone; no field of the form.
    pub(crate) id: String,
    pub(crate) q: String,
    pub(crate) application: String,
    pub(crate) flow: String,
    pub(crate) errors: bool,
    /// Days, as `2026-11-21`.
    pub(crate) since: String,
    pub(crate) until: String,
    /// As the address says it.
    pub(crate) sort: String,
}

impl TracesFilter {
    fn is_narrow(&self) -> bool {
        let typed = [&self.id, &self.q, &self.application, &self.flow, &self.since, &self.until];
        self.errors || typed.iter().any(|text| !text.is_empty())
    }
}
