//! One issue, with its newest event or another of them.

use crate::{
    Ctx,
    extract::{Path, Query},
    feedback::page::FeedbackRow,
    issues::{
        api::{TREND_HOURS, trends},
        handlers::list::users,
        lookup::{self, FoundEvent, FoundIssue},
        pages::{
            activity::{ActivityRow, state_note},
            event::ShownEvent,
            show::{GroupRow, IssueHead, IssuePage, RaisedBy, ShownTag, ShownTagValue},
            trend::Trend,
        },
        raised_by::told,
    },
    layout::{
        Reader,
        foreign::{Foreign, plain},
        notice,
        parts::{Choice, Mood, Notice},
        rows, shown,
        view::View,
    },
    logs::{
        excerpt::{self, Excerpt},
        pages::explore::Sign,
    },
    problem::Result,
};
use axum::{extract::State, response::Response};
use errors::Event;
use serde::Deserialize;
use store::{IssueTag, Job};
use utoipa::IntoParams;
use uuid::Uuid;

/// Values of each tag, and things that were done, on the page.
const TAG_VALUES: u32 = 5;
const ACTIVITY_MAX: u32 = 50;
/// What people said, on the page.
const FEEDBACK_MAX: u32 = 20;
/// Groups of events that are listed.
const GROUPS_MAX: usize = 100;
/// Names that are offered.
const PEOPLE_MAX: usize = 200;

#[derive(Deserialize, Default, IntoParams)]
#[serde(default)]
pub(super) struct SaidQuery {
    /// What the last action came to.
    said: String,
    /// That an action of this session said so.
    seal: String,
}

pub(super) async fn newest(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    Path(name): Path<String>,
    Query(said): Query<SaidQuery>,
) -> Result<Response> {
    let found = lookup::existing(&ctx, &name).await?;
    let event = lookup::newest_event(&ctx, &found).await?;
    answer(&ctx, &v, &found, event, &said).await
}

pub(super) async fn one(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    Path((name, id)): Path<(String, Uuid)>,
    Query(said): Query<SaidQuery>,
) -> Result<Response> {
    let found = lookup::existing(&ctx, &name).await?;
    let event = lookup::event(&ctx, &found, id).await?;
    answer(&ctx, &v, &found, Some(event), &said).await
}

async fn answer(
    ctx: &Ctx,
    v: &View,
    found: &FoundIssue,
    event: Option<FoundEvent>,
    said: &SaidQuery,
) -> Result<Response> {
    let issue = &found.issue;
    let tags = ctx.app.db.issue_tags(issue.id, TAG_VALUES).await?;
    let activity = ctx.app.db.issue_activity(issue.id, None, ACTIVITY_MAX).await?;
    let groups = ctx.app.db.issue_hashes(issue.id).await?.into_iter().take(GROUPS_MAX);
    let groups = groups.map(|one| GroupRow { hash: one.hash, events: one.events, last_seen: one.last_seen });
    let people = ctx.app.db.users().await?.into_iter().filter(|user| !user.disabled).take(PEOPLE_MAX);
    let nobody = (String::new(), v.t("issue-nobody"));
    let people = std::iter::once(nobody).chain(people.map(|user| (user.name.clone(), user.name)));
    let (raised_by, logs) = match &event {
        Some(event) => (raised_by(ctx, &event.event.event).await?, Some(logged(ctx, v, event).await?)),
        None => (None, None),
    };
    Ok(shown(&IssuePage {
        v,
        head: head(ctx, v, found).await?,
        event: event.map(|event| ShownEvent::of(v, &found.address(), &event)),
        raised_by,
        logs: logs.filter(|logs| !logs.lines.is_empty()),
        tags: tags.iter().map(|tag| shown_tag(&found.project.slug, tag)).collect(),
        activity: activity.rows.iter().map(|done| ActivityRow::of(v, done)).collect(),
        groups: groups.collect(),
        feedback: ctx.app.db.issue_feedback(issue.id, FEEDBACK_MAX).await?.iter().map(FeedbackRow::of).collect(),
        people: Choice::of(people, issue.assignee.as_deref().unwrap_or_default()),
        notice: notice_of(v, said),
    }))
}

