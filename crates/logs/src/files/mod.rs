//! Log files as they lie in configured folders: listed, read, followed, and kept when they are cleared.
//!
//! A file has the name that a [`Listing`] gives it, and is found only by looking that name up in a new listing: no path is
//! ever made of what somebody sent. What was listed is opened only while it is still the same file.

mod clear;
mod read;
#[cfg(test)]
mod tests;

pub use read::{EXCERPT_BYTES_MAX, EXCERPT_LINES_MAX, Excerpt, Followed, Follower, TextLine};

use model::Timestamp;
use std::{
    collections::HashSet,
    fs::{self, File, Metadata, OpenOptions},
    io,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

/// Files of one listing. What is beyond is counted.
pub const FILES_MAX: usize = 2_000;
/// Entries of folders that are looked at for it.
const ENTRIES_MAX: usize = 50_000;

#[derive(Debug, thiserror::Error)]
pub enum FileError {
    #[error("{name}: {error}: check who may read and write it")]
    Io { name: String, error: io::Error },
    /// Another file took its place.
    #[error("{name} has just been replaced by another file: try again")]
    Replaced { name: String },
    #[error("{name} is packed, and only files that are being written are cleared: delete it where it lies")]
    Packed { name: String },
}

/// The folders whose files are shown.
#[derive(Clone, Debug)]
pub struct Files(Vec<PathBuf>);

/// A file as it was listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogFile {
    /// `mailing.log`, or `folder:mailing.log` of one in a sub-folder.
    pub name: String,
    pub bytes: u64,
    pub modified: Timestamp,
    pub packing: Packing,
    /// Where it truly lies.
    path: PathBuf,
    identity: Identity,
}

impl LogFile {
    /// The folder that it truly lies in.
    pub fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(&self.path)
    }
}

/// Whether it is packed, as its name says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    Plain,
    Packed,
}

/// Device and number of a file.
type Identity = (u64, u64);

fn identity(meta: &Metadata) -> Identity {
    (meta.dev(), meta.ino())
}

#[derive(Clone, Debug, Default)]
pub struct Listing {
    /// The last written first.
    pub files: Vec<LogFile>,
    /// Files that are not in it, because there are too many.
    pub left_out: u64,
    /// Folders that could not be read, and why.
    pub unread: Vec<(PathBuf, String)>,
}

impl Files {
    pub fn new(folders: Vec<PathBuf>) -> Self {
        Self(folders)
    }

    /// What there is now. Hidden files, and links that lead out of the folders, are none of it.
    pub fn list(&self) -> Listing {
        let roots: Vec<PathBuf> = self.0.iter().filter_map(|folder| fs::canonicalize(folder).ok()).collect();
        let mut found = ListingWalk { roots: &roots, names: HashSet::new(), listing: Listing::default(), entries: 0 };
        for folder in &self.0 {
            found.folder(folder);
        }
        let Listing { mut files, mut left_out, unread } = found.listing;
        files.sort_by(|a, b| b.modified.cmp(&a.modified).then_with(|| a.name.cmp(&b.name)));
        left_out += files.len().saturating_sub(FILES_MAX) as u64;
        files.truncate(FILES_MAX);
        Listing { files, left_out, unread }
    }

    /// The file that a listing gives that name.
    pub fn find(&self, name: &str) -> Option<LogFile> {
        self.list().files.into_iter().find(|file| file.name == name)
    }
}

/// A listing being made.
struct ListingWalk<'a> {
    roots: &'a [PathBuf],
    names: HashSet<String>,
    listing: Listing,
    entries: usize,
}

impl ListingWalk<'_> {
    fn folder(&mut self, folder: &Path) {
        let of = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let Some(entries) = self.entries(folder) else { return };
        let mut below = Vec::new();
        for (name, path) in entries {
            match fs::symlink_metadata(&path) {
                // A link to a folder is not gone into, wherever it leads.
                Ok(meta) if meta.is_dir() => below.push((name, path)),
                Ok(_) => self.file(&path, &[name.clone(), format!("{of}:{name}")]),
                // It has gone meanwhile.
                Err(_) => {}
            }
        }
        for (sub, path) in below {
            for (name, path) in self.entries(&path).unwrap_or_default() {
                if fs::symlink_metadata(&path).is_ok_and(|meta| !meta.is_dir()) {
                    self.file(&path, &[format!("{sub}:{name}"), format!("{of}:{sub}:{name}")]);
                }
            }
        }
    }

    /// Names and paths, sorted; none of those that are hidden.
    fn entries(&mut self, folder: &Path) -> Option<Vec<(String, PathBuf)>> {
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
            Err(error) => {
                self.listing.unread.push((folder.to_owned(), error.to_string()));
                return None;
            }
        };
        let mut all = Vec::new();
        for entry in entries.flatten() {
            self.entries += 1;
            if self.entries > ENTRIES_MAX {
                self.listing.left_out += 1;
                continue;
            }
            let name = entry.file_name().to_string_lossy().into_owned();
            if !name.starts_with('.') {
                all.push((name, entry.path()));
            }
        }
        all.sort();
        Some(all)
    }

    /// Takes a file under the first of those names that is free.
    fn file(&mut self, path: &Path, names: &[String]) {
        let Ok(truly) = fs::canonicalize(path) else { return };
        if !self.roots.iter().any(|root| truly.starts_with(root)) {
            return;
        }
        let Ok(meta) = fs::symlink_metadata(&truly) else { return };
        if !meta.is_file() {
            return;
        }
        let Some(name) = names.iter().find(|name| !self.names.contains(*name)) else {
            self.listing.left_out += 1;
            return;
        };
        self.names.insert(name.clone());
        self.listing.files.push(LogFile {
            bytes: meta.len(),
            modified: modified(&meta),
            packing: packing(name),
            identity: identity(&meta),
            path: truly,
            name: name.clone(),
        });
    }
}

fn modified(meta: &Metadata) -> Timestamp {
    Timestamp::from_micros(meta.mtime().saturating_mul(1_000_000).saturating_add(meta.mtime_nsec() / 1_000))
}

fn packing(name: &str) -> Packing {
    let end = name.rsplit('.').next().unwrap_or_default();
    if matches!(end, "gz" | "zst" | "zstd" | "tgz") { Packing::Packed } else { Packing::Plain }
}

impl LogFile {
    /// Where it truly lies, within the folders.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Opens it as it is, packed or not.
    ///
    /// # Errors
    /// When the file cannot be read, or [`FileError::Replaced`] where another one took its place.
    pub fn open(&self) -> Result<File, FileError> {
        self.opened(OpenOptions::new().read(true))
    }

    fn opened(&self, options: &OpenOptions) -> Result<File, FileError> {
        let file = options.open(&self.path).map_err(|error| self.io(error))?;
        let meta = file.metadata().map_err(|error| self.io(error))?;
        // A link that took its place meanwhile leads to another one.
        if !meta.is_file() || identity(&meta) != self.identity {
            return Err(FileError::Replaced { name: self.name.clone() });
        }
        Ok(file)
    }

    fn io(&self, error: io::Error) -> FileError {
        FileError::Io { name: self.name.clone(), error }
    }
}
