//! Columns of texts, each in the type that its texts turn out to have: numerals as integers, digits of hexadecimal as bytes,
//! addresses as four bytes, few different words as a dictionary. What is none of these is compressed as text.
//!
//! A type is taken only when every text of the column, written back from it, is the same to the byte.

use super::{
    column::{self, Encoding, Hex, Texts, Values},
    compress::{self, Effort, Zip},
    integers,
};
use crate::wire::{Malformed, Reader, put_bytes, put_varint};
use hashbrown::HashTable;

const WORDS_MAX: usize = 4096;
const SCALE_MAX: u8 = 15;
const WORDS_BYTES_MAX: usize = 64 << 10;

/// Appends the values' bytes to `payload`. What is returned belongs into the head of the block.
pub(super) fn encode(texts: &[&[u8]], zip: &mut Zip, payload: &mut Vec<u8>) -> Encoding {
    encode_typed(texts, zip, payload).unwrap_or_else(|| {
        write_plain(texts, zip, payload);
        Encoding::Text
    })
}

/// The same of texts that have a type; `None`, and nothing appended, where they have none.
pub(super) fn encode_typed(texts: &[&[u8]], zip: &mut Zip, payload: &mut Vec<u8>) -> Option<Encoding> {
    let first = texts.first().copied().unwrap_or_default();
    if texts.iter().all(|text| *text == first) {
        return Some(Encoding::Constant(first.to_vec()));
    }
    if let Some(numerals) = Numerals::of(texts) {
        return Some(numerals.encode(texts, zip, payload));
    }
    if let Some((words, codes)) = words(texts) {
        integers::encode(&codes, zip, payload);
        return Some(Encoding::Words(words));
    }
    if let Some(hex) = hex(texts) {
        payload.extend_from_slice(&hex.bytes);
        return Some(Encoding::Hex { digits: hex.digits, upper: hex.upper });
    }
    let addresses = texts.iter().map(|text| ipv4(text)).collect::<Option<Vec<u32>>>()?;
    addresses.iter().for_each(|address| payload.extend_from_slice(&address.to_be_bytes()));
    Some(Encoding::Ipv4)
}

/// Reads `count` values that were encoded so.
pub(super) fn decode(encoding: &Encoding, count: usize, reader: &mut Reader<'_>) -> Result<Values, Malformed> {
    Ok(match encoding {
        Encoding::Constant(text) => Values::Constant { text: text.clone(), count },
        Encoding::Integers { width } => Values::Integers { width: *width, values: integers::decode(count, reader)? },
        Encoding::Decimals { scale } => Values::Decimals { scale: *scale, units: integers::decode(count, reader)? },
        Encoding::Words(words) => {
            Values::Words { words: words.clone(), codes: integers::decode_places(count, words.len(), reader)? }
        }
        Encoding::Hex { digits, upper } => {
            let bytes = reader.take(count * usize::from(*digits).div_ceil(2))?.to_vec();
            Values::Hex(Hex { digits: *digits, upper: *upper, bytes })
        }
        Encoding::Ipv4 => {
            let bytes = reader.take(count * 4)?;
            Values::Ipv4(bytes.chunks_exact(4).map(|b| u32::from_be_bytes([b[0], b[1], b[2], b[3]])).collect())
        }
        Encoding::Text => Values::Text(read_plain(count, reader)?),
        Encoding::Floats | Encoding::Bools => return Err(Malformed("a column of texts has a type of numbers")),
    })
}

pub(super) fn write_plain(texts: &[&[u8]], zip: &mut Zip, payload: &mut Vec<u8>) {
    let lengths: Vec<i64> = texts.iter().map(|text| text.len() as i64).collect();
    integers::encode(&lengths, zip, payload);
    zip.put(&texts.concat(), Effort::Text, payload);
}

pub(super) fn read_plain(count: usize, reader: &mut Reader<'_>) -> Result<Texts, Malformed> {
    let lengths = integers::decode(count, reader)?;
    let bytes = compress::read(reader)?;
    let mut end = 0usize;
    let mut ends = Vec::with_capacity(count);
    for length in lengths {
        end = usize::try_from(length).ok().and_then(|length| end.checked_add(length)).unwrap_or(usize::MAX);
        ends.push(u32::try_from(end).unwrap_or(u32::MAX));
    }
    if end == bytes.len() {
        Ok(Texts { bytes, ends })
    } else {
        Err(Malformed("texts have another length than they say"))
    }
}

/// Texts that are all numbers written in one way.
enum Numerals {
    Integers { width: u8 },
    Decimals { scale: u8 },
}

