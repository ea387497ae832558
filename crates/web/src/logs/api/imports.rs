//! Imports that go on where they were: batches that are kept together with the position that they lead to.

use super::{
    arriving::Pace,
    intake::{Packing, shown, taking},
};
use crate::{
    Ctx,
    auth::Access,
    extract::{Path, Query},
    problem::{Problem, Result},
    routes::{About, Routes},
};
use api::logs::{Imports, Taken};
use axum::{body::Body, extract::State, http::HeaderMap};
use logs::{ImportId, ImportStep};
use serde::Deserialize;
use serde_json::Value as Json;
use utoipa::IntoParams;

pub(crate) fn declare(routes: Routes) -> Routes {
    routes
        .get(
            "/api/v1/logs/imports",
            Access::Write,
            list,
            About::new("Where imports stand that are not over").gives::<Imports>(200, "All of them"),
        )
        .post(
            "/api/v1/logs/imports/{id}",
            Access::Write,
            step,
            About::new(
                "Keep a batch of log records, all of it or nothing, together with the position that it leads to",
            )
            .unaudited()
            .query::<StepQuery>()
            .takes_text("application/x-ndjson", "JSON lines, 12 MiB at most; plain or packed with gzip or zstd")
            .gives::<Taken>(200, "How many are synced and searchable, and why others were not taken")
            .body_max(logs::IMPORT_BYTES_MAX),
        )
        .delete(
            "/api/v1/logs/imports/{id}",
            Access::Write,
            end,
            About::new("Forget where an import stands: it is over").unaudited().gives_text(
                204,
                None,
                "It is forgotten",
            ),
        )
        .post(
            "/api/v1/logs/retention",
            Access::Write,
            apply_retention,
            About::new("Remove now what retention no longer keeps, as after an import that tells what is left of it")
                .unaudited()
                .gives_text(204, None, "It is removed"),
        )
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct StepQuery {
    /// JSON: where the import stood before; left out at its beginning. Where it stands elsewhere, nothing is kept.
    from: Option<String>,
    /// JSON: where it stands once the batch is kept.
    to: String,
}

pub(super) async fn list(State(ctx): State<Ctx>) -> Result<axum::Json<Imports>> {
    let logs = ctx.app.logs.clone();
    let imports =
        tokio::task::spawn_blocking(move || logs.imports()).await.map_err(|error| Problem::internal(&error))??;
    Ok(axum::Json(Imports { imports }))
}

pub(super) async fn step(
    State(ctx): State<Ctx>,
    Path(id): Path<String>,
    Query(query): Query<StepQuery>,
    headers: HeaderMap,
    body: Body,
) -> Result<axum::Json<Taken>> {
    let from = query.from.as_deref().map(|from| position("from", from)).transpose()?;
    let step = ImportStep { id: named(&id)?, from, to: position("to", &query.to)? };
    let (packing, pace) = (Packing::of(&headers)?, Pace::of_lines(&ctx.app.limits));
    let (taken, ()) = taking(&ctx, body, packing, pace, |intake, from| intake.import(from, step)).await?;
    Ok(axum::Json(Taken { seqs: taken.seqs, ..shown(&taken) }))
}

pub(super) async fn end(State(ctx): State<Ctx>, Path(id): Path<String>) -> Result<axum::http::StatusCode> {
    let (logs, id) = (ctx.app.logs.clone(), named(&id)?);
    tokio::task::spawn_blocking(move || logs.end_import(&id)).await.map_err(|error| Problem::internal(&error))??;
    Ok(axum::http::StatusCode::NO_CONTENT)
}

pub(super) async fn apply_retention(State(ctx): State<Ctx>) -> Result<axum::http::StatusCode> {
    ctx.app.logs.apply_retention().await?;
    Ok(axum::http::StatusCode::NO_CONTENT)
}

fn named(id: &str) -> Result<ImportId> {
    ImportId::new(id).ok_or_else(|| Problem::invalid("an import's id has 1 to 40 small letters and digits"))
}

fn position(name: &str, text: &str) -> Result<Json> {
    serde_json::from_str(text).map_err(|error| Problem::invalid(format!("{name}: it is no JSON: {error}")))
}
