//! How many different digests were met, in bounded space: the smallest are kept, and how densely they lie says how many there
//! are (Bar-Yossef et al., *Counting Distinct Elements in a Data Stream*, 2002). Up to the bound the count is exact.

use std::collections::BTreeSet;

/// Digests that a kept sketch holds: 2 KiB, and beyond them an error of about 6 %.
const KEPT_MAX: usize = 256;

/// A set of which every digest below `threshold` is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Distinct {
    threshold: u64,
    digests: BTreeSet<u64>,
}

impl Default for Distinct {
    fn default() -> Self {
        Self { threshold: u64::MAX, digests: BTreeSet::new() }
    }
}

impl Distinct {
    pub(super) fn of(digests: &[u64]) -> Self {
        let digests = digests.iter().copied().filter(|digest| *digest < u64::MAX).collect();
        Self { digests, ..Self::default() }
    }

    /// Takes in another set. Sets that are exact stay so.
    pub(super) fn join(&mut self, other: Self) {
        self.threshold = self.threshold.min(other.threshold);
        self.digests.extend(other.digests);
        drop(self.digests.split_off(&self.threshold));
    }

    pub(super) fn count(&self) -> u64 {
        let kept = self.digests.len() as u64;
        match self.threshold {
            u64::MAX => kept,
            threshold => (kept as f64 * (u64::MAX as f64 / threshold as f64)).round() as u64,
        }
    }

    /// At most [`KEPT_MAX`] digests behind the threshold, each of eight bytes, the most significant first; nothing of an empty set.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        if self.digests.is_empty() && self.threshold == u64::MAX {
            return Vec::new();
        }
        let threshold = self.digests.iter().nth(KEPT_MAX).map_or(self.threshold, |first_out| *first_out);
        let words = std::iter::once(threshold).chain(self.digests.iter().copied().take(KEPT_MAX));
        words.flat_map(u64::to_be_bytes).collect()
    }

    /// What [`Self::to_bytes`] wrote; of bytes that nobody wrote, some set.
    pub(super) fn from_bytes(bytes: &[u8]) -> Self {
        let mut words = bytes.chunks_exact(8).map(|word| u64::from_be_bytes(word.try_into().unwrap_or_default()));
        let threshold = words.next().unwrap_or(u64::MAX);
        Self { threshold, digests: words.filter(|digest| *digest < threshold).take(KEPT_MAX).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers that lie about evenly.
    fn digests(range: std::ops::Range<u64>) -> Vec<u64> {
        range
            .map(|n| (n + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(17).wrapping_mul(0xbf58_476d_1ce4_e5b9))
            .collect()
    }

    fn kept(set: &Distinct) -> Distinct {
        Distinct::from_bytes(&set.to_bytes())
    }

    #[test]
    fn few_are_counted_exactly_and_many_nearly() {
        for count in [0, 1, 255, 256] {
            assert_eq!(kept(&Distinct::of(&digests(0..count))).count(), count);
        }
        for count in [300, 5_000, 200_000] {
            let found = kept(&Distinct::of(&digests(0..count)));
            assert!(found.count().abs_diff(count) * 5 < count, "{} for {count}", found.count());
            assert_eq!(found.to_bytes().len(), 8 * 257);
        }
    }

    #[test]
    fn joined_sets_count_what_they_share_once() {
        let mut all = kept(&Distinct::of(&digests(0..200)));
        all.join(kept(&Distinct::of(&digests(100..300))));
        assert_eq!(all.count(), 300, "exact sets stay exact");
        let mut many = kept(&Distinct::of(&digests(0..50_000)));
        many.join(kept(&Distinct::of(&digests(0..10))));
        assert!(many.count().abs_diff(50_000) < 10_000, "{}", many.count());
        assert_eq!(Distinct::default().to_bytes(), Vec::<u8>::new());
        let _ = Distinct::from_bytes(&[1, 2, 3]).count();
    }
}
