//! What the terminal asks of them.

use super::said;
use crate::{
    Ctx,
    auth::Access,
    extract::{Json, Optional, Path, Query},
    problem::{Problem, Result, worded},
    routes::{About, Routes},
};
use ::api::syncs::{
    BeginSync, NewSync, NewSyncPlan, Sync, SyncBlocked, SyncChange, SyncChanges, SyncCheck, SyncComparison,
    SyncDifference, SyncFinding, SyncLedger, SyncLedgerRow, SyncPlan, SyncPlanRow, SyncPlanValues, SyncProperty,
    SyncRun, SyncSides, Syncs,
};
use axum::{extract::State, http::StatusCode};
use dhis2::{Plan, PlanChange, Refused, RunData, Secrets, Settings, Validation, Why, plan::Action};
use model::Timestamp;
use serde::Deserialize;
use store::{SyncLedgerAsk, SyncedOnly};
use utoipa::IntoParams;
use uuid::Uuid;

/// Runs that are shown of each.
const RUNS_SHOWN: u32 = 10;
/// Differences that are shown of a plan.
const SHOWN: usize = 1_000;
const LEDGER_PAGE: u32 = 500;
/// Objects of a plan that are read anew at once.
pub(super) const CHANGES_PAGE: usize = 100;

pub(crate) fn declare(routes: Routes) -> Routes {
    steered(planned(kept(routes)))
}

/// Configurations, and what is known of their objects.
fn kept(routes: Routes) -> Routes {
    routes
        .get(
            "/api/v1/syncs",
            Access::Admin,
            list,
            About::new("Pairs of DHIS2 instances that are kept equal").gives::<Syncs>(200, "All of them"),
        )
        .get(
            "/api/v1/syncs/{name}",
            Access::Admin,
            show,
            About::new("One of them, by name or number").gives::<Sync>(200, "With its last runs"),
        )
        .put(
            "/api/v1/syncs/{name}",
            Access::Admin,
            keep,
            About::new("Make a configuration, or change it").takes::<NewSync>().gives::<Sync>(200, "Kept"),
        )
        .get(
            "/api/v1/syncs/{name}/ledger",
            Access::Admin,
            ledger,
            About::new("Which objects were equal when, and which could not be written")
                .query::<LedgerQuery>()
                .gives::<SyncLedger>(200, "A page"),
        )
}

/// What a run would meet, and what it would write.
fn planned(routes: Routes) -> Routes {
    routes
        .post(
            "/api/v1/syncs/{name}/check",
            Access::Admin,
            check,
            About::new("What stands in the way of a run").gives::<SyncCheck>(200, "Asked both instances"),
        )
        .post(
            "/api/v1/syncs/{name}/plan",
            Access::Admin,
            plan,
            About::new("Read both sides, and keep what a run would write")
                .takes::<NewSyncPlan>()
                .gives::<SyncPlan>(200, "Frozen"),
        )
        .get(
            "/api/v1/syncs/{name}/plans/{id}",
            Access::Admin,
            kept_plan,
            About::new("A plan that is kept").gives::<SyncPlan>(200, "As it was made"),
        )
        .get(
            "/api/v1/syncs/{name}/plans/{id}/changes",
            Access::Admin,
            changes,
            About::new("What a plan would change, property by property, as both sides are now")
                .query::<ChangesQuery>()
                .gives::<SyncChanges>(200, "A page"),
        )
}

fn steered(routes: Routes) -> Routes {
    routes
        .post(
            "/api/v1/syncs/{name}/run",
            Access::Admin,
            run,
            About::new("Begin a run, of a frozen plan where one is named")
                .takes::<BeginSync>()
                .gives::<SyncRun>(202, "Begun"),
        )
        .post(
            "/api/v1/syncs/{name}/start",
            Access::Admin,
            start,
            About::new("Let it run by itself").gives::<Sync>(200, "Started"),
        )
        .post(
            "/api/v1/syncs/{name}/stop",
            Access::Admin,
            stop,
            About::new("Let it no longer run by itself").gives::<Sync>(200, "Stopped"),
        )
        .post(
            "/api/v1/syncs/{name}/reconcile",
            Access::Admin,
            reconcile,
            About::new("Read both sides, and compare them").gives::<SyncComparison>(200, "Compared"),
        )
}

