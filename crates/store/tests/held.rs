//! A copy waits for a person: nothing in it is claimed, due or told by itself.

use crate::{alerts, bed::*, job_schedules::new_schedule};
use model::{JobKind, JobState};
use store::{AlertRecord, Db, HeldJob, NewJob, RESTORED, ScheduleKept};

on_both![nothing_in_a_copy_moves_by_itself];

async fn nothing_in_a_copy_moves_by_itself(db: Db) {
    let worker = worker(&db).await;
    let half = running(&db, new_job(job_id(1)), items(3)).await;
    claim(&db, half, worker, 1, NOW).await;
    // It would go on by itself.
    let waiting = running(&db, NewJob { name: "later".into(), ..new_job(job_id(2)) }, items(2)).await;
    db.pause_job(waiting, reason(), Some(later(60)), NOW).await.unwrap();
    let over = running(&db, NewJob { name: "over".into(), ..new_job(job_id(3)) }, items(1)).await;
    db.cancel_job(over, reason(), NOW).await.unwrap();
    let elsewhere = create(&db, external(job_id(4), 5)).await;
    assert_eq!(db.create_job_schedule(new_schedule("a"), NOW).await.unwrap(), ScheduleKept::Kept);
    db.save_alert_channel(alerts::channel(5, "a"), NOW).await.unwrap();
    let incidents = vec![alerts::incident(1, "x", 0)];
    let told = AlertRecord { incidents, deliveries: vec![alerts::delivery(1, 5)], ..AlertRecord::default() };
    assert!(db.record_alerts(told, NOW).await.unwrap());

    let held = db.hold(later(5)).await.unwrap();
    let names: Vec<_> = held.jobs.iter().map(|HeldJob { id, queued, running, .. }| (*id, *queued, *running)).collect();
    assert_eq!(names, [(half, 2, 1), (waiting, 2, 0)]);
    assert_eq!((held.schedules, held.notices), (1, 1));
    for id in [half, waiting] {
        let job = job(&db, id).await;
        assert_eq!((job.state, job.resumes_at), (JobState::Paused, None));
        assert_eq!(job.reason.unwrap().code, RESTORED);
    }
    assert_eq!(job(&db, over).await.state, JobState::Cancelled);
    let elsewhere = job(&db, elsewhere.id).await;
    assert!(elsewhere.kind == JobKind::External && elsewhere.state != JobState::Paused);
    let year = later(365 * 86_400);
    let startable = db.startable_jobs(year).await.unwrap();
    assert!(startable.iter().all(|(_, kind)| *kind == JobKind::External), "{startable:?}");
    assert!(db.due_job_schedules(year, 10).await.unwrap().is_empty());
    assert!(db.due_alert_deliveries(year).await.unwrap().is_empty());
    assert!(db.alert_events(10).await.unwrap().is_empty());
    assert!(db.verify().await.unwrap().is_empty());
    // A second time nothing is left to be done but to say what waits.
    let again = db.hold(later(6)).await.unwrap();
    assert_eq!((again.jobs.len(), again.schedules, again.notices), (2, 0, 0));
}
