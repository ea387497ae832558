//! One job: how it stands above, and one of its sides below, each at an address of its own.

use crate::layout::{
    parts::{Choice, IssueLink, Notice, Pager, SortLink, TraceRow},
    states::JobStanding,
    view::View,
};
use askama::Template;
use model::{Counters, ItemState, JobId, JobKind, JobState, Level, Timestamp};
use std::time::Duration;

/// What stands above each side.
#[derive(Clone, Debug)]
pub(crate) struct JobHead {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) kind: JobKind,
    pub(crate) state: JobState,
    pub(crate) counters: Counters,
    /// Items per second; 0 where it is not known.
    pub(crate) rate: f64,
    pub(crate) left: Option<Duration>,
    /// The last thing that was said of it.
    pub(crate) message: Option<String>,
    /// Why it stands still, in plain words; see [`crate::layout::states::reason`].
    pub(crate) reason: Option<String>,
    pub(crate) resumes_at: Option<Timestamp>,
    pub(crate) person: String,
    pub(crate) account: Option<String>,
    pub(crate) created_at: Timestamp,
    /// How long it ran, once it is over.
    pub(crate) active: Option<Duration>,
    pub(crate) may: May,
    /// Failed items that can be tried again; `None` where there are more than were counted.
    pub(crate) retryable: Option<u64>,
    /// The newest diagnosis of it: its id, its result and the tone of its badge.
    pub(crate) diagnosis: Option<(String, String, &'static str)>,
    /// What the last action came to.
    pub(crate) notice: Option<Notice>,
}

/// What stands in the place of a list of those in trouble.
struct Nobody {
    icon: &'static str,
    title: String,
    text: String,
}

/// What the reader may do to the job as it stands.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct May {
    pub(crate) pause: bool,
    pub(crate) resume: bool,
    pub(crate) cancel: bool,
    /// Retry what failed.
    pub(crate) retry: bool,
    /// Say of an unknown whether it was sent.
    pub(crate) settle: bool,
    /// Correct addresses of what was not delivered.
    pub(crate) correct: bool,
    /// Begin another mailing with its texts.
    pub(crate) reuse: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tab {
    Overview,
    Undelivered,
    Items,
    Traces,
    Log,
    Timeline,
}

impl JobHead {
    fn standing(&self) -> JobStanding {
        JobStanding::of(self.state, &self.counters, self.kind)
    }

    /// Whether it ended, or stands, as nobody wished.
    fn is_stopped(&self) -> bool {
        matches!(self.state, JobState::Failed | JobState::Paused)
    }

    fn is_mailing(&self) -> bool {
        self.kind == JobKind::Mail
    }

    /// What the button for all failures says, which counts them where that is cheap.
    fn retry_label(&self, v: &View) -> String {
        match (self.retryable, self.is_mailing()) {
            (Some(n), true) => v.count("job-retry", &n),
            (Some(n), false) => v.count("job-retry-items", &n),
            (None, true) => v.t("job-retry-all"),
            (None, false) => v.t("job-retry-items-all"),
        }
    }

    /// Those who did not get theirs, but for those whose turn did not come.
    fn undelivered(&self) -> u64 {
        self.counters.failed + self.counters.unknown
    }

    /// The identifier of what its failed items are called.
    fn failed_word(&self) -> &'static str {
        if self.is_mailing() { "tally-undelivered" } else { "tally-failed" }
    }

    /// `1 not delivered, 1 unconfirmed`: what the number of those to review is made of.
    fn to_review(&self, v: &View) -> String {
        let failed = if self.is_mailing() { "undelivered-n" } else { "failed-n" };
        let parts = [(failed, self.counters.failed), ("unknown-n", self.counters.unknown)];
        let parts = parts.into_iter().filter(|(_, n)| *n > 0).map(|(id, n)| v.count(id, &n));
        parts.collect::<Vec<_>>().join(", ")
    }

    /// Those whose turn will not come any more.
    fn unsent(&self) -> u64 {
        if self.is_live() || !self.is_mailing() { 0 } else { self.counters.remaining() }
    }

    /// What an empty list of those in trouble means.
    fn nobody(&self, v: &View) -> Nobody {
        let why = || self.reason.clone().unwrap_or_else(|| v.word(&self.state));
        let (icon, title, text) = match (self.state, self.is_mailing()) {
            (JobState::Completed, true)
                if self.undelivered() == 0 && self.counters.succeeded == 0 && self.counters.skipped > 0 =>
            {
                ("warn", v.t("standing-nothing-sent"), v.count("nothing-sent-why", &self.counters.skipped))
            }
            (JobState::Completed, true) if self.undelivered() == 0 => {
                ("succeeded", v.t("undelivered-nobody"), v.t("undelivered-none"))
            }
            (JobState::Completed, false) if self.undelivered() == 0 => {
                ("succeeded", v.t("trouble-nothing"), v.t("trouble-none"))
            }
            // Behind the last of them.
            (JobState::Completed, _) => ("search", v.t("items-none"), String::new()),
            (JobState::Failed | JobState::Cancelled, true) if self.unsent() > 0 => {
                ("warn", v.count("unsent-n", &self.unsent()), why())
            }
            (JobState::Failed | JobState::Cancelled, true) if self.counters.succeeded == 0 => {
                ("warn", v.t("unsent-all"), why())
            }
            (JobState::Failed | JobState::Cancelled, _) => ("warn", v.word(&self.state), why()),
            // Without figures: those above change while it runs, this does not.
            (_, true) => ("pending", v.t("unsent-yet"), v.t("undelivered-none-yet")),
            (_, false) => ("pending", v.word(&self.state), v.t("undelivered-none-yet")),
        };
        Nobody { icon, title, text }
    }

    fn is_live(&self) -> bool {
        !self.state.is_final()
    }
}

