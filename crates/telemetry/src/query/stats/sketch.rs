//! Percentiles of many numbers in little memory.
//!
//! Up to [`EXACT_MAX`] numbers are kept and percentiles are exact. Beyond, numbers are counted in buckets whose width is
//! 1/128 of the power of two below them, as in HDR histograms: the answer is off by at most 1/256 (0.4 %) of itself.
//! Which numbers came first, or were merged first, makes no difference.

/// Numbers kept as they are.
const EXACT_MAX: usize = 1_024;
/// Bits of a double's fraction that tell buckets apart: 128 buckets for each power of two.
const FRACTION_BITS: u32 = 7;
const SHIFT: u32 = 52 - FRACTION_BITS;
/// Buckets of one sign, 32 powers of two: numbers smaller than the largest by more than that count as the least of these.
const BUCKETS_MAX: usize = 32 << FRACTION_BITS;

#[derive(Clone, Debug)]
pub(in crate::query) enum Sketch {
    Exact(Vec<f64>),
    Buckets(Box<Buckets>),
}

#[derive(Clone, Debug, Default)]
pub(in crate::query) struct Buckets {
    negative: Ladder,
    zeros: u64,
    positive: Ladder,
}

/// Counts of positive numbers, by rising bucket.
#[derive(Clone, Debug, Default)]
struct Ladder {
    first: u64,
    counts: Vec<u64>,
}

impl Default for Sketch {
    fn default() -> Self {
        Self::Exact(Vec::new())
    }
}

impl Sketch {
    /// NaN and infinities are not counted.
    pub(in crate::query) fn add(&mut self, number: f64) {
        match self {
            _ if !number.is_finite() => {}
            Self::Exact(numbers) if numbers.len() < EXACT_MAX => numbers.push(number),
            Self::Exact(_) => self.buckets().add(number, 1),
            Self::Buckets(buckets) => buckets.add(number, 1),
        }
    }

    pub(in crate::query) fn merge(&mut self, other: Self) {
        match other {
            Self::Exact(numbers) => numbers.into_iter().for_each(|number| self.add(number)),
            Self::Buckets(other) => {
                let buckets = self.buckets();
                buckets.zeros += other.zeros;
                buckets.positive.merge(&other.positive);
                buckets.negative.merge(&other.negative);
            }
        }
    }

    /// The least number that so many thousandths of all do not exceed; `None` when there is none at all.
    pub(in crate::query) fn percentile(&self, permille: u16) -> Option<f64> {
        let rank = |count: u64| (u128::from(count) * u128::from(permille)).div_ceil(1_000).max(1) as u64;
        match self {
            Self::Exact(numbers) => {
                let mut sorted = numbers.clone();
                sorted.sort_unstable_by(f64::total_cmp);
                sorted.get(rank(sorted.len() as u64) as usize - 1).copied()
            }
            Self::Buckets(buckets) => buckets.at_rank(rank(buckets.count())),
        }
    }

    pub(in crate::query) fn memory_bytes(&self) -> usize {
        match self {
            Self::Exact(numbers) => numbers.capacity() * size_of::<f64>(),
            Self::Buckets(buckets) => {
                (buckets.negative.counts.capacity() + buckets.positive.counts.capacity()) * size_of::<u64>()
            }
        }
    }

    fn buckets(&mut self) -> &mut Buckets {
        if let Self::Exact(numbers) = self {
            let mut buckets = Box::<Buckets>::default();
            numbers.iter().for_each(|number| buckets.add(*number, 1));
            *self = Self::Buckets(buckets);
        }
        match self {
            Self::Buckets(buckets) => buckets,
            Self::Exact(_) => unreachable!("they were just made buckets"),
        }
    }
}

impl Buckets {
    fn add(&mut self, number: f64, count: u64) {
        if number > 0.0 {
            self.positive.add(number.to_bits() >> SHIFT, count);
        } else if number < 0.0 {
            self.negative.add((-number).to_bits() >> SHIFT, count);
        } else {
            self.zeros += count;
        }
    }

    fn count(&self) -> u64 {
        self.negative.total() + self.zeros + self.positive.total()
    }

