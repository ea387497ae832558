//! Processes that run jobs.

use crate::{
    Ctx,
    auth::Access,
    problem::Result,
    routes::{About, Routes},
};
use axum::extract::State;
use model::Timestamp;
use serde::Serialize;
use serde_json::Value;
use std::time::Duration;
use utoipa::ToSchema;

/// Workers that ended lately are listed too.
const LATELY: Duration = Duration::from_secs(24 * 3600);

pub(crate) fn declare(routes: Routes) -> Routes {
    let about = About::new("Processes that run jobs: the living, and those that ended in the last 24 hours");
    routes.get("/api/v1/workers", Access::Read, list, about.gives::<WorkersJson>(200, "All of them"))
}

#[derive(Serialize, ToSchema)]
#[schema(as = Worker)]
struct WorkerJson {
    /// The fencing token of its claims.
    token: i64,
    name: String,
    pid: i64,
    #[schema(value_type = String)]
    started_at: Timestamp,
    #[schema(value_type = String)]
    heartbeat_at: Timestamp,
    #[schema(value_type = String)]
    lease_until: Timestamp,
    #[schema(value_type = Option<String>)]
    ended_at: Option<Timestamp>,
    /// What it says of itself.
    #[schema(value_type = Object)]
    status: Value,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Workers)]
struct WorkersJson {
    rows: Vec<WorkerJson>,
    next: Option<String>,
}

async fn list(State(ctx): State<Ctx>) -> Result<axum::Json<WorkersJson>> {
    let workers = ctx.app.db.workers(ctx.app.clock.now() - LATELY).await?;
    let rows = workers.into_iter().map(|worker| WorkerJson {
        token: worker.token,
        name: worker.name,
        pid: worker.pid,
        started_at: worker.started_at,
        heartbeat_at: worker.heartbeat_at,
        lease_until: worker.lease_until,
        ended_at: worker.ended_at,
        status: serde_json::from_str(&worker.status).unwrap_or_default(),
    });
    Ok(axum::Json(WorkersJson { rows: rows.collect(), next: None }))
}
