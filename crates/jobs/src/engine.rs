//! Looks after every open job: starts a runner for each, wakes what a pause has held, rescues what a crash has left.

use crate::{
    Handler, Hub, Moment, RetryPolicy, Stop, TraceText,
    run_log::RunLog,
    runner::{Runner, Shared, Tell, lost_verdict},
    timer::sleep_until,
};
use model::{Clock, ItemState, JobId, JobState, Rng};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use store::{Db, Job, Lost, Reason, Result, Trace};
use tokio::{
    sync::{Notify, watch},
    task::{JoinHandle, JoinSet},
};

/// How often to look for what nobody announced.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// A job whose enqueueing has made no step for so long is given up, where its process cannot be known to be dead.
const PREPARING_MAX: Duration = Duration::from_secs(600);

/// What an engine needs.
pub struct Options {
    pub db: Db,
    pub clock: Clock,
    pub rng: Rng,
    pub hub: Hub,
    pub run_log: RunLog,
    pub handlers: Vec<Arc<dyn Handler>>,
    /// Called with each record of a run log.
    pub tell: Option<Tell>,
    pub policy: RetryPolicy,
    /// Of this process, for people: `host:pid`, say.
    pub name: String,
    /// Jobs that run at the same time; the others wait.
    pub jobs_max: usize,
    /// On PostgreSQL: after how long without a sign of life our items may be settled by others.
    pub lease: Duration,
    /// What [`store::Worker::status`] shows, asked at every heartbeat.
    pub status: Arc<dyn Fn(usize) -> String + Send + Sync>,
}

/// What the engine found when it began.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ready {
    /// Items whose outcome was lost with the process before.
    pub unknown: u64,
    /// Items that will be done again, as their job's policy allows.
    pub requeued: u64,
    /// Jobs that had not been enqueued to their end: they failed, nothing was sent.
    pub unprepared: Vec<JobId>,
}

/// A running engine. Stop it with [`Engine::stop`]; a dropped one is a crash.
pub struct Engine {
    inner: Arc<Inner>,
    task: JoinHandle<()>,
    heart: JoinHandle<()>,
}

struct Inner {
    shared: Arc<Shared>,
    handlers: HashMap<&'static str, Arc<dyn Handler>>,
    name: String,
    jobs_max: usize,
    lease: Duration,
    status: Arc<dyn Fn(usize) -> String + Send + Sync>,
    wake: Notify,
    stop: watch::Sender<bool>,
    worker: watch::Sender<i64>,
    runners: Mutex<HashMap<JobId, Arc<Notify>>>,
}

impl Engine {
    /// Settles what a crash has left, then begins to run open jobs.
    pub async fn start(options: Options) -> Result<(Self, Ready)> {
        let now = options.clock.now();
        let token = options.db.register_worker(options.name.clone(), std::process::id(), options.lease, now).await?;
        let inner = Arc::new(Inner {
            shared: Arc::new(Shared {
                db: options.db,
                clock: options.clock,
                rng: options.rng,
                hub: options.hub,
                run_log: options.run_log,
                tell: options.tell,
                policy: options.policy,
                rests: Mutex::default(),
            }),
            handlers: options.handlers.into_iter().map(|handler| (handler.kind(), handler)).collect(),
            name: options.name,
            jobs_max: options.jobs_max.max(1),
            lease: options.lease,
            status: options.status,
            wake: Notify::new(),
            stop: watch::Sender::new(false),
            worker: watch::Sender::new(token),
            runners: Mutex::default(),
        });
        let ready = inner.recover().await?;
        let task = tokio::spawn(look_after(Arc::clone(&inner)));
        let heart = tokio::spawn(beat(Arc::clone(&inner)));
        Ok((Self { inner, task, heart }, ready))
    }

    /// Something changed: new work, or a job that was paused, resumed or cancelled.
    pub fn wake(&self, job: Option<JobId>) {
        self.waker()(job);
    }

    /// The same as [`Engine::wake`], for those who do not hold the engine.
    pub fn waker(&self) -> Arc<dyn Fn(Option<JobId>) + Send + Sync> {
        let inner = Arc::clone(&self.inner);
        Arc::new(move |job| {
            if let Some(nudge) = job.and_then(|job| inner.runners().get(&job).cloned()) {
                nudge.notify_one();
            }
            inner.wake.notify_one();
        })
    }

