//! Checking a whole store, and keeping what is whole of damaged segments.

use crate::{
    Damage, Error,
    catalog::{Entry, SEGMENTS},
    disk::ObjectStore,
    segment::{Segment, SegmentWriter},
    view::Snapshot,
};
use std::sync::Arc;

/// What reading everything has found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    pub segments: usize,
    pub blocks: usize,
    pub bytes: u64,
    /// One for each block or summary that is not whole, for what could not be read when the store was opened,
    /// and for the list of what was deleted.
    pub damages: Vec<Damage>,
}

/// What a repair has done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Repaired {
    /// Where the damaged files were copied to, for whoever wants to look closer.
    pub set_aside: Vec<String>,
    pub rows_kept: u64,
    /// Rows in damaged blocks, as footers count them.
    pub rows_lost: u64,
    /// Segments whose footer was damaged itself: nobody knows how many rows they had beside those of blocks that were found.
    pub footers_lost: usize,
}

/// Reads everything that these see: one snapshot for each kind.
pub(crate) fn verify(snapshots: &[Snapshot]) -> Verified {
    let mut verified = Verified::default();
    for damage in snapshots.iter().flat_map(|snapshot| snapshot.unread().iter().chain(snapshot.undeleted())) {
        // What the log has lost may have been of any kind, and each snapshot tells of it.
        if !verified.damages.contains(damage) {
            verified.damages.push(damage.clone());
        }
    }
    for segment in snapshots.iter().flat_map(Snapshot::segments) {
        verified.segments += 1;
        verified.bytes += segment.bytes();
        verified.blocks += segment.blocks().len();
        verified.damages.extend((0..segment.blocks().len()).filter_map(|block| check(segment, block).err()));
        verified.damages.extend(segment.summary().err());
    }
    verified
}

/// Whether every block is whole.
pub(crate) fn is_sound(segment: &Segment) -> bool {
    (0..segment.blocks().len()).all(|block| is_block_sound(segment, block))
}

pub(crate) fn is_block_sound(segment: &Segment, block: usize) -> bool {
    check(segment, block).is_ok()
}

fn check(segment: &Segment, block: usize) -> Result<(), Damage> {
    segment.open_block(block)?.verify()
}

/// What is whole of a damaged segment.
pub(crate) struct Salvaged {
    pub(crate) set_aside: String,
    /// Its day and its file, when there is anything to keep.
    pub(crate) segment: Option<(i64, Vec<u8>)>,
    pub(crate) rows_kept: u64,
    /// In blocks whose length is known.
    pub(crate) rows_lost: u64,
    pub(crate) is_footer_lost: bool,
}

/// Copies a damaged segment to `damaged/` and collects its whole blocks; `None` when the segment is whole.
pub(crate) fn salvage(disk: &Arc<dyn ObjectStore>, entry: &Entry) -> Result<Option<Salvaged>, Error> {
    let opened = Segment::open(disk, &entry.name, entry.bytes);
    let is_footer_lost = opened.is_err();
    // Those that it really has; none when it is gone.
    let size = crate::disk::size(&**disk, &entry.name);
    let bytes = size.map_err(|error| Error::io("the segments cannot be listed", error))?.unwrap_or(0);
    let segment = opened.unwrap_or_else(|_| Segment::without_footer(disk, &entry.name, bytes));
    let mut writer = SegmentWriter::new();
    let (mut rows_kept, mut rows_lost) = (0, 0);
    for (number, info) in segment.blocks().iter().enumerate() {
        match check(&segment, number).and_then(|()| segment.raw_block(number)) {
            Ok(bytes) => {
                writer.add(&bytes, info);
                rows_kept += u64::from(info.rows);
            }
            Err(_) => rows_lost += u64::from(info.rows),
        }
    }
    if !is_footer_lost && rows_lost == 0 && segment.summary().is_ok() {
        return Ok(None);
    }
    let set_aside = set_aside(&**disk, &entry.name, bytes)?;
    let kept = (!writer.is_empty()).then(|| (segment.days().0, writer.finish(std::slice::from_ref(&entry.name))));
    Ok(Some(Salvaged { set_aside, segment: kept, rows_kept, rows_lost, is_footer_lost }))
}

/// Copies what there is of a file; one that is gone altogether leaves an empty copy.
fn set_aside(disk: &dyn ObjectStore, name: &str, size: u64) -> Result<String, Error> {
    let copy = name.replacen(SEGMENTS, "damaged", 1);
    let failed = |error| Error::io(format!("{name} cannot be set aside"), error);
    let bytes = if size == 0 { Vec::new() } else { disk.get(name, 0..size).map_err(failed)? };
    disk.put(&copy, &bytes).map_err(failed)?;
    Ok(copy)
}
