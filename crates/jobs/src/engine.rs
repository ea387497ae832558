//! Looks after every open job: starts a runner for each, wakes what a pause has held, rescues what a crash has left.

use crate::{
    Attempt, Handler, Hub, Moment, RetryPolicy, Run, Stop, TraceText,
    cleanup::{PREPARING_MAX, cut_off},
    intent::End,
    run_log::RunLog,
    runner::Runner,
    shared::{Shared, Tell, lost_verdict},
    timer::sleep_until,
};
use futures_util::FutureExt;
use model::{Clock, ItemState, JobId, JobKind, JobState, Rng};
use std::{
    collections::{HashMap, HashSet},
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use store::{ClaimedItem, Db, Item, Job, Lost, Reason, Result, Trace};
use tokio::{
    sync::{Notify, watch},
    task::{JoinHandle, JoinSet},
};

/// How often to look for what nobody announced.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// How long an attempt that has not declared anything may go on when the engine stops, at the most.
const GRACE: Duration = Duration::from_secs(2);

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
    pub scope: Scope,
    /// Of this process, for people: `host:pid`, say.
    pub name: String,
    /// Jobs that run at the same time; the others wait.
    pub jobs_max: usize,
    /// On PostgreSQL: after how long without a sign of life our items may be settled by others.
    pub lease: Duration,
    /// What [`store::Worker::status`] shows, asked at every heartbeat.
    pub status: Arc<dyn Fn(usize) -> String + Send + Sync>,
}

/// Which jobs an engine runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// Every job that is open.
    #[default]
    Everything,
    /// Those that it is woken for by name while it lives: whoever sends one mailing has not asked for the others.
    Asked,
}

/// What the engine found when it began.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ready {
    /// Items whose outcome was lost with the process before.
    pub unknown: u64,
    /// Items that will be done again, as their job's policy allows.
    pub requeued: u64,
    /// Items that it had claimed and not begun: they are queued again.
    pub not_begun: u64,
    /// Items whose outcome was known, and had not been recorded.
    pub recorded: u64,
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
    handlers: HashMap<JobKind, Arc<dyn Handler>>,
    name: String,
    jobs_max: usize,
    lease: Duration,
    status: Arc<dyn Fn(usize) -> String + Send + Sync>,
    /// The jobs that were asked for; `None` where every job is run.
    asked: Option<Mutex<HashSet<JobId>>>,
    wake: Notify,
    stop: watch::Sender<bool>,
    worker: watch::Sender<i64>,
    runners: Mutex<HashMap<JobId, Arc<Notify>>>,
}

