//! How many records a block has by level in each quarter of an hour, and by level for each value of the fields that have few: what
//! answers most counts without opening the block.

use super::{
    block::{Block, FieldInfo},
    column::{Column, Encoding, FieldKind, Presence, Values},
    head::{level_code, level_of_code},
};
use crate::{
    Damage, Value,
    wire::{Malformed, Reader, put_bytes, put_signed, put_varint},
};
use model::Level;

/// Microseconds: the zones' clocks differ by whole quarters, so steps of an hour or a day begin with one.
pub(crate) const QUARTER: i64 = 15 * 60 * 1_000_000;
/// Quarters that a block may span, and different values that a field may have, to be counted.
const QUARTERS_MAX: i64 = 192;
const VALUES_MAX: usize = 48;
/// Of a text.
const VALUE_BYTES_MAX: usize = 128;
const FIELDS_MAX: usize = 32;
/// Blocks with fewer rows are as soon opened.
const ROWS_MIN: usize = if cfg!(test) { 1 } else { 2_048 };

/// Records by the code of their level.
pub(crate) type ByLevel = [u32; LEVELS];
const LEVELS: usize = 7;

/// Of one block.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Digest {
    first_quarter: i64,
    quarters: Vec<ByLevel>,
    fields: Vec<Counted>,
}

/// Of one field of the block.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Counted {
    /// The field's place in the summary.
    pub(super) field: u32,
    values: Vec<(CountedValue, ByLevel)>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum CountedValue {
    Text(Vec<u8>),
    Int(i64),
}

impl CountedValue {
    pub(crate) fn value(&self) -> Value<'_> {
        match self {
            Self::Text(text) => Value::Str(text),
            Self::Int(int) => Value::Int(*int),
        }
    }
}

impl Counted {
    pub(crate) fn values(&self) -> &[(CountedValue, ByLevel)] {
        &self.values
    }
}

/// The levels that are counted, and how many records have each.
pub(crate) fn levels(counts: &ByLevel) -> impl Iterator<Item = (Option<Level>, u32)> + '_ {
    let counted = counts.iter().enumerate().filter(|(_, records)| **records > 0);
    counted.filter_map(|(code, records)| level_of_code(code as u8).ok().map(|level| (level, *records)))
}

impl Digest {
    /// None where there is too much to count. `fields`: those that are to be counted, each with its place in the summary.
    pub(super) fn of(block: &Block, fields: &[(u32, &FieldInfo)]) -> Result<Option<Self>, Damage> {
        let (first, last) = block.time_range();
        let (first, last) = (first.as_micros().div_euclid(QUARTER), last.as_micros().div_euclid(QUARTER));
        if block.rows() < ROWS_MIN || last.saturating_sub(first) >= QUARTERS_MAX {
            return Ok(None);
        }
        let codes: Vec<u8> = block.level_of_rows()?.into_iter().map(level_code).collect();
        let mut quarters = vec![[0; LEVELS]; (last - first) as usize + 1];
        for (time, code) in block.times()?.into_iter().zip(&codes) {
            let place = usize::try_from(time.div_euclid(QUARTER) - first).unwrap_or(usize::MAX);
            let Some(quarter) = quarters.get_mut(place) else { return Ok(None) };
            quarter[usize::from(*code)] += 1;
        }
        let mut digest = Self { first_quarter: first, quarters, fields: Vec::new() };
        for (field, info) in fields.iter().filter(|(_, info)| may_be_few(info)).take(FIELDS_MAX) {
            if let Some(values) = counted(&block.read(info)?, &codes) {
                digest.fields.push(Counted { field: *field, values });
            }
        }
        Ok(Some(digest))
    }

    /// The beginnings of quarters, in microseconds since 1970, and what lies in each.
    pub(crate) fn quarters(&self) -> impl Iterator<Item = (i64, &ByLevel)> {
        let first = self.first_quarter;
        self.quarters
            .iter()
            .enumerate()
            .map(move |(place, counts)| ((first + place as i64).saturating_mul(QUARTER), counts))
    }

    /// All records of the block.
    pub(crate) fn all(&self) -> ByLevel {
        let mut all = [0_u32; LEVELS];
        for quarter in &self.quarters {
            all.iter_mut().zip(quarter).for_each(|(all, more)| *all = all.saturating_add(*more));
        }
        all
    }

    /// The values of a field, by its place in the summary.
    pub(crate) fn counted(&self, field: usize) -> Option<&Counted> {
        self.fields.iter().find(|counted| counted.field as usize == field)
    }

    /// Bytes that it occupies, about.
    pub(super) fn memory_bytes(&self) -> usize {
        let texts = |counted: &Counted| {
            let text = |(value, _): &(CountedValue, ByLevel)| match value {
                CountedValue::Text(text) => text.capacity(),
                CountedValue::Int(_) => 0,
            };
            counted.values.iter().map(text).sum::<usize>() + size_of_val(&counted.values[..]) + size_of::<Counted>()
        };
        size_of::<Self>() + size_of_val(&self.quarters[..]) + self.fields.iter().map(texts).sum::<usize>()
    }

