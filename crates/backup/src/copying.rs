//! Files, copied with their checksums.

use crate::{Error, FileEntry, Progress, Result, Step, Tell, error::At as _};
use ring::digest::{Context, SHA256};
use std::{
    collections::BTreeMap,
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Read, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};
use telemetry::CopyTarget;

const CHUNK: usize = 256 << 10;

/// Below a folder, files that are put there.
pub(crate) struct Copying<'a, 't> {
    root: PathBuf,
    /// What the paths of the log store are below.
    below: PathBuf,
    pub(crate) files: BTreeMap<PathBuf, (u64, String)>,
    progress: Progress,
    tell: &'a mut Tell<'t>,
}

impl<'a, 't> Copying<'a, 't> {
    pub(crate) fn into(root: &Path, below: &str, tell: &'a mut Tell<'t>) -> Self {
        let progress = Progress { step: Step::Files, files: 0, bytes: 0 };
        Self { root: root.to_owned(), below: below.into(), files: BTreeMap::new(), progress, tell }
    }

    /// A file as it is when it is read.
    pub(crate) fn file(&mut self, from: &Path, path: &Path) -> Result<()> {
        let mut file = File::open(from).at(from)?;
        self.write(path, &mut file).at(&self.root.join(path))
    }

    /// All files below `from`, which may change meanwhile: what is gone before it is copied is left out.
    pub(crate) fn tree(&mut self, from: &Path, path: &Path, is_left_out: &dyn Fn(&Path) -> bool) -> Result<()> {
        let entries = match fs::read_dir(from) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            entries => entries.at(from)?,
        };
        for entry in entries {
            let entry = entry.at(from)?;
            let (place, path) = (entry.path(), path.join(entry.file_name()));
            if is_left_out(&path) {
                continue;
            }
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => self.tree(&place, &path, is_left_out)?,
                Ok(kind) if kind.is_file() => match self.file(&place, &path) {
                    Err(Error::Io { place: gone, source })
                        if gone == place && source.kind() == io::ErrorKind::NotFound => {}
                    copied => copied?,
                },
                // Sockets and links are nobody's data.
                _ => {}
            }
        }
        Ok(())
    }

    fn write(&mut self, path: &Path, bytes: &mut dyn Read) -> io::Result<()> {
        let place = self.root.join(path);
        if let Some(folder) = place.parent() {
            make_folder(folder)?;
        }
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&place)?;
        let (mut hash, mut buffer, mut len) = (Context::new(&SHA256), vec![0; CHUNK], 0_u64);
        loop {
            let read = match bytes.read(&mut buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                read => read?,
            };
            if read == 0 {
                break;
            }
            let chunk = buffer.get(..read).unwrap_or_default();
            hash.update(chunk);
            file.write_all(chunk)?;
            len += read as u64;
            self.progress.bytes += read as u64;
            (self.tell)(self.progress);
        }
        file.sync_all()?;
        self.progress.files += 1;
        self.files.insert(path.to_owned(), (len, hex(hash)));
        crashpoint::reach("backup_file");
        Ok(())
    }

    pub(crate) fn entries(self) -> Vec<FileEntry> {
        let entry = |(path, (bytes, sha256)): (PathBuf, (u64, String))| FileEntry {
            path: path.to_string_lossy().into_owned(),
            bytes,
            sha256,
        };
        self.files.into_iter().map(entry).collect()
    }
}

impl CopyTarget for Copying<'_, '_> {
    fn put(&mut self, path: &Path, bytes: &mut dyn Read) -> io::Result<()> {
        let path = self.below.join(path);
        self.write(&path, bytes)
    }

    fn drop(&mut self, path: &Path) -> io::Result<()> {
        let path = self.below.join(path);
        self.files.remove(&path);
        fs::remove_file(self.root.join(path))
    }
}

/// Bytes and checksum of a file as it lies on the disk.
pub(crate) fn measure(place: &Path, mut read_bytes: impl FnMut(u64)) -> Result<(u64, String)> {
    let mut file = File::open(place).at(place)?;
    let (mut hash, mut buffer, mut len) = (Context::new(&SHA256), vec![0; CHUNK], 0);
    loop {
        let read = file.read(&mut buffer).at(place)?;
        if read == 0 {
            return Ok((len, hex(hash)));
        }
        hash.update(buffer.get(..read).unwrap_or_default());
        len += read as u64;
        read_bytes(read as u64);
    }
}

/// Whether the files below `root` are what `files` says.
pub(crate) fn compare(root: &Path, files: &[FileEntry], tell: &mut Tell<'_>) -> Result<()> {
    let mut progress = Progress { step: Step::Verify, files: 0, bytes: 0 };
    for file in files {
        let place = root.join(&file.path);
        let found = measure(&place, |bytes| {
            progress.bytes += bytes;
            tell(progress);
        });
        match found {
            Ok((bytes, sha256)) if bytes == file.bytes && sha256 == file.sha256 => progress.files += 1,
            Err(Error::Io { source, .. }) if source.kind() != io::ErrorKind::NotFound => {
                return Err(Error::Io { place, source });
            }
            _ => return Err(Error::Damaged { place }),
        }
    }
    Ok(())
}

/// For its user alone.
pub(crate) fn make_folder(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// The names in a folder, and in those below, are on disk once they are synced.
pub(crate) fn sync_folders(folder: &Path) -> Result<()> {
    for entry in fs::read_dir(folder).at(folder)? {
        let entry = entry.at(folder)?;
        if entry.file_type().at(&entry.path())?.is_dir() {
            sync_folders(&entry.path())?;
        }
    }
    sync_folder(folder);
    Ok(())
}

/// Not every system lets a folder be synced.
pub(crate) fn sync_folder(folder: &Path) {
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}

fn hex(hash: Context) -> String {
    hash.finish().as_ref().iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}
