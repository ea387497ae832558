//! Kinds of job that need nothing else: `command` runs a program for each item, `http` makes a call for each, `noop`
//! does nothing, for measuring. `log_query` needs somebody who reads the logs: a [`LogReader`].
//!
//! Each is a [`jobs::Handler`], and [`handlers`] has them all. A job's `spec` is the JSON of [`CommandSpec`], [`HttpSpec`] or [`NoopSpec`]; [`parsed`]
//! says what is wrong with one before a job is made of it, [`needs`] on whose word one acts. What an item stands for comes from its payload: a JSON
//! string is that text, an object may replace parts of the spec for this item alone, and an empty one leaves the
//! item's label to speak for it.
//!
//! Output of commands and bodies of replies go to the run log while they come. They are written through the
//! [`jobs::RunLog`] itself, which orders what it is given: the engine has nothing to add to a line of output,
//! so it need not carry it.
//!
//! An outcome that is lost is `unknown`, and held unless the job's maker says otherwise: nobody here can judge what a
//! command or a call has done. `noop` declares nothing, so none of its outcomes is ever lost.

mod command;
mod frame;
mod http;
mod item;
mod joined_trace;
mod log_query;
mod noop;
mod story;

pub use command::{CommandHandler, CommandSpec, Words};
pub use http::{HttpHandler, HttpSpec};
pub use log_query::{
    FoundLine, FoundLines, LINES_MAX, LogQueryHandler, LogQuerySpec, LogReader, SAID_BY, Unanswered, due_payload,
};
pub use noop::{NoopHandler, NoopSpec};

use jobs::{Handler, RunLog};
use model::{Authority, Clock, JobKind};
use serde::{Serialize, de::DeserializeOwned};
use std::sync::Arc;
use store::Reason;
use tokio::sync::watch;

/// A handler of each kind. `stop` turns true when the program stops.
///
/// # Errors
/// Why TLS, which calls over HTTP need, cannot be set up.
pub fn handlers(clock: &Clock, run_log: &RunLog, stop: watch::Receiver<bool>) -> Result<Vec<Arc<dyn Handler>>, String> {
    Ok(vec![
        Arc::new(CommandHandler::new(clock.clone(), run_log.clone(), stop)),
        Arc::new(HttpHandler::new(clock.clone(), run_log.clone())?),
        Arc::new(NoopHandler::new(clock.clone())),
    ])
}

/// The spec of a job of `kind` as it is kept: what was understood of it, and nothing else. `None` for a kind of another
/// crate.
///
/// # Errors
/// What is wrong, in words that name the setting.
pub fn parsed(kind: JobKind, spec: &str) -> Option<Result<String, String>> {
    match kind {
        JobKind::Command => {
            Some(read::<CommandSpec>(kind, spec).and_then(|spec| spec.check().and_then(|()| written(&spec))))
        }
        JobKind::Http => Some(read::<HttpSpec>(kind, spec).and_then(|spec| spec.check().and_then(|()| written(&spec)))),
        JobKind::Noop => Some(read::<NoopSpec>(kind, spec).and_then(|spec| written(&spec))),
        JobKind::Dhis2 => {
            Some(Err("a `dhis2` job is made by a run of a configuration: `vigie sync run NAME`".to_owned()))
        }
        JobKind::LogQuery => Some(Err("a `log_query` job is made by a schedule".to_owned())),
        JobKind::Report => Some(Err("a `report` job is made by a schedule, or by `vigie report --send`".to_owned())),
        JobKind::Mail | JobKind::External => None,
    }
}

/// The least on whose word a job of `kind` acts. A command runs as this server, and a call goes out from it: whoever may
/// send mailings may not therefore do these, nor add to one or set it going.
pub fn needs(kind: JobKind) -> Authority {
    match kind {
        JobKind::Command | JobKind::Http | JobKind::Dhis2 => Authority::Admin,
        JobKind::Mail | JobKind::Report | JobKind::LogQuery | JobKind::Noop | JobKind::External => Authority::Write,
    }
}

fn written(spec: &impl Serialize) -> Result<String, String> {
    serde_json::to_string(spec).map_err(|error| error.to_string())
}

/// An object: of an array, which stands for the fields in their order too, nobody could tell what it sets.
fn read<T: DeserializeOwned>(kind: JobKind, spec: &str) -> Result<T, String> {
    if !spec.trim_start().starts_with('{') {
        return Err(format!("the settings of the {kind} job: they are no object"));
    }
    serde_json::from_str(spec).map_err(|error| format!("the settings of the {kind} job: {error}"))
}

fn unreadable(problem: String) -> jobs::Stop {
    jobs::Stop::Fail(Reason::new("settings", problem))
}

/// Slots that a job may ask for.
const SLOTS_MAX: usize = 64;
