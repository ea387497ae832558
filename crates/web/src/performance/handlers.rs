//! The page of endpoints.

use super::{endpoints, page::EndpointsPage};
use crate::{
    Ctx,
    auth::Access,
    extract::Query,
    layout::{
        Reader,
        foreign::plain,
        parts::{Choice, Chosen},
        shown,
    },
    problem::Result,
    routes::{Routes, page_about},
};
use axum::{extract::State, response::Response};
use reports::Endpoint;
use serde::Deserialize;
use std::time::Duration;
use store::Scope;
use utoipa::IntoParams;

/// Periods by their values and words.
pub(super) const PERIODS: [(&str, &str, u64); 3] =
    [("1h", "performance-hour", 3_600), ("24h", "performance-day", 86_400), ("7d", "performance-week", 604_800)];
const USUAL: (&str, u64) = ("24h", 86_400);

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
    let period = PERIODS.iter().find(|(name, ..)| *name == query.period);
    let (name, seconds) = period.map_or(USUAL, |(name, _, seconds)| (*name, *seconds));
    let known = ctx.app.db.projects().await?;
    let project = known.iter().find(|project| project.slug == query.project).map(|project| project.slug.as_str());
    // What ends at this moment is in it.
    let range = v.now - Duration::from_secs(seconds)..v.now + Duration::from_millis(1);
    let (found, apdex) = endpoints(&ctx, project, range).await?;
    let choice = |value: &str, label: String, is_chosen: bool| Choice {
        value: value.to_owned(),
        label,
        chosen: if is_chosen { Chosen::Yes } else { Chosen::No },
    };
    let all = choice("", v.t("performance-all-projects"), project.is_none());
    let each = known.iter().map(|one| choice(&one.slug, one.name.clone(), project == Some(one.slug.as_str())));
    let page = EndpointsPage {
        projects: std::iter::once(all).chain(each).collect(),
        periods: PERIODS.iter().map(|(value, word, _)| choice(value, v.t(word), *value == name)).collect(),
        rows: found.rows.into_iter().map(harmless).collect(),
        is_partial: found.is_partial,
        has_projects: !known.is_empty(),
        apdex,
        v: &v,
    };
    Ok(shown(&page))
}

/// As it may stand on a page: names come from clients.
fn harmless(endpoint: Endpoint) -> Endpoint {
    Endpoint { name: plain(&endpoint.name), op: plain(&endpoint.op), ..endpoint }
}
