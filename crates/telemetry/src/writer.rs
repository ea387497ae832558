//! The one thread that writes the log: it takes what has come since the last time, gives numbers, writes all of it, syncs once,
//! shows it to searches, and answers everybody.

use crate::{
    Error, Kind,
    batch::{Batch, Numbered},
    compactor,
    positions::PositionChange,
    store::{Shared, copy},
    view::{Sealing, State},
    wal::{self, Wal},
};
use model::Timestamp;
use std::sync::{
    Arc,
    atomic::Ordering,
    mpsc::{Receiver, Sender},
};
use tokio::sync::oneshot;

pub(crate) const UNWRITABLE: &str = "the write-ahead log cannot be written";
/// Bytes that are written and synced as one, about.
const GROUP_BYTES: usize = 8 << 20;
/// Bytes of a log file from which another one is begun, whatever is in memory.
const WAL_BYTES_MAX: u64 = 64 << 20;

pub(crate) enum WriterCommand {
    Append(Box<Append>),
    /// Work for the compactor, after all that came before.
    HandOver {
        seal: Seal,
        then: compactor::CompactorCommand,
    },
    Stop,
}

/// Whether what is in memory is to be sealed first.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seal {
    All,
    Nothing,
}

pub(crate) struct Append {
    pub(crate) kind: Kind,
    pub(crate) batch: Batch,
    pub(crate) positions: Vec<PositionChange>,
    pub(crate) payload: Vec<u8>,
    /// What the memory cap was charged with.
    pub(crate) charged: usize,
    pub(crate) now: Timestamp,
    pub(crate) reply: oneshot::Sender<Result<Appended, Error>>,
}

/// Records that are durable and searchable: `rows` of them, numbered from `first_seq` on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appended {
    pub first_seq: u64,
    pub rows: usize,
}

pub(crate) struct Writer {
    pub(crate) shared: Arc<Shared>,
    pub(crate) commands: Receiver<WriterCommand>,
    pub(crate) compactor: Sender<compactor::CompactorCommand>,
    /// `None` after an error, until a new file could be made.
    pub(crate) wal: Option<Wal>,
    pub(crate) next_wal: u64,
    pub(crate) next_seq: u64,
}

impl Writer {
    pub(crate) fn run(mut self) {
        let mut next = self.commands.recv().ok();
        while let Some(command) = next.take() {
            match command {
                WriterCommand::Append(append) => {
                    let mut group = Vec::new();
                    next = self.gather(*append, &mut group);
                    self.write(group);
                }
                WriterCommand::HandOver { seal, then } => {
                    self.try_again();
                    if seal == Seal::All {
                        self.rotate();
                    }
                    // The compactor ends only after this thread.
                    let _ = self.compactor.send(then);
                }
                WriterCommand::Stop => return self.forget_empty_wal(),
            }
            next = next.or_else(|| self.commands.recv().ok());
        }
    }

    /// A log file is made in its full size beforehand: one that nothing stands in is not left behind.
    fn forget_empty_wal(&mut self) {
        let Some(wal) = self.wal.take().filter(Wal::is_empty) else { return };
        let number = wal.number();
        let name = wal::file_name(number);
        drop(wal);
        let unlisted = self.shared.catalog.change(|catalog| catalog.logs.retain(|other| *other != number));
        if let Err(error) = unlisted.and_then(|()| self.shared.disk.logs.delete_log(&name)) {
            tracing::warn!(%error, name, "an empty file of the write-ahead log could not be deleted");
        }
    }

    /// Takes further appends that wait already. What is none ends the group, and is returned.
    fn gather(&self, first: Append, group: &mut Vec<Append>) -> Option<WriterCommand> {
        let mut bytes = first.payload.len();
        group.push(first);
        while bytes < GROUP_BYTES {
            match self.commands.try_recv() {
                Ok(WriterCommand::Append(append)) => {
                    bytes += append.payload.len();
                    group.push(*append);
                }
                Ok(other) => return Some(other),
                Err(_) => return None,
            }
        }
        None
    }

    fn write(&mut self, group: Vec<Append>) {
        let group = self.refuse_positions(group);
        let rows: usize = group.iter().map(|append| append.batch.len()).sum();
        if self.is_full_with(&group) {
            self.rotate();
            let _ = self.compactor.send(compactor::CompactorCommand::Seal);
        }
        let first_seq = self.next_seq;
        // Numbers are spent even when the write fails: what it left on the disk must not share one with a later record.
        self.next_seq += rows as u64;
        match self.commit(first_seq, &group) {
            Ok(()) => {
                self.shared.is_unwritable(None);
                self.publish(first_seq, group);
            }
            Err(error) => self.refuse(&error, group),
        }
    }

    /// Refuses appends whose positions are too many; the others.
    fn refuse_positions(&self, group: Vec<Append>) -> Vec<Append> {
        if group.iter().all(|append| append.positions.is_empty()) {
            return group;
        }
        let mut positions = self.shared.state().positions.clone();
        let (fitting, too_many): (Vec<_>, Vec<_>) = group.into_iter().partition(|append| {
            let has_room = positions.has_room_for(&append.positions);
            if has_room {
                positions.apply(append.positions.clone());
            }
            has_room
        });
        for append in too_many {
            self.shared.release(append.charged);
            let _ = append.reply.send(Err(Error::Positions("as many sources are known as may be")));
        }
        fitting
    }

