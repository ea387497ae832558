//! Pairs of DHIS2 instances: their configurations, runs and plans, and what was equal when.

use crate::bed::*;
use std::collections::HashMap;
use store::{Db, SyncLedgerAsk, SyncPlan, SyncRun, SyncedObject, SyncedOnly};
use uuid::Uuid;

on_both![
    a_configuration_is_made_once_and_keeps_its_secrets,
    one_run_of_a_configuration_at_a_time,
    the_newest_plans_are_kept,
    an_object_that_could_not_be_written_keeps_the_hash_of_when_it_was_equal,
    what_values_were_is_kept_by_unit,
];

/// A row of each table.
pub(crate) async fn filled(db: &Db) {
    let sync = db.save_sync(("é\0".into(), "{}".into()), (Some(vec![0, 255]), None), NOW).await.unwrap().unwrap();
    db.create_sync_run(run(1, sync.number)).await.unwrap();
    db.save_sync_plan(plan(1, sync.number, 0)).await.unwrap();
    db.note_synced("p".into(), vec![object("a", "1", Some("🦉"))], NOW).await.unwrap();
    let hashes = vec![("u".to_owned(), vec![0, 255, 1])];
    db.note_synced_values(("p".into(), "s".into()), hashes).await.unwrap();
}

fn run(id: u128, sync: i64) -> SyncRun {
    SyncRun {
        id: Uuid::from_u128(id),
        sync,
        phase: "metadata".into(),
        data: "{}".into(),
        job: None,
        created_at: NOW,
        updated_at: NOW,
        finished_at: None,
    }
}

fn plan(id: u128, sync: i64, seconds: u64) -> SyncPlan {
    SyncPlan { id: Uuid::from_u128(id), sync, content: "{\"é\":1}".into(), created_at: later(seconds) }
}

fn object(uid: &str, hash: &str, problem: Option<&str>) -> SyncedObject {
    SyncedObject {
        kind: "dataElements".into(),
        uid: uid.into(),
        hash: hash.into(),
        problem: problem.map(str::to_owned),
    }
}

async fn a_configuration_is_made_once_and_keeps_its_secrets(db: Db) {
    let secrets = (Some(vec![1, 2]), Some(vec![3]));
    let first = db.save_sync(("a".into(), "{}".into()), secrets, NOW).await.unwrap().unwrap();
    let other = db.save_sync(("b".into(), "{}".into()), (None, None), NOW).await.unwrap().unwrap();
    assert_eq!((first.number, other.number, other.source_secret), (1, 2, None));
    let changed =
        db.save_sync(("a".into(), "{\"x\":1}".into()), (None, Some(vec![9])), later(1)).await.unwrap().unwrap();
    assert_eq!((changed.number, changed.settings.as_str()), (1, "{\"x\":1}"));
    assert_eq!((changed.source_secret, changed.target_secret), (Some(vec![1, 2]), Some(vec![9])));
    db.start_sync(1, Some(later(2))).await.unwrap();
    db.save_sync_state(1, "{\"w\":2}".into()).await.unwrap();
    let kept = db.syncs().await.unwrap();
    assert_eq!((kept.len(), kept[0].started_at, kept[0].state.as_str()), (2, Some(later(2)), "{\"w\":2}"));
    db.start_sync(1, None).await.unwrap();
    assert_eq!(db.syncs().await.unwrap()[0].started_at, None);
}

async fn one_run_of_a_configuration_at_a_time(db: Db) {
    for name in ["a", "b"] {
        db.save_sync((name.into(), "{}".into()), (None, None), NOW).await.unwrap().unwrap();
    }
    assert!(db.create_sync_run(run(1, 1)).await.unwrap());
    assert!(!db.create_sync_run(run(2, 1)).await.unwrap() && db.create_sync_run(run(3, 2)).await.unwrap());
    assert_eq!(db.open_sync_runs().await.unwrap().len(), 2);
    let over = SyncRun { phase: "over".into(), finished_at: Some(later(5)), updated_at: later(5), ..run(1, 1) };
    db.save_sync_run(over.clone()).await.unwrap();
    // What is over stays so.
    db.save_sync_run(SyncRun { phase: "values".into(), ..run(1, 1) }).await.unwrap();
    assert_eq!(db.sync_run(Uuid::from_u128(1)).await.unwrap(), Some(over));
    assert!(db.create_sync_run(SyncRun { created_at: later(9), ..run(4, 1) }).await.unwrap());
    let ids: Vec<u128> = db.sync_runs(1, 9).await.unwrap().iter().map(|run| run.id.as_u128()).collect();
    assert_eq!(ids, [4, 1]);
}

