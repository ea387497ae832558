//! The format does not change unnoticed: a segment that was once written is read, and holds what it must hold.

use super::*;
use crate::{
    Batch, Numbered, OwnedValue, Record,
    disk::{ObjectStore, Simulated},
    seal,
};
use model::{Level, Timestamp};
use std::sync::Arc;

/// What lies in each of them: every encoding, from arithmetic alone, so that it is the same for ever.
fn records() -> Vec<Record> {
    (0..400_u64).map(record).collect()
}

fn record(n: u64) -> Record {
    let noise = n.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let ip = std::net::Ipv4Addr::from((noise >> 32) as u32);
    let message = match n % 8 {
        0..=3 => format!("{ip} - - \"GET /invoices/{n}?q={noise:016x} HTTP/1.1\" {} {}", 200 + n % 3, noise >> 50),
        4 => format!("Email {n}/500 envoyé à {}, id {:08X}", ["Zoé", "Al", "b"][n as usize % 3], noise as u32),
        5 => format!("waited {}.{:02} s for {}", n % 50, noise % 100, ["x", "y"][n as usize / 8 % 2]),
        6 if n.is_multiple_of(5) => format!("Traceback\n  File \"x{n}.py\", line {}\nValueError: {n}", noise % 90),
        6 => format!("only once {noise:x} {n:b}"),
        _ => String::new(),
    };
    let mut fields = vec![("app".to_owned(), OwnedValue::Str(["nginx", "crm"][n as usize % 2].into()))];
    if n.is_multiple_of(2) {
        fields.push(("status".to_owned(), OwnedValue::Int(200 + (n % 3) as i64)));
        fields.push(("client".to_owned(), OwnedValue::Str(ip.to_string().into_bytes())));
    }
    if n.is_multiple_of(3) {
        fields.push(("took".to_owned(), OwnedValue::Float((noise % 10_000) as f64 / 100.0)));
        fields.push(("trace".to_owned(), OwnedValue::Str(format!("{noise:016x}").into_bytes())));
    }
    fields.push(("path".to_owned(), OwnedValue::Str(format!("/invoices/{n}?q={noise:016x}").into_bytes())));
    fields.push(("exact".to_owned(), OwnedValue::Float(1.0 / (n + 1) as f64)));
    fields.push(("ok".to_owned(), OwnedValue::Bool(n % 7 > 2)));
    if n > 390 {
        fields.push(("status".to_owned() + "_", OwnedValue::Str("é".repeat(n as usize % 5).into_bytes())));
    }
    Record {
        time: Timestamp::from_micros(1_736_500_000_000_000 + (n / 2 * 37_123_457 % 3_600_000_000) as i64),
        level: [None, Some(Level::Info), Some(Level::Error)][n as usize % 3],
        source: [&b""[..], b"web1:nginx"][n as usize / 3 % 2].to_vec(),
        message: message.into_bytes(),
        fields,
    }
}

fn read(bytes: &[u8]) -> Vec<(u64, Record)> {
    let disk = Simulated::default();
    disk.put("segments/golden.seg", bytes).unwrap();
    let disk: Arc<dyn ObjectStore> = Arc::new(disk);
    let segment = Segment::open(&disk, "segments/golden.seg", bytes.len() as u64).unwrap();
    let mut read = Vec::new();
    for number in 0..segment.blocks().len() {
        let block = segment.open_block(number).unwrap();
        block.verify().unwrap();
        let seqs = block.seqs().unwrap();
        let batch = block.records(&(0..seqs.len() as u32).collect::<Vec<_>>()).unwrap();
        for (seq, record) in seqs.into_iter().zip(batch.iter()) {
            let mut record = record.to_record();
            record.fields.sort_by(|a, b| a.0.cmp(&b.0));
            read.push((seq, record));
        }
    }
    read.sort_by_key(|(seq, _)| *seq);
    read
}

fn expected() -> Vec<(u64, Record)> {
    let mut records = records();
    records.iter_mut().for_each(|record| record.fields.sort_by(|a, b| a.0.cmp(&b.0)));
    (7..).zip(records).collect()
}

fn encoded() -> Vec<u8> {
    let mut batch = Batch::new();
    records().iter().for_each(|record| batch.push(record).unwrap());
    let mut days = seal::encode_days(&[Arc::new(Numbered { first_seq: 7, batch })]);
    assert_eq!(days.len(), 1);
    days.remove(0).1
}

#[test]
fn what_was_written_before_is_read() {
    assert_eq!(read(include_bytes!("fixtures/version-2.seg")), expected());
}

/// `VIGIE_KEEP_SEGMENT` names the file in which this version is kept before the next one is begun.
#[test]
fn this_version_is_read() {
    let encoded = encoded();
    if let Some(path) = std::env::var_os("VIGIE_KEEP_SEGMENT") {
        std::fs::write(path, &encoded).unwrap();
    }
    assert_eq!(read(&encoded), expected());
}
