//! How many different values: exactly up to [`EXACT_MAX`], estimated beyond.
//!
//! The estimate is a HyperLogLog of 4,096 registers (Flajolet et al., 2007) read with Ertl's improved estimator (2017,
//! arXiv:1702.01284, algorithm 6): one standard error is 1.6 %.

use std::collections::{HashMap, HashSet};

/// Hashes of a group kept as they are. That two of a million values have the same has a chance of one in forty million.
const EXACT_MAX: usize = 1 << 20;
const INDEX_BITS: u32 = 12;
const REGISTERS: usize = 1 << INDEX_BITS;
/// Bits of a hash that are left to count zeros in.
const RANK_BITS: u32 = 64 - INDEX_BITS;

/// Values that get a number: those of one group are mostly those of the others, and a bit says that a group has one.
const NUMBERED_MAX: usize = 1 << 16;
/// Groups that keep bits. Of more, bits could take more than what is to be known of them.
const GROUPS_WITH_BITS: usize = 256;

/// How many different values each of some groups has.
#[derive(Clone, Debug)]
pub(in crate::query) struct DistinctSets {
    sets: Vec<Distinct>,
    /// None once memory was full.
    numbered: Option<Numbered>,
    /// Of whole numbers from zero that are small, and of their texts: the numbers that they have as values, plus one. Those of one
    /// block are mostly those of the next.
    of_small: [Vec<u32>; 2],
}

/// Whole numbers from zero that are small.
const SMALL: usize = 1 << 16;

/// A value as it is added: its hash, whose 64 bits are evenly spread, and its number if it has one.
#[derive(Clone, Copy, Debug)]
pub(in crate::query) struct Hashed {
    hash: u64,
    number: Option<u32>,
}

impl Default for DistinctSets {
    fn default() -> Self {
        Self { sets: Vec::new(), numbered: Some(Numbered::default()), of_small: Default::default() }
    }
}

impl DistinctSets {
    pub(in crate::query) fn grow(&mut self) {
        let bits = (self.sets.len() < GROUPS_WITH_BITS).then(Vec::new);
        self.sets.push(Distinct { bits, ..Distinct::default() });
    }

    /// A value that may be added to several groups.
    pub(in crate::query) fn hashed(&mut self, hash: u64) -> Hashed {
        Hashed { hash, number: self.numbered.as_mut().and_then(|numbered| numbered.number(hash)) }
    }

    /// A whole number, or its text, whose hash `hash` tells.
    pub(in crate::query) fn hashed_integer(&mut self, int: i64, is_text: bool, hash: impl FnOnce() -> u64) -> Hashed {
        let small = usize::try_from(int).ok().filter(|int| *int < SMALL);
        let Some(small) = small else { return self.hashed(hash()) };
        let known = self.of_small[usize::from(is_text)].get(small).and_then(|plus_one| plus_one.checked_sub(1));
        if let (Some(number), Some(numbered)) = (known, &self.numbered) {
            return Hashed { hash: numbered.hashes[number as usize], number: Some(number) };
        }
        let value = self.hashed(hash());
        if let Some(number) = value.number {
            let of_small = &mut self.of_small[usize::from(is_text)];
            of_small.resize(of_small.len().max(small + 1), 0);
            of_small[small] = number + 1;
        }
        value
    }

    pub(in crate::query) fn add(&mut self, group: u32, value: Hashed) {
        self.sets[group as usize].add(value);
    }

    /// Adds the groups of `other`, each to that at the place which `place` tells.
    pub(in crate::query) fn merge(&mut self, other: Self, place: impl Fn(usize) -> Option<usize>) {
        let hashes = other.numbered.map(|numbered| numbered.hashes).unwrap_or_default();
        let numbered: Vec<Hashed> = hashes.iter().map(|hash| self.hashed(*hash)).collect();
        for (index, set) in other.sets.into_iter().enumerate() {
            let Some(place) = place(index) else { continue };
            numbers(set.bits.as_deref().unwrap_or_default())
                .for_each(|number| self.sets[place].add(numbered[number as usize]));
            match set.hashes {
                Hashes::Exact(hashes) => hashes.into_iter().for_each(|hash| {
                    let value = self.hashed(hash);
                    self.sets[place].add(value);
                }),
                // What is estimated there may have a bit here.
                registers @ Hashes::Registers(_) => {
                    self.sets[place].give_up_bits(self.numbered.as_ref());
                    self.sets[place].hashes.merge(registers);
                }
            }
        }
    }

