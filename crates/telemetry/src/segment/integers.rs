//! Columns of integers, in the smallest of three forms, taken plainly or as differences from one row to the next.
//!
//! *Packed*: distance from the least, divided by what all distances share, in as many bits as the greatest needs.
//! *Coded*: each distance as a class (its length in bits and the two bits after the first, hence never more than a quarter
//! wide), compressed by frequency, and the remaining bits as they are. Durations and gaps, many small and few large, come
//! within a few hundredths of a bit of their entropy so.
//! *Few*: the different values once, and which of them each row has.

use super::{
    bits::{BitReader, BitWriter},
    compress::{self, Effort, Zip},
};
use crate::wire::{Malformed, Reader, put_signed, put_varint};
use hashbrown::HashTable;

const PACKED: u8 = 0;
const CODED: u8 = 1;
const FEW: u8 = 2;
const MANY: u8 = 3;
const DIFFERENCES: u8 = 4;

/// Fewer values than this are packed without looking further: tables would outweigh what they save.
const CODED_MIN: usize = 48;
const FEW_MAX: usize = 255;

/// Appends `values`. Their count is not written: the reader must know it.
pub(super) fn encode(values: &[i64], zip: &mut Zip, out: &mut Vec<u8>) {
    if values.is_empty() {
        return;
    }
    let mut best = plan(values);
    // It is read several times as fast as what is coded.
    let few = (best.cost > 16).then(|| Few::of(values, best.cost + best.cost / 64)).flatten();
    if let Some(few) = few {
        out.push(FEW);
        few.write(values, zip, out);
        return;
    }
    let mut differences = None;
    if values.len() > 2 && best.cost > 8 {
        let steps: Vec<i64> = values.windows(2).map(|pair| pair[1].wrapping_sub(pair[0])).collect();
        let other = plan(&steps);
        if other.cost + 4 < best.cost {
            best = other;
            differences = Some(steps);
        }
    }
    if let Some(many) = Many::of(values, best.cost) {
        out.push(MANY);
        many.write(zip, out);
    } else if let Some(steps) = differences {
        out.push(best.form | DIFFERENCES);
        put_signed(out, values[0]);
        best.write(&steps, zip, out);
    } else {
        out.push(best.form);
        best.write(values, zip, out);
    }
}

/// Reads `count` values.
pub(super) fn decode(count: usize, reader: &mut Reader<'_>) -> Result<Vec<i64>, Malformed> {
    decode_within(count, false, reader)
}

/// Reads `count` values that are places in a list of `below`: most are had without making integers of them first.
pub(super) fn decode_places(count: usize, below: usize, reader: &mut Reader<'_>) -> Result<Vec<u16>, Malformed> {
    let place = |value: i64| {
        let place = u16::try_from(value).ok().filter(|place| usize::from(*place) < below);
        place.ok_or(Malformed("a code stands for nothing"))
    };
    if count == 0 || reader.0.first() != Some(&FEW) {
        return decode(count, reader)?.into_iter().map(place).collect();
    }
    reader.byte()?;
    let (few, codes) = Few::read_codes(count, reader)?;
    let mut places = [0; 256];
    for (known, value) in places.iter_mut().zip(few) {
        *known = place(value)?;
    }
    Ok(codes.into_iter().map(|code| places[usize::from(code)]).collect())
}

/// `within`: they are part of the form of others, and hence not of this form themselves.
fn decode_within(count: usize, within: bool, reader: &mut Reader<'_>) -> Result<Vec<i64>, Malformed> {
    if count == 0 {
        return Ok(Vec::new());
    }
    let tag = reader.byte()?;
    let first = if tag & DIFFERENCES == 0 { None } else { Some(reader.signed()?) };
    let residuals = count - usize::from(first.is_some());
    let mut values = Vec::with_capacity(count);
    values.extend(first);
    match tag & 3 {
        PACKED => unpack(residuals, reader, &mut values)?,
        CODED => read_coded(residuals, reader, &mut values)?,
        FEW => {
            let (few, codes) = Few::read_codes(residuals, reader)?;
            let mut table = [0; 256];
            table[..few.len()].copy_from_slice(&few);
            values.extend(codes.into_iter().map(|code| table[usize::from(code)]));
        }
        MANY if !within => Many::read(residuals, reader, &mut values)?,
        _ => return Err(Malformed("a form of integers is unknown")),
    }
    if first.is_some() {
        let mut before = 0i64;
        for value in &mut values {
            before = before.wrapping_add(*value);
            *value = before;
        }
    }
    Ok(values)
}