/// What a refusal is over HTTP.
pub(super) fn problem(refused: Refused) -> Problem {
    match refused {
        Refused::Invalid(why) => Problem::invalid(said::both(&why)),
        Refused::NotFound(name) => {
            Problem::missing(worded("problem-no-sync", &[("name", &name)])).remedy(worded("problem-no-sync-help", &[]))
        }
        Refused::Conflict(why) => Problem::conflict(said::both(&why)),
        Refused::Instance(error) => Problem::new(StatusCode::BAD_GATEWAY, "instance", said::both(&Why::from(&error))),
        Refused::Store(error) => error.into(),
    }
}

async fn named(ctx: &Ctx, name: &str) -> Result<store::Sync> {
    ctx.app.syncs.named(name).await.map_err(problem)
}

async fn shown(ctx: &Ctx, sync: &store::Sync) -> Result<Sync> {
    let runs = ctx.app.db.sync_runs(sync.number, RUNS_SHOWN).await?;
    Ok(Sync {
        number: sync.number,
        name: sync.name.clone(),
        settings: serde_json::from_str(&sync.settings).unwrap_or_default(),
        started_at: sync.started_at,
        next_at: ctx.app.syncs.next_look(sync),
        state: serde_json::from_str(&sync.state).unwrap_or_default(),
        runs: runs.iter().map(run_of).collect(),
    })
}

pub(super) fn run_of(run: &store::SyncRun) -> SyncRun {
    let data: RunData = serde_json::from_str(&run.data).unwrap_or_default();
    let writes = |(action, count): (&Action, &u64)| if action.writes() { *count } else { 0 };
    let objects: u64 = data.counts.values().flatten().map(writes).sum();
    let (problem_code, problem_args) = data.why.map(|why| (why.code, why.args)).unwrap_or_default();
    SyncRun {
        id: run.id,
        phase: run.phase.clone(),
        automatic: data.automatic,
        to_write: objects + data.values + data.registrations,
        errors: data.errors,
        conflicts: data.conflicts,
        problem: data.problem,
        problem_code,
        problem_args,
        jobs: data.jobs,
        created_at: run.created_at,
        finished_at: run.finished_at,
    }
}

async fn list(State(ctx): State<Ctx>) -> Result<axum::Json<Syncs>> {
    let mut rows = Vec::new();
    for sync in ctx.app.syncs.all().await.map_err(problem)? {
        rows.push(shown(&ctx, &sync).await?);
    }
    Ok(axum::Json(Syncs { rows }))
}

async fn show(State(ctx): State<Ctx>, Path(name): Path<String>) -> Result<axum::Json<Sync>> {
    let sync = named(&ctx, &name).await?;
    Ok(axum::Json(shown(&ctx, &sync).await?))
}

async fn keep(State(ctx): State<Ctx>, Path(name): Path<String>, Json(new): Json<NewSync>) -> Result<axum::Json<Sync>> {
    let settings: Settings =
        serde_json::from_value(new.settings).map_err(|error| Problem::invalid(format!("settings: {error}")))?;
    let secrets = Secrets { source: new.source_secret, target: new.target_secret };
    let sync = ctx.app.syncs.add(&name, &settings, secrets).await.map_err(problem)?;
    Ok(axum::Json(shown(&ctx, &sync).await?))
}

async fn check(State(ctx): State<Ctx>, Path(name): Path<String>) -> Result<axum::Json<SyncCheck>> {
    let sync = named(&ctx, &name).await?;
    let found = ctx.app.syncs.check(&sync).await.map_err(problem)?;
    let finding =
        |one: dhis2::Finding| SyncFinding { code: one.code, side: one.side, detail: one.detail, remedy: one.remedy };
    Ok(axum::Json(SyncCheck { findings: found.into_iter().map(finding).collect() }))
}

