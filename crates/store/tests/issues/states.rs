//! What people decide about issues, and what events make of it.

use super::*;
use serde_json::json;
use std::time::Duration;
use store::{IgnoreUntil, IssueChange, IssueState, IssueStateKind, IssuesToLookAt, NEW_FOR, Resolution, Transition};

on_both![
    a_resolved_issue_comes_back,
    an_event_of_an_older_release_reopens_nothing,
    the_next_release_is_one_that_comes_later,
    an_ignored_issue_comes_back_when_its_time_is_over,
    an_ignored_issue_comes_back_after_so_many_more,
    what_is_new_ages,
    changes_are_written_down_and_can_be_undone,
    comments_stand_in_the_activity,
];

async fn change(db: &Db, ids: &[i64], change: IssueChange, at: u64) -> Vec<Issue> {
    db.change_issues(ids.to_vec(), change, "ana".into(), later(at)).await.unwrap()
}

async fn one_issue(db: &Db) -> (ProjectId, i64) {
    let project = shop(db).await;
    apply(db, vec![event(1, project, "a")]).await;
    (project, issue(db, project, 1).await.id)
}

/// What the event does.
async fn turn(db: &Db, observation: Observation) -> Option<Transition> {
    apply(db, vec![observation]).await[0].transition
}

async fn a_resolved_issue_comes_back(db: Db) {
    let (project, id) = one_issue(&db).await;
    change(&db, &[id], IssueChange::Resolve(Resolution::Now), 10).await;
    // It happened before it was resolved.
    assert_eq!(turn(&db, Observation { at: later(9), ..event(2, project, "a") }).await, None);
    assert_eq!(turn(&db, event(11, project, "a")).await, Some(Transition::Regressed));
    assert_eq!(turn(&db, event(12, project, "a")).await, None);
    let now = issue(&db, project, 1).await;
    assert_eq!((now.state, now.state_at, now.events), (IssueState::Regressed, later(11), 4));
    let done = db.issue_activity(id, None, 10).await.unwrap().rows;
    let told: Vec<_> = done.iter().map(|one| (one.what.as_str(), one.who.as_str())).collect();
    assert_eq!(told, [("regressed", ""), ("resolved", "ana")]);
}

fn of(no: i64, project: ProjectId, release: &str) -> Observation {
    Observation { release: Some(release.into()), ..event(no, project, "a") }
}

async fn an_event_of_an_older_release_reopens_nothing(db: Db) {
    let project = shop(&db).await;
    apply(&db, vec![of(1, project, "9"), of(2, project, "10")]).await;
    let id = issue(&db, project, 1).await.id;
    change(&db, &[id], IssueChange::Resolve(Resolution::Release("10".into())), 3).await;
    assert_eq!(turn(&db, of(4, project, "9")).await, None);
    assert_eq!(turn(&db, event(5, project, "a")).await, None, "of no release");
    assert_eq!(turn(&db, of(6, project, "10")).await, Some(Transition::Regressed));
    // In one that nobody has heard of, from now on.
    change(&db, &[id], IssueChange::Resolve(Resolution::Release("12".into())), 7).await;
    assert_eq!(db.release_of(project, "12").await.unwrap().unwrap().first_seen, later(7));
    assert_eq!(turn(&db, of(8, project, "10")).await, None);
    assert_eq!(turn(&db, of(9, project, "13")).await, Some(Transition::Regressed));
}

async fn the_next_release_is_one_that_comes_later(db: Db) {
    let project = shop(&db).await;
    apply(&db, vec![of(1, project, "1")]).await;
    let id = issue(&db, project, 1).await.id;
    change(&db, &[id], IssueChange::Resolve(Resolution::NextRelease), 3).await;
    assert_eq!(turn(&db, of(4, project, "1")).await, None);
    assert_eq!(turn(&db, event(5, project, "a")).await, None);
    assert_eq!(turn(&db, of(6, project, "2")).await, Some(Transition::Regressed));
}

async fn an_ignored_issue_comes_back_when_its_time_is_over(db: Db) {
    let (project, id) = one_issue(&db).await;
    change(&db, &[id], IssueChange::Ignore(IgnoreUntil::Time(later(20))), 10).await;
    assert_eq!(turn(&db, event(19, project, "a")).await, None);
    assert_eq!(turn(&db, event(20, project, "a")).await, Some(Transition::Unignored));
    assert_eq!(issue(&db, project, 1).await.state, IssueState::Ongoing);
    change(&db, &[id], IssueChange::Ignore(IgnoreUntil::Forever), 21).await;
    assert_eq!(turn(&db, event(99, project, "a")).await, None);
}

