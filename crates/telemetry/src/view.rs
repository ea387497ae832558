//! What a search sees: the segments and batches of one moment, unchanged however long it takes.

use crate::{
    Damage, Kind, PerKind,
    batch::Numbered,
    memtable::Memtables,
    positions::Positions,
    segment::{Block, Segment, SharedOutlines, Summary},
};
use roaring::RoaringTreemap;
use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, PoisonError},
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
    pub(crate) fn snapshot(&self, kind: Kind, cache: &Arc<BlockCache>) -> Snapshot {
        let sealing = self.sealing.iter().flat_map(|sealing| sealing.memtables.of(kind).batches());
        Snapshot {
            segments: self.segments[kind].clone(),
            memory: sealing.chain(self.active.of(kind).batches()).cloned().collect(),
            deleted: Arc::clone(&self.deleted),
            unread: Arc::clone(&self.unread[kind]),
            undeleted: self.undeleted.clone(),
            cache: Arc::clone(cache),
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

/// Blocks that were opened lately. Opening one decodes its head, which takes longer than most searches spend in it.
pub(crate) struct BlockCache {
    blocks_max: usize,
    blocks: Mutex<Cached>,
}

#[derive(Default)]
struct Cached {
    by_place: HashMap<(String, usize), Arc<Block>>,
    /// In the order in which they were opened.
    order: VecDeque<(String, usize)>,
    /// By segment; none of one that has none.
    summaries: HashMap<String, Option<Arc<Summary>>>,
    summary_bytes: usize,
    outlines: SharedOutlines,
}

impl BlockCache {
    pub(crate) fn new(blocks_max: usize) -> Self {
        Self { blocks_max, blocks: Mutex::default() }
    }

    fn block(&self, segment: &Segment, number: usize) -> Result<Arc<Block>, Damage> {
        let place = (segment.name().to_owned(), number);
        if let Some(block) = self.lock().by_place.get(&place) {
            return Ok(Arc::clone(block));
        }
        let block = Arc::new(segment.open_block(number)?);
        let mut cached = self.lock();
        // Nobody would forget it.
        if segment.is_void() {
            return Ok(block);
        }
        while cached.by_place.len() >= self.blocks_max.max(1) {
            let Some(oldest) = cached.order.pop_front() else { break };
            cached.by_place.remove(&oldest);
        }
        if cached.by_place.insert(place.clone(), Arc::clone(&block)).is_none() {
            cached.order.push_back(place);
        }
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
        cached.by_place.retain(|(name, _), _| name != segment);
        cached.order.retain(|(name, _)| name != segment);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Cached> {
        self.blocks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
