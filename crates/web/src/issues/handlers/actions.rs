//! What people decide about issues, from their pages.

use crate::{
    Ctx,
    auth::Granted,
    extract::Path,
    issues::{
        api::{changes::assignee_of, slugs},
        handlers::ACTS,
        lookup,
    },
    layout::{Form, Reader, notice, see, view::View},
    problem::{Problem, Result},
    routes::{Routes, form_about},
};
use axum::{Extension, extract::State, response::Response};
use std::time::Duration;
use store::{BULK_MAX, IgnoreUntil, IssueChange, IssueId, Resolution};

const WEEK: Duration = Duration::from_secs(7 * 86_400);
/// What *until many more have come* means.
const MORE_EVENTS: u64 = 100;
const COMMENT_MAX: usize = 10_000;

pub(super) fn declare(routes: Routes) -> Routes {
    routes
        .post("/issues", ACTS, change_many, form_about("Decide the same about the issues that are chosen"))
        .post("/issues/{id}/resolve", ACTS, resolve, form_about("Resolve an issue"))
        .post("/issues/{id}/ignore", ACTS, ignore, form_about("Ignore an issue"))
        .post("/issues/{id}/reopen", ACTS, reopen, form_about("Reopen an issue"))
        .post("/issues/{id}/assign", ACTS, assign, form_about("Assign an issue"))
        .post("/issues/{id}/split", ACTS, split, form_about("Take groups of events out of an issue"))
        .post("/issues/{id}/comment", ACTS, comment, form_about("Comment an issue"))
}

async fn change_many(State(ctx): State<Ctx>, Extension(granted): Extension<Granted>, form: Form) -> Result<Response> {
    let ids: Vec<IssueId> = form.all("seq").filter_map(|id| id.parse().ok()).take(BULK_MAX).collect();
    let change = match form.text("do") {
        "merge" => return merge(&ctx, &granted, ids).await,
        "resolve" => IssueChange::Resolve(Resolution::Now),
        "ignore" => IssueChange::Ignore(IgnoreUntil::Forever),
        "reopen" => IssueChange::Reopen,
        other => return Err(Problem::invalid(format!("do: `{other}` is none of these actions"))),
    };
    if !ids.is_empty() {
        ctx.app.db.change_issues(ids, change, granted.name().to_owned(), ctx.app.clock.now()).await?;
    }
    Ok(see(form.back()))
}

/// Into the one that was first.
async fn merge(ctx: &Ctx, granted: &Granted, mut ids: Vec<IssueId>) -> Result<Response> {
    ids.sort_unstable();
    ids.dedup();
    let [first, others @ ..] = ids.as_slice() else { return Err(too_few()) };
    if others.is_empty() {
        return Err(too_few());
    }
    let merged = ctx.app.db.merge_issues(*first, others.to_vec(), granted.name().to_owned(), ctx.app.clock.now());
    let merged = merged.await.map_err(|error| Problem::from(error).said("issues-merge-refused", &[]))?;
    let slugs = slugs(ctx).await?;
    let name = slugs.get(&merged.project).map(|slug| lookup::short_id(slug, merged.number)).unwrap_or_default();
    Ok(see(&format!("/issues/{name}")))
}

fn too_few() -> Problem {
    Problem::invalid("seq: fewer than two issues").said("issues-merge-few", &[])
}

async fn split(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    Path(name): Path<String>,
    Extension(granted): Extension<Granted>,
    form: Form,
) -> Result<Response> {
    let found = lookup::existing(&ctx, &name).await?;
    let hashes: Vec<String> = form.all("seq").map(str::to_owned).collect();
    if hashes.is_empty() {
        return Ok(see(&found.address()));
    }
    let split = ctx.app.db.unmerge_issue(found.issue.id, hashes, granted.name().to_owned(), v.now).await;
    split.map_err(|error| Problem::from(error).said("issue-split-refused", &[]))?;
    Ok(done(&v, &found, "split"))
}

/// Changes the issue of that name; its page says what was done.
async fn change(
    ctx: &Ctx,
    v: &View,
    granted: &Granted,
    name: &str,
    (change, said): (IssueChange, &str),
) -> Result<Response> {
    let found = lookup::existing(ctx, name).await?;
    let who = granted.name().to_owned();
    ctx.app.db.change_issues(vec![found.issue.id], change, who, ctx.app.clock.now()).await?;
    Ok(done(v, &found, said))
}

fn done(v: &View, found: &lookup::FoundIssue, said: &str) -> Response {
    let path = found.address();
    see(&format!("{path}?{}", notice::query(v, &path, &[("said", said)])))
}

async fn resolve(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    Path(name): Path<String>,
    Extension(granted): Extension<Granted>,
    form: Form,
) -> Result<Response> {
    let resolution = match form.text("in") {
        "next_release" => Resolution::NextRelease,
        _ => Resolution::Now,
    };
    change(&ctx, &v, &granted, &name, (IssueChange::Resolve(resolution), "resolved")).await
}

async fn ignore(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    Path(name): Path<String>,
    Extension(granted): Extension<Granted>,
    form: Form,
) -> Result<Response> {
    let until = match form.text("until") {
        "week" => IgnoreUntil::Time(v.now + WEEK),
        "events" => IgnoreUntil::Events(MORE_EVENTS),
        _ => IgnoreUntil::Forever,
    };
    change(&ctx, &v, &granted, &name, (IssueChange::Ignore(until), "ignored")).await
}

async fn reopen(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    Path(name): Path<String>,
    Extension(granted): Extension<Granted>,
) -> Result<Response> {
    change(&ctx, &v, &granted, &name, (IssueChange::Reopen, "reopened")).await
}

async fn assign(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    Path(name): Path<String>,
    Extension(granted): Extension<Granted>,
    form: Form,
) -> Result<Response> {
    let assignee = assignee_of(&ctx, Some(form.text("assignee").to_owned())).await?;
    change(&ctx, &v, &granted, &name, (IssueChange::Assign(assignee), "assigned")).await
}

async fn comment(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    Path(name): Path<String>,
    Extension(granted): Extension<Granted>,
    form: Form,
) -> Result<Response> {
    let found = lookup::existing(&ctx, &name).await?;
    let text: String = form.text("text").chars().take(COMMENT_MAX).collect();
    if text.is_empty() {
        return Ok(see(&found.address()));
    }
    ctx.app.db.comment_issue(found.issue.id, granted.name().to_owned(), text, v.now).await?;
    Ok(done(&v, &found, "comment"))
}