/// None where no job is told, or none of Vigie's.
async fn raised_by(ctx: &Ctx, event: &Event) -> Result<Option<RaisedBy>> {
    let Some((id, seq)) = told(event) else { return Ok(None) };
    let Some(job) = ctx.app.db.job(id).await? else { return Ok(None) };
    let item = match seq {
        Some(seq) => ctx.app.db.item(id, seq).await?.map(|item| item.label),
        None => None,
    };
    Ok(Some(shown_job(&job, item)))
}

fn shown_job(job: &Job, item: Option<String>) -> RaisedBy {
    let page = format!("/jobs/{}", job.id);
    let items = format!("{page}/items");
    let item = item.map(|label| (label.clone(), rows::address(&items, &[("q", &label)])));
    RaisedBy { job: job.name.clone(), address: page, item }
}

/// What was logged in its trace, or else around it.
async fn logged(ctx: &Ctx, v: &View, found: &FoundEvent) -> Result<Excerpt> {
    let (at, event) = (found.event.at, &found.event.event);
    excerpt::around(ctx, v, at, event.trace().trace_id.as_deref(), event.server_name.as_deref()).await
}

async fn head(ctx: &Ctx, v: &View, found: &FoundIssue) -> Result<IssueHead> {
    let FoundIssue { project, issue } = found;
    let trend = trends(ctx, &[issue.id], None).await?.remove(&issue.id);
    let foreign = |text: &String| Foreign::line(text.as_bytes());
    Ok(IssueHead {
        short_id: found.short_id(),
        project: project.name.clone(),
        slug: project.slug.clone(),
        label: plain(&issue.title),
        title: foreign(&issue.title),
        culprit: foreign(&issue.culprit),
        level: Sign(issue.level),
        state: issue.state.kind(),
        state_note: state_note(v, &issue.state),
        assignee: issue.assignee.clone().unwrap_or_default(),
        first_seen: issue.first_seen,
        last_seen: issue.last_seen,
        first_release: issue.first_release.as_ref().map(foreign),
        last_release: issue.last_release.as_ref().map(foreign),
        events: issue.events,
        users: users(v, issue),
        trend: Trend(trend.unwrap_or_else(|| vec![0; TREND_HOURS as usize])),
    })
}

fn shown_tag(slug: &str, tag: &IssueTag) -> ShownTag {
    let share = |events: u64| events as f64 * 100.0 / tag.events.max(1) as f64;
    let told: u64 = tag.values.iter().map(|(_, events)| events).sum();
    let address = |value: &str| {
        let tag = format!("{}:{value}", tag.key);
        rows::address("/issues", &[("project", slug), ("state", "all"), ("tag", &tag)])
    };
    ShownTag {
        key: Foreign::line(tag.key.as_bytes()),
        others: (told < tag.events).then(|| share(tag.events - told)),
        values: tag
            .values
            .iter()
            .map(|(value, events)| ShownTagValue {
                value: Foreign::line(value.as_bytes()),
                share: share(*events),
                address: address(value),
            })
            .collect(),
    }
}

/// What the last action came to, if this session did it.
fn notice_of(v: &View, said: &SaidQuery) -> Option<Notice> {
    let word = match said.said.as_str() {
        "resolved" => "issue-said-resolved",
        "ignored" => "issue-said-ignored",
        "reopened" => "issue-said-reopened",
        "assigned" => "issue-said-assigned",
        "comment" => "issue-said-comment",
        "split" => "issue-said-split",
        _ => return None,
    };
    let is_ours = notice::is_ours(v, &[("said", &said.said)], &said.seal);
    is_ours.then(|| Notice { mood: Mood::Ok, text: v.t(word) })
}
