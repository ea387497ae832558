//! The words that every other crate speaks: ids, states, verdicts, time, randomness and pacing.
//!
//! Values and pure functions only. Nothing here reads a file, opens a socket, runs a query or waits.

mod check;
mod clock;
mod counters;
mod ids;
mod job_line;
mod kind;
mod level;
mod rng;
mod schedule;
mod standing;
mod state;
mod text;
mod timestamp;
mod verdict;

pub mod pace;

pub use check::CheckState;
pub use clock::{Clock, ManualClock};
pub use counters::Counters;
pub use ids::{AccountId, JobId, TraceId};
pub use job_line::JobLine;
pub use kind::{JobKind, UnknownKind};
pub use level::Level;
pub use rng::Rng;
pub use schedule::{MissedPolicy, OverlapPolicy, UnknownPolicy};
pub use standing::Standing;
pub use state::{Authority, ItemState, JobState, OnUnknown, UnknownState};
pub use text::steers_display;
pub use timestamp::Timestamp;
pub use verdict::{Fault, Pause, PauseScope, Retry, Verdict};
