//! How fast items can be claimed and recorded when doing them costs nothing.
//!
//! `cargo run --release -p store --example hot_path -- [POSTGRES_URL]` prints items per second for some sizes of a
//! transaction and numbers of jobs. The PostgreSQL database should be an empty one made for it.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement for people")]

use model::{Clock, ItemState, JobId, JobKind, JobState, OnUnknown, Rng, Timestamp};
use std::time::{Duration, Instant};
use store::{Claim, ClaimedItem, Db, NewItem, NewJob, Outcome, Trace};

const ITEMS: i64 = 30_000;
const SPECS: [(&str, usize); 2] = [("small spec", 100), ("64 KiB spec", 65_536)];

#[tokio::main]
async fn main() {
    let dir = tempfile::tempdir_in(".").unwrap();
    let db = Db::open_sqlite(&dir.path().join("hot.db"), dir.path()).await.unwrap();
    measure("SQLite", &db).await;
    if let Some(url) = std::env::args().nth(1) {
        measure("PostgreSQL", &Db::open_postgres(&url).await.unwrap()).await;
    }
}

async fn measure(engine: &str, db: &Db) {
    for (name, spec) in SPECS {
        for jobs in [1, 4] {
            for size in [32, 128, 320, 512] {
                let rate = run(db, jobs, size, spec).await;
                println!("{engine:<11} {name:<12} {jobs} job(s) {size:>4} items a transaction {rate:>8.0} items/s");
            }
        }
    }
}

async fn run(db: &Db, jobs: usize, size: u64, spec: usize) -> f64 {
    let now = Clock::System.now();
    let each = ITEMS / jobs as i64;
    let mut ids = Vec::new();
    for _ in 0..jobs {
        ids.push(prepare(db, each, spec, now).await);
    }
    let worker = db.register_worker("hot".into(), 1, Duration::from_secs(3600), now).await.unwrap();
    let start = Instant::now();
    let work = ids.into_iter().map(|id| tokio::spawn(drain(db.clone(), id, worker, size)));
    for job in work.collect::<Vec<_>>() {
        job.await.unwrap();
    }
    (each * jobs as i64) as f64 / start.elapsed().as_secs_f64()
}

async fn prepare(db: &Db, count: i64, spec: usize, now: Timestamp) -> JobId {
    let id = JobId::new(&Clock::System, &Rng::system());
    let job = NewJob {
        id,
        kind: JobKind::Mail,
        name: id.to_string(),
        on_unknown: OnUnknown::Hold,
        account: None,
        application_name: "bench".into(),
        flow_name: "hot path".into(),
        created_by: String::new(),
        task_type: String::new(),
        task_id: String::new(),
        spec: "x".repeat(spec),
        limits: model::pace::Limits::default(),
        state: JobState::Preparing,
        total: 0,
        ledger: store::LedgerMatch::None,
        authority: model::Authority::Write,
    };
    db.create_job(job, now).await.unwrap();
    for start in (1..=count).step_by(5000) {
        let items = (start..=count.min(start + 4999)).map(|seq| NewItem {
            seq,
            message_no: seq,
            ledger_key: Some(format!("user{seq}@example.org")),

            content: String::new(),
            label: format!("user{seq}@example.org"),
            payload: format!(
                "{{\"email\":\"user{seq}@example.org\",\"name\":\"User number {seq}\",\"city\":\"Lyon\"}}"
            ),
            verdict: None,
        });
        db.enqueue(id, items.collect(), None, now).await.unwrap();
    }
    db.finish_preparing(id, now).await.unwrap();
    db.start_job(id, now).await.unwrap();
    id
}

async fn drain(db: Db, id: JobId, worker: i64, size: u64) {
    let rng = Rng::system();
    let mut outcomes = Vec::new();
    loop {
        let now = Clock::System.now();
        let claim = Claim { job: id, worker, messages: size, group: 1 };
        let (_, claimed) = db.record_and_claim(id, worker, outcomes, Some(claim), now).await.unwrap();
        let items = claimed.unwrap().items;
        if items.is_empty() {
            return;
        }
        outcomes = items.iter().map(|item| done(id, item, &rng, now)).collect();
    }
}

fn done(id: JobId, item: &ClaimedItem, rng: &Rng, now: Timestamp) -> Outcome {
    let trace = Trace {
        no: 0,
        id: model::TraceId::new(&Clock::System, rng),
        job: Some(id),
        seq: Some(item.seq),
        attempt: item.attempt,
        outcome: Some(ItemState::Succeeded),
        trace_name: "mail".into(),
        file_name: "recipients.csv".into(),
        application_name: "bench".into(),
        flow_name: "hot path".into(),
        comment: format!("250 2.0.0 accepted for {}", item.label),
        created_by: "bench".into(),
        time_to_process: 0.125,
        errors: false,
        verdict: None,
        created_at: now,
    };
    Outcome {
        seq: item.seq,
        attempt: item.attempt,
        message_no: item.message_no,
        state: ItemState::Succeeded,
        not_before: Timestamp::EPOCH,
        verdict: None,
        detail: String::new(),
        trace,
    }
}
