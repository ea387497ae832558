//! Counters of what tasks did: added to in the transaction that changes the tasks, so that neither is there without the other.

use crate::{
    Db, Result,
    sql::{Conn, Row, params, without_nul},
};
use model::Timestamp;
use serde_json::json;

/// Counters of one answer.
const ROWS_MAX: i64 = 20_000;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CeleryCount {
    pub broker: String,
    pub worker: String,
    /// Its name.
    pub task: String,
    /// The type of an event, or what the crate `celery` calls it otherwise.
    pub what: String,
    pub n: u64,
    /// A sum, or a value.
    pub micros: i64,
    pub micros_are: CeleryMicros,
}

/// What becomes of the microseconds that were there before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CeleryMicros {
    #[default]
    Added,
    Replaced,
}

pub(super) async fn add(conn: &mut Conn<'_>, counts: &[CeleryCount], now: Timestamp) -> Result<()> {
    for micros_are in [CeleryMicros::Added, CeleryMicros::Replaced] {
        let micros = match micros_are {
            CeleryMicros::Added => "celery_counts.micros + excluded.micros",
            CeleryMicros::Replaced => "excluded.micros",
        };
        let sql = format!(
            "INSERT INTO celery_counts (broker, worker, task, what, n, micros, updated_at)
             SELECT list.value->>0, list.value->>1, list.value->>2, list.value->>3, CAST(list.value->>4 AS BIGINT),
                 CAST(list.value->>5 AS BIGINT), CAST(list.value->>6 AS BIGINT)
             FROM {{set}} WHERE true
             ON CONFLICT (broker, worker, task, what) DO UPDATE SET n = celery_counts.n + excluded.n,
                 micros = {micros}, updated_at = excluded.updated_at"
        );
        let row = |count: &CeleryCount| {
            let [worker, task, what] = [&count.worker, &count.task, &count.what].map(|text| without_nul(text.clone()));
            json!([count.broker, worker, task, what, count.n, count.micros, now.as_micros()])
        };
        conn.execute_set(&sql, counts.iter().filter(|count| count.micros_are == micros_are).map(row)).await?;
    }
    Ok(())
}

impl Db {
    /// Those that changed last, by broker, worker, task.
    pub async fn celery_counts(&self) -> Result<Vec<CeleryCount>> {
        let sql = "SELECT * FROM (SELECT * FROM celery_counts ORDER BY updated_at DESC LIMIT $1) AS latest
                   ORDER BY broker, worker, task, what";
        self.rows(sql, params![ROWS_MAX]).await?.iter().map(count_from).collect()
    }
}

fn count_from(row: &Row) -> Result<CeleryCount> {
    Ok(CeleryCount {
        broker: row.text("broker")?,
        worker: row.text("worker")?,
        task: row.text("task")?,
        what: row.text("what")?,
        n: row.count("n")?,
        micros: row.int("micros")?,
        micros_are: CeleryMicros::Added,
    })
}
