//! All jobs: searched, filtered, a page at a time.

use crate::layout::{
    parts::{Choice, JobRow, Pager, SortLink},
    view::View,
};
use askama::Template;

#[derive(Template)]
#[template(path = "jobs/list.html")]
pub(crate) struct JobsPage<'a> {
    pub(crate) v: &'a View,
    pub(crate) of: ListOf,
    pub(crate) filter: JobsFilter,
    pub(crate) rows: Vec<JobRow>,
    pub(crate) pager: Pager,
    pub(crate) heads: JobsHeads,
}

/// Which jobs are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ListOf {
    /// Of every kind.
    Jobs,
    Mailings,
}

impl ListOf {
    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::Jobs => "/jobs",
            Self::Mailings => "/mailings",
        }
    }

    fn title(&self) -> &'static str {
        match self {
            Self::Jobs => "nav-activity",
            Self::Mailings => "nav-mailings-all",
        }
    }

    /// The identifier of what failed items are called.
    fn failed_word(&self) -> &'static str {
        match self {
            Self::Jobs => "jobs-failed",
            Self::Mailings => "jobs-undelivered",
        }
    }

    fn no_match(&self) -> &'static str {
        match self {
            Self::Jobs => "jobs-no-match",
            Self::Mailings => "mailings-no-match",
        }
    }

    fn none(&self) -> &'static str {
        match self {
            Self::Jobs => "jobs-none",
            Self::Mailings => "mailings-none",
        }
    }

    fn none_help(&self) -> &'static str {
        match self {
            Self::Jobs => "jobs-none-help",
            Self::Mailings => "mailings-none-help",
        }
    }
}

/// The columns that the list can be sorted by.
#[derive(Clone, Debug, Default)]
pub(crate) struct JobsHeads {
    pub(crate) name: SortLink,
    pub(crate) failed: SortLink,
    pub(crate) created: SortLink,
}

/// What the filters say, as typed; empty is any.
#[derive(Clone, Debug, Default)]
pub(crate) struct JobsFilter {
    pub(crate) q: String,
    pub(crate) kinds: Vec<Choice>,
    pub(crate) states: Vec<Choice>,
    pub(crate) person: String,
    /// Days, as `2026-11-21`.
    pub(crate) since: String,
    pub(crate) until: String,
    /// As the address says it.
    pub(crate) sort: String,
}

impl JobsFilter {
    fn is_narrow(&self) -> bool {
        let chosen = |choices: &[Choice]| choices.iter().any(|choice| choice.is_chosen() && !choice.value.is_empty());
        let typed = [&self.q, &self.person, &self.since, &self.until];
        typed.iter().any(|text| !text.is_empty()) || chosen(&self.kinds) || chosen(&self.states)
    }
}