    /// How many jobs run here now.
    pub fn running(&self) -> usize {
        self.inner.runners().len()
    }

    /// Claims nothing more, finishes what is in flight within `patience`, and says goodbye. Returns whether
    /// everything in flight was recorded; what was not is `unknown` at the next start.
    pub async fn stop(self, patience: Duration) -> bool {
        self.inner.stop.send_replace(true);
        let mut task = self.task;
        let finished = tokio::time::timeout(patience, &mut task).await.is_ok();
        task.abort();
        self.heart.abort();
        if finished {
            let token = *self.inner.worker.borrow();
            let now = self.inner.shared.clock.now();
            if let Err(error) = self.inner.shared.db.end_worker(token, now).await {
                tracing::warn!(%error, "could not sign off");
            }
        }
        finished
    }
}

impl Inner {
    fn runners(&self) -> MutexGuard<'_, HashMap<JobId, Arc<Notify>>> {
        self.runners.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn recover(&self) -> Result<Ready> {
        let db = &self.shared.db;
        let now = self.shared.clock.now();
        let mut ready = Ready::default();
        let before = if db.is_postgres() { now - PREPARING_MAX } else { now };
        let reason = Reason::new("not_started", "enqueueing was cut off: not started, nothing was sent");
        for job in db.fail_unprepared(reason, before, now).await? {
            self.shared.hub.publish(&job);
            ready.unprepared.push(job.id);
        }
        let lost = if db.is_postgres() { Lost::DeadWorkers } else { Lost::Everybodys };
        (ready.unknown, ready.requeued) = self.rescue(lost).await?;
        Ok(ready)
    }

    /// Settles items whose process is gone; returns how many are unknown and how many are queued again.
    async fn rescue(&self, lost: Lost) -> Result<(u64, u64)> {
        let shared = Arc::clone(&self.shared);
        let trace_of = Box::new(move |job: &Job, item: &store::Item| {
            let text = TraceText {
                trace_name: format!("{} ERROR", job.name),
                file_name: String::new(),
                comment: format!("{}: the process ended before its outcome was known", item.label),
                ..TraceText::default()
            };
            Trace {
                seq: Some(item.seq),
                attempt: item.attempts,
                outcome: Some(item.state),
                errors: true,
                verdict: item.verdict.clone(),
                ..shared.trace(job, text)
            }
        });
        let rescued = self.shared.db.rescue(lost, lost_verdict(), trace_of, self.shared.clock.now()).await?;
        let (mut unknown, mut requeued) = (0, 0);
        for rescued in rescued {
            let held = rescued.items.iter().filter(|item| item.state == ItemState::Unknown).count() as u64;
            unknown += held;
            requeued += rescued.items.len() as u64 - held;
            self.shared.hub.publish(&rescued.job);
            tracing::warn!(job = %rescued.job.id, unknown = held, items = rescued.items.len(),
                "settled items whose process ended before their outcome was known");
            self.log_lost(&rescued.job, rescued.items.len() as u64).await;
        }
        Ok((unknown, requeued))
    }

    async fn log_lost(&self, job: &Job, items: u64) {
        if let Some(handler) = self.handlers.get(job.kind.as_str())
            && let Ok(run) = handler.open(job).await
        {
            self.shared.log(&*run, job, &Moment::Lost { job, items }).await;
        }
    }

    /// Starts what can start. Returns the runners' futures.
    async fn look(self: &Arc<Self>, tasks: &mut JoinSet<JobId>) -> Result<()> {
        let now = self.shared.clock.now();
        for job in self.shared.db.open_jobs().await? {
            let resumes = job.state == JobState::Paused && job.resumes_at.is_some_and(|at| at <= now);
            let runs = matches!(job.state, JobState::Pending | JobState::Running);
            if !(resumes || runs) || self.runners().contains_key(&job.id) {
                continue;
            }
            let Some(handler) = self.handlers.get(job.kind.as_str()) else { continue };
            if self.runners().len() >= self.jobs_max {
                break;
            }
            self.begin(job, Arc::clone(handler), tasks).await?;
        }
        Ok(())
    }