    fn at_rank(&self, rank: u64) -> Option<f64> {
        let (negative, zeros) = (self.negative.total(), self.zeros);
        if rank <= negative {
            self.negative.at_rank(negative + 1 - rank).map(|number| -number)
        } else if rank <= negative + zeros {
            Some(0.0)
        } else {
            self.positive.at_rank(rank - negative - zeros)
        }
    }
}

impl Ladder {
    fn add(&mut self, bucket: u64, count: u64) {
        if self.counts.is_empty() {
            self.first = bucket;
        }
        let last = self.first + self.counts.len().saturating_sub(1) as u64;
        if bucket > last {
            self.raise(bucket);
        } else if bucket < self.first {
            let lowest = (last + 1).saturating_sub(BUCKETS_MAX as u64).max(bucket);
            let room = self.first.saturating_sub(lowest) as usize;
            drop(self.counts.splice(..0, std::iter::repeat_n(0, room)));
            self.first -= room as u64;
        }
        let index = bucket.saturating_sub(self.first) as usize;
        if self.counts.is_empty() {
            self.counts.push(0);
        }
        self.counts[index] += count;
    }

    /// Makes `bucket` the last one; what falls out below is counted in the lowest.
    fn raise(&mut self, bucket: u64) {
        let first = (bucket + 1).saturating_sub(BUCKETS_MAX as u64).max(self.first);
        let dropped = ((first - self.first) as usize).min(self.counts.len());
        let below: u64 = self.counts.drain(..dropped).sum();
        self.first = first;
        self.counts.resize((bucket - first) as usize + 1, 0);
        self.counts[0] += below;
    }

    fn merge(&mut self, other: &Self) {
        // From the top, so that what is too small is found to be so at once.
        for (index, count) in other.counts.iter().enumerate().rev().filter(|(_, count)| **count > 0) {
            self.add(other.first + index as u64, *count);
        }
    }

    fn total(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// The middle of the bucket that holds the number of this rank, counted from one.
    fn at_rank(&self, rank: u64) -> Option<f64> {
        let mut seen = 0;
        let index = self.counts.iter().position(|count| {
            seen += count;
            seen >= rank
        })?;
        let bucket = self.first + index as u64;
        Some(f64::from_bits((bucket << SHIFT) | (1 << (SHIFT - 1))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn few_numbers_are_exact() {
        let mut sketch = Sketch::default();
        assert_eq!(sketch.percentile(500), None);
        (1..=100).for_each(|number| sketch.add(f64::from(number)));
        sketch.add(f64::NAN);
        for (permille, expected) in [(1, 1.0), (10, 1.0), (500, 50.0), (950, 95.0), (999, 100.0)] {
            assert_eq!(sketch.percentile(permille), Some(expected), "{permille}");
        }
    }

    #[test]
    fn memory_is_bounded_whatever_the_numbers() {
        let mut sketch = Sketch::default();
        for exponent in -300..300 {
            for step in 0..10 {
                sketch.add((1.0 + f64::from(step) / 10.0) * 10_f64.powi(exponent));
                sketch.add(-10_f64.powi(-exponent));
            }
        }
        assert!(sketch.memory_bytes() <= 4 * BUCKETS_MAX * size_of::<u64>());
        assert_eq!(sketch.percentile(999).map(|number| number > 1e297), Some(true));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        #[test]
        fn many_numbers_are_within_four_thousandths(
            numbers in prop::collection::vec(-1e4..1e6_f64, 1_500..4_000),
            split in 0..1_500_usize,
            permille in 1..1_000_u16,
        ) {
            let (mut left, mut right) = (Sketch::default(), Sketch::default());
            numbers[..split].iter().for_each(|number| left.add(*number));
            numbers[split..].iter().for_each(|number| right.add(*number));
            left.merge(right);
            let mut sorted = numbers.clone();
            sorted.sort_by(f64::total_cmp);
            let exact = sorted[(numbers.len() * usize::from(permille)).div_ceil(1_000) - 1];
            let told = left.percentile(permille).unwrap();
            prop_assert!((told - exact).abs() <= exact.abs() / 256.0 + 1e-3, "{told} for {exact}");
        }
    }
}
