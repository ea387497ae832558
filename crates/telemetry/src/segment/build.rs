//! Making a block of records.

use super::{
    back_references::{ReferencedField, ReferencingMessages},
    block::{FieldInfo, Range},
    column::{Encoding, FieldKind},
    compress::{Effort, Zip},
    fields::{self, Class, Gathered, Rows},
    filter::Filter,
    head::{self, ColumnHead, Head, PACKED_MAX, PartLocation, Role},
    integers,
    message_codec::{self, EncodedMessages, Lines},
    pairs::Pairs,
    template::{Slot, Template},
    templates::Templates,
};
use crate::{
    batch::{Numbered, RecordRef},
    record::Value,
    wire::checksum,
};
use model::Level;
use std::collections::HashMap;

/// A record that goes into a block: `batches[batch].batch.get(row)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chosen {
    pub batch: u32,
    pub row: u32,
}

/// A column with fewer values is read as fast as its filter.
const FILTER_ROWS_MIN: usize = 128;

/// Columns that are looked for in messages: those that a mark has room for.
const SOUGHT_MAX: u16 = 1 << 12;

/// Encodes records into one block. They must be sorted by time, then sequence number, and be no more than
/// [`super::ROWS_MAX`] and at least one.
pub fn encode_block(batches: &[&Numbered], chosen: &[Chosen]) -> Vec<u8> {
    let mut zip = Zip::new();
    let block = encode_apart(batches, chosen, Form::Templates, &mut zip);
    if block.len() > PACKED_MAX / 2 || is_left_apart(chosen.len()) {
        return block;
    }
    // Of few bytes each part and each checksum by itself would cost more than reading all of them.
    zip.defer(true);
    let wholes = [Form::Templates, Form::Plain].map(|form| encode_apart(batches, chosen, form, &mut zip));
    zip.defer(false);
    // The best compression takes its time: it is spent on one of both.
    let small = wholes.iter().filter(|whole| whole.len() <= PACKED_MAX);
    let best = small.min_by_key(|whole| zip.size(whole, Effort::Text));
    let packed = best.map(|whole| head::pack(whole, &mut zip));
    packed.into_iter().chain([block]).min_by_key(Vec::len).unwrap_or_default()
}

/// Blocks of tests are small: half of them are left as large ones are, so that both forms are tested alike.
const fn is_left_apart(rows: usize) -> bool {
    cfg!(test) && rows.is_multiple_of(2)
}

/// How messages are kept.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// By templates.
    Templates,
    /// As they are, end to end.
    Plain,
}

/// Encodes records into a block of which each part can be read by itself.
fn encode_apart(batches: &[&Numbered], chosen: &[Chosen], form: Form, zip: &mut Zip) -> Vec<u8> {
    let records: Vec<RecordRef<'_>> =
        chosen.iter().map(|chosen| batches[chosen.batch as usize].batch.get(chosen.row as usize)).collect();
    let seqs: Vec<u64> =
        chosen.iter().map(|chosen| batches[chosen.batch as usize].first_seq + u64::from(chosen.row)).collect();
    let messages: Vec<&[u8]> = records.iter().map(|record| record.message()).collect();
    let columns = gather(batches, chosen, &records);
    let times: Vec<i64> = records.iter().map(|record| record.time().as_micros()).collect();
    let encoded = match form {
        Form::Templates => {
            let marked = ReferencingMessages::of(&messages, &times, sought(&columns));
            message_codec::encode(&messages, marked.as_ref(), Lines::Apart, zip)
        }
        Form::Plain => message_codec::plain(&messages, Lines::Apart, zip),
    };

    let mut parts = Parts::default();
    let time_range = (records[0].time(), records[records.len() - 1].time());
    let times = parts.integers(times, zip);
    let seq_min = seqs.iter().copied().min().unwrap_or(0);
    let seq_range = (seq_min, seqs.iter().copied().max().unwrap_or(0));
    let seqs = parts.integers(seqs.iter().map(|seq| (seq - seq_min) as i64).collect(), zip);
    let mut ids = Vec::new();
    message_codec::write_template_of_rows(&encoded.template_of_rows, zip, &mut ids);
    let template_of_rows = parts.push(&ids);
    let groups = encoded.groups.iter().map(|group| parts.push(group)).collect();
    let columns = encode_columns(&columns, &encoded, &mut parts, zip);
    let levels = count_levels(&records);
    let head = Head {
        rows: records.len(),
        time_range,
        seq_range,
        levels,
        templates: Templates::new(encoded.templates),
        times,
        seqs,
        template_of_rows,
        groups,
        columns,
        read_from: 0,
        is_packed: zip.defers(),
    };
    let mut block = Vec::new();
    head.write(zip, &mut block);
    block.extend(parts.bytes);
    block
}

