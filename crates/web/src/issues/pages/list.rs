//! The list of issues: filtered, sorted, with their last day, to be decided about together.

use crate::{
    issues::pages::trend::Trend,
    layout::{
        foreign::Foreign,
        parts::{Choice, Chosen, Pager},
        view::View,
    },
    logs::pages::explore::Sign,
};
use askama::Template;
use model::Timestamp;
use store::IssueStateKind;

#[derive(Template)]
#[template(path = "issues/list.html")]
pub(crate) struct IssueListPage<'a> {
    pub(crate) v: &'a View,
    pub(crate) tabs: Vec<StateTab>,
    pub(crate) filter: IssuesForm,
    pub(crate) rows: Vec<IssueRow>,
    pub(crate) pager: Pager,
    pub(crate) projects: Projects,
}

/// Whether there is anything that could report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Projects {
    None,
    Some,
}

impl IssueListPage<'_> {
    fn has_projects(&self) -> bool {
        self.projects == Projects::Some
    }
}

/// Issues of some states, with how many there are.
#[derive(Clone, Debug)]
pub(crate) struct StateTab {
    pub(crate) word: &'static str,
    pub(crate) count: u64,
    pub(crate) address: String,
    pub(crate) chosen: Chosen,
}

impl StateTab {
    fn is_chosen(&self) -> bool {
        self.chosen == Chosen::Yes
    }
}

/// What the filters say, as typed; empty is any.
#[derive(Clone, Debug, Default)]
pub(crate) struct IssuesForm {
    pub(crate) q: String,
    pub(crate) projects: Vec<Choice>,
    pub(crate) levels: Vec<Choice>,
    pub(crate) sorts: Vec<Choice>,
    pub(crate) environment: String,
    pub(crate) release: String,
    /// `browser:Firefox`, as a link of an issue's page sets it.
    pub(crate) tag: String,
    /// As the address says it.
    pub(crate) state: String,
}

impl IssuesForm {
    fn is_narrow(&self) -> bool {
        let chosen = |choices: &[Choice]| choices.iter().any(|choice| choice.is_chosen() && !choice.value.is_empty());
        let typed = [&self.q, &self.environment, &self.release, &self.tag];
        typed.iter().any(|text| !text.is_empty()) || chosen(&self.projects) || chosen(&self.levels)
    }
}

#[derive(Clone, Debug)]
pub(crate) struct IssueRow {
    pub(crate) id: i64,
    pub(crate) short_id: String,
    pub(crate) title: Foreign,
    pub(crate) culprit: Foreign,
    pub(crate) level: Sign,
    pub(crate) state: IssueStateKind,
    pub(crate) project: String,
    pub(crate) assignee: String,
    pub(crate) first_seen: Timestamp,
    pub(crate) last_seen: Timestamp,
    pub(crate) events: u64,
    /// As a number, with `+` where there are more than were counted.
    pub(crate) users: String,
    pub(crate) trend: Trend,
}
