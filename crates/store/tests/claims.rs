//! Claims: their order, their limits, and that no two workers get the same item.

use crate::bed::*;
use model::{
    AccountId, ItemState, JobState, Timestamp,
    pace::{Batch, Limit, Limits},
};
use std::{collections::HashSet, time::Duration};
use store::{Account, AccountPause, Claim, ClaimRefused, Db, NewItem, NewJob, Reason};
use uuid::Uuid;

on_both![
    fresh_items_come_in_their_order,
    due_retries_come_before_fresh_items,
    nothing_is_claimed_unless_the_job_runs,
    why_there_is_nothing_is_said,
    a_message_travels_whole,
    a_paused_account_holds_its_jobs,
    an_account_is_paced,
    batches_wait_for_what_is_in_flight,
    the_day_is_shared_by_all_jobs_of_an_account,
    a_worker_declared_dead_claims_nothing,
    two_workers_never_get_the_same_item,
];

fn seqs(items: &[store::ClaimedItem]) -> Vec<i64> {
    items.iter().map(|item| item.seq).collect()
}

async fn account(db: &Db, limits: Limits) -> AccountId {
    let id = Uuid::from_u128(9).into();
    let account = Account { id, name: "main".into(), url: "smtp://relay".into(), secret: None, limits, pause: None };
    db.save_account(account, NOW).await.unwrap();
    id
}

async fn fresh_items_come_in_their_order(db: Db) {
    let id = running(&db, new_job(job_id(1)), items(5)).await;
    let worker = worker(&db).await;
    let first = claim(&db, id, worker, 2, NOW).await;
    assert_eq!((seqs(&first.items), first.held), (vec![1, 2], None));
    assert_eq!(first.items[0].attempt, 1);
    assert_eq!((first.items[0].payload.as_str(), first.items[0].label.as_str()), ("{\"n\":1}", "user1@example.org"));
    assert_eq!((first.job.counters.running, first.job.counters.queued), (2, 3));
    assert_eq!(seqs(&claim(&db, id, worker, 10, NOW).await.items), [3, 4, 5]);
    assert_consistent(&db, id).await;
}

async fn due_retries_come_before_fresh_items(db: Db) {
    let id = running(&db, new_job(job_id(1)), items(6)).await;
    let worker = worker(&db).await;
    let claimed = claim(&db, id, worker, 3, NOW).await.items;
    let mut outcomes = all(id, &claimed, ItemState::Queued);
    outcomes[0].not_before = later(30);
    outcomes[1].not_before = later(10);
    outcomes[2].not_before = later(90);
    record(&db, id, worker, outcomes, NOW).await;
    assert_eq!(seqs(&claim(&db, id, worker, 1, later(40)).await.items), [2]);
    // One retry that is due, and then the fresh ones; the third is not due yet.
    let claimed = claim(&db, id, worker, 3, later(40)).await.items;
    assert_eq!(seqs(&claimed), [1, 4, 5]);
    assert_eq!(claimed[0].attempt, 2);
    assert_eq!(seqs(&claim(&db, id, worker, 9, later(40)).await.items), [6]);
    assert_eq!(seqs(&claim(&db, id, worker, 9, later(90)).await.items), [3]);
    assert_consistent(&db, id).await;
}

async fn nothing_is_claimed_unless_the_job_runs(db: Db) {
    let id = create(&db, new_job(job_id(1))).await.id;
    let worker = worker(&db).await;
    db.enqueue(id, items(2), None, NOW).await.unwrap();
    assert_eq!(claim(&db, id, worker, 9, NOW).await.held, Some(ClaimRefused::NotRunning));
    db.finish_preparing(id, NOW).await.unwrap();
    db.pause_job(id, reason(), None, NOW).await.unwrap();
    assert_eq!(claim(&db, id, worker, 9, NOW).await.held, Some(ClaimRefused::NotRunning));
    db.cancel_job(id, reason(), NOW).await.unwrap();
    let claimed = claim(&db, id, worker, 9, NOW).await;
    assert_eq!((claimed.held, claimed.items.len()), (Some(ClaimRefused::NotRunning), 0));
}

