//! Sessions, counted.

use crate::{bed::*, issues::*};
use model::Timestamp;
use store::{Db, HealthReport, ReleaseHealth, SessionTally};

on_both![sessions_add_up_by_release, many_releases_of_an_hour_are_not_told_apart, old_hours_go];

/// A session of user 7 that crashed.
pub(crate) fn crashed(release: &str, at: Timestamp) -> SessionTally {
    SessionTally {
        release: release.into(),
        environment: "production".into(),
        at,
        started: 1,
        crashed: 1,
        users: vec![7],
        crashed_users: vec![7],
        ..SessionTally::default()
    }
}

async fn of(db: &Db, project: i64, environment: Option<&str>) -> HealthReport {
    db.release_health(project, environment, NOW..later(7200)).await.unwrap()
}

async fn sessions_add_up_by_release(db: Db) {
    let project = shop(&db).await;
    let fine = |release: &str, users: Vec<u64>| SessionTally {
        started: users.len() as u64,
        users,
        crashed: 0,
        crashed_users: vec![],
        errored_ids: vec![1],
        ..crashed(release, later(3600))
    };
    db.count_sessions(project, vec![crashed("1", NOW), fine("1", vec![7, 8])]).await.unwrap();
    db.count_sessions(project, vec![fine("1", vec![8, 9]), fine("2", vec![7])]).await.unwrap();
    let elsewhere = SessionTally { environment: "staging".into(), errored: 3, abnormal: 2, ..crashed("1", NOW) };
    db.count_sessions(project, vec![elsewhere]).await.unwrap();
    let report = of(&db, project, None).await;
    let one = ReleaseHealth { started: 6, errored: 4, crashed: 2, abnormal: 2, users: 3, crashed_users: 1 };
    let two = ReleaseHealth { started: 1, errored: 1, crashed: 0, abnormal: 0, users: 1, crashed_users: 0 };
    assert_eq!((&report.by_release["1"], &report.by_release["2"]), (&one, &two));
    assert_eq!((report.started(), report.is_partial), (7, false));
    let production = of(&db, project, Some("production")).await;
    assert_eq!((production.by_release["1"].started, production.by_release["1"].errored), (5, 1));
    let later_only = db.release_health(project, None, later(3600)..later(7200)).await.unwrap();
    assert_eq!(later_only.by_release["1"].crashed, 0);
    assert_eq!(db.release_of(project, "1").await.unwrap().unwrap().first_seen, NOW);
    assert!(db.count_sessions(99, vec![crashed("1", NOW)]).await.is_err());
}

async fn many_releases_of_an_hour_are_not_told_apart(db: Db) {
    let project = shop(&db).await;
    let many = (0..510).map(|n| crashed(&format!("v{n:03}"), NOW)).collect();
    db.count_sessions(project, many).await.unwrap();
    let report = of(&db, project, None).await;
    assert_eq!((report.by_release.len(), report.by_release[""].started, report.started()), (501, 10, 510));
    db.count_sessions(project, vec![crashed("v000", NOW)]).await.unwrap();
    assert_eq!(of(&db, project, None).await.by_release["v000"].started, 2);
}

async fn old_hours_go(db: Db) {
    let project = shop(&db).await;
    db.count_sessions(project, vec![crashed("1", NOW), crashed("1", later(7200))]).await.unwrap();
    let since = store::ReportsKeptSince { counts: later(3600), feedback: NOW, attachments: NOW, chunks: NOW };
    assert_eq!(db.purge_reports(since, 10).await.unwrap(), 1);
    assert_eq!(db.purge_reports(since, 10).await.unwrap(), 0);
    let left = db.release_health(project, None, NOW..later(9000)).await.unwrap();
    assert_eq!(left.by_release["1"].started, 1);
}
