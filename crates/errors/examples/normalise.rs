//! `cargo run --release -p errors --example normalise -- [FILE] [--runs N]`: how long one core takes for an event of a real
//! client, or for a transaction, step by step. Without a file, the 23 KB event of a Django view that asks a database.

use errors::{
    Envelope, Event,
    envelope::ItemKind,
    grouping::{self, Grouping},
    record::{EventRecord, Reception, SpanRecord},
    scrubbing::{Scrubbing, ScrubbingSettings},
    transaction,
};
use model::Timestamp;
use std::{
    hint::black_box,
    time::{Duration, Instant},
};

#[expect(clippy::print_stdout, reason = "a program for the terminal")]
fn main() {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let runs = match arguments.iter().position(|argument| argument == "--runs") {
        Some(at) => arguments.drain(at..).nth(1).and_then(|runs| runs.parse().ok()).unwrap_or(1),
        None => 5000,
    };
    let file = arguments.first().cloned();
    let file =
        file.unwrap_or_else(|| format!("{}/tests/fixtures/real/django_orm.envelope", env!("CARGO_MANIFEST_DIR")));
    let bytes = std::fs::read(&file).unwrap_or_default();
    let envelope = Envelope::parse(&bytes).unwrap_or_default();
    let Some(item) = envelope.items.first() else { return println!("{file}: no event") };
    let scrubbing = Scrubbing::default();
    let off = Scrubbing::new(ScrubbingSettings { on: false, ..ScrubbingSettings::default() }).unwrap_or_default();
    if item.kind == ItemKind::Transaction {
        return transactions(item.payload, runs, [&off, &scrubbing]);
    }
    let read = |scrubbing| Event::read(item.payload, scrubbing).unwrap_or_default();
    let event = read(&scrubbing);
    let grouping = grouping::group(&event);
    println!("{file}: {} bytes in, {} kept, {runs} runs", item.payload.len(), event.body().len());
    let unscrubbed = timed("read", runs, || read(&off));
    let whole = timed("read and scrub", runs, || read(&scrubbing));
    let grouped = timed("group", runs, || grouping::group(&event));
    let kept = timed("record", runs, || record(&event, &grouping).fields.len());
    println!("scrub alone {:.1} µs", micros(whole.saturating_sub(unscrubbed)));
    println!("all of it {:.1} µs an event", micros(whole + grouped + kept));
}

#[expect(clippy::print_stdout, reason = "a program for the terminal")]
fn transactions(payload: &[u8], runs: usize, [off, scrubbing]: [&Scrubbing; 2]) {
    let read = |scrubbing| transaction::read(payload, scrubbing).map(|told| told.what.spans).unwrap_or_default();
    let spans = read(scrubbing);
    println!("{} bytes in, {} spans, {runs} runs", payload.len(), spans.len());
    let unscrubbed = timed("read", runs, || read(off));
    let whole = timed("read and scrub", runs, || read(scrubbing));
    let fields = || spans.iter().map(|span| SpanRecord::new(span, "7").fields.len()).sum::<usize>();
    let kept = timed("records", runs, fields);
    println!("scrub alone {:.1} µs", micros(whole.saturating_sub(unscrubbed)));
    println!("all of it {:.1} µs a transaction", micros(whole + kept));
}

fn record<'a>(event: &'a Event, grouping: &'a Grouping) -> EventRecord<'a> {
    let reception = Reception {
        project: "7",
        event_id: event.event_id.unwrap_or_default(),
        received: Timestamp::from_micros(1_800_000_000_000_000),
    };
    EventRecord::new(event, grouping, reception)
}

/// The shortest tenth of the runs, on average: what the work takes, not what else the machine does.
#[expect(clippy::print_stdout, reason = "a program for the terminal")]
fn timed<T>(name: &str, runs: usize, work: impl Fn() -> T) -> Duration {
    let run = |_| {
        let start = Instant::now();
        black_box(work());
        start.elapsed()
    };
    let mut times: Vec<Duration> = (0..runs).map(run).collect();
    times.sort();
    let tenth = (runs / 10).max(1);
    let (fast, median) = (times.iter().take(tenth).sum::<Duration>() / tenth as u32, times[runs / 2]);
    println!("{name:14} {:.1} µs (median {:.1})", micros(fast), micros(median));
    fast
}

fn micros(time: Duration) -> f64 {
    time.as_nanos() as f64 / 1000.0
}
