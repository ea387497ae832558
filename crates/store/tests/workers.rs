//! Processes that claim.

use crate::bed::*;
use std::time::Duration;
use store::Db;

on_both![every_worker_has_a_number_of_its_own, a_worker_lives_until_it_ends, whoever_begins_buries_the_dead];

async fn every_worker_has_a_number_of_its_own(db: Db) {
    let (first, second) = (worker(&db).await, worker(&db).await);
    assert!(second > first && first > 0);
}

async fn a_worker_lives_until_it_ends(db: Db) {
    let lease = Duration::from_secs(10);
    let token = db.register_worker("h\u{f4}te".into(), 77, lease, NOW).await.unwrap();
    let found = db.workers(NOW).await.unwrap();
    assert_eq!((found[0].token, found[0].name.as_str(), found[0].pid), (token, "h\u{f4}te", 77));
    assert_eq!(found[0].lease_until.since(found[0].heartbeat_at), lease);
    assert!(db.heartbeat(token, "{\"in_flight\":3}".into(), lease, later(2)).await.unwrap());
    let beat = &db.workers(NOW).await.unwrap()[0];
    assert_eq!(beat.status, "{\"in_flight\":3}");
    assert!(beat.heartbeat_at > found[0].heartbeat_at && beat.started_at == found[0].started_at);
    db.end_worker(token, later(3)).await.unwrap();
    assert!(!db.heartbeat(token, "{}".into(), lease, later(4)).await.unwrap());
    let ended = db.workers(NOW).await.unwrap()[0].ended_at.expect("it has ended");
    assert!(db.workers(ended + Duration::from_secs(1)).await.unwrap().is_empty());
    assert!(!db.heartbeat(9999, "{}".into(), lease, later(4)).await.unwrap());
}

async fn whoever_begins_buries_the_dead(db: Db) {
    let dead = db.register_worker("dead".into(), 1, Duration::ZERO, NOW).await.unwrap();
    let leased = db.register_worker("leased".into(), 2, Duration::from_secs(600), NOW).await.unwrap();
    let gone = db.bury_workers(later(1)).await.unwrap();
    let living: Vec<_> =
        db.workers(NOW).await.unwrap().iter().filter(|row| row.ended_at.is_none()).map(|row| row.token).collect();
    match db.is_postgres() {
        true => assert_eq!((gone, living), (1, vec![leased]), "others may live on it"),
        false => assert_eq!((gone, living), (2, vec![]), "its directory has one owner"),
    }
    assert!(!db.heartbeat(dead, "{}".into(), Duration::from_secs(10), later(2)).await.unwrap());
    assert_eq!(db.bury_workers(later(3)).await.unwrap(), 0);
}
