//! A block, opened for reading.

use super::{
    bytes::Bytes,
    column::{BitColumn, Column, Encoding, FieldKind, Values},
    fields::{self, Class, Layout, LooseValues},
    filter::Filter,
    head::{self, ColumnHead, Head, PREFIX, PartLocation, Prefix, Role},
    integers,
    levels::Levels,
    message_codec,
    outline::Outline,
    template::{Messages, Template},
};
use crate::{
    Batch, Damage,
    wire::{Malformed, Reader, checksum},
};
use model::{Level, Timestamp};
use std::sync::{Arc, OnceLock};

/// What a block says of a column without decoding it.
#[derive(Clone, Debug)]
pub struct FieldInfo {
    pub name: String,
    pub kind: FieldKind,
    /// Rows that have it.
    pub rows: u32,
    pub encoding: Encoding,
    /// Least and greatest, for kinds `Int` and `Float` (NaN left out).
    pub range: Option<Range>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Range {
    Int { min: i64, max: i64 },
    Float { min: f64, max: f64 },
}

/// An opened block: its head is decoded and checked, columns are read and checked when asked for. Cheap to share (`Arc`).
pub struct Block {
    bytes: Bytes,
    head: Head,
    /// Asked for by most readers, hence decoded once.
    template_of_rows: OnceLock<Arc<[u16]>>,
    outlines: OnceLock<Result<Vec<Outline>, Malformed>>,
}

/// Words, and which of them all rows of each template have; none, where they have none.
pub(crate) type WordsOfTemplates<'a> = (&'a [Vec<u8>], Vec<Option<u16>>);

/// The words of a column, and what of them the head knows.
pub(crate) struct TemplateWords<'a> {
    pub(crate) words: &'a [Vec<u8>],
    pub(crate) of_templates: Vec<OfTemplate>,
}

impl<'a> TemplateWords<'a> {
    /// Both, where no template is open.
    pub(crate) fn closed(self) -> Option<WordsOfTemplates<'a>> {
        let word = |of: &OfTemplate| match of {
            OfTemplate::None => Some(None),
            OfTemplate::Word(code) => Some(Some(*code)),
            OfTemplate::Open => None,
        };
        let of_templates = self.of_templates.iter().map(word).collect::<Option<_>>()?;
        Some((self.words, of_templates))
    }
}

/// The words of the rows of one template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OfTemplate {
    None,
    /// All rows have the word of this code.
    Word(u16),
    /// They differ: [`Block::open_words`] tells them.
    Open,
}

impl Block {
    /// Opens the block that `bytes` is.
    ///
    /// # Errors
    /// [`Damage`] where what is read does not match its checksum, or means nothing.
    pub fn open(bytes: Bytes) -> Result<Self, Damage> {
        let prefix = bytes.read(0, PREFIX as u64)?;
        let damaged = |malformed: Malformed| malformed.at(bytes.place());
        let prefix = Prefix::read(&prefix).map_err(damaged)?;
        let compressed = bytes.read(PREFIX as u64, prefix.len as u64)?;
        if checksum(&compressed) != prefix.checksum {
            return Err(Damage::new(bytes.place(), "the head has another checksum than it was written with"));
        }
        if prefix.is_packed {
            let block = head::unpack(&compressed).map_err(damaged)?;
            return Self::open(Bytes::in_memory(block, bytes.place()));
        }
        let head = Head::read(&compressed).map_err(damaged)?;
        Ok(Self::new(bytes, head))
    }

    pub(super) const fn new(bytes: Bytes, head: Head) -> Self {
        Self { bytes, head, template_of_rows: OnceLock::new(), outlines: OnceLock::new() }
    }

    /// Bytes of memory that it takes, about, with what is decoded of it once: always the same of one block.
    pub(crate) fn memory_bytes(&self) -> usize {
        /// Texts and lists that a byte of the head becomes: those of templates stand in outlines once more.
        const DECODED: usize = 4;
        size_of::<Self>()
            + self.bytes.memory_bytes()
            + self.head.read_from * DECODED
            + self.head.rows * size_of::<u16>()
    }

    /// Bytes of it in its file, unless it is packed.
    pub(super) fn len(&self) -> u64 {
        self.head.parts().last().map_or(0, |part| part.start + u64::from(part.len))
    }

    pub fn rows(&self) -> usize {
        self.head.rows
    }

    /// Times of the first and the last row.
    pub fn time_range(&self) -> (Timestamp, Timestamp) {
        self.head.time_range
    }

    /// Least and greatest sequence number.
    pub fn seq_range(&self) -> (u64, u64) {
        self.head.seq_range
    }

