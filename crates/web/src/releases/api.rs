//! Releases for programs.

use super::health::ProjectHealth;
use crate::{
    Ctx,
    auth::Access,
    cursor,
    extract::{Json, Path, Query, text},
    problem::{Problem, Result, worded},
    projects::api::existing,
    routes::{About, Routes},
};
use ::api::releases::{self, NewDeploy, NewRelease, ReleaseDetail, ReleaseQuery, Releases, SessionFigures};
use axum::{extract::State, http::StatusCode};
use model::Timestamp;
use std::{ops::Range, time::Duration};
use store::{Deploy, Project, Release};

const WEEK: Duration = Duration::from_secs(7 * 86_400);
/// Characters of a version, and of what is told of a deploy.
const VERSION_MAX: usize = 200;
const URL_MAX: usize = 2_048;
/// Deploys of a release that are told.
pub(super) const DEPLOYS_MAX: u32 = 100;

pub(crate) fn declare(routes: Routes) -> Routes {
    routes
        .get(
            "/api/v1/projects/{name}/releases",
            Access::Read,
            list,
            About::new("The releases of a project, the newest first, with what their sessions came to")
                .query::<ReleaseQuery>()
                .gives::<Releases>(200, "A page"),
        )
        .post(
            "/api/v1/projects/{name}/releases",
            Access::Releases,
            create,
            About::new("Announce a release; what is known of it already stays")
                .takes::<NewRelease>()
                .gives::<releases::Release>(201, "The release"),
        )
        .get(
            "/api/v1/projects/{name}/releases/{code}",
            Access::Read,
            show,
            About::new("A release with its deploys and commits")
                .query::<ReleaseQuery>()
                .gives::<ReleaseDetail>(200, "The release"),
        )
        .post(
            "/api/v1/projects/{name}/releases/{code}/deploys",
            Access::Releases,
            deploy,
            About::new("Note that a release runs somewhere from now on")
                .takes::<NewDeploy>()
                .gives::<releases::Deploy>(201, "The deploy"),
        )
}

/// A release as the API tells it.
fn told(release: Release, health: &ProjectHealth) -> releases::Release {
    let figures = health.release(&release.version).map(|own| SessionFigures {
        sessions: own.started,
        errored: own.errored,
        crashed: own.crashed,
        abnormal: own.abnormal,
        users: own.users,
        crash_free_sessions: own.crash_free_sessions(),
        crash_free_users: own.crash_free_users(),
        adoption: health.adoption(own),
    });
    let Release { version, first_seen, last_seen, events, new_issues, date_released, .. } = release;
    releases::Release { version, first_seen, last_seen, events, new_issues, date_released, health: figures }
}

pub(super) fn told_deploy(deploy: Deploy) -> releases::Deploy {
    let Deploy { environment, name, url, at, .. } = deploy;
    releases::Deploy { environment, name, url, at }
}

async fn health_of(ctx: &Ctx, project: &Project, query: &ReleaseQuery) -> Result<ProjectHealth> {
    let until = ctx.app.clock.now();
    let range: Range<Timestamp> = query.since.unwrap_or(until - WEEK)..until;
    ProjectHealth::of(ctx, project.id, query.environment.as_deref(), range).await
}

async fn list(
    State(ctx): State<Ctx>,
    Path(slug): Path<String>,
    Query(query): Query<ReleaseQuery>,
) -> Result<axum::Json<Releases>> {
    let project = existing(&ctx, &slug).await?;
    let limit = cursor::page_size(&ctx, query.limit)?;
    let before = query.cursor.as_deref().map(cursor::release).transpose()?;
    let health = health_of(&ctx, &project, &query).await?;
    let page = ctx.app.db.releases(project.id, before, limit).await?;
    let rows = page.rows.into_iter().map(|release| told(release, &health)).collect();
    Ok(axum::Json(Releases { rows, next: page.next.map(cursor::of_release), is_partial: health.is_partial() }))
}

/// The release of that version.
///
/// # Errors
/// 404 where nobody has heard of it.
pub(super) async fn existing_release(ctx: &Ctx, project: &Project, version: &str) -> Result<Release> {
    let missing =
        || Problem::missing(worded("problem-no-release", &[("version", &version), ("project", &project.name)]));
    ctx.app.db.release_of(project.id, version).await?.ok_or_else(missing)
}

async fn show(
    State(ctx): State<Ctx>,
    Path((slug, version)): Path<(String, String)>,
    Query(query): Query<ReleaseQuery>,
) -> Result<axum::Json<ReleaseDetail>> {
    let project = existing(&ctx, &slug).await?;
    let release = existing_release(&ctx, &project, &version).await?;
    let health = health_of(&ctx, &project, &query).await?;
    let (artifacts, artifact_bytes) = ctx.app.db.count_artifacts(project.id, &version).await?;
    let deploys = ctx.app.db.deploys(release.id, DEPLOYS_MAX).await?.into_iter().map(told_deploy).collect();
    let commits = ctx.app.db.commits(release.id).await?.into_iter().map(|commit| {
        let store::Commit { id, author, message, at } = commit;
        releases::Commit { id, author, message, at }
    });
    let (commits, release) = (commits.collect(), told(release, &health));
    Ok(axum::Json(ReleaseDetail { release, deploys, commits, artifacts, artifact_bytes }))
}

/// # Errors
/// 422 where it is empty or too long.
pub(super) fn version(version: &str) -> Result<String> {
    let version = text("version", version.trim().to_owned(), VERSION_MAX)?;
    if version.is_empty() || version == "." || version == ".." || version.contains(model::steers_display) {
        return Err(Problem::invalid("version: cannot be taken").remedy("name the release, such as `shop@1.2.0`"));
    }
    Ok(version)
}

async fn create(
    State(ctx): State<Ctx>,
    Path(slug): Path<String>,
    Json(new): Json<NewRelease>,
) -> Result<(StatusCode, axum::Json<releases::Release>)> {
    let project = existing(&ctx, &slug).await?;
    let version = version(&new.version)?;
    let now = ctx.app.clock.now();
    let release = ctx.app.db.announce_release(project.id, version, new.date_released, now).await?;
    let health = health_of(&ctx, &project, &ReleaseQuery::default()).await?;
    Ok((StatusCode::CREATED, axum::Json(told(release, &health))))
}

async fn deploy(
    State(ctx): State<Ctx>,
    Path((slug, named)): Path<(String, String)>,
    Json(new): Json<NewDeploy>,
) -> Result<(StatusCode, axum::Json<releases::Deploy>)> {
    let project = existing(&ctx, &slug).await?;
    let deploy = new_deploy(new.environment, new.name, new.url, ctx.app.clock.now())?;
    ctx.app.db.add_deploy(project.id, version(&named)?, deploy.clone()).await?;
    Ok((StatusCode::CREATED, axum::Json(told_deploy(deploy))))
}

/// # Errors
/// 422 where something is missing or too long.
pub(super) fn new_deploy(
    environment: String,
    name: Option<String>,
    url: Option<String>,
    at: Timestamp,
) -> Result<Deploy> {
    let environment = text("environment", environment, VERSION_MAX)?;
    if environment.is_empty() {
        return Err(Problem::invalid("environment: is missing").remedy("say where it runs, such as `production`"));
    }
    let name = text("name", name.unwrap_or_default(), VERSION_MAX)?;
    Ok(Deploy { no: 0, environment, name, url: text("url", url.unwrap_or_default(), URL_MAX)?, at })
}
