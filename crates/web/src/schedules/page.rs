//! Schedules: their list, one with its runs, and the form.

use crate::{
    layout::{
        parts::{Choice, Faults, Notice, Pager},
        states::{JobStanding, Shown, Tone},
        view::View,
    },
    words::Words,
};
use askama::Template;
use model::{JobKind, Timestamp};
use store::RunState;

#[derive(Template)]
#[template(path = "schedules/list.html")]
pub(crate) struct SchedulesPage<'a> {
    pub(crate) v: &'a View,
    pub(crate) rows: Vec<ScheduleRow>,
    /// What the house does for itself; for administrators.
    pub(crate) maintenance: Vec<MaintenanceRow>,
    pub(crate) notice: Option<Notice>,
}

#[derive(Template)]
#[template(path = "schedules/show.html")]
pub(crate) struct SchedulePage<'a> {
    pub(crate) v: &'a View,
    pub(crate) row: ScheduleRow,
    pub(crate) settings: ScheduleSettings,
    pub(crate) next: Vec<String>,
    pub(crate) runs: Vec<RunRow>,
    pub(crate) pager: Pager,
    /// Whether the reader may change it and set it going.
    pub(crate) may: Reach,
    pub(crate) notice: Option<Notice>,
}

#[derive(Template)]
#[template(path = "schedules/form.html")]
pub(crate) struct ScheduleFormPage<'a> {
    pub(crate) v: &'a View,
    /// Of the schedule that is changed; none of a new one.
    pub(crate) id: Option<String>,
    pub(crate) form: ScheduleForm,
    pub(crate) choices: FormChoices,
    pub(crate) faults: Faults,
    pub(crate) preview: WhenPreview,
}

/// What is shown beside the form while it is filled in.
#[derive(Template)]
#[template(path = "schedules/preview.html")]
pub(crate) struct WhenPreviewPart<'a> {
    pub(crate) v: &'a View,
    pub(crate) preview: WhenPreview,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    Changes,
    Reads,
}

/// A schedule in a list.
#[derive(Clone, Debug)]
pub(crate) struct ScheduleRow {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) kind: JobKind,
    /// When, in words.
    pub(crate) said: String,
    pub(crate) zone: String,
    pub(crate) standing: ScheduleStanding,
    pub(crate) next_at: Option<Timestamp>,
    pub(crate) last: Option<RunRow>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ScheduleStanding {
    Active,
    Paused,
    Ended,
}

impl Shown for ScheduleStanding {
    fn word(&self) -> &'static str {
        match self {
            Self::Active => "schedule-state-active",
            Self::Paused => "schedule-state-paused",
            Self::Ended => "schedule-state-ended",
        }
    }

    fn tone(&self) -> Tone {
        match self {
            Self::Active => Tone::Good,
            Self::Paused => Tone::Doubt,
            Self::Ended => Tone::Still,
        }
    }

    fn icon(&self) -> &'static str {
        match self {
            Self::Active => "check",
            Self::Paused => "paused",
            Self::Ended => "stop",
        }
    }
}

/// What else there is to know of a schedule: labels and what stands beside them.
#[derive(Clone, Debug, Default)]
pub(crate) struct ScheduleSettings {
    pub(crate) expression: String,
    /// What is done: a command, a call, a mailing.
    pub(crate) what: String,
    pub(crate) what_address: Option<String>,
    pub(crate) facts: Vec<(&'static str, String)>,
}

/// One run.
#[derive(Clone, Debug)]
pub(crate) struct RunRow {
    pub(crate) due: Timestamp,
    pub(crate) by_hand: bool,
    pub(crate) outcome: RunOutcome,
    pub(crate) job: Option<String>,
    pub(crate) times: u64,
    pub(crate) detail: String,
}

/// How a run stands: as its job does, or as it was noted where there is none.
#[derive(Clone, Copy, Debug)]
pub(crate) enum RunOutcome {
    Job(JobStanding),
    Noted(RunState),
    /// There was nothing to do.
    Nothing,
}

impl Shown for RunOutcome {
    fn word(&self) -> &'static str {
        match self {
            Self::Job(standing) => standing.word(),
            Self::Noted(RunState::Waiting) => "run-state-waiting",
            Self::Noted(RunState::Started) => "run-state-started",
            Self::Noted(RunState::Failed) => "run-state-failed",
            Self::Noted(RunState::Missed) => "run-state-missed",
            Self::Noted(RunState::Skipped) => "run-state-skipped",
            Self::Nothing => "run-state-nothing",
        }
    }

