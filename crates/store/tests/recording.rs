//! Outcomes: what they change, and which come too late to change anything.

use crate::bed::*;
use model::{ItemState, JobState};
use store::{Db, Lost, TraceFilter};

on_both![
    outcomes_settle_items_and_complete_the_job,
    a_late_outcome_settles_an_unknown,
    a_fenced_outcome_is_a_trace_and_nothing_else,
    an_outcome_handed_in_twice_counts_once,
    a_success_forgets_what_an_earlier_attempt_was_refused,
    success_enters_the_ledger,
    odd_numbers_do_not_lose_a_batch,
];

async fn traces_of(db: &Db, id: model::JobId) -> u64 {
    db.count_traces(&TraceFilter { job: Some(id), ..TraceFilter::default() }).await.unwrap().total
}

async fn outcomes_settle_items_and_complete_the_job(db: Db) {
    let id = running(&db, new_job(job_id(1)), items(4)).await;
    let worker = worker(&db).await;
    let claimed = claim(&db, id, worker, 4, NOW).await.items;
    let states = [ItemState::Succeeded, ItemState::Failed, ItemState::Unknown, ItemState::Queued];
    let outcomes = claimed.iter().zip(states).map(|(item, state)| outcome(id, item, state)).collect();
    let recorded = record(&db, id, worker, outcomes, later(2)).await;
    assert_eq!((recorded.fenced, recorded.job.state), (0, JobState::Running));
    assert_eq!(recorded.job.message, "comment");
    let failed = db.item(id, 2).await.unwrap().unwrap();
    assert_eq!((failed.finished_at, failed.verdict), (Some(later(2)), Some(verdict("refused"))));
    let waiting = db.item(id, 4).await.unwrap().unwrap();
    assert_eq!((waiting.state, waiting.not_before, waiting.finished_at), (ItemState::Queued, NOW, None));
    assert_consistent(&db, id).await;
    let claimed = claim(&db, id, worker, 4, later(3)).await.items;
    let done = record(&db, id, worker, all(id, &claimed, ItemState::Succeeded), later(4)).await.job;
    assert_eq!((done.state, done.finished_at, done.counters.processed()), (JobState::Completed, Some(later(4)), 4));
    assert_eq!(db.item(id, 4).await.unwrap().unwrap().verdict, None);
    assert_eq!(traces_of(&db, id).await, 5);
    assert_consistent(&db, id).await;
}

async fn a_late_outcome_settles_an_unknown(db: Db) {
    let id = running(&db, new_job(job_id(1)), items(3)).await;
    let worker = worker(&db).await;
    let claimed = claim(&db, id, worker, 3, NOW).await.items;
    let rescued = db.rescue(Lost::Everybodys, verdict("lost"), lost_trace(), later(1)).await.unwrap();
    assert_eq!(rescued[0].job.counters.unknown, 3);
    let mut outcomes = all(id, &claimed, ItemState::Succeeded);
    outcomes[1] = outcome(id, &claimed[1], ItemState::Failed);
    outcomes[2] = outcome(id, &claimed[2], ItemState::Queued);
    let recorded = record(&db, id, worker, outcomes, later(2)).await;
    // "Try again" does not settle it: a person may have by now.
    assert_eq!(recorded.fenced, 1);
    let counters = assert_consistent(&db, id).await.counters;
    assert_eq!((counters.succeeded, counters.failed, counters.unknown), (1, 1, 1));
}

