//! `GET /health/monitoring`: whether errors, transactions and logs are really taken and kept. Anybody may ask, so it says nothing
//! that a project chose to call something.

use crate::{Ctx, problem::Result};
use api::health::{ErrorMonitoring, LogMonitoring, Monitoring, MonitoringHealth};
use axum::{Json, extract::State, http::StatusCode};
use std::time::Duration;
use tracing::level_filters::LevelFilter;

/// Names of environments that tell nothing.
const USUAL: [&str; 9] =
    ["production", "prod", "staging", "preproduction", "preview", "qa", "test", "development", "dev"];
/// How old a report may be that tells the environment.
const DAY: Duration = Duration::from_secs(86_400);

pub(super) async fn monitoring(State(ctx): State<Ctx>) -> Result<(StatusCode, Json<MonitoringHealth>)> {
    // Anybody may ask any number of times: each waits for the one before.
    let _turn = ctx.readiness.acquire().await;
    let keeps = ctx.app.logs.trouble().is_none() && ctx.app.wake.is_some();
    let dsn_configured = is_configured(&ctx).await?;
    let environment = if keeps { environment(&ctx).await? } else { None };
    let monitoring = Monitoring {
        sentry: ErrorMonitoring { enabled: dsn_configured && keeps, environment, dsn_configured },
        logging: LogMonitoring { level: LevelFilter::current().to_string().to_uppercase(), structured: keeps },
    };
    let (status, word) = if keeps { (StatusCode::OK, "ok") } else { (StatusCode::SERVICE_UNAVAILABLE, "degraded") };
    Ok((status, Json(MonitoringHealth { status: word.to_owned(), monitoring })))
}

async fn is_configured(ctx: &Ctx) -> Result<bool> {
    for project in ctx.app.db.projects().await? {
        if ctx.app.db.project_keys(project.id).await?.iter().any(|key| key.disabled_at.is_none()) {
            return Ok(true);
        }
    }
    Ok(false)
}

async fn environment(ctx: &Ctx) -> Result<Option<String>> {
    let now = ctx.app.clock.now();
    let newest = ctx.app.reports.newest_environment(now - DAY..now + Duration::from_secs(60)).await?;
    Ok(newest.map(|name| if USUAL.contains(&name.as_str()) { name } else { "other".to_owned() }))
}

#[cfg(test)]
mod tests {
    use crate::testing::{Site, send};
    use axum::http::StatusCode;
    use serde_json::json;
    use store::NewProject;

    #[tokio::test(flavor = "multi_thread")]
    async fn it_says_what_is_configured_and_working_and_nothing_else() {
        let site = Site::new().await;
        let asked = async || {
            let answer = send(&site.router, "GET", "/health/monitoring", &[], "").await;
            let mut told = answer.json();
            let level = told["monitoring"]["logging"]["level"].take();
            assert!(level.as_str().is_some_and(|level| level == level.to_uppercase()), "{level}");
            (answer.status, told)
        };
        let told = |environment: Option<&str>, is_configured: bool| {
            json!({"status": "ok", "monitoring": {
                "sentry": {"enabled": is_configured, "environment": environment, "dsn_configured": is_configured},
                "logging": {"level": null, "structured": true}}})
        };
        assert_eq!(asked().await, (StatusCode::OK, told(None, false)));
        let new =
            NewProject { name: "Shop".into(), platform: "python".into(), settings: String::new(), key: [0xab; 16] };
        site.app.db.create_project(new, site.clock.now()).await.unwrap();
        assert_eq!(asked().await.1, told(None, true));
        for (environment, shown) in [("production", "production"), ("acme-secret", "other")] {
            let path = format!("/api/1/store/?sentry_key={}", "ab".repeat(16));
            let event = json!({"message": "x", "environment": environment}).to_string();
            assert_eq!(send(&site.router, "POST", &path, &[], event).await.status, StatusCode::OK);
            site.clock.advance(std::time::Duration::from_secs(1));
            assert_eq!(asked().await.1, told(Some(shown), true));
        }
        site.app.db.disable_project_key("ab".repeat(16), site.clock.now()).await.unwrap();
        assert_eq!(asked().await.1["monitoring"]["sentry"]["enabled"], false);
    }
}
