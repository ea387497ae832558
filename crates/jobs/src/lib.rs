//! The job engine. It claims items, hands them to a kind's [`Handler`], records what became of each, and tells
//! everybody who watches. It knows no concrete kind of job.
//!
//! ```text
//! Engine ── one Runner per open job ── slots (a connection each) ── Slot::attempt
//!    │             │  ▲                                                  │
//!    │             │  └── outcomes ──────────────────────────────────────┘
//!    │             └── store: record what was done and claim what is next, in one transaction
//!    └── rescue, heartbeat, resume when a pause is over
//! ```
//!
//! The promise: an [`Intent`] is on disk before its effect begins, and a slot has one at a time; one without an outcome
//! is `unknown` and never silently repeated; what was only claimed was not sent; counters change with outcomes.

mod cleanup;
mod engine;
mod handler;
mod hub;
mod intent;
mod progress;
mod queue;
mod retry;
mod run_log;
mod runner;
mod schedule;
mod shared;
mod slots;
mod tally;
mod timer;
mod timetable;
mod verify;

pub use cleanup::dead_work;
pub use engine::{Engine, LOST_COMMENT, Options, Ready, Scope};
pub use handler::{
    Attempt, Attempted, Declares, Ended, Handler, Moment, Run, Shape, Slot, Stop, TraceText, VERIFIED_AT_ONCE_MAX,
    Verified,
};
pub use hub::Hub;
pub use intent::Intent;
pub use progress::{Progress, RateMeter};
pub use retry::{RetryPolicy, Settled, settle};
pub use run_log::{MemoryLog, RunLog};
pub use schedule::{Again, DoneBy, Outcome, Place, Schedules, Work};
pub use shared::Tell;
pub use tally::{Counted, DURATION_BOUNDS, Durations};
pub use timer::sleep_until;
pub use timetable::{Prepare, Prepared, Timetable, Told, Unprepared, next_due, run_job, timing};
