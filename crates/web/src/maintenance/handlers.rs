//! Planned work, for people.

use super::{
    keep::{self, PlannedWork, WorkState},
    page::{MaintenanceFormPage, MaintenancesPage, WorkForm, WorkRow, WorkWord},
};
use crate::{
    Ctx,
    alerts::handlers::{known_rules, rule_name},
    auth::{Access, CreatedName, Granted},
    checks::name_of,
    extract::{Path, Query},
    layout::{
        Form, Reader, notice, page,
        parts::{Choice, Chosen, Faults, Mood, Notice},
        see, shown,
        view::View,
    },
    problem::Result,
    routes::{Routes, form_about, page_about},
};
use ::alerts::Rule;
use axum::{Extension, extract::State, http::StatusCode, response::Response};
use checks::{Maintenance, MaintenanceTime};
use jiff::{civil, tz::TimeZone};
use model::Timestamp;
use schedules::weekday;
use serde::Deserialize;
use std::{collections::HashMap, time::Duration};
use store::Scope;
use utoipa::IntoParams;
use uuid::Uuid;

const READS: Access = Access::Page(Scope::Read);
const ACTS: Access = Access::Page(Scope::Write);
const PAGE: &str = "/alerts/maintenance";
/// Checks that may be chosen on the page; programs may name any.
const CHECKS_SHOWN: usize = 200;
/// What is over is shown for so long.
const SHOWN_BACK: Duration = Duration::from_secs(30 * 86_400);

pub(super) fn declare(routes: Routes) -> Routes {
    routes
        .get(PAGE, READS, list, page_about("Planned work, during which no alert is told").query::<WorkQuery>())
        .post(PAGE, ACTS, create, form_about("Plan work"))
        .get("/alerts/maintenance/new", ACTS, new, page_about("The form of planned work").query::<NewWorkQuery>())
        .post("/alerts/maintenance/{id}/end", ACTS, end, form_about("End planned work"))
}

#[derive(Deserialize, Default, IntoParams)]
#[serde(default)]
struct WorkQuery {
    /// What was just done: `saved`, `ended`.
    said: String,
    /// That this session has done it.
    seal: String,
}

#[derive(Deserialize, Default, IntoParams)]
#[serde(default)]
struct NewWorkQuery {
    /// `once`, which is meant where nothing is said, or `weekly`.
    kind: String,
}

fn saying(v: &View, word: &str) -> Response {
    see(&format!("{PAGE}?{}", notice::query(v, PAGE, &[("said", word)])))
}

fn told(v: &View, query: &WorkQuery) -> Option<Notice> {
    let text = match query.said.as_str() {
        "created" => "maintenance-said-created",
        "ended" => "maintenance-said-ended",
        _ => return None,
    };
    notice::is_ours(v, &[("said", &query.said)], &query.seal).then(|| Notice { mood: Mood::Ok, text: v.t(text) })
}

async fn list(State(ctx): State<Ctx>, Reader(v): Reader, Query(query): Query<WorkQuery>) -> Result<Response> {
    let rules = known_rules(&ctx).await?;
    let checks: HashMap<Uuid, String> =
        ctx.app.db.checks().await?.iter().map(|kept| (kept.id, name_of(kept))).collect();
    let all = keep::planned(&ctx, v.now - SHOWN_BACK).await?;
    let mut rows: Vec<WorkRow> = all.iter().map(|planned| row(&v, planned, &rules, &checks)).collect();
    let order = |row: &WorkRow| match row.state {
        WorkWord::Now => 0,
        WorkWord::Planned => 1,
        WorkWord::Over => 2,
    };
    rows.sort_by_key(|row| (order(row), row.window.map(|(from, _)| from)));
    Ok(shown(&MaintenancesPage { v: &v, rows, notice: told(&v, &query) }))
}

fn row(v: &View, planned: &PlannedWork, rules: &HashMap<Uuid, Rule>, checks: &HashMap<Uuid, String>) -> WorkRow {
    let work = &planned.work;
    let (state, window) = match planned.state(v.now) {
        WorkState::Now(window) => (WorkWord::Now, Some(window)),
        WorkState::Planned(window) => (WorkWord::Planned, Some(window)),
        WorkState::Over => (WorkWord::Over, work.windows(planned.created_at, v.now).pop()),
    };
    let about_rules = work.rules.iter().filter_map(|id| rules.get(id)).map(|rule| rule_name(v, rule));
    WorkRow {
        id: planned.id.to_string(),
        name: work.name.clone(),
        said: said(v, &work.when),
        state,
        window: window.map(|window| (window.start, window.end)),
        about: work.checks.iter().filter_map(|id| checks.get(id).cloned()).chain(about_rules).collect(),
        by: planned.created_by.clone(),
    }
}

