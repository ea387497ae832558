//! Pairs of DHIS2 instances as people see them: all of them, one, what a run would write, a run, what is known.

use crate::layout::{
    foreign::Foreign,
    parts::{Choice, Notice, Pager},
    states::{Shown, Tone},
    view::View,
};
use askama::Template;
use dhis2::plan::Action;
use model::{Counters, JobState, Timestamp};
use std::time::Duration;

#[derive(Template)]
#[template(path = "syncs/dashboard.html")]
pub(crate) struct SyncsPage<'a> {
    pub(crate) v: &'a View,
    pub(crate) rows: Vec<SyncRow>,
    /// The newest of all.
    pub(crate) history: Vec<SyncRunRow>,
    pub(crate) numbers: SyncNumbers,
    pub(crate) notice: Option<Notice>,
}

/// What is counted above the list.
#[derive(Clone, Debug, Default)]
pub(crate) struct SyncNumbers {
    pub(crate) active: u64,
    pub(crate) running: u64,
    /// Of the last 24 hours.
    pub(crate) written: u64,
    pub(crate) failed: u64,
}

impl SyncsPage<'_> {
    pub(crate) fn total(&self) -> u64 {
        self.rows.len() as u64
    }
}

#[derive(Template)]
#[template(path = "syncs/show.html")]
pub(crate) struct SyncPage<'a> {
    pub(crate) v: &'a View,
    pub(crate) row: SyncRow,
    /// How it is set up: a word, and what is set.
    pub(crate) facts: Vec<(&'static str, Foreign)>,
    pub(crate) runs: Vec<SyncRunRow>,
    pub(crate) plans: Vec<SyncPlanLink>,
    pub(crate) known: u64,
    pub(crate) refused: u64,
    pub(crate) notice: Option<Notice>,
}

#[derive(Template)]
#[template(path = "syncs/check.html")]
pub(crate) struct SyncCheckPage<'a> {
    pub(crate) v: &'a View,
    pub(crate) number: i64,
    pub(crate) name: Foreign,
    pub(crate) findings: Vec<SyncFindingRow>,
    /// Why the instances could not be asked.
    pub(crate) why: Option<SyncWhy>,
}

/// What a check found.
#[derive(Clone, Debug)]
pub(crate) struct SyncFindingRow {
    pub(crate) title: &'static str,
    pub(crate) help: &'static str,
    pub(crate) side: &'static str,
    pub(crate) detail: Foreign,
}

#[derive(Template)]
#[template(path = "syncs/plan.html")]
pub(crate) struct SyncPlanPage<'a> {
    pub(crate) v: &'a View,
    pub(crate) number: i64,
    pub(crate) name: Foreign,
    pub(crate) id: String,
    pub(crate) created_at: Timestamp,
    pub(crate) counts: Vec<SyncCountRow>,
    pub(crate) values: Vec<SyncValuesRow>,
    pub(crate) blocked: Vec<(String, String, String)>,
    pub(crate) is_validated: bool,
    /// Pieces of tracker data about which the target could not be asked.
    pub(crate) unasked: u64,
    /// Types of which more is deleted than the bound allows, which is said beside.
    pub(crate) held: Option<(String, String)>,
    pub(crate) requests: u64,
    pub(crate) time: Duration,
    pub(crate) changes: Vec<SyncChangeRow>,
    /// Why names and properties could not be read.
    pub(crate) why: Option<SyncWhy>,
    pub(crate) pager: Pager,
}

impl SyncPlanPage<'_> {
    pub(crate) fn writes(&self) -> u64 {
        let objects = self.counts.iter().map(|row| row.create + row.update + row.delete).sum::<u64>();
        objects + self.values.iter().map(|row| row.write + row.delete).sum::<u64>()
    }

    pub(crate) fn deletes(&self) -> u64 {
        self.counts.iter().map(|row| row.delete).sum()
    }

    pub(crate) fn has_changes(&self) -> bool {
        !self.changes.is_empty()
    }
}

