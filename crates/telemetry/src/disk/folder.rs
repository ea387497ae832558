//! Files in a local folder.

use super::{Log, LogFiles, ObjectStore};
use std::{
    collections::HashMap,
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Write},
    ops::Range,
    os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

/// Logs are given room in steps of this: a write into room that exists is synced in half the time.
const LOG_STEP: u64 = 8 << 20;
/// Files that are kept open for reading.
const OPEN_MAX: usize = 128;
/// What an object is called while it is written. A crash may leave one; it is no object, and the next writing of the same name
/// takes its place.
const TEMPORARY: &str = "tmp";

pub struct Folder {
    root: PathBuf,
    open: Mutex<HashMap<String, Arc<File>>>,
}

impl Folder {
    /// Files below `root`, which is created when missing.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn new(root: impl Into<PathBuf>) -> io::Result<Self> {
        let root = root.into();
        create_folder(&root)?;
        Ok(Self { root, open: Mutex::default() })
    }

    fn path(&self, name: &str) -> io::Result<PathBuf> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'/');
        let safe = name.bytes().all(plain) && name.split('/').all(|part| !part.is_empty() && !part.starts_with('.'));
        if safe {
            Ok(self.root.join(name))
        } else {
            Err(io::Error::new(io::ErrorKind::InvalidInput, "not a name of the store"))
        }
    }

    fn opened(&self, name: &str) -> io::Result<Arc<File>> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = open.get(name) {
            return Ok(Arc::clone(file));
        }
        let file = Arc::new(File::open(self.path(name)?)?);
        if open.len() >= OPEN_MAX {
            open.clear();
        }
        open.insert(name.to_owned(), Arc::clone(&file));
        Ok(file)
    }

    fn forget(&self, name: &str) {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
    }
}

impl ObjectStore for Folder {
    fn put(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let path = self.path(name)?;
        let folder = path.parent().unwrap_or(&self.root);
        create_folder(folder)?;
        let temporary = path.with_extension(TEMPORARY);
        let written = create(&temporary).and_then(|mut file| {
            file.write_all(bytes)?;
            file.sync_all()
        });
        if let Err(error) = written.and_then(|()| fs::rename(&temporary, &path)) {
            let _ = fs::remove_file(&temporary);
            return Err(error);
        }
        self.forget(name);
        sync_folder(folder)
    }

    fn get(&self, name: &str, range: Range<u64>) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; range.end.saturating_sub(range.start) as usize];
        self.opened(name)?.read_exact_at(&mut bytes, range.start)?;
        Ok(bytes)
    }

    fn list(&self, folder: &str) -> io::Result<Vec<(String, u64)>> {
        let entries = match fs::read_dir(self.path(folder)?) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut files = Vec::new();
        for entry in entries {
            let entry = entry?;
            let metadata = entry.metadata()?;
            let is_object = metadata.is_file() && entry.path().extension().is_none_or(|end| end != TEMPORARY);
            if let (true, Some(name)) = (is_object, entry.file_name().to_str()) {
                files.push((format!("{folder}/{name}"), metadata.len()));
            }
        }
        files.sort();
        Ok(files)
    }

    fn delete(&self, name: &str) -> io::Result<()> {
        self.forget(name);
        match fs::remove_file(self.path(name)?) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

impl LogFiles for Folder {
    fn create_log(&self, name: &str) -> io::Result<Box<dyn Log>> {
        let path = self.path(name)?;
        let folder = path.parent().unwrap_or(&self.root);
        create_folder(folder)?;
        let file = create(&path)?;
        sync_folder(folder)?;
        Ok(Box::new(FolderLog { file, room: 0 }))
    }

    fn read_log(&self, name: &str) -> io::Result<Vec<u8>> {
        fs::read(self.path(name)?)
    }

    fn list_logs(&self, folder: &str) -> io::Result<Vec<String>> {
        Ok(self.list(folder)?.into_iter().map(|(name, _)| name).collect())
    }

    fn delete_log(&self, name: &str) -> io::Result<()> {
        self.delete(name)
    }
}

/// What is logged is for its owner alone.
fn create_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)
}

/// Makes names durable: a file that was synced may still be missing from its folder.
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

struct FolderLog {
    file: File,
    /// Bytes that the file has room for.
    room: u64,
}

impl Log for FolderLog {
    fn write_at(&mut self, at: u64, bytes: &[u8]) -> io::Result<()> {
        let end = at + bytes.len() as u64;
        if end > self.room {
            let room = end.next_multiple_of(LOG_STEP);
            reserve(&self.file, self.room, room - self.room)?;
            self.room = room;
        }
        self.file.write_all_at(bytes, at)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.file.sync_data()
    }
}

/// Reserves blocks, so that a full disk is met here and not in the midst of a record.
#[cfg(target_os = "linux")]
fn reserve(file: &File, from: u64, len: u64) -> io::Result<()> {
    use rustix::{fs::FallocateFlags, io::Errno};
    match rustix::fs::fallocate(file, FallocateFlags::empty(), from, len) {
        // Not every file system can.
        Err(Errno::OPNOTSUPP) => file.set_len(from + len),
        result => Ok(result?),
    }
}

#[cfg(not(target_os = "linux"))]
fn reserve(file: &File, from: u64, len: u64) -> io::Result<()> {
    file.set_len(from + len)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_put_read_listed_and_deleted() {
        let root = tempfile::tempdir().unwrap();
        let disk = Folder::new(root.path().join("logs")).unwrap();
        assert_eq!(disk.list("segments").unwrap(), []);
        disk.put("segments/b.seg", b"hello").unwrap();
        disk.put("segments/a.seg", b"1").unwrap();
        fs::write(root.path().join("logs/segments/c.tmp"), b"left by a crash").unwrap();
        assert_eq!(disk.get("segments/b.seg", 1..3).unwrap(), b"el");
        disk.put("segments/b.seg", b"HELLO!").unwrap();
        assert_eq!(disk.get("segments/b.seg", 1..3).unwrap(), b"EL");
        assert_eq!(disk.get("segments/b.seg", 1..9).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
        let listed = [("segments/a.seg".to_owned(), 1), ("segments/b.seg".to_owned(), 6)];
        assert_eq!(disk.list("segments").unwrap(), listed);
        disk.delete("segments/b.seg").unwrap();
        disk.delete("segments/b.seg").unwrap();
        assert_eq!(disk.get("segments/b.seg", 0..1).unwrap_err().kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn no_name_leads_out_of_the_folder() {
        let root = tempfile::tempdir().unwrap();
        let disk = Folder::new(root.path()).unwrap();
        for name in ["../x", "/etc/passwd", "a/../b", "a//b", "", ".hidden", "a\\b", "a\0b", "a/"] {
            assert_eq!(disk.put(name, b"x").unwrap_err().kind(), io::ErrorKind::InvalidInput, "{name}");
        }
    }

    #[test]
    fn logs_grow_and_are_read() {
        let root = tempfile::tempdir().unwrap();
        let disk = Folder::new(root.path()).unwrap();
        let mut log = disk.create_log("wal/1.wal").unwrap();
        log.write_at(0, b"one").unwrap();
        log.write_at(3, b"two").unwrap();
        log.sync().unwrap();
        let read = disk.read_log("wal/1.wal").unwrap();
        assert!(read.starts_with(b"onetwo\0"), "with its room");
        assert_eq!(disk.list_logs("wal").unwrap(), ["wal/1.wal"]);
        disk.delete_log("wal/1.wal").unwrap();
        assert_eq!(disk.list_logs("wal").unwrap(), [] as [&str; 0]);
    }
}
