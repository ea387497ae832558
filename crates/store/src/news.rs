//! News between processes: which job has changed. On PostgreSQL by NOTIFY; on SQLite there is one process only.

use crate::{Db, Result, sql::params};
use model::{JobId, Timestamp};
use sqlx::postgres::PgListener;
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tokio::sync::mpsc;

const CHANNEL: &str = "vigie_jobs";
/// A job is announced no more often than this.
const AT_MOST_EVERY: Duration = Duration::from_millis(20);
/// News that may wait for their reader; beyond, the oldest are of no use any more and new ones are dropped.
const WAITING_MAX: usize = 1024;

/// When each job was last announced by this process.
#[derive(Default)]
pub(crate) struct Announced(Mutex<HashMap<JobId, Timestamp>>);

impl Announced {
    fn is_due(&self, job: JobId, now: Timestamp) -> bool {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if last.len() > WAITING_MAX {
            last.clear();
        }
        match last.get(&job) {
            Some(at) if now.since(*at) < AT_MOST_EVERY => false,
            _ => {
                last.insert(job, now);
                true
            }
        }
    }
}

impl Db {
    /// Tells other processes that a job has changed, at most every 20 ms per job. Nothing to do on SQLite.
    pub async fn announce(&self, job: JobId, now: Timestamp) -> Result<()> {
        let Self::Postgres(db) = self else { return Ok(()) };
        if db.announced.is_due(job, now) {
            let sql = "SELECT pg_notify($1, $2)";
            self.rows(sql, params![CHANNEL, job.to_string()]).await?;
        }
        Ok(())
    }

    /// Jobs that other processes have announced. `None` on SQLite. It reconnects by itself; what was announced
    /// meanwhile is missed, so a reader also looks from time to time.
    pub async fn listen(&self) -> Result<Option<mpsc::Receiver<JobId>>> {
        let Self::Postgres(db) = self else { return Ok(None) };
        let mut listener = PgListener::connect_with(&db.postgres.pool).await?;
        listener.listen(CHANNEL).await?;
        let (sender, receiver) = mpsc::channel(WAITING_MAX);
        tokio::spawn(async move {
            while !sender.is_closed() {
                match listener.recv().await {
                    Ok(news) => {
                        if let Ok(job) = news.payload().parse() {
                            // A reader that is behind will find the newest state anyway.
                            let _ = sender.try_send(job);
                        }
                    }
                    Err(error) => {
                        tracing::debug!(%error, "listening was interrupted");
                        tokio::time::sleep(Duration::from_secs(1)).await;
                    }
                }
            }
        });
        Ok(Some(receiver))
    }
}
