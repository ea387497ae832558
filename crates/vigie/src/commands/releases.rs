//! `vigie releases …`

use crate::{
    app::{self, Connected},
    cli::{ReleasesArgs, ReleasesCommand, ReleasesFilter},
    client::{escaped, query},
    config::Config,
    failure::{Exit, Failure, Result},
    render::{self, Align, Table},
    words::t,
};
use api::{
    projects::Projects,
    releases::{ReleaseDetail, Releases, SessionFigures},
};

/// Columns of a commit's message before it is cut, and digits of its hash.
const MESSAGE_WIDTH: usize = 70;
const HASH_WIDTH: usize = 10;

pub(super) async fn run(config: &Config, args: ReleasesArgs) -> Result<Exit> {
    match args.command {
        None => list(config, args.filter).await,
        Some(ReleasesCommand::List(filter)) => list(config, filter).await,
        Some(ReleasesCommand::Show { version, filter }) => show(config, &version, filter).await,
    }
}

/// The project that is meant: the one there is, where none is named.
async fn project(connected: &Connected, filter: &ReleasesFilter) -> Result<String> {
    if let Some(slug) = &filter.project {
        return Ok(slug.clone());
    }
    let projects = connected.client().get::<Projects>("/api/v1/projects").await?.into_inner().rows;
    match projects.as_slice() {
        [] => Err(Failure::refused(t!("projects-none"))),
        [only] => Ok(only.slug.clone()),
        several => {
            let slugs: Vec<_> = several.iter().map(|project| project.slug.as_str()).collect();
            Err(Failure::refused(t!("releases-which")).help(t!("releases-which-help", slugs = slugs.join(", "))))
        }
    }
}

async fn list(config: &Config, filter: ReleasesFilter) -> Result<Exit> {
    let connected = app::reading(config).await?;
    let slug = project(&connected, &filter).await?;
    let path = format!("/api/v1/projects/{}/releases{}", escaped(&slug), query([("environment", filter.environment)]));
    let page = connected.client().get::<Releases>(&path).await?;
    if config.json {
        render::json(&page.json)?;
        return Ok(Exit::Done);
    }
    let mut table = Table::new(&[
        ("release", Align::Left),
        ("adoption", Align::Right),
        ("sessions", Align::Right),
        ("crash-free sessions", Align::Right),
        ("crash-free users", Align::Right),
        ("new issues", Align::Right),
        ("events", Align::Right),
        ("first seen", Align::Left),
    ]);
    for release in page.into_inner().rows {
        let health = release.health.unwrap_or_default();
        let sessions = if health.sessions > 0 { render::count(health.sessions) } else { "–".to_owned() };
        let [adoption, crash_free, users] =
            [health.adoption, health.crash_free_sessions, health.crash_free_users].map(share);
        let (issues, events) = (render::count(release.new_issues), render::count(release.events));
        let seen = render::moment(release.first_seen, &config.zone.value);
        table.row([render::plain(&release.version, 60), adoption, sessions, crash_free, users, issues, events, seen]);
    }
    match table.is_empty() {
        true => render::say(&t!("releases-none")),
        false => render::out(&table.to_string())?,
    }
    Ok(Exit::Done)
}

/// Two digits, rounded down: nothing that crashed is 100 %.
fn share(percent: Option<f64>) -> String {
    percent.map_or_else(
        || "–".to_owned(),
        |percent| t!("releases-share", percent = format!("{:.2}", (percent * 100.0).floor() / 100.0)),
    )
}

async fn show(config: &Config, version: &str, filter: ReleasesFilter) -> Result<Exit> {
    let connected = app::reading(config).await?;
    let slug = project(&connected, &filter).await?;
    let query = query([("environment", filter.environment)]);
    let path = format!("/api/v1/projects/{}/releases/{}{query}", escaped(&slug), escaped(version));
    let found = connected.client().get::<ReleaseDetail>(&path).await?;
    if config.json {
        render::json(&found.json)?;
        return Ok(Exit::Done);
    }
    render::out(&described(config, &slug, found.into_inner()).join("\n"))?;
    Ok(Exit::Done)
}

fn described(config: &Config, slug: &str, found: ReleaseDetail) -> Vec<String> {
    let moment = |at| render::moment(at, &config.zone.value);
    let release = found.release;
    let mut lines = vec![
        t!("release-of", version = render::plain(&release.version, usize::MAX), project = slug),
        t!("release-seen", first = moment(Some(release.first_seen)), last = moment(release.last_seen)),
        t!("release-counts", events = render::count(release.events), issues = render::count(release.new_issues)),
        release.health.as_ref().map_or_else(|| t!("release-no-sessions"), sessions),
        t!("release-artifacts", files = render::count(found.artifacts)),
    ];
    lines.extend(found.deploys.iter().map(|deploy| {
        t!("release-deploy", environment = render::plain(&deploy.environment, 60), at = moment(Some(deploy.at)))
    }));
    lines.extend(found.commits.iter().map(|commit| {
        let first = commit.message.lines().next().unwrap_or_default();
        format!("{}  {}", render::plain(&commit.id, HASH_WIDTH), render::plain(first, MESSAGE_WIDTH))
    }));
    lines
}

fn sessions(health: &SessionFigures) -> String {
    let (crash_free, users) = (share(health.crash_free_sessions), share(health.crash_free_users));
    t!("release-sessions", sessions = render::count(health.sessions), crash_free, users)
}
