//! Decoded columns: what a search or an aggregation works on.

use super::template_rows::rows_set;
use crate::{record::Value, wire::Malformed};
use memchr::memmem;
use std::io::Write;

/// The type that values have for their reader. A name used with two types in one block is two columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FieldKind {
    Str,
    Int,
    Float,
    Bool,
}

/// How the values lie in the block, known without decoding them.
#[derive(Clone, Debug, PartialEq)]
pub enum Encoding {
    /// Every value is this text.
    Constant(Vec<u8>),
    /// Few different texts, all of them here, in no particular order.
    Words(Vec<Vec<u8>>),
    /// Texts of decimal digits padded with zeros to `width` digits; 0, not padded: then also numbers.
    Integers {
        width: u8,
    },
    /// Numbers, or their texts with always `scale` digits after the point.
    Decimals {
        scale: u8,
    },
    Floats,
    Bools,
    /// Texts of hexadecimal digits, all of this length and case.
    Hex {
        digits: u8,
        upper: bool,
    },
    Ipv4,
    /// Any other text.
    Text,
}

impl Encoding {
    /// Whether a value may be this text.
    pub(crate) fn may_be(&self, text: &[u8]) -> bool {
        match self {
            Self::Constant(constant) => constant == text,
            Self::Words(words) => words.iter().any(|word| word == text),
            Self::Hex { digits, .. } => text.len() == usize::from(*digits) && text.iter().all(u8::is_ascii_hexdigit),
            _ => true,
        }
    }
}

/// One column of one block: values, and the rows that they belong to.
#[derive(Clone, Debug)]
pub struct Column {
    pub kind: FieldKind,
    pub presence: Presence,
    /// One value per present row, in the order of rows.
    pub values: Values,
}

/// The rows that have the field.
#[derive(Clone, Debug, PartialEq)]
pub enum Presence {
    Every,
    /// Row numbers in rising order, as many as there are values.
    Rows(Vec<u32>),
}

/// A column of numbers before its rows are listed: many questions need only those of a few values.
#[derive(Debug)]
pub(crate) struct BitColumn {
    pub(crate) kind: FieldKind,
    /// The rows that have a value, 64 to a word, lowest bit first; `None`, where all have.
    pub(crate) rows: Option<Vec<u64>>,
    pub(crate) values: Values,
}

impl BitColumn {
    pub(crate) fn into_column(self) -> Column {
        let presence = self.rows.map_or(Presence::Every, |rows| Presence::Rows(rows_set(&rows, self.values.len())));
        Column { kind: self.kind, presence, values: self.values }
    }
}

/// Values in their packed types. A field or slot of kind `Str` may well lie as integers when all its texts are numerals: what
/// matters for its text is [`Values::write_text`].
#[derive(Clone, Debug)]
pub enum Values {
    Constant {
        text: Vec<u8>,
        count: usize,
    },
    Words {
        words: Vec<Vec<u8>>,
        codes: Vec<u16>,
    },
    /// As text: decimal digits, padded with zeros to `width` digits (0: not padded).
    Integers {
        width: u8,
        values: Vec<i64>,
    },
    /// The number `units / 10^scale`. As text: always `scale` digits after the point.
    Decimals {
        scale: u8,
        units: Vec<i64>,
    },
    Floats(Vec<f64>),
    Bools(Vec<bool>),
    Hex(Hex),
    /// As text: four octets with points.
    Ipv4(Vec<u32>),
    Text(Texts),
}

/// Texts of hexadecimal digits, packed: value `i` is `bytes[i * stride..][..stride]`, first digit in the high half; for an odd
/// number of digits the last half byte is zero.
#[derive(Clone, Debug)]
pub struct Hex {
    pub digits: u8,
    pub upper: bool,
    pub bytes: Vec<u8>,
}

impl Hex {
    /// Bytes per value.
    pub fn stride(&self) -> usize {
        usize::from(self.digits).div_ceil(2)
    }

    /// The places of all values that are this text, rising; found without writing out a single one.
    pub(crate) fn places(&self, text: &[u8]) -> Vec<usize> {
        let mut wanted = Vec::with_capacity(self.stride());
        let is_possible = text.len() == usize::from(self.digits) && !text.is_empty();
        if !is_possible || pack_hex(text, self.upper, &mut wanted).is_none() {
            return Vec::new();
        }
        let finder = memmem::Finder::new(&wanted);
        let (mut places, mut from) = (Vec::new(), 0);
        while let Some(at) = finder.find(&self.bytes[from..]).map(|at| from + at) {
            // What begins within a value is no value: the next may begin right behind.
            if at % wanted.len() == 0 {
                places.push(at / wanted.len());
            }
            from = at + 1;
        }
        places
    }
}

