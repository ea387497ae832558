//! Checks, for people.

use super::{
    keep::{self, Past, Uptime},
    page::{
        Calls, CheckDetailPage, CheckForm, CheckFormPage, CheckRow, CheckStanding, ChecksPage, DayBar, OutageRow,
        PingRow, kind_word, why_word,
    },
    public_settings, typed,
};
use crate::{
    Ctx,
    auth::{Access, CreatedName, Granted},
    extract::{Path, Query},
    layout::{
        Form, Reader,
        foreign::Foreign,
        notice, page,
        parts::{Faults, Mood, Notice},
        see, shown,
        view::View,
    },
    problem::Result,
    routes::{Routes, form_about, page_about},
    schedules::page::{WhenPreview, WhenPreviewPart},
};
use ::checks::{Check, PingKind, Watch, Why};
use axum::{
    Extension,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use checking::{check_of, facts_of, standing_of};
use schedules::{Expression, said};
use serde::Deserialize;
use std::cmp::Reverse;
use store::{CheckName, Scope, StoredCheck, StoredOutage, StoredPing};
use utoipa::IntoParams;

/// What is shown of the past, and of what was said.
const PINGS_SHOWN: u32 = 30;
const OUTAGES_SHOWN: usize = 20;
const BODY_SHOWN: usize = 20_000;
const PREVIEWED: usize = 5;

const READS: Access = Access::Page(Scope::Read);
const ACTS: Access = Access::Page(Scope::Write);

pub(super) fn declare(routes: Routes) -> Routes {
    routes
        .get("/checks", READS, list, page_about("What is watched, and how it stands").query::<SaidQuery>())
        .post("/checks", ACTS, create, form_about("Watch something"))
        .get("/checks/new", ACTS, new, page_about("A new check").query::<NewQuery>())
        .post("/checks/preview", ACTS, preview, page_about("When a check would be due, while it is typed").unaudited())
        .get("/checks/{name}", READS, show, page_about("A check and what was heard of it").query::<SaidQuery>())
        .post("/checks/{name}", ACTS, save, form_about("Change a check"))
        .get("/checks/{name}/edit", ACTS, edit, page_about("The form of a check"))
        .post("/checks/{name}/pause", ACTS, pause, form_about("Expect nothing of it until it is resumed"))
        .post("/checks/{name}/resume", ACTS, resume, form_about("Expect it again"))
        .post("/checks/{name}/test", ACTS, test, form_about("Ask now"))
        .post("/checks/{name}/remove", ACTS, remove, form_about("Delete a check"))
}

#[derive(Deserialize, Default, IntoParams)]
#[serde(default)]
struct SaidQuery {
    /// What was just done: `saved`, `removed`.
    said: String,
    /// That this session has done it.
    seal: String,
}

#[derive(Deserialize, Default, IntoParams)]
#[serde(default)]
struct NewQuery {
    /// `heartbeat`, `http`, `tcp`, `dns`
    kind: String,
}

fn saying(v: &View, path: &str, word: &str) -> Response {
    see(&format!("{path}?{}", notice::query(v, path, &[("said", word)])))
}

fn told(v: &View, query: &SaidQuery) -> Option<Notice> {
    let text = match query.said.as_str() {
        "saved" => "said-saved",
        "created" => "check-said-created",
        "removed" => "check-said-removed",
        _ => return None,
    };
    notice::is_ours(v, &[("said", &query.said)], &query.seal).then(|| Notice { mood: Mood::Ok, text: v.t(text) })
}

async fn list(State(ctx): State<Ctx>, Reader(v): Reader, Query(query): Query<SaidQuery>) -> Result<Response> {
    let past = Past::of(&ctx, None, v.now).await?;
    let mut rows: Vec<_> = ctx.app.db.checks().await?.iter().map(|kept| row(&v, kept, &past)).collect();
    let rank = |row: &CheckRow| match row.standing.0 {
        model::CheckState::Down => 3,
        model::CheckState::Late => 2,
        model::CheckState::New | model::CheckState::Up => 1,
        model::CheckState::Paused => 0,
    };
    rows.sort_by_key(|row| Reverse(rank(row)));
    let works = crate::maintenance::under_way(&ctx, &v).await?;
    let ping_key = v.operates().then(|| ctx.app.vault.ping_key());
    Ok(shown(&ChecksPage { v: &v, rows, works, notice: told(&v, &query), ping_key }))
}

fn row(v: &View, kept: &StoredCheck, past: &Past) -> CheckRow {
    let (check, standing) = (check_of(kept), standing_of(kept, v.now));
    let state = standing.as_ref().map_or(kept.state, |standing| standing.state);
    let why = standing.as_ref().and_then(|standing| standing.why.clone());
    let since = if state == kept.state { kept.since } else { standing.as_ref().map_or(v.now, |one| one.since) };
    let Uptime { share, days } = past.uptime(kept, &v.zone);
    CheckRow {
        slug: kept.slug.clone(),
        name: keep::name_of(kept),
        kind: check.as_ref().map_or("check-kind-heartbeat", |check| kind_word(check.watch.as_str())),
        said: check.map(|check| expected(v, &check)).unwrap_or_default(),
        standing: CheckStanding(state),
        since,
        why: why.as_ref().map(|why| why_word(why.code)),
        detail: Foreign::line(why.map(|why| why.detail).unwrap_or_default().as_bytes()),
        last_at: facts_of(kept).last_at,
        expected_at: standing.and_then(|standing| standing.expected),
        uptime: share.map(|share| v.percent(&(share * 100.0))),
        maintenance_until: past.maintenance_until(kept),
        days: days.iter().enumerate().map(|(x, day)| bar(v, x, day)).collect(),
    }
}

pub(super) fn bar(v: &View, x: usize, day: &::checks::Day) -> DayBar {
    let tone = match day.share {
        None => "still",
        Some(share) if share >= 1.0 => "good",
        Some(share) if share >= 0.99 => "doubt",
        Some(_) => "bad",
    };
    let date = day.date.to_zoned(v.zone.clone()).map(|zoned| v.day(&zoned.timestamp().into())).unwrap_or_default();
    let label = match day.share {
        Some(share) => format!("{date} · {}", v.percent(&(share * 100.0))),
        None => date,
    };
    DayBar { x, tone, label }
}

/// What is expected, in words.
fn expected(v: &View, check: &Check) -> String {
    match &check.watch {
        Watch::Heartbeat(beat) => {
            Expression::parse(&beat.when).map_or_else(|_| beat.when.clone(), |expression| said(&expression, v.language))
        }
        Watch::Http(http) => super::keep::shown_url(&http.url),
        Watch::Tcp { host, port, .. } => format!("{host}:{port}"),
        Watch::Dns { host, .. } => host.clone(),
    }
}

async fn show(
    State(ctx): State<Ctx>,
    Reader(mut v): Reader,
    Path(name): Path<String>,
    Extension(granted): Extension<Granted>,
    Query(query): Query<SaidQuery>,
) -> Result<Response> {
    let kept = keep::existing(&ctx, &name).await?;
    let notice = told(&v, &query);
    v.part_of = Some("/checks");
    let past = Past::of(&ctx, Some(kept.id), v.now).await?;
    let pings = ctx.app.db.pings_of_check(kept.id, PINGS_SHOWN).await?;
    Ok(shown(&CheckDetailPage {
        v: &v,
        row: row(&v, &kept, &past),
        calls: Calls::of(&ctx, &kept).filter(|_| granted.scope.allows(Scope::Write)),
        public: public_settings::shown_on(&ctx, &kept).await?,
        facts: facts(&v, &kept),
        pings: pings.into_iter().map(ping_row).collect(),
        outages: past.outages(&kept).iter().take(OUTAGES_SHOWN).map(|outage| outage_row(&v, outage)).collect(),
        notice,
    }))
}

fn facts(v: &View, kept: &StoredCheck) -> Vec<(&'static str, String)> {
    let (facts, check) = (facts_of(kept), check_of(kept));
    let duration = |seconds: u64| v.duration(&std::time::Duration::from_secs(seconds));
    let mut all = vec![("check-took", facts.took_ms.map(|ms| v.duration(&std::time::Duration::from_millis(ms))))];
    match check.as_ref().map(|check| &check.watch) {
        Some(Watch::Heartbeat(beat)) => {
            all.push(("check-grace", Some(duration(beat.grace_s))));
            all.push(("check-run-max", beat.run_max_s.map(duration)));
            let floors = beat.floors.iter().map(|floor| format!("{} ≥ {}", floor.name, floor.at_least));
            all.push(("check-floors", Some(floors.collect::<Vec<_>>().join(", "))));
            all.push(("schedule-zone", Some(beat.zone.clone())));
        }
        Some(watch) => all.push(("check-every", watch.probe().map(|probe| duration(probe.every_s)))),
        None => {}
    }
    all.push(("check-certificate-ends", facts.certificate_ends.map(|at| v.day(&at))));
    all.push(("check-failures", check.map(|check| check.failures_max.to_string())));
    all.push(("check-made-by", Some(kept.created_by.clone())));
    all.into_iter().filter_map(|(label, text)| Some((label, text.filter(|text| !text.is_empty())?))).collect()
}

fn ping_row(kept: StoredPing) -> PingRow {
    let StoredPing { no, ping } = kept;
    let (word, status, class) = match PingKind::of_told(&ping.kind) {
        Some(PingKind::Success) | None => ("ping-success", String::new(), "good"),
        Some(PingKind::Start) => ("ping-start", String::new(), "busy"),
        Some(PingKind::Log) => ("ping-log", String::new(), "still"),
        Some(PingKind::Fail) => ("ping-fail", String::new(), "bad"),
        Some(PingKind::Exit(status)) => ("ping-exit", status.to_string(), "bad"),
    };
    PingRow {
        no,
        at: ping.at,
        word,
        status,
        class,
        took: ping.took_ms.map(std::time::Duration::from_millis),
        source: Foreign::line(ping.source.as_bytes()),
        body: (!ping.body.is_empty()).then(|| Foreign::text(ping.body.as_bytes(), BODY_SHOWN)),
    }
}

fn outage_row(v: &View, kept: &StoredOutage) -> OutageRow {
    let why: Option<Why> = serde_json::from_str(&kept.why).ok().flatten();
    OutageRow {
        standing: CheckStanding(kept.state),
        began_at: kept.began_at,
        ended_at: kept.ended_at,
        lasted: kept.ended_at.unwrap_or(v.now).since(kept.began_at),
        why: why.as_ref().map(|why| why_word(why.code)),
        detail: Foreign::line(why.map(|why| why.detail).unwrap_or_default().as_bytes()),
    }
}

fn form_page(v: &View, slug: Option<String>, form: CheckForm, faults: Faults) -> CheckFormPage<'_> {
    let preview = previewed(v, &form);
    CheckFormPage { v, slug, form, faults, preview }
}

