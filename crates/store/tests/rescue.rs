//! What a crash leaves behind, and what a person makes of it.

use crate::bed::*;
use model::{ItemState, JobState, OnUnknown};
use std::time::Duration;
use store::{Db, Lost, NewJob, TraceFilter};

on_both![
    lost_items_are_held_as_unknown,
    lost_items_are_repeated_where_the_policy_says_so,
    a_cancelled_job_repeats_nothing,
    only_the_dead_lose_their_items,
    failed_items_are_retried,
    what_others_run_is_not_retried_here,
    an_unknown_is_settled_as_sent,
    an_unknown_is_settled_as_not_sent,
    settling_nothing_wakes_nobody,
    what_was_perhaps_sent_is_left_out_of_the_next_run,
];

async fn lost_items_are_held_as_unknown(db: Db) {
    let id = running(&db, new_job(job_id(1)), items(5)).await;
    let worker = worker(&db).await;
    claim(&db, id, worker, 3, NOW).await;
    assert_eq!(db.rescue(Lost::DeadWorkers, verdict("lost"), lost_trace(), NOW).await.unwrap().len(), 0);
    let rescued = db.rescue(Lost::Everybodys, verdict("lost"), lost_trace(), later(1)).await.unwrap();
    assert_eq!(rescued.len(), 1);
    assert_eq!(rescued[0].items.iter().map(|item| item.seq).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!((rescued[0].job.counters.unknown, rescued[0].job.state), (3, JobState::Running));
    let item = db.item(id, 1).await.unwrap().unwrap();
    assert_eq!((&item, item.finished_at), (&rescued[0].items[0], Some(later(1))));
    assert_eq!(item.verdict, Some(verdict("lost")));
    assert_eq!(db.count_traces(&TraceFilter::default()).await.unwrap().total, 3);
    assert!(db.rescue(Lost::Everybodys, verdict("lost"), lost_trace(), NOW).await.unwrap().is_empty());
    // The unknown are not claimed again; the job completes with them.
    let rest = claim(&db, id, worker, 9, later(2)).await.items;
    assert_eq!(rest.len(), 2);
    let done = record(&db, id, worker, all(id, &rest, ItemState::Succeeded), later(3)).await.job;
    assert_eq!((done.state, done.counters.unknown), (JobState::Completed, 3));
    assert_consistent(&db, id).await;
}

async fn lost_items_are_repeated_where_the_policy_says_so(db: Db) {
    let id = running(&db, NewJob { on_unknown: OnUnknown::Repeat, ..new_job(job_id(1)) }, items(2)).await;
    let worker = worker(&db).await;
    claim(&db, id, worker, 2, NOW).await;
    let rescued = db.rescue(Lost::Everybodys, verdict("lost"), lost_trace(), NOW).await.unwrap();
    assert_eq!((rescued[0].items[0].state, rescued[0].job.counters.queued), (ItemState::Queued, 2));
    let again = claim(&db, id, worker, 9, NOW).await.items;
    assert_eq!(again.iter().map(|item| (item.seq, item.attempt)).collect::<Vec<_>>(), [(1, 2), (2, 2)]);
    assert_consistent(&db, id).await;
}

async fn a_cancelled_job_repeats_nothing(db: Db) {
    let id = running(&db, NewJob { on_unknown: OnUnknown::Repeat, ..new_job(job_id(1)) }, items(3)).await;
    let worker = worker(&db).await;
    claim(&db, id, worker, 2, NOW).await;
    db.cancel_job(id, reason(), NOW).await.unwrap();
    let rescued = db.rescue(Lost::Everybodys, verdict("lost"), lost_trace(), NOW).await.unwrap();
    assert_eq!((rescued[0].job.counters.unknown, rescued[0].job.state), (2, JobState::Cancelled));
    assert_consistent(&db, id).await;
}

async fn only_the_dead_lose_their_items(db: Db) {
    let id = running(&db, new_job(job_id(1)), items(4)).await;
    let alive = db.register_worker("alive".into(), 1, Duration::from_secs(3600), NOW).await.unwrap();
    let dead = db.register_worker("dead".into(), 2, Duration::ZERO, NOW).await.unwrap();
    claim(&db, id, alive, 2, NOW).await;
    claim(&db, id, dead, 2, NOW).await;
    let rescued = db.rescue(Lost::DeadWorkers, verdict("lost"), lost_trace(), later(1)).await.unwrap();
    assert_eq!(rescued[0].items.iter().map(|item| item.seq).collect::<Vec<_>>(), [3, 4]);
    assert!(!db.heartbeat(dead, "{}".into(), Duration::from_secs(10), later(1)).await.unwrap());
    assert!(db.heartbeat(alive, "{}".into(), Duration::from_secs(10), later(1)).await.unwrap());
    assert!(db.rescue(Lost::DeadWorkers, verdict("lost"), lost_trace(), later(2)).await.unwrap().is_empty());
    assert_eq!(assert_consistent(&db, id).await.counters.running, 2);
}

async fn failed_items_are_retried(db: Db) {
    let bad = store::NewItem { verdict: Some(verdict("bad_address")), ..item(4) };
    let mut rows = items(3);
    rows.push(bad);
    let id = running(&db, new_job(job_id(1)), rows).await;
    let worker = worker(&db).await;
    let claimed = claim(&db, id, worker, 3, NOW).await.items;
    let mut outcomes = all(id, &claimed, ItemState::Failed);
    outcomes[0] = outcome(id, &claimed[0], ItemState::Succeeded);
    assert_eq!(record(&db, id, worker, outcomes, NOW).await.job.state, JobState::Completed);
    assert_eq!(db.retry_these(id, vec![], later(1)).await.unwrap().1, 0);
    assert_eq!(db.retry_these(id, vec![1, 99], later(1)).await.unwrap().1, 0, "neither has failed");
    let (job, count) = db.retry_failed(id, later(1)).await.unwrap();
    assert_eq!((count, job.state, job.finished_at), (2, JobState::Pending, None));
    assert_eq!((job.counters.failed, job.counters.queued), (1, 2));
    let item = db.item(id, 2).await.unwrap().unwrap();
    assert_eq!((item.state, item.verdict, item.finished_at, item.attempts), (ItemState::Queued, None, None, 1));
    db.start_job(id, later(2)).await.unwrap();
    let again = claim(&db, id, worker, 9, later(2)).await.items;
    assert_eq!(again.iter().map(|item| (item.seq, item.attempt)).collect::<Vec<_>>(), [(2, 2), (3, 2)]);
    let done = record(&db, id, worker, all(id, &again, ItemState::Succeeded), later(3)).await.job;
    assert_eq!((done.state, done.counters.succeeded), (JobState::Completed, 3));
    assert_eq!(db.retry_failed(id, later(4)).await.unwrap().1, 0);
    assert_consistent(&db, id).await;
    // A cancelled job stays cancelled, and says what to do instead.
    let gone = running(&db, new_job(job_id(2)), items(2)).await;
    let claimed = claim(&db, gone, worker, 1, NOW).await.items;
    record(&db, gone, worker, all(gone, &claimed, ItemState::Failed), NOW).await;
    db.cancel_job(gone, reason(), NOW).await.unwrap();
    let text = db.retry_failed(gone, NOW).await.unwrap_err().to_string();
    assert!(
        text.contains("start a new run instead") && text.contains("is cancelled: it cannot be set going again"),
        "{text}"
    );
    assert_consistent(&db, gone).await;
}

async fn what_others_run_is_not_retried_here(db: Db) {
    let id = create(&db, external(job_id(1), 2)).await.id;
    let step = store::Advance { processed: 1, failed: 1, item: Some("row 1".into()), ..Default::default() };
    db.advance_job(id, step, NOW).await.unwrap();
    let text = db.retry_failed(id, NOW).await.unwrap_err().to_string();
    assert!(text.starts_with(&format!("job {id} is run from outside")), "{text}");
    assert_eq!(state_of(&db, id, 1).await, ItemState::Failed);
}

async fn unknown(db: &Db, count: i64) -> model::JobId {
    let id = running(db, new_job(job_id(1)), items(count)).await;
    let worker = worker(db).await;
    claim(db, id, worker, count as u64, NOW).await;
    db.rescue(Lost::Everybodys, verdict("lost"), lost_trace(), NOW).await.unwrap();
    id
}

async fn an_unknown_is_settled_as_sent(db: Db) {
    let id = unknown(&db, 3).await;
    let traces = (1..=3).map(|seq| new_trace(Some(id), Some(seq))).collect();
    let (job, settled) = db.settle_unknown(id, vec![1, 3, 77], ItemState::Succeeded, traces, later(1)).await.unwrap();
    assert_eq!(settled, [1, 3]);
    assert_eq!((job.state, job.counters.succeeded, job.counters.unknown), (JobState::Completed, 2, 1));
    assert_eq!(db.item(id, 1).await.unwrap().unwrap().verdict, None);
    assert_eq!(db.ledger_size("newsletter").await.unwrap(), 2);
    // A trace for each that was settled, besides those of the rescue.
    assert_eq!(db.count_traces(&TraceFilter { job: Some(id), ..Default::default() }).await.unwrap().total, 5);
    let text = db.settle_unknown(id, vec![2], ItemState::Failed, vec![], NOW).await.unwrap_err().to_string();
    assert_eq!(text, "an unknown item cannot be settled as failed");
    assert_consistent(&db, id).await;
}

async fn an_unknown_is_settled_as_not_sent(db: Db) {
    let id = unknown(&db, 2).await;
    let (job, settled) = db.settle_unknown(id, vec![2], ItemState::Queued, vec![], later(1)).await.unwrap();
    assert_eq!((settled, job.state, job.counters.queued), (vec![2], JobState::Pending, 1));
    let worker = worker(&db).await;
    db.start_job(id, later(2)).await.unwrap();
    let again = claim(&db, id, worker, 9, later(2)).await.items;
    assert_eq!((again.len(), again[0].seq, again[0].attempt), (1, 2, 2));
    let done = record(&db, id, worker, all(id, &again, ItemState::Succeeded), later(3)).await.job;
    assert_eq!((done.state, done.counters.unknown), (JobState::Completed, 1));
    assert_consistent(&db, id).await;
}

async fn settling_nothing_wakes_nobody(db: Db) {
    let id = unknown(&db, 1).await;
    db.settle_unknown(id, vec![1], ItemState::Succeeded, vec![], later(1)).await.unwrap();
    let (job, settled) = db.settle_unknown(id, vec![1], ItemState::Queued, vec![], later(2)).await.unwrap();
    assert_eq!((job.state, settled.len()), (JobState::Completed, 0));
    assert_eq!(db.retry_failed(id, later(3)).await.unwrap().0.state, JobState::Completed);
}

async fn what_was_perhaps_sent_is_left_out_of_the_next_run(db: Db) {
    let first = running(&db, new_job(job_id(1)), items(3)).await;
    let name = db.job(first).await.unwrap().unwrap().name;
    let worker = worker(&db).await;
    claim(&db, first, worker, 3, NOW).await;
    db.rescue(Lost::Everybodys, verdict("lost"), lost_trace(), NOW).await.unwrap();
    let second = create(&db, new_job(job_id(2))).await.id;
    assert_eq!(db.enqueue(second, items(4), Some(name.clone()), NOW).await.unwrap(), 3);
    assert_eq!(db.item(second, 1).await.unwrap().unwrap().verdict.unwrap().code, "maybe_sent");
    assert_eq!(db.ledger_size(&name).await.unwrap(), 0);
    // A person settles them: 1 was sent, 2 was not, 3 stays open.
    db.settle_unknown(first, vec![1], ItemState::Succeeded, Vec::new(), NOW).await.unwrap();
    db.settle_unknown(first, vec![2], ItemState::Queued, Vec::new(), NOW).await.unwrap();
    let third = create(&db, new_job(job_id(3))).await.id;
    assert_eq!(db.enqueue(third, items(4), Some(name.clone()), NOW).await.unwrap(), 2);
    let code = async |seq| db.item(third, seq).await.unwrap().unwrap().verdict.map(|verdict| verdict.code);
    assert_eq!(code(1).await.as_deref(), Some("already_sent"));
    assert_eq!(code(2).await, None);
    assert_eq!(code(3).await.as_deref(), Some("maybe_sent"));
    assert_eq!(db.ledger_size(&name).await.unwrap(), 1);
}
