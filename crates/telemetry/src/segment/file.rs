//! A segment's file: [`MAGIC`], blocks end to end, perhaps a summary of them, a footer that lists them, and a tail that leads to
//! the footer.
//!
//! The tail is `length of footer: u32`, `checksum of footer: u32`, [`MAGIC`] again.

use super::{
    Block, Bytes, Chosen, ROWS_MAX, SegmentField, Summary,
    compress::Zip,
    encode_block,
    filter::Sparse,
    head::PartLocation,
    summary::{FilterAt, Summing},
};
use crate::{
    Damage,
    batch::{Batch, Numbered},
    day,
    disk::ObjectStore,
    wire::{Malformed, Reader, checksum, put_bytes, put_signed, put_varint},
};
use model::Timestamp;
use std::{
    io,
    ops::Range,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

pub(super) const MAGIC: &[u8; 8] = b"VigieSG2";
const TAIL: usize = 4 + 4 + 8;
pub(super) const BLOCKS_MAX: usize = 1 << 16;
/// Text in a block, at most: what decoding all its messages takes.
const BLOCK_TEXT_MAX: usize = 8 << 20;
/// Different field names in a block, at most.
const BLOCK_NAMES_MAX: usize = 1024;

/// A summary takes at most so many-th part of its segment: of a small one, or one whose records have little in common, blocks
/// are as soon opened.
const SUMMARY_SHARE: usize = if cfg!(test) { 0 } else { 32 };

/// Where a block lies in its segment, and what it spans.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockInfo {
    pub start: u64,
    pub len: u64,
    pub rows: u32,
    pub time_range: (Timestamp, Timestamp),
    pub seq_range: (u64, u64),
}

/// An opened segment: its footer is decoded and checked.
pub struct Segment {
    disk: Arc<dyn ObjectStore>,
    name: String,
    bytes: u64,
    blocks: Vec<BlockInfo>,
    replaces: Vec<String>,
    summary: Option<PartLocation>,
    is_void: AtomicBool,
}

/// A file that is void goes with the last who reads it: what a snapshot saw stays there for it.
impl Drop for Segment {
    fn drop(&mut self) {
        if *self.is_void.get_mut()
            && let Err(error) = self.disk.delete(&self.name)
        {
            // No catalogue lists it: it goes when the store is next opened.
            tracing::warn!(%error, name = self.name, "a segment that was replaced cannot be removed yet");
        }
    }
}

impl Segment {
    pub(crate) fn open(disk: &Arc<dyn ObjectStore>, name: &str, bytes: u64) -> Result<Self, Damage> {
        let read = |range: Range<u64>| disk.get(name, range).map_err(|error| unreadable(name, &error));
        let short = || Damage::new(name, "it is too short to be a segment");
        let tail_start = bytes.checked_sub(TAIL as u64).ok_or_else(short)?;
        let tail = read(tail_start..bytes)?;
        let mut reader = Reader(&tail);
        let malformed = |malformed: Malformed| malformed.at(name);
        let (len, expected) = (reader.u32().map_err(malformed)?, reader.u32().map_err(malformed)?);
        let footer = read(tail_start.checked_sub(u64::from(len)).ok_or_else(short)?..tail_start)?;
        if reader.0 != MAGIC || checksum(&footer) != expected {
            return Err(Damage::new(name, "its footer has another checksum than it was written with"));
        }
        let Footer { blocks, replaces, summary } = Footer::read(&footer).map_err(malformed)?;
        Ok(Self {
            disk: Arc::clone(disk),
            name: name.to_owned(),
            bytes,
            blocks,
            replaces,
            summary,
            is_void: AtomicBool::new(false),
        })
    }

    pub(super) fn of_blocks(disk: &Arc<dyn ObjectStore>, name: &str, bytes: u64, blocks: Vec<BlockInfo>) -> Self {
        let (replaces, is_void) = (Vec::new(), AtomicBool::new(false));
        Self { disk: Arc::clone(disk), name: name.to_owned(), bytes, blocks, replaces, summary: None, is_void }
    }

