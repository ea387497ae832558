//! One named column of a block: which rows have it, and their values.
//!
//! Both mostly follow from the message's template: requests have a status, queries have none; what the mailing logs comes from
//! the logger `mailing`. So for each template the head says: no row has the field, all have it, some have it, or all have this
//! one word. Only what is left open takes room in the block.

use super::{
    bits::{BitReader, BitWriter},
    column::{BitColumn, Column, Encoding, FieldKind, Presence, Texts, Values},
    compress::{self, Effort, Zip},
    integers, message_codec, numbers,
    template_rows::{rows_of, rows_set},
    texts,
};
use crate::wire::{Malformed, Reader, put_varint};

/// What the rows of one template have of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Absent,
    Present,
    Mixed,
    /// All have the word of this code.
    Word(u16),
}

/// The values of a column that is being built, one for each of its rows.
pub(super) enum Gathered<'a> {
    Texts(Vec<&'a [u8]>),
    Ints(Vec<i64>),
    Floats(Vec<f64>),
    Bools(Vec<i64>),
}

/// Which template each row has, and how many rows each template.
pub(super) struct Rows<'a> {
    pub(super) template_of_rows: &'a [u16],
    pub(super) rows_of_templates: &'a [u32],
}

/// Appends presence and values to `payload`; the head keeps encoding and classes.
pub(super) fn encode(
    rows: &[u32],
    gathered: &Gathered<'_>,
    block: &Rows<'_>,
    zip: &mut Zip,
    payload: &mut Vec<u8>,
) -> (Encoding, Vec<Class>) {
    let mut classes = classes(rows, block);
    put_presence(rows, block, &classes, zip, payload);
    let encoding = match gathered {
        Gathered::Texts(texts) => match texts::words(texts) {
            Some((words, codes)) if words.len() > 1 => {
                let open = fix_words(rows, &codes, block, &mut classes);
                integers::encode(&open, zip, payload);
                Encoding::Words(words)
            }
            _ => encode_texts(texts, zip, payload),
        },
        Gathered::Ints(values) => {
            integers::encode(values, zip, payload);
            Encoding::Integers { width: 0 }
        }
        Gathered::Floats(values) => numbers::encode(values, zip, payload),
        Gathered::Bools(values) => {
            integers::encode(values, zip, payload);
            Encoding::Bools
        }
    };
    (encoding, classes)
}

/// Texts of no other type may still repeat, as those of clients do, or consist of templates, as URLs, UUIDs and paths do.
fn encode_texts(texts: &[&[u8]], zip: &mut Zip, payload: &mut Vec<u8>) -> Encoding {
    if let Some(encoding) = texts::encode_typed(texts, zip, payload) {
        return encoding;
    }
    let best = shorter_form(texts, zip);
    let best = match texts::repeated(texts) {
        Some(repeated) => shorter(best, once(&repeated, zip)),
        None => best,
    };
    payload.extend(best);
    Encoding::Text
}

/// By templates, or as one text where that is shorter. Of many bytes the second is made only where a sample says that it may
/// be: to find templates takes as long as to compress, and mostly one of both is far from the other.
fn shorter_form(texts: &[&[u8]], zip: &mut Zip) -> Vec<u8> {
    const SAMPLED_BYTES: usize = 256 << 10;
    let nested = nested(texts, zip);
    let bytes: usize = texts.iter().map(|text| text.len()).sum();
    if bytes > SAMPLED_BYTES && zip.estimate(texts) > nested.len() + nested.len() / 4 {
        return nested;
    }
    shorter(plain(texts, zip), nested)
}

/// Forms of a column of texts.
const PLAIN: u8 = 0;
const NESTED: u8 = 1;
const ONCE: u8 = 2;

fn shorter(one: Vec<u8>, other: Vec<u8>) -> Vec<u8> {
    if other.len() < one.len() { other } else { one }
}

fn nested(texts: &[&[u8]], zip: &mut Zip) -> Vec<u8> {
    let mut nested = vec![NESTED];
    message_codec::write_nested(texts, zip, &mut nested);
    nested
}

fn plain(texts: &[&[u8]], zip: &mut Zip) -> Vec<u8> {
    let mut plain = vec![PLAIN];
    texts::write_plain(texts, zip, &mut plain);
    plain
}

/// Each different text once, and which of them each row has.
fn once((texts, codes): &(Vec<&[u8]>, Vec<i64>), zip: &mut Zip) -> Vec<u8> {
    let mut once = vec![ONCE];
    put_varint(&mut once, texts.len() as u64);
    once.extend(shorter_form(texts, zip));
    integers::encode(codes, zip, &mut once);
    once
}

