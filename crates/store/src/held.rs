//! What a copy of the state must not do by itself. A copy knows nothing of what was sent after it was made: whatever it
//! takes for queued may have left since, and so it waits for a person.

use crate::{
    Db, Result,
    jobs::{self, Change, job_from},
    reason::Reason,
    sql::{Conn, params},
};
use model::{JobId, JobState, Timestamp};

/// Why a job of a copy stands still.
pub const RESTORED: &str = "restored";

/// What waits for a person in a copy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// The oldest first.
    pub jobs: Vec<HeldJob>,
    /// Schedules that are due no more until somebody resumes them.
    pub schedules: u64,
    /// Messages of alerts that are not sent any more.
    pub notices: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldJob {
    pub id: JobId,
    pub name: String,
    pub queued: u64,
    /// In flight when the copy was made: they become `unknown`.
    pub running: u64,
}

impl Db {
    /// Makes a copy wait: its open jobs and its schedules are paused, runs that were due and had no job are left out,
    /// messages of alerts that were on their way are given up. To be called on a copy alone, before anybody uses it.
    pub async fn hold(&self, taken_at: Timestamp) -> Result<Held> {
        self.write(move |conn| Box::pin(hold(conn, taken_at))).await
    }
}

async fn hold(conn: &mut Conn<'_>, taken_at: Timestamp) -> Result<Held> {
    let sql = "SELECT * FROM jobs WHERE state IN (1, 2, 3) AND kind <> 'external' ORDER BY created_at, id";
    let why = format!(
        "restored from the backup of {}: messages may have been sent since then, of which this copy knows nothing; \
         see what the sending account has sent, then resume or cancel",
        taken_at.to_jiff().strftime("%Y-%m-%d %H:%M UTC")
    );
    let mut held = Held::default();
    for row in conn.rows(sql, &[]).await? {
        let job = job_from(&row)?;
        let reason = Some(Reason::new(RESTORED, why.as_str()));
        let change = Change { started: job.started_at, reason, ..Change::to(JobState::Paused) };
        jobs::write_change(conn, job.id, &change, taken_at).await?;
        let (queued, running) = (job.counters.queued, job.counters.running);
        held.jobs.push(HeldJob { id: job.id, name: job.name, queued, running });
    }
    let sql = "UPDATE job_schedules SET paused_at = $1, next_due = NULL, next_at = NULL, updated_at = $1,
                   version = version + 1 WHERE paused_at IS NULL";
    held.schedules = conn.execute(sql, params![taken_at]).await?;
    // Waiting, and missed.
    conn.execute("UPDATE schedule_runs SET state = 3 WHERE state = 0", &[]).await?;
    // Waiting or begun, and given up.
    let sql = "UPDATE alert_deliveries SET state = 3, ended_at = $1, error = $2 WHERE state < 2";
    held.notices = conn.execute(sql, params![taken_at, RESTORED]).await?;
    conn.execute("DELETE FROM alert_events", &[]).await?;
    // Those that were at work when the copy was made are not at work on it: nothing has to wait for them.
    let sql = "UPDATE workers SET ended_at = $1, lease_until = $1 WHERE ended_at IS NULL";
    conn.execute(sql, params![taken_at]).await?;
    Ok(held)
}
