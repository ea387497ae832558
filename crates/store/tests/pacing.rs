//! Limits of accounts and of runs.

use crate::bed::*;
use model::{
    ItemState, JobId, JobState, Timestamp,
    pace::{Batch, Limit, Limits},
};
use std::time::Duration;
use store::{Account, ClaimRefused, Db, NewJob, Reason};
use uuid::Uuid;

on_both![
    who_sends_changes_no_limits_of_an_account,
    new_limits_release_what_waits_for_a_daily_one,
    what_would_pause_a_job_again_is_known_before,
    a_run_is_slower_than_its_account_and_never_faster,
    a_run_without_an_account_keeps_its_own_pace,
    the_limits_of_a_run_are_gone_with_it,
    a_runs_daily_limit_counts_what_left_by_the_account,
    a_batch_that_an_earlier_run_began_is_not_the_next_ones,
    runs_at_the_same_time_share_a_batch,
    a_runs_own_batch_outlives_a_restart,
];

const PER_MINUTE: Limits =
    Limits { per_second: None, per_minute: Some(1), per_hour: None, daily: None, daily_recipients: None, batch: None };

fn batch(size: u32) -> Limits {
    Limits { batch: Some(Batch { size, pause: Duration::from_secs(60) }), ..Limits::default() }
}

fn account(limits: Limits) -> Account {
    let (name, url) = ("main".to_owned(), "smtp://relay.example".to_owned());
    Account { id: Uuid::from_u128(1).into(), name, url, secret: None, limits, pause: None }
}

/// A running job of nine items, by the account where there is one.
async fn run(db: &Db, n: u128, account: Option<&Account>, limits: Limits) -> JobId {
    let new =
        NewJob { name: format!("run {n}"), account: account.map(|account| account.id), limits, ..new_job(job_id(n)) };
    running(db, new, items(9)).await
}

/// How many of `count` messages may be claimed, and what holds the rest.
async fn asked(db: &Db, job: JobId, worker: i64, count: u64, now: Timestamp) -> (usize, Option<ClaimRefused>) {
    let claimed = claim(db, job, worker, count, now).await;
    (claimed.items.len(), claimed.held)
}

async fn send(db: &Db, job: JobId, worker: i64, count: u64, now: Timestamp) -> usize {
    let claimed = claim(db, job, worker, count, now).await.items;
    record(db, job, worker, all(job, &claimed, ItemState::Succeeded), now).await;
    claimed.len()
}

async fn who_sends_changes_no_limits_of_an_account(db: Db) {
    let made = db.use_account(account(PER_MINUTE), NOW).await.unwrap();
    assert_eq!(made.limits, PER_MINUTE, "a new account gets the limits that come with it");
    let administered = Limits { daily: Some(2000), ..PER_MINUTE };
    db.save_account(account(administered.clone()), NOW).await.unwrap();
    let sending = Account {
        url: "smtp://relay.example?connections=2".into(),
        secret: Some(vec![1]),
        ..account(Limits::default())
    };
    let used = db.use_account(sending, later(1)).await.unwrap();
    assert_eq!((used.limits, used.secret), (administered.clone(), Some(vec![1])));
    assert_eq!(db.account_named("main").await.unwrap().unwrap().limits, administered);
}

async fn new_limits_release_what_waits_for_a_daily_one(db: Db) {
    let daily = |n| account(Limits { daily: Some(n), ..Limits::default() });
    let main = db.save_account(daily(3), NOW).await.unwrap();
    let other = Account { id: Uuid::from_u128(2).into(), name: "other".into(), ..daily(3) };
    let other = db.save_account(other, NOW).await.unwrap();
    let until = later(86_400);
    let waits = |code: &str, until| (Reason::new(code, ""), until);
    let cases = [
        (1, &main, waits(store::DAILY_LIMIT, Some(until)), Some(later(1))),
        (2, &other, waits(store::DAILY_LIMIT, Some(until)), Some(until)),
        (3, &main, waits("scheduled", Some(until)), Some(until)),
        (4, &main, waits("by_hand", None), None),
    ];
    for (n, by, (reason, until), _) in &cases {
        let id = run(&db, *n, Some(by), Limits::default()).await;
        db.pause_job(id, reason.clone(), *until, NOW).await.unwrap();
    }
    db.save_account(daily(3), later(1)).await.unwrap();
    db.use_account(daily(9), later(1)).await.unwrap();
    let before = job(&db, job_id(1)).await;
    assert_eq!(before.resumes_at, Some(until), "nothing has changed");
    db.save_account(daily(9), later(1)).await.unwrap();
    for (n, _, (reason, _), due) in &cases {
        let now = job(&db, job_id(*n)).await;
        assert_eq!((now.state, now.resumes_at, now.reason.as_ref()), (JobState::Paused, *due, Some(reason)), "{n}");
    }
    assert!(job(&db, job_id(1)).await.version > before.version, "whoever follows it is told");
    let due: Vec<JobId> = db.startable_jobs(later(1)).await.unwrap().into_iter().map(|(id, _)| id).collect();
    assert_eq!(due, [job_id(1)]);
}

