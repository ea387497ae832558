//! The head of a block: everything that says what the block holds and where.
//!
//! A block is `length of head: u32`, `checksum of head: u32`, the head as one compressed stream, then the parts end to end. The
//! head lists the length and checksum of each part, in this order: times, sequence numbers, templates of rows, one group for
//! each template, one part for each column, one filter for each column that has one.

use super::{
    block::{FieldInfo, Range},
    column::{Encoding, FieldKind},
    compress::{self, Effort, Zip},
    fields::{self, Class},
    outline::Outline,
    pairs::Pairs,
    template::Template,
    templates::{NO_SUCH_FIELD, Templates},
    texts,
};
use crate::wire::{Malformed, Reader, checksum, put_bytes, put_signed, put_varint};
use model::{Level, Timestamp};

const COLUMNS_MAX: usize = 4096;
/// What a head begins with: the version follows.
const VERSIONED: u8 = 0;
const VERSION: u64 = 2;
/// The same, within a block that is compressed as a whole.
const PACKED_VERSION: u64 = 3;
/// Of a block that is compressed as a whole: bytes before.
pub(super) const PACKED_MAX: usize = 128 << 10;
/// Set in the length with which such a block begins.
const PACKED: u32 = 1 << 31;
/// Bytes before the head: its length and checksum.
pub(super) const PREFIX: usize = 8;

/// Where a part of a block lies, with its checksum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct PartLocation {
    /// From the beginning of the block.
    pub(super) start: u64,
    pub(super) len: u32,
    pub(super) checksum: u32,
}

/// What a column is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Field,
    Level,
    Source,
}

pub(super) struct ColumnHead {
    pub(super) role: Role,
    pub(super) info: FieldInfo,
    pub(super) classes: Vec<Class>,
    pub(super) part: PartLocation,
    pub(super) filter: Option<PartLocation>,
    /// Of a column of texts that stand in messages: what stands beside each other in them.
    pub(super) pairs: Option<Pairs>,
}

pub(super) struct Head {
    pub(super) rows: usize,
    pub(super) time_range: (Timestamp, Timestamp),
    pub(super) seq_range: (u64, u64),
    pub(super) levels: Vec<(Option<Level>, u32)>,
    pub(super) templates: Templates,
    pub(super) times: PartLocation,
    pub(super) seqs: PartLocation,
    pub(super) template_of_rows: PartLocation,
    pub(super) groups: Vec<PartLocation>,
    pub(super) columns: Vec<ColumnHead>,
    /// Whether the block is compressed and checked as a whole: its parts are neither.
    pub(super) is_packed: bool,
    /// Bytes that it was read from, not compressed; none of one that was just made.
    pub(super) read_from: usize,
}

impl Head {
    /// Appends the prefix and the head. Starts of parts are not written: they follow from lengths.
    pub(super) fn write(&self, zip: &mut Zip, out: &mut Vec<u8>) {
        let mut head = vec![VERSIONED];
        put_varint(&mut head, if self.is_packed { PACKED_VERSION } else { VERSION });
        put_varint(&mut head, self.rows as u64);
        put_signed(&mut head, self.time_range.0.as_micros());
        put_signed(&mut head, self.time_range.1.as_micros());
        put_varint(&mut head, self.seq_range.0);
        put_varint(&mut head, self.seq_range.1);
        put_varint(&mut head, self.levels.len() as u64);
        for &(level, rows) in &self.levels {
            head.push(level_code(level));
            put_varint(&mut head, u64::from(rows));
        }
        self.templates.put(&mut head);
        put_varint(&mut head, self.columns.len() as u64);
        for column in &self.columns {
            put_column(&mut head, column);
        }
        for number in self.columns_of_text() {
            Pairs::put(self.columns[number].pairs.as_ref(), &mut head);
        }
        for part in self.parts() {
            put_varint(&mut head, u64::from(part.len));
        }
        // Checksums are noise: they lie together, so that they disturb nothing else.
        for part in self.parts().filter(|part| part.len > 0 && !self.is_packed) {
            head.extend_from_slice(&part.checksum.to_le_bytes());
        }
        let mut compressed = Vec::new();
        zip.put(&head, Effort::Text, &mut compressed);
        out.extend_from_slice(&(compressed.len() as u32).to_le_bytes());
        out.extend_from_slice(&checksum(&compressed).to_le_bytes());
        out.extend(compressed);
    }

