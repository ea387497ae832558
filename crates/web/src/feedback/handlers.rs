//! Feedback for people.

use super::page::{FeedbackListPage, FeedbackRow};
use crate::{
    Ctx,
    auth::Access,
    cursor,
    extract::Query,
    issues::lookup::short_id,
    layout::{
        Reader,
        parts::{Choice, Pager},
        rows, shown,
    },
    problem::Result,
    routes::{Routes, page_about},
};
use axum::{extract::State, response::Response};
use serde::Deserialize;
use store::Scope;
use utoipa::IntoParams;

const ROWS: u32 = 50;

pub(crate) fn declare(routes: Routes) -> Routes {
    let about = page_about("What people who use a program say of it").query::<FeedbackAsked>();
    routes.get("/feedback", Access::Page(Scope::Read), list, about)
}

#[derive(Clone, Deserialize, Default, IntoParams)]
#[serde(default)]
struct FeedbackAsked {
    /// The slug of a project; all of them where it is empty.
    project: String,
    cursor: String,
}

async fn list(State(ctx): State<Ctx>, Reader(v): Reader, Query(asked): Query<FeedbackAsked>) -> Result<Response> {
    let known = ctx.app.db.projects().await?;
    let project = known.iter().find(|project| project.slug == asked.project);
    let before = (!asked.cursor.is_empty()).then(|| cursor::number(&asked.cursor)).transpose()?;
    let page = ctx.app.db.feedback(project.map(|project| project.id), before, ROWS).await?;
    let slug = project.map(|project| project.slug.as_str()).unwrap_or_default();
    let address = |cursor: &str| {
        let pairs = [("project", slug), ("cursor", cursor)].into_iter().filter(|(_, value)| !value.is_empty());
        rows::address("/feedback", &pairs.collect::<Vec<_>>())
    };
    let pager = Pager {
        first: before.map(|_| address("")),
        next: page.next.map(|next| address(&cursor::of_number(next))),
        shown: page.rows.len() as u64,
        ..Pager::default()
    };
    let row = |said: &store::UserFeedback| {
        let project = known.iter().find(|project| project.id == said.project)?;
        let issue = said.issue.map(|number| short_id(&project.slug, number));
        Some(FeedbackRow { project: project.name.clone(), issue, ..FeedbackRow::of(said) })
    };
    let all = std::iter::once((String::new(), v.t("performance-all-projects")));
    let each = known.iter().map(|one| (one.slug.clone(), one.name.clone()));
    let rows = page.rows.iter().filter_map(row).collect();
    Ok(shown(&FeedbackListPage { v: &v, projects: Choice::of(all.chain(each), slug), rows, pager }))
}
