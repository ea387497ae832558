//! What comes beside events: feedback, attachments, and counts of what was dropped.

use crate::{bed::*, issues::*};
use std::collections::HashSet;
use store::{ATTACHMENT_BYTES_MAX, Db, DropSide, DroppedItems, EventAttachment, ReportsKeptSince, UserFeedback};
use uuid::Uuid;

on_both![
    feedback_is_listed_and_found_by_the_issue_of_its_event,
    attachments_are_listed_by_event_within_a_bound,
    what_was_dropped_adds_up,
    what_is_old_goes_within_a_bound,
    what_is_a_projects_own_goes_with_it,
];

pub(crate) fn said(project: i64, event: Option<u128>, message: &str) -> UserFeedback {
    UserFeedback {
        project,
        event: event.map(Uuid::from_u128),
        name: "Anne".into(),
        email: "anne@example.org".into(),
        message: message.into(),
        at: NOW,
        ..UserFeedback::default()
    }
}

pub(crate) fn attachment(project: i64, event: u128, bytes: u64) -> EventAttachment {
    EventAttachment {
        no: 0,
        project,
        event: Uuid::from_u128(event),
        name: "../../screen.png".into(),
        content_type: "image/png".into(),
        kind: "event.attachment".into(),
        sha256: format!("{bytes:064x}"),
        bytes,
        at: NOW,
    }
}

pub(crate) fn lost(side: DropSide, reason: &str, count: u64) -> DroppedItems {
    DroppedItems { side, category: "error".into(), reason: reason.into(), count }
}

async fn feedback_is_listed_and_found_by_the_issue_of_its_event(db: Db) {
    let project = shop(&db).await;
    for said in [said(project, Some(1), "one"), said(project, None, "two"), said(project, Some(2), "three")] {
        db.add_feedback(said).await.unwrap();
    }
    let page = db.feedback(Some(project), None, 2).await.unwrap();
    let texts = |rows: &[UserFeedback]| rows.iter().map(|one| one.message.clone()).collect::<Vec<_>>();
    assert_eq!(texts(&page.rows), ["three", "two"]);
    let page = db.feedback(Some(project), page.next, 2).await.unwrap();
    assert_eq!((texts(&page.rows), page.next), (vec!["one".to_owned()], None));
    assert_eq!(db.feedback(None, None, 9).await.unwrap().rows.len(), 3);
    assert!(db.feedback(Some(99), None, 9).await.unwrap().rows.is_empty());

    let waiting = db.unplaced_feedback(NOW, 9).await.unwrap();
    assert_eq!(texts(&waiting), ["three", "one"]);
    assert!(db.unplaced_feedback(later(1), 9).await.unwrap().is_empty());
    apply(&db, vec![event(1, project, "a"), event(2, project, "b")]).await;
    db.place_feedback(waiting[1].no, "a".into()).await.unwrap();
    assert_eq!(texts(&db.unplaced_feedback(NOW, 9).await.unwrap()), ["three"]);
    let [a, b] = [issue(&db, project, 1).await.id, issue(&db, project, 2).await.id];
    assert_eq!(texts(&db.issue_feedback(a, 9).await.unwrap()), ["one"]);
    let listed = db.feedback(Some(project), None, 9).await.unwrap().rows;
    assert_eq!(listed.iter().map(|one| one.issue).collect::<Vec<_>>(), [None, None, Some(1)]);
    // Where the issue goes, what was said goes along.
    db.merge_issues(b, vec![a], "ana".into(), NOW).await.unwrap();
    assert_eq!(texts(&db.issue_feedback(b, 9).await.unwrap()), ["one"]);
    assert!(db.issue_feedback(a, 9).await.unwrap().is_empty());
}

