//! The first page.

#[cfg(test)]
mod tests;

use crate::{
    Ctx,
    alerts::handlers::unacknowledged,
    auth::Access,
    health,
    home::{
        attention::{AttentionFacts, Troubled, attention},
        chart::{SLOTS, Slot, Throughput},
        page::{DashboardPage, ErrorRow},
    },
    layout::{parts::Life, view::View},
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
use model::{JobKind, JobState, Timestamp};
use std::{collections::HashMap, time::Duration};
use store::{Activity, IssuesToLookAt, Job, JobFilter, Project, Scope, TraceFilter};

/// Jobs that are not over, of which as many as fit are shown.
const OPEN_MAX: u32 = 100;
const ROWS_MAX: usize = 8;
/// Jobs that did not go as they should, and for how long they are told of.
const TROUBLED_MAX: u32 = 100;
const RECENT: Duration = Duration::from_secs(7 * 24 * 3600);
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
        limit: OPEN_MAX,
        ..JobFilter::default()
    };
    let (waiting, open): (Vec<_>, Vec<_>) = db.jobs(&filter).await?.rows.into_iter().partition(is_scheduled);
    let (paused, running): (Vec<_>, Vec<_>) = open.into_iter().partition(|job| job.state == JobState::Paused);
    let kept = db.accounts().await?;
    let mut accounts = Vec::new();
    for account in &kept {
        accounts.push(rows::account(&ctx, &v, account).await?);
    }
    let workers = rows::workers(&ctx, &v, v.now - DAY).await?;
    let checks = crate::checks::strip(&ctx, &v).await?;
    let is_new = accounts.is_empty()
        && running.is_empty()
        && db.jobs(&JobFilter { limit: 1, ..JobFilter::default() }).await?.rows.is_empty()
        && db.projects().await?.is_empty()
        && checks.watched == 0;
    let machine = health::look(&ctx).await;
    let troubled = troubled(&ctx, v.now - RECENT).await?;
    let issues = issues(&ctx).await?;
    let alerts = unacknowledged(&ctx, &v).await?;
    let workers_now = workers.clone();
    let facts = AttentionFacts { paused, troubled, accounts: kept, workers: workers_now, machine, issues, alerts };
    let row = |job| rows::job(&ctx, &v, job);
    let mut next: Vec<_> = waiting.into_iter().map(row).collect();
    next.sort_by_key(|job| job.resumes_at);
    next.truncate(ROWS_MAX);
    let applications = db.activity_by_application(midnight(&v, 6)).await?.into_iter().take(ROWS_MAX).collect();
    Ok(shown(&DashboardPage {
        v: &v,
        attention: attention(&v, &facts),
        today: sum(&activity, today),
        week: sum(&activity, week),
        active_jobs: counts.active,
        paused_jobs: counts.paused,
        completed_today: counts.completed,
        day: throughput(&v, &activity),
        running: running.into_iter().take(ROWS_MAX).map(row).collect(),
        next,
        applications,
        week_from: midnight(&v, 6).in_zone(&v.zone).strftime("%Y-%m-%d").to_string(),
        errors: errors(&ctx, &v).await?,
        workers: workers.into_iter().filter(|worker| worker.life != Life::Ended).collect(),
        accounts,
        checks,
        is_new,
    }))
}

/// Whether it waits for the time that a person has chosen.
fn is_scheduled(job: &Job) -> bool {
    job.state == JobState::Paused && job.reason.as_ref().is_some_and(|reason| reason.code == "scheduled")
}

/// Jobs made since then of which something did not go as it should, newest first.
async fn troubled(ctx: &Ctx, since: Timestamp) -> Result<Troubled> {
    let recent = JobFilter { since: Some(since), limit: TROUBLED_MAX, ..JobFilter::default() };
    // However often something else has failed since, mailings are told of.
    let of_mail = JobFilter { trouble: true, kind: Some(JobKind::Mail), ..recent.clone() };
    let mut jobs = ctx.app.db.jobs(&of_mail).await?.rows;
    let trouble = ctx.app.db.jobs(&JobFilter { trouble: true, ..recent.clone() }).await?.rows;
    let mut is_cut = trouble.len() == TROUBLED_MAX as usize;
    jobs.extend(trouble.into_iter().filter(|job| job.kind != JobKind::Mail));
    let failed = ctx.app.db.jobs(&JobFilter { states: vec![JobState::Failed], ..recent }).await?.rows;
    is_cut |= failed.len() == TROUBLED_MAX as usize;
    let without = failed.into_iter().filter(|job| job.counters.failed + job.counters.unknown == 0);
    jobs.extend(without.collect::<Vec<_>>());
    jobs.sort_by_key(|job| std::cmp::Reverse(job.created_at));
    Ok(Troubled { jobs, is_cut })
}

/// Projects with issues that nobody has decided about.
async fn issues(ctx: &Ctx) -> Result<Vec<(Project, IssuesToLookAt)>> {
    let mut waiting = ctx.app.db.issues_to_look_at().await?;
    waiting.sort_by_key(|one| std::cmp::Reverse((one.regressed, one.new)));
    waiting.truncate(ROWS_MAX);
    if waiting.is_empty() {
        return Ok(Vec::new());
    }
    let projects = ctx.app.db.projects().await?;
    let of =
        |one: IssuesToLookAt| projects.iter().find(|project| project.id == one.project).map(|of| (of.clone(), one));
    Ok(waiting.into_iter().filter_map(of).collect())
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
