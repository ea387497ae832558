//! Feedback for programs.

use crate::{
    Ctx,
    auth::Access,
    cursor,
    extract::Query,
    issues::lookup::short_id,
    problem::Result,
    projects::api::existing,
    routes::{About, Routes},
};
use ::api::feedback::{Feedback, FeedbackPage, FeedbackQuery};
use axum::extract::State;
use std::collections::HashMap;

pub(crate) fn declare(routes: Routes) -> Routes {
    routes.get(
        "/api/v1/feedback",
        Access::Read,
        list,
        About::new("What people who use a program say of it, the newest first")
            .query::<FeedbackQuery>()
            .gives::<FeedbackPage>(200, "A page"),
    )
}

async fn list(State(ctx): State<Ctx>, Query(query): Query<FeedbackQuery>) -> Result<axum::Json<FeedbackPage>> {
    let project = match &query.project {
        Some(slug) => Some(existing(&ctx, slug).await?.id),
        None => None,
    };
    let before = query.cursor.as_deref().map(cursor::number).transpose()?;
    let page = ctx.app.db.feedback(project, before, cursor::page_size(&ctx, query.limit)?).await?;
    let slugs: HashMap<_, _> = ctx.app.db.projects().await?.into_iter().map(|one| (one.id, one.slug)).collect();
    let rows = page.rows.into_iter().filter_map(|said| {
        // What was said of a project that is being removed is not told.
        let slug = slugs.get(&said.project)?;
        let some = |text: String| Some(text).filter(|text| !text.is_empty());
        Some(Feedback {
            project: slug.clone(),
            issue: said.issue.map(|number| short_id(slug, number)),
            event: said.event,
            message: said.message,
            name: some(said.name),
            email: some(said.email),
            url: some(said.url),
            release: some(said.release),
            environment: some(said.environment),
            at: said.at,
        })
    });
    Ok(axum::Json(FeedbackPage { rows: rows.collect(), next: page.next.map(cursor::of_number) }))
}
