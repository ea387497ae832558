//! Each time that a schedule was due, and what became of it.

use super::{NextDue, job_schedule_from};
use crate::{
    Db, JobSchedule, NewItem, NewJob, Result,
    items::enqueue_row,
    jobs::{self, Change, Created, Job, Moved, job_from},
    sql::{Conn, Row, params},
};
use model::{ItemState, JobId, JobState, Timestamp};
use serde_json::json;
use std::collections::HashMap;
use uuid::Uuid;

/// Of one schedule, those that are kept.
const KEPT_MAX: i64 = 1_000;
/// Of one schedule, runs that wait for the one before them; more are left out.
const WAITING_MAX: u64 = 100;
/// What is kept of a detail.
const DETAIL_CHARS: usize = 1_000;

/// One time that a schedule was due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScheduleRun {
    pub schedule: Uuid,
    pub due: Timestamp,
    pub state: RunState,
    /// A person asked for it, beside its times.
    pub by_hand: bool,
    pub job: Option<JobId>,
    /// How many times it stands for: of missed ones, that are noted together.
    pub times: u64,
    /// Why it did not start.
    pub detail: String,
    pub noted_at: Timestamp,
}

/// How a run stands. What became of its job is said by that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunState {
    /// Its job is not made yet.
    Waiting,
    Started,
    /// No job could be made of it.
    Failed,
    /// Nothing ran when it was due.
    Missed,
    /// The one before was not over.
    Skipped,
}

impl RunState {
    pub const ALL: [Self; 5] = [Self::Waiting, Self::Started, Self::Failed, Self::Missed, Self::Skipped];

    pub(crate) fn code(self) -> i64 {
        self as i64
    }

    fn from_code(code: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// Its name in JSON. Never rename one.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Started => "started",
            Self::Failed => "failed",
            Self::Missed => "missed",
            Self::Skipped => "skipped",
        }
    }
}

/// Times that came due together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NotedDues {
    /// Those that are to begin.
    pub waiting: Vec<Timestamp>,
    /// Those that were missed: the first of them, and how many.
    pub missed: Option<(Timestamp, u64)>,
    pub next: Option<NextDue>,
}

impl Db {
    /// Notes what came due of a schedule that was due at `seen`, and when it is due next. `false`: somebody else has, or
    /// it was changed, paused or deleted since; nothing is written then.
    pub async fn note_dues(&self, id: Uuid, seen: Timestamp, dues: NotedDues, now: Timestamp) -> Result<bool> {
        self.write(move |conn| {
            Box::pin(async move {
                let sql = "UPDATE job_schedules SET next_due = $3, next_at = $4 WHERE id = $1 AND next_due = $2";
                let next = dues.next;
                let values = params![id, seen, next.map(|next| next.due), next.map(|next| next.begins)];
                if conn.execute(sql, values).await? == 0 {
                    return Ok(false);
                }
                if let Some((first, times)) = dues.missed {
                    note(conn, (id, first), RunState::Missed, times, now).await?;
                }
                let sql = "SELECT count(*) AS n FROM schedule_runs WHERE schedule_id = $1 AND state = 0";
                let waiting = conn.row(sql, params![id]).await?.map_or(Ok(0), |row| row.count("n"))?;
                for (due, place) in dues.waiting.into_iter().zip(waiting..) {
                    let state = if place < WAITING_MAX { RunState::Waiting } else { RunState::Skipped };
                    note(conn, (id, due), state, 1, now).await?;
                }
                forget_old(conn, id).await.map(|()| true)
            })
        })
        .await
    }

    /// A run beside its times, since a person asks for it. `false`: there is no such schedule, or it was asked for in this
    /// very microsecond.
    pub async fn run_by_hand(&self, id: Uuid, now: Timestamp) -> Result<bool> {
        let sql = "INSERT INTO schedule_runs (schedule_id, due_at, state, by_hand, noted_at)
                   SELECT id, $2, 0, 1, $2 FROM job_schedules WHERE id = $1
                   ON CONFLICT (schedule_id, due_at) DO NOTHING";
        self.write(move |conn| Box::pin(async move { Ok(conn.execute(sql, params![id, now]).await? > 0) })).await
    }

