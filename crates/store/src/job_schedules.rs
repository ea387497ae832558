//! Jobs that come again: their schedules, and each time that one was due. [`crate::Schedule`] is what the house does for
//! itself.
//!
//! A due time is a row under `(schedule, due)`, written in the transaction that moves the schedule on to its next: whoever
//! dies, and however many look at once, a time is noted once and never forgotten. It waits there until its job is made, which
//! is noted in one transaction, too.

mod runs;

pub use runs::{NotedDues, RunState, ScheduleRun};

use crate::{
    Db, Result,
    sql::{Conn, Row, params},
};
use model::{Authority, JobKind, MissedPolicy, OverlapPolicy, Timestamp};
use std::time::Duration;
use uuid::Uuid;

/// Schedules that there may be.
pub const JOB_SCHEDULES_MAX: u32 = 10_000;

/// A job that comes again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobSchedule {
    pub id: Uuid,
    /// One at a time has it.
    pub name: String,
    pub kind: JobKind,
    pub plan: SchedulePlan,
    /// What is done, as the kind has it: JSON.
    pub spec: String,
    /// On whose word its jobs act.
    pub authority: Authority,
    pub created_by: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// Grows with every change that a person makes.
    pub version: i64,
    pub paused_at: Option<Timestamp>,
    /// `None`: it is paused, or never due again.
    pub next: Option<NextDue>,
}

/// When it runs, as it was written, and what becomes of runs that cannot begin then.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SchedulePlan {
    pub expression: String,
    /// By its name in the IANA database.
    pub zone: String,
    pub days_off: Vec<String>,
    /// Over how long schedules that are due together are spread.
    pub jitter: Duration,
    pub missed: MissedPolicy,
    pub overlap: OverlapPolicy,
}

/// The next time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NextDue {
    /// By which the run is known.
    pub due: Timestamp,
    /// When it begins: later by the schedule's own share of the jitter.
    pub begins: Timestamp,
}

/// What a person wants of a schedule.
#[derive(Clone, Debug)]
pub struct NewJobSchedule {
    pub id: Uuid,
    pub name: String,
    pub kind: JobKind,
    pub plan: SchedulePlan,
    pub spec: String,
    pub authority: Authority,
    pub created_by: String,
    pub next: Option<NextDue>,
}

/// What became of keeping one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScheduleKept {
    Kept,
    /// Another has the name.
    NameTaken,
    /// There are [`JOB_SCHEDULES_MAX`].
    TooMany,
    /// It was changed since it was read, or is gone.
    Changed,
}

impl Db {
    /// Keeps a schedule that there was not.
    pub async fn create_job_schedule(&self, new: NewJobSchedule, now: Timestamp) -> Result<ScheduleKept> {
        self.write(move |conn| Box::pin(async move { insert(conn, &new, now).await })).await
    }

    /// Puts another in the place of what stood in version `seen`, under its id. Whether it is paused stays.
    pub async fn change_job_schedule(&self, new: NewJobSchedule, seen: i64, now: Timestamp) -> Result<ScheduleKept> {
        self.write(move |conn| Box::pin(async move { replace(conn, &new, seen, now).await })).await
    }

    /// By name; all of them.
    pub async fn job_schedules(&self) -> Result<Vec<JobSchedule>> {
        let sql = "SELECT * FROM job_schedules ORDER BY name LIMIT $1";
        self.rows(sql, params![i64::from(JOB_SCHEDULES_MAX)]).await?.iter().map(job_schedule_from).collect()
    }

    pub async fn job_schedule(&self, id: Uuid) -> Result<Option<JobSchedule>> {
        let row = self.row("SELECT * FROM job_schedules WHERE id = $1", params![id]).await?;
        row.map(|row| job_schedule_from(&row)).transpose()
    }

    pub async fn job_schedule_named(&self, name: &str) -> Result<Option<JobSchedule>> {
        let row = self.row("SELECT * FROM job_schedules WHERE name = $1", params![name]).await?;
        row.map(|row| job_schedule_from(&row)).transpose()
    }

    /// Those of which a run begins at `now` or should have, the longest due first.
    pub async fn due_job_schedules(&self, now: Timestamp, limit: u32) -> Result<Vec<JobSchedule>> {
        let sql = "SELECT * FROM job_schedules WHERE next_at <= $1 ORDER BY next_at, id LIMIT $2";
        self.rows(sql, params![now, i64::from(limit)]).await?.iter().map(job_schedule_from).collect()
    }

    /// It is due no more until it is resumed. Whether there is such a schedule.
    pub async fn pause_job_schedule(&self, id: Uuid, now: Timestamp) -> Result<bool> {
        let sql = "UPDATE job_schedules SET paused_at = coalesce(paused_at, $2), next_due = NULL, next_at = NULL,
                       updated_at = $2, version = version + 1 WHERE id = $1";
        self.write(move |conn| Box::pin(async move { Ok(conn.execute(sql, params![id, now]).await? > 0) })).await
    }