/// What is compared of a type.
#[derive(Clone, Debug, Default)]
pub(crate) struct SyncCountRow {
    pub(crate) kind: String,
    pub(crate) create: u64,
    pub(crate) update: u64,
    pub(crate) delete: u64,
    pub(crate) equal: u64,
    pub(crate) kept: u64,
    pub(crate) conflict: u64,
    pub(crate) extra: u64,
}

/// Values of a data set.
#[derive(Clone, Debug)]
pub(crate) struct SyncValuesRow {
    pub(crate) kind: String,
    pub(crate) source: u64,
    pub(crate) target: u64,
    pub(crate) write: u64,
    pub(crate) delete: u64,
    pub(crate) conflict: u64,
}

/// An object of a plan, property by property.
#[derive(Clone, Debug)]
pub(crate) struct SyncChangeRow {
    pub(crate) kind: String,
    pub(crate) uid: String,
    pub(crate) name: Foreign,
    pub(crate) action: SyncAction,
    pub(crate) has_moved: bool,
    pub(crate) properties: Vec<(Foreign, Foreign, Foreign)>,
}

#[derive(Template)]
#[template(path = "syncs/run.html")]
pub(crate) struct SyncRunPage<'a> {
    pub(crate) v: &'a View,
    pub(crate) name: Foreign,
    pub(crate) row: SyncRunRow,
    pub(crate) counts: Vec<SyncCountRow>,
    pub(crate) values: u64,
    pub(crate) registrations: u64,
    pub(crate) jobs: Vec<SyncJobRow>,
}

/// A job of a run.
#[derive(Clone, Debug)]
pub(crate) struct SyncJobRow {
    pub(crate) id: String,
    /// The word of what it writes.
    pub(crate) phase: &'static str,
    pub(crate) state: JobState,
    pub(crate) counters: Counters,
}

#[derive(Template)]
#[template(path = "syncs/ledger.html")]
pub(crate) struct SyncLedgerPage<'a> {
    pub(crate) v: &'a View,
    pub(crate) number: i64,
    pub(crate) name: Foreign,
    pub(crate) rows: Vec<SyncKnownRow>,
    pub(crate) kinds: Vec<Choice>,
    pub(crate) only: Vec<Choice>,
    pub(crate) uid: String,
    pub(crate) is_narrow: bool,
    pub(crate) pager: Pager,
}

/// An object of the ledger.
#[derive(Clone, Debug)]
pub(crate) struct SyncKnownRow {
    pub(crate) kind: String,
    pub(crate) uid: String,
    pub(crate) hash: String,
    /// Why it could not be written, in the reader's words.
    pub(crate) problem: Option<String>,
    pub(crate) noted_at: Timestamp,
}

impl SyncKnownRow {
    /// Enough of the hash to be told from another.
    pub(crate) fn short(&self) -> &str {
        self.hash.get(..8).unwrap_or_default()
    }
}

/// A configuration in a list.
#[derive(Clone, Debug)]
pub(crate) struct SyncRow {
    pub(crate) number: i64,
    pub(crate) name: Foreign,
    /// As it stands in places that take no markup.
    pub(crate) label: String,
    pub(crate) source: Foreign,
    pub(crate) target: Foreign,
    pub(crate) standing: SyncStanding,
    pub(crate) is_started: bool,
    pub(crate) is_scheduled: bool,
    pub(crate) cooldown_until: Option<Timestamp>,
    pub(crate) next_at: Option<Timestamp>,
    /// Why the last look or run failed.
    pub(crate) why: Option<SyncWhy>,
    pub(crate) last: Option<SyncRunRow>,
}

