//! Kinds of job that need nothing else: `command` runs a program for each item, `http` makes a call for each, `noop`
//! does nothing, for measuring.
//!
//! Each is a [`jobs::Handler`]. A job's `spec` is the JSON of [`CommandSpec`], [`HttpSpec`] or [`NoopSpec`]; [`check`]
//! says what is wrong with one before a job is made of it. What an item stands for comes from its payload: a JSON
//! string is that text, an object may replace parts of the spec for this item alone, and an empty one leaves the
//! item's label to speak for it.
//!
//! Output of commands and bodies of replies go to the run log while they come. They are written through the
//! [`jobs::run_log::RunLog`] itself, which orders what it is given: the engine has nothing to add to a line of output,
//! so it need not carry it.
//!
//! An outcome that is lost is `unknown`. What a job should do then unless its maker says otherwise is
//! [`default_on_unknown`]: to hold for `command` and `http`, whose effects nobody here can judge, to repeat for `noop`.

mod command;
mod frame;
mod http;
mod item;
mod noop;
mod story;

pub use command::{CommandHandler, CommandSpec, Words};
pub use http::{HttpHandler, HttpSpec};
pub use noop::{NoopHandler, NoopSpec};

use model::OnUnknown;
use serde::de::DeserializeOwned;
use store::Reason;

/// What is wrong with the spec of a job of `kind`, in words that name the setting. A kind of another crate is fine.
pub fn check(kind: &str, spec: &str) -> Result<(), String> {
    match kind {
        "command" => read::<CommandSpec>(kind, spec)?.check(),
        "http" => read::<HttpSpec>(kind, spec)?.check(),
        "noop" => read::<NoopSpec>(kind, spec).map(drop),
        _ => Ok(()),
    }
}

/// The policy on lost outcomes for a job of `kind` whose maker did not choose one.
pub fn default_on_unknown(kind: &str) -> OnUnknown {
    if kind == "noop" { OnUnknown::Repeat } else { OnUnknown::Hold }
}

fn read<T: DeserializeOwned>(kind: &str, spec: &str) -> Result<T, String> {
    serde_json::from_str(spec).map_err(|error| format!("the settings of the {kind} job: {error}"))
}

fn unreadable(problem: String) -> jobs::Stop {
    jobs::Stop::Fail(Reason::new("settings", problem))
}

/// Slots that a job may ask for.
const SLOTS_MAX: usize = 64;
