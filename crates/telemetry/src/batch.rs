//! Many records in one buffer: text lies end to end in an arena, rows and fields are spans into it.
//!
//! A batch is filled through a [`Draft`], one record at a time; a draft that is dropped unfinished leaves no trace. The
//! same batch is then what the write-ahead log writes, what searches scan before it is sealed, and what is sealed.

use crate::{
    record::{Record, Value},
    wire::hash64,
};
use hashbrown::HashTable;
use model::{Level, Timestamp};

/// Bounds of one record and of one batch. A sender who exceeds them is told so; nothing is cut silently.
pub const MESSAGE_BYTES_MAX: usize = 4 << 20;
pub const FIELDS_MAX: usize = 512;
pub const FIELD_NAME_BYTES_MAX: usize = 512;
pub const BATCH_BYTES_MAX: usize = 64 << 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("the message or a value has more than {MESSAGE_BYTES_MAX} bytes: send it in parts")]
    TooLong,
    #[error("the record has more than {FIELDS_MAX} fields: drop some, or put them into one")]
    TooManyFields,
    #[error("a field's name has more than {FIELD_NAME_BYTES_MAX} bytes: choose a shorter one")]
    LongName,
    #[error("the batch has more than {BATCH_BYTES_MAX} bytes: send several")]
    BatchFull,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Span {
    start: u32,
    len: u32,
}

#[derive(Clone, Copy, Debug)]
struct Row {
    time: i64,
    source: Span,
    message: Span,
    /// Where the row's fields end; they begin where those of the row before end.
    fields_end: u32,
    level: Option<Level>,
}

#[derive(Clone, Copy, Debug)]
enum Stored {
    Str,
    Int,
    Float,
    Bool,
}

/// Sixteen bytes: most of a batch's memory beside its text.
#[derive(Clone, Copy, Debug)]
struct Field {
    name: u16,
    stored: Stored,
    /// The bits of the number, or a span: its start in the lower half, its length in the upper.
    bits: u64,
}

/// Records in the order in which they were pushed.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    text: Vec<u8>,
    rows: Vec<Row>,
    fields: Vec<Field>,
    names: Names,
}

impl Batch {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Bytes of memory that the batch occupies, for the accounting of the memory cap.
    pub fn memory_bytes(&self) -> usize {
        self.text.capacity()
            + self.rows.capacity() * size_of::<Row>()
            + self.fields.capacity() * size_of::<Field>()
            + self.names.memory_bytes()
    }

    /// How much more memory it would occupy with the records of another batch.
    pub(crate) fn grows_by(&self, more: &Self) -> usize {
        // What is full is doubled.
        fn growth<T>(full: &Vec<T>, more: usize) -> usize {
            let needed = full.len() + more;
            if needed > full.capacity() { needed.max(full.capacity() * 2) - full.capacity() } else { 0 }
        }
        growth(&self.text, more.text.len())
            + growth(&self.rows, more.rows.len()) * size_of::<Row>()
            + growth(&self.fields, more.fields.len()) * size_of::<Field>()
            + more.names.memory_bytes()
    }

    /// Bytes of messages and text values: what a block is bounded by.
    pub fn text_bytes(&self) -> usize {
        self.text.len()
    }

    /// Bytes of its fields beside text: of many small ones, most of a batch's memory.
    pub fn fields_bytes(&self) -> usize {
        self.fields.len() * size_of::<Field>()
    }

    /// # Panics
    /// When there is no such row.
    pub fn get(&self, row: usize) -> RecordRef<'_> {
        let start = row.checked_sub(1).map_or(0, |before| self.rows[before].fields_end);
        RecordRef { batch: self, row: &self.rows[row], fields_start: start }
    }

    pub fn iter(&self) -> impl ExactSizeIterator<Item = RecordRef<'_>> {
        (0..self.len()).map(|row| self.get(row))
    }

    /// The names that its fields have, by the number that [`RecordRef::numbered_fields`] gives.
    pub fn names(&self) -> &[Box<str>] {
        &self.names.list
    }

    /// Takes the last record away again; its text stays in the arena until the batch goes.
    pub fn pop(&mut self) {
        self.rows.pop();
        self.fields.truncate(self.rows.last().map_or(0, |row| row.fields_end as usize));
    }

    /// Begins a record. Nothing is kept of it unless [`Draft::finish`] is called.
    pub fn draft(&mut self) -> Draft<'_> {
        Draft {
            text_start: self.text.len(),
            fields_start: self.fields.len(),
            time: None,
            level: None,
            source: Span::default(),
            message: Span::default(),
            finished: false,
            batch: self,
        }
    }

    /// # Errors
    /// [`Refused`] where a bound of the record or of the batch is met.
    pub fn push(&mut self, record: &Record) -> Result<(), Refused> {
        let mut draft = self.draft();
        draft.level(record.level);
        draft.source(&record.source)?;
        draft.message(&record.message)?;
        for (name, value) in &record.fields {
            draft.field(name, value.as_value())?;
        }
        draft.finish(record.time);
        Ok(())
    }

    /// Copies a record of another batch.
    ///
    /// # Errors
    /// [`Refused`] where a bound of the record or of the batch is met.
    pub fn push_ref(&mut self, record: RecordRef<'_>) -> Result<(), Refused> {
        let mut draft = self.draft();
        draft.level(record.level());
        draft.source(record.source())?;
        draft.message(record.message())?;
        for (name, value) in record.fields() {
            draft.field(name, value)?;
        }
        draft.finish(record.time());
        Ok(())
    }

    /// Gives back memory that was reserved and not needed.
    pub fn shrink(&mut self) {
        self.text.shrink_to_fit();
        self.rows.shrink_to_fit();
        self.fields.shrink_to_fit();
    }

    fn bytes(&self, span: Span) -> &[u8] {
        &self.text[span.start as usize..][..span.len as usize]
    }
}