fn read_texts(count: usize, reader: &mut Reader<'_>) -> Result<Texts, Malformed> {
    match reader.byte()? {
        ONCE => {
            let different = reader.count(count)?;
            let form = reader.byte()?;
            let once = read_different(form, different, reader)?;
            let mut texts = Texts::default();
            for code in integers::decode(count, reader)? {
                let code = usize::try_from(code).ok().filter(|code| *code < different);
                texts.push(once.get(code.ok_or(Malformed("a code stands for no text"))?));
                if texts.bytes.len() > compress::STREAM_BYTES_MAX {
                    return Err(Malformed("texts are longer than a block can hold"));
                }
            }
            Ok(texts)
        }
        form => read_different(form, count, reader),
    }
}

fn read_different(form: u8, count: usize, reader: &mut Reader<'_>) -> Result<Texts, Malformed> {
    match form {
        PLAIN => texts::read_plain(count, reader),
        NESTED => message_codec::read_nested(count, reader),
        _ => Err(Malformed("a column of texts has an unknown form")),
    }
}

fn classes(rows: &[u32], block: &Rows<'_>) -> Vec<Class> {
    let mut counts = vec![0u32; block.rows_of_templates.len()];
    rows.iter().for_each(|&row| counts[usize::from(block.template_of_rows[row as usize])] += 1);
    let class = |(count, total): (&u32, &u32)| match *count {
        0 => Class::Absent,
        count if count == *total => Class::Present,
        _ => Class::Mixed,
    };
    counts.iter().zip(block.rows_of_templates).map(class).collect()
}

fn put_presence(rows: &[u32], block: &Rows<'_>, classes: &[Class], zip: &mut Zip, payload: &mut Vec<u8>) {
    if !classes.contains(&Class::Mixed) {
        return;
    }
    let mut bits = BitWriter::default();
    let mut present = rows.iter().copied().peekable();
    for (row, &template) in (0u32..).zip(block.template_of_rows) {
        let has = present.next_if_eq(&row).is_some();
        if classes[usize::from(template)] == Class::Mixed {
            bits.push(u64::from(has), 1);
        }
    }
    zip.put(&bits.finish(), Effort::Codes, payload);
}

/// Marks the templates whose rows all have the same word; what is returned are the codes of the other rows.
fn fix_words(rows: &[u32], codes: &[i64], block: &Rows<'_>, classes: &mut [Class]) -> Vec<i64> {
    let mut only: Vec<Option<i64>> = vec![None; classes.len()];
    let mut varies = vec![false; classes.len()];
    let template = |row: u32| usize::from(block.template_of_rows[row as usize]);
    for (&row, &code) in rows.iter().zip(codes) {
        let template = template(row);
        varies[template] |= *only[template].get_or_insert(code) != code;
    }
    for (template, class) in classes.iter_mut().enumerate() {
        if let (Class::Present, false, Some(code)) = (*class, varies[template], only[template]) {
            *class = Class::Word(code as u16);
        }
    }
    let open = |(row, _): &(&u32, &i64)| !matches!(classes[template(**row)], Class::Word(_));
    rows.iter().zip(codes).filter(open).map(|(_, code)| *code).collect()
}

/// What the head tells of the column that is read.
pub(super) struct Layout<'a> {
    pub(super) kind: FieldKind,
    pub(super) encoding: &'a Encoding,
    pub(super) classes: &'a [Class],
}

impl Layout<'_> {
    /// Whether the column can be read without knowing the rows' templates.
    pub(super) fn is_everywhere(&self) -> bool {
        self.classes.iter().all(|class| *class == Class::Present)
    }
}

/// Reads a column of a block of `row_count` rows. `template_of_rows` may be empty when the column is everywhere.
pub(super) fn decode(
    layout: &Layout<'_>,
    row_count: usize,
    template_of_rows: &[u16],
    reader: &mut Reader<'_>,
) -> Result<Column, Malformed> {
    let (FieldKind::Str, Encoding::Words(words)) = (layout.kind, layout.encoding) else {
        return decode_bits(layout, row_count, template_of_rows, reader).map(BitColumn::into_column);
    };
    let (presence, _) = read_presence(layout, row_count, template_of_rows, reader)?;
    let presence = presence.map_or(Presence::Every, |rows| Presence::Rows(rows_set(&rows, row_count)));
    let values = read_words(words, &presence, layout, (row_count, template_of_rows), reader)?;
    Ok(Column { kind: layout.kind, presence, values })
}