    /// It is due again, at `next`: what came due meanwhile is left out. Whether there is such a schedule.
    pub async fn resume_job_schedule(&self, id: Uuid, next: Option<NextDue>, now: Timestamp) -> Result<bool> {
        let sql = "UPDATE job_schedules SET paused_at = NULL, next_due = $3, next_at = $4, updated_at = $2,
                       version = version + 1 WHERE id = $1";
        let (due, begins) = (next.map(|next| next.due), next.map(|next| next.begins));
        self.write(move |conn| Box::pin(async move { Ok(conn.execute(sql, params![id, now, due, begins]).await? > 0) }))
            .await
    }

    /// Whether there was one. Its jobs stay.
    pub async fn delete_job_schedule(&self, id: Uuid) -> Result<bool> {
        self.write(move |conn| {
            Box::pin(async move {
                conn.execute("DELETE FROM schedule_runs WHERE schedule_id = $1", params![id]).await?;
                Ok(conn.execute("DELETE FROM job_schedules WHERE id = $1", params![id]).await? > 0)
            })
        })
        .await
    }
}

async fn insert(conn: &mut Conn<'_>, new: &NewJobSchedule, now: Timestamp) -> Result<ScheduleKept> {
    let count = conn.row("SELECT count(*) AS n FROM job_schedules", &[]).await?.map_or(Ok(0), |row| row.count("n"))?;
    if count >= JOB_SCHEDULES_MAX.into() {
        return Ok(ScheduleKept::TooMany);
    }
    let sql = "INSERT INTO job_schedules (id, name, kind, expression, zone, days_off, jitter, missed, overlap, spec,
                                          authority, created_by, created_at, updated_at, next_due, next_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13, $14, $15)
               ON CONFLICT DO NOTHING";
    let plan = &new.plan;
    let values = params![
        new.id,
        &new.name,
        new.kind.as_str(),
        &plan.expression,
        &plan.zone,
        days_off_json(plan),
        plan.jitter.as_secs(),
        plan.missed.as_str(),
        plan.overlap.as_str(),
        &new.spec,
        new.authority.code(),
        &new.created_by,
        now,
        new.next.map(|next| next.due),
        new.next.map(|next| next.begins)
    ];
    Ok(if conn.execute(sql, values).await? > 0 { ScheduleKept::Kept } else { ScheduleKept::NameTaken })
}

async fn replace(conn: &mut Conn<'_>, new: &NewJobSchedule, seen: i64, now: Timestamp) -> Result<ScheduleKept> {
    let sql = "SELECT id FROM job_schedules WHERE name = $1 AND id <> $2";
    if conn.row(sql, params![&new.name, new.id]).await?.is_some() {
        return Ok(ScheduleKept::NameTaken);
    }
    let sql = "UPDATE job_schedules SET name = $3, kind = $4, expression = $5, zone = $6, days_off = $7, jitter = $8,
                   missed = $9, overlap = $10, spec = $11, authority = $12, updated_at = $13, version = version + 1,
                   next_due = CASE WHEN paused_at IS NULL THEN $14 END,
                   next_at = CASE WHEN paused_at IS NULL THEN $15 END
               WHERE id = $1 AND version = $2";
    let plan = &new.plan;
    let values = params![
        new.id,
        seen,
        &new.name,
        new.kind.as_str(),
        &plan.expression,
        &plan.zone,
        days_off_json(plan),
        plan.jitter.as_secs(),
        plan.missed.as_str(),
        plan.overlap.as_str(),
        &new.spec,
        new.authority.code(),
        now,
        new.next.map(|next| next.due),
        new.next.map(|next| next.begins)
    ];
    Ok(if conn.execute(sql, values).await? > 0 { ScheduleKept::Kept } else { ScheduleKept::Changed })
}

fn days_off_json(plan: &SchedulePlan) -> String {
    serde_json::to_string(&plan.days_off).unwrap_or_default()
}

fn job_schedule_from(row: &Row) -> Result<JobSchedule> {
    let plan = SchedulePlan {
        expression: row.text("expression")?,
        zone: row.text("zone")?,
        days_off: row.json("days_off")?,
        jitter: Duration::from_secs(row.count("jitter")?),
        missed: row.parsed("missed")?,
        overlap: row.parsed("overlap")?,
    };
    let next = row.opt_time("next_due")?.zip(row.opt_time("next_at")?);
    Ok(JobSchedule {
        id: row.id("id")?,
        name: row.text("name")?,
        kind: row.parsed("kind")?,
        plan,
        spec: row.text("spec")?,
        authority: row.state("authority", Authority::from_code)?,
        created_by: row.text("created_by")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
        version: row.int("version")?,
        paused_at: row.opt_time("paused_at")?,
        next: next.map(|(due, begins)| NextDue { due, begins }),
    })
}
