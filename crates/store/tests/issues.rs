//! Issues: what events make of them.

mod histories;
mod lists;
mod merging;
mod processes;
mod projection;
mod retention;
mod states;

use crate::bed::*;
use model::Level;
use store::{AppliedObservation, Db, EventBatch, Issue, IssueKind, NewProject, Observation, ProjectId};
use uuid::Uuid;

pub(crate) async fn shop(db: &Db) -> ProjectId {
    let new = NewProject { name: "Shop".into(), platform: "python".into(), settings: "{}".into(), key: [1; 16] };
    db.create_project(new, NOW).await.unwrap().0.id
}

/// The event of that number, as many seconds after the beginning.
pub(crate) fn event(no: i64, project: ProjectId, hash: &str) -> Observation {
    Observation {
        no,
        event: Uuid::from_u128(no as u128),
        project,
        at: later(no as u64),
        hashes: vec![hash.into()],
        kind: IssueKind::Error,
        title: format!("{hash} broke"),
        culprit: "shop.views in pay".into(),
        level: Level::Error,
        platform: "python".into(),
        environment: String::new(),
        release: None,
        user: None,
        tags: Vec::new(),
    }
}

pub(crate) async fn apply(db: &Db, observations: Vec<Observation>) -> Vec<AppliedObservation> {
    let through = observations.iter().map(|one| one.no).max().unwrap_or_default();
    db.apply_events(EventBatch { log: "here".into(), observations, through }).await.unwrap()
}

pub(crate) async fn issue(db: &Db, project: ProjectId, number: i64) -> Issue {
    db.issue_of_number(project, number).await.unwrap().expect("the issue is there")
}
