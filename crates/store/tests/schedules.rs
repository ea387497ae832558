//! Work that comes again.

use crate::bed::*;
use std::time::Duration;
use store::Db;

on_both![what_is_due_begins_once, how_it_went_is_kept, the_oldest_that_lives_leads];

const SWEEP: &str = "sweep";

async fn what_is_due_begins_once(db: Db) {
    let begin = async |place: &str, at| db.begin_scheduled(SWEEP, place.into(), at + DAY, at).await.unwrap();
    assert_eq!(begin("", NOW).await, None, "it was never done");
    assert_eq!(begin("", later(1)).await, Some(NOW + DAY), "not due for another process, nor after a crash");
    assert_eq!(begin("elsewhere", later(1)).await, None, "each place by itself");
    assert_eq!(begin("", NOW + DAY).await, None);
    let both = tokio::join!(begin("", NOW + 3 * DAY), begin("", NOW + 3 * DAY));
    assert!(both == (None, Some(NOW + 4 * DAY)) || both == (Some(NOW + 4 * DAY), None), "{both:?}");
}

const DAY: Duration = Duration::from_secs(86_400);

async fn how_it_went_is_kept(db: Db) {
    let end = async |outcome: Result<(), &str>, at| {
        let outcome = outcome.map_err(str::to_owned);
        db.end_scheduled(SWEEP, String::new(), outcome, at + DAY, at).await.unwrap();
        db.schedules().await.unwrap().remove(0)
    };
    db.begin_scheduled(SWEEP, String::new(), NOW + DAY, NOW).await.unwrap();
    assert_eq!(
        (db.schedules().await.unwrap()[0].started_at, db.schedules().await.unwrap()[0].ended_at),
        (Some(NOW), None)
    );
    let long = "x".repeat(5_000);
    end(Err("no room"), later(1)).await;
    let failed = end(Err(&long), later(2)).await;
    assert_eq!((failed.failures, failed.last_error.unwrap().len(), failed.ended_at), (2, 1000, Some(later(2))));
    let done = end(Ok(()), later(3)).await;
    assert_eq!((done.failures, done.last_error, done.next_at), (0, None, later(3) + DAY));
    assert_eq!((done.name.as_str(), done.place.as_str()), (SWEEP, ""));
}

async fn the_oldest_that_lives_leads(db: Db) {
    assert!(!db.leads(1).await.unwrap());
    let lease = Duration::from_secs(600);
    let first = db.register_worker("first".into(), 1, lease, NOW).await.unwrap();
    let second = db.register_worker("second".into(), 2, lease, NOW).await.unwrap();
    assert!(db.leads(first).await.unwrap() && !db.leads(second).await.unwrap());
    db.end_worker(first, NOW).await.unwrap();
    assert!(db.leads(second).await.unwrap() && !db.leads(first).await.unwrap());
    let silent = db.register_worker("silent".into(), 3, Duration::ZERO, NOW).await.unwrap();
    db.end_worker(second, NOW).await.unwrap();
    assert_eq!(db.leads(silent).await.unwrap(), !db.is_postgres(), "on PostgreSQL its lease has run out");
}
