//! Releases, their commits and their deploys. Under a project's address they are its own; under the organisation's, those of
//! every project that has the version.

use super::about;
use crate::{
    Ctx,
    auth::Access,
    extract::{Json, Path},
    problem::{Problem, Result},
    projects::api::existing,
    releases::api::{DEPLOYS_MAX, existing_release, new_deploy, version},
    routes::Routes,
};
use axum::{extract::State, http::StatusCode};
use model::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use store::{COMMITS_MAX, Commit, Deploy, Project, Release};

/// Releases that are listed, and projects that one request names.
const LISTED_MAX: u32 = 100;
const PROJECTS_MAX: usize = 50;

pub(super) fn declare(routes: Routes) -> Routes {
    let of_project = "/api/0/projects/{code}/{name}/releases/";
    let one_of_project = "/api/0/projects/{code}/{name}/releases/{row}/";
    let everywhere = "/api/0/organizations/{code}/releases/";
    let one = "/api/0/organizations/{code}/releases/{row}/";
    let deploys = "/api/0/organizations/{code}/releases/{row}/deploys/";
    let before = "/api/0/organizations/{code}/releases/{row}/previous-with-commits/";
    let access = Access::Releases;
    routes
        .get(of_project, access, list_of_project, about("The releases of a project, as sentry-cli lists them"))
        .post(of_project, access, create_in_project, about("Announce a release, as sentry-cli does"))
        .get(one_of_project, access, show_in_project, about("A release of a project, as sentry-cli shows it"))
        .put(one_of_project, access, change_in_project, about("Set a release's date or commits, as sentry-cli does"))
        .get(everywhere, access, list, about("The releases of all projects, as sentry-cli lists them"))
        .post(everywhere, access, create, about("Announce a release of several projects, as sentry-cli does"))
        .get(one, access, show, about("A release, as sentry-cli shows it"))
        .put(one, access, change, about("Set a release's date or commits in every project that has it"))
        .get(before, access, previous, about("The last release before, by whose commit sentry-cli begins"))
        .get(deploys, access, list_deploys, about("Where a release was deployed, as sentry-cli lists it"))
        .post(deploys, access, deploy, about("Note a deploy, as sentry-cli does"))
}