async fn plan(
    State(ctx): State<Ctx>,
    Path(name): Path<String>,
    Optional(asked): Optional<NewSyncPlan>,
) -> Result<axum::Json<SyncPlan>> {
    let sync = named(&ctx, &name).await?;
    let validation = if asked.validate { Validation::Asked } else { Validation::Left };
    let plan = ctx.app.syncs.plan(&sync, validation).await.map_err(problem)?;
    Ok(axum::Json(plan_of(&plan, ctx.app.clock.now())))
}

async fn kept_plan(State(ctx): State<Ctx>, Path((name, id)): Path<(String, Uuid)>) -> Result<axum::Json<SyncPlan>> {
    let sync = named(&ctx, &name).await?;
    let (plan, created_at) = ctx.app.syncs.kept_plan(&sync, id).await.map_err(problem)?;
    Ok(axum::Json(plan_of(&plan, created_at)))
}

fn plan_of(plan: &Plan, created_at: Timestamp) -> SyncPlan {
    let rows = plan.counts.iter().map(|(kind, counts)| {
        let of = |action| counts.get(&action).copied().unwrap_or(0);
        SyncPlanRow {
            kind: kind.clone(),
            create: of(Action::Create),
            update: of(Action::Update),
            delete: of(Action::Delete),
            equal: of(Action::Equal),
            kept: of(Action::Kept),
            conflict: of(Action::Conflict),
            extra: of(Action::Extra),
        }
    });
    let values = plan.values.iter().map(|set| SyncPlanValues {
        kind: set.kind.clone(),
        source_count: set.source.count,
        target_count: set.target.count,
        write: set.write,
        delete: set.delete,
        conflict: set.conflict,
    });
    let blocked = plan.blocked.iter().map(|one| SyncBlocked {
        kind: one.kind.clone(),
        uid: one.uid.clone(),
        code: one.code.clone(),
    });
    let (differences, more) = differences(plan);
    SyncPlan {
        id: plan.id,
        created_at: Some(created_at),
        rows: rows.collect(),
        values: values.collect(),
        validated: plan.validated,
        blocked: blocked.collect(),
        unasked: plan.unasked,
        held: plan.held.keys().cloned().collect(),
        requests: plan.requests,
        seconds: plan.seconds,
        differences,
        more,
    }
}

/// The word of an action, as JSON has it.
pub(super) fn word(action: Action) -> String {
    let word = serde_json::to_value(action).ok().and_then(|word| word.as_str().map(str::to_owned));
    word.unwrap_or_default()
}

#[derive(Debug, Deserialize, IntoParams)]
struct ChangesQuery {
    /// Where to begin: a `next`.
    after: Option<u64>,
}

async fn changes(
    State(ctx): State<Ctx>,
    Path((name, id)): Path<(String, Uuid)>,
    Query(query): Query<ChangesQuery>,
) -> Result<axum::Json<SyncChanges>> {
    let sync = named(&ctx, &name).await?;
    let (plan, _) = ctx.app.syncs.kept_plan(&sync, id).await.map_err(problem)?;
    let begin = usize::try_from(query.after.unwrap_or(0)).unwrap_or(usize::MAX).min(plan.entries.len());
    let end = (begin + CHANGES_PAGE).min(plan.entries.len());
    let shown = ctx.app.syncs.show(&sync, &plan.entries[begin..end]).await.map_err(problem)?;
    let next = (end < plan.entries.len()).then_some(end as u64);
    Ok(axum::Json(SyncChanges { rows: shown.into_iter().map(change).collect(), next }))
}

fn change(one: PlanChange) -> SyncChange {
    let property =
        |change: dhis2::Change| SyncProperty { property: change.property, before: change.before, after: change.after };
    SyncChange {
        action: word(one.action),
        kind: one.kind,
        uid: one.uid,
        name: one.name,
        moved: one.has_moved,
        properties: one.changes.into_iter().map(property).collect(),
    }
}

fn differences(plan: &Plan) -> (Vec<SyncDifference>, u64) {
    let shown = plan.entries.iter().take(SHOWN).map(|entry| SyncDifference {
        kind: entry.kind.clone(),
        uid: entry.uid.clone(),
        action: word(entry.action),
        source_hash: entry.source.clone(),
        target_hash: entry.target.clone(),
    });
    (shown.collect(), plan.entries.len().saturating_sub(SHOWN) as u64)
}

