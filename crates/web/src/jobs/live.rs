//! How jobs stand, ready to be sent: each version is written as JSON once, however many poll or follow it, and an id
//! that does not exist costs neither memory nor, when it is polled on and on, the database.

use crate::{App, jobs::legacy, problem::Result, serve::places::Streams};
use axum::http::HeaderValue;
use bytes::Bytes;
use jobs::Progress;
use model::{JobId, JobState};
use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    time::{Duration, Instant},
};
use store::{Job, Reason};
use tokio::sync::watch;

/// Jobs whose last word is kept ready.
const READY_MAX: usize = 1024;
/// Ids that are known not to exist.
const ABSENT_MAX: usize = 16_384;
/// For how long an id that did not exist is taken not to.
const ABSENT_FOR: Duration = Duration::from_millis(500);
/// How old a word may be about a job that another process runs.
const FOREIGN_FOR: Duration = Duration::from_millis(250);

/// One version of a job's progress, written.
pub(crate) struct Ready {
    pub(crate) progress: Arc<Progress>,
    pub(crate) json: Bytes,
    pub(crate) etag: HeaderValue,
    legacy: OnceLock<Bytes>,
}

impl Ready {
    fn new(progress: Arc<Progress>) -> Self {
        let json = serde_json::to_vec(&shown(&progress)).unwrap_or_default().into();
        let etag = HeaderValue::try_from(format!("\"{}\"", progress.version));
        let etag = etag.unwrap_or_else(|_| HeaderValue::from_static("\"0\""));
        Self { progress, json, etag, legacy: OnceLock::new() }
    }

    /// In the words of the older name.
    pub(crate) fn legacy(&self) -> Bytes {
        self.legacy.get_or_init(|| legacy::body(&self.progress)).clone()
    }
}

pub(crate) struct Live {
    ready: Mutex<HashMap<JobId, (Arc<Ready>, Instant)>>,
    absent: Mutex<HashMap<JobId, Instant>>,
    /// Rings when a job is made here.
    pub(crate) births: watch::Sender<u64>,
    /// Places for those who follow.
    pub(crate) streams: Streams,
    is_told_of_all: bool,
}

impl Live {
    pub(crate) fn new(app: &App) -> Self {
        Self {
            ready: Mutex::default(),
            absent: Mutex::default(),
            births: watch::Sender::new(0),
            streams: Streams::new(&app.limits),
            // The owner of a data directory makes every change itself, so what it remembers is never old.
            is_told_of_all: app.wake.is_some() && !app.db.is_postgres(),
        }
    }

    /// How the job stands. An id without a job is answered as a job that is yet to come.
    pub(crate) async fn of(&self, app: &App, id: JobId) -> Result<Arc<Ready>> {
        Ok(self.existing(app, id).await?.unwrap_or_else(|| Arc::new(Ready::new(Arc::new(to_come(id))))))
    }

    pub(crate) async fn existing(&self, app: &App, id: JobId) -> Result<Option<Arc<Ready>>> {
        let known = lock(&self.ready).get(&id).cloned();
        let is_fresh = |(ready, read_at): &(Arc<Ready>, Instant)| {
            self.is_told_of_all || ready.progress.status.is_final() || read_at.elapsed() < FOREIGN_FOR
        };
        let progress = match &known {
            None if self.is_absent(id) => return Ok(None),
            Some(known) if !is_fresh(known) => app.hub.refresh(id).await?,
            _ => app.hub.progress(id).await?,
        };
        let Some(progress) = progress else {
            remember(&mut lock(&self.absent), ABSENT_MAX, id, Instant::now());
            return Ok(None);
        };
        match known {
            Some(known) if Arc::ptr_eq(&known.0.progress, &progress) && is_fresh(&known) => Ok(Some(known.0)),
            _ => Ok(Some(self.keep(id, progress))),
        }
    }

    /// The written form of what a follower has just seen.
    pub(crate) fn written(&self, progress: &Arc<Progress>) -> Arc<Ready> {
        if let Some((ready, _)) = lock(&self.ready).get(&progress.job_id)
            && Arc::ptr_eq(&ready.progress, progress)
        {
            return Arc::clone(ready);
        }
        self.keep(progress.job_id, Arc::clone(progress))
    }

    pub(crate) fn publish(&self, app: &App, job: &Job) {
        app.hub.publish(job);
        let was_absent = lock(&self.absent).remove(&job.id).is_some();
        if was_absent || job.version <= 1 {
            self.births.send_modify(|births| *births = births.wrapping_add(1));
        }
    }

    fn keep(&self, id: JobId, progress: Arc<Progress>) -> Arc<Ready> {
        let ready = Arc::new(Ready::new(progress));
        remember(&mut lock(&self.ready), READY_MAX, id, (Arc::clone(&ready), Instant::now()));
        ready
    }

    fn is_absent(&self, id: JobId) -> bool {
        lock(&self.absent).get(&id).is_some_and(|since| since.elapsed() < ABSENT_FOR)
    }
}

/// As it goes over HTTP.
fn shown(progress: &Progress) -> api::jobs::Progress {
    api::jobs::Progress {
        job_id: progress.job_id,
        status: progress.status,
        total: progress.total,
        processed: progress.processed,
        succeeded: progress.succeeded,
        failed: progress.failed,
        unknown: progress.unknown,
        skipped: progress.skipped,
        remaining: progress.remaining,
        percent: progress.percent,
        rate: progress.rate,
        eta_seconds: progress.eta_seconds,
        waiting_until: progress.waiting_until,
        waiting: progress.waiting,
        message: progress.message.clone(),
        reason: progress.reason.clone().map(|Reason { code, detail }| api::jobs::Reason { code, detail }),
        resumes_at: progress.resumes_at,
        started_at: progress.started_at,
        finished_at: progress.finished_at,
        version: progress.version,
    }
}

/// What is said of an id before its job exists.
pub(crate) fn to_come(id: JobId) -> Progress {
    Progress {
        job_id: id,
        status: JobState::Pending,
        total: 0,
        processed: 0,
        succeeded: 0,
        failed: 0,
        unknown: 0,
        skipped: 0,
        remaining: 0,
        percent: 0.0,
        rate: 0.0,
        eta_seconds: None,
        waiting_until: None,
        waiting: 0,
        message: String::new(),
        reason: None,
        resumes_at: None,
        started_at: None,
        finished_at: None,
        version: 0,
    }
}

fn remember<K: Eq + Hash, V>(map: &mut HashMap<K, V>, most: usize, key: K, value: V) {
    if map.len() >= most && !map.contains_key(&key) {
        map.clear();
    }
    map.insert(key, value);
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
