//! Other people's jobs.

use crate::bed::*;
use model::{ItemState, JobState};
use store::{Advance, Advanced, Db};

on_both![
    steps_are_deltas,
    a_repeated_step_counts_once,
    more_than_announced_raises_the_total,
    a_new_total_keeps_what_is_done,
    a_pause_outlives_the_last_step,
    what_is_over_is_not_advanced,
    only_external_jobs_are_advanced,
];

fn step(processed: u64, failed: u64) -> Advance {
    Advance { processed, failed, ..Advance::default() }
}

async fn steps_are_deltas(db: Db) {
    let id = create(&db, external(job_id(1), 10)).await.id;
    let job = db.advance_job(id, step(3, 1), later(1)).await.unwrap().job();
    assert_eq!((job.state, job.started_at), (JobState::Running, Some(later(1))));
    assert_eq!((job.counters.succeeded, job.counters.failed, job.counters.queued), (2, 1, 7));
    let told = Advance {
        message: Some("row 4".into()),
        item: Some("4\0".into()),
        trace: Some(new_trace(Some(id), None)),
        ..step(1, 1)
    };
    let job = db.advance_job(id, told, later(2)).await.unwrap().job();
    assert_eq!((job.message.as_str(), job.counters.failed), ("row 4", 2));
    let item = db.item(id, 1).await.unwrap().unwrap();
    assert_eq!((item.label.as_str(), item.state), ("4\u{fffd}", ItemState::Failed));
    assert_eq!(item.verdict.unwrap().reply, "row 4");
    // All are done; it ends when its owner says so.
    let job = db.advance_job(id, step(6, 9), later(3)).await.unwrap().job();
    assert_eq!((job.state, job.finished_at, job.counters.processed()), (JobState::Running, None, 10));
    assert_eq!(job.counters.failed, 8);
    assert_eq!(db.complete_job(id, Some("bye".into()), later(4)).await.unwrap().state, JobState::Completed);
}

async fn a_repeated_step_counts_once(db: Db) {
    let id = create(&db, external(job_id(1), 10)).await.id;
    let keyed = Advance { idempotency_key: Some("a".into()), ..step(1, 0) };
    assert!(matches!(db.advance_job(id, keyed.clone(), NOW).await.unwrap(), Advanced::Now(_)));
    let Advanced::Before(job) = db.advance_job(id, keyed.clone(), later(5)).await.unwrap() else { panic!("again") };
    assert_eq!(job.counters.succeeded, 1);
    assert_eq!(db.forget_idempotency_keys(NOW).await.unwrap(), 0);
    assert_eq!(db.forget_idempotency_keys(later(1)).await.unwrap(), 1);
    assert!(matches!(db.advance_job(id, keyed, later(5)).await.unwrap(), Advanced::Now(_)));
}

async fn more_than_announced_raises_the_total(db: Db) {
    let id = create(&db, external(job_id(1), 2)).await.id;
    let job = db.advance_job(id, step(5, 0), NOW).await.unwrap().job();
    assert_eq!((job.counters.total, job.counters.succeeded, job.counters.queued), (5, 5, 0));
}

async fn a_new_total_keeps_what_is_done(db: Db) {
    let id = create(&db, external(job_id(1), 10)).await.id;
    let with = |total, processed| Advance { total: Some(total), ..step(processed, 0) };
    let counters = db.advance_job(id, with(20, 5), NOW).await.unwrap().job().counters;
    assert_eq!((counters.total, counters.queued, counters.succeeded), (20, 15, 5));
    let counters = db.advance_job(id, with(7, 0), NOW).await.unwrap().job().counters;
    assert_eq!((counters.total, counters.queued), (7, 2));
    let counters = db.advance_job(id, with(3, 0), NOW).await.unwrap().job().counters;
    assert_eq!((counters.total, counters.queued, counters.succeeded), (5, 0, 5));
}

async fn a_pause_outlives_the_last_step(db: Db) {
    let id = create(&db, external(job_id(1), 1)).await.id;
    db.start_job(id, NOW).await.unwrap();
    db.pause_job(id, reason(), Some(later(60)), NOW).await.unwrap();
    let job = db.advance_job(id, step(1, 0), later(1)).await.unwrap().job();
    assert_eq!((job.state, job.reason, job.resumes_at), (JobState::Paused, Some(reason()), Some(later(60))));
}

async fn what_is_over_is_not_advanced(db: Db) {
    let id = create(&db, external(job_id(1), 10)).await.id;
    db.complete_job(id, None, NOW).await.unwrap();
    let keyed = Advance { idempotency_key: Some("a".into()), ..step(1, 0) };
    let text = db.advance_job(id, keyed, NOW).await.unwrap_err().to_string();
    assert_eq!(text, format!("job {id} is completed: it cannot be advanced"));
    assert_eq!(db.forget_idempotency_keys(later(1)).await.unwrap(), 0, "the key was kept for a refused step");
}

async fn only_external_jobs_are_advanced(db: Db) {
    let id = running(&db, new_job(job_id(1)), items(1)).await;
    let text = db.advance_job(id, step(1, 0), NOW).await.unwrap_err().to_string();
    assert!(text.contains("only external jobs are advanced from outside"), "{text}");
    assert_consistent(&db, id).await;
}
