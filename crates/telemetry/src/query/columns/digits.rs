//! Digits that are looked for in values of numbers and of hexadecimal, without writing the values out.

use crate::segment::{Hex, Values};
use memchr::memmem;

/// Calls `each` with the places, rising, of all values whose text may hold `needle`, which is folded: of some kinds of value only
/// with those, of others with all.
pub(super) fn candidates(values: &Values, needle: &[u8], mut each: impl FnMut(usize)) {
    let digits = Digits::of(needle);
    match (values, digits) {
        (Values::Integers { width, values }, Some(digits)) => {
            let width = usize::from(*width);
            places_where(values, |value| digits.is_in(value.unsigned_abs(), width), each);
        }
        (Values::Decimals { scale, units }, Some(digits)) => {
            let scale = usize::from(*scale);
            let one = 10_u64.saturating_pow(scale as u32);
            let is_in = |units: i64| {
                let units = units.unsigned_abs();
                digits.is_in(units / one, 0) || digits.is_in(units % one, scale)
            };
            places_where(units, is_in, each);
        }
        // No part of an address has more.
        (Values::Ipv4(_), Some(digits)) if digits.count > 3 => {}
        (Values::Ipv4(addresses), Some(digits)) => {
            let is_in: Vec<bool> = (0..256).map(|part| digits.is_in(part, 0)).collect();
            let any = |address: u32| address.to_be_bytes().iter().any(|part| is_in[usize::from(*part)]);
            places_where(addresses, any, each);
        }
        (Values::Ipv4(addresses), None) => match middle(needle) {
            Some(middle) => places_where(addresses, |address: u32| address.to_be_bytes()[1..3] == middle, each),
            None => (0..values.len()).for_each(&mut each),
        },
        (Values::Hex(hex), _) => match hex_places(hex, needle) {
            Some(places) => places.into_iter().for_each(each),
            None => (0..values.len()).for_each(&mut each),
        },
        _ => (0..values.len()).for_each(&mut each),
    }
}

/// The two parts in the middle of an address: they stand whole in any text that holds it.
fn middle(needle: &[u8]) -> Option<[u8; 2]> {
    let mut parts = std::str::from_utf8(needle).ok()?.split('.');
    let (_, second, third, _) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    Some([second.parse().ok()?, third.parse().ok()?]).filter(|_| parts.next().is_none())
}

fn places_where<T: Copy>(values: &[T], is_in: impl Fn(T) -> bool, mut each: impl FnMut(usize)) {
    values.iter().enumerate().filter(|(_, value)| is_in(**value)).for_each(|(place, _)| each(place));
}

/// Decimal digits, as the number that they are.
#[derive(Clone, Copy)]
struct Digits {
    number: u64,
    count: usize,
    /// 10 to the power of `count`.
    bound: u64,
    /// The least number without zeros before it that has so many digits.
    least: u64,
}

impl Digits {
    /// Of a text that is nothing else, and no longer than numbers are.
    fn of(text: &[u8]) -> Option<Self> {
        const COUNT_MAX: usize = 18;
        if !(1..=COUNT_MAX).contains(&text.len()) || !text.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let number = text.iter().fold(0, |number, digit| number * 10 + u64::from(digit - b'0'));
        let bound = 10_u64.pow(text.len() as u32);
        let least = if text.len() == 1 { 0 } else { bound / 10 };
        Some(Self { number, count: text.len(), bound, least })
    }

    /// Whether a number has these digits beside each other when it is written with zeros before it up to `width` digits.
    fn is_in(self, number: u64, width: usize) -> bool {
        let mut left = number;
        let mut dropped = 0;
        loop {
            if left < self.least && dropped + self.count > width {
                return false;
            }
            if left % self.bound == self.number {
                return true;
            }
            if left < 10 && dropped + self.count >= width {
                return false;
            }
            left /= 10;
            dropped += 1;
        }
    }
}

