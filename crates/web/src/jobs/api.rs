//! Jobs: made, listed, shown, and told to go on or to stop. Jobs of kind `external` are run by somebody else, who
//! tells us how far they are; all others are run here, and only paused, resumed, cancelled or retried from outside.

mod control;
mod create;
mod story;
#[cfg(test)]
mod tests;

use crate::{
    Ctx,
    auth::{Access, Granted},
    authority, cursor,
    cursor::page_size,
    extract::{Path, Query, moment, optional_text},
    order,
    problem::{Problem, Result, worded},
    routes::{About, Routes},
};
use crate::{extract::NAME_MAX, jobs::lookup};
use ::api::{
    self,
    jobs::{Advance, CreatedJob, JobNote, JobToken, JobsPage, NewJob, Pausing, Resumed, Retried},
};
use axum::{Extension, extract::State};
pub(crate) use control::changed;
use control::{advance, cancel, complete, fail, pause, resume, retry_failed, start};
use create::create;
pub(crate) use create::name_taken;
use model::{JobKind, JobState, UnknownKind};
use serde::Deserialize;
use store::{Job, JobFilter, Reason};
use utoipa::IntoParams;
use uuid::Uuid;

/// The kind of that name.
fn kind(name: &str) -> Result<JobKind> {
    name.parse().map_err(|_: UnknownKind| {
        let kinds = JobKind::ALL.map(JobKind::as_str).join(", ");
        Problem::invalid(worded("problem-job-kind", &[("name", &name)]))
            .remedy(worded("problem-job-kind-help", &[("kinds", &kinds)]))
    })
}

/// No caller counts this far, and sums of it fit.
const COUNT_MAX: u64 = 1_000_000_000;

pub(crate) fn declare(routes: Routes) -> Routes {
    let change = |summary| About::new(summary).gives::<api::jobs::Job>(200, "The job as it is now");
    routes
        .get(
            "/api/v1/jobs",
            Access::Read,
            list,
            About::new("Jobs, newest first").query::<JobsQuery>().gives::<JobsPage>(200, "A page"),
        )
        .post(
            "/api/v1/jobs",
            Access::Write,
            create,
            About::new("Make a job; one that exists is left as it is")
                .takes::<NewJob>()
                .gives::<CreatedJob>(201, "Made")
                .gives::<CreatedJob>(200, "It existed"),
        )
        .get(
            "/api/v1/jobs/{id}",
            Access::Read,
            show,
            About::new("A job, by its id, the beginning of its id, its name, or `last`: the newest")
                .gives::<api::jobs::Job>(200, "The job, settings included"),
        )
        .get(
            "/api/v1/jobs/{id}/token",
            Access::Read,
            token,
            About::new("The read-only token of a job, before or after it exists").gives::<JobToken>(200, "The token"),
        )
        .post("/api/v1/jobs/{id}/start", Access::Write, start, change("Start an external job"))
        .post(
            "/api/v1/jobs/{id}/advance",
            Access::Write,
            advance,
            change("Move an external job on, in deltas").takes::<Advance>().unaudited(),
        )
        .post("/api/v1/jobs/{id}/complete", Access::Write, complete, change("End an external job").takes::<JobNote>())
        .post(
            "/api/v1/jobs/{id}/fail",
            Access::Write,
            fail,
            change("Say that an external job could not go on").takes::<JobNote>(),
        )
        .post(
            "/api/v1/jobs/{id}/pause",
            Access::Write,
            pause,
            change("Stop claiming; what is in flight is recorded").takes::<Pausing>(),
        )
        .post(
            "/api/v1/jobs/{id}/resume",
            Access::Write,
            resume,
            About::new("Go on after a pause").gives::<Resumed>(200, "The job as it is now"),
        )
        .post(
            "/api/v1/jobs/{id}/cancel",
            Access::Write,
            cancel,
            change("Skip all that is still queued").takes::<JobNote>(),
        )
        .post(
            "/api/v1/jobs/{id}/retry-failed",
            Access::Write,
            retry_failed,
            About::new("Try again what failed").gives::<Retried>(200, "The job, and how many"),
        )
}

