//! The way in for browsers: a token becomes a cookie that scripts cannot read and other sites cannot send.

pub(crate) mod form;

use crate::{
    Ctx,
    auth::COOKIE,
    extract::Query,
    pages::jobs::page,
    problem::{Problem, Result},
};
use askama::Template;
use axum::{
    Form,
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use utoipa::IntoParams;

#[derive(Deserialize, IntoParams)]
pub(crate) struct Entry {
    /// What `vigie token create` printed.
    token: Option<String>,
}

#[derive(Template)]
#[template(path = "login.html")]
struct LoginPage {
    wrong: bool,
}

/// What somebody without a token sees in place of a page.
pub(crate) fn needed() -> Response {
    page(StatusCode::UNAUTHORIZED, &LoginPage { wrong: false })
}

pub(crate) async fn enter(State(ctx): State<Ctx>, Query(entry): Query<Entry>) -> Result<Response> {
    match entry.token {
        None => Ok(page(StatusCode::OK, &LoginPage { wrong: false })),
        Some(token) => admit(&ctx, &token).await,
    }
}

pub(crate) async fn enter_form(
    State(ctx): State<Ctx>,
    form: Result<Form<Entry>, axum::extract::rejection::FormRejection>,
) -> Result<Response> {
    let Form(entry) = form.map_err(|error| Problem::malformed(error.body_text()))?;
    admit(&ctx, entry.token.as_deref().unwrap_or_default()).await
}

async fn admit(ctx: &Ctx, token: &str) -> Result<Response> {
    let token = token.trim();
    let is_plain = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    if !is_plain || ctx.tokens.scope(ctx, token).await?.is_none() {
        return Ok(page(StatusCode::UNAUTHORIZED, &LoginPage { wrong: true }));
    }
    let cookie = format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict; Max-Age=2592000");
    let cookie = HeaderValue::try_from(cookie).map_err(|error| Problem::internal(&error))?;
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to("/")).into_response())
}
