//! Streams of bytes, compressed with zstd where that makes them smaller.
//!
//! A stream is `varint(length << 1 | compressed)`, then, when compressed, `varint(length before)`, then its bytes. Frames are
//! written without magic number, checksum and length: the block has its own.

use crate::wire::{Malformed, Reader, put_varint};
use std::cell::RefCell;
use zstd::zstd_safe::{CCtx, CParameter, DCtx, DParameter, FrameFormat};

/// The largest stream there is before compression. A length beyond it is damage.
pub(super) const STREAM_BYTES_MAX: usize = 256 << 20;

/// How much work a stream is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effort {
    /// Codes of which only the frequencies matter.
    Codes,
    /// Text.
    Text,
    /// A whole block of few bytes.
    Block,
}

/// The compressor, with its tables kept from stream to stream.
pub(super) struct Zip {
    context: CCtx<'static>,
    scratch: Vec<u8>,
    /// Whether streams are left as they are: they will be compressed together.
    defers: bool,
}

impl Zip {
    pub(super) fn new() -> Self {
        let mut context = CCtx::create();
        for parameter in [
            CParameter::Format(FrameFormat::Magicless),
            CParameter::ContentSizeFlag(false),
            CParameter::ChecksumFlag(false),
            CParameter::DictIdFlag(false),
        ] {
            context.set_parameter(parameter).expect("zstd knows its own parameters");
        }
        Self { context, scratch: Vec::new(), defers: false }
    }

    /// What works between both calls leaves its streams as they are.
    pub(super) fn defer(&mut self, defers: bool) {
        self.defers = defers;
    }

    pub(super) const fn defers(&self) -> bool {
        self.defers
    }

    pub(super) fn put(&mut self, bytes: &[u8], effort: Effort, out: &mut Vec<u8>) {
        if let Some(compressed) = self.compress(bytes, effort) {
            put_varint(out, (compressed.len() as u64) << 1 | 1);
            put_varint(out, bytes.len() as u64);
            out.extend_from_slice(compressed);
        } else {
            put_varint(out, (bytes.len() as u64) << 1);
            out.extend_from_slice(bytes);
        }
    }

    /// How small `texts`, end to end, become as text, roughly: what a beginning of them becomes, for all of them.
    pub(super) fn estimate(&mut self, texts: &[&[u8]]) -> usize {
        const SAMPLE: usize = 512 << 10;
        let bytes: usize = texts.iter().map(|text| text.len()).sum();
        let mut sample = Vec::with_capacity(bytes.min(SAMPLE));
        for text in texts {
            let room = SAMPLE - sample.len();
            sample.extend_from_slice(&text[..text.len().min(room)]);
            if sample.len() == SAMPLE {
                break;
            }
        }
        let compressed = self.compress(&sample, Effort::Codes).map_or(sample.len(), <[u8]>::len);
        (compressed as u64 * bytes as u64 / sample.len().max(1) as u64) as usize
    }

    /// How small `bytes` become.
    pub(super) fn size(&mut self, bytes: &[u8], effort: Effort) -> usize {
        self.compress(bytes, effort).map_or(bytes.len(), <[u8]>::len)
    }

    /// `None` when compression gains nothing.
    fn compress(&mut self, bytes: &[u8], effort: Effort) -> Option<&[u8]> {
        const WORTH_TRYING: usize = 24;
        if bytes.len() < WORTH_TRYING || self.defers {
            return None;
        }
        let level = match effort {
            Effort::Codes => 1,
            // Level 6 makes 0.04 to 0.6 % less of it, and takes a sixth longer to seal access logs.
            Effort::Text => 3,
            Effort::Block => 19,
        };
        self.context.set_parameter(CParameter::CompressionLevel(level)).ok()?;
        self.scratch.clear();
        self.scratch.reserve(zstd::zstd_safe::compress_bound(bytes.len()));
        self.context.compress2(&mut self.scratch, bytes).ok()?;
        (self.scratch.len() + 2 < bytes.len()).then_some(&self.scratch)
    }
}

/// Reads one stream.
pub(super) fn read(reader: &mut Reader<'_>) -> Result<Vec<u8>, Malformed> {
    let word = reader.varint()?;
    let len = usize::try_from(word >> 1).map_err(|_| Malformed("a count is out of bounds"))?;
    if word & 1 == 0 {
        return Ok(reader.take(len)?.to_vec());
    }
    let before = reader.count(STREAM_BYTES_MAX)?;
    let compressed = reader.take(len)?;
    let mut bytes = Vec::with_capacity(before);
    DECOMPRESSOR.with_borrow_mut(|context| {
        context.decompress(&mut bytes, compressed).map_err(|_| Malformed("a stream does not decompress"))
    })?;
    if bytes.len() == before { Ok(bytes) } else { Err(Malformed("a stream has another length than it says")) }
}

thread_local! {
    static DECOMPRESSOR: RefCell<DCtx<'static>> = RefCell::new({
        let mut context = DCtx::create();
        context.set_parameter(DParameter::Format(FrameFormat::Magicless)).expect("zstd knows its own parameters");
        context
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn streams_come_back(bytes: Vec<u8>, repeated in 0usize..50) {
            let bytes = bytes.repeat(repeated);
            let mut out = Vec::new();
            let mut zip = Zip::new();
            for effort in [Effort::Codes, Effort::Text] {
                out.clear();
                zip.put(&bytes, effort, &mut out);
                prop_assert_eq!(read(&mut Reader(&out)), Ok(bytes.clone()));
            }
        }

        #[test]
        fn any_bytes_are_read_without_a_panic(bytes: Vec<u8>) {
            let _ = read(&mut Reader(&bytes));
        }
    }
}