    /// Its file is removed once nobody reads it any more.
    pub(crate) fn make_void(&self) {
        self.is_void.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_void(&self) -> bool {
        self.is_void.load(Ordering::Relaxed)
    }

    /// The object's name, unique for ever.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    pub fn blocks(&self) -> &[BlockInfo] {
        &self.blocks
    }

    pub fn rows(&self) -> u64 {
        self.blocks.iter().map(|block| u64::from(block.rows)).sum()
    }

    /// Least and greatest time. A segment has at least one block.
    pub fn time_range(&self) -> (Timestamp, Timestamp) {
        let least = self.blocks.iter().map(|block| block.time_range.0).min();
        let greatest = self.blocks.iter().map(|block| block.time_range.1).max();
        (least.unwrap_or_default(), greatest.unwrap_or_default())
    }

    /// Days of the least and the greatest time, since 1970.
    pub(crate) fn days(&self) -> (i64, i64) {
        let (first, last) = self.time_range();
        (day::day_of(first), day::day_of(last))
    }

    pub fn seq_range(&self) -> (u64, u64) {
        let least = self.blocks.iter().map(|block| block.seq_range.0).min();
        let greatest = self.blocks.iter().map(|block| block.seq_range.1).max();
        (least.unwrap_or_default(), greatest.unwrap_or_default())
    }

    /// Segments that this one was merged from; where one of them is still there, it is void.
    pub(crate) fn replaces(&self) -> &[String] {
        &self.replaces
    }

    /// # Panics
    /// When there is no such block.
    ///
    /// # Errors
    /// [`Damage`] where what is read does not match its checksum, or means nothing.
    pub fn open_block(&self, block: usize) -> Result<Block, Damage> {
        let info = &self.blocks[block];
        Block::open(Bytes::in_file(Arc::clone(&self.disk), &self.name, info.start, info.len))
    }

    /// A block as it lies in the file.
    pub(crate) fn raw_block(&self, block: usize) -> Result<Vec<u8>, Damage> {
        let info = &self.blocks[block];
        self.read(info.start..info.start + info.len)
    }

    /// What its blocks may hold; none where no summary was written.
    pub(crate) fn summary(&self) -> Result<Option<Summary>, Damage> {
        let Some(part) = self.summary else { return Ok(None) };
        Summary::read(&self.checked(part, "its summary")?).map(Some).map_err(|malformed| malformed.at(&self.name))
    }

    /// Whether a record of the block may have just this text in the field, by the filter of its values.
    pub(crate) fn may_hold(&self, block: usize, field: &SegmentField, text: &[u8]) -> Result<bool, Damage> {
        let Some(filter) = field.in_block(block) else { return Ok(false) };
        let Some(filter) = filter.filter(|_| field.info.encoding.may_be(text)) else { return Ok(true) };
        let (places, expected) = self.sparse(filter)?.places(text);
        // They rise, and lie close to each other: asking for each by itself would cost thrice as much.
        let [first, _, last] = places;
        let bytes = self.read(filter.part.start + first..filter.part.start + last + 1)?;
        Ok(places.iter().fold(expected, |found, place| found ^ bytes[(place - first) as usize]) == 0)
    }

    /// A filter whose checksum was looked at once: from then on three of its bytes are read for each question.
    fn sparse(&self, filter: &FilterAt) -> Result<Sparse, Damage> {
        if let Some(known) = filter.read.get() {
            return Ok(*known);
        }
        let bytes = self.checked(filter.part, "a filter")?;
        let sparse = Sparse::read(&bytes).map_err(|malformed| malformed.at(&self.name))?;
        Ok(*filter.read.get_or_init(|| sparse))
    }