impl Tab {
    const ALL: [Self; 6] = [Self::Overview, Self::Undelivered, Self::Items, Self::Traces, Self::Log, Self::Timeline];

    /// What follows `/jobs/{id}`.
    pub(crate) fn path(&self) -> &'static str {
        match self {
            Self::Overview => "",
            Self::Undelivered => "/undelivered",
            Self::Items => "/items",
            Self::Traces => "/traces",
            Self::Log => "/log",
            Self::Timeline => "/timeline",
        }
    }

    fn word(&self, head: &JobHead) -> &'static str {
        match self {
            Self::Overview => "tab-overview",
            Self::Undelivered if head.is_mailing() => "tab-undelivered",
            Self::Undelivered => "tab-trouble",
            Self::Items if head.is_mailing() => "tab-recipients",
            Self::Items => "tab-items",
            Self::Traces => "tab-traces",
            Self::Log => "tab-log",
            Self::Timeline => "tab-timeline",
        }
    }
}

/// Those in trouble first, then the last lines of the log.
#[derive(Template)]
#[template(path = "jobs/overview.html")]
pub(crate) struct OverviewPage<'a> {
    pub(crate) v: &'a View,
    pub(crate) head: JobHead,
    /// The first few of those who did not get theirs.
    pub(crate) trouble: Vec<TroubleRow>,
    /// Later runs that have sent again what was not delivered.
    pub(crate) again: Vec<LaterRun>,
    pub(crate) log: Vec<LogLine>,
    /// Where scripts go on reading the log.
    pub(crate) log_next: u64,
    /// What shows the progress in the pages of others, with the token that reads it and nothing else.
    pub(crate) embed: String,
}

#[derive(Template)]
#[template(path = "jobs/undelivered.html")]
pub(crate) struct UndeliveredPage<'a> {
    pub(crate) v: &'a View,
    pub(crate) head: JobHead,
    pub(crate) rows: Vec<TroubleRow>,
    pub(crate) pager: Pager,
}

/// Somebody who did not get theirs, or of whom it is not known.
#[derive(Clone, Debug)]
pub(crate) struct TroubleRow {
    pub(crate) seq: i64,
    /// The recipient, or the item.
    pub(crate) label: String,
    pub(crate) state: ItemState,
    /// What happened and what helps, in plain words: [`crate::words::Words::verdict`].
    pub(crate) reason: String,
    /// To the letter what the other side said, or, before any attempt, what is wrong with the row; may be empty.
    pub(crate) reply: String,
    pub(crate) attempts: u64,
    pub(crate) at: Option<Timestamp>,
    /// The row of the spreadsheet, where the job is a mailing.
    pub(crate) line: Option<u64>,
    /// The company or the name.
    pub(crate) about: Option<String>,
    /// The first file that is attached.
    pub(crate) file: Option<String>,
    /// The address, where another one lets it be sent again.
    pub(crate) address: Option<String>,
    /// Another address would let it be sent again, which is not the reader's to choose: it carries files of the server.
    pub(crate) withheld: bool,
    /// What the form says of the item that it was made from.
    pub(crate) was: String,
    /// What is wrong with what was typed for it.
    pub(crate) fault: Option<String>,
}

impl TroubleRow {
    /// What was left out before any attempt is as wrong as before.
    fn may_retry(&self) -> bool {
        self.state == ItemState::Failed && self.attempts > 0
    }

    fn may_settle(&self) -> bool {
        self.is_uncertain()
    }

