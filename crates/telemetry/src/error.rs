//! Why the store did not do what it was asked.

use crate::Damage;
use std::{io, time::Duration};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The bound on memory is reached. HTTP says 429, with Retry-After.
    #[error("the log store is busy: {waiting} bytes wait to be written; try again in {} ms", retry_after.as_millis())]
    Busy { waiting: usize, retry_after: Duration },
    /// Nothing of the batch is kept, and nothing that was kept is hurt. HTTP says 507.
    #[error("the disk of the log store is full: free some space, or shorten the retention")]
    Full,
    /// More than one append may hold. HTTP says 413.
    #[error("the batch has {bytes} bytes and may have {bytes_max}: send it in parts")]
    TooLarge { bytes: usize, bytes_max: usize },
    /// Where a source stands does not fit into what is kept of positions: nothing of the batch is kept.
    #[error("where a source stands cannot be kept: {0}")]
    Positions(&'static str),
    #[error("{what}: {error}")]
    Io { what: String, error: io::Error },
    #[error(transparent)]
    Damaged(#[from] Damage),
    #[error(
        "the log store's catalogue has version {found}, this program reads version {known}: use the program that wrote it"
    )]
    OtherVersion { found: u32, known: u32 },
    #[error("the log store is closed")]
    Closed,
}

impl Error {
    pub(crate) fn io(what: impl Into<String>, error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::StorageFull || error.kind() == io::ErrorKind::QuotaExceeded {
            Self::Full
        } else {
            Self::Io { what: what.into(), error }
        }
    }
}
