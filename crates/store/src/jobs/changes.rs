//! What changes a job: its state, by what people and engines ask for, and its counters, by what becomes of its items.

use super::{Job, job_from};
use crate::reason::Reason;
use crate::{
    Account, Db, Error, Result, accounts,
    sql::{Conn, params},
};
use model::{ItemState, JobId, JobState, Timestamp};

impl Db {
    /// Every item is enqueued: the job may be claimed from. A job without a single open item is complete at once.
    ///
    /// # Errors
    /// [`Error::Conflict`] where there is no such job; [`Error::State`] where its state does not allow it.
    pub async fn finish_preparing(&self, id: JobId, now: Timestamp) -> Result<Job> {
        self.change(id, now, "made ready", move |job| {
            let done = job.counters.queued == 0;
            let state = if done { JobState::Completed } else { JobState::Pending };
            (job.state == JobState::Preparing).then(|| Change { finished: done.then_some(now), ..Change::to(state) })
        })
        .await
    }

    /// Every item is enqueued, and none is claimed before `at`: in one step, so that nothing leaves in between.
    ///
    /// # Errors
    /// [`Error::Conflict`] where there is no such job; [`Error::State`] where its state does not allow it.
    pub async fn schedule_job(&self, id: JobId, at: Timestamp, now: Timestamp) -> Result<Job> {
        self.change(id, now, "paused", move |job| {
            let done = job.counters.queued == 0;
            (job.state == JobState::Preparing).then(|| match done {
                true => Change { finished: Some(now), ..Change::to(JobState::Completed) },
                false => Change {
                    reason: Some(Reason::new("scheduled", "")),
                    resumes_at: Some(at),
                    ..Change::to(JobState::Paused)
                },
            })
        })
        .await
    }

    /// # Errors
    /// [`Error::Conflict`] where there is no such job; [`Error::State`] where its state does not allow it.
    pub async fn start_job(&self, id: JobId, now: Timestamp) -> Result<Job> {
        self.change(id, now, "started", move |job| {
            let started = Some(job.started_at.unwrap_or(now));
            // A pause ends by `resume_job`, and what is over is set going by a retry, which makes it pending.
            matches!(job.state, JobState::Running | JobState::Pending)
                .then(|| Change { started, ..Change::to(JobState::Running) })
        })
        .await
    }

