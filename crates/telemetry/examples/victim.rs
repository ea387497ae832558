//! Appends to a store until it is killed, and prints the numbers that were acknowledged: the child of `tests/kill.rs`.
//! `victim FOLDER FIRST`: messages are `message N`, from FIRST on; batch by batch they are logs, spans and errors in turn.

use std::{io::Write, path::Path, time::Duration};
use telemetry::{Batch, Kind, Options, Record, Store};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().expect("usage: victim FOLDER FIRST");
    let mut next: u64 = arguments.next().and_then(|first| first.parse().ok()).expect("usage: victim FOLDER FIRST");
    let now = model::Timestamp::from_micros(1_794_916_800_000_000);
    // Small enough that sealing and merging go on all the time.
    let options = Options { seal_rows: 64, ..Options::default() };
    let (store, _) = Store::open(Path::new(&folder), options, now).expect("the store opens");
    let mut out = std::io::stdout().lock();
    for kind in Kind::ALL.into_iter().cycle() {
        let mut batch = Batch::new();
        let count = next % 17 + 1;
        for number in next..next + count {
            let time = now + Duration::from_secs(number);
            let message = format!("message {number}").into_bytes();
            let record = Record { time, level: None, source: b"victim".to_vec(), message, fields: Vec::new() };
            batch.push(&record).expect("a record fits");
        }
        let answer = store.append(kind, batch, now).expect("the store takes it");
        answer.blocking_recv().expect("the store is open").expect("it is acknowledged");
        next += count;
        writeln!(out, "{next}").and_then(|()| out.flush()).expect("the parent reads");
    }
}
