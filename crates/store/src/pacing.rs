//! What holds a run back: the limits of its account, which everything that leaves by it shares, and its own. Both are
//! asked at each claim, and the stricter answer counts: a run may be slower than its account allows, never faster.

use crate::{
    Claim, ClaimRefused, DAILY_LIMIT, Db, Reason, Result,
    accounts::{self, Paced},
    jobs::{self, Job},
    sql::{Conn, params},
};
use model::{
    JobId, JobState, Timestamp,
    pace::{Limit, Limits, PaceState, Permit},
};

/// Locked with the job, until the end of the transaction.
pub(crate) struct Pacing {
    job: JobId,
    account: Option<Paced>,
    run: Option<Run>,
}

/// A run's own limits, and what it has spent of them: gone with the run.
struct Run {
    limits: Limits,
    pace: PaceState,
}

impl Pacing {
    /// After the job, which everybody locks first.
    pub(crate) async fn lock(conn: &mut Conn<'_>, job: &Job, now: Timestamp) -> Result<Self> {
        let account = match job.account {
            // A run's daily limit is held against what has left by the account: it is that which a provider counts.
            Some(account) => accounts::lock(conn, account, job.limits.is_daily(), now).await?,
            None => None,
        };
        let run = match job.limits.is_empty() {
            true => None,
            false => {
                let row =
                    conn.row("SELECT coalesce(pace, '{}') AS pace FROM jobs WHERE id = $1", params![job.id]).await?;
                let pace = row.map_or_else(|| Ok(PaceState::default()), |row| row.json("pace"))?;
                Some(Run { limits: job.limits.clone(), pace })
            }
        };
        Ok(Self { job: job.id, account, run })
    }

    /// `messages` that were in flight have an outcome, or were given back.
    pub(crate) fn record(&mut self, now: Timestamp, messages: u64) {
        if let Some(account) = &mut self.account {
            account.pace.record(&account.limits, now, messages);
        }
        if let Some(run) = &mut self.run {
            run.pace.record(&run.limits, now, messages);
        }
    }

    /// How many messages may be claimed, where nothing limits them `u64::MAX`; or what they wait for.
    pub(crate) async fn permit(
        &mut self,
        conn: &mut Conn<'_>,
        claim: &Claim,
        now: Timestamp,
    ) -> Result<Result<u64, ClaimRefused>> {
        let mut permit = Permit::Now(u64::MAX);
        let group = claim.group.max(1);
        if let Some(account) = &mut self.account {
            if let Some(pause) = &account.pause
                && pause.until.is_none_or(|until| until > now)
            {
                return Ok(Err(ClaimRefused::Paused(pause.clone())));
            }
            if account.limits.batch.is_some() {
                own_batch(conn, &mut account.pace, self.job).await?;
            }
            permit = account.pace.permit(&account.limits, now, &account.day, group);
        }
        if let Some(run) = &mut self.run {
            let day = self.account.as_ref().map_or(&[][..], |account| &account.day);
            permit = permit.and(run.pace.permit(&run.limits, now, day, group));
        }
        Ok(match permit {
            Permit::Now(units) => Ok(units),
            Permit::At(at, limit) => Err(ClaimRefused::Limit(at, limit)),
            Permit::WhenRecorded => Err(ClaimRefused::Batch),
        })
    }

    /// Takes messages out of what is left, with the intent.
    pub(crate) async fn spend(
        &mut self,
        conn: &mut Conn<'_>,
        now: Timestamp,
        messages: u64,
        recipients: u64,
    ) -> Result<()> {
        if let Some(run) = &mut self.run {
            run.pace.spend(&run.limits, now, messages);
        }
        let Some(account) = &mut self.account else { return Ok(()) };
        account.pace.spend(&account.limits, now, messages);
        account.pace.share_batch(self.job);
        accounts::add_usage(conn, account.id, now, messages, recipients).await
    }

    /// Writes down what has changed, where something is limited.
    pub(crate) async fn save(&self, conn: &mut Conn<'_>) -> Result<()> {
        if let Some(account) = self.account.as_ref().filter(|account| account.limits.is_paced()) {
            accounts::save_pace(conn, account).await?;
        }
        if let Some(run) = self.run.as_ref().filter(|run| run.limits.is_paced()) {
            let state = serde_json::to_string(&run.pace).unwrap_or_default();
            conn.execute("UPDATE jobs SET pace = $2 WHERE id = $1", params![self.job, state]).await?;
        }
        Ok(())
    }
}

impl Db {
    /// Why the job would be paused again at once if it went on, and until when: its account is paused until some time,
    /// or a limit of 24 hours is reached. `None` where it can go on, or only a person ends the pause.
    ///
    /// # Errors
    /// [`crate::Error::Conflict`] where there is no such job.
    pub async fn pause_ahead(&self, id: JobId, now: Timestamp) -> Result<Option<(Reason, Timestamp)>> {
        self.write(move |conn| {
            Box::pin(async move {
                let job = jobs::lock(conn, id).await?;
                let claim = Claim { job: id, worker: 0, messages: 1, group: 1 };
                // Only asked: what it takes down is not saved.
                let answer = Pacing::lock(conn, &job, now).await?.permit(conn, &claim, now).await?;
                Ok(match answer {
                    Err(ClaimRefused::Limit(at, Limit::Day)) => Some((Reason::new(DAILY_LIMIT, ""), at)),
                    Err(ClaimRefused::Paused(pause)) => pause.until.map(|until| (pause.reason, until)),
                    _ => None,
                })
            })
        })
        .await
    }
}

/// Runs that go on at the same time share a batch, as their account allows no more. What one has left of it that is
/// over, or stands still, is nobody's: the next begins a batch of its own.
async fn own_batch(conn: &mut Conn<'_>, pace: &mut PaceState, run: JobId) -> Result<()> {
    if pace.batch_of() == Some(run) {
        return Ok(());
    }
    let other = match pace.batch_of() {
        Some(other) => conn.row("SELECT state FROM jobs WHERE id = $1", params![other]).await?,
        None => None,
    };
    let runs = other.map(|row| row.state("state", JobState::from_code)).transpose()? == Some(JobState::Running);
    if !runs {
        pace.begin_batch(run);
    }
    Ok(())
}