    /// Reads what lies behind the prefix; `compressed` has been checked against its checksum.
    pub(super) fn read(compressed: &[u8]) -> Result<Self, Malformed> {
        let head = compress::read(&mut Reader(compressed))?;
        let read_from = head.len();
        let mut reader = Reader(&head);
        if reader.byte()? != VERSIONED {
            return Err(Malformed("it does not begin with a version"));
        }
        let is_packed = match reader.varint()? {
            VERSION => false,
            PACKED_VERSION => true,
            _ => return Err(Malformed("it was written by another version of Vigie: read it with that one")),
        };
        let rows = reader.count(super::ROWS_MAX)?;
        let time_range = (Timestamp::from_micros(reader.signed()?), Timestamp::from_micros(reader.signed()?));
        let seq_range = (reader.varint()?, reader.varint()?);
        let mut levels = Vec::new();
        for _ in 0..reader.count(16)? {
            levels.push((level_of_code(reader.byte()?)?, reader.count(rows)? as u32));
        }
        let templates = Templates::read(&mut reader)?;
        let column = |reader: &mut Reader<'_>| read_column(rows, templates.len(), reader);
        let count = reader.count(COLUMNS_MAX)?;
        let columns = (0..count).map(|_| column(&mut reader)).collect::<Result<Vec<_>, _>>()?;
        let groups = vec![PartLocation::default(); templates.len()];
        let [times, seqs, template_of_rows] = [PartLocation::default(); 3];
        let mut head = Self {
            rows,
            time_range,
            seq_range,
            levels,
            templates,
            times,
            seqs,
            template_of_rows,
            groups,
            columns,
            read_from,
            is_packed,
        };
        if head.templates.columns().last().is_some_and(|last| usize::from(*last) >= head.columns.len()) {
            return Err(NO_SUCH_FIELD);
        }
        for number in head.columns_of_text() {
            head.columns[number].pairs = Pairs::read(&mut reader)?;
        }
        head.locate(PREFIX + compressed.len(), &mut reader)?;
        Ok(head)
    }

    /// Fills in where the parts are.
    fn locate(&mut self, behind_head: usize, reader: &mut Reader<'_>) -> Result<(), Malformed> {
        let mut start = behind_head as u64;
        for part in self.parts_mut() {
            part.start = start;
            part.len = reader.count(u32::MAX as usize)? as u32;
            start += u64::from(part.len);
        }
        let is_packed = self.is_packed;
        for part in self.parts_mut() {
            part.checksum = if part.len > 0 && !is_packed { reader.u32()? } else { checksum(&[]) };
        }
        Ok(())
    }

    /// Decoded at the first call.
    pub(super) fn templates(&self) -> Result<&[Template], Malformed> {
        self.templates.all(&self.columns)
    }

    /// Columns that hold any text, and are a slot of some template.
    fn columns_of_text(&self) -> Vec<usize> {
        let numbers = self.templates.columns().iter().map(|number| usize::from(*number));
        numbers.filter(|number| self.columns[*number].info.encoding == Encoding::Text).collect()
    }

    /// The templates made ready to be searched.
    pub(super) fn outlines(&self) -> Result<Vec<Outline>, Malformed> {
        let templates = self.templates()?.iter().enumerate();
        Ok(templates.map(|(number, template)| Outline::of(template, number, &self.columns)).collect())
    }

    /// All parts in the order in which they lie.
    pub(super) fn parts(&self) -> impl Iterator<Item = &PartLocation> {
        [&self.times, &self.seqs, &self.template_of_rows]
            .into_iter()
            .chain(&self.groups)
            .chain(self.columns.iter().map(|column| &column.part))
            .chain(self.columns.iter().filter_map(|column| column.filter.as_ref()))
    }

    pub(super) fn parts_mut(&mut self) -> impl Iterator<Item = &mut PartLocation> {
        let (parts, filters): (Vec<_>, Vec<_>) =
            self.columns.iter_mut().map(|column| (&mut column.part, column.filter.as_mut())).unzip();
        [&mut self.times, &mut self.seqs, &mut self.template_of_rows]
            .into_iter()
            .chain(&mut self.groups)
            .chain(parts)
            .chain(filters.into_iter().flatten())
    }

    pub(super) fn column(&self, role: Role) -> Option<&ColumnHead> {
        self.columns.iter().find(|column| column.role == role)
    }
}

/// Compresses a block as a whole.
pub(super) fn pack(block: &[u8], zip: &mut Zip) -> Vec<u8> {
    let mut packed = vec![0; PREFIX];
    zip.put(block, Effort::Block, &mut packed);
    let (prefix, stream) = packed.split_at_mut(PREFIX);
    prefix[..4].copy_from_slice(&(stream.len() as u32 | PACKED).to_le_bytes());
    prefix[4..].copy_from_slice(&checksum(stream).to_le_bytes());
    packed
}

