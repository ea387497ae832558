//! The store: opened on a disk, appended to, looked at, tended.

use crate::{
    Batch, Damage, Error, Snapshot, Subscription,
    broadcast::Broadcaster,
    catalog::{self, Catalog},
    compactor::{self, Compactor, Tended},
    deleted,
    disk::{Disk, Folder},
    memtable::Memtable,
    options::Options,
    record::Kind,
    segment::Segment,
    verify::{self, Repaired, Verified},
    view::{BlockCache, State},
    wal,
    writer::{self, Append, Appended, Seal, Writer},
};
use model::Timestamp;
use roaring::RoaringTreemap;
use std::{
    collections::HashSet,
    io,
    path::Path,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread::JoinHandle,
    time::Duration,
};
use tokio::sync::oneshot;

/// What "busy" advises to wait: about the time in which a memtable is sealed.
const RETRY_AFTER: Duration = Duration::from_millis(250);

pub(crate) struct Shared {
    pub(crate) disk: Arc<dyn Disk>,
    pub(crate) options: Options,
    state: Mutex<State>,
    /// Bytes of records that wait to be written or sealed.
    pub(crate) memory: AtomicUsize,
    pub(crate) tail: Broadcaster,
    pub(crate) cache: Arc<BlockCache>,
    /// Why the last append could not be written.
    unwritable: Mutex<Option<io::Error>>,
}

impl Shared {
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn is_unwritable(&self, why: Option<io::Error>) {
        *self.unwritable.lock().unwrap_or_else(PoisonError::into_inner) = why;
    }

    pub(crate) fn unwritable(&self) -> Option<io::Error> {
        self.unwritable.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(copy)
    }

    pub(crate) fn release(&self, bytes: usize) {
        let _ = self.memory.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |held| Some(held.saturating_sub(bytes)));
    }
}

/// The same error once more.
pub(crate) fn copy(error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), error.to_string())
}

/// What resolves once it is done. `blocking_recv` waits for it outside async code; a closed channel is [`Error::Closed`].
pub type Answer<T> = oneshot::Receiver<Result<T, Error>>;

/// One store of one kind of record. Cheap to share (`Arc`); dropping it ends its threads, and nothing acknowledged is lost.
pub struct Store {
    shared: Arc<Shared>,
    writer: mpsc::Sender<writer::WriterCommand>,
    compactor: mpsc::Sender<compactor::CompactorCommand>,
    threads: Vec<JoinHandle<()>>,
}

/// What opening a store has found.
#[derive(Debug, Default)]
pub struct Recovered {
    /// Records that were acknowledged but not yet sealed.
    pub rows: usize,
    /// What could not be read; everything else is served.
    pub damages: Vec<Damage>,
}

impl Store {
    /// Opens the store of a kind below the data directory, or begins it. The caller sees to it that nobody else has it open.
    ///
    /// # Errors
    /// When the disk fails or is full, the catalogue is damaged, or a newer program wrote it.
    pub fn open(data: &Path, kind: Kind, options: Options, now: Timestamp) -> Result<(Self, Recovered), Error> {
        let folder = data.join(kind.as_str());
        let disk = Folder::new(&folder).map_err(|error| Error::io(folder.display().to_string(), error))?;
        Self::open_on(Arc::new(disk), options, now)
    }

    /// # Errors
    /// As [`Self::open`].
    pub fn open_on(disk: Arc<dyn Disk>, options: Options, now: Timestamp) -> Result<(Self, Recovered), Error> {
        let mut recovered = Recovered::default();
        let catalog = load_catalog(&disk, &mut recovered)?;
        let (deleted, undeleted) = match deleted::load(&*disk) {
            Err(Error::Damaged(damage)) => (RoaringTreemap::new(), Some(damage)),
            deleted => (deleted?, None),
        };
        recovered.damages.extend(undeleted.clone());
        // A catalogue that was rebuilt may know less than was once given: no record is to have a number that was deleted.
        let past_deleted = deleted.max().map_or(0, |seq| seq + 1);
        let mut state = State { deleted: Arc::new(deleted), undeleted, ..State::default() };
        let mut unread = Vec::new();
        for entry in &catalog.segments {
            match Segment::open(&disk, &entry.name, entry.bytes) {
                Ok(segment) => state.segments.push(Arc::new(segment)),
                Err(damage) => unread.push(damage),
            }
        }
        recovered.damages.extend(unread.iter().cloned());
        let replayed = replay(&disk, catalog.sealed_before, now)?;
        recovered.rows = replayed.active.rows();
        unread.extend(replayed.lost);
        state.unread = Arc::new(unread);
        recovered.damages.extend(replayed.damages);
        let memory = AtomicUsize::new(replayed.active.bytes());
        state.active = replayed.active;
        recovered.damages.iter().for_each(|damage| tracing::error!(%damage, "the log store is damaged"));
        let cache = Arc::new(BlockCache::new(options.cached_blocks_max));
        let shared = Arc::new(Shared {
            disk,
            options,
            state: Mutex::new(state),
            memory,
            tail: Broadcaster::new(),
            cache,
            unwritable: Mutex::default(),
        });
        let next_seq = replayed.next_seq.max(past_deleted);
        Self::start(shared, catalog, next_seq, replayed.next_wal).map(|store| (store, recovered))
    }