/// When it would be due, were it heard of now.
fn previewed(v: &View, form: &CheckForm) -> WhenPreview {
    let Watch::Heartbeat(beat) = typed::check(form).watch else { return WhenPreview::default() };
    match beat.timing() {
        Ok(mut timing) => {
            timing.begins = if matches!(timing.expression, Expression::Every(_)) { v.now } else { timing.begins };
            let words = crate::words::Words { language: v.language, zone: timing.zone.clone() };
            let next = timing.upcoming(v.now, PREVIEWED).iter().map(|at| words.moment(at)).collect();
            WhenPreview { said: said(&timing.expression, v.language), zone: beat.zone, next, wrong: None }
        }
        Err(fault) => {
            let wrong = Some(v.spaced(keep::told(&fault).say(v.language).to_owned()));
            WhenPreview { wrong, ..WhenPreview::default() }
        }
    }
}

async fn new(State(ctx): State<Ctx>, Reader(v): Reader, Query(query): Query<NewQuery>) -> Result<Response> {
    let kind = if matches!(query.kind.as_str(), "http" | "tcp" | "dns") { query.kind.as_str() } else { "heartbeat" };
    let form = typed::blank(kind, ctx.app.zone.iana_name().unwrap_or("UTC"), v.language);
    Ok(shown(&form_page(&v, None, form, Faults::default())))
}