/// A run in a list.
#[derive(Clone, Debug)]
pub(crate) struct SyncRunRow {
    pub(crate) address: String,
    pub(crate) number: i64,
    pub(crate) name: Foreign,
    pub(crate) standing: SyncRunStanding,
    pub(crate) began: &'static str,
    pub(crate) created_at: Timestamp,
    pub(crate) finished_at: Option<Timestamp>,
    pub(crate) written: u64,
    pub(crate) errors: u64,
    pub(crate) conflicts: u64,
    /// Of the job that runs.
    pub(crate) counters: Option<Counters>,
    pub(crate) why: Option<SyncWhy>,
}

/// A plan that is kept.
#[derive(Clone, Debug)]
pub(crate) struct SyncPlanLink {
    pub(crate) address: String,
    pub(crate) created_at: Timestamp,
    pub(crate) writes: u64,
}

/// Why something failed, in the reader's words; and what else is known, in English.
#[derive(Clone, Debug)]
pub(crate) struct SyncWhy {
    pub(crate) text: String,
    pub(crate) english: Option<Foreign>,
}

/// How a configuration stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SyncStanding {
    Running,
    Resting,
    Active,
    Scheduled,
    Stopped,
}

impl Shown for SyncStanding {
    fn word(&self) -> &'static str {
        match self {
            Self::Running => "sync-state-running",
            Self::Resting => "sync-state-resting",
            Self::Active => "sync-state-active",
            Self::Scheduled => "sync-state-scheduled",
            Self::Stopped => "sync-state-stopped",
        }
    }

    fn tone(&self) -> Tone {
        match self {
            Self::Running => Tone::Busy,
            Self::Resting => Tone::Doubt,
            Self::Active | Self::Scheduled => Tone::Good,
            Self::Stopped => Tone::Still,
        }
    }

    fn icon(&self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Resting => "warn",
            Self::Active => "succeeded",
            Self::Scheduled => "pending",
            Self::Stopped => "stop",
        }
    }
}

/// How a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SyncRunStanding {
    /// With the word of its phase.
    Going(&'static str),
    Succeeded,
    /// Something was not written.
    Incomplete,
    Failed,
}

impl Shown for SyncRunStanding {
    fn word(&self) -> &'static str {
        match self {
            Self::Going(word) => word,
            Self::Succeeded => "sync-run-succeeded",
            Self::Incomplete => "sync-run-incomplete",
            Self::Failed => "sync-run-failed",
        }
    }

    fn tone(&self) -> Tone {
        match self {
            Self::Going(_) => Tone::Busy,
            Self::Succeeded => Tone::Good,
            Self::Incomplete => Tone::Doubt,
            Self::Failed => Tone::Bad,
        }
    }

    fn icon(&self) -> &'static str {
        match self {
            Self::Going(_) => "running",
            Self::Succeeded => "succeeded",
            Self::Incomplete => "warn",
            Self::Failed => "failed",
        }
    }
}

/// What becomes of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SyncAction(pub(crate) Action);

impl Shown for SyncAction {
    fn word(&self) -> &'static str {
        match self.0 {
            Action::Create => "sync-action-create",
            Action::Update => "sync-action-update",
            Action::Delete => "sync-action-delete",
            Action::Equal => "sync-action-equal",
            Action::Kept => "sync-action-kept",
            Action::Conflict => "sync-action-conflict",
            Action::Extra => "sync-action-extra",
        }
    }

    fn tone(&self) -> Tone {
        match self.0 {
            Action::Create | Action::Equal => Tone::Good,
            Action::Update => Tone::Busy,
            Action::Delete => Tone::Bad,
            Action::Conflict => Tone::Doubt,
            Action::Kept | Action::Extra => Tone::Still,
        }
    }

    fn icon(&self) -> &'static str {
        match self.0 {
            Action::Create => "plus",
            Action::Update => "edit",
            Action::Delete => "trash",
            Action::Equal => "check",
            Action::Kept => "skipped",
            Action::Conflict => "warn",
            Action::Extra => "minus",
        }
    }
}
