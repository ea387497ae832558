//! Encodes a file of JSON lines into blocks, and prints what each part of them takes: `sizes FILE.jsonl`.

use std::{collections::BTreeMap, time::Instant};
use telemetry::{
    Batch, JsonNames, Numbered,
    segment::{Block, Bytes, Chosen, ROWS_MAX, encode_block},
};

#[expect(clippy::print_stdout, reason = "its output is what it is for")]
fn main() {
    let path = std::env::args().nth(1).expect("usage: sizes FILE.jsonl");
    let text = std::fs::read(path).expect("the file is readable");
    let mut lines = text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).peekable();
    let mut sizes: BTreeMap<String, u64> = BTreeMap::new();
    let (mut parsing, mut encoding, mut checking, mut blocks) = (0.0, 0.0, 0.0, 0);
    while lines.peek().is_some() {
        let start = Instant::now();
        let mut batch = Batch::new();
        for line in lines.by_ref().take(ROWS_MAX) {
            batch.push_json(line, &JsonNames::default(), model::Timestamp::EPOCH).expect("a line is a record");
        }
        parsing += start.elapsed().as_secs_f64();
        let start = Instant::now();
        let numbered = Numbered { first_seq: 0, batch };
        let mut chosen: Vec<Chosen> = (0..numbered.batch.len() as u32).map(|row| Chosen { batch: 0, row }).collect();
        chosen.sort_by_key(|chosen| numbered.batch.get(chosen.row as usize).time());
        let bytes = encode_block(&[&numbered], &chosen);
        encoding += start.elapsed().as_secs_f64();
        let start = Instant::now();
        let block = Block::open(Bytes::in_memory(bytes, "block")).expect("a block opens");
        let rows: Vec<u32> = (0..block.rows() as u32).collect();
        let back = block.records(&rows).expect("a block is whole");
        for (chosen, record) in chosen.iter().zip(back.iter()) {
            assert_eq!(numbered.batch.get(chosen.row as usize).message(), record.message());
        }
        checking += start.elapsed().as_secs_f64();
        if std::env::var_os("TEMPLATES").is_some() && blocks == 0 {
            for template in block.templates() {
                println!("{template:?}");
            }
        }
        blocks += 1;
        for (name, bytes) in block.sizes() {
            *sizes.entry(name).or_default() += bytes;
        }
    }
    let mut sizes: Vec<_> = sizes.into_iter().collect();
    sizes.sort_by_key(|(_, bytes)| std::cmp::Reverse(*bytes));
    for (name, bytes) in &sizes {
        println!("{bytes:>12} {name}");
    }
    println!("{:>12} in all, of {}, in {blocks} blocks", sizes.iter().map(|(_, bytes)| bytes).sum::<u64>(), text.len());
    println!("parse {parsing:.2} s, encode {encoding:.2} s, decode and compare {checking:.2} s");
}