async fn edit(State(ctx): State<Ctx>, Reader(v): Reader, Path(name): Path<String>) -> Result<Response> {
    let kept = keep::existing(&ctx, &name).await?;
    let form = check_of(&kept).map(|check| typed::of(&check, v.language)).unwrap_or_default();
    Ok(shown(&form_page(&v, Some(kept.slug), form, Faults::default())))
}

async fn preview(Reader(v): Reader, headers: HeaderMap, form: Form) -> Result<Response> {
    let typed = typed::read(&form);
    if headers.contains_key("x-fragment") {
        return Ok(shown(&WhenPreviewPart { v: &v, preview: previewed(&v, &typed) }));
    }
    let slug = Some(form.text("slug").to_owned()).filter(|slug| !slug.is_empty());
    Ok(shown(&form_page(&v, slug, typed, Faults::default())))
}

/// What is wrong with single fields, by the names that the form has for them.
fn refused(v: &View, check: &Check) -> Faults {
    let mut faults = Faults::default();
    if let Err(fault) = check.check() {
        let field = match fault.field() {
            "grace_s" => "grace_min",
            "run_max_s" => "run_max_min",
            field => field,
        };
        faults.add(field, v.spaced(keep::told(&fault).say(v.language).to_owned()));
    }
    faults
}

