//! The states of a job and of an item, and which may follow which.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not a state; the states are {1}")]
pub struct UnknownState(String, &'static str);

macro_rules! named_enum {
    ($(#[$doc:meta])* $name:ident, $what:literal, { $($(#[$vdoc:meta])* $variant:ident = $code:literal $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vdoc])* $variant = $code),+ }

        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// The number kept in SQL. Never renumber one.
            pub const fn code(self) -> i64 {
                self as i64
            }

            pub fn from_code(code: i64) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)+ _ => None }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = UnknownState;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text { $($text => Ok(Self::$variant),)+ _ => Err(UnknownState(text.to_owned(), $what)) }
            }
        }
    };
}

named_enum!(
    /// `preparing → pending → running ⇄ paused → completed | failed | cancelled`.
    JobState,
    "preparing, pending, running, paused, completed, failed and cancelled",
    {
        /// Its items are still being enqueued: nothing is claimed.
        Preparing = 0 "preparing",
        /// Ready, and not yet begun.
        Pending = 1 "pending",
        Running = 2 "running",
        /// It waits, for a stated reason and, where known, until a stated time.
        Paused = 3 "paused",
        /// No item is queued or running; failures and unknowns are counted in.
        Completed = 4 "completed",
        /// The job itself could not go on.
        Failed = 5 "failed",
        Cancelled = 6 "cancelled",
    }
);

named_enum!(
    /// `queued → running → succeeded | failed | unknown | skipped`.
    ItemState,
    "queued, running, succeeded, failed, unknown and skipped",
    {
        Queued = 0 "queued",
        /// Claimed: the durable intent stands, its outcome is not yet recorded.
        Running = 1 "running",
        Succeeded = 2 "succeeded",
        Failed = 3 "failed",
        /// It may or may not have happened. Never repeated silently.
        Unknown = 4 "unknown",
        Skipped = 5 "skipped",
    }
);

named_enum!(
    /// What to do with an item whose outcome was lost in a crash.
    OnUnknown,
    "hold, verify and repeat",
    {
        /// Leave it `unknown` until a person settles it: the default for mail.
        Hold = 0 "hold",
        /// Ask the outside service whether it happened (Gmail drafts only).
        Verify = 1 "verify",
        /// Do it again: for effects that may safely happen twice.
        Repeat = 2 "repeat",
    }
);

named_enum!(
    /// On whose word a job acts: whoever wrote its settings, or the least of those who wrote its items. Given when the job
    /// is made, and never raised.
    Authority,
    "write, admin and owner",
    {
        /// Whoever may send mailings: a token, an operator.
        Write = 0 "write",
        /// Whoever administers this server.
        Admin = 1 "admin",
        /// Somebody on the machine itself, by the command line: files of this machine may be named.
        Owner = 2 "owner",
    }
);

impl JobState {
    /// Nothing will happen to the job any more unless a person asks for it.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }

    /// Whether the engine or a person may move a job from `self` to `next`.
    pub const fn may_become(self, next: Self) -> bool {
        use JobState::{Cancelled, Completed, Failed, Paused, Pending, Preparing, Running};
        match self {
            Preparing => matches!(next, Pending | Failed | Cancelled),
            Pending => matches!(next, Running | Paused | Completed | Failed | Cancelled),
            Running => matches!(next, Paused | Completed | Failed | Cancelled),
            Paused => matches!(next, Pending | Running | Completed | Failed | Cancelled),
            // Retrying what failed, or settling an unknown as not sent, sets a finished job going again.
            Completed | Failed => matches!(next, Pending | Running),
            Cancelled => false,
        }
    }
}

impl ItemState {
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::Queued | Self::Running)
    }

    pub const fn may_become(self, next: Self) -> bool {
        use ItemState::{Failed, Queued, Running, Skipped, Succeeded, Unknown};
        match self {
            Queued => matches!(next, Running | Skipped | Failed),
            // Back to queued: a failure that may be tried again.
            Running => matches!(next, Queued | Succeeded | Failed | Unknown | Skipped),
            // A late outcome, or a person's word, settles an unknown.
            Unknown => matches!(next, Queued | Succeeded | Failed),
            // A later run of the mailing has taken its place.
            Failed => matches!(next, Queued | Skipped),
            Skipped => matches!(next, Queued),
            Succeeded => false,
        }
    }
}
