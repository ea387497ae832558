//! The page of a trace.

use super::{FoundTrace, existing, page::TracePage};
use crate::{
    Ctx,
    auth::Access,
    extract::Path,
    layout::{Reader, shown},
    logs::excerpt,
    problem::Result,
    routes::{Routes, page_about},
};
use axum::{extract::State, response::Response};
use model::{JobId, Timestamp};
use store::Scope;

pub(super) fn declare(routes: Routes) -> Routes {
    let about = page_about("Everything that one request or task did, across services");
    routes.get("/performance/traces/{id}", Access::Page(Scope::Read), show, about)
}

async fn show(State(ctx): State<Ctx>, Reader(v): Reader, Path(id): Path<String>) -> Result<Response> {
    let found = existing(&ctx, &id).await?;
    let lines = excerpt::of_trace(&ctx, &v, &found.id, lasted(&found)).await?;
    let job = job(&ctx, &found.id).await?;
    let mut page = TracePage::of(&v, &found.id, &found.trace, &found.events);
    (page.lines, page.job) = (Some(lines).filter(|excerpt| !excerpt.lines.is_empty()), job);
    Ok(shown(&page))
}

/// From its first moment to its last.
fn lasted(found: &FoundTrace) -> (Timestamp, Timestamp) {
    let spans = found.trace.spans.iter().map(|(_, span)| (span.start, span.end));
    let events = found.events.iter().map(|(event, _)| (event.at, event.at));
    let whole = spans.chain(events).reduce(|(start, end), (from, to)| (start.min(from), end.max(to)));
    whole.unwrap_or((Timestamp::EPOCH, Timestamp::EPOCH))
}

/// The job whose runs say its id as that of their trace: its name and its id.
async fn job(ctx: &Ctx, trace: &str) -> Result<Option<(String, String)>> {
    let Ok(id) = trace.parse::<uuid::Uuid>() else { return Ok(None) };
    let job = ctx.app.db.job(JobId(id)).await?;
    Ok(job.map(|job| (job.name, id.to_string())))
}
