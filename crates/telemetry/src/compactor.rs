//! The one thread that changes segments: it seals, merges, deletes and forgets. Nothing else touches the catalogue.
//!
//! Each change is: new objects first, then the catalogue, then what searches see, and only then the removal of what is no longer
//! needed. A crash in between leaves objects that nothing refers to; opening the store removes them.

use crate::{
    Error, Kind, PerKind,
    catalog::{Catalog, Entry, SEGMENTS},
    day, deleted, merge,
    positions::PositionsFile,
    seal,
    segment::Segment,
    store::Shared,
    verify,
    verify::Repaired,
    view::Sealing,
    wal,
};
use model::Timestamp;
use roaring::RoaringTreemap;
use std::{
    collections::HashSet,
    io,
    sync::{Arc, mpsc::Receiver},
};
use tokio::sync::oneshot;

pub(crate) enum CompactorCommand {
    Seal,
    /// Seal what failed before, merge, forget what is too old.
    Tend {
        now: Timestamp,
        reply: oneshot::Sender<Result<Tended, Error>>,
    },
    Delete {
        seqs: RoaringTreemap,
        reply: oneshot::Sender<Result<(), Error>>,
    },
    Repair {
        reply: oneshot::Sender<Result<Repaired, Error>>,
    },
    Stop,
}

/// What tending has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tended {
    pub sealed: usize,
    /// Segments that were merged into others.
    pub merged: usize,
    /// Segments that retention has removed.
    pub forgotten: usize,
}

/// The state of the thread that changes segments.
pub(crate) struct Compactor {
    pub(crate) shared: Arc<Shared>,
    pub(crate) commands: Receiver<CompactorCommand>,
    /// Segments that were found damaged: they are left alone until they are repaired.
    pub(crate) spoiled: HashSet<String>,
    /// Segments that were written and are not listed, or of which nobody knows: an error has come in between.
    pub(crate) unlisted: Vec<String>,
    /// What is written of where sources stand.
    pub(crate) positions: PositionsFile,
}

/// A segment that was written, for the catalogue and for searches.
struct Written {
    entry: Entry,
    segment: Arc<Segment>,
}

impl Compactor {
    pub(crate) fn run(mut self) {
        while let Ok(command) = self.commands.recv() {
            match command {
                CompactorCommand::Seal => {
                    if let Err(error) = self.seal_all().and_then(|_| self.merge_all(None)) {
                        tracing::error!(%error, "records could not be sealed; they stay in memory and in the log");
                    }
                }
                CompactorCommand::Tend { now, reply } => {
                    let _ = reply.send(self.tend(now));
                }
                CompactorCommand::Delete { seqs, reply } => {
                    let _ = reply.send(self.delete(&seqs));
                }
                CompactorCommand::Repair { reply } => {
                    let _ = reply.send(self.repair());
                }
                CompactorCommand::Stop => return,
            }
        }
    }

    fn tend(&mut self, now: Timestamp) -> Result<Tended, Error> {
        let sealed = self.seal_all()?;
        let forgotten = self.forget(now)?;
        let merged = self.merge_all(Some(now))?;
        Ok(Tended { sealed, merged, forgotten })
    }

    /// Seals every memtable that waits, in order.
    fn seal_all(&mut self) -> Result<usize, Error> {
        let mut sealed = 0;
        loop {
            let Some(next) = self.shared.state().sealing.front().cloned() else { return Ok(sealed) };
            self.remove_unlisted()?;
            let mut written = Vec::new();
            for kind in Kind::ALL {
                for (day, bytes) in seal::encode_days(next.memtables.of(kind).batches()) {
                    written.push(self.put(kind, day, &bytes)?);
                }
            }
            // Before the log goes that holds their changes.
            self.keep_positions(&next)?;
            let has_positions = self.positions.is_on_disk;
            self.change_catalog(&written, |catalog| {
                catalog.has_positions |= has_positions;
                catalog.sealed_before = next.sealed_before;
                catalog.is_rebuilt = false;
                catalog.logs.retain(|number| *number > next.wal_through);
            })?;
            let mut state = self.shared.state();
            state.sealing.pop_front();
            for Written { entry, segment } in written {
                state.segments[entry.kind].push(segment);
            }
            drop(state);
            self.shared.release(next.memtables.bytes());
            sealed += usize::from(next.memtables.rows() > 0);
            self.remove_logs(next.wal_through)?;
        }
    }

