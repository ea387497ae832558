//! The bytes of a block, wherever they lie.

use crate::{Damage, disk::ObjectStore};
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

/// A range of a file, or bytes in memory. Counts what is read.
pub struct Bytes {
    source: Source,
    place: String,
    read: AtomicU64,
}

enum Source {
    Memory(Arc<[u8]>),
    File { disk: Arc<dyn ObjectStore>, name: String, start: u64, len: u64 },
}

impl Bytes {
    /// A block that was just made; `place` is how damage would be named.
    pub fn in_memory(bytes: impl Into<Arc<[u8]>>, place: impl Into<String>) -> Self {
        Self { source: Source::Memory(bytes.into()), place: place.into(), read: AtomicU64::new(0) }
    }

    pub(crate) fn in_file(disk: Arc<dyn ObjectStore>, name: &str, start: u64, len: u64) -> Self {
        let place = format!("{name}, block at byte {start}");
        let source = Source::File { disk, name: name.to_owned(), start, len };
        Self { source, place, read: AtomicU64::new(0) }
    }

    pub(super) fn place(&self) -> &str {
        &self.place
    }

    /// Those that are in memory.
    pub(super) fn memory_bytes(&self) -> usize {
        match &self.source {
            Source::Memory(bytes) => bytes.len(),
            Source::File { name, .. } => name.len() + self.place.len(),
        }
    }

    pub(super) fn bytes_read(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }

    pub(super) fn read(&self, start: u64, len: u64) -> Result<Vec<u8>, Damage> {
        self.read.fetch_add(len, Ordering::Relaxed);
        let short = || Damage::new(&self.place, "the block is shorter than it says");
        let end = start.checked_add(len).ok_or_else(short)?;
        match &self.source {
            Source::Memory(bytes) => bytes.get(start as usize..end as usize).map(<[u8]>::to_vec).ok_or_else(short),
            Source::File { len, .. } if end > *len => Err(short()),
            Source::File { disk, name, start: block, .. } => {
                let read = disk.get(name, block + start..block + end);
                read.map_err(|error| Damage::new(&self.place, format!("it cannot be read: {error}")))
            }
        }
    }
}
