//! Issues, for programs: listed, shown, and decided about.

pub(crate) mod changes;

use crate::{
    Ctx,
    auth::Access,
    cursor,
    extract::{Path, Query},
    issues::{
        lookup::{self, FoundIssue},
        query,
    },
    problem::{Problem, Result, worded},
    routes::{About, Routes},
};
use ::api::issues::{
    self, IgnoredUntil, IssueActivityPage, IssueCounts, IssueDetail, IssueEvent, IssueEvents, IssueQuery, IssuesPage,
    ResolvedIn, TagValue,
};
use axum::extract::State;
use model::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use store::{HourSteps, IgnoreUntil, Issue, IssueId, IssueState, IssueStateKind, Resolution};
use utoipa::IntoParams;
use uuid::Uuid;

/// Values of a tag that are told.
const TAG_VALUES: u32 = 10;
/// Hours of a trend.
pub(crate) const TREND_HOURS: u64 = 24;
const HOUR_MICROS: i64 = 3_600_000_000;

pub(crate) fn declare(routes: Routes) -> Routes {
    let routes = routes
        .get(
            "/api/v1/issues",
            Access::Read,
            list,
            About::new("Issues: what is wrong, each once, with its events of the last 24 hours")
                .query::<IssueQuery>()
                .gives::<IssuesPage>(200, "A page, sorted as asked"),
        )
        .get(
            "/api/v1/issues/counts",
            Access::Read,
            counts,
            About::new("How many issues are in each state, of a project or of all")
                .query::<CountsQuery>()
                .gives::<IssueCounts>(200, "The counts"),
        )
        .get(
            "/api/v1/issues/{id}",
            Access::Read,
            show,
            About::new("The issue of a name like `SHOP-12`, its tags and its groups")
                .gives::<IssueDetail>(200, "The issue"),
        )
        .get(
            "/api/v1/issues/{id}/activity",
            Access::Read,
            activity,
            About::new("What was done to an issue, the last first")
                .query::<PageQuery>()
                .gives::<IssueActivityPage>(200, "A page"),
        )
        .get(
            "/api/v1/issues/{id}/events",
            Access::Read,
            events,
            About::new("The events of an issue that are still kept, the newest first")
                .query::<PageQuery>()
                .gives::<IssueEvents>(200, "A page"),
        )
        .get(
            "/api/v1/issues/{id}/events/latest",
            Access::Read,
            latest_event,
            About::new("The newest event of an issue, as it is kept").gives::<Value>(200, "The event"),
        )
        .get(
            "/api/v1/issues/{id}/events/{event}",
            Access::Read,
            event,
            About::new("An event of an issue, as it is kept").gives::<Value>(200, "The event"),
        );
    changes::declare(routes)
}

/// An issue as the API tells it.
pub(crate) fn told(slug: &str, issue: Issue, trend: Option<Vec<u64>>) -> issues::Issue {
    let (resolved_in, ignored_until) = match &issue.state {
        IssueState::Resolved(Resolution::Release(version)) => (Some(ResolvedIn::Release(version.clone())), None),
        IssueState::Resolved(Resolution::NextRelease) => (Some(ResolvedIn::NextRelease), None),
        IssueState::Ignored(IgnoreUntil::Time(at)) => (None, Some(IgnoredUntil::Time(*at))),
        IssueState::Ignored(IgnoreUntil::Events(events)) => (None, Some(IgnoredUntil::Events(*events))),
        _ => (None, None),
    };
    issues::Issue {
        id: issue.id,
        short_id: lookup::short_id(slug, issue.number),
        project: slug.to_owned(),
        kind: issue.kind.as_str().to_owned(),
        state: issue.state.kind().as_str().to_owned(),
        state_at: issue.state_at,
        users_at_least: issue.has_more_users(),
        title: issue.title,
        culprit: issue.culprit,
        level: issue.level,
        platform: issue.platform,
        resolved_in,
        ignored_until,
        assignee: issue.assignee,
        first_seen: issue.first_seen,
        last_seen: issue.last_seen,
        events: issue.events,
        users: issue.users,
        first_release: issue.first_release,
        last_release: issue.last_release,
        last_event: issue.last_event,
        trend,
    }
}

/// The slugs of projects by their number.
pub(crate) async fn slugs(ctx: &Ctx) -> Result<HashMap<i64, String>> {
    Ok(ctx.app.db.projects().await?.into_iter().map(|project| (project.id, project.slug)).collect())
}

/// Events of each of the last 24 hours, the present one included.
pub(crate) async fn trends(
    ctx: &Ctx,
    ids: &[IssueId],
    environment: Option<&str>,
) -> Result<BTreeMap<IssueId, Vec<u64>>> {
    let hour = ctx.app.clock.now().as_micros().div_euclid(HOUR_MICROS);
    let since = Timestamp::from_micros((hour + 1 - TREND_HOURS.cast_signed()) * HOUR_MICROS);
    let steps = HourSteps { since, hours: 1, count: TREND_HOURS };
    Ok(ctx.app.db.issue_trends(ids, steps, environment).await?)
}

