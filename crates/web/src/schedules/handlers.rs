//! Schedules, for people.

use crate::{
    Ctx,
    auth::{Access, CreatedName, Granted},
    authority, cursor,
    extract::{Path, Query},
    layout::{
        Form, Reader, notice, page,
        parts::{Faults, Mood, Notice, Pager},
        see, shown,
        states::JobStanding,
        view::View,
    },
    mailings::handlers::saved_drafts,
    problem::{Problem, Result},
    routes::{Routes, form_about, page_about},
    schedules::{
        api::{self, PREVIEW_MAX},
        keep::{self, WrongField},
        log_query, mailing,
        page::{
            MaintenanceRow, Reach, RunOutcome, RunRow, ScheduleForm, ScheduleFormPage, SchedulePage, ScheduleRow,
            ScheduleSettings, ScheduleStanding, SchedulesPage, WhenPreview, WhenPreviewPart,
        },
        prepare::ToldWhy,
        typed::{self, Offered},
    },
    traces::told::ending,
};
use ::api::{report::ReportPeriod, schedules::NewSchedule};
use axum::{
    Extension,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use jiff::tz::TimeZone;
use model::{JobId, JobKind, Timestamp};
use schedules::said;
use serde::Deserialize;
use serde_json::Value;
use std::{collections::HashMap, time::Duration};
use store::{Job, JobSchedule, RunState, Scope, TraceFilter};
use tasks::LogQuerySpec;
use telemetry::query::language::parse_duration;
use utoipa::IntoParams;

/// Runs on one page.
const RUNS_SHOWN: u32 = 25;

pub(crate) fn declare(routes: Routes) -> Routes {
    routes
        .get("/schedules", READS, list, page_about("Jobs that come again").query::<SaidQuery>())
        .post("/schedules", ACTS, create, form_about("Make a schedule"))
        .get("/schedules/new", ACTS, new, page_about("A new schedule").query::<NewQuery>())
        .post(
            "/schedules/preview",
            ACTS,
            preview,
            page_about("When something would run, while it is typed").unaudited(),
        )
        .get("/schedules/{name}", READS, show, page_about("A schedule and its runs").query::<SaidQuery>())
        .post("/schedules/{name}", ACTS, save, form_about("Change a schedule"))
        .get("/schedules/{name}/edit", ACTS, edit, page_about("The form of a schedule"))
        .post("/schedules/{name}/pause", ACTS, pause, form_about("Let no run begin until it is resumed"))
        .post("/schedules/{name}/resume", ACTS, resume, form_about("Let runs begin again"))
        .post("/schedules/{name}/run", ACTS, run, form_about("Run it now, beside its times"))
        .post("/schedules/{name}/remove", ACTS, remove, form_about("Remove a schedule"))
}

const READS: Access = Access::Page(Scope::Read);
const ACTS: Access = Access::Page(Scope::Write);

#[derive(Deserialize, Default, IntoParams)]
#[serde(default)]
struct SaidQuery {
    /// What was just done: `saved`, `run`, `removed`.
    said: String,
    /// That this session has done it.
    seal: String,
    /// Where the page before this one ended.
    cursor: Option<String>,
}

#[derive(Deserialize, Default, IntoParams)]
#[serde(default)]
struct NewQuery {
    /// The mailing in preparation that it sends.
    draft: String,
    /// What it does: `mail`, unless said otherwise.
    kind: String,
    /// The search that it runs, and how far back that looks: `1h`.
    q: String,
    since: String,
}

fn address(schedule: &JobSchedule) -> String {
    format!("/schedules/{}", schedule.id)
}

/// To a page that says what was done.
fn saying(v: &View, path: &str, word: &str) -> Response {
    see(&format!("{path}?{}", notice::query(v, path, &[("said", word)])))
}

fn told(v: &View, query: &SaidQuery) -> Option<Notice> {
    let text = match query.said.as_str() {
        "saved" => "said-saved",
        "created" => "schedule-said-created",
        "run" => "schedule-said-run",
        "removed" => "schedule-said-removed",
        _ => return None,
    };
    notice::is_ours(v, &[("said", &query.said)], &query.seal).then(|| Notice { mood: Mood::Ok, text: v.t(text) })
}

async fn list(State(ctx): State<Ctx>, Reader(v): Reader, Query(query): Query<SaidQuery>) -> Result<Response> {
    let last = ctx.app.db.last_runs().await?;
    let ids: Vec<JobId> = last.iter().filter_map(|run| run.job).collect();
    let jobs = by_id(ctx.app.db.jobs_of_ids(&ids).await?);
    let mut last: HashMap<_, _> = last.into_iter().map(|run| (run.schedule, run_row(&v, &run, &jobs))).collect();
    let schedules = ctx.app.db.job_schedules().await?;
    let rows = schedules.into_iter().map(|schedule| {
        let last = last.remove(&schedule.id);
        row(&v, &schedule, last)
    });
    let rows = rows.collect();
    let maintenance = if v.administers() { maintenance(&ctx, &v).await? } else { Vec::new() };
    Ok(shown(&SchedulesPage { v: &v, rows, maintenance, notice: told(&v, &query) }))
}

fn by_id(jobs: Vec<Job>) -> HashMap<JobId, Job> {
    jobs.into_iter().map(|job| (job.id, job)).collect()
}

fn row(v: &View, schedule: &JobSchedule, last: Option<RunRow>) -> ScheduleRow {
    ScheduleRow {
        id: schedule.id.to_string(),
        name: schedule.name.clone(),
        kind: schedule.kind,
        said: api::in_words(schedule, v.language),
        zone: schedule.plan.zone.clone(),
        standing: match api::state(schedule) {
            "paused" => ScheduleStanding::Paused,
            "active" => ScheduleStanding::Active,
            _ => ScheduleStanding::Ended,
        },
        next_at: schedule.next.map(|next| next.begins),
        last,
    }
}

fn run_row(v: &View, run: &store::ScheduleRun, jobs: &HashMap<JobId, Job>) -> RunRow {
    let job = run.job.and_then(|job| jobs.get(&job)).filter(|_| run.state == RunState::Started);
    let is_empty = run.state == RunState::Skipped && run.job.is_none();
    RunRow {
        due: run.due,
        by_hand: run.by_hand,
        outcome: job.map_or(if is_empty { RunOutcome::Nothing } else { RunOutcome::Noted(run.state) }, |job| {
            RunOutcome::Job(JobStanding::of(job.state, &job.counters, job.kind))
        }),
        job: run.job.map(|job| job.to_string()),
        times: run.times,
        detail: v.spaced(ToldWhy::say(&run.detail, v.language)),
    }
}

/// Of runs of a search: how many lines it found.
async fn say_what_was_found(ctx: &Ctx, v: &View, runs: &mut [RunRow]) -> Result<()> {
    for run in runs.iter_mut().filter(|run| run.detail.is_empty()) {
        let Some(job) = run.job.as_deref().and_then(|job| job.parse().ok()) else { continue };
        let filter = TraceFilter { job: Some(JobId(job)), limit: 1, ..TraceFilter::default() };
        let trace = ctx.app.db.traces(&filter).await?.rows.pop();
        let said = trace.as_ref().and_then(|trace| trace.comment.rsplit_once(": "));
        run.detail = said.and_then(|(_, said)| ending(v, said)).unwrap_or_default();
    }
    Ok(())
}

/// Works that the pages have a word for.
pub(crate) const WORKS: [&str; 22] = [
    "uploads",
    "log_store",
    "damage",
    "webhooks",
    "timetable",
    "spool",
    "report_retention",
    "alerts",
    "alert_deliveries",
    "alert_retention",
    "backup",
    "check_retention",
    "checks",
    "celery_retention",
    "dead_work",
    "health",
    "heartbeat",
    "job_retention",
    "dhis2_sync",
    "dhis2_asked",
    "diagnoses",
    "message_retention",
];

async fn maintenance(ctx: &Ctx, v: &View) -> Result<Vec<MaintenanceRow>> {
    let works = ctx.app.db.schedules().await?.into_iter().map(|work| MaintenanceRow {
        word: match WORKS.contains(&work.name.as_str()) {
            true => v.t(&format!("maintenance-{}", work.name.replace('_', "-"))),
            false => work.name,
        },
        ended_at: work.ended_at,
        next_at: work.next_at,
        error: work.last_error,
    });
    Ok(works.collect())
}

async fn show(
    State(ctx): State<Ctx>,
    Reader(mut v): Reader,
    Path(name): Path<String>,
    Extension(granted): Extension<Granted>,
    Query(query): Query<SaidQuery>,
) -> Result<Response> {
    let schedule = keep::existing(&ctx, &name).await?;
    let notice = told(&v, &query);
    v.part_of = Some("/schedules");
    let before = query.cursor.as_deref().map(cursor::number).transpose()?.map(Timestamp::from_micros);
    let runs = ctx.app.db.runs_of_schedule(schedule.id, before, RUNS_SHOWN).await?;
    let next = runs.last().filter(|_| runs.len() == RUNS_SHOWN as usize);
    let next = next.map(|run| format!("{}?cursor={}", address(&schedule), cursor::of_number(run.due.as_micros())));
    let ids: Vec<JobId> = runs.iter().filter_map(|run| run.job).collect();
    let jobs = by_id(ctx.app.db.jobs_of_ids(&ids).await?);
    let mut runs: Vec<_> = runs.iter().map(|run| run_row(&v, run, &jobs)).collect();
    if schedule.kind == JobKind::LogQuery {
        say_what_was_found(&ctx, &v, &mut runs).await?;
    }
    let first = before.map(|_| address(&schedule));
    let pager = Pager { first, next, shown: runs.len() as u64, total: None, reach: None };
    let may = if keep::may_change(&granted, &schedule).is_ok() && v.operates() { Reach::Changes } else { Reach::Reads };
    let settings = settings(&ctx, &v, &granted, &schedule).await?;
    let next = upcoming(&v, &schedule);
    Ok(shown(&SchedulePage { v: &v, row: row(&v, &schedule, None), settings, next, runs, pager, may, notice }))
}

/// The next times of one that is not paused, on the clock of its zone.
fn upcoming(v: &View, schedule: &JobSchedule) -> Vec<String> {
    let timing = jobs::timing(&schedule.plan, schedule.created_at).ok().filter(|_| schedule.next.is_some());
    timing.map_or_else(Vec::new, |timing| {
        let times = timing.upcoming(v.now, PREVIEW_MAX);
        times.iter().map(|at| on_the_clock(v, *at, &timing.zone)).collect()
    })
}

fn on_the_clock(v: &View, at: Timestamp, zone: &TimeZone) -> String {
    let weekday = at.in_zone(zone).weekday().to_sunday_zero_offset().unsigned_abs();
    let words = crate::words::Words { language: v.language, zone: zone.clone() };
    if at.in_zone(zone).second() != 0 {
        return format!("{} {} {}", ::schedules::weekday(weekday, v.language), words.day(&at), words.time(&at));
    }
    format!("{} {}", ::schedules::weekday(weekday, v.language), words.moment(&at))
}

async fn settings(ctx: &Ctx, v: &View, granted: &Granted, schedule: &JobSchedule) -> Result<ScheduleSettings> {
    let plan = &schedule.plan;
    let spec: Value = serde_json::from_str(&schedule.spec).unwrap_or_default();
    let (what, what_address) = done(ctx, v, granted, (schedule.kind, &spec)).await?;
    let jitter = if plan.jitter.is_zero() { String::new() } else { v.duration(&plan.jitter) };
    let facts = vec![
        ("schedule-list", text_of(&spec, "recipients")),
        ("schedule-query-within", within_of(v, schedule.kind, &spec)),
        ("schedule-query-told", told_of(v, schedule.kind, &spec)),
        ("schedule-period", period_of(v, schedule.kind, &spec)),
        ("schedule-days-off", plan.days_off.join(", ")),
        ("schedule-missed", v.t(&format!("schedule-missed-{}", plan.missed))),
        ("schedule-overlap", v.t(&format!("schedule-overlap-{}", plan.overlap))),
        ("schedule-jitter", jitter),
        ("schedule-made-by", schedule.created_by.clone()),
    ];
    let facts = facts.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    Ok(ScheduleSettings { expression: plan.expression.clone(), what, what_address, facts })
}

/// Which time a report is about, and whether it always comes.
fn period_of(v: &View, kind: JobKind, spec: &Value) -> String {
    if kind != JobKind::Report {
        return String::new();
    }
    let period = ReportPeriod::parse(&text_of(spec, "period")).unwrap_or_default();
    let said = v.t(&format!("schedule-period-{}", period.as_str()));
    if spec["only_errors"] == true { format!("{said}, {}", v.t("schedule-if-errors")) } else { said }
}

/// How far back a search looks.
fn within_of(v: &View, kind: JobKind, spec: &Value) -> String {
    let seconds = spec["within_seconds"].as_u64().filter(|_| kind == JobKind::LogQuery);
    seconds.map(|seconds| v.duration(&Duration::from_secs(seconds))).unwrap_or_default()
}

/// Whom a search tells, and of how many lines.
fn told_of(v: &View, kind: JobKind, spec: &Value) -> String {
    let to = typed::lines_of(&spec["to"]).replace('\n', ", ");
    if kind != JobKind::LogQuery || to.is_empty() {
        return String::new();
    }
    let bound = |name: &str, id: &str| spec[name].as_u64().map(|bound| v.count(id, &bound));
    let bounds: Vec<_> = [bound("above", "schedule-query-if-above"), bound("below", "schedule-query-if-below")]
        .into_iter()
        .flatten()
        .collect();
    if bounds.is_empty() { to } else { format!("{to} ({})", bounds.join(&format!(" {} ", v.t("schedule-query-or")))) }
}

fn text_of(spec: &Value, name: &str) -> String {
    spec[name].as_str().unwrap_or_default().to_owned()
}

/// What is done, as far as the reader may see it, and where it is looked at.
async fn done(
    ctx: &Ctx,
    v: &View,
    granted: &Granted,
    (kind, spec): (JobKind, &Value),
) -> Result<(String, Option<String>)> {
    if authority::of(granted) < tasks::needs(kind) {
        return Ok(("***".to_owned(), None));
    }
    Ok(match kind {
        JobKind::Mail if spec["draft"].is_string() => {
            let id = text_of(spec, "draft");
            let draft = saved_drafts(ctx, granted).await?.into_iter().find(|(other, _)| *other == id);
            let address = draft.as_ref().map(|(id, _)| format!("/mailings/{id}/message"));
            (draft.map_or_else(|| v.t("schedule-somebodys-draft"), |(_, name)| name), address)
        }
        JobKind::Mail => (text_of(spec, "file"), None),
        JobKind::LogQuery => match LogQuerySpec::parse(&spec.to_string()) {
            Ok(spec) => (log_query::query_of(&spec).to_string(), Some(log_query::page_of(&spec, None))),
            Err(_) => (text_of(spec, "query"), None),
        },
        JobKind::Report => (typed::lines_of(&spec["to"]).replace('\n', ", "), None),
        JobKind::Http => (format!("{} {}", text_of(spec, "method"), text_of(spec, "url")), None),
        _ => (typed::command_line(&spec["command"]), None),
    })
}

/// The form with what it offers, and when it would run.
async fn form_page<'a>(
    ctx: &Ctx,
    v: &'a View,
    granted: &Granted,
    (id, form, faults): (Option<String>, ScheduleForm, Faults),
) -> Result<ScheduleFormPage<'a>> {
    let (asked, _) = typed::asked(v, &form, None);
    let kept = kept_when(ctx, id.as_deref()).await;
    let preview = previewed(ctx, v, &asked, kept.as_deref());
    let accounts = ctx.app.db.accounts().await?.into_iter().map(|account| account.name).collect();
    let offered = Offered { drafts: saved_drafts(ctx, granted).await?, lists: mailing::lists(ctx), accounts };
    let choices = typed::choices(v, &form, offered);
    Ok(ScheduleFormPage { v, id, form, choices, faults, preview })
}

