//! Who may do what. Every route is declared with an [`Access`]; this is the one place that holds a request against it.
//!
//! A request shows an API token (`Authorization: Bearer vigie_…`, or the cookie that `/login` sets for the page), or,
//! on the routes that follow one job, that job's read-only token in the URL. Requests that come over `vigie.sock` or
//! from within carry [`Trusted`], which nobody can send over a network.

use crate::{Ctx, pages, problem::Problem};
use axum::{
    extract::{FromRequestParts as _, RawPathParams, Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use model::{JobId, Timestamp};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};
use store::Scope;

/// What a route asks of whoever uses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Nothing.
    Open,
    /// `Scope::Progress`, or the job's own token in the URL. Pages of other sites may read it.
    Job,
    /// `Scope::Read`.
    Read,
    /// `Scope::Read`; who has none is shown the way in.
    Page,
    /// `Scope::Write`, and a process that can change things.
    Write,
}

/// Marks a request that came from this machine's owner.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Trusted;

/// What a request may do, for the handlers that give more to some.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Granted(pub(crate) Scope);

pub(crate) const COOKIE: &str = "vigie_session";

/// The layer of every declared route.
pub(crate) async fn guard(State((ctx, access)): State<(Ctx, Access)>, request: Request, next: Next) -> Response {
    let mut response = match admit(&ctx, access, request).await {
        Ok(request) => next.run(request).await,
        Err(response) => *response,
    };
    if access == Access::Job {
        let headers = response.headers_mut();
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("ETag, Retry-After"));
    }
    response
}

/// The answer to a browser that asks whether another site's page may follow a job.
pub(crate) async fn preflight() -> impl IntoResponse {
    let headers = [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "If-None-Match, Last-Event-ID, Cache-Control"),
        (header::ACCESS_CONTROL_MAX_AGE, "86400"),
    ];
    (StatusCode::NO_CONTENT, headers)
}

async fn admit(ctx: &Ctx, access: Access, request: Request) -> Result<Request, Box<Response>> {
    let (mut parts, body) = request.into_parts();
    let needed = match access {
        Access::Open => return Ok(Request::from_parts(parts, body)),
        Access::Job => Scope::Progress,
        Access::Read | Access::Page => Scope::Read,
        Access::Write => Scope::Write,
    };
    let granted = match parts.extensions.get::<Trusted>() {
        Some(_) => Ok(Some(Scope::Write)),
        None => scope_of(ctx, &parts.headers).await,
    };
    let mut granted = granted.map_err(|problem| Box::new(problem.into_response()))?;
    if granted.is_none() && access == Access::Job {
        granted = match RawPathParams::from_request_parts(&mut parts, &()).await {
            Ok(params) if shows_job_token(ctx, &params, &parts.uri) => Some(Scope::Progress),
            _ => None,
        };
    }
    match granted {
        None if access == Access::Page => return Err(Box::new(pages::login::needed())),
        None => return Err(Box::new(unauthorized().into_response())),
        Some(scope) if scope < needed => return Err(Box::new(forbidden(scope, needed).into_response())),
        Some(scope) => drop(parts.extensions.insert(Granted(scope))),
    }
    if access == Access::Write && parts.method != Method::GET && ctx.app.wake.is_none() {
        return Err(Box::new(no_engine().into_response()));
    }
    Ok(Request::from_parts(parts, body))
}

/// What the request's token allows; `None` without one. One that is wrong is an error, not an absence.
async fn scope_of(ctx: &Ctx, headers: &HeaderMap) -> Result<Option<Scope>, Problem> {
    let token = match (bearer(headers), cookie(headers)) {
        (Some(token), _) => token,
        // A form or a script of another site must not act for who is logged in here.
        (None, Some(token)) if is_same_origin(headers) => token,
        _ => return Ok(None),
    };
    ctx.tokens.scope(ctx, token).await?.map(Some).ok_or_else(unauthorized)
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE).map(|(_, value)| value)
}

/// The cookie is `SameSite=Strict`; browsers that say where a request comes from are believed besides.
fn is_same_origin(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-site").is_none_or(|site| site == "same-origin" || site == "none")
}

fn shows_job_token(ctx: &Ctx, params: &RawPathParams, uri: &Uri) -> bool {
    let id = params.iter().find(|(name, _)| *name == "id").and_then(|(_, value)| value.parse::<JobId>().ok());
    let pairs = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    let token = pairs.into_iter().find(|(name, _)| name == "token").map(|(_, value)| value);
    id.zip(token).is_some_and(|(id, token)| ctx.app.vault.is_job_token(id, &token))
}

fn unauthorized() -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "unauthorized", "a valid token is needed")
        .remedy("send `Authorization: Bearer vigie_…`; `vigie token create NAME` makes one")
}

fn forbidden(has: Scope, needed: Scope) -> Problem {
    let detail = format!("the token has the scope `{has}`, this needs `{needed}`");
    Problem::new(StatusCode::FORBIDDEN, "forbidden", detail).remedy("use a token of that scope")
}

fn no_engine() -> Problem {
    Problem::busy("read-only", "no engine runs here: this process can only read", 30)
        .remedy("start `vigie serve` on this data directory, and send this to it")
}

/// How long a token is believed without asking the store; a revocation by this process counts at once.
const BELIEVED_FOR: Duration = Duration::from_secs(5);
const REMEMBERED_MAX: usize = 1024;

/// Tokens seen lately, by their hashes.
#[derive(Default)]
pub(crate) struct Tokens(Mutex<HashMap<[u8; 32], Known>>);

#[derive(Clone, Copy)]
struct Known {
    scope: Scope,
    expires_at: Option<Timestamp>,
    seen: Instant,
}

impl Tokens {
    /// What the token allows; `None` when it is none, or has expired.
    pub(crate) async fn scope(&self, ctx: &Ctx, token: &str) -> Result<Option<Scope>, Problem> {
        let hash = vault::hash_token(token);
        let known = self.lock().get(&hash).copied().filter(|known| known.seen.elapsed() < BELIEVED_FOR);
        let known = match known {
            Some(known) => known,
            None => {
                let Some(token) = ctx.app.db.token_by_hash(hash).await? else { return Ok(None) };
                let known = Known { scope: token.scope, expires_at: token.expires_at, seen: Instant::now() };
                let mut tokens = self.lock();
                if tokens.len() >= REMEMBERED_MAX {
                    tokens.clear();
                }
                tokens.insert(hash, known);
                known
            }
        };
        let now = ctx.app.clock.now();
        Ok(known.expires_at.is_none_or(|at| at > now).then_some(known.scope))
    }

    pub(crate) fn forget(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<[u8; 32], Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
