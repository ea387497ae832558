//! A job is told to go on or to stop; an external one, how far its owner has come.

use super::{
    COUNT_MAX, shown,
    story::{self, StoryEvent},
};
use crate::extract::MESSAGE_MAX;
use crate::{
    Ctx,
    authority::Acting,
    extract::{Json, Optional, Path, optional_text},
    problem::{Problem, Result, worded},
    traces::api::of_job,
};
use crate::{extract::NAME_MAX, jobs::lookup::existing};
use api::jobs::{Advance, Job as Shown, JobNote, PauseReason, Pausing, Resumed, Retried};
use axum::{extract::State, http::HeaderMap};
use model::{JobId, JobState};
use store::{Advanced, Job, Reason};
use uuid::Uuid;

pub(super) async fn start(State(ctx): State<Ctx>, Path(id): Path<Uuid>) -> Result<axum::Json<Shown>> {
    let job = external(&ctx, id.into()).await?;
    if job.state == JobState::Running {
        return Ok(axum::Json(shown(job)));
    }
    if job.state.is_final() {
        return Err(Problem::conflict(format!("job {} is {}", job.id, job.state)).remedy("make a new job"));
    }
    let job = ctx.app.db.start_job(job.id, ctx.app.clock.now()).await?;
    story::tell(&ctx, &job, StoryEvent::Started).await;
    told(&ctx, job).await
}

pub(super) async fn advance(
    State(ctx): State<Ctx>,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
    Json(step): Json<Advance>,
) -> Result<axum::Json<Shown>> {
    let job = external(&ctx, id.into()).await?;
    let now = ctx.app.clock.now();
    let step = checked(step, &ctx, &job, &headers)?;
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

fn checked(said: Advance, ctx: &Ctx, job: &Job, headers: &HeaderMap) -> Result<store::Advance> {
    if said.failed > said.processed {
        return Err(Problem::invalid(format!("failed: {} of {} processed", said.failed, said.processed))
            .remedy("`failed` counts within `processed`: count a failed item in both"));
    }
    if said.processed > COUNT_MAX || said.total.is_some_and(|total| total > COUNT_MAX) {
        return Err(Problem::invalid(format!("processed, total: more than {COUNT_MAX}")));
    }
    let header = headers.get("idempotency-key").map(|key| {
        key.to_str().map(str::to_owned).map_err(|_| Problem::malformed("Idempotency-Key: is no ASCII text"))
    });
    let key = header.transpose()?.or(said.idempotency_key);
    let trace = said.trace.map(|trace| of_job(trace, ctx, job)).transpose()?;
    Ok(store::Advance {
        processed: said.processed,
        failed: said.failed,
        message: optional_text("message", said.message, MESSAGE_MAX)?,
        total: said.total,
        item: optional_text("item", said.item, NAME_MAX)?,
        trace,
        idempotency_key: optional_text("idempotency_key", key, NAME_MAX)?,
    })
}

fn message(note: JobNote) -> Result<Option<String>> {
    optional_text("message", note.message, MESSAGE_MAX)
}

fn reason(code: &str, note: JobNote) -> Result<Reason> {
    Ok(Reason::new(code, message(note)?.unwrap_or_default()))
}

pub(super) async fn complete(
    State(ctx): State<Ctx>,
    Path(id): Path<Uuid>,
    Optional(said): Optional<JobNote>,
) -> Result<axum::Json<Shown>> {
    let job = external(&ctx, id.into()).await?;
    let (was, said) = (job.state, message(said)?);
    let job = ctx.app.db.complete_job(job.id, said.clone(), ctx.app.clock.now()).await?;
    changed(&ctx, was, &job, said.as_deref().unwrap_or_default()).await;
    told(&ctx, job).await
}

pub(super) async fn fail(
    State(ctx): State<Ctx>,
    Path(id): Path<Uuid>,
    Optional(said): Optional<JobNote>,
) -> Result<axum::Json<Shown>> {
    let job = external(&ctx, id.into()).await?;
    let (was, reason) = (job.state, reason("reported", said)?);
    let job = ctx.app.db.fail_job(job.id, reason.clone(), ctx.app.clock.now()).await?;
    changed(&ctx, was, &job, &reason.detail).await;
    told(&ctx, job).await
}

pub(super) async fn pause(
    State(ctx): State<Ctx>,
    Path(id): Path<Uuid>,
    Optional(pausing): Optional<Pausing>,
) -> Result<axum::Json<Shown>> {
    let job = existing(&ctx, id.into()).await?;
    let code = match pausing.reason {
        PauseReason::ByHand => "by_hand",
        PauseReason::Interrupted => "interrupted",
    };
    let reason = reason(code, JobNote { message: pausing.message })?;
    let was = job.state;
    let job = ctx.app.db.pause_job(job.id, reason.clone(), None, ctx.app.clock.now()).await?;
    changed(&ctx, was, &job, &reason.detail).await;
    told(&ctx, job).await
}

pub(super) async fn resume(State(ctx): State<Ctx>, Acting(job): Acting) -> Result<axum::Json<Resumed>> {
    let (job, account) = ctx.app.db.resume_by_hand(job.id, ctx.app.clock.now()).await?;
    ctx.changed(&job).await;
    if let (Some(wake), Some(_)) = (&ctx.app.wake, &account) {
        // Others may have waited for the account.
        wake(None);
    }
    Ok(axum::Json(Resumed { job: shown(job), account_resumed: account.map(|account| account.name) }))
}

pub(super) async fn cancel(
    State(ctx): State<Ctx>,
    Path(id): Path<Uuid>,
    Optional(said): Optional<JobNote>,
) -> Result<axum::Json<Shown>> {
    let job = existing(&ctx, id.into()).await?;
    let (was, reason) = (job.state, reason("by_hand", said)?);
    let job = ctx.app.db.cancel_job(job.id, reason.clone(), ctx.app.clock.now()).await?;
    changed(&ctx, was, &job, &reason.detail).await;
    told(&ctx, job).await
}

pub(super) async fn retry_failed(State(ctx): State<Ctx>, Acting(job): Acting) -> Result<axum::Json<Retried>> {
    if !job.kind.runs_here() {
        return Err(Problem::conflict(worded("problem-job-elsewhere", &[("id", &job.id)]))
            .remedy(worded("problem-job-elsewhere-help", &[])));
    }
    let (job, retried) = ctx.app.db.retry_failed(job.id, ctx.app.clock.now()).await?;
    ctx.changed(&job).await;
    Ok(axum::Json(Retried { job: shown(job), retried }))
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

async fn told(ctx: &Ctx, job: Job) -> Result<axum::Json<Shown>> {
    ctx.changed(&job).await;
    Ok(axum::Json(shown(job)))
}
