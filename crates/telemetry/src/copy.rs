//! Copies a store that goes on being written, from another process or the same one.
//!
//! Its owner writes new objects first, then the catalogue, then removes what this no longer lists. So a copy is one that a
//! crash might have left when the catalogue is the same before and after: then nothing that it needs was removed
//! meanwhile. The files of the write-ahead log come last, as positions must never be ahead of it.

use crate::{
    Error,
    catalog::{self, Catalog},
    deleted, positions, store, wal,
};
use std::{
    fs::{self, File},
    io::{self, Cursor, Read},
    os::unix::fs::FileExt as _,
    path::{Path, PathBuf},
};

/// How often the catalogue may change under a copy before it is given up: each time only what is new is copied.
const TRIES: usize = 100;
/// A write into a page is seen whole by whoever reads the page.
const PAGE: usize = 4096;

/// What is copied, by its path below the data directory.
pub trait CopyTarget {
    /// Takes a file, in the place of one of the same path.
    ///
    /// # Errors
    /// What the disk says.
    fn put(&mut self, path: &Path, bytes: &mut dyn Read) -> io::Result<()>;

    /// What was put before does not belong to the copy.
    ///
    /// # Errors
    /// What the disk says.
    fn drop(&mut self, path: &Path) -> io::Result<()>;
}

/// Copies the store below `data`, where there is one, to a moment that lies between the call and its return.
///
/// # Errors
/// [`Error::Busy`] where it changes faster than it is copied, [`Error::Damaged`] without a readable catalogue, and what
/// the disk says.
pub fn copy_online(data: &Path, target: &mut dyn CopyTarget) -> Result<(), Error> {
    if !store::Store::exists(data) {
        return Ok(());
    }
    let root = data.join(store::FOLDER);
    let mut segments: Vec<String> = Vec::new();
    for _ in 0..TRIES {
        let Some(before) = load(&root)? else { return Ok(()) };
        match copy_once(&root, &before, &mut segments, target) {
            Ok(()) => {}
            // Removed meanwhile: then the catalogue is another.
            Err((_, error)) if error.kind() == io::ErrorKind::NotFound && is_changed(&root, &before)? => continue,
            Err((path, error)) => return Err(failed(&path, error)),
        }
        if is_changed(&root, &before)? {
            continue;
        }
        for name in segments.iter().filter(|name| !before.lists(name)) {
            target.drop(&below(name)).map_err(|error| failed(&below(name), error))?;
        }
        return put_catalog(&before, target).map_err(|(path, error)| failed(&path, error));
    }
    Err(Error::Busy { waiting: 0, retry_after: std::time::Duration::from_secs(60) })
}

type Failed = (PathBuf, io::Error);

fn failed(path: &Path, error: io::Error) -> Error {
    Error::io(path.display().to_string(), error)
}

/// A file of the store, below the data directory.
fn below(name: &str) -> PathBuf {
    Path::new(store::FOLDER).join(name)
}

/// As it is now: one that is kept open is the one before, once it was replaced.
fn load(root: &Path) -> Result<Option<Catalog>, Error> {
    let place = root.join(catalog::NAME);
    match fs::read(&place) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed(&place, error)),
        Ok(bytes) => Catalog::parse(&bytes).map(Some),
    }
}

fn is_changed(root: &Path, before: &Catalog) -> Result<bool, Error> {
    Ok(load(root)?.as_ref() != Some(before))
}

fn copy_once(
    root: &Path,
    catalog: &Catalog,
    segments: &mut Vec<String>,
    target: &mut dyn CopyTarget,
) -> Result<(), Failed> {
    let mut put = |name: &str, bytes: &mut dyn Read| target.put(&below(name), bytes).map_err(|e| (below(name), e));
    let open = |name: &str| File::open(root.join(name)).map_err(|error| (root.join(name), error));
    let beside = [(catalog.has_deleted, deleted::NAME), (catalog.has_positions, positions::NAME)];
    for (_, name) in beside.into_iter().filter(|(is_there, _)| *is_there) {
        put(name, &mut open(name)?)?;
    }
    for entry in &catalog.segments {
        // A segment never changes.
        if !segments.contains(&entry.name) {
            put(&entry.name, &mut open(&entry.name)?)?;
            segments.push(entry.name.clone());
        }
    }
    for number in &catalog.logs {
        let name = wal::file_name(*number);
        let file = open(&name)?;
        let bytes = backwards(&file).map_err(|error| (root.join(&name), error))?;
        put(&name, &mut Cursor::new(bytes))?;
    }
    Ok(())
}

/// Reads a log that grows meanwhile, its last page first: what comes out ends where a crash might have cut it, and has
/// no gap before that.
fn backwards(file: &File) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; file.metadata()?.len() as usize];
    for (page, room) in bytes.chunks_mut(PAGE).enumerate().rev() {
        file.read_exact_at(room, (page * PAGE) as u64)?;
    }
    Ok(bytes)
}

fn put_catalog(catalog: &Catalog, target: &mut dyn CopyTarget) -> Result<(), Failed> {
    let path = below(catalog::NAME);
    let bytes = catalog.to_bytes().map_err(|error| (path.clone(), error))?;
    target.put(&path, &mut Cursor::new(bytes)).map_err(|error| (path, error))
}