    pub(super) fn put(&self, out: &mut Vec<u8>) {
        put_signed(out, self.first_quarter);
        put_varint(out, self.quarters.len() as u64);
        self.quarters.iter().for_each(|counts| put_counts(out, counts));
        put_varint(out, self.fields.len() as u64);
        for Counted { field, values } in &self.fields {
            put_varint(out, u64::from(*field));
            put_varint(out, values.len() as u64);
            for (value, counts) in values {
                match value {
                    CountedValue::Text(text) => {
                        out.push(0);
                        put_bytes(out, text);
                    }
                    CountedValue::Int(int) => {
                        out.push(1);
                        put_signed(out, *int);
                    }
                }
                put_counts(out, counts);
            }
        }
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let first_quarter = reader.signed()?;
        if first_quarter.unsigned_abs() > (i64::MAX / QUARTER - QUARTERS_MAX) as u64 {
            return Err(Malformed("a quarter of an hour is out of bounds"));
        }
        let count = reader.count(QUARTERS_MAX as usize)?;
        let quarters = (0..count).map(|_| read_counts(reader)).collect::<Result<_, _>>()?;
        let mut fields = Vec::new();
        for _ in 0..reader.count(FIELDS_MAX)? {
            let field = reader.count(u32::MAX as usize)? as u32;
            let mut values = Vec::new();
            for _ in 0..reader.count(VALUES_MAX)? {
                let value = match reader.byte()? {
                    0 => CountedValue::Text(reader.bytes()?.to_vec()),
                    1 => CountedValue::Int(reader.signed()?),
                    _ => return Err(Malformed("a value is of an unknown kind")),
                };
                values.push((value, read_counts(reader)?));
            }
            fields.push(Counted { field, values });
        }
        Ok(Self { first_quarter, quarters, fields })
    }
}

/// A byte that says which levels there are, and the count of each.
fn put_counts(out: &mut Vec<u8>, counts: &ByLevel) {
    let mask = counts.iter().enumerate().fold(0_u8, |mask, (code, records)| mask | u8::from(*records > 0) << code);
    out.push(mask);
    counts.iter().filter(|records| **records > 0).for_each(|records| put_varint(out, u64::from(*records)));
}

fn read_counts(reader: &mut Reader<'_>) -> Result<ByLevel, Malformed> {
    let mask = reader.byte()?;
    let mut counts = [0; LEVELS];
    for (code, records) in counts.iter_mut().enumerate() {
        if mask >> code & 1 == 1 {
            *records = reader.count(super::ROWS_MAX)? as u32;
        }
    }
    Ok(counts)
}

fn may_be_few(info: &FieldInfo) -> bool {
    let fits = |text: &Vec<u8>| text.len() <= VALUE_BYTES_MAX;
    match (&info.kind, &info.encoding) {
        (FieldKind::Str, Encoding::Constant(text)) => fits(text),
        (FieldKind::Str, Encoding::Words(words)) => words.len() <= VALUES_MAX && words.iter().all(fits),
        (FieldKind::Int, _) => true,
        _ => false,
    }
}

/// The different values of a column, none where they are too many.
fn counted(column: &Column, codes: &[u8]) -> Option<Vec<(CountedValue, ByLevel)>> {
    let code = |place: usize| {
        let row = match &column.presence {
            Presence::Every => place,
            Presence::Rows(rows) => rows[place] as usize,
        };
        usize::from(codes[row])
    };
    match &column.values {
        Values::Constant { text, count } => {
            let mut counts = [0; LEVELS];
            (0..*count).for_each(|place| counts[code(place)] += 1);
            Some(vec![(CountedValue::Text(text.clone()), counts)])
        }
        Values::Words { words, codes: of_rows } => {
            let mut counts = vec![[0; LEVELS]; words.len()];
            of_rows.iter().enumerate().for_each(|(place, word)| counts[usize::from(*word)][code(place)] += 1);
            Some(words.iter().map(|word| CountedValue::Text(word.clone())).zip(counts).collect())
        }
        Values::Integers { values, .. } => {
            let mut known: Vec<(i64, ByLevel)> = Vec::new();
            for (place, value) in values.iter().enumerate() {
                let at = match known.binary_search_by_key(value, |(known, _)| *known) {
                    Ok(at) => at,
                    Err(_) if known.len() == VALUES_MAX => return None,
                    Err(at) => {
                        known.insert(at, (*value, [0; LEVELS]));
                        at
                    }
                };
                known[at].1[code(place)] += 1;
            }
            Some(known.into_iter().map(|(value, counts)| (CountedValue::Int(value), counts)).collect())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn digest() -> impl Strategy<Value = Digest> {
        let by_level =
            || prop::collection::vec(0..20_000_u32, LEVELS).prop_map(|counts| ByLevel::try_from(counts).unwrap());
        let value = prop_oneof![
            any::<i64>().prop_map(CountedValue::Int),
            prop::collection::vec(any::<u8>(), 0..9).prop_map(CountedValue::Text),
        ];
        let values = prop::collection::vec((value, by_level()), 0..6);
        let field = (0..9_u32, values).prop_map(|(field, values)| Counted { field, values });
        (-1_000_000..3_000_000_i64, prop::collection::vec(by_level(), 0..9), prop::collection::vec(field, 0..5))
            .prop_map(|(first_quarter, quarters, fields)| Digest { first_quarter, quarters, fields })
    }

    proptest! {
        #[test]
        fn it_is_read_as_it_was_written_and_damage_is_no_panic(digest in digest(), at: prop::sample::Index, byte: u8) {
            let mut bytes = Vec::new();
            digest.put(&mut bytes);
            let mut reader = Reader(&bytes);
            prop_assert_eq!(Digest::read(&mut reader), Ok(digest));
            prop_assert!(reader.0.is_empty());
            let at = at.index(bytes.len());
            prop_assert!(Digest::read(&mut Reader(&bytes[..at])).is_err());
            bytes[at] = byte;
            if let Ok(damaged) = Digest::read(&mut Reader(&bytes)) {
                let records = damaged.quarters().map(|(_, counts)| levels(counts).count()).sum::<usize>();
                prop_assert!(records <= damaged.quarters.len() * LEVELS && damaged.all().len() == LEVELS);
            }
        }
    }
}
