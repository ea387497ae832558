//! Asks the kinds of question that people ask of logs, each seven times with other values, and prints the median time, the least
//! time of processors, and what was read: `queries FOLDER [THREADS [NAME]]`. The folder is one that the example `ingest` has filled
//! with the records of `gen_logs.py`, or of the example `varied`: then its name ends with `varied`.

#[path = "varied/dice.rs"]
mod dice;
#[path = "varied/values.rs"]
mod values;

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

impl Asked {
    fn parse(text: &str) -> Self {
        match text.split_once(' ') {
            Some(("rows", limit)) => Self::Rows(limit.parse().expect("a number of rows")),
            _ if text == "table" => Self::Table,
            _ if text == "histogram" => Self::Histogram,
            _ if text == "facets" => Self::Facets,
            _ => panic!("nothing is asked so: {text}"),
        }
    }
}

/// Name, how it is asked, milliseconds of VictoriaLogs 1.26 on two idle cores, query; those behind a `+` are asked here alone.
const QUESTIONS: &str = include_str!("questions.tsv");
const VARIED: &str = include_str!("varied.tsv");

#[expect(clippy::print_stdout, reason = "its output is what it is for")]
fn main() {
    let mut args = std::env::args().skip(1);
    let folder = args.next().expect("usage: queries FOLDER [THREADS [NAME]]");
    let threads = args.next().map_or(2, |threads| threads.parse().expect("a number of threads"));
    let only = args.next().unwrap_or_default();
    let now = model::Clock::System.now();
    let (store, _) = Store::open(Path::new(&folder), Options::default(), now).expect("the store opens");
    let snapshot = store.snapshot(Kind::Log);
    let mut values = values::Values::new(some_traces(&snapshot));
    let bounds = Bounds { threads, ..Bounds::default() };
    let questions = if folder.ends_with("varied") { VARIED } else { QUESTIONS };
    for line in questions.lines().filter(|line| !line.starts_with('#')) {
        let [name, kind, peer, text] = line.trim_start_matches('+').splitn(4, '\t').collect::<Vec<_>>()[..] else {
            panic!("no question: {line}");
        };
        if !name.contains(&only) {
            continue;
        }
        let (kind, peer) = (Asked::parse(kind), peer.parse().unwrap_or(f64::NAN));
        let range = first_and_last(&snapshot);
        let (mut took, mut least) = ([f64::MAX; RUNS], f64::MAX);
        let mut told = None;
        for took in &mut took {
            let text = values.fill(text);
            let (query, problems) = parse(&text);
            assert!(problems.is_empty(), "{}", problems[0].render(&text));
            let question = || Question::new(&query, Timestamp::EPOCH, &TimeZone::UTC).expect("it compiles");
            let (start, start_busy) = (Instant::now(), busy());
            let read = match kind {
                Asked::Rows(limit) => {
                    let page = Page { order: Order::Descending, after: None, limit };
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
            *took = start.elapsed().as_secs_f64() * 1_000.0;
            least = least.min(busy() - start_busy);
            told = Some(read);
        }
        let (rows, read, partial) = told.expect("it ran");
        took.sort_by(f64::total_cmp);
        let median = took[RUNS / 2];
        println!(
            "{median:>8.2} ms  {:>5.2}x  {least:>8.2} CPU-ms  {name}: {rows} rows; {} pruned, {} decoded, {} KB, {} rebuilt {partial:?}",
            median / peer,
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

/// The trace ids of some records, of all times.
fn some_traces(snapshot: &Snapshot) -> Vec<String> {
    let (query, _) = parse("trace_id:* | stats count() by trace_id | limit 1000");
    let question = Question::new(&query, Timestamp::EPOCH, &TimeZone::UTC).expect("it compiles");
    let table = answer(snapshot, &question, 1_000, &Bounds::default()).value;
    let text = |row: &Vec<Cell>| match &row[0] {
        Cell::Text(text) => Some(String::from_utf8_lossy(text).into_owned()),
        _ => None,
    };
    table.rows.iter().filter_map(text).collect()
}
