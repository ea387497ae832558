//! The backups of a folder: which there are, and which are old.

use crate::{
    Error, MANIFEST, Manifest, Result,
    error::At as _,
    manifest::{FORMAT, is_safe},
};
use model::Timestamp;
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// What names begin with.
const PREFIX: &str = "vigie-";
/// How names end until the backup is whole.
const PARTIAL: &str = ".partial";
/// Bytes of a manifest; a million files have a tenth of it.
const MANIFEST_BYTES_MAX: u64 = 2 << 30;

/// A whole backup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    pub folder: PathBuf,
    pub manifest: Manifest,
}

/// How a backup is called that was begun then: as names sort, so do times. A second one within a second has a number.
pub(crate) fn unused_name(folder: &Path, at: Timestamp) -> String {
    let name = format!("{PREFIX}{}", at.to_jiff().strftime("%Y-%m-%dT%H%M%SZ"));
    let numbered = (2..).map(|number| format!("{name}-{number}"));
    let unused = std::iter::once(name.clone()).chain(numbered).find(|name| !folder.join(name).exists());
    unused.unwrap_or(name)
}

pub(crate) fn partial(name: &str) -> String {
    format!("{name}{PARTIAL}")
}

/// The whole backups in `folder`, the oldest first. What is no backup is passed over; one that cannot be read is not.
///
/// # Errors
/// Where the folder cannot be listed, or a manifest cannot be read.
pub fn list(folder: &Path) -> Result<Vec<Kept>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.at(folder)?,
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.at(folder)?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(PREFIX) && !name.ends_with(PARTIAL) && entry.path().join(MANIFEST).is_file() {
            found.push(Kept { manifest: read(&entry.path())?, folder: entry.path() });
        }
    }
    found.sort_by(|a, b| (a.manifest.taken_at, &a.folder).cmp(&(b.manifest.taken_at, &b.folder)));
    Ok(found)
}

/// The backup that `place` is, or the newest that it holds.
///
/// # Errors
/// [`Error::NoBackup`], [`Error::Newer`], [`Error::Damaged`].
pub fn find(place: &Path) -> Result<Kept> {
    let folder = if place.ends_with(MANIFEST) { place.parent().unwrap_or(place) } else { place };
    if folder.join(MANIFEST).is_file() {
        return Ok(Kept { folder: folder.to_owned(), manifest: read(folder)? });
    }
    list(folder)?.pop().ok_or_else(|| Error::NoBackup { place: place.to_owned() })
}

fn read(folder: &Path) -> Result<Manifest> {
    let place = folder.join(MANIFEST);
    let damaged = || Error::Damaged { place: place.clone() };
    if fs::metadata(&place).at(&place)?.len() > MANIFEST_BYTES_MAX {
        return Err(damaged());
    }
    let text = fs::read_to_string(&place).at(&place)?;
    let value: serde_json::Value = serde_json::from_str(&text).map_err(|_| damaged())?;
    if value.get("format").and_then(serde_json::Value::as_u64).is_some_and(|format| format > FORMAT.into()) {
        let version = value.get("version").and_then(|version| version.as_str()).unwrap_or("?").to_owned();
        return Err(Error::Newer { place, version });
    }
    let manifest: Manifest = serde_json::from_value(value).map_err(|_| damaged())?;
    if manifest.files.iter().all(|file| is_safe(&file.path)) { Ok(manifest) } else { Err(damaged()) }
}

/// Those of the same directory beyond the newest `keep`, the oldest first.
pub(crate) fn too_old(all: &[Kept], newest: &Manifest, keep: usize) -> Vec<PathBuf> {
    let own: Vec<_> =
        all.iter().filter(|kept| kept.manifest.host == newest.host && kept.manifest.data == newest.data).collect();
    own.iter().take(own.len().saturating_sub(keep.max(1))).map(|kept| kept.folder.clone()).collect()
}

/// Takes away what processes have left that were killed. To be called by whoever has the folder's lock.
pub(crate) fn sweep(folder: &Path) -> Result<()> {
    for entry in fs::read_dir(folder).at(folder)? {
        let entry = entry.at(folder)?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(PREFIX) && name.ends_with(PARTIAL) {
            fs::remove_dir_all(entry.path()).at(&entry.path())?;
        }
    }
    Ok(())
}

/// Takes a backup away. First its manifest: half of one is none.
pub(crate) fn remove(folder: &Path) -> Result<()> {
    let manifest = folder.join(MANIFEST);
    fs::remove_file(&manifest).at(&manifest)?;
    fs::remove_dir_all(folder).at(folder)
}
