//! What a search sees: the segments and batches of one moment, unchanged however long it takes.

use crate::{
    Damage, Kind, PerKind,
    batch::Numbered,
    memtable::Memtables,
    positions::Positions,
    segment::{Block, Segment, SharedOutlines, Summary},
};
use quick_cache::{Weighter, unsync::Cache};
use roaring::RoaringTreemap;
use std::{
    collections::{HashMap, VecDeque},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

/// What is in the store now. Records move from `active` to `sealing` to a segment, each time under one lock, so that a search sees
/// each of them once.
#[derive(Default)]
pub(crate) struct State {
    pub(crate) active: Memtables,
    pub(crate) sealing: VecDeque<Sealing>,
    pub(crate) segments: PerKind<Vec<Arc<Segment>>>,
    /// Of all kinds: they share their numbers.
    pub(crate) deleted: Arc<RoaringTreemap>,
    /// What could not be read when the store was opened: no search of that kind sees it, and each says so.
    pub(crate) unread: PerKind<Arc<Vec<Damage>>>,
    /// Why records may be seen that were deleted: the list of them could not be read.
    pub(crate) undeleted: Option<Damage>,
    pub(crate) positions: Positions,
    /// Whether some of them changed since the last sealing began.
    pub(crate) has_moved: bool,
    /// Why positions are missing.
    pub(crate) unplaced: Option<Damage>,
    /// Another one whenever records went: see [`Snapshot::losses`].
    pub(crate) losses: Losses,
}

/// A number that no other store of this process has had, nor this one before records went from it.
pub(crate) struct Losses(u64);

impl Default for Losses {
    fn default() -> Self {
        static LAST: AtomicU64 = AtomicU64::new(0);
        Self(LAST.fetch_add(1, Ordering::Relaxed))
    }
}

/// Memtables that take no more records.
#[derive(Clone)]
pub(crate) struct Sealing {
    pub(crate) memtables: Memtables,
    /// As they were when these took their last record.
    pub(crate) positions: Positions,
    /// Every acknowledged record with a lower number is in them, or in a segment.
    pub(crate) sealed_before: u64,
    /// The last log file that holds any of them.
    pub(crate) wal_through: u64,
}

impl State {
    /// To be called when records are no longer to be found that were.
    pub(crate) fn note_loss(&mut self) {
        self.losses = Losses::default();
    }

    pub(crate) fn snapshot(&self, kind: Kind, cache: &Arc<BlockCache>) -> Snapshot {
        let sealing = self.sealing.iter().flat_map(|sealing| sealing.memtables.of(kind).batches());
        Snapshot {
            segments: self.segments[kind].clone(),
            memory: sealing.chain(self.active.of(kind).batches()).cloned().collect(),
            deleted: Arc::clone(&self.deleted),
            unread: Arc::clone(&self.unread[kind]),
            undeleted: self.undeleted.clone(),
            cache: Arc::clone(cache),
            losses: self.losses.0,
            first: 0,
        }
    }
}

/// The records of one kind at one moment. Files of its segments stay as long as it does, whatever takes their place meanwhile.
#[derive(Clone)]
pub struct Snapshot {
    segments: Vec<Arc<Segment>>,
    memory: Vec<Arc<Numbered>>,
    deleted: Arc<RoaringTreemap>,
    unread: Arc<Vec<Damage>>,
    undeleted: Option<Damage>,
    cache: Arc<BlockCache>,
    losses: u64,
    /// Records with a lower number are left out.
    first: u64,
}

impl Snapshot {
    /// What could not be read when the store was opened.
    pub fn unread(&self) -> &[Damage] {
        &self.unread
    }

    /// Why records may be seen that were deleted.
    pub fn undeleted(&self) -> Option<&Damage> {
        self.undeleted.as_ref()
    }

    pub fn segments(&self) -> &[Arc<Segment>] {
        &self.segments
    }

    /// Acknowledged records that are in no segment yet, in rising order of their sequence numbers.
    pub fn memory(&self) -> &[Arc<Numbered>] {
        &self.memory
    }

    /// The same as if nothing had been deleted: what was once kept, as far as its bytes are still there.
    #[must_use]
    pub fn with_deleted(mut self) -> Self {
        self.deleted = Arc::default();
        self
    }

    /// What came after the record of that number: every other record is left out of all that is asked of it, whenever it says it
    /// happened, and segments and batches that hold only such are not looked at.
    #[must_use]
    pub fn after(&self, seq: u64) -> Self {
        let segments = self.segments.iter().filter(|segment| segment.seq_range().1 > seq).cloned().collect();
        let is_later = |batch: &&Arc<Numbered>| batch.last_seq().is_some_and(|last| last > seq);
        let memory = self.memory.iter().filter(is_later).cloned().collect();
        let (deleted, unread) = (Arc::clone(&self.deleted), Arc::clone(&self.unread));
        let (undeleted, cache) = (self.undeleted.clone(), Arc::clone(&self.cache));
        let first = self.first.max(seq.saturating_add(1));
        Self { segments, memory, deleted, unread, undeleted, cache, losses: self.losses, first }
    }

    /// The greatest number that any of its records has: whatever is appended later has a greater one.
    pub fn last_seq(&self) -> Option<u64> {
        // What is in memory is newer than what was sealed.
        let in_memory = self.memory.iter().filter_map(|batch| batch.last_seq()).max();
        in_memory.or_else(|| self.segments.iter().map(|segment| segment.seq_range().1).max())
    }

    /// As long as this stays the same, records have only come: none was deleted or forgotten, and it is the same store.
    pub const fn losses(&self) -> u64 {
        self.losses
    }

    /// The first number that is not left out.
    pub(crate) const fn first_seq(&self) -> u64 {
        self.first
    }

    /// Whether a search does not see the record, which was deleted or is left out.
    pub(crate) fn hides(&self, seq: u64) -> bool {
        seq < self.first || self.is_deleted(seq)
    }

    /// Whether a search may not see some record with a number in that range.
    pub(crate) fn hides_any_of(&self, range: (u64, u64)) -> bool {
        range.0 < self.first || self.has_deleted(range)
    }

    /// Whether the record was deleted; it may still lie in memory or in a segment.
    pub fn is_deleted(&self, seq: u64) -> bool {
        self.deleted.contains(seq)
    }

    /// Whether any record with a number in `first..=last` was deleted.
    pub fn has_deleted(&self, (first, last): (u64, u64)) -> bool {
        self.deleted.range_cardinality(first..=last) > 0
    }

    /// Opens a block of a segment, or finds it open.
    ///
    /// # Errors
    /// [`Damage`] where what is read does not match its checksum, or means nothing.
    pub fn block(&self, segment: &Segment, block: usize) -> Result<Arc<Block>, Damage> {
        self.cache.block(segment, block)
    }

    /// What a segment's blocks may hold, where it was summed up.
    pub(crate) fn summary(&self, segment: &Segment) -> Result<Option<Arc<Summary>>, Damage> {
        self.cache.summary(segment)
    }
}

/// Bytes of summaries that are kept.
const SUMMARY_BYTES_MAX: usize = 24 << 20;

/// Blocks that searches have opened. Opening one decodes its head, which takes longer than most searches spend in it.
pub(crate) struct BlockCache {
    blocks: Mutex<Cached>,
}

/// A segment's name, and the number of a block in it.
type Place = (String, usize);

#[derive(Clone)]
struct BlockBytes;

impl Weighter<Place, Arc<Block>> for BlockBytes {
    fn weight(&self, (name, _): &Place, block: &Arc<Block>) -> u64 {
        (name.len() + block.memory_bytes()) as u64
    }
}

/// A block of an ordinary segment takes about so many bytes.
const USUAL_BYTES: usize = 64 << 10;

struct Cached {
    /// Bounded by bytes. What was asked for again stays before what a search has opened once on its way.
    blocks: Cache<Place, Arc<Block>, BlockBytes>,
    /// By segment; none of one that has none.
    summaries: HashMap<String, Option<Arc<Summary>>>,
    summary_bytes: usize,
    outlines: SharedOutlines,
}

impl BlockCache {
    pub(crate) fn new(bytes_max: usize) -> Self {
        let blocks = Cache::with_weighter(bytes_max / USUAL_BYTES + 1, bytes_max as u64, BlockBytes);
        let (summaries, summary_bytes, outlines) = Default::default();
        Self { blocks: Mutex::new(Cached { blocks, summaries, summary_bytes, outlines }) }
    }

    fn block(&self, segment: &Segment, number: usize) -> Result<Arc<Block>, Damage> {
        let place = (segment.name().to_owned(), number);
        if let Some(block) = self.lock().blocks.get(&place) {
            return Ok(Arc::clone(block));
        }
        let block = Arc::new(segment.open_block(number)?);
        let mut cached = self.lock();
        // Nobody would forget it.
        if segment.is_void() {
            return Ok(block);
        }
        cached.blocks.insert(place, Arc::clone(&block));
        Ok(block)
    }

    /// Those that are kept first stay: what is read anew for each question is at least not read in vain.
    fn summary(&self, segment: &Segment) -> Result<Option<Arc<Summary>>, Damage> {
        if let Some(known) = self.lock().summaries.get(segment.name()) {
            return Ok(known.clone());
        }
        let mut summary = segment.summary()?;
        let mut cached = self.lock();
        let is_full = cached.summary_bytes + cached.outlines.memory_bytes() >= SUMMARY_BYTES_MAX;
        if is_full || segment.is_void() {
            return Ok(summary.map(Arc::new));
        }
        if let Some(summary) = &mut summary {
            summary.share(&mut cached.outlines);
        }
        let bytes = summary.as_ref().map_or(0, Summary::memory_bytes);
        let summary = summary.map(Arc::new);
        if cached.summaries.insert(segment.name().to_owned(), summary.clone()).is_none() {
            cached.summary_bytes += bytes;
        }
        Ok(summary)
    }

    pub(crate) fn forget(&self, segment: &str) {
        let mut cached = self.lock();
        if let Some(Some(summary)) = cached.summaries.remove(segment) {
            cached.summary_bytes -= summary.memory_bytes();
            drop(summary);
            cached.outlines.tidy();
        }
        cached.blocks.retain(|(name, _), _| name != segment);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Cached> {
        self.blocks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Batch, Kind, Options, Record, Store,
        disk::{Disk, Simulated},
    };
    use model::Timestamp;

    #[test]
    fn opened_blocks_are_bounded_by_bytes_and_those_asked_again_stay() {
        let now = Timestamp::EPOCH;
        let (store, _) = Store::open_on(Disk::of(Arc::new(Simulated::default())), Options::default(), now).unwrap();
        for day in 0..40 {
            let mut batch = Batch::new();
            for number in 0..50 {
                let time = Timestamp::from_micros(day * crate::day::DAY_MICROS + number);
                let message = format!("a message of day {day} with number {number}").into_bytes();
                batch.push(&Record { time, level: None, source: vec![], message, fields: vec![] }).unwrap();
            }
            store.append(Kind::Log, batch, now).unwrap().blocking_recv().unwrap().unwrap();
        }
        store.seal(now).unwrap().blocking_recv().unwrap().unwrap();
        let snapshot = store.snapshot(Kind::Log);
        let segments = snapshot.segments();
        assert_eq!(segments.len(), 40);
        let one = segments[0].open_block(0).unwrap().memory_bytes();
        let cache = BlockCache::new(10 * one);
        let favourite = cache.block(&segments[0], 0).unwrap();
        let mut is_kept = true;
        for segment in &segments[1..] {
            cache.block(segment, 0).unwrap();
            is_kept &= Arc::ptr_eq(&cache.block(&segments[0], 0).unwrap(), &favourite);
            assert!(cache.lock().blocks.weight() <= 10 * one as u64);
        }
        assert!(is_kept, "it was asked for all the time");
        let kept = cache.lock().blocks.len();
        assert!((3..=11).contains(&kept), "{kept}");
        cache.forget(segments[0].name());
        assert!(!Arc::ptr_eq(&cache.block(&segments[0], 0).unwrap(), &favourite));
    }
}
