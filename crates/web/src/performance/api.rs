//! Endpoints for programs.

use super::endpoints;
use crate::{
    Ctx,
    auth::Access,
    extract::Query,
    problem::{Problem, Result, worded},
    routes::{About, Routes},
};
use ::api::performance::{EndpointFigures, EndpointList};
use axum::extract::State;
use model::Timestamp;
use reports::Endpoint;
use serde::Deserialize;
use std::time::Duration;
use utoipa::IntoParams;

const DAY: Duration = Duration::from_secs(86_400);

pub(crate) fn declare(routes: Routes) -> Routes {
    routes.get(
        "/api/v1/performance/endpoints",
        Access::Read,
        list,
        About::new("How long requests, tasks and other transactions took, by endpoint")
            .query::<EndpointsQuery>()
            .gives::<EndpointList>(200, "The endpoint that took most of the time in all first"),
    )
}

#[derive(Deserialize, Default, IntoParams)]
#[serde(default, deny_unknown_fields)]
struct EndpointsQuery {
    /// The slug of a project; all projects where it is left out.
    project: Option<String>,
    /// From when on, RFC 3339; a day ago where it is left out.
    #[param(value_type = Option<String>)]
    since: Option<Timestamp>,
    /// Up to when, RFC 3339; now where it is left out.
    #[param(value_type = Option<String>)]
    until: Option<Timestamp>,
}

async fn list(State(ctx): State<Ctx>, Query(query): Query<EndpointsQuery>) -> Result<axum::Json<EndpointList>> {
    let until = query.until.unwrap_or_else(|| ctx.app.clock.now());
    let since = query.since.unwrap_or(until - DAY);
    if since >= until {
        return Err(Problem::invalid(worded("problem-range", &[])));
    }
    let (found, _) = endpoints(&ctx, query.project.as_deref(), since..until).await?;
    let rows = found.rows.iter().map(figures).collect();
    Ok(axum::Json(EndpointList { rows, is_partial: found.is_partial }))
}

fn figures(endpoint: &Endpoint) -> EndpointFigures {
    let millis = |time: Duration| time.as_secs_f64() * 1e3;
    EndpointFigures {
        project: endpoint.project.clone(),
        name: endpoint.name.clone(),
        op: endpoint.op.clone(),
        count: endpoint.count,
        failed: endpoint.failed,
        users: endpoint.users,
        apdex: endpoint.apdex(),
        total_ms: millis(endpoint.total),
        average_ms: millis(endpoint.average),
        p50_ms: millis(endpoint.p50),
        p75_ms: millis(endpoint.p75),
        p95_ms: millis(endpoint.p95),
        p99_ms: millis(endpoint.p99),
        slowest_ms: millis(endpoint.slowest),
    }
}
