//! `cargo run --release -p reports --example receive -- [transaction|event] [COUNT] [read]`: processor time of taking an envelope, of
//! many at once, each on disk before it is answered; with `read`, of reading it alone. Ids differ in each, from a fixed seed.

use blobs::Blobs;
use errors::auth::{ToldIn, public_key};
use jiff::tz::TimeZone;
use logs::Logs;
use model::{Clock, Rng};
use reports::{Form, KnownProject, Reports};
use std::{sync::Arc, time::Instant};
use store::{Db, NewProject};

const EVENT: &str = include_str!("../../errors/tests/fixtures/real/django_orm.envelope");
const TRANSACTION: &str = include_str!("../../errors/tests/fixtures/real/django_transaction.envelope");
const CONNECTIONS: u64 = 4;

#[expect(clippy::print_stdout, reason = "a program for the terminal")]
fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let is = |word: &str| arguments.iter().any(|argument| argument == word);
    let count = arguments.iter().find_map(|argument| argument.parse().ok()).unwrap_or(50_000);
    let template = Arc::new(Template::of(if is("event") { EVENT } else { TRANSACTION }));
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let (before, begun) = (processor_seconds(), Instant::now());
    if is("read") {
        let (rng, scrubbing) = (Rng::seeded(3), errors::scrubbing::Scrubbing::default());
        (0..count).for_each(|_| read(&template.envelope(&rng), &scrubbing));
    } else {
        runtime.block_on(taken(&template, count));
    }
    let (wall, cpu) = (begun.elapsed().as_secs_f64(), processor_seconds() - before);
    println!(
        "{count} envelopes: {:.0} a second, {:.1} µs of a processor each",
        count as f64 / wall,
        cpu * 1e6 / count as f64
    );
}

fn read(envelope: &[u8], scrubbing: &errors::scrubbing::Scrubbing) {
    let parsed = errors::Envelope::parse(envelope).expect("an envelope");
    for item in &parsed.items {
        std::hint::black_box(errors::Report::read(item, scrubbing).expect("an item"));
    }
}

async fn taken(template: &Arc<Template>, count: u64) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let db = Db::open_sqlite(&folder.path().join("vigie.db"), folder.path()).await.expect("a database");
    let logs = Logs::new(folder.path(), logs::Config::default(), Clock::System, TimeZone::UTC).expect("a store");
    let blobs = Blobs::new(folder.path(), Rng::seeded(8)).expect("a folder for files");
    let new = NewProject { name: "Shop".into(), platform: "python".into(), settings: SETTINGS.into(), key: [0xab; 16] };
    db.create_project(new, Clock::System.now()).await.expect("a project");
    let reports = Reports::new(db, logs.clone(), blobs, Clock::System, Rng::seeded(7));
    let header = format!("Sentry sentry_version=7, sentry_key={}", "ab".repeat(16));
    let key = public_key(ToldIn { header: Some(&header), ..ToldIn::default() }).expect("a key");
    let known = reports.project_of(&key).await.expect("an answer").expect("the project is known");
    let senders = (0..CONNECTIONS).map(|sender| {
        let (reports, known, template) = (reports.clone(), Arc::clone(&known), Arc::clone(template));
        tokio::spawn(async move { send(&reports, &known, &template, sender, count / CONNECTIONS).await })
    });
    for sender in senders.collect::<Vec<_>>() {
        sender.await.expect("a sender");
    }
    logs.close().await;
}

/// The rate is measured, not the quota.
const SETTINGS: &str = r#"{"items_per_minute":100000000}"#;

async fn send(reports: &Reports, known: &Arc<KnownProject>, template: &Template, sender: u64, count: u64) {
    let rng = Rng::seeded(sender);
    for _ in 0..count {
        let received = reports.receive(Arc::clone(known), template.envelope(&rng), Form::Envelope).await;
        assert!(received.expect("it is taken").refused.is_none(), "nothing is refused");
    }
}

/// An envelope, cut where one differs from the next: at ids of 16 and 32 hexadecimal digits.
struct Template {
    parts: Vec<(String, usize)>,
    rest: String,
}

impl Template {
    fn of(envelope: &str) -> Self {
        // The length is another one; without it, an item ends with its line.
        let mut lines = envelope.trim_end().split('\n');
        let (head, kind, payload) = (lines.next(), lines.next(), lines.next());
        let kind = if kind.is_some_and(|kind| kind.contains("transaction")) { "transaction" } else { "event" };
        let text = format!("{}\n{{\"type\":\"{kind}\"}}\n{}\n", head.unwrap_or_default(), payload.unwrap_or_default());
        let (mut parts, mut from) = (Vec::new(), 0);
        let mut at = 0;
        while at < text.len() {
            let digits = text.as_bytes()[at..].iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
            if digits == 16 || digits == 32 {
                parts.push((text[from..at].to_owned(), digits));
                from = at + digits;
            }
            at += digits.max(1);
        }
        Self { parts, rest: text[from..].to_owned() }
    }

    fn envelope(&self, rng: &Rng) -> Vec<u8> {
        let mut out = Vec::with_capacity(32 << 10);
        for (text, digits) in &self.parts {
            out.extend_from_slice(text.as_bytes());
            let id = u128::from_le_bytes(rng.bytes());
            out.extend_from_slice(&format!("{id:032x}").as_bytes()[..*digits]);
        }
        out.extend_from_slice(self.rest.as_bytes());
        out
    }
}

/// Of this process, all threads.
fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("the process is listed");
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    // The 14th and 15th of the line, in ticks of 10 ms; the name was the second.
    let ticks = |index: usize| -> f64 {
        after_name.split_whitespace().nth(index).and_then(|text| text.parse().ok()).unwrap_or(0.0)
    };
    (ticks(11) + ticks(12)) / 100.0
}
