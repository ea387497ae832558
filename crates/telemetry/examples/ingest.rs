//! Puts a file of JSON lines into a store, as a receiver would: `ingest FILE.jsonl FOLDER [LINES_PER_APPEND]`.
//!
//! Reads the file piece by piece, so that what is measured is the store. Prints MB/s, CPU seconds, the most memory that was
//! resident, and what each part of the sealed blocks takes.

use std::{
    collections::BTreeMap,
    collections::VecDeque,
    fs::File,
    io::{BufRead, BufReader},
    path::Path,
    time::Instant,
};
use telemetry::{Answer, Appended, Batch, Error, JsonNames, Kind, Options, Store};

/// Appends on their way at once: as many as a sender with a few connections has.
const IN_FLIGHT_MAX: usize = 4;

#[expect(clippy::print_stdout, reason = "its output is what it is for")]
fn main() {
    let mut arguments = std::env::args().skip(1);
    let (Some(file), Some(folder)) = (arguments.next(), arguments.next()) else {
        println!("usage: ingest FILE.jsonl FOLDER [LINES_PER_APPEND]");
        return;
    };
    let lines_per_append = arguments.next().and_then(|lines| lines.parse().ok()).unwrap_or(2000);
    let now = model::Clock::System.now();
    let start = Instant::now();
    let (store, _) = Store::open(Path::new(&folder), Options::default(), now).expect("the store opens");
    let (rows, bytes, busy) = append_all(&store, &file, lines_per_append, now);
    let acknowledged = start.elapsed().as_secs_f64();
    store.seal(now).expect("the store is open").blocking_recv().expect("it is tended").expect("it seals");
    let sealed = start.elapsed().as_secs_f64();
    let megabytes = bytes as f64 / 1e6;
    println!("{rows} records, {megabytes:.1} MB, busy {busy} times");
    println!(
        "acknowledged after {acknowledged:.2} s ({:.1} MB/s), sealed after {sealed:.2} s ({:.1} MB/s)",
        megabytes / acknowledged,
        megabytes / sealed
    );
    println!("{}", usage());
    print_sizes(&store);
}

fn append_all(store: &Store, file: &str, lines_per_append: usize, now: model::Timestamp) -> (usize, usize, usize) {
    let mut reader = BufReader::with_capacity(1 << 20, File::open(file).expect("the file is readable"));
    let mut in_flight: VecDeque<Answer<Appended>> = VecDeque::new();
    let (mut rows, mut bytes, mut busy) = (0, 0, 0);
    let mut line = Vec::new();
    loop {
        let mut batch = Batch::new();
        while batch.len() < lines_per_append && reader.read_until(b'\n', &mut line).expect("the file is readable") > 0 {
            bytes += line.len();
            batch.push_json(line.trim_ascii_end(), &JsonNames::default(), now).expect("a line is a record");
            line.clear();
        }
        rows += batch.len();
        if batch.is_empty() {
            break;
        }
        if in_flight.len() >= IN_FLIGHT_MAX
            && let Some(oldest) = in_flight.pop_front()
        {
            oldest.blocking_recv().expect("the store is open").expect("it is acknowledged");
        }
        in_flight.push_back(loop {
            match store.append(Kind::Log, batch.clone(), now) {
                Ok(answer) => break answer,
                Err(Error::Busy { retry_after, .. }) => {
                    busy += 1;
                    std::thread::sleep(retry_after / 10);
                }
                Err(error) => panic!("{error}"),
            }
        });
    }
    for answer in in_flight {
        answer.blocking_recv().expect("the store is open").expect("it is acknowledged");
    }
    (rows, bytes, busy)
}

/// CPU seconds and the greatest resident size, as Linux tells them.
fn usage() -> String {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let ticks = |field: usize| stat.rsplit(')').next()?.split_whitespace().nth(field - 3)?.parse::<f64>().ok();
    let seconds = (ticks(14).unwrap_or(0.0) / 100.0, ticks(15).unwrap_or(0.0) / 100.0);
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let resident = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or("VmHWM: unknown").to_owned();
    format!("CPU {:.2} s user, {:.2} s system; {resident}", seconds.0, seconds.1)
}

#[expect(clippy::print_stdout, reason = "its output is what it is for")]
fn print_sizes(store: &Store) {
    let snapshot = store.snapshot(Kind::Log);
    let mut sizes: BTreeMap<String, u64> = BTreeMap::new();
    let mut in_segments = 0;
    for segment in snapshot.segments() {
        in_segments += segment.bytes();
        for number in 0..segment.blocks().len() {
            let block = segment.open_block(number).expect("a block opens");
            block.sizes().into_iter().for_each(|(name, bytes)| *sizes.entry(name).or_default() += bytes);
        }
    }
    let mut sizes: Vec<_> = sizes.into_iter().collect();
    sizes.sort_by_key(|(_, bytes)| std::cmp::Reverse(*bytes));
    sizes.iter().for_each(|(name, bytes)| println!("{bytes:>12} {name}"));
    println!("{in_segments:>12} in all, in {} segments", snapshot.segments().len());
}
