//! The engine against a handler that does nothing, on SQLite.
use futures_util::future::BoxFuture;
use jobs::{
    run_log::{Limits, Record, RunLog},
    *,
};
use model::*;
use std::{sync::Arc, time::Duration};
use store::*;

struct Noop;
struct NoopRun;
struct NoopSlot;
impl Handler for Noop {
    fn kind(&self) -> &'static str {
        "noop"
    }
    fn open<'a>(&'a self, _: &'a Job) -> BoxFuture<'a, Result<Box<dyn Run>, Stop>> {
        Box::pin(async { Ok(Box::new(NoopRun) as Box<dyn Run>) })
    }
}
impl Run for NoopRun {
    fn shape(&self) -> Shape {
        Shape { slots: 8, group: 1, ahead: 64 }
    }
    fn slot(&self) -> Box<dyn Slot> {
        Box::new(NoopSlot)
    }
    fn log(&self, _: Timestamp, _: &Moment<'_>) -> Vec<Record> {
        Vec::new()
    }
    fn lost(&self, _: &Item) -> TraceText {
        TraceText::default()
    }
}
impl Slot for NoopSlot {
    fn attempt(&mut self, message: Vec<ClaimedItem>) -> BoxFuture<'_, Vec<Attempted>> {
        Box::pin(async move {
            message
                .into_iter()
                .map(|item| Attempted {
                    item,
                    ended: Ended::Succeeded { refused: None },
                    trace: TraceText::default(),
                    started_at: Timestamp::EPOCH,
                    took: Duration::ZERO,
                })
                .collect()
        })
    }
}

async fn run(db: Db, dir: &std::path::Path, n: i64) {
    let (clock, rng) = (Clock::System, Rng::system());
    let hub = Hub::new(db.clone(), clock.clone());
    let id = JobId::new(&clock, &rng);
    let new = NewJob {
        id,
        kind: "noop".into(),
        name: "n".into(),
        on_unknown: OnUnknown::Repeat,
        account: None,
        application_name: "a".into(),
        flow_name: "f".into(),
        created_by: String::new(),
        task_type: String::new(),
        task_id: String::new(),
        spec: "{}".into(),
        state: JobState::Preparing,
        total: 0,
    };
    db.create_job(new, clock.now()).await.unwrap();
    let begun = std::time::Instant::now();
    for chunk in (1..=n).collect::<Vec<_>>().chunks(1000) {
        let items = chunk
            .iter()
            .map(|&seq| NewItem {
                seq,
                message_no: seq,
                ledger_key: None,
                label: format!("a{seq}@b"),
                payload: "{}".into(),
                verdict: None,
            })
            .collect();
        db.enqueue(id, items, None, clock.now()).await.unwrap();
    }
    db.finish_preparing(id, clock.now()).await.unwrap();
    println!("enqueued {n} in {:?}", begun.elapsed());
    let begun = std::time::Instant::now();
    let (engine, ready) = Engine::start(Options {
        db: db.clone(),
        clock: clock.clone(),
        rng,
        hub: hub.clone(),
        run_log: RunLog::new(dir, Limits::default()),
        handlers: vec![Arc::new(Noop)],
        tell: None,
        policy: RetryPolicy::default(),
        name: "t".into(),
        jobs_max: 4,
        lease: Duration::from_secs(10),
        status: Arc::new(|_| "{}".into()),
    })
    .await
    .unwrap();
    assert_eq!(ready, Ready::default());
    let mut progress = hub.follow(id).await.unwrap().unwrap();
    let done = tokio::time::timeout(Duration::from_secs(10), progress.wait_for(|p| p.status.is_final()))
        .await
        .map(|p| p.unwrap().clone());
    if done.is_err() {
        println!("{:?}", db.job(id).await);
        println!("{:?}", hub.progress(id).await);
    }
    let done = done.unwrap();
    let took = begun.elapsed();
    println!("ran {n} in {took:?}: {:.0}/s", n as f64 / took.as_secs_f64());
    assert_eq!((done.succeeded, done.status), (n as u64, JobState::Completed));
    assert!(engine.stop(Duration::from_secs(5)).await);
    db.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite() {
    let dir = tempfile::tempdir().unwrap();
    run(Db::open_sqlite(&dir.path().join("vigie.db"), dir.path()).await.unwrap(), dir.path(), 20_000).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres() {
    let Ok(url) = std::env::var("VIGIE_TEST_POSTGRES") else { return };
    let dir = tempfile::tempdir().unwrap();
    run(Db::open_postgres(&url).await.unwrap(), dir.path(), 10_000).await;
}
