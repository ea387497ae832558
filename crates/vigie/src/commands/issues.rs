//! `vigie issues …`

mod trace;

use crate::{
    app::{self, Engines},
    cli::{IssuesArgs, IssuesCommand},
    client::{Client, escaped},
    config::Config,
    failure::{Exit, Result},
    render::{self, Align, Table},
    words::{self, t},
};
use api::issues::{IssueDetail, IssueResolution, IssueSilence, IssuesPage, ResolvedIn};
use serde::Serialize;
use serde_json::{Value, json};

/// Columns of a title before it is cut.
const TITLE_WIDTH: usize = 60;

pub(super) async fn run(config: &Config, args: IssuesArgs) -> Result<Exit> {
    match args.command {
        None => list(config, &args.filter.query()).await,
        Some(IssuesCommand::List(filter)) => list(config, &filter.query()).await,
        Some(IssuesCommand::Show { issue }) => show(config, &issue).await,
        Some(IssuesCommand::Resolve { issues, next_release }) => {
            let resolution = IssueResolution { r#in: next_release.then_some(ResolvedIn::NextRelease) };
            change(config, &issues, "resolve", &resolution).await
        }
        Some(IssuesCommand::Ignore { issues, events }) => {
            change(config, &issues, "ignore", &IssueSilence { events, ..IssueSilence::default() }).await
        }
        Some(IssuesCommand::Reopen { issues }) => change(config, &issues, "reopen", &json!({})).await,
    }
}

async fn list(config: &Config, query: &str) -> Result<Exit> {
    let connected = app::reading(config).await?;
    let page = connected.client().get::<IssuesPage>(&format!("/api/v1/issues?{query}")).await?;
    if config.json {
        render::json(&page.json)?;
        return Ok(Exit::Done);
    }
    let mut table = Table::new(&[
        ("issue", Align::Left),
        ("state", Align::Left),
        ("events", Align::Right),
        ("users", Align::Right),
        ("last seen", Align::Left),
        ("what", Align::Left),
    ]);
    for issue in page.into_inner().rows {
        let seen = render::moment(Some(issue.last_seen), &config.zone.value);
        let state = words::word("issue-state", &issue.state);
        let title = render::plain(&issue.title, TITLE_WIDTH);
        table.row([issue.short_id, state, render::count(issue.events), render::count(issue.users), seen, title]);
    }
    match table.is_empty() {
        true => render::say(&t!("issues-none")),
        false => render::out(&table.to_string())?,
    }
    Ok(Exit::Done)
}

async fn show(config: &Config, issue: &str) -> Result<Exit> {
    let connected = app::reading(config).await?;
    let found = connected.client().get::<IssueDetail>(&format!("/api/v1/issues/{}", escaped(issue))).await?;
    if config.json {
        render::json(&found.json)?;
        return Ok(Exit::Done);
    }
    let issue = found.into_inner().issue;
    let moment = |at| render::moment(Some(at), &config.zone.value);
    let mut lines = vec![
        format!("{}  {}", issue.short_id, render::plain(&issue.title, usize::MAX)),
        t!("issue-where", culprit = render::plain(&issue.culprit, usize::MAX), project = issue.project),
        t!("issue-stands", state = words::word("issue-state", &issue.state)),
        t!("issue-counts", events = render::count(issue.events), users = render::count(issue.users)),
        t!("issue-seen", first = moment(issue.first_seen), last = moment(issue.last_seen)),
    ];
    lines.extend(issue.last_release.map(|release| t!("issue-release", release = render::plain(&release, 200))));
    // Its events may be older than what is kept.
    let newest = format!("/api/v1/issues/{}/events/latest", escaped(&issue.short_id));
    if let Some(event) = connected.client().find::<Value>(&newest).await? {
        lines.extend(trace::lines(&event.into_inner()));
    }
    render::out(&lines.join("\n"))?;
    Ok(Exit::Done)
}

/// All of them, or none where one is not there; what was done before one that cannot be changed is said.
async fn change(config: &Config, issues: &[String], what: &str, asked: &impl Serialize) -> Result<Exit> {
    let connected = app::changing(config, "issues", Engines::Rest).await?;
    let mut changed = all_there(connected.client(), issues).await;
    for issue in issues {
        if changed.is_ok() {
            changed = change_one(config, connected.client(), issue, what, asked).await;
        }
    }
    connected.close().await;
    changed.map(|()| Exit::Done)
}

async fn all_there(client: &Client, issues: &[String]) -> Result<()> {
    for issue in issues {
        client.get::<Value>(&format!("/api/v1/issues/{}", escaped(issue))).await?;
    }
    Ok(())
}

async fn change_one(config: &Config, client: &Client, issue: &str, what: &str, asked: &impl Serialize) -> Result<()> {
    let changed = client.post::<Value>(&format!("/api/v1/issues/{}/{what}", escaped(issue)), asked).await?;
    match config.json {
        true => render::json(&changed.json)?,
        false => render::say(&match what {
            "resolve" => t!("issue-resolved", issue),
            "ignore" => t!("issue-ignored", issue),
            _ => t!("issue-reopened", issue),
        }),
    }
    Ok(())
}
