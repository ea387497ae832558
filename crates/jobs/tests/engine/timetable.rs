//! Schedules on a clock that moves when it is told: which runs begin, and which do not.

use crate::stage::{NOW, Stage, on_both};
use futures_util::FutureExt as _;
use jobs::{Place, Prepared, Schedules, Timetable, Unprepared, next_due, run_job, timing};
use model::{Authority, Clock, JobKind, JobState, MissedPolicy, OnUnknown, OverlapPolicy, pace::Limits};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use store::{
    Db, JobSchedule, LedgerMatch, NewItem, NewJob, NewJobSchedule, Reason, RunState, ScheduleKept, SchedulePlan,
    ScheduleRun,
};
use tokio::sync::watch;
use uuid::Uuid;

on_both![
    a_due_time_begins_one_run,
    an_overlap_is_left_out_queued_or_replaced,
    what_was_missed_is_caught_up_with,
    what_cannot_be_prepared_is_said_and_what_may_pass_is_tried_again,
    many_who_look_begin_one_run,
];

use RunState::{Failed, Missed, Skipped, Started, Waiting};

const MINUTE: Duration = Duration::from_secs(60);
const ID: Uuid = Uuid::from_u128(77);

fn prepared(schedule: JobSchedule, run: &ScheduleRun) -> Prepared {
    let job = NewJob {
        id: run_job(schedule.id, run.due),
        kind: JobKind::External,
        name: schedule.name,
        on_unknown: OnUnknown::Hold,
        account: None,
        application_name: String::new(),
        flow_name: String::new(),
        created_by: String::new(),
        task_type: String::new(),
        task_id: String::new(),
        spec: schedule.spec,
        limits: Limits::default(),
        state: JobState::Preparing,
        total: 0,
        ledger: LedgerMatch::None,
        authority: Authority::Write,
    };
    let (content, label, payload) = (String::new(), "a".to_owned(), "{}".to_owned());
    let item = NewItem { seq: 1, message_no: 1, ledger_key: None, content, label, payload, verdict: None };
    Prepared::One(Box::new(job), Box::new(item))
}

/// Looks after schedules on a stage, as the one who leads.
async fn keeping(stage: &Stage, answers: &'static [&'static str]) -> (Schedules, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let asks = Arc::clone(&asked);
    let prepare: jobs::Prepare = Arc::new(move |schedule, run| {
        let answer = answers.get(asks.fetch_add(1, Ordering::SeqCst)).copied().unwrap_or("made");
        async move {
            match answer {
                "refused" => Err(Unprepared::Refused("no list".to_owned())),
                "later" => Err(Unprepared::Later("no answer".to_owned())),
                _ => Ok(prepared(schedule, &run)),
            }
        }
        .boxed()
    });
    let told: jobs::Told = Arc::new(|_| async {}.boxed());
    let clock = Clock::Manual(stage.clock.clone());
    let table = Timetable::new(stage.db.clone(), clock.clone(), prepare, told);
    let worker = leader(&stage.db).await;
    let place = Place { db: stage.db.clone(), clock, name: "here".into(), worker: Some(watch::channel(worker).1) };
    (Schedules::start(&place, [table.keeping()]), asked)
}

/// The worker that leads: made, where there is none.
async fn leader(db: &Db) -> i64 {
    for worker in db.workers(NOW).await.unwrap() {
        if db.leads(worker.token).await.unwrap() {
            return worker.token;
        }
    }
    db.register_worker("one".into(), 1, Duration::from_secs(600), NOW).await.unwrap()
}

async fn make(db: &Db, overlap: OverlapPolicy, missed: MissedPolicy) {
    let (expression, zone) = ("every 1 min".to_owned(), "UTC".to_owned());
    let plan = SchedulePlan { expression, zone, missed, overlap, ..SchedulePlan::default() };
    let timing = timing(&plan, NOW).unwrap();
    let new = NewJobSchedule {
        id: ID,
        name: "minutely".to_owned(),
        kind: JobKind::External,
        next: next_due(&timing, ID, plan.jitter, NOW),
        plan,
        spec: "{}".to_owned(),
        authority: Authority::Write,
        created_by: "ana".to_owned(),
    };
    assert_eq!(db.create_job_schedule(new, NOW).await.unwrap(), ScheduleKept::Kept);
}

async fn states(db: &Db) -> Vec<RunState> {
    let runs = db.runs_of_schedule(ID, None, 100).await.unwrap();
    runs.into_iter().rev().map(|run| run.state).collect()
}