/// `Sunday, Monday at 02:00, 1 h (Europe/Paris)`; nothing of one time, which is told by its hours.
pub(super) fn said(v: &View, when: &MaintenanceTime) -> String {
    let MaintenanceTime::Weekly { days, at, minutes, zone, .. } = when else { return String::new() };
    let days: Vec<String> = match days.len() {
        7 => vec![v.t("maintenance-every-day")],
        _ => days.iter().map(|day| day_name(v, *day)).collect(),
    };
    let duration = v.duration(&Duration::from_secs(u64::from(*minutes) * 60));
    let values = [("days", days.join(", ")), ("at", at.clone()), ("duration", duration), ("zone", zone.clone())];
    v.with_all("maintenance-weekly-said", &values)
}

/// From Monday, 1.
fn day_name(v: &View, day: i8) -> String {
    weekday(u8::try_from(day).unwrap_or_default(), v.language)
}

async fn form(ctx: &Ctx, v: &View, typed: Option<&Form>, is_weekly: bool) -> Result<WorkForm> {
    let text = |name: &str, usual: &str| typed.map_or_else(|| usual.to_owned(), |form| form.text(name).to_owned());
    let chosen = |name: &str, value: &str| typed.is_some_and(|form| form.all(name).any(|one| one == value));
    let choice = |name: &str, value: String, label: String| {
        let chosen = if chosen(name, &value) { Chosen::Yes } else { Chosen::No };
        Choice { value, label, chosen }
    };
    let mut rules: Vec<Rule> = known_rules(ctx).await?.into_values().collect();
    rules.sort_by_key(|rule| (!rule.is_built_in(), rule.kind.word(), rule.id));
    let checks = ctx.app.db.checks().await?;
    Ok(WorkForm {
        is_weekly,
        name: text("name", ""),
        from: text("from", &local(v.now, &v.zone)),
        until: text("until", &local(v.now + Duration::from_secs(3_600), &v.zone)),
        days: (1..=7).map(|day: i8| choice("day", day.to_string(), day_name(v, day))).collect(),
        at: text("at", "02:00"),
        minutes: text("minutes", "60"),
        zone: text("zone", ctx.app.zone.iana_name().unwrap_or("UTC")),
        checks: checks
            .iter()
            .take(CHECKS_SHOWN)
            .map(|kept| choice("check", kept.id.to_string(), name_of(kept)))
            .collect(),
        rules: rules.iter().map(|rule| choice("rule", rule.id.to_string(), rule_name(v, rule))).collect(),
    })
}

/// As the field of a form has a moment: `2026-11-24T14:00`.
fn local(at: Timestamp, zone: &TimeZone) -> String {
    at.in_zone(zone).strftime("%Y-%m-%dT%H:%M").to_string()
}

fn moment(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    let local: civil::DateTime = text.parse().ok()?;
    zone.to_ambiguous_zoned(local).compatible().ok().map(|zoned| zoned.timestamp().into())
}

/// The work that was typed, or the field that cannot be read.
fn typed(v: &View, form: &Form) -> std::result::Result<Maintenance, &'static str> {
    let ids = |name: &str| form.all(name).filter_map(|id| id.parse().ok()).collect();
    let when = match form.text("kind") {
        "weekly" => MaintenanceTime::Weekly {
            days: form.all("day").filter_map(|day| day.parse().ok()).collect(),
            at: form.text("at").to_owned(),
            minutes: form.text("minutes").parse().map_err(|_| "minutes")?,
            zone: form.text("zone").to_owned(),
            begins: None,
            ends: None,
        },
        _ => MaintenanceTime::Once {
            from: moment(form.text("from"), &v.zone).ok_or("from")?,
            until: moment(form.text("until"), &v.zone).ok_or("until")?,
        },
    };
    let work = Maintenance { name: form.text("name").to_owned(), when, rules: ids("rule"), checks: ids("check") };
    let kept = keep::from_now_on(work, v.now);
    kept.check()?;
    Ok(kept)
}

async fn new(State(ctx): State<Ctx>, Reader(v): Reader, Query(query): Query<NewWorkQuery>) -> Result<Response> {
    let form = form(&ctx, &v, None, query.kind == "weekly").await?;
    Ok(shown(&MaintenanceFormPage { v: &v, form, faults: Faults::default() }))
}

async fn create(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    Extension(granted): Extension<Granted>,
    sent: Form,
) -> Result<Response> {
    match typed(&v, &sent) {
        Ok(work) => {
            let made = keep::create(&ctx, work, granted.name()).await?;
            let mut response = saying(&v, "created");
            response.extensions_mut().insert(CreatedName(made.work.name));
            Ok(response)
        }
        Err(field) => {
            let mut faults = Faults::default();
            faults.add(field, v.t(keep::bad(field)));
            let form = form(&ctx, &v, Some(&sent), sent.text("kind") == "weekly").await?;
            Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &MaintenanceFormPage { v: &v, form, faults }))
        }
    }
}

async fn end(State(ctx): State<Ctx>, Reader(v): Reader, Path(id): Path<Uuid>) -> Result<Response> {
    let ended = keep::end(&ctx, id).await?;
    let mut response = saying(&v, "ended");
    response.extensions_mut().insert(CreatedName(ended.work.name));
    Ok(response)
}
