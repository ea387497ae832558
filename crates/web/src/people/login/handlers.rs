//! The way in, and out.

use crate::{
    Ctx,
    auth::{self, Access, Attempt, Granted, Who, is_same_origin, login::Login, session, write_down},
    extract::{Address, Query},
    people::login::page::{LoginPage, LoginSaid},
    problem::{Problem, Result},
    routes::Routes,
};
use crate::{
    layout::{Form, Reader, page, see, shown, view::View},
    routes::{form_about, page_about},
};
use axum::{
    Extension,
    extract::State,
    http::{HeaderMap, Method, StatusCode, header},
    response::{AppendHeaders, IntoResponse as _, Response},
};
use serde::Deserialize;
use store::{Scope, User};
use utoipa::IntoParams;

pub(crate) fn declare(routes: Routes) -> Routes {
    routes
        .get("/login", Access::Open, ask, page_about("The way in").query::<AskQuery>())
        .post("/login", Access::Open, enter, form_about("The way in, from the form"))
        .post("/logout", Access::Page(Scope::Read), leave, form_about("The way out").unaudited())
}

#[derive(Deserialize, Default, IntoParams)]
struct AskQuery {
    /// Where to go from there.
    back: Option<String>,
    /// `out` after a logout.
    said: Option<String>,
}

async fn ask(State(ctx): State<Ctx>, Reader(v): Reader, Query(query): Query<AskQuery>) -> Response {
    let said = query.said.filter(|said| said == "out").map(|_| LoginSaid::LoggedOut);
    let back = crate::layout::form::here(query.back.as_deref().unwrap_or("/")).to_owned();
    shown(&LoginPage { v: &v, name: String::new(), back, said, is_first: is_first(&ctx).await })
}

/// What somebody who is nobody sees in place of a page: the way in, which leads back to it.
pub(crate) async fn needed(ctx: &Ctx, v: &View, method: &Method, headers: &HeaderMap) -> Response {
    let back = if method == Method::GET { v.here.clone() } else { "/".to_owned() };
    let had_session = session::cookie(headers, auth::SESSION_COOKIE).is_some();
    let said = had_session.then_some(LoginSaid::Expired);
    page(StatusCode::UNAUTHORIZED, &LoginPage { v, name: String::new(), back, said, is_first: is_first(ctx).await })
}

/// Whether nobody could log in yet. It is looked up until somebody can, and never again.
async fn is_first(ctx: &Ctx) -> bool {
    if ctx.has_users.get().is_some() {
        return false;
    }
    let Ok(_turn) = ctx.lookups.try_acquire() else { return false };
    let users = ctx.app.db.users().await.unwrap_or_default();
    let is_set_up = users.iter().any(|user| user.password.is_some());
    if is_set_up {
        ctx.has_users.get_or_init(|| ());
    }
    !is_set_up
}

async fn enter(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    Address(address): Address,
    headers: HeaderMap,
    form: Form,
) -> Result<Response> {
    if !is_same_origin(&headers) {
        return Err(foreign());
    }
    let (name, back) = (form.text("name"), form.back().to_owned());
    if name.len() > 200 {
        return Err(Problem::invalid("name: longer than 200 bytes"));
    }
    let attempt = Attempt { name, address, browser: session::known_browser(&ctx, &headers, name) };
    let said = match auth::login::check(&ctx, &attempt, form.secret("password")).await? {
        Login::In(user) => return begin(&ctx, &user, &headers, &back).await,
        Login::Wrong => LoginSaid::Wrong,
        Login::Wait(wait) => LoginSaid::Throttled(wait),
    };
    tracing::warn!(name, "a login failed");
    let status = match said {
        LoginSaid::Throttled(_) => StatusCode::TOO_MANY_REQUESTS,
        _ => StatusCode::UNAUTHORIZED,
    };
    let mut response =
        page(status, &LoginPage { v: &v, name: name.to_owned(), back, said: Some(said), is_first: false });
    if let LoginSaid::Throttled(wait) = said {
        response.headers_mut().insert(header::RETRY_AFTER, wait.as_secs().max(1).into());
    }
    Ok(response)
}

/// Begins a session and leads on.
pub(crate) async fn begin(ctx: &Ctx, user: &User, headers: &HeaderMap, to: &str) -> Result<Response> {
    let cookie = session::begin(ctx, user, headers).await?;
    write_down(ctx, &user.name, "login", &user.name, "").await;
    let browser = session::mark_browser(ctx, &user.name, headers)?;
    Ok((AppendHeaders([(header::SET_COOKIE, cookie), (header::SET_COOKIE, browser)]), see(to)).into_response())
}

async fn leave(State(ctx): State<Ctx>, Extension(granted): Extension<Granted>, headers: HeaderMap) -> Result<Response> {
    if let Who::Person { session, .. } = &granted.who {
        ctx.app.db.end_session(*session).await?;
        write_down(&ctx, granted.name(), "logout", granted.name(), "").await;
    }
    Ok(([(header::SET_COOKIE, session::ended(&headers)?)], see("/login?said=out")).into_response())
}

pub(crate) fn foreign() -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "form", "this form comes from another site")
        .remedy("open Vigie's own page, and send the form from there")
}
