//! One trace: everything that one request or task did, whichever services it went through.

pub(crate) mod address;
pub(crate) mod api;
#[cfg(test)]
mod examples;
mod handlers;
pub(crate) mod page;
#[cfg(test)]
mod tests;

#[cfg(test)]
use crate::layout::{gallery::Drawn, view::View};
use crate::{
    Ctx,
    issues::links,
    layout::{foreign::plain, parts::IssueLink},
    problem::{Problem, Result, worded},
    routes::Routes,
};
use ::reports::{StoredEvent, StoredTrace};
use address::normalised;

/// Errors of one trace that are looked up.
const EVENTS_MAX: usize = 50;

/// Its page with what it might show.
#[cfg(test)]
pub(crate) fn drawn(v: &View) -> Vec<Drawn> {
    examples::traces(v)
}

pub(crate) fn declare(routes: Routes) -> Routes {
    [api::declare, handlers::declare].into_iter().fold(routes, |routes, add| add(routes))
}

/// A trace with the errors that happened in it.
struct FoundTrace {
    id: String,
    trace: StoredTrace,
    events: Vec<(StoredEvent, Option<IssueLink>)>,
}

/// # Errors
/// 404 where neither a span nor an error of it is kept.
async fn existing(ctx: &Ctx, id: &str) -> Result<FoundTrace> {
    let missing = || {
        let name = plain(id);
        Problem::missing(worded("problem-no-trace", &[("id", &name)])).remedy(worded("problem-no-trace-help", &[]))
    };
    let id = normalised(id).ok_or_else(missing)?;
    let (trace, events) =
        tokio::try_join!(ctx.app.reports.trace(&id), ctx.app.reports.events_with("trace_id", &id, EVENTS_MAX))?;
    if trace.spans.is_empty() && events.events.is_empty() {
        return Err(missing());
    }
    let issues = links::of_events(ctx, &events.events).await?;
    Ok(FoundTrace { id, trace, events: events.events.into_iter().zip(issues).collect() })
}
