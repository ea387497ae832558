//! Issues that become one, and two again.

use super::*;
use store::{HourSteps, IssueState};

on_both![
    merged_issues_count_together,
    a_merge_is_undone_without_a_trace,
    what_comes_in_between_goes_with_its_hash,
    a_hash_of_its_own_becomes_a_new_issue,
    merges_that_cannot_be_are_refused,
    issues_are_found_by_their_hashes,
];

async fn two(db: &Db) -> (ProjectId, [i64; 2]) {
    let project = shop(db).await;
    let of = |no, hash: &str, user, os: &str| Observation {
        user: Some(user),
        tags: vec![("os".into(), os.into())],
        ..event(no, project, hash)
    };
    apply(db, vec![of(1, "a", 1, "Linux"), of(2, "a", 2, "Linux"), of(3, "b", 2, "Linux"), of(4, "b", 3, "macOS")])
        .await;
    let [a, b] = [issue(db, project, 1).await.id, issue(db, project, 2).await.id];
    (project, [a, b])
}

/// All that is counted of an issue.
async fn counts(db: &Db, id: i64) -> String {
    let issue = db.issue(id).await.unwrap().expect("the issue is there");
    let steps = HourSteps { since: NOW, hours: 1, count: 2 };
    let hours = db.issue_trends(&[id], steps, None).await.unwrap().remove(&id);
    let tags = db.issue_tags(id, 9).await.unwrap();
    let tags: Vec<_> = tags.iter().map(|tag| (&tag.key, tag.events, &tag.values)).collect();
    let seen = [issue.first_seen, issue.last_seen].map(|at| at.since(NOW).as_secs());
    format!("{} events {} users {seen:?} {hours:?} {tags:?}", issue.events, issue.users)
}

async fn merged_issues_count_together(db: Db) {
    let (project, [a, b]) = two(&db).await;
    let merged = db.merge_issues(a, vec![b, a, b], "ana".into(), later(9)).await.unwrap();
    assert_eq!((merged.id, merged.number, merged.events, merged.users), (a, 1, 4, 3));
    assert_eq!(issue(&db, project, 2).await.id, a, "its number leads there");
    assert_eq!(db.issue(b).await.unwrap(), None);
    let tags = r#"[("os", 4, [("Linux", 3), ("macOS", 1)])]"#;
    assert_eq!(counts(&db, a).await, format!("4 events 3 users [1, 4] Some([4, 0]) {tags}"));
    assert_eq!(db.issues_merged_into(a).await.unwrap()[0].title, "b broke");
    let applied = apply(&db, vec![event(5, project, "b")]).await;
    assert_eq!((applied[0].issue, applied[0].transition), (a, None));
    let hashes = db.issue_hashes(a).await.unwrap();
    let told: Vec<_> = hashes.iter().map(|one| (one.hash.as_str(), one.born_in, one.events)).collect();
    assert_eq!(told, [("b", b, 3), ("a", a, 2)]);
}

async fn a_merge_is_undone_without_a_trace(db: Db) {
    let (project, [a, b]) = two(&db).await;
    let before = [db.issue(a).await.unwrap(), db.issue(b).await.unwrap()];
    let counted = [counts(&db, a).await, counts(&db, b).await];
    db.merge_issues(a, vec![b], "ana".into(), later(9)).await.unwrap();
    let left = db.unmerge_issue(a, vec!["b".into()], "ana".into(), later(10)).await.unwrap();
    assert_eq!(left.iter().map(|one| one.id).collect::<Vec<_>>(), [b]);
    assert_eq!([db.issue(a).await.unwrap(), db.issue(b).await.unwrap()], before);
    assert_eq!([counts(&db, a).await, counts(&db, b).await], counted);
    assert_eq!((issue(&db, project, 2).await.id, db.issues_merged_into(a).await.unwrap()), (b, vec![]));
    let what: Vec<_> = db.issue_activity(a, None, 9).await.unwrap().rows.into_iter().map(|one| one.what).collect();
    assert_eq!(what, ["unmerged", "merged"]);
}

