//! The run log of a job, page by page.

use crate::{
    Ctx,
    auth::Access,
    cursor::page_size,
    extract::{Path, Query},
    jobs::lookup::existing,
    problem::{Problem, Result},
    routes::{About, Routes},
};
use axum::extract::State;
use logs::job_log::{LineCursor, LinePage};
use model::JobLine;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

pub(crate) fn declare(routes: Routes) -> Routes {
    routes.get(
        "/api/v1/jobs/{id}/log",
        Access::Read,
        log,
        About::new("What a job did, line by line").query::<LogQuery>().gives::<LogPage>(200, "Lines in their order"),
    )
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct LogQuery {
    /// The `next` of the page before, or 0.
    after: Option<u64>,
    /// The last so many lines instead.
    tail: Option<u32>,
    limit: Option<u32>,
}

/// Lines, and where to go on. There may be more later: `next` is always there.
#[derive(Serialize, ToSchema)]
pub(crate) struct LogPage {
    rows: Vec<LogLine>,
    next: u64,
}

#[derive(Serialize, ToSchema)]
struct LogLine {
    /// The place behind this line.
    next: u64,
    /// `at`, `level`, `event`, `message` and, where there are any, `fields`.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    line: JobLine,
}

impl From<LinePage> for LogPage {
    fn from(page: LinePage) -> Self {
        let rows = page.lines.into_iter().map(|placed| LogLine { next: placed.next.0, line: placed.line });
        Self { rows: rows.collect(), next: page.next.0 }
    }
}

async fn log(
    State(ctx): State<Ctx>,
    Path(id): Path<Uuid>,
    Query(query): Query<LogQuery>,
) -> Result<axum::Json<LogPage>> {
    let job = existing(&ctx, id.into()).await?;
    let limit = page_size(&ctx, query.limit.or(query.tail))? as usize;
    let page = match (query.after, query.tail) {
        (None, Some(_)) => ctx.app.job_log.tail(job.id, limit).await,
        (after, _) => ctx.app.job_log.page(job.id, LineCursor(after.unwrap_or(0)), limit).await,
    };
    Ok(axum::Json(page.map_err(|error| Problem::internal(&error))?.into()))
}