    /// Writes where sources stand, if that has changed.
    fn keep_positions(&mut self, sealing: &Sealing) -> Result<(), Error> {
        let is_partial = self.shared.state().unplaced.is_some();
        if self.positions.holds(&sealing.positions, is_partial) {
            return Ok(());
        }
        if is_partial {
            PositionsFile::set_aside(&*self.shared.disk.objects)?;
        }
        let (positions, before) = (sealing.positions.clone(), sealing.sealed_before);
        self.save_positions(PositionsFile { positions, before, is_partial, ..PositionsFile::default() })
    }

    fn save_positions(&mut self, mut file: PositionsFile) -> Result<(), Error> {
        let saved = file.save(&*self.shared.disk.objects);
        saved.map_err(|error| Error::io("where sources stand cannot be written", error))?;
        self.positions = file;
        Ok(())
    }

    /// Writes a segment and opens it. Only when the catalogue lists it does it count.
    fn put(&mut self, kind: Kind, day: i64, bytes: &[u8]) -> Result<Written, Error> {
        let name = self.shared.catalog.name_segment(kind, day);
        // Where writing it fails it may be there all the same.
        self.unlisted.push(name.clone());
        self.shared
            .disk
            .objects
            .put(&name, bytes)
            .map_err(|error| Error::io(format!("{name} cannot be written"), error))?;
        crashpoint::reach("segment_put");
        let segment = Segment::open(&self.shared.disk.objects, &name, bytes.len() as u64)?;
        Ok(Written { entry: Entry { name, kind, bytes: bytes.len() as u64 }, segment: Arc::new(segment) })
    }