/// The same of a column that has no words, its rows as bits.
pub(super) fn decode_bits(
    layout: &Layout<'_>,
    row_count: usize,
    template_of_rows: &[u16],
    reader: &mut Reader<'_>,
) -> Result<BitColumn, Malformed> {
    let (rows, count) = read_presence(layout, row_count, template_of_rows, reader)?;
    Ok(BitColumn { kind: layout.kind, rows, values: read_values(layout, count, reader)? })
}

/// Reads values that are not words.
fn read_values(layout: &Layout<'_>, count: usize, reader: &mut Reader<'_>) -> Result<Values, Malformed> {
    Ok(match (layout.kind, layout.encoding) {
        (FieldKind::Str, Encoding::Text) => Values::Text(read_texts(count, reader)?),
        (FieldKind::Str, encoding) => texts::decode(encoding, count, reader)?,
        (FieldKind::Int, Encoding::Integers { .. }) => {
            Values::Integers { width: 0, values: integers::decode(count, reader)? }
        }
        (FieldKind::Float, encoding) => numbers::decode(encoding, count, reader)?,
        (FieldKind::Bool, Encoding::Bools) => {
            Values::Bools(integers::decode(count, reader)?.into_iter().map(|bit| bit != 0).collect())
        }
        _ => return Err(Malformed("a column has an encoding that does not suit its kind")),
    })
}

/// The values of a column without the rows that have them: had without reading which template each row has.
pub(crate) struct LooseValues {
    /// Of the rows whose value does not follow from their template.
    pub values: Values,
    /// The other rows: the code of their word, and how many there are.
    pub of_templates: Vec<(u16, u32)>,
}

/// Reads the values that `rows` rows of a block have, by its templates' rows.
pub(super) fn decode_loose(
    layout: &Layout<'_>,
    rows: u32,
    rows_of_templates: impl Iterator<Item = u32>,
    reader: &mut Reader<'_>,
) -> Result<LooseValues, Malformed> {
    if layout.classes.contains(&Class::Mixed) {
        compress::read(reader)?;
    }
    let of_templates: Vec<(u16, u32)> = layout
        .classes
        .iter()
        .zip(rows_of_templates)
        .filter_map(|(class, rows)| if let Class::Word(code) = class { Some((*code, rows)) } else { None })
        .collect();
    let told = of_templates.iter().try_fold(0_u32, |told, (_, rows)| told.checked_add(*rows));
    let open = told.and_then(|told| rows.checked_sub(told)).ok_or(Malformed("a column has fewer rows than words"))?;
    let values = match (layout.kind, layout.encoding) {
        (FieldKind::Str, Encoding::Words(words)) => {
            if of_templates.iter().any(|(code, _)| usize::from(*code) >= words.len()) {
                return Err(Malformed("a code stands for no word"));
            }
            let codes = integers::decode_places(open as usize, words.len(), reader)?;
            Values::Words { words: words.clone(), codes }
        }
        _ if of_templates.is_empty() => read_values(layout, open as usize, reader)?,
        _ => return Err(Malformed("a column has words that it should not have")),
    };
    Ok(LooseValues { values, of_templates })
}

/// The rows that have the field, as bits, unless all have it, and how many they are.
fn read_presence(
    layout: &Layout<'_>,
    row_count: usize,
    template_of_rows: &[u16],
    reader: &mut Reader<'_>,
) -> Result<(Option<Vec<u64>>, usize), Malformed> {
    if layout.is_everywhere() {
        return Ok((None, row_count));
    }
    // The greatest of all is found several numbers at a time, the first that is too great is not.
    if template_of_rows.iter().copied().fold(0, u16::max) as usize >= layout.classes.len() {
        return Err(Malformed("a row has a template that there is not"));
    }
    if !layout.classes.iter().any(|class| matches!(class, Class::Absent | Class::Mixed)) {
        return Ok((None, row_count));
    }
    let rows = rows_with(layout.classes, template_of_rows, |class| class != Class::Absent, reader)?;
    let count = rows.iter().map(|word| word.count_ones() as usize).sum();
    Ok((Some(rows).filter(|_| count < row_count), count))
}

