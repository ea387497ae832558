//! Files that people and programs send, kept under their SHA-256 until nothing names them. A name from outside is never a
//! path.

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use model::{Rng, Timestamp};
use ring::digest;
use std::{
    fs::{Metadata, Permissions},
    io::{self, Read, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
    pin::pin,
    sync::Arc,
    time::Duration,
};
use store::Db;
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

/// Bytes read at a time.
const CHUNK: usize = 64 << 10;

/// The folder of blobs. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Blobs {
    folder: PathBuf,
    rng: Rng,
    sending: Arc<RwLock<()>>,
}

/// While there is one, no blob is deleted: what is sent may be what lies there, unused, already.
#[derive(Debug)]
pub struct Sending(#[expect(dead_code, reason = "held")] OwnedRwLockReadGuard<()>);

/// A file that was sent, whole and on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blob {
    pub path: PathBuf,
    /// In bytes.
    pub size: u64,
    pub mtime: Timestamp,
    /// 64 hexadecimal digits, lower case.
    pub sha256: String,
}

/// Why a file was not kept. `E` is what its sender's stream ends with.
#[derive(Debug, thiserror::Error)]
pub enum KeepError<E> {
    #[error("{0}")]
    Sender(E),
    #[error("it is longer than what is taken")]
    TooLong,
    #[error("{0}")]
    Disk(io::Error),
}

/// What a pass over the blobs has deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Left by processes that were killed.
    pub parts: usize,
    /// Named by no job and no draft any more: of drafts that were thrown away, of uploads that were refused.
    pub unused: usize,
    /// Something is being sent just now: what is unused is left for another pass.
    pub waits: bool,
}

impl Blobs {
    /// Of the data directory `data`, in its `blobs/`, which is made when something is kept.
    ///
    /// # Errors
    /// When there is no current directory that `data` may be relative to.
    pub fn new(data: &Path, rng: Rng) -> io::Result<Self> {
        Ok(Self { folder: std::path::absolute(data.join("blobs"))?, rng, sending: Arc::default() })
    }

    /// Held from the first byte until something in the store names what was sent.
    pub async fn begin(&self) -> Sending {
        Sending(Arc::clone(&self.sending).read_owned().await)
    }

    /// Streams `chunks` to disk. `bytes_left` is what the whole upload may still hold.
    ///
    /// # Errors
    /// What the stream ends with, too many bytes, or what the disk says.
    pub async fn keep<E>(
        &self,
        chunks: impl Stream<Item = Result<Bytes, E>>,
        bytes_left: &mut u64,
    ) -> Result<Blob, KeepError<E>> {
        let (part, size, sha256) = self.spool(chunks, bytes_left).await?;
        let kept = tokio::task::spawn_blocking(move || part.become_blob(size, sha256)).await;
        kept.map_err(io::Error::other).flatten().map_err(KeepError::Disk)
    }

