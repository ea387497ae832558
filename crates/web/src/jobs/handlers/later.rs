//! Later runs of a mailing that have sent again what an earlier one did not deliver.

use crate::{Ctx, jobs::pages::show::LaterRun, problem::Result};
use model::{ItemState, JobId, JobKind};
use store::{Item, ItemFilter, Job};

/// Skipped items that are looked at.
const EXAMINED: u32 = 1_000;

/// The run that has sent this item again.
pub(super) fn of(item: &Item) -> Option<JobId> {
    let verdict = item.verdict.as_ref().filter(|verdict| verdict.code == "sent_again")?;
    verdict.args.get("job")?.parse().ok()
}

/// Those that have sent items of the job again, each with how many.
pub(super) async fn runs(ctx: &Ctx, job: &Job) -> Result<Vec<LaterRun>> {
    if job.kind != JobKind::Mail || job.counters.skipped == 0 {
        return Ok(Vec::new());
    }
    let filter = ItemFilter { states: vec![ItemState::Skipped], limit: EXAMINED, ..ItemFilter::default() };
    named(ctx, &ctx.app.db.items(job.id, &filter).await?.rows).await
}

/// Those that have sent some of these items again. One that retention has taken is not among them.
pub(super) async fn named(ctx: &Ctx, items: &[Item]) -> Result<Vec<LaterRun>> {
    let mut runs: Vec<LaterRun> = Vec::new();
    let mut gone: Vec<JobId> = Vec::new();
    for id in items.iter().filter_map(of) {
        if let Some(run) = runs.iter_mut().find(|run| run.job == id) {
            run.count += 1;
        } else if !gone.contains(&id) {
            match ctx.app.db.job(id).await? {
                Some(job) => runs.push(LaterRun { job: id, name: job.name, created_at: job.created_at, count: 1 }),
                None => gone.push(id),
            }
        }
    }
    Ok(runs)
}
