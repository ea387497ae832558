//! Releases and deploys.

use crate::{bed::*, issues::*};
use store::{COMMITS_MAX, Commit, Db, Deploy, Observation};

on_both![
    releases_are_announced_or_seen,
    releases_are_listed_by_age,
    deploys_announce_their_release,
    commits_are_replaced
];

async fn releases_are_announced_or_seen(db: Db) {
    let project = shop(&db).await;
    let announced = db.announce_release(project, "2".into(), None, later(5)).await.unwrap();
    assert_eq!((announced.first_seen, announced.last_seen, announced.events), (later(5), None, 0));
    let of = |no, hash: &str, release: &str| Observation { release: Some(release.into()), ..event(no, project, hash) };
    apply(&db, vec![of(1, "a", "1"), of(2, "a", "2"), of(3, "b", "2"), of(9, "b", "2")]).await;
    let one = db.release_of(project, "1").await.unwrap().unwrap();
    assert_eq!((one.first_seen, one.last_seen, one.events, one.new_issues), (later(1), Some(later(1)), 1, 1));
    let two = db.release_of(project, "2").await.unwrap().unwrap();
    assert_eq!((two.first_seen, two.last_seen, two.events, two.new_issues), (later(2), Some(later(9)), 3, 1));
    let dated = db.announce_release(project, "2".into(), Some(later(7)), later(8)).await.unwrap();
    assert_eq!((dated.date_released, dated.events, dated.first_seen), (Some(later(7)), 3, later(2)));
    let again = db.announce_release(project, "2".into(), None, later(8)).await.unwrap();
    assert_eq!(again, dated);
}

async fn releases_are_listed_by_age(db: Db) {
    let project = shop(&db).await;
    for n in [3, 1, 2, 2] {
        db.announce_release(project, format!("v{n}"), None, later(n)).await.unwrap();
    }
    let page = db.releases(project, None, 2).await.unwrap();
    let versions = |rows: &[store::Release]| rows.iter().map(|one| one.version.clone()).collect::<Vec<_>>();
    assert_eq!(versions(&page.rows), ["v3", "v2"]);
    let page = db.releases(project, page.next, 2).await.unwrap();
    assert_eq!((versions(&page.rows), page.next), (vec!["v1".to_owned()], None));
}

async fn deploys_announce_their_release(db: Db) {
    let project = shop(&db).await;
    for (n, environment) in [(1, "staging"), (2, "production")] {
        let deploy =
            Deploy { no: 0, environment: environment.into(), name: "d".into(), url: String::new(), at: later(n) };
        db.add_deploy(project, "1".into(), deploy).await.unwrap();
    }
    let release = db.release_of(project, "1").await.unwrap().unwrap();
    assert_eq!(release.first_seen, later(1));
    let deploys = db.deploys(release.id, 10).await.unwrap();
    assert_eq!(deploys.iter().map(|one| one.environment.as_str()).collect::<Vec<_>>(), ["production", "staging"]);
    assert!(db.add_deploy(99, "1".into(), deploys[0].clone()).await.is_err());
}

async fn commits_are_replaced(db: Db) {
    let project = shop(&db).await;
    let commit = |n: usize| Commit {
        id: format!("{n:040x}"),
        author: "ana@example.org".into(),
        message: format!("Mend {n}"),
        at: (n > 0).then(|| later(n as u64)),
    };
    let many: Vec<_> = (0..COMMITS_MAX + 1).map(commit).collect();
    let release = db.set_commits(project, "1".into(), many, NOW).await.unwrap();
    assert_eq!(db.commits(release.id).await.unwrap().len(), COMMITS_MAX);
    db.set_commits(project, "1".into(), vec![commit(3), commit(0)], NOW).await.unwrap();
    assert_eq!(db.commits(release.id).await.unwrap(), [commit(3), commit(0)]);
    db.set_commits(project, "1".into(), vec![], NOW).await.unwrap();
    assert!(db.commits(release.id).await.unwrap().is_empty());
    let everywhere = db.releases_of_version("1").await.unwrap();
    assert_eq!(everywhere, [db.release_of(project, "1").await.unwrap().unwrap()]);
    assert!(db.set_commits(99, "1".into(), vec![], NOW).await.is_err());
}