/// The parts of a block, end to end. Where a part starts in the block is not yet known: the head comes first.
#[derive(Default)]
struct Parts {
    bytes: Vec<u8>,
}

impl Parts {
    fn push(&mut self, part: &[u8]) -> PartLocation {
        self.bytes.extend_from_slice(part);
        PartLocation { start: 0, len: part.len() as u32, checksum: checksum(part) }
    }

    fn integers(&mut self, values: Vec<i64>, zip: &mut Zip) -> PartLocation {
        let mut part = Vec::new();
        integers::encode(&values, zip, &mut part);
        drop(values);
        self.push(&part)
    }
}

struct Gathering<'a> {
    role: Role,
    name: &'a str,
    kind: FieldKind,
    rows: Vec<u32>,
    values: Gathered<'a>,
}

impl<'a> Gathering<'a> {
    fn new(role: Role, name: &'a str, kind: FieldKind) -> Self {
        let values = match kind {
            FieldKind::Str => Gathered::Texts(Vec::new()),
            FieldKind::Int => Gathered::Ints(Vec::new()),
            FieldKind::Float => Gathered::Floats(Vec::new()),
            FieldKind::Bool => Gathered::Bools(Vec::new()),
        };
        Self { role, name, kind, rows: Vec::new(), values }
    }

    fn push(&mut self, row: u32, value: Value<'a>) {
        match (&mut self.values, value) {
            (Gathered::Texts(texts), Value::Str(text)) => texts.push(text),
            (Gathered::Ints(ints), Value::Int(int)) => ints.push(int),
            (Gathered::Floats(floats), Value::Float(float)) => floats.push(float),
            (Gathered::Bools(bools), Value::Bool(truth)) => bools.push(i64::from(truth)),
            _ => unreachable!("a column is chosen by the kind of its values"),
        }
        self.rows.push(row);
    }
}

fn kind_of(value: Value<'_>) -> FieldKind {
    match value {
        Value::Str(_) => FieldKind::Str,
        Value::Int(_) => FieldKind::Int,
        Value::Float(_) => FieldKind::Float,
        Value::Bool(_) => FieldKind::Bool,
    }
}

