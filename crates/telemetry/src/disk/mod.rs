//! The narrow interface through which the store reaches its files: objects that are written once, whole, and logs that are
//! appended to and synced.
//!
//! Names are made by the store alone: a folder, a slash, letters, digits, dots and dashes.

mod folder;
#[cfg(test)]
mod simulated;

pub use folder::Folder;
#[cfg(test)]
pub(crate) use simulated::{LastOperation, Simulated};

use std::{io, ops::Range};

/// Where files lie. Implemented by a local folder, and by a disk that fails on demand for tests.
pub trait Disk: Send + Sync {
    /// Writes a whole object, replacing one of the same name. When this returns, the object is durable; when it fails or the
    /// power does, the object is as it was before.
    fn put(&self, name: &str, bytes: &[u8]) -> io::Result<()>;

    /// A range of an object or log. Shorter files are an error (`UnexpectedEof`).
    fn get(&self, name: &str, range: Range<u64>) -> io::Result<Vec<u8>>;

    /// Names and sizes of what is in a folder, sorted by name. A folder that does not exist is empty.
    fn list(&self, folder: &str) -> io::Result<Vec<(String, u64)>>;

    /// Deletes an object or log; none of that name is fine.
    fn delete(&self, name: &str) -> io::Result<()>;

    /// Begins a log: an empty file that is appended to.
    fn create_log(&self, name: &str) -> io::Result<Box<dyn Log>>;
}

/// A file that grows at its end.
pub trait Log: Send {
    /// Writes at `at`, which is at most the end of what was written before. Not durable before [`Log::sync`].
    fn write_at(&mut self, at: u64, bytes: &[u8]) -> io::Result<()>;

    /// When this returns, everything written is durable. After an error nothing is known of what was written since the last
    /// success, and the log must not be used any more.
    fn sync(&mut self) -> io::Result<()>;
}