async fn what_would_pause_a_job_again_is_known_before(db: Db) {
    let limits = Limits { daily: Some(3), per_minute: Some(60), ..Limits::default() };
    let account = db.save_account(account(limits), NOW).await.unwrap();
    let worker = worker(&db).await;
    let id = run(&db, 1, Some(&account), Limits::default()).await;
    for second in 0..3 {
        assert_eq!(db.pause_ahead(id, later(second)).await.unwrap(), None, "a wait of seconds is no pause");
        assert_eq!(send(&db, id, worker, 9, later(second)).await, 1);
    }
    let Some(ClaimRefused::Limit(at, Limit::Day)) = asked(&db, id, worker, 9, later(9)).await.1 else { panic!() };
    let ahead = db.pause_ahead(id, later(9)).await.unwrap();
    assert_eq!(ahead, Some((Reason::new(store::DAILY_LIMIT, ""), at)));
    assert_eq!(db.pause_ahead(id, at).await.unwrap(), None);
    let pause = store::AccountPause { until: Some(later(90)), reason: reason() };
    db.pause_account(account.id, pause, later(9)).await.unwrap();
    assert_eq!(db.pause_ahead(id, later(9)).await.unwrap(), Some((reason(), later(90))));
    db.pause_account(account.id, store::AccountPause { until: None, reason: reason() }, later(9)).await.unwrap();
    assert_eq!(db.pause_ahead(id, later(9)).await.unwrap(), None, "resuming by hand ends it");
}

async fn a_run_is_slower_than_its_account_and_never_faster(db: Db) {
    let account = db.save_account(account(PER_MINUTE), NOW).await.unwrap();
    let worker = worker(&db).await;
    let faster = run(&db, 1, Some(&account), Limits { per_second: Some(1000), ..Limits::default() }).await;
    assert_eq!(asked(&db, faster, worker, 9, NOW).await.0, 1);
    assert_eq!(asked(&db, faster, worker, 9, later(1)).await.1, Some(ClaimRefused::Limit(later(60), Limit::Minute)));
    let slower = run(&db, 2, Some(&account), Limits { per_hour: Some(1), ..Limits::default() }).await;
    assert_eq!(asked(&db, slower, worker, 9, later(60)).await.0, 1);
    let held = Some(ClaimRefused::Limit(later(60 + 3600), Limit::Hour));
    assert_eq!(asked(&db, slower, worker, 9, later(120)).await.1, held);
    assert_eq!(asked(&db, faster, worker, 9, later(120)).await.0, 1, "it holds nobody else");
    assert_eq!(job(&db, slower).await.limits.per_hour, Some(1));
}

async fn a_run_without_an_account_keeps_its_own_pace(db: Db) {
    let worker = worker(&db).await;
    let id = run(&db, 1, None, PER_MINUTE).await;
    assert_eq!(asked(&db, id, worker, 9, NOW).await.0, 1);
    assert_eq!(asked(&db, id, worker, 9, later(59)).await.1, Some(ClaimRefused::Limit(later(60), Limit::Minute)));
    assert_eq!(asked(&db, id, worker, 9, later(60)).await.0, 1);
}

