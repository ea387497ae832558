//! Processes that run jobs.

use crate::{Ctx, auth::Access, problem::Result, routes::Routes, workers::page::WorkersPage};
use crate::{
    layout::{Reader, rows, shown},
    routes::page_about,
};
use axum::{extract::State, response::Response};
use std::time::Duration;
use store::Scope;

/// Those that ended are shown for so long.
const SHOWN_FOR: Duration = Duration::from_secs(86_400);

pub(crate) fn declare(routes: Routes) -> Routes {
    routes.get("/workers", Access::Page(Scope::Read), show, page_about("Processes that run jobs"))
}

async fn show(State(ctx): State<Ctx>, Reader(v): Reader) -> Result<Response> {
    let rows = rows::workers(&ctx, &v, v.now - SHOWN_FOR).await?;
    Ok(shown(&WorkersPage { v: &v, rows }))
}
