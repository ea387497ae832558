//! Celery clusters as people see them: the cluster, its tasks, one task.

use crate::{
    layout::{
        foreign::Foreign,
        parts::{Choice, IssueLink, Notice, Pager, SortLink},
        states::{Shown, Tone},
        view::View,
    },
    logs::excerpt::Excerpt,
};
use ::celery::{Reach, worker::Life};
use askama::Template;
use model::Timestamp;
use std::time::Duration;
use store::{CELERY_COUNTED_MAX, CeleryState};

#[derive(Template)]
#[template(path = "celery/cluster.html")]
pub(crate) struct ClusterPage<'a> {
    pub(crate) v: &'a View,
    pub(crate) brokers: Vec<BrokerRow>,
    pub(crate) workers: Vec<CeleryWorkerRow>,
    pub(crate) queues: Vec<QueueRow>,
    /// Of the last day: each state with the address of its tasks.
    pub(crate) counts: Vec<(CeleryState, u64, String)>,
}

impl ClusterPage<'_> {
    /// Whether it is to be said whose each row is.
    fn has_several(&self) -> bool {
        self.brokers.len() > 1
    }

    /// `50,000+` where it is more than is counted.
    fn counted(&self, count: &u64) -> String {
        let more = if *count >= CELERY_COUNTED_MAX { "+" } else { "" };
        format!("{}{more}", self.v.number(count))
    }
}

/// A worker, and what it may be told.
#[derive(Template)]
#[template(path = "celery/worker.html")]
pub(crate) struct WorkerPage<'a> {
    pub(crate) v: &'a View,
    pub(crate) row: CeleryWorkerRow,
    /// To stand in the title.
    pub(crate) label: String,
    /// Where its forms lead to, without what they do.
    pub(crate) path: String,
    /// Where its tasks are.
    pub(crate) tasks: String,
    /// Words for a fact, and its value.
    pub(crate) facts: Vec<(&'static str, Foreign)>,
    /// Each kind of task with how often it was run, and where those are.
    pub(crate) kinds: Vec<(Foreign, u64, String)>,
    pub(crate) notice: Option<Notice>,
}

/// A queue that is to be emptied.
#[derive(Template)]
#[template(path = "celery/queue.html")]
pub(crate) struct QueuePage<'a> {
    pub(crate) v: &'a View,
    pub(crate) label: String,
    pub(crate) name: Foreign,
    pub(crate) path: String,
    pub(crate) broker: String,
    pub(crate) messages: u64,
    pub(crate) measured_at: Timestamp,
    pub(crate) notice: Option<Notice>,
}

/// A broker, and how it is reached.
#[derive(Clone, Debug)]
pub(crate) struct BrokerRow {
    pub(crate) name: String,
    pub(crate) url: Foreign,
    pub(crate) reach: Reach,
    pub(crate) since: Timestamp,
    pub(crate) error: Option<Foreign>,
    pub(crate) last_event_at: Option<Timestamp>,
    pub(crate) events: u64,
    /// Messages that were no events, and why the last was none; and those for which there was no room.
    pub(crate) unread: u64,
    pub(crate) problem: Option<Foreign>,
    pub(crate) dropped: u64,
}

#[derive(Clone, Debug)]
pub(crate) struct CeleryWorkerRow {
    pub(crate) broker: String,
    pub(crate) name: Foreign,
    /// Of its page.
    pub(crate) address: String,
    pub(crate) life: Life,
    pub(crate) heartbeat_at: Timestamp,
    pub(crate) pool: Option<Foreign>,
    pub(crate) concurrency: Option<u64>,
    pub(crate) active: Option<u64>,
    pub(crate) processed: Option<u64>,
    pub(crate) load: Option<f64>,
    pub(crate) software: Option<Foreign>,
    pub(crate) queues: Vec<Foreign>,
}

#[derive(Clone, Debug)]
pub(crate) struct QueueRow {
    pub(crate) broker: String,
    /// Where it is emptied.
    pub(crate) address: String,
    pub(crate) name: Foreign,
    pub(crate) messages: u64,
    pub(crate) unacked: Option<u64>,
    pub(crate) consumers: Option<u64>,
    pub(crate) measured_at: Timestamp,
}

impl QueueRow {
    /// Messages wait, and nobody takes them.
    fn is_left(&self) -> bool {
        self.messages > 0 && self.consumers == Some(0)
    }
}

#[derive(Template)]
#[template(path = "celery/tasks.html")]
pub(crate) struct TasksPage<'a> {
    pub(crate) v: &'a View,
    pub(crate) filter: TasksFilter,
    pub(crate) states: Vec<Choice>,
    /// Names and workers to choose from.
    pub(crate) names: Vec<String>,
    pub(crate) workers: Vec<String>,
    pub(crate) rows: Vec<TaskRow>,
    pub(crate) when: SortLink,
    pub(crate) pager: Pager,
}