/// When the schedule that is being changed runs by now.
async fn kept_when(ctx: &Ctx, id: Option<&str>) -> Option<String> {
    keep::existing(ctx, id?).await.ok().map(|schedule| schedule.plan.expression)
}

fn previewed(ctx: &Ctx, v: &View, asked: &NewSchedule, kept: Option<&str>) -> WhenPreview {
    match keep::plan(ctx, asked, (kept, v.now)) {
        Ok((plan, timing)) => WhenPreview {
            said: said(&timing.expression, v.language),
            next: timing.upcoming(v.now, PREVIEW_MAX).iter().map(|at| on_the_clock(v, *at, &timing.zone)).collect(),
            zone: plan.zone,
            wrong: None,
        },
        Err(WrongField { what, .. }) => {
            WhenPreview { wrong: Some(v.spaced(what.say(v.language).to_owned())), ..WhenPreview::default() }
        }
    }
}

async fn new(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    Extension(granted): Extension<Granted>,
    Query(query): Query<NewQuery>,
) -> Result<Response> {
    let kind = keep::kind(&query.kind).unwrap_or(JobKind::Mail);
    let mut form = typed::blank(&v, ctx.app.zone.iana_name().unwrap_or("UTC"), (kind, &query.draft));
    form.query = query.q;
    if let Some(within) = parse_duration(&query.since).filter(|within| within.as_secs() >= 60) {
        form.within = within.as_secs().to_string();
    }
    Ok(shown(&form_page(&ctx, &v, &granted, (None, form, Faults::default())).await?))
}

