//! The mailings that somebody has begun and not sent.

use super::draft::{Content, DRAFTS_MAX, Draft};
use crate::{
    Ctx,
    auth::{CreatedName, Granted},
    layout::{Form, Reader, see, shown},
    mailings::pages::{DraftRow, DraftsPage},
    problem::{Problem, Result, worded},
};
use axum::{Extension, extract::State, response::Response};

pub(super) async fn list(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    Extension(granted): Extension<Granted>,
) -> Result<Response> {
    Ok(shown(&DraftsPage { v: &v, rows: rows(&ctx, &granted).await? }))
}

/// One's own, the one that was last worked on first.
pub(super) async fn rows(ctx: &Ctx, granted: &Granted) -> Result<Vec<DraftRow>> {
    let drafts = ctx.app.db.drafts_of(granted.name(), DRAFTS_MAX).await?;
    let row = |kept: store::Draft| {
        let content: Content = serde_json::from_str(&kept.content).unwrap_or_default();
        DraftRow {
            id: kept.id.to_string(),
            name: content.name().to_owned(),
            rows: content.list.map_or(0, |list| list.rows),
            updated_at: kept.updated_at,
        }
    };
    Ok(drafts.into_iter().map(row).collect())
}

pub(super) async fn delete(State(ctx): State<Ctx>, draft: Draft, form: Form) -> Result<Response> {
    if ctx.app.db.is_draft_scheduled(draft.id).await? {
        let said = Problem::conflict(worded("problem-draft-scheduled", &[]));
        return Err(said.remedy(worded("problem-draft-scheduled-help", &[])));
    }
    ctx.app.db.delete_draft(draft.id).await?;
    let mut response = see(if form.text("back").is_empty() { "/mailings/new" } else { form.back() });
    response.extensions_mut().insert(CreatedName(draft.content.name().to_owned()));
    Ok(response)
}
