//! Diagnoses that Vigie begins by itself: of jobs that fail, come to a halt unasked, or lose their process. Once for each
//! such incident, and a few at the most in a while.

use super::run::{self, AskedBy, Refused};
use crate::{App, Ctx};
use ::api::diagnoses::NewDiagnosis;
use jobs::{Again, DoneBy, Work};
use model::Timestamp;
use std::time::Duration;
use store::JobStop;

const LOOK_EVERY: Duration = Duration::from_secs(15);
/// What others log of the same moment is given so long to be written.
const SETTLES_WITHIN: Duration = Duration::from_secs(10);
/// How far back it is looked: what was missed while Vigie was away is looked at when it is back.
const LOOKED_BACK: Duration = Duration::from_secs(30 * 60);
/// Automatic diagnoses in that time.
const AT_MOST: usize = 10;
/// A pause that ends by itself within this is no incident.
const SHORT_PAUSE: Duration = Duration::from_secs(15 * 60);
/// Reasons that somebody chose, and pauses that are part of the plan.
const AS_PLANNED: &[&str] = &[
    "paused_by",
    "cancelled_by",
    "by_hand",
    "paused",
    "scheduled",
    "daily_limit",
    "restored",
    "replaced_by_run",
    "not_prepared",
];

/// Looks for jobs that stopped.
pub fn diagnosing(app: App) -> Work {
    let ctx = Ctx::new(app);
    Work::new("diagnoses", LOOK_EVERY, DoneBy::Leader, move || {
        let ctx = ctx.clone();
        async move { look(&ctx).await.map(|()| Again::AsUsual).map_err(|error| error.to_string()) }
    })
}

pub(super) async fn look(ctx: &Ctx) -> store::Result<()> {
    let now = ctx.app.clock.now();
    let stops = ctx.app.db.job_stops(now - LOOKED_BACK, now - SETTLES_WITHIN).await?;
    if stops.is_empty() {
        return Ok(());
    }
    let kept = ctx.app.db.diagnoses().await?;
    let is_known = |stop: &JobStop| kept.iter().any(|kept| kept.incident.as_deref() == Some(&*stop.incident()));
    let of_late = kept.iter().filter(|kept| kept.incident.is_some() && kept.created_at >= now - LOOKED_BACK).count();
    let mut left = AT_MOST.saturating_sub(of_late);
    for stop in stops.iter().filter(|stop| !is_known(stop)) {
        if left == 0 {
            break;
        }
        if !is_incident(ctx, stop, now).await? {
            continue;
        }
        let asked = NewDiagnosis { job: Some(stop.job.0), ..NewDiagnosis::default() };
        match run::begin(ctx, asked, AskedBy::Vigie(stop.incident())).await {
            Ok(begun) => left -= usize::from(begun.is_some()),
            // Others are being looked at; this one is in the next round.
            Err(Refused::Other(problem)) if problem.status_code().as_u16() == 429 => break,
            Err(refused) => tracing::warn!(job = %stop.job, ?refused, "a job that stopped could not be looked into"),
        }
    }
    Ok(())
}

/// Whether nobody wished it, and nothing has set it right since.
async fn is_incident(ctx: &Ctx, stop: &JobStop, now: Timestamp) -> store::Result<bool> {
    let Some(job) = ctx.app.db.job(stop.job).await? else { return Ok(false) };
    let Some(state) = stop.state else { return Ok(true) };
    let is_planned = stop.reason.as_ref().is_some_and(|reason| AS_PLANNED.contains(&&*reason.code));
    let is_short = job.resumes_at.is_some_and(|at| at.since(now) <= SHORT_PAUSE);
    Ok(job.state == state && !is_planned && !is_short)
}