/// Texts end to end: value `i` is `bytes[ends[i - 1]..ends[i]]`.
#[derive(Clone, Debug, Default)]
pub struct Texts {
    pub bytes: Vec<u8>,
    pub ends: Vec<u32>,
}

impl Texts {
    /// # Panics
    /// When there is no such value.
    pub fn get(&self, index: usize) -> &[u8] {
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        &self.bytes[start..self.ends[index] as usize]
    }

    pub fn push(&mut self, text: &[u8]) {
        self.bytes.extend_from_slice(text);
        self.ends.push(self.bytes.len() as u32);
    }

    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.ends.len()).map(|index| self.get(index))
    }
}

impl Values {
    pub fn len(&self) -> usize {
        match self {
            Self::Constant { count, .. } => *count,
            Self::Words { codes, .. } => codes.len(),
            Self::Integers { values, .. } => values.len(),
            Self::Decimals { units, .. } => units.len(),
            Self::Floats(values) => values.len(),
            Self::Bools(values) => values.len(),
            Self::Hex(hex) => hex.bytes.len().checked_div(hex.stride()).unwrap_or(0),
            Self::Ipv4(values) => values.len(),
            Self::Text(texts) => texts.ends.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Appends the text of value `index`.
    ///
    /// # Panics
    /// When there is no such value.
    pub fn write_text(&self, index: usize, out: &mut Vec<u8>) {
        // Writing to a vector cannot fail.
        let _ = match self {
            Self::Constant { text, .. } => out.write_all(text),
            Self::Words { words, codes } => out.write_all(&words[usize::from(codes[index])]),
            Self::Integers { width, values } => write_integer(values[index], usize::from(*width), out),
            Self::Decimals { scale, units } => write_decimal(units[index], usize::from(*scale), out),
            Self::Floats(values) => write!(out, "{}", values[index]),
            Self::Bools(values) => write!(out, "{}", values[index]),
            Self::Hex(hex) => write_hex(hex, index, out),
            Self::Ipv4(values) => {
                let [a, b, c, d] = values[index].to_be_bytes();
                write!(out, "{a}.{b}.{c}.{d}")
            }
            Self::Text(texts) => out.write_all(texts.get(index)),
        };
    }

    /// Some of the values, in the order of their places.
    ///
    /// # Panics
    /// When there is no value at one of the places.
    fn at(&self, places: &[u32]) -> Self {
        fn pick<T: Copy>(values: &[T], places: &[u32]) -> Vec<T> {
            places.iter().map(|place| values[*place as usize]).collect()
        }
        if places.len() == self.len() {
            return self.clone();
        }
        match self {
            Self::Constant { text, .. } => Self::Constant { text: text.clone(), count: places.len() },
            Self::Words { words, codes } => pick_words(words, &pick(codes, places)),
            Self::Integers { width, values } => Self::Integers { width: *width, values: pick(values, places) },
            Self::Decimals { scale, units } => Self::Decimals { scale: *scale, units: pick(units, places) },
            Self::Floats(values) => Self::Floats(pick(values, places)),
            Self::Bools(values) => Self::Bools(pick(values, places)),
            Self::Ipv4(values) => Self::Ipv4(pick(values, places)),
            Self::Hex(hex) => {
                let digits = |place: &u32| &hex.bytes[*place as usize * hex.stride()..][..hex.stride()];
                let bytes = places.iter().flat_map(digits).copied().collect();
                Self::Hex(Hex { digits: hex.digits, upper: hex.upper, bytes })
            }
            Self::Text(texts) => {
                let mut picked = Texts::default();
                places.iter().for_each(|place| picked.push(texts.get(*place as usize)));
                Self::Text(picked)
            }
        }
    }

    /// The number that value `index` is, for kinds `Int` and `Float`.
    pub fn number(&self, index: usize) -> Option<f64> {
        match self {
            Self::Integers { values, .. } => Some(values[index] as f64),
            Self::Decimals { scale, units } => Some(decimal(units[index], *scale)),
            Self::Floats(values) => Some(values[index]),
            _ => None,
        }
    }
}

impl Column {
    /// The value at `index`, counted over present rows. Texts that are not kept as such are written into `scratch`.
    ///
    /// # Panics
    /// When there is no such value.
    pub fn value<'a>(&'a self, index: usize, scratch: &'a mut Vec<u8>) -> Value<'a> {
        match (self.kind, &self.values) {
            (FieldKind::Int, Values::Integers { values, .. }) => Value::Int(values[index]),
            (FieldKind::Float, values) => Value::Float(values.number(index).unwrap_or(f64::NAN)),
            (FieldKind::Bool, Values::Bools(values)) => Value::Bool(values[index]),
            (_, Values::Constant { text, .. }) => Value::Str(text),
            (_, Values::Words { words, codes }) => Value::Str(&words[usize::from(codes[index])]),
            (_, Values::Text(texts)) => Value::Str(texts.get(index)),
            (_, values) => {
                scratch.clear();
                values.write_text(index, scratch);
                Value::Str(scratch)
            }
        }
    }

    /// The values of some rows, rising, all of which must have one.
    pub(super) fn of_rows(&self, rows: &[u32]) -> Result<Values, Malformed> {
        let Presence::Rows(present) = &self.presence else { return Ok(self.values.at(rows)) };
        let (mut places, mut place) = (Vec::with_capacity(rows.len()), 0);
        for row in rows {
            place += present[place..].iter().take_while(|own| *own < row).count();
            if present.get(place) != Some(row) {
                return Err(Malformed("a message has a field in it that its record has not"));
            }
            places.push(place as u32);
        }
        Ok(self.values.at(&places))
    }

    /// The row of the value at `index`.
    ///
    /// # Panics
    /// When there is no such value.
    pub fn row_of(&self, index: usize) -> u32 {
        match &self.presence {
            Presence::Every => index as u32,
            Presence::Rows(rows) => rows[index],
        }
    }

    /// The position in `values` of each row's value, for walking rows from the first to the last.
    pub fn index_of(&self, row: u32) -> Option<usize> {
        match &self.presence {
            Presence::Every => Some(row as usize),
            Presence::Rows(rows) => rows.binary_search(&row).ok(),
        }
    }
}

/// These words of a dictionary, and no others: whoever looks at each word need not look at what plays no part.
fn pick_words(words: &[Vec<u8>], codes: &[u16]) -> Values {
    const NONE: u16 = u16::MAX;
    let mut places = vec![NONE; words.len()];
    let mut picked = Vec::new();
    let place = |code: &u16| {
        let place = &mut places[usize::from(*code)];
        if *place == NONE {
            *place = picked.len() as u16;
            picked.push(words[usize::from(*code)].clone());
        }
        *place
    };
    let codes = codes.iter().map(place).collect();
    Values::Words { words: picked, codes }
}

/// `units / 10^scale`. Both are exact as floats (see `numbers.rs`), so the quotient is the float nearest to the decimal.
pub(super) fn decimal(units: i64, scale: u8) -> f64 {
    const POWERS: [f64; 16] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];
    units as f64 / POWERS[usize::from(scale) % POWERS.len()]
}

pub(super) fn write_integer(value: i64, width: usize, out: &mut Vec<u8>) -> std::io::Result<()> {
    let mut digits = [0u8; 20];
    let mut at = digits.len();
    let mut rest = value.unsigned_abs();
    while rest > 0 || at == digits.len() || digits.len() - at < width {
        if at == 0 {
            break;
        }
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    if value < 0 {
        out.push(b'-');
    }
    out.write_all(&digits[at..])
}

/// Without digits behind it there is no point either: `0.0` among whole numbers stands in a message as `0`.
fn write_decimal(units: i64, scale: usize, out: &mut Vec<u8>) -> std::io::Result<()> {
    if scale == 0 {
        return write_integer(units, 0, out);
    }
    let start = out.len();
    write_integer(units, scale + 1, out)?;
    let point = out.len() - scale;
    out.insert(point.max(start), b'.');
    Ok(())
}

/// Appends the digits of a text, two a byte; `None` where one is no digit, or of the other case.
pub(super) fn pack_hex(text: &[u8], upper: bool, out: &mut Vec<u8>) -> Option<()> {
    let nibble = |digit: u8| match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' if !upper => Some(digit - b'a' + 10),
        b'A'..=b'F' if upper => Some(digit - b'A' + 10),
        _ => None,
    };
    for pair in text.chunks(2) {
        let low = pair.get(1).map_or(Some(0), |digit| nibble(*digit))?;
        out.push(nibble(pair[0])? << 4 | low);
    }
    Some(())
}

/// The two digits of each byte.
const fn digits_of_bytes(alphabet: [u8; 16]) -> [[u8; 2]; 256] {
    let (mut digits, mut byte) = ([[0; 2]; 256], 0);
    while byte < 256 {
        digits[byte] = [alphabet[byte >> 4], alphabet[byte & 15]];
        byte += 1;
    }
    digits
}

static LOWER: [[u8; 2]; 256] = digits_of_bytes(*b"0123456789abcdef");
static UPPER: [[u8; 2]; 256] = digits_of_bytes(*b"0123456789ABCDEF");

fn write_hex(hex: &Hex, index: usize, out: &mut Vec<u8>) -> std::io::Result<()> {
    let digits = if hex.upper { &UPPER } else { &LOWER };
    let start = out.len();
    let packed = &hex.bytes[index * hex.stride()..][..hex.stride()];
    packed.iter().for_each(|byte| out.extend_from_slice(&digits[usize::from(*byte)]));
    out.truncate(start + usize::from(hex.digits));
    Ok(())
}
