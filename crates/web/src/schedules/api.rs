//! Schedules, for programs.

use crate::{
    Ctx,
    auth::{Access, CreatedName, Granted},
    authority,
    cursor::{self, page_size},
    extract::{Json, Path, Query},
    problem::{Problem, Result},
    routes::{About, Routes},
    schedules::{keep, prepare::ToldWhy},
    words::preferred,
};
use ::api::{
    self,
    schedules::{MaintenancePage, MaintenanceWork, NewSchedule, SchedulePreview, ScheduleRuns, SchedulesPage},
};
use axum::{
    Extension,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use language::Language;
use model::{JobId, JobState, Timestamp};
use schedules::{Expression, said};
use serde::Deserialize;
use std::collections::HashMap;
use store::{JobSchedule, ScheduleRun};
use utoipa::IntoParams;

/// Times that a preview shows.
pub(crate) const PREVIEW_MAX: usize = 10;

pub(crate) fn declare(routes: Routes) -> Routes {
    let schedule = |summary| About::new(summary).gives::<api::schedules::Schedule>(200, "The schedule");
    let done = |summary| About::new(summary).gives::<api::schedules::Schedule>(200, "The schedule as it stands");
    routes
        .get(
            "/api/v1/schedules",
            Access::Read,
            list,
            About::new("Schedules, by name").gives::<SchedulesPage>(200, "All of them"),
        )
        .post(
            "/api/v1/schedules",
            Access::Write,
            create,
            About::new("Make a schedule").takes::<NewSchedule>().gives::<api::schedules::Schedule>(201, "The schedule"),
        )
        .get(
            "/api/v1/schedules/preview",
            Access::Read,
            preview,
            About::new("When something would run, in words and by its next times")
                .query::<PreviewQuery>()
                .gives::<SchedulePreview>(200, "The next times"),
        )
        .get("/api/v1/schedules/{name}", Access::Read, show, schedule("The schedule of that id or name"))
        .put(
            "/api/v1/schedules/{name}",
            Access::Write,
            change,
            schedule("Put another in the place of a schedule, or make it").takes::<NewSchedule>(),
        )
        .delete(
            "/api/v1/schedules/{name}",
            Access::Write,
            remove,
            About::new("Remove a schedule: its jobs stay").gives_text(204, None, "It is no more"),
        )
        .post("/api/v1/schedules/{name}/pause", Access::Write, pause, done("It is due no more until it is resumed"))
        .post("/api/v1/schedules/{name}/resume", Access::Write, resume, done("It is due again, from now on"))
        .post(
            "/api/v1/schedules/{name}/run",
            Access::Write,
            run,
            About::new("Run a schedule now, beside its times").gives::<api::schedules::ScheduleRun>(202, "The run"),
        )
        .get(
            "/api/v1/schedules/{name}/runs",
            Access::Read,
            runs,
            About::new("What became of a schedule's runs, the last first")
                .query::<RunsQuery>()
                .gives::<ScheduleRuns>(200, "A page"),
        )
        .get(
            "/api/v1/maintenance",
            Access::Read,
            maintenance,
            About::new("What Vigie does for itself again and again").gives::<MaintenancePage>(200, "All of it"),
        )
}

/// How a schedule stands.
pub(crate) fn state(schedule: &JobSchedule) -> &'static str {
    match (schedule.paused_at, schedule.next) {
        (Some(_), _) => "paused",
        (None, Some(_)) => "active",
        (None, None) => "ended",
    }
}

/// In words. What can be read no more is shown as it was written.
pub(crate) fn in_words(schedule: &JobSchedule, language: Language) -> String {
    let text = &schedule.plan.expression;
    Expression::parse(text).map_or_else(|_| text.clone(), |expression| said(&expression, language))
}

