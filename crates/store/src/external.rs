//! Other people's jobs: somebody else does the work and tells us how far it is.

use crate::{
    Db, Error, Result, Trace,
    activity::Changes,
    jobs::{self, Job, Moved},
    sql::{Conn, params},
    traces::{self, Numbers},
};
use model::{ItemState, JobId, JobState, Timestamp};

/// A step, in deltas.
#[derive(Clone, Debug, Default)]
pub struct Advance {
    /// How many more were processed, the failed ones included.
    pub processed: u64,
    /// How many of those failed.
    pub failed: u64,
    pub message: Option<String>,
    /// A new total, when the caller has learned of more or fewer items.
    pub total: Option<u64>,
    /// What was processed, to be listed: its label.
    pub item: Option<String>,
    pub trace: Option<Trace>,
    /// A call repeated with the same key counts once.
    pub idempotency_key: Option<String>,
}

/// Whether the step was taken now or had been taken before.
#[derive(Clone, Debug)]
pub enum Advanced {
    Now(Job),
    Before(Job),
}

impl Advanced {
    pub fn job(self) -> Job {
        match self {
            Self::Now(job) | Self::Before(job) => job,
        }
    }
}

impl Db {
    /// Moves an external job on; one that had not been started is started by it.
    ///
    /// # Errors
    /// [`Error::Conflict`] where there is no such job, or Vigie runs it itself; [`Error::State`] where it is over.
    pub async fn advance_job(&self, id: JobId, step: Advance, now: Timestamp) -> Result<Advanced> {
        self.write(move |conn| {
            Box::pin(async move {
                let numbers = traces::number(conn, usize::from(step.trace.is_some())).await?;
                let job = jobs::lock(conn, id).await?;
                if job.kind.runs_here() {
                    return Err(Error::Conflict(format!(
                        "job {id} is a `{}` job that Vigie runs itself: only external jobs are advanced from outside",
                        job.kind
                    )));
                }
                if let Some(key) = &step.idempotency_key {
                    let sql = "INSERT INTO idempotency (job_id, key, created_at) VALUES ($1, $2, $3)
                               ON CONFLICT (job_id, key) DO NOTHING";
                    if conn.execute(sql, params![id, key, now]).await? == 0 {
                        return Ok(Advanced::Before(job));
                    }
                }
                if job.state.is_final() {
                    let found = job.state.to_string();
                    return Err(Error::State { what: format!("job {id}"), found, wanted: "advanced" });
                }
                take_step(conn, job, step, numbers, now).await.map(Advanced::Now)
            })
        })
        .await
    }

    /// Forgets idempotency keys older than `before`.
    pub async fn forget_idempotency_keys(&self, before: Timestamp) -> Result<u64> {
        self.write(move |conn| {
            Box::pin(
                async move { conn.execute("DELETE FROM idempotency WHERE created_at < $1", params![before]).await },
            )
        })
        .await
    }
}

async fn take_step(conn: &mut Conn<'_>, job: Job, step: Advance, numbers: Numbers, now: Timestamp) -> Result<Job> {
    if matches!(job.state, JobState::Pending | JobState::Preparing) {
        let sql = "UPDATE jobs SET state = 2, started_at = coalesce(started_at, $2), active_since = $2 WHERE id = $1";
        conn.execute(sql, params![job.id, now]).await?;
    }
    let failed = step.failed.min(step.processed);
    let mut moved = Moved::default();
    if let Some(total) = step.total {
        // What is processed stays; the rest of the new total is queued.
        let queued = total.saturating_sub(job.counters.processed());
        moved = moved.from(ItemState::Queued, job.counters.queued).to(ItemState::Queued, queued);
    }
    let queued = step.total.map_or(job.counters.queued, |total| total.saturating_sub(job.counters.processed()));
    moved = moved
        .from(ItemState::Queued, queued.min(step.processed))
        .to(ItemState::Failed, failed)
        .to(ItemState::Succeeded, step.processed - failed);
    if let Some(label) = step.item {
        let state = if failed > 0 { ItemState::Failed } else { ItemState::Succeeded };
        insert_item(conn, job.id, &label, state, step.message.as_deref(), now).await?;
    }
    let mut changes = Changes::default();
    changes.came(&job, ItemState::Failed, now, failed);
    changes.came(&job, ItemState::Succeeded, now, step.processed - failed);
    if let Some(trace) = step.trace {
        changes.trace(&trace);
        traces::insert(conn, numbers, &[trace]).await?;
    }
    changes.write(conn).await?;
    jobs::count(conn, job.id, &moved, step.message.as_deref(), now).await
}

async fn insert_item(
    conn: &mut Conn<'_>,
    job: JobId,
    label: &str,
    state: ItemState,
    message: Option<&str>,
    now: Timestamp,
) -> Result<()> {
    let verdict = (state == ItemState::Failed).then(|| {
        let code = serde_json::json!({"code": "reported", "reply": message.unwrap_or_default(), "fault": "content",
                                      "retry": {"when": "never"}});
        code.to_string()
    });
    let sql = "INSERT INTO items (job_id, seq, message_no, state, attempts, finished_at, label, verdict, payload)
               SELECT $1, coalesce(max(seq), 0) + 1, coalesce(max(seq), 0) + 1, $2, 1, $3, $4, $5, '{}'
               FROM items WHERE job_id = $1";
    conn.execute(sql, params![job, state.code(), now, label, verdict]).await.map(drop)
}