async fn edit(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    Path(name): Path<String>,
    Extension(granted): Extension<Granted>,
) -> Result<Response> {
    let schedule = keep::existing(&ctx, &name).await?;
    keep::may_change(&granted, &schedule)?;
    let id = Some(schedule.id.to_string());
    Ok(shown(&form_page(&ctx, &v, &granted, (id, typed::of(&schedule), Faults::default())).await?))
}

/// The preview alone for a page that is being typed in; else the form with it.
async fn preview(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    Extension(granted): Extension<Granted>,
    headers: HeaderMap,
    form: Form,
) -> Result<Response> {
    let typed = typed::read(&form);
    let id = Some(form.text("id").to_owned()).filter(|id| !id.is_empty());
    if headers.contains_key("x-fragment") {
        let (asked, _) = typed::asked(&v, &typed, None);
        let kept = kept_when(&ctx, id.as_deref()).await;
        return Ok(shown(&WhenPreviewPart { v: &v, preview: previewed(&ctx, &v, &asked, kept.as_deref()) }));
    }
    Ok(shown(&form_page(&ctx, &v, &granted, (id, typed, Faults::default())).await?))
}

async fn create(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    Extension(granted): Extension<Granted>,
    form: Form,
) -> Result<Response> {
    let typed = typed::read(&form);
    let (asked, faults) = typed::asked(&v, &typed, None);
    let faults = refused(&ctx, &v, &asked, faults);
    if !faults.is_empty() {
        let shown = form_page(&ctx, &v, &granted, (None, typed, faults)).await?;
        return Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &shown));
    }
    match keep::create(&ctx, &granted, asked).await {
        Ok(made) => {
            let mut response = saying(&v, &address(&made), "created");
            response.extensions_mut().insert(CreatedName(made.name));
            Ok(response)
        }
        Err(problem) => answered(&ctx, &v, &granted, (None, typed), problem).await,
    }
}

