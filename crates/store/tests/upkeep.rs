//! Retention, backup and the doctor's check.

use crate::bed::*;
use model::{ItemState, JobState};
use sqlx::{Connection, Executor};
use store::{Db, Finding, NewJob, Purged, Trace, TraceFilter};

on_both![only_what_is_over_and_old_is_purged, a_large_job_goes_piece_by_piece, a_sound_store_has_no_findings];

/// A finished job of `count` items.
async fn finished(db: &Db, n: u128, count: i64, at: model::Timestamp) -> model::JobId {
    let id = running(db, new_job(job_id(n)), items(count)).await;
    let worker = worker(db).await;
    let claimed = claim(db, id, worker, count as u64, NOW).await.items;
    record(db, id, worker, all(id, &claimed, ItemState::Succeeded), at).await;
    id
}

async fn only_what_is_over_and_old_is_purged(db: Db) {
    let old = finished(&db, 1, 3, later(10)).await;
    let recent = finished(&db, 2, 3, later(20)).await;
    let open = running(&db, new_job(job_id(3)), items(3)).await;
    let busy = running(&db, new_job(job_id(4)), items(3)).await;
    claim(&db, busy, 1, 1, NOW).await;
    db.cancel_job(busy, reason(), NOW).await.unwrap();
    db.insert_traces(vec![new_trace(None, None), Trace { created_at: later(99), ..new_trace(None, None) }])
        .await
        .unwrap();
    let purged = db.purge(later(20), 1000).await.unwrap();
    assert_eq!(purged, Purged { jobs: vec![old], items: 3, traces: 4, more: false });
    assert!(db.job(old).await.unwrap().is_none() && db.item(old, 1).await.unwrap().is_none());
    assert_eq!(db.count_traces(&TraceFilter::default()).await.unwrap().total, 4);
    for id in [recent, open, busy] {
        assert_eq!(assert_consistent(&db, id).await.counters.total, 3);
    }
    assert_eq!(db.ledger_size("newsletter").await.unwrap(), 3, "what was sent stays known");
    assert_eq!(db.purge(later(20), 1000).await.unwrap(), Purged::default());
}

async fn a_large_job_goes_piece_by_piece(db: Db) {
    let id = finished(&db, 1, 25, later(10)).await;
    let mut gone = Purged::default();
    for round in 0.. {
        let purged = db.purge(later(60), 10).await.unwrap();
        assert!(purged.items + purged.traces <= 10 && round < 20);
        gone.items += purged.items;
        gone.traces += purged.traces;
        gone.jobs.extend(purged.jobs);
        if db.job(id).await.unwrap().is_some() {
            assert_eq!(assert_consistent(&db, id).await.state, JobState::Completed);
        }
        if !purged.more {
            break;
        }
    }
    assert_eq!(gone, Purged { jobs: vec![id], items: 25, traces: 25, more: false });
}

async fn a_sound_store_has_no_findings(db: Db) {
    finished(&db, 1, 3, later(10)).await;
    create(&db, external(job_id(2), 9)).await;
    create(&db, NewJob { name: "empty".into(), ..new_job(job_id(3)) }).await;
    assert_eq!(db.verify().await.unwrap(), []);
}

async fn wrong_counters_are_found_and_repaired(db: Db, id: model::JobId) {
    let found = db.verify().await.unwrap();
    let [Finding::Counters { job, counters, counted }] = &found[..] else { panic!("{found:?}") };
    assert_eq!((*job, counters.succeeded, counted.succeeded, counted.total), (id, 7, 3, 3));
    let repaired = db.repair_counters(id, later(99)).await.unwrap();
    assert_eq!((&repaired.counters, repaired.state), (counted, JobState::Completed));
    assert_eq!(db.verify().await.unwrap(), []);
    assert_consistent(&db, id).await;
}

const SPOIL: &str = "UPDATE jobs SET succeeded = 7, total = 12";

#[tokio::test]
async fn wrong_counters_on_sqlite() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("vigie.db");
    let db = Db::open_sqlite(&file, dir.path()).await.unwrap();
    let id = finished(&db, 1, 3, later(10)).await;
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&file);
    sqlx::SqliteConnection::connect_with(&options).await.unwrap().execute(SPOIL).await.unwrap();
    wrong_counters_are_found_and_repaired(db, id).await;
}

#[tokio::test]
async fn wrong_counters_on_postgresql() {
    let Some(server) = server() else { return };
    let database = Database::create(&server).await;
    let db = Db::open_postgres(&database.url).await.unwrap();
    let id = finished(&db, 1, 3, later(10)).await;
    sqlx::PgConnection::connect(&database.url).await.unwrap().execute(SPOIL).await.unwrap();
    let end = tokio::spawn(wrong_counters_are_found_and_repaired(db.clone(), id)).await;
    let dir = tempfile::tempdir().unwrap();
    // Somebody is at work on it.
    let worker = worker(&db).await;
    let half = running(&db, new_job(job_id(2)), items(3)).await;
    claim(&db, half, worker, 1, later(20)).await;
    let copy = dir.path().join("b.db");
    let copied = db.backup_to(&copy).await;
    let (there, before) = (job(&db, id).await, job(&db, half).await);
    db.close().await;
    database.remove().await;
    end.unwrap();
    copied.unwrap();
    let kept = Db::open_sqlite(&copy, dir.path()).await.unwrap();
    assert_eq!((job(&kept, id).await, job(&kept, half).await), (there, before));
    assert_eq!(kept.verify().await.unwrap(), []);
    let held = kept.hold(later(30)).await.unwrap();
    assert_eq!((held.jobs[0].queued, held.jobs[0].running), (2, 1));
}

#[tokio::test]
async fn a_backup_is_a_whole_database() {
    let dir = tempfile::tempdir().unwrap();
    let db = Db::open_sqlite(&dir.path().join("vigie.db"), dir.path()).await.unwrap();
    let id = finished(&db, 1, 30, later(10)).await;
    let copy = dir.path().join("back-up.db");
    // What an interrupted backup left is in nobody's way.
    std::fs::write(dir.path().join("back-up.partial"), "half").unwrap();
    for _ in 0..2 {
        db.backup_to(&copy).await.unwrap();
    }
    let kept = Db::open_sqlite_read_only(&copy).await.unwrap();
    assert_eq!(job(&kept, id).await, job(&db, id).await);
    assert_eq!(kept.verify().await.unwrap(), []);
    assert!(!dir.path().join("back-up.partial").exists());
    assert!(db.backup_to(&dir.path().join("no/such/folder.db")).await.is_err());
}
