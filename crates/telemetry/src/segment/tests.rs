//! Blocks as wholes: what goes in comes out, and what was changed on disk is noticed.

use super::*;
use crate::{Batch, Numbered, OwnedValue, Record};
use model::{Level, Timestamp};
use proptest::prelude::*;

fn value() -> impl Strategy<Value = OwnedValue> {
    prop_oneof![
        prop_oneof!["[a-c]", "[0-9a-f]{8}", "https://x/[a-z]{1,3}/[0-9]{1,4}"]
            .prop_map(|t| OwnedValue::Str(t.into_bytes())),
        prop::collection::vec(any::<u8>(), 0..12).prop_map(OwnedValue::Str),
        any::<i64>().prop_map(OwnedValue::Int),
        (0i64..500).prop_map(OwnedValue::Int),
        any::<f64>().prop_map(OwnedValue::Float),
        (0i32..1000).prop_map(|n| OwnedValue::Float(f64::from(n) / 10.0)),
        any::<bool>().prop_map(OwnedValue::Bool),
    ]
}

fn record() -> impl Strategy<Value = Record> {
    let levels = [None, Some(Level::Debug), Some(Level::Info), Some(Level::Error)];
    let message = prop_oneof![
        "(GET|POST) /[a-z]{1,2}/[0-9]{1,3} took [0-9]{1,3}ms".prop_map(String::into_bytes),
        "(a|b)\n  at [a-z]:[0-9]\n".prop_map(String::into_bytes),
        prop::collection::vec(any::<u8>(), 0..20),
    ];
    let fields = prop::collection::btree_map("[a-d]", value(), 0..4);
    (0i64..100_000_000, prop::sample::select(levels.to_vec()), "(|web1|web2)", message, fields).prop_map(
        |(time, level, source, message, fields)| Record {
            time: Timestamp::from_micros(time),
            level,
            source: source.into_bytes(),
            message,
            fields: fields.into_iter().collect(),
        },
    )
}

/// The same, with its time and its fields in its message, as logs have it that come as text.
fn told_twice() -> impl Strategy<Value = Record> {
    (record(), any::<bool>(), 0..4_usize).prop_map(|(mut record, has_time, digits)| {
        let mut message = Vec::new();
        if has_time {
            message.extend_from_slice(&record.time.to_string().as_bytes()[..19]);
            if digits > 0 {
                let micros = format!(",{:06} ", record.time.as_micros() % 1_000_000);
                message.extend_from_slice(&micros.as_bytes()[..=digits * 2]);
            }
        }
        for (name, value) in &record.fields {
            let text = match value {
                OwnedValue::Str(text) => text.clone(),
                OwnedValue::Int(int) => int.to_string().into_bytes(),
                OwnedValue::Float(float) => format!("{float:.1}").into_bytes(),
                OwnedValue::Bool(truth) => truth.to_string().into_bytes(),
            };
            message.extend([b" ", name.as_bytes(), &b"="[..usize::from(digits == 0)], &text].concat());
        }
        if digits > 1 {
            message.push(b' ');
            message.append(&mut record.message);
        }
        Record { message, ..record }
    })
}

fn records(most: usize) -> impl Strategy<Value = Vec<Record>> {
    let of = move |one: BoxedStrategy<Record>| prop::collection::vec(one, 1..most);
    let either = prop_oneof![record(), told_twice()];
    prop_oneof![of(record().boxed()), of(told_twice().boxed()), of(either.boxed())]
}

/// Records as one block, sorted as a block is.
fn block_of(records: &[Record]) -> (Vec<u8>, Vec<Record>) {
    let mut batch = Batch::new();
    records.iter().for_each(|record| batch.push(record).unwrap());
    let numbered = Numbered { first_seq: 1000, batch };
    let mut order: Vec<u32> = (0..records.len() as u32).collect();
    order.sort_by_key(|&row| records[row as usize].time);
    let chosen: Vec<Chosen> = order.iter().map(|&row| Chosen { batch: 0, row }).collect();
    let sorted = order.iter().map(|&row| records[row as usize].clone()).collect();
    (encode_block(&[&numbered], &chosen), sorted)
}

fn sorted_by_name(mut record: Record) -> Record {
    record.fields.sort_by(|a, b| a.0.cmp(&b.0));
    record
}

proptest! {
    #[test]
    fn blocks_come_back(records in records(200)) {
        let (bytes, sorted) = block_of(&records);
        let block = Block::open(Bytes::in_memory(bytes, "test")).unwrap();
        prop_assert_eq!(block.rows(), records.len());
        prop_assert_eq!(block.time_range(), (sorted[0].time, sorted[sorted.len() - 1].time));
        prop_assert_eq!(block.seq_range(), (1000, 999 + records.len() as u64));
        let rows: Vec<u32> = (0..records.len() as u32).collect();
        let back: Vec<Record> = block.records(&rows).unwrap().iter().map(|r| sorted_by_name(r.to_record())).collect();
        prop_assert_eq!(&back, &sorted);
        let some: Vec<u32> = rows.iter().copied().filter(|row| row % 3 == 1).collect();
        let back: Vec<Record> = block.records(&some).unwrap().iter().map(|r| sorted_by_name(r.to_record())).collect();
        prop_assert_eq!(back, some.iter().map(|&row| sorted[row as usize].clone()).collect::<Vec<_>>());
        let left_out = records[0].fields.first().map(|(name, _)| name.clone()).unwrap_or_default();
        let without = block.records_with(&rows, |name| name != left_out).unwrap();
        for (record, whole) in without.iter().zip(&sorted) {
            let mut expected = whole.clone();
            expected.fields.retain(|(name, _)| *name != left_out);
            prop_assert_eq!(sorted_by_name(record.to_record()), expected);
        }
        for field in block.fields() {
            for record in &sorted {
                for (name, value) in &record.fields {
                    if let (true, FieldKind::Str, OwnedValue::Str(text)) = (*name == field.name, field.kind, value) {
                        prop_assert!(block.may_hold(field, text).unwrap());
                    }
                }
            }
        }
    }

    #[test]
    fn a_changed_byte_is_noticed(records in records(60), at: prop::sample::Index, flip in 1u8..) {
        let (mut bytes, sorted) = block_of(&records);
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        let rows: Vec<u32> = (0..records.len() as u32).collect();
        let read = Block::open(Bytes::in_memory(bytes, "test")).and_then(|block| block.records(&rows));
        if let Ok(batch) = read {
            // A filter or the numbers of records may be hit, which rebuilding does not read.
            let back: Vec<Record> = batch.iter().map(|r| sorted_by_name(r.to_record())).collect();
            prop_assert_eq!(back, sorted);
        }
    }

    #[test]
    fn any_bytes_are_opened_without_a_panic(bytes: Vec<u8>) {
        let _ = head::Head::read(&bytes);
        let _ = Block::open(Bytes::in_memory(bytes, "test"));
    }

    #[test]
    fn forged_blocks_are_read_without_a_panic(
        records in records(60),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        nested: Vec<u8>,
        count in 0..100_usize,
    ) {
        let mut bytes = forged::unsealed(&block_of(&records).0).unwrap();
        forged::block(&bytes);
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        forged::block(&bytes);
        forged::nested(count, &nested);
    }
}
