//! Uploads, kept in `blobs/` under their SHA-256. A name from outside is never a path.

use crate::{
    App,
    problem::{Problem, Result},
};
use axum::extract::multipart::Field;
use model::{Rng, Timestamp};
use ring::digest;
use std::{
    fs::Permissions,
    io::{self, Read, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::{
    fs,
    io::AsyncWriteExt as _,
    sync::{OwnedRwLockReadGuard, RwLock},
};

/// What the names of parts begin with, before 32 hexadecimal digits.
const PART: &str = ".part-";
/// A part that nobody has written to for so long is not being written any more.
const PART_STALE: Duration = Duration::from_secs(86_400);
/// Files that one pass deletes.
const DELETED_MAX: usize = 10_000;
/// An upload that nothing names stays for so long all the same.
const UNUSED_STALE: Duration = Duration::from_secs(86_400);
/// Names that the store is asked about together.
const ASKED_MAX: usize = 1_000;

/// Uploads on their way into a draft or a job: while there is one, no upload is deleted, since what is sent may be what
/// lies there, unused, already.
#[derive(Clone, Default)]
pub struct Uploads(Arc<RwLock<()>>);

impl Uploads {
    /// Held from the first byte until a draft or a job names what was sent.
    pub(crate) async fn begin(&self) -> OwnedRwLockReadGuard<()> {
        Arc::clone(&self.0).read_owned().await
    }
}

/// What a pass over the uploads has deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Swept {
    /// Left by processes that were killed.
    pub(crate) parts: usize,
    /// Named by no job and no draft any more: of drafts that were thrown away, of uploads that were refused.
    pub(crate) unused: usize,
    /// Something is being sent just now: what is unused is left for another pass.
    pub(crate) waits: bool,
}

/// Deletes what killed uploads have left and what nothing names any more; the next pass goes on from the bound.
pub(crate) async fn sweep(app: &App) -> io::Result<Swept> {
    let (data, now) = (app.data.clone(), app.clock.now());
    let found = tokio::task::spawn_blocking(move || stale(&data, now)).await.map_err(io::Error::other)??;
    let mut swept = Swept { parts: found.parts, ..Swept::default() };
    // Processes that share a database do not know of each other's uploads.
    if found.blobs.is_empty() || app.db.is_postgres() {
        return Ok(swept);
    }
    let Ok(_nobody_sends) = app.uploads.0.try_write() else { return Ok(Swept { waits: true, ..swept }) };
    for names in found.blobs.chunks(ASKED_MAX) {
        let used = app.db.uploads_in_use(names).await.map_err(io::Error::other)?;
        for name in names.iter().filter(|name| !used.contains(*name)) {
            match fs::remove_file(app.data.join("blobs").join(name)).await {
                Ok(()) => swept.unused += 1,
                Err(error) => {
                    tracing::warn!(%error, upload = %name, "an upload that nothing names could not be deleted");
                }
            }
            if swept.unused == DELETED_MAX {
                return Ok(swept);
            }
        }
    }
    Ok(swept)
}

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
) -> Result<(PartialUpload, u64, String)> {
    let folder = folder(data)?;
    make_private(&folder).map_err(|error| disk(&error))?;
    let part = PartialUpload::new(&folder, rng);
    let mut file = fs::File::from_std(part.create().map_err(|error| disk(&error))?);
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
    make_private(&folder).map_err(|error| disk(&error))?;
    let part = PartialUpload::new(&folder, rng);
    let mut file = part.create().map_err(|error| disk(&error))?;
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
    if is_hex(sha256, 64) {
        Ok(folder(data)?.join(sha256))
    } else {
        Err(Problem::internal(&"a blob's name is no SHA-256"))
    }
}

struct Stale {
    /// Deleted already: nobody writes to them, and nothing names them.
    parts: usize,
    /// By their names. Whether something names them is for the store to say.
    blobs: Vec<String>,
}

/// Looks through the folder once. For threads that may block.
fn stale(data: &Path, now: Timestamp) -> io::Result<Stale> {
    let mut stale = Stale { parts: 0, blobs: Vec::new() };
    let entries = match std::fs::read_dir(data.join("blobs")) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(stale),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        // One that goes away meanwhile, or cannot be looked at, is another pass's.
        let Ok(age) = age(&entry, now) else { continue };
        let is_part = name.strip_prefix(PART).is_some_and(|digits| is_hex(digits, 32));
        if is_part && age > PART_STALE && stale.parts < DELETED_MAX {
            stale.parts += usize::from(std::fs::remove_file(entry.path()).is_ok());
        } else if is_hex(&name, 64) && age > UNUSED_STALE {
            stale.blobs.push(name);
        }
    }
    Ok(stale)
}