    fn start(shared: Arc<Shared>, catalog: Catalog, next_seq: u64, next_wal: u64) -> Result<Self, Error> {
        let (writer, writer_commands) = mpsc::channel();
        let (compactor, keeper_commands) = mpsc::channel();
        let keeping =
            Compactor { shared: Arc::clone(&shared), commands: keeper_commands, catalog, spoiled: HashSet::new() };
        let writing = Writer {
            shared: Arc::clone(&shared),
            commands: writer_commands,
            compactor: compactor.clone(),
            wal: None,
            next_wal,
            next_seq,
        };
        let failed = |error| Error::io("a thread of the log store cannot be started", error);
        let spawn = |name: &str| std::thread::Builder::new().name(name.to_owned());
        let writing = spawn("telemetry-write").spawn(|| writing.run()).map_err(failed)?;
        let keeping = spawn("telemetry-keep").spawn(|| keeping.run()).map_err(failed)?;
        Ok(Self { shared, writer, compactor, threads: vec![writing, keeping] })
    }

    /// Appends a batch. What is returned resolves once its records are synced and searchable, or with the reason why none of
    /// them is kept. Refuses at once when the store is busy or the batch too large.
    ///
    /// # Errors
    /// [`Error::TooLarge`], [`Error::Busy`] where memory is full, or [`Error::Closed`].
    pub fn append(&self, mut batch: Batch, now: Timestamp) -> Result<Answer<Appended>, Error> {
        self.append_from(&mut batch, now)
    }

    /// As [`Self::append`], but leaves a batch that is refused where it is, for another try.
    ///
    /// # Errors
    /// As [`Self::append`].
    pub fn append_from(&self, batch: &mut Batch, now: Timestamp) -> Result<Answer<Appended>, Error> {
        batch.shrink();
        let payload = wal::encode_payload(batch);
        let charged = batch.memory_bytes() + payload.len();
        let bytes_max = self.shared.options.append_bytes_max();
        if charged > bytes_max {
            return Err(Error::TooLarge { bytes: charged, bytes_max });
        }
        let max = self.shared.options.memory_bytes_max;
        let take = |held: usize| (held + charged <= max).then_some(held + charged);
        if let Err(waiting) = self.shared.memory.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take) {
            return Err(Error::Busy { waiting, retry_after: RETRY_AFTER });
        }
        let (reply, answer) = oneshot::channel();
        let append = Append { batch: std::mem::take(batch), payload, charged, now, reply };
        self.writer.send(writer::WriterCommand::Append(Box::new(append))).map_err(|_| Error::Closed)?;
        Ok(answer)
    }

    pub fn snapshot(&self) -> Snapshot {
        self.shared.state().snapshot(&self.shared.cache)
    }

    /// Batches as they are acknowledged from now on. A receiver that lags is told how many it missed.
    pub fn subscribe(&self) -> Subscription {
        self.shared.tail.listen()
    }

    /// Deletes records by their sequence numbers. When this resolves, the delete is durable and no search finds them; their
    /// bytes go with the next merge.
    ///
    /// # Errors
    /// [`Error::Closed`]. What is returned tells whether it could be written.
    pub fn delete(&self, seqs: RoaringTreemap) -> Result<Answer<()>, Error> {
        let (reply, answer) = oneshot::channel();
        self.hand_over(Seal::Nothing, compactor::CompactorCommand::Delete { seqs, reply })?;
        Ok(answer)
    }

    /// Seals what has waited long enough, merges, and forgets what retention no longer keeps. To be called now and then.
    ///
    /// # Errors
    /// [`Error::Closed`]. What is returned tells what of it failed.
    pub fn tend(&self, now: Timestamp) -> Result<Answer<Tended>, Error> {
        let due = self.shared.state().active.is_due(&self.shared.options, now);
        self.tend_after(if due { Seal::All } else { Seal::Nothing }, now)
    }

    /// As [`Self::tend`], but seals all that is in memory, whatever its age.
    ///
    /// # Errors
    /// As [`Self::tend`].
    pub fn seal(&self, now: Timestamp) -> Result<Answer<Tended>, Error> {
        self.tend_after(Seal::All, now)
    }

    fn tend_after(&self, seal: Seal, now: Timestamp) -> Result<Answer<Tended>, Error> {
        let (reply, answer) = oneshot::channel();
        self.hand_over(seal, compactor::CompactorCommand::Tend { now, reply })?;
        Ok(answer)
    }

    /// By way of the writer, so that it comes after every append before it.
    fn hand_over(&self, seal: Seal, then: compactor::CompactorCommand) -> Result<(), Error> {
        self.writer.send(writer::WriterCommand::HandOver { seal, then }).map_err(|_| Error::Closed)
    }

    /// Reads every byte of every segment and compares checksums.
    pub fn verify(&self) -> Verified {
        verify::verify(&self.snapshot())
    }

    /// Sets damaged segments aside (in `damaged/`), and keeps of them every block that is whole. Whoever asks for it has been
    /// told what is lost: see [`Self::verify`].
    ///
    /// # Errors
    /// [`Error::Closed`]. What is returned tells what of it failed.
    pub fn repair(&self) -> Result<Answer<Repaired>, Error> {
        let (reply, answer) = oneshot::channel();
        self.hand_over(Seal::Nothing, compactor::CompactorCommand::Repair { reply })?;
        Ok(answer)
    }

    /// Why nothing can be written: the last append was refused for it. It is found out that it has passed by the next append,
    /// or by tending.
    pub fn unwritable(&self) -> Option<Error> {
        self.shared.unwritable().map(|error| Error::io(writer::UNWRITABLE, error))
    }

    /// Bytes of records in memory: what the cap is compared with.
    pub fn memory_bytes(&self) -> usize {
        self.shared.memory.load(Ordering::Relaxed)
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        // The writer first: it still hands work to the compactor.
        let _ = self.writer.send(writer::WriterCommand::Stop);
        let mut threads = self.threads.drain(..);
        let stopped = threads.next().is_none_or(|writer| writer.join().is_ok());
        let _ = self.compactor.send(compactor::CompactorCommand::Stop);
        if !stopped || threads.any(|compactor| compactor.join().is_err()) {
            tracing::error!("a thread of the log store has panicked");
        }
    }
}

