//! Jobs that come again, and each time that one was due.

use crate::bed::*;
use model::{Authority, JobKind, JobState, MissedPolicy, OverlapPolicy, Timestamp};
use std::time::Duration;
use store::{
    Db, JobSchedule, LedgerMatch, NewItem, NewJob, NewJobSchedule, NextDue, NotedDues, RunState, ScheduleKept,
    SchedulePlan, ScheduleRun,
};
use uuid::Uuid;

on_both![
    a_schedule_is_kept_changed_and_removed,
    a_time_is_noted_once_however_many_look,
    a_run_becomes_its_job_once,
    runs_wait_one_after_another_within_a_bound,
    a_paused_schedule_is_not_due,
    only_the_last_runs_are_kept,
    what_went_well_and_what_was_missed_is_told,
];

pub(crate) fn new_schedule(name: &str) -> NewJobSchedule {
    NewJobSchedule {
        id: Uuid::from_u128(name.bytes().fold(1, |id, byte| id * 257 + u128::from(byte))),
        name: name.to_owned(),
        kind: JobKind::Noop,
        plan: SchedulePlan {
            expression: "every 1 min".to_owned(),
            zone: "Europe/Paris".to_owned(),
            days_off: vec!["sun".to_owned(), "12-25".to_owned()],
            jitter: Duration::from_secs(90),
            missed: MissedPolicy::All,
            overlap: OverlapPolicy::Queue,
        },
        spec: "{}".to_owned(),
        authority: Authority::Write,
        created_by: "ana".to_owned(),
        next: Some(next(60)),
    }
}

fn next(seconds: u64) -> NextDue {
    NextDue { due: later(seconds), begins: later(seconds + 5) }
}

async fn make(db: &Db, name: &str) -> JobSchedule {
    assert_eq!(db.create_job_schedule(new_schedule(name), NOW).await.unwrap(), ScheduleKept::Kept);
    db.job_schedule_named(name).await.unwrap().unwrap()
}

fn noted(seconds: &[u64], then: u64) -> NotedDues {
    NotedDues { waiting: seconds.iter().map(|seconds| later(*seconds)).collect(), missed: None, next: Some(next(then)) }
}

fn job(id: u128) -> (NewJob, NewItem) {
    let job = NewJob {
        id: Uuid::from_u128(id).into(),
        kind: JobKind::Noop,
        name: "a".into(),
        on_unknown: model::OnUnknown::Repeat,
        account: None,
        application_name: String::new(),
        flow_name: String::new(),
        created_by: "ana".into(),
        task_type: String::new(),
        task_id: String::new(),
        spec: "{}".into(),
        limits: model::pace::Limits::default(),
        state: JobState::Preparing,
        total: 0,
        ledger: LedgerMatch::None,
        authority: Authority::Write,
    };
    let (content, label, payload) = (String::new(), "a".into(), "{}".into());
    let item = NewItem { seq: 1, message_no: 1, ledger_key: None, content, label, payload, verdict: None };
    (job, item)
}

async fn waiting(db: &Db) -> Vec<ScheduleRun> {
    db.waiting_runs(100).await.unwrap().into_iter().map(|(_, run)| run).collect()
}

async fn states(db: &Db, id: Uuid) -> Vec<RunState> {
    let runs = db.runs_of_schedule(id, None, 2_000).await.unwrap();
    runs.into_iter().map(|run| run.state).collect()
}

async fn a_schedule_is_kept_changed_and_removed(db: Db) {
    let made = make(&db, "a").await;
    let new = new_schedule("a");
    assert_eq!((&made.plan, made.next, made.version, made.paused_at), (&new.plan, new.next, 1, None));
    assert_eq!((made.kind, made.authority, made.created_by.as_str()), (new.kind, new.authority, "ana"));
    let other = NewJobSchedule { id: Uuid::from_u128(7), ..new_schedule("a") };
    assert_eq!(db.create_job_schedule(other.clone(), NOW).await.unwrap(), ScheduleKept::NameTaken);
    make(&db, "b").await;
    let renamed = NewJobSchedule { name: "b".into(), ..new.clone() };
    assert_eq!(db.change_job_schedule(renamed, 1, NOW).await.unwrap(), ScheduleKept::NameTaken);
    let changed = NewJobSchedule { spec: "{\"a\":1}".into(), next: Some(next(90)), ..new };
    assert_eq!(db.change_job_schedule(changed.clone(), 1, later(1)).await.unwrap(), ScheduleKept::Kept);
    assert_eq!(db.change_job_schedule(changed, 1, later(1)).await.unwrap(), ScheduleKept::Changed);
    let kept = db.job_schedule(made.id).await.unwrap().unwrap();
    assert_eq!(
        (kept.version, kept.updated_at, kept.next, kept.spec.as_str()),
        (2, later(1), Some(next(90)), "{\"a\":1}")
    );
    let names = async || db.job_schedules().await.unwrap().into_iter().map(|one| one.name).collect::<Vec<_>>();
    assert_eq!(names().await, ["a", "b"]);
    assert!(db.delete_job_schedule(made.id).await.unwrap() && !db.delete_job_schedule(made.id).await.unwrap());
    assert_eq!(names().await, ["b"]);
}