async fn a_fenced_outcome_is_a_trace_and_nothing_else(db: Db) {
    let id = running(&db, store::NewJob { on_unknown: model::OnUnknown::Repeat, ..new_job(job_id(1)) }, items(2)).await;
    let (old, new) = (worker(&db).await, worker(&db).await);
    let before = claim(&db, id, old, 2, NOW).await.items;
    db.rescue(Lost::Everybodys, verdict("lost"), lost_trace(), later(1)).await.unwrap();
    assert_eq!(record(&db, id, old, all(id, &before[..1], ItemState::Succeeded), later(1)).await.fenced, 1);
    assert_eq!(state_of(&db, id, 1).await, ItemState::Queued);
    let again = claim(&db, id, new, 2, later(2)).await.items;
    assert_eq!(again[0].attempt, 2);
    let recorded = record(&db, id, old, all(id, &before, ItemState::Failed), later(3)).await;
    assert_eq!((recorded.fenced, recorded.job.counters.running), (2, 2));
    // The right worker with the wrong attempt, and an item that is not there.
    let mut wrong = all(id, &again, ItemState::Succeeded);
    wrong[0].attempt = 1;
    wrong[1].seq = 99;
    assert_eq!(record(&db, id, new, wrong, later(4)).await.fenced, 2);
    assert_consistent(&db, id).await;
    assert_eq!(record(&db, id, new, all(id, &again, ItemState::Succeeded), later(5)).await.fenced, 0);
    assert_eq!(assert_consistent(&db, id).await.state, JobState::Completed);
    assert_eq!(traces_of(&db, id).await, 2 + 1 + 2 + 2 + 2);
}

async fn an_outcome_handed_in_twice_counts_once(db: Db) {
    let id = running(&db, new_job(job_id(1)), items(2)).await;
    let worker = worker(&db).await;
    let claimed = claim(&db, id, worker, 2, NOW).await.items;
    let mut twice = all(id, &claimed[..1], ItemState::Succeeded);
    twice.extend(all(id, &claimed[..1], ItemState::Failed));
    assert_eq!(record(&db, id, worker, twice, NOW).await.fenced, 1);
    assert_eq!(state_of(&db, id, 1).await, ItemState::Succeeded);
    let outcomes = all(id, &claimed, ItemState::Succeeded);
    assert_eq!(record(&db, id, worker, outcomes.clone(), NOW).await.fenced, 1);
    assert_eq!(record(&db, id, worker, outcomes, NOW).await.fenced, 2);
    assert_eq!(assert_consistent(&db, id).await.counters.succeeded, 2);
    // The traces have the ids they were given: the same one twice is one.
    assert_eq!(traces_of(&db, id).await, 4);
}

async fn a_success_forgets_what_an_earlier_attempt_was_refused(db: Db) {
    let id = running(&db, new_job(job_id(1)), items(1)).await;
    let worker = worker(&db).await;
    let claimed = claim(&db, id, worker, 1, NOW).await.items;
    let mut outcomes = all(id, &claimed, ItemState::Queued);
    outcomes[0].detail = "x@example.org".into();
    record(&db, id, worker, outcomes, NOW).await;
    let claimed = claim(&db, id, worker, 1, NOW).await.items;
    record(&db, id, worker, all(id, &claimed, ItemState::Succeeded), NOW).await;
    let item = db.item(id, 1).await.unwrap().unwrap();
    assert_eq!((item.verdict, item.detail.as_str()), (None, ""));
}

async fn success_enters_the_ledger(db: Db) {
    let id = running(&db, new_job(job_id(1)), items(3)).await;
    let worker = worker(&db).await;
    let claimed = claim(&db, id, worker, 3, NOW).await.items;
    let mut outcomes = all(id, &claimed, ItemState::Succeeded);
    outcomes[2] = outcome(id, &claimed[2], ItemState::Failed);
    record(&db, id, worker, outcomes, NOW).await;
    assert_eq!(db.ledger_size("newsletter").await.unwrap(), 2);
    let next = create(&db, new_job(job_id(2))).await.id;
    assert_eq!(db.enqueue(next, items(3), Some("newsletter".into()), NOW).await.unwrap(), 2);
    assert_eq!(state_of(&db, next, 3).await, ItemState::Queued);
}

async fn odd_numbers_do_not_lose_a_batch(db: Db) {
    let id = running(&db, new_job(job_id(1)), items(2)).await;
    let worker = worker(&db).await;
    let claimed = claim(&db, id, worker, 2, NOW).await.items;
    let mut outcomes = all(id, &claimed, ItemState::Failed);
    outcomes[0].trace.time_to_process = f64::NAN;
    outcomes[0].detail = "a\0b".into();
    outcomes[1].trace.time_to_process = f64::INFINITY;
    record(&db, id, worker, outcomes, NOW).await;
    assert_eq!(assert_consistent(&db, id).await.counters.failed, 2);
    assert_eq!(db.item(id, 1).await.unwrap().unwrap().detail, "a\u{fffd}b");
}
