//! The plain page: jobs, newest first, and one of them followed live.

pub(crate) mod list;
pub(crate) mod show;

use crate::{
    Ctx,
    api::jobs::existing,
    cursor,
    extract::{Path, Query},
    problem::{Problem, Result},
};
use askama::Template;
use axum::{
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use store::{Job, JobFilter};
use utoipa::IntoParams;
use uuid::Uuid;

/// Jobs on one page.
const ROWS: u32 = 50;

#[derive(Deserialize, IntoParams)]
pub(crate) struct ListQuery {
    cursor: Option<String>,
}

#[derive(Template)]
#[template(path = "jobs.html")]
struct JobsPage {
    words: &'static Words,
    rows: Vec<Shown>,
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "job.html")]
struct JobPage {
    words: &'static Words,
    job: Shown,
}

pub(crate) async fn list(State(ctx): State<Ctx>, Query(query): Query<ListQuery>) -> Result<Response> {
    let before = query.cursor.as_deref().map(cursor::job).transpose()?;
    let filter = JobFilter { before, limit: ROWS, ..JobFilter::default() };
    let jobs = ctx.app.db.jobs(&filter).await?;
    let rows = jobs.rows.into_iter().map(|job| Shown::of(&ctx, job)).collect();
    Ok(page(StatusCode::OK, &JobsPage { words: &ENGLISH, rows, next: jobs.next.map(cursor::of_job) }))
}

pub(crate) async fn show(State(ctx): State<Ctx>, Path(id): Path<Uuid>) -> Result<Response> {
    let job = existing(&ctx, id.into()).await?;
    Ok(page(StatusCode::OK, &JobPage { words: &ENGLISH, job: Shown::of(&ctx, job) }))
}

pub(crate) fn page(status: StatusCode, template: &impl Template) -> Response {
    let media = [(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"))];
    match template.render() {
        Ok(html) => (status, media, html).into_response(),
        Err(error) => Problem::internal(&error).into_response(),
    }
}

/// A job in words.
struct Shown {
    id: String,
    name: String,
    state: &'static str,
    message: String,
    reason: String,
    percent: u64,
    processed: u64,
    total: u64,
    succeeded: u64,
    failed: u64,
    unknown: u64,
    created: String,
}

impl Shown {
    fn of(ctx: &Ctx, job: Job) -> Self {
        let counters = job.counters;
        let percent = if counters.total == 0 && !job.state.is_final() { 0 } else { counters.percent() as u64 };
        let reason = job.reason.map(|reason| if reason.detail.is_empty() { reason.code } else { reason.detail });
        Self {
            id: job.id.to_string(),
            name: job.name,
            state: job.state.as_str(),
            message: job.message,
            reason: reason.unwrap_or_default(),
            percent,
            processed: counters.processed(),
            total: counters.total,
            succeeded: counters.succeeded,
            failed: counters.failed,
            unknown: counters.unknown,
            created: job.created_at.in_zone(&ctx.app.zone).strftime("%Y-%m-%d %H:%M").to_string(),
        }
    }
}

/// Every word of the page.
struct Words {
    jobs: &'static str,
    none: &'static str,
    name: &'static str,
    state: &'static str,
    progress: &'static str,
    processed: &'static str,
    total: &'static str,
    succeeded: &'static str,
    failed: &'static str,
    unknown: &'static str,
    rate: &'static str,
    eta: &'static str,
    log: &'static str,
    created: &'static str,
    older: &'static str,
}

static ENGLISH: Words = Words {
    jobs: "Jobs",
    none: "There are no jobs yet.",
    name: "Name",
    state: "State",
    progress: "Progress",
    processed: "Processed",
    total: "Total",
    succeeded: "Succeeded",
    failed: "Failed",
    unknown: "Unknown",
    rate: "Rate",
    eta: "Time left",
    log: "Log",
    created: "Created",
    older: "Older jobs",
};
