//! Which texts a column may hold: a binary fuse filter (Graf & Lemire, 2022), nine bits for each different text, wrong once
//! in 256 times when it says yes.

use crate::wire::{Malformed, Reader, hash64, put_varint};
use xorf::{BinaryFuse8, Descriptor, Filter as _};

pub(super) struct Filter(BinaryFuse8);

impl Filter {
    /// `None` when no filter could be made, which the algorithm allows, and which nobody has seen.
    pub(super) fn of(texts: &[&[u8]]) -> Option<Self> {
        let mut keys: Vec<u64> = texts.iter().map(|text| hash64(text)).collect();
        keys.sort_unstable();
        keys.dedup();
        BinaryFuse8::try_from(keys).ok().map(Self)
    }

    pub(super) fn may_hold(&self, text: &[u8]) -> bool {
        self.0.contains(&hash64(text))
    }

    pub(super) fn put(&self, out: &mut Vec<u8>) {
        let Descriptor { seed, segment_length, segment_count_length, .. } = self.0.descriptor;
        out.extend_from_slice(&seed.to_le_bytes());
        put_varint(out, u64::from(segment_length));
        put_varint(out, u64::from(segment_count_length));
        out.extend_from_slice(&self.0.fingerprints);
    }

    pub(super) fn read(mut reader: Reader<'_>) -> Result<Self, Malformed> {
        const LENGTH_MAX: usize = 1 << 24;
        let seed = reader.u64()?;
        let segment_length = reader.count(LENGTH_MAX)?;
        let segment_count_length = reader.count(LENGTH_MAX)?;
        let fingerprints = reader.0;
        // Places are found by whole segments: without one, or with a part of one, they would lie behind the fingerprints.
        let has_segments = segment_length.is_power_of_two()
            && segment_count_length > 0
            && segment_count_length.is_multiple_of(segment_length);
        if !has_segments || fingerprints.len() != segment_count_length + 2 * segment_length {
            return Err(Malformed("a filter has another size than it says"));
        }
        let descriptor = Descriptor {
            seed,
            segment_length: segment_length as u32,
            segment_length_mask: segment_length as u32 - 1,
            segment_count_length: segment_count_length as u32,
        };
        Ok(Self(BinaryFuse8 { descriptor, fingerprints: fingerprints.into() }))
    }
}

/// A filter that stays where it lies, of which a question reads three bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sparse {
    seed: u64,
    segment_length: u64,
    segment_count_length: u64,
    /// Bytes before the fingerprints.
    before: u64,
}

impl Sparse {
    /// Of a filter's bytes, all of them.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let Descriptor { seed, segment_length, segment_count_length, .. } = Filter::read(Reader(bytes))?.0.descriptor;
        let (segment_length, segment_count_length) = (u64::from(segment_length), u64::from(segment_count_length));
        let before = bytes.len() as u64 - (segment_count_length + 2 * segment_length);
        Ok(Self { seed, segment_length, segment_count_length, before })
    }

    /// Where the fingerprints of a text lie among the filter's bytes, and what they are together if the filter holds it.
    pub(super) fn places(&self, text: &[u8]) -> ([u64; 3], u8) {
        let hash = mix(hash64(text).wrapping_add(self.seed));
        let first = ((u128::from(hash) * u128::from(self.segment_count_length)) >> 64) as u64;
        let mask = self.segment_length - 1;
        // Within 32 bits each, as they were when the filter was made.
        let second = (first + self.segment_length) ^ ((hash >> 18) & mask);
        let third = (first + 2 * self.segment_length) ^ (hash & mask);
        ([first, second, third].map(|place| self.before + place), (hash ^ (hash >> 32)) as u8)
    }
}

/// The finalizer of MurmurHash3 (Appleby), by which `xorf` mixes keys.
const fn mix(mut key: u64) -> u64 {
    key = (key ^ (key >> 33)).wrapping_mul(0xFF51_AFD7_ED55_8CCD);
    key = (key ^ (key >> 33)).wrapping_mul(0xC4CE_B9FE_1A85_EC53);
    key ^ (key >> 33)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_held_is_never_denied(texts in prop::collection::vec(any::<Vec<u8>>(), 1..300), other: Vec<u8>) {
            let texts: Vec<&[u8]> = texts.iter().map(Vec::as_slice).collect();
            let mut out = Vec::new();
            Filter::of(&texts).unwrap().put(&mut out);
            let filter = Filter::read(Reader(&out)).unwrap();
            for text in &texts {
                prop_assert!(filter.may_hold(text));
            }
            let sparse = Sparse::read(&out).unwrap();
            for text in texts.iter().chain([&&other[..]]) {
                let (places, expected) = sparse.places(text);
                let found = places.iter().fold(0, |found, place| found ^ out[*place as usize]);
                prop_assert_eq!(found == expected, filter.may_hold(text));
            }
        }

        #[test]
        fn any_bytes_are_read_without_a_panic(bytes: Vec<u8>, text: Vec<u8>) {
            if let Ok(filter) = Filter::read(Reader(&bytes)) {
                let _ = filter.may_hold(&text);
            }
        }
    }

    #[test]
    fn a_filter_without_whole_segments_is_refused() {
        let filter = |segment: u8, count: u8, fingerprints: usize| {
            [&[0; 8][..], &[segment, count], &vec![0; fingerprints]].concat()
        };
        assert!(Filter::read(Reader(&filter(4, 8, 16))).is_ok());
        assert!(Filter::read(Reader(&filter(1, 0, 2))).is_err());
        assert!(Filter::read(Reader(&filter(4, 6, 14))).is_err());
    }

    #[test]
    fn what_is_not_held_is_mostly_denied() {
        let texts: Vec<Vec<u8>> = (0..10_000u32).map(|n| n.to_le_bytes().to_vec()).collect();
        let filter = Filter::of(&texts.iter().map(Vec::as_slice).collect::<Vec<_>>()).unwrap();
        let wrong = (10_000..20_000u32).filter(|n| filter.may_hold(&n.to_le_bytes())).count();
        assert!(wrong < 100, "{wrong} of 10,000");
    }
}
