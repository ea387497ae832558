//! One issue: how it stands, its newest event or another, and what was done about it.

use crate::{
    feedback::page::FeedbackRow,
    issues::pages::{activity::ActivityRow, event::ShownEvent, trend::Trend},
    layout::{
        foreign::Foreign,
        parts::{Choice, Notice},
        view::View,
    },
    logs::{excerpt::Excerpt, pages::explore::Sign},
};
use askama::Template;
use model::Timestamp;
use store::IssueStateKind;

#[derive(Template)]
#[template(path = "issues/show.html")]
pub(crate) struct IssuePage<'a> {
    pub(crate) v: &'a View,
    pub(crate) head: IssueHead,
    /// None where no event of it is kept any more.
    pub(crate) event: Option<ShownEvent>,
    /// The job and the item that raised the event.
    pub(crate) raised_by: Option<RaisedBy>,
    /// What was logged when it happened.
    pub(crate) logs: Option<Excerpt>,
    pub(crate) tags: Vec<ShownTag>,
    pub(crate) activity: Vec<ActivityRow>,
    /// Groups of events; more than one came by a merge, or by events that several hashes know.
    pub(crate) groups: Vec<GroupRow>,
    /// What people said about its events, the newest first.
    pub(crate) feedback: Vec<FeedbackRow>,
    /// Whom it can be assigned to.
    pub(crate) people: Vec<Choice>,
    pub(crate) notice: Option<Notice>,
}

#[derive(Clone, Debug)]
pub(crate) struct IssueHead {
    pub(crate) short_id: String,
    pub(crate) project: String,
    /// Its slug.
    pub(crate) slug: String,
    /// For the browser's tab.
    pub(crate) label: String,
    pub(crate) title: Foreign,
    pub(crate) culprit: Foreign,
    pub(crate) level: Sign,
    pub(crate) state: IssueStateKind,
    /// In which release it is resolved, or until when it is ignored.
    pub(crate) state_note: Option<String>,
    pub(crate) assignee: String,
    pub(crate) first_seen: Timestamp,
    pub(crate) last_seen: Timestamp,
    pub(crate) first_release: Option<Foreign>,
    pub(crate) last_release: Option<Foreign>,
    pub(crate) events: u64,
    pub(crate) users: String,
    pub(crate) trend: Trend,
}

impl IssueHead {
    fn is_open(&self) -> bool {
        IssueStateKind::OPEN.contains(&self.state)
    }
}

/// A job of Vigie's in which an error happened.
#[derive(Clone, Debug)]
pub(crate) struct RaisedBy {
    pub(crate) job: String,
    /// The job's own page.
    pub(crate) address: String,
    /// What the item is called, and where it is.
    pub(crate) item: Option<(String, String)>,
}

/// A group of events.
#[derive(Clone, Debug)]
pub(crate) struct GroupRow {
    pub(crate) hash: String,
    pub(crate) events: u64,
    pub(crate) last_seen: Timestamp,
}

/// A tag, with its most frequent values.
#[derive(Clone, Debug)]
pub(crate) struct ShownTag {
    pub(crate) key: Foreign,
    pub(crate) values: Vec<ShownTagValue>,
    /// In how many hundredths of the events it has another value.
    pub(crate) others: Option<f64>,
}

#[derive(Clone, Debug)]
pub(crate) struct ShownTagValue {
    pub(crate) value: Foreign,
    /// In hundredths of the events that have the tag.
    pub(crate) share: f64,
    /// The issues with this value.
    pub(crate) address: String,
}

impl ShownTagValue {
    /// Of the bar, whose length is 100.
    fn width(&self) -> String {
        format!("{:.1}", self.share)
    }
}
