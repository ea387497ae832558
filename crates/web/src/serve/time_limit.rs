//! How long a request may take.

use crate::{Ctx, problem::Problem};
use axum::{
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use std::future::Future;

/// None for ever. That not too many are answered at the same time is seen by [`auth::guard`], who knows whose they are.
pub(crate) async fn within_time(ctx: &Ctx, path: &str, answered: impl Future<Output = Response>) -> Response {
    let limits = &ctx.app.limits;
    let time = if UPLOADS.contains(&path) { limits.upload_timeout } else { limits.request_timeout };
    match tokio::time::timeout(time, answered).await {
        Ok(response) => response,
        Err(_) => {
            let problem = Problem::new(StatusCode::REQUEST_TIMEOUT, "timeout", "the request took too long");
            problem.into_response()
        }
    }
}

/// Routes that take long bodies.
const UPLOADS: [&str; 14] = [
    "/_bulk",
    "/api/v1/logs",
    "/elasticsearch/_bulk",
    "/elasticsearch/{index}/_bulk",
    "/loki/api/v1/push",
    "/v1/logs",
    "/{index}/_bulk",
    "/api/v1/mailings",
    "/api/v1/jobs/{id}/items",
    "/api/v1/ledger/{mailing}",
    "/api/v1/traces.csv",
    "/mailings/{draft}/recipients",
    "/mailings/{draft}/files",
    "/mailings/{draft}/send",
];
