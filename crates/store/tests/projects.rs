//! Projects, their keys, and their end.

use crate::{bed::*, issues::*};
use store::{Db, NewProject, ProjectChange, ProjectRemoval};

on_both![
    a_project_has_a_slug_and_a_key,
    a_key_opens_its_project_until_it_is_disabled,
    a_change_tells_what_was_before,
    a_project_goes_step_by_step_with_what_is_its_own,
];

fn named(name: &str, key: u8) -> NewProject {
    NewProject { name: name.into(), platform: "python".into(), settings: "{}".into(), key: [key; 16] }
}

async fn a_project_has_a_slug_and_a_key(db: Db) {
    let (first, key) = db.create_project(named("Ma Boutique", 0xab), NOW).await.unwrap();
    assert_eq!((first.slug.as_str(), key.public_key.as_str()), ("ma-boutique", "ab".repeat(16).as_str()));
    let (second, _) = db.create_project(named("ma boutique", 2), NOW).await.unwrap();
    assert_eq!(second.slug, "ma-boutique-2");
    assert_eq!(db.project(first.id).await.unwrap().as_ref(), Some(&first));
    assert_eq!(db.project_of_slug("ma-boutique-2").await.unwrap().as_ref(), Some(&second));
    assert_eq!(db.projects().await.unwrap(), [first, second]);
    assert!(db.project(99).await.unwrap().is_none());
}

async fn a_key_opens_its_project_until_it_is_disabled(db: Db) {
    let (project, first) = db.create_project(named("Shop", 1), NOW).await.unwrap();
    let second = db.create_project_key(project.id, [2; 16], later(1)).await.unwrap();
    assert_eq!(db.project_keys(project.id).await.unwrap(), [first.clone(), second.clone()]);
    assert!(db.disable_project_key(first.public_key.clone(), later(2)).await.unwrap());
    assert!(!db.disable_project_key(first.public_key.clone(), later(3)).await.unwrap());
    assert_eq!(db.project_of_key(&first.public_key).await.unwrap(), None);
    assert_eq!(db.project_of_key(&second.public_key).await.unwrap(), Some(project));
    assert_eq!(db.project_keys(second.project).await.unwrap()[0].disabled_at, Some(later(2)));
    let error = db.create_project_key(99, [3; 16], NOW).await.unwrap_err();
    assert_eq!(error.to_string(), "there is no project 99");
}

async fn a_change_tells_what_was_before(db: Db) {
    let (project, _) = db.create_project(named("Shop", 1), NOW).await.unwrap();
    let change = ProjectChange { settings: Some("{\"a\":1}".into()), ..ProjectChange::default() };
    assert_eq!(db.change_project(project.id, change).await.unwrap(), project);
    let now = db.project(project.id).await.unwrap().unwrap();
    assert_eq!((now.name.as_str(), now.settings.as_str()), ("Shop", "{\"a\":1}"));
}

async fn a_project_goes_step_by_step_with_what_is_its_own(db: Db) {
    let (project, other) = (shop(&db).await, named("Other", 9));
    let (other, _) = db.create_project(other, NOW).await.unwrap();
    apply(&db, (1..=9).map(|no| event(no, project, &format!("h{}", no % 3))).collect()).await;
    apply(&db, vec![event(10, other.id, "h")]).await;
    assert_eq!(db.projects_being_removed().await.unwrap(), []);
    let mut rounds = 0;
    while db.remove_project(project, 2, NOW).await.unwrap().more {
        rounds += 1;
        assert!(db.project(project).await.unwrap().is_none() && rounds < 50);
        assert_eq!(db.projects_being_removed().await.unwrap(), [(project, "shop".to_owned())]);
        assert!(db.project_of_key(&"01".repeat(16)).await.unwrap().is_none());
        // What still comes in is not counted.
        assert_eq!(apply(&db, vec![event(10 + rounds, project, "h1")]).await, []);
    }
    assert!(rounds > 2);
    assert_eq!(db.remove_project(project, 4, NOW).await.unwrap(), ProjectRemoval { rows: 0, more: false });
    assert_eq!(db.issue_of_number(project, 1).await.unwrap(), None);
    assert_eq!(issue(&db, other.id, 1).await.events, 1);
}
