//! Jobs that come again: which schedules are due, noted once for each time, and their jobs made one after another.
//!
//! What a job of some kind is made of is not known here: [`Prepare`] says it. A run waits in the database until its job is
//! there, so that whoever dies in between leaves it to the next who looks.

use crate::{
    schedule::{Again, DoneBy, Outcome, Work},
    timer::sleep_until,
};
use futures_util::future::BoxFuture;
use model::{Clock, JobId, OverlapPolicy, Timestamp};
use schedules::{DaysOff, Due, Expression, MissedRuns, Refusal, Timing};
use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use store::{
    Db, Job, JobSchedule, NewItem, NewJob, NextDue, NotedDues, Reason, Result, RunState, SchedulePlan, ScheduleRun,
};
use tokio::task::JoinSet;
use uuid::Uuid;

/// How often it is looked.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// What is noted later than this is caught up with.
const PROMPT: Duration = Duration::from_secs(5);
/// Schedules that are read at once, and how often in one look.
const BATCH: u32 = 500;
const BATCHES_MAX: usize = 20;
/// How soon it is tried again to make a job that could not be made yet.
const TRY_AGAIN: Duration = Duration::from_secs(10);
/// Jobs that are made at the same time.
const STARTING_MAX: usize = 8;

/// What a run is made of.
pub enum Prepared {
    /// A job with one item, to be made.
    One(Box<NewJob>, Box<NewItem>),
    /// A job that is there.
    Made(Box<Job>),
}

/// Why nothing is made of a run.
#[derive(Debug)]
pub enum Unprepared {
    /// It cannot be, now or later: in words for people.
    Refused(String),
    /// There is nothing to do: why, in words for people.
    Nothing(String),
    /// Something stood in the way, in words for the log; it is tried again.
    Later(String),
}

impl From<store::Error> for Unprepared {
    fn from(error: store::Error) -> Self {
        Self::Later(error.to_string())
    }
}

/// Prepares the job of a run. It may be asked twice for the same one, by two processes at once, and answers with the same
/// job then: see [`run_job`].
pub type Prepare =
    Arc<dyn Fn(JobSchedule, ScheduleRun) -> BoxFuture<'static, Result<Prepared, Unprepared>> + Send + Sync>;
/// Told of jobs that were made or changed.
pub type Told = Arc<dyn Fn(Job) -> BoxFuture<'static, ()> + Send + Sync>;

/// Has the jobs of schedules made. Cheap to clone.
#[derive(Clone)]
pub struct Timetable(Arc<Shared>);

struct Shared {
    db: Db,
    clock: Clock,
    prepare: Prepare,
    told: Told,
    starting: Mutex<Starting>,
}

/// Runs whose jobs are being made here. They end with the timetable.
#[derive(Default)]
struct Starting {
    tasks: JoinSet<()>,
    schedules: HashSet<Uuid>,
}