async fn run(
    State(ctx): State<Ctx>,
    Path(name): Path<String>,
    Optional(begin): Optional<BeginSync>,
) -> Result<(StatusCode, axum::Json<SyncRun>)> {
    let sync = named(&ctx, &name).await?;
    let run = ctx.app.syncs.begin(&sync, begin.plan).await.map_err(problem)?;
    Ok((StatusCode::ACCEPTED, axum::Json(run_of(&run))))
}

async fn start(State(ctx): State<Ctx>, Path(name): Path<String>) -> Result<axum::Json<Sync>> {
    let sync = named(&ctx, &name).await?;
    ctx.app.syncs.start(&sync).await.map_err(problem)?;
    show(State(ctx), Path(name)).await
}

async fn stop(State(ctx): State<Ctx>, Path(name): Path<String>) -> Result<axum::Json<Sync>> {
    let sync = named(&ctx, &name).await?;
    ctx.app.syncs.stop(&sync).await.map_err(problem)?;
    show(State(ctx), Path(name)).await
}

async fn reconcile(State(ctx): State<Ctx>, Path(name): Path<String>) -> Result<axum::Json<SyncComparison>> {
    let sync = named(&ctx, &name).await?;
    let (types, plan) = ctx.app.syncs.reconcile(&sync).await.map_err(problem)?;
    let equal = plan.entries.is_empty() && types.iter().all(|one| one.source == one.target);
    let rows = types.into_iter().map(|one| SyncSides {
        kind: one.kind,
        source_count: one.source.count,
        source_hash: one.source.hash,
        target_count: one.target.count,
        target_hash: one.target.hash,
    });
    let rows = rows.collect();
    let (differences, more) = differences(&plan);
    Ok(axum::Json(SyncComparison { equal, rows, differences, more }))
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
struct LedgerQuery {
    /// `1`: only what could not be written.
    failed: Option<String>,
    /// A type, as `dataElements`.
    kind: String,
    /// How a uid begins.
    uid: String,
    /// The `next` of the page before.
    after: Option<String>,
}

/// The place after a row, and back.
pub(super) fn after(row: &store::SyncLedgerRow) -> String {
    let rank = if row.object.problem.is_some() { "failed" } else { "equal" };
    format!("{rank} {} {}", row.object.kind, row.object.uid)
}

pub(super) fn place(after: &str) -> Option<(SyncedOnly, String, String)> {
    let mut words = after.splitn(3, ' ');
    let only = match words.next()? {
        "failed" => SyncedOnly::Failed,
        "equal" => SyncedOnly::All,
        _ => return None,
    };
    Some((only, words.next()?.to_owned(), words.next()?.to_owned()))
}

async fn ledger(
    State(ctx): State<Ctx>,
    Path(name): Path<String>,
    Query(query): Query<LedgerQuery>,
) -> Result<axum::Json<SyncLedger>> {
    let sync = named(&ctx, &name).await?;
    let settings: Settings = serde_json::from_str(&sync.settings).map_err(|error| Problem::internal(&error))?;
    let only = if query.failed.is_some() { SyncedOnly::Failed } else { SyncedOnly::All };
    let place = query.after.as_deref().and_then(place);
    let ask = SyncLedgerAsk { only, kind: query.kind, uid: query.uid, after: place, limit: LEDGER_PAGE };
    let rows = ctx.app.db.sync_ledger(&settings.pair(), &ask).await?;
    let next = rows.last().filter(|_| rows.len() == LEDGER_PAGE as usize).map(after);
    let shown = |row: store::SyncLedgerRow| SyncLedgerRow {
        kind: row.object.kind,
        uid: row.object.uid,
        hash: row.object.hash,
        problem: row.object.problem,
        noted_at: Some(row.noted_at),
    };
    Ok(axum::Json(SyncLedger { rows: rows.into_iter().map(shown).collect(), next }))
}
