//! Uploads, kept in `blobs/` under their SHA-256. A name from outside is never a path.

use crate::problem::{Problem, Result};
use axum::extract::multipart::Field;
use model::{Rng, Timestamp};
use ring::digest;
use std::{
    io::{self, Read, Write as _},
    path::{Path, PathBuf},
    time::Duration,
};
use tokio::{fs, io::AsyncWriteExt as _};

/// What the names of parts begin with, before 32 hexadecimal digits.
const PART: &str = ".part-";
/// A part that nobody has written to for so long is not being written any more.
const PART_STALE: Duration = Duration::from_secs(86_400);
/// Parts that one pass deletes.
const PARTS_MAX: usize = 10_000;

/// A file that was sent, whole and on disk.
pub(crate) struct Blob {
    pub(crate) path: PathBuf,
    pub(crate) size: u64,
    pub(crate) mtime: Timestamp,
    pub(crate) sha256: String,
}

/// Streams `field` to disk. `bytes_left` is what the whole upload may still hold.
pub(crate) async fn keep(data: &Path, rng: &Rng, field: &mut Field<'_>, bytes_left: &mut u64) -> Result<Blob> {
    let (part, size, sha256) = spool(data, rng, field, bytes_left).await?;
    tokio::task::spawn_blocking(move || part.become_blob(size, sha256))
        .await
        .map_err(|error| Problem::internal(&error))?
}

/// Streams `field` to a file that is gone when it is dropped: its size and its SHA-256 with it.
pub(crate) async fn spool(
    data: &Path,
    rng: &Rng,
    field: &mut Field<'_>,
    bytes_left: &mut u64,
) -> Result<(Part, u64, String)> {
    let folder = folder(data)?;
    fs::create_dir_all(&folder).await.map_err(|error| disk(&error))?;
    let part = Part::new(&folder, rng);
    let mut file = fs::File::create_new(&part.0).await.map_err(|error| disk(&error))?;
    let mut hash = digest::Context::new(&digest::SHA256);
    let mut size = 0;
    while let Some(chunk) = field.chunk().await.map_err(|error| Problem::malformed(error.body_text()))? {
        *bytes_left = bytes_left.checked_sub(chunk.len() as u64).ok_or_else(|| {
            Problem::too_large("the upload is longer than this server takes").remedy("send it in parts")
        })?;
        size += chunk.len() as u64;
        hash.update(&chunk);
        file.write_all(&chunk).await.map_err(|error| disk(&error))?;
    }
    file.sync_all().await.map_err(|error| disk(&error))?;
    Ok((part, size, hex(hash)))
}

/// The same from a reader, for threads that may block. The reader bounds itself; what it fails with is given back.
pub(crate) fn keep_read(data: &Path, rng: &Rng, from: &mut impl Read) -> Result<io::Result<Blob>> {
    let folder = folder(data)?;
    std::fs::create_dir_all(&folder).map_err(|error| disk(&error))?;
    let part = Part::new(&folder, rng);
    let mut file = std::fs::File::create_new(&part.0).map_err(|error| disk(&error))?;
    let mut hash = digest::Context::new(&digest::SHA256);
    let (mut size, mut buffer) = (0, vec![0; 64 << 10]);
    loop {
        let count = match from.read(&mut buffer) {
            Ok(count) => count,
            Err(error) => return Ok(Err(error)),
        };
        if count == 0 {
            break;
        }
        size += count as u64;
        hash.update(&buffer[..count]);
        file.write_all(&buffer[..count]).map_err(|error| disk(&error))?;
    }
    file.sync_all().map_err(|error| disk(&error))?;
    part.become_blob(size, hex(hash)).map(Ok)
}

/// Where the blob of that hash lies.
pub(crate) fn path(data: &Path, sha256: &str) -> Result<PathBuf> {
    let is_hash = sha256.len() == 64 && sha256.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_hash { Ok(folder(data)?.join(sha256)) } else { Err(Problem::internal(&"a blob's name is no SHA-256")) }
}