    /// Microseconds since 1970 of each row, never falling.
    ///
    /// # Errors
    /// [`Damage`] where what is read does not match its checksum, or means nothing.
    pub fn times(&self) -> Result<Vec<i64>, Damage> {
        self.decode(self.head.times, |reader| integers::decode(self.head.rows, reader))
    }

    /// The sequence number of each row. Rows of equal time are in rising order of it.
    ///
    /// # Errors
    /// [`Damage`] where what is read does not match its checksum, or means nothing.
    pub fn seqs(&self) -> Result<Vec<u64>, Damage> {
        let offsets = self.decode(self.head.seqs, |reader| integers::decode(self.head.rows, reader))?;
        Ok(offsets.into_iter().map(|offset| self.head.seq_range.0.wrapping_add(offset as u64)).collect())
    }

    /// Levels and how often they occur, without decoding; `None` for records without one.
    pub fn levels(&self) -> &[(Option<Level>, u32)] {
        &self.head.levels
    }

    /// The level of each row; only those that templates leave open are decoded.
    ///
    /// # Errors
    /// [`Damage`] where what is read does not match its checksum, or means nothing.
    pub fn level_of_rows(&self) -> Result<Vec<Option<Level>>, Damage> {
        self.level_column().map(Levels::of_rows)
    }

    pub(crate) fn level_column(&self) -> Result<Levels, Damage> {
        Levels::read(self)
    }

    /// The level of each of these rows; the column is not decoded where their templates tell.
    pub(super) fn levels_of(&self, rows: &[u32]) -> Result<Vec<Option<Level>>, Damage> {
        if let Some(levels) = Levels::told(self, rows)? {
            return Ok(levels);
        }
        let levels = self.level_of_rows()?;
        Ok(rows.iter().map(|row| levels[*row as usize]).collect())
    }

