//! A job is told to go on or to stop; an external one, how far its owner has come.

use super::{
    COUNT_MAX, JobJson,
    story::{self, StoryEvent},
};
use crate::extract::MESSAGE_MAX;
use crate::{
    Ctx,
    authority::Acting,
    extract::{Json, Optional, Path, optional_text},
    problem::{Problem, Result},
    traces::api::NewTrace,
};
use crate::{extract::NAME_MAX, jobs::lookup::existing};
use axum::{extract::State, http::HeaderMap};
use model::{JobId, JobState};
use serde::{Deserialize, Serialize};
use store::{Advance, Advanced, Job, Reason};
use utoipa::ToSchema;
use uuid::Uuid;

pub(super) async fn start(State(ctx): State<Ctx>, Path(id): Path<Uuid>) -> Result<axum::Json<JobJson>> {
    let job = external(&ctx, id.into()).await?;
    if job.state == JobState::Running {
        return Ok(axum::Json(job.into()));
    }
    if job.state.is_final() {
        return Err(Problem::conflict(format!("job {} is {}", job.id, job.state)).remedy("make a new job"));
    }
    let job = ctx.app.db.start_job(job.id, ctx.app.clock.now()).await?;
    story::tell(&ctx, &job, StoryEvent::Started).await;
    told(&ctx, job).await
}

/// How much further an external job is.
#[derive(Deserialize, Default, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = Advance)]
pub(super) struct Step {
    /// How many more were processed, the failed ones included.
    processed: u64,
    /// How many of those failed.
    failed: u64,
    message: Option<String>,
    /// A new total, when there are more or fewer items than thought.
    total: Option<u64>,
    /// What was processed, to be listed.
    item: Option<String>,
    trace: Option<NewTrace>,
    /// A call repeated with the same key counts once; the header `Idempotency-Key` says the same.
    idempotency_key: Option<String>,
}

pub(super) async fn advance(
    State(ctx): State<Ctx>,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
    Json(step): Json<Step>,
) -> Result<axum::Json<JobJson>> {
    let job = external(&ctx, id.into()).await?;
    let now = ctx.app.clock.now();
    let step = step.check(&ctx, &job, &headers)?;
    let begins = matches!(job.state, JobState::Pending | JobState::Preparing);
    let advanced = ctx.app.db.advance_job(job.id, step.clone(), now).await?;
    if let Advanced::Now(job) = &advanced {
        if begins {
            story::tell(&ctx, job, StoryEvent::Started).await;
        }
        story::tell(&ctx, job, StoryEvent::Advanced(&step)).await;
    }
    told(&ctx, advanced.job()).await
}

impl Step {
    fn check(self, ctx: &Ctx, job: &Job, headers: &HeaderMap) -> Result<Advance> {
        if self.failed > self.processed {
            return Err(Problem::invalid(format!("failed: {} of {} processed", self.failed, self.processed))
                .remedy("`failed` counts within `processed`: count a failed item in both"));
        }
        if self.processed > COUNT_MAX || self.total.is_some_and(|total| total > COUNT_MAX) {
            return Err(Problem::invalid(format!("processed, total: more than {COUNT_MAX}")));
        }
        let header = headers.get("idempotency-key").map(|key| {
            key.to_str().map(str::to_owned).map_err(|_| Problem::malformed("Idempotency-Key: is no ASCII text"))
        });
        let key = header.transpose()?.or(self.idempotency_key);
        let trace = self.trace.map(|trace| trace.of_job(ctx, job)).transpose()?;
        Ok(Advance {
            processed: self.processed,
            failed: self.failed,
            message: optional_text("message", self.message, MESSAGE_MAX)?,
            total: self.total,
            item: optional_text("item", self.item, NAME_MAX)?,
            trace,
            idempotency_key: optional_text("idempotency_key", key, NAME_MAX)?,
        })
    }
}

/// What is said along with a change.
#[derive(Deserialize, Default, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct JobNote {
    message: Option<String>,
}

impl JobNote {
    fn message(self) -> Result<Option<String>> {
        optional_text("message", self.message, MESSAGE_MAX)
    }

    fn reason(self, code: &str) -> Result<Reason> {
        Ok(Reason::new(code, self.message()?.unwrap_or_default()))
    }
}

pub(super) async fn complete(
    State(ctx): State<Ctx>,
    Path(id): Path<Uuid>,
    Optional(said): Optional<JobNote>,
) -> Result<axum::Json<JobJson>> {
    let job = external(&ctx, id.into()).await?;
    let (was, said) = (job.state, said.message()?);
    let job = ctx.app.db.complete_job(job.id, said.clone(), ctx.app.clock.now()).await?;
    changed(&ctx, was, &job, said.as_deref().unwrap_or_default()).await;
    told(&ctx, job).await
}