/// A record that is being written into its batch.
pub struct Draft<'b> {
    batch: &'b mut Batch,
    text_start: usize,
    fields_start: usize,
    time: Option<Timestamp>,
    level: Option<Level>,
    source: Span,
    message: Span,
    finished: bool,
}

impl Draft<'_> {
    pub fn time(&mut self, time: Timestamp) {
        self.time = Some(time);
    }

    pub fn level(&mut self, level: Option<Level>) {
        self.level = level;
    }

    /// # Errors
    /// [`Refused`] where a bound of the record or of the batch is met.
    pub fn source(&mut self, source: &[u8]) -> Result<(), Refused> {
        let same = self.batch.rows.last().filter(|row| self.batch.bytes(row.source) == source).map(|row| row.source);
        self.source = match same {
            Some(span) => span,
            None => self.keep(source)?,
        };
        Ok(())
    }

    /// # Errors
    /// [`Refused`] where a bound of the record or of the batch is met.
    pub fn message(&mut self, message: &[u8]) -> Result<(), Refused> {
        self.message = self.keep(message)?;
        Ok(())
    }

    /// Adds a field; one of the same name that the record already has is replaced.
    ///
    /// # Errors
    /// [`Refused`] where a bound of the record or of the batch is met.
    pub fn field(&mut self, name: &str, value: Value<'_>) -> Result<(), Refused> {
        if name.len() > FIELD_NAME_BYTES_MAX {
            return Err(Refused::LongName);
        }
        let (stored, bits) = match value {
            Value::Str(text) => {
                let span = self.keep(text)?;
                (Stored::Str, u64::from(span.start) | u64::from(span.len) << 32)
            }
            Value::Int(number) => (Stored::Int, number as u64),
            Value::Float(number) => (Stored::Float, number.to_bits()),
            Value::Bool(truth) => (Stored::Bool, u64::from(truth)),
        };
        let name = self.batch.names.number(name).ok_or(Refused::BatchFull)?;
        let Batch { names, fields, .. } = &mut *self.batch;
        let place = &mut names.places[usize::from(name)];
        // It is this record's only if it lies behind the others': a place outlives the draft that was dropped.
        let own = fields.get_mut(self.fields_start..).unwrap_or_default();
        let known = (*place as usize).checked_sub(self.fields_start).and_then(|place| own.get_mut(place));
        if let Some(field) = known.filter(|field| field.name == name) {
            (field.stored, field.bits) = (stored, bits);
        } else if own.len() < FIELDS_MAX {
            *place = fields.len() as u32;
            fields.push(Field { name, stored, bits });
        } else {
            return Err(Refused::TooManyFields);
        }
        Ok(())
    }

    /// Whether the sender gave a time.
    pub fn has_time(&self) -> bool {
        self.time.is_some()
    }

    /// Keeps the record. `default_time` stands in when none was given.
    pub fn finish(mut self, default_time: Timestamp) {
        self.finished = true;
        let row = Row {
            time: self.time.unwrap_or(default_time).as_micros(),
            source: self.source,
            message: self.message,
            fields_end: self.batch.fields.len() as u32,
            level: self.level,
        };
        self.batch.rows.push(row);
    }

    fn keep(&mut self, bytes: &[u8]) -> Result<Span, Refused> {
        if bytes.len() > MESSAGE_BYTES_MAX {
            return Err(Refused::TooLong);
        }
        let start = self.batch.text.len();
        if start + bytes.len() > BATCH_BYTES_MAX {
            return Err(Refused::BatchFull);
        }
        self.batch.text.extend_from_slice(bytes);
        Ok(Span { start: start as u32, len: bytes.len() as u32 })
    }
}

