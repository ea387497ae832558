//! A day in numbers: sent, errors, success rate, the last errors, and what runs now.

use crate::{
    Ctx,
    auth::Access,
    extract::{Query, day_start},
    jobs::api as jobs,
    problem::{Problem, Result},
    routes::{About, Routes},
    traces::api as traces,
};
use api::report::{OtherItems, PostedTraces, Report};
use axum::extract::State;
use jiff::{ToSpan as _, civil::Date};
use model::JobState;
use serde::Deserialize;
use store::{Activity, TraceFilter};
use utoipa::IntoParams;

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
    let last_errors = ctx.app.db.standing_errors(&day).await?.into_iter().map(traces::shown).collect();
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
        running_jobs: runs.map(jobs::shown).collect(),
    }))
}