pub(super) async fn fail(
    State(ctx): State<Ctx>,
    Path(id): Path<Uuid>,
    Optional(said): Optional<JobNote>,
) -> Result<axum::Json<JobJson>> {
    let job = external(&ctx, id.into()).await?;
    let (was, reason) = (job.state, said.reason("reported")?);
    let job = ctx.app.db.fail_job(job.id, reason.clone(), ctx.app.clock.now()).await?;
    changed(&ctx, was, &job, &reason.detail).await;
    told(&ctx, job).await
}

/// Why a person pauses a job, and what they say of it.
#[derive(Deserialize, Default, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Pausing {
    message: Option<String>,
    #[schema(value_type = Option<String>)]
    reason: Wherefore,
}

#[derive(Serialize, Deserialize, Clone, Copy, Default)]
#[serde(rename_all = "snake_case")]
enum Wherefore {
    #[default]
    ByHand,
    /// The command that ran it was ended by Ctrl-C.
    Interrupted,
}

pub(super) async fn pause(
    State(ctx): State<Ctx>,
    Path(id): Path<Uuid>,
    Optional(pausing): Optional<Pausing>,
) -> Result<axum::Json<JobJson>> {
    let job = existing(&ctx, id.into()).await?;
    let code = match pausing.reason {
        Wherefore::ByHand => "by_hand",
        Wherefore::Interrupted => "interrupted",
    };
    let reason = JobNote { message: pausing.message }.reason(code)?;
    let was = job.state;
    let job = ctx.app.db.pause_job(job.id, reason.clone(), None, ctx.app.clock.now()).await?;
    changed(&ctx, was, &job, &reason.detail).await;
    told(&ctx, job).await
}

/// The job, and the account whose pause ended with the job's.
#[derive(Serialize, ToSchema)]
pub(super) struct Resumed {
    #[serde(flatten)]
    job: JobJson,
    /// `null` when its account was not waiting for a person.
    account_resumed: Option<String>,
}

pub(super) async fn resume(State(ctx): State<Ctx>, Acting(job): Acting) -> Result<axum::Json<Resumed>> {
    let (job, account) = ctx.app.db.resume_by_hand(job.id, ctx.app.clock.now()).await?;
    ctx.changed(&job).await;
    if let (Some(wake), Some(_)) = (&ctx.app.wake, &account) {
        // Others may have waited for the account.
        wake(None);
    }
    Ok(axum::Json(Resumed { job: job.into(), account_resumed: account.map(|account| account.name) }))
}

pub(super) async fn cancel(
    State(ctx): State<Ctx>,
    Path(id): Path<Uuid>,
    Optional(said): Optional<JobNote>,
) -> Result<axum::Json<JobJson>> {
    let job = existing(&ctx, id.into()).await?;
    let (was, reason) = (job.state, said.reason("by_hand")?);
    let job = ctx.app.db.cancel_job(job.id, reason.clone(), ctx.app.clock.now()).await?;
    changed(&ctx, was, &job, &reason.detail).await;
    told(&ctx, job).await
}

/// The job, and how many items are tried again.
#[derive(Serialize, ToSchema)]
pub(super) struct Retried {
    job: JobJson,
    retried: u64,
}

pub(super) async fn retry_failed(State(ctx): State<Ctx>, Acting(job): Acting) -> Result<axum::Json<Retried>> {
    if !job.kind.runs_here() {
        return Err(Problem::conflict(format!("job {} is run by somebody else", job.id)).remedy("retry it there"));
    }
    let (job, retried) = ctx.app.db.retry_failed(job.id, ctx.app.clock.now()).await?;
    ctx.changed(&job).await;
    Ok(axum::Json(Retried { job: job.into(), retried }))
}

/// An external job's run log says that its state has changed; those that run here tell of it themselves.
pub(crate) async fn changed(ctx: &Ctx, was: JobState, job: &Job, said: &str) {
    if !job.kind.runs_here() && job.state != was {
        story::tell(ctx, job, StoryEvent::Changed(said)).await;
    }
}

/// The job, when somebody else runs it; 409 otherwise.
async fn external(ctx: &Ctx, id: JobId) -> Result<Job> {
    let job = existing(ctx, id).await?;
    if !job.kind.runs_here() {
        return Ok(job);
    }
    let detail = format!("job {id} is a `{}` job, which Vigie runs itself", job.kind);
    Err(Problem::conflict(detail).remedy("only jobs of kind `external` are moved on from outside"))
}

async fn told(ctx: &Ctx, job: Job) -> Result<axum::Json<JobJson>> {
    ctx.changed(&job).await;
    Ok(axum::Json(job.into()))
}