    /// Gives the memory of what is exact back, but for the registers.
    pub(in crate::query) fn shrink(&mut self) {
        let numbered = self.numbered.take();
        self.of_small = Default::default();
        for set in &mut self.sets {
            set.give_up_bits(numbered.as_ref());
            set.hashes.shrink();
        }
    }

    pub(in crate::query) fn count(&self, group: u32) -> u64 {
        self.sets[group as usize].count()
    }

    pub(in crate::query) fn memory_bytes(&self) -> usize {
        size_of_val(self.sets.as_slice())
            + self.numbered.as_ref().map_or(0, Numbered::memory_bytes)
            + self.of_small.iter().map(|small| small.capacity() * size_of::<u32>()).sum::<usize>()
            + self.sets.iter().map(Distinct::memory_bytes).sum::<usize>()
    }
}

/// The first values that came, and the numbers by which bits know them.
#[derive(Clone, Debug, Default)]
struct Numbered {
    numbers: HashMap<u64, u32, foldhash::fast::FixedState>,
    hashes: Vec<u64>,
}

impl Numbered {
    /// Always the same of one value: none if it came too late for one.
    fn number(&mut self, hash: u64) -> Option<u32> {
        if let Some(number) = self.numbers.get(&hash) {
            return Some(*number);
        }
        if self.hashes.len() >= NUMBERED_MAX {
            return None;
        }
        let number = self.hashes.len() as u32;
        self.numbers.insert(hash, number);
        self.hashes.push(hash);
        Some(number)
    }

    fn memory_bytes(&self) -> usize {
        self.numbers.capacity() * 17 + self.hashes.capacity() * size_of::<u64>()
    }
}

/// The values of one group.
#[derive(Clone, Debug, Default)]
struct Distinct {
    /// Of those that have no bit.
    hashes: Hashes,
    /// A bit for each number of a value that was added; none where bits are not kept.
    bits: Option<Vec<u64>>,
}

impl Distinct {
    fn add(&mut self, Hashed { hash, number }: Hashed) {
        let (Some(bits), Some(number)) = (&mut self.bits, number) else { return self.hashes.add(hash) };
        let word = number as usize / 64;
        if bits.len() <= word {
            bits.resize((word + 1).next_power_of_two(), 0);
        }
        bits[word] |= 1 << (number % 64);
    }

    fn give_up_bits(&mut self, numbered: Option<&Numbered>) {
        if let (Some(bits), Some(numbered)) = (self.bits.take(), numbered) {
            numbers(&bits).for_each(|number| self.hashes.add(numbered.hashes[number as usize]));
        }
    }

    fn count(&self) -> u64 {
        let bits = self.bits.as_deref().unwrap_or_default();
        self.hashes.estimate() + bits.iter().map(|word| u64::from(word.count_ones())).sum::<u64>()
    }

    fn memory_bytes(&self) -> usize {
        self.hashes.memory_bytes() + self.bits.as_ref().map_or(0, |bits| bits.capacity() * size_of::<u64>())
    }
}

/// The numbers whose bits are set, rising.
fn numbers(bits: &[u64]) -> impl Iterator<Item = u32> + '_ {
    let of_word = |word: u64, first: u32| (0..64).filter(move |bit| word >> bit & 1 == 1).map(move |bit| first + bit);
    bits.iter().enumerate().flat_map(move |(index, word)| of_word(*word, index as u32 * 64))
}

#[derive(Clone, Debug)]
enum Hashes {
    Exact(HashSet<u64, foldhash::fast::FixedState>),
    Registers(Box<[u8; REGISTERS]>),
}

impl Default for Hashes {
    fn default() -> Self {
        Self::Exact(HashSet::default())
    }
}

impl Hashes {
    fn add(&mut self, hash: u64) {
        match self {
            Self::Exact(hashes) => {
                hashes.insert(hash);
                if hashes.len() > EXACT_MAX {
                    self.shrink();
                }
            }
            Self::Registers(registers) => count(registers, hash),
        }
    }

    fn merge(&mut self, other: Self) {
        match (&mut *self, other) {
            (_, Self::Exact(hashes)) => hashes.into_iter().for_each(|hash| self.add(hash)),
            (Self::Registers(own), Self::Registers(other)) => {
                own.iter_mut().zip(other.iter()).for_each(|(own, other)| *own = (*own).max(*other));
            }
            (Self::Exact(hashes), Self::Registers(mut registers)) => {
                hashes.iter().for_each(|hash| count(&mut registers, *hash));
                *self = Self::Registers(registers);
            }
        }
    }

