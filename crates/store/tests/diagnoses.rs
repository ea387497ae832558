//! Diagnoses: what was asked and found is kept, the oldest go.

use crate::bed::*;
use store::{DIAGNOSES_MAX, Db, DiagnosisFindings};
use uuid::Uuid;

on_both![what_was_found_is_kept, the_oldest_go];

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

async fn what_was_found_is_kept(db: Db) {
    db.begin_diagnosis(id(1), "ana".into(), "{}".into(), Some(id(9).into()), NOW).await.unwrap();
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
    db.begin_diagnosis(id(2), "ana".into(), "{}".into(), None, later(3)).await.unwrap();
    db.end_diagnosis(id(2), Err("no_time".into()), later(4)).await.unwrap();
    let list = db.diagnoses().await.unwrap();
    let told: Vec<_> = list.iter().map(|one| (one.id, one.cause.as_deref(), one.error.as_deref())).collect();
    assert_eq!(told, [(id(2), None, Some("no_time")), (id(1), Some("oom_kill"), None)]);
    assert_eq!(db.diagnosis_findings(id(2)).await.unwrap(), None);
}

async fn the_oldest_go(db: Db) {
    for n in 0..u128::from(DIAGNOSES_MAX) + 2 {
        db.begin_diagnosis(id(n), "ana".into(), "{}".into(), None, later(n as u64)).await.unwrap();
    }
    let list = db.diagnoses().await.unwrap();
    assert_eq!((list.len(), list.last().map(|one| one.id)), (DIAGNOSES_MAX as usize, Some(id(2))));
    assert_eq!(db.diagnosis(id(1)).await.unwrap(), None);
}
