//! Processes that run jobs.

use crate::{
    Ctx,
    auth::Access,
    problem::Result,
    routes::{About, Routes},
};
use ::api::workers::{Worker, Workers};
use axum::extract::State;
use std::time::Duration;

/// Workers that ended lately are listed too.
const LATELY: Duration = Duration::from_secs(24 * 3600);

pub(crate) fn declare(routes: Routes) -> Routes {
    let about = About::new("Processes that run jobs: the living, and those that ended in the last 24 hours");
    routes.get("/api/v1/workers", Access::Read, list, about.gives::<Workers>(200, "All of them"))
}

async fn list(State(ctx): State<Ctx>) -> Result<axum::Json<Workers>> {
    let workers = ctx.app.db.workers(ctx.app.clock.now() - LATELY).await?;
    let rows = workers.into_iter().map(|worker| Worker {
        token: worker.token,
        name: worker.name,
        pid: worker.pid,
        started_at: worker.started_at,
        heartbeat_at: worker.heartbeat_at,
        lease_until: worker.lease_until,
        ended_at: worker.ended_at,
        status: serde_json::from_str(&worker.status).unwrap_or_default(),
    });
    Ok(axum::Json(Workers { rows: rows.collect(), next: None }))
}