async fn an_ignored_issue_comes_back_after_so_many_more(db: Db) {
    let (project, id) = one_issue(&db).await;
    change(&db, &[id], IssueChange::Ignore(IgnoreUntil::Events(3)), 10).await;
    let applied = apply(&db, (11..=15).map(|no| event(no, project, "a")).collect()).await;
    let turns: Vec<_> = applied.iter().map(|one| one.transition.is_some()).collect();
    assert_eq!(turns, [false, false, true, false, false]);
}

async fn what_is_new_ages(db: Db) {
    let (project, id) = one_issue(&db).await;
    apply(&db, vec![event(2, project, "b")]).await;
    assert_eq!(db.age_issues(10, later(1) + NEW_FOR - Duration::from_micros(1)).await.unwrap(), 0);
    assert_eq!(db.age_issues(10, later(1) + NEW_FOR).await.unwrap(), 1);
    assert_eq!(issue(&db, project, 1).await.state, IssueState::Ongoing);
    assert_eq!(issue(&db, project, 2).await.state, IssueState::New);
    let done = db.issue_activity(id, None, 10).await.unwrap().rows;
    assert_eq!((done[0].what.as_str(), &done[0].detail), ("aged", &json!({"from": "new"})));
    let counts = db.count_issues(Some(project)).await.unwrap();
    assert_eq!(counts, [(IssueStateKind::New, 1), (IssueStateKind::Ongoing, 1)]);
    assert_eq!(db.issues_to_look_at().await.unwrap(), [IssuesToLookAt { project, new: 1, regressed: 0 }]);
    change(&db, &[id], IssueChange::Resolve(Resolution::Now), 11).await;
    apply(&db, vec![event(30, project, "a")]).await;
    assert_eq!(db.issues_to_look_at().await.unwrap(), [IssuesToLookAt { project, new: 1, regressed: 1 }]);
}

async fn changes_are_written_down_and_can_be_undone(db: Db) {
    let (project, id) = one_issue(&db).await;
    apply(&db, vec![event(2, project, "b")]).await;
    let other = issue(&db, project, 2).await.id;
    let before = change(&db, &[other, id, 99], IssueChange::Assign(Some("bob".into())), 10).await;
    assert_eq!(
        before.iter().map(|one| (one.id, one.assignee.clone())).collect::<Vec<_>>(),
        [(id, None), (other, None)]
    );
    // What changes nothing is no change.
    assert_eq!(change(&db, &[id], IssueChange::Assign(Some("bob".into())), 11).await, []);
    let before = change(&db, &[id], IssueChange::Resolve(Resolution::Now), 12).await;
    let undo = IssueChange::Restore(before[0].state.clone(), before[0].state_at, before[0].assignee.clone());
    change(&db, &[id], undo, 13).await;
    assert_eq!(db.issue(id).await.unwrap(), before.first().cloned());
    change(&db, &[id], IssueChange::Reopen, 14).await;
    let done = db.issue_activity(id, None, 2).await.unwrap();
    let told: Vec<_> = done.rows.iter().map(|one| (one.what.as_str(), one.detail.clone())).collect();
    let expected = [
        ("reopened", json!({"from": "new", "to": "ongoing"})),
        ("restored", json!({"from": {"resolved": "now"}, "to": "new"})),
    ];
    assert_eq!(told, expected);
    let rest = db.issue_activity(id, done.next, 2).await.unwrap();
    let told: Vec<_> = rest.rows.iter().map(|one| (one.what.as_str(), one.detail.clone())).collect();
    let expected = [
        ("resolved", json!({"from": "new", "to": {"resolved": "now"}})),
        ("assigned", json!({"from": null, "to": "bob"})),
    ];
    assert_eq!((told, rest.next), (expected.to_vec(), None));
}

async fn comments_stand_in_the_activity(db: Db) {
    let (_, id) = one_issue(&db).await;
    db.comment_issue(id, "ana".into(), "é".repeat(10_001), later(5)).await.unwrap();
    let done = db.issue_activity(id, None, 10).await.unwrap().rows;
    assert_eq!((done[0].at, done[0].detail.clone()), (later(5), json!({"text": "é".repeat(10_000)})));
    let error = db.comment_issue(99, "ana".into(), "x".into(), NOW).await.unwrap_err();
    assert_eq!(error.to_string(), "there is no issue 99");
}
