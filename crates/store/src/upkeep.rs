//! What keeps a store in order over the years: retention, backup, and the check that `vigie doctor` runs.

use crate::{
    Db, Job, Result,
    jobs::{self, Moved},
    replaced,
    sql::{Conn, params},
    submission,
};
use model::{Counters, ItemState, JobId, Timestamp, pace};
use std::{path::Path, sync::atomic::Ordering};

/// What one call of [`Db::purge`] deleted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Purged {
    /// Jobs that are gone altogether: their files may go too.
    pub jobs: Vec<JobId>,
    pub items: u64,
    pub traces: u64,
    /// There is more to delete: call again.
    pub more: bool,
}

/// Something that is not as it should be.
#[derive(Clone, Debug, PartialEq)]
pub enum Finding {
    /// The file itself is damaged: restore a backup.
    Damaged(String),
    /// The counters of a job are not the counts of its items: [`Db::repair_counters`].
    Counters { job: JobId, counters: Counters, counted: Counters },
}

impl Db {
    /// Deletes finished jobs that ended before `before`, with their items and traces, and older traces of no job:
    /// about `limit` rows at a time, oldest first, never an open job. A job that takes several calls is counted down
    /// as its items go.
    pub async fn purge(&self, before: Timestamp, limit: u32) -> Result<Purged> {
        self.write(move |conn| Box::pin(purge(conn, before, u64::from(limit.max(1))))).await
    }

    /// Writes a consistent copy of the state as a SQLite file, whichever database it is in, while others work on it. A copy of SQLite
    /// has its name once it is whole and on disk; of PostgreSQL, one moment of all tables is read.
    ///
    /// # Errors
    /// [`crate::Error::Io`] where the file cannot be written; [`crate::Error::Conflict`] where what was written differs from what was read.
    pub async fn backup_to(&self, path: &Path) -> Result<()> {
        match self {
            Self::Sqlite(db) => db.0.copy_into(path).await,
            Self::Postgres(_) => {
                let folder = path.parent().unwrap_or(Path::new("."));
                let copy = Self::open_sqlite(path, folder).await?;
                let copied = self.copy_at_work(&copy).await;
                copy.close().await;
                copied.map(drop)
            }
        }
    }

    /// Whether the file is known to be damaged: a statement has met it, or [`Db::look_for_damage`] has.
    pub fn is_damaged(&self) -> bool {
        match self {
            Self::Sqlite(db) => db.0.damaged.load(Ordering::Relaxed),
            Self::Postgres(_) => false,
        }
    }

    /// Looks through the pages of a SQLite file, so that damage is known before somebody meets it. A file of more than
    /// `bytes_max` is left to [`Db::verify`]; PostgreSQL looks after its own.
    pub async fn look_for_damage(&self, bytes_max: u64) -> Result<bool> {
        let Self::Sqlite(db) = self else { return Ok(false) };
        if std::fs::metadata(&db.0.file).map_or(0, |file| file.len()) > bytes_max {
            return Ok(self.is_damaged());
        }
        match self.row("PRAGMA quick_check(1)", &[]).await {
            Ok(Some(row)) if row.text("quick_check")? != "ok" => db.0.damaged.store(true, Ordering::Relaxed),
            Ok(_) => {}
            Err(error) if error.is_damage() => {}
            Err(error) => return Err(error),
        }
        Ok(self.is_damaged())
    }

    /// Passes an outcome on, and remembers that it was damage.
    pub(crate) fn note_damage<T>(&self, outcome: Result<T>) -> Result<T> {
        if let (Self::Sqlite(db), Err(error)) = (self, &outcome)
            && error.is_damage()
        {
            db.0.damaged.store(true, Ordering::Relaxed);
        }
        outcome
    }

    /// Looks for damage. Reads everything: seconds to minutes on a large store.
    pub async fn verify(&self) -> Result<Vec<Finding>> {
        let mut findings = Vec::new();
        if let Self::Sqlite(_) = self {
            for row in self.rows("PRAGMA integrity_check(20)", &[]).await? {
                match row.text("integrity_check")? {
                    fine if fine == "ok" => {}
                    damage => findings.push(Finding::Damaged(damage)),
                }
            }
        }
        let sql = format!("SELECT * FROM jobs WHERE kind <> 'external' AND ({DIFFERS}) ORDER BY created_at, id");
        for row in self.rows(&sql, &[]).await? {
            let Job { id, counters, .. } = jobs::job_from(&row)?;
            // One statement, so that it is compared with itself: a job may be moving on.
            let sql = format!("SELECT id FROM jobs WHERE id = $1 AND ({DIFFERS})");
            if self.row(&sql, params![id]).await?.is_some() {
                let counted = counted_from(&self.rows(COUNT, params![id]).await?)?;
                findings.push(Finding::Counters { job: id, counters, counted });
            }
        }
        Ok(findings)
    }