impl Drop for Draft<'_> {
    fn drop(&mut self) {
        if !self.finished {
            self.batch.text.truncate(self.text_start);
            self.batch.fields.truncate(self.fields_start);
        }
    }
}

/// One record of a batch.
#[derive(Clone, Copy)]
pub struct RecordRef<'a> {
    batch: &'a Batch,
    row: &'a Row,
    fields_start: u32,
}

impl<'a> RecordRef<'a> {
    pub fn time(self) -> Timestamp {
        Timestamp::from_micros(self.row.time)
    }

    pub fn level(self) -> Option<Level> {
        self.row.level
    }

    pub fn source(self) -> &'a [u8] {
        self.batch.bytes(self.row.source)
    }

    pub fn message(self) -> &'a [u8] {
        self.batch.bytes(self.row.message)
    }

    pub fn fields(self) -> impl ExactSizeIterator<Item = (&'a str, Value<'a>)> {
        let batch = self.batch;
        self.numbered_fields().map(move |(name, value)| (&*batch.names.list[name], value))
    }

    /// Fields with the number of their name in [`Batch::names`].
    pub fn numbered_fields(self) -> impl ExactSizeIterator<Item = (usize, Value<'a>)> {
        let batch = self.batch;
        batch.fields[self.fields_start as usize..self.row.fields_end as usize].iter().map(move |field| {
            let value = match field.stored {
                Stored::Str => {
                    Value::Str(batch.bytes(Span { start: field.bits as u32, len: (field.bits >> 32) as u32 }))
                }
                Stored::Int => Value::Int(field.bits as i64),
                Stored::Float => Value::Float(f64::from_bits(field.bits)),
                Stored::Bool => Value::Bool(field.bits != 0),
            };
            (field.name as usize, value)
        })
    }

    /// Bytes of text among the values of its fields.
    pub(crate) fn text_bytes_of_fields(self) -> usize {
        let text = |(_, value): (usize, Value<'_>)| if let Value::Str(text) = value { text.len() } else { 0 };
        self.numbered_fields().map(text).sum()
    }

    pub fn field(self, name: &str) -> Option<Value<'a>> {
        self.fields().find(|(own, _)| *own == name).map(|(_, value)| value)
    }

    pub fn to_record(self) -> Record {
        Record {
            time: self.time(),
            level: self.level(),
            source: self.source().to_vec(),
            message: self.message().to_vec(),
            fields: self.fields().map(|(name, value)| (name.to_owned(), value.into())).collect(),
        }
    }
}

/// Records that were acknowledged: the record at `row` has the sequence number `first_seq + row`, its permalink. Numbers rise
/// by one from record to record, over batches, restarts and days.
#[derive(Debug)]
pub struct Numbered {
    pub first_seq: u64,
    pub batch: Batch,
}

impl Numbered {
    /// The number of its last record; none where it has none.
    pub fn last_seq(&self) -> Option<u64> {
        self.batch.len().checked_sub(1).map(|last| self.first_seq + last as u64)
    }
}

#[derive(Clone, Debug, Default)]
struct Names {
    list: Vec<Box<str>>,
    /// Positions in `list`, by the name's hash.
    lookup: HashTable<u16>,
    /// Which name followed each name last time: senders repeat themselves, so the guess saves most lookups.
    followers: Vec<u16>,
    /// Where among the fields of the batch each name stood last.
    places: Vec<u32>,
    last: u16,
}

impl Names {
    /// The number of `name`, new if need be; `None` when there are too many.
    fn number(&mut self, name: &str) -> Option<u16> {
        if let Some(&guess) = self.followers.get(self.last as usize)
            && self.list.get(guess as usize).is_some_and(|known| **known == *name)
        {
            self.last = guess;
            return Some(guess);
        }
        let hash = |name: &str| hash64(name.as_bytes());
        let found = self.lookup.find(hash(name), |&number| *self.list[number as usize] == *name).copied();
        let number = match found {
            Some(number) => number,
            None => {
                let number = u16::try_from(self.list.len()).ok()?;
                self.list.push(name.into());
                self.followers.push(0);
                self.places.push(0);
                let list = &self.list;
                self.lookup.insert_unique(hash(name), number, |&known| hash(&list[known as usize]));
                number
            }
        };
        if let Some(follower) = self.followers.get_mut(self.last as usize) {
            *follower = number;
        }
        self.last = number;
        Some(number)
    }

    fn memory_bytes(&self) -> usize {
        self.list.iter().map(|name| name.len() + size_of::<Box<str>>() + 12).sum()
    }
}
