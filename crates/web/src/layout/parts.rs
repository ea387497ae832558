//! Pieces that several pages share.

use crate::layout::{
    foreign::Foreign,
    states::{JobStanding, Shown, Tone},
    view::View,
};
use model::{Counters, JobKind, JobState, Timestamp};
use std::time::Duration;

/// What came of the form that led here, said once above the page.
#[derive(Clone, Debug)]
pub(crate) struct Notice {
    pub(crate) mood: Mood,
    pub(crate) text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    Ok,
    Warn,
}

impl Mood {
    pub(crate) fn class(&self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
        }
    }

    pub(crate) fn icon(&self) -> &'static str {
        match self {
            Self::Ok => "check",
            Self::Warn => "warn",
        }
    }
}

/// Links to the pages around this one; the addresses keep the filters.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pager {
    /// Back to the first page, where this is not it.
    pub(crate) first: Option<String>,
    pub(crate) next: Option<String>,
    /// Rows on this page.
    pub(crate) shown: u64,
    /// Rows in all, where they were counted.
    pub(crate) total: Option<u64>,
    /// How far a search looked before its bound ended it, in words; `next` then leads further.
    pub(crate) reach: Option<String>,
}

/// A column's head: its link sorts the list by it, or turns the list round.
#[derive(Clone, Debug, Default)]
pub(crate) struct SortLink {
    pub(crate) address: String,
    /// How the list is sorted by this column, if it is.
    pub(crate) sorted: Option<Sorted>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sorted {
    Ascending,
    Descending,
}

impl SortLink {
    /// `first` and `turned` are what the address says of this column, `now` what it says at present; `first_is` the way
    /// that `first` sorts.
    pub(crate) fn new(
        now: &str,
        first: &str,
        turned: &str,
        first_is: Sorted,
        address: impl Fn(&str) -> String,
    ) -> Self {
        let other = if first_is == Sorted::Ascending { Sorted::Descending } else { Sorted::Ascending };
        let sorted = if now == first { Some(first_is) } else { (now == turned).then_some(other) };
        Self { address: address(if now == first { turned } else { first }), sorted }
    }

    pub(crate) fn is_sorted(&self) -> bool {
        self.sorted.is_some()
    }

    pub(crate) fn rises(&self) -> bool {
        self.sorted == Some(Sorted::Ascending)
    }

    /// The value of `aria-sort` (WAI-ARIA 1.2).
    pub(crate) fn aria(&self) -> &'static str {
        match self.sorted {
            Some(Sorted::Ascending) => "ascending",
            Some(Sorted::Descending) => "descending",
            None => "none",
        }
    }
}

/// One choice of a list.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) label: String,
    pub(crate) chosen: Chosen,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Chosen {
    Yes,
    No,
}

impl Choice {
    /// Every value with its label, of which one may be chosen.
    pub(crate) fn of(values: impl IntoIterator<Item = (String, String)>, chosen: &str) -> Vec<Self> {
        let choice = |(value, label): (String, String)| {
            let chosen = if value == chosen { Chosen::Yes } else { Chosen::No };
            Self { value, label, chosen }
        };
        values.into_iter().map(choice).collect()
    }

    pub(crate) fn is_chosen(&self) -> bool {
        self.chosen == Chosen::Yes
    }
}

/// What is wrong with the fields of a form, in the reader's words.
#[derive(Clone, Debug, Default)]
pub(crate) struct Faults(Vec<(&'static str, String)>);

impl Faults {
    pub(crate) fn add(&mut self, field: &'static str, text: impl Into<String>) {
        self.0.push((field, text.into()));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// For the field itself: that it is wrong, and where it is said why.
    pub(crate) fn attributes(&self, field: &str) -> String {
        match self.0.iter().find(|(name, _)| *name == field) {
            // Our own names: nothing to escape.
            Some((name, _)) => format!(" aria-invalid=\"true\" aria-describedby=\"fault-{name}\""),
            None => String::new(),
        }
    }

    pub(crate) fn of(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|(name, _)| *name == field).map(|(_, text)| text.as_str())
    }
}

/// A job in a list.
#[derive(Clone, Debug)]
pub(crate) struct JobRow {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) kind: JobKind,
    pub(crate) state: JobState,
    pub(crate) counters: Counters,
    pub(crate) person: String,
    pub(crate) created_at: Timestamp,
    pub(crate) left: Option<Duration>,
    /// Why it stands still, in plain words; see [`crate::layout::states::reason`].
    pub(crate) reason: Option<String>,
    pub(crate) resumes_at: Option<Timestamp>,
}

impl JobRow {
    /// The identifier of how many of its items failed.
    pub(crate) fn failed_word(&self) -> &'static str {
        if self.kind == JobKind::Mail { "undelivered-n" } else { "failed-n" }
    }

    pub(crate) fn standing(&self) -> JobStanding {
        JobStanding::of(self.state, &self.counters, self.kind)
    }
}

/// How much of a limit is used.
#[derive(Clone, Debug)]
pub(crate) struct Use {
    pub(crate) used: u64,
    pub(crate) limit: u64,
}