    /// Of each schedule the first run that has no job yet, the longest due first.
    pub async fn waiting_runs(&self, limit: u32) -> Result<Vec<(JobSchedule, ScheduleRun)>> {
        let sql = "SELECT s.*, r.schedule_id, r.due_at, r.state, r.by_hand, r.job_id, r.times, r.detail, r.noted_at
                   FROM schedule_runs r JOIN job_schedules s ON s.id = r.schedule_id
                   WHERE r.state = 0 AND NOT EXISTS (
                       SELECT 1 FROM schedule_runs e
                       WHERE e.state = 0 AND e.schedule_id = r.schedule_id AND e.due_at < r.due_at)
                   ORDER BY r.due_at, r.schedule_id LIMIT $1";
        let rows = self.rows(sql, params![i64::from(limit)]).await?;
        rows.iter().map(|row| Ok((job_schedule_from(row)?, run_from(row)?))).collect()
    }

    /// The jobs of a schedule's runs that are not over.
    pub async fn open_jobs_of_schedule(&self, id: Uuid) -> Result<Vec<Job>> {
        let sql = "SELECT j.* FROM schedule_runs r JOIN jobs j ON j.id = r.job_id
                   WHERE r.schedule_id = $1 AND r.state = 1 AND j.state < 4 ORDER BY r.due_at";
        self.rows(sql, params![id]).await?.iter().map(job_from).collect()
    }

    /// Runs of a schedule, the last first, before `before`.
    pub async fn runs_of_schedule(&self, id: Uuid, before: Option<Timestamp>, limit: u32) -> Result<Vec<ScheduleRun>> {
        let sql = "SELECT * FROM schedule_runs WHERE schedule_id = $1 AND due_at < $2 ORDER BY due_at DESC LIMIT $3";
        let before = before.unwrap_or(Timestamp::from_micros(i64::MAX));
        self.rows(sql, params![id, before, i64::from(limit)]).await?.iter().map(run_from).collect()
    }

    /// The last run of each schedule that had one; a missed one, too.
    pub async fn last_runs(&self) -> Result<Vec<ScheduleRun>> {
        let sql = "SELECT r.* FROM job_schedules s JOIN schedule_runs r ON r.schedule_id = s.id
                   WHERE r.due_at = (SELECT max(due_at) FROM schedule_runs WHERE schedule_id = s.id)";
        self.rows(sql, &[]).await?.iter().map(run_from).collect()
    }

    /// How many times were missed, as far as it was noted from `since` on.
    pub async fn missed_runs_since(&self, since: Timestamp) -> Result<u64> {
        let sql = "SELECT CAST(coalesce(sum(times), 0) AS BIGINT) AS n FROM schedule_runs
                   WHERE state = 3 AND noted_at >= $1";
        self.row(sql, params![since]).await?.map_or(Ok(0), |row| row.count("n"))
    }