    fn checked(&self, part: PartLocation, what: &str) -> Result<Vec<u8>, Damage> {
        let end = part.start.checked_add(u64::from(part.len)).filter(|end| *end <= self.bytes);
        let bytes = self.read(part.start..end.ok_or_else(|| Damage::new(&self.name, "a length is out of bounds"))?)?;
        if checksum(&bytes) == part.checksum {
            Ok(bytes)
        } else {
            Err(Damage::new(&self.name, format!("{what} has another checksum than it was written with")))
        }
    }

    fn read(&self, range: Range<u64>) -> Result<Vec<u8>, Damage> {
        self.disk.get(&self.name, range).map_err(|error| unreadable(&self.name, &error))
    }
}

fn unreadable(name: &str, error: &io::Error) -> Damage {
    Damage::new(name, format!("it cannot be read: {error}"))
}

struct Footer {
    blocks: Vec<BlockInfo>,
    replaces: Vec<String>,
    summary: Option<PartLocation>,
}

impl Footer {
    fn put(&self, footer: &mut Vec<u8>) {
        put_varint(footer, self.blocks.len() as u64);
        for block in &self.blocks {
            put_varint(footer, block.len);
            put_varint(footer, u64::from(block.rows));
            put_signed(footer, block.time_range.0.as_micros());
            put_signed(footer, block.time_range.1.as_micros());
            put_varint(footer, block.seq_range.0);
            put_varint(footer, block.seq_range.1);
        }
        put_varint(footer, self.replaces.len() as u64);
        self.replaces.iter().for_each(|name| put_bytes(footer, name.as_bytes()));
        if let Some(summary) = self.summary {
            put_varint(footer, u64::from(summary.len));
            footer.extend_from_slice(&summary.checksum.to_le_bytes());
        }
    }

    fn read(footer: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader(footer);
        let mut start = MAGIC.len() as u64;
        let mut blocks = Vec::new();
        for _ in 0..reader.count(BLOCKS_MAX)? {
            let len = reader.varint()?;
            let rows = reader.count(ROWS_MAX)? as u32;
            let time_range = (Timestamp::from_micros(reader.signed()?), Timestamp::from_micros(reader.signed()?));
            let seq_range = (reader.varint()?, reader.varint()?);
            blocks.push(BlockInfo { start, len, rows, time_range, seq_range });
            start = start.checked_add(len).ok_or(Malformed("a length is out of bounds"))?;
        }
        let replaces = (0..reader.count(BLOCKS_MAX)?).map(|_| reader.text().map(str::to_owned));
        let replaces = replaces.collect::<Result<_, _>>()?;
        // Where there is none, the footer ends here.
        let summary = if reader.0.is_empty() {
            None
        } else {
            Some(PartLocation { start, len: reader.count(u32::MAX as usize)? as u32, checksum: reader.u32()? })
        };
        Ok(Self { blocks, replaces, summary })
    }
}

/// A segment that is being made, in memory.
pub(crate) struct SegmentWriter {
    bytes: Vec<u8>,
    blocks: Vec<BlockInfo>,
    /// None where no summary can be made.
    summing: Option<Summing>,
}

impl SegmentWriter {
    pub(crate) fn new() -> Self {
        Self { bytes: MAGIC.to_vec(), blocks: Vec::new(), summing: Some(Summing::default()) }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }

    /// Adds a block as it is.
    pub(crate) fn add(&mut self, block: &[u8], info: &BlockInfo) {
        let (start, len) = (self.bytes.len() as u64, block.len() as u64);
        self.summing = self.summing.take().and_then(|summing| {
            // One that cannot be opened is found when it is asked.
            let opened = Block::open(Bytes::in_memory(block, "a new block")).ok()?;
            summing.add(self.blocks.len(), start, &opened)
        });
        self.blocks.push(BlockInfo { start, len, ..info.clone() });
        self.bytes.extend_from_slice(block);
    }

