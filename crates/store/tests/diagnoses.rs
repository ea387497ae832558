//! Diagnoses: what was asked and found is kept, the oldest go.

use crate::bed::*;
use model::{ItemState, JobState, OnUnknown};
use store::{DIAGNOSES_MAX, Db, DiagnosisFindings, Item, Job, Lost, NewJob, NewStoredDiagnosis, Reason, Trace};
use uuid::Uuid;

on_both![what_was_found_is_kept, the_oldest_go, an_incident_is_looked_at_once, jobs_that_stopped_are_found];

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

pub(crate) fn asked(n: u128, incident: Option<&str>) -> NewStoredDiagnosis {
    NewStoredDiagnosis {
        id: id(n),
        asked_by: "ana".into(),
        question: "{}".into(),
        job: Some(id(9).into()),
        incident: incident.map(str::to_owned),
    }
}

async fn an_incident_is_looked_at_once(db: Db) {
    assert!(db.begin_diagnosis(asked(1, Some("paused 9 0")), NOW).await.unwrap());
    assert!(!db.begin_diagnosis(asked(2, Some("paused 9 0")), later(1)).await.unwrap());
    assert!(db.begin_diagnosis(asked(3, None), later(2)).await.unwrap());
    assert!(db.begin_diagnosis(asked(4, None), later(3)).await.unwrap(), "people ask as often as they like");
    let newest = db.diagnosis_of_job(id(9).into()).await.unwrap().unwrap();
    assert_eq!((newest.id, newest.incident), (id(4), None));
    assert_eq!(db.diagnosis(id(1)).await.unwrap().unwrap().incident.as_deref(), Some("paused 9 0"));
    assert_eq!(db.diagnosis_of_job(id(8).into()).await.unwrap(), None);
}

async fn jobs_that_stopped_are_found(db: Db) {
    let job = running(&db, new_job(job_id(1)), items(2)).await;
    let lost = running(&db, NewJob { on_unknown: OnUnknown::Hold, ..new_job(job_id(2)) }, items(2)).await;
    let worker = worker(&db).await;
    assert_eq!(claim(&db, lost, worker, 1, NOW).await.items.len(), 1);
    db.pause_job(job, Reason::new("auth_failed", "535"), None, later(60)).await.unwrap();
    let trace = Box::new(|job: &Job, item: &Item| Trace {
        outcome: Some(item.state),
        errors: true,
        verdict: item.verdict.clone(),
        created_at: later(90),
        ..new_trace(Some(job.id), Some(item.seq))
    });
    let rescued = db.rescue(Lost::Everybodys, verdict("outcome_lost"), trace, later(90)).await.unwrap();
    assert_eq!(rescued[0].items[0].state, ItemState::Unknown);
    let stops = db.job_stops(NOW, later(500)).await.unwrap();
    let told: Vec<_> =
        stops.iter().map(|stop| (stop.job, stop.state, stop.reason.as_ref().map(|r| &*r.code))).collect();
    assert_eq!(told, [(job, Some(JobState::Paused), Some("auth_failed")), (lost, None, None)]);
    assert!(stops[0].incident().starts_with("paused ") && stops[0].incident() != stops[1].incident());
    assert!(db.job_stops(later(400), later(500)).await.unwrap().is_empty());
}

async fn what_was_found_is_kept(db: Db) {
    db.begin_diagnosis(asked(1, None), NOW).await.unwrap();
    let begun = db.diagnosis(id(1)).await.unwrap().unwrap();
    assert_eq!((begun.finished_at, begun.verdict, begun.job), (None, None, Some(id(9).into())));
    assert_eq!(db.diagnosis_findings(id(1)).await.unwrap(), None);
    let found = DiagnosisFindings {
        verdict: "cause".into(),
        cause: Some("oom_kill".into()),
        report: "{}".into(),
        english: "{\"title\":\"é\"}".into(),
        french: "{}".into(),
        not_sent: Some(vec![0, 255]),
    };
    db.end_diagnosis(id(1), Ok(found.clone()), later(2)).await.unwrap();
    assert_eq!(db.diagnosis_findings(id(1)).await.unwrap(), Some(found));
    db.begin_diagnosis(asked(2, None), later(3)).await.unwrap();
    db.end_diagnosis(id(2), Err("no_time".into()), later(4)).await.unwrap();
    let list = db.diagnoses().await.unwrap();
    let told: Vec<_> = list.iter().map(|one| (one.id, one.cause.as_deref(), one.error.as_deref())).collect();
    assert_eq!(told, [(id(2), None, Some("no_time")), (id(1), Some("oom_kill"), None)]);
    assert_eq!(db.diagnosis_findings(id(2)).await.unwrap(), None);
}

async fn the_oldest_go(db: Db) {
    for n in 0..u128::from(DIAGNOSES_MAX) + 2 {
        db.begin_diagnosis(asked(n, None), later(n as u64)).await.unwrap();
    }
    let list = db.diagnoses().await.unwrap();
    assert_eq!((list.len(), list.last().map(|one| one.id)), (DIAGNOSES_MAX as usize, Some(id(2))));
    assert_eq!(db.diagnosis(id(1)).await.unwrap(), None);
}
