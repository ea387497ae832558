//! What the figures of endpoints take over the transactions of a day: `endpoints [TRANSACTIONS]` (a million). They are made with a
//! fixed seed and like those of `cargo xtask bench issues`, sealed, and asked for in four questions (all, failed, satisfied,
//! tolerated) and in one that counts these beside, by turns; both must tell the same.

use jiff::tz::TimeZone;
use model::{Level, Rng, Timestamp};
use std::{collections::BTreeMap, time::Instant};
use telemetry::{
    Batch, Kind, Options, OwnedValue, Record, Snapshot, Store,
    query::{Bounds, Cell, Question, Table, answer, parse},
};

const NOW: Timestamp = Timestamp::from_micros(1_736_519_535_000_000);
const DAY_US: i64 = 86_400_000_000;
const TOGETHER: i64 = 10_000;
const RUNS: usize = 7;
const STATS: &str = "stats count() as count, uniq(user) as users, sum(duration_us) as total, avg(duration_us) as average, \
     p50(duration_us) as p50, p75(duration_us) as p75, p95(duration_us) as p95, p99(duration_us) as p99, \
     max(duration_us) as slowest by project, transaction, op";
const COUNTED: [(&str, &str); 3] = [
    ("failed", "level:error"),
    ("satisfied", "-level:error duration_us<=500000"),
    ("tolerated", "-level:error duration_us>500000 duration_us<=2000000"),
];

#[expect(clippy::print_stdout, reason = "its output is what it is for")]
fn main() {
    let transactions = std::env::args().nth(1).map_or(1_000_000, |text| text.parse().expect("a number"));
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (store, _) = Store::open(folder.path(), Options::default(), NOW).expect("the store opens");
    let rng = Rng::seeded(2);
    for first in (0..transactions).step_by(TOGETHER as usize) {
        let mut batch = Batch::new();
        for number in first..transactions.min(first + TOGETHER) {
            let at = NOW.as_micros() - DAY_US + DAY_US / transactions * number;
            batch.push(&transaction(&rng, Timestamp::from_micros(at))).expect("it has room");
        }
        let appended = store.append(Kind::Span, batch, NOW).expect("it takes them");
        appended.blocking_recv().expect("an answer").expect("they are kept");
    }
    store.seal(NOW).expect("it seals").blocking_recv().expect("an answer").expect("they are sealed");
    let snapshot = store.snapshot(Kind::Span);
    let (mut four, mut one) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let (apart, took) = measured(|| in_four(&snapshot));
        four.push(took);
        let question = || question(&format!("segment:true | {STATS}"), &COUNTED);
        let (together, took) = measured(|| ask(&snapshot, &question()));
        one.push(took);
        assert_eq!(apart, rows(&together, 3), "one question tells what four tell");
    }
    for (what, times) in [("in four questions", four), ("in one", one)] {
        let median = |mut times: Vec<f64>| {
            times.sort_by(f64::total_cmp);
            times[RUNS / 2]
        };
        let (passed, busy): (Vec<f64>, Vec<f64>) = times.into_iter().unzip();
        println!("{transactions} transactions, {what}: {:.0} ms, {:.0} ms of processors", median(passed), median(busy));
    }
}

/// What it gives, and the milliseconds that passed and that processors spent.
fn measured<T>(ask: impl FnOnce() -> T) -> (T, (f64, f64)) {
    let (begun, begun_busy) = (Instant::now(), busy());
    let told = ask();
    (told, (begun.elapsed().as_secs_f64() * 1e3, busy() - begun_busy))
}

fn busy() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6
}

fn transaction(rng: &Rng, at: Timestamp) -> Record {
    let text = |name: &str, value: &str| (name.to_owned(), OwnedValue::Str(value.as_bytes().to_vec()));
    let is_failed = rng.below(50) == 0;
    let name = format!("GET /orders/{}", rng.below(40));
    let took = 2_000 + rng.below(200_000) * rng.below(20);
    Record {
        time: at,
        level: Some(if is_failed { Level::Error } else { Level::Info }),
        source: b"shop".to_vec(),
        message: name.clone().into_bytes(),
        fields: vec![
            text("project", "shop"),
            text("trace_id", &format!("{:032x}", u128::from_le_bytes(rng.bytes()) | 1)),
            text("span_id", &format!("{:016x}", rng.below(u64::MAX) | 1)),
            ("segment".to_owned(), OwnedValue::Bool(true)),
            text("transaction", &name),
            text("op", "http.server"),
            ("duration_us".to_owned(), OwnedValue::Int(took as i64)),
            text("status", if is_failed { "error" } else { "ok" }),
            text("user", &rng.below(20_000).to_string()),
            text("method", "GET"),
        ],
    }
}

fn question(text: &str, counted: &[(&str, &str)]) -> Question {
    let (query, problems) = parse(text);
    assert!(problems.is_empty(), "{text}");
    let counted: Vec<_> = counted.iter().map(|(title, text)| (*title, parse(text).0.filter)).collect();
    let question = Question::new(&query, NOW, &TimeZone::UTC).expect("it compiles");
    let question = question.counting(&counted, NOW, &TimeZone::UTC).expect("it compiles");
    question.within(Timestamp::from_micros(NOW.as_micros() - DAY_US)..NOW)
}

fn ask(snapshot: &Snapshot, question: &Question) -> Table {
    let told = answer(snapshot, question, 10_000, &Bounds::default());
    assert!(told.partial.is_empty(), "{:?}", told.partial);
    told.value
}

/// What each group has, under its key of so many cells.
fn rows(table: &Table, key: usize) -> BTreeMap<String, Vec<Cell>> {
    table.rows.iter().map(|row| (format!("{:?}", &row[..key]), row[key..].to_vec())).collect()
}

fn in_four(snapshot: &Snapshot) -> BTreeMap<String, Vec<Cell>> {
    let mut all = rows(&ask(snapshot, &question(&format!("segment:true | {STATS}"), &[])), 3);
    for (_, filter) in COUNTED {
        let text = format!("segment:true {filter} | stats count() as count by project, transaction, op");
        let counts = rows(&ask(snapshot, &question(&text, &[])), 3);
        for (key, row) in &mut all {
            row.push(counts.get(key).map_or(Cell::Int(0), |count| count[0].clone()));
        }
    }
    all
}