    fn tone(&self) -> Tone {
        match self {
            Self::Job(standing) => standing.tone(),
            Self::Noted(RunState::Failed) => Tone::Bad,
            Self::Noted(RunState::Missed) => Tone::Doubt,
            Self::Noted(_) | Self::Nothing => Tone::Still,
        }
    }

    fn icon(&self) -> &'static str {
        match self {
            Self::Job(standing) => standing.icon(),
            Self::Noted(RunState::Failed) => "failed",
            Self::Noted(RunState::Missed) => "warn",
            Self::Noted(RunState::Waiting) => "pending",
            Self::Noted(RunState::Started) => "play",
            Self::Noted(RunState::Skipped) => "skipped",
            Self::Nothing => "check",
        }
    }

    fn said(&self, words: &Words) -> String {
        match self {
            Self::Job(standing) => standing.said(words),
            Self::Noted(_) | Self::Nothing => words.t(self.word()),
        }
    }
}

/// What the house does for itself.
#[derive(Clone, Debug)]
pub(crate) struct MaintenanceRow {
    pub(crate) word: String,
    pub(crate) ended_at: Option<Timestamp>,
    pub(crate) next_at: Timestamp,
    /// What went wrong the last time.
    pub(crate) error: Option<String>,
}

/// When it would run, or what is wrong with how that is written.
#[derive(Clone, Debug, Default)]
pub(crate) struct WhenPreview {
    pub(crate) said: String,
    pub(crate) zone: String,
    pub(crate) next: Vec<String>,
    pub(crate) wrong: Option<String>,
}

/// As typed. Field names are those of the form, too.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ScheduleForm {
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) repeat: String,
    pub(crate) time: String,
    pub(crate) weekday: String,
    pub(crate) day: String,
    pub(crate) date: String,
    pub(crate) when: String,
    pub(crate) draft: String,
    pub(crate) list: String,
    pub(crate) command: String,
    pub(crate) method: String,
    pub(crate) url: String,
    pub(crate) body: String,
    pub(crate) to: String,
    pub(crate) account: String,
    pub(crate) from: String,
    pub(crate) language: String,
    pub(crate) period: String,
    /// `1`: only where something went wrong.
    pub(crate) only_errors: String,
    pub(crate) query: String,
    pub(crate) application: String,
    /// Seconds.
    pub(crate) within: String,
    pub(crate) lines: String,
    pub(crate) above: String,
    pub(crate) below: String,
    pub(crate) zone: String,
    pub(crate) days_off: String,
    pub(crate) jitter: String,
    pub(crate) missed: String,
    pub(crate) overlap: String,
}

/// What the lists of the form offer.
#[derive(Clone, Debug, Default)]
pub(crate) struct FormChoices {
    pub(crate) kinds: Vec<Choice>,
    pub(crate) repeats: Vec<Choice>,
    pub(crate) weekdays: Vec<Choice>,
    pub(crate) days: Vec<Choice>,
    pub(crate) drafts: Vec<Choice>,
    pub(crate) lists: Vec<Choice>,
    pub(crate) methods: Vec<Choice>,
    pub(crate) accounts: Vec<Choice>,
    pub(crate) languages: Vec<Choice>,
    pub(crate) periods: Vec<Choice>,
    pub(crate) withins: Vec<Choice>,
    pub(crate) missed: Vec<Choice>,
    pub(crate) overlaps: Vec<Choice>,
}
