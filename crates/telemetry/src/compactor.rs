//! The one thread that changes segments: it seals, merges, deletes and forgets. Nothing else touches the catalogue.
//!
//! Each change is: new objects first, then the catalogue, then what searches see, and only then the removal of what is no longer
//! needed. A crash in between leaves objects that nothing refers to; opening the store removes them.

use crate::{
    Error,
    catalog::{Catalog, Entry},
    day, deleted, merge, seal,
    segment::Segment,
    store::Shared,
    verify,
    verify::Repaired,
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
    pub(crate) catalog: Catalog,
    /// Segments that were found damaged: they are left alone until they are repaired.
    pub(crate) spoiled: HashSet<String>,
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
            let mut catalog = self.catalog.clone();
            let mut segments = Vec::new();
            for (day, bytes) in seal::encode_days(next.memtable.batches()) {
                segments.push(self.put(&mut catalog, day, &bytes)?);
            }
            let last = next.memtable.batches().last().map(|last| last.first_seq + last.batch.len() as u64);
            catalog.sealed_before = last.unwrap_or(catalog.sealed_before);
            self.save(catalog)?;
            let mut state = self.shared.state();
            state.sealing.pop_front();
            state.segments.extend(segments);
            drop(state);
            self.shared.release(next.memtable.bytes());
            sealed += 1;
            self.remove_logs(next.wal_through)?;
        }
    }

    /// Writes a segment and opens it; the catalogue that is being made lists it.
    fn put(&mut self, catalog: &mut Catalog, day: i64, bytes: &[u8]) -> Result<Arc<Segment>, Error> {
        // No name is given twice, not even after a failure: a catalogue that was said to have failed may yet be on the disk.
        let name = self.catalog.name_segment(day);
        catalog.next_segment = self.catalog.next_segment;
        self.shared.disk.put(&name, bytes).map_err(|error| Error::io(format!("{name} cannot be written"), error))?;
        crashpoint::reach("segment_put");
        let segment = Segment::open(&self.shared.disk, &name, bytes.len() as u64)?;
        catalog.segments.push(Entry { name, bytes: bytes.len() as u64 });
        Ok(Arc::new(segment))
    }

    fn save(&mut self, catalog: Catalog) -> Result<(), Error> {
        catalog.save(&*self.shared.disk).map_err(|error| Error::io("the catalogue cannot be written", error))?;
        self.catalog = catalog;
        crashpoint::reach("catalog_put");
        Ok(())
    }

    fn remove_logs(&self, through: u64) -> Result<(), Error> {
        let failed = |error| Error::io("an old log file cannot be removed", error);
        for (name, _) in self.shared.disk.list(wal::FOLDER).map_err(failed)? {
            if wal::file_number(&name).is_some_and(|number| number <= through) {
                self.shared.disk.delete(&name).map_err(failed)?;
            }
        }
        Ok(())
    }

    fn merge_all(&mut self, now: Option<Timestamp>) -> Result<usize, Error> {
        let mut merged = 0;
        loop {
            let (segments, deleted) = {
                let state = self.shared.state();
                let sound = state.segments.iter().filter(|segment| !self.spoiled.contains(segment.name()));
                (sound.cloned().collect::<Vec<_>>(), Arc::clone(&state.deleted))
            };
            let Some(chosen) = merge::choose(&segments, &deleted, self.shared.options.segment_bytes_max, now) else {
                return Ok(merged);
            };
            match self.replace(&chosen, &deleted) {
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
    fn replace(&mut self, old: &[Arc<Segment>], deleted: &RoaringTreemap) -> Result<(), Error> {
        let mut catalog = self.catalog.clone();
        let merged = merge::merge(old, deleted)?;
        let is_old = |name: &str| old.iter().any(|segment| segment.name() == name);
        let new = merged.bytes.map(|bytes| self.put(&mut catalog, old[0].days().0, &bytes)).transpose()?;
        catalog.segments.retain(|entry| !is_old(&entry.name));
        self.save(catalog)?;
        {
            let mut state = self.shared.state();
            state.segments.retain(|segment| !is_old(segment.name()));
            state.segments.extend(new);
        }
        if !merged.dropped.is_empty() {
            self.keep_deleted(&(deleted - &merged.dropped))?;
        }
        self.remove(old);
        Ok(())
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
        for entry in self.catalog.segments.clone() {
            let Some(salvaged) = verify::salvage(&self.shared.disk, &entry)? else { continue };
            let mut catalog = self.catalog.clone();
            catalog.segments.retain(|other| other.name != entry.name);
            let new = salvaged.segment.map(|(day, bytes)| self.put(&mut catalog, day, &bytes)).transpose()?;
            self.save(catalog)?;
            {
                let mut state = self.shared.state();
                state.segments.retain(|segment| segment.name() != entry.name);
                state.segments.extend(new);
            }
            self.shared.cache.forget(&entry.name);
            let removed = self.shared.disk.delete(&entry.name);
            removed.map_err(|error| Error::io(format!("{} cannot be removed", entry.name), error))?;
            repaired.set_aside.push(salvaged.set_aside);
            repaired.rows_kept += salvaged.rows_kept;
            repaired.rows_lost += salvaged.rows_lost;
            repaired.footers_lost += usize::from(salvaged.is_footer_lost);
        }
        if let Some(copy) = deleted::set_aside(&*self.shared.disk)? {
            repaired.set_aside.push(copy);
            let deleted = Arc::clone(&self.shared.state().deleted);
            self.keep_deleted(&deleted)?;
        }
        // What is left out of the catalogue now was told of.
        let mut state = self.shared.state();
        (state.unread, state.undeleted) = (Arc::default(), None);
        drop(state);
        self.spoiled.clear();
        Ok(repaired)
    }

    fn delete(&self, seqs: &RoaringTreemap) -> Result<(), Error> {
        let deleted = Arc::clone(&self.shared.state().deleted);
        self.keep_deleted(&(&*deleted | seqs))
    }

    fn keep_deleted(&self, deleted: &RoaringTreemap) -> Result<(), Error> {
        let saved: io::Result<()> = deleted::save(&*self.shared.disk, deleted);
        saved.map_err(|error| Error::io("the list of deleted records cannot be written", error))?;
        self.shared.state().deleted = Arc::new(deleted.clone());
        Ok(())
    }

    /// Removes whole segments that are too old, or the oldest while there are too many bytes, and of segments of several days
    /// those days that are too old.
    fn forget(&mut self, now: Timestamp) -> Result<usize, Error> {
        let retention = self.shared.options.retention;
        if let Some(age) = retention.age_max {
            self.forget_days_before(day::day_of(now - age))?;
        }
        let mut segments = self.shared.state().segments.clone();
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
        let mut catalog = self.catalog.clone();
        catalog.segments.retain(|entry| !is_gone(&entry.name));
        self.save(catalog)?;
        self.shared.state().segments.retain(|segment| !is_gone(segment.name()));
        self.remove(&gone);
        Ok(gone.len())
    }

    /// Deletes the records of earlier days from segments that hold later ones too; the next merge takes them off the disk.
    fn forget_days_before(&mut self, day: i64) -> Result<(), Error> {
        let segments = self.shared.state().segments.clone();
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
