//! Pairs of DHIS2 instances, for people: administrators alone see them, as in the API.

mod acts;
mod plans;

use super::{
    api::{place, problem, run_of},
    page::{
        SyncCheckPage, SyncCountRow, SyncFindingRow, SyncJobRow, SyncKnownRow, SyncLedgerPage, SyncNumbers, SyncPage,
        SyncPlanLink, SyncRow, SyncRunPage, SyncRunRow, SyncRunStanding, SyncStanding, SyncsPage,
    },
    said,
};
use crate::{
    Ctx,
    auth::Access,
    extract::{Path, Query},
    layout::{
        Reader,
        foreign::{Foreign, plain},
        notice,
        parts::{Choice, Mood, Notice, Pager},
        rows, shown,
        view::View,
    },
    problem::{Problem, Result},
    routes::{Routes, page_about},
};
use axum::{extract::State, response::Response};
use dhis2::{
    Plan, Refused, RunData, Settings, Why,
    plan::Action,
    settings::{Delete, Mode, Policy, Sharing, Values},
};
use serde::Deserialize;
use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};
use store::{Scope, Sync, SyncLedgerAsk, SyncRun, SyncedOnly};
use utoipa::IntoParams;
use uuid::Uuid;

const READS: Access = Access::Page(Scope::Admin);
const DAY: Duration = Duration::from_secs(86_400);
/// Runs of each configuration that are looked at, and of all that are shown.
const RUNS_EACH: u32 = 50;
const RUNS_SHOWN: usize = 15;
const LEDGER_ROWS: u32 = 100;
/// Where the list is.
const LIST: &str = "/auto-sync/dashboard";

pub(crate) fn declare(routes: Routes) -> Routes {
    let routes = routes
        .get(LIST, READS, list, page_about("Pairs of DHIS2 instances").query::<SyncSaid>())
        .get("/auto-sync/dashboard/", READS, list, page_about("Pairs of DHIS2 instances").query::<SyncSaid>())
        .get("/auto-sync/{number}", READS, show, page_about("One pair, its runs and plans").query::<SyncSaid>())
        .get("/auto-sync/{number}/check", READS, check, page_about("What stands in the way of a run"))
        .get("/auto-sync/{number}/runs/{id}", READS, run, page_about("A run"))
        .get("/auto-sync/{number}/ledger", READS, ledger, page_about("What is known").query::<SyncLedgerAsked>());
    [acts::declare, plans::declare].into_iter().fold(routes, |routes, add| add(routes))
}

#[derive(Deserialize, Default, IntoParams)]
#[serde(default)]
struct SyncSaid {
    /// What was just done: `started`, `manual`, `stopped`, `run`.
    said: String,
    /// That this session has done it.
    seal: String,
}

#[derive(Deserialize, Default, IntoParams)]
#[serde(default)]
struct SyncLedgerAsked {
    /// `failed`, or everything.
    only: String,
    /// A type, as `dataElements`.
    kind: String,
    /// How a uid begins.
    uid: String,
    after: String,
}

fn line(text: &str) -> Foreign {
    Foreign::line(text.as_bytes())
}

fn address(sync: &Sync) -> String {
    format!("/auto-sync/{}", sync.number)
}

async fn named(ctx: &Ctx, number: i64) -> Result<Sync> {
    ctx.app.syncs.named(&number.to_string()).await.map_err(problem)
}

fn settings_of(sync: &Sync) -> Result<Settings> {
    serde_json::from_str(&sync.settings).map_err(|error| Problem::internal(&error))
}

fn told(v: &View, query: &SyncSaid) -> Option<Notice> {
    let text = match query.said.as_str() {
        "started" => "sync-said-started",
        "manual" => "sync-said-manual",
        "stopped" => "sync-said-stopped",
        "run" => "sync-said-run",
        _ => return None,
    };
    notice::is_ours(v, &[("said", &query.said)], &query.seal).then(|| Notice { mood: Mood::Ok, text: v.t(text) })
}