async fn why_there_is_nothing_is_said(db: Db) {
    let id = running(&db, new_job(job_id(1)), items(1)).await;
    let worker = worker(&db).await;
    let claimed = claim(&db, id, worker, 9, NOW).await.items;
    assert_eq!(claim(&db, id, worker, 9, NOW).await.held, Some(ClaimRefused::Empty));
    let mut outcomes = all(id, &claimed, ItemState::Queued);
    outcomes[0].not_before = later(30);
    record(&db, id, worker, outcomes, NOW).await;
    assert_eq!(claim(&db, id, worker, 9, NOW).await.held, Some(ClaimRefused::NotBefore(later(30))));
    assert_eq!(db.item(id, 1).await.unwrap().unwrap().not_before, later(30));
}

/// Items in one message are claimed together, and a claim holds no more messages than it asked for.
async fn a_message_travels_whole(db: Db) {
    let three = |seq: i64| NewItem { message_no: (seq + 2) / 3, ..item(seq) };
    let id = running(&db, new_job(job_id(1)), (1..=12).map(three).collect()).await;
    let worker = worker(&db).await;
    let grouped = |messages| Claim { job: id, worker, messages, group: 3 };
    let take = async |messages, now| {
        db.record_and_claim(id, worker, vec![], Some(grouped(messages)), now).await.unwrap().1.unwrap().items
    };
    let first = take(2, NOW).await;
    assert_eq!(seqs(&first), [1, 2, 3, 4, 5, 6]);
    // Of each message one item is to be tried again.
    let mut outcomes = all(id, &first, ItemState::Succeeded);
    for n in [1, 4] {
        outcomes[n].state = ItemState::Queued;
        outcomes[n].verdict = Some(verdict("greylisted"));
    }
    record(&db, id, worker, outcomes, NOW).await;
    assert_eq!(seqs(&take(1, later(1)).await), [2]);
    assert_eq!(seqs(&take(2, later(1)).await), [5, 7, 8, 9]);
    assert_eq!(seqs(&take(5, later(1)).await), [10, 11, 12]);
    assert_consistent(&db, id).await;
}

async fn a_paused_account_holds_its_jobs(db: Db) {
    let account = account(&db, Limits::default()).await;
    let id = running(&db, NewJob { account: Some(account), ..new_job(job_id(1)) }, items(3)).await;
    let worker = worker(&db).await;
    let pause = |until| AccountPause { until, reason: Reason::new("quota", "550 5.4.5") };
    db.pause_account(account, pause(Some(later(60))), NOW).await.unwrap();
    assert_eq!(claim(&db, id, worker, 1, NOW).await.held, Some(ClaimRefused::Paused(pause(Some(later(60))))));
    assert_eq!(claim(&db, id, worker, 1, later(60)).await.items.len(), 1);
    db.pause_account(account, pause(None), later(61)).await.unwrap();
    assert_eq!(claim(&db, id, worker, 1, later(9_999_999)).await.held, Some(ClaimRefused::Paused(pause(None))));
    db.resume_account(account, later(62)).await.unwrap();
    assert_eq!(claim(&db, id, worker, 1, later(63)).await.items.len(), 1);
    assert_consistent(&db, id).await;
}

async fn an_account_is_paced(db: Db) {
    let account = account(&db, Limits { per_minute: Some(60), ..Limits::default() }).await;
    let id = running(&db, NewJob { account: Some(account), ..new_job(job_id(1)) }, items(9)).await;
    let other = running(&db, NewJob { account: Some(account), ..new_job(job_id(2)) }, items(9)).await;
    let worker = worker(&db).await;
    assert_eq!(claim(&db, id, worker, 9, NOW).await.items.len(), 1);
    // What one job has spent the other has not.
    assert_eq!(claim(&db, other, worker, 9, NOW).await.held, Some(ClaimRefused::Limit(later(1), Limit::Minute)));
    assert_eq!(claim(&db, other, worker, 9, later(1)).await.items.len(), 1);
    // A restart gives nothing back.
    db.rescue(store::Lost::Everybodys, verdict("lost"), lost_trace(), later(1)).await.unwrap();
    assert_eq!(claim(&db, id, worker, 9, later(1)).await.held, Some(ClaimRefused::Limit(later(2), Limit::Minute)));
}

