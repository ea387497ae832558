//! Asks the kinds of question that people ask of logs, each seven times, and prints the best time, the least time of
//! processors, and what was read: `queries FOLDER [THREADS [NAME]]`. The folder is one that the example `ingest` has filled
//! with the records of `gen_logs.py`.

use jiff::tz::TimeZone;
use model::Timestamp;
use std::{fmt::Debug, ops::ControlFlow, path::Path, time::Instant};
use telemetry::{
    Kind, Options, Snapshot, Store,
    query::{
        Answer, Bounds, Cell, Page, Partial, Question, Read, answer, facets, histogram, language::Order, parse, search,
    },
};

const RUNS: usize = 7;

enum Asked {
    /// The newest rows, so many.
    Rows(usize),
    Table,
    Histogram,
    Facets,
}

/// Name, query, kind, and the best of seven of VictoriaLogs 1.26 on two idle cores, in milliseconds.
const QUESTIONS: [(&str, &str, Asked, f64); 15] = [
    ("exact trace id", "trace_id:{trace}", Asked::Rows(10), 2.7),
    ("absent word", "zzzabsentzzz", Asked::Rows(100), 1.4),
    ("rare word, last 100", "deferred", Asked::Rows(100), 17.4),
    ("phrase, 100 rows", "\"Quota exceeded\"", Asked::Rows(100), 3.5),
    ("errors by app", "level:error | stats count() by app", Asked::Table, 3.8),
    ("count, avg by app, level", "* | stats count(), avg(duration_ms) by app, level", Asked::Table, 68.0),
    ("p95 by logger", "* | stats p95(duration_ms) by logger", Asked::Table, 304.0),
    ("regex over all messages", "/durée: [1-9]\\d*\\.[5-9]s/ | stats count()", Asked::Table, 110.0),
    ("substring present", "*montant_1* | stats count()", Asked::Table, 114.0),
    ("substring absent", "*zqxjkv* | stats count()", Asked::Table, 104.0),
    ("latest 100", "*", Asked::Rows(100), 54.0),
    ("histogram by hour", "*", Asked::Histogram, 21.0),
    ("histogram of errors", "level:error", Asked::Histogram, 9.3),
    ("facets", "*", Asked::Facets, 42.0),
    ("status>=500 by status", "status>=500 | stats count() by status", Asked::Table, 5.6),
];

const MORE: [(&str, &str, Asked, f64); 9] = [
    ("phrase in a logger, 200 rows", "logger:mailing \"envoyé avec succès\"", Asked::Rows(200), 17.0),
    ("regex without literal", "/\\d{5}\\.\\d/ | stats count()", Asked::Table, 110.0),
    ("regex, either case", "/internal server|timed out after [0-9]{5}/i | stats count()", Asked::Table, 110.0),
    ("regex, alternatives", "/status=(deferred|bounced)|WORKER TIMEOUT/ | stats count()", Asked::Table, 110.0),
    ("substring of digits", "*40417* | stats count()", Asked::Table, 114.0),
    ("substring of hex", "*beef* | stats count()", Asked::Table, 114.0),
    ("substring over parts", "*\"org_id=4\"* | stats count()", Asked::Table, 114.0),
    ("word anywhere", "*:{trace}", Asked::Rows(10), 2.7),
    (
        "sort by duration",
        "* | sort by duration_ms desc | limit 10 | fields time, duration_ms, message",
        Asked::Table,
        300.0,
    ),
];

#[expect(clippy::print_stdout, reason = "its output is what it is for")]
fn main() {
    let mut args = std::env::args().skip(1);
    let folder = args.next().expect("usage: queries FOLDER [THREADS [NAME]]");
    let threads = args.next().map_or(2, |threads| threads.parse().expect("a number of threads"));
    let only = args.next().unwrap_or_default();
    let now = model::Clock::System.now();
    let (store, _) = Store::open(Path::new(&folder), Kind::Log, Options::default(), now).expect("the store opens");
    let snapshot = store.snapshot();
    let trace = some_trace(&snapshot);
    let bounds = Bounds { threads, ..Bounds::default() };
    for (name, text, kind, peer) in QUESTIONS.iter().chain(&MORE).filter(|(name, ..)| name.contains(&only)) {
        let text = text.replace("{trace}", &trace);
        let (query, problems) = parse(&text);
        assert!(problems.is_empty(), "{}", problems[0].render(&text));
        let question = || Question::new(&query, Timestamp::EPOCH, &TimeZone::UTC).expect("it compiles");
        let range = first_and_last(&snapshot);
        let (mut best, mut least) = (f64::MAX, f64::MAX);
        let mut told = None;
        for _ in 0..RUNS {
            let (start, start_busy) = (Instant::now(), busy());
            let read = match kind {
                Asked::Rows(limit) => {
                    let page = Page { order: Order::Falling, after: None, limit: *limit };
                    summary(search(&snapshot, &question(), page, &bounds, |_| ControlFlow::Continue(())), |rows| *rows)
                }
                Asked::Table => summary(answer(&snapshot, &question(), 1_000, &bounds), |table| table.rows.len()),
                Asked::Histogram => {
                    let step = std::time::Duration::from_secs(3_600);
                    let counts = histogram(&snapshot, question(), range.clone(), step, &bounds);
                    summary(counts, |histogram| histogram.counts.len())
                }
                Asked::Facets => summary(facets(&snapshot, &question(), 10, &bounds), Vec::len),
            };
            best = best.min(start.elapsed().as_secs_f64() * 1_000.0);
            least = least.min(busy() - start_busy);
            told = Some(read);
        }
        let (rows, read, partial) = told.expect("it ran");
        println!(
            "{best:>8.2} ms  {:>5.2}x  {least:>8.2} CPU-ms  {name}: {rows} rows; {} pruned, {} decoded, {} KB, {} rebuilt {partial:?}",
            best / peer,
            read.blocks_pruned,
            read.blocks_decoded,
            read.bytes_decoded >> 10,
            read.rows_rebuilt
        );
    }
}

/// Milliseconds that processors have spent on this process.
fn busy() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    time.tv_sec as f64 * 1_000.0 + time.tv_nsec as f64 / 1_000_000.0
}

fn summary<T: Debug>(answer: Answer<T>, rows: impl Fn(&T) -> usize) -> (usize, Read, Vec<Partial>) {
    (rows(&answer.value), answer.read, answer.partial)
}

fn first_and_last(snapshot: &Snapshot) -> std::ops::Range<Timestamp> {
    let times = || snapshot.segments().iter().map(|segment| segment.time_range());
    let first = times().map(|(first, _)| first).min().unwrap_or_default();
    let last = times().map(|(_, last)| last).max().unwrap_or_default();
    first..last + std::time::Duration::from_micros(1)
}

/// The trace id of some record.
fn some_trace(snapshot: &Snapshot) -> String {
    let (query, _) = parse("trace_id:* | fields trace_id | limit 100");
    let question = Question::new(&query, Timestamp::EPOCH, &TimeZone::UTC).expect("it compiles");
    let table = answer(snapshot, &question, 100, &Bounds::default()).value;
    match table.rows.last().map(|row| &row[0]) {
        Some(Cell::Text(text)) => String::from_utf8_lossy(text).into_owned(),
        _ => "0000000000000000".to_owned(),
    }
}
