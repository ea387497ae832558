//! Who watches which job: one shared snapshot per job, however many watch it.

use crate::{Progress, RateMeter};
use model::{Clock, JobId};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
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
}

struct Watched {
    sender: watch::Sender<Arc<Progress>>,
    meter: RateMeter,
}

impl Hub {
    pub fn new(db: Db, clock: Clock) -> Self {
        Self { db, clock, jobs: Arc::default() }
    }

    /// Tells everybody how `job` stands. An older version than the one last told is ignored.
    pub fn publish(&self, job: &Job) -> Arc<Progress> {
        let now = self.clock.now();
        let mut jobs = self.lock();
        if jobs.len() >= REMEMBERED && !jobs.contains_key(&job.id) {
            jobs.retain(|_, watched| watched.sender.receiver_count() > 0);
        }
        let watched = jobs.entry(job.id).or_insert_with(|| Watched {
            sender: watch::Sender::new(Arc::new(Progress::of(job, None, now))),
            meter: RateMeter::default(),
        });
        watched.meter.add(now, job.counters.processed() - job.counters.skipped);
        if watched.sender.borrow().version <= job.version {
            let progress = Progress::of(job, watched.meter.rate(now), now);
            watched.sender.send_replace(Arc::new(progress));
        }
        Arc::clone(&watched.sender.borrow())
    }

    /// How the job stands: from memory when it is watched or runs here, else from the store.
    pub async fn progress(&self, id: JobId) -> Result<Option<Arc<Progress>>> {
        if let Some(watched) = self.lock().get(&id) {
            return Ok(Some(Arc::clone(&watched.sender.borrow())));
        }
        self.refresh(id).await
    }

    /// Reads the job from the store and tells everybody: another process has changed it.
    pub async fn refresh(&self, id: JobId) -> Result<Option<Arc<Progress>>> {
        Ok(self.db.job(id).await?.map(|job| self.publish(&job)))
    }

    /// Follows a job; the first value is there at once. `None`: there is no such job.
    pub async fn follow(&self, id: JobId) -> Result<Option<watch::Receiver<Arc<Progress>>>> {
        if let Some(watched) = self.lock().get(&id) {
            return Ok(Some(watched.sender.subscribe()));
        }
        self.refresh(id).await?;
        Ok(self.lock().get(&id).map(|watched| watched.sender.subscribe()))
    }

    /// Jobs that somebody watches now.
    pub fn watched(&self) -> Vec<JobId> {
        self.lock().iter().filter(|(_, watched)| watched.sender.receiver_count() > 0).map(|(id, _)| *id).collect()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<JobId, Watched>> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
