//! Processes that claim. Each has a number, which is the fencing token of its claims, and a lease that it renews; on
//! PostgreSQL both run on the database's clock, so that machines need not agree on the time.

use crate::{
    Db, Error, Result,
    sql::{Conn, Row, params},
};
use model::Timestamp;
use std::time::Duration;

#[derive(Clone, Debug, PartialEq)]
pub struct Worker {
    pub token: i64,
    pub name: String,
    pub pid: i64,
    pub started_at: Timestamp,
    pub heartbeat_at: Timestamp,
    pub lease_until: Timestamp,
    pub ended_at: Option<Timestamp>,
    /// What it says of itself, as JSON: items in flight, load, memory.
    pub status: String,
}

impl Db {
    /// Registers this process and returns its fencing token.
    ///
    /// # Errors
    /// [`Error::Closed`] where the database gave no token.
    pub async fn register_worker(&self, name: String, pid: u32, lease: Duration, now: Timestamp) -> Result<i64> {
        self.write(move |conn| {
            Box::pin(async move {
                let now = time(conn, now).await?;
                let sql = "INSERT INTO workers (name, pid, started_at, heartbeat_at, lease_until, status)
                           VALUES ($1, $2, $3, $3, $4, '{}') RETURNING token";
                let row = conn.row(sql, params![name, i64::from(pid), now, now + lease]).await?;
                row.map_or(Err(Error::Closed), |row| row.int("token"))
            })
        })
        .await
    }

    /// Renews the lease. `false`: the worker was declared dead meanwhile and must not claim under this token again.
    pub async fn heartbeat(&self, token: i64, status: String, lease: Duration, now: Timestamp) -> Result<bool> {
        self.write(move |conn| {
            Box::pin(async move {
                let now = time(conn, now).await?;
                let sql = "UPDATE workers SET heartbeat_at = $2, lease_until = $3, status = $4
                           WHERE token = $1 AND ended_at IS NULL";
                Ok(conn.execute(sql, params![token, now, now + lease, status]).await? > 0)
            })
        })
        .await
    }

    /// The worker has recorded everything and ends.
    pub async fn end_worker(&self, token: i64, now: Timestamp) -> Result<()> {
        self.write(move |conn| {
            Box::pin(async move {
                let now = time(conn, now).await?;
                let sql = "UPDATE workers SET ended_at = $2, lease_until = $2 WHERE token = $1 AND ended_at IS NULL";
                conn.execute(sql, params![token, now]).await.map(drop)
            })
        })
        .await
    }

    /// Ends the rows of processes that are gone without a word, and returns how many they are. For a process that
    /// begins: on SQLite it owns the directory, so every earlier one is gone; on PostgreSQL those whose lease has run
    /// out are.
    pub async fn bury_workers(&self, now: Timestamp) -> Result<u64> {
        self.write(move |conn| {
            Box::pin(async move {
                let here = now;
                let now = time(conn, now).await?;
                let sql = match conn {
                    Conn::Sqlite(_) => "UPDATE workers SET ended_at = $1, lease_until = $1 WHERE ended_at IS NULL",
                    Conn::Postgres(_) => EXPIRE,
                };
                let buried = conn.execute(sql, params![now]).await?;
                conn.execute(IDLE, params![here]).await?;
                Ok(buried)
            })
        })
        .await
    }

    /// The living, and those that ended since `since`.
    pub async fn workers(&self, since: Timestamp) -> Result<Vec<Worker>> {
        let sql = "SELECT * FROM workers WHERE ended_at IS NULL OR ended_at >= $1 ORDER BY token";
        let rows = self.rows(sql, params![since]).await?;
        rows.iter().map(worker_from).collect()
    }
}

/// Whether this worker ended or was declared dead; one that never registered has not.
pub(crate) async fn has_ended(conn: &mut Conn<'_>, token: i64) -> Result<bool> {
    let sql = "SELECT 1 AS one FROM workers WHERE token = $1 AND ended_at IS NOT NULL";
    Ok(conn.row(sql, params![token]).await?.is_some())
}

/// Where no process was left, jobs that were running stood still since the last that is known of them: that time is not
/// theirs. Those of other programs went on.
const IDLE: &str = "
    UPDATE jobs SET active_since = $1,
        active_us = active_us + CASE WHEN updated_at > active_since THEN updated_at - active_since ELSE 0 END
    WHERE state = 2 AND kind <> 'external' AND active_since < $1
      AND NOT EXISTS (SELECT 1 FROM workers WHERE ended_at IS NULL)";

const EXPIRE: &str = "UPDATE workers SET ended_at = $1 WHERE ended_at IS NULL AND lease_until < $1";

/// Looked for in the jobs that have something in flight. A cross join, because SQLite keeps its order and would read
/// every item of the store otherwise.
pub(crate) const IN_FLIGHT_OF_ENDED: &str = "
    SELECT DISTINCT claimed_by FROM jobs CROSS JOIN items
    WHERE items.job_id = jobs.id AND jobs.running > 0 AND items.state = 1
      AND claimed_by IN (SELECT token FROM workers WHERE ended_at IS NOT NULL)";

/// Marks the workers whose lease has run out, and returns every ended worker that may have left items in flight.
pub(crate) async fn bury_dead(conn: &mut Conn<'_>, now: Timestamp) -> Result<Vec<i64>> {
    let now = time(conn, now).await?;
    conn.execute(EXPIRE, params![now]).await?;
    let rows = conn.rows(IN_FLIGHT_OF_ENDED, &[]).await?;
    rows.iter().map(|row| row.int("claimed_by")).collect()
}

/// The database's own time on PostgreSQL, ours on SQLite.
pub(crate) async fn time(conn: &mut Conn<'_>, now: Timestamp) -> Result<Timestamp> {
    match conn {
        Conn::Sqlite(_) => Ok(now),
        Conn::Postgres(_) => {
            let sql = "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT) AS now";
            conn.row(sql, &[]).await?.map_or(Ok(now), |row| row.time("now"))
        }
    }
}

fn worker_from(row: &Row) -> Result<Worker> {
    Ok(Worker {
        token: row.int("token")?,
        name: row.text("name")?,
        pid: row.int("pid")?,
        started_at: row.time("started_at")?,
        heartbeat_at: row.time("heartbeat_at")?,
        lease_until: row.time("lease_until")?,
        ended_at: row.opt_time("ended_at")?,
        status: row.text("status")?,
    })
}
