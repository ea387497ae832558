//! Who did what, and when.

use crate::{
    Ctx,
    audit::page::{AuditPage, AuditRow},
    auth::Access,
    cursor,
    extract::Query,
    layout::{parts::Pager, view::View},
    problem::Result,
    routes::Routes,
};
use crate::{
    layout::{Reader, shown},
    routes::page_about,
};
use axum::{extract::State, response::Response};
use serde::Deserialize;
use store::{AuditEvent, Scope};
use utoipa::IntoParams;

const ROWS: u32 = 100;

pub(crate) fn declare(routes: Routes) -> Routes {
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
    let rows = page.rows.into_iter().map(|event| row(&v, event)).collect();
    Ok(shown(&AuditPage { v: &v, rows, pager }))
}

fn row(v: &View, event: AuditEvent) -> AuditRow {
    // An event about something that has a page leads there.
    let job = event.subject.split('/').skip_while(|part| *part != "jobs").nth(1);
    let link = job.filter(|id| uuid::Uuid::parse_str(id).is_ok()).map(|id| format!("/jobs/{id}"));
    let (mut object, mut detail) = (object(&event.subject), event.detail);
    if event.subject.ends_with("/users") || event.subject.ends_with("/tokens") || event.subject.ends_with("/accounts") {
        object = std::mem::take(&mut detail);
    }
    // What has no word of its own is told as it was asked for.
    let what = word(&event.action).map_or(event.action, |word| v.t(word));
    AuditRow { at: event.at, who: event.who, what, object, link, detail }
}

/// What was acted on: the name in a path, or all of what is no path.
fn object(subject: &str) -> String {
    let mut parts = subject.trim_start_matches("/api/v1").split('/');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(""), Some("users" | "tokens" | "accounts" | "jobs" | "mailings"), Some(name)) => decoded(name),
        (Some(""), Some("logs"), None) => String::new(),
        (Some(""), Some("logs"), Some("clear")) => decoded(parts.next().unwrap_or_default()),
        _ => subject.to_owned(),
    }
}

/// A name, as a path writes it.
fn decoded(name: &str) -> String {
    percent_encoding::percent_decode_str(name).decode_utf8_lossy().into_owned()
}

/// The identifier of what was done, by a page or through the API.
fn word(action: &str) -> Option<&'static str> {
    Some(match action.replacen("/api/v1", "", 1).as_str() {
        "login" => "deed-login",
        "logout" => "deed-logout",
        "password" => "deed-password",
        "test of a mailing" => "deed-mailing-test",
        "POST /users" => "deed-user-new",
        "POST /users/{name}/link" => "deed-user-link",
        "POST /users/{name}/role" => "deed-user-role",
        "POST /users/{name}/disable" => "deed-user-disable",
        "POST /users/{name}/enable" => "deed-user-enable",
        "POST /tokens" => "deed-token-new",
        "POST /tokens/{name}/revoke" | "DELETE /tokens/{name}" => "deed-token-revoke",
        "POST /accounts" => "deed-account-new",
        "POST /accounts/{name}" | "PUT /accounts/{name}" => "deed-account-change",
        "POST /accounts/{name}/test" => "deed-account-test",
        "POST /accounts/{name}/pause" => "deed-account-pause",
        "POST /accounts/{name}/resume" => "deed-account-resume",
        "POST /mailings/new" => "deed-mailing-new",
        "POST /mailings/{draft}/recipients" => "deed-mailing-list",
        "POST /mailings/{draft}/files" => "deed-mailing-files",
        "POST /mailings/{draft}/send" | "POST /mailings" => "deed-mailing-send",
        "POST /mailings/{draft}/delete" => "deed-mailing-delete",
        "POST /jobs/{id}/pause" => "deed-job-pause",
        "POST /jobs/{id}/resume" => "deed-job-resume",
        "POST /jobs/{id}/cancel" => "deed-job-cancel",
        "POST /jobs/{id}/retry" => "deed-job-retry",
        "POST /jobs/{id}/settle" => "deed-job-settle",
        "POST /logs/clear/{name}/" => "deed-log-clear",
        "DELETE /logs" => "deed-logs-delete",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_acted_on_is_named() {
        assert_eq!(object("/users/bruno/role"), "bruno");
        assert_eq!(object("/api/v1/accounts/compta%20%C3%A9t%C3%A9"), "compta été");
        assert_eq!(object("/api/v1/users"), "/api/v1/users");
        assert_eq!(object("/logs/clear/jobs%3Arun%2Elog/"), "jobs:run.log");
        assert_eq!(object("ana"), "ana");
        assert_eq!(word("DELETE /api/v1/tokens/{name}"), word("POST /tokens/{name}/revoke"));
        assert_eq!(word("POST /webhooks"), None);
    }
}
