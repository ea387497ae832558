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
    #[error("the program is being stopped")]
    Stopped,
}
