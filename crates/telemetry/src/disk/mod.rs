//! The two narrow interfaces through which the store reaches its files: objects, which are written once and whole, and logs,
//! which are appended to and synced. Objects may one day lie elsewhere (S3); a log is on a disk of this machine.
//!
//! Names are made by the store alone: a folder, a slash, letters, digits, dots and dashes.

mod folder;
#[cfg(test)]
mod simulated;

pub use folder::Folder;
#[cfg(test)]
pub(crate) use simulated::{LastOperation, Simulated};

use std::{io, ops::Range, sync::Arc};

/// Where a store lies.
#[derive(Clone)]
pub struct Disk {
    pub objects: Arc<dyn ObjectStore>,
    pub logs: Arc<dyn LogFiles>,
}

impl Disk {
    /// One place for both.
    pub fn of<T: ObjectStore + LogFiles + 'static>(place: Arc<T>) -> Self {
        Self { objects: Arc::clone(&place) as Arc<dyn ObjectStore>, logs: place }
    }
}

/// Objects by name: segments, the catalogue and what belongs to it. Implemented by a local folder, and by a disk that fails on
/// demand for tests.
pub trait ObjectStore: Send + Sync {
    /// Writes a whole object, replacing one of the same name. When this returns, the object is durable; when it fails or the
    /// power does, the object is as it was before.
    fn put(&self, name: &str, bytes: &[u8]) -> io::Result<()>;

    /// A range of an object. Shorter ones are an error (`UnexpectedEof`).
    fn get(&self, name: &str, range: Range<u64>) -> io::Result<Vec<u8>>;

    /// Names and sizes of what is in a folder, sorted by name. A folder that does not exist is empty.
    fn list(&self, folder: &str) -> io::Result<Vec<(String, u64)>>;

    /// Deletes an object; none of that name is fine.
    fn delete(&self, name: &str) -> io::Result<()>;
}

/// Logs by name: the write-ahead log. Implemented as objects are.
pub trait LogFiles: Send + Sync {
    /// Begins a log: an empty file that is appended to.
    fn create_log(&self, name: &str) -> io::Result<Box<dyn Log>>;

    /// A whole log, with the room that it has.
    fn read_log(&self, name: &str) -> io::Result<Vec<u8>>;

    /// Names of the logs in a folder, sorted. A folder that does not exist is empty.
    fn list_logs(&self, folder: &str) -> io::Result<Vec<String>>;

    /// Deletes a log; none of that name is fine.
    fn delete_log(&self, name: &str) -> io::Result<()>;
}

/// A whole object.
pub(crate) fn whole(objects: &dyn ObjectStore, name: &str) -> io::Result<Vec<u8>> {
    let len = size(objects, name)?.ok_or(io::ErrorKind::NotFound)?;
    objects.get(name, 0..len)
}

/// Bytes of an object; none where it is not there.
pub(crate) fn size(objects: &dyn ObjectStore, name: &str) -> io::Result<Option<u64>> {
    let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
    Ok(objects.list(folder)?.into_iter().find(|(other, _)| other == name).map(|(_, len)| len))
}

/// A file that grows at its end.
pub trait Log: Send {
    /// Writes at `at`, which is at most the end of what was written before. Not durable before [`Log::sync`].
    fn write_at(&mut self, at: u64, bytes: &[u8]) -> io::Result<()>;

    /// When this returns, everything written is durable. After an error nothing is known of what was written since the last
    /// success, and the log must not be used any more.
    fn sync(&mut self) -> io::Result<()>;
}
