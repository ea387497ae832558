//! What queues, workers and tasks were like in the last days, for previews of rules.

use crate::{
    CeleryState, CeleryTask, Db, Result,
    celery::tasks::task_from,
    sql::{Row, params},
};
use model::Timestamp;
use std::time::Duration;

/// Rows of one answer, and tasks that are looked at.
const ROWS_MAX: i64 = 20_000;
const LONG_MAX: i64 = 1_000;
const TASKS_MAX: i64 = 200_000;
const DAY: Duration = Duration::from_secs(86_400);
/// The time that one sample is about, and how often it is noted that a worker is still silent.
pub(super) const SAMPLE_US: i64 = 300_000_000;
const NOTED_EACH: Duration = Duration::from_secs(60);

/// The most messages that waited in a queue within the five minutes from `at` on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CeleryQueueSample {
    pub broker: String,
    pub name: String,
    pub at: Timestamp,
    pub messages: u64,
}

/// A time in which nothing was heard of a worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CelerySilence {
    pub broker: String,
    pub name: String,
    /// Its last sign of life.
    pub began_at: Timestamp,
    /// When it still was silent.
    pub noted_at: Timestamp,
}

/// Tasks of a name that failed within one step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CeleryFailureStep {
    pub name: String,
    /// When the step began.
    pub at: Timestamp,
    pub failures: u64,
}

impl Db {
    /// The oldest first, queue by queue.
    pub async fn celery_queue_samples(&self, since: Timestamp) -> Result<Vec<CeleryQueueSample>> {
        let sql = "SELECT * FROM celery_queue_samples WHERE at >= $1 ORDER BY broker, name, at LIMIT $2";
        let sample = |row: &Row| {
            let (broker, name) = (row.text("broker")?, row.text("name")?);
            Ok(CeleryQueueSample { broker, name, at: row.time("at")?, messages: row.count("messages")? })
        };
        self.rows(sql, params![since, ROWS_MAX]).await?.iter().map(sample).collect()
    }

    /// Notes of which workers nothing was heard for longer than `silent`, and of which something was within the last day.
    pub async fn note_celery_silences(&self, silent: Duration, now: Timestamp) -> Result<()> {
        let due = "SELECT workers.name FROM celery_workers AS workers
                   LEFT JOIN celery_silences AS noted ON noted.broker = workers.broker AND noted.name = workers.name
                       AND noted.began_at = workers.heartbeat_at
                   WHERE workers.is_offline = 0 AND workers.heartbeat_at < $1 AND workers.heartbeat_at >= $2
                       AND (noted.noted_at IS NULL OR noted.noted_at <= $3) LIMIT 1";
        let (before, since) = (now - silent, now - DAY);
        if self.row(due, params![before, since, now - NOTED_EACH]).await?.is_none() {
            return Ok(());
        }
        self.write(move |conn| {
            Box::pin(async move {
                let sql = "INSERT INTO celery_silences (broker, name, began_at, noted_at)
                           SELECT broker, name, heartbeat_at, CAST($3 AS BIGINT) FROM celery_workers
                           WHERE is_offline = 0 AND heartbeat_at < $1 AND heartbeat_at >= $2
                           ON CONFLICT (broker, name, began_at) DO UPDATE SET noted_at = excluded.noted_at";
                conn.execute(sql, params![before, since, now]).await.map(drop)
            })
        })
        .await
    }

    /// Those that were not over at `since`, the oldest first.
    pub async fn celery_silences(&self, since: Timestamp) -> Result<Vec<CelerySilence>> {
        let sql = "SELECT * FROM celery_silences WHERE noted_at >= $1 ORDER BY began_at, broker, name LIMIT $2";
        let silence = |row: &Row| {
            let (broker, name) = (row.text("broker")?, row.text("name")?);
            Ok(CelerySilence { broker, name, began_at: row.time("began_at")?, noted_at: row.time("noted_at")? })
        };
        self.rows(sql, params![since, ROWS_MAX]).await?.iter().map(silence).collect()
    }

    /// How many tasks of each name failed in each step from `since` on; steps without failures are left out.
    pub async fn celery_failure_steps(&self, since: Timestamp, step: Duration) -> Result<Vec<CeleryFailureStep>> {
        let sql = "SELECT name, (updated_at - $3) / $4 AS step, count(*) AS n FROM celery_tasks
                   WHERE state = $1 AND created_at >= $2 AND updated_at >= $3 GROUP BY 1, 2 ORDER BY 2, 1 LIMIT $5";
        let width = i64::try_from(step.as_micros()).unwrap_or(i64::MAX).max(1);
        let params = params![CeleryState::Failure.code(), since - DAY, since, width, ROWS_MAX];
        let of = |row: &Row| {
            let at = Timestamp::from_micros(since.as_micros().saturating_add(row.int("step")?.saturating_mul(width)));
            Ok(CeleryFailureStep { name: row.text("name")?, at, failures: row.count("n")? })
        };
        self.rows(sql, params).await?.iter().map(of).collect()
    }

    /// Of the newest tasks since then, those that were known for at least so long before the last that was heard of them.
    pub async fn celery_long_tasks(&self, since: Timestamp, least: Duration) -> Result<Vec<CeleryTask>> {
        let sql = "SELECT * FROM (SELECT * FROM celery_tasks WHERE created_at >= $1 ORDER BY created_at DESC, no DESC
                       LIMIT $2) AS recent
                   WHERE updated_at - created_at >= $3 ORDER BY created_at DESC, no DESC LIMIT $4";
        let least = i64::try_from(least.as_micros()).unwrap_or(i64::MAX);
        self.rows(sql, params![since, TASKS_MAX, least, LONG_MAX]).await?.iter().map(task_from).collect()
    }
}
