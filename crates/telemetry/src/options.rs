//! What an owner may decide of a store.

use crate::PerKind;
use std::time::Duration;

#[derive(Clone, Debug)]
pub struct Options {
    /// Bytes of records of all kinds in memory, waiting to be written or to be sealed. Beyond it appends are refused as busy.
    pub memory_bytes_max: usize,
    /// Records are sealed when those of some kind are so many,
    pub seal_rows: usize,
    /// or all occupy so many bytes of memory,
    pub seal_bytes: usize,
    /// or when the oldest has waited so long: looked at in [`crate::Store::tend`].
    pub seal_age: Duration,
    /// or when there are some thousands, and none has come for so long.
    pub seal_quiet: Duration,
    /// Merging makes segments up to this size.
    pub segment_bytes_max: u64,
    /// Bytes of opened blocks, of all kinds of record, that are kept for the next search.
    pub cache_bytes_max: usize,
    pub retention: PerKind<Retention>,
}

/// How long records of a kind are kept. The oldest segments go first, as wholes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retention {
    pub age_max: Option<Duration>,
    /// Bytes on disk, the write-ahead log left out.
    pub bytes_max: Option<u64>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            memory_bytes_max: 64 << 20,
            seal_rows: 2 * crate::segment::ROWS_MAX,
            seal_bytes: 14 << 20,
            seal_age: Duration::from_secs(600),
            seal_quiet: Duration::from_secs(5),
            segment_bytes_max: 32 << 20,
            cache_bytes_max: 64 << 20,
            retention: PerKind::default(),
        }
    }
}

impl Options {
    /// What one append may occupy.
    pub(crate) fn append_bytes_max(&self) -> usize {
        self.memory_bytes_max / 3
    }
}
