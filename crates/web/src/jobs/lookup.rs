//! The job that a request names.

use crate::{
    Ctx,
    problem::{Problem, Result},
};
use model::JobId;
use store::Job;

/// The job, or 404.
pub(crate) async fn existing(ctx: &Ctx, id: JobId) -> Result<Job> {
    ctx.app
        .db
        .job(id)
        .await?
        .ok_or_else(|| Problem::not_found(format!("job {id}")).remedy("`GET /api/v1/jobs` lists the jobs"))
}
