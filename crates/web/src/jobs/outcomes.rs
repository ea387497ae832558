//! The feed of outcomes: each once, in the order in which they were stored, for those who keep their own books.

use crate::{
    Ctx,
    auth::Access,
    cursor::page_size,
    extract::{NAME_MAX, Query, optional_text},
    problem::Result,
    routes::{About, Routes},
};
use api::outcomes::Outcomes;
use axum::extract::State;
use mail::outcomes;
use serde::Deserialize;
use utoipa::IntoParams;

pub(crate) fn declare(routes: Routes) -> Routes {
    routes.get(
        "/api/v1/outcomes",
        Access::Read,
        list,
        About::new("What became of items, each outcome once, in order")
            .query::<OutcomesQuery>()
            .gives::<Outcomes>(200, "A page"),
    )
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct OutcomesQuery {
    /// The `next` of the page before, or 0.
    after: Option<i64>,
    limit: Option<u32>,
    /// Only those of the mailing of that name.
    mailing: Option<String>,
}

async fn list(State(ctx): State<Ctx>, Query(query): Query<OutcomesQuery>) -> Result<axum::Json<Outcomes>> {
    let limit = page_size(&ctx, query.limit)?;
    let mailing = optional_text("mailing", query.mailing, NAME_MAX)?;
    Ok(axum::Json(outcomes::after(&ctx.app.db, query.after.unwrap_or(0), limit, mailing.as_deref()).await?))
}
