//! What an answer means for an item: codes and uids, never what a server said.

use crate::client::Error;
use jobs::Ended;
use model::{Fault, PauseScope, Retry, Verdict};
use std::time::Duration;

const AGAIN: Duration = Duration::from_secs(30);

/// Nothing was written, or nobody can say: the item waits, and the run with it.
pub(crate) fn held(error: &Error) -> Ended {
    let server = |code: &str, wait: Duration| {
        Verdict::new(code, Fault::Server, Retry::After { wait }).with_pause(PauseScope::Job, Some(wait))
    };
    let verdict = match error {
        Error::Unauthorized { .. } => {
            Verdict::permanent("unauthorized", Fault::Credentials).with_pause(PauseScope::Job, None)
        }
        Error::Forbidden { .. } => {
            Verdict::permanent("forbidden", Fault::Credentials).with_pause(PauseScope::Job, None)
        }
        Error::Busy { wait, .. } => server("busy", *wait),
        Error::Unreachable { .. } => server("no_connection", AGAIN),
        Error::Lost { .. } => return Ended::Unknown(Verdict::permanent("no_answer", Fault::Server)),
        Error::Short { .. } | Error::Emptied { .. } => server("incomplete_answer", AGAIN),
        Error::TooLarge { .. } => Verdict::permanent("too_large", Fault::Content),
        Error::Refused { status, code, .. } => {
            Verdict::permanent("refused", Fault::Content).with_arg("status", status.to_string()).with_arg("code", code)
        }
    };
    Ended::Failed(verdict)
}

pub(crate) fn rejected(uid: &str, code: &str) -> Ended {
    Ended::Failed(Verdict::permanent("rejected", Fault::Content).with_arg("uid", uid).with_arg("code", code))
}

/// What it refers to was not written.
pub(crate) fn depends_on(culprit: &str) -> Ended {
    Ended::Skipped(Verdict::permanent("depends_on", Fault::Content).with_arg("uid", culprit))
}

/// Accepted, read again, and not there as it was sent.
pub(crate) fn not_kept(uid: &str, property: &str) -> Ended {
    Ended::Failed(Verdict::permanent("not_kept", Fault::Content).with_arg("uid", uid).with_arg("property", property))
}

/// The source has changed since the plan: the next run sees it.
pub(crate) fn moved(uid: &str) -> Ended {
    Ended::Skipped(Verdict::permanent("source_moved", Fault::Content).with_arg("uid", uid))
}
