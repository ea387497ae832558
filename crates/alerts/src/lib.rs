//! When people are told: rules, what is observed, what becomes of it, and what is said. Pure: facts and a time in, incidents and
//! notices out.
//!
//! A [`Rule`] says what is worth an alert. A [`Reading`] is one observation of one of its subjects: something happened, or a
//! figure was measured. [`observe`] makes an [`Incident`] of readings (pending → firing → over), and [`speak`] decides what is
//! said of it: the first time, again when there is more, to somebody else when nobody acknowledges it, and that it is over.

mod cause;
mod incident;
mod notice;
mod reading;
mod replay;
mod rule;
mod silence;

pub use cause::is_caused_by;
pub use incident::{Acknowledgement, Incident, Phase, Told, lapse, observe, withdraw};
pub use notice::{Notice, NoticeKind, Quiet, group, speak};
pub use reading::{Example, Leftover, Observed, Reading};
pub use replay::{Replay, replay};
pub use rule::{BUILT_IN, Escalation, Rule, RuleFault, RuleKind, RuleLimits, RuleWord, Severity};
pub use silence::Silence;
