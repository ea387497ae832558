//! What a frame of the write-ahead log holds: a batch of one kind, and where sources stand once it is kept.
//!
//! The kind, positions, then names, then record by record; a time is its distance from the record before.

use crate::{
    Kind,
    batch::{Batch, Refused},
    positions::PositionChange,
    record::Value,
    segment::{level_code, level_of_code},
    wire::{Malformed, Reader, put_bytes, put_signed, put_varint},
};
use model::Timestamp;

/// What was appended as one.
#[derive(Debug, Default)]
pub(crate) struct Payload {
    pub(crate) kind: Kind,
    pub(crate) positions: Vec<PositionChange>,
    pub(crate) batch: Batch,
}

pub(crate) fn encode(kind: Kind, batch: &Batch, positions: &[PositionChange]) -> Vec<u8> {
    let mut out = Vec::with_capacity(batch.text_bytes() + batch.len() * 48);
    out.push(kind.code());
    put_varint(&mut out, positions.len() as u64);
    positions.iter().for_each(|change| change.put(&mut out));
    put_batch(&mut out, batch);
    out
}

pub(crate) fn decode(bytes: &[u8]) -> Result<Payload, Malformed> {
    let mut reader = Reader(bytes);
    let kind = Kind::of_code(reader.byte()?).ok_or(Malformed("a batch has an unknown kind"))?;
    let mut positions = Vec::new();
    for _ in 0..reader.count(bytes.len())? {
        positions.push(PositionChange::read(&mut reader)?);
    }
    Ok(Payload { kind, positions, batch: read_batch(reader)? })
}

fn put_batch(out: &mut Vec<u8>, batch: &Batch) {
    put_varint(out, batch.names().len() as u64);
    batch.names().iter().for_each(|name| put_bytes(out, name.as_bytes()));
    put_varint(out, batch.len() as u64);
    let mut before = 0;
    for record in batch.iter() {
        let time = record.time().as_micros();
        put_signed(out, time.wrapping_sub(before));
        before = time;
        out.push(level_code(record.level()));
        put_bytes(out, record.source());
        put_bytes(out, record.message());
        let fields = record.numbered_fields();
        put_varint(out, fields.len() as u64);
        for (name, value) in fields {
            put_varint(out, name as u64);
            put_value(out, value);
        }
    }
}

fn read_batch(mut reader: Reader<'_>) -> Result<Batch, Malformed> {
    let bytes_max = reader.0.len();
    let count = reader.count(usize::from(u16::MAX))?;
    let names = (0..count).map(|_| reader.text()).collect::<Result<Vec<_>, _>>()?;
    let mut batch = Batch::new();
    let mut time = 0i64;
    let refused = |_: Refused| Malformed("a record is larger than records can be");
    for _ in 0..reader.count(bytes_max)? {
        let mut draft = batch.draft();
        time = time.wrapping_add(reader.signed()?);
        draft.level(level_of_code(reader.byte()?)?);
        draft.source(reader.bytes()?).map_err(refused)?;
        draft.message(reader.bytes()?).map_err(refused)?;
        for _ in 0..reader.count(bytes_max)? {
            let name = names.get(reader.count(names.len())?).ok_or(Malformed("a field has no name"))?;
            draft.field(name, read_value(&mut reader)?).map_err(refused)?;
        }
        draft.finish(Timestamp::from_micros(time));
    }
    if reader.0.is_empty() { Ok(batch) } else { Err(Malformed("a batch is followed by more")) }
}

fn put_value(out: &mut Vec<u8>, value: Value<'_>) {
    match value {
        Value::Str(text) => {
            out.push(0);
            put_bytes(out, text);
        }
        Value::Int(number) => {
            out.push(1);
            put_signed(out, number);
        }
        Value::Float(number) => {
            out.push(2);
            out.extend_from_slice(&number.to_bits().to_le_bytes());
        }
        Value::Bool(truth) => out.push(3 + u8::from(truth)),
    }
}

fn read_value<'a>(reader: &mut Reader<'a>) -> Result<Value<'a>, Malformed> {
    Ok(match reader.byte()? {
        0 => Value::Str(reader.bytes()?),
        1 => Value::Int(reader.signed()?),
        2 => Value::Float(f64::from_bits(reader.u64()?)),
        truth @ (3 | 4) => Value::Bool(truth == 4),
        _ => return Err(Malformed("a value has an unknown kind")),
    })
}
