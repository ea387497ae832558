//! Why there is no backup, or nothing was put back.

use std::{io, path::Path, path::PathBuf};

pub type Result<T, E = Error> = std::result::Result<T, E>;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{}: {source}", place.display())]
    Io { place: PathBuf, source: io::Error },
    #[error("{}: the disk is full; the backups that there were are untouched", place.display())]
    Full { place: PathBuf },
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error(transparent)]
    Telemetry(#[from] telemetry::Error),
    /// What was read is not what was written.
    #[error("{}: damaged: it is not as it was written", place.display())]
    Damaged { place: PathBuf },
    #[error("{}: damaged: {what}", place.display())]
    DamagedDatabase { place: PathBuf, what: String },
    #[error("{}: no backup is there", place.display())]
    NoBackup { place: PathBuf },
    #[error("{}: made by a newer version of Vigie ({version})", place.display())]
    Newer { place: PathBuf, version: String },
    #[error("{}: another backup is being written there", place.display())]
    Busy { place: PathBuf },
    #[error("{}: the backup folder lies in the data directory: choose one outside, on another disk if possible", place.display())]
    Inside { place: PathBuf },
    #[error("{}: there is something there already", place.display())]
    NotEmpty { place: PathBuf },
    #[error("a part of the program has ended unexpectedly")]
    Defect,
}

impl Error {
    pub(crate) fn io(place: &Path, source: io::Error) -> Self {
        let place = place.to_owned();
        match source.kind() {
            // A limit on the size of files has the same remedy.
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
                Self::Full { place }
            }
            _ => Self::Io { place, source },
        }
    }
}

/// Names the file that an operation of the system failed on.
pub(crate) trait At<T> {
    fn at(self, place: &Path) -> Result<T>;
}

impl<T> At<T> for io::Result<T> {
    fn at(self, place: &Path) -> Result<T> {
        self.map_err(|error| Error::io(place, error))
    }
}
