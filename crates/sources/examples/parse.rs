//! `cargo run --release -p sources --example parse -- [--show] FILE…`: the formats of each file, how many of its lines
//! fit them, how many records have a time and a level, and how fast they were read. `--show` prints the records; with `SCRUB`
//! in the environment secrets are masked first.

use jiff::tz::TimeZone;
use model::Timestamp;
use scrub::Scrubber;
use sources::{Options, Reader, Record, multiline::Limits, timestamps::Reference};
use std::{collections::BTreeMap, path::Path, sync::Arc, time::Instant};

#[derive(Default)]
struct Tally {
    formats: BTreeMap<String, u64>,
    records: u64,
    lines: u64,
    fitting: u64,
    timed: u64,
    graded: u64,
}

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for the terminal")]
fn main() {
    let mut files: Vec<String> = std::env::args().skip(1).collect();
    let show = files.first().is_some_and(|first| first == "--show");
    if show {
        files.remove(0);
    }
    println!(
        "{:34} {:>6} {:>6} {:>5} {:>5} {:>5} {:>7}  formats",
        "file", "lines", "rec.", "fit%", "time%", "lev.%", "MB/s"
    );
    for file in &files {
        let bytes = match std::fs::read(file) {
            Ok(bytes) => bytes,
            Err(error) => {
                eprintln!("{file}: {error}");
                continue;
            }
        };
        let mut tally = Tally::default();
        let start = Instant::now();
        read(&bytes, &mut |record| {
            tally.add(&record);
            if show {
                println!("{:?} {:?}", record.time, record.parsed);
            }
        });
        let speed = bytes.len() as f64 / 1e6 / start.elapsed().as_secs_f64();
        let name = Path::new(file).file_name().unwrap_or_default().to_string_lossy();
        let formats: Vec<String> = tally.formats.iter().map(|(name, count)| format!("{name} {count}")).collect();
        let share = |part: u64, whole: u64| (part * 100).checked_div(whole).unwrap_or(0);
        println!(
            "{name:34} {:>6} {:>6} {:>5} {:>5} {:>5} {speed:>7.1}  {}",
            tally.lines,
            tally.records,
            share(tally.fitting, tally.lines),
            share(tally.timed, tally.records),
            share(tally.graded, tally.records),
            formats.join(", ")
        );
    }
}

fn read(bytes: &[u8], sink: &mut dyn FnMut(Record<'_>)) {
    // A fixed moment, so that two runs give the same.
    let scrubber = std::env::var_os("SCRUB").map(|_| Arc::new(Scrubber::default()));
    let reference = Timestamp::from_micros(1_767_225_600_000_000);
    let options =
        Options { zone: TimeZone::UTC, reference: Reference::Modified(reference), limits: Limits::default(), scrubber };
    let mut reader = Reader::new(options);
    for line in bytes.strip_suffix(b"\n").unwrap_or(bytes).split(|byte| *byte == b'\n') {
        reader.push(line, reference, sink);
    }
    reader.finish(sink);
}

impl Tally {
    fn add(&mut self, record: &Record<'_>) {
        let parsed = &record.parsed;
        let format = match (parsed.format, parsed.inner) {
            ("", _) => "plain".to_owned(),
            (outer, Some(inner)) => format!("{outer}/{inner}"),
            (outer, None) => outer.to_owned(),
        };
        *self.formats.entry(format).or_default() += 1;
        self.records += 1;
        self.lines += u64::from(record.lines);
        self.fitting += if parsed.format.is_empty() { 0 } else { u64::from(record.lines) };
        self.timed += u64::from(record.time.is_some());
        self.graded += u64::from(parsed.level.is_some());
    }
}
