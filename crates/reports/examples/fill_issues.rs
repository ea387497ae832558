//! A data directory as it is after weeks: `fill_issues DATA ISSUES EVENTS TRANSACTIONS`. Events lie evenly over twenty days, half of them in
//! the hundred busiest issues; each came as a client sends it, and is counted from the log. Transactions are those of the last day,
//! of forty endpoints.
//!
//! Used by `cargo xtask bench issues`.

use blobs::Blobs;
use errors::auth::{ToldIn, public_key};
use futures_util::{StreamExt as _, stream};
use jiff::tz::TimeZone;
use logs::{
    Logs,
    receive::otlp::traces::{OtlpKind, OtlpSpan, OtlpStatus, ProgramSpans},
};
use model::{Clock, Rng, Timestamp};
use reports::{Form, KnownProject, Reports};
use std::{path::Path, sync::Arc, time::Duration};
use store::{Db, NewProject};
use telemetry::OwnedValue;

const DAY: Duration = Duration::from_secs(86_400);
const SPAN: Duration = Duration::from_secs(20 * 86_400);
const KEY: [u8; 16] = [0xab; 16];
const BUSY: u64 = 100;
const ENDPOINTS: u64 = 40;
/// Clients at the same time: they share a sync.
const AT_ONCE: usize = 256;
/// Events that are counted as one.
const COUNTED: u64 = 8_192;
/// Transactions of a request.
const TOGETHER: u64 = 2_000;

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [data, issues, events, transactions] = arguments.as_slice() else {
        panic!("usage: fill_issues DATA ISSUES EVENTS TRANSACTIONS")
    };
    let number = |text: &String| text.parse::<u64>().expect("a number");
    let (data, clock) = (Path::new(data), Clock::System);
    let now = clock.now();
    let db = Db::open_sqlite(&data.join("vigie.db"), data).await.expect("a database");
    let logs = Logs::new(data, logs::Config::default(), clock.clone(), TimeZone::UTC).expect("a store");
    let blobs = Blobs::new(data, Rng::seeded(8)).expect("a folder for files");
    let reports = Reports::new(db.clone(), logs.clone(), blobs, clock, Rng::seeded(7));
    let settings = r#"{"items_per_minute": 4000000000}"#.into();
    let new = NewProject { name: "Shop".into(), platform: "python".into(), settings, key: KEY };
    db.create_project(new, now - SPAN).await.expect("a project");
    let header = format!("Sentry sentry_version=7, sentry_key={}", "ab".repeat(16));
    let key = public_key(ToldIn { header: Some(&header), ..ToldIn::default() }).expect("a key");
    let known = reports.project_of(&key).await.expect("an answer").expect("the project is known");
    fill_events(&reports, &known, now, (number(issues), number(events))).await;
    fill_transactions(&reports, now, number(transactions)).await;
    logs.close().await;
    db.close().await;
}

async fn fill_events(reports: &Reports, known: &Arc<KnownProject>, now: Timestamp, (issues, events): (u64, u64)) {
    let rng = Rng::seeded(1);
    for first in (0..events).step_by(COUNTED as usize) {
        let sent = (first..events.min(first + COUNTED)).map(|number| {
            let issue = match number {
                _ if number < issues => number,
                _ if rng.below(2) == 0 => rng.below(BUSY.min(issues)),
                _ => rng.below(issues),
            };
            let at = now - SPAN + SPAN.mul_f64(number as f64 / events as f64);
            let (reports, known, body) = (reports.clone(), Arc::clone(known), event(&rng, issue, at));
            tokio::spawn(async move { reports.receive(known, body.into(), Form::Event).await.expect("it is taken") })
        });
        let sent: Vec<_> = stream::iter(sent).buffer_unordered(AT_ONCE).collect().await;
        assert!(sent.into_iter().all(|one| one.is_ok_and(|received| received.refused.is_none())), "all are taken");
        reports.count().await.expect("they are counted");
    }
}

/// About as long as a small one of a real client: 1.5 KB.
fn event(rng: &Rng, issue: u64, at: Timestamp) -> String {
    let frame = |depth: u64| {
        format!(
            r#"{{"filename":"shop/views/{depth}.py","module":"shop.views{depth}","function":"step_{depth}_{issue}","lineno":{},
            "context_line":"    return basket.total(rates[{depth}])","vars":{{"basket":"<Basket {}>"}},"in_app":true}}"#,
            depth + 40,
            rng.below(1_000_000)
        )
    };
    let frames = [frame(1), frame(2), frame(3)].join(",");
    format!(
        r#"{{"timestamp":{},"platform":"python","level":"{}","environment":"{}","release":"shop@1.{}","server_name":"web{}",
        "transaction":"/orders/{{id}}/{}","user":{{"id":"{}"}},"tags":{{"browser":"Firefox {}","customer":"{}"}},
        "contexts":{{"trace":{{"trace_id":"{:032x}","span_id":"{:016x}"}}}},
        "exception":{{"values":[{{"type":"ValueError","value":"basket {issue} holds nothing that can be paid for",
        "stacktrace":{{"frames":[{frames}]}}}}]}}}}"#,
        at.as_micros() as f64 / 1e6,
        if issue.is_multiple_of(50) { "fatal" } else { "error" },
        if rng.below(10) == 0 { "staging" } else { "production" },
        at.as_micros() / (7 * DAY.as_micros() as i64) % 100,
        rng.below(8),
        issue % 500,
        rng.below(20_000),
        rng.below(30),
        rng.below(400),
        u128::from_le_bytes(rng.bytes()),
        rng.below(u64::MAX),
    )
}

async fn fill_transactions(reports: &Reports, now: Timestamp, transactions: u64) {
    let rng = Rng::seeded(2);
    for first in (0..transactions).step_by(TOGETHER as usize) {
        let share = |number: u64| (DAY - DAY / 100).mul_f64(number as f64 / transactions as f64);
        let numbers = first..transactions.min(first + TOGETHER);
        let spans = numbers.map(|number| transaction(&rng, now - DAY + DAY / 200 + share(number))).collect();
        let resource = vec![("service.name".to_owned(), OwnedValue::Str(b"shop".to_vec()))];
        let received = reports.receive_spans(vec![ProgramSpans { resource, spans }]).await.expect("they are taken");
        assert_eq!(received.rejected, 0, "all are taken");
    }
}

fn transaction(rng: &Rng, start: Timestamp) -> OtlpSpan {
    let took = Duration::from_micros(2_000 + rng.below(200_000) * rng.below(20));
    let text = |name: &str, value: &str| (name.to_owned(), OwnedValue::Str(value.as_bytes().to_vec()));
    OtlpSpan {
        trace_id: format!("{:032x}", u128::from_le_bytes(rng.bytes()) | 1),
        span_id: format!("{:016x}", rng.below(u64::MAX) | 1),
        parent_span_id: String::new(),
        name: format!("GET /orders/{}", rng.below(ENDPOINTS)),
        kind: OtlpKind::Server,
        start,
        end: start + took,
        status: if rng.below(50) == 0 { OtlpStatus::Error } else { OtlpStatus::Ok },
        status_message: String::new(),
        attributes: vec![
            text("http.request.method", "GET"),
            ("user.id".to_owned(), OwnedValue::Int(rng.below(20_000) as i64)),
        ],
    }
}