async fn list(State(ctx): State<Ctx>, Reader(v): Reader, Query(query): Query<SyncSaid>) -> Result<Response> {
    let (mut rows, mut history, mut numbers) = (Vec::new(), Vec::new(), SyncNumbers::default());
    for sync in ctx.app.syncs.all().await.map_err(problem)? {
        let runs = ctx.app.db.sync_runs(sync.number, RUNS_EACH).await?;
        let row = sync_row(&ctx, &v, &sync, runs.first()).await?;
        numbers.active += u64::from(row.is_started && row.standing != SyncStanding::Stopped);
        numbers.running += u64::from(runs.first().is_some_and(|run| run.finished_at.is_none()));
        for run in runs.iter().filter(|run| v.now.since(run.created_at) < DAY) {
            let told = run_of(run);
            numbers.failed += u64::from(run.phase == "failed");
            numbers.written += if run.finished_at.is_some() { told.to_write.saturating_sub(told.errors) } else { 0 };
        }
        for run in runs.iter().take(RUNS_SHOWN) {
            history.push(run_row(&ctx, &v, (&sync, run)).await?);
        }
        rows.push(row);
    }
    history.sort_by_key(|run| std::cmp::Reverse(run.created_at));
    history.truncate(RUNS_SHOWN);
    Ok(shown(&SyncsPage { v: &v, rows, history, numbers, notice: told(&v, &query) }))
}

async fn sync_row(ctx: &Ctx, v: &View, sync: &Sync, last: Option<&SyncRun>) -> Result<SyncRow> {
    let settings = settings_of(sync).ok();
    let state: dhis2::State = serde_json::from_str(&sync.state).unwrap_or_default();
    let mode = settings.as_ref().map(|settings| settings.mode).unwrap_or_default();
    let is_running = last.is_some_and(|run| run.finished_at.is_none());
    let cooldown_until = state.cooldown_until.filter(|until| *until > v.now && sync.started_at.is_some());
    let standing = match (is_running, sync.started_at.is_some(), mode) {
        (true, ..) => SyncStanding::Running,
        (_, false, _) | (_, _, Mode::Manual) => SyncStanding::Stopped,
        _ if cooldown_until.is_some() => SyncStanding::Resting,
        (_, _, Mode::Automatic) => SyncStanding::Active,
        (_, _, Mode::Scheduled) => SyncStanding::Scheduled,
    };
    let host = |url: Option<&url::Url>| line(url.map(url::Url::as_str).unwrap_or_default().trim_end_matches('/'));
    let last = match last {
        Some(run) => Some(run_row(ctx, v, (sync, run)).await?),
        None => None,
    };
    Ok(SyncRow {
        number: sync.number,
        name: line(&sync.name),
        label: plain(&sync.name),
        source: host(settings.as_ref().map(|settings| &settings.source)),
        target: host(settings.as_ref().map(|settings| &settings.target)),
        standing,
        is_started: sync.started_at.is_some(),
        is_scheduled: mode == Mode::Scheduled,
        cooldown_until,
        next_at: ctx.app.syncs.next_look(sync).filter(|_| !is_running),
        why: state.why.as_ref().filter(|_| !is_running).map(|why| said::why(v, why)),
        last,
    })
}

async fn run_row(ctx: &Ctx, v: &View, (sync, run): (&Sync, &SyncRun)) -> Result<SyncRunRow> {
    let data: RunData = serde_json::from_str(&run.data).unwrap_or_default();
    let told = run_of(run);
    let counters = match (run.finished_at, run.job) {
        (None, Some(id)) => ctx.app.db.job(id).await?.map(|job| job.counters),
        _ => None,
    };
    let phase = match run.phase.as_str() {
        "metadata" => "sync-run-metadata",
        "planning_values" => "sync-run-planning-values",
        "values" => "sync-run-values",
        "planning_completeness" => "sync-run-planning-completeness",
        "completeness" => "sync-run-completeness",
        "planning_tracker" => "sync-run-planning-tracker",
        "tracker" => "sync-run-tracker",
        _ => "sync-run-planning",
    };
    let standing = match (run.phase.as_str(), data.errors + data.conflicts) {
        ("succeeded", _) => SyncRunStanding::Succeeded,
        ("failed", 0) => SyncRunStanding::Failed,
        ("failed", _) => SyncRunStanding::Incomplete,
        _ => SyncRunStanding::Going(phase),
    };
    Ok(SyncRunRow {
        address: format!("{}/runs/{}", address(sync), run.id),
        number: sync.number,
        name: line(&sync.name),
        standing,
        began: match (data.automatic, data.plan) {
            (true, _) => "sync-began-automatic",
            (_, Some(_)) => "sync-began-plan",
            _ => "sync-began-by-hand",
        },
        created_at: run.created_at,
        finished_at: run.finished_at,
        written: told.to_write.saturating_sub(told.errors),
        errors: told.errors,
        conflicts: told.conflicts,
        counters,
        why: data.why.as_ref().map(|why| said::why(v, why)),
    })
}