/// Until runs stand so, the first first, while the clock is moved by `step`.
async fn until(stage: &Stage, step: Duration, wanted: &[RunState]) {
    let begun = Instant::now();
    loop {
        let found = states(&stage.db).await;
        if found == wanted {
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "{found:?} and not {wanted:?}");
        stage.clock.advance(step);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

const STILL: Duration = Duration::from_millis(1);

async fn complete_open(stage: &Stage) {
    for job in stage.db.open_jobs_of_schedule(ID).await.unwrap() {
        stage.db.start_job(job.id, stage.clock.now()).await.unwrap();
        stage.db.complete_job(job.id, None, stage.clock.now()).await.unwrap();
    }
}

async fn a_due_time_begins_one_run(stage: Stage) {
    make(&stage.db, OverlapPolicy::Skip, MissedPolicy::Once).await;
    let (_keeping, asked) = keeping(&stage, &[]).await;
    stage.clock.advance(MINUTE);
    until(&stage, STILL, &[Started]).await;
    let run = stage.db.runs_of_schedule(ID, None, 1).await.unwrap().remove(0);
    assert_eq!((run.due, run.job, run.by_hand), (NOW + MINUTE, Some(run_job(ID, NOW + MINUTE)), false));
    let job = stage.db.job(run.job.unwrap()).await.unwrap().unwrap();
    assert_eq!((job.name.as_str(), job.counters.total), ("minutely", 1));
    complete_open(&stage).await;
    stage.clock.advance(MINUTE);
    until(&stage, STILL, &[Started, Started]).await;
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}

async fn an_overlap_is_left_out_queued_or_replaced(stage: Stage) {
    make(&stage.db, OverlapPolicy::Skip, MissedPolicy::Once).await;
    let (_keeping, _) = keeping(&stage, &[]).await;
    stage.clock.advance(MINUTE);
    until(&stage, STILL, &[Started]).await;
    stage.clock.advance(MINUTE);
    until(&stage, STILL, &[Started, Skipped]).await;
    change(&stage.db, OverlapPolicy::Queue).await;
    stage.clock.advance(MINUTE);
    until(&stage, STILL, &[Started, Skipped, Waiting]).await;
    complete_open(&stage).await;
    until(&stage, Duration::from_millis(30), &[Started, Skipped, Started]).await;
    change(&stage.db, OverlapPolicy::Replace).await;
    let before = stage.db.open_jobs_of_schedule(ID).await.unwrap().remove(0);
    stage.clock.advance(MINUTE);
    until(&stage, STILL, &[Started, Skipped, Started, Started]).await;
    let replaced = stage.db.job(before.id).await.unwrap().unwrap();
    assert_eq!(replaced.state, JobState::Cancelled);
    assert_eq!(replaced.reason.unwrap(), Reason::new("replaced_by_run", ""));
}

async fn change(db: &Db, overlap: OverlapPolicy) {
    let JobSchedule { id, name, kind, plan, spec, authority, created_by, next, version, .. } =
        db.job_schedule(ID).await.unwrap().unwrap();
    let plan = SchedulePlan { overlap, ..plan };
    let new = NewJobSchedule { id, name, kind, plan, spec, authority, created_by, next };
    assert_eq!(db.change_job_schedule(new, version, NOW).await.unwrap(), ScheduleKept::Kept);
}

async fn what_was_missed_is_caught_up_with(stage: Stage) {
    make(&stage.db, OverlapPolicy::Skip, MissedPolicy::All).await;
    stage.clock.advance(MINUTE * 3 + MINUTE / 2);
    let (keeping_all, _) = keeping(&stage, &[]).await;
    until(&stage, STILL, &[Started, Waiting, Waiting]).await;
    complete_open(&stage).await;
    until(&stage, Duration::from_millis(30), &[Started, Started, Waiting]).await;
    keeping_all.stop().await;
    let JobSchedule { id, .. } = stage.db.job_schedule(ID).await.unwrap().unwrap();
    stage.db.delete_job_schedule(id).await.unwrap();
    stage.clock.set(NOW);
    make(&stage.db, OverlapPolicy::Skip, MissedPolicy::Skip).await;
    stage.clock.advance(MINUTE * 5 + Duration::from_secs(1));
    let (_keeping, _) = keeping(&stage, &[]).await;
    // The last alone is on time.
    until(&stage, STILL, &[Missed, Started]).await;
    assert_eq!(stage.db.runs_of_schedule(ID, Some(NOW + MINUTE * 5), 1).await.unwrap()[0].times, 4);
}

async fn what_cannot_be_prepared_is_said_and_what_may_pass_is_tried_again(stage: Stage) {
    make(&stage.db, OverlapPolicy::Skip, MissedPolicy::Once).await;
    let (_keeping, asked) = keeping(&stage, &["refused", "later", "later"]).await;
    stage.clock.advance(MINUTE);
    until(&stage, STILL, &[Failed]).await;
    assert_eq!(stage.db.runs_of_schedule(ID, None, 1).await.unwrap()[0].detail, "no list");
    stage.clock.advance(MINUTE);
    until(&stage, Duration::from_millis(30), &[Failed, Started]).await;
    assert_eq!(asked.load(Ordering::SeqCst), 4);
}

async fn many_who_look_begin_one_run(stage: Stage) {
    make(&stage.db, OverlapPolicy::Queue, MissedPolicy::Once).await;
    let keepers = [keeping(&stage, &[]).await, keeping(&stage, &[]).await, keeping(&stage, &[]).await];
    for round in 1..=5 {
        stage.clock.advance(MINUTE);
        until(&stage, STILL, &vec![Started; round]).await;
        complete_open(&stage).await;
    }
    let jobs = stage.db.jobs(&store::JobFilter { limit: 100, ..store::JobFilter::default() }).await.unwrap().rows;
    assert_eq!(jobs.len(), 5, "one for each time");
    drop(keepers);
}
