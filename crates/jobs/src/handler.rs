//! What a kind of job has to say: how to open a run, and how to attempt one message of it.

use crate::Intent;
use futures_util::future::BoxFuture;
use model::{Authority, JobKind, JobLine, Timestamp, Verdict};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use store::{Account, ClaimedItem, Item, Job, Outcome, Reason};

/// Items that are asked for together: see [`Run::verify`].
pub const VERIFIED_AT_ONCE_MAX: u32 = 100;

/// A kind of job: `mail`, `command`, `http` …
pub trait Handler: Send + Sync + 'static {
    /// The jobs that it runs.
    fn kind(&self) -> JobKind;

    /// The least on whose word a job of this kind acts. One made on less fails before it is opened.
    fn needs(&self) -> Authority {
        Authority::Write
    }

    /// Makes ready to run `job` from its frozen settings: compiles templates, opens accounts, connects nothing yet.
    fn open<'a>(&'a self, job: &'a Job) -> BoxFuture<'a, Result<Box<dyn Run>, Stop>>;

    /// The trace of an item whose process ended before its outcome was known, where the kind has words of its own.
    /// `account` is the job's, where it has one.
    fn lost(&self, _job: &Job, _item: &Item, _account: Option<&Account>) -> Option<TraceText> {
        None
    }
}

/// Why a run cannot begin or go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// For good: its settings cannot be read, say.
    Fail(Reason),
    /// Until then, or until a person resumes.
    Pause(Reason, Option<Timestamp>),
}

/// An open run.
pub trait Run: Send + Sync + 'static {
    fn shape(&self) -> Shape;

    /// A slot's own connection. Called once per slot.
    fn slot(&self) -> Box<dyn Slot>;

    /// Under the policy `verify`: asks the outside service what became of unknown items, at most [`VERIFIED_AT_ONCE_MAX`].
    /// Returns one entry for each of them, in their order. `None`: it cannot be asked, the item stays unknown.
    fn verify<'a>(&'a self, items: &'a [Item]) -> BoxFuture<'a, Vec<Option<Verified>>> {
        Box::pin(async { vec![None; items.len()] })
    }

    /// The lines that the run log keeps of `moment`, at `at`.
    fn log(&self, at: Timestamp, moment: &Moment<'_>) -> Vec<JobLine>;

    /// The trace of an attempt whose process died before it could say how it went.
    fn lost(&self, item: &Item) -> TraceText;
}

/// How a run wants to be fed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Messages attempted at the same time.
    pub slots: usize,
    /// Items in one message.
    pub group: u64,
    /// Messages that may be claimed ahead for each slot when nothing paces the account.
    pub ahead: usize,
    pub declares: Declares,
}

/// When the intent to do something that cannot be undone is written down. What was claimed and not declared when its
/// process ended is queued again, as if nobody had touched it; what was declared and has no outcome is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Declares {
    /// Before each attempt.
    First,
    /// In the attempt, which awaits [`Intent::declare`] right before anything leaves that could have an effect.
    Itself,
    /// Never: doing it twice is as good as once.
    Nothing,
}

/// One way out, used by one message at a time.
pub trait Slot: Send {
    /// Attempts the items of one message. Returns one entry for each of them, whatever happens. When the program
    /// stops, an attempt that has not declared its `intent` by then is dropped, and the slot with it.
    fn attempt<'a>(&'a mut self, message: Vec<ClaimedItem>, intent: &'a Intent) -> BoxFuture<'a, Vec<Attempted>>;

    /// Says goodbye: the run is over, paused, or the program stops.
    fn close(self: Box<Self>) -> BoxFuture<'static, ()> {
        Box::pin(async {})
    }
}

/// How an attempt at an item ended.
#[derive(Clone, Debug)]
pub struct Attempted {
    pub item: ClaimedItem,
    pub ended: Ended,
    pub trace: TraceText,
    pub started_at: Timestamp,
    pub took: Duration,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Ended {
    Succeeded,
    /// All but a part of it, which will not be tried again: `detail` names that part as the kind does (the addresses that
    /// were refused while others were accepted, say), the verdict says why.
    SucceededInPart {
        detail: String,
        verdict: Verdict,
    },
    /// It is not to be done (any more): what it depends on has failed, say. The verdict says why. Never tried again by itself.
    Skipped(Verdict),
    /// The verdict says whose fault it is, and whether the item may be tried again.
    Failed(Verdict),
    /// The effect may or may not have happened.
    Unknown(Verdict),
}

/// What a trace says in words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TraceText {
    pub trace_name: String,
    pub file_name: String,
    pub comment: String,
    /// What names the effect over there, as the other side said it: kept with the trace of a success.
    pub reference: String,
}

/// What the outside service knows of an unknown item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verified {
    Sent { comment: String },
    NotSent { comment: String },
}

/// An attempt as it was recorded.
#[derive(Clone, Debug)]
pub struct Attempt<'a> {
    pub attempted: &'a Attempted,
    pub outcome: &'a Outcome,
    /// Which of the processed items it is, from 1; of an item that will be tried again, how many were processed.
    pub number: u64,
}

/// A moment of a run that its log may tell.
#[derive(Clone, Debug)]
pub enum Moment<'a> {
    /// Claiming begins, or begins again (`resumed`).
    Started {
        job: &'a Job,
        resumed: bool,
    },
    Attempted {
        job: &'a Job,
        attempt: Attempt<'a>,
    },
    /// Every tenth processed item.
    Progress {
        job: &'a Job,
        processed: u64,
        rate: f64,
        eta: Option<Duration>,
    },
    /// An item that was refused when it was brought, before any attempt. Told when a run begins.
    Refused {
        job: &'a Job,
        item: &'a Item,
        /// As in [`Attempt::number`].
        number: u64,
    },
    /// Items whose outcome was lost with an earlier process: `unknown` now, or queued again.
    Lost {
        job: &'a Job,
        items: &'a [Item],
    },
    Paused {
        job: &'a Job,
    },
    Ended {
        job: &'a Job,
        rate: f64,
    },
}
