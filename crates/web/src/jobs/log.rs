//! The run log of a job, page by page.

use crate::{
    Ctx,
    auth::Access,
    cursor::page_size,
    extract::{Path, Query},
    jobs::{lookup::existing, told::told},
    problem::{Problem, Result},
    routes::{About, Routes},
    words::Words,
};
use axum::extract::State;
use jiff::tz::TimeZone;
use language::Language;
use logs::job_log::{LineCursor, LinePage, PlacedLine};
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
    /// The messages in this language, `en` or `fr`, where Vigie worded them; in that of the mailing unless said otherwise.
    #[param(value_type = Option<String>)]
    lang: Option<Language>,
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

impl LogPage {
    /// `words`: whose language the messages are in, instead of their own.
    pub(crate) fn of(page: LinePage, words: Option<&Words>) -> Self {
        let row = |placed: PlacedLine| {
            let message = words.map(|words| told(words, &placed.line));
            let line = JobLine { message: message.unwrap_or(placed.line.message), ..placed.line };
            LogLine { next: placed.next.0, line }
        };
        Self { rows: page.lines.into_iter().map(row).collect(), next: page.next.0 }
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
    let words = query.lang.map(|language| Words { language, zone: TimeZone::UTC });
    Ok(axum::Json(LogPage::of(page.map_err(|error| Problem::internal(&error))?, words.as_ref())))
}
