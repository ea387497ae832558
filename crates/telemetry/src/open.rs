//! Opening a store: its catalogue, the segments that this lists, and what the write-ahead log holds beyond them.

use crate::{
    Batch, Damage, Error, Kind,
    batch::Numbered,
    catalog::{self, Catalog},
    deleted,
    disk::Disk,
    memtable::Memtables,
    positions::{PositionChange, PositionsFile},
    segment::Segment,
    store::Recovered,
    verify,
    view::{Sealing, State},
    wal::{self, ReplayedBatch},
};
use model::Timestamp;
use roaring::RoaringTreemap;
use std::{io, sync::Arc};

/// A store as its files tell of it.
pub(crate) struct Found {
    pub(crate) catalog: Catalog,
    pub(crate) state: State,
    /// Bytes of the records in memory.
    pub(crate) memory_bytes: usize,
    /// What is written of positions.
    pub(crate) positions: PositionsFile,
    pub(crate) next_seq: u64,
    pub(crate) next_wal: u64,
    pub(crate) recovered: Recovered,
}

pub(crate) fn open(disk: &Disk, now: Timestamp) -> Result<Found, Error> {
    let mut recovered = Recovered::default();
    let catalog = load_catalog(disk, &mut recovered)?;
    let (deleted, undeleted) = match deleted::load(&*disk.objects, catalog.has_deleted) {
        Err(Error::Damaged(damage)) => (RoaringTreemap::new(), Some(damage)),
        deleted => (deleted?, None),
    };
    recovered.damages.extend(undeleted.clone());
    // A catalogue that was rebuilt may know less than was once given: no record is to have a number that was deleted.
    let past_deleted = deleted.max().map_or(0, |seq| seq + 1);
    let mut state = State { deleted: Arc::new(deleted), undeleted, ..State::default() };
    let (positions, unplaced) = match PositionsFile::load(&*disk.objects, catalog.has_positions) {
        Err(Error::Damaged(damage)) => (PositionsFile { is_partial: true, ..PositionsFile::default() }, Some(damage)),
        loaded => loaded.map(|file| (file.loss(), file)).map(|(loss, file)| (file, loss))?,
    };
    recovered.damages.extend(unplaced.clone());
    (state.positions, state.unplaced) = (positions.positions.clone(), unplaced);
    let unread = open_segments(disk, &catalog, &mut state);
    recovered.damages.extend(unread.iter().map(|(_, damage)| damage.clone()));

    let mut replayed = replay(disk, &catalog, now)?;
    for (seq, changes) in std::mem::take(&mut replayed.positions) {
        // What was changed before is in the file, and perhaps changed again since.
        if seq >= positions.before {
            state.has_moved = true;
            state.positions.apply(changes);
        }
    }
    recovered.rows = replayed.memtables.rows();
    recovered.damages.extend(replayed.damages);
    for kind in Kind::ALL {
        let own = unread.iter().filter(|(other, _)| *other == kind).map(|(_, damage)| damage);
        state.unread[kind] = Arc::new(own.chain(&replayed.lost).cloned().collect());
    }
    let memory_bytes = replayed.memtables.bytes();
    let next_seq = replayed.next_seq.max(past_deleted);
    if catalog.is_rebuilt {
        // Sealed before anything else is done to segments: from then on the catalogue's bound holds again.
        let (memtables, wal_through) = (replayed.memtables, replayed.next_wal - 1);
        let positions = state.positions.clone();
        state.has_moved = false;
        state.sealing.push_back(Sealing { memtables, positions, sealed_before: next_seq, wal_through });
    } else {
        state.active = replayed.memtables;
    }
    Ok(Found { catalog, state, memory_bytes, next_seq, next_wal: replayed.next_wal, positions, recovered })
}

