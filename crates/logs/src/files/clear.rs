//! A file is emptied under the hands of whoever writes it, and what stood in it is kept once.

use super::{FileError, LogFile, Packing};
use flate2::{Compression, write::GzEncoder};
use model::Timestamp;
use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

/// Between the name of a file and the time at which it was cleared.
const CLEARED: &str = ".cleared-";

impl LogFile {
    /// Empties the file, and keeps what stood in it beside it as `<file>.cleared-<time>.gz`, in place of an older such
    /// copy. Returns the name of the copy; none where the file was empty.
    ///
    /// The copy is synced before the file is emptied. Lines that a program writes between the last byte copied and that
    /// moment, microseconds later, are lost; programs that do not append, but write at a place of their own, leave a hole
    /// before what they write next.
    ///
    /// # Errors
    /// When the file is packed, was replaced, or cannot be read or written: then it stays as it is.
    pub fn clear(&self, now: Timestamp) -> Result<Option<String>, FileError> {
        if self.packing == Packing::Packed {
            return Err(FileError::Packed { name: self.name.clone() });
        }
        let file = self.opened(OpenOptions::new().read(true).write(true))?;
        self.emptied(file, now).map_err(|error| self.io(error))
    }

    fn emptied(&self, mut file: File, now: Timestamp) -> io::Result<Option<String>> {
        if file.metadata()?.len() == 0 {
            return Ok(None);
        }
        let (folder, own) = match (self.path.parent(), self.path.file_name()) {
            (Some(folder), Some(own)) => (folder, own.to_string_lossy().into_owned()),
            _ => return Err(io::Error::other("it lies in no folder")),
        };
        let time = now.to_jiff().strftime("%Y%m%dT%H%M%S%6fZ").to_string();
        let ending = format!("{CLEARED}{time}.gz");
        let copy = folder.join(format!("{own}{ending}"));
        let part = folder.join(format!(".{own}{ending}.part"));
        let kept = keep(&mut file, &part).and_then(|()| fs::rename(&part, &copy));
        if let Err(error) = kept {
            let _ = fs::remove_file(&part);
            return Err(error);
        }
        File::open(folder)?.sync_all()?;
        file.set_len(0)?;
        for old in older(folder, &own, &copy)? {
            fs::remove_file(old)?;
        }
        Ok(Some(format!("{}{ending}", self.name)))
    }
}

/// All of the file, packed, on disk, readable by whoever may read the file.
fn keep(file: &mut File, part: &Path) -> io::Result<()> {
    let copy = OpenOptions::new().write(true).create_new(true).mode(0o600).open(part)?;
    copy.set_permissions(file.metadata()?.permissions())?;
    let mut packed = GzEncoder::new(copy, Compression::fast());
    let mut block = vec![0; 256 << 10];
    loop {
        let read = file.read(&mut block)?;
        if read == 0 {
            break;
        }
        packed.write_all(&block[..read])?;
    }
    packed.finish()?.sync_all()
}

/// Copies of this file from before.
fn older(folder: &Path, own: &str, newest: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let time = name.to_str().and_then(|name| name.strip_prefix(own)?.strip_prefix(CLEARED)?.strip_suffix(".gz"));
        let is_copy = time.is_some_and(|time| time.bytes().all(|byte| byte.is_ascii_digit() || b"TZ".contains(&byte)));
        if is_copy && entry.path() != newest {
            found.push(entry.path());
        }
    }
    Ok(found)
}
