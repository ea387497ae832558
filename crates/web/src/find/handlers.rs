//! One box that finds a recipient, a job or mailing, an issue or project, whatever else has a name, a page or a guide. Each question looks at a bounded number of rows.

#[cfg(test)]
mod tests;

use crate::{
    Ctx,
    alerts::handlers::{known_rules, rule_name},
    auth::Access,
    checks::name_of,
    extract::Query,
    find::page::{FindPage, FoundRecipient, IssueHit, ThingHit},
    help::topics,
    issues::lookup::{self, FoundIssue},
    layout::{
        Reader,
        foreign::Foreign,
        navigation::{Here, MenuPage},
        rows, shown,
        view::View,
    },
    problem::Result,
    routes::{Routes, page_about},
    words::folded,
};
use axum::{extract::State, response::Response};
use model::{JobId, JobKind};
use serde::Deserialize;
use std::collections::HashSet;
use store::{Item, ItemFilter, Job, JobFilter, Scope, TraceFilter};
use utoipa::IntoParams;

const TYPED_MAX: usize = 200;
/// Fewer letters than this find pages alone.
const TYPED_MIN: usize = 2;
const JOBS_MAX: u32 = 6;
const RECIPIENTS_MAX: usize = 8;
const ISSUES_MAX: u32 = 6;
const PROJECTS_MAX: usize = 6;
const THINGS_MAX: usize = 12;
const HELP_MAX: usize = 4;
/// Mailings, the newest first, whose recipients are looked through whether they were sent to or not.
const MAILINGS_MAX: u32 = 5;
/// Hexadecimal digits that an id is known by.
const ID_DIGITS_MIN: usize = 8;

pub(crate) fn declare(routes: Routes) -> Routes {
    let about = page_about("A recipient, a job, a page or a guide, by a part of its name").query::<FindQuery>();
    routes.get("/search", Access::Page(Scope::Read), find, about)
}

#[derive(Deserialize, Default, IntoParams)]
#[serde(default)]
struct FindQuery {
    /// What is looked for.
    q: String,
}

async fn find(State(ctx): State<Ctx>, Reader(v): Reader, Query(query): Query<FindQuery>) -> Result<Response> {
    let q: String = query.q.trim().chars().take(TYPED_MAX).collect();
    let mut page = FindPage {
        v: &v,
        pages: pages(&v, &q),
        jobs: Vec::new(),
        recipients: Vec::new(),
        issues: Vec::new(),
        projects: Vec::new(),
        things: Vec::new(),
        help: topics::search(&q, v.language, HELP_MAX),
        q: q.clone(),
    };
    if q.chars().count() >= TYPED_MIN {
        page.jobs = jobs(&ctx, &q).await?.into_iter().map(|job| rows::job(&ctx, &v, job)).collect();
        page.recipients = recipients(&ctx, &q).await?;
        page.issues = lookup::like(&ctx, &q, ISSUES_MAX).await?.iter().map(issue_hit).collect();
        page.projects = projects(&ctx, &q).await?;
        page.things = things(&ctx, &v, &q).await?;
    }
    Ok(shown(&page))
}

/// Pages that everybody has and that stand below those of the menu.
const BELOW: [(&str, &str); 4] = [
    ("audit-alert-rules", "/alerts/rules"),
    ("audit-alert-channels", "/alerts/channels"),
    ("maintenances-title", "/alerts/maintenance"),
    ("me-title", "/me"),
];

/// Pages that are called so.
fn pages(v: &View, q: &str) -> Vec<MenuPage> {
    let q = folded(q);
    let below = BELOW.map(|(word, path)| MenuPage { word, path, here: Here::Elsewhere });
    let pages = v.sections().into_iter().flat_map(|section| section.pages).chain(below);
    pages.filter(|page| !q.is_empty() && folded(&v.t(page.word)).contains(&q)).collect()
}

fn issue_hit(found: &FoundIssue) -> IssueHit {
    IssueHit {
        short_id: found.short_id(),
        title: Foreign::line(found.issue.title.as_bytes()),
        state: found.issue.state.kind(),
    }
}

/// Names and slugs of projects that are called so.
async fn projects(ctx: &Ctx, q: &str) -> Result<Vec<(String, String)>> {
    let q = folded(q);
    let all = ctx.app.db.projects().await?.into_iter().map(|project| (project.name, project.slug));
    Ok(all.filter(|(name, slug)| folded(name).contains(&q) || slug.contains(&q)).take(PROJECTS_MAX).collect())
}

