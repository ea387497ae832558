//! Copies of a data directory, made while it is in use ([`back_up`]), and put back ([`restore`]).
//!
//! A backup is a folder: [`MANIFEST`], and below `data/` the files as they stand in a data directory. It has its name
//! once it is whole, verified and on disk; until then it has another, which nothing takes for a backup.
//!
//! What was sent after a backup was made is not known in it. So nothing in it moves by itself ([`store::Db::hold`]),
//! whichever way it is put back.

mod copying;
mod error;
mod kept;
mod manifest;
mod restoring;
mod writing;

pub use error::{Error, Result};
pub use kept::{Kept, find, list};
pub use manifest::{Database, FileEntry, Held, HeldJob, MANIFEST, Manifest, SecretKey};
pub use restoring::{RestorePlan, Restored, check, is_vacant, restore};
pub use writing::{Plan, Written, back_up};

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    pub step: Step,
    pub files: u64,
    pub bytes: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Database,
    Files,
    Verify,
}

/// Told of progress, from the thread that does the work.
pub type Tell<'a> = dyn FnMut(Progress) + Send + 'a;