impl Numerals {
    fn of(texts: &[&[u8]]) -> Option<Self> {
        let first = texts.first()?;
        if let Some(point) = memchr::memchr(b'.', first) {
            let scale = first.len() - point - 1;
            let fits = |text: &&[u8]| is_decimal(text, scale);
            return texts.iter().all(fits).then_some(Self::Decimals { scale: scale as u8 });
        }
        let mut padded = false;
        let mut same_length = true;
        for text in texts {
            if text.is_empty() || text.len() > 18 || !text.iter().all(u8::is_ascii_digit) {
                return None;
            }
            padded |= text.len() > 1 && text[0] == b'0';
            same_length &= text.len() == first.len();
        }
        match (padded, same_length) {
            (false, _) => Some(Self::Integers { width: 0 }),
            (true, true) => Some(Self::Integers { width: first.len() as u8 }),
            (true, false) => None,
        }
    }

    fn encode(&self, texts: &[&[u8]], zip: &mut Zip, payload: &mut Vec<u8>) -> Encoding {
        let digits = |text: &&[u8]| {
            text.iter().filter(|byte| **byte != b'.').fold(0i64, |number, digit| number * 10 + i64::from(digit - b'0'))
        };
        let numbers: Vec<i64> = texts.iter().map(digits).collect();
        integers::encode(&numbers, zip, payload);
        match self {
            Self::Integers { width } => Encoding::Integers { width: *width },
            Self::Decimals { scale } => Encoding::Decimals { scale: *scale },
        }
    }
}

/// `12.50` with scale 2; no zero before another digit, at most 18 digits.
fn is_decimal(text: &[u8], scale: usize) -> bool {
    let Some(whole) = text.len().checked_sub(scale + 1).filter(|whole| *whole > 0) else { return false };
    (1..=usize::from(SCALE_MAX)).contains(&scale)
        && text.len() <= 19
        && text[whole] == b'.'
        && (whole == 1 || text[0] != b'0')
        && text[..whole].iter().chain(&text[whole + 1..]).all(u8::is_ascii_digit)
}

/// A dictionary, most frequent first, and each text's place in it; `None` when too many texts differ.
pub(super) fn words(texts: &[&[u8]]) -> Option<(Vec<Vec<u8>>, Vec<i64>)> {
    let bounds = Bounds { sample: 256, share: (3, 4), count: WORDS_MAX, bytes: WORDS_BYTES_MAX };
    let (words, codes) = different(texts, bounds)?;
    Some((words.into_iter().map(<[u8]>::to_vec).collect(), codes))
}

/// The same of more and longer texts, for a dictionary that is read with its column.
pub(super) fn repeated<'a>(texts: &[&'a [u8]]) -> Option<(Vec<&'a [u8]>, Vec<i64>)> {
    different(texts, Bounds { sample: 1024, share: (1, 2), count: usize::MAX, bytes: usize::MAX })
}

#[derive(Clone, Copy)]
struct Bounds {
    /// After so many texts, no more than this share of them may differ, as a fraction.
    sample: usize,
    share: (usize, usize),
    /// Of different texts.
    count: usize,
    bytes: usize,
}

/// Inlined: how often it looks something up is what a column costs.
#[inline]
fn different<'a>(texts: &[&'a [u8]], bounds: Bounds) -> Option<(Vec<&'a [u8]>, Vec<i64>)> {
    let mut lookup: HashTable<u32> = HashTable::new();
    let mut found: Vec<(&[u8], u32)> = Vec::new();
    let mut codes = Vec::with_capacity(texts.len());
    let mut bytes = 0;
    let hash = crate::wire::hash64;
    for (seen, text) in texts.iter().enumerate() {
        let known = lookup.find(hash(text), |&at| found[at as usize].0 == *text).copied();
        let at = known.unwrap_or_else(|| {
            let at = found.len() as u32;
            lookup.insert_unique(hash(text), at, |&other| hash(found[other as usize].0));
            found.push((text, 0));
            bytes += text.len();
            at
        });
        found[at as usize].1 += 1;
        codes.push(at);
        let too_many = seen >= bounds.sample && found.len() * bounds.share.1 > seen * bounds.share.0;
        if too_many || found.len() > bounds.count || bytes > bounds.bytes {
            return None;
        }
    }
    if found.len() * 2 > texts.len() {
        return None;
    }
    let mut order: Vec<u32> = (0..found.len() as u32).collect();
    order.sort_by_key(|&at| std::cmp::Reverse(found[at as usize].1));
    let mut places = vec![0i64; found.len()];
    order.iter().enumerate().for_each(|(place, &at)| places[at as usize] = place as i64);
    let different = order.iter().map(|&at| found[at as usize].0).collect();
    Some((different, codes.into_iter().map(|at| places[at as usize]).collect()))
}

