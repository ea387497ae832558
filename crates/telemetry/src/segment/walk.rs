//! A segment whose footer cannot be read: its blocks are found one after the other by their heads, which say how long they are.

use super::{
    Block, BlockInfo, Bytes, Segment,
    file::BLOCKS_MAX,
    file::MAGIC,
    head::{PREFIX, Prefix},
};
use crate::disk::ObjectStore;
use std::sync::Arc;

impl Segment {
    /// As much of a segment as can be found without its footer: all blocks up to the first whose head is not whole. Parts of
    /// a block may be damaged all the same.
    pub(crate) fn without_footer(disk: &Arc<dyn ObjectStore>, name: &str, bytes: u64) -> Self {
        let mut blocks: Vec<BlockInfo> = Vec::new();
        let mut start = MAGIC.len() as u64;
        while blocks.len() < BLOCKS_MAX && start < bytes {
            let Some(block) = block_at(disk, name, start, bytes) else { break };
            start += block.len;
            blocks.push(block);
        }
        Self::of_blocks(disk, name, bytes, blocks)
    }
}

/// None where there is no block, but what follows the last one, or damage.
fn block_at(disk: &Arc<dyn ObjectStore>, name: &str, start: u64, bytes: u64) -> Option<BlockInfo> {
    let rest = Bytes::in_file(Arc::clone(disk), name, start, bytes - start);
    let prefix = Prefix::read(&rest.read(0, PREFIX as u64).ok()?).ok()?;
    let block = Block::open(rest).ok()?;
    let len = if prefix.is_packed { (PREFIX + prefix.len) as u64 } else { block.len() };
    let is_whole = len <= bytes - start;
    let rows = block.rows() as u32;
    is_whole.then(|| BlockInfo { start, len, rows, time_range: block.time_range(), seq_range: block.seq_range() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Batch, Numbered, Record,
        disk::Simulated,
        segment::{Chosen, SegmentWriter},
    };
    use model::Timestamp;

    const NAME: &str = "segments/1.seg";

    /// Blocks of as many rows: large ones lie in parts, small ones are packed.
    fn segment(rows: &[u32]) -> (Arc<dyn ObjectStore>, Simulated, Segment) {
        let mut writer = SegmentWriter::new();
        let mut seq = 1;
        for &rows in rows {
            let mut batch = Batch::new();
            for row in 0..rows {
                let noise = row.wrapping_mul(0x9E37_79B9).rotate_left(7).wrapping_mul(0x85EB_CA6B);
                let message = format!("user {noise:x} from {:x} took {row} ms", noise.rotate_left(16) ^ row);
                let (time, message) = (Timestamp::from_micros(i64::from(row)), message.into_bytes());
                batch.push(&Record { time, level: None, source: b"test".to_vec(), message, fields: vec![] }).unwrap();
            }
            let chosen: Vec<Chosen> = (0..rows).map(|row| Chosen { batch: 0, row }).collect();
            writer.encode(&[&Numbered { first_seq: seq, batch }], &chosen);
            seq += u64::from(rows);
        }
        let bytes = writer.finish(&[]);
        let simulated = Simulated::default();
        simulated.put(NAME, &bytes).unwrap();
        let disk: Arc<dyn ObjectStore> = Arc::new(simulated.clone());
        let segment = Segment::open(&disk, NAME, bytes.len() as u64).unwrap();
        (disk, simulated, segment)
    }

    #[test]
    fn blocks_are_found_without_the_footer() {
        let (disk, simulated, segment) = segment(&[20_000, 3, 15_000, 1]);
        let blocks = segment.blocks();
        assert_eq!(blocks.len(), 4);
        assert!(blocks[0].len > 128 << 10, "too large to be packed: {}", blocks[0].len);
        let found = |bytes| Segment::without_footer(&disk, NAME, bytes).blocks().to_vec();
        assert_eq!(found(segment.bytes()), blocks);
        // Cut off within a block, and just behind one.
        assert_eq!(found(blocks[2].start + blocks[2].len / 2), blocks[..2]);
        assert_eq!(found(blocks[2].start), blocks[..2]);
        for bytes in [0, 7, 8, 9, 16] {
            assert_eq!(found(bytes), [], "{bytes}");
        }
        // Damage in a part leaves the length known, damage in a head does not.
        let flip = |at: u64| simulated.change(NAME, |bytes| bytes[at as usize] ^= 1);
        flip(blocks[0].start + blocks[0].len - 1);
        assert_eq!(found(segment.bytes()), blocks);
        flip(blocks[1].start + 9);
        assert_eq!(found(segment.bytes()), blocks[..1]);
    }
}
