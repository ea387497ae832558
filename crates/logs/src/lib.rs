//! The log store at work: opened when it is first needed, by one process at a time; what comes in is masked and kept,
//! what is asked is answered within bounds.
//!
//! [`Logs`] is the handle that everybody holds. An [`Intake`] turns bytes into records and waits for their
//! acknowledgement; [`Logs::ask`] runs a question beside the runtime and ends it when nobody waits for it any more;
//! [`search`] is what people and programs ask by it.

mod ask;
mod bounds;
pub mod collect;
mod config;
mod delete;
pub mod encoding;
mod error;
pub mod files;
pub mod formats;
pub mod gzip;
mod import;
mod intake;
pub mod job_log;
mod kinds;
mod labels;
mod lines;
mod part_fields;
pub mod raw;
pub mod receive;
pub mod search;
#[cfg(test)]
mod tests;
mod text;

pub use ask::TIME_MAX;
pub use bounds::{ASKED_AT_ONCE_MAX, BODIES_AT_ONCE_MAX, EXPORTED_AT_ONCE_MAX, LINE_BYTES_MAX};
pub use config::{Config, ConfigError};
pub use delete::Deletion;
pub use error::{BodyError, Error, Malformed, Trouble};
pub use formats::{FormatEntry, FormatError, Formats};
pub use import::{IMPORT_BYTES_MAX, ImportId, ImportStep};
pub use intake::{Intake, IntakeReport, PROBLEMS_MAX, Problem, Reason};
pub use labels::{LabelError, Labels};
pub use part_fields::PartFields;
pub use sources::repeats;
pub use text::RecordMetadata;

