use super::spool::fetch;
use crate::{Ctx, testing::Site};
use api::runs::{OutputLine, RunEnd, RunReport};
use axum::http::StatusCode;
use model::JobState;
use std::{fs, time::Duration};
use uuid::Uuid;

fn report(id: u128, ended: RunEnd) -> RunReport {
    let started_at = "2026-11-24T02:30:00Z".parse().unwrap();
    let line = |text: &str, is_error| OutputLine { at: started_at, is_error, text: text.to_owned() };
    RunReport {
        id: Uuid::from_u128(id),
        name: "backup".to_owned(),
        command: vec!["/usr/local/bin/backup".to_owned(), "--full".to_owned()],
        host: "srv".to_owned(),
        user: "root".to_owned(),
        started_at,
        finished_at: started_at + Duration::from_secs(90),
        ended,
        lines: vec![line("312 files", false), line("one was locked", true)],
        lines_left_out: 4,
    }
}

#[tokio::test]
async fn a_run_becomes_a_job_once_however_often_it_is_reported() {
    let site = Site::new().await;
    for _ in 0..2 {
        let made = site.post("/api/v1/runs", serde_json::to_value(report(1, RunEnd::Exited(0))).unwrap()).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    }
    let job = site.app.db.job(Uuid::from_u128(1).into()).await.unwrap().unwrap();
    assert_eq!((job.state, job.counters.succeeded, job.counters.total), (JobState::Completed, 1, 1));
    assert_eq!(job.finished_at.unwrap().since(job.started_at.unwrap()), Duration::from_secs(90));
    let failed = site.post("/api/v1/runs", serde_json::to_value(report(2, RunEnd::Exited(3))).unwrap()).await.json();
    assert_eq!((&failed["state"], &failed["reason"]["detail"]), (&"failed".into(), &"exit status 3".into()));
    let traces = site.get("/api/v1/traces?errors=true").await.json();
    assert_eq!(traces["rows"].as_array().unwrap().len(), 1, "{traces}");
}

#[tokio::test]
async fn what_was_left_while_nobody_answered_is_fetched_once() {
    let site = Site::new().await;
    let ctx = Ctx::new(site.app.clone());
    fetch(&ctx).await.unwrap();
    let folder = site.app.data.join("spool");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("1.json"), serde_json::to_vec(&report(5, RunEnd::Killed(9))).unwrap()).unwrap();
    fs::write(folder.join("2.json"), "{").unwrap();
    fetch(&ctx).await.unwrap();
    fetch(&ctx).await.unwrap();
    let job = site.app.db.job(Uuid::from_u128(5).into()).await.unwrap().unwrap();
    assert_eq!((job.state, job.counters.failed), (JobState::Failed, 1));
    let left: Vec<_> = fs::read_dir(&folder).unwrap().flatten().map(|entry| entry.file_name()).collect();
    assert_eq!(left, ["2.bad"]);
}
