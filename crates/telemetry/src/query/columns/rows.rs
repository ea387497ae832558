//! A set of rows of one block, a bit each.

/// Bits beyond the block's rows are zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::query) struct MatchingRows {
    bits: Vec<u64>,
    rows: usize,
}

impl MatchingRows {
    pub(in crate::query) fn none(rows: usize) -> Self {
        Self { bits: vec![0; rows.div_ceil(64)], rows }
    }

    pub(in crate::query) fn all(rows: usize) -> Self {
        let mut all = Self { bits: vec![u64::MAX; rows.div_ceil(64)], rows };
        all.clear_beyond();
        all
    }

    /// The rows for which `holds`.
    pub(in crate::query) fn from_fn(rows: usize, mut holds: impl FnMut(usize) -> bool) -> Self {
        let mut set = Self::none(rows);
        for (index, word) in set.bits.iter_mut().enumerate() {
            let start = index * 64;
            for bit in 0..(rows - start).min(64) {
                *word |= u64::from(holds(start + bit)) << bit;
            }
        }
        set
    }

    /// The rows whose bits are set, 64 to a word, lowest first.
    pub(in crate::query) fn from_words(rows: usize, bits: Vec<u64>) -> Self {
        let mut set = Self { bits, rows };
        set.bits.resize(rows.div_ceil(64), 0);
        set.clear_beyond();
        set
    }

    /// A run of rows.
    pub(in crate::query) fn between(rows: usize, range: std::ops::Range<usize>) -> Self {
        let mut set = Self::none(rows);
        for row in range.start.min(rows)..range.end.min(rows) {
            set.insert(row as u32);
        }
        set
    }

    pub(in crate::query) fn insert(&mut self, row: u32) {
        self.bits[row as usize / 64] |= 1 << (row % 64);
    }

    /// Adds those rows of `bits`, 64 to a word, for which the next of `holds` is true.
    pub(in crate::query) fn add_where(&mut self, bits: &[u64], mut holds: impl Iterator<Item = bool>) {
        for (own, open) in self.bits.iter_mut().zip(bits) {
            let mut rest = *open;
            while rest != 0 {
                let lowest = rest & rest.wrapping_neg();
                if holds.next() == Some(true) {
                    *own |= lowest;
                }
                rest ^= lowest;
            }
        }
    }

    /// Adds those rows of `bits`, 64 to a word, whose bit is set in `passing`, which has one for each of them in their order.
    pub(in crate::query) fn add_spread(&mut self, bits: &[u64], passing: &[u64]) {
        let mut at = 0;
        for (own, rows) in self.bits.iter_mut().zip(bits) {
            let count = rows.count_ones() as usize;
            // The next `count` bits of those that pass, from two words if need be.
            let (word, shift) = (at / 64, at % 64);
            let next = |word: usize| passing.get(word).copied().unwrap_or(0);
            let mut rest = next(word) >> shift | next(word + 1).checked_shl(64 - shift as u32).unwrap_or(0);
            if count < 64 {
                rest &= (1 << count) - 1;
            }
            at += count;
            let (mut left, mut before) = (*rows, 0);
            while rest != 0 {
                let place = rest.trailing_zeros();
                // Passes over the rows of values that do not pass.
                for _ in before..place {
                    left &= left - 1;
                }
                *own |= left & left.wrapping_neg();
                before = place;
                rest &= rest - 1;
            }
        }
    }

    pub(in crate::query) fn remove(&mut self, row: u32) {
        self.bits[row as usize / 64] &= !(1 << (row % 64));
    }

    /// Takes the first `count` rows out of the set.
    pub(in crate::query) fn take_first(&mut self, count: usize) -> Self {
        let mut first = Self::none(self.rows);
        if count >= self.rows {
            std::mem::swap(&mut first, self);
            return first;
        }
        self.iter().take(count).for_each(|row| first.insert(row));
        self.subtract(&first);
        first
    }

    pub(in crate::query) fn contains(&self, row: u32) -> bool {
        self.bits[row as usize / 64] >> (row % 64) & 1 == 1
    }

    /// The rows of the block.
    pub(in crate::query) const fn capacity(&self) -> usize {
        self.rows
    }

