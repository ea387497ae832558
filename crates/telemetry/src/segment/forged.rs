//! Blocks with their checksums made right: see [`crate::forged`].

use super::{
    block::Block,
    bytes::Bytes,
    compress,
    head::{self, Head, PREFIX, Prefix},
    message_codec,
    summary::Summary,
};
use crate::{
    Damage,
    wire::{Reader, checksum, put_varint},
};

/// Bytes of a forged block that say how long its head is.
const HEAD_LEN: usize = 4;
/// Rows whose messages are put together: one of each template would do, and a forged one may be long.
const MESSAGES_MAX: usize = 256;

/// Opens and reads a whole block: the length of its head (`u32`), the head not compressed, and the parts.
pub fn block(forged: &[u8]) {
    // What is wrong with it is told; that is all that is asked.
    let _ = open(forged).map(|block| read(&block));
}

/// A real block in the form that [`block`] takes, to begin from; none when it cannot be read.
pub fn unsealed(block: &[u8]) -> Option<Vec<u8>> {
    let prefix = Prefix::read(block).ok()?;
    let stream = block.get(PREFIX..PREFIX + prefix.len)?;
    if prefix.is_packed {
        return unsealed(&head::unpack(stream).ok()?);
    }
    let head = compress::read(&mut Reader(stream)).ok()?;
    Some([&(head.len() as u32).to_le_bytes(), &head[..], &block[PREFIX + prefix.len..]].concat())
}

/// Texts split on their own; `count` of them.
pub fn nested(count: usize, bytes: &[u8]) {
    let _ = message_codec::read_nested(count, &mut Reader(bytes));
}

/// A summary that is not compressed.
pub fn summary(bytes: &[u8]) {
    let mut stream = Vec::new();
    put_varint(&mut stream, (bytes.len() as u64) << 1);
    stream.extend_from_slice(bytes);
    let _ = Summary::read(&stream).map(|summary| {
        let outlines = summary.messages().iter().map(|outline| outline.hash());
        let digests = (0..4).filter_map(|block| summary.digest(block));
        let records = digests.map(|digest| digest.quarters().count() + digest.all().len()).sum::<usize>();
        (outlines.fold(0, u64::wrapping_add), summary.levels().count(), summary.memory_bytes(), records)
    });
}

fn open(forged: &[u8]) -> Option<Block> {
    let len = Reader(forged).u32().ok()? as usize;
    let (head, parts) = forged.get(HEAD_LEN..)?.split_at_checked(len)?;
    let mut stream = Vec::new();
    put_varint(&mut stream, (head.len() as u64) << 1);
    stream.extend_from_slice(head);
    let mut head = Head::read(&stream).ok()?;
    let bytes = [&[0; PREFIX], &stream[..], parts].concat();
    for part in head.parts_mut() {
        let end = part.start.checked_add(u64::from(part.len))?;
        part.checksum = checksum(bytes.get(part.start as usize..end as usize)?);
    }
    Some(Block::new(Bytes::in_memory(bytes, "forged"), head))
}

/// Everything that a reader may ask of a block. One column's damage does not keep from reading the next.
fn read(block: &Block) -> Result<(), Damage> {
    block.verify()?;
    let _ = (block.times(), block.seqs(), block.level_of_rows(), block.outlines().map(<[_]>::len));
    for field in block.fields().chain(block.source()) {
        let _ = block.may_hold(field, b"text");
        let Ok(column) = block.read(field) else { continue };
        let mut scratch = Vec::new();
        for index in 0..column.values.len() {
            let _ = column.value(index, &mut scratch);
        }
    }
    let mut messages = block.messages()?;
    let mut message = Vec::new();
    for row in 0..block.rows().min(MESSAGES_MAX) as u32 {
        message.clear();
        let _ = messages.render(row, &mut message);
    }
    let rows: Vec<u32> = (0..block.rows().min(MESSAGES_MAX) as u32).collect();
    block.records(&rows).map(drop)
}