async fn batches_wait_for_what_is_in_flight(db: Db) {
    let batch = Batch { size: 2, pause: Duration::from_secs(60) };
    let account = account(&db, Limits { batch: Some(batch), ..Limits::default() }).await;
    let id = running(&db, NewJob { account: Some(account), ..new_job(job_id(1)) }, items(5)).await;
    let worker = worker(&db).await;
    let claimed = claim(&db, id, worker, 9, NOW).await.items;
    assert_eq!(claimed.len(), 2);
    assert_eq!(claim(&db, id, worker, 9, NOW).await.held, Some(ClaimRefused::Batch));
    record(&db, id, worker, all(id, &claimed, ItemState::Succeeded), later(5)).await;
    assert_eq!(claim(&db, id, worker, 9, later(6)).await.held, Some(ClaimRefused::Limit(later(65), Limit::Batch)));
    assert_eq!(claim(&db, id, worker, 9, later(65)).await.items.len(), 2);
    assert_consistent(&db, id).await;
}

async fn the_day_is_shared_by_all_jobs_of_an_account(db: Db) {
    let account = account(&db, Limits { daily: Some(5), ..Limits::default() }).await;
    let id = running(&db, NewJob { account: Some(account), ..new_job(job_id(1)) }, items(4)).await;
    let other = running(&db, NewJob { account: Some(account), ..new_job(job_id(2)) }, items(4)).await;
    let worker = worker(&db).await;
    assert_eq!(claim(&db, id, worker, 4, NOW).await.items.len(), 4);
    assert_eq!(claim(&db, other, worker, 4, NOW).await.items.len(), 1);
    assert_eq!(db.used_in_a_day(account, NOW).await.unwrap(), (5, 5));
    let Some(ClaimRefused::Limit(opens, Limit::Day)) = claim(&db, other, worker, 4, later(60)).await.held else {
        panic!("the day is spent")
    };
    assert!(opens > later(24 * 3600), "{opens}");
    assert_eq!(claim(&db, other, worker, 4, opens).await.items.len(), 3);
    assert_eq!(db.used_in_a_day(account, opens).await.unwrap(), (3, 3));
}

async fn a_worker_declared_dead_claims_nothing(db: Db) {
    let id = running(&db, new_job(job_id(1)), items(4)).await;
    let dead = worker(&db).await;
    let held = claim(&db, id, dead, 2, NOW).await.items;
    db.end_worker(dead, NOW).await.unwrap();
    let claimed = claim(&db, id, dead, 2, NOW).await;
    assert_eq!((claimed.items.len(), claimed.held), (0, Some(ClaimRefused::NotRunning)));
    // What it had done is still recorded.
    assert_eq!(record(&db, id, dead, all(id, &held, ItemState::Succeeded), NOW).await.fenced, 0);
    assert_eq!(assert_consistent(&db, id).await.counters.succeeded, 2);
}

async fn two_workers_never_get_the_same_item(db: Db) {
    let id = running(&db, new_job(job_id(1)), items(600)).await;
    let mut tasks = Vec::new();
    for _ in 0..4 {
        let (db, worker) = (db.clone(), worker(&db).await);
        tasks.push(tokio::spawn(async move {
            let (mut mine, mut outcomes) = (Vec::new(), Vec::new());
            loop {
                let claim = Claim { job: id, worker, messages: 7, group: 1 };
                let (_, claimed) = db.record_and_claim(id, worker, outcomes, Some(claim), NOW).await.unwrap();
                let claimed = claimed.unwrap().items;
                if claimed.is_empty() {
                    return mine;
                }
                mine.extend(seqs(&claimed));
                outcomes = all(id, &claimed, ItemState::Succeeded);
            }
        }));
    }
    let mut seen = Vec::new();
    for task in tasks {
        seen.extend(task.await.unwrap());
    }
    assert_eq!(seen.len(), 600);
    assert_eq!(seen.iter().collect::<HashSet<_>>().len(), 600);
    let job = assert_consistent(&db, id).await;
    assert_eq!((job.state, job.counters.succeeded), (JobState::Completed, 600));
    assert_eq!(job.finished_at, Some::<Timestamp>(NOW));
}
