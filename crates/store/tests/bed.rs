//! A database of its own for each case, and the short words that the cases are written in.

use model::{Counters, Fault, ItemState, JobId, JobKind, JobState, OnUnknown, Timestamp, Verdict};
use sqlx::{Connection, Executor};
use std::{
    collections::BTreeMap,
    future::Future,
    sync::{
        Once,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use store::{
    Claim, Claimed, ClaimedItem, Created, Db, ItemFilter, Job, LedgerMatch, NewItem, NewJob, Outcome, Reason, Recorded,
    Tally, Trace, TraceOf,
};
use uuid::Uuid;

/// `on_both![case, …]`: tests `case::sqlite` and `case::postgres` for `async fn case(db: Db)`.
macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {$(
        mod $name {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                crate::bed::on_sqlite(super::$name).await;
            }
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                crate::bed::on_postgres(super::$name).await;
            }
        }
    )+};
}

pub(crate) const NOW: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

pub(crate) fn later(seconds: u64) -> Timestamp {
    NOW + Duration::from_secs(seconds)
}

pub(crate) async fn on_sqlite<F: Future<Output = ()> + Send + 'static>(case: impl FnOnce(Db) -> F) {
    let dir = tempfile::tempdir().unwrap();
    let db = Db::open_sqlite(&dir.path().join("vigie.db"), dir.path()).await.unwrap();
    case(db.clone()).await;
    db.close().await;
}

pub(crate) async fn on_postgres<F: Future<Output = ()> + Send + 'static>(case: impl FnOnce(Db) -> F) {
    let Some(server) = server() else { return };
    let database = Database::create(&server).await;
    let db = Db::open_postgres(&database.url).await.unwrap();
    // In a task, so that the database is dropped after a failed case too.
    let end = tokio::spawn(case(db.clone())).await;
    db.close().await;
    database.remove().await;
    if let Err(failure) = end {
        std::panic::resume_unwind(failure.into_panic());
    }
}

/// The server to test on; without one, that is said once.
pub(crate) fn server() -> Option<String> {
    static SAID: Once = Once::new();
    let server = std::env::var("VIGIE_TEST_POSTGRES").ok().filter(|url| !url.is_empty());
    if server.is_none() {
        SAID.call_once(|| eprintln!("skipped: the cases on PostgreSQL, because VIGIE_TEST_POSTGRES is not set"));
    }
    server
}

/// A database on the server, under a name that nobody else has.
pub(crate) struct Database {
    server: String,
    name: String,
    pub(crate) url: String,
}

impl Database {
    pub(crate) async fn create(server: &str) -> Self {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let name = format!("st_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let mut conn = sqlx::PgConnection::connect(server).await.unwrap();
        conn.execute(sqlx::AssertSqlSafe(format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))).await.unwrap();
        conn.execute(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name} TEMPLATE template0"))).await.unwrap();
        let (base, _) = server.rsplit_once('/').expect("a URL with a database");
        Self { url: format!("{base}/{name}"), server: server.to_owned(), name }
    }

    pub(crate) async fn remove(self) {
        let mut conn = sqlx::PgConnection::connect(&self.server).await.unwrap();
        conn.execute(sqlx::AssertSqlSafe(format!("DROP DATABASE {} WITH (FORCE)", self.name))).await.unwrap();
    }
}

pub(crate) fn job_id(n: u128) -> JobId {
    Uuid::from_u128(n).into()
}

pub(crate) fn new_job(id: JobId) -> NewJob {
    NewJob {
        id,
        kind: JobKind::Mail,
        // One open mailing of a name at a time.
        name: if id == job_id(1) { "newsletter".into() } else { format!("newsletter {}", id.0.as_u128()) },
        on_unknown: OnUnknown::Hold,
        account: None,
        application_name: "app".into(),
        flow_name: "flow".into(),
        created_by: "ana".into(),
        task_type: "send".into(),
        task_id: "task-1".into(),
        spec: "{}".into(),
        limits: model::pace::Limits::default(),
        state: JobState::Preparing,
        total: 0,
        ledger: LedgerMatch::KeyAndContent,
        authority: model::Authority::Owner,
    }
}

pub(crate) fn external(id: JobId, total: u64) -> NewJob {
    let ledger = LedgerMatch::None;
    NewJob { kind: JobKind::External, state: JobState::Pending, total, ledger, ..new_job(id) }
}

pub(crate) fn item(seq: i64) -> NewItem {
    NewItem {
        seq,
        message_no: seq,
        ledger_key: Some(format!("key{seq}")),
        content: String::new(),
        label: format!("user{seq}@example.org"),
        payload: format!("{{\"n\":{seq}}}"),
        verdict: None,
    }
}

pub(crate) fn items(count: i64) -> Vec<NewItem> {
    (1..=count).map(item).collect()
}

pub(crate) async fn create(db: &Db, job: NewJob) -> Job {
    match db.create_job(job, NOW).await.unwrap() {
        Created::New(job) => job,
        Created::Existing(job) | Created::NameTaken(job) => panic!("{} was there", job.id),
    }
}

/// A job with items, running.
pub(crate) async fn running(db: &Db, job: NewJob, items: Vec<NewItem>) -> JobId {
    let id = job.id;
    create(db, job).await;
    db.enqueue(id, items, None, NOW).await.unwrap();
    db.finish_preparing(id, NOW).await.unwrap();
    db.start_job(id, NOW).await.unwrap();
    id
}