/// The rows, as bits, that have the field and whose template has a class that is `wanted`, which every [`Class::Mixed`] is.
fn rows_with(
    classes: &[Class],
    template_of_rows: &[u16],
    is_wanted: impl Fn(Class) -> bool,
    reader: &mut Reader<'_>,
) -> Result<Vec<u64>, Malformed> {
    let of_class = |is_wanted: &dyn Fn(Class) -> bool| {
        let wanted: Vec<bool> = classes.iter().map(|class| is_wanted(*class)).collect();
        rows_of(template_of_rows, &wanted)
    };
    let mut words = of_class(&is_wanted);
    if classes.contains(&Class::Mixed) {
        let bits = compress::read(reader)?;
        let mut bits = BitReader::new(&bits);
        for (word, mixed) in words.iter_mut().zip(of_class(&|class| class == Class::Mixed)) {
            let mut rest = mixed;
            while rest != 0 {
                let lowest = rest & rest.wrapping_neg();
                if bits.read(1)? == 0 {
                    *word &= !lowest;
                }
                rest &= rest - 1;
            }
        }
    }
    Ok(words)
}

/// Reads of a column of words the rows whose word does not follow from their template, as bits, and the code of each.
pub(super) fn decode_open(
    layout: &Layout<'_>,
    template_of_rows: &[u16],
    reader: &mut Reader<'_>,
) -> Result<(Vec<u64>, Vec<u16>), Malformed> {
    let Encoding::Words(words) = layout.encoding else { return Err(Malformed("a column has no words")) };
    let is_open = |class| matches!(class, Class::Present | Class::Mixed);
    let rows = rows_with(layout.classes, template_of_rows, is_open, reader)?;
    let count = rows.iter().map(|word| word.count_ones() as usize).sum();
    Ok((rows, integers::decode_places(count, words.len(), reader)?))
}

/// For each template what its word stands for, of what each word stands for, and none where its rows differ; nothing
/// where rows of one may lack it.
pub(super) fn fixed<T: Copy>(classes: &[Class], of_words: &[Option<T>]) -> Option<Vec<Option<Option<T>>>> {
    let fixed = |class: &Class| match class {
        Class::Absent => Some(Some(None)),
        Class::Present => Some(None),
        Class::Mixed => None,
        Class::Word(code) => of_words.get(usize::from(*code)).map(|word| Some(*word)),
    };
    classes.iter().map(fixed).collect()
}

/// The code of each row that has a word: that of its template, or the next of those that are written.
fn read_words(
    words: &[Vec<u8>],
    presence: &Presence,
    layout: &Layout<'_>,
    (row_count, template_of_rows): (usize, &[u16]),
    reader: &mut Reader<'_>,
) -> Result<Values, Malformed> {
    // No dictionary is as large as that a code could be this.
    const OPEN: u16 = u16::MAX;
    let fixed_of = |class: &Class| if let Class::Word(code) = class { *code } else { OPEN };
    let fixed: Vec<u16> = layout.classes.iter().map(fixed_of).collect();
    let mut codes: Vec<u16> = match presence {
        _ if layout.is_everywhere() => vec![OPEN; row_count],
        Presence::Every => template_of_rows.iter().map(|template| fixed[usize::from(*template)]).collect(),
        Presence::Rows(rows) => rows.iter().map(|row| fixed[usize::from(template_of_rows[*row as usize])]).collect(),
    };
    let open = codes.iter().filter(|code| **code == OPEN).count();
    let mut written = integers::decode_places(open, words.len(), reader)?;
    if fixed.iter().any(|code| *code != OPEN && usize::from(*code) >= words.len()) {
        return Err(Malformed("a code stands for no word"));
    }
    if open == 0 {
        return Ok(Values::Words { words: words.to_vec(), codes });
    }
    // Which rows are open is hard to foretell: all take the next written code, and keep it if they are.
    written.push(0);
    let mut next = 0;
    for code in &mut codes {
        let is_open = *code == OPEN;
        *code = if is_open { written[next] } else { *code };
        next += usize::from(is_open);
    }
    Ok(Values::Words { words: words.to_vec(), codes })
}

pub(super) fn put_classes(out: &mut Vec<u8>, classes: &[Class]) {
    for class in classes {
        put_varint(
            out,
            match class {
                Class::Absent => 0,
                Class::Present => 1,
                Class::Mixed => 2,
                Class::Word(code) => 3 + u64::from(*code),
            },
        );
    }
}

pub(super) fn read_classes(count: usize, reader: &mut Reader<'_>) -> Result<Vec<Class>, Malformed> {
    let class = |reader: &mut Reader<'_>| {
        Ok(match reader.count(3 + usize::from(u16::MAX))? {
            0 => Class::Absent,
            1 => Class::Present,
            2 => Class::Mixed,
            word => Class::Word((word - 3) as u16),
        })
    };
    (0..count).map(|_| class(reader)).collect()
}