/// For how long nobody has written to a file.
fn age(entry: &std::fs::DirEntry, now: Timestamp) -> io::Result<Duration> {
    let metadata = entry.metadata()?;
    if !metadata.is_file() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let modified = jiff::Timestamp::try_from(metadata.modified()?).map_or(now, Into::into);
    Ok(now.since(modified))
}

fn is_hex(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn folder(data: &Path) -> Result<PathBuf> {
    std::path::absolute(data.join("blobs")).map_err(|error| Problem::internal(&error))
}

/// What people send is for this program alone. A folder of before is closed to others, too.
fn make_private(folder: &Path) -> io::Result<()> {
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    if std::fs::metadata(folder)?.permissions().mode() & 0o077 != 0 {
        std::fs::set_permissions(folder, Permissions::from_mode(0o700))?;
    }
    Ok(())
}

fn hex(hash: digest::Context) -> String {
    hash.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A file being written, deleted when it does not become a blob.
pub(crate) struct PartialUpload(PathBuf);

impl PartialUpload {
    fn new(folder: &Path, rng: &Rng) -> Self {
        Self(folder.join(format!("{PART}{:032x}", u128::from_le_bytes(rng.bytes()))))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    fn create(&self) -> io::Result<std::fs::File> {
        std::fs::File::options().write(true).create_new(true).mode(0o600).open(&self.0)
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

impl Drop for PartialUpload {
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
    use crate::testing::Site;
    use std::{collections::BTreeSet, time::SystemTime};

    #[tokio::test]
    async fn uploads_are_for_this_program_alone() {
        let site = Site::new().await;
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let folder = site.app.data.join("blobs");
        let kept = |text: &str| keep_read(&site.app.data, &site.app.rng, &mut text.as_bytes()).unwrap().unwrap();
        let blob = kept("one");
        assert_eq!((mode(&folder), mode(&blob.path)), (0o700, 0o600));
        // As an older version made it.
        std::fs::set_permissions(&folder, Permissions::from_mode(0o755)).unwrap();
        let blob = kept("two");
        assert_eq!((mode(&folder), mode(&blob.path)), (0o700, 0o600));
    }

    #[tokio::test]
    async fn what_nothing_names_goes_and_nothing_else() {
        let site = Site::new().await;
        let app = &site.app;
        assert_eq!(sweep(app).await.unwrap(), Swept::default(), "there is no folder yet");
        let folder = app.data.join("blobs");
        std::fs::create_dir(&folder).unwrap();
        let day = 86_400;
        let (old_part, part) = (format!("{PART}{:032x}", 1), format!("{PART}{:032x}", 2));
        let (of_job, of_draft, unused, fresh) = ("ab".repeat(32), "cd".repeat(32), "ef".repeat(32), "01".repeat(32));
        let files = [
            (&old_part, day + 1),
            (&part, day - 1),
            (&of_job, 9 * day),
            (&of_draft, 9 * day),
            (&unused, day + 1),
            (&fresh, day - 1),
            (&".part-x".to_owned(), 9 * day),
            (&"notes.txt".to_owned(), 9 * day),
        ];
        for (name, age) in files {
            let file = std::fs::File::create_new(folder.join(name)).unwrap();
            let now = Duration::from_micros(crate::testing::NOW as u64);
            file.set_modified(SystemTime::UNIX_EPOCH + now - Duration::from_secs(age)).unwrap();
        }
        let job = model::JobId(uuid::Uuid::from_u128(1));
        site.preparing(job, "Factures").await;
        app.db.keep_uploads(job, vec![of_job.clone()]).await.unwrap();
        let content = format!("{{\"list\":{{\"sha256\":\"{of_draft}\"}}}}");
        let (id, now) = (uuid::Uuid::from_u128(2), app.clock.now());
        let draft = store::Draft { id, owner: "ana".into(), content, version: 1, created_at: now, updated_at: now };
        app.db.create_draft(draft).await.unwrap();

        let sending = app.uploads.begin().await;
        assert_eq!(sweep(app).await.unwrap(), Swept { parts: 1, unused: 0, waits: true });
        drop(sending);
        assert_eq!(sweep(app).await.unwrap(), Swept { parts: 0, unused: 1, waits: false });
        let left: BTreeSet<_> = std::fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        let kept = [part, of_job, of_draft.clone(), fresh, ".part-x".into(), "notes.txt".into()];
        assert_eq!(left, BTreeSet::from(kept));
        app.db.delete_draft(id).await.unwrap();
        assert_eq!(sweep(app).await.unwrap(), Swept { parts: 0, unused: 1, waits: false });
        assert!(!folder.join(of_draft).exists());
    }
}