/// Turns rows into columns: level and source first, then fields as they first appear.
fn gather<'a>(batches: &[&'a Numbered], chosen: &[Chosen], records: &[RecordRef<'a>]) -> Vec<Gathering<'a>> {
    const UNKNOWN: u32 = u32::MAX;
    let mut columns =
        vec![Gathering::new(Role::Level, "", FieldKind::Str), Gathering::new(Role::Source, "", FieldKind::Str)];
    let mut by_name: HashMap<(&'a str, FieldKind), u32> = HashMap::new();
    // Names have numbers within their batch: each is looked up once, not once a row.
    let mut by_number: Vec<Vec<[u32; 4]>> =
        batches.iter().map(|numbered| vec![[UNKNOWN; 4]; numbered.batch.names().len()]).collect();
    for ((row, chosen), record) in (0u32..).zip(chosen).zip(records) {
        if let Some(level) = record.level() {
            columns[0].push(row, level.as_str().into());
        }
        if !record.source().is_empty() {
            columns[1].push(row, Value::Str(record.source()));
        }
        for (number, value) in record.numbered_fields() {
            let kind = kind_of(value);
            let column = &mut by_number[chosen.batch as usize][number][kind as usize];
            if *column == UNKNOWN {
                let name = &*batches[chosen.batch as usize].batch.names()[number];
                *column = *by_name.entry((name, kind)).or_insert_with(|| {
                    columns.push(Gathering::new(Role::Field, name, kind));
                    columns.len() as u32 - 1
                });
            }
            columns[*column as usize].push(row, value);
        }
    }
    columns.retain(|column| !column.rows.is_empty());
    columns
}

/// Fields, whose values may stand in the message.
fn sought<'a>(columns: &'a [Gathering<'_>]) -> Vec<ReferencedField<'a>> {
    let fields = (0..SOUGHT_MAX).zip(columns).filter(|(_, column)| column.role == Role::Field);
    fields
        .map(|(number, column)| ReferencedField { column: number, rows: &column.rows, values: &column.values })
        .collect()
}

fn encode_columns(
    columns: &[Gathering<'_>],
    encoded: &EncodedMessages,
    parts: &mut Parts,
    zip: &mut Zip,
) -> Vec<ColumnHead> {
    let rows_of_templates: Vec<u32> = encoded.templates.iter().map(|template| template.rows).collect();
    let block = Rows { template_of_rows: &encoded.template_of_rows, rows_of_templates: &rows_of_templates };
    let mut heads: Vec<ColumnHead> = Vec::with_capacity(columns.len());
    for column in columns {
        let mut payload = Vec::new();
        let (encoding, classes): (Encoding, Vec<Class>) =
            fields::encode(&column.rows, &column.values, &block, zip, &mut payload);
        let info = FieldInfo {
            name: column.name.to_owned(),
            kind: column.kind,
            rows: column.rows.len() as u32,
            encoding,
            range: range(&column.values),
        };
        heads.push(ColumnHead {
            role: column.role,
            info,
            classes,
            part: parts.push(&payload),
            filter: None,
            pairs: None,
        });
    }
    for slot in encoded.templates.iter().flat_map(Template::slots) {
        let Slot::Field(number) = slot else { continue };
        let (head, column) = (&mut heads[usize::from(*number)], &columns[usize::from(*number)]);
        if let (Encoding::Text, None, Gathered::Texts(texts)) = (&head.info.encoding, &head.pairs, &column.values) {
            head.pairs = if zip.defers() { None } else { Pairs::of(texts) };
        }
    }
    for (head, column) in heads.iter_mut().zip(columns) {
        if let Some(filter) = filter(head, &column.values).filter(|_| !zip.defers()) {
            let mut bytes = Vec::new();
            filter.put(&mut bytes);
            head.filter = Some(parts.push(&bytes));
        }
    }
    heads
}

/// Columns of many different texts have a filter; of the others the head says enough.
fn filter(head: &ColumnHead, values: &Gathered<'_>) -> Option<Filter> {
    let Gathered::Texts(texts) = values else { return None };
    let many = !matches!(head.info.encoding, Encoding::Constant(_) | Encoding::Words(_));
    (many && texts.len() >= FILTER_ROWS_MIN).then(|| Filter::of(texts)).flatten()
}

fn range(values: &Gathered<'_>) -> Option<Range> {
    match values {
        Gathered::Ints(ints) => Some(Range::Int { min: *ints.iter().min()?, max: *ints.iter().max()? }),
        Gathered::Floats(floats) => {
            let numbers = || floats.iter().copied().filter(|float| !float.is_nan());
            Some(Range::Float { min: numbers().reduce(f64::min)?, max: numbers().reduce(f64::max)? })
        }
        Gathered::Texts(_) | Gathered::Bools(_) => None,
    }
}

fn count_levels(records: &[RecordRef<'_>]) -> Vec<(Option<Level>, u32)> {
    let mut counts: Vec<(Option<Level>, u32)> = Vec::new();
    for record in records {
        match counts.iter_mut().find(|(level, _)| *level == record.level()) {
            Some((_, count)) => *count += 1,
            None => counts.push((record.level(), 1)),
        }
    }
    counts.sort_unstable();
    counts
}
