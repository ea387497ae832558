//! Planned work: the list, and the form of each kind.

use crate::layout::{
    parts::{Choice, Faults, Notice},
    view::View,
};
use askama::Template;
use model::Timestamp;

#[derive(Template)]
#[template(path = "maintenance/list.html")]
pub(crate) struct MaintenancesPage<'a> {
    pub(crate) v: &'a View,
    /// What goes on and comes next first.
    pub(crate) rows: Vec<WorkRow>,
    pub(crate) notice: Option<Notice>,
}

#[derive(Template)]
#[template(path = "maintenance/form.html")]
pub(crate) struct MaintenanceFormPage<'a> {
    pub(crate) v: &'a View,
    pub(crate) form: WorkForm,
    pub(crate) faults: Faults,
}

/// Work that goes on, for the pages of what it is about.
#[derive(Clone, Debug)]
pub(crate) struct WorkNow {
    pub(crate) name: String,
    pub(crate) until: Timestamp,
}

#[derive(Clone, Debug)]
pub(crate) struct WorkRow {
    pub(crate) id: String,
    pub(crate) name: String,
    /// When, in words; of work that comes again.
    pub(crate) said: String,
    pub(crate) state: WorkWord,
    /// The time of it that is now, comes next or was last.
    pub(crate) window: Option<(Timestamp, Timestamp)>,
    /// Names of what it is about; none: everything.
    pub(crate) about: Vec<String>,
    pub(crate) by: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WorkWord {
    Now,
    Planned,
    Over,
}

impl WorkWord {
    fn word(self) -> &'static str {
        match self {
            Self::Now => "maintenance-now",
            Self::Planned => "maintenance-planned",
            Self::Over => "maintenance-over",
        }
    }

    fn class(self) -> &'static str {
        match self {
            Self::Now => "busy",
            Self::Planned => "doubt",
            Self::Over => "still",
        }
    }

    fn is_over(self) -> bool {
        self == Self::Over
    }
}

/// As typed. Field names are those of the form, too.
#[derive(Clone, Debug, Default)]
pub(crate) struct WorkForm {
    pub(crate) is_weekly: bool,
    pub(crate) name: String,
    pub(crate) from: String,
    pub(crate) until: String,
    /// Days of the week, from Monday.
    pub(crate) days: Vec<Choice>,
    pub(crate) at: String,
    pub(crate) minutes: String,
    pub(crate) zone: String,
    pub(crate) checks: Vec<Choice>,
    pub(crate) rules: Vec<Choice>,
}
