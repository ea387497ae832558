//! How long requests, tasks and other transactions take, by endpoint.

mod apdex;
mod api;
pub(crate) mod endpoint;
#[cfg(test)]
mod examples;
mod handlers;
pub(crate) mod page;
pub(crate) mod periods;
#[cfg(test)]
mod tests;
pub(crate) mod trace;

#[cfg(test)]
use crate::layout::{gallery::Drawn, view::View};
use crate::{Ctx, problem::Result, routes::Routes};
use ::reports::Endpoints;
use apdex::apdex_of;
use model::Timestamp;
use std::{ops::Range, time::Duration};

pub(crate) fn declare(routes: Routes) -> Routes {
    let parts = [api::declare, endpoint::declare, handlers::declare, trace::declare];
    parts.into_iter().fold(routes, |routes, add| add(routes))
}

/// Its pages with what they might show.
#[cfg(test)]
pub(crate) fn drawn(v: &View) -> Vec<Drawn> {
    [examples::performance, endpoint::drawn, trace::drawn].into_iter().flat_map(|draw| draw(v)).collect()
}

/// The endpoints of a project, or of all; with how long a transaction may take that satisfies there.
async fn endpoints(ctx: &Ctx, project: Option<&str>, range: Range<Timestamp>) -> Result<(Endpoints, Duration)> {
    let apdex = apdex_of(ctx, project).await?;
    Ok((ctx.app.reports.endpoints(project, range, apdex).await?, apdex))
}