/// What a block begins with.
pub(super) struct Prefix {
    pub(super) is_packed: bool,
    /// Bytes of its head, or of all of it when it is packed, as they are compressed.
    pub(super) len: usize,
    pub(super) checksum: u32,
}

impl Prefix {
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader(bytes);
        let (len, checksum) = (reader.u32()?, reader.u32()?);
        Ok(Self { is_packed: len & PACKED != 0, len: (len & !PACKED) as usize, checksum })
    }
}

/// The block that was packed into a stream.
pub(super) fn unpack(stream: &[u8]) -> Result<Vec<u8>, Malformed> {
    let block = compress::read(&mut Reader(stream))?;
    let is_whole = block.len() <= PACKED_MAX && Prefix::read(&block).is_ok_and(|prefix| !prefix.is_packed);
    if is_whole { Ok(block) } else { Err(Malformed("a packed block holds no block")) }
}

fn put_column(out: &mut Vec<u8>, column: &ColumnHead) {
    put_info(out, column.role, &column.info);
    out.push(u8::from(column.filter.is_some()));
    fields::put_classes(out, &column.classes);
}

/// What is known of a column without decoding it.
pub(super) fn put_info(out: &mut Vec<u8>, role: Role, info: &FieldInfo) {
    out.push(match role {
        Role::Field => 0,
        Role::Level => 1,
        Role::Source => 2,
    });
    put_bytes(out, info.name.as_bytes());
    out.push(match info.kind {
        FieldKind::Str => 0,
        FieldKind::Int => 1,
        FieldKind::Float => 2,
        FieldKind::Bool => 3,
    });
    put_varint(out, u64::from(info.rows));
    texts::put_encoding(out, &info.encoding);
    match info.range {
        None => out.push(0),
        Some(Range::Int { min, max }) => {
            out.push(1);
            put_signed(out, min);
            put_signed(out, max);
        }
        Some(Range::Float { min, max }) => {
            out.push(2);
            out.extend_from_slice(&min.to_bits().to_le_bytes());
            out.extend_from_slice(&max.to_bits().to_le_bytes());
        }
    }
}

fn read_column(rows: usize, templates: usize, reader: &mut Reader<'_>) -> Result<ColumnHead, Malformed> {
    let (role, info) = read_info(rows, reader)?;
    let filter = (reader.byte()? != 0).then(PartLocation::default);
    let classes = fields::read_classes(templates, reader)?;
    Ok(ColumnHead { role, info, classes, part: PartLocation::default(), filter, pairs: None })
}

/// A column that at most `rows` rows have.
pub(super) fn read_info(rows: usize, reader: &mut Reader<'_>) -> Result<(Role, FieldInfo), Malformed> {
    let role = match reader.byte()? {
        0 => Role::Field,
        1 => Role::Level,
        2 => Role::Source,
        _ => return Err(Malformed("a column has an unknown role")),
    };
    let name = reader.text()?.to_owned();
    let kind = match reader.byte()? {
        0 => FieldKind::Str,
        1 => FieldKind::Int,
        2 => FieldKind::Float,
        3 => FieldKind::Bool,
        _ => return Err(Malformed("a column has an unknown kind")),
    };
    let present = reader.count(rows)? as u32;
    let encoding = texts::read_encoding(reader)?;
    let range = match reader.byte()? {
        0 => None,
        1 => Some(Range::Int { min: reader.signed()?, max: reader.signed()? }),
        2 => Some(Range::Float { min: f64::from_bits(reader.u64()?), max: f64::from_bits(reader.u64()?) }),
        _ => return Err(Malformed("a column has an unknown range")),
    };
    Ok((role, FieldInfo { name, kind, rows: present, encoding, range }))
}

pub(crate) fn level_code(level: Option<Level>) -> u8 {
    match level {
        None => 0,
        Some(Level::Trace) => 1,
        Some(Level::Debug) => 2,
        Some(Level::Info) => 3,
        Some(Level::Warning) => 4,
        Some(Level::Error) => 5,
        Some(Level::Critical) => 6,
    }
}

pub(crate) fn level_of_code(code: u8) -> Result<Option<Level>, Malformed> {
    Ok(match code {
        0 => None,
        1 => Some(Level::Trace),
        2 => Some(Level::Debug),
        3 => Some(Level::Info),
        4 => Some(Level::Warning),
        5 => Some(Level::Error),
        6 => Some(Level::Critical),
        _ => return Err(Malformed("a level is unknown")),
    })
}
