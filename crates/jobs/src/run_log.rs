//! Where the story of a job goes, line by line: to whoever wired the program.
//!
//! It tells the story; traces in the store are the truth. So whoever keeps it never fails a run: what cannot be kept is
//! counted there.

use futures_util::future::BoxFuture;
use model::{JobId, JobLine};
use std::sync::Arc;
use tokio::sync::watch;

type Keep = dyn Fn(JobId, Vec<JobLine>) -> BoxFuture<'static, ()> + Send + Sync;

/// Takes lines of jobs, in the order in which they are given. Clones are one.
#[derive(Clone)]
pub struct RunLog(Arc<Keep>);

impl RunLog {
    /// Hands all lines to `keep`, which answers once it has them, or has counted them as lost.
    pub fn new(keep: impl Fn(JobId, Vec<JobLine>) -> BoxFuture<'static, ()> + Send + Sync + 'static) -> Self {
        Self(Arc::new(keep))
    }

    /// Adds `lines` to the log of `job`.
    pub async fn append(&self, job: JobId, lines: Vec<JobLine>) {
        if !lines.is_empty() {
            (self.0)(job, lines).await;
        }
    }
}

/// Lines that are kept in memory: for tests, and for runs of which nobody asks later.
#[derive(Clone, Default)]
pub struct MemoryLog(Arc<watch::Sender<Vec<(JobId, JobLine)>>>);

impl MemoryLog {
    /// The way in.
    pub fn run_log(&self) -> RunLog {
        let kept = Arc::clone(&self.0);
        RunLog::new(move |job, lines| {
            kept.send_modify(|kept| kept.extend(lines.into_iter().map(|line| (job, line))));
            Box::pin(std::future::ready(()))
        })
    }

    /// What was said of `job`.
    pub fn lines(&self, job: JobId) -> Vec<JobLine> {
        self.0.borrow().iter().filter(|(of, _)| *of == job).map(|(_, line)| line.clone()).collect()
    }

    /// Waits until `event` was said of `job`.
    pub async fn until(&self, job: JobId, event: &str) {
        let mut seen = self.0.subscribe();
        let is_told = |(of, line): &(JobId, JobLine)| *of == job && line.event == event;
        // We hold the sender, so that this ends with what was waited for.
        let _ = seen.wait_for(|kept| kept.iter().any(is_told)).await;
    }
}
