//! The bytes of a block, wherever they lie.

use crate::Damage;
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

/// A range of a file, or bytes in memory. Counts what is read.
pub struct Bytes {
    memory: Arc<[u8]>,
    place: String,
    read: AtomicU64,
}

impl Bytes {
    /// A block that was just made; `place` is how damage would be named.
    pub fn in_memory(bytes: impl Into<Arc<[u8]>>, place: impl Into<String>) -> Self {
        Self { memory: bytes.into(), place: place.into(), read: AtomicU64::new(0) }
    }

    pub(super) fn place(&self) -> &str {
        &self.place
    }

    pub(super) fn bytes_read(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }

    pub(super) fn read(&self, start: u64, len: u64) -> Result<Vec<u8>, Damage> {
        self.read.fetch_add(len, Ordering::Relaxed);
        let range = usize::try_from(start).ok().zip(usize::try_from(start.saturating_add(len)).ok());
        let found = range.and_then(|(start, end)| self.memory.get(start..end));
        found.map(<[u8]>::to_vec).ok_or_else(|| Damage::new(&self.place, "the block is shorter than it says"))
    }
}