/// Deletes the parts of uploads whose process was killed, and returns how many; the next pass goes on from the bound.
/// For threads that may block. Blobs stay: the items of jobs name them by their paths.
pub fn delete_stale_parts(data: &Path, now: Timestamp) -> io::Result<usize> {
    let entries = match std::fs::read_dir(data.join("blobs")) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        entries => entries?,
    };
    let mut deleted = 0;
    for entry in entries {
        let entry = entry?;
        // One that goes away meanwhile, or cannot be looked at, is another pass's.
        if is_stale_part(&entry, now).unwrap_or(false) && std::fs::remove_file(entry.path()).is_ok() {
            deleted += 1;
            if deleted == PARTS_MAX {
                break;
            }
        }
    }
    Ok(deleted)
}

fn is_stale_part(entry: &std::fs::DirEntry, now: Timestamp) -> io::Result<bool> {
    let name = entry.file_name();
    let Some(digits) = name.to_str().and_then(|name| name.strip_prefix(PART)) else { return Ok(false) };
    let metadata = entry.metadata()?;
    let modified = jiff::Timestamp::try_from(metadata.modified()?).map_or(Timestamp::EPOCH, Into::into);
    let is_part = digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    Ok(is_part && metadata.is_file() && modified + PART_STALE < now)
}

fn folder(data: &Path) -> Result<PathBuf> {
    std::path::absolute(data.join("blobs")).map_err(|error| Problem::internal(&error))
}

fn hex(hash: digest::Context) -> String {
    hash.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A file being written, deleted when it does not become a blob.
pub(crate) struct Part(PathBuf);

impl Part {
    fn new(folder: &Path, rng: &Rng) -> Self {
        Self(folder.join(format!("{PART}{:032x}", u128::from_le_bytes(rng.bytes()))))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    fn become_blob(self, size: u64, sha256: String) -> Result<Blob> {
        let path = self.0.with_file_name(&sha256);
        // What is there already has the same bytes, and may be in use: its time must not change.
        if !path.try_exists().map_err(|error| disk(&error))? {
            std::fs::rename(&self.0, &path).map_err(|error| disk(&error))?;
        }
        let modified =
            std::fs::metadata(&path).and_then(|metadata| metadata.modified()).map_err(|error| disk(&error))?;
        let mtime = jiff::Timestamp::try_from(modified).map_or(Timestamp::EPOCH, Into::into);
        Ok(Blob { path, size, mtime, sha256 })
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn disk(error: &std::io::Error) -> Problem {
    tracing::error!(%error, "an upload could not be kept");
    Problem::busy("disk", "the upload could not be kept", 60).remedy("see that the disk has room, then send it again")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{collections::BTreeSet, time::SystemTime};

    #[test]
    fn parts_of_killed_uploads_go_and_nothing_else() {
        let data = tempfile::tempdir().unwrap();
        let now = Timestamp::from_micros(1_700_000_000_000_000);
        assert_eq!(delete_stale_parts(data.path(), now).unwrap(), 0, "there is no folder yet");
        let folder = data.path().join("blobs");
        std::fs::create_dir(&folder).unwrap();
        let day = 86_400;
        let (part, fresh, blob) = (format!("{PART}{:032x}", 1), format!("{PART}{:032x}", 2), "ab".repeat(32));
        for (name, age) in [(&*part, day + 1), (&*fresh, day - 1), (&*blob, 9 * day), (".part-x", 9 * day)] {
            let file = std::fs::File::create_new(folder.join(name)).unwrap();
            let modified = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000 - age);
            file.set_modified(modified).unwrap();
        }
        assert_eq!(delete_stale_parts(data.path(), now).unwrap(), 1);
        let left: BTreeSet<_> = std::fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        assert_eq!(left, BTreeSet::from([fresh, blob, ".part-x".to_owned()]));
    }
}
