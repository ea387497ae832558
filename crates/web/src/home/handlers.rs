//! The first page.

#[cfg(test)]
mod tests;

use crate::{
    Ctx,
    auth::Access,
    home::{
        chart::{SLOTS, Slot, Throughput},
        page::{DashboardPage, ErrorRow},
    },
    layout::view::View,
    problem::Result,
    routes::Routes,
    traces::told::about,
};
use crate::{
    layout::{Reader, rows, shown},
    routes::page_about,
};
use axum::{extract::State, response::Response};
use jiff::ToSpan as _;
use model::{JobState, Timestamp};
use std::{collections::HashMap, time::Duration};
use store::{Activity, JobFilter, Scope, TraceFilter};

const RUNNING_MAX: u32 = 8;
const ERRORS_MAX: u32 = 8;
const HALF_HOUR: Duration = Duration::from_secs(1800);
const DAY: Duration = Duration::from_secs(24 * 3600);

pub(crate) fn declare(routes: Routes) -> Routes {
    routes.get("/", Access::Page(Scope::Read), show, page_about("How today goes, what runs, and what needs somebody"))
}

async fn show(State(ctx): State<Ctx>, Reader(v): Reader) -> Result<Response> {
    let db = &ctx.app.db;
    let (today, week) = (midnight(&v, 0), midnight(&v, 6));
    let activity = db.activity(week.min(v.now - HALF_HOUR * SLOTS as u32), v.now, None).await?;
    let counts = db.job_counts(today).await?;
    let filter = JobFilter {
        states: vec![JobState::Paused, JobState::Running, JobState::Pending, JobState::Preparing],
        limit: RUNNING_MAX,
        ..JobFilter::default()
    };
    let mut running: Vec<_> = db.jobs(&filter).await?.rows.into_iter().map(|job| rows::job(&ctx, &v, job)).collect();
    running.sort_by_key(|row| row.state != JobState::Paused);
    let mut accounts = Vec::new();
    for account in db.accounts().await? {
        accounts.push(rows::account(&ctx, &v, &account).await?);
    }
    let errors = errors(&ctx, &v).await?;
    let is_new = accounts.is_empty()
        && running.is_empty()
        && db.jobs(&JobFilter { limit: 1, ..JobFilter::default() }).await?.rows.is_empty();
    Ok(shown(&DashboardPage {
        v: &v,
        today: sum(&activity, today),
        week: sum(&activity, week),
        active_jobs: counts.active,
        paused_jobs: counts.paused,
        completed_today: counts.completed,
        day: throughput(&v, &activity),
        running,
        errors,
        workers: rows::workers(&ctx, &v, v.now).await?,
        accounts,
        is_new,
    }))
}

/// The beginning of the day so many days ago, where the reader is.
fn midnight(v: &View, days: i64) -> Timestamp {
    let now = v.now.in_zone(&v.zone);
    let day = now.start_of_day().and_then(|start| start.checked_sub(days.days()));
    day.map_or(v.now, |at| at.timestamp().into())
}

fn sum(activity: &[(Timestamp, Activity)], since: Timestamp) -> Activity {
    let mut sum = Activity::default();
    activity.iter().filter(|(at, _)| *at >= since).for_each(|(_, n)| sum += *n);
    sum
}

/// The last day by half hours.
fn throughput(v: &View, activity: &[(Timestamp, Activity)]) -> Throughput {
    let span = HALF_HOUR.as_micros() as i64;
    let end = (v.now.as_micros().div_euclid(span) + 1) * span;
    let begin = Timestamp::from_micros(end - span * SLOTS as i64);
    let mut slots: Vec<Slot> =
        (0..SLOTS as u32).map(|n| Slot { at: begin + HALF_HOUR * n, sent: 0, errors: 0 }).collect();
    for (at, n) in activity {
        let index = (at.as_micros() - begin.as_micros()).div_euclid(span);
        if let Some(slot) = usize::try_from(index).ok().and_then(|index| slots.get_mut(index)) {
            slot.sent += n.recipients.succeeded;
            slot.errors += n.recipients.failed;
        }
    }
    Throughput::new(slots)
}

async fn errors(ctx: &Ctx, v: &View) -> Result<Vec<ErrorRow>> {
    let filter = TraceFilter { since: Some(v.now - DAY), limit: ERRORS_MAX, ..TraceFilter::default() };
    let mut names = HashMap::new();
    let mut errors = Vec::new();
    for trace in ctx.app.db.standing_errors(&filter).await? {
        let job = match trace.job {
            Some(id) if !names.contains_key(&id) => {
                let name = ctx.app.db.job(id).await?.map(|job| job.name);
                names.entry(id).or_insert(name).clone().map(|name| (id.to_string(), name))
            }
            Some(id) => names[&id].clone().map(|name: String| (id.to_string(), name)),
            None => None,
        };
        let reason = trace.verdict.as_ref().map(|verdict| v.verdict(verdict));
        let label = about(&trace).chars().take(120).collect();
        errors.push(ErrorRow { at: trace.created_at, label, reason: reason.unwrap_or(trace.trace_name), job });
    }
    Ok(errors)
}