async fn save(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    Path(name): Path<String>,
    Extension(granted): Extension<Granted>,
    form: Form,
) -> Result<Response> {
    let before = keep::existing(&ctx, &name).await?;
    let (id, typed) = (Some(before.id.to_string()), typed::read(&form));
    let (asked, faults) = typed::asked(&v, &typed, Some(&before));
    let faults = refused(&ctx, &v, &asked, faults);
    if !faults.is_empty() {
        let shown = form_page(&ctx, &v, &granted, (id, typed, faults)).await?;
        return Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &shown));
    }
    match keep::change(&ctx, &granted, &before, asked).await {
        Ok(kept) => Ok(saying(&v, &address(&kept), "saved")),
        Err(problem) => answered(&ctx, &v, &granted, (id, typed), problem).await,
    }
}

/// What is wrong with single fields, in the reader's language.
fn refused(ctx: &Ctx, v: &View, asked: &NewSchedule, mut faults: Faults) -> Faults {
    let mut fault =
        |WrongField { field, what }: WrongField| faults.add(field, v.spaced(what.say(v.language).to_owned()));
    keep::name(&asked.name).map_or_else(&mut fault, drop);
    keep::kind(&asked.kind).map_or_else(&mut fault, drop);
    keep::plan(ctx, asked, (None, v.now)).map_or_else(&mut fault, drop);
    faults
}

