//! What it costs to keep watch: many schedules of which none is due, and many rules over many log lines.

use super::{
    Bench, Child, Context, Samples, Table,
    http::{Http, Place},
    server::Server,
};
use anyhow::Result;
use serde_json::json;
use std::{
    fmt::Write as _,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

pub(crate) const BENCH: Bench = Bench {
    name: "watch",
    what: "`vigie serve` with 10,000 schedules of which none is due: processor time, in percent of one core (to be under \
           1). And 100 rules that count lines of logs, while 1,000,000 lines come in a minute: what they take beside the \
           same without them (to be under 10).",
    run: watch,
};

const LINES_PER_MINUTE: u64 = 1_000_000;
const BATCH: u64 = 1_667;
const RULES: u64 = 100;

fn watch(context: &Context) -> Result<Table> {
    let mut table = Table::new(&["what", "unit"]);
    let (mut empty, mut scheduled) = (Samples::default(), Samples::default());
    let span = Duration::from_secs(context.size(60, 5));
    for _ in 0..context.size(3, 1) {
        let folder = context.folder()?;
        let data = folder.path().join("data");
        let mut server = Server::start(context, &data, None)?.with_scope(context, &data, None, "admin")?;
        thread::sleep(span / 6);
        empty.push(share(&mut server.child, span)?);
        let mut http = server.http();
        for n in 0..context.size(10_000, 200) {
            let when = format!("{} {} 1 1 *", n % 60, n / 60 % 24);
            let schedule = json!({"name": format!("s{n}"), "kind": "noop", "when": when, "spec": {}});
            http.post("/api/v1/schedules", &schedule)?;
        }
        thread::sleep(span / 6);
        scheduled.push(share(&mut server.child, span)?);
        server.stop()?;
    }
    table.ratio(&["10,000 schedules at rest", "% of a core"], &scheduled, "the same without any", &empty);

    let (mut without, mut with, mut lines) = (Samples::default(), Samples::default(), Samples::default());
    for _ in 0..context.size(3, 1) {
        let folder = context.folder()?;
        let data = folder.path().join("data");
        let mut server = Server::start(context, &data, None)?.with_scope(context, &data, None, "admin")?;
        let feed = Feed::start(&server.place);
        thread::sleep(span);
        without.push(share(&mut server.child, span)?);
        let mut http = server.http();
        for n in 0..RULES {
            http.put(&format!("/api/v1/alert-rules/00000000-0000-4000-8000-{:012}", n + 1), &rule(n))?;
        }
        thread::sleep(span / 6);
        let (before, begun) = (feed.sent.load(Ordering::Relaxed), Instant::now());
        with.push(share(&mut server.child, span)?);
        let sent = feed.sent.load(Ordering::Relaxed) - before;
        lines.push(sent as f64 * 60.0 / begun.elapsed().as_secs_f64());
        feed.stop()?;
        server.stop()?;
    }
    table.ratio(&["lines and 100 rules", "% of a core"], &with, "the lines alone", &without);
    table.value(&["lines that came", "/min"], &lines);
    table.note(
        "Processor time of the process by /proc, over a minute each. Half of the rules look for a word and half for a text, \
         half back over one minute and half over five; none of them fires.",
    );
    Ok(table)
}

fn rule(n: u64) -> serde_json::Value {
    let query = if n.is_multiple_of(2) {
        format!("service:shop{n} level:error")
    } else {
        format!("service:shop{n} \"took {n} ms\"")
    };
    let within = if n % 4 < 2 { 60 } else { 300 };
    json!({"kind": "log_pattern", "query": query, "at_least": 100_000, "within_s": within, "severity": "warning",
           "is_enabled": true, "throttle_s": 300})
}

/// Processor time of a process over that time, in percent of one core.
fn share(child: &mut Child, span: Duration) -> Result<f64> {
    let (before, begun) = (child.so_far()?.0, Instant::now());
    thread::sleep(span);
    let took = child.so_far()?.0.saturating_sub(before);
    Ok(took.as_secs_f64() * 100.0 / begun.elapsed().as_secs_f64())
}

/// A shipper that keeps its pace.
struct Feed {
    sent: Arc<AtomicU64>,
    is_over: Arc<AtomicBool>,
    thread: thread::JoinHandle<Result<()>>,
}

impl Feed {
    fn start(place: &Place) -> Self {
        let (sent, is_over) = (Arc::<AtomicU64>::default(), Arc::<AtomicBool>::default());
        let (place, counter, over) = (place.clone(), sent.clone(), is_over.clone());
        let thread = thread::spawn(move || {
            let (mut http, begun) = (Http::new(place), Instant::now());
            while !over.load(Ordering::Relaxed) {
                let first = counter.load(Ordering::Relaxed);
                http.post_lines("/api/v1/logs", &batch(first))?;
                let sent = counter.fetch_add(BATCH, Ordering::Relaxed) + BATCH;
                let due = Duration::from_secs_f64(sent as f64 * 60.0 / LINES_PER_MINUTE as f64);
                thread::sleep(due.saturating_sub(begun.elapsed()));
            }
            Ok(())
        });
        Self { sent, is_over, thread }
    }

    fn stop(self) -> Result<()> {
        self.is_over.store(true, Ordering::Relaxed);
        self.thread.join().map_err(|_| anyhow::anyhow!("the shipper panicked"))?
    }
}

fn batch(first: u64) -> String {
    let mut lines = String::new();
    for n in first..first + BATCH {
        let level = if n % 500 == 0 { "error" } else { "info" };
        let _ = writeln!(
            lines,
            "{{\"message\":\"GET /orders/{n} took {} ms\",\"level\":\"{level}\",\"host\":\"web-{}\",\"service\":\"shop{}\"}}",
            n % 977,
            n % 7,
            n % 100
        );
    }
    lines
}