    /// Lists what was written, and makes a further change with it.
    fn change_catalog<'w>(
        &mut self,
        written: impl IntoIterator<Item = &'w Written>,
        change: impl FnOnce(&mut Catalog),
    ) -> Result<(), Error> {
        let entries: Vec<Entry> = written.into_iter().map(|written| written.entry.clone()).collect();
        let changed = self.shared.catalog.change(|catalog| {
            catalog.segments.extend(entries.iter().cloned());
            change(catalog);
        });
        changed.map_err(unwritten)?;
        self.unlisted.retain(|name| !entries.iter().any(|entry| entry.name == *name));
        Ok(())
    }

    /// Removes what an error has left, before what it holds is written once more: were the catalogue lost then, both would be
    /// found. The catalogue comes first: the one on the disk may list them.
    fn remove_unlisted(&mut self) -> Result<(), Error> {
        if self.unlisted.is_empty() {
            return Ok(());
        }
        self.shared.catalog.change(|_| {}).map_err(unwritten)?;
        while let Some(name) = self.unlisted.last() {
            let removed = self.shared.disk.objects.delete(name);
            removed.map_err(|error| Error::io(format!("{name} cannot be removed"), error))?;
            self.unlisted.pop();
        }
        Ok(())
    }

    fn remove_logs(&self, through: u64) -> Result<(), Error> {
        let failed = |error| Error::io("an old log file cannot be removed", error);
        let logs = &self.shared.disk.logs;
        for name in logs.list_logs(wal::FOLDER).map_err(failed)? {
            if wal::file_number(&name).is_some_and(|number| number <= through) {
                logs.delete_log(&name).map_err(failed)?;
            }
        }
        Ok(())
    }

    fn merge_all(&mut self, now: Option<Timestamp>) -> Result<usize, Error> {
        let mut merged = 0;
        for kind in Kind::ALL {
            merged += self.merge_kind(kind, now)?;
        }
        Ok(merged)
    }

    fn merge_kind(&mut self, kind: Kind, now: Option<Timestamp>) -> Result<usize, Error> {
        let mut merged = 0;
        loop {
            let (segments, deleted) = {
                let state = self.shared.state();
                let sound = state.segments[kind].iter().filter(|segment| !self.spoiled.contains(segment.name()));
                (sound.cloned().collect::<Vec<_>>(), Arc::clone(&state.deleted))
            };
            let Some(chosen) = merge::choose(&segments, &deleted, self.shared.options.segment_bytes_max, now) else {
                return Ok(merged);
            };
            match self.replace(kind, &chosen, &deleted) {
                Ok(()) => merged += chosen.len(),
                Err(Error::Damaged(damage)) => {
                    tracing::error!(%damage, "segments are not merged");
                    let (sound, damaged): (Vec<_>, Vec<_>) =
                        chosen.iter().partition(|segment| verify::is_sound(segment));
                    // Where all are sound now, something else is wrong with reading them: they are not tried for ever.
                    let spoiled = if damaged.is_empty() { sound } else { damaged };
                    self.spoiled.extend(spoiled.into_iter().map(|segment| segment.name().to_owned()));
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Puts a merged segment in the place of others.
    fn replace(&mut self, kind: Kind, old: &[Arc<Segment>], deleted: &RoaringTreemap) -> Result<(), Error> {
        self.remove_unlisted()?;
        let merged = merge::merge(old, deleted, &self.replaced_by(old)?)?;
        let is_old = |name: &str| old.iter().any(|segment| segment.name() == name);
        let new = merged.bytes.map(|bytes| self.put(kind, old[0].days().0, &bytes)).transpose()?;
        self.change_catalog(&new, |catalog| catalog.segments.retain(|entry| !is_old(&entry.name)))?;
        {
            let mut state = self.shared.state();
            state.segments[kind].retain(|segment| !is_old(segment.name()));
            state.segments[kind].extend(new.map(|new| new.segment));
        }
        if !merged.dropped.is_empty() {
            self.keep_deleted(&(deleted - &merged.dropped))?;
        }
        self.remove(old);
        Ok(())
    }

    /// Names of segments that a merged one replaces: these, and what they have replaced themselves and a search still reads.
    fn replaced_by(&self, old: &[Arc<Segment>]) -> Result<Vec<String>, Error> {
        let mut names: Vec<String> = old.iter().map(|segment| segment.name().to_owned()).collect();
        let earlier: HashSet<&String> = old.iter().flat_map(|segment| segment.replaces()).collect();
        if !earlier.is_empty() {
            let there = self.shared.disk.objects.list(SEGMENTS);
            let there = there.map_err(|error| Error::io("the segments cannot be listed", error))?;
            names.extend(there.into_iter().map(|(name, _)| name).filter(|name| earlier.contains(name)));
        }
        Ok(names)
    }

    /// No catalogue lists them any more.
    fn remove(&self, segments: &[Arc<Segment>]) {
        for segment in segments {
            segment.make_void();
            self.shared.cache.forget(segment.name());
        }
    }

    /// Sets damaged segments aside, and puts what is whole of them in their place.
    fn repair(&mut self) -> Result<Repaired, Error> {
        let mut repaired = Repaired::default();
        for entry in self.shared.catalog.segments() {
            let Some(salvaged) = verify::salvage(&self.shared.disk.objects, &entry)? else { continue };
            self.remove_unlisted()?;
            let new = salvaged.segment.map(|(day, bytes)| self.put(entry.kind, day, &bytes)).transpose()?;
            self.change_catalog(&new, |catalog| catalog.segments.retain(|other| other.name != entry.name))?;
            {
                let mut state = self.shared.state();
                state.segments[entry.kind].retain(|segment| segment.name() != entry.name);
                state.segments[entry.kind].extend(new.map(|new| new.segment));
            }
            self.shared.cache.forget(&entry.name);
            let removed = self.shared.disk.objects.delete(&entry.name);
            removed.map_err(|error| Error::io(format!("{} cannot be removed", entry.name), error))?;
            repaired.set_aside.push(salvaged.set_aside);
            repaired.rows_kept += salvaged.rows_kept;
            repaired.rows_lost += salvaged.rows_lost;
            repaired.footers_lost += usize::from(salvaged.is_footer_lost);
        }
        let set_aside = deleted::set_aside(&*self.shared.disk.objects)?;
        let is_undeleted = self.shared.state().undeleted.is_some();
        if set_aside.is_some() || is_undeleted {
            let deleted = Arc::clone(&self.shared.state().deleted);
            self.keep_deleted(&deleted)?;
        }
        repaired.set_aside.extend(set_aside);
        repaired.set_aside.extend(self.repair_positions()?);
        self.forget_lost_logs()?;
        // Nothing can be made of them, and what is lost was told of by their names.
        let told = wal::set_aside::set_told(&*self.shared.disk.objects);
        told.map_err(|error| Error::io("copies of lost log files cannot be moved", error))?;
        // What is left out of the catalogue now was told of.
        let mut state = self.shared.state();
        state.note_loss();
        (state.unread, state.undeleted) = (PerKind::default(), None);
        drop(state);
        self.spoiled.clear();
        Ok(repaired)
    }

    /// Where positions were lost, begins with those that are known: all other sources are collected again.
    fn repair_positions(&mut self) -> Result<Option<String>, Error> {
        if self.shared.state().unplaced.is_none() {
            return Ok(None);
        }
        let set_aside = PositionsFile::set_aside(&*self.shared.disk.objects)?;
        self.save_positions(PositionsFile { is_partial: false, ..self.positions.clone() })?;
        self.shared.state().unplaced = None;
        Ok(set_aside)
    }

    /// The catalogue lists no more log files that are gone.
    fn forget_lost_logs(&self) -> Result<(), Error> {
        let there = self.shared.disk.logs.list_logs(wal::FOLDER);
        let there = there.map_err(|error| Error::io("the write-ahead log cannot be listed", error))?;
        let there: HashSet<u64> = there.iter().filter_map(|name| wal::file_number(name)).collect();
        self.shared.catalog.change(|catalog| catalog.logs.retain(|number| there.contains(number))).map_err(unwritten)
    }

    fn delete(&self, seqs: &RoaringTreemap) -> Result<(), Error> {
        let deleted = Arc::clone(&self.shared.state().deleted);
        self.keep_deleted(&(&*deleted | seqs))
    }

    fn keep_deleted(&self, deleted: &RoaringTreemap) -> Result<(), Error> {
        let saved: io::Result<()> = deleted::save(&*self.shared.disk.objects, deleted);
        saved.map_err(|error| Error::io("the list of deleted records cannot be written", error))?;
        if !self.shared.catalog.has_deleted() {
            self.shared.catalog.change(|catalog| catalog.has_deleted = true).map_err(unwritten)?;
        }
        let mut state = self.shared.state();
        state.deleted = Arc::new(deleted.clone());
        state.note_loss();
        Ok(())
    }

    fn forget(&mut self, now: Timestamp) -> Result<usize, Error> {
        let mut forgotten = 0;
        for kind in Kind::ALL {
            forgotten += self.forget_kind(kind, now)?;
        }
        Ok(forgotten)
    }

    /// Removes whole segments that are too old, or the oldest while there are too many bytes, and of segments of several days
    /// those days that are too old.
    fn forget_kind(&mut self, kind: Kind, now: Timestamp) -> Result<usize, Error> {
        let retention = self.shared.options.retention[kind];
        if let Some(age) = retention.age_max {
            self.forget_days_before(kind, day::day_of(now - age))?;
        }
        let mut segments = self.shared.state().segments[kind].clone();
        segments.sort_by_key(|segment| segment.time_range().1);
        let mut bytes: u64 = segments.iter().map(|segment| segment.bytes()).sum();
        let mut gone = Vec::new();
        for segment in segments {
            let old = retention.age_max.is_some_and(|age| segment.time_range().1 < now - age);
            let many = retention.bytes_max.is_some_and(|max| bytes > max);
            if old || many {
                bytes -= segment.bytes();
                gone.push(segment);
            }
        }
        if gone.is_empty() {
            return Ok(0);
        }
        let is_gone = |name: &str| gone.iter().any(|segment| segment.name() == name);
        self.change_catalog(None, |catalog| catalog.segments.retain(|entry| !is_gone(&entry.name)))?;
        {
            let mut state = self.shared.state();
            state.segments[kind].retain(|segment| !is_gone(segment.name()));
            state.note_loss();
        }
        self.remove(&gone);
        Ok(gone.len())
    }

    /// Deletes the records of earlier days from segments that hold later ones too; the next merge takes them off the disk.
    fn forget_days_before(&mut self, kind: Kind, day: i64) -> Result<(), Error> {
        let segments = self.shared.state().segments[kind].clone();
        let mut old = RoaringTreemap::new();
        for segment in segments {
            let (first, last) = segment.days();
            if first < day && day <= last && !self.spoiled.contains(segment.name()) {
                match merge::seqs_before_day(&segment, day) {
                    Ok(seqs) => old.extend(seqs),
                    Err(damage) => {
                        tracing::error!(%damage, "days of a segment that are too old are not removed");
                        self.spoiled.insert(segment.name().to_owned());
                    }
                }
            }
        }
        let deleted = Arc::clone(&self.shared.state().deleted);
        match old.is_subset(&deleted) {
            true => Ok(()),
            false => self.keep_deleted(&(&*deleted | &old)),
        }
    }
}

fn unwritten(error: io::Error) -> Error {
    Error::io("the catalogue cannot be written", error)
}