/// As typed; empty is any.
#[derive(Clone, Debug, Default)]
pub(crate) struct TasksFilter {
    pub(crate) q: String,
    pub(crate) name: String,
    pub(crate) state: String,
    pub(crate) worker: String,
    /// Days, as `2026-11-21`.
    pub(crate) since: String,
    pub(crate) until: String,
    /// As the address says it.
    pub(crate) sort: String,
}

impl TasksFilter {
    fn is_narrow(&self) -> bool {
        let typed = [&self.q, &self.name, &self.state, &self.worker, &self.since, &self.until];
        typed.iter().any(|text| !text.is_empty())
    }
}

#[derive(Clone, Debug)]
pub(crate) struct TaskRow {
    pub(crate) address: String,
    pub(crate) name: Foreign,
    pub(crate) state: CeleryState,
    pub(crate) args: Foreign,
    pub(crate) worker: Foreign,
    pub(crate) at: Timestamp,
    pub(crate) runtime: Option<Duration>,
    /// How deep it stands below the first of its family.
    pub(crate) depth: usize,
}

#[derive(Template)]
#[template(path = "celery/task.html")]
pub(crate) struct TaskPage<'a> {
    pub(crate) v: &'a View,
    pub(crate) row: TaskRow,
    /// For the title of the page.
    /// Where its forms lead to, and whose it is.
    pub(crate) path: String,
    pub(crate) broker: String,
    /// Whether it is not over: only then it can be revoked.
    pub(crate) is_open: bool,
    pub(crate) notice: Option<Notice>,
    pub(crate) label: String,
    pub(crate) id: Foreign,
    pub(crate) facts: Vec<(&'static str, Foreign)>,
    pub(crate) moments: Vec<(&'static str, Timestamp)>,
    pub(crate) result: Option<Foreign>,
    pub(crate) exception: Option<Foreign>,
    pub(crate) traceback: Option<Foreign>,
    /// In the order of reading: each below the one that made it. Empty where it comes alone.
    pub(crate) family: Vec<TaskRow>,
    pub(crate) issues: Vec<IssueLink>,
    pub(crate) lines: Option<Excerpt>,
}

impl TaskPage<'_> {
    fn error_title(&self) -> &'static str {
        if self.row.state == CeleryState::Failure { "celery-error" } else { "celery-error-earlier" }
    }
}

/// The name of a state on pages.
impl Shown for CeleryState {
    fn word(&self) -> &'static str {
        match self {
            Self::Pending => "celery-pending",
            Self::Received => "celery-received",
            Self::Started => "celery-started",
            Self::Success => "celery-success",
            Self::Failure => "celery-failure",
            Self::Retry => "celery-retry",
            Self::Revoked => "celery-revoked",
            Self::Rejected => "celery-rejected",
        }
    }

    fn tone(&self) -> Tone {
        match self {
            Self::Pending | Self::Received | Self::Revoked => Tone::Still,
            Self::Started => Tone::Busy,
            Self::Success => Tone::Good,
            Self::Failure => Tone::Bad,
            Self::Retry | Self::Rejected => Tone::Doubt,
        }
    }

    fn icon(&self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Received => "preparing",
            Self::Started => "running",
            Self::Success => "succeeded",
            Self::Failure => "failed",
            Self::Retry => "retry",
            Self::Revoked => "cancelled",
            Self::Rejected => "skipped",
        }
    }
}

impl Shown for Life {
    fn word(&self) -> &'static str {
        match self {
            Self::Online => "celery-online",
            Self::Offline => "celery-offline",
            Self::Lost => "celery-lost",
        }
    }

    fn tone(&self) -> Tone {
        match self {
            Self::Online => Tone::Good,
            Self::Offline => Tone::Still,
            Self::Lost => Tone::Bad,
        }
    }

    fn icon(&self) -> &'static str {
        match self {
            Self::Online => "succeeded",
            Self::Offline => "cancelled",
            Self::Lost => "failed",
        }
    }
}

impl Shown for Reach {
    fn word(&self) -> &'static str {
        match self {
            Self::Connecting => "celery-connecting",
            Self::Connected => "celery-connected",
            Self::Away => "celery-away",
        }
    }

    fn tone(&self) -> Tone {
        match self {
            Self::Connecting => Tone::Busy,
            Self::Connected => Tone::Good,
            Self::Away => Tone::Bad,
        }
    }

    fn icon(&self) -> &'static str {
        match self {
            Self::Connecting => "running",
            Self::Connected => "succeeded",
            Self::Away => "failed",
        }
    }
}
