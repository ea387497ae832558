//! `cargo run --release -p reports --example performance -- [SPANS]`: what a page of endpoints, one endpoint and a waterfall take over
//! so many spans (a million) of one day, ten of them to a trace, made with a fixed seed.

use blobs::Blobs;
use jiff::tz::TimeZone;
use logs::{
    Logs,
    receive::otlp::traces::{OtlpKind, OtlpSpan, OtlpStatus, ProgramSpans},
};
use model::{Clock, ManualClock, Rng, Timestamp};
use reports::{EndpointName, Reports};
use std::time::{Duration, Instant};
use store::Db;
use telemetry::OwnedValue;

const NOW: Timestamp = Timestamp::from_micros(1_736_519_535_000_000);
const DAY: Duration = Duration::from_secs(86_400);
const APDEX: Duration = Duration::from_millis(300);
/// Traces of one request.
const TRACES: u64 = 1_000;
const SPANS_OF_TRACE: u64 = 10;
/// Endpoints that are told apart.
const ENDPOINTS: u64 = 40;
/// How often each question is asked.
const ASKED: usize = 15;

#[expect(clippy::print_stdout, reason = "a program for the terminal")]
fn main() {
    let spans: u64 = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(1_000_000);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    for (what, figure) in runtime.block_on(measured(spans / SPANS_OF_TRACE)) {
        println!("{what:48} {figure:>10.1}");
    }
}

async fn measured(traces: u64) -> Vec<(&'static str, f64)> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let clock = Clock::Manual(ManualClock::at(NOW));
    let db = Db::open_sqlite(&folder.path().join("vigie.db"), folder.path()).await.expect("a database");
    let logs = Logs::new(folder.path(), logs::Config::default(), clock.clone(), TimeZone::UTC).expect("a store");
    let blobs = Blobs::new(folder.path(), Rng::seeded(8)).expect("a folder for files");
    let reports = Reports::new(db, logs.clone(), blobs, clock, Rng::seeded(7));
    let rng = Rng::seeded(11);
    let begun = Instant::now();
    for first in (0..traces).step_by(TRACES as usize) {
        let spans = (first..traces.min(first + TRACES)).flat_map(|trace| trace_of(&rng, trace)).collect();
        let resource = vec![("service.name".to_owned(), OwnedValue::Str(b"shop".to_vec()))];
        reports.receive_spans(vec![ProgramSpans { resource, spans }]).await.expect("the store takes them");
    }
    let taken = begun.elapsed().as_secs_f64();
    // Sealed, as after a restart.
    logs.close().await;
    let range = || NOW - DAY..NOW;
    let endpoints = median(async || {
        let found = reports.endpoints(None, range(), APDEX).await.expect("an answer");
        assert_eq!(found.rows.len() as u64, ENDPOINTS, "all endpoints are found");
    })
    .await;
    let one = EndpointName { project: "shop".into(), name: "GET /orders/7".into(), op: "http.server".into() };
    let endpoint = median(async || drop(reports.endpoint(&one, range(), APDEX).await.expect("an answer"))).await;
    let trace = median(async || {
        let found = reports.trace(&trace_id(rng.below(traces))).await.expect("an answer");
        assert_eq!(found.spans.len() as u64, SPANS_OF_TRACE, "the whole trace is found");
    })
    .await;
    vec![
        ("spans taken, a second", (traces * SPANS_OF_TRACE) as f64 / taken),
        ("endpoints of a day, ms", endpoints),
        ("one endpoint of a day, with its histogram, ms", endpoint),
        ("a waterfall, at any time, ms", trace),
    ]
}

/// In ms.
async fn median(mut ask: impl AsyncFnMut()) -> f64 {
    let mut times = Vec::with_capacity(ASKED);
    for _ in 0..ASKED {
        let begun = Instant::now();
        ask().await;
        times.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    times[ASKED / 2]
}

/// The number, spread over all digits, as real ids are.
fn trace_id(number: u64) -> String {
    let spread = u128::from(number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
    format!("{spread:032x}")
}

/// A request with nine queries.
fn trace_of(rng: &Rng, number: u64) -> Vec<OtlpSpan> {
    let id = trace_id(number);
    let start = NOW - Duration::from_micros(rng.below(DAY.as_micros() as u64 - 10_000_000) + 10_000_000);
    let took = Duration::from_micros(2_000 + rng.below(200_000) * rng.below(20));
    let root = span(&id, 0, (start, took), &format!("GET /orders/{}", rng.below(ENDPOINTS)));
    let status = if rng.below(50) == 0 { OtlpStatus::Error } else { OtlpStatus::Ok };
    let user = ("user.id".to_owned(), OwnedValue::Int(rng.below(5_000) as i64));
    let method = ("http.request.method".to_owned(), OwnedValue::Str(b"GET".to_vec()));
    let root = OtlpSpan { kind: OtlpKind::Server, status, attributes: vec![method, user], ..root };
    let query = |place: u64| {
        let begins = start + took.mul_f64(place as f64 / SPANS_OF_TRACE as f64);
        let system = ("db.system".to_owned(), OwnedValue::Str(b"postgresql".to_vec()));
        let span = span(&id, place, (begins, took / 12), &format!("find line {place} of order {}", rng.below(100_000)));
        OtlpSpan { parent_span_id: root.span_id.clone(), kind: OtlpKind::Client, attributes: vec![system], ..span }
    };
    let queries: Vec<OtlpSpan> = (1..SPANS_OF_TRACE).map(query).collect();
    std::iter::once(root).chain(queries).collect()
}

fn span(trace: &str, place: u64, (start, took): (Timestamp, Duration), name: &str) -> OtlpSpan {
    OtlpSpan {
        trace_id: trace.to_owned(),
        span_id: format!("{}{place:x}", &trace[17..32]),
        parent_span_id: String::new(),
        name: name.to_owned(),
        kind: OtlpKind::Internal,
        start,
        end: start + took,
        status: OtlpStatus::Unset,
        status_message: String::new(),
        attributes: Vec::new(),
    }
}
