//! Two DHIS2 instances kept equal: a source is read, compared with a target by hashes, what differs is written to the
//! target, and what was written is read again.
//!
//! ```text
//! Settings ─ Syncs ─ plan (pure: compare, order) ─► a job per phase ─ Dhis2Handler ─ apply ─► target
//!              │                                                        └ read again, hashed ─► ledger
//!              └ changes of the source, cooldown, rate ─ SyncLog: the lines of auto_sync.log
//! ```
//!
//! Data values are health data. Traces, logs, plans and the ledger hold uids, hashes, codes and names of properties;
//! values are in memory only, between the read of one side and the write to the other.

mod apply;
pub mod canon;
mod changes;
pub mod client;
mod comparing;
mod files;
mod handler;
pub mod metadata;
pub mod plan;
mod planning;
pub mod settings;
mod showing;
mod story;
mod syncs;
mod tracker;
mod validating;
pub mod values;
mod verdicts;
mod why;
mod work;

pub use comparing::Scope;
pub use handler::Dhis2Handler;
pub use planning::{Blocked, Compared, Plan, Side, TypeReport, ValuePlan};
pub use settings::Settings;
pub use showing::{Change, PlanChange};
pub use story::{Line, SyncLog};
pub use syncs::{Finding, Refused, RunData, Secrets, State, Syncs, Validation, Wake, phase_of};
pub use tracker::Program;
pub use why::Why;
