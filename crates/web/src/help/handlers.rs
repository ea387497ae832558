//! Help, to read and to search.

use super::{
    page::{GuidePage, HelpPage},
    topics,
};
use crate::{
    auth::Access,
    extract::{Path, Query},
    layout::{Reader, shown},
    problem::{Problem, Result},
    routes::{Routes, page_about},
};
use axum::response::Response;
use serde::Deserialize;
use store::Scope;
use utoipa::IntoParams;

const HITS_MAX: usize = 30;
const TYPED_MAX: usize = 200;

pub(crate) fn declare(routes: Routes) -> Routes {
    let reads = Access::Page(Scope::Read);
    routes.get("/help", reads, index, page_about("Help, and a search through it").query::<HelpQuery>()).get(
        "/help/{topic}",
        reads,
        show,
        page_about("A guide"),
    )
}

#[derive(Deserialize, Default, IntoParams)]
#[serde(default)]
struct HelpQuery {
    /// Words that are looked for.
    q: String,
}

async fn index(Reader(v): Reader, Query(query): Query<HelpQuery>) -> Response {
    let q: String = query.q.trim().chars().take(TYPED_MAX).collect();
    let hits = topics::search(&q, v.language, HITS_MAX);
    shown(&HelpPage { v: &v, q, hits })
}

async fn show(Reader(v): Reader, Path(topic): Path<String>) -> Result<Response> {
    let guide = topics::chosen(&topic, v.language);
    let guide = guide.ok_or_else(|| Problem::not_found("such guide").remedy("`/help` lists them"))?;
    Ok(shown(&GuidePage { v: &v, guide }))
}