/// The catalogue; when it is lost, what the segments say. Segments that it does not list are left-overs of a crash.
fn load_catalog(disk: &Disk, recovered: &mut Recovered) -> Result<Catalog, Error> {
    let failed = |error: io::Error| Error::io("the files of the store cannot be listed", error);
    let catalog = match Catalog::load(disk) {
        Ok(Some(catalog)) => catalog,
        Ok(None) => {
            let segments = disk.objects.list(catalog::SEGMENTS).map_err(failed)?;
            if segments.is_empty() && disk.logs.list_logs(wal::FOLDER).map_err(failed)?.is_empty() {
                // Written before anything else, so that a missing one is always a loss.
                let catalog = Catalog::default();
                catalog.save(&*disk.objects).map_err(|error| Error::io("the catalogue cannot be written", error))?;
                return Ok(catalog);
            }
            return rebuilt(disk, Damage::new(catalog::FOLDER, "there is no catalogue"), recovered);
        }
        Err(Error::Damaged(damage)) => return rebuilt(disk, damage, recovered),
        Err(error) => return Err(error),
    };
    for (name, _) in disk.objects.list(catalog::SEGMENTS).map_err(failed)? {
        if !catalog.lists(&name) {
            disk.objects.delete(&name).map_err(failed)?;
        }
    }
    Ok(catalog)
}

fn rebuilt(disk: &Disk, damage: Damage, recovered: &mut Recovered) -> Result<Catalog, Error> {
    let catalog = catalog::rebuild(disk).map_err(|error| Error::io("the segments cannot be listed", error))?;
    recovered.damages.push(damage);
    catalog.save(&*disk.objects).map_err(|error| Error::io("the catalogue cannot be written", error))?;
    Ok(catalog)
}

/// Opens every segment; those that cannot be, and of which kind.
fn open_segments(disk: &Disk, catalog: &Catalog, state: &mut State) -> Vec<(Kind, Damage)> {
    let mut unread = Vec::new();
    for entry in &catalog.segments {
        match Segment::open(&disk.objects, &entry.name, entry.bytes) {
            Ok(segment) => state.segments[entry.kind].push(Arc::new(segment)),
            Err(damage) => unread.push((entry.kind, damage)),
        }
    }
    unread
}

struct Replay {
    memtables: Memtables,
    /// Changes with the number of the record that they were written before.
    positions: Vec<(u64, Vec<PositionChange>)>,
    next_seq: u64,
    next_wal: u64,
    damages: Vec<Damage>,
    /// Those of them that were records, of whatever kind.
    lost: Vec<Damage>,
}

/// Reads back what was acknowledged and is in no segment.
fn replay(disk: &Disk, catalog: &Catalog, now: Timestamp) -> Result<Replay, Error> {
    let (memtables, positions, damages, lost) = Default::default();
    let mut replay = Replay { memtables, positions, next_seq: catalog.sealed_before, next_wal: 1, damages, lost };
    let failed = |error| Error::io("the write-ahead log cannot be read", error);
    let files = disk.logs.list_logs(wal::FOLDER).map_err(failed)?;
    let numbers: Vec<u64> = files.iter().filter_map(|name| wal::file_number(name)).collect();
    for number in catalog.logs.iter().filter(|number| !numbers.contains(number)) {
        let damage = Damage::new(wal::file_name(*number), "it is gone, and with it records that were acknowledged");
        replay.lost.push(damage.clone());
        replay.damages.push(damage);
    }
    let mut batches: Vec<ReplayedBatch> = Vec::new();
    let mut torn_end: Option<(String, Damage)> = None;
    let mut telling = Vec::new();
    for name in files {
        let Some(number) = wal::file_number(&name) else { continue };
        replay.next_wal = replay.next_wal.max(number + 1);
        let found = wal::replay(&*disk.logs, &name).map_err(failed)?;
        if let Some(first) = found.batches.first().map(|batch| batch.numbered.first_seq) {
            // Numbers rise without a gap: what stood between was acknowledged.
            let behind = batches.last().map(|last| last.numbered.first_seq + last.numbered.batch.len() as u64);
            if let Some((torn, damage)) = torn_end.take()
                && !catalog.is_rebuilt
                && first > behind.unwrap_or(0).max(catalog.sealed_before)
            {
                replay.lost.push(damage);
                telling.extend(keep_aside(disk, &torn));
            }
        }
        torn_end = found.torn_end.map(|damage| (name.clone(), damage)).or(torn_end);
        if !found.lost.is_empty() {
            telling.extend(keep_aside(disk, &name));
        }
        let is_void = found.damages.is_empty() && !found.batches.iter().any(|found| is_after(found, catalog));
        if is_void && !catalog.logs.contains(&number) {
            // Nothing refers to it: a crash left it.
            disk.logs.delete_log(&name).map_err(failed)?;
        }
        replay.damages.extend(found.damages);
        replay.lost.extend(found.lost);
        batches.extend(found.batches);
    }
    let before = wal::set_aside::lost(&*disk.objects, &telling).map_err(failed)?;
    replay.damages.extend(before.iter().cloned());
    replay.lost.extend(before);
    let sealed = match catalog.is_rebuilt {
        true => numbers_in_segments(disk, catalog, &batches, &mut replay.next_seq),
        false => RoaringTreemap::new(),
    };
    let mut last = catalog.sealed_before;
    for ReplayedBatch { kind, positions, numbered } in batches {
        if !positions.is_empty() {
            replay.positions.push((numbered.first_seq, positions));
        }
        // Numbers rise over all files: a lower one is in a segment.
        if numbered.first_seq < last {
            continue;
        }
        last = numbered.first_seq + numbered.batch.len() as u64;
        for part in without(numbered, &sealed) {
            replay.memtables.push(kind, Arc::new(part), now, usize::MAX);
        }
    }
    replay.next_seq = replay.next_seq.max(last);
    Ok(replay)
}

