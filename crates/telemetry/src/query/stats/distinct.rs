//! How many different values: exactly up to [`EXACT_MAX`], estimated beyond.
//!
//! The estimate is a HyperLogLog of 4,096 registers (Flajolet et al., 2007) read with Ertl's improved estimator (2017,
//! arXiv:1702.01284, algorithm 6): one standard error is 1.6 %.

use crate::query::cell::Cell;
use std::collections::HashSet;

/// Hashes kept as they are. That two of a million values have the same has a chance of one in forty million.
const EXACT_MAX: usize = 1 << 20;
const INDEX_BITS: u32 = 12;
const REGISTERS: usize = 1 << INDEX_BITS;
/// Bits of a hash that are left to count zeros in.
const RANK_BITS: u32 = 64 - INDEX_BITS;

#[derive(Clone, Debug, Default)]
pub(in crate::query) struct Distinct {
    hashes: Hashes,
    /// A bit for each small whole number that was added: those of one block are mostly those of the next.
    small: Vec<u64>,
}

/// Whole numbers from zero that are small.
const SMALL: usize = 1 << 16;

impl Distinct {
    /// Adds a value by its hash, whose 64 bits are evenly spread.
    pub(in crate::query) fn add(&mut self, hash: u64) {
        self.hashes.add(hash);
    }

    pub(in crate::query) fn add_integer(&mut self, value: i64) {
        if let Some(value) = usize::try_from(value).ok().filter(|value| *value < SMALL) {
            let (word, bit) = (value / 64, 1 << (value % 64));
            if self.small.len() <= word {
                self.small.resize((word + 1).next_power_of_two(), 0);
            }
            if self.small[word] & bit != 0 {
                return;
            }
            self.small[word] |= bit;
        }
        self.hashes.add(Cell::Int(value).hash64());
    }

    pub(in crate::query) fn merge(&mut self, other: Self) {
        self.hashes.merge(other.hashes);
    }

    /// Gives the memory of what is exact back, but for the registers.
    pub(in crate::query) fn shrink(&mut self) {
        self.hashes.shrink();
        self.small = Vec::new();
    }

    pub(in crate::query) fn estimate(&self) -> u64 {
        self.hashes.estimate()
    }

    pub(in crate::query) fn memory_bytes(&self) -> usize {
        self.hashes.memory_bytes() + self.small.capacity() * size_of::<u64>()
    }
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

    #[test]
    fn up_to_a_million_are_exact_and_what_has_no_room_within_five_percent() {
        for different in [0, 1, 1_024, 1_025, 5_000, 20_000, 200_000] {
            let (mut left, mut right) = (Distinct::default(), Distinct::default());
            for number in 0..different {
                left.add_integer(number);
                if number % 3 == 0 {
                    right.add(Cell::Int(number).hash64());
                }
            }
            let shrunk = |distinct: &Distinct| {
                let mut distinct = distinct.clone();
                distinct.shrink();
                assert!(distinct.memory_bytes() <= REGISTERS, "{}", distinct.memory_bytes());
                distinct
            };
            let both = [(left.clone(), right.clone()), (right.clone(), left.clone())];
            let half = [(shrunk(&left), right.clone()), (right, shrunk(&left))];
            for (error, pairs) in [(0.0, both), (0.05, half)] {
                for (mut one, other) in pairs {
                    one.merge(other);
                    let (told, exact) = (one.estimate() as f64, different as f64);
                    assert!((told - exact).abs() <= exact * error, "{told} for {exact}");
                }
            }
        }
    }
}
