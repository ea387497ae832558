//! Releases for people.

use super::{
    api::{DEPLOYS_MAX, existing_release},
    health::ProjectHealth,
    page::{CommitRow, DeployRow, HealthCells, ReleasePage, ReleaseRow, ReleasesPage},
};
use crate::{
    Ctx,
    auth::Access,
    cursor,
    extract::{Path, Query},
    layout::{
        Reader,
        foreign::{Foreign, plain},
        parts::{Choice, Pager},
        rows, shown,
        view::View,
    },
    problem::Result,
    projects::api::existing,
    routes::{Routes, page_about},
};
use axum::{extract::State, response::Response};
use model::Timestamp;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use std::{ops::Range, time::Duration};
use store::{Commit, Deploy, Project, Release, Scope};
use utoipa::IntoParams;

const ROWS: u32 = 25;
/// Digits of a commit's hash that people read.
const HASH_CHARS: usize = 10;

/// Periods by their values, words and seconds.
pub(super) const PERIODS: [(&str, &str, u64); 3] = [
    ("24h", "performance-day", 86_400),
    ("7d", "performance-week", 7 * 86_400),
    ("30d", "releases-month", 30 * 86_400),
];
const USUAL: &str = "7d";

pub(crate) fn declare(routes: Routes) -> Routes {
    let reads = Access::Page(Scope::Read);
    routes
        .get(
            "/releases",
            reads,
            list,
            page_about("The releases of a project, and how they do").query::<ReleasesAsked>(),
        )
        .get(
            "/projects/{name}/releases/{code}",
            reads,
            show,
            page_about("A release: its sessions, deploys and commits").query::<PeriodAsked>(),
        )
}

#[derive(Clone, Deserialize, Default, IntoParams)]
#[serde(default)]
struct ReleasesAsked {
    /// The slug of a project; the first by name where it is empty.
    project: String,
    /// `24h`, `7d` or `30d`: of which time sessions are counted.
    period: String,
    environment: String,
    cursor: String,
}

#[derive(Clone, Deserialize, Default, IntoParams)]
#[serde(default)]
struct PeriodAsked {
    /// `24h`, `7d` or `30d`: of which time sessions are counted.
    period: String,
}

/// The chosen period, or the usual one.
fn period(asked: &str) -> (&'static str, u64) {
    let find = |name: &str| PERIODS.iter().find(|(known, ..)| *known == name);
    find(asked).or_else(|| find(USUAL)).map_or((USUAL, 0), |(name, _, seconds)| (*name, *seconds))
}

fn range(v: &View, seconds: u64) -> Range<Timestamp> {
    v.now - Duration::from_secs(seconds)..v.now
}

/// Of the page of a release.
pub(crate) fn address(slug: &str, version: &str) -> String {
    format!("/projects/{slug}/releases/{}", utf8_percent_encode(version, NON_ALPHANUMERIC))
}

async fn list(State(ctx): State<Ctx>, Reader(v): Reader, Query(asked): Query<ReleasesAsked>) -> Result<Response> {
    let known = ctx.app.db.projects().await?;
    let project = known.iter().find(|project| project.slug == asked.project).or(known.first());
    let (chosen, seconds) = period(&asked.period);
    let (mut page_rows, mut pager, mut is_partial) = (Vec::new(), Pager::default(), false);
    if let Some(project) = project {
        let environment = Some(asked.environment.as_str()).filter(|name| !name.is_empty());
        let health = ProjectHealth::of(&ctx, project.id, environment, range(&v, seconds)).await?;
        let before = (!asked.cursor.is_empty()).then(|| cursor::release(&asked.cursor)).transpose()?;
        let page = ctx.app.db.releases(project.id, before, ROWS).await?;
        let address = |cursor: &str| asked.address(&project.slug, chosen, cursor);
        pager = Pager {
            first: before.map(|_| address("")),
            next: page.next.map(|next| address(&cursor::of_release(next))),
            shown: page.rows.len() as u64,
            ..Pager::default()
        };
        is_partial = health.is_partial();
        for release in page.rows {
            let last = ctx.app.db.deploys(release.id, 1).await?;
            page_rows.push(row(&project.slug, &release, &last, &health));
        }
    }
    let slug = project.map(|project| project.slug.as_str()).unwrap_or_default();
    Ok(shown(&ReleasesPage {
        v: &v,
        projects: Choice::of(known.iter().map(|one| (one.slug.clone(), one.name.clone())), slug),
        periods: Choice::of(PERIODS.iter().map(|(value, word, _)| ((*value).to_owned(), v.t(word))), chosen),
        environment: asked.environment.chars().take(64).collect(),
        rows: page_rows,
        pager,
        is_partial,
    }))
}

impl ReleasesAsked {
    fn address(&self, project: &str, period: &str, cursor: &str) -> String {
        let pairs = [("project", project), ("period", period), ("environment", &self.environment), ("cursor", cursor)];
        let set: Vec<_> = pairs.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        rows::address("/releases", &set)
    }
}

fn row(slug: &str, release: &Release, deploys: &[Deploy], health: &ProjectHealth) -> ReleaseRow {
    let cells = health.release(&release.version).map(|own| HealthCells {
        sessions: own.started,
        errored: own.errored,
        crashed: own.crashed,
        users: own.users,
        crash_free_sessions: own.crash_free_sessions().unwrap_or(100.0),
        crash_free_users: own.crash_free_users(),
        adoption: health.adoption(own).unwrap_or_default(),
    });
    ReleaseRow {
        version: Foreign::line(release.version.as_bytes()),
        label: plain(&release.version),
        address: address(slug, &release.version),
        first_seen: release.first_seen,
        last_seen: release.last_seen,
        date_released: release.date_released,
        events: release.events,
        new_issues: release.new_issues,
        deploy: deploys.first().map(deploy_row),
        health: cells,
    }
}

fn deploy_row(deploy: &Deploy) -> DeployRow {
    let foreign = |text: &String| Foreign::line(text.as_bytes());
    DeployRow { environment: foreign(&deploy.environment), name: foreign(&deploy.name), at: deploy.at }
}

fn commit_row(commit: &Commit) -> CommitRow {
    let id: String = commit.id.chars().take(HASH_CHARS).collect();
    let first = commit.message.lines().next().unwrap_or_default();
    CommitRow {
        id: Foreign::line(id.as_bytes()),
        author: Foreign::line(commit.author.as_bytes()),
        message: Foreign::line(first.as_bytes()),
        at: commit.at,
    }
}

async fn show(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    Path((slug, version)): Path<(String, String)>,
    Query(asked): Query<PeriodAsked>,
) -> Result<Response> {
    let project: Project = existing(&ctx, &slug).await?;
    let release = existing_release(&ctx, &project, &version).await?;
    let health = ProjectHealth::of(&ctx, project.id, None, range(&v, period(&asked.period).1)).await?;
    let deploys = ctx.app.db.deploys(release.id, DEPLOYS_MAX).await?;
    let commits = ctx.app.db.commits(release.id).await?;
    let (artifacts, artifact_bytes) = ctx.app.db.count_artifacts(project.id, &version).await?;
    let v = View { part_of: Some("/releases"), ..v };
    let issues = [("project", project.slug.as_str()), ("state", "all"), ("release", &version)];
    Ok(shown(&ReleasePage {
        issues: rows::address("/issues", &issues),
        row: row(&project.slug, &release, &deploys, &health),
        deploys: deploys.iter().map(deploy_row).collect(),
        commits: commits.iter().map(commit_row).collect(),
        v: &v,
        slug: project.slug,
        project: project.name,
        artifacts,
        artifact_bytes,
    }))
}
