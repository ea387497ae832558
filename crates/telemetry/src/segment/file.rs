//! A segment's file: [`MAGIC`], blocks end to end, a footer that lists them, and a tail that leads to the footer.
//!
//! The tail is `length of footer: u32`, `checksum of footer: u32`, [`MAGIC`] again.

use super::{Block, Bytes, Chosen, ROWS_MAX, encode_block};
use crate::{
    Damage,
    batch::Numbered,
    disk::Disk,
    wire::{Malformed, Reader, checksum, put_bytes, put_signed, put_varint},
};
use model::Timestamp;
use std::{ops::Range, sync::Arc};

const MAGIC: &[u8; 8] = b"VigieSG2";
/// Of the first version; what has changed since is within blocks, which say of which version they are.
const MAGIC_BEFORE: &[u8; 8] = b"VigieSG1";
const TAIL: usize = 4 + 4 + 8;
const BLOCKS_MAX: usize = 1 << 16;
/// Text in a block, at most: what decoding all its messages takes.
const BLOCK_TEXT_MAX: usize = 16 << 20;
/// Different field names in a block, at most.
const BLOCK_NAMES_MAX: usize = 1024;

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
    disk: Arc<dyn Disk>,
    name: String,
    bytes: u64,
    blocks: Vec<BlockInfo>,
    replaces: Vec<String>,
}

impl Segment {
    pub(crate) fn open(disk: &Arc<dyn Disk>, name: &str, bytes: u64) -> Result<Self, Damage> {
        let read = |range: Range<u64>| {
            disk.get(name, range).map_err(|error| Damage::new(name, format!("it cannot be read: {error}")))
        };
        let short = || Damage::new(name, "it is too short to be a segment");
        let tail_start = bytes.checked_sub(TAIL as u64).ok_or_else(short)?;
        let tail = read(tail_start..bytes)?;
        let mut reader = Reader(&tail);
        let malformed = |malformed: Malformed| malformed.at(name);
        let (len, expected) = (reader.u32().map_err(malformed)?, reader.u32().map_err(malformed)?);
        let footer = read(tail_start.checked_sub(u64::from(len)).ok_or_else(short)?..tail_start)?;
        if !(reader.0 == MAGIC || reader.0 == MAGIC_BEFORE) || checksum(&footer) != expected {
            return Err(Damage::new(name, "its footer has another checksum than it was written with"));
        }
        let (blocks, replaces) = read_footer(&footer).map_err(malformed)?;
        Ok(Self { disk: Arc::clone(disk), name: name.to_owned(), bytes, blocks, replaces })
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
    pub fn open_block(&self, block: usize) -> Result<Block, Damage> {
        let info = &self.blocks[block];
        Block::open(Bytes::in_file(Arc::clone(&self.disk), &self.name, info.start, info.len))
    }

    /// A block as it lies in the file.
    pub(crate) fn raw_block(&self, block: usize) -> Result<Vec<u8>, Damage> {
        let info = &self.blocks[block];
        let read = self.disk.get(&self.name, info.start..info.start + info.len);
        read.map_err(|error| Damage::new(&self.name, format!("it cannot be read: {error}")))
    }
}

fn read_footer(footer: &[u8]) -> Result<(Vec<BlockInfo>, Vec<String>), Malformed> {
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
    Ok((blocks, replaces))
}

/// A segment that is being made, in memory.
pub(crate) struct SegmentWriter {
    bytes: Vec<u8>,
    blocks: Vec<BlockInfo>,
}

impl SegmentWriter {
    pub(crate) fn new() -> Self {
        Self { bytes: MAGIC.to_vec(), blocks: Vec::new() }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }

    /// Adds a block as it is.
    pub(crate) fn add(&mut self, block: &[u8], info: &BlockInfo) {
        let (start, len) = (self.bytes.len() as u64, block.len() as u64);
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
        let mut footer = Vec::new();
        put_varint(&mut footer, self.blocks.len() as u64);
        for block in &self.blocks {
            put_varint(&mut footer, block.len);
            put_varint(&mut footer, u64::from(block.rows));
            put_signed(&mut footer, block.time_range.0.as_micros());
            put_signed(&mut footer, block.time_range.1.as_micros());
            put_varint(&mut footer, block.seq_range.0);
            put_varint(&mut footer, block.seq_range.1);
        }
        put_varint(&mut footer, replaces.len() as u64);
        replaces.iter().for_each(|name| put_bytes(&mut footer, name.as_bytes()));
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
        if at > start && (at - start == rows_max || text + own > BLOCK_TEXT_MAX || names.len() > BLOCK_NAMES_MAX) {
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