    pub(in crate::query) fn is_empty(&self) -> bool {
        self.bits.iter().all(|word| *word == 0)
    }

    pub(in crate::query) fn len(&self) -> usize {
        self.bits.iter().map(|word| word.count_ones() as usize).sum()
    }

    pub(in crate::query) fn is_all(&self) -> bool {
        self.len() == self.rows
    }

    pub(in crate::query) fn intersect(&mut self, other: &Self) {
        self.bits.iter_mut().zip(&other.bits).for_each(|(own, other)| *own &= other);
    }

    pub(in crate::query) fn unite(&mut self, other: &Self) {
        self.bits.iter_mut().zip(&other.bits).for_each(|(own, other)| *own |= other);
    }

    pub(in crate::query) fn subtract(&mut self, other: &Self) {
        self.bits.iter_mut().zip(&other.bits).for_each(|(own, other)| *own &= !other);
    }

    /// Rising.
    pub(in crate::query) fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.bits.iter().enumerate().flat_map(|(index, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                let bit = rest.trailing_zeros();
                (rest != 0).then(|| {
                    rest &= rest - 1;
                    index as u32 * 64 + bit
                })
            })
        })
    }

    /// Falling.
    pub(in crate::query) fn iter_back(&self) -> impl Iterator<Item = u32> + '_ {
        self.bits.iter().enumerate().rev().flat_map(|(index, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                let bit = 63_u32.wrapping_sub(rest.leading_zeros());
                (rest != 0).then(|| {
                    rest &= !(1 << bit);
                    index as u32 * 64 + bit
                })
            })
        })
    }

    fn clear_beyond(&mut self) {
        let used = self.rows % 64;
        if let Some(last) = self.bits.last_mut().filter(|_| used > 0) {
            *last &= (1 << used) - 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn it_is_a_set(rows in 1..200_usize, a in prop::collection::btree_set(0..200_u32, 0..60), b in prop::collection::btree_set(0..200_u32, 0..60)) {
            let within = |set: &BTreeSet<u32>| set.iter().copied().filter(|row| (*row as usize) < rows).collect::<BTreeSet<_>>();
            let (a, b) = (within(&a), within(&b));
            let set = |wanted: &BTreeSet<u32>| MatchingRows::from_fn(rows, |row| wanted.contains(&(row as u32)));
            let list = |set: &MatchingRows| set.iter().collect::<BTreeSet<_>>();
            let mut both = set(&a);
            both.intersect(&set(&b));
            prop_assert_eq!(list(&both), &a & &b);
            let mut any = set(&a);
            any.unite(&set(&b));
            prop_assert_eq!(list(&any), &a | &b);
            let mut less = set(&a);
            less.subtract(&set(&b));
            prop_assert_eq!(list(&less), &a - &b);
            prop_assert_eq!(set(&a).iter_back().collect::<Vec<_>>(), a.iter().rev().copied().collect::<Vec<_>>());
            let mut rest = set(&a);
            let first = rest.take_first(a.len() / 2);
            prop_assert_eq!(&first.iter().chain(rest.iter()).collect::<BTreeSet<_>>(), &a);
            prop_assert_eq!(first.len(), a.len() / 2);
            let mut whole = set(&a);
            prop_assert_eq!((list(&whole.take_first(rows)), whole.len()), (a.clone(), 0));
            prop_assert!(a.is_empty() || first.iter().max() < rest.iter().min());
            prop_assert_eq!(set(&a).len(), a.len());
            prop_assert_eq!(MatchingRows::all(rows).iter().count(), rows);
            prop_assert!(MatchingRows::between(rows, 0..rows).is_all());
            // Of the rows in `a`, those that are in `b` too: told one by one, and as bits in their order.
            let holds = a.iter().map(|row| b.contains(row)).collect::<Vec<_>>();
            let (mut one_by_one, mut spread) = (MatchingRows::none(rows), MatchingRows::none(rows));
            one_by_one.add_where(&set(&a).bits, holds.iter().copied());
            let passing = MatchingRows::from_fn(holds.len(), |place| holds[place]);
            spread.add_spread(&set(&a).bits, &passing.bits);
            prop_assert_eq!(list(&one_by_one), &a & &b);
            prop_assert_eq!(list(&spread), &a & &b);
        }
    }
}