fn shown(
    schedule: JobSchedule,
    last_run: Option<api::schedules::ScheduleRun>,
    (granted, language): (&Granted, Language),
) -> api::schedules::Schedule {
    let may_see = authority::of(granted) >= tasks::needs(schedule.kind);
    api::schedules::Schedule {
        said: in_words(&schedule, language),
        state: state(&schedule).to_owned(),
        spec: may_see.then(|| serde_json::from_str(&schedule.spec).unwrap_or_default()),
        id: schedule.id,
        name: schedule.name,
        kind: schedule.kind.to_string(),
        when: schedule.plan.expression,
        zone: schedule.plan.zone,
        days_off: schedule.plan.days_off,
        jitter_seconds: schedule.plan.jitter.as_secs(),
        missed: schedule.plan.missed,
        overlap: schedule.plan.overlap,
        next_at: schedule.next.map(|next| next.begins),
        last_run,
        created_by: schedule.created_by,
        created_at: schedule.created_at,
        updated_at: schedule.updated_at,
        version: schedule.version,
    }
}

fn shown_run(run: &ScheduleRun, job_state: Option<JobState>, language: Language) -> api::schedules::ScheduleRun {
    api::schedules::ScheduleRun {
        due_at: run.due,
        state: run.state.as_str().to_owned(),
        by_hand: run.by_hand,
        job: run.job,
        job_state: job_state.map(|state| state.to_string()),
        times: run.times,
        detail: ToldWhy::say(&run.detail, language),
    }
}

async fn shown_runs(ctx: &Ctx, runs: Vec<ScheduleRun>, language: Language) -> Result<Vec<api::schedules::ScheduleRun>> {
    let ids: Vec<JobId> = runs.iter().filter_map(|run| run.job).collect();
    let jobs = ctx.app.db.jobs_of_ids(&ids).await?;
    let states: HashMap<JobId, JobState> = jobs.iter().map(|job| (job.id, job.state)).collect();
    let state = |run: &ScheduleRun| run.job.and_then(|job| states.get(&job).copied());
    Ok(runs.iter().map(|run| shown_run(run, state(run), language)).collect())
}

/// One schedule, with its last run.
async fn told(
    ctx: &Ctx,
    schedule: JobSchedule,
    granted: &Granted,
    headers: &HeaderMap,
) -> Result<axum::Json<api::schedules::Schedule>> {
    let language = preferred(headers);
    let runs = ctx.app.db.runs_of_schedule(schedule.id, None, 1).await?;
    let last = shown_runs(ctx, runs, language).await?.pop();
    Ok(axum::Json(shown(schedule, last, (granted, language))))
}

async fn list(
    State(ctx): State<Ctx>,
    Extension(granted): Extension<Granted>,
    headers: HeaderMap,
) -> Result<axum::Json<SchedulesPage>> {
    let language = preferred(&headers);
    let last = ctx.app.db.last_runs().await?;
    let mut last: HashMap<_, _> = last.into_iter().map(|run| (run.schedule, run)).collect();
    let rows = ctx.app.db.job_schedules().await?.into_iter().map(|schedule| {
        let last = last.remove(&schedule.id).map(|run| shown_run(&run, None, language));
        shown(schedule, last, (&granted, language))
    });
    Ok(axum::Json(SchedulesPage { rows: rows.collect(), next: None }))
}