impl Use {
    pub(crate) fn left(&self) -> u64 {
        self.limit.saturating_sub(self.used)
    }

    /// From there the meter warns.
    pub(crate) fn high(&self) -> u64 {
        self.limit.saturating_mul(3) / 4
    }

    /// From there it alarms.
    pub(crate) fn critical(&self) -> u64 {
        self.limit.saturating_mul(95) / 100
    }

    /// The colour of its meter.
    pub(crate) fn tone(&self) -> &'static str {
        match self.used {
            used if used >= self.critical() => Tone::Bad.class(),
            used if used >= self.high() => Tone::Doubt.class(),
            _ => Tone::Busy.class(),
        }
    }

    /// In hundredths of the meter's width.
    pub(crate) fn width(&self) -> String {
        format!("{:.2}", self.share())
    }

    pub(crate) fn share(&self) -> f64 {
        if self.limit == 0 { 100.0 } else { (self.used as f64 * 100.0 / self.limit as f64).min(100.0) }
    }
}

/// An issue, where a page about something else leads to it.
#[derive(Clone, Debug)]
pub(crate) struct IssueLink {
    pub(crate) short_id: String,
    pub(crate) title: Foreign,
    /// The page of the very event.
    pub(crate) address: String,
}

/// A process that runs jobs.
#[derive(Clone, Debug)]
pub(crate) struct WorkerRow {
    pub(crate) name: String,
    pub(crate) pid: i64,
    pub(crate) life: Life,
    pub(crate) started_at: Timestamp,
    pub(crate) heartbeat_at: Timestamp,
    pub(crate) ended_at: Option<Timestamp>,
    /// Jobs it runs now, by name and id.
    pub(crate) jobs: Vec<(String, String)>,
    pub(crate) in_flight: Option<u64>,
    /// Load of its machine over a minute, and how many processors carry it.
    pub(crate) load: Option<(f64, u64)>,
    /// Bytes it holds, and bytes of its machine.
    pub(crate) memory: Option<(u64, u64)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Life {
    Alive,
    /// Its lease has run out, and it has not said farewell.
    Lost,
    Ended,
}

impl Shown for Life {
    fn word(&self) -> &'static str {
        match self {
            Self::Alive => "life-alive",
            Self::Lost => "life-lost",
            Self::Ended => "life-ended",
        }
    }

    fn tone(&self) -> Tone {
        match self {
            Self::Alive => Tone::Good,
            Self::Lost => Tone::Bad,
            Self::Ended => Tone::Still,
        }
    }

    fn icon(&self) -> &'static str {
        match self {
            Self::Alive => "succeeded",
            Self::Lost => "failed",
            Self::Ended => "cancelled",
        }
    }
}

/// A sending account in a list.
#[derive(Clone, Debug)]
pub(crate) struct AccountRow {
    pub(crate) name: String,
    /// The server, without any secret: `smtp.example.org:587`, or `Gmail`.
    pub(crate) server: String,
    pub(crate) messages: u64,
    pub(crate) recipients: u64,
    pub(crate) daily: Option<Use>,
    pub(crate) daily_recipients: Option<Use>,
    /// The limits on its pace, in words, as `30 per minute`.
    pub(crate) pace: Vec<String>,
    pub(crate) pause: Option<Pause>,
}

#[derive(Clone, Debug)]
pub(crate) struct Pause {
    /// In plain words; see [`crate::layout::states::reason`].
    pub(crate) reason: String,
    /// What the other side said, to the letter; empty when it said nothing.
    pub(crate) reply: String,
    /// `None`: until a person resumes.
    pub(crate) until: Option<Timestamp>,
}

/// A trace in a list.
#[derive(Clone, Debug)]
pub(crate) struct TraceRow {
    pub(crate) at: Timestamp,
    pub(crate) name: String,
    pub(crate) application: String,
    pub(crate) flow: String,
    pub(crate) file: String,
    pub(crate) comment: String,
    pub(crate) person: String,
    pub(crate) took: Duration,
    pub(crate) outcome: TraceOutcome,
    /// The job it belongs to: its id.
    pub(crate) job: Option<String>,
    /// What its item has raised.
    pub(crate) issues: Vec<IssueLink>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TraceOutcome {
    Fine,
    Error,
    /// Nobody knows whether it was done.
    Unconfirmed,
}

impl TraceRow {
    pub(crate) fn is_error(&self) -> bool {
        self.outcome == TraceOutcome::Error
    }

    pub(crate) fn is_unconfirmed(&self) -> bool {
        self.outcome == TraceOutcome::Unconfirmed
    }
}

/// An action that is asked about once more on a page of its own.
#[derive(askama::Template)]
#[template(path = "confirm.html")]
pub(crate) struct ConfirmPage<'a> {
    pub(crate) v: &'a View,
    pub(crate) title: String,
    pub(crate) text: String,
    /// Where the form goes, and what its button says.
    pub(crate) action: String,
    pub(crate) button: String,
    pub(crate) back: String,
}