use files::Files;
use jiff::tz::TimeZone;
use model::{Clock, Timestamp};
use scrub::{Counts, Scrubber};
use sources::custom::Custom;
use std::{
    collections::BTreeSet,
    fs::{File, Permissions, TryLockError},
    io::{Read as _, Seek as _, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use telemetry::{Kind, Snapshot, Store, Subscription, query::Partial};
use tokio::sync::{Semaphore, SemaphorePermit};

/// How often whoever owns a store calls [`Logs::tend`].
pub const TEND_EVERY: Duration = Duration::from_secs(10);
/// For how long a process that only asks waits for another one to let go of the store.
const LOCK_PATIENCE: Duration = Duration::from_secs(2);
/// What sealing may take when the store is closed.
const SEAL_PATIENCE: Duration = Duration::from_secs(5);
/// Within the folder, held by who has the store open.
const LOCK: &str = "lock";

/// The log store of a data directory. Clones are one.
#[derive(Clone)]
pub struct Logs(Arc<Inner>);

struct Inner {
    folder: PathBuf,
    /// Whose files are shown.
    folders: Vec<PathBuf>,
    files: Files,
    clock: Clock,
    zone: TimeZone,
    config: Config,
    scrubber: Arc<Scrubber>,
    formats: RwLock<Formats>,
    masked: Mutex<Counts>,
    opened: Mutex<Option<Arc<Opened>>>,
    /// Held while a step of an import is looked at and kept.
    importing: Mutex<()>,
    /// What the last look after the store came upon.
    trouble: Mutex<Option<Trouble>>,
    /// Some part of it was found damaged.
    damaged: AtomicBool,
    /// What collectors were started for.
    collected: Mutex<Option<collect::Config>>,
    /// Positions that cannot be read, so that nothing is collected from there.
    stalled: Mutex<BTreeSet<PathBuf>>,
    asked: Semaphore,
    exported: Arc<Semaphore>,
    received: Semaphore,
}

/// The store, with what keeps others from opening it.
pub(crate) struct Opened {
    pub(crate) store: Store,
    /// Dropped after the store: only then may another process open it.
    _lock: File,
}

impl Opened {
    /// The log records that there are now.
    pub(crate) fn snapshot(&self) -> Snapshot {
        self.store.snapshot(Kind::Log)
    }
}

impl Logs {
    /// The store below a data directory. Nothing is opened or made before it is needed.
    ///
    /// # Errors
    /// The option that is out of its bounds, or a pattern of secrets that cannot be read.
    pub fn new(data: &Path, config: Config, clock: Clock, zone: TimeZone) -> Result<Self, ConfigError> {
        let scrubber = Arc::new(config.scrubber()?);
        let formats = RwLock::new(config.formats()?);
        let folders = config.folders_of(data);
        Ok(Self(Arc::new(Inner {
            folder: data.join("telemetry"),
            files: Files::new(folders.clone()),
            folders,
            clock,
            zone,
            config,
            scrubber,
            formats,
            masked: Mutex::default(),
            opened: Mutex::default(),
            importing: Mutex::default(),
            trouble: Mutex::default(),
            damaged: AtomicBool::new(false),
            collected: Mutex::default(),
            stalled: Mutex::default(),
            asked: Semaphore::new(ASKED_AT_ONCE_MAX),
            exported: Arc::new(Semaphore::new(EXPORTED_AT_ONCE_MAX)),
            received: Semaphore::new(BODIES_AT_ONCE_MAX),
        })))
    }

    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// Whose days and hours a question means.
    pub fn zone(&self) -> &TimeZone {
        &self.0.zone
    }

    pub(crate) fn config(&self) -> &Config {
        &self.0.config
    }

    /// Log files as they lie in the configured folders.
    pub fn files(&self) -> &Files {
        &self.0.files
    }

    /// Those folders.
    pub fn folders(&self) -> &[PathBuf] {
        &self.0.folders
    }

    /// Names of the files whose last lines are shown together; none: those that were written last.
    pub fn watched(&self) -> &[String] {
        &self.0.config.watched
    }

    /// What is collected by this process; `None` where nothing was started.
    pub fn collected(&self) -> Option<collect::Config> {
        lock(&self.0.collected).clone()
    }

    pub(crate) fn set_collected(&self, config: &collect::Config) {
        *lock(&self.0.collected) = Some(config.clone());
    }

    /// Files that say up to where sources are kept and cannot be read: nothing is collected from there.
    pub fn stalled(&self) -> Vec<PathBuf> {
        lock(&self.0.stalled).iter().cloned().collect()
    }

    pub fn scrubber(&self) -> &Arc<Scrubber> {
        &self.0.scrubber
    }

    /// The formats that people described in which `source` may be.
    pub fn formats_of(&self, source: &str) -> Arc<[Custom]> {
        self.0.formats.read().unwrap_or_else(PoisonError::into_inner).of(source)
    }

    /// Whether a format of that name was described.
    pub fn has_format(&self, name: &str) -> bool {
        self.0.formats.read().unwrap_or_else(PoisonError::into_inner).has(name)
    }

    /// Reads what begins from now on in this format too. A file that is being read goes on as before.
    ///
    /// # Errors
    /// What of it cannot be used.
    pub fn add_format(&self, entry: &FormatEntry) -> Result<(), FormatError> {
        self.0.formats.write().unwrap_or_else(PoisonError::into_inner).add(entry)
    }

    /// How many secrets have been masked since the process began.
    pub fn masked(&self) -> Counts {
        *lock(&self.0.masked)
    }

    fn importing(&self) -> MutexGuard<'_, ()> {
        lock(&self.0.importing)
    }

    fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// Whether there is a store yet.
    pub fn exists(&self) -> bool {
        Store::exists(&self.0.folder)
    }

    /// The store, opened if it is not. Blocks: reading back what was acknowledged may take a second.
    pub(crate) fn opened(&self) -> Result<Arc<Opened>, Error> {
        self.opened_within(LOCK_PATIENCE)
    }

    /// The same, where a process that holds it is not waited for.
    pub(crate) fn opened_at_once(&self) -> Result<Arc<Opened>, Error> {
        self.opened_within(Duration::ZERO)
    }

    fn opened_within(&self, patience: Duration) -> Result<Arc<Opened>, Error> {
        let mut opened = lock(&self.0.opened);
        if let Some(opened) = &*opened {
            return Ok(Arc::clone(opened));
        }
        let folder = &self.0.folder;
        let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
        made.and_then(|()| std::fs::set_permissions(folder, Permissions::from_mode(0o700)))
            .map_err(|error| Error::io(folder, error))?;
        let held = hold(&folder.join(LOCK), patience)?;
        let (store, recovered) = Store::open(folder, self.0.config.options(), self.now())?;
        if recovered.rows > 0 {
            tracing::info!(records = recovered.rows, "took up log records that were not in a segment yet");
        }
        let new = Arc::new(Opened { store, _lock: held });
        *opened = Some(Arc::clone(&new));
        Ok(new)
    }

    /// Opens it on a disk that a test can fill.
    #[cfg(test)]
    fn open_on(&self, disk: telemetry::disk::Disk, options: telemetry::Options) {
        let held = File::create(self.0.folder.join(LOCK)).unwrap();
        let (store, _) = Store::open_on(disk, options, self.now()).unwrap();
        *lock(&self.0.opened) = Some(Arc::new(Opened { store, _lock: held }));
    }

    /// The same for async code.
    async fn opened_async(&self) -> Result<Arc<Opened>, Error> {
        if let Some(opened) = &*lock(&self.0.opened) {
            return Ok(Arc::clone(opened));
        }
        let logs = self.clone();
        tokio::task::spawn_blocking(move || logs.opened()).await.map_err(|_| Error::Closed)?
    }

    /// A place among the senders whose bodies are read, each by a thread of its own.
    ///
    /// # Errors
    /// [`Error::Received`] where as many bodies as may be are being read.
    pub fn receive(&self) -> Result<SemaphorePermit<'_>, Error> {
        self.0.received.try_acquire().map_err(|_| Error::Received)
    }

    /// Records on their way in. Its methods block.
    ///
    /// # Errors
    /// When the store cannot be opened: another process has it, it is damaged, or its disk is full or fails.
    pub fn intake(&self) -> Result<Intake, Error> {
        Ok(Intake::new(self.clone(), self.opened()?))
    }

    /// Batches as they are acknowledged from now on.
    ///
    /// # Errors
    /// When the store cannot be opened: another process has it, it is damaged, or its disk is full or fails.
    pub async fn subscribe(&self) -> Result<Subscription, Error> {
        Ok(self.opened_async().await?.store.subscribe(Kind::Log))
    }

    /// What there is now.
    ///
    /// # Errors
    /// When the store cannot be opened: another process has it, it is damaged, or its disk is full or fails.
    pub async fn snapshot(&self) -> Result<Snapshot, Error> {
        Ok(self.opened_async().await?.snapshot())
    }

    /// Seals, merges and forgets what is due. A store that nobody has made is left unmade.
    ///
    /// # Errors
    /// When the store cannot be opened, read or written. [`Self::trouble`] tells it until it has passed.
    pub async fn tend(&self) -> Result<(), Error> {
        let tended = match self.exists() {
            true => self.tend_opened().await,
            false => Ok(()),
        };
        *lock(&self.0.trouble) = tended.as_ref().err().and_then(Trouble::of);
        tended
    }

    /// What keeps records from being taken, as far as appends and [`Self::tend`] have met it.
    pub fn trouble(&self) -> Option<Trouble> {
        // Opening may take a while, and whoever asks is not to wait for it.
        let opened = self.0.opened.try_lock().ok().and_then(|opened| opened.clone());
        let unwritable = opened.as_ref().and_then(|opened| opened.store.unwritable());
        let stalled = || (!lock(&self.0.stalled).is_empty()).then_some(Trouble::Stalled);
        let is_unread = |snapshot: Snapshot| !snapshot.unread().is_empty() || snapshot.undeleted().is_some();
        let damaged = || {
            let known = self.0.damaged.load(Ordering::Relaxed);
            (known || opened.as_ref().is_some_and(|opened| is_unread(opened.snapshot()))).then_some(Trouble::Damaged)
        };
        unwritable
            .and_then(|error| Trouble::of(&error.into()))
            .or(*lock(&self.0.trouble))
            .or_else(stalled)
            .or_else(damaged)
    }

    /// Remembers that an answer had to leave something out because it is damaged.
    pub fn note(&self, partial: &[Partial]) {
        if partial.iter().any(|partial| matches!(partial, Partial::Damaged { .. } | Partial::Undeleted { .. })) {
            self.0.damaged.store(true, Ordering::Relaxed);
        }
    }

    /// Reads everything once, so that damage is known before a search meets it. A store of more than `bytes_max` is left to
    /// [`Self::verify`], and one that nobody has made is left unmade.
    ///
    /// # Errors
    /// When the store cannot be opened or read. Damage is no error: it is the answer.
    pub async fn look_for_damage(&self, bytes_max: u64) -> Result<bool, Error> {
        if !self.exists() {
            return Ok(false);
        }
        let snapshot = self.snapshot().await?;
        if snapshot.segments().iter().map(|segment| segment.bytes()).sum::<u64>() > bytes_max {
            return Ok(self.0.damaged.load(Ordering::Relaxed));
        }
        let logs = self.clone();
        let verified = tokio::task::spawn_blocking(move || logs.verify(false)).await.map_err(|_| Error::Closed)??;
        Ok(!verified.0.damages.is_empty())
    }

    /// Whether a collector waits for where its source stands, which is written down at `path`.
    pub(crate) fn stalls(&self, path: &Path, is_stalled: bool) {
        let mut stalled = lock(&self.0.stalled);
        match is_stalled {
            true => _ = stalled.insert(path.to_owned()),
            false => _ = stalled.remove(path),
        }
    }

    async fn tend_opened(&self) -> Result<(), Error> {
        let opened = self.opened_async().await?;
        opened.store.tend(self.now())?.await.map_err(|_| Error::Closed)??;
        Ok(())
    }

    /// Removes now what is no longer kept, also of what is not sealed yet, instead of with one of the next [`Self::tend`].
    ///
    /// # Errors
    /// As [`Self::tend`].
    pub async fn apply_retention(&self) -> Result<(), Error> {
        if !self.exists() {
            return Ok(());
        }
        let opened = self.opened_async().await?;
        let sealed: u64 = opened.snapshot().segments().iter().map(|segment| segment.bytes()).sum();
        // Sealed it takes less.
        let at_most = sealed + opened.store.memory_bytes() as u64;
        let is_full = self.config().bytes_max().is_some_and(|max| at_most > max);
        let now = self.now();
        let tended = if is_full { opened.store.seal(now)? } else { opened.store.tend(now)? };
        tended.await.map_err(|_| Error::Closed)??;
        Ok(())
    }

    /// Lets go of the store: what was acknowledged is on disk, and sealed, so that it is neither read back nor taking up
    /// more room than it must. It opens again when it is needed again.
    pub async fn close(&self) {
        let opened = lock(&self.0.opened).take();
        let sealing = opened.as_ref().and_then(|opened| opened.store.seal(self.now()).ok());
        if let Some(sealed) = sealing
            && !matches!(tokio::time::timeout(SEAL_PATIENCE, sealed).await, Ok(Ok(Ok(_))))
        {
            tracing::warn!("the log store was closed before it was sealed; it is read back when it is opened");
        }
        let _ = tokio::task::spawn_blocking(move || drop(opened)).await;
    }

    /// Reads every byte and compares checksums; `repair` then sets aside what is damaged and keeps each whole block.
    ///
    /// # Errors
    /// When the store cannot be opened, or what is whole not be written anew.
    pub fn verify(&self, repair: bool) -> Result<(telemetry::Verified, Option<telemetry::Repaired>), Error> {
        let opened = self.opened()?;
        let verified = opened.store.verify();
        let repaired = match repair && !verified.damages.is_empty() {
            true => Some(opened.store.repair()?.blocking_recv().map_err(|_| Error::Closed)??),
            false => None,
        };
        self.0.damaged.store(!verified.damages.is_empty() && repaired.is_none(), Ordering::Relaxed);
        Ok((verified, repaired))
    }

    fn add_masked(&self, more: Counts) {
        lock(&self.0.masked).add(more);
    }
}

/// Takes the lock, or says who has it.
fn hold(path: &Path, patience: Duration) -> Result<File, Error> {
    let failed = |error| Error::io(path, error);
    let mut options = File::options();
    let mut file =
        options.read(true).write(true).create(true).truncate(false).mode(0o600).open(path).map_err(failed)?;
    // Whoever can open it can lock it, and would keep us out: one that an older version made, too.
    file.set_permissions(Permissions::from_mode(0o600)).map_err(failed)?;
    let mut waited = Duration::ZERO;
    loop {
        match file.try_lock() {
            Ok(()) => break,
            Err(TryLockError::Error(error)) => return Err(failed(error)),
            Err(TryLockError::WouldBlock) if waited < patience => {
                const STEP: Duration = Duration::from_millis(20);
                std::thread::sleep(STEP);
                waited += STEP;
            }
            Err(TryLockError::WouldBlock) => {
                let mut pid = String::new();
                file.read_to_string(&mut pid).map_err(failed)?;
                return Err(Error::InUse { pid: pid.trim().to_owned() });
            }
        }
    }
    file.set_len(0).and_then(|()| file.rewind()).map_err(failed)?;
    writeln!(file, "{}", std::process::id()).map_err(failed)?;
    Ok(file)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