    pub(crate) fn is_uncertain(&self) -> bool {
        self.state == ItemState::Unknown
    }

    /// Whether the reply is the other side's, and not what was found wrong here.
    fn was_asked(&self) -> bool {
        self.attempts > 0
    }
}

#[derive(Template)]
#[template(path = "jobs/items.html")]
pub(crate) struct ItemsPage<'a> {
    pub(crate) v: &'a View,
    pub(crate) head: JobHead,
    pub(crate) q: String,
    pub(crate) states: Vec<Choice>,
    pub(crate) sort: String,
    pub(crate) row_head: SortLink,
    pub(crate) rows: Vec<ItemRow>,
    pub(crate) pager: Pager,
    /// Where the same items are for a spreadsheet.
    pub(crate) csv: String,
}

/// A later run of the mailing, and how many messages it has sent again.
#[derive(Clone, Debug)]
pub(crate) struct LaterRun {
    pub(crate) job: JobId,
    pub(crate) name: String,
    pub(crate) created_at: Timestamp,
    pub(crate) count: u64,
}

#[derive(Clone, Debug)]
pub(crate) struct ItemRow {
    /// The row of the spreadsheet; of what is no mailing, the place of the item.
    pub(crate) line: u64,
    /// The company or the name.
    pub(crate) about: Option<String>,
    /// The first file that is attached.
    pub(crate) file: Option<String>,
    /// The page of the message, where a program handed it over.
    pub(crate) message: Option<String>,
    /// The run that has sent it again.
    pub(crate) again: Option<LaterRun>,
    pub(crate) label: String,
    pub(crate) state: ItemState,
    pub(crate) attempts: u64,
    /// What came of it, in plain words; empty before it was tried.
    pub(crate) detail: String,
    /// What it has raised.
    pub(crate) issues: Vec<IssueLink>,
    pub(crate) at: Option<Timestamp>,
}

#[derive(Template)]
#[template(path = "jobs/traces.html")]
pub(crate) struct JobTracesPage<'a> {
    pub(crate) v: &'a View,
    pub(crate) head: JobHead,
    pub(crate) rows: Vec<TraceRow>,
    pub(crate) when: SortLink,
    pub(crate) pager: Pager,
    /// Where the same traces are as CSV.
    pub(crate) csv: String,
}

#[derive(Template)]
#[template(path = "jobs/log.html")]
pub(crate) struct JobLogPage<'a> {
    pub(crate) v: &'a View,
    pub(crate) head: JobHead,
    pub(crate) log: Vec<LogLine>,
    pub(crate) log_next: u64,
    /// The address of the whole log as text.
    pub(crate) whole: String,
}

#[derive(Clone, Debug)]
pub(crate) struct LogLine {
    pub(crate) at: Timestamp,
    pub(crate) level: Level,
    pub(crate) message: String,
}

#[derive(Template)]
#[template(path = "jobs/timeline.html")]
pub(crate) struct TimelinePage<'a> {
    pub(crate) v: &'a View,
    pub(crate) head: JobHead,
    /// Oldest first.
    pub(crate) rows: Vec<TimelineStep>,
}

/// A state that the job came into.
#[derive(Clone, Debug)]
pub(crate) struct TimelineStep {
    pub(crate) at: Timestamp,
    pub(crate) state: JobState,
    /// Who brought it there; empty for the engine.
    pub(crate) person: String,
    /// Why, in plain words.
    pub(crate) reason: String,
}

impl OverviewPage<'_> {
    fn tab(&self) -> Tab {
        Tab::Overview
    }
}

impl UndeliveredPage<'_> {
    fn offers_retry(&self) -> bool {
        self.head.may.retry && self.rows.iter().any(TroubleRow::may_retry)
    }

    fn offers_correcting(&self) -> bool {
        self.head.may.correct && self.rows.iter().any(|row| row.address.is_some())
    }

    fn withholds_correcting(&self) -> bool {
        self.head.may.correct && self.rows.iter().any(|row| row.withheld)
    }

    fn offers_settling(&self) -> bool {
        self.head.may.settle && self.rows.iter().any(TroubleRow::may_settle)
    }

    fn tab(&self) -> Tab {
        Tab::Undelivered
    }
}

impl ItemsPage<'_> {
    fn tab(&self) -> Tab {
        Tab::Items
    }
}

impl JobTracesPage<'_> {
    fn tab(&self) -> Tab {
        Tab::Traces
    }
}

impl JobLogPage<'_> {
    fn tab(&self) -> Tab {
        Tab::Log
    }
}

impl TimelinePage<'_> {
    fn tab(&self) -> Tab {
        Tab::Timeline
    }
}
