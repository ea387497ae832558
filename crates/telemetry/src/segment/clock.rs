//! The time of day as messages write it: `14:32:15`, `14:32:15.123`, `14:32:15,123456`. It follows from the record's time.

use crate::wire::{Malformed, Reader};
use std::ops::Range;

/// Bytes of a message in which its time is looked for.
const WITHIN: usize = 128;
const DAY: i64 = 86_400;
/// Every zone differs from UTC by a multiple of so many seconds.
const QUARTER: i64 = 900;
const QUARTERS: u8 = 96;
const DIGITS_MAX: u8 = 6;
const LEN: usize = "hh:mm:ss".len();

/// How a time of day is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// Quarters of an hour by which it is ahead of UTC, round the day.
    quarters: u8,
    /// Digits behind the second.
    digits: u8,
    /// Whether these follow a comma, not a point.
    comma: bool,
}

impl Clock {
    /// Where the first time of day stands in a message, if it is that of this moment (microseconds since 1970).
    pub(super) fn find(message: &[u8], micros: i64) -> Option<(Range<usize>, Self)> {
        let head = &message[..message.len().min(WITHIN)];
        let start = memchr::memchr_iter(b':', head).find_map(|colon| {
            let start = colon.checked_sub(2)?;
            let is_apart = start == 0 || !head[start - 1].is_ascii_digit();
            (is_apart && seconds(head.get(start..start + LEN)?).is_some()).then_some(start)
        })?;
        let end = start + LEN;
        let ahead = (seconds(&head[start..end])? - micros.div_euclid(1_000_000)).rem_euclid(DAY);
        if ahead % QUARTER != 0 {
            return None;
        }
        let mut clock = Self { quarters: (ahead / QUARTER) as u8, digits: 0, comma: head.get(end) == Some(&b',') };
        if let Some(b'.' | b',') = head.get(end) {
            let fraction = format!("{:06}", micros.rem_euclid(1_000_000));
            let written = head[end + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            let digits = written.min(usize::from(DIGITS_MAX));
            if head[end + 1..end + 1 + digits] == fraction.as_bytes()[..digits] {
                clock.digits = digits as u8;
            }
        }
        clock.comma &= clock.digits > 0;
        let end = if clock.digits > 0 { end + 1 + usize::from(clock.digits) } else { end };
        Some((start..end, clock))
    }

    /// Appends the time of day of a moment.
    pub(super) fn write(self, micros: i64, out: &mut Vec<u8>) {
        let seconds = (micros.div_euclid(1_000_000) + i64::from(self.quarters) * QUARTER).rem_euclid(DAY);
        for (number, before) in [(seconds / 3600, None), (seconds / 60 % 60, Some(b':')), (seconds % 60, Some(b':'))] {
            out.extend(before);
            out.extend([b'0' + (number / 10) as u8, b'0' + (number % 10) as u8]);
        }
        if self.digits > 0 {
            out.push(if self.comma { b',' } else { b'.' });
            let mut unit = 100_000;
            for _ in 0..self.digits {
                out.push(b'0' + (micros.rem_euclid(1_000_000) / unit % 10) as u8);
                unit /= 10;
            }
        }
    }

    /// The bytes that it is written with.
    pub(super) const fn bytes(self) -> &'static [u8] {
        match (self.digits, self.comma) {
            (0, _) => b"0123456789:",
            (_, false) => b"0123456789:.",
            (_, true) => b"0123456789:,",
        }
    }

    /// In twelve bits.
    pub(super) fn code(self) -> u16 {
        u16::from(self.quarters) << 4 | u16::from(self.comma) << 3 | u16::from(self.digits)
    }

    pub(super) const fn of_code(code: u16) -> Option<Self> {
        let (quarters, comma, digits) = (code >> 4, code >> 3 & 1 == 1, (code & 7) as u8);
        if quarters >= QUARTERS as u16 || digits > DIGITS_MAX {
            return None;
        }
        Some(Self { quarters: quarters as u8, digits, comma })
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        Self::of_code(reader.count(usize::from(u16::MAX))? as u16).ok_or(Malformed("a clock shows no time of day"))
    }
}

/// Seconds since midnight of `hh:mm:ss`.
fn seconds(text: &[u8]) -> Option<i64> {
    let &[a, b, b':', c, d, b':', e, f] = text else { return None };
    let pair = |tens: u8, ones: u8, max: i64| {
        let is_number = tens.is_ascii_digit() && ones.is_ascii_digit();
        let number = i64::from(tens.wrapping_sub(b'0')) * 10 + i64::from(ones.wrapping_sub(b'0'));
        (is_number && number <= max).then_some(number)
    };
    Some(pair(a, b, 23)? * 3600 + pair(c, d, 59)? * 60 + pair(e, f, 59)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn times_are_found_where_they_are_those_of_the_record() {
        // 2025-01-10T14:32:15.123456Z
        let micros = 1_736_519_535_123_456;
        let cases = [
            ("14:32:15", Some(("14:32:15", 0, 0))),
            ("[10/Jan/2025:14:32:15 +0000]", Some(("14:32:15", 0, 0))),
            ("2025-01-10 15:32:15,123 x", Some(("15:32:15,123", 4, 3))),
            ("2025-01-10T20:02:15.123456789", Some(("20:02:15.123456", 22, 6))),
            ("Jan 10 04:32:15.124 host", Some(("04:32:15", 56, 0))),
            ("114:32:15 14:32:15.1", Some(("14:32:15.1", 0, 1))),
            ("14:32:16", None),
            ("14:72:15", None),
            ("14:32", None),
        ];
        for (text, expected) in cases {
            let found = Clock::find(text.as_bytes(), micros);
            let shown = found.clone().map(|(range, clock)| (&text[range], clock.quarters, clock.digits));
            assert_eq!(shown, expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_found_is_written_the_same(micros: i64, before in "[a-z: ]{0,3}", hour in 0..24, minute in 0..60, second in 0..60, rest in "([.,][0-9]{0,7})?") {
            let micros = micros / 8;
            let text = format!("{before}{hour:02}:{minute:02}:{second:02}{rest}");
            let of_moment = |clock: Clock| { let mut out = Vec::new(); clock.write(micros, &mut out); out };
            let mut own = before.into_bytes();
            own.extend(of_moment(Clock { quarters: (hour * 4) as u8, digits: (second % 7) as u8, comma: minute % 2 == 0 && second % 7 > 0 }));
            for text in [text.as_bytes(), &own[..]] {
                if let Some((range, clock)) = Clock::find(text, micros) {
                    prop_assert_eq!(of_moment(clock), &text[range]);
                    prop_assert!(of_moment(clock).iter().all(|byte| clock.bytes().contains(byte)));
                    prop_assert_eq!(Clock::of_code(clock.code()), Some(clock));
                }
            }
            prop_assert!(Clock::find(&own, micros).is_some());
        }
    }
}