async fn a_time_is_noted_once_however_many_look(db: Db) {
    let made = make(&db, "a").await;
    let due = async |at| db.due_job_schedules(at, 10).await.unwrap().len();
    assert_eq!((due(later(64)).await, due(later(65)).await), (0, 1), "when it begins, not when it is due");
    let note = || db.note_dues(made.id, later(60), noted(&[60], 120), later(65));
    let both = tokio::join!(note(), note());
    assert!(both.0.unwrap() ^ both.1.unwrap(), "one of them");
    assert_eq!(waiting(&db).await.iter().map(|run| run.due).collect::<Vec<_>>(), [later(60)]);
    assert!(!db.note_dues(made.id, later(60), noted(&[60], 180), later(66)).await.unwrap());
    assert_eq!(db.job_schedule(made.id).await.unwrap().unwrap().next, Some(next(120)));
    let missed = NotedDues { missed: Some((later(120), 4)), ..noted(&[360], 420) };
    assert!(db.note_dues(made.id, later(120), missed, later(365)).await.unwrap());
    let runs = db.runs_of_schedule(made.id, None, 10).await.unwrap();
    let shown: Vec<_> = runs.iter().map(|run| (run.due, run.state, run.times)).collect();
    let expected =
        [(later(360), RunState::Waiting, 1), (later(120), RunState::Missed, 4), (later(60), RunState::Waiting, 1)];
    assert_eq!(shown, expected);
    assert_eq!(db.runs_of_schedule(made.id, Some(later(360)), 1).await.unwrap()[0].due, later(120));
    assert_eq!(db.last_runs().await.unwrap()[0].due, later(360));
}

async fn a_run_becomes_its_job_once(db: Db) {
    let made = make(&db, "a").await;
    db.note_dues(made.id, later(60), noted(&[60], 120), later(65)).await.unwrap();
    let run = waiting(&db).await.remove(0);
    let start = || {
        let (job, item) = job(9);
        db.start_run(&run, job, item, later(66))
    };
    let both = tokio::join!(start(), start());
    let made_jobs: Vec<_> = [both.0.unwrap(), both.1.unwrap()].into_iter().flatten().collect();
    assert_eq!(made_jobs.len(), 1);
    assert_eq!(
        (made_jobs[0].state, made_jobs[0].counters.queued, made_jobs[0].counters.total),
        (JobState::Pending, 1, 1)
    );
    assert!(waiting(&db).await.is_empty());
    let open = db.open_jobs_of_schedule(made.id).await.unwrap();
    assert_eq!(open.iter().map(|job| job.id).collect::<Vec<_>>(), [made_jobs[0].id]);
    let kept = db.runs_of_schedule(made.id, None, 1).await.unwrap().remove(0);
    assert_eq!((kept.state, kept.job), (RunState::Started, Some(made_jobs[0].id)));
    let ids = [made_jobs[0].id, job_id(77)];
    assert_eq!(db.schedules_of_jobs(&ids).await.unwrap().into_iter().collect::<Vec<_>>(), [(ids[0], made.id)]);
    assert!(!db.end_waiting_run(&run, RunState::Failed, None, "late".into()).await.unwrap());
    assert!(db.run_by_hand(made.id, later(70)).await.unwrap() && !db.run_by_hand(Uuid::nil(), NOW).await.unwrap());
    let by_hand = waiting(&db).await.remove(0);
    assert!(by_hand.by_hand && by_hand.due == later(70));
    assert!(db.end_waiting_run(&by_hand, RunState::Failed, None, "é".repeat(2_000)).await.unwrap());
    assert_eq!(db.runs_of_schedule(made.id, None, 1).await.unwrap()[0].detail.chars().count(), 1_000);
}