    /// Makes the counters of a job the counts of its items. The counters of an external job are all there is of it:
    /// they are left alone.
    pub async fn repair_counters(&self, id: JobId, now: Timestamp) -> Result<Job> {
        self.write(move |conn| {
            Box::pin(async move {
                let job = jobs::lock(conn, id).await?;
                if !job.kind.runs_here() {
                    return Ok(job);
                }
                let counted = counted_from(&conn.rows(COUNT, params![id]).await?)?;
                let mut moved = Moved::default();
                for state in ItemState::ALL {
                    moved = moved.from(*state, job.counters.get(*state)).to(*state, counted.get(*state));
                }
                let off = counted.total as i64 - job.counters.total as i64 - moved.total();
                conn.execute("UPDATE jobs SET total = total + $2 WHERE id = $1", params![id, off]).await?;
                jobs::count(conn, id, &moved, None, now).await
            })
        })
        .await
    }
}

const COUNT: &str = "SELECT state, count(*) AS n FROM items WHERE job_id = $1 GROUP BY state";

/// Compares the counters of a row of `jobs` with its items, in one pass over them.
const DIFFERS: &str = "
    SELECT count(*) <> jobs.total
        OR coalesce(sum(CASE items.state WHEN 0 THEN 1 ELSE 0 END), 0) <> jobs.queued
        OR coalesce(sum(CASE items.state WHEN 1 THEN 1 ELSE 0 END), 0) <> jobs.running
        OR coalesce(sum(CASE items.state WHEN 2 THEN 1 ELSE 0 END), 0) <> jobs.succeeded
        OR coalesce(sum(CASE items.state WHEN 3 THEN 1 ELSE 0 END), 0) <> jobs.failed
        OR coalesce(sum(CASE items.state WHEN 4 THEN 1 ELSE 0 END), 0) <> jobs.unknown
        OR coalesce(sum(CASE items.state WHEN 5 THEN 1 ELSE 0 END), 0) <> jobs.skipped
    FROM items WHERE items.job_id = jobs.id";

fn counted_from(rows: &[crate::sql::Row]) -> Result<Counters> {
    let mut counted = Counters::default();
    for row in rows {
        let n = row.count("n")?;
        counted.total += n;
        *match row.state("state", ItemState::from_code)? {
            ItemState::Queued => &mut counted.queued,
            ItemState::Running => &mut counted.running,
            ItemState::Succeeded => &mut counted.succeeded,
            ItemState::Failed => &mut counted.failed,
            ItemState::Unknown => &mut counted.unknown,
            ItemState::Skipped => &mut counted.skipped,
        } = n;
    }
    Ok(counted)
}

async fn purge(conn: &mut Conn<'_>, before: Timestamp, limit: u64) -> Result<Purged> {
    let mut purged = Purged::default();
    let mut left = limit;
    while left > 0 {
        // What is in flight in a cancelled or failed job is still to be recorded.
        let sql = "SELECT id FROM jobs WHERE state >= 4 AND running = 0 AND finished_at < $1
                   ORDER BY created_at, id LIMIT 1";
        let Some(row) = conn.row(sql, params![before]).await? else { break };
        let id: JobId = row.id("id")?.into();
        jobs::lock(conn, id).await?;
        left -= purge_items(conn, id, left, before, &mut purged).await?;
        let traces = purge_traces(conn, "job_id = $1", params![id, left as i64]).await?;
        purged.traces += traces;
        left = left.saturating_sub(traces);
        if left > 0 {
            conn.execute("DELETE FROM idempotency WHERE job_id = $1", params![id]).await?;
            replaced::forget_job(conn, id).await?;
            submission::forget_job(conn, id).await?;
            conn.execute("DELETE FROM jobs WHERE id = $1", params![id]).await?;
            purged.jobs.push(id);
            left -= 1;
        }
    }
    if left > 0 {
        let loose = purge_traces(conn, "created_at < $1 AND job_id IS NULL", params![before, left as i64]).await?;
        purged.traces += loose;
        left = left.saturating_sub(loose);
    }
    let sql = "DELETE FROM account_usage WHERE window_start < $1";
    conn.execute(sql, params![pace::horizon(before)]).await?;
    purged.more = left == 0;
    Ok(purged)
}

async fn purge_items(conn: &mut Conn<'_>, id: JobId, limit: u64, now: Timestamp, purged: &mut Purged) -> Result<u64> {
    let sql = "DELETE FROM items WHERE job_id = $1
                   AND seq IN (SELECT seq FROM items WHERE job_id = $1 ORDER BY seq LIMIT $2) RETURNING state";
    let rows = conn.rows(sql, params![id, limit]).await?;
    if rows.is_empty() {
        return Ok(0);
    }
    submission::forget_items(conn, id).await?;
    let mut moved = Moved::default();
    for row in &rows {
        moved = moved.from(row.state("state", ItemState::from_code)?, 1);
    }
    jobs::count(conn, id, &moved, None, now).await?;
    purged.items += rows.len() as u64;
    Ok(rows.len() as u64)
}

async fn purge_traces(conn: &mut Conn<'_>, which: &str, params: &[crate::sql::Value]) -> Result<u64> {
    let sql = format!("DELETE FROM traces WHERE no IN (SELECT no FROM traces WHERE {which} LIMIT $2)");
    conn.execute(&sql, params).await
}
