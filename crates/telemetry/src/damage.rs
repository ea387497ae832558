//! What is said when bytes on disk are not what was written.

/// A file, or a part of one, that cannot be trusted. Whoever meets it leaves that part out, tells, and serves the rest.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {what}; run `vigie doctor` to see what is affected")]
pub struct Damage {
    /// The file, and the part of it where known: `logs/segments/2026-11-17-000012.seg block 3`.
    pub place: String,
    pub what: String,
}

impl Damage {
    pub fn new(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self { place: place.into(), what: what.into() }
    }
}
