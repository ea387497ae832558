//! Work that comes again: what every process does for itself, and what one of them, the leader, does for all.
//!
//! What comes less often than every minute is due by the database, so that a restart neither repeats nor forgets it; what
//! comes more often, or says so, begins anew with the process.

use crate::timer::sleep_until;
use futures_util::{FutureExt, future::BoxFuture};
use model::{Clock, Timestamp};
use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};
use store::{Db, Result};
use tokio::{sync::watch, task::JoinSet};

/// From this interval on the database says when work is due.
const KEPT_FROM: Duration = Duration::from_secs(60);
/// How soon a database that did not answer is asked again.
const ASK_AGAIN: Duration = Duration::from_secs(10);
const DEFECT: &str = "a defect of the program: the log says more";

/// Something to be done again and again.
#[derive(Clone)]
pub struct Work {
    /// By which the database knows it. Never rename one.
    pub name: &'static str,
    /// From the end of one time to the beginning of the next.
    pub every: Duration,
    pub done_by: DoneBy,
    /// Whether the database says when it is due.
    is_kept: bool,
    pub run: Arc<dyn Fn() -> BoxFuture<'static, Outcome> + Send + Sync>,
}

/// Who does it, where several processes share a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DoneBy {
    /// Each process, for its own data directory.
    Everyone,
    /// The worker that has lived longest, for all.
    Leader,
}

/// How it went, and when to do it again; or what went wrong, in words for the log and for people.
pub type Outcome = std::result::Result<Again, String>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    AsUsual,
    /// Something stood in the way: sooner than usual.
    After(Duration),
}

impl Work {
    /// `run` is called each time it is due, never twice at the same time.
    pub fn new<F>(
        name: &'static str,
        every: Duration,
        done_by: DoneBy,
        run: impl Fn() -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Outcome> + Send + 'static,
    {
        Self { name, every, done_by, is_kept: every >= KEPT_FROM, run: Arc::new(move || run().boxed()) }
    }

    /// Due at every start, too: what it finds out is known to the process alone.
    #[must_use]
    pub fn at_every_start(self) -> Self {
        Self { is_kept: false, ..self }
    }
}

/// Who does work, and where.
#[derive(Clone)]
pub struct Place {
    pub db: Db,
    pub clock: Clock,
    /// Which data directory this is, for work that everyone does: `host:/var/lib/vigie`.
    pub name: String,
    /// The number under which this process claims; `None` where no engine runs, and nothing is done for others.
    pub worker: Option<watch::Receiver<i64>>,
}

/// Work that is being done while this lives.
pub struct Schedules(JoinSet<()>);

impl Schedules {
    /// Does all of `work` when it is due. What was never done is due at once.
    pub fn start(place: &Place, work: impl IntoIterator<Item = Work>) -> Self {
        let mut tasks = JoinSet::new();
        for work in work {
            tasks.spawn(Recurring { place: place.clone(), work, has_failed: false }.go_on());
        }
        Self(tasks)
    }

    /// Ends what is being done at its next wait, and waits for that.
    pub async fn stop(mut self) {
        self.0.shutdown().await;
    }
}

/// One work of one process.
struct Recurring {
    place: Place,
    work: Work,
    /// The last time; a series of failures is told once.
    has_failed: bool,
}

impl Recurring {
    async fn go_on(mut self) {
        let mut next = self.place.clock.now();
        loop {
            sleep_until(&self.place.clock, next).await;
            let now = self.place.clock.now();
            if now < next {
                // The clock was set back: nobody waits for it to come round again.
                next = next.min(now + self.work.every);
                continue;
            }
            next = match self.begin(now).await {
                Ok(None) => self.run().await,
                Ok(Some(due)) => due,
                Err(error) => {
                    tracing::debug!(work = self.work.name, %error, "whether it is due could not be asked; asking again");
                    now + ASK_AGAIN.min(self.work.every)
                }
            };
        }
    }

    /// `None`: it is to be done now, by this process; else when to look again.
    async fn begin(&self, now: Timestamp) -> Result<Option<Timestamp>> {
        let again = now + self.work.every;
        if self.work.done_by == DoneBy::Leader && !self.leads().await? {
            return Ok(Some(now + self.work.every.min(KEPT_FROM)));
        }
        match self.kept_place() {
            Some(place) => self.place.db.begin_scheduled(self.work.name, place, again, now).await,
            None => Ok(None),
        }
    }

    async fn leads(&self) -> Result<bool> {
        match self.place.worker.as_ref().map(|worker| *worker.borrow()) {
            Some(worker) => self.place.db.leads(worker).await,
            None => Ok(false),
        }
    }

    /// Under which place the database knows it, if it does.
    fn kept_place(&self) -> Option<String> {
        self.work.is_kept.then(|| match self.work.done_by {
            DoneBy::Leader => String::new(),
            DoneBy::Everyone => self.place.name.clone(),
        })
    }

    /// Does it. Returns when it is due again.
    async fn run(&mut self) -> Timestamp {
        let outcome = AssertUnwindSafe((self.work.run)()).catch_unwind().await.unwrap_or_else(|_| Err(DEFECT.into()));
        let now = self.place.clock.now();
        let again = match &outcome {
            Ok(Again::After(wait)) => now + *wait,
            Ok(Again::AsUsual) | Err(_) => now + self.work.every,
        };
        match &outcome {
            Ok(_) if self.has_failed => tracing::info!(work = self.work.name, "it went well again"),
            Err(error) if !self.has_failed => {
                tracing::error!(work = self.work.name, error, "it failed; it is tried again when it is due");
            }
            _ => {}
        }
        self.has_failed = outcome.is_err();
        if let Some(place) = self.kept_place() {
            let kept = self.place.db.end_scheduled(self.work.name, place, outcome.map(drop), again, now).await;
            if let Err(error) = kept {
                tracing::warn!(work = self.work.name, %error, "how it went could not be noted");
            }
        }
        again
    }
}
