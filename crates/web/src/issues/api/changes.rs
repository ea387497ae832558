//! What is decided about issues.

use crate::{
    Ctx,
    auth::{Access, Granted},
    extract::{Json, Optional, Path, text},
    issues::{
        api::{slugs, told},
        lookup::{self, FoundIssue},
    },
    problem::{Problem, Result, worded},
    routes::{About, Routes},
};
use ::api::issues::{
    self, IssueAssignment, IssueChanges, IssueMerge, IssueResolution, IssueSilence, IssueSplit, IssuesChanged,
    NewComment, ResolvedIn,
};
use axum::{Extension, extract::State};
use store::{BULK_MAX, IgnoreUntil, IssueChange, Resolution};

/// Characters of a release, and of a user's name.
const NAME_MAX: usize = 200;
const COMMENT_MAX: usize = 10_000;

pub(super) fn declare(routes: Routes) -> Routes {
    let one = |summary| About::new(summary).gives::<issues::Issue>(200, "The issue, as it is now");
    routes
        .post(
            "/api/v1/issues",
            Access::Write,
            change_many,
            About::new("Decide the same about many issues, a thousand at the most")
                .takes::<IssueChanges>()
                .gives::<IssuesChanged>(200, "Those that were changed, as they were before"),
        )
        .post("/api/v1/issues/{id}/resolve", Access::Write, resolve, one("Resolve an issue").takes::<IssueResolution>())
        .post("/api/v1/issues/{id}/ignore", Access::Write, ignore, one("Ignore an issue").takes::<IssueSilence>())
        .post("/api/v1/issues/{id}/reopen", Access::Write, reopen, one("Reopen an issue"))
        .post("/api/v1/issues/{id}/assign", Access::Write, assign, one("Assign an issue").takes::<IssueAssignment>())
        .post("/api/v1/issues/{id}/comment", Access::Write, comment, one("Comment an issue").takes::<NewComment>())
        .post(
            "/api/v1/issues/{id}/merge",
            Access::Write,
            merge,
            one("Make one of several issues: those that are named go into this one").takes::<IssueMerge>(),
        )
        .post(
            "/api/v1/issues/{id}/unmerge",
            Access::Write,
            unmerge,
            one("Take groups of events out of an issue again").takes::<IssueSplit>(),
        )
}

/// What the store is told of a change.
///
/// # Errors
/// 422 where a name is too long, or both ends of an ignore are said; 404 where there is no such user.
async fn change_of(ctx: &Ctx, change: issues::IssueChange) -> Result<IssueChange> {
    Ok(match change {
        issues::IssueChange::Resolve { r#in } => IssueChange::Resolve(match r#in {
            None => Resolution::Now,
            Some(ResolvedIn::NextRelease) => Resolution::NextRelease,
            Some(ResolvedIn::Release(version)) => Resolution::Release(text("release", version, NAME_MAX)?),
        }),
        issues::IssueChange::Ignore { until, events } => IssueChange::Ignore(match (until, events) {
            (None, None) => IgnoreUntil::Forever,
            (Some(until), None) => IgnoreUntil::Time(until),
            (None, Some(events)) => IgnoreUntil::Events(events),
            (Some(_), Some(_)) => {
                return Err(Problem::invalid(worded("problem-ignore-both", &[]))
                    .remedy(worded("problem-ignore-both-help", &[])));
            }
        }),
        issues::IssueChange::Reopen => IssueChange::Reopen,
        issues::IssueChange::Assign { assignee } => IssueChange::Assign(assignee_of(ctx, assignee).await?),
    })
}

fn too_many() -> Problem {
    Problem::invalid(worded("problem-issues-many", &[("most", &BULK_MAX)]))
        .remedy(worded("problem-issues-many-help", &[]))
}

/// A user's name, if there is such a user.
pub(crate) async fn assignee_of(ctx: &Ctx, name: Option<String>) -> Result<Option<String>> {
    let Some(name) = name.filter(|name| !name.is_empty()) else { return Ok(None) };
    let name = text("assignee", name, NAME_MAX)?;
    match ctx.app.db.user_named(&name).await? {
        Some(user) => Ok(Some(user.name)),
        None => Err(Problem::missing(worded("problem-no-user", &[("name", &name)]))),
    }
}