/// The form again, with what is wrong with what is to be done; what is no fault of the form is a problem like any other.
async fn answered(
    ctx: &Ctx,
    v: &View,
    granted: &Granted,
    (id, typed): (Option<String>, ScheduleForm),
    problem: Problem,
) -> Result<Response> {
    let status = problem.status_code();
    if !matches!(status, StatusCode::UNPROCESSABLE_ENTITY | StatusCode::CONFLICT | StatusCode::NOT_FOUND) {
        return Err(problem);
    }
    let (english, french) = problem.both();
    let text = if v.language == language::Language::French { french } else { english };
    let mut faults = Faults::default();
    faults.add(problem.field().unwrap_or("spec"), v.spaced(text));
    Ok(page(status, &form_page(ctx, v, granted, (id, typed, faults)).await?))
}

async fn pause(State(ctx): State<Ctx>, Path(name): Path<String>) -> Result<Response> {
    let schedule = keep::existing(&ctx, &name).await?;
    keep::pause(&ctx, &schedule).await?;
    Ok(see(&address(&schedule)))
}

async fn resume(
    State(ctx): State<Ctx>,
    Path(name): Path<String>,
    Extension(granted): Extension<Granted>,
) -> Result<Response> {
    let schedule = keep::existing(&ctx, &name).await?;
    keep::resume(&ctx, &granted, &schedule).await?;
    Ok(see(&address(&schedule)))
}

async fn run(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    Path(name): Path<String>,
    Extension(granted): Extension<Granted>,
) -> Result<Response> {
    let schedule = keep::existing(&ctx, &name).await?;
    keep::run(&ctx, &granted, &schedule).await?;
    Ok(saying(&v, &address(&schedule), "run"))
}

async fn remove(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    Path(name): Path<String>,
    Extension(granted): Extension<Granted>,
) -> Result<Response> {
    let schedule = keep::existing(&ctx, &name).await?;
    keep::may_change(&granted, &schedule)?;
    ctx.app.db.delete_job_schedule(schedule.id).await?;
    let mut response = saying(&v, "/schedules", "removed");
    response.extensions_mut().insert(CreatedName(schedule.name));
    Ok(response)
}