    /// Streams `chunks` to a file that is gone when it is dropped: its size in bytes and its SHA-256 with it.
    ///
    /// # Errors
    /// As [`Blobs::keep`].
    pub async fn spool<E>(
        &self,
        chunks: impl Stream<Item = Result<Bytes, E>>,
        bytes_left: &mut u64,
    ) -> Result<(PartialBlob, u64, String), KeepError<E>> {
        let mut chunks = pin!(chunks);
        let part = self.part().map_err(KeepError::Disk)?;
        let mut file = fs::File::from_std(part.create().map_err(KeepError::Disk)?);
        let mut hash = digest::Context::new(&digest::SHA256);
        let mut size = 0;
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk.map_err(KeepError::Sender)?;
            *bytes_left = bytes_left.checked_sub(chunk.len() as u64).ok_or(KeepError::TooLong)?;
            size += chunk.len() as u64;
            hash.update(&chunk);
            file.write_all(&chunk).await.map_err(KeepError::Disk)?;
        }
        // A write that fails behind `write_all` is told to `flush` alone.
        file.flush().await.map_err(KeepError::Disk)?;
        file.sync_all().await.map_err(KeepError::Disk)?;
        let metadata = file.metadata().await.map_err(KeepError::Disk)?;
        is_whole(&metadata, size).map_err(KeepError::Disk)?;
        Ok((part, size, hex(hash)))
    }

    /// The same from a reader, for threads that may block. The reader bounds itself.
    ///
    /// # Errors
    /// What the reader fails with, or what the disk says.
    pub fn keep_read(&self, from: &mut impl Read) -> Result<Blob, KeepError<io::Error>> {
        let part = self.part().map_err(KeepError::Disk)?;
        let mut file = part.create().map_err(KeepError::Disk)?;
        let mut hash = digest::Context::new(&digest::SHA256);
        let (mut size, mut buffer) = (0, vec![0; CHUNK]);
        loop {
            let count = from.read(&mut buffer).map_err(KeepError::Sender)?;
            if count == 0 {
                break;
            }
            size += count as u64;
            hash.update(&buffer[..count]);
            file.write_all(&buffer[..count]).map_err(KeepError::Disk)?;
        }
        file.sync_all().map_err(KeepError::Disk)?;
        file.metadata().and_then(|metadata| is_whole(&metadata, size)).map_err(KeepError::Disk)?;
        part.become_blob(size, hex(hash)).map_err(KeepError::Disk)
    }

    /// Where the blob of that hash lies. `None`: it is no SHA-256.
    #[must_use]
    pub fn path(&self, sha256: &str) -> Option<PathBuf> {
        is_hex(sha256, 64).then(|| self.folder.join(sha256))
    }

    /// Deletes what killed uploads have left and what nothing names any more; the next pass goes on from the bound.
    ///
    /// # Errors
    /// When the folder cannot be read, or the store not asked.
    pub async fn sweep(&self, db: &Db, now: Timestamp) -> io::Result<Swept> {
        let folder = self.folder.clone();
        let found = tokio::task::spawn_blocking(move || stale(&folder, now)).await.map_err(io::Error::other)??;
        let mut swept = Swept { parts: found.parts, ..Swept::default() };
        // Processes that share a database do not know of each other's uploads.
        if found.blobs.is_empty() || db.is_postgres() {
            return Ok(swept);
        }
        let Ok(_nobody_sends) = self.sending.try_write() else { return Ok(Swept { waits: true, ..swept }) };
        swept.unused = self.delete_unused(db, &found.blobs).await?;
        Ok(swept)
    }

    /// Deletes those of `names` that nothing names any more, however new they are: whoever named them is gone. `None`: something
    /// is being sent just now, and nothing was looked at.
    ///
    /// # Errors
    /// When the store cannot be asked.
    pub async fn forget(&self, db: &Db, names: &[String]) -> io::Result<Option<usize>> {
        // As in a sweep: others that share the database may be sending what nothing names yet.
        if names.is_empty() || db.is_postgres() {
            return Ok(Some(0));
        }
        let Ok(_nobody_sends) = self.sending.try_write() else { return Ok(None) };
        self.delete_unused(db, names).await.map(Some)
    }

    /// How many there were. Nothing is being sent meanwhile.
    async fn delete_unused(&self, db: &Db, names: &[String]) -> io::Result<usize> {
        let mut deleted = 0;
        for names in names.chunks(ASKED_MAX) {
            let used = db.uploads_in_use(names).await.map_err(io::Error::other)?;
            for name in names.iter().filter(|name| !used.contains(*name) && is_hex(name, 64)) {
                match fs::remove_file(self.folder.join(name)).await {
                    Ok(()) => deleted += 1,
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                    Err(error) => {
                        tracing::warn!(%error, upload = %name, "an upload that nothing names could not be deleted");
                    }
                }
                if deleted == DELETED_MAX {
                    return Ok(deleted);
                }
            }
        }
        Ok(deleted)
    }

    fn part(&self) -> io::Result<PartialBlob> {
        make_private(&self.folder)?;
        Ok(PartialBlob(self.folder.join(format!("{PART}{:032x}", u128::from_le_bytes(self.rng.bytes())))))
    }
}

struct Stale {
    /// Deleted already: nobody writes to them, and nothing names them.
    parts: usize,
    /// By their names. Whether something names them is for the store to say.
    blobs: Vec<String>,
}

/// Looks through the folder once. For threads that may block.
fn stale(folder: &Path, now: Timestamp) -> io::Result<Stale> {
    let mut stale = Stale { parts: 0, blobs: Vec::new() };
    let entries = match std::fs::read_dir(folder) {
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

/// What people send is for this program alone. A folder of before is closed to others, too.
fn make_private(folder: &Path) -> io::Result<()> {
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    if std::fs::metadata(folder)?.permissions().mode() & 0o077 != 0 {
        std::fs::set_permissions(folder, Permissions::from_mode(0o700))?;
    }
    Ok(())
}

/// Whether all that was received is in the file.
fn is_whole(file: &Metadata, size: u64) -> io::Result<()> {
    match file.len() {
        kept if kept == size => Ok(()),
        kept => Err(io::Error::new(io::ErrorKind::WriteZero, format!("{kept} of {size} bytes were kept"))),
    }
}

/// Whether a file of these bytes lies at `path`. For threads that may block.
fn holds(path: &Path, size: u64, sha256: &str) -> io::Result<bool> {
    let mut file = match std::fs::File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        file => file?,
    };
    if file.metadata()?.len() != size {
        return Ok(false);
    }
    let (mut hash, mut buffer) = (digest::Context::new(&digest::SHA256), vec![0; CHUNK]);
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hex(hash) == sha256),
            count => hash.update(&buffer[..count]),
        }
    }
}