async fn create(
    State(ctx): State<Ctx>,
    Extension(granted): Extension<Granted>,
    headers: HeaderMap,
    Json(new): Json<NewSchedule>,
) -> Result<(StatusCode, Extension<CreatedName>, axum::Json<api::schedules::Schedule>)> {
    let made = keep::create(&ctx, &granted, new).await?;
    let name = CreatedName(made.name.clone());
    Ok((StatusCode::CREATED, Extension(name), told(&ctx, made, &granted, &headers).await?))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct PreviewQuery {
    when: String,
    /// The server's own unless said otherwise.
    zone: Option<String>,
    /// With commas between them.
    days_off: Option<String>,
}

async fn preview(
    State(ctx): State<Ctx>,
    headers: HeaderMap,
    Query(query): Query<PreviewQuery>,
) -> Result<axum::Json<SchedulePreview>> {
    let days_off = query.days_off.unwrap_or_default();
    let new = NewSchedule {
        when: query.when,
        zone: query.zone,
        days_off: days_off.split(',').map(str::to_owned).collect(),
        ..NewSchedule::default()
    };
    let now = ctx.app.clock.now();
    let (plan, timing) = keep::plan(&ctx, &new, (None, now))?;
    let said = said(&timing.expression, preferred(&headers));
    Ok(axum::Json(SchedulePreview { said, zone: plan.zone, next: timing.upcoming(now, PREVIEW_MAX) }))
}

async fn show(
    State(ctx): State<Ctx>,
    Extension(granted): Extension<Granted>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<axum::Json<api::schedules::Schedule>> {
    let schedule = keep::existing(&ctx, &name).await?;
    told(&ctx, schedule, &granted, &headers).await
}

async fn change(
    State(ctx): State<Ctx>,
    Extension(granted): Extension<Granted>,
    Path(name): Path<String>,
    headers: HeaderMap,
    Json(new): Json<NewSchedule>,
) -> Result<axum::Json<api::schedules::Schedule>> {
    let made = match keep::existing(&ctx, &name).await {
        Ok(before) => keep::change(&ctx, &granted, &before, new).await?,
        Err(missing) if missing.status_code() == StatusCode::NOT_FOUND && new.name == name => {
            keep::create(&ctx, &granted, new).await?
        }
        Err(problem) => return Err(problem),
    };
    told(&ctx, made, &granted, &headers).await
}

async fn remove(
    State(ctx): State<Ctx>,
    Extension(granted): Extension<Granted>,
    Path(name): Path<String>,
) -> Result<StatusCode> {
    let schedule = keep::existing(&ctx, &name).await?;
    keep::may_change(&granted, &schedule)?;
    ctx.app.db.delete_job_schedule(schedule.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn pause(
    State(ctx): State<Ctx>,
    Extension(granted): Extension<Granted>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<axum::Json<api::schedules::Schedule>> {
    let schedule = keep::existing(&ctx, &name).await?;
    keep::pause(&ctx, &schedule).await?;
    told(&ctx, keep::existing(&ctx, &schedule.id.to_string()).await?, &granted, &headers).await
}

async fn resume(
    State(ctx): State<Ctx>,
    Extension(granted): Extension<Granted>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<axum::Json<api::schedules::Schedule>> {
    let schedule = keep::existing(&ctx, &name).await?;
    keep::resume(&ctx, &granted, &schedule).await?;
    told(&ctx, keep::existing(&ctx, &schedule.id.to_string()).await?, &granted, &headers).await
}

async fn run(
    State(ctx): State<Ctx>,
    Extension(granted): Extension<Granted>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<(StatusCode, axum::Json<api::schedules::ScheduleRun>)> {
    let schedule = keep::existing(&ctx, &name).await?;
    let due = keep::run(&ctx, &granted, &schedule).await?;
    let runs = ctx.app.db.runs_of_schedule(schedule.id, None, 10).await?;
    let made = runs.into_iter().find(|run| run.due == due);
    let made = made.ok_or_else(|| Problem::not_found(format!("schedule {name}")))?;
    Ok((StatusCode::ACCEPTED, axum::Json(shown_run(&made, None, preferred(&headers)))))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct RunsQuery {
    limit: Option<u32>,
    cursor: Option<String>,
}

async fn runs(
    State(ctx): State<Ctx>,
    Path(name): Path<String>,
    headers: HeaderMap,
    Query(query): Query<RunsQuery>,
) -> Result<axum::Json<ScheduleRuns>> {
    let schedule = keep::existing(&ctx, &name).await?;
    let limit = page_size(&ctx, query.limit)?;
    let before = query.cursor.as_deref().map(cursor::number).transpose()?.map(Timestamp::from_micros);
    let runs = ctx.app.db.runs_of_schedule(schedule.id, before, limit).await?;
    let next = runs.last().filter(|_| runs.len() == limit as usize).map(|run| cursor::of_number(run.due.as_micros()));
    Ok(axum::Json(ScheduleRuns { rows: shown_runs(&ctx, runs, preferred(&headers)).await?, next }))
}

async fn maintenance(State(ctx): State<Ctx>) -> Result<axum::Json<MaintenancePage>> {
    let rows = ctx.app.db.schedules().await?.into_iter().map(|work| MaintenanceWork {
        name: work.name,
        place: work.place,
        next_at: work.next_at,
        started_at: work.started_at,
        ended_at: work.ended_at,
        failures: work.failures,
        last_error: work.last_error,
    });
    Ok(axum::Json(MaintenancePage { rows: rows.collect(), next: None }))
}
