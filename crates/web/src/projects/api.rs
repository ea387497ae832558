//! Projects and their keys, for programs.

use crate::{
    Ctx,
    auth::{Access, CreatedName},
    extract::{Address, Json, Path},
    problem::{Problem, Result, worded},
    routes::{About, Routes},
};
use ::api::{
    self,
    projects::{NewProject, ProjectChange, ProjectKeys, ProjectMade, Projects},
};
use axum::{
    Extension,
    extract::State,
    http::{HeaderMap, StatusCode, header},
};
use errors::scrubbing::Scrubbing;
use reports::ProjectSettings;
use serde_json::Value;
use store::{Project, ProjectKey};

/// Characters of a name.
pub(crate) const NAME_MAX: usize = 100;
/// Characters of a platform.
const PLATFORM_MAX: usize = 60;
/// Projects of one installation: their keys are kept in memory.
const PROJECTS_MAX: usize = 1_000;
/// Keys of one project, disabled ones included.
const KEYS_MAX: usize = 100;

pub(crate) fn declare(routes: Routes) -> Routes {
    let project = |summary| About::new(summary).gives::<api::projects::Project>(200, "The project");
    routes
        .get(
            "/api/v1/projects",
            Access::Read,
            list,
            About::new("Projects, by name").gives::<Projects>(200, "All of them"),
        )
        .post(
            "/api/v1/projects",
            Access::Admin,
            create,
            About::new("Make a project, with its first key")
                .takes::<NewProject>()
                .gives::<ProjectMade>(201, "The project, and the DSN that its clients are set up with"),
        )
        .get("/api/v1/projects/{name}", Access::Read, show, project("The project of that slug"))
        .put(
            "/api/v1/projects/{name}",
            Access::Admin,
            change,
            project("Change a project: what is left out stays").takes::<ProjectChange>(),
        )
        .delete(
            "/api/v1/projects/{name}",
            Access::Admin,
            remove,
            About::new("Remove a project, its issues, files and events: nothing brings them back").gives_text(
                204,
                None,
                "Nobody sees it any more; its rows and records are being deleted",
            ),
        )
        .get(
            "/api/v1/projects/{name}/keys",
            Access::Read,
            keys,
            About::new("The keys of a project, disabled ones included").gives::<ProjectKeys>(200, "All of them"),
        )
        .post(
            "/api/v1/projects/{name}/keys",
            Access::Admin,
            create_key,
            About::new("A further key of a project").gives::<api::projects::ProjectKey>(201, "The key, with its DSN"),
        )
        .delete(
            "/api/v1/projects/{name}/keys/{code}",
            Access::Admin,
            disable_key,
            About::new("Disable a key: from now on it opens nothing").gives_text(204, None, "It is disabled"),
        )
}

/// What a client is set up with: where Vigie is reached as the caller reaches it, the key, and the project's number.
pub(crate) fn dsn(origin: &str, key: &ProjectKey) -> String {
    let (scheme, host) = origin.split_once("://").unwrap_or(("http", origin));
    format!("{scheme}://{}@{host}/{}", key.public_key, key.project)
}

fn shown(project: Project) -> api::projects::Project {
    let settings = serde_json::to_value(ProjectSettings::read(&project.settings)).unwrap_or_default();
    let Project { id, slug, name, platform, created_at, first_event_at, .. } = project;
    api::projects::Project { id, slug, name, platform, settings, created_at, first_event_at }
}

fn shown_key(origin: &str, key: ProjectKey) -> api::projects::ProjectKey {
    let dsn = dsn(origin, &key);
    let ProjectKey { public_key, created_at, disabled_at, .. } = key;
    api::projects::ProjectKey { public_key, dsn, created_at, disabled_at }
}

async fn list(State(ctx): State<Ctx>) -> Result<axum::Json<Projects>> {
    let rows = ctx.app.db.projects().await?.into_iter().map(shown).collect();
    Ok(axum::Json(Projects { rows, next: None }))
}

pub(crate) async fn existing(ctx: &Ctx, slug: &str) -> Result<Project> {
    let missing = || {
        Problem::missing(worded("problem-no-project", &[("name", &slug)]))
            .remedy(worded("problem-no-project-help", &[]))
    };
    ctx.app.db.project_of_slug(&slug.to_lowercase()).await?.ok_or_else(missing)
}

async fn show(State(ctx): State<Ctx>, Path(slug): Path<String>) -> Result<axum::Json<api::projects::Project>> {
    Ok(axum::Json(shown(existing(&ctx, &slug).await?)))
}

async fn create(
    State(ctx): State<Ctx>,
    Address(address): Address,
    headers: HeaderMap,
    Json(new): Json<NewProject>,
) -> Result<(StatusCode, Extension<CreatedName>, axum::Json<ProjectMade>)> {
    if !is_name(&new.name) {
        return Err(bad_name());
    }
    let (project, key) = make(&ctx, new.name, new.platform.unwrap_or_default()).await?;
    // The command line comes by the local socket, where no program can follow it.
    let is_local = address.is_none() && headers.get(header::HOST).is_none_or(|host| host == "localhost");
    let origin = if is_local { ctx.app.alerts.origin().to_owned() } else { ctx.origin(&headers) };
    let made = ProjectMade { project: shown(project), key: shown_key(&origin, key) };
    Ok((StatusCode::CREATED, Extension(CreatedName(made.project.name.clone())), axum::Json(made)))
}

pub(crate) fn is_name(name: &str) -> bool {
    let chars = name.chars().count();
    (1..=NAME_MAX).contains(&chars) && name.trim() == name && !name.contains(model::steers_display)
}

