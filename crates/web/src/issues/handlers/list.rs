//! The list: which issues the address asks for, and what stands around them.

use crate::{
    Ctx, cursor,
    extract::Query,
    issues::{
        api::{TREND_HOURS, trends},
        lookup::short_id,
        pages::{
            list::{IssueListPage, IssueRow, IssuesForm, Projects, StateTab},
            trend::Trend,
        },
        query,
    },
    layout::{
        Reader,
        foreign::Foreign,
        parts::{Choice, Chosen, Pager},
        rows, shown,
        view::View,
    },
    logs::pages::explore::Sign,
    problem::Result,
};
use ::api::issues::IssueQuery;
use axum::{extract::State, response::Response};
use serde::Deserialize;
use std::collections::HashMap;
use store::{EXAMINED_MAX, Issue, IssueStateKind, Project};
use utoipa::IntoParams;

const ROWS: u32 = 50;

/// What the tabs choose: the word of the address, the text, the states.
const TABS: [(&str, &str, &[IssueStateKind]); 5] = [
    ("", "issues-open", &IssueStateKind::OPEN),
    ("regressed", "issues-regressed", &[IssueStateKind::Regressed]),
    ("ignored", "issues-ignored", &[IssueStateKind::Ignored]),
    ("resolved", "issues-resolved", &[IssueStateKind::Resolved]),
    ("all", "issues-all", &IssueStateKind::ALL),
];
const SORTS: [(&str, &str); 5] = [
    ("", "issues-sort-last-seen"),
    ("first_seen", "issues-sort-first-seen"),
    ("last_day", "issues-sort-last-day"),
    ("events", "issues-sort-events"),
    ("users", "issues-sort-users"),
];

#[derive(Clone, Deserialize, Default, IntoParams)]
#[serde(default)]
pub(super) struct IssuesAsked {
    /// Part of the title or of the place.
    q: String,
    /// The slug of a project.
    project: String,
    /// Open ones, unless it says `regressed`, `ignored`, `resolved` or `all`.
    state: String,
    level: String,
    environment: String,
    release: String,
    /// `browser:Firefox`
    tag: String,
    /// `first_seen`, `last_day`, `events` or `users`; the last seen first unless it says so.
    sort: String,
    cursor: String,
}

pub(super) async fn list(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    Query(asked): Query<IssuesAsked>,
) -> Result<Response> {
    let projects = ctx.app.db.projects().await?;
    let filter = query::filter(&ctx, &asked.query(), ROWS).await?;
    let page = ctx.app.db.issues(&filter).await?;
    let counts = ctx.app.db.count_issues(filter.project).await?.into_iter().collect();
    let pager = Pager {
        first: filter.after.map(|_| asked.address(&asked.state, "")),
        next: page.next.map(|next| asked.address(&asked.state, &cursor::of_issue(next))),
        shown: page.rows.len() as u64,
        total: None,
        reach: page.is_cut.then(|| v.with("issues-reach", "n", v.number(&EXAMINED_MAX.into()))),
    };
    let has = if projects.is_empty() { Projects::None } else { Projects::Some };
    let (tabs, rows) = (asked.tabs(&counts), issue_rows(&ctx, &v, page.rows, &projects, &asked.environment).await?);
    Ok(shown(&IssueListPage { v: &v, tabs, filter: asked.shown(&v, &projects), rows, pager, projects: has }))
}

async fn issue_rows(
    ctx: &Ctx,
    v: &View,
    issues: Vec<Issue>,
    projects: &[Project],
    environment: &str,
) -> Result<Vec<IssueRow>> {
    let ids: Vec<_> = issues.iter().map(|issue| issue.id).collect();
    let mut trends = trends(ctx, &ids, Some(environment).filter(|text| !text.is_empty())).await?;
    let row = |issue: Issue| {
        // Issues of a project that is being removed are not shown.
        let project = projects.iter().find(|project| project.id == issue.project)?;
        let trend = trends.remove(&issue.id).unwrap_or_else(|| vec![0; TREND_HOURS as usize]);
        Some(row(v, issue, project, Trend(trend)))
    };
    Ok(issues.into_iter().filter_map(row).collect())
}

fn row(v: &View, issue: Issue, project: &Project, trend: Trend) -> IssueRow {
    IssueRow {
        id: issue.id,
        short_id: short_id(&project.slug, issue.number),
        users: users(v, &issue),
        title: Foreign::line(issue.title.as_bytes()),
        culprit: Foreign::line(issue.culprit.as_bytes()),
        level: Sign(issue.level),
        state: issue.state.kind(),
        project: project.name.clone(),
        assignee: issue.assignee.unwrap_or_default(),
        first_seen: issue.first_seen,
        last_seen: issue.last_seen,
        events: issue.events,
        trend,
    }
}

/// By how many users an issue was met; `+` where there are more than were counted.
pub(super) fn users(v: &View, issue: &Issue) -> String {
    let plus = if issue.has_more_users() { "+" } else { "" };
    format!("{}{plus}", v.number(&issue.users))
}

impl IssuesAsked {
    /// As programs ask the same.
    fn query(&self) -> IssueQuery {
        let text = |text: &String| (!text.is_empty()).then(|| text.clone());
        let (_, _, states) = TABS.iter().find(|(state, ..)| *state == self.state).unwrap_or(&TABS[0]);
        let states: Vec<_> = states.iter().map(|state| state.as_str()).collect();
        IssueQuery {
            project: text(&self.project),
            state: Some(states.join(",")),
            level: text(&self.level),
            environment: text(&self.environment),
            release: text(&self.release),
            tag: text(&self.tag),
            text: text(&self.q),
            order: text(&self.sort),
            cursor: text(&self.cursor),
            ..IssueQuery::default()
        }
    }

    fn address(&self, state: &str, cursor: &str) -> String {
        let Self { q, project, level, environment, release, tag, sort, .. } = self;
        let pairs = [
            ("q", q.as_str()),
            ("project", project),
            ("state", state),
            ("level", level),
            ("environment", environment),
            ("release", release),
            ("tag", tag),
            ("sort", sort),
            ("cursor", cursor),
        ];
        rows::address("/issues", &pairs)
    }

    fn tabs(&self, counts: &HashMap<IssueStateKind, u64>) -> Vec<StateTab> {
        let count = |states: &[IssueStateKind]| states.iter().filter_map(|state| counts.get(state)).sum();
        let tab = |(state, word, states): &(&str, &'static str, &[IssueStateKind])| StateTab {
            word,
            count: count(states),
            address: self.address(state, ""),
            chosen: if *state == self.state { Chosen::Yes } else { Chosen::No },
        };
        TABS.iter().map(tab).collect()
    }

    fn shown(self, v: &View, projects: &[Project]) -> IssuesForm {
        let any = |word| std::iter::once((String::new(), v.t(word)));
        let projects = projects.iter().map(|project| (project.slug.clone(), project.name.clone()));
        let levels = query::LEVELS.iter().map(|level| (level.as_str().to_owned(), v.t(Sign(*level).word())));
        let sorts = SORTS.iter().map(|(word, label)| ((*word).to_owned(), v.t(label)));
        IssuesForm {
            projects: Choice::of(any("issues-any-project").chain(projects), &self.project),
            levels: Choice::of(any("issues-any-level").chain(levels), &self.level),
            sorts: Choice::of(sorts, &self.sort),
            q: self.q,
            environment: self.environment,
            release: self.release,
            tag: self.tag,
            state: self.state,
        }
    }
}
