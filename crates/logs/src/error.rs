//! Why the log store did not do what it was asked.

use std::{io, path::Path, time::Duration};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Store(#[from] telemetry::Error),
    /// Another process has the store open.
    #[error("the log store is in use by process {pid}: ask that process, or stop it")]
    InUse { pid: String },
    #[error("{path}: {error}: check who may write there")]
    Io { path: String, error: io::Error },
    /// As many questions as may be are being answered.
    #[error("{ASKED} searches are running already: try again in a moment", ASKED = crate::bounds::ASKED_AT_ONCE_MAX)]
    Asked,
    #[error("{EXPORTED} exports are running already: try again when one of them is over", EXPORTED = crate::bounds::EXPORTED_AT_ONCE_MAX)]
    Exported,
    #[error("{RECEIVED} senders of logs are being heard already: try again in a moment", RECEIVED = crate::bounds::BODIES_AT_ONCE_MAX)]
    Received,
    /// Each stays until its file is imported to the end.
    #[error("{MAX} imports are not over: go on with one of them, or end it (DELETE /api/v1/logs/imports/ID)", MAX = crate::import::IMPORTS_MAX)]
    Imports,
    /// Its expressions were read when the query was parsed: what is left is their size.
    #[error("the query cannot be run: {0}")]
    Query(#[from] regex::Error),
    /// Vigie is shutting down.
    #[error("the log store is closed")]
    Closed,
}

/// What keeps records from being taken, in words that anybody may read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    #[error(
        "the disk of the log store is full, and new log lines are not saved: free some space, or keep less (`keep-days` and \
         `keep-megabytes` of [log-store])"
    )]
    Full,
    #[error(
        "the log store cannot be read or written: see Vigie's log, and check its disk and the permissions of `telemetry`"
    )]
    Broken,
    #[error(
        "some logs are not collected, because the position in their sources cannot be read: Vigie's log names the file \
         and what to do"
    )]
    Stalled,
    #[error(
        "parts of the log store are damaged, and searches skip them: `vigie doctor` says which, and what can be kept"
    )]
    Damaged,
}

impl Trouble {
    pub(crate) fn of(error: &Error) -> Option<Self> {
        match error {
            Error::Store(telemetry::Error::Full) => Some(Self::Full),
            Error::Store(telemetry::Error::Io { .. }) | Error::Io { .. } => Some(Self::Broken),
            _ => None,
        }
    }
}

impl Error {
    pub(crate) fn io(path: &Path, error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Store(telemetry::Error::Full),
            _ => Self::Io { path: path.display().to_string(), error },
        }
    }

    /// When to try again, where it is only a matter of time.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Store(telemetry::Error::Busy { retry_after, .. }) => Some(*retry_after),
            Self::Asked | Self::Exported | Self::Received => Some(Duration::from_secs(1)),
            _ => None,
        }
    }
}

/// Why a body cannot be taken, now or ever.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Malformed(pub String);

/// Why a body was not taken to its end. What [`Intake::taken`] counts is kept all the same.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    #[error(transparent)]
    Logs(#[from] Error),
    /// It can never be taken as it is.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    #[error("the body unpacks to more than {0} bytes: send less at once")]
    TooLarge(usize),
    /// Somebody has gone on with it meanwhile.
    #[error("the import stands elsewhere by now: ask where, and go on from there")]
    Elsewhere,
    /// The sender, or what it was packed with.
    #[error("the body broke off: {0}")]
    Broken(io::Error),
}