    fn shrink(&mut self) {
        if let Self::Exact(hashes) = self
            && hashes.capacity() * 9 > REGISTERS
        {
            let mut registers = Box::new([0; REGISTERS]);
            hashes.iter().for_each(|hash| count(&mut registers, *hash));
            *self = Self::Registers(registers);
        }
    }

    fn estimate(&self) -> u64 {
        match self {
            Self::Exact(hashes) => hashes.len() as u64,
            Self::Registers(registers) => estimate(registers).round() as u64,
        }
    }

    fn memory_bytes(&self) -> usize {
        match self {
            Self::Exact(hashes) => hashes.capacity() * 9,
            Self::Registers(_) => REGISTERS,
        }
    }
}

fn count(registers: &mut [u8; REGISTERS], hash: u64) {
    let index = (hash >> RANK_BITS) as usize;
    let rest = hash << INDEX_BITS | 1 << (INDEX_BITS - 1);
    registers[index] = registers[index].max(rest.leading_zeros() as u8 + 1);
}

fn estimate(registers: &[u8; REGISTERS]) -> f64 {
    let mut histogram = [0_u32; RANK_BITS as usize + 2];
    registers.iter().for_each(|rank| histogram[usize::from(*rank)] += 1);
    let size = REGISTERS as f64;
    let full = f64::from(histogram[RANK_BITS as usize + 1]);
    let mut z = size * tau(1.0 - full / size);
    for counted in histogram[1..=RANK_BITS as usize].iter().rev() {
        z = 0.5 * (z + f64::from(*counted));
    }
    z += size * sigma(f64::from(histogram[0]) / size);
    size * size / (2.0 * std::f64::consts::LN_2 * z)
}

/// x + Σ x^(2^k) 2^(k-1).
fn sigma(mut x: f64) -> f64 {
    let (mut y, mut z) = (1.0, x);
    loop {
        x *= x;
        let before = z;
        z += x * y;
        y += y;
        if z <= before || z.is_infinite() {
            return z;
        }
    }
}

/// (1 - x - Σ (1 - x^(2^-k))² 2^-k) / 3.
fn tau(mut x: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return 0.0;
    }
    let (mut y, mut z) = (1.0, 1.0 - x);
    loop {
        x = x.sqrt();
        let before = z;
        y *= 0.5;
        z -= (1.0 - x).powi(2) * y;
        if z >= before {
            return z / 3.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::cell::Cell;

    /// The same numbers in each of some groups.
    fn sets(groups: u32, numbers: &(impl Iterator<Item = i64> + Clone)) -> DistinctSets {
        let mut sets = DistinctSets::default();
        for group in 0..groups {
            sets.grow();
            numbers.clone().for_each(|number| {
                let value = sets.hashed(Cell::Int(number).hash64());
                sets.add(group, value);
            });
        }
        sets
    }

    #[test]
    fn up_to_a_million_are_exact_and_what_has_no_room_within_five_percent() {
        for different in [0, 1, 1_024, 1_025, 5_000, 20_000, 200_000] {
            let left = sets(1, &(0..different));
            // Other numbers for the same values.
            let right = sets(1, &(0..different).rev().step_by(3));
            let shrunk = |sets: &DistinctSets| {
                let mut sets = sets.clone();
                sets.shrink();
                let bytes = sets.sets[0].memory_bytes();
                assert!(bytes <= REGISTERS && sets.numbered.is_none(), "{bytes}");
                sets
            };
            let both = [(left.clone(), right.clone()), (right.clone(), left.clone())];
            let half = [(shrunk(&left), right.clone()), (right, shrunk(&left))];
            for (error, pairs) in [(0.0, both), (0.05, half)] {
                for (mut one, other) in pairs {
                    one.merge(other, Some);
                    let (told, exact) = (one.count(0) as f64, different as f64);
                    assert!((told - exact).abs() <= exact * error, "{told} for {exact}");
                }
            }
        }
    }

    #[test]
    fn groups_with_bits_and_those_beyond_are_counted_alike() {
        let groups = GROUPS_WITH_BITS as u32 + 3;
        let (mut one, other) = (sets(groups, &(0..40)), sets(groups, &(20..70)));
        // The groups of the other stand in the opposite order.
        one.merge(other, |place| (groups as usize).checked_sub(place + 1));
        assert!((0..groups).all(|group| one.count(group) == 70));
        let (more, far) = (NUMBERED_MAX as i64 + 100, NUMBERED_MAX as i64 + 300);
        let (mut one, other) = (sets(1, &(0..more)), sets(1, &(50..far).rev()));
        one.merge(other, Some);
        assert_eq!(one.count(0), far as u64, "values without a number are counted once too");
    }
}