fn hex(hash: digest::Context) -> String {
    hash.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A file being written, deleted when it does not become a blob.
#[derive(Debug)]
pub struct PartialBlob(PathBuf);

impl PartialBlob {
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    fn create(&self) -> io::Result<std::fs::File> {
        std::fs::File::options().write(true).create_new(true).mode(0o600).open(&self.0)
    }

    fn become_blob(self, size: u64, sha256: String) -> io::Result<Blob> {
        let path = self.0.with_file_name(&sha256);
        // What is there already may be in use: its time must not change. One that a full disk or a crash has damaged goes.
        if !holds(&path, size, &sha256)? {
            std::fs::rename(&self.0, &path)?;
        }
        let modified = std::fs::metadata(&path).and_then(|metadata| metadata.modified())?;
        let mtime = jiff::Timestamp::try_from(modified).map_or(Timestamp::EPOCH, Into::into);
        Ok(Blob { path, size, mtime, sha256 })
    }
}

impl Drop for PartialBlob {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{Authority, JobId, JobKind, JobState, OnUnknown, pace::Limits};
    use std::{collections::BTreeSet, time::SystemTime};
    use store::{Draft, LedgerMatch, NewJob};
    use uuid::Uuid;

    const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

    async fn folder() -> (tempfile::TempDir, Db, Blobs) {
        let dir = tempfile::tempdir().unwrap();
        let db = Db::open_sqlite(&dir.path().join("vigie.db"), dir.path()).await.unwrap();
        let blobs = Blobs::new(dir.path(), Rng::seeded(7)).unwrap();
        (dir, db, blobs)
    }

    fn job(id: JobId) -> NewJob {
        NewJob {
            id,
            kind: JobKind::Mail,
            name: "Factures".into(),
            on_unknown: OnUnknown::Hold,
            account: None,
            application_name: String::new(),
            flow_name: String::new(),
            created_by: "ana".into(),
            task_type: String::new(),
            task_id: String::new(),
            spec: "{}".into(),
            limits: Limits::default(),
            state: JobState::Preparing,
            total: 0,
            ledger: LedgerMatch::None,
            authority: Authority::Write,
        }
    }

    #[tokio::test]
    async fn what_is_too_long_or_cut_off_leaves_nothing() {
        let (_dir, _db, blobs) = folder().await;
        let sent = |chunks: Vec<Result<Bytes, &'static str>>| futures_util::stream::iter(chunks);
        let mut left = 10;
        let whole = blobs.keep(sent(vec![Ok("one".into()), Ok("two".into())]), &mut left).await.unwrap();
        assert_eq!((whole.size, left, std::fs::read(&whole.path).unwrap()), (6, 4, b"onetwo".to_vec()));
        assert_eq!(blobs.path(&whole.sha256), Some(whole.path.clone()));
        assert_eq!(blobs.path("../secret.key"), None);
        let long = blobs.keep(sent(vec![Ok("three".into())]), &mut left).await;
        assert!(matches!(long, Err(KeepError::TooLong)), "{long:?}");
        let cut = blobs.keep(sent(vec![Ok("t".into()), Err("gone")]), &mut left).await;
        assert!(matches!(cut, Err(KeepError::Sender("gone"))), "{cut:?}");
        let names = std::fs::read_dir(whole.path.parent().unwrap()).unwrap();
        assert_eq!(names.count(), 1, "only what is whole stays");
    }

    #[tokio::test]
    async fn uploads_are_for_this_program_alone() {
        let (_dir, _db, blobs) = folder().await;
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let folder = &blobs.folder;
        let kept = |text: &str| blobs.keep_read(&mut text.as_bytes()).unwrap();
        let blob = kept("one");
        assert_eq!((mode(folder), mode(&blob.path)), (0o700, 0o600));
        // As an older version made it.
        std::fs::set_permissions(folder, Permissions::from_mode(0o755)).unwrap();
        let blob = kept("two");
        assert_eq!((mode(folder), mode(&blob.path)), (0o700, 0o600));
    }

    #[tokio::test]
    async fn a_damaged_blob_is_replaced_and_a_whole_one_keeps_its_time() {
        let (_dir, _db, blobs) = folder().await;
        let text = "one,two\n";
        let sent = || futures_util::stream::iter([Ok::<_, io::Error>(Bytes::from(text))]);
        let first = blobs.keep(sent(), &mut 100).await.unwrap();
        let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
        let change = |content: &str| {
            std::fs::write(&first.path, content).unwrap();
            std::fs::File::options().append(true).open(&first.path).unwrap().set_modified(long_ago).unwrap();
        };
        change(text);
        let again = blobs.keep(sent(), &mut 100).await.unwrap();
        assert_eq!(again.mtime.as_micros(), 1_000_000_000_000, "what is whole stays as it is");
        for damaged in ["one,", "", "one,two\0", "one,two\n\0"] {
            change(damaged);
            let kept = blobs.keep(sent(), &mut 100).await.unwrap();
            assert_eq!(std::fs::read_to_string(&kept.path).unwrap(), text, "{damaged:?}");
            assert!(kept.mtime > again.mtime);
            change(damaged);
            let kept = blobs.keep_read(&mut text.as_bytes()).unwrap();
            assert_eq!(std::fs::read_to_string(&kept.path).unwrap(), text, "{damaged:?}");
        }
        assert_eq!(std::fs::read_dir(&blobs.folder).unwrap().count(), 1);
    }

    #[tokio::test]
    async fn what_nothing_names_goes_and_nothing_else() {
        let (_dir, db, blobs) = folder().await;
        let sweep = async || blobs.sweep(&db, NOW).await.unwrap();
        assert_eq!(sweep().await, Swept::default(), "there is no folder yet");
        let folder = &blobs.folder;
        std::fs::create_dir(folder).unwrap();
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
            let now = Duration::from_micros(NOW.as_micros().cast_unsigned());
            file.set_modified(SystemTime::UNIX_EPOCH + now - Duration::from_secs(age)).unwrap();
        }
        let made = JobId(Uuid::from_u128(1));
        db.create_job(job(made), NOW).await.unwrap();
        db.keep_uploads(made, vec![of_job.clone()]).await.unwrap();
        let content = format!("{{\"list\":{{\"sha256\":\"{of_draft}\"}}}}");
        let id = Uuid::from_u128(2);
        let draft = Draft { id, owner: "ana".into(), content, version: 1, created_at: NOW, updated_at: NOW };
        db.create_draft(draft).await.unwrap();

        let sending = blobs.begin().await;
        assert_eq!(sweep().await, Swept { parts: 1, unused: 0, waits: true });
        drop(sending);
        assert_eq!(sweep().await, Swept { parts: 0, unused: 1, waits: false });
        let left: BTreeSet<_> =
            std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        let kept = [part, of_job, of_draft.clone(), fresh, ".part-x".into(), "notes.txt".into()];
        assert_eq!(left, BTreeSet::from(kept));
        db.delete_draft(id).await.unwrap();
        assert_eq!(sweep().await, Swept { parts: 0, unused: 1, waits: false });
        assert!(!folder.join(of_draft).exists());
    }

    #[tokio::test]
    async fn what_is_forgotten_goes_at_once_unless_something_else_names_it() {
        let (_dir, db, blobs) = folder().await;
        std::fs::create_dir(&blobs.folder).unwrap();
        let (of_job, fresh, gone) = ("ab".repeat(32), "cd".repeat(32), "ef".repeat(32));
        for name in [&of_job, &fresh] {
            std::fs::write(blobs.folder.join(name), "x").unwrap();
        }
        let made = JobId(Uuid::from_u128(1));
        db.create_job(job(made), NOW).await.unwrap();
        db.keep_uploads(made, vec![of_job.clone()]).await.unwrap();
        let names = [of_job.clone(), fresh.clone(), gone, "../../etc".to_owned()];
        let sending = blobs.begin().await;
        assert_eq!(blobs.forget(&db, &names).await.unwrap(), None);
        drop(sending);
        assert_eq!(blobs.forget(&db, &names).await.unwrap(), Some(1));
        assert!(blobs.folder.join(of_job).exists() && !blobs.folder.join(fresh).exists());
    }

    #[tokio::test]
    async fn on_postgres_only_what_was_cut_off_goes() {
        let Ok(url) = std::env::var("VIGIE_TEST_POSTGRES") else { return };
        let (_dir, _sqlite, blobs) = folder().await;
        let db = Db::open_postgres(&url).await.unwrap();
        std::fs::create_dir(&blobs.folder).unwrap();
        let (part, unused) = (format!("{PART}{:032x}", 1), "ef".repeat(32));
        for name in [&part, &unused] {
            let file = std::fs::File::create_new(blobs.folder.join(name)).unwrap();
            file.set_modified(SystemTime::UNIX_EPOCH).unwrap();
        }
        // Another process may be about to name it.
        assert_eq!(blobs.sweep(&db, NOW).await.unwrap(), Swept { parts: 1, unused: 0, waits: false });
        assert!(!blobs.folder.join(part).exists() && blobs.folder.join(unused).exists());
        db.close().await;
    }
}