/// Of what is not much, all is looked through: schedules, checks, sending accounts, rules and channels of alerts, and, for
/// administrators, users and tokens.
async fn things(ctx: &Ctx, v: &View, q: &str) -> Result<Vec<ThingHit>> {
    let (db, q) = (&ctx.app.db, folded(q));
    let mut found = Vec::new();
    let mut see = |name: String, address: String, word: &'static str| {
        if found.len() < THINGS_MAX && folded(&name).contains(&q) {
            found.push(ThingHit { name, address, word });
        }
    };
    let at = |list: &str, name: &str| {
        format!("{list}/{}", percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC))
    };
    for schedule in db.job_schedules().await? {
        see(schedule.name, format!("/schedules/{}", schedule.id), "found-schedule");
    }
    for check in db.checks().await? {
        let name = name_of(&check);
        see(name, at("/checks", &check.slug), "found-check");
    }
    for account in db.accounts().await? {
        let address = at("/accounts", &account.name);
        see(account.name, address, "found-account");
    }
    for rule in known_rules(ctx).await?.values() {
        let address = if v.operates() { format!("/alerts/rules/{}", rule.id) } else { "/alerts/rules".to_owned() };
        see(rule_name(v, rule), address, "found-rule");
    }
    for channel in db.alert_channels().await? {
        let own = || format!("/alerts/channels/{}", channel.id);
        see(channel.name.clone(), if v.administers() { own() } else { "/alerts/channels".to_owned() }, "found-channel");
    }
    if v.administers() {
        for user in db.users().await? {
            see(user.name, "/users".to_owned(), "found-user");
        }
        for token in db.tokens().await? {
            see(token.name, "/tokens".to_owned(), "found-token");
        }
    }
    Ok(found)
}

/// By a part of the name, or by the beginning of the id.
async fn jobs(ctx: &Ctx, q: &str) -> Result<Vec<Job>> {
    let mut found = ctx.app.db.jobs_named_like(q, JOBS_MAX).await?;
    let digits: String = q.chars().filter(|c| *c != '-').collect();
    if digits.len() >= ID_DIGITS_MIN && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        for id in ctx.app.db.jobs_beginning(&digits.to_lowercase(), JOBS_MAX).await? {
            found.extend(ctx.app.db.job(id).await?);
        }
    }
    Ok(found)
}

/// Of the newest mailings, and of whatever was sent lately.
async fn recipients(ctx: &Ctx, q: &str) -> Result<Vec<FoundRecipient>> {
    let (db, limit) = (&ctx.app.db, RECIPIENTS_MAX as u32);
    let newest = JobFilter { kind: Some(JobKind::Mail), limit: MAILINGS_MAX, ..JobFilter::default() };
    let (mut seen, mut found): (HashSet<(JobId, i64)>, _) = (HashSet::new(), Vec::new());
    for job in db.jobs(&newest).await?.rows {
        let filter = ItemFilter { text: Some(q.to_owned()), limit, ..ItemFilter::default() };
        for item in db.items(job.id, &filter).await?.rows {
            if found.len() < RECIPIENTS_MAX && seen.insert((job.id, item.seq)) {
                found.push(recipient(&job, item));
            }
        }
    }
    let filter = TraceFilter { text: Some(q.to_owned()), limit, ..TraceFilter::default() };
    for trace in db.traces(&filter).await?.rows {
        let Some((id, seq)) = trace.job.zip(trace.seq) else { continue };
        if found.len() >= RECIPIENTS_MAX || !seen.insert((id, seq)) {
            continue;
        }
        let (Some(job), Some(item)) = (db.job(id).await?, db.item(id, seq).await?) else { continue };
        // A trace may hold the text elsewhere: in the name of a file, say.
        if job.kind == JobKind::Mail && folded(&item.label).contains(&folded(q)) {
            found.push(recipient(&job, item));
        }
    }
    Ok(found)
}

fn recipient(job: &Job, item: Item) -> FoundRecipient {
    let path = format!("/jobs/{}/items", job.id);
    FoundRecipient {
        address: rows::address(&path, &[("q", &item.label)]),
        label: item.label,
        state: item.state,
        mailing: job.name.clone(),
    }
}
