//! A day in numbers: sent, errors, success rate, the last errors, and what runs now.

use crate::{
    Ctx,
    auth::Access,
    extract::{Query, day_start},
    jobs::api::JobJson,
    problem::{Problem, Result},
    routes::{About, Routes},
    traces::api::TraceJson,
};
use axum::extract::State;
use jiff::{ToSpan as _, civil::Date};
use model::JobState;
use serde::{Deserialize, Serialize};
use store::{Activity, TraceFilter};
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
    /// Recipients of mailings whose message was accepted that day, however many attempts it took.
    sent: u64,
    /// Recipients who were given up that day, and have not been served since.
    errors: u64,
    /// Recipients of whom it is not known: perhaps sent that day, and to be settled.
    unknown: u64,
    /// Of `sent` and `errors`, in percent to one decimal; `null` when there are none.
    success_rate: Option<f64>,
    /// Items of jobs that are no mailings.
    other_items: OtherItems,
    /// Traces that other programs have posted about that day, one by one.
    traces: PostedTraces,
    /// The last word on those who are not served now, and the errors that other programs have posted.
    last_errors: Vec<TraceJson>,
    /// Jobs that are running or paused now.
    running_jobs: Vec<JobJson>,
}

#[derive(Serialize, ToSchema)]
struct OtherItems {
    succeeded: u64,
    failed: u64,
    unknown: u64,
}

#[derive(Serialize, ToSchema)]
struct PostedTraces {
    total: u64,
    errors: u64,
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
    let application = crate::extract::optional_text("application", query.application, crate::extract::NAME_MAX)?;
    let day = TraceFilter {
        application,
        since: Some(since),
        until: Some(until),
        limit: LAST_ERRORS,
        ..TraceFilter::default()
    };
    let mut sum = Activity::default();
    for (_, window) in ctx.app.db.activity(since, until, day.application.as_deref()).await? {
        sum += window;
    }
    let last_errors = ctx.app.db.standing_errors(&day).await?.into_iter().map(TraceJson::from).collect();
    let open = ctx.app.db.open_jobs().await?;
    let runs = open.into_iter().filter(|job| matches!(job.state, JobState::Running | JobState::Paused));
    Ok(axum::Json(Report {
        date: date.to_string(),
        zone: zone.iana_name().unwrap_or("local").to_owned(),
        sent: sum.recipients.succeeded,
        errors: sum.recipients.failed,
        unknown: sum.recipients.unknown,
        success_rate: sum.recipients.success_rate(),
        other_items: OtherItems {
            succeeded: sum.others.succeeded,
            failed: sum.others.failed,
            unknown: sum.others.unknown,
        },
        traces: PostedTraces { total: sum.traces.total, errors: sum.traces.errors },
        last_errors,
        running_jobs: runs.map(JobJson::from).collect(),
    }))
}