/// Places of values that hold these digits, rising. None where all must be looked at.
fn hex_places(hex: &Hex, needle: &[u8]) -> Option<Vec<usize>> {
    let nibble = |digit: &u8| char::from(*digit).to_digit(16).map(|nibble| nibble as u8);
    let Some(nibbles) = needle.iter().map(nibble).collect::<Option<Vec<u8>>>() else { return Some(Vec::new()) };
    let (stride, digits) = (hex.stride(), usize::from(hex.digits));
    let at = |start: usize, digit: usize| {
        let byte = hex.bytes[start + digit / 2];
        if digit.is_multiple_of(2) { byte >> 4 } else { byte & 15 }
    };
    let mut places = Vec::new();
    // They begin with the upper half of a byte, or with the lower one: then the first whole byte is one digit further.
    for skipped in 0..2 {
        let whole: Vec<u8> = nibbles.get(skipped..)?.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect();
        if whole.is_empty() {
            return None;
        }
        let finder = memmem::Finder::new(&whole);
        let mut from = 0;
        while let Some(found) = finder.find(&hex.bytes[from..]).map(|at| from + at) {
            from = found + 1;
            let (place, within) = (found / stride, found % stride * 2);
            let Some(first) = within.checked_sub(skipped) else { continue };
            let is_there = |(digit, wanted): (usize, &u8)| at(place * stride, first + digit) == *wanted;
            if first + nibbles.len() <= digits && nibbles.iter().enumerate().all(is_there) {
                places.push(place);
            }
        }
    }
    places.sort_unstable();
    places.dedup();
    Some(places)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Those that are called, of values whose texts hold the needle: all of them, and no others where the kind is one that tells.
    fn check(values: &Values, needle: &str, tells: bool) {
        let mut called = Vec::new();
        candidates(values, needle.as_bytes(), |place| called.push(place));
        let holds = |place: &usize| {
            let mut text = Vec::new();
            values.write_text(*place, &mut text);
            memmem::find(&text.to_ascii_lowercase(), needle.as_bytes()).is_some()
        };
        let holding: Vec<usize> = (0..values.len()).filter(holds).collect();
        if tells {
            assert_eq!(called, holding, "{needle} in {values:?}");
        } else {
            assert!(holding.iter().all(|place| called.contains(place)), "{needle} in {values:?}");
        }
    }

    #[test]
    fn a_whole_address_is_looked_for_by_its_middle() {
        let addresses = Values::Ipv4(vec![0, 0x0A00_0001, 0x6E00_0002, 0x0A01_0001, u32::MAX]);
        for (needle, looked_at) in
            [("10.0.0.1", 3), ("0.0.0.0", 3), ("10.1.0.1", 1), ("9.8.7.6", 0), ("10.0.", 5), ("1.2.3.4.5", 5)]
        {
            check(&addresses, needle, false);
            let mut count = 0;
            candidates(&addresses, needle.as_bytes(), |_| count += 1);
            assert_eq!(count, looked_at, "{needle}");
        }
    }

    #[test]
    fn zeros_count_where_they_are_written() {
        let integers = |width, values: &[i64]| Values::Integers { width, values: values.to_vec() };
        for needle in
            ["0", "00", "7", "07", "007", "70", "1", "10", "100", "-1", "123456789012345678", "1234567890123456789"]
        {
            check(
                &integers(0, &[0, 7, 70, 100, 1007, -10, -1, 123_456_789_012_345_678, i64::MAX, i64::MIN]),
                needle,
                needle.len() < 19 && needle != "-1",
            );
            check(&integers(4, &[0, 7, 70, 100, 1007, 9999]), needle, needle.len() < 5 && needle != "-1");
            let units = vec![0, 7, 70, 100, 1007, -10, -1007, 7_000_700];
            check(&Values::Decimals { scale: 3, units }, needle, needle.len() < 19 && needle != "-1");
            check(
                &Values::Ipv4(vec![0, 0x0A00_0001, 0x6464_0707, u32::MAX]),
                needle,
                needle.len() < 19 && needle != "-1",
            );
        }
    }

    proptest! {
        #[test]
        fn what_holds_digits_is_found(
            numbers in prop::collection::vec(0_i64..200_000, 1..40),
            needle in "[0-9]{1,6}",
            hex_needle in "[0-9a-f]{1,6}|[0-9]{2,5}",
            digits in 4_usize..9,
            upper: bool,
            bytes in prop::collection::vec(prop::sample::select(vec![0x40_u8, 0x41, 0x74, 0x04, 0xab, 0xba]), 40),
        ) {
            check(&Values::Integers { width: 0, values: numbers.clone() }, &needle, true);
            check(&Values::Integers { width: 6, values: numbers.clone() }, &needle, true);
            check(&Values::Decimals { scale: 2, units: numbers.clone() }, &needle, true);
            check(&Values::Ipv4(numbers.iter().map(|number| *number as u32 * 7919).collect()), &needle, true);
            let stride = digits.div_ceil(2);
            let mut bytes = bytes[..40 / stride * stride].to_vec();
            if !digits.is_multiple_of(2) {
                bytes.chunks_mut(stride).for_each(|value| value[stride - 1] &= 0xF0);
            }
            let hex = Values::Hex(Hex { digits: digits as u8, upper, bytes });
            check(&hex, &hex_needle, hex_needle.len() > 2);
        }
    }
}