async fn show(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    Path(number): Path<i64>,
    Query(query): Query<SyncSaid>,
) -> Result<Response> {
    let sync = named(&ctx, number).await?;
    let settings = settings_of(&sync)?;
    let runs = ctx.app.db.sync_runs(number, RUNS_EACH).await?;
    let row = sync_row(&ctx, &v, &sync, runs.first()).await?;
    let mut shown_runs = Vec::with_capacity(RUNS_SHOWN);
    for run in runs.iter().take(RUNS_SHOWN) {
        shown_runs.push(run_row(&ctx, &v, (&sync, run)).await?);
    }
    let plans = ctx.app.db.sync_plans(number).await?.into_iter().filter_map(|kept| {
        let plan: Plan = serde_json::from_str(&kept.content).ok()?;
        let objects = plan.entries.iter().filter(|entry| entry.action.writes()).count() as u64;
        let values: u64 = plan.values.iter().map(|set| set.write + set.delete).sum();
        let address = format!("{}/plans/{}", address(&sync), kept.id);
        Some(SyncPlanLink { address, created_at: kept.created_at, writes: objects + values })
    });
    let plans = plans.collect();
    let (known, refused) = ctx.app.db.count_sync_ledger(&settings.pair()).await?;
    let facts = facts(&v, &sync, &settings);
    let notice = told(&v, &query);
    Ok(shown(&SyncPage { v: &v, row, facts, runs: shown_runs, plans, known, refused, notice }))
}

fn facts(v: &View, sync: &Sync, settings: &Settings) -> Vec<(&'static str, Foreign)> {
    let time = |seconds| v.duration(&Duration::from_secs(seconds));
    let is = |values| v.t(if values == Values::Yes { "sync-yes" } else { "sync-no" });
    let state: dhis2::State = serde_json::from_str(&sync.state).unwrap_or_default();
    let by_itself = settings.mode != Mode::Manual;
    let mode = match settings.mode {
        Mode::Manual => v.t("sync-mode-manual"),
        Mode::Automatic => v.with("sync-mode-automatic", "time", time(settings.check_every_s)),
        Mode::Scheduled => {
            let said = settings.schedule.as_deref().and_then(|text| schedules::Expression::parse(text).ok());
            let said = said.map(|expression| schedules::said(&expression, v.language));
            v.with("sync-mode-scheduled", "when", said.unwrap_or_default())
        }
    };
    let conflict = match settings.conflict {
        Policy::Source => "sync-conflict-source",
        Policy::Target => "sync-conflict-target",
        Policy::Stop => "sync-conflict-stop",
    };
    let delete = match settings.delete {
        Delete::Off => v.t("sync-delete-off"),
        Delete::On => v.with("sync-delete-on", "percent", v.percent(&(settings.max_delete_percent as f64))),
    };
    let sharing = if settings.sharing == Sharing::Copy { "sync-sharing-copy" } else { "sync-sharing-keep" };
    let metadata = match settings.metadata.is_empty() {
        true => v.t("sync-metadata-all"),
        false => settings.metadata.join(", "),
    };
    let facts = [
        ("sync-mode", Some(mode)),
        ("sync-zone", (settings.mode == Mode::Scheduled).then(|| settings.zone.clone())),
        ("sync-cooldown", by_itself.then(|| time(settings.cooldown_s))),
        ("sync-rate", by_itself.then(|| v.number(&(settings.max_per_hour as u64)))),
        ("sync-metadata", Some(metadata)),
        ("sync-values", Some(is(settings.values))),
        ("sync-completeness", Some(is(settings.completeness))),
        ("sync-tracker", Some(is(settings.tracker))),
        ("sync-files", Some(is(settings.files))),
        ("sync-org-unit", settings.org_unit.clone()),
        ("sync-conflict", Some(v.t(conflict))),
        ("sync-delete", Some(delete)),
        ("sync-sharing", Some(v.t(sharing))),
        ("sync-map", (!settings.map.lines().is_empty()).then(|| v.number(&(settings.map.lines().len() as u64)))),
        ("sync-seen", state.seen.map(|at| v.moment(&at))),
    ];
    facts.into_iter().filter_map(|(word, text)| Some((word, line(&text?)))).collect()
}

async fn check(State(ctx): State<Ctx>, Reader(v): Reader, Path(number): Path<i64>) -> Result<Response> {
    let sync = named(&ctx, number).await?;
    let (found, why) = match ctx.app.syncs.check(&sync).await {
        Ok(found) => (found, None),
        Err(Refused::Instance(error)) => (Vec::new(), Some(said::why(&v, &Why::from(&error)))),
        Err(Refused::Invalid(why)) => (Vec::new(), Some(said::why(&v, &why))),
        Err(refused) => return Err(problem(refused)),
    };
    let findings = found.into_iter().map(|one| {
        let (title, help) = said::finding(&one.code);
        let side = if one.side == "source" { "sync-source" } else { "sync-target" };
        SyncFindingRow { title, help, side, detail: line(&one.detail) }
    });
    let findings = findings.collect();
    Ok(shown(&SyncCheckPage { v: &v, number, name: line(&sync.name), findings, why }))
}