/// What is said of a release.
#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Announced {
    version: String,
    projects: Vec<String>,
    date_released: Option<Timestamp>,
    commits: Vec<NamedCommit>,
    /// The commits of repositories, without what was done.
    refs: Vec<Reference>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct NamedCommit {
    id: String,
    message: Option<String>,
    author_name: Option<String>,
    author_email: Option<String>,
    timestamp: Option<Timestamp>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Reference {
    commit: String,
    repository: String,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct NamedDeploy {
    environment: String,
    name: Option<String>,
    url: Option<String>,
    date_started: Option<Timestamp>,
    date_finished: Option<Timestamp>,
}

impl Announced {
    fn commits(self) -> Vec<Commit> {
        let named = self.commits.into_iter().map(|one| Commit {
            id: one.id,
            author: one.author_name.or(one.author_email).unwrap_or_default(),
            message: one.message.unwrap_or_default(),
            at: one.timestamp,
        });
        let references = self.refs.into_iter().map(|one| Commit {
            id: one.commit,
            author: String::new(),
            message: one.repository,
            at: None,
        });
        named.chain(references).take(COMMITS_MAX).collect()
    }
}

fn told(release: &Release, project: &Project) -> Value {
    json!({
        "version": release.version, "url": null, "dateCreated": release.first_seen, "dateReleased": release.date_released,
        "firstEvent": null, "lastEvent": release.last_seen, "newGroups": release.new_issues, "lastCommit": null,
        "projects": [{ "slug": project.slug, "name": project.name }],
    })
}

fn told_deploy(deploy: &Deploy) -> Value {
    let some = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    json!({ "id": deploy.no.to_string(), "environment": deploy.environment, "name": some(&deploy.name),
        "url": some(&deploy.url), "dateStarted": null, "dateFinished": deploy.at })
}

/// Every project that has that version.
///
/// # Errors
/// 404 where none has.
async fn of_version(ctx: &Ctx, version: &str) -> Result<Vec<(Project, Release)>> {
    let mut found = Vec::new();
    for release in ctx.app.db.releases_of_version(version).await? {
        found.extend(ctx.app.db.project(release.project).await?.map(|project| (project, release)));
    }
    match found.is_empty() {
        true => {
            Err(Problem::not_found(format!("release `{version}`")).remedy("create it first: `sentry-cli releases new`"))
        }
        false => Ok(found),
    }
}

async fn announce(ctx: &Ctx, project: &Project, named: &str, date: Option<Timestamp>) -> Result<Release> {
    let now = ctx.app.clock.now();
    Ok(ctx.app.db.announce_release(project.id, version(named)?, date, now).await?)
}

/// Sets what is said of a release in one project.
async fn set(
    ctx: &Ctx,
    project: &Project,
    named: &str,
    date: Option<Timestamp>,
    commits: &[Commit],
) -> Result<Release> {
    let release = announce(ctx, project, named, date).await?;
    if !commits.is_empty() {
        let now = ctx.app.clock.now();
        ctx.app.db.set_commits(project.id, release.version.clone(), commits.to_vec(), now).await?;
    }
    Ok(release)
}

async fn list_of_project(State(ctx): State<Ctx>, Path((_, slug)): Path<(String, String)>) -> Result<axum::Json<Value>> {
    let project = existing(&ctx, &slug).await?;
    let page = ctx.app.db.releases(project.id, None, LISTED_MAX).await?;
    Ok(axum::Json(page.rows.iter().map(|release| told(release, &project)).collect()))
}

async fn list(State(ctx): State<Ctx>, Path(_): Path<String>) -> Result<axum::Json<Value>> {
    let mut rows = Vec::new();
    for project in ctx.app.db.projects().await?.into_iter().take(PROJECTS_MAX) {
        let page = ctx.app.db.releases(project.id, None, LISTED_MAX).await?;
        rows.extend(page.rows.into_iter().map(|release| (release.first_seen, told(&release, &project))));
    }
    rows.sort_by_key(|(seen, _)| std::cmp::Reverse(*seen));
    Ok(axum::Json(rows.into_iter().take(LISTED_MAX as usize).map(|(_, row)| row).collect()))
}

async fn create_in_project(
    State(ctx): State<Ctx>,
    Path((_, slug)): Path<(String, String)>,
    Json(said): Json<Announced>,
) -> Result<(StatusCode, axum::Json<Value>)> {
    let project = existing(&ctx, &slug).await?;
    let (named, date) = (said.version.clone(), said.date_released);
    let release = set(&ctx, &project, &named, date, &said.commits()).await?;
    Ok((StatusCode::CREATED, axum::Json(told(&release, &project))))
}

async fn create(
    State(ctx): State<Ctx>,
    Path(_): Path<String>,
    Json(said): Json<Announced>,
) -> Result<(StatusCode, axum::Json<Value>)> {
    if said.projects.is_empty() || said.projects.len() > PROJECTS_MAX {
        return Err(Problem::invalid("projects: are missing, or too many").remedy("name one, with `--project`"));
    }
    let (named, date, slugs) = (said.version.clone(), said.date_released, said.projects.clone());
    let commits = said.commits();
    let mut first = Value::Null;
    for slug in &slugs {
        let project = existing(&ctx, slug).await?;
        let release = set(&ctx, &project, &named, date, &commits).await?;
        if first.is_null() {
            first = told(&release, &project);
        }
    }
    Ok((StatusCode::CREATED, axum::Json(first)))
}

async fn show_in_project(
    State(ctx): State<Ctx>,
    Path((_, slug, named)): Path<(String, String, String)>,
) -> Result<axum::Json<Value>> {
    let project = existing(&ctx, &slug).await?;
    let release = existing_release(&ctx, &project, &named).await?;
    Ok(axum::Json(told(&release, &project)))
}

async fn show(State(ctx): State<Ctx>, Path((_, named)): Path<(String, String)>) -> Result<axum::Json<Value>> {
    let found = of_version(&ctx, &named).await?;
    Ok(axum::Json(found.first().map(|(project, release)| told(release, project)).unwrap_or_default()))
}

async fn change_in_project(
    State(ctx): State<Ctx>,
    Path((_, slug, named)): Path<(String, String, String)>,
    Json(said): Json<Announced>,
) -> Result<axum::Json<Value>> {
    let project = existing(&ctx, &slug).await?;
    let date = said.date_released;
    let release = set(&ctx, &project, &named, date, &said.commits()).await?;
    Ok(axum::Json(told(&release, &project)))
}

async fn change(
    State(ctx): State<Ctx>,
    Path((_, named)): Path<(String, String)>,
    Json(said): Json<Announced>,
) -> Result<axum::Json<Value>> {
    let (found, date) = (of_version(&ctx, &named).await?, said.date_released);
    let commits = said.commits();
    for (project, _) in &found {
        set(&ctx, project, &named, date, &commits).await?;
    }
    Ok(axum::Json(found.first().map(|(project, release)| told(release, project)).unwrap_or_default()))
}

/// An empty object, where there is none.
async fn previous(State(ctx): State<Ctx>, Path((_, named)): Path<(String, String)>) -> Result<axum::Json<Value>> {
    for (project, _) in of_version(&ctx, &named).await? {
        if let Some((release, commit)) = ctx.app.db.previous_commit(project.id, &named).await? {
            let mut told = told(&release, &project);
            told["lastCommit"] = json!({ "id": commit.id });
            return Ok(axum::Json(told));
        }
    }
    Ok(axum::Json(json!({})))
}

async fn list_deploys(State(ctx): State<Ctx>, Path((_, named)): Path<(String, String)>) -> Result<axum::Json<Value>> {
    let mut rows = Vec::new();
    for (_, release) in of_version(&ctx, &named).await? {
        rows.extend(ctx.app.db.deploys(release.id, DEPLOYS_MAX).await?.iter().map(told_deploy));
    }
    Ok(axum::Json(rows.into_iter().collect()))
}

async fn deploy(
    State(ctx): State<Ctx>,
    Path((_, named)): Path<(String, String)>,
    Json(said): Json<NamedDeploy>,
) -> Result<(StatusCode, axum::Json<Value>)> {
    let at = said.date_finished.or(said.date_started).unwrap_or_else(|| ctx.app.clock.now());
    let mut deploy = new_deploy(said.environment, said.name, said.url, at)?;
    for (project, release) in of_version(&ctx, &named).await? {
        deploy.no = ctx.app.db.add_deploy(project.id, release.version, deploy.clone()).await?;
    }
    Ok((StatusCode::CREATED, axum::Json(told_deploy(&deploy))))
}