fn bad_name() -> Problem {
    Problem::invalid(worded("problem-name-wrong", &[]))
        .remedy(worded("problem-project-name-help", &[("most", &NAME_MAX)]))
}

fn no_platform() -> Problem {
    Problem::invalid(worded("problem-platform", &[])).remedy(worded("problem-platform-help", &[]))
}

pub(crate) fn is_platform(platform: &str) -> bool {
    platform.chars().count() <= PLATFORM_MAX && !platform.contains(model::steers_display)
}

/// A project with its first key.
pub(crate) async fn make(ctx: &Ctx, name: String, platform: String) -> Result<(Project, ProjectKey)> {
    if !is_platform(&platform) {
        return Err(no_platform());
    }
    if ctx.app.db.projects().await?.len() >= PROJECTS_MAX {
        return Err(Problem::conflict(worded("problem-projects-many", &[("most", &PROJECTS_MAX)])));
    }
    let settings = ProjectSettings::default().write();
    let new = store::NewProject { name, platform, settings, key: ctx.app.rng.bytes() };
    let made = ctx.app.db.create_project(new, ctx.app.clock.now()).await?;
    ctx.app.reports.forget_projects();
    Ok(made)
}

async fn change(
    State(ctx): State<Ctx>,
    Path(slug): Path<String>,
    Json(change): Json<ProjectChange>,
) -> Result<axum::Json<api::projects::Project>> {
    let project = existing(&ctx, &slug).await?;
    if change.name.as_ref().is_some_and(|name| !is_name(name)) {
        return Err(bad_name());
    }
    if change.platform.as_ref().is_some_and(|platform| !is_platform(platform)) {
        return Err(no_platform());
    }
    let settings = change.settings.map(settings).transpose()?.map(|settings| settings.write());
    save(&ctx, &project, store::ProjectChange { name: change.name, platform: change.platform, settings }).await?;
    Ok(axum::Json(shown(existing(&ctx, &slug).await?)))
}

/// Settings that were sent, if they can be used.
fn settings(value: Value) -> Result<ProjectSettings> {
    let settings: ProjectSettings =
        serde_json::from_value(value).map_err(|error| Problem::invalid(format!("settings: {error}")))?;
    Scrubbing::new(settings.scrubbing.clone())
        .map_err(|error| Problem::invalid(format!("settings.scrubbing.patterns: {error}")))?;
    Ok(settings)
}

pub(crate) async fn save(ctx: &Ctx, project: &Project, change: store::ProjectChange) -> Result<()> {
    ctx.app.db.change_project(project.id, change).await?;
    ctx.app.reports.forget_projects();
    Ok(())
}

async fn remove(State(ctx): State<Ctx>, Path(slug): Path<String>) -> Result<StatusCode> {
    remove_project(&ctx, &existing(&ctx, &slug).await?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// From now on nobody sees it; its records and rows are deleted beside. What a stop cuts off is taken up by the retention of
/// reports.
pub(crate) async fn remove_project(ctx: &Ctx, project: &Project) -> Result<()> {
    ctx.app.reports.begin_removal(project.id).await?;
    let reports = ctx.app.reports.clone();
    tokio::spawn(async move {
        if let Err(error) = reports.finish_removals().await {
            tracing::warn!(%error, "the removal of a project goes on later");
        }
    });
    Ok(())
}

async fn keys(State(ctx): State<Ctx>, Path(slug): Path<String>, headers: HeaderMap) -> Result<axum::Json<ProjectKeys>> {
    let project = existing(&ctx, &slug).await?;
    let origin = ctx.origin(&headers);
    let rows = ctx.app.db.project_keys(project.id).await?.into_iter().map(|key| shown_key(&origin, key)).collect();
    Ok(axum::Json(ProjectKeys { rows, next: None }))
}

async fn create_key(
    State(ctx): State<Ctx>,
    Path(slug): Path<String>,
    headers: HeaderMap,
) -> Result<(StatusCode, axum::Json<api::projects::ProjectKey>)> {
    let project = existing(&ctx, &slug).await?;
    let key = add_key(&ctx, &project).await?;
    Ok((StatusCode::CREATED, axum::Json(shown_key(&ctx.origin(&headers), key))))
}

pub(crate) async fn add_key(ctx: &Ctx, project: &Project) -> Result<ProjectKey> {
    if ctx.app.db.project_keys(project.id).await?.len() >= KEYS_MAX {
        return Err(Problem::conflict(worded("problem-keys-many", &[("most", &KEYS_MAX)])));
    }
    Ok(ctx.app.db.create_project_key(project.id, ctx.app.rng.bytes(), ctx.app.clock.now()).await?)
}

async fn disable_key(State(ctx): State<Ctx>, Path((slug, key)): Path<(String, String)>) -> Result<StatusCode> {
    let project = existing(&ctx, &slug).await?;
    disable(&ctx, &project, &key).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Disables a key of the project; one that is disabled already stays so.
pub(crate) async fn disable(ctx: &Ctx, project: &Project, key: &str) -> Result<()> {
    let is_own = ctx.app.db.project_keys(project.id).await?.iter().any(|one| one.public_key == key);
    if !is_own {
        return Err(Problem::missing(worded("problem-no-key", &[("name", &project.slug)])));
    }
    ctx.app.db.disable_project_key(key.to_owned(), ctx.app.clock.now()).await?;
    ctx.app.reports.forget_projects();
    Ok(())
}