fn count_rows(counts: &BTreeMap<String, BTreeMap<Action, u64>>) -> Vec<SyncCountRow> {
    let row = |(kind, counts): (&String, &BTreeMap<Action, u64>)| {
        let of = |action| counts.get(&action).copied().unwrap_or(0);
        SyncCountRow {
            kind: plain(kind),
            create: of(Action::Create),
            update: of(Action::Update),
            delete: of(Action::Delete),
            equal: of(Action::Equal),
            kept: of(Action::Kept),
            conflict: of(Action::Conflict),
            extra: of(Action::Extra),
        }
    };
    counts.iter().map(row).collect()
}

async fn run(State(ctx): State<Ctx>, Reader(v): Reader, Path((number, id)): Path<(i64, Uuid)>) -> Result<Response> {
    let sync = named(&ctx, number).await?;
    let run = ctx.app.db.sync_run(id).await?.filter(|run| run.sync == number);
    let run = run.ok_or_else(|| Problem::not_found(format!("run {id}")))?;
    let data: RunData = serde_json::from_str(&run.data).unwrap_or_default();
    let ids: Vec<model::JobId> = data.jobs.iter().map(|id| (*id).into()).collect();
    let jobs: HashMap<_, _> = ctx.app.db.jobs_of_ids(&ids).await?.into_iter().map(|job| (job.id, job)).collect();
    let jobs = ids.iter().filter_map(|id| jobs.get(id)).map(|job| SyncJobRow {
        id: job.id.to_string(),
        phase: match dhis2::phase_of(run.id, job.id.0) {
            Some("values") => "sync-values",
            Some("completeness") => "sync-completeness",
            Some("tracker") => "sync-tracker",
            _ => "sync-metadata",
        },
        state: job.state,
        counters: job.counters,
    });
    let row = run_row(&ctx, &v, (&sync, &run)).await?;
    Ok(shown(&SyncRunPage {
        v: &v,
        name: line(&sync.name),
        row,
        counts: count_rows(&data.counts),
        values: data.values,
        registrations: data.registrations,
        jobs: jobs.collect(),
    }))
}

async fn ledger(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    Path(number): Path<i64>,
    Query(asked): Query<SyncLedgerAsked>,
) -> Result<Response> {
    let sync = named(&ctx, number).await?;
    let settings = settings_of(&sync)?;
    let only = if asked.only == "failed" { SyncedOnly::Failed } else { SyncedOnly::All };
    let text = |text: &str| text.chars().take(100).collect::<String>();
    let (kind, uid) = (text(&asked.kind), text(&asked.uid));
    let ask = SyncLedgerAsk { only, kind, uid, after: place(&asked.after), limit: LEDGER_ROWS };
    let found = ctx.app.db.sync_ledger(&settings.pair(), &ask).await?;
    let next = found.last().filter(|_| found.len() == LEDGER_ROWS as usize).map(super::api::after);
    let path = format!("{}/ledger", address(&sync));
    let page = |after: &str| {
        let pairs = [("only", asked.only.as_str()), ("kind", &asked.kind), ("uid", &asked.uid), ("after", after)];
        rows::address(&path, &pairs)
    };
    let pager = Pager {
        first: (!asked.after.is_empty()).then(|| page("")),
        next: next.map(|next| page(&next)),
        shown: found.len() as u64,
        total: None,
        reach: None,
    };
    let shown_rows = found.into_iter().map(|row| SyncKnownRow {
        kind: plain(&row.object.kind),
        uid: plain(&row.object.uid),
        hash: row.object.hash,
        problem: row.object.problem.map(|told| said::problem(&v, &told)),
        noted_at: row.noted_at,
    });
    let shown_rows = shown_rows.collect();
    let kinds = dhis2::settings::TYPES.iter().map(|kind| ((*kind).to_owned(), (*kind).to_owned()));
    let kinds = [(String::new(), v.t("sync-ledger-any-type"))].into_iter().chain(kinds);
    let choices = [(String::new(), v.t("sync-ledger-all")), ("failed".to_owned(), v.t("sync-ledger-failed"))];
    Ok(shown(&SyncLedgerPage {
        v: &v,
        number,
        name: line(&sync.name),
        rows: shown_rows,
        kinds: Choice::of(kinds, &asked.kind),
        only: Choice::of(choices, &asked.only),
        is_narrow: !(asked.only.is_empty() && asked.kind.is_empty() && asked.uid.is_empty()),
        uid: asked.uid,
        pager,
    }))
}