/// A job as it is shown, without its settings.
pub(crate) fn shown(job: Job) -> api::jobs::Job {
    let active_seconds = job.active_at(job.updated_at).as_millis() as f64 / 1_000.0;
    api::jobs::Job {
        id: job.id,
        kind: job.kind.to_string(),
        name: job.name,
        state: job.state,
        on_unknown: job.on_unknown,
        account: job.account.map(|account| account.0),
        active_seconds,
        limits: job.limits,
        application_name: job.application_name,
        flow_name: job.flow_name,
        created_by: job.created_by,
        task_type: job.task_type,
        task_id: job.task_id,
        total: job.counters.total,
        queued: job.counters.queued,
        running: job.counters.running,
        succeeded: job.counters.succeeded,
        failed: job.counters.failed,
        unknown: job.counters.unknown,
        skipped: job.counters.skipped,
        message: job.message,
        reason: job.reason.map(shown_reason),
        resumes_at: job.resumes_at,
        version: job.version,
        created_at: job.created_at,
        updated_at: job.updated_at,
        started_at: job.started_at,
        finished_at: job.finished_at,
        spec: None,
    }
}

/// With its settings, unless they are those of a command or a call, which may hold what only who may make them knows.
fn shown_whole(job: Job, granted: &Granted) -> api::jobs::Job {
    let may_see = authority::may(granted, job.kind).is_ok();
    let spec = if may_see { serde_json::from_str(&job.spec).ok() } else { None };
    api::jobs::Job { spec, ..shown(job) }
}

pub(crate) fn shown_reason(Reason { code, detail }: Reason) -> api::jobs::Reason {
    api::jobs::Reason { code, detail }
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct JobsQuery {
    /// One or more, separated by commas: `running,paused`.
    state: Option<String>,
    kind: Option<String>,
    /// Part of the name, the task id or the user.
    q: Option<String>,
    task_type: Option<String>,
    /// Exactly.
    task_id: Option<String>,
    user: Option<String>,
    /// A moment (RFC 3339) or a day.
    since: Option<String>,
    until: Option<String>,
    /// `newest` first, `oldest`, `name`, `name-back`; or those with failed items alone, the most first: `failed`, or last:
    /// `failed-back`.
    order: Option<String>,
    cursor: Option<String>,
    limit: Option<u32>,
}

async fn list(State(ctx): State<Ctx>, Query(query): Query<JobsQuery>) -> Result<axum::Json<JobsPage>> {
    let filter = query.filter(&ctx)?;
    let page = ctx.app.db.jobs(&filter).await?;
    let exact = |job: &Job| query.task_id.as_ref().is_none_or(|id| job.task_id == *id);
    let rows = page.rows.into_iter().filter(exact).map(shown).collect();
    Ok(axum::Json(JobsPage { rows, next: page.next.map(cursor::of_job) }))
}

impl JobsQuery {
    fn filter(&self, ctx: &Ctx) -> Result<JobFilter> {
        let time =
            |name, value: &Option<String>| value.as_deref().map(|value| moment(name, value, &ctx.app.zone)).transpose();
        let states = self.state.as_deref().unwrap_or_default().split(',').filter(|state| !state.is_empty());
        let states = states
            .map(|state| state.trim().parse::<JobState>().map_err(|error| Problem::invalid(format!("state: {error}"))));
        Ok(JobFilter {
            states: states.collect::<Result<_>>()?,
            kind: self.kind.as_deref().map(kind).transpose()?,
            name: None,
            text: optional_text("q", self.q.clone().or_else(|| self.task_id.clone()), NAME_MAX)?,
            task_type: optional_text("task_type", self.task_type.clone(), NAME_MAX)?,
            trouble: false,
            created_by: optional_text("user", self.user.clone(), NAME_MAX)?,
            since: time("since", &self.since)?,
            until: time("until", &self.until)?,
            order: order::of_jobs(self.order.as_deref())?,
            before: self.cursor.as_deref().map(cursor::job).transpose()?,
            limit: page_size(ctx, self.limit)?,
        })
    }
}

async fn show(
    State(ctx): State<Ctx>,
    Path(called): Path<String>,
    Extension(granted): Extension<Granted>,
) -> Result<axum::Json<api::jobs::Job>> {
    Ok(axum::Json(shown_whole(lookup::called(&ctx, &called).await?, &granted)))
}

async fn token(State(ctx): State<Ctx>, Path(id): Path<Uuid>) -> axum::Json<JobToken> {
    axum::Json(JobToken { token: ctx.app.vault.job_token(id.into()) })
}
