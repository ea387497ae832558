//! Projects: their list, a new one, and one with what its clients are set up with.

use crate::layout::{
    parts::{Choice, Faults, Notice},
    view::View,
};
use askama::Template;
use model::Timestamp;
use std::time::Duration;

#[derive(Template)]
#[template(path = "projects/list.html")]
pub(crate) struct ProjectsPage<'a> {
    pub(crate) v: &'a View,
    pub(crate) rows: Vec<ProjectRow>,
}

#[derive(Template)]
#[template(path = "projects/new.html")]
pub(crate) struct NewProjectPage<'a> {
    pub(crate) v: &'a View,
    pub(crate) name: String,
    pub(crate) platforms: Vec<Choice>,
    pub(crate) faults: Faults,
}

#[derive(Template)]
#[template(path = "projects/show.html")]
pub(crate) struct ProjectPage<'a> {
    pub(crate) v: &'a View,
    pub(crate) row: ProjectRow,
    /// The last 24 hours; none before the first event.
    pub(crate) summary: Option<SummaryCard>,
    /// Of its first key that is not disabled; none where all are.
    pub(crate) dsn: Option<String>,
    pub(crate) snippets: Vec<Snippet>,
    pub(crate) keys: Vec<KeyRow>,
    pub(crate) form: ProjectForm,
    pub(crate) faults: Faults,
    pub(crate) notice: Option<Notice>,
    /// What was not kept in the last 30 days: of what kind, where it was dropped, why, how often.
    pub(crate) dropped: Vec<DroppedRow>,
}

/// How a project did in a day.
#[derive(Clone, Debug)]
pub(crate) struct SummaryCard {
    pub(crate) errors: u64,
    pub(crate) average: Option<Duration>,
    pub(crate) hottest: Option<EndpointCard>,
    pub(crate) slowest: Option<EndpointCard>,
    pub(crate) active_users: u64,
    pub(crate) is_partial: bool,
}

/// An endpoint, with what is particular about it.
#[derive(Clone, Debug)]
pub(crate) struct EndpointCard {
    pub(crate) name: String,
    pub(crate) address: String,
    pub(crate) count: u64,
    pub(crate) p95: Duration,
}

/// A project in a list.
#[derive(Clone, Debug)]
pub(crate) struct ProjectRow {
    pub(crate) slug: String,
    pub(crate) name: String,
    /// What people call what it is written with.
    pub(crate) platform: String,
    pub(crate) created_at: Timestamp,
    pub(crate) first_event_at: Option<Timestamp>,
    /// Issues that want somebody's attention.
    pub(crate) open_issues: u64,
}

#[derive(Clone, Debug)]
pub(crate) struct KeyRow {
    pub(crate) public_key: String,
    pub(crate) created_at: Timestamp,
    pub(crate) disabled_at: Option<Timestamp>,
}

/// Lines to paste.
#[derive(Clone, Debug)]
pub(crate) struct Snippet {
    pub(crate) name: &'static str,
    pub(crate) install: &'static str,
    pub(crate) code: String,
}

#[derive(Clone, Debug)]
pub(crate) struct DroppedRow {
    pub(crate) category: String,
    /// The word for where it was dropped.
    pub(crate) by: &'static str,
    pub(crate) why: &'static str,
    pub(crate) count: u64,
}

/// As typed. Field names are those of the form, too; of lists each line is one.
#[derive(Clone, Debug, Default)]
pub(crate) struct ProjectForm {
    pub(crate) name: String,
    pub(crate) platforms: Vec<Choice>,
    pub(crate) scrubs: Switch,
    pub(crate) keys: String,
    pub(crate) kept_keys: String,
    pub(crate) patterns: String,
    pub(crate) ip_addresses: Switch,
    pub(crate) emails: Switch,
    pub(crate) per_minute: String,
}

/// A box that is ticked, or not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Switch {
    On,
    #[default]
    Off,
}

impl From<bool> for Switch {
    fn from(on: bool) -> Self {
        if on { Self::On } else { Self::Off }
    }
}

impl Switch {
    pub(crate) fn is_on(self) -> bool {
        self == Self::On
    }

    /// The attribute of the box.
    fn checked(&self) -> &'static str {
        if self.is_on() { " checked" } else { "" }
    }
}

impl ProjectForm {
    /// Field, label and hint of each list, with what it holds.
    fn lists(&self) -> [(&'static str, &'static str, &'static str, &str); 3] {
        [
            ("keys", "project-scrub-keys", "project-scrub-keys-hint", &self.keys),
            ("kept_keys", "project-kept-keys", "project-kept-keys-hint", &self.kept_keys),
            ("patterns", "project-patterns", "project-patterns-hint", &self.patterns),
        ]
    }

    /// Field and label of each box.
    fn switches(&self) -> [(&'static str, &'static str, Switch); 3] {
        [
            ("scrubs", "project-scrubs", self.scrubs),
            ("emails", "project-scrub-emails", self.emails),
            ("ip_addresses", "project-scrub-ip", self.ip_addresses),
        ]
    }
}