    /// Stops the claiming. What is in flight is still recorded. `resumes_at`: when the pause ends by itself.
    ///
    /// # Errors
    /// [`Error::Conflict`] where there is no such job; [`Error::State`] where its state does not allow it.
    pub async fn pause_job(
        &self,
        id: JobId,
        reason: Reason,
        resumes_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<Job> {
        self.change(id, now, "paused", move |job| {
            (job.state == JobState::Paused || job.allow(JobState::Paused)).then(|| Change {
                reason: Some(reason.clone()),
                resumes_at,
                ..Change::to(JobState::Paused)
            })
        })
        .await
    }

    /// # Errors
    /// [`Error::Conflict`] where there is no such job; [`Error::State`] where its state does not allow it.
    pub async fn resume_job(&self, id: JobId, now: Timestamp) -> Result<Job> {
        self.change(id, now, "resumed", resumed).await
    }

    /// A person's word that the job goes on. It ends a pause of its account that waits for nothing but a person, too:
    /// the job would stand still again at once. Returns the account whose pause that was.
    pub async fn resume_by_hand(&self, id: JobId, now: Timestamp) -> Result<(Job, Option<Account>)> {
        self.write(move |conn| {
            Box::pin(async move {
                let job = lock(conn, id).await?;
                let change = resumed(&job).ok_or_else(|| job.refuse("resumed"))?;
                let lifted = match job.account {
                    Some(account) => accounts::end_lasting_pause(conn, account, now).await?,
                    None => None,
                };
                Ok((write_change(conn, id, &change, now).await?, lifted))
            })
        })
        .await
    }

    /// Ends an external job, whose items are counted and not kept, or one that has no items. Any other completes with
    /// its last outcome, and is refused while an item is open.
    ///
    /// # Errors
    /// [`Error::Conflict`] where there is no such job; [`Error::State`] where its state does not allow it.
    pub async fn complete_job(&self, id: JobId, message: Option<String>, now: Timestamp) -> Result<Job> {
        self.change(id, now, "completed", move |job| {
            let open = job.counters.queued + job.counters.running > 0 && job.kind.runs_here();
            let allowed = job.state == JobState::Completed || job.allow(JobState::Completed);
            // Ending what has ended leaves its end where it was.
            (allowed && !open).then(|| Change {
                finished: Some(job.finished_at.unwrap_or(now)),
                started: Some(job.started_at.unwrap_or(now)),
                message: message.clone(),
                ..Change::to(JobState::Completed)
            })
        })
        .await
    }

    /// The job itself cannot go on.
    ///
    /// # Errors
    /// [`Error::Conflict`] where there is no such job; [`Error::State`] where its state does not allow it.
    pub async fn fail_job(&self, id: JobId, reason: Reason, now: Timestamp) -> Result<Job> {
        self.change(id, now, "failed", move |job| {
            (job.state == JobState::Failed || job.allow(JobState::Failed)).then(|| Change {
                finished: Some(job.finished_at.unwrap_or(now)),
                message: Some(reason.detail.clone()).filter(|text| !text.is_empty()),
                reason: Some(reason.clone()),
                ..Change::to(JobState::Failed)
            })
        })
        .await
    }

    /// Makes what is queued skipped. What is in flight is still recorded.
    ///
    /// # Errors
    /// [`Error::Conflict`] where there is no such job; [`Error::State`] where its state does not allow it.
    pub async fn cancel_job(&self, id: JobId, reason: Reason, now: Timestamp) -> Result<Job> {
        self.write(move |conn| {
            Box::pin(async move {
                let job = lock(conn, id).await?;
                if job.state == JobState::Cancelled {
                    return Ok(job);
                }
                if !job.state.may_become(JobState::Cancelled) {
                    return Err(job.refuse("cancelled"));
                }
                let change = Change { finished: Some(now), reason: Some(reason), ..Change::to(JobState::Cancelled) };
                write_change(conn, id, &change, now).await?;
                skip_queued(conn, id, now).await
            })
        })
        .await
    }

    async fn change<F>(&self, id: JobId, now: Timestamp, wanted: &'static str, decide: F) -> Result<Job>
    where
        F: FnOnce(&Job) -> Option<Change> + Send + 'static,
    {
        self.write(move |conn| {
            Box::pin(async move {
                let job = lock(conn, id).await?;
                let change = decide(&job).ok_or_else(|| job.refuse(wanted))?;
                write_change(conn, id, &change, now).await
            })
        })
        .await
    }
}

fn resumed(job: &Job) -> Option<Change> {
    let state = if job.started_at.is_some() { JobState::Running } else { JobState::Pending };
    match job.state {
        JobState::Running | JobState::Pending => Some(Change::to(job.state)),
        JobState::Paused => Some(Change::to(state)),
        _ => None,
    }
}

impl Job {
    fn allow(&self, next: JobState) -> bool {
        self.state.may_become(next)
    }

    pub(crate) fn refuse(&self, wanted: &'static str) -> Error {
        Error::State { what: format!("job {}", self.id), found: self.state.to_string(), wanted }
    }
}

/// A change of a job's state, decided and not yet written.
#[derive(Debug)]
pub(crate) struct Change {
    pub(crate) state: JobState,
    pub(crate) reason: Option<Reason>,
    pub(crate) resumes_at: Option<Timestamp>,
    pub(crate) started: Option<Timestamp>,
    pub(crate) finished: Option<Timestamp>,
    pub(crate) message: Option<String>,
}

impl Change {
    pub(crate) fn to(state: JobState) -> Self {
        Self { state, reason: None, resumes_at: None, started: None, finished: None, message: None }
    }
}

/// How many items went from and to each state: the difference for the counters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Moved([i64; 6]);

impl Moved {
    #[must_use]
    pub(crate) fn from(mut self, state: ItemState, count: u64) -> Self {
        self.0[state.code() as usize] -= count as i64;
        self
    }

    #[must_use]
    pub(crate) fn to(mut self, state: ItemState, count: u64) -> Self {
        self.0[state.code() as usize] += count as i64;
        self
    }

    /// By how much the items have become more.
    pub(crate) fn total(&self) -> i64 {
        self.0.iter().sum()
    }

    pub(crate) fn item(&mut self, from: ItemState, to: ItemState) {
        *self = self.from(from, 1).to(to, 1);
    }
}

pub(crate) async fn lock(conn: &mut Conn<'_>, id: JobId) -> Result<Job> {
    let sql = conn.dialect().lock_job;
    let row = conn.row(sql, params![id]).await?;
    row.map_or_else(|| Err(no_job(id)), |row| job_from(&row))
}

/// Of a cancelled job: what is queued is skipped.
pub(crate) async fn skip_queued(conn: &mut Conn<'_>, id: JobId, now: Timestamp) -> Result<Job> {
    let sql = "UPDATE items SET state = 5, verdict = $2, finished_at = $3 WHERE job_id = $1 AND state = 0";
    let verdict = serde_json::json!({"code": "cancelled", "fault": "content", "retry": {"when": "never"}});
    let skipped = conn.execute(sql, params![id, verdict.to_string(), now]).await?;
    // The items of an external job are counted and not kept.
    let job = lock(conn, id).await?;
    let skipped = if job.kind.runs_here() { skipped } else { job.counters.queued };
    let moved = Moved::default().from(ItemState::Queued, skipped).to(ItemState::Skipped, skipped);
    count(conn, id, &moved, None, now).await
}

/// A pending job begins with its first claim.
pub(crate) async fn start(conn: &mut Conn<'_>, job: &Job, now: Timestamp) -> Result<Job> {
    let started = Some(job.started_at.unwrap_or(now));
    write_change(conn, job.id, &Change { started, ..Change::to(JobState::Running) }, now).await
}

pub(crate) fn no_job(id: JobId) -> Error {
    Error::Conflict(format!("there is no job {id}: `vigie jobs list` shows those that there are"))
}

/// Adds `moved` to the counters. A job that has begun and has nothing left queued or running is complete, but for an
/// external one, which ends when its owner says so, and for one that more messages may join.
pub(crate) async fn count(
    conn: &mut Conn<'_>,
    id: JobId,
    moved: &Moved,
    message: Option<&str>,
    now: Timestamp,
) -> Result<Job> {
    let [queued, running, succeeded, failed, unknown, skipped] = moved.0;
    let total = moved.total();
    let sql = "
        WITH standing AS (SELECT id AS standing_id, state IN (2, 3) AND kind <> 'external' AND queued + $2 = 0
            AND running + $3 = 0
            AND NOT EXISTS (SELECT 1 FROM intakes WHERE job_id = jobs.id AND open_until > $10) AS is_over
            FROM jobs WHERE id = $1)
        UPDATE jobs SET queued = queued + $2, running = running + $3, succeeded = succeeded + $4,
            failed = failed + $5, unknown = unknown + $6, skipped = skipped + $7, total = total + $8,
            message = coalesce($9, message), version = version + 1, updated_at = $10,
            finished_at = CASE WHEN is_over THEN $10 ELSE finished_at END,
            active_us = active_us + CASE WHEN is_over AND active_since < $10 THEN $10 - active_since ELSE 0 END,
            active_since = CASE WHEN is_over THEN NULL ELSE active_since END,
            resumes_at = CASE WHEN is_over THEN NULL ELSE resumes_at END,
            reason = CASE WHEN is_over THEN NULL ELSE reason END,
            state = CASE WHEN is_over THEN 4 ELSE state END
        FROM standing WHERE id = standing_id RETURNING *";
    let values = params![id, queued, running, succeeded, failed, unknown, skipped, total, message, now];
    conn.row(sql, values).await?.map_or_else(|| Err(no_job(id)), |row| job_from(&row))
}

pub(crate) async fn write_change(conn: &mut Conn<'_>, id: JobId, change: &Change, now: Timestamp) -> Result<Job> {
    let sql = "
        UPDATE jobs SET state = $2, reason = $3, resumes_at = $4, started_at = coalesce($5, started_at),
            finished_at = $6, message = coalesce($7, message), version = version + 1, updated_at = $8,
            active_us = active_us + CASE WHEN $2 <> 2 AND active_since < $8 THEN $8 - active_since ELSE 0 END,
            active_since = CASE WHEN $2 = 2 THEN coalesce(active_since, $8) END
        WHERE id = $1 RETURNING *";
    let reason = change.reason.as_ref().map(Reason::to_json);
    let message = change.message.clone();
    let values =
        params![id, change.state.code(), reason, change.resumes_at, change.started, change.finished, message, now];
    conn.row(sql, values).await?.map_or_else(|| Err(no_job(id)), |row| job_from(&row))
}
