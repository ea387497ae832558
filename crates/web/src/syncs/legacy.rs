//! The addresses and answers of the application that Vigie replaces, for scripts that call it.

use crate::{
    Ctx,
    auth::Access,
    extract::Path,
    problem::Result,
    routes::{About, Routes},
    syncs::api::problem,
};
use axum::extract::State;
use dhis2::{RunData, Settings, plan::Action};
use serde_json::{Value, json};
use store::{Sync, SyncRun};

pub(crate) fn declare(routes: Routes) -> Routes {
    let about = |what| About::new(what).gives_text(200, Some("application/json"), "As the application before answered");
    routes
        .get("/api/auto-sync/dashboard-stats/", Access::Admin, stats, about("State of every configuration"))
        .get("/api/auto-sync/status/", Access::Admin, stats, about("State of every configuration"))
        .get("/api/auto-sync/{number}/status/", Access::Admin, status, about("State of one configuration"))
        .get("/api/auto-sync/{number}/progress/", Access::Admin, progress, about("How far its run is"))
        .post(
            "/api/auto-sync/cleanup/",
            Access::Admin,
            cleanup,
            about("Nothing is left to clean up: runs end by themselves"),
        )
        .post("/configurations/{number}/auto-sync/start/", Access::Admin, start, about("Let it run by itself"))
        .post("/configurations/{number}/auto-sync/stop/", Access::Admin, stop, about("Let it no longer run by itself"))
        .post("/configurations/{number}/auto-sync/restart/", Access::Admin, restart, about("Stop it, and start it"))
        .post("/configurations/{number}/auto-sync/trigger/", Access::Admin, trigger, about("Begin a run"))
}

type Answer = Result<axum::Json<Value>>;

async fn one(ctx: &Ctx, sync: &Sync) -> Result<Value> {
    let settings: Option<Settings> = serde_json::from_str(&sync.settings).ok();
    let last = ctx.app.db.sync_runs(sync.number, 1).await?.into_iter().next();
    let running = last.as_ref().is_some_and(|run| run.finished_at.is_none());
    let job = match &last {
        Some(run) => last_job(ctx, run).await?,
        None => Value::Null,
    };
    let source = settings.as_ref().map(|settings| settings.source.to_string());
    let destination = settings.as_ref().map(|settings| settings.target.to_string());
    Ok(json!({
        "config_id": sync.number,
        "config_name": sync.name,
        "source": source,
        "destination": destination,
        "is_active": true,
        "is_running": sync.started_at.is_some(),
        "settings": {
            "is_enabled": sync.started_at.is_some(),
            "check_interval": settings.as_ref().map(|settings| settings.check_every_s),
        },
        "last_job": job,
        "has_running_job": running,
    }))
}

async fn last_job(ctx: &Ctx, run: &SyncRun) -> Result<Value> {
    let data: RunData = serde_json::from_str(&run.data).unwrap_or_default();
    let job = match run.job {
        Some(id) => ctx.app.db.job(id).await?,
        None => None,
    };
    let counters = job.as_ref().map(|job| job.counters);
    let (processed, total) = counters.map_or((0, 0), |counters| (counters.processed(), counters.total));
    let writes = |(action, count): (&Action, &u64)| if action.writes() { *count } else { 0 };
    let synced: u64 = data.counts.values().flatten().map(writes).sum::<u64>() + data.values;
    let status = match run.phase.as_str() {
        "succeeded" => "completed",
        "failed" if data.errors > 0 => "completed_with_errors",
        "failed" => "failed",
        _ => "running",
    };
    let progress = match (run.finished_at, total) {
        (Some(_), _) => 100,
        (None, 0) => 0,
        (None, total) => processed * 100 / total,
    };
    Ok(json!({
        "id": run.id,
        "status": status,
        "started_at": run.created_at,
        "completed_at": run.finished_at,
        "total_synced": synced.saturating_sub(data.errors),
        "total_errors": data.errors,
        "progress": progress,
        "processed_items": processed,
        "total_items": total,
    }))
}

async fn stats(State(ctx): State<Ctx>) -> Answer {
    let syncs = ctx.app.syncs.all().await.map_err(problem)?;
    let mut configs = Vec::new();
    for sync in &syncs {
        configs.push(one(&ctx, sync).await?);
    }
    let active: Vec<i64> = syncs.iter().filter(|sync| sync.started_at.is_some()).map(|sync| sync.number).collect();
    let scheduler = json!({"total_active": active.len(), "active_configs": active});
    Ok(axum::Json(json!({"success": true, "configs": configs, "scheduler": scheduler})))
}

async fn named(ctx: &Ctx, number: i64) -> Result<Sync> {
    ctx.app.syncs.named(&number.to_string()).await.map_err(problem)
}

async fn status(State(ctx): State<Ctx>, Path(number): Path<i64>) -> Answer {
    let sync = named(&ctx, number).await?;
    let mut answer = one(&ctx, &sync).await?;
    answer["success"] = true.into();
    Ok(axum::Json(answer))
}

async fn progress(State(ctx): State<Ctx>, Path(number): Path<i64>) -> Answer {
    let sync = named(&ctx, number).await?;
    let last = ctx.app.db.sync_runs(sync.number, 1).await?.into_iter().next();
    let mut answer = match &last {
        Some(run) => last_job(&ctx, run).await?,
        None => json!({"progress": 0, "processed_items": 0, "total_items": 0, "status": "idle"}),
    };
    answer["success"] = true.into();
    Ok(axum::Json(answer))
}

async fn cleanup() -> axum::Json<Value> {
    axum::Json(json!({"success": true, "cleaned": 0}))
}

async fn start(State(ctx): State<Ctx>, Path(number): Path<i64>) -> Answer {
    let sync = named(&ctx, number).await?;
    ctx.app.syncs.start(&sync).await.map_err(problem)?;
    Ok(axum::Json(json!({"success": true})))
}

async fn stop(State(ctx): State<Ctx>, Path(number): Path<i64>) -> Answer {
    let sync = named(&ctx, number).await?;
    ctx.app.syncs.stop(&sync).await.map_err(problem)?;
    Ok(axum::Json(json!({"success": true})))
}

async fn restart(State(ctx): State<Ctx>, Path(number): Path<i64>) -> Answer {
    let sync = named(&ctx, number).await?;
    ctx.app.syncs.stop(&sync).await.map_err(problem)?;
    start(State(ctx), Path(number)).await
}

async fn trigger(State(ctx): State<Ctx>, Path(number): Path<i64>) -> Answer {
    let sync = named(&ctx, number).await?;
    let run = ctx.app.syncs.begin(&sync, None).await.map_err(problem)?;
    Ok(axum::Json(json!({"success": true, "job_id": run.id})))
}
