//! Who did what, and when.

use super::{Reader, page_about, shown};
use crate::{
    Ctx,
    auth::Access,
    cursor,
    extract::Query,
    pages::{
        audit::{AuditPage, AuditRow},
        parts::Pager,
    },
    problem::Result,
    routes::Routes,
};
use axum::{extract::State, response::Response};
use serde::Deserialize;
use store::{Deed, Scope};
use utoipa::IntoParams;

const ROWS: u32 = 100;

pub(super) fn declare(routes: Routes) -> Routes {
    routes.get(
        "/audit",
        Access::Page(Scope::Admin),
        show,
        page_about("Who did what, newest first").query::<AuditQuery>(),
    )
}

#[derive(Deserialize, Default, IntoParams)]
struct AuditQuery {
    cursor: Option<String>,
}

async fn show(State(ctx): State<Ctx>, Reader(v): Reader, Query(query): Query<AuditQuery>) -> Result<Response> {
    let before = query.cursor.as_deref().map(cursor::number).transpose()?;
    let page = ctx.app.db.audit(before, ROWS).await?;
    let pager = Pager {
        first: before.map(|_| "/audit".to_owned()),
        next: page.next.map(|next| format!("/audit?cursor={}", cursor::of_number(next))),
        shown: page.rows.len() as u64,
        total: None,
        reach: None,
    };
    let rows = page.rows.into_iter().map(row).collect();
    Ok(shown(&AuditPage { v: &v, rows, pager }))
}

fn row(deed: Deed) -> AuditRow {
    // A deed on something that has a page leads there.
    let job = deed.subject.split('/').skip_while(|part| *part != "jobs").nth(1);
    let link = job.filter(|id| uuid::Uuid::parse_str(id).is_ok()).map(|id| format!("/jobs/{id}"));
    AuditRow { at: deed.at, who: deed.who, what: deed.action, object: deed.subject, link, detail: deed.detail }
}
