//! What is too old goes.

use super::*;
use store::{HourSteps, IssuesPurged};

on_both![old_issues_and_old_hours_go];

/// An issue that somebody else has written to is found.
#[tokio::test]
async fn what_does_not_add_up_is_found() {
    use sqlx::{Connection, Executor};
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("vigie.db");
    let db = Db::open_sqlite(&file, dir.path()).await.unwrap();
    let project = shop(&db).await;
    let applied = apply(&db, vec![event(1, project, "a"), event(2, project, "b")]).await;
    assert_eq!(db.verify_issues().await.unwrap(), [0_i64; 0]);
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&file);
    let mut beside = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
    beside.execute("UPDATE issues SET events = 7 WHERE number = 2").await.unwrap();
    assert_eq!(db.verify_issues().await.unwrap(), [applied[1].issue]);
}

async fn old_issues_and_old_hours_go(db: Db) {
    let project = shop(&db).await;
    let tagged = |no: i64, hash: &str, at| Observation {
        at,
        user: Some(no),
        tags: vec![("os".into(), "Linux".into())],
        ..event(no, project, hash)
    };
    let old = later(5);
    let recent = later(9 * 3600);
    let events = vec![tagged(1, "a", old), tagged(2, "b", old), tagged(3, "c", old), tagged(4, "c", recent)];
    let applied = apply(&db, events).await;
    db.merge_issues(applied[0].issue, vec![applied[1].issue], "ana".into(), recent).await.unwrap();
    let kept = applied[2].issue;
    let mut gone = IssuesPurged::default();
    for round in 0.. {
        let purged = db.purge_issues(later(2 * 3600), 3).await.unwrap();
        gone.issues += purged.issues;
        gone.hours += purged.hours;
        assert!(round < 20);
        if !purged.more {
            break;
        }
    }
    assert_eq!(gone, IssuesPurged { issues: 1, hours: 1, more: false });
    assert_eq!(db.issue_of_number(project, 1).await.unwrap(), None);
    assert_eq!(db.issue_of_number(project, 2).await.unwrap(), None);
    assert_eq!(db.issue(kept).await.unwrap().unwrap().events, 2);
    let steps = HourSteps { since: NOW, hours: 1, count: 20 };
    let hours: u64 = db.issue_trends(&[kept], steps, None).await.unwrap()[&kept].iter().sum();
    assert_eq!(hours, 1);
    // What was grouped there makes a new one.
    assert_eq!(apply(&db, vec![tagged(9, "a", recent)]).await[0].number, 4);
}