pub(crate) async fn worker(db: &Db) -> i64 {
    db.register_worker("test".into(), 1, Duration::from_secs(10), NOW).await.unwrap()
}

pub(crate) async fn claim(db: &Db, job: JobId, worker: i64, messages: u64, now: Timestamp) -> Claimed {
    let claim = Claim { job, worker, messages, group: 1 };
    db.record_and_claim(job, worker, Vec::new(), Some(claim), now).await.unwrap().1.unwrap()
}

pub(crate) async fn record(db: &Db, job: JobId, worker: i64, outcomes: Vec<Outcome>, now: Timestamp) -> Recorded {
    db.record_and_claim(job, worker, outcomes, None, now).await.unwrap().0.unwrap()
}

pub(crate) fn verdict(code: &str) -> Verdict {
    Verdict::permanent(code, Fault::Recipient).with_reply("550 5.1.1 no such user")
}

pub(crate) fn new_trace(job: Option<JobId>, seq: Option<i64>) -> Trace {
    static NUMBER: AtomicU64 = AtomicU64::new(1);
    Trace {
        no: 0,
        id: Uuid::from_u128(u128::from(NUMBER.fetch_add(1, Ordering::Relaxed)) | 0xabc << 100).into(),
        job,
        seq,
        attempt: 1,
        outcome: None,
        trace_name: "trace".into(),
        file_name: "file.csv".into(),
        application_name: "app".into(),
        flow_name: "flow".into(),
        comment: "comment".into(),
        created_by: "ana".into(),
        time_to_process: 0.25,
        errors: false,
        verdict: None,
        created_at: NOW,
    }
}

/// What `state` makes of a claimed item; anything but success has a verdict.
pub(crate) fn outcome(job: JobId, item: &ClaimedItem, state: ItemState) -> Outcome {
    let verdict = (state != ItemState::Succeeded).then(|| verdict("refused"));
    let trace = Trace { outcome: Some(state), attempt: item.attempt, ..new_trace(Some(job), Some(item.seq)) };
    Outcome {
        seq: item.seq,
        attempt: item.attempt,
        message_no: item.message_no,
        state,
        not_before: NOW,
        verdict,
        detail: String::new(),
        trace,
    }
}

pub(crate) fn all(job: JobId, items: &[ClaimedItem], state: ItemState) -> Vec<Outcome> {
    items.iter().map(|item| outcome(job, item, state)).collect()
}

pub(crate) fn lost_trace() -> TraceOf {
    Box::new(|job, item| Trace { outcome: Some(item.state), ..new_trace(Some(job.id), Some(item.seq)) })
}

pub(crate) fn reason() -> Reason {
    Reason::new("asked", "because")
}

pub(crate) async fn job(db: &Db, id: JobId) -> Job {
    db.job(id).await.unwrap().expect("the job is there")
}

pub(crate) async fn state_of(db: &Db, id: JobId, seq: i64) -> ItemState {
    db.item(id, seq).await.unwrap().expect("the item is there").state
}

/// The counters of a job that keeps its items are the counts of its items.
pub(crate) async fn assert_consistent(db: &Db, id: JobId) -> Job {
    let mut counted = Counters::default();
    let mut after = 0;
    loop {
        let page = db.items(id, &ItemFilter { after, limit: 500, ..ItemFilter::default() }).await.unwrap();
        for item in &page.rows {
            counted.total += 1;
            *match item.state {
                ItemState::Queued => &mut counted.queued,
                ItemState::Running => &mut counted.running,
                ItemState::Succeeded => &mut counted.succeeded,
                ItemState::Failed => &mut counted.failed,
                ItemState::Unknown => &mut counted.unknown,
                ItemState::Skipped => &mut counted.skipped,
            } += 1;
        }
        match page.next {
            Some(next) => after = next,
            None => break,
        }
    }
    let job = job(db, id).await;
    assert_eq!(job.counters, counted, "the counters of {job:?}");
    job
}

/// What is counted of a job's application, of which there is no other job, is what its items say now, window by window.
pub(crate) async fn assert_counts_are_recounts(db: &Db, job: &Job) {
    let mut counted: BTreeMap<i64, Tally> = BTreeMap::new();
    let all = ItemFilter { limit: 1000, ..ItemFilter::default() };
    for item in db.items(job.id, &all).await.unwrap().rows {
        let one = u64::from;
        let tally = Tally {
            succeeded: one(item.state == ItemState::Succeeded),
            failed: one(item.state == ItemState::Failed),
            unknown: one(item.state == ItemState::Unknown),
        };
        if tally != Tally::default() {
            let at = item.finished_at.expect("what is over has a moment").as_micros();
            *counted.entry(at - at % 300_000_000).or_default() += tally;
        }
    }
    let until = Timestamp::from_micros(i64::MAX);
    let kept = db.activity(Timestamp::EPOCH, until, Some(&job.application_name)).await.unwrap();
    let kept: BTreeMap<i64, Tally> = kept.into_iter().map(|(at, n)| (at.as_micros(), n.recipients)).collect();
    assert_eq!(kept, counted, "{job:?}");
}
