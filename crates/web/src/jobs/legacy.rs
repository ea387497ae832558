//! The older name under which pages poll a job: `/core/sse-progress/<job_id>/`, with the words they know.

use crate::{
    Ctx,
    auth::Access,
    extract::Path,
    jobs::progress::respond,
    problem::Result,
    routes::{About, Routes},
};
use axum::{extract::State, http::HeaderMap, response::Response};
use bytes::Bytes;
use jobs::Progress;
use model::{JobId, JobState, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

pub(crate) fn declare(routes: Routes) -> Routes {
    let about = || About::new("A job's progress, under its older name").gives::<LegacyProgress>(200, "The progress");
    routes.get("/core/sse-progress/{id}/", Access::Job, progress, about()).get(
        "/core/sse-progress/{id}",
        Access::Job,
        progress,
        about(),
    )
}

async fn progress(State(ctx): State<Ctx>, Path(id): Path<Uuid>, headers: HeaderMap) -> Result<Response> {
    let ready = ctx.live.of(&ctx.app, id.into()).await?;
    Ok(respond(&ready, &headers, ready.legacy()))
}

#[derive(Serialize, ToSchema)]
struct LegacyProgress {
    #[schema(value_type = Uuid)]
    job_id: JobId,
    /// `pending`, `in_progress`, `completed` or `failed`.
    #[schema(value_type = String)]
    status: &'static str,
    total_items: u64,
    processed: u64,
    /// Those whose outcome is unknown included: never counted as sent.
    failed: u64,
    succeeded: u64,
    remaining: u64,
    /// 0 to 100.
    percentage: f64,
    message: String,
    #[schema(value_type = Option<String>)]
    started_at: Option<Timestamp>,
    #[schema(value_type = Option<String>)]
    completed_at: Option<Timestamp>,
}

pub(crate) fn body(progress: &Progress) -> Bytes {
    let status = match progress.status {
        JobState::Preparing | JobState::Pending => "pending",
        JobState::Running | JobState::Paused => "in_progress",
        JobState::Completed => "completed",
        JobState::Failed | JobState::Cancelled => "failed",
    };
    let legacy = LegacyProgress {
        job_id: progress.job_id,
        status,
        total_items: progress.total,
        processed: progress.processed,
        failed: progress.failed + progress.unknown,
        succeeded: progress.succeeded,
        remaining: progress.remaining,
        percentage: progress.percent,
        message: progress.message.clone(),
        started_at: progress.started_at,
        completed_at: progress.finished_at,
    };
    serde_json::to_vec(&legacy).unwrap_or_default().into()
}