async fn what_comes_in_between_goes_with_its_hash(db: Db) {
    let (project, [a, b]) = two(&db).await;
    db.merge_issues(a, vec![b], "ana".into(), later(9)).await.unwrap();
    apply(&db, vec![event(11, project, "b"), event(12, project, "a")]).await;
    db.unmerge_issue(a, vec!["b".into()], "ana".into(), later(20)).await.unwrap();
    assert_eq!(db.verify_issues().await.unwrap(), [0_i64; 0]);
    let [a, b] = [db.issue(a).await.unwrap().unwrap(), db.issue(b).await.unwrap().unwrap()];
    assert_eq!((a.events, a.first_seen, a.last_seen), (3, later(1), later(12)));
    assert_eq!((b.events, b.first_seen, b.last_seen), (3, later(3), later(11)));
}

async fn a_hash_of_its_own_becomes_a_new_issue(db: Db) {
    let project = shop(&db).await;
    let both = |no, hashes: &[&str]| Observation {
        hashes: hashes.iter().map(|hash| (*hash).into()).collect(),
        ..event(no, project, "")
    };
    // The first that is known says which issue it is; what is beside it belongs there from then on.
    let applied = apply(&db, vec![both(1, &["a"]), both(2, &["b", "a"]), both(3, &["b"]), both(4, &["c", "b"])]).await;
    assert!(applied.iter().all(|one| one.number == 1));
    let id = applied[0].issue;
    let hashes = db.issue_hashes(id).await.unwrap();
    let told: Vec<_> = hashes.iter().map(|one| (one.hash.as_str(), one.events)).collect();
    assert_eq!(told, [("a", 2), ("b", 2), ("c", 0)]);
    let left = db.unmerge_issue(id, vec!["b".into()], "ana".into(), later(9)).await.unwrap();
    assert_eq!((left[0].number, left[0].events, &left[0].state), (2, 2, &IssueState::New));
    let applied = apply(&db, vec![both(10, &["b", "a"]), both(11, &["a", "b"])]).await;
    assert_eq!(applied.iter().map(|one| one.number).collect::<Vec<_>>(), [2, 1]);
}

async fn merges_that_cannot_be_are_refused(db: Db) {
    let (project, [a, b]) = two(&db).await;
    let other = NewProject { name: "x".into(), platform: String::new(), settings: "{}".into(), key: [2; 16] };
    let other = db.create_project(other, NOW).await.unwrap().0.id;
    let strange = apply(&db, vec![event(9, other, "a")]).await[0].issue;
    let merge = |others| db.merge_issues(a, others, "ana".into(), NOW);
    assert_eq!(merge(vec![b, 99]).await.unwrap_err().to_string(), "there is no issue 99");
    let text = merge(vec![strange]).await.unwrap_err().to_string();
    assert_eq!(text, "issues of different projects cannot be merged");
    assert_eq!(issue(&db, project, 2).await.id, b, "nothing was merged");
    let unmerge = |hash: &str| db.unmerge_issue(a, vec![hash.into()], "ana".into(), NOW);
    assert_eq!(unmerge("b").await.unwrap_err().to_string(), format!("`b` is no group of issue {a}"));
    assert_eq!(unmerge("a").await.unwrap_err().to_string(), format!("issue {a} would have no group left"));
}

async fn issues_are_found_by_their_hashes(db: Db) {
    let (project, [a, b]) = two(&db).await;
    let asked = ["b", "a", "unknown"].map(|hash| (project, hash.to_owned()));
    let found = async || {
        let found = db.issues_of_hashes(&asked).await.unwrap();
        let mut told: Vec<_> = found.into_iter().map(|((of, hash), issue)| (of, hash, issue.id)).collect();
        told.sort();
        told
    };
    assert_eq!(found().await, [(project, "a".to_owned(), a), (project, "b".to_owned(), b)]);
    db.merge_issues(a, vec![b], "ana".into(), later(9)).await.unwrap();
    assert_eq!(found().await, [(project, "a".to_owned(), a), (project, "b".to_owned(), a)], "where it went");
    assert!(db.issues_of_hashes(&[(project + 1, "a".to_owned())]).await.unwrap().is_empty(), "another project's");
    assert!(db.issues_of_hashes(&[]).await.unwrap().is_empty());
}
