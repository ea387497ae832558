//! Sessions: what a login leaves in the browser, and how a request shows it.

use super::{Granted, Through, Who, scope_of};
use crate::{Ctx, problem::Problem};
use axum::http::{HeaderMap, HeaderValue, header};
use secrecy::ExposeSecret as _;
use std::time::Duration;
use store::{Session, User};

pub(crate) const SESSION_COOKIE: &str = "vigie_session";
/// Stays when the session has ended: strangers who try this person's password do not slow down this browser.
pub(crate) const BROWSER_COOKIE: &str = "vigie_browser";
const YEAR_SECONDS: u32 = 31_536_000;
/// After which one logs in again.
const LASTS: Duration = Duration::from_secs(14 * 86_400);

/// The value of a cookie.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, wanted: &str) -> Option<&'a str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == wanted).map(|(_, value)| value)
}

pub(crate) async fn granted(ctx: &Ctx, headers: &HeaderMap) -> Result<Option<Granted>, Problem> {
    let Some(code) = cookie(headers, SESSION_COOKIE).filter(|_| super::is_same_origin(headers)) else {
        return Ok(None);
    };
    let _turn = ctx.lookups.acquire().await;
    let found = ctx.app.db.session(vault::hash_token(code), ctx.app.clock.now()).await?;
    Ok(found.map(|(session, user)| {
        let who = Who::Person {
            id: user.id,
            name: user.name,
            role: user.role,
            session: session.hash,
            through: Through::Session,
        };
        Granted { scope: scope_of(user.role), who }
    }))
}

/// Begins a session under a new secret, and gives the cookie that holds it.
pub(crate) async fn begin(ctx: &Ctx, user: &User, headers: &HeaderMap) -> Result<HeaderValue, Problem> {
    let (code, hash) = ctx.app.vault.new_code();
    let about = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    let now = ctx.app.clock.now();
    let about = about.chars().filter(|c| !model::steers_display(*c)).take(200).collect();
    let session = Session { hash, user: user.id, about, created_at: now, expires_at: now + LASTS };
    ctx.app.db.create_session(session).await?;
    let (code, age, secure) = (code.expose_secret().to_owned(), LASTS.as_secs(), secure(headers));
    value(format!("{SESSION_COOKIE}={code}; Path=/; HttpOnly; SameSite=Lax; Max-Age={age}{secure}"))
}

/// What this browser is known by, where somebody has logged in with it before.
pub(crate) fn mark(ctx: &Ctx, headers: &HeaderMap) -> Option<[u8; 16]> {
    ctx.app.vault.browser_of(cookie(headers, BROWSER_COOKIE)?)
}

/// The mark of this browser, where `name` has logged in with it before.
pub(crate) fn known_browser<'a>(ctx: &Ctx, headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    cookie(headers, BROWSER_COOKIE).filter(|mark| ctx.app.vault.is_browser_mark(name, mark))
}

/// The cookie by which this browser is known as one of `name`.
pub(crate) fn mark_browser(ctx: &Ctx, name: &str, headers: &HeaderMap) -> Result<HeaderValue, Problem> {
    let (mark, secure) = (ctx.app.vault.browser_mark(name), secure(headers));
    value(format!("{BROWSER_COOKIE}={mark}; Path=/login; HttpOnly; SameSite=Lax; Max-Age={YEAR_SECONDS}{secure}"))
}

/// The cookie that takes the session's away.
pub(crate) fn ended(headers: &HeaderMap) -> Result<HeaderValue, Problem> {
    value(format!("{SESSION_COOKIE}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0{}", secure(headers)))
}

/// A choice of the reader's, which scripts need not see either.
pub(crate) fn choice(name: &str, chosen: &str, headers: &HeaderMap) -> Result<HeaderValue, Problem> {
    value(format!("{name}={chosen}; Path=/; HttpOnly; SameSite=Lax; Max-Age={YEAR_SECONDS}{}", secure(headers)))
}

/// A cookie of how pages look, which their scripts change too.
pub(crate) fn preference(name: &str, chosen: &str, headers: &HeaderMap) -> Result<HeaderValue, Problem> {
    value(format!("{name}={chosen}; Path=/; SameSite=Lax; Max-Age={YEAR_SECONDS}{}", secure(headers)))
}

/// Behind a proxy that speaks TLS, the cookie stays on it.
fn secure(headers: &HeaderMap) -> &'static str {
    let is_tls = headers.get("x-forwarded-proto").is_some_and(|proto| proto == "https");
    if is_tls { "; Secure" } else { "" }
}

fn value(text: String) -> Result<HeaderValue, Problem> {
    HeaderValue::try_from(text).map_err(|error| Problem::internal(&error))
}
