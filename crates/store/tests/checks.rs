//! Checks: changed by one at a time, the last pings kept, outages noted with the change.

use crate::bed::*;
use model::CheckState;
use store::{CheckChange, CheckName, Db, NewPing, StoredCheck};
use uuid::Uuid;

on_both![a_check_is_made_once, pings_at_the_same_time_all_count, outages_begin_and_end_with_the_state];

pub(crate) fn check(n: u128, slug: &str) -> StoredCheck {
    StoredCheck {
        id: Uuid::from_u128(n),
        key: Uuid::from_u128(n + 100),
        slug: slug.into(),
        spec: "é\0".into(),
        facts: "{}".into(),
        state: CheckState::New,
        since: NOW,
        look_at: None,
        pings: 0,
        created_by: "ana".into(),
        created_at: NOW,
        updated_at: NOW,
    }
}

pub(crate) fn change(state: CheckState, seconds: u64, body: &str) -> CheckChange {
    let ping = NewPing {
        at: later(seconds),
        kind: "success".into(),
        run: None,
        took_ms: Some(7),
        source: "127.0.0.1".into(),
        body: body.into(),
    };
    let look_at = Some(later(seconds + 60));
    CheckChange {
        spec: None,
        facts: "{}".into(),
        state,
        since: later(seconds),
        look_at,
        why: "{}".into(),
        ping: Some(ping),
    }
}

async fn a_check_is_made_once(db: Db) {
    assert!(db.create_check(check(1, "backup")).await.unwrap());
    assert!(!db.create_check(check(2, "backup")).await.unwrap());
    let kept = db.check(&CheckName::Slug("backup".into())).await.unwrap().unwrap();
    assert_eq!(kept, StoredCheck { spec: "é\u{fffd}".into(), ..check(1, "backup") }, "PostgreSQL keeps no NUL");
    assert_eq!(db.check(&CheckName::Key(Uuid::from_u128(101))).await.unwrap().unwrap().id, Uuid::from_u128(1));
    assert_eq!(db.check(&CheckName::Key(Uuid::from_u128(1))).await.unwrap(), None);
    assert!(db.delete_check(Uuid::from_u128(1)).await.unwrap());
    assert!(db.checks().await.unwrap().is_empty());
}

async fn pings_at_the_same_time_all_count(db: Db) {
    db.create_check(check(1, "backup")).await.unwrap();
    let ping = |n: u64| {
        let db = db.clone();
        async move {
            let name = CheckName::Key(Uuid::from_u128(101));
            let said = format!("run {n}");
            db.change_check(name, later(n), move |_| Some(change(CheckState::Up, n, &said))).await.unwrap().unwrap()
        }
    };
    futures_util::future::join_all((0..130).map(ping)).await;
    let kept = db.check(&CheckName::Id(Uuid::from_u128(1))).await.unwrap().unwrap();
    assert_eq!((kept.pings, kept.state), (130, CheckState::Up));
    let pings = db.pings_of_check(kept.id, 500).await.unwrap();
    assert_eq!((pings.len(), pings[0].no, pings[99].no), (100, 130, 31));
    assert_eq!(pings.iter().filter(|ping| !ping.ping.body.is_empty()).count(), 20);
    assert_eq!(db.checks_to_look_at(NOW, 9).await.unwrap(), []);
    assert_eq!(db.checks_to_look_at(later(999), 9).await.unwrap().len(), 1);
}

async fn outages_begin_and_end_with_the_state(db: Db) {
    db.create_check(check(1, "backup")).await.unwrap();
    let id = Uuid::from_u128(1);
    use CheckState::{Down, Late, Paused, Up};
    for (n, state) in [Up, Late, Down, Down, Up, Paused, Down].into_iter().enumerate() {
        let at = 10 * (n as u64 + 1);
        db.change_check(CheckName::Id(id), later(at), move |_| Some(change(state, at, ""))).await.unwrap();
        let in_trouble = matches!(state, Late | Down);
        assert_eq!(db.checks_in_trouble(9).await.unwrap().len(), usize::from(in_trouble));
    }
    let outages = db.check_outages(Some(id), NOW).await.unwrap();
    let shown: Vec<_> = outages.iter().map(|one| (one.state, one.began_at, one.ended_at)).collect();
    assert_eq!(
        shown,
        [(Down, later(70), None), (Paused, later(60), Some(later(70))), (Down, later(30), Some(later(50))),]
    );
    assert_eq!(db.forget_check_outages(later(65)).await.unwrap(), 1);
    assert_eq!(db.check_outages(None, later(99)).await.unwrap().len(), 1);
}
