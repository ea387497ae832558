//! The store: opened on a disk, appended to, looked at, tended.

use crate::{
    Batch, Damage, Error, Kind, PerKind, Snapshot, Subscription,
    broadcast::Broadcaster,
    catalog::CatalogFile,
    compactor::{self, Compactor, Tended},
    disk::{Disk, Folder},
    open::{self, Found},
    options::Options,
    positions::{KeyedPosition, PositionChange, PositionsFile},
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
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
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
    pub(crate) disk: Disk,
    pub(crate) options: Options,
    pub(crate) catalog: CatalogFile,
    state: Mutex<State>,
    /// Bytes of records of all kinds that wait to be written or sealed.
    pub(crate) memory: AtomicUsize,
    /// Of the kinds that somebody has listened to.
    pub(crate) tails: PerKind<OnceLock<Broadcaster>>,
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

/// Below the data directory.
pub(crate) const FOLDER: &str = "store";

/// The store of all kinds of record. Cheap to share (`Arc`); dropping it ends its threads, and nothing acknowledged is lost.
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
    /// Opens the store below the data directory, or begins it. The caller sees to it that nobody else has it open.
    ///
    /// # Errors
    /// When the disk fails or is full, or a program of another version wrote the catalogue.
    pub fn open(data: &Path, options: Options, now: Timestamp) -> Result<(Self, Recovered), Error> {
        let folder = data.join(FOLDER);
        let failed = |error| Error::io(folder.display().to_string(), error);
        let disk = Folder::new(&folder).map_err(failed)?;
        Self::open_on(Disk::of(Arc::new(disk)), options, now)
    }

    /// Whether there is a store below the data directory.
    pub fn exists(data: &Path) -> bool {
        data.join(FOLDER).is_dir()
    }

    /// # Errors
    /// As [`Self::open`].
    pub fn open_on(disk: Disk, options: Options, now: Timestamp) -> Result<(Self, Recovered), Error> {
        let Found { catalog, state, memory_bytes, positions, next_seq, next_wal, recovered } = open::open(&disk, now)?;
        recovered.damages.iter().for_each(|damage| tracing::error!(%damage, "the log store is damaged"));
        let cache = Arc::new(BlockCache::new(options.cache_bytes_max));
        let shared = Arc::new(Shared {
            catalog: CatalogFile::new(Arc::clone(&disk.objects), catalog),
            disk,
            options,
            state: Mutex::new(state),
            memory: AtomicUsize::new(memory_bytes),
            tails: PerKind::default(),
            cache,
            unwritable: Mutex::default(),
        });
        Self::start(shared, positions, next_seq, next_wal).map(|store| (store, recovered))
    }

    fn start(shared: Arc<Shared>, positions: PositionsFile, next_seq: u64, next_wal: u64) -> Result<Self, Error> {
        let (writer, writer_commands) = mpsc::channel();
        let (compactor, compactor_commands) = mpsc::channel();
        let compacting = Compactor {
            shared: Arc::clone(&shared),
            commands: compactor_commands,
            spoiled: HashSet::new(),
            unlisted: Vec::new(),
            positions,
        };
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
        let compacting = spawn("telemetry-keep").spawn(|| compacting.run()).map_err(failed)?;
        Ok(Self { shared, writer, compactor, threads: vec![writing, compacting] })
    }

    /// Appends records of one kind. What is returned resolves once its records are synced and searchable, or with the reason why none of
    /// them is kept. Refuses at once when the store is busy or the batch too large.
    ///
    /// # Errors
    /// [`Error::TooLarge`], [`Error::Busy`] where memory is full, or [`Error::Closed`].
    pub fn append(&self, kind: Kind, mut batch: Batch, now: Timestamp) -> Result<Answer<Appended>, Error> {
        self.append_from(kind, &mut batch, &[], now)
    }

    /// As [`Self::append`], but leaves a batch that is refused where it is, for another try. With it sources have come to where
    /// `positions` say, both or neither; a batch may be empty where nothing but that is to be kept.
    ///
    /// # Errors
    /// As [`Self::append`], or [`Error::Positions`], which what is returned may be too.
    pub fn append_from(
        &self,
        kind: Kind,
        batch: &mut Batch,
        positions: &[PositionChange],
        now: Timestamp,
    ) -> Result<Answer<Appended>, Error> {
        positions.iter().try_for_each(PositionChange::check)?;
        batch.shrink();
        let payload = wal::encode_payload(kind, batch, positions);
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
        let append =
            Append { kind, batch: std::mem::take(batch), positions: positions.to_vec(), payload, charged, now, reply };
        self.writer.send(writer::WriterCommand::Append(Box::new(append))).map_err(|_| Error::Closed)?;
        Ok(answer)
    }

    /// Where a source stands; none where it was never said, or forgotten.
    ///
    /// # Errors
    /// [`Error::Damaged`] where that was lost.
    pub fn position(&self, key: &str) -> Result<Option<Arc<[u8]>>, Error> {
        let state = self.shared.state();
        match (state.positions.get(key), &state.unplaced) {
            (None, Some(damage)) => Err(damage.clone().into()),
            (position, _) => Ok(position),
        }
    }

    /// Where all sources stand whose keys begin so, by their keys.
    ///
    /// # Errors
    /// [`Error::Damaged`] where some were lost.
    pub fn positions_under(&self, prefix: &str) -> Result<Vec<KeyedPosition>, Error> {
        let state = self.shared.state();
        match &state.unplaced {
            Some(damage) => Err(damage.clone().into()),
            None => {
                Ok(state.positions.under(prefix).map(|(key, position)| (key.clone(), Arc::clone(position))).collect())
            }
        }
    }

    /// The records of a kind that there are now.
    pub fn snapshot(&self, kind: Kind) -> Snapshot {
        self.shared.state().snapshot(kind, &self.shared.cache)
    }

    /// Batches of a kind as they are acknowledged from now on. A receiver that lags is told how many it missed.
    pub fn subscribe(&self, kind: Kind) -> Subscription {
        self.shared.tails[kind].get_or_init(Broadcaster::new).listen()
    }

    /// Deletes records of any kind by their sequence numbers. When this resolves, the delete is durable and no search finds them; their
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
        // At one moment.
        let state = self.shared.state();
        let snapshots = Kind::ALL.map(|kind| state.snapshot(kind, &self.shared.cache));
        let unplaced = state.unplaced.clone();
        drop(state);
        let mut verified = verify::verify(&snapshots);
        verified.damages.extend(unplaced);
        verified
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

#[cfg(test)]
mod tests;