async fn what_went_well_and_what_was_missed_is_told(db: Db) {
    let (made, other) = (make(&db, "a").await, make(&db, "b").await);
    assert_eq!(db.schedule_successes(9).await.unwrap(), []);
    let missed = NotedDues { missed: Some((later(60), 4)), ..noted(&[120], 180) };
    db.note_dues(made.id, later(60), missed, later(125)).await.unwrap();
    assert_eq!(db.missed_runs_since(NOW).await.unwrap(), 4);
    assert_eq!(db.missed_runs_since(later(126)).await.unwrap(), 0);
    let run = waiting(&db).await.remove(0);
    let (new, item) = job(9);
    let id = db.start_run(&run, new, item, later(126)).await.unwrap().unwrap().id;
    assert_eq!(db.schedule_successes(9).await.unwrap(), [], "it is not over");
    db.cancel_job(id, store::Reason::new("by_hand", ""), later(127)).await.unwrap();
    assert_eq!(db.schedule_successes(9).await.unwrap(), [], "it was not completed");
    db.note_dues(other.id, later(60), noted(&[60], 120), later(65)).await.unwrap();
    let run = waiting(&db).await.remove(0);
    db.end_waiting_run(&run, RunState::Skipped, None, "nothing to do".into()).await.unwrap();
    assert_eq!(db.schedule_successes(9).await.unwrap(), [(other.id, later(65))]);
    assert_eq!(db.schedule_successes(1).await.unwrap(), [], "by name, so many");
}

async fn runs_wait_one_after_another_within_a_bound(db: Db) {
    let (a, b) = (make(&db, "a").await, make(&db, "b").await);
    let many: Vec<u64> = (60..180).collect();
    db.note_dues(a.id, later(60), noted(&many, 300), later(200)).await.unwrap();
    db.note_dues(b.id, later(60), noted(&[70], 300), later(200)).await.unwrap();
    let firsts: Vec<_> = waiting(&db).await.into_iter().map(|run| (run.schedule, run.due)).collect();
    assert_eq!(firsts, [(a.id, later(60)), (b.id, later(70))], "the first of each");
    let skipped = states(&db, a.id).await.into_iter().filter(|state| *state == RunState::Skipped).count();
    assert_eq!(skipped, 20, "a hundred wait");
}

async fn a_paused_schedule_is_not_due(db: Db) {
    let made = make(&db, "a").await;
    assert!(db.pause_job_schedule(made.id, later(1)).await.unwrap());
    assert!(db.due_job_schedules(later(999), 10).await.unwrap().is_empty());
    assert!(!db.note_dues(made.id, later(60), noted(&[60], 120), later(65)).await.unwrap());
    let new = NewJobSchedule { next: Some(next(61)), ..new_schedule("a") };
    assert_eq!(db.change_job_schedule(new, 2, later(2)).await.unwrap(), ScheduleKept::Kept);
    let kept = db.job_schedule(made.id).await.unwrap().unwrap();
    assert_eq!((kept.paused_at, kept.next), (Some(later(1)), None), "a change does not resume it");
    assert!(db.resume_job_schedule(made.id, Some(next(500)), later(400)).await.unwrap());
    let kept = db.job_schedule(made.id).await.unwrap().unwrap();
    assert_eq!((kept.paused_at, kept.next), (None, Some(next(500))));
}

async fn only_the_last_runs_are_kept(db: Db) {
    let made = make(&db, "a").await;
    let mut seen = later(60);
    for round in 1..=3_u64 {
        let at = |step: u64| later(round * 10_000 + step);
        let times = (0..90).map(|step| (at(step), step)).collect::<Vec<_>>();
        let dues = NotedDues {
            waiting: times.iter().map(|(at, _)| *at).collect(),
            missed: Some((later(round * 10_000 - 1), 1)),
            next: Some(NextDue { due: at(5_000), begins: at(5_000) }),
        };
        assert!(db.note_dues(made.id, seen, dues, at(5_000)).await.unwrap());
        for (due, _) in times {
            let run = run_at(made.id, due);
            assert!(db.end_waiting_run(&run, RunState::Failed, None, String::new()).await.unwrap());
        }
        seen = at(5_000);
    }
    assert_eq!(states(&db, made.id).await.len(), 273, "below the bound all stay");
}

fn run_at(schedule: Uuid, due: Timestamp) -> ScheduleRun {
    let (state, detail) = (RunState::Waiting, String::new());
    ScheduleRun { schedule, due, state, by_hand: false, job: None, times: 1, detail, noted_at: due }
}