async fn the_newest_plans_are_kept(db: Db) {
    db.save_sync(("a".into(), "{}".into()), (None, None), NOW).await.unwrap().unwrap();
    for n in 1..=12 {
        db.save_sync_plan(plan(u128::from(n), 1, n)).await.unwrap();
    }
    assert_eq!(db.sync_plan(Uuid::from_u128(2)).await.unwrap(), None);
    assert_eq!(db.sync_plan(Uuid::from_u128(3)).await.unwrap(), Some(plan(3, 1, 3)));
    let ids: Vec<u128> = db.sync_plans(1).await.unwrap().iter().map(|plan| plan.id.as_u128()).collect();
    assert_eq!(ids, (3..=12).rev().collect::<Vec<_>>());
}

async fn an_object_that_could_not_be_written_keeps_the_hash_of_when_it_was_equal(db: Db) {
    let note = |objects| db.note_synced("p".into(), objects, NOW);
    note(vec![object("a", "1", None), object("b", "2", None)]).await.unwrap();
    note(vec![object("b", "3", Some("E1")), object("c", "4", Some("E2"))]).await.unwrap();
    let equal = HashMap::from([("a", "1"), ("b", "2")].map(|(uid, hash)| (uid.to_owned(), hash.to_owned())));
    assert_eq!(db.synced("p", "dataElements").await.unwrap(), equal);
    assert!(db.synced("q", "dataElements").await.unwrap().is_empty());
    assert_eq!(db.count_sync_ledger("p").await.unwrap(), (3, 2));
    let uids = async |ask: SyncLedgerAsk| -> Vec<String> {
        let rows = db.sync_ledger("p", &SyncLedgerAsk { limit: 2, ..ask }).await.unwrap();
        rows.into_iter().map(|row| row.object.uid).collect()
    };
    let all = SyncLedgerAsk::default;
    let after = |only, uid: &str| Some((only, "dataElements".to_owned(), uid.to_owned()));
    // What could not be written comes first.
    assert_eq!(uids(all()).await, ["b", "c"]);
    assert_eq!(uids(SyncLedgerAsk { after: after(SyncedOnly::Failed, "b"), ..all() }).await, ["c", "a"]);
    assert_eq!(uids(SyncLedgerAsk { after: after(SyncedOnly::All, "a"), ..all() }).await, [""; 0]);
    let failed = SyncLedgerAsk { only: SyncedOnly::Failed, after: after(SyncedOnly::Failed, "b"), ..all() };
    assert_eq!(uids(failed).await, ["c"]);
    assert_eq!(uids(SyncLedgerAsk { uid: "a%_'".into(), ..all() }).await, ["a"]);
    assert_eq!(uids(SyncLedgerAsk { kind: "options".into(), ..all() }).await, [""; 0]);
    db.forget_synced("p".into(), vec![("dataElements".into(), "c".into())]).await.unwrap();
    assert_eq!(db.count_sync_ledger("p").await.unwrap(), (2, 1));
}

async fn what_values_were_is_kept_by_unit(db: Db) {
    let note = |set: &str, units: Vec<(&str, Vec<u8>)>| {
        let units = units.into_iter().map(|(unit, hashes)| (unit.to_owned(), hashes)).collect();
        db.note_synced_values(("p".into(), set.into()), units)
    };
    note("s", vec![("u", vec![0, 255]), ("v", vec![1])]).await.unwrap();
    note("t", vec![("u", vec![7])]).await.unwrap();
    note("s", vec![("u", vec![2; 40_000]), ("v", Vec::new())]).await.unwrap();
    assert_eq!(db.synced_values("p", "s").await.unwrap(), [("u".to_owned(), vec![2; 40_000])]);
    assert_eq!(db.synced_values("p", "t").await.unwrap(), [("u".to_owned(), vec![7])]);
    assert!(db.synced_values("q", "s").await.unwrap().is_empty());
}