async fn the_limits_of_a_run_are_gone_with_it(db: Db) {
    let account = db.save_account(account(Limits::default()), NOW).await.unwrap();
    let worker = worker(&db).await;
    let first = run(&db, 1, Some(&account), PER_MINUTE).await;
    assert_eq!(send(&db, first, worker, 9, NOW).await, 1);
    db.cancel_job(first, reason(), NOW).await.unwrap();
    let second = run(&db, 2, Some(&account), Limits::default()).await;
    assert_eq!(send(&db, second, worker, 9, NOW).await, 9);
    assert_eq!(db.account(account.id).await.unwrap().unwrap().limits, Limits::default());
}

async fn a_runs_daily_limit_counts_what_left_by_the_account(db: Db) {
    let account = db.save_account(account(Limits { daily: Some(100), ..Limits::default() }), NOW).await.unwrap();
    let worker = worker(&db).await;
    let first = run(&db, 1, Some(&account), Limits::default()).await;
    assert_eq!(send(&db, first, worker, 3, NOW).await, 3);
    let second = run(&db, 2, Some(&account), Limits { daily: Some(5), ..Limits::default() }).await;
    assert_eq!(send(&db, second, worker, 9, NOW).await, 2);
    assert!(matches!(asked(&db, second, worker, 9, later(1)).await.1, Some(ClaimRefused::Limit(_, Limit::Day))));
    assert_eq!(send(&db, first, worker, 9, later(1)).await, 6);
}

async fn a_batch_that_an_earlier_run_began_is_not_the_next_ones(db: Db) {
    let account = db.save_account(account(batch(5)), NOW).await.unwrap();
    let worker = worker(&db).await;
    let first = run(&db, 1, Some(&account), Limits::default()).await;
    assert_eq!(send(&db, first, worker, 3, NOW).await, 3);
    db.cancel_job(first, reason(), NOW).await.unwrap();
    let second = run(&db, 2, Some(&account), Limits::default()).await;
    assert_eq!(send(&db, second, worker, 9, NOW).await, 5, "a batch of its own, not the two that were left");
    // The pause after a full batch is the account's: whoever comes next waits for it.
    db.cancel_job(second, reason(), NOW).await.unwrap();
    let third = run(&db, 3, Some(&account), Limits::default()).await;
    assert_eq!(asked(&db, third, worker, 9, later(1)).await.1, Some(ClaimRefused::Limit(later(60), Limit::Batch)));
    assert_eq!(send(&db, third, worker, 2, later(60)).await, 2);
    // What stands still does not finish its batch either.
    db.pause_job(third, Reason::new("by_hand", ""), None, later(60)).await.unwrap();
    let fourth = run(&db, 4, Some(&account), Limits::default()).await;
    assert_eq!(send(&db, fourth, worker, 9, later(60)).await, 5);
}

async fn runs_at_the_same_time_share_a_batch(db: Db) {
    let account = db.save_account(account(batch(5)), NOW).await.unwrap();
    let worker = worker(&db).await;
    let first = run(&db, 1, Some(&account), Limits::default()).await;
    let second = run(&db, 2, Some(&account), Limits::default()).await;
    assert_eq!(send(&db, first, worker, 2, NOW).await, 2);
    assert_eq!(send(&db, second, worker, 2, NOW).await, 2);
    assert_eq!(send(&db, first, worker, 9, NOW).await, 1);
    for id in [first, second] {
        assert_eq!(asked(&db, id, worker, 9, later(1)).await.1, Some(ClaimRefused::Limit(later(60), Limit::Batch)));
    }
}

async fn a_runs_own_batch_outlives_a_restart(db: Db) {
    let account = db.save_account(account(Limits::default()), NOW).await.unwrap();
    let worker = worker(&db).await;
    let id = run(&db, 1, Some(&account), batch(4)).await;
    assert_eq!(send(&db, id, worker, 3, NOW).await, 3);
    // What was in flight when the process died counts as ended.
    assert_eq!(asked(&db, id, worker, 9, later(1)).await.0, 1);
    assert_eq!(asked(&db, id, worker, 9, later(1)).await.1, Some(ClaimRefused::Batch));
    db.rescue(store::Lost::Everybodys, verdict("lost"), lost_trace(), later(2)).await.unwrap();
    assert_eq!(asked(&db, id, worker, 9, later(2)).await.1, Some(ClaimRefused::Limit(later(62), Limit::Batch)));
    assert_eq!(asked(&db, id, worker, 9, later(62)).await.0, 4);
    assert_eq!(job(&db, id).await.state, JobState::Running);
}