/// The store opens all the same where that fails, as on a disk that is full: the log tells for itself as long as it is there.
fn keep_aside(disk: &Disk, name: &str) -> Option<String> {
    let kept = wal::set_aside::keep(&*disk.logs, &*disk.objects, name);
    kept.inspect_err(
        |error| tracing::error!(%error, name, "a damaged file of the write-ahead log could not be copied aside"),
    )
    .ok()
}

fn is_after(batch: &ReplayedBatch, catalog: &Catalog) -> bool {
    batch.numbered.first_seq >= catalog.sealed_before
}

/// Numbers of records that segments hold, as far as the log may hold them too. No later record is to get one of them.
fn numbers_in_segments(
    disk: &Disk,
    catalog: &Catalog,
    batches: &[ReplayedBatch],
    next_seq: &mut u64,
) -> RoaringTreemap {
    let first = batches.iter().map(|batch| batch.numbered.first_seq).min().unwrap_or(u64::MAX);
    let mut numbers = RoaringTreemap::new();
    for entry in &catalog.segments {
        let opened = Segment::open(&disk.objects, &entry.name, entry.bytes);
        let is_whole = opened.is_ok();
        let segment = opened.unwrap_or_else(|_| Segment::without_footer(&disk.objects, &entry.name, entry.bytes));
        for (number, info) in segment.blocks().iter().enumerate() {
            *next_seq = (*next_seq).max(info.seq_range.1.saturating_add(1));
            // What a repair will not find whole counts as not there.
            if info.seq_range.1 < first || !(is_whole || verify::is_block_sound(&segment, number)) {
                continue;
            }
            let seqs = segment.open_block(number).and_then(|block| block.seqs());
            numbers.extend(seqs.into_iter().flatten());
        }
    }
    numbers
}

/// The records whose numbers are not among those, as many batches as there are gaps between them.
fn without(numbered: Numbered, numbers: &RoaringTreemap) -> Vec<Numbered> {
    let Numbered { first_seq, batch } = numbered;
    let end = first_seq + batch.len() as u64;
    if numbers.range_cardinality(first_seq..end) == 0 {
        return if batch.is_empty() { Vec::new() } else { vec![Numbered { first_seq, batch }] };
    }
    let missing: Vec<u64> = (first_seq..end).filter(|seq| !numbers.contains(*seq)).collect();
    let runs = missing.chunk_by(|a, b| a + 1 == *b);
    runs.map(|run| {
        let mut part = Batch::new();
        for seq in run {
            // What fitted into the whole fits into a part.
            let _ = part.push_ref(batch.get((seq - first_seq) as usize));
        }
        Numbered { first_seq: run[0], batch: part }
    })
    .collect()
}
