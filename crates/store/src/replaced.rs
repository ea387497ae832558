//! Items that stand for others: failed rows of earlier runs that a later run of the mailing sends again, and rows as they
//! were before they were corrected. A person counts once, by what became of the last attempt to reach them.

use crate::{
    Db, Job, Result,
    activity::Changes,
    items::verdict_json,
    jobs::{self, Moved, job_from},
    sql::{Conn, params},
};
use model::{Fault, ItemState, JobId, Timestamp, Verdict};
use serde_json::json;
use std::collections::BTreeMap;

/// Earlier runs of a mailing that are looked through.
const RUNS_MAX: u32 = 50;

/// An item of a run, and the failed item of an earlier run of the same mailing that it stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Replaced {
    pub seq: i64,
    pub earlier_job: JobId,
    pub earlier_seq: i64,
}

impl Db {
    /// Runs of the same mailing that are over and have failed items, the last first; at most fifty.
    pub async fn earlier_runs_with_failures(&self, job: &Job) -> Result<Vec<Job>> {
        let sql = format!(
            "SELECT * FROM jobs WHERE name = $1 AND ledger > 0 AND state >= 4 AND failed > 0 AND id <> $2
             ORDER BY created_at DESC, id DESC LIMIT {RUNS_MAX}"
        );
        self.rows(&sql, params![&job.name, job.id]).await?.iter().map(job_from).collect()
    }

    /// Says which failed items of earlier runs the items of a job stand for. As soon as one of them is sent, has failed or
    /// is not known to be sent, what it stands for is skipped: it no longer counts as failed.
    ///
    /// # Errors
    /// [`crate::Error::Conflict`] where there is no such job.
    pub async fn replace_items(&self, id: JobId, replaced: Vec<Replaced>, now: Timestamp) -> Result<()> {
        if replaced.is_empty() {
            return Ok(());
        }
        self.write(move |conn| {
            Box::pin(async move {
                jobs::lock(conn, id).await?;
                for one in &replaced {
                    let sql =
                        "INSERT INTO replaced_items (job_id, seq, earlier_job, earlier_seq) VALUES ($1, $2, $3, $4)
                               ON CONFLICT (job_id, seq, earlier_job, earlier_seq) DO NOTHING";
                    conn.execute(sql, params![id, one.seq, one.earlier_job, one.earlier_seq]).await?;
                }
                let job = link(conn, id).await?;
                // Those that were refused when they were brought, or that the ledger knew, have their outcome already.
                let seqs: Vec<i64> = replaced.iter().map(|one| one.seq).collect();
                let sql = format!(
                    "SELECT seq FROM items WHERE job_id = $1 AND state IN (2, 3, 5) AND seq IN ({})",
                    listed(&seqs)
                );
                let over = conn.rows(&sql, params![id]).await?;
                let over = over.iter().map(|row| row.int("seq")).collect::<Result<Vec<_>>>()?;
                let mut changes = Changes::default();
                settle(conn, &job, &over, &mut changes, now).await?;
                changes.write(conn).await
            })
        })
        .await
    }
}

async fn link(conn: &mut Conn<'_>, id: JobId) -> Result<Job> {
    let row = conn.row("UPDATE jobs SET linked = 1 WHERE id = $1 RETURNING *", params![id]).await?;
    row.map_or_else(|| Err(jobs::no_job(id)), |row| job_from(&row))
}

/// Items of the job have an outcome: the failed ones that they stand for are skipped.
///
/// A run only ever stands for runs that are older and over, so that transactions lock jobs from the later to the earlier.
pub(crate) async fn settle(
    conn: &mut Conn<'_>,
    job: &Job,
    seqs: &[i64],
    changes: &mut Changes,
    now: Timestamp,
) -> Result<()> {
    if !job.linked || seqs.is_empty() {
        return Ok(());
    }
    let sql =
        format!("SELECT earlier_job, earlier_seq FROM replaced_items WHERE job_id = $1 AND seq IN ({})", listed(seqs));
    let mut earlier: BTreeMap<JobId, Vec<i64>> = BTreeMap::new();
    for row in conn.rows(&sql, params![job.id]).await? {
        earlier.entry(row.id("earlier_job")?.into()).or_default().push(row.int("earlier_seq")?);
    }
    for (id, seqs) in earlier {
        skip_failed(conn, job, (id, &seqs), changes, now).await?;
    }
    Ok(())
}

