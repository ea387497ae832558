//! Times the opening of a store of many days: `opening FOLDER [DAYS [RECORDS]]`.
//!
//! Fills an empty folder with one sealed segment for each of DAYS days (1100), of RECORDS log lines each (6000; with fewer, small
//! days share a segment), and leaves it there: a second call only opens it, so that what is resident is what opening took, and not
//! what filling did.

use std::{path::Path, time::Duration, time::Instant};
use telemetry::{Batch, Kind, Options, Store};

const FIRST_DAY: &str = "2023-11-20T00:00:00Z";
const DAY: Duration = Duration::from_secs(86_400);
const RUNS: usize = 5;

#[expect(clippy::print_stdout, reason = "its output is what it is for")]
fn main() {
    let mut arguments = std::env::args().skip(1);
    let Some(folder) = arguments.next() else {
        println!("usage: opening FOLDER [DAYS [RECORDS]]");
        return;
    };
    let mut number = |usual| arguments.next().map_or(usual, |text| text.parse().expect("a number"));
    let (days, records) = (number(1_100), number(6_000));
    let folder = Path::new(&folder);
    if Store::exists(folder) {
        println!("before: {}", resident());
    } else {
        let began = Instant::now();
        fill(folder, days, records);
        println!("filled {days} days in {:.1} s", began.elapsed().as_secs_f64());
    }
    for _ in 0..RUNS {
        open(folder);
    }
}

fn fill(folder: &Path, days: u32, records: u32) {
    let first: model::Timestamp = FIRST_DAY.parse().expect("a moment");
    let (store, _) = Store::open(folder, Options::default(), first).expect("the store opens");
    for day in 0..days {
        let day_start = first + DAY * day;
        let batch = day_of_records(day_start, day, records);
        let appended = store.append(Kind::Log, batch, day_start).expect("there is room");
        appended.blocking_recv().expect("the store is open").expect("it is acknowledged");
        store.seal(day_start).expect("the store is open").blocking_recv().expect("it is tended").expect("it seals");
    }
}

/// Lines of a web server whose numbers follow no rule that would pack them away.
fn day_of_records(day_start: model::Timestamp, day: u32, records: u32) -> Batch {
    let mut batch = Batch::new();
    let mut state = u64::from(day) + 1;
    for record in 0..records {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let (user, bytes) = (state >> 40, (state >> 20) & 0xffff);
        let message = format!("GET /clients/{user}/factures/{record} 200 {bytes} bytes for session {state:016x}");
        let mut draft = batch.draft();
        draft.message(message.as_bytes()).expect("it is short");
        draft.finish(day_start + DAY / records * record);
    }
    batch
}

#[expect(clippy::print_stdout, reason = "its output is what it is for")]
fn open(folder: &Path) {
    let now = model::Clock::System.now();
    let began = Instant::now();
    let (store, _) = Store::open(folder, Options::default(), now).expect("the store opens");
    let took = began.elapsed();
    let snapshot = store.snapshot(Kind::Log);
    let bytes: u64 = snapshot.segments().iter().map(|segment| segment.bytes()).sum();
    println!(
        "opened {} segments of {:.1} MB in {:.1} ms; {}",
        snapshot.segments().len(),
        bytes as f64 / 1e6,
        took.as_secs_f64() * 1e3,
        resident()
    );
}

/// What is resident now, as Linux tells it.
fn resident() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().find(|line| line.starts_with("VmRSS")).unwrap_or("VmRSS: unknown").to_owned()
}