/// How values would be written as distances from the least, and in how many bytes.
struct Plan {
    form: u8,
    base: i64,
    divisor: u64,
    width: u32,
    cost: usize,
}

fn plan(values: &[i64]) -> Plan {
    let base = values.iter().copied().min().unwrap_or(0);
    let greatest = values.iter().copied().max().unwrap_or(0).wrapping_sub(base) as u64;
    let mut divisor = greatest;
    for &value in values {
        if divisor <= 1 {
            break;
        }
        divisor = greatest_common_divisor(divisor, value.wrapping_sub(base) as u64);
    }
    let divisor = divisor.max(1);
    let width = u64::BITS - (greatest / divisor).leading_zeros();
    let packed = (values.len() * width as usize).div_ceil(8);
    let mut plan = Plan { form: PACKED, base, divisor, width, cost: packed };
    if values.len() >= CODED_MIN && width > 2 {
        let coded = coded_cost(values, base, divisor);
        if coded + packed / 64 < packed {
            plan.form = CODED;
            plan.cost = coded;
        }
    }
    plan
}

fn greatest_common_divisor(mut a: u64, mut b: u64) -> u64 {
    while b > 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// The class of a distance, and how many bits it leaves to be written as they are.
fn class(distance: u64) -> (u8, u32) {
    if distance < 4 {
        return (distance as u8, 0);
    }
    let top = u64::BITS - 1 - distance.leading_zeros();
    let next_two = (distance >> (top - 2)) & 3;
    (((top - 1) << 2) as u8 | next_two as u8, top - 2)
}

fn coded_cost(values: &[i64], base: i64, divisor: u64) -> usize {
    const TABLES: usize = 40;
    let mut counts = [0u32; 256];
    for &value in values {
        counts[usize::from(class(value.wrapping_sub(base) as u64 / divisor).0)] += 1;
    }
    let rest: usize = (0..=255u8).map(|code| counts[usize::from(code)] as usize * rest_bits(code) as usize).sum();
    rest.div_ceil(8) + entropy_bytes(&counts, values.len()) + TABLES
}

/// What an ideal coder makes of bytes with these frequencies.
fn entropy_bytes(counts: &[u32], total: usize) -> usize {
    let total = total as f64;
    let bits: f64 = counts
        .iter()
        .filter(|count| **count > 0)
        .map(|&count| f64::from(count) * (total / f64::from(count)).log2())
        .sum();
    (bits / 8.0) as usize
}

const fn rest_bits(code: u8) -> u32 {
    if code < 4 { 0 } else { (code >> 2) as u32 - 1 }
}

/// [`rest_bits`] of every code.
const REST_BITS: [u8; 256] = {
    let (mut bits, mut code) = ([0; 256], 0);
    while code < 256 {
        bits[code] = rest_bits(code as u8) as u8;
        code += 1;
    }
    bits
};

/// The first bits of every code's distances.
const FIRST_BITS: [u8; 256] = {
    let (mut bits, mut code) = ([0; 256], 0);
    while code < 256 {
        bits[code] = if code < 4 { code as u8 } else { 4 | code as u8 & 3 };
        code += 1;
    }
    bits
};

impl Plan {
    fn write(&self, values: &[i64], zip: &mut Zip, out: &mut Vec<u8>) {
        put_signed(out, self.base);
        put_varint(out, self.divisor);
        let distances = values.iter().map(|value| {
            let distance = value.wrapping_sub(self.base) as u64;
            if self.divisor == 1 { distance } else { distance / self.divisor }
        });
        let mut bits = BitWriter::default();
        if self.form == PACKED {
            out.push(self.width as u8);
            distances.for_each(|distance| bits.push(distance, self.width));
            out.extend(bits.finish());
            return;
        }
        let mut codes = Vec::with_capacity(values.len());
        for distance in distances {
            let (code, rest) = class(distance);
            codes.push(code);
            bits.push(distance & ((1 << rest) - 1), rest);
        }
        zip.put(&codes, Effort::Codes, out);
        out.extend(bits.finish());
    }
}

fn unpack(count: usize, reader: &mut Reader<'_>, values: &mut Vec<i64>) -> Result<(), Malformed> {
    let (base, divisor, width) = (reader.signed()?, reader.varint()?, u32::from(reader.byte()?));
    if width > 64 {
        return Err(Malformed("packed numbers are too wide"));
    }
    let bytes = reader.take((count * width as usize).div_ceil(8))?;
    let mut bits = BitReader::new(bytes);
    if width == 0 {
        values.extend(std::iter::repeat_n(base, count));
    } else if width > 56 {
        for _ in 0..count {
            values.push(base.wrapping_add(bits.read(width)?.wrapping_mul(divisor) as i64));
        }
    } else {
        // There are as many bytes as these take.
        values.extend((0..count).map(|_| base.wrapping_add(bits.next(width).wrapping_mul(divisor) as i64)));
    }
    Ok(())
}

fn read_coded(count: usize, reader: &mut Reader<'_>, values: &mut Vec<i64>) -> Result<(), Malformed> {
    let (base, divisor) = (reader.signed()?, reader.varint()?);
    let codes = compress::read(reader)?;
    if codes.len() != count {
        return Err(Malformed("coded numbers have another count than the column"));
    }
    let rest: usize = codes.iter().map(|code| usize::from(REST_BITS[usize::from(*code)])).sum();
    let mut bits = BitReader::new(reader.take(rest.div_ceil(8))?);
    let distance = |code: u8| {
        let rest = u32::from(REST_BITS[usize::from(code)]);
        // From a table, for which codes come is hard to foretell.
        let head = u64::from(FIRST_BITS[usize::from(code)]) << rest;
        // There are as many bytes as the codes leave to be read; no writer leaves more than 61 bits of one.
        if rest <= 56 { head | bits.next(rest) } else { head | bits.next(32) | bits.next(rest - 32) << 32 }
    };
    values.extend(
        codes.into_iter().map(distance).map(|distance| base.wrapping_add(distance.wrapping_mul(divisor) as i64)),
    );
    Ok(())
}

/// The different values of a column that has few.
struct Few {
    /// Rising.
    values: Vec<i64>,
}

impl Few {
    /// `None` when there are too many, or when they would take more than `cost` bytes.
    fn of(values: &[i64], cost: usize) -> Option<Self> {
        let mut found: Vec<(i64, u32)> = Vec::new();
        let mut slots = [u8::MAX; 1024];
        for &value in values {
            let mut at = (value as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) as usize >> 54;
            loop {
                match slots[at] {
                    u8::MAX if found.len() == FEW_MAX => return None,
                    u8::MAX => {
                        slots[at] = found.len() as u8;
                        found.push((value, 1));
                        break;
                    }
                    slot if found[usize::from(slot)].0 == value => {
                        found[usize::from(slot)].1 += 1;
                        break;
                    }
                    _ => at = (at + 1) % slots.len(),
                }
            }
        }
        let counts: Vec<u32> = found.iter().map(|(_, count)| *count).collect();
        let own_cost = entropy_bytes(&counts, values.len()).max(values.len() / 64) + 4 * found.len() + 16;
        found.sort_unstable();
        (own_cost < cost).then(|| Self { values: found.into_iter().map(|(value, _)| value).collect() })
    }

    fn write(&self, values: &[i64], zip: &mut Zip, out: &mut Vec<u8>) {
        put_varint(out, self.values.len() as u64);
        let mut before = 0;
        for &value in &self.values {
            put_signed(out, value.wrapping_sub(before));
            before = value;
        }
        let codes: Vec<u8> =
            values.iter().map(|value| self.values.binary_search(value).unwrap_or_default() as u8).collect();
        zip.put(&codes, Effort::Codes, out);
    }

    /// The different values, and which of them each one is.
    fn read_codes(count: usize, reader: &mut Reader<'_>) -> Result<(Vec<i64>, Vec<u8>), Malformed> {
        let mut few = Vec::new();
        let mut value = 0i64;
        for _ in 0..reader.count(FEW_MAX)? {
            value = value.wrapping_add(reader.signed()?);
            few.push(value);
        }
        let codes = compress::read(reader)?;
        if codes.len() != count {
            return Err(Malformed("coded numbers have another count than the column"));
        }
        if !codes.is_empty() && usize::from(codes.iter().copied().fold(0, u8::max)) >= few.len() {
            return Err(Malformed("a code stands for no value"));
        }
        Ok((few, codes))
    }
}

/// Different values, more than [`Few`] holds and less than there are rows: sizes of the same files, ports.
struct Many {
    /// Most frequent first.
    different: Vec<i64>,
    /// The place of each value among them.
    places: Vec<i64>,
}

impl Many {
    /// `None` when too many differ, or when they would take more than `cost` bytes.
    fn of(values: &[i64], cost: usize) -> Option<Self> {
        const ROWS_MIN: usize = 1024;
        if values.len() < ROWS_MIN || cost < values.len() {
            return None;
        }
        let mut lookup: HashTable<u32> = HashTable::new();
        let mut found: Vec<(i64, u32)> = Vec::new();
        let mut codes = Vec::with_capacity(values.len());
        let hash = |value: i64| (value as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
        for (seen, &value) in values.iter().enumerate() {
            let known = lookup.find(hash(value), |&at| found[at as usize].0 == value).copied();
            let at = known.unwrap_or_else(|| {
                let at = found.len() as u32;
                lookup.insert_unique(hash(value), at, |&other| hash(found[other as usize].0));
                found.push((value, 0));
                at
            });
            found[at as usize].1 += 1;
            codes.push(at);
            if seen >= ROWS_MIN && found.len() * 2 > seen {
                return None;
            }
        }
        let counts: Vec<u32> = found.iter().map(|(_, count)| *count).collect();
        // Which values there are costs less than each of them would by itself.
        let own_cost = entropy_bytes(&counts, values.len()) * 17 / 16 + cost * found.len() / values.len() + 16;
        if own_cost >= cost {
            return None;
        }
        let mut order: Vec<u32> = (0..found.len() as u32).collect();
        order.sort_by_key(|&at| std::cmp::Reverse(found[at as usize].1));
        let mut places = vec![0i64; found.len()];
        order.iter().enumerate().for_each(|(place, &at)| places[at as usize] = place as i64);
        Some(Self {
            different: order.iter().map(|&at| found[at as usize].0).collect(),
            places: codes.into_iter().map(|at| places[at as usize]).collect(),
        })
    }

    fn write(&self, zip: &mut Zip, out: &mut Vec<u8>) {
        put_varint(out, self.different.len() as u64);
        for values in [&self.different, &self.places] {
            let plan = plan(values);
            out.push(plan.form);
            plan.write(values, zip, out);
        }
    }

    fn read(count: usize, reader: &mut Reader<'_>, values: &mut Vec<i64>) -> Result<(), Malformed> {
        let different = reader.count(count)?;
        let different = decode_within(different, true, reader)?;
        for place in decode_within(count, true, reader)? {
            let value = usize::try_from(place).ok().and_then(|place| different.get(place));
            values.push(*value.ok_or(Malformed("a code stands for no value"))?);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn size(values: &[i64]) -> usize {
        let mut out = Vec::new();
        encode(values, &mut Zip::new(), &mut out);
        assert_eq!(decode(values.len(), &mut Reader(&out)).as_deref(), Ok(values));
        out.len()
    }

    fn columns() -> impl Strategy<Value = Vec<i64>> {
        let any = prop::collection::vec(any::<i64>(), 0..300);
        let small = prop::collection::vec(-5i64..5, 0..300);
        let multiples = prop::collection::vec((0i64..1000).prop_map(|n| n * 1_000_000), 0..300);
        let rising = prop::collection::vec(0i64..100_000, 0..300).prop_map(|mut values| {
            values.sort_unstable();
            values
        });
        let skewed = prop::collection::vec((0u32..60).prop_map(|bits| (1i64 << bits) + 3), 0..300);
        let some = prop::collection::vec(0i64..i64::MAX, 256..400);
        let repeated = (some, prop::collection::vec(0..400_usize, 1000..3000))
            .prop_map(|(values, places)| places.into_iter().map(|place| values[place % values.len()]).collect());
        prop_oneof![any, small, multiples, rising, skewed, repeated]
    }

    proptest! {
        #[test]
        fn columns_come_back(values in columns()) {
            size(&values);
        }

        #[test]
        fn any_bytes_are_read_without_a_panic(bytes: Vec<u8>, count in 0usize..100) {
            let _ = decode(count, &mut Reader(&bytes));
            let _ = decode_places(count, 10, &mut Reader(&bytes));
        }

        #[test]
        fn places_come_back(values in prop::collection::vec(0i64..300, 0..3000), below in 1i64..301, folded in 1i64..301) {
            let values: Vec<i64> = values.into_iter().map(|value| value % folded).collect();
            let mut out = Vec::new();
            encode(&values, &mut Zip::new(), &mut out);
            let read = decode_places(values.len(), below as usize, &mut Reader(&out));
            let read = read.ok().map(|places| places.into_iter().map(i64::from).collect::<Vec<_>>());
            prop_assert_eq!(read, values.iter().all(|value| *value < below).then_some(values));
        }
    }

    #[test]
    fn each_column_takes_the_form_that_suits_it() {
        let count = 10_000;
        let steady: Vec<i64> = (0..count).map(|n| 1_700_000_000_000_000 + n * 40).collect();
        let stairs: Vec<i64> = (0..count).map(|n| n / 20 * 1_000_000 + n / 20 % 7).collect();
        assert!(
            size(&stairs) < 10_000 / 8 + 50,
            "a rise is its steps, a bit each, though values repeat: {}",
            size(&stairs)
        );
        assert!(size(&steady) < 20, "a steady rise costs nothing: {}", size(&steady));
        let spread = |n: i64| (n.wrapping_mul(0x9e37_79b9_7f4a_7c15_u64 as i64) as u64) >> 11;
        let uniform: Vec<i64> = (0..count).map(|n| (spread(n) % 100_000) as i64 * 10).collect();
        assert!(size(&uniform) < 10_000 * 17 / 8 + 100, "17 bits each, without the shared factor: {}", size(&uniform));
        let statuses: Vec<i64> = (0..count).map(|n| [200, 200, 200, 404, 500][(spread(n) % 5) as usize]).collect();
        assert!(size(&statuses) < 2200, "1.4 bits each: {}", size(&statuses));
        let sizes: Vec<i64> = (0..count).map(|n| (spread(spread(n) as i64 % 500) >> 20) as i64).collect();
        assert!(size(&sizes) < 10_000 * 9 / 8 + 500 * 7, "500 of 45 bits, and which of them: {}", size(&sizes));
        let waits: Vec<i64> =
            (0..count).map(|n| (-((spread(n) + 1) as f64 / (1u64 << 53) as f64).ln() * 1e6) as i64).collect();
        let ideal = (std::f64::consts::E * 1e6).log2() * 10_000.0 / 8.0;
        assert!((size(&waits) as f64) < ideal * 1.02, "exponential waits: {} of {ideal}", size(&waits));
    }
}
