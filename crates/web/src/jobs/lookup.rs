//! The job that a request names: by its id, or as people call it, by the beginning of its id, by its name, or `last`.

use crate::{
    Ctx,
    problem::{Problem, Result, worded},
};
use api::jobs::Candidate;
use model::{JobId, JobState};
use store::{Db, Job, JobFilter};

/// The job, or 404.
pub(crate) async fn existing(ctx: &Ctx, id: JobId) -> Result<Job> {
    ctx.app.db.job(id).await?.ok_or_else(|| {
        Problem::missing(worded("problem-no-job", &[("id", &id)])).remedy(worded("problem-no-job-help", &[]))
    })
}

/// Jobs of which one that may be meant by a name is told to choose.
const CANDIDATES_MAX: u32 = 11;

/// The one job that is called so; 404 where none is, and 409 with the candidates where it may be several.
pub(crate) async fn called(ctx: &Ctx, text: &str) -> Result<Job> {
    if let Ok(id) = text.parse() {
        return existing(ctx, id).await;
    }
    let mut meant = all_called(&ctx.app.db, text, CANDIDATES_MAX).await?;
    if meant.len() > 1 {
        let candidate = |Job { id, state, name, .. }| Candidate { id, state, name };
        let candidates: Vec<_> = meant.into_iter().map(candidate).collect();
        return Err(Problem::conflict(worded("problem-several-jobs", &[("text", &text)]))
            .remedy(worded("problem-several-jobs-help", &[]))
            .with("candidates", candidates));
    }
    meant.pop().ok_or_else(|| {
        Problem::missing(worded("problem-no-job-named", &[("text", &text)]))
            .remedy(worded("problem-no-job-named-help", &[]))
    })
}

/// The jobs that are called so, at most `limit`, the newest first. The beginning of an id comes before a name; of
/// namesakes, which follow each other, the newest is meant unless several are open.
pub(crate) async fn all_called(db: &Db, text: &str, limit: u32) -> Result<Vec<Job>> {
    let newest = JobFilter { limit: 1, ..JobFilter::default() };
    if text == "last" {
        return Ok(db.jobs(&newest).await?.rows);
    }
    let mut beginning = Vec::new();
    for id in db.jobs_beginning(text, limit).await? {
        beginning.extend(db.job(id).await?);
    }
    if !beginning.is_empty() {
        return Ok(beginning);
    }
    let name = Some(text.to_owned());
    let states = JobState::ALL.iter().copied().filter(|state| !state.is_final()).collect();
    let open = db.jobs(&JobFilter { name: name.clone(), states, limit, ..JobFilter::default() }).await?.rows;
    if open.len() > 1 {
        return Ok(open);
    }
    Ok(db.jobs(&JobFilter { name, ..newest }).await?.rows)
}
