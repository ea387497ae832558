//! Who watches which job: one shared snapshot per job, however many watch it.

use crate::{Counted, Progress, RateMeter, progress::Pacing, tally::Tally};
use model::{AccountId, Clock, JobId, JobKind, Timestamp, pace::Limits};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use store::{Db, Job, Result};
use tokio::sync::watch;

/// Jobs that are remembered while nobody watches them.
const REMEMBERED: usize = 1024;

/// Hands out the progress of jobs. Cheap to clone.
#[derive(Clone)]
pub struct Hub {
    db: Db,
    clock: Clock,
    jobs: Arc<Mutex<HashMap<JobId, Watched>>>,
    accounts: Arc<Mutex<HashMap<AccountId, Limits>>>,
    changes: watch::Sender<()>,
    tally: Arc<Tally>,
}

struct Watched {
    sender: watch::Sender<Arc<Progress>>,
    meter: RateMeter,
    /// Items of one message.
    group: u64,
    /// Nothing that is left may be tried before.
    waiting_until: Option<Timestamp>,
}

impl Hub {
    pub fn new(db: Db, clock: Clock) -> Self {
        Self {
            db,
            clock,
            jobs: Arc::default(),
            accounts: Arc::default(),
            changes: watch::Sender::new(()),
            tally: Arc::default(),
        }
    }

    /// What has happened since this process began, as far as it was told.
    pub fn counted(&self) -> Counted {
        self.tally.counted()
    }

    /// An attempt at an item took so long.
    pub(crate) fn attempted(&self, kind: JobKind, took: Duration) {
        self.tally.attempted(kind, took);
    }

    /// Tells everybody how `job` stands. An older version than the one last told is ignored.
    pub fn publish(&self, job: &Job) -> Arc<Progress> {
        let now = self.clock.now();
        let account = job.account.and_then(|account| lock(&self.accounts).get(&account).cloned()).unwrap_or_default();
        let mut jobs = lock(&self.jobs);
        if jobs.len() >= REMEMBERED && !jobs.contains_key(&job.id) {
            jobs.retain(|_, watched| watched.sender.receiver_count() > 0);
        }
        let is_new = jobs.get(&job.id).is_none_or(|watched| watched.sender.borrow().version < job.version);
        let watched = jobs.entry(job.id).or_insert_with(|| Watched {
            sender: watch::Sender::new(Arc::new(Progress::of(job, None, &Pacing::default(), now))),
            meter: RateMeter::default(),
            group: 1,
            waiting_until: None,
        });
        watched.meter.add(now, job.counters.processed() - job.counters.skipped);
        if watched.sender.borrow().version <= job.version {
            let pacing = Pacing { account, group: watched.group, waiting_until: watched.waiting_until };
            let progress = Progress::of(job, watched.meter.rate(now), &pacing, now);
            watched.sender.send_replace(Arc::new(progress));
        }
        if is_new {
            self.tally.see(job);
            self.changes.send_replace(());
        }
        Arc::clone(&watched.sender.borrow())
    }

    /// How the job stands: from memory when it is watched or runs here, else from the store.
    pub async fn progress(&self, id: JobId) -> Result<Option<Arc<Progress>>> {
        if let Some(watched) = lock(&self.jobs).get(&id) {
            return Ok(Some(Arc::clone(&watched.sender.borrow())));
        }
        self.refresh(id).await
    }

    /// Reads the job from the store and tells everybody: another process has changed it.
    pub async fn refresh(&self, id: JobId) -> Result<Option<Arc<Progress>>> {
        let Some(job) = self.db.job(id).await? else { return Ok(None) };
        if let Some(account) = job.account.filter(|account| !lock(&self.accounts).contains_key(account))
            && let Some(account) = self.db.account(account).await?
        {
            lock(&self.accounts).insert(account.id, account.limits);
        }
        Ok(Some(self.publish(&job)))
    }

    /// Reads what accounts allow, by which is told how long their jobs take.
    pub async fn refresh_accounts(&self) -> Result<()> {
        let accounts = self.db.accounts().await?;
        *lock(&self.accounts) = accounts.into_iter().map(|account| (account.id, account.limits)).collect();
        Ok(())
    }

    /// A job's messages have so many items each.
    pub(crate) fn set_group(&self, job: &Job, group: u64) {
        self.publish(job);
        if let Some(watched) = lock(&self.jobs).get_mut(&job.id) {
            watched.group = group;
        }
    }

    /// From the next [`Self::publish`] on it is told that nothing of the job may be tried before `until`.
    pub(crate) fn set_waiting(&self, id: JobId, until: Option<Timestamp>) {
        if let Some(watched) = lock(&self.jobs).get_mut(&id) {
            watched.waiting_until = until;
        }
    }

    /// Follows a job; the first value is there at once. `None`: there is no such job.
    pub async fn follow(&self, id: JobId) -> Result<Option<watch::Receiver<Arc<Progress>>>> {
        if let Some(watched) = lock(&self.jobs).get(&id) {
            return Ok(Some(watched.sender.subscribe()));
        }
        self.refresh(id).await?;
        Ok(lock(&self.jobs).get(&id).map(|watched| watched.sender.subscribe()))
    }

    /// Rings when any job stands otherwise than was last told here.
    pub fn changes(&self) -> watch::Receiver<()> {
        self.changes.subscribe()
    }

    /// Jobs that somebody watches now.
    pub fn watched(&self) -> Vec<JobId> {
        lock(&self.jobs).iter().filter(|(_, watched)| watched.sender.receiver_count() > 0).map(|(id, _)| *id).collect()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