    /// When a run of each schedule last went well: its job was completed without a failure, or there was nothing to do. By
    /// name, those that ever did.
    pub async fn schedule_successes(&self, limit: u32) -> Result<Vec<(Uuid, Timestamp)>> {
        let sql = "SELECT id, (SELECT coalesce(j.finished_at, r.noted_at) FROM schedule_runs r
                               LEFT JOIN jobs j ON j.id = r.job_id
                               WHERE r.schedule_id = s.id
                                   AND (r.state = 4 AND r.job_id IS NULL
                                        OR r.state = 1 AND j.state = $2 AND j.failed = 0 AND j.unknown = 0)
                               ORDER BY r.due_at DESC LIMIT 1) AS succeeded_at
                   FROM job_schedules s ORDER BY name LIMIT $1";
        let rows = self.rows(sql, params![i64::from(limit), JobState::Completed.code()]).await?;
        let mut found = Vec::new();
        for row in rows {
            if let Some(at) = row.opt_time("succeeded_at")? {
                found.push((row.id("id")?, at));
            }
        }
        Ok(found)
    }

    /// The jobs of these ids that there are.
    pub async fn jobs_of_ids(&self, ids: &[JobId]) -> Result<Vec<Job>> {
        let mut jobs = Vec::with_capacity(ids.len());
        for id in ids {
            jobs.extend(self.job(*id).await?);
        }
        Ok(jobs)
    }

    /// The schedules that made these jobs; of those that nobody scheduled there is none.
    pub async fn schedules_of_jobs(&self, ids: &[JobId]) -> Result<HashMap<JobId, Uuid>> {
        let sql = "SELECT schedule_id FROM schedule_runs WHERE job_id = $1";
        let mut schedules = HashMap::new();
        for id in ids {
            if let Some(row) = self.row(sql, params![*id]).await? {
                schedules.insert(*id, row.id("schedule_id")?);
            }
        }
        Ok(schedules)
    }

    /// Makes the job of a waiting run, with its one item, and notes that the run has started: all of it, or nothing. `None`:
    /// the run does not wait any more.
    pub async fn start_run(
        &self,
        run: &ScheduleRun,
        job: NewJob,
        item: NewItem,
        now: Timestamp,
    ) -> Result<Option<Job>> {
        let key = (run.schedule, run.due);
        self.write(move |conn| {
            Box::pin(async move {
                if !end_waiting(conn, key, RunState::Started, Some(job.id), "").await? {
                    return Ok(None);
                }
                match jobs::create(conn, &job, now).await? {
                    Created::New(job) => fill(conn, job.id, item, now).await.map(Some),
                    Created::Existing(job) | Created::NameTaken(job) => Ok(Some(job)),
                }
            })
        })
        .await
    }

    /// Says what became of a waiting run. Whether it waited.
    pub async fn end_waiting_run(
        &self,
        run: &ScheduleRun,
        state: RunState,
        job: Option<JobId>,
        detail: String,
    ) -> Result<bool> {
        let key = (run.schedule, run.due);
        let detail: String = detail.chars().take(DETAIL_CHARS).collect();
        self.write(move |conn| {
            Box::pin(async move {
                let waited = end_waiting(conn, key, state, job, &detail).await?;
                if waited && state == RunState::Failed {
                    // No job says so.
                    let happened = (key.1, key.0.to_string(), json!({"why": detail}));
                    crate::alerts::note(conn, "schedule", vec![happened]).await?;
                }
                Ok(waited)
            })
        })
        .await
    }

    /// Runs that could not be started since then, the last first.
    pub async fn failed_runs_since(&self, since: Timestamp, limit: u32) -> Result<Vec<ScheduleRun>> {
        let sql = "SELECT * FROM schedule_runs WHERE state = $1 AND due_at >= $2 ORDER BY due_at DESC LIMIT $3";
        let params = params![RunState::Failed.code(), since, i64::from(limit)];
        self.rows(sql, params).await?.iter().map(run_from).collect()
    }
}

async fn note(
    conn: &mut Conn<'_>,
    (id, due): (Uuid, Timestamp),
    state: RunState,
    times: u64,
    now: Timestamp,
) -> Result<()> {
    let sql = "INSERT INTO schedule_runs (schedule_id, due_at, state, times, noted_at) VALUES ($1, $2, $3, $4, $5)
               ON CONFLICT (schedule_id, due_at) DO NOTHING";
    conn.execute(sql, params![id, due, state.code(), times, now]).await.map(drop)
}

async fn forget_old(conn: &mut Conn<'_>, id: Uuid) -> Result<()> {
    let sql = "DELETE FROM schedule_runs WHERE schedule_id = $1 AND state <> 0 AND due_at <= (
                   SELECT due_at FROM schedule_runs WHERE schedule_id = $1 ORDER BY due_at DESC LIMIT 1 OFFSET $2)";
    conn.execute(sql, params![id, KEPT_MAX]).await.map(drop)
}

async fn end_waiting(
    conn: &mut Conn<'_>,
    (id, due): (Uuid, Timestamp),
    state: RunState,
    job: Option<JobId>,
    detail: &str,
) -> Result<bool> {
    let sql = "UPDATE schedule_runs SET state = $3, job_id = $4, detail = $5
               WHERE schedule_id = $1 AND due_at = $2 AND state = 0";
    Ok(conn.execute(sql, params![id, due, state.code(), job, detail]).await? > 0)
}

/// The one item of a job that was just made, which is ready then.
async fn fill(conn: &mut Conn<'_>, job: JobId, item: NewItem, now: Timestamp) -> Result<Job> {
    let rows = serde_json::Value::Array(vec![enqueue_row(item, now)]).to_string();
    conn.execute(conn.dialect().enqueue, params![job, rows]).await?;
    jobs::count(conn, job, &Moved::default().to(ItemState::Queued, 1), None, now).await?;
    jobs::write_change(conn, job, &Change::to(JobState::Pending), now).await
}

fn run_from(row: &Row) -> Result<ScheduleRun> {
    Ok(ScheduleRun {
        schedule: row.id("schedule_id")?,
        due: row.time("due_at")?,
        state: row.state("state", RunState::from_code)?,
        by_hand: row.flag("by_hand")?,
        job: row.opt_id("job_id")?.map(Into::into),
        times: row.count("times")?,
        detail: row.text("detail")?,
        noted_at: row.time("noted_at")?,
    })
}