async fn create(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    Extension(granted): Extension<Granted>,
    form: Form,
) -> Result<Response> {
    let typed = typed::read(&form);
    let check = typed::check(&typed);
    let faults = refused(&v, &check);
    if !faults.is_empty() {
        return Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &form_page(&v, None, typed, faults)));
    }
    let made = match keep::create(&ctx, &check, granted.name()).await {
        Err(problem) if problem.status_code() == StatusCode::CONFLICT => {
            return Ok(page(StatusCode::CONFLICT, &form_page(&v, None, typed, is_taken(&v, &check))));
        }
        made => made?,
    };
    let mut response = saying(&v, &format!("/checks/{}", made.slug), "created");
    response.extensions_mut().insert(CreatedName(made.slug));
    Ok(response)
}

fn is_taken(v: &View, check: &Check) -> Faults {
    let mut faults = Faults::default();
    faults.add("name", v.with("problem-check-taken", "name", &check.name));
    faults
}

async fn save(State(ctx): State<Ctx>, Reader(v): Reader, Path(name): Path<String>, form: Form) -> Result<Response> {
    let kept = keep::existing(&ctx, &name).await?;
    let typed = typed::read(&form);
    let check = typed::check(&typed);
    let faults = refused(&v, &check);
    if !faults.is_empty() {
        return Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &form_page(&v, Some(kept.slug), typed, faults)));
    }
    match keep::change(&ctx, &kept, check.clone()).await {
        Err(problem) if problem.status_code() == StatusCode::CONFLICT => {
            Ok(page(StatusCode::CONFLICT, &form_page(&v, Some(kept.slug), typed, is_taken(&v, &check))))
        }
        changed => Ok(saying(&v, &format!("/checks/{}", changed?.slug), "saved")),
    }
}

async fn pause(State(ctx): State<Ctx>, Path(name): Path<String>) -> Result<Response> {
    let kept = keep::existing(&ctx, &name).await?;
    checking::pause(&ctx.app.db, CheckName::Id(kept.id), ctx.app.clock.now()).await?;
    Ok(see(&format!("/checks/{}", kept.slug)))
}

async fn resume(State(ctx): State<Ctx>, Path(name): Path<String>) -> Result<Response> {
    let kept = keep::existing(&ctx, &name).await?;
    checking::resume(&ctx.app.db, CheckName::Id(kept.id), ctx.app.clock.now()).await?;
    Ok(see(&format!("/checks/{}", kept.slug)))
}

async fn test(State(ctx): State<Ctx>, Path(name): Path<String>) -> Result<Response> {
    let kept = keep::existing(&ctx, &name).await?;
    ctx.app.checking.ask_now(&kept).await?;
    Ok(see(&format!("/checks/{}", kept.slug)))
}

async fn remove(State(ctx): State<Ctx>, Reader(v): Reader, Path(name): Path<String>) -> Result<Response> {
    let kept = keep::existing(&ctx, &name).await?;
    ctx.app.db.delete_check(kept.id).await?;
    let mut response = saying(&v, "/checks", "removed");
    response.extensions_mut().insert(CreatedName(kept.slug));
    Ok(response)
}