/// The catalogue; when it is damaged, what the segments say. Objects that it does not list are left-overs of a crash.
fn load_catalog(disk: &Arc<dyn Disk>, recovered: &mut Recovered) -> Result<Catalog, Error> {
    let failed = |error: io::Error| Error::io("the segments cannot be listed", error);
    let catalog = match Catalog::load(&**disk) {
        Ok(Some(catalog)) => catalog,
        Ok(None) if disk.list(catalog::SEGMENTS).map_err(failed)?.is_empty() => {
            // Written before anything else, so that a missing one is always a loss.
            let catalog = Catalog::default();
            catalog.save(&**disk).map_err(|error| Error::io("the catalogue cannot be written", error))?;
            return Ok(catalog);
        }
        Ok(None) => return rebuilt(disk, Damage::new(catalog::FOLDER, "there is no catalogue"), recovered),
        Err(Error::Damaged(damage)) => return rebuilt(disk, damage, recovered),
        Err(error) => return Err(error),
    };
    for (name, _) in disk.list(catalog::SEGMENTS).map_err(failed)? {
        if !catalog.segments.iter().any(|entry| entry.name == name) {
            disk.delete(&name).map_err(failed)?;
        }
    }
    Ok(catalog)
}

fn rebuilt(disk: &Arc<dyn Disk>, damage: Damage, recovered: &mut Recovered) -> Result<Catalog, Error> {
    let catalog = catalog::rebuild(disk).map_err(|error| Error::io("the segments cannot be listed", error))?;
    recovered.damages.push(damage);
    catalog.save(&**disk).map_err(|error| Error::io("the catalogue cannot be written", error))?;
    Ok(catalog)
}

struct Replay {
    active: Memtable,
    next_seq: u64,
    next_wal: u64,
    damages: Vec<Damage>,
    /// Those of them that were records.
    lost: Vec<Damage>,
}

/// Reads back what was acknowledged and is in no segment.
fn replay(disk: &Arc<dyn Disk>, sealed_before: u64, now: Timestamp) -> Result<Replay, Error> {
    let (active, damages, lost) = Default::default();
    let mut replay = Replay { active, next_seq: sealed_before, next_wal: 1, damages, lost };
    let failed = |error| Error::io("the write-ahead log cannot be read", error);
    for (name, len) in disk.list(wal::FOLDER).map_err(failed)? {
        let Some(number) = wal::file_number(&name) else { continue };
        replay.next_wal = replay.next_wal.max(number + 1);
        let found = wal::replay(&**disk, &name, len).map_err(failed)?;
        replay.damages.extend(found.damages);
        replay.lost.extend(found.lost);
        for numbered in found.batches {
            // Numbers rise over all files: a lower one is in a segment.
            if numbered.first_seq >= replay.next_seq {
                replay.next_seq = numbered.first_seq + numbered.batch.len() as u64;
                replay.active.push(Arc::new(numbered), now);
            }
        }
    }
    Ok(replay)
}

#[cfg(test)]
mod tests;
