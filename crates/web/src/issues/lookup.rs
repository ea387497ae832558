//! Issues and their events, found by what people call them.

use crate::{
    Ctx,
    problem::{Problem, Result, worded},
};
use errors::grouping::{self, Grouping};
use reports::{EventPage, StoredEvent};
use std::time::Duration;
use store::{EventAttachment, Issue, IssueFilter, Project};
use telemetry::query::{Cursor, language::Order};
use uuid::Uuid;

/// What people call an issue: `SHOP-12`.
pub(crate) fn short_id(slug: &str, number: i64) -> String {
    format!("{}-{number}", slug.to_uppercase())
}

/// An issue with its project.
pub(crate) struct FoundIssue {
    pub(crate) project: Project,
    pub(crate) issue: Issue,
}

impl FoundIssue {
    pub(crate) fn short_id(&self) -> String {
        short_id(&self.project.slug, self.issue.number)
    }

    pub(crate) fn address(&self) -> String {
        format!("/issues/{}", self.short_id())
    }
}

/// The issue of a name like `SHOP-12`, in any case; where it went into another, that one.
pub(crate) async fn named(ctx: &Ctx, name: &str) -> Result<Option<FoundIssue>> {
    let Some((slug, number)) = name.rsplit_once('-') else { return Ok(None) };
    let Ok(number) = number.parse::<i64>() else { return Ok(None) };
    let Some(project) = ctx.app.db.project_of_slug(&slug.to_lowercase()).await? else { return Ok(None) };
    let issue = ctx.app.db.issue_of_number(project.id, number).await?;
    Ok(issue.map(|issue| FoundIssue { project, issue }))
}

/// Issues that are called so, or whose title or place holds a text: the last seen first, at most `limit`.
pub(crate) async fn like(ctx: &Ctx, text: &str, limit: u32) -> Result<Vec<FoundIssue>> {
    let mut found: Vec<FoundIssue> = named(ctx, text).await?.into_iter().collect();
    let projects = ctx.app.db.projects().await?;
    if projects.is_empty() {
        return Ok(found);
    }
    let filter = IssueFilter { text: Some(text.to_owned()), limit, ..IssueFilter::default() };
    for issue in ctx.app.db.issues(&filter).await?.rows {
        let project = projects.iter().find(|project| project.id == issue.project);
        let is_new = found.iter().all(|one| one.issue.id != issue.id);
        found.extend(project.filter(|_| is_new).map(|project| FoundIssue { project: project.clone(), issue }));
    }
    found.truncate(limit as usize);
    Ok(found)
}

/// # Errors
/// 404 where there is none.
pub(crate) async fn existing(ctx: &Ctx, name: &str) -> Result<FoundIssue> {
    let missing = || {
        Problem::missing(worded("problem-no-issue", &[("name", &name)])).remedy(worded("problem-no-issue-help", &[]))
    };
    named(ctx, name).await?.ok_or_else(missing)
}

/// An event of an issue, with how it is grouped and what stands around it in time.
pub(crate) struct FoundEvent {
    pub(crate) event: StoredEvent,
    pub(crate) grouping: Grouping,
    pub(crate) older: Option<Uuid>,
    pub(crate) newer: Option<Uuid>,
    /// Files that came with it.
    pub(crate) attachments: Vec<EventAttachment>,
}

/// The newest event of an issue that is still kept.
pub(crate) async fn newest_event(ctx: &Ctx, found: &FoundIssue) -> Result<Option<FoundEvent>> {
    let hashes = hashes(ctx, &found.issue).await?;
    let page = events(ctx, found, &hashes, (Order::Descending, None), 1).await?;
    match page.events.into_iter().next() {
        Some(event) => around(ctx, found, &hashes, event).await.map(Some),
        None => Ok(None),
    }
}

/// The event of that id.
///
/// # Errors
/// 404 where it is not kept, or is another issue's.
pub(crate) async fn event(ctx: &Ctx, found: &FoundIssue, id: Uuid) -> Result<FoundEvent> {
    let hashes = hashes(ctx, &found.issue).await?;
    let event = ctx.app.reports.event(&found.project.slug, id).await?;
    let is_own = |event: &StoredEvent| {
        let grouping = grouping::group(&event.event);
        grouping.hashes.iter().any(|hash| hashes.contains(&hash.to_string()))
    };
    let missing = || {
        let of: [(&str, &dyn std::fmt::Display); 2] = [("id", &id.simple()), ("issue", &found.short_id())];
        Problem::missing(worded("problem-no-event", &of))
    };
    around(ctx, found, &hashes, event.filter(is_own).ok_or_else(missing)?).await
}

async fn around(ctx: &Ctx, found: &FoundIssue, hashes: &[String], event: StoredEvent) -> Result<FoundEvent> {
    let next = async |order| -> Result<Option<Uuid>> {
        let page = events(ctx, found, hashes, (order, Some(event.cursor)), 1).await?;
        Ok(page.events.first().map(|event| event.event_id))
    };
    let (older, newer) = (next(Order::Descending).await?, next(Order::Ascending).await?);
    let attachments = ctx.app.db.event_attachments(found.project.id, event.event_id).await?;
    Ok(FoundEvent { grouping: grouping::group(&event.event), event, older, newer, attachments })
}

async fn hashes(ctx: &Ctx, issue: &Issue) -> Result<Vec<String>> {
    Ok(ctx.app.db.issue_hashes(issue.id).await?.into_iter().map(|hash| hash.hash).collect())
}

/// A page of the events of an issue, the newest first.
pub(crate) async fn event_page(
    ctx: &Ctx,
    found: &FoundIssue,
    after: Option<Cursor>,
    limit: usize,
) -> Result<EventPage> {
    let hashes = hashes(ctx, &found.issue).await?;
    events(ctx, found, &hashes, (Order::Descending, after), limit).await
}

async fn events(
    ctx: &Ctx,
    FoundIssue { project, issue }: &FoundIssue,
    hashes: &[String],
    place: (Order, Option<Cursor>),
    limit: usize,
) -> Result<EventPage> {
    let range = issue.first_seen..issue.last_seen + Duration::from_micros(1);
    Ok(ctx.app.reports.events(&project.slug, hashes, range, place, limit).await?)
}
