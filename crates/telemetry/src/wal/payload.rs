//! A batch as bytes: what the write-ahead log keeps of it.
//!
//! Names first, then record by record; a time is its distance from the record before.

use crate::{
    batch::{Batch, Refused},
    record::Value,
    segment::{level_code, level_of_code},
    wire::{Malformed, Reader, put_bytes, put_signed, put_varint},
};
use model::Timestamp;

pub(crate) fn encode(batch: &Batch) -> Vec<u8> {
    let mut out = Vec::with_capacity(batch.text_bytes() + batch.len() * 48);
    put_varint(&mut out, batch.names().len() as u64);
    batch.names().iter().for_each(|name| put_bytes(&mut out, name.as_bytes()));
    put_varint(&mut out, batch.len() as u64);
    let mut before = 0;
    for record in batch.iter() {
        let time = record.time().as_micros();
        put_signed(&mut out, time.wrapping_sub(before));
        before = time;
        out.push(level_code(record.level()));
        put_bytes(&mut out, record.source());
        put_bytes(&mut out, record.message());
        let fields = record.numbered_fields();
        put_varint(&mut out, fields.len() as u64);
        for (name, value) in fields {
            put_varint(&mut out, name as u64);
            put_value(&mut out, value);
        }
    }
    out
}

pub(crate) fn decode(bytes: &[u8]) -> Result<Batch, Malformed> {
    let mut reader = Reader(bytes);
    let count = reader.count(usize::from(u16::MAX))?;
    let names = (0..count).map(|_| reader.text()).collect::<Result<Vec<_>, _>>()?;
    let mut batch = Batch::new();
    let mut time = 0i64;
    let refused = |_: Refused| Malformed("a record is larger than records can be");
    for _ in 0..reader.count(bytes.len())? {
        let mut draft = batch.draft();
        time = time.wrapping_add(reader.signed()?);
        draft.level(level_of_code(reader.byte()?)?);
        draft.source(reader.bytes()?).map_err(refused)?;
        draft.message(reader.bytes()?).map_err(refused)?;
        for _ in 0..reader.count(bytes.len())? {
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