    /// Encodes records, sorted by time and sequence number, into as many blocks as they need.
    pub(crate) fn encode(&mut self, batches: &[&Numbered], sorted: &[Chosen]) {
        for chosen in cut(batches, sorted) {
            let time = |at: usize| batches[chosen[at].batch as usize].batch.get(chosen[at].row as usize).time();
            let seqs = || chosen.iter().map(|chosen| batches[chosen.batch as usize].first_seq + u64::from(chosen.row));
            let info = BlockInfo {
                start: 0,
                len: 0,
                rows: chosen.len() as u32,
                time_range: (time(0), time(chosen.len() - 1)),
                seq_range: (seqs().min().unwrap_or_default(), seqs().max().unwrap_or_default()),
            };
            self.add(&encode_block(batches, chosen), &info);
        }
    }

    /// The whole file.
    pub(crate) fn finish(mut self, replaces: &[String]) -> Vec<u8> {
        let fits = |summary: &Vec<u8>| summary.len() * SUMMARY_SHARE <= self.bytes.len();
        let summary = self.summing.take().map(Summing::finish).and_then(|mut summary| {
            let zip = &mut Zip::new();
            let whole = Some(summary.write(zip)).filter(fits);
            whole.or_else(|| {
                summary.forget_digests();
                Some(summary.write(zip)).filter(fits)
            })
        });
        let summary = summary.map(|summary| {
            let part = PartLocation {
                start: self.bytes.len() as u64,
                len: summary.len() as u32,
                checksum: checksum(&summary),
            };
            self.bytes.extend(summary);
            part
        });
        let mut footer = Vec::new();
        Footer { blocks: self.blocks, replaces: replaces.to_vec(), summary }.put(&mut footer);
        self.bytes.extend_from_slice(&footer);
        self.bytes.extend_from_slice(&(footer.len() as u32).to_le_bytes());
        self.bytes.extend_from_slice(&checksum(&footer).to_le_bytes());
        self.bytes.extend_from_slice(MAGIC);
        self.bytes
    }
}

/// Cuts records into blocks of like size within the bounds on rows, text and names.
fn cut<'a>(batches: &[&Numbered], sorted: &'a [Chosen]) -> Vec<&'a [Chosen]> {
    let rows_max = sorted.len().div_ceil(sorted.len().div_ceil(ROWS_MAX).max(1)).max(1);
    let text_enough = text_enough(batches, sorted.len());
    let mut blocks = Vec::new();
    let (mut start, mut text) = (0, 0);
    let mut names = std::collections::HashSet::new();
    for (at, chosen) in sorted.iter().enumerate() {
        let batch = &batches[chosen.batch as usize].batch;
        let record = batch.get(chosen.row as usize);
        let own = record.message().len() + record.text_bytes_of_fields();
        // Few batches have so many names that a block of theirs could have too many.
        if batches.len() * batch.names().len() > BLOCK_NAMES_MAX / 4 {
            names.extend(record.fields().map(|(name, _)| name));
        }
        let is_full = at - start == rows_max || text >= text_enough || text + own > BLOCK_TEXT_MAX;
        if at > start && (is_full || names.len() > BLOCK_NAMES_MAX) {
            blocks.push(&sorted[start..at]);
            (start, text) = (at, 0);
            names.clear();
            names.extend(record.fields().map(|(name, _)| name));
        }
        text += own;
    }
    if start < sorted.len() {
        blocks.push(&sorted[start..]);
    }
    blocks
}

/// Text of one of as few blocks as have room for all of it, when each has as much: about that of so many records, and a little
/// more, so that no rest stays.
fn text_enough(batches: &[&Numbered], records: usize) -> usize {
    let all = |count: fn(&Batch) -> usize| batches.iter().map(|numbered| count(&numbered.batch)).sum::<usize>();
    let text = all(Batch::text_bytes) as u64 * records as u64 / all(Batch::len).max(1) as u64;
    match (text as usize).div_ceil(BLOCK_TEXT_MAX) {
        0 | 1 => BLOCK_TEXT_MAX,
        blocks => text as usize / blocks * 17 / 16,
    }
}
