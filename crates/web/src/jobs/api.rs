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
    problem::{Problem, Result},
    routes::{About, Routes},
};
use crate::{extract::NAME_MAX, jobs::lookup::existing};
use axum::{Extension, extract::State};
pub(crate) use control::changed;
use control::{
    JobNote, Pausing, Resumed, Retried, Step, advance, cancel, complete, fail, pause, resume, retry_failed, start,
};
pub(crate) use create::name_taken;
use create::{CreatedJson, NewJobJson, create};
use model::{JobId, JobKind, JobState, OnUnknown, Timestamp, UnknownKind, pace::Limits};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::{Job, JobFilter, Reason};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// The kind of that name.
fn kind(name: &str) -> Result<JobKind> {
    name.parse().map_err(|unknown: UnknownKind| Problem::invalid(format!("kind: {unknown}")).remedy("give one of them"))
}
/// No caller counts this far, and sums of it fit.
const COUNT_MAX: u64 = 1_000_000_000;

pub(crate) fn declare(routes: Routes) -> Routes {
    let change = |summary| About::new(summary).gives::<JobJson>(200, "The job as it is now");
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
                .takes::<NewJobJson>()
                .gives::<CreatedJson>(201, "Made")
                .gives::<CreatedJson>(200, "It existed"),
        )
        .get(
            "/api/v1/jobs/{id}",
            Access::Read,
            show,
            About::new("A job").gives::<JobJson>(200, "The job, settings included"),
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
            change("Move an external job on, in deltas").takes::<Step>().unaudited(),
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

/// A job. Times are RFC 3339 in UTC.
#[derive(Serialize, ToSchema)]
#[schema(as = Job)]
pub(crate) struct JobJson {
    #[schema(value_type = Uuid)]
    id: JobId,
    kind: String,
    name: String,
    /// `preparing`, `pending`, `running`, `paused`, `completed`, `failed` or `cancelled`.
    #[schema(value_type = String)]
    state: JobState,
    /// `hold`, `verify` or `repeat`.
    #[schema(value_type = String)]
    on_unknown: OnUnknown,
    account: Option<Uuid>,
    /// The run's own limits, held beside those of its account; left out where it has none.
    #[serde(skip_serializing_if = "Limits::is_empty")]
    #[schema(value_type = Object)]
    limits: Limits,
    application_name: String,
    flow_name: String,
    /// The user, as the caller named them.
    created_by: String,
    task_type: String,
    task_id: String,
    total: u64,
    queued: u64,
    running: u64,
    succeeded: u64,
    failed: u64,
    unknown: u64,
    skipped: u64,
    /// The last thing that was said of it.
    message: String,
    /// Why it is paused, failed or cancelled.
    reason: Option<ReasonJson>,
    /// When a pause ends by itself.
    #[schema(value_type = Option<String>)]
    resumes_at: Option<Timestamp>,
    version: i64,
    #[schema(value_type = String)]
    created_at: Timestamp,
    #[schema(value_type = String)]
    updated_at: Timestamp,
    #[schema(value_type = Option<String>)]
    started_at: Option<Timestamp>,
    #[schema(value_type = Option<String>)]
    finished_at: Option<Timestamp>,
    /// The frozen settings; left out in lists, and of kinds that only an administrator may make.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Object)]
    spec: Option<Value>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Reason)]
pub(crate) struct ReasonJson {
    code: String,
    detail: String,
}

impl From<Reason> for ReasonJson {
    fn from(reason: Reason) -> Self {
        Self { code: reason.code, detail: reason.detail }
    }
}

impl JobJson {
    /// With its settings, unless they are those of a command or a call, which may hold what only who may make them knows.
    fn whole(job: Job, granted: &Granted) -> Self {
        let shown = authority::may(granted, job.kind).is_ok();
        let spec = if shown { serde_json::from_str(&job.spec).ok() } else { None };
        Self { spec, ..Self::from(job) }
    }
}

impl From<Job> for JobJson {
    fn from(job: Job) -> Self {
        Self {
            id: job.id,
            kind: job.kind.to_string(),
            name: job.name,
            state: job.state,
            on_unknown: job.on_unknown,
            account: job.account.map(|account| account.0),
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
            reason: job.reason.map(Into::into),
            resumes_at: job.resumes_at,
            version: job.version,
            created_at: job.created_at,
            updated_at: job.updated_at,
            started_at: job.started_at,
            finished_at: job.finished_at,
            spec: None,
        }
    }
}

/// Jobs. `next` goes into `cursor` to get the next page.
#[derive(Serialize, ToSchema)]
struct JobsPage {
    rows: Vec<JobJson>,
    next: Option<String>,
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
    let rows = page.rows.into_iter().filter(exact).map(JobJson::from).collect();
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
            text: optional_text("q", self.q.clone().or_else(|| self.task_id.clone()), NAME_MAX)?,
            task_type: optional_text("task_type", self.task_type.clone(), NAME_MAX)?,
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
    Path(id): Path<Uuid>,
    Extension(granted): Extension<Granted>,
) -> Result<axum::Json<JobJson>> {
    Ok(axum::Json(JobJson::whole(existing(&ctx, id.into()).await?, &granted)))
}

#[derive(Serialize, ToSchema)]
struct JobToken {
    token: String,
}

async fn token(State(ctx): State<Ctx>, Path(id): Path<Uuid>) -> axum::Json<JobToken> {
    axum::Json(JobToken { token: ctx.app.vault.job_token(id.into()) })
}