async fn change_many(
    State(ctx): State<Ctx>,
    Extension(granted): Extension<Granted>,
    Json(IssueChanges { ids, change }): Json<IssueChanges>,
) -> Result<axum::Json<IssuesChanged>> {
    if ids.len() > BULK_MAX {
        return Err(too_many());
    }
    let change = change_of(&ctx, change).await?;
    let before = ctx.app.db.change_issues(ids, change, granted.name().to_owned(), ctx.app.clock.now()).await?;
    let slugs = slugs(&ctx).await?;
    let before = before.into_iter().filter_map(|issue| Some(told(slugs.get(&issue.project)?, issue, None)));
    Ok(axum::Json(IssuesChanged { before: before.collect() }))
}

type Answered = Result<axum::Json<issues::Issue>>;

/// Changes the issue of that name, and tells it as it is then.
async fn change(ctx: &Ctx, granted: &Granted, name: &str, change: issues::IssueChange) -> Answered {
    let FoundIssue { issue, .. } = lookup::existing(ctx, name).await?;
    let change = change_of(ctx, change).await?;
    ctx.app.db.change_issues(vec![issue.id], change, granted.name().to_owned(), ctx.app.clock.now()).await?;
    answer(ctx, name).await
}

async fn answer(ctx: &Ctx, name: &str) -> Answered {
    let FoundIssue { project, issue } = lookup::existing(ctx, name).await?;
    Ok(axum::Json(told(&project.slug, issue, None)))
}

async fn resolve(
    State(ctx): State<Ctx>,
    Path(name): Path<String>,
    Extension(granted): Extension<Granted>,
    Optional(IssueResolution { r#in }): Optional<IssueResolution>,
) -> Answered {
    change(&ctx, &granted, &name, issues::IssueChange::Resolve { r#in }).await
}

async fn ignore(
    State(ctx): State<Ctx>,
    Path(name): Path<String>,
    Extension(granted): Extension<Granted>,
    Optional(IssueSilence { until, events }): Optional<IssueSilence>,
) -> Answered {
    change(&ctx, &granted, &name, issues::IssueChange::Ignore { until, events }).await
}

async fn reopen(State(ctx): State<Ctx>, Path(name): Path<String>, Extension(granted): Extension<Granted>) -> Answered {
    change(&ctx, &granted, &name, issues::IssueChange::Reopen).await
}

async fn assign(
    State(ctx): State<Ctx>,
    Path(name): Path<String>,
    Extension(granted): Extension<Granted>,
    Json(IssueAssignment { assignee }): Json<IssueAssignment>,
) -> Answered {
    change(&ctx, &granted, &name, issues::IssueChange::Assign { assignee }).await
}

async fn comment(
    State(ctx): State<Ctx>,
    Path(name): Path<String>,
    Extension(granted): Extension<Granted>,
    Json(said): Json<NewComment>,
) -> Answered {
    let FoundIssue { issue, .. } = lookup::existing(&ctx, &name).await?;
    let said = text("text", said.text, COMMENT_MAX)?;
    if said.trim().is_empty() {
        return Err(
            Problem::invalid(worded("problem-comment-empty", &[])).remedy(worded("problem-comment-empty-help", &[]))
        );
    }
    ctx.app.db.comment_issue(issue.id, granted.name().to_owned(), said, ctx.app.clock.now()).await?;
    answer(&ctx, &name).await
}

async fn merge(
    State(ctx): State<Ctx>,
    Path(name): Path<String>,
    Extension(granted): Extension<Granted>,
    Json(IssueMerge { ids }): Json<IssueMerge>,
) -> Answered {
    if ids.len() > BULK_MAX {
        return Err(too_many());
    }
    let FoundIssue { issue, .. } = lookup::existing(&ctx, &name).await?;
    ctx.app.db.merge_issues(issue.id, ids, granted.name().to_owned(), ctx.app.clock.now()).await?;
    answer(&ctx, &name).await
}

async fn unmerge(
    State(ctx): State<Ctx>,
    Path(name): Path<String>,
    Extension(granted): Extension<Granted>,
    Json(IssueSplit { hashes }): Json<IssueSplit>,
) -> Answered {
    let FoundIssue { issue, .. } = lookup::existing(&ctx, &name).await?;
    ctx.app.db.unmerge_issue(issue.id, hashes, granted.name().to_owned(), ctx.app.clock.now()).await?;
    answer(&ctx, &name).await
}
