//! The page of an endpoint.

use super::page::EndpointPage;
use crate::{
    Ctx,
    auth::Access,
    extract::Query,
    layout::{Reader, shown},
    performance::{apdex::apdex_of, periods},
    problem::Result,
    routes::{Routes, page_about},
};
use axum::{extract::State, response::Response};
use reports::EndpointName;
use serde::Deserialize;
use std::time::Duration;
use store::Scope;
use utoipa::IntoParams;

pub(super) fn declare(routes: Routes) -> Routes {
    let about = page_about("How long one endpoint takes").query::<EndpointQuery>();
    routes.get("/performance/endpoint", Access::Page(Scope::Read), show, about)
}

#[derive(Deserialize, Default, IntoParams)]
#[serde(default)]
struct EndpointQuery {
    /// The slug of its project.
    project: String,
    /// `/cart/`
    name: String,
    /// `http.server`
    op: String,
    /// `1h`, `24h` or `7d`.
    period: String,
}

async fn show(State(ctx): State<Ctx>, Reader(v): Reader, Query(query): Query<EndpointQuery>) -> Result<Response> {
    let (period, length) = periods::named(&query.period);
    let EndpointQuery { project, name, op, .. } = query;
    let apdex = apdex_of(&ctx, Some(&project)).await?;
    let range = v.now - length..v.now + Duration::from_millis(1);
    let of = EndpointName { project, name, op };
    let detail = ctx.app.reports.endpoint(&of, range, apdex).await?;
    Ok(shown(&EndpointPage::of(&v, &detail, (period, length), apdex)))
}
