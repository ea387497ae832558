//! Checks, for programs.

use super::keep::{self, Past};
use crate::{
    Ctx,
    auth::{Access, CreatedName, Granted},
    extract::{Json, Path},
    problem::{Problem, Result, worded},
    routes::{About, Routes},
};
use ::api::checks::{self as shapes, CheckPing, CheckPings, ChecksPage, NewCheck};
use axum::{Extension, extract::State, http::StatusCode};
use checking::{check_of, facts_of, standing_of};
use serde_json::Value;
use store::{CheckName, Scope, StoredCheck, StoredPing};

/// Pings of one answer: all that are kept.
const PINGS: u32 = 100;

pub(super) fn declare(routes: Routes) -> Routes {
    let check = |summary| About::new(summary).gives::<shapes::Check>(200, "The check as it stands");
    routes
        .get(
            "/api/v1/checks",
            Access::Read,
            list,
            About::new("Checks, by name, and how they stand").gives::<ChecksPage>(200, "All of them"),
        )
        .post(
            "/api/v1/checks",
            Access::Write,
            create,
            About::new("Watch something").takes::<NewCheck>().gives::<shapes::Check>(201, "The check"),
        )
        .get("/api/v1/checks/{name}", Access::Read, show, check("The check of that id or name"))
        .put("/api/v1/checks/{name}", Access::Write, change, check("Change a check").takes::<NewCheck>())
        .delete(
            "/api/v1/checks/{name}",
            Access::Write,
            remove,
            About::new("Delete a check, and all that was heard of it").gives_text(204, None, "It is no more"),
        )
        .post("/api/v1/checks/{name}/pause", Access::Write, pause, check("Expect nothing of it until it is resumed"))
        .post("/api/v1/checks/{name}/resume", Access::Write, resume, check("Expect it again, from now on"))
        .post("/api/v1/checks/{name}/test", Access::Write, test, check("Ask now"))
        .get(
            "/api/v1/checks/{name}/pings",
            Access::Read,
            pings,
            About::new("What was heard of a check, the newest first").gives::<CheckPings>(200, "The last of it"),
        )
}

fn shown(ctx: &Ctx, granted: &Granted, kept: &StoredCheck, past: &Past) -> shapes::Check {
    let now = ctx.app.clock.now();
    let (facts, standing) = (facts_of(kept), standing_of(kept, now));
    let check = check_of(kept);
    let why = standing.as_ref().and_then(|standing| standing.why.clone());
    let mut spec: Value = serde_json::from_str(&kept.spec).unwrap_or_default();
    if !granted.scope.allows(Scope::Write)
        && let Some(Value::String(url)) = spec.get_mut("url")
    {
        *url = keep::shown_url(url);
    }
    shapes::Check {
        id: kept.id,
        name: keep::name_of(kept),
        slug: kept.slug.clone(),
        kind: spec["kind"].as_str().unwrap_or_default().to_owned(),
        state: standing.as_ref().map_or(kept.state, |standing| standing.state).as_str().to_owned(),
        since: kept.since,
        why: why.as_ref().map(|why| why.code.as_str().to_owned()),
        detail: why.map(|why| why.detail).filter(|detail| !detail.is_empty()),
        ping_url: keep::ping_url(ctx, kept).filter(|_| granted.scope.allows(Scope::Write)),
        last_at: facts.last_at,
        expected_at: standing.and_then(|standing| standing.expected),
        took_ms: facts.took_ms,
        certificate_ends: facts.certificate_ends,
        uptime: past.uptime(kept, &ctx.app.zone).share,
        is_public: check.as_ref().is_some_and(|check| check.is_public),
        public_name: check.and_then(|check| check.public_name),
        maintenance_until: past.maintenance_until(kept),
        pings: kept.pings,
        spec,
        created_by: kept.created_by.clone(),
        created_at: kept.created_at,
    }
}

async fn one(ctx: &Ctx, granted: &Granted, kept: &StoredCheck) -> Result<axum::Json<shapes::Check>> {
    let past = Past::of(ctx, Some(kept.id), ctx.app.clock.now()).await?;
    Ok(axum::Json(shown(ctx, granted, kept, &past)))
}

