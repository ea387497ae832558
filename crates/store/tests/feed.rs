//! The feed of outcomes: in order, each once, whoever writes at the same time.

use crate::bed::*;
use model::ItemState;
use std::{collections::HashSet, time::Duration};
use store::{Claim, Db, Page, Trace};

on_both![the_feed_tells_outcomes_in_order, the_feed_misses_nothing_under_concurrent_writers];

/// The next `count` outcomes. On PostgreSQL an open transaction anywhere on the server, another test's say, holds the
/// feed back for a moment.
async fn told(db: &Db, after: i64, count: usize) -> Page<Trace, i64> {
    let read = async {
        loop {
            let page = db.outcomes_after(after, count as u32).await.unwrap();
            if page.rows.len() == count {
                return page;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), read).await.expect("the outcomes are told in the end")
}

async fn the_feed_tells_outcomes_in_order(db: Db) {
    let id = running(&db, new_job(job_id(1)), items(5)).await;
    let worker = worker(&db).await;
    let claimed = claim(&db, id, worker, 5, NOW).await.items;
    let mut outcomes = all(id, &claimed, ItemState::Succeeded);
    outcomes[1] = outcome(id, &claimed[1], ItemState::Queued);
    db.insert_traces(vec![new_trace(Some(id), None), new_trace(None, None)]).await.unwrap();
    record(&db, id, worker, outcomes, NOW).await;
    let first = told(&db, 0, 3).await;
    assert_eq!(first.rows.iter().map(|trace| trace.seq.unwrap()).collect::<Vec<_>>(), [1, 3, 4]);
    let rest = told(&db, first.next.unwrap(), 1).await;
    assert_eq!(rest.rows.iter().map(|trace| trace.seq.unwrap()).collect::<Vec<_>>(), [5]);
    let end = db.outcomes_after(rest.next.unwrap(), 3).await.unwrap();
    assert!(end.rows.is_empty() && end.next.is_none());
}

async fn the_feed_misses_nothing_under_concurrent_writers(db: Db) {
    const JOBS: u128 = 4;
    const EACH: i64 = 150;
    let mut writers = Vec::new();
    for n in 1..=JOBS {
        let id = running(&db, new_job(job_id(n)), items(EACH)).await;
        let (db, worker) = (db.clone(), worker(&db).await);
        writers.push(tokio::spawn(async move {
            let mut outcomes = Vec::new();
            loop {
                let claim = Claim { job: id, worker, messages: 3, group: 1 };
                let (_, claimed) = db.record_and_claim(id, worker, outcomes, Some(claim), NOW).await.unwrap();
                let claimed = claimed.unwrap().items;
                if claimed.is_empty() {
                    break;
                }
                outcomes = all(id, &claimed, ItemState::Succeeded);
            }
        }));
    }
    let wanted = JOBS as usize * EACH as usize;
    let reader = tokio::spawn({
        let db = db.clone();
        async move {
            let (mut cursor, mut seen) = (0, Vec::new());
            while seen.len() < wanted {
                let page = db.outcomes_after(cursor, 40).await.unwrap();
                seen.extend(page.rows.iter().map(|trace| trace.id));
                match page.next {
                    Some(next) => {
                        assert!(next > cursor);
                        cursor = next;
                    }
                    None => tokio::task::yield_now().await,
                }
            }
            seen
        }
    });
    for writer in writers {
        writer.await.unwrap();
    }
    let seen = tokio::time::timeout(Duration::from_secs(60), reader).await.expect("every outcome is told").unwrap();
    assert_eq!(seen.iter().collect::<HashSet<_>>().len(), seen.len(), "and told once");
}

/// A transaction that has its number among the outcomes and is still open holds the feed back, even when one that
/// began before it and took a later number has ended.
#[tokio::test]
async fn an_open_transaction_holds_the_feed_back() {
    use sqlx::{Connection, Executor};
    let Some(server) = server() else { return };
    let database = Database::create(&server).await;
    let db = Db::open_postgres(&database.url).await.unwrap();
    let url = database.url.clone();
    let end = tokio::spawn(async move {
        let id = running(&db, new_job(job_id(1)), items(2)).await;
        let worker = worker(&db).await;
        let claimed = claim(&db, id, worker, 2, NOW).await.items;
        // Somebody else's job is held, so that its recording waits in the middle of its transaction.
        let other = running(&db, new_job(job_id(2)), items(1)).await;
        let theirs = claim(&db, other, worker, 1, NOW).await.items;
        let mut holder = sqlx::PgConnection::connect(&url).await.unwrap();
        holder.execute("BEGIN").await.unwrap();
        holder
            .execute("SELECT * FROM jobs WHERE name LIKE 'newsletter%' ORDER BY id DESC LIMIT 1 FOR UPDATE")
            .await
            .unwrap();
        let waiting = tokio::spawn({
            let db = db.clone();
            async move { record(&db, other, worker, all(other, &theirs, ItemState::Succeeded), NOW).await }
        });
        let waits =
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        let mut watcher = sqlx::PgConnection::connect(&url).await.unwrap();
        while sqlx::query_scalar::<_, i64>(waits).fetch_one(&mut watcher).await.unwrap() == 0 {
            tokio::task::yield_now().await;
        }
        record(&db, id, worker, all(id, &claimed, ItemState::Succeeded), NOW).await;
        let first = db.outcomes_after(0, 10).await.unwrap();
        holder.execute("ROLLBACK").await.unwrap();
        waiting.await.unwrap();
        told(&db, first.next.unwrap_or(0), 3 - first.rows.len()).await;
        db.close().await;
    })
    .await;
    database.remove().await;
    end.unwrap();
}
