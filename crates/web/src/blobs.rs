//! Uploads, kept in `blobs/` under their SHA-256. A name from outside is never a path.

use crate::problem::{Problem, Result};
use axum::extract::multipart::Field;
use model::{Rng, Timestamp};
use ring::digest;
use std::path::{Path, PathBuf};
use tokio::{fs, io::AsyncWriteExt as _};

/// A file that was sent, whole and on disk.
pub(crate) struct Blob {
    pub(crate) path: PathBuf,
    pub(crate) size: u64,
    pub(crate) mtime: Timestamp,
    pub(crate) sha256: String,
}

/// Streams `field` to disk. `bytes_left` is what the whole upload may still hold.
pub(crate) async fn keep(data: &Path, rng: &Rng, field: &mut Field<'_>, bytes_left: &mut u64) -> Result<Blob> {
    let folder = std::path::absolute(data.join("blobs")).map_err(|error| Problem::internal(&error))?;
    fs::create_dir_all(&folder).await.map_err(|error| disk(&error))?;
    let part = Part(folder.join(format!(".part-{:032x}", u128::from_le_bytes(rng.bytes()))));
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
    let sha256: String = hash.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    let path = folder.join(&sha256);
    // What is there already has the same bytes, and may be in use: its time must not change.
    if !fs::try_exists(&path).await.map_err(|error| disk(&error))? {
        fs::rename(&part.0, &path).await.map_err(|error| disk(&error))?;
    }
    let modified = fs::metadata(&path).await.and_then(|metadata| metadata.modified()).map_err(|error| disk(&error))?;
    let mtime = jiff::Timestamp::try_from(modified).map_or(Timestamp::EPOCH, Into::into);
    Ok(Blob { path, size, mtime, sha256 })
}

/// A file being written, deleted when it does not become a blob.
struct Part(PathBuf);

impl Drop for Part {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn disk(error: &std::io::Error) -> Problem {
    tracing::error!(%error, "an upload could not be kept");
    Problem::busy("disk", "the upload could not be kept", 60).remedy("see that the disk has room, then send it again")
}