    /// Whether what is in memory is to be sealed before these come.
    fn is_full_with(&self, group: &[Append]) -> bool {
        // Of positions alone, which are not in memory twice.
        if self.wal.as_ref().is_some_and(|wal| wal.bytes() > WAL_BYTES_MAX) {
            return true;
        }
        let bytes: usize = group.iter().map(|append| append.batch.memory_bytes()).sum();
        let options = &self.shared.options;
        let state = self.shared.state();
        let too_many = |kind: Kind| {
            let has_rows = state.active.of(kind).rows();
            let of_kind = group.iter().filter(|append| append.kind == kind);
            has_rows > 0 && has_rows + of_kind.map(|append| append.batch.len()).sum::<usize>() > options.seal_rows
        };
        Kind::ALL.into_iter().any(too_many)
            || state.active.rows() > 0 && state.active.bytes() + bytes > options.seal_bytes
    }

    fn commit(&mut self, first_seq: u64, group: &[Append]) -> std::io::Result<()> {
        let wal = self.wal()?;
        let mut seq = first_seq;
        for append in group {
            wal.add(seq, &append.payload);
            seq += append.batch.len() as u64;
        }
        wal.commit()
    }

    fn wal(&mut self) -> std::io::Result<&mut Wal> {
        let wal = match self.wal.take() {
            Some(wal) => wal,
            None => self.begin_wal()?,
        };
        Ok(self.wal.insert(wal))
    }

    /// Begins a log file. The catalogue lists it before anything stands in it: one that is gone is missed.
    /// No number is given twice: a catalogue that was said to have failed may yet be on the disk.
    fn begin_wal(&mut self) -> std::io::Result<Wal> {
        let number = self.next_wal;
        self.next_wal += 1;
        let wal = Wal::create(&self.shared.disk.logs, number).inspect_err(|_| {
            // Nothing stands in it.
            let _ = self.shared.disk.logs.delete_log(&wal::file_name(number));
        })?;
        self.shared.catalog.change(|catalog| catalog.logs.push(number))?;
        Ok(wal)
    }

    /// Where nothing could be written, looks whether there is room again, so that this is known before somebody sends.
    fn try_again(&mut self) {
        if self.shared.unwritable().is_some() {
            let why = self.wal().err();
            self.shared.is_unwritable(why);
        }
    }

    fn publish(&self, mut seq: u64, group: Vec<Append>) {
        let mut replies = Vec::with_capacity(group.len());
        let mut state = self.shared.state();
        for append in group {
            let Append { kind, batch, positions, payload, charged, now, reply } = append;
            drop(payload);
            let appended = Appended { first_seq: seq, rows: batch.len() };
            seq += batch.len() as u64;
            state.has_moved |= !positions.is_empty();
            state.positions.apply(positions);
            if batch.is_empty() {
                self.shared.release(charged);
                replies.push((reply, appended));
                continue;
            }
            let numbered = Arc::new(Numbered { first_seq: appended.first_seq, batch });
            if let Some(tail) = self.shared.tails[kind].get() {
                tail.tell(&numbered);
            }
            let before = state.active.bytes();
            // What this append was charged with is given back below.
            let held = self.shared.memory.load(Ordering::Relaxed).saturating_sub(charged);
            let room = self.shared.options.memory_bytes_max.saturating_sub(held);
            state.active.push(kind, numbered, now, room);
            self.shared.memory.fetch_add(state.active.bytes().saturating_sub(before), Ordering::Relaxed);
            self.shared.release(charged + before.saturating_sub(state.active.bytes()));
            replies.push((reply, appended));
        }
        drop(state);
        for (reply, appended) in replies {
            // Who asked may have gone.
            let _ = reply.send(Ok(appended));
        }
    }

    fn refuse(&mut self, error: &std::io::Error, group: Vec<Append>) {
        // Before anybody hears of it.
        self.shared.is_unwritable(Some(copy(error)));
        tracing::error!(%error, "the write-ahead log could not be written; appends are refused until it can");
        if let Some(wal) = self.wal.take() {
            wal.abandon();
        }
        for append in group {
            self.shared.release(append.charged);
            let _ = append.reply.send(Err(Error::io(UNWRITABLE, copy(error))));
        }
    }

    /// Begins a new log file, and sets what is in memory aside for the compactor. When no file can be made, all stays as it is.
    fn rotate(&mut self) {
        let is_empty = |state: &State| state.active.rows() == 0 && !state.has_moved;
        if is_empty(&self.shared.state()) {
            return;
        }
        let wal_through = self.wal.as_ref().map_or(self.next_wal - 1, Wal::number);
        match self.begin_wal() {
            Ok(wal) => self.wal = Some(wal),
            Err(error) => {
                tracing::error!(%error, "no new file for the write-ahead log; records stay in memory and in the old one");
                return;
            }
        }
        let mut state = self.shared.state();
        let memtables = std::mem::take(&mut state.active);
        state.has_moved = false;
        let positions = state.positions.clone();
        state.sealing.push_back(Sealing { memtables, positions, sealed_before: self.next_seq, wal_through });
    }
}
