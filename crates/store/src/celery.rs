//! Celery's brokers, workers, queues and tasks. How an event changes them is for the crate `celery`; here they are loaded,
//! changed and kept in one transaction, found again, and forgotten when they are old.

mod counts;
mod history;
mod orders;
mod tasks;

pub use counts::{CeleryCount, CeleryMicros};
pub use history::{CeleryFailureStep, CeleryQueueSample, CelerySilence};
pub use orders::CeleryOrder;
pub use tasks::{CELERY_COUNTED_MAX, CeleryDetail, CeleryState, CeleryTask, CeleryTaskFilter, LastEvent, StateTimes};

use crate::{
    Db, Result,
    sql::{Row, params, without_nul},
};
use model::Timestamp;
use serde_json::json;

/// Rows of one list.
const ROWS_MAX: i64 = 2_000;

/// How a broker is reached. `standing` is JSON that the crate `celery` reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CeleryBroker {
    pub name: String,
    pub standing: String,
    pub updated_at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CeleryWorker {
    pub broker: String,
    /// `celery@shop-1`
    pub name: String,
    /// It has said that it ends.
    pub is_offline: bool,
    /// The last sign of life, by our clock.
    pub heartbeat_at: Timestamp,
    /// When we first heard of it.
    pub created_at: Timestamp,
    /// What it says of itself: JSON that the crate `celery` reads.
    pub about: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CeleryQueue {
    pub broker: String,
    pub name: String,
    /// Messages that wait for a worker.
    pub messages: u64,
    /// Messages that workers have fetched and not finished; none where the broker does not say.
    pub unacked: Option<u64>,
    pub consumers: Option<u64>,
    pub measured_at: Timestamp,
}

impl Db {
    /// By their names.
    pub async fn celery_brokers(&self) -> Result<Vec<CeleryBroker>> {
        let rows = self.rows("SELECT * FROM celery_brokers ORDER BY name", &[]).await?;
        rows.iter().map(broker_from).collect()
    }

    pub async fn save_celery_broker(&self, broker: CeleryBroker) -> Result<()> {
        self.write(move |conn| {
            Box::pin(async move {
                let sql = "INSERT INTO celery_brokers (name, standing, updated_at) VALUES ($1, $2, $3)
                           ON CONFLICT (name) DO UPDATE SET standing = excluded.standing, updated_at = excluded.updated_at";
                conn.execute(sql, params![broker.name, broker.standing, broker.updated_at]).await.map(drop)
            })
        })
        .await
    }

    /// By broker and name.
    pub async fn celery_workers(&self) -> Result<Vec<CeleryWorker>> {
        let sql = "SELECT * FROM celery_workers ORDER BY broker, name LIMIT $1";
        self.rows(sql, params![ROWS_MAX]).await?.iter().map(worker_from).collect()
    }

    /// Makes workers, or changes what is known of them.
    pub async fn save_celery_workers(&self, workers: Vec<CeleryWorker>) -> Result<()> {
        self.write(move |conn| {
            Box::pin(async move {
                let sql = "INSERT INTO celery_workers (broker, name, is_offline, heartbeat_at, created_at, about)
                           SELECT list.value->>0, list.value->>1, CAST(list.value->>2 AS BIGINT),
                               CAST(list.value->>3 AS BIGINT), CAST(list.value->>4 AS BIGINT), list.value->>5
                           FROM {set} WHERE true
                           ON CONFLICT (broker, name) DO UPDATE SET is_offline = excluded.is_offline,
                               heartbeat_at = excluded.heartbeat_at, about = excluded.about";
                let row = |worker: &CeleryWorker| {
                    let CeleryWorker { broker, name, is_offline, heartbeat_at, created_at, about } = worker;
                    let offline = i64::from(*is_offline);
                    let [name, about] = [name, about].map(|text| without_nul(text.clone()));
                    json!([broker, name, offline, heartbeat_at.as_micros(), created_at.as_micros(), about])
                };
                conn.execute_set(sql, workers.iter().map(row)).await
            })
        })
        .await
    }

    /// By broker and name.
    pub async fn celery_queues(&self) -> Result<Vec<CeleryQueue>> {
        let sql = "SELECT * FROM celery_queues ORDER BY broker, name LIMIT $1";
        self.rows(sql, params![ROWS_MAX]).await?.iter().map(queue_from).collect()
    }

    /// How long queues are now; how long they were at most is kept by five minutes.
    pub async fn save_celery_queues(&self, queues: Vec<CeleryQueue>) -> Result<()> {
        self.write(move |conn| {
            Box::pin(async move {
                let sql = "INSERT INTO celery_queues (broker, name, messages, unacked, consumers, measured_at)
                           SELECT list.value->>0, list.value->>1, CAST(list.value->>2 AS BIGINT),
                               CAST(list.value->>3 AS BIGINT), CAST(list.value->>4 AS BIGINT),
                               CAST(list.value->>5 AS BIGINT)
                           FROM {set} WHERE true
                           ON CONFLICT (broker, name) DO UPDATE SET messages = excluded.messages,
                               unacked = excluded.unacked, consumers = excluded.consumers,
                               measured_at = excluded.measured_at";
                let row = |queue: &CeleryQueue| {
                    let CeleryQueue { broker, name, messages, unacked, consumers, measured_at } = queue;
                    json!([broker, without_nul(name.clone()), messages, unacked, consumers, measured_at.as_micros()])
                };
                conn.execute_set(sql, queues.iter().map(row)).await?;
                let sql = "INSERT INTO celery_queue_samples (broker, name, at, messages)
                           SELECT list.value->>0, list.value->>1, CAST(list.value->>2 AS BIGINT),
                               CAST(list.value->>3 AS BIGINT)
                           FROM {set} WHERE true
                           ON CONFLICT (broker, name, at) DO UPDATE SET messages = CASE
                               WHEN excluded.messages > celery_queue_samples.messages THEN excluded.messages
                               ELSE celery_queue_samples.messages END";
                let sample = |queue: &CeleryQueue| {
                    let at = queue.measured_at.as_micros();
                    let at = at - at.rem_euclid(history::SAMPLE_US);
                    json!([queue.broker, without_nul(queue.name.clone()), at, queue.messages])
                };
                conn.execute_set(sql, queues.iter().map(sample)).await
            })
        })
        .await
    }

    /// Forgets about `limit` tasks that were first heard of before `before`, and the workers and queues of which nothing was
    /// heard since, and how they were. Returns how many rows went: fewer than `limit` were all.
    pub async fn purge_celery(&self, before: Timestamp, limit: u32) -> Result<u64> {
        self.write(move |conn| {
            Box::pin(async move {
                let sql = "DELETE FROM celery_tasks WHERE no IN
                           (SELECT no FROM celery_tasks WHERE created_at < $1 ORDER BY created_at, no LIMIT $2)";
                let tasks = conn.execute(sql, params![before, i64::from(limit.max(1))]).await?;
                conn.execute("DELETE FROM celery_workers WHERE heartbeat_at < $1", params![before]).await?;
                conn.execute("DELETE FROM celery_queues WHERE measured_at < $1", params![before]).await?;
                conn.execute("DELETE FROM celery_orders WHERE created_at < $1", params![before]).await?;
                conn.execute("DELETE FROM celery_queue_samples WHERE at < $1", params![before]).await?;
                conn.execute("DELETE FROM celery_silences WHERE noted_at < $1", params![before]).await?;
                conn.execute("DELETE FROM celery_counts WHERE updated_at < $1", params![before]).await?;
                Ok(tasks)
            })
        })
        .await
    }
}

fn broker_from(row: &Row) -> Result<CeleryBroker> {
    Ok(CeleryBroker { name: row.text("name")?, standing: row.text("standing")?, updated_at: row.time("updated_at")? })
}

fn worker_from(row: &Row) -> Result<CeleryWorker> {
    Ok(CeleryWorker {
        broker: row.text("broker")?,
        name: row.text("name")?,
        is_offline: row.flag("is_offline")?,
        heartbeat_at: row.time("heartbeat_at")?,
        created_at: row.time("created_at")?,
        about: row.text("about")?,
    })
}

fn queue_from(row: &Row) -> Result<CeleryQueue> {
    let count = |column| Ok::<_, crate::Error>(row.opt_int(column)?.and_then(|n| u64::try_from(n).ok()));
    Ok(CeleryQueue {
        broker: row.text("broker")?,
        name: row.text("name")?,
        messages: row.count("messages")?,
        unacked: count("unacked")?,
        consumers: count("consumers")?,
        measured_at: row.time("measured_at")?,
    })
}
