//! From what is known of an error elsewhere to its issue.

use crate::{
    Ctx,
    issues::{lookup::short_id, raised_by::told},
    layout::{foreign::Foreign, parts::IssueLink},
    problem::Result,
};
use model::JobId;
use reports::StoredEvent;
use std::collections::HashMap;

/// Errors of one job that are looked up, the newest.
const EVENTS_MAX: usize = 100;

/// The issue of each event, as far as it is counted by now.
pub(crate) async fn of_events(ctx: &Ctx, events: &[StoredEvent]) -> Result<Vec<Option<IssueLink>>> {
    if events.is_empty() {
        return Ok(Vec::new());
    }
    let projects: HashMap<String, i64> =
        ctx.app.db.projects().await?.into_iter().map(|project| (project.slug, project.id)).collect();
    let keys = |event: &StoredEvent| {
        let project = projects.get(&event.project).copied();
        project.into_iter().flat_map(|id| event.hashes.iter().map(move |hash| (id, hash.clone()))).collect::<Vec<_>>()
    };
    let asked: Vec<_> = events.iter().flat_map(keys).collect();
    let issues: HashMap<_, _> = ctx.app.db.issues_of_hashes(&asked).await?.into_iter().collect();
    let link = |event: &StoredEvent| {
        let issue = keys(event).iter().find_map(|key| issues.get(key))?;
        let short_id = short_id(&event.project, issue.number);
        let address = format!("/issues/{short_id}/events/{}", event.event_id.simple());
        Some(IssueLink { short_id, title: Foreign::line(event.title.as_bytes()), address })
    };
    Ok(events.iter().map(link).collect())
}

/// The issues that a job's items have raised, by the numbers of the items; each once.
pub(crate) async fn of_job(ctx: &Ctx, job: JobId) -> Result<HashMap<i64, Vec<IssueLink>>> {
    let events = ctx.app.reports.events_of_job(job.0, EVENTS_MAX).await?.events;
    let mut by_item: HashMap<i64, Vec<IssueLink>> = HashMap::new();
    for (event, link) in events.iter().zip(of_events(ctx, &events).await?) {
        let item = told(&event.event).and_then(|(_, item)| item);
        if let (Some(item), Some(link)) = (item, link) {
            let links = by_item.entry(item).or_default();
            if links.iter().all(|known| known.short_id != link.short_id) {
                links.push(link);
            }
        }
    }
    Ok(by_item)
}

/// The issues in which a trace met an error; each once.
pub(crate) async fn of_trace(ctx: &Ctx, id: &str) -> Result<Vec<IssueLink>> {
    let events = ctx.app.reports.events_with("trace_id", id, EVENTS_MAX).await?.events;
    let mut links: Vec<IssueLink> = of_events(ctx, &events).await?.into_iter().flatten().collect();
    links.sort_by(|a, b| a.short_id.cmp(&b.short_id));
    links.dedup_by(|a, b| a.short_id == b.short_id);
    Ok(links)
}