/// The job of the run that is due then: always the same id.
pub fn run_job(schedule: Uuid, due: Timestamp) -> JobId {
    let bytes = schedules::run_id(schedule.as_u128(), due).to_be_bytes();
    JobId(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

/// When a schedule that was made at `begins` is due.
///
/// # Errors
/// What is wrong with how it was written.
pub fn timing(plan: &SchedulePlan, begins: Timestamp) -> Result<Timing, Refusal> {
    Ok(Timing {
        expression: Expression::parse(&plan.expression)?,
        zone: schedules::zone(&plan.zone)?,
        days_off: DaysOff::parse(plan.days_off.iter().map(String::as_str))?,
        begins,
    })
}

/// The first time after `after`, with when it begins.
pub fn next_due(timing: &Timing, id: Uuid, jitter: Duration, after: Timestamp) -> Option<NextDue> {
    let delay = schedules::delay(id.as_u128(), jitter);
    timing.next(after).map(|due| NextDue { due, begins: due + delay })
}

impl Timetable {
    pub fn new(db: Db, clock: Clock, prepare: Prepare, told: Told) -> Self {
        Self(Arc::new(Shared { db, clock, prepare, told, starting: Mutex::default() }))
    }

    /// Looked at by one process for all.
    pub fn keeping(self) -> Work {
        Work::new("timetable", LOOK_EVERY, DoneBy::Leader, move || {
            let table = self.clone();
            async move { table.look().await }
        })
    }

    /// Notes what is due, and has jobs made of what waits.
    async fn look(&self) -> Outcome {
        let looked = async {
            self.note_due().await?;
            self.start_waiting().await
        };
        looked.await.map(|()| Again::AsUsual).map_err(|error: store::Error| error.to_string())
    }

    async fn note_due(&self) -> Result<()> {
        for _ in 0..BATCHES_MAX {
            let now = self.0.clock.now();
            let due = self.0.db.due_job_schedules(now, BATCH).await?;
            let is_last = due.len() < BATCH as usize;
            for schedule in due {
                self.note(&schedule, now).await?;
            }
            if is_last {
                break;
            }
        }
        Ok(())
    }

    async fn note(&self, schedule: &JobSchedule, now: Timestamp) -> Result<()> {
        let Some(next) = schedule.next else { return Ok(()) };
        let dues = match timing(&schedule.plan, schedule.created_at) {
            Ok(timing) => noted(schedule, &timing, next.due, now),
            Err(error) => {
                // It was read when it was kept: a zone may have been renamed since.
                tracing::error!(schedule = schedule.name, %error, "it is due no more");
                NotedDues::default()
            }
        };
        self.0.db.note_dues(schedule.id, next.due, dues, now).await.map(drop)
    }

    async fn start_waiting(&self) -> Result<()> {
        for (schedule, run) in self.0.db.waiting_runs(BATCH).await? {
            if self.starting().is_full() {
                break;
            }
            let is_starting = self.starting().schedules.contains(&schedule.id);
            if !is_starting && self.may_start(&schedule, &run).await? {
                self.start(schedule, run);
            }
        }
        Ok(())
    }

    /// Whether the runs before leave room for this one. Those that stand in its way are cancelled, where that is wanted.
    async fn may_start(&self, schedule: &JobSchedule, run: &ScheduleRun) -> Result<bool> {
        let open = self.0.db.open_jobs_of_schedule(schedule.id).await?;
        let is_late = run.noted_at.since(run.due) > PROMPT + schedule.plan.jitter;
        match schedule.plan.overlap {
            _ if open.is_empty() => Ok(true),
            OverlapPolicy::Replace => self.cancel(open).await.map(|()| true),
            // What is caught up with, and what a person asks for, takes its turn.
            OverlapPolicy::Skip if !is_late && !run.by_hand => {
                let job = open.last().map(|job| job.id);
                self.0.db.end_waiting_run(run, RunState::Skipped, job, String::new()).await.map(|_| false)
            }
            OverlapPolicy::Skip | OverlapPolicy::Queue => Ok(false),
        }
    }

    async fn cancel(&self, jobs: Vec<Job>) -> Result<()> {
        for job in jobs {
            match self.0.db.cancel_job(job.id, Reason::new("replaced_by_run", ""), self.0.clock.now()).await {
                Ok(job) => (self.0.told)(job).await,
                // It ended meanwhile.
                Err(store::Error::State { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn start(&self, schedule: JobSchedule, run: ScheduleRun) {
        let (table, id) = (Arc::downgrade(&self.0), schedule.id);
        let shared = (self.0.db.clone(), Arc::clone(&self.0.prepare), Arc::clone(&self.0.told), self.0.clock.clone());
        let mut starting = self.starting();
        starting.schedules.insert(id);
        starting.tasks.spawn(async move {
            let (name, clock) = (schedule.name.clone(), shared.3.clone());
            if let Err(error) = make(shared, schedule, run).await {
                tracing::warn!(schedule = name, error, "its job could not be made yet; it is tried again");
                sleep_until(&clock, clock.now() + TRY_AGAIN).await;
            }
            if let Some(table) = table.upgrade() {
                lock(&table.starting).schedules.remove(&id);
            }
        });
    }

    fn starting(&self) -> MutexGuard<'_, Starting> {
        lock(&self.0.starting)
    }
}

impl Starting {
    fn is_full(&mut self) -> bool {
        while self.tasks.try_join_next().is_some() {}
        self.tasks.len() >= STARTING_MAX
    }
}

fn lock(starting: &Mutex<Starting>) -> MutexGuard<'_, Starting> {
    starting.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What came due until now, jitter left aside, and what comes next.
fn noted(schedule: &JobSchedule, timing: &Timing, first: Timestamp, now: Timestamp) -> NotedDues {
    let delay = schedules::delay(schedule.id.as_u128(), schedule.plan.jitter);
    let Due { begin, missed, next } = timing.due(schedule.plan.missed, first, now - delay);
    let missed = missed.map(|MissedRuns { first, count, .. }| (first, count));
    NotedDues { waiting: begin, missed, next: next.map(|due| NextDue { due, begins: due + delay }) }
}

/// Makes the job of a run, and notes that it started, or why it does not.
async fn make(
    (db, prepare, told, clock): (Db, Prepare, Told, Clock),
    schedule: JobSchedule,
    run: ScheduleRun,
) -> Result<(), String> {
    let noted = match prepare(schedule, run.clone()).await {
        Ok(Prepared::One(job, item)) => db.start_run(&run, *job, *item, clock.now()).await,
        Ok(Prepared::Made(job)) => {
            let is_noted = db.end_waiting_run(&run, RunState::Started, Some(job.id), String::new()).await;
            is_noted.map(|is_noted| is_noted.then_some(*job))
        }
        Err(Unprepared::Refused(why)) => db.end_waiting_run(&run, RunState::Failed, None, why).await.map(|_| None),
        Err(Unprepared::Nothing(why)) => db.end_waiting_run(&run, RunState::Skipped, None, why).await.map(|_| None),
        Err(Unprepared::Later(why)) => return Err(why),
    };
    if let Some(job) = noted.map_err(|error| error.to_string())? {
        told(job).await;
    }
    Ok(())
}
