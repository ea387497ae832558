//! The page of endpoints.

use super::{endpoint, endpoints, page::EndpointsPage, periods};
use crate::{
    Ctx,
    auth::Access,
    extract::Query,
    layout::{Reader, foreign::plain, parts::Choice, shown},
    problem::Result,
    routes::{Routes, page_about},
};
use axum::{extract::State, response::Response};
use reports::Endpoint;
use serde::Deserialize;
use std::time::Duration;
use store::Scope;
use utoipa::IntoParams;

pub(crate) fn declare(routes: Routes) -> Routes {
    let about = page_about("How long requests and tasks take, by endpoint").query::<PageQuery>();
    routes.get("/performance", Access::Page(Scope::Read), show, about)
}

#[derive(Deserialize, Default, IntoParams)]
#[serde(default)]
struct PageQuery {
    /// The slug of a project; all of them where it is empty.
    project: String,
    /// `1h`, `24h` or `7d`.
    period: String,
}

async fn show(State(ctx): State<Ctx>, Reader(v): Reader, Query(query): Query<PageQuery>) -> Result<Response> {
    let (period, length) = periods::named(&query.period);
    let known = ctx.app.db.projects().await?;
    // Services that send spans without being projects have a name too.
    let project = Some(query.project.as_str()).filter(|slug| !slug.is_empty());
    // What ends at this moment is in it.
    let range = v.now - length..v.now + Duration::from_millis(1);
    let (found, apdex) = endpoints(&ctx, project, range).await?;
    let is_known = |slug: &str| known.iter().any(|one| one.slug == slug);
    let service = project.filter(|slug| !is_known(slug)).map(|slug| (slug.to_owned(), plain(slug)));
    let all = (String::new(), v.t("performance-all-projects"));
    let each = known.iter().map(|one| (one.slug.clone(), one.name.clone())).chain(service);
    let page = EndpointsPage {
        projects: Choice::of(std::iter::once(all).chain(each), &query.project),
        periods: periods::choices(&v, period),
        rows: found.rows.into_iter().map(|row| harmless(row, period)).collect(),
        is_partial: found.is_partial,
        has_projects: !known.is_empty(),
        apdex,
        v: &v,
    };
    Ok(shown(&page))
}

/// As it may stand on a page: names come from clients. With the address of its own page.
fn harmless(endpoint: Endpoint, period: &str) -> (String, Endpoint) {
    let address = endpoint::address(&endpoint, period);
    (address, Endpoint { name: plain(&endpoint.name), op: plain(&endpoint.op), ..endpoint })
}