fn hex(texts: &[&[u8]]) -> Option<Hex> {
    const DIGITS_MIN: usize = 4;
    let digits = texts.first()?.len();
    if !(DIGITS_MIN..=255).contains(&digits) || texts.iter().any(|text| text.len() != digits) {
        return None;
    }
    let upper = texts.iter().any(|text| text.iter().any(u8::is_ascii_uppercase));
    let mut bytes = Vec::with_capacity(texts.len() * digits.div_ceil(2));
    for text in texts {
        column::pack_hex(text, upper, &mut bytes)?;
    }
    Some(Hex { digits: digits as u8, upper, bytes })
}

/// Four octets without padding: exactly what [`Values::write_text`] gives back.
fn ipv4(text: &[u8]) -> Option<u32> {
    let mut address = 0u32;
    let mut octets = 0;
    for octet in text.split(|byte| *byte == b'.') {
        let canonical = matches!(octet.len(), 1..=3) && (octet.len() == 1 || octet[0] != b'0');
        if !canonical || !octet.iter().all(u8::is_ascii_digit) || octets == 4 {
            return None;
        }
        let value = octet.iter().fold(0u32, |value, digit| value * 10 + u32::from(digit - b'0'));
        address = address << 8 | u8::try_from(value).map(u32::from).ok()?;
        octets += 1;
    }
    (octets == 4).then_some(address)
}

pub(super) fn put_encoding(out: &mut Vec<u8>, encoding: &Encoding) {
    match encoding {
        Encoding::Constant(text) => {
            out.push(0);
            put_bytes(out, text);
        }
        Encoding::Words(words) => {
            out.push(1);
            put_varint(out, words.len() as u64);
            words.iter().for_each(|word| put_bytes(out, word));
        }
        Encoding::Integers { width } => out.extend([2, *width]),
        Encoding::Decimals { scale } => out.extend([3, *scale]),
        Encoding::Floats => out.push(4),
        Encoding::Bools => out.push(5),
        Encoding::Hex { digits, upper } => out.extend([if *upper { 7 } else { 6 }, *digits]),
        Encoding::Ipv4 => out.push(8),
        Encoding::Text => out.push(9),
    }
}

pub(super) fn read_encoding(reader: &mut Reader<'_>) -> Result<Encoding, Malformed> {
    Ok(match reader.byte()? {
        0 => Encoding::Constant(reader.bytes()?.to_vec()),
        1 => {
            let count = reader.count(WORDS_MAX)?;
            let mut words = Vec::with_capacity(count);
            for _ in 0..count {
                words.push(reader.bytes()?.to_vec());
            }
            Encoding::Words(words)
        }
        2 => Encoding::Integers { width: reader.byte()? },
        3 => match reader.byte()? {
            scale @ 0..=SCALE_MAX => Encoding::Decimals { scale },
            _ => return Err(Malformed("a number has more digits after its point than numbers have")),
        },
        4 => Encoding::Floats,
        5 => Encoding::Bools,
        tag @ (6 | 7) => Encoding::Hex { digits: reader.byte()?, upper: tag == 7 },
        8 => Encoding::Ipv4,
        9 => Encoding::Text,
        _ => return Err(Malformed("a column has an unknown encoding")),
    })
}

