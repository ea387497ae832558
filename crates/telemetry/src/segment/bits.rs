//! Numbers of any width packed end to end, lowest bit first.

use crate::wire::Malformed;

#[derive(Default)]
pub(super) struct BitWriter {
    bytes: Vec<u8>,
    pending: u64,
    /// Bits in `pending`, always less than 8 between calls.
    filled: u32,
}

impl BitWriter {
    pub(super) fn push(&mut self, value: u64, width: u32) {
        if width > 56 {
            self.push(value & 0xffff_ffff, 32);
            self.push(value >> 32, width - 32);
            return;
        }
        self.pending |= value << self.filled;
        self.filled += width;
        let whole = self.filled / 8;
        self.bytes.extend_from_slice(&self.pending.to_le_bytes()[..whole as usize]);
        self.pending = self.pending.checked_shr(whole * 8).unwrap_or(0);
        self.filled %= 8;
    }

    pub(super) fn finish(mut self) -> Vec<u8> {
        if self.filled > 0 {
            self.bytes.push(self.pending as u8);
        }
        self.bytes
    }
}

pub(super) struct BitReader<'a> {
    bytes: &'a [u8],
    /// The next bit to read.
    at: usize,
}

impl<'a> BitReader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// The next `width` bits.
    #[inline]
    pub(super) fn read(&mut self, width: u32) -> Result<u64, Malformed> {
        if width > 56 {
            return Ok(self.read(32)? | self.read(width - 32)? << 32);
        }
        if self.at + width as usize > self.bytes.len() * 8 {
            return Err(Malformed("packed numbers end too early"));
        }
        Ok(self.next(width))
    }

    /// The next `width` bits, at most 56 of them, of those that are known to be there; behind the end they are zero.
    #[inline(always)]
    pub(super) fn next(&mut self, width: u32) -> u64 {
        let rest = self.bytes.get(self.at / 8..).unwrap_or_default();
        let word = match rest.first_chunk() {
            Some(eight) => u64::from_le_bytes(*eight),
            None => rest.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)),
        };
        let value = word >> (self.at % 8) & ((1u64 << width) - 1);
        self.at += width as usize;
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn numbers_come_back(numbers in prop::collection::vec((any::<u64>(), 0u32..=64), 0..100)) {
            let cut = |value: u64, width: u32| if width == 64 { value } else { value & ((1 << width) - 1) };
            let mut writer = BitWriter::default();
            for &(value, width) in &numbers {
                writer.push(cut(value, width), width);
            }
            let bytes = writer.finish();
            let mut reader = BitReader::new(&bytes);
            for &(value, width) in &numbers {
                prop_assert_eq!(reader.read(width), Ok(cut(value, width)));
            }
            let mut reader = BitReader::new(&bytes);
            for &(value, width) in numbers.iter().take_while(|(_, width)| *width <= 56) {
                prop_assert_eq!(reader.next(width), cut(value, width));
            }
        }
    }
}