async fn list(State(ctx): State<Ctx>, Query(asked): Query<IssueQuery>) -> Result<axum::Json<IssuesPage>> {
    let filter = query::filter(&ctx, &asked, cursor::page_size(&ctx, asked.limit)?).await?;
    let page = ctx.app.db.issues(&filter).await?;
    let (slugs, ids) = (slugs(&ctx).await?, page.rows.iter().map(|issue| issue.id).collect::<Vec<_>>());
    let mut trends = BTreeMap::new();
    for some in ids.chunks(200) {
        trends.extend(self::trends(&ctx, some, filter.environment.as_deref()).await?);
    }
    // Issues of a project that is being removed are not told.
    let rows = page.rows.into_iter().filter_map(|issue| {
        let slug = slugs.get(&issue.project)?;
        let trend = trends.remove(&issue.id).unwrap_or_else(|| vec![0; TREND_HOURS as usize]);
        Some(told(slug, issue, Some(trend)))
    });
    let (rows, next) = (rows.collect(), page.next.map(cursor::of_issue));
    Ok(axum::Json(IssuesPage { rows, next, is_cut: page.is_cut }))
}

#[derive(Deserialize, Default, IntoParams)]
#[serde(default)]
struct CountsQuery {
    /// The slug of a project.
    project: Option<String>,
}

async fn counts(State(ctx): State<Ctx>, Query(asked): Query<CountsQuery>) -> Result<axum::Json<IssueCounts>> {
    let project = match asked.project {
        Some(slug) => Some(crate::projects::api::existing(&ctx, &slug).await?.id),
        None => None,
    };
    let mut told = IssueCounts::default();
    for (state, count) in ctx.app.db.count_issues(project).await? {
        let place = match state {
            IssueStateKind::New => &mut told.new,
            IssueStateKind::Ongoing => &mut told.ongoing,
            IssueStateKind::Resolved => &mut told.resolved,
            IssueStateKind::Ignored => &mut told.ignored,
            IssueStateKind::Regressed => &mut told.regressed,
        };
        *place = count;
    }
    Ok(axum::Json(told))
}

async fn show(State(ctx): State<Ctx>, Path(name): Path<String>) -> Result<axum::Json<IssueDetail>> {
    let FoundIssue { project, issue } = lookup::existing(&ctx, &name).await?;
    let tags = ctx.app.db.issue_tags(issue.id, TAG_VALUES).await?.into_iter().map(|tag| {
        let values = tag.values.into_iter().map(|(value, events)| TagValue { value, events }).collect();
        issues::IssueTag { key: tag.key, events: tag.events, values }
    });
    let hashes = ctx.app.db.issue_hashes(issue.id).await?.into_iter().map(|hash| issues::IssueHash {
        is_merged: hash.born_in != issue.id,
        hash: hash.hash,
        events: hash.events,
        first_seen: hash.first_seen,
        last_seen: hash.last_seen,
    });
    let (tags, hashes) = (tags.collect(), hashes.collect());
    let trend = trends(&ctx, &[issue.id], None).await?.remove(&issue.id);
    let trend = trend.unwrap_or_else(|| vec![0; TREND_HOURS as usize]);
    Ok(axum::Json(IssueDetail { issue: told(&project.slug, issue, Some(trend)), tags, hashes }))
}

#[derive(Deserialize, Default, IntoParams)]
#[serde(default)]
struct PageQuery {
    /// Rows: 100 unless said otherwise.
    limit: Option<u32>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

async fn activity(
    State(ctx): State<Ctx>,
    Path(name): Path<String>,
    Query(asked): Query<PageQuery>,
) -> Result<axum::Json<IssueActivityPage>> {
    let FoundIssue { issue, .. } = lookup::existing(&ctx, &name).await?;
    let before = asked.cursor.as_deref().map(cursor::number).transpose()?;
    let page = ctx.app.db.issue_activity(issue.id, before, cursor::page_size(&ctx, asked.limit)?).await?;
    let rows = page.rows.into_iter().map(|one| issues::IssueActivity {
        no: one.no,
        at: one.at,
        who: one.who,
        what: one.what,
        detail: one.detail,
    });
    Ok(axum::Json(IssueActivityPage { rows: rows.collect(), next: page.next.map(cursor::of_number) }))
}

async fn events(
    State(ctx): State<Ctx>,
    Path(name): Path<String>,
    Query(asked): Query<PageQuery>,
) -> Result<axum::Json<IssueEvents>> {
    let found = lookup::existing(&ctx, &name).await?;
    let after = asked.cursor.as_deref().map(cursor::log).transpose()?;
    let limit = cursor::page_size(&ctx, asked.limit)? as usize;
    let page = lookup::event_page(&ctx, &found, after, limit).await?;
    let row = |event: reports::StoredEvent| IssueEvent { event_id: event.event_id, at: event.at, title: event.title };
    let next = page.next.map(cursor::of_log);
    Ok(axum::Json(IssueEvents { rows: page.events.into_iter().map(row).collect(), next }))
}

async fn latest_event(State(ctx): State<Ctx>, Path(name): Path<String>) -> Result<axum::Json<Value>> {
    let found = lookup::existing(&ctx, &name).await?;
    let missing = || Problem::missing(worded("problem-no-event-kept", &[("issue", &found.short_id())]));
    let event = lookup::newest_event(&ctx, &found).await?.ok_or_else(missing)?;
    Ok(axum::Json(body(&event)))
}

async fn event(State(ctx): State<Ctx>, Path((name, id)): Path<(String, Uuid)>) -> Result<axum::Json<Value>> {
    let found = lookup::existing(&ctx, &name).await?;
    Ok(axum::Json(body(&lookup::event(&ctx, &found, id).await?)))
}

fn body(found: &lookup::FoundEvent) -> Value {
    let mut body = serde_json::to_value(&found.event.event).unwrap_or_default();
    body["event_id"] = found.event.event_id.simple().to_string().into();
    body["grouping"] = serde_json::to_value(&found.grouping).unwrap_or_default();
    body
}