/// Passes over an encoding, keeping no word of it: whether it is any text.
pub(super) fn pass_encoding(reader: &mut Reader<'_>) -> Result<bool, Malformed> {
    let mut behind_tag = *reader;
    let words = match behind_tag.byte()? {
        0 => 1,
        1 => behind_tag.count(WORDS_MAX)?,
        _ => return Ok(read_encoding(reader)? == Encoding::Text),
    };
    for _ in 0..words {
        behind_tag.bytes()?;
    }
    *reader = behind_tag;
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn back(texts: &[&[u8]]) -> Encoding {
        let mut payload = Vec::new();
        let encoding = encode(texts, &mut Zip::new(), &mut payload);
        let mut head = Vec::new();
        put_encoding(&mut head, &encoding);
        assert_eq!(read_encoding(&mut Reader(&head)), Ok(encoding.clone()));
        let values = decode(&encoding, texts.len(), &mut Reader(&payload)).unwrap();
        assert_eq!(values.len(), texts.len());
        for (index, text) in texts.iter().enumerate() {
            let mut out = Vec::new();
            values.write_text(index, &mut out);
            assert_eq!(out, *text, "{encoding:?}");
        }
        encoding
    }

    #[test]
    fn each_column_finds_its_type() {
        let cases: &[(&[&str], Encoding)] = &[
            (&["same", "same"], Encoding::Constant(b"same".to_vec())),
            (&["0", "17", "999999999999999999"], Encoding::Integers { width: 0 }),
            (&["007", "042"], Encoding::Integers { width: 3 }),
            (&["07", "042"], Encoding::Text),
            (&["0.50", "12.05"], Encoding::Decimals { scale: 2 }),
            (&["0.5", "12.05"], Encoding::Text),
            (&["00.5", "12.0"], Encoding::Text),
            (&["5.", "6."], Encoding::Text),
            (&["00ff", "12ab"], Encoding::Hex { digits: 4, upper: false }),
            (&["00FFA", "12ABB"], Encoding::Hex { digits: 5, upper: true }),
            (&["00FF", "12ab"], Encoding::Text),
            (&["10.0.0.1", "255.255.255.255"], Encoding::Ipv4),
            (&["10.0.0.01", "255.255.255.255"], Encoding::Text),
            (&["10.0.0.256", "1.2.3.4"], Encoding::Text),
            (&["a", "b", "b", "b"], Encoding::Words(vec![b"b".to_vec(), b"a".to_vec()])),
            (&["", "x"], Encoding::Text),
        ];
        for (texts, expected) in cases {
            let texts: Vec<&[u8]> = texts.iter().map(|text| text.as_bytes()).collect();
            assert_eq!(back(&texts), *expected, "{texts:?}");
        }
    }

    #[test]
    fn more_digits_behind_a_point_than_numbers_have_are_refused() {
        assert!(read_encoding(&mut Reader(&[3, SCALE_MAX])).is_ok());
        assert!(read_encoding(&mut Reader(&[3, SCALE_MAX + 1])).is_err());
    }

    fn columns() -> impl Strategy<Value = Vec<Vec<u8>>> {
        let of = |pattern: &'static str| prop::collection::vec(pattern.prop_map(String::into_bytes), 0..300).boxed();
        prop_oneof![
            of("[0-9]{1,19}"),
            of("[0-9]{3}"),
            of("[0-9]{1,3}\\.[0-9]{2}"),
            of("[0-9a-f]{7}"),
            of("[0-9A-F]{16}"),
            of("[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}"),
            of("[ab]"),
            prop::collection::vec(prop::collection::vec(any::<u8>(), 0..20), 0..300),
        ]
    }

    #[test]
    fn digits_are_found_where_they_are_a_value() {
        // Within others, over the borders of two, and of the other case.
        for (texts, wanted, expected) in [
            (&["00ff", "ff00", "00ff", "12ab"][..], "00ff", &[0, 2][..]),
            (&["00ff", "ff00"], "ffff", &[]),
            (&["abababab", "abababab"], "abababab", &[0, 1]),
            (&["00ff", "12ab"], "12AB", &[]),
            (&["00ff", "12ab"], "12abc", &[]),
            (&["00ff", "12ab"], "12ag", &[]),
            (&["00ff", "12ab"], "", &[]),
            (&["00FFA", "12ABB"], "12ABB", &[1]),
            (&["00FFA", "12ABB"], "12ABB0", &[]),
        ] {
            let texts: Vec<&[u8]> = texts.iter().map(|text| text.as_bytes()).collect();
            assert_eq!(hex(&texts).unwrap().places(wanted.as_bytes()), expected, "{wanted} in {texts:?}");
        }
    }

    proptest! {
        #[test]
        fn digits_are_found_as_texts_are(texts in prop::collection::vec("[0a]{4}", 1..50), wanted in "[0a]{4}") {
            let texts: Vec<&[u8]> = texts.iter().map(String::as_bytes).collect();
            let expected: Vec<usize> = (0..texts.len()).filter(|at| texts[*at] == wanted.as_bytes()).collect();
            prop_assert_eq!(hex(&texts).unwrap().places(wanted.as_bytes()), expected);
        }

        #[test]
        fn columns_come_back(texts in columns()) {
            back(&texts.iter().map(Vec::as_slice).collect::<Vec<_>>());
        }

        #[test]
        fn any_bytes_are_read_without_a_panic(bytes: Vec<u8>, count in 0usize..50) {
            if let Ok(encoding) = read_encoding(&mut Reader(&bytes)) {
                let _ = decode(&encoding, count, &mut Reader(&bytes));
            }
        }
    }
}