async fn attachments_are_listed_by_event_within_a_bound(db: Db) {
    let project = shop(&db).await;
    for one in [attachment(project, 1, 5), attachment(project, 1, 6), attachment(project, 2, 7)] {
        db.add_attachment(one).await.unwrap();
    }
    let of = async |event| db.event_attachments(project, Uuid::from_u128(event)).await.unwrap();
    let first = &of(1).await[0];
    assert_eq!(EventAttachment { no: 0, ..first.clone() }, attachment(project, 1, 5));
    assert_eq!(db.attachment(project, first.no).await.unwrap().as_ref(), Some(first));
    assert_eq!(db.attachment(99, first.no).await.unwrap(), None);
    let named = [5, 9].map(|n| format!("{n:064x}"));
    assert_eq!(db.uploads_in_use(&named).await.unwrap(), HashSet::from([named[0].clone()]));
    db.add_attachment(attachment(project, 3, ATTACHMENT_BYTES_MAX - 7)).await.unwrap();
    assert_eq!((of(1).await.len(), of(2).await.len(), of(3).await.len()), (0, 1, 1));
}

async fn what_was_dropped_adds_up(db: Db) {
    let project = shop(&db).await;
    let (client, server) = (DropSide::Client, DropSide::Server);
    let counts = [lost(server, "quota", 2), lost(server, "quota", 3), lost(client, "sample_rate", 9)];
    db.count_dropped(counts.map(|one| (project, one)).to_vec(), NOW).await.unwrap();
    db.count_dropped(vec![(project, lost(server, "quota", 1)), (99, lost(server, "quota", 7))], later(3600))
        .await
        .unwrap();
    db.count_dropped(vec![], NOW).await.unwrap();
    let all = db.dropped(project, NOW).await.unwrap();
    assert_eq!(all, [lost(client, "sample_rate", 9), lost(server, "quota", 6)]);
    assert_eq!(db.dropped(project, later(3600)).await.unwrap(), [lost(server, "quota", 1)]);
}

async fn what_is_old_goes_within_a_bound(db: Db) {
    let project = shop(&db).await;
    for n in 0..3 {
        db.add_feedback(UserFeedback { at: later(n), ..said(project, None, "x") }).await.unwrap();
        db.add_attachment(EventAttachment { at: later(n), ..attachment(project, 1, n) }).await.unwrap();
    }
    let since = ReportsKeptSince { counts: NOW, feedback: later(2), attachments: later(1), chunks: NOW };
    assert_eq!(db.purge_reports(since, 2).await.unwrap(), 2);
    assert_eq!(db.purge_reports(since, 2).await.unwrap(), 1);
    assert_eq!(db.purge_reports(since, 2).await.unwrap(), 0);
    assert_eq!(db.feedback(None, None, 9).await.unwrap().rows.len(), 1);
    assert_eq!(db.event_attachments(project, Uuid::from_u128(1)).await.unwrap().len(), 2);
}

async fn what_is_a_projects_own_goes_with_it(db: Db) {
    let project = shop(&db).await;
    db.add_feedback(said(project, None, "x")).await.unwrap();
    db.add_attachment(attachment(project, 1, 5)).await.unwrap();
    db.count_dropped(vec![(project, lost(DropSide::Client, "quota", 1))], NOW).await.unwrap();
    db.keep_artifacts(project, vec![crate::artifacts::source_map(project, "1", "~/a.js.map", None)]).await.unwrap();
    db.count_sessions(project, vec![crate::release_health::crashed("1", NOW)]).await.unwrap();
    while db.remove_project(project, 2, NOW).await.unwrap().more {}
    assert!(db.feedback(None, None, 9).await.unwrap().rows.is_empty());
    assert!(db.event_attachments(project, Uuid::from_u128(1)).await.unwrap().is_empty());
    assert!(db.dropped(project, NOW).await.unwrap().is_empty());
    assert!(db.artifacts_named(project, &["~/a.js.map".into()]).await.unwrap().is_empty());
    assert!(db.release_health(project, None, NOW..later(1)).await.unwrap().by_release.is_empty());
}