    /// The words of a field, where it has few, and which of them the rows of each template have. `None` as well where no template
    /// tells anything.
    pub(crate) fn words_of_templates(&self, field: &FieldInfo) -> Result<Option<TemplateWords<'_>>, Damage> {
        let column = self.column(field)?;
        let Encoding::Words(words) = &column.info.encoding else { return Ok(None) };
        let of_template = |class: &Class| match class {
            Class::Absent => Some(OfTemplate::None),
            Class::Word(code) => (usize::from(*code) < words.len()).then_some(OfTemplate::Word(*code)),
            Class::Present | Class::Mixed => Some(OfTemplate::Open),
        };
        let of_templates = column.classes.iter().map(of_template).collect::<Option<Vec<_>>>();
        let of_templates = of_templates.filter(|all| all.iter().any(|one| *one != OfTemplate::Open));
        Ok(of_templates.map(|of_templates| TemplateWords { words, of_templates }))
    }

    /// The rows whose word does not follow from their template, as bits, and the code of each, in their order.
    ///
    /// # Errors
    /// [`Damage`] where what is read does not match its checksum, or means nothing.
    pub(crate) fn open_words(&self, field: &FieldInfo) -> Result<(Vec<u64>, Vec<u16>), Damage> {
        let column = self.column(field)?;
        let layout = Layout { kind: field.kind, encoding: &field.encoding, classes: &column.classes };
        let templates = self.template_of_rows()?;
        self.decode(column.part, |reader| fields::decode_open(&layout, &templates, reader))
    }

    /// The column of sources; rows with an empty source are absent from it. `None` when no row has one.
    pub fn source(&self) -> Option<&FieldInfo> {
        self.head.column(Role::Source).map(|column| &column.info)
    }

    /// The fields that rows have, without `source`. A name that occurs with several kinds is there once for each.
    pub fn fields(&self) -> impl Iterator<Item = &FieldInfo> {
        self.head.columns.iter().filter(|column| column.role == Role::Field).map(|column| &column.info)
    }

    /// The fields of this name: at most one of each kind.
    pub fn fields_named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a FieldInfo> {
        self.fields().filter(move |field| field.name == name)
    }

    /// Reads and decodes one column: that of [`Self::source`] or one of [`Self::fields`].
    ///
    /// # Errors
    /// [`Damage`] where what is read does not match its checksum, or means nothing.
    pub fn read(&self, field: &FieldInfo) -> Result<Column, Damage> {
        self.read_column(self.column(field)?)
    }

    /// The values of a column of which it does not matter which rows have them.
    pub(crate) fn loose_values(&self, field: &FieldInfo) -> Result<LooseValues, Damage> {
        let column = self.column(field)?;
        let layout = Layout { kind: field.kind, encoding: &field.encoding, classes: &column.classes };
        let of_templates = self.rows_of_templates().iter().copied();
        self.decode(column.part, |reader| fields::decode_loose(&layout, field.rows, of_templates, reader))
    }

    /// Whether some row may have this text in the column. Asks dictionary, shape (a hex column holds no other text) and
    /// membership filter; a false yes is rare, a false no never.
    ///
    /// # Errors
    /// [`Damage`] where what is read does not match its checksum, or means nothing.
    pub fn may_hold(&self, field: &FieldInfo, text: &[u8]) -> Result<bool, Damage> {
        let possible = field.encoding.may_be(text);
        let Some(part) = self.column(field)?.filter.filter(|_| possible) else { return Ok(possible) };
        let bytes = self.part(part)?;
        let filter = Filter::read(Reader(&bytes)).map_err(|malformed| malformed.at(self.bytes.place()))?;
        Ok(filter.may_hold(text))
    }

    pub(super) const fn head(&self) -> &Head {
        &self.head
    }

    /// How many rows each template has, without decoding it.
    pub fn rows_of_templates(&self) -> &[u32] {
        self.head.templates.rows()
    }

    /// The templates of messages, most frequent first; decoded at the first call.
    ///
    /// # Errors
    /// [`Damage`] where what is read means nothing.
    pub fn templates(&self) -> Result<&[Template], Damage> {
        self.head.templates().map_err(|malformed| malformed.at(self.bytes.place()))
    }

    /// The same templates made ready to be searched, once.
    pub(crate) fn outlines(&self) -> Result<&[Outline], Damage> {
        let outlines = self.outlines.get_or_init(|| self.head.outlines());
        outlines.as_deref().map_err(|malformed| malformed.at(self.bytes.place()))
    }

    /// # Errors
    /// [`Damage`] where what is read does not match its checksum, or means nothing.
    pub fn messages(&self) -> Result<Messages<'_>, Damage> {
        Ok(Messages::new(self, self.template_of_rows()?))
    }

    /// Rebuilds whole records: row `rows[i]` becomes record `i` of the batch. Rows rise.
    ///
    /// # Errors
    /// [`Damage`] where what is read does not match its checksum, or means nothing.
    pub fn records(&self, rows: &[u32]) -> Result<Batch, Damage> {
        let times = self.times()?;
        let times: Vec<Timestamp> = rows.iter().map(|row| Timestamp::from_micros(times[*row as usize])).collect();
        self.records_at(rows, &times)
    }

    /// The same with those fields alone that are `wanted`, by their names: of the others nothing is decoded.
    ///
    /// # Errors
    /// [`Damage`] where what is read does not match its checksum, or means nothing.
    pub fn records_with(&self, rows: &[u32], wanted: impl Fn(&str) -> bool) -> Result<Batch, Damage> {
        let times = self.times()?;
        let times: Vec<Timestamp> = rows.iter().map(|row| Timestamp::from_micros(times[*row as usize])).collect();
        super::rebuild::records(self, rows, &times, wanted)
    }

    /// The same for whoever knows when each of the rows was.
    pub(crate) fn records_at(&self, rows: &[u32], times: &[Timestamp]) -> Result<Batch, Damage> {
        super::rebuild::records(self, rows, times, |_| true)
    }

    /// Bytes read through this block so far: the answer to "what did the search read".
    pub fn bytes_read(&self) -> u64 {
        self.bytes.bytes_read()
    }

    /// Reads every part and compares its checksum.
    ///
    /// # Errors
    /// [`Damage`] where what is read does not match its checksum, or means nothing.
    pub fn verify(&self) -> Result<(), Damage> {
        self.head.parts().try_for_each(|part| self.part(*part).map(drop))
    }

    /// What each part of the block takes: a name, and bytes. For reports on what is large.
    pub fn sizes(&self) -> Vec<(String, u64)> {
        let head = self.head.parts().next().map_or(0, |first| first.start);
        let mut sizes = vec![("head".to_owned(), head)];
        let mut add = |name: &str, part: &PartLocation| sizes.push((name.to_owned(), u64::from(part.len)));
        add("times", &self.head.times);
        add("seqs", &self.head.seqs);
        add("template ids", &self.head.template_of_rows);
        self.head.groups.iter().for_each(|group| add("message variables", group));
        for column in &self.head.columns {
            match column.role {
                Role::Field => add(&format!("field {}", column.info.name), &column.part),
                Role::Level => add("level", &column.part),
                Role::Source => add("source", &column.part),
            }
            if let Some(filter) = &column.filter {
                add("filters", filter);
            }
        }
        sizes
    }

    pub(super) fn damage(&self, what: &str) -> Damage {
        Damage::new(self.bytes.place(), what)
    }

    pub(crate) fn template_of_rows(&self) -> Result<Arc<[u16]>, Damage> {
        if let Some(known) = self.template_of_rows.get() {
            return Ok(Arc::clone(known));
        }
        let read = |reader: &mut Reader<'_>| {
            message_codec::read_template_of_rows(self.head.rows, self.rows_of_templates(), reader)
        };
        let numbers: Arc<[u16]> = self.decode(self.head.template_of_rows, read)?.into();
        Ok(Arc::clone(self.template_of_rows.get_or_init(|| numbers)))
    }

    /// The slots of a template, decoded; `None` for those that are kept elsewhere.
    pub(super) fn group(&self, template: usize) -> Result<Vec<Option<Values>>, Damage> {
        // The counts of the templates are to be trusted only once they agree with the rows.
        self.template_of_rows()?;
        let group = self.part(self.head.groups[template])?;
        message_codec::decode_group(&self.templates()?[template], &group)
            .map_err(|malformed| malformed.at(self.bytes.place()))
    }

    /// For each template, whether one of these rows has it.
    pub(super) fn templates_of(&self, rows: &[u32]) -> Result<Vec<bool>, Damage> {
        let template_of_rows = self.template_of_rows()?;
        let mut templates = vec![false; self.head.templates.len()];
        rows.iter().for_each(|row| templates[usize::from(template_of_rows[*row as usize])] = true);
        Ok(templates)
    }

    /// Whether rows of one of these templates may have the field.
    pub(super) fn may_have(&self, field: &FieldInfo, templates: &[bool]) -> Result<bool, Damage> {
        let classes = &self.column(field)?.classes;
        Ok(classes.iter().zip(templates).any(|(class, wanted)| *wanted && *class != Class::Absent))
    }

    fn column(&self, field: &FieldInfo) -> Result<&ColumnHead, Damage> {
        let same = |column: &&ColumnHead| std::ptr::eq(&raw const column.info, field);
        let alike = |column: &&ColumnHead| column.info.name == field.name && column.info.kind == field.kind;
        let columns = || self.head.columns.iter().filter(|column| column.role != Role::Level);
        columns().find(same).or_else(|| columns().find(alike)).ok_or_else(|| self.damage("there is no such column"))
    }

    pub(super) fn read_column(&self, column: &ColumnHead) -> Result<Column, Damage> {
        let layout = Layout { kind: column.info.kind, encoding: &column.info.encoding, classes: &column.classes };
        let templates = if layout.is_everywhere() { Arc::default() } else { self.template_of_rows()? };
        self.decode(column.part, |reader| fields::decode(&layout, self.head.rows, &templates, reader))
    }

    /// A column that has no words, its rows as bits.
    ///
    /// # Errors
    /// [`Damage`] where what is read does not match its checksum, or means nothing.
    pub(crate) fn read_bits(&self, field: &FieldInfo) -> Result<BitColumn, Damage> {
        let column = self.column(field)?;
        let layout = Layout { kind: field.kind, encoding: &field.encoding, classes: &column.classes };
        let templates = if layout.is_everywhere() { Arc::default() } else { self.template_of_rows()? };
        self.decode(column.part, |reader| fields::decode_bits(&layout, self.head.rows, &templates, reader))
    }

    /// A column by its position.
    pub(super) fn read_numbered(&self, number: u16) -> Result<Column, Damage> {
        let column = self.head.columns.get(usize::from(number));
        self.read_column(column.ok_or_else(|| self.damage("there is no such column"))?)
    }

    /// The position of one of [`Self::fields`].
    pub(super) fn number_of(&self, field: &FieldInfo) -> Result<u16, Damage> {
        let same = |column: &ColumnHead| std::ptr::eq(&raw const column.info, field);
        let number = self.head.columns.iter().position(same);
        number.map(|number| number as u16).ok_or_else(|| self.damage("there is no such column"))
    }

    fn part(&self, part: PartLocation) -> Result<Vec<u8>, Damage> {
        let bytes = self.bytes.read(part.start, u64::from(part.len))?;
        if self.head.is_packed || checksum(&bytes) == part.checksum {
            Ok(bytes)
        } else {
            Err(self.damage(&format!("the part at byte {} has another checksum than it was written with", part.start)))
        }
    }

    pub(super) fn decode<T>(
        &self,
        part: PartLocation,
        decode: impl FnOnce(&mut Reader<'_>) -> Result<T, Malformed>,
    ) -> Result<T, Damage> {
        let bytes = self.part(part)?;
        decode(&mut Reader(&bytes)).map_err(|malformed| malformed.at(self.bytes.place()))
    }
}
