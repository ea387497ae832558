//! Why something could not be taken or asked.

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error(transparent)]
    Logs(#[from] logs::Error),
    /// What was sent cannot be read from its beginning.
    #[error(transparent)]
    Envelope(#[from] errors::envelope::MalformedEnvelope),
    /// A file could not be kept.
    #[error("a file could not be kept: {0}")]
    Blob(String),
    /// Not all records could be looked through in time.
    #[error("not all records could be looked through: they are deleted later")]
    NotDeleted,
    /// It was being kept when it came again, and then was not.
    #[error("the same event was sent before and could not be kept: send it again")]
    SentBefore,
    #[error("the program is being stopped")]
    Stopped,
}
