//! How events become counters.

use super::*;
use store::{IssueState, Transition};

on_both![events_of_a_hash_are_one_issue, what_was_counted_is_not_counted_again];

async fn events_of_a_hash_are_one_issue(db: Db) {
    let project = shop(&db).await;
    let of_user = |no, hash, user| Observation { user: Some(user), ..event(no, project, hash) };
    let applied = apply(&db, vec![of_user(1, "a", 7), of_user(2, "b", 7), of_user(4, "a", -1)]).await;
    let told: Vec<_> = applied.iter().map(|one| (one.no, one.number, one.transition)).collect();
    assert_eq!(told, [(1, 1, Some(Transition::New)), (2, 2, Some(Transition::New)), (4, 1, None)]);
    let applied = apply(&db, vec![of_user(6, "a", 7)]).await;
    assert_eq!((applied[0].number, applied[0].transition), (1, None));
    let found = issue(&db, project, 1).await;
    assert_eq!((found.events, found.users, found.first_seen, found.last_seen), (3, 2, later(1), later(6)));
    assert_eq!((found.state.clone(), found.last_event_no), (IssueState::New, 6));
    assert_eq!(db.project(project).await.unwrap().unwrap().first_event_at, Some(later(1)));
    assert_eq!(db.issue(found.id).await.unwrap(), Some(found));
}

async fn what_was_counted_is_not_counted_again(db: Db) {
    let project = shop(&db).await;
    let events = || (1..=5).map(|no| event(no, project, "a")).collect::<Vec<_>>();
    assert_eq!(apply(&db, events()).await.len(), 5);
    assert_eq!(apply(&db, events()).await, []);
    let batch = EventBatch { log: "here".into(), observations: vec![event(6, project, "a")], through: 8 };
    assert_eq!(db.apply_events(batch).await.unwrap().len(), 1);
    assert_eq!(apply(&db, vec![event(7, project, "a"), event(9, project, "a")]).await.len(), 1);
    assert_eq!((issue(&db, project, 1).await.events, db.applied_through("here").await.unwrap()), (7, 9));
    // Another log has numbers of its own.
    let batch = EventBatch { log: "there".into(), observations: events(), through: 5 };
    assert_eq!(db.apply_events(batch).await.unwrap().len(), 5);
    assert_eq!(issue(&db, project, 1).await.events, 12);
}