async fn list(State(ctx): State<Ctx>, Extension(granted): Extension<Granted>) -> Result<axum::Json<ChecksPage>> {
    let past = Past::of(&ctx, None, ctx.app.clock.now()).await?;
    let rows = ctx.app.db.checks().await?.iter().map(|kept| shown(&ctx, &granted, kept, &past)).collect();
    Ok(axum::Json(ChecksPage { rows, next: None }))
}

fn read(sent: Value) -> Result<::checks::Check> {
    serde_json::from_value(sent).map_err(|error| Problem::invalid(error.to_string()))
}

async fn create(
    State(ctx): State<Ctx>,
    Extension(granted): Extension<Granted>,
    Json(NewCheck(sent)): Json<NewCheck>,
) -> Result<(StatusCode, Extension<CreatedName>, axum::Json<shapes::Check>)> {
    let made = keep::create(&ctx, &read(sent)?, granted.name()).await?;
    Ok((StatusCode::CREATED, Extension(CreatedName(made.slug.clone())), one(&ctx, &granted, &made).await?))
}

async fn show(
    State(ctx): State<Ctx>,
    Extension(granted): Extension<Granted>,
    Path(name): Path<String>,
) -> Result<axum::Json<shapes::Check>> {
    one(&ctx, &granted, &keep::existing(&ctx, &name).await?).await
}

async fn change(
    State(ctx): State<Ctx>,
    Extension(granted): Extension<Granted>,
    Path(name): Path<String>,
    Json(NewCheck(sent)): Json<NewCheck>,
) -> Result<axum::Json<shapes::Check>> {
    let kept = keep::existing(&ctx, &name).await?;
    one(&ctx, &granted, &keep::change(&ctx, &kept, read(sent)?).await?).await
}

async fn remove(State(ctx): State<Ctx>, Path(name): Path<String>) -> Result<StatusCode> {
    let kept = keep::existing(&ctx, &name).await?;
    ctx.app.db.delete_check(kept.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn pause(
    State(ctx): State<Ctx>,
    Extension(granted): Extension<Granted>,
    Path(name): Path<String>,
) -> Result<axum::Json<shapes::Check>> {
    let kept = keep::existing(&ctx, &name).await?;
    let paused = checking::pause(&ctx.app.db, CheckName::Id(kept.id), ctx.app.clock.now()).await?;
    one(&ctx, &granted, &paused.unwrap_or(kept)).await
}

async fn resume(
    State(ctx): State<Ctx>,
    Extension(granted): Extension<Granted>,
    Path(name): Path<String>,
) -> Result<axum::Json<shapes::Check>> {
    let kept = keep::existing(&ctx, &name).await?;
    let resumed = checking::resume(&ctx.app.db, CheckName::Id(kept.id), ctx.app.clock.now()).await?;
    one(&ctx, &granted, &resumed.unwrap_or(kept)).await
}

async fn test(
    State(ctx): State<Ctx>,
    Extension(granted): Extension<Granted>,
    Path(name): Path<String>,
) -> Result<axum::Json<shapes::Check>> {
    let kept = keep::existing(&ctx, &name).await?;
    let asked = ctx.app.checking.ask_now(&kept).await?;
    let asked = asked.ok_or_else(|| Problem::conflict(worded("problem-check-calls", &[])))?;
    one(&ctx, &granted, &asked).await
}

async fn pings(State(ctx): State<Ctx>, Path(name): Path<String>) -> Result<axum::Json<CheckPings>> {
    let kept = keep::existing(&ctx, &name).await?;
    let row = |StoredPing { no, ping }: StoredPing| CheckPing {
        no,
        at: ping.at,
        kind: ping.kind,
        run: ping.run,
        took_ms: ping.took_ms,
        source: ping.source,
        body: ping.body,
    };
    let rows = ctx.app.db.pings_of_check(kept.id, PINGS).await?.into_iter().map(row).collect();
    Ok(axum::Json(CheckPings { rows, next: None }))
}