impl Engine {
    /// Settles what a crash has left, then begins to run open jobs.
    pub async fn start(options: Options) -> Result<(Self, Ready)> {
        let now = options.clock.now();
        let gone = options.db.bury_workers(now).await?;
        if gone > 0 {
            tracing::info!(gone, "ended the entries of processes that died without a word");
        }
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
                cut: watch::Sender::new(false),
            }),
            handlers: options.handlers.into_iter().map(|handler| (handler.kind(), handler)).collect(),
            name: options.name,
            jobs_max: options.jobs_max.max(1),
            lease: options.lease,
            status: options.status,
            asked: (options.scope == Scope::Asked).then(Mutex::default),
            wake: Notify::new(),
            stop: watch::Sender::new(false),
            worker: watch::Sender::new(token),
            runners: Mutex::default(),
        });
        let ready = inner.recover().await?;
        inner.shared.db.declare_intents(token).await?;
        let task = tokio::spawn(look_after(Arc::clone(&inner)));
        let heart = tokio::spawn(beat(Arc::clone(&inner)));
        Ok((Self { inner, task, heart }, ready))
    }

    /// Something changed: new work, or a job that was paused, resumed or cancelled. `None`: something that all may wait
    /// for, as the limits of an account.
    pub fn wake(&self, job: Option<JobId>) {
        self.waker()(job);
    }

    /// The same as [`Engine::wake`], for those who do not hold the engine.
    pub fn waker(&self) -> Arc<dyn Fn(Option<JobId>) + Send + Sync> {
        let (inner, nudge) = (Arc::clone(&self.inner), self.nudger());
        Arc::new(move |job| {
            if let (Some(job), Some(asked)) = (job, &inner.asked) {
                asked.lock().unwrap_or_else(PoisonError::into_inner).insert(job);
            }
            nudge(job);
        })
    }

    /// For news of what others do: a job that was not asked for here is not begun for it.
    pub fn nudger(&self) -> Arc<dyn Fn(Option<JobId>) + Send + Sync> {
        let inner = Arc::clone(&self.inner);
        Arc::new(move |job| {
            match job {
                Some(job) => inner.runners().get(&job).into_iter().for_each(|nudge| nudge.notify_one()),
                // An account, whose limits any of them may wait for.
                None => inner.runners().values().for_each(|nudge| nudge.notify_one()),
            }
            inner.wake.notify_one();
        })
    }

    /// The number under which this process claims, which changes where it was taken for dead.
    pub fn worker(&self) -> watch::Receiver<i64> {
        self.inner.worker.subscribe()
    }

    /// How many jobs run here now.
    pub fn running(&self) -> usize {
        self.inner.runners().len()
    }

    /// Claims nothing more, finishes what is in flight within `patience`, and says goodbye. What has not declared its
    /// intent after a while (a server that does not greet, say) is queued again: it was not sent. Returns whether
    /// everything in flight was recorded; what was not, and had declared its intent, is `unknown` at the next start.
    pub async fn stop(mut self, patience: Duration) -> bool {
        self.inner.stop.send_replace(true);
        let grace = GRACE.min(patience / 2);
        let mut ended = tokio::time::timeout(grace, &mut self.task).await;
        if ended.is_err() {
            self.inner.shared.cut.send_replace(true);
            ended = tokio::time::timeout(patience.saturating_sub(grace), &mut self.task).await;
        }
        let finished = matches!(ended, Ok(Ok(())));
        self.task.abort();
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

impl Drop for Engine {
    fn drop(&mut self) {
        self.task.abort();
        self.heart.abort();
    }
}

impl Inner {
    fn runners(&self) -> MutexGuard<'_, HashMap<JobId, Arc<Notify>>> {
        self.runners.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_asked_for(&self, job: JobId) -> bool {
        self.asked.as_ref().is_none_or(|asked| asked.lock().unwrap_or_else(PoisonError::into_inner).contains(&job))
    }

    async fn recover(&self) -> Result<Ready> {
        let db = &self.shared.db;
        let now = self.shared.clock.now();
        let mut ready = Ready::default();
        let before = if db.is_postgres() { now - PREPARING_MAX } else { now };
        for job in db.fail_unprepared(cut_off(), before, now).await? {
            self.shared.hub.publish(&job);
            ready.unprepared.push(job.id);
        }
        ready.recorded = self.record_ended().await?;
        let lost = if db.is_postgres() { Lost::DeadWorkers } else { Lost::Everybodys };
        let rescued = self.rescue(lost).await?;
        Ok(Ready { recorded: ready.recorded, unprepared: ready.unprepared, ..rescued })
    }

    /// Records what had ended in the process before this one, and was not recorded.
    async fn record_ended(&self) -> Result<u64> {
        let mut recorded = 0;
        for (id, worker, told) in self.shared.db.ended_before()? {
            let Ok(ends) = serde_json::from_str::<Vec<End>>(&told) else {
                tracing::error!(job = %id, "how an attempt ended cannot be read; its items are unknown");
                continue;
            };
            recorded += self.record_ends(id, worker, ends).await?;
        }
        Ok(recorded)
    }

    async fn record_ends(&self, id: JobId, worker: i64, ends: Vec<End>) -> Result<u64> {
        let (db, now) = (&self.shared.db, self.shared.clock.now());
        let Some(job) = db.job(id).await? else { return Ok(0) };
        let mut attempts = Vec::new();
        for end in ends {
            let Some(item) = db.item(id, end.seq).await? else { continue };
            if item.state == ItemState::Running && item.attempts == end.attempt {
                let attempted = end.into_attempted(claimed(item));
                let (outcome, _) = self.shared.outcome_of(&job, &attempted, now);
                attempts.push((attempted, outcome));
            }
        }
        if attempts.is_empty() {
            return Ok(0);
        }
        let outcomes = attempts.iter().map(|(_, outcome)| outcome.clone()).collect();
        let (Some(done), _) = db.record_and_claim(id, worker, outcomes, None, now).await? else { return Ok(0) };
        self.shared.hub.publish(&done.job);
        if let Some(handler) = self.handlers.get(&job.kind)
            && let Ok(run) = open(&**handler, &done.job).await
        {
            let number = done.job.counters.processed();
            for (attempted, outcome) in &attempts {
                let attempt = Attempt { attempted, outcome, number };
                self.shared.log(&*run, &done.job, &Moment::Attempted { job: &done.job, attempt }).await;
            }
            if done.job.state == JobState::Completed {
                self.shared.tell_completed(&*run, done.job).await;
            }
        }
        Ok(attempts.len() as u64 - done.fenced)
    }

    /// Settles items whose process is gone; returns how many are unknown and how many are queued again.
    async fn rescue(&self, lost: Lost) -> Result<Ready> {
        let (shared, handlers) = (Arc::clone(&self.shared), self.handlers.clone());
        let accounts: HashMap<_, _> =
            self.shared.db.accounts().await?.into_iter().map(|account| (account.id, account)).collect();
        let trace_of = Box::new(move |job: &Job, item: &Item| {
            let account = job.account.and_then(|id| accounts.get(&id));
            let text = handlers.get(&job.kind).and_then(|handler| handler.lost(job, item, account));
            lost_trace(&shared, job, item, text)
        });
        let rescued = self.shared.db.rescue(lost, lost_verdict(), trace_of, self.shared.clock.now()).await?;
        let mut ready = Ready::default();
        for rescued in rescued {
            let held = rescued.items.iter().filter(|item| item.state == ItemState::Unknown).count() as u64;
            ready.unknown += held;
            ready.requeued += rescued.items.len() as u64 - held;
            ready.not_begun += rescued.not_begun;
            self.shared.hub.publish(&rescued.job);
            tracing::warn!(job = %rescued.job.id, unknown = held, items = rescued.items.len(),
                not_begun = rescued.not_begun, "settled items whose process ended before their outcome was known");
            self.tell_rescued(rescued.job, &rescued.items).await;
        }
        Ok(ready)
    }

    /// A job whose last items were lost is over with their rescue, and no run is left to say so.
    async fn tell_rescued(&self, job: Job, items: &[Item]) {
        if let Some(nudge) = self.runners().get(&job.id) {
            nudge.notify_one();
        }
        let Some(handler) = self.handlers.get(&job.kind) else { return };
        let Ok(run) = open(&**handler, &job).await else { return };
        if !items.is_empty() {
            self.shared.log(&*run, &job, &Moment::Lost { job: &job, items }).await;
        }
        if job.state == JobState::Completed {
            self.shared.tell_completed(&*run, job).await;
            self.wake.notify_one();
        }
    }

    /// Starts what can start. Returns the runners' futures.
    async fn look(self: &Arc<Self>, tasks: &mut JoinSet<JobId>) -> Result<()> {
        if self.runners().len() >= self.jobs_max {
            return Ok(());
        }
        for (id, kind) in self.shared.db.startable_jobs(self.shared.clock.now()).await? {
            if !self.is_asked_for(id) || self.runners().contains_key(&id) {
                continue;
            }
            let Some(handler) = self.handlers.get(&kind) else { continue };
            if self.runners().len() >= self.jobs_max {
                break;
            }
            let Some(job) = self.shared.db.job(id).await? else { continue };
            if !self.may_begin(&job) {
                continue;
            }
            if let Err(error) = self.begin(job, Arc::clone(handler), tasks).await {
                // One job that cannot begin must not keep those behind it from beginning.
                tracing::error!(job = %id, %error, "could not begin a run; trying again");
            }
        }
        Ok(())
    }

    fn may_begin(&self, job: &Job) -> bool {
        match job.state {
            JobState::Pending | JobState::Running => true,
            JobState::Paused => job.resumes_at.is_some_and(|at| at <= self.shared.clock.now()),
            _ => false,
        }
    }

    async fn begin(self: &Arc<Self>, job: Job, handler: Arc<dyn Handler>, tasks: &mut JoinSet<JobId>) -> Result<()> {
        let now = self.shared.clock.now();
        let id = job.id;
        let run = match open(&*handler, &job).await {
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
        let inner = Arc::clone(self);
        tasks.spawn(async move {
            let worker = *inner.worker.borrow();
            let ended = AssertUnwindSafe(runner.run()).catch_unwind().await;
            if !matches!(ended, Ok(Ok(()))) {
                inner.contain(id, worker).await;
            }
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
        if job.limits.is_paced() {
            return Ok(true);
        }
        let Some(account) = job.account else { return Ok(false) };
        Ok(self.shared.db.account(account).await?.is_some_and(|account| account.limits.is_paced()))
    }
}

/// The engine's own task: looks, starts runners, waits; when it is told to stop, waits for them to wind down.
async fn look_after(inner: Arc<Inner>) {
    let mut tasks: JoinSet<JobId> = JoinSet::new();
    let mut stop = inner.stop.subscribe();
    loop {
        // From before the look: what falls due during it must not wait for the look after the next.
        let next = inner.shared.clock.now() + LOOK_EVERY;
        if let Err(error) = inner.look(&mut tasks).await {
            tracing::error!(%error, "could not look for work; trying again");
        }
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
            Err(error) => tracing::error!(%error, "a run was cut off; its items are unknown at the next start"),
        }
    }

    /// A run ended by a defect: what it was sending is unknown, and the job waits for a person, because the next run
    /// would most likely meet the same.
    async fn contain(&self, id: JobId, worker: i64) {
        tracing::error!(job = %id, "a run ended by a defect; what it was sending is unknown, the job is paused");
        if let Err(error) = self.settle_defect(id, worker).await {
            tracing::error!(job = %id, %error, "could not settle the items of a run that ended by a defect");
        }
    }

    async fn settle_defect(&self, id: JobId, worker: i64) -> Result<()> {
        let (db, now) = (&self.shared.db, self.shared.clock.now());
        self.rescue(Lost::Run(id, worker)).await?;
        let Some(mut job) = db.job(id).await? else { return Ok(()) };
        if !job.state.is_final() {
            job = db.pause_job(id, Reason::new("defect", DEFECT), None, now).await?;
        }
        self.shared.hub.publish(&job);
        Ok(())
    }
}

const DEFECT: &str = "the run ended by a defect of the program: see its log, then resume";

/// As it was claimed.
fn claimed(item: Item) -> ClaimedItem {
    let Item { seq, message_no, attempts: attempt, label, effect, payload, .. } = item;
    ClaimedItem { seq, message_no, attempt, label, effect, payload }
}

/// How the comment on an attempt ends whose outcome nobody knows, behind the item's label.
pub const LOST_COMMENT: &str = ": the process ended before its outcome was known";

/// What is kept of an attempt whose outcome nobody knows.
fn lost_trace(shared: &Shared, job: &Job, item: &Item, text: Option<TraceText>) -> Trace {
    let text = text.unwrap_or_else(|| TraceText {
        trace_name: format!("{} ERROR", job.name),
        comment: format!("{}{LOST_COMMENT}", item.label),
        ..TraceText::default()
    });
    Trace {
        seq: Some(item.seq),
        attempt: item.attempts,
        outcome: Some(item.state),
        errors: true,
        verdict: item.verdict.clone(),
        ..shared.trace(job, text)
    }
}

/// Opens a run. A panic in there is told as a pause: the engine and its other jobs go on.
async fn open(handler: &dyn Handler, job: &Job) -> Result<Box<dyn Run>, Stop> {
    let (has, needs) = (job.authority, handler.needs());
    if has < needs {
        let detail = format!(
            "a job of kind `{}` acts on the word of `{needs}`, and this one was made with `{has}`: nothing was run; let \
             who may make it anew",
            job.kind
        );
        return Err(Stop::Fail(Reason::new("authority", detail)));
    }
    let opened = AssertUnwindSafe(handler.open(job)).catch_unwind().await;
    opened.unwrap_or_else(|_| Err(Stop::Pause(Reason::new("defect", DEFECT), None)))
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
        // Between two signs of life somebody may have changed them.
        self.shared.hub.refresh_accounts().await?;
        if db.is_postgres() {
            self.rescue(Lost::DeadWorkers).await?;
        }
        Ok(())
    }
}
