//! How a command fails: what happened, what helps, and the exit code that a script sees.

use crate::words::{Cause as _, t};
use std::{fmt, io, process::ExitCode};

/// Exit codes. Scripts rely on them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything was done; for `send`, everything was sent.
    #[default]
    Done = 0,
    Failed = 1,
    /// Refused before anything began: a wrong argument, a wrong row, a problem that `--check` found.
    Refused = 2,
    /// The run is over and some did not get theirs.
    SomeNotSent = 3,
    /// The run is paused, or was interrupted and will be resumed.
    Paused = 4,
    /// The answer is not all of it, and what is left out was said.
    Incomplete = 5,
    /// A diagnosis for which the evidence does not suffice.
    Undecided = 6,
    /// A diagnosis that found nothing unusual.
    NothingUnusual = 7,
    /// Ended at once by a second Ctrl-C.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// What went wrong, for people: `error: …` and, where something helps, `help: …`.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) what: String,
    pub(crate) help: Option<String>,
    pub(crate) exit: Exit,
    /// Whoever owned the data directory has ended meanwhile: somebody else may own it now.
    pub(crate) owner_ended: bool,
}

pub(crate) type Result<T, E = Failure> = std::result::Result<T, E>;

impl Failure {
    pub(crate) fn new(what: impl fmt::Display) -> Self {
        Self { what: what.to_string(), help: None, exit: Exit::Failed, owner_ended: false }
    }

    /// Refused before anything began.
    pub(crate) fn refused(what: impl fmt::Display) -> Self {
        Self { exit: Exit::Refused, ..Self::new(what) }
    }

    /// What was found is not all of it.
    pub(crate) fn incomplete(what: impl fmt::Display) -> Self {
        Self { exit: Exit::Incomplete, ..Self::new(what) }
    }

    /// The owner of the data directory does not answer any more.
    pub(crate) fn owner_ended(what: impl fmt::Display) -> Self {
        Self { owner_ended: true, ..Self::new(what) }
    }

    /// Refused for several reasons, each on a line of its own.
    pub(crate) fn refused_for(reasons: impl IntoIterator<Item = String>) -> Self {
        let mut reasons = reasons.into_iter();
        let first = reasons.next().unwrap_or_default();
        Self::refused(reasons.fold(first, |text, what| text + "\n" + &t!("error", what)))
    }

    /// An operation of the system failed on a file or folder.
    pub(crate) fn at(place: impl fmt::Display, error: &io::Error) -> Self {
        let failure = Self::new(t!("at-place", place, error = error.say()));
        match error.kind() {
            io::ErrorKind::NotFound => failure.help(t!("check-path")),
            io::ErrorKind::PermissionDenied => failure.help(t!("give-right")),
            io::ErrorKind::StorageFull => failure.help(t!("free-space")),
            io::ErrorKind::ReadOnlyFilesystem => failure.help(t!("choose-writable")),
            _ => failure,
        }
    }

    #[must_use]
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for Failure {
    /// Two lines at most times: what happened, and what helps.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&t!("error", what = self.what.trim_end()))?;
        self.help.as_ref().map_or(Ok(()), |help| write!(f, "\n{}", t!("help-line", help)))
    }
}

impl std::error::Error for Failure {}

impl From<store::Error> for Failure {
    fn from(error: store::Error) -> Self {
        let failure = Self::new(error.say());
        match error {
            // These carry their remedy.
            store::Error::NewerSchema { .. } | store::Error::Corrupt { .. } | store::Error::Conflict(_) => failure,
            error if error.is_passing() => failure.help(t!("see-doctor")),
            _ => failure,
        }
    }
}

impl From<vault::VaultError> for Failure {
    fn from(error: vault::VaultError) -> Self {
        Self::new(error.say())
    }
}

/// Names the file or folder that an operation of the system failed on.
pub(crate) trait At<T> {
    fn at(self, place: impl fmt::Display) -> Result<T>;
}

impl<T> At<T> for io::Result<T> {
    fn at(self, place: impl fmt::Display) -> Result<T> {
        self.map_err(|error| Failure::at(place, &error))
    }
}
