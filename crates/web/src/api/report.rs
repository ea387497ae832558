//! A day in numbers: sent, errors, success rate, the last errors, and what runs now.

use crate::{
    Ctx,
    api::{jobs::JobJson, traces::TraceJson},
    auth::Access,
    extract::{Query, day_start},
    problem::{Problem, Result},
    routes::{About, Routes},
};
use axum::extract::State;
use jiff::{ToSpan as _, civil::Date};
use model::JobState;
use serde::{Deserialize, Serialize};
use store::TraceFilter;
use utoipa::{IntoParams, ToSchema};

/// Errors shown.
const LAST_ERRORS: u32 = 5;

pub(crate) fn declare(routes: Routes) -> Routes {
    routes.get(
        "/api/v1/report",
        Access::Read,
        report,
        About::new("A day in numbers").query::<ReportQuery>().gives::<Report>(200, "The report"),
    )
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct ReportQuery {
    /// Today, unless said otherwise: `2025-01-31`.
    date: Option<String>,
    application: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct Report {
    date: String,
    /// The zone whose day it is.
    zone: String,
    sent: u64,
    errors: u64,
    /// Percent, to one decimal; `null` when nothing was attempted.
    success_rate: Option<f64>,
    last_errors: Vec<TraceJson>,
    /// Jobs that are running or paused now.
    running_jobs: Vec<JobJson>,
}

async fn report(State(ctx): State<Ctx>, Query(query): Query<ReportQuery>) -> Result<axum::Json<Report>> {
    let zone = &ctx.app.zone;
    let bad = || Problem::invalid("date: is no day").remedy("write 2025-01-31");
    let date: Date = match &query.date {
        Some(date) => date.parse().map_err(|_| bad())?,
        None => ctx.app.clock.now().in_zone(zone).date(),
    };
    let next = date.checked_add(1.day()).map_err(|_| bad())?;
    let (since, until) = (day_start(date, zone).ok_or_else(bad)?, day_start(next, zone).ok_or_else(bad)?);
    let application = crate::extract::optional_text("application", query.application, super::jobs::NAME_MAX)?;
    let day = TraceFilter { application, since: Some(since), until: Some(until), ..TraceFilter::default() };
    let counts = ctx.app.db.count_traces(&day).await?;
    let wrong = TraceFilter { errors: Some(true), limit: LAST_ERRORS, ..day };
    let last_errors = ctx.app.db.traces(&wrong).await?.rows.into_iter().map(TraceJson::from).collect();
    let sent = counts.total - counts.errors;
    let rate = |total| (sent as f64 * 1000.0 / total as f64).round() / 10.0;
    let open = ctx.app.db.open_jobs().await?;
    let runs = open.into_iter().filter(|job| matches!(job.state, JobState::Running | JobState::Paused));
    Ok(axum::Json(Report {
        date: date.to_string(),
        zone: zone.iana_name().unwrap_or("local").to_owned(),
        sent,
        errors: counts.errors,
        success_rate: (counts.total > 0).then(|| rate(counts.total)),
        last_errors,
        running_jobs: runs.map(JobJson::from).collect(),
    }))
}
