//! What is done by a button.

use super::{address, named, settings_of};
use crate::{
    Ctx,
    auth::Access,
    extract::Path,
    layout::{Form, Reader, notice, see, view::View},
    problem::Result,
    routes::{Routes, form_about},
    syncs::api::problem,
};
use axum::{extract::State, response::Response};
use dhis2::{Validation, settings::Mode};
use store::{Scope, Sync};
use uuid::Uuid;

const ACTS: Access = Access::Page(Scope::Admin);

pub(super) fn declare(routes: Routes) -> Routes {
    routes
        .post("/auto-sync/{number}/start", ACTS, start, form_about("Let it run by itself"))
        .post("/auto-sync/{number}/stop", ACTS, stop, form_about("Let it no longer run by itself"))
        .post("/auto-sync/{number}/run", ACTS, run, form_about("Begin a run"))
        .post("/auto-sync/{number}/plan", ACTS, plan, form_about("Read both sides, and keep what a run would write"))
        .post("/auto-sync/{number}/plans/{id}/run", ACTS, run_plan, form_about("Write what a plan says, or nothing"))
}

/// To the list where the button was there, else to the page of the configuration.
fn saying(v: &View, form: &Form, sync: &Sync, word: &str) -> Response {
    let path = match form.text("from") {
        "list" => super::LIST.to_owned(),
        _ => address(sync),
    };
    see(&format!("{path}?{}", notice::query(v, &path, &[("said", word)])))
}

async fn start(State(ctx): State<Ctx>, Reader(v): Reader, Path(number): Path<i64>, form: Form) -> Result<Response> {
    let sync = named(&ctx, number).await?;
    ctx.app.syncs.start(&sync).await.map_err(problem)?;
    let word = if settings_of(&sync)?.mode == Mode::Manual { "manual" } else { "started" };
    Ok(saying(&v, &form, &sync, word))
}

async fn stop(State(ctx): State<Ctx>, Reader(v): Reader, Path(number): Path<i64>, form: Form) -> Result<Response> {
    let sync = named(&ctx, number).await?;
    ctx.app.syncs.stop(&sync).await.map_err(problem)?;
    Ok(saying(&v, &form, &sync, "stopped"))
}

async fn run(State(ctx): State<Ctx>, Reader(v): Reader, Path(number): Path<i64>, form: Form) -> Result<Response> {
    let sync = named(&ctx, number).await?;
    ctx.app.syncs.begin(&sync, None).await.map_err(problem)?;
    Ok(saying(&v, &form, &sync, "run"))
}

async fn plan(State(ctx): State<Ctx>, Path(number): Path<i64>, form: Form) -> Result<Response> {
    let sync = named(&ctx, number).await?;
    let validation = if form.text("validate").is_empty() { Validation::Left } else { Validation::Asked };
    let plan = ctx.app.syncs.plan(&sync, validation).await.map_err(problem)?;
    Ok(see(&format!("{}/plans/{}", address(&sync), plan.id)))
}

async fn run_plan(State(ctx): State<Ctx>, Path((number, id)): Path<(i64, Uuid)>) -> Result<Response> {
    let sync = named(&ctx, number).await?;
    let run = ctx.app.syncs.begin(&sync, Some(id)).await.map_err(problem)?;
    Ok(see(&format!("{}/runs/{}", address(&sync), run.id)))
}