    async fn begin(self: &Arc<Self>, job: Job, handler: Arc<dyn Handler>, tasks: &mut JoinSet<JobId>) -> Result<()> {
        let now = self.shared.clock.now();
        let id = job.id;
        let run = match handler.open(&job).await {
            Ok(run) => run,
            Err(Stop::Fail(reason)) => {
                let job = self.shared.db.fail_job(id, reason, now).await?;
                self.shared.hub.publish(&job);
                return Ok(());
            }
            Err(Stop::Pause(reason, until)) => {
                let job = self.shared.db.pause_job(id, reason, until, now).await?;
                self.shared.hub.publish(&job);
                return Ok(());
            }
        };
        let job = self.started(job).await?;
        let paced = self.is_paced(&job).await?;
        let nudge = Arc::new(Notify::new());
        self.runners().insert(id, Arc::clone(&nudge));
        let shared = Arc::clone(&self.shared);
        let (stop, token) = (self.stop.subscribe(), self.worker.subscribe());
        let runner = Runner::new(shared, job, run, paced, nudge, stop, token);
        tasks.spawn(async move {
            runner.run().await;
            id
        });
        Ok(())
    }

    /// A paused job whose time has come runs again. A pending one is started by its first claim.
    async fn started(&self, job: Job) -> Result<Job> {
        if job.state != JobState::Paused {
            return Ok(job);
        }
        let now = self.shared.clock.now();
        let job = self.shared.db.resume_job(job.id, now).await?;
        self.shared.hub.publish(&job);
        Ok(job)
    }

    async fn is_paced(&self, job: &Job) -> Result<bool> {
        let Some(account) = job.account else { return Ok(false) };
        Ok(self.shared.db.account(account).await?.is_some_and(|account| account.limits.is_paced()))
    }
}

/// The engine's own task: looks, starts runners, waits; when it is told to stop, waits for them to wind down.
async fn look_after(inner: Arc<Inner>) {
    let mut tasks: JoinSet<JobId> = JoinSet::new();
    let mut stop = inner.stop.subscribe();
    loop {
        if let Err(error) = inner.look(&mut tasks).await {
            tracing::error!(%error, "could not look for work; trying again");
        }
        let next = inner.shared.clock.now() + LOOK_EVERY;
        tokio::select! {
            () = inner.wake.notified() => {}
            Some(ended) = tasks.join_next(), if !tasks.is_empty() => inner.forget(ended),
            () = sleep_until(&inner.shared.clock, next) => {}
            _ = stop.wait_for(|stop| *stop) => break,
        }
    }
    while let Some(ended) = tasks.join_next().await {
        inner.forget(ended);
    }
}

impl Inner {
    fn forget(&self, ended: Result<JobId, tokio::task::JoinError>) {
        match ended {
            Ok(id) => drop(self.runners().remove(&id)),
            // A panic in a runner: its items stay in flight and become unknown at the next start.
            Err(error) => tracing::error!(%error, "a run ended by a defect; its items in flight are unknown"),
        }
    }
}

/// Renews the lease, and on PostgreSQL settles the items of workers that have not renewed theirs.
async fn beat(inner: Arc<Inner>) {
    let every = if inner.shared.db.is_postgres() { inner.lease / 5 } else { inner.lease };
    let mut ticks = tokio::time::interval(every.max(Duration::from_millis(100)));
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = inner.beat_once().await {
            tracing::warn!(%error, "no sign of life could be given");
        }
    }
}

impl Inner {
    async fn beat_once(&self) -> Result<()> {
        let db = &self.shared.db;
        let status = (self.status)(self.runners().len());
        let token = *self.worker.borrow();
        if !db.heartbeat(token, status, self.lease, self.shared.clock.now()).await? {
            // Others have settled our items: what we still record is a late word on them. Claim under a new number.
            let now = self.shared.clock.now();
            let token = db.register_worker(self.name.clone(), std::process::id(), self.lease, now).await?;
            tracing::warn!(token, "was taken for dead; going on under a new number");
            self.worker.send_replace(token);
        }
        if db.is_postgres() {
            self.rescue(Lost::DeadWorkers).await?;
        }
        Ok(())
    }
}