async fn skip_failed(
    conn: &mut Conn<'_>,
    job: &Job,
    (id, seqs): (JobId, &[i64]),
    changes: &mut Changes,
    now: Timestamp,
) -> Result<()> {
    // Retention may have taken it meanwhile.
    if conn.row("SELECT 1 AS one FROM jobs WHERE id = $1", params![id]).await?.is_none() {
        return Ok(());
    }
    let earlier = jobs::lock(conn, id).await?;
    let sql = format!(
        "SELECT seq, finished_at FROM items WHERE job_id = $1 AND verdict IS NOT NULL AND state = 3 AND seq IN ({})",
        listed(seqs)
    );
    let verdict = Verdict::permanent("sent_again", Fault::Content).with_arg("job", job.id.to_string());
    let mut rows = Vec::new();
    for row in conn.rows(&sql, params![id]).await? {
        changes.left(&earlier, ItemState::Failed, row.opt_time("finished_at")?, 1);
        let seq = row.int("seq")?;
        rows.push(json!([seq, ItemState::Skipped.code(), 0, now.as_micros(), verdict_json(&verdict), ""]));
    }
    if rows.is_empty() {
        return Ok(());
    }
    conn.execute(conn.dialect().record_others, params![id, json!(rows).to_string()]).await?;
    let count = rows.len() as u64;
    let moved = Moved::default().from(ItemState::Failed, count).to(ItemState::Skipped, count);
    jobs::count(conn, id, &moved, None, now).await.map(drop)
}

/// Keeps what rows said before they are corrected.
pub(crate) async fn keep_rows(conn: &mut Conn<'_>, id: JobId, seqs: &[i64]) -> Result<()> {
    let sql = format!(
        "INSERT INTO corrected_rows (job_id, seq, key, content)
         SELECT job_id, seq, ledger_key, content FROM items
         WHERE job_id = $1 AND ledger_key IS NOT NULL AND seq IN ({})
         ON CONFLICT (job_id, seq, key, content) DO NOTHING",
        listed(seqs)
    );
    if conn.execute(&sql, params![id]).await? > 0 {
        link(conn, id).await?;
    }
    Ok(())
}

/// As [`crate::ledger::remember`], for what these items said before they were corrected.
pub(crate) async fn remember_rows(
    conn: &mut Conn<'_>,
    job: &Job,
    seqs: &[i64],
    state: ItemState,
    now: Timestamp,
) -> Result<()> {
    if !job.linked {
        return Ok(());
    }
    let sql = format!(
        "INSERT INTO ledger (mailing, key, content, job_id, seq, sent_at, state)
         SELECT CAST($2 AS TEXT), key, content, job_id, min(seq), CAST($3 AS BIGINT), CAST($4 AS BIGINT)
         FROM corrected_rows WHERE job_id = $1 AND seq IN ({})
         GROUP BY key, content, job_id ORDER BY key, content
         ON CONFLICT (mailing, key, content) DO UPDATE SET state = excluded.state, sent_at = excluded.sent_at,
             job_id = excluded.job_id, seq = excluded.seq
             WHERE ledger.state = 4 AND excluded.state = 2",
        listed(seqs)
    );
    conn.execute(&sql, params![job.id, &job.name, now, state.code()]).await.map(drop)
}

/// As [`crate::ledger::forget_unknown`], for what these items said before they were corrected.
pub(crate) async fn forget_unknown_rows(conn: &mut Conn<'_>, job: &Job, seqs: &[i64]) -> Result<()> {
    if !job.linked {
        return Ok(());
    }
    let sql = format!(
        "DELETE FROM ledger WHERE mailing = $2 AND state = 4 AND job_id = $1 AND (key, content) IN (
             SELECT key, content FROM corrected_rows WHERE job_id = $1 AND seq IN ({}))",
        listed(seqs)
    );
    conn.execute(&sql, params![job.id, &job.name]).await.map(drop)
}

/// A job is gone, and with it what its items stood for.
pub(crate) async fn forget_job(conn: &mut Conn<'_>, id: JobId) -> Result<()> {
    conn.execute("DELETE FROM replaced_items WHERE job_id = $1", params![id]).await?;
    conn.execute("DELETE FROM corrected_rows WHERE job_id = $1", params![id]).await.map(drop)
}

/// For `IN (…)`; numbers, so that they may stand in the statement.
fn listed(seqs: &[i64]) -> String {
    match seqs.is_empty() {
        true => "NULL".to_owned(),
        false => seqs.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
    }
}
