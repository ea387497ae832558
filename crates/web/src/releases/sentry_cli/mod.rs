//! What sentry-cli asks, at the addresses and in the words that it knows: releases, commits, deploys and source maps. There is one
//! organisation, whatever it is called.
//!
//! <https://docs.sentry.io/api/releases/> and the client's own source say what it sends.

mod releases;
mod upload;

use crate::{
    Ctx,
    auth::Access,
    problem::Result,
    routes::{About, Routes},
};
use axum::extract::State;
use serde_json::{Value, json};

pub(crate) fn declare(routes: Routes) -> Routes {
    let routes = routes
        .get("/api/0/", Access::Releases, who, about("Who a token is, as sentry-cli asks"))
        .get("/api/0/users/me/regions/", Access::Releases, regions, about("Where an organisation is: here"))
        .get("/api/0/organizations/", Access::Releases, organizations, about("The one organisation there is"))
        .get("/api/0/organizations/{code}/projects/", Access::Releases, projects, about("The projects there are"))
        .get("/api/0/organizations/{code}/repos/", Access::Releases, repositories, about("Repositories: none"));
    [releases::declare, upload::declare].into_iter().fold(routes, |routes, add| add(routes))
}

fn about(summary: &'static str) -> About {
    About::new(summary).gives_text(200, Some("application/json"), "As sentry-cli reads it")
}

async fn who() -> axum::Json<Value> {
    axum::Json(json!({ "version": "0", "user": null, "auth": { "scopes": ["project:releases"] } }))
}

async fn regions() -> axum::Json<Value> {
    axum::Json(json!({ "regions": [] }))
}

async fn organizations(State(ctx): State<Ctx>) -> axum::Json<Value> {
    let at = ctx.app.clock.now();
    axum::Json(json!([{ "id": "1", "slug": "vigie", "name": "Vigie", "dateCreated": at, "isEarlyAdopter": false,
        "require2FA": false, "requireEmailVerification": false, "features": [] }]))
}

async fn projects(State(ctx): State<Ctx>) -> Result<axum::Json<Value>> {
    let rows = ctx.app.db.projects().await?.into_iter().map(|project| {
        json!({ "id": project.id.to_string(), "slug": project.slug, "name": project.name, "teams": [], "team": null })
    });
    Ok(axum::Json(rows.collect()))
}

async fn repositories() -> axum::Json<Value> {
    axum::Json(json!([]))
}
