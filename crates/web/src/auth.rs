//! Who may do what. Every route is declared with an [`Access`]; [`guard`] is the one place that holds a request against
//! it, and that writes down what people changed.
//!
//! A request shows who sends it by an API token (`Authorization: Bearer vigie_…`, or as the password of `Basic` where a
//! sender of logs can do nothing else), by the cookie of a session that began with a login, or, on the routes that
//! follow one job, by that job's read-only token in the URL. Requests that
//! come over `vigie.sock` or from within carry [`Trusted`], which nobody can send over a network.
//!
//! A session changes nothing without its form token besides (`csrf` in a form, or the header `x-csrf-token`): another
//! site can make a browser send the cookie, and cannot know the token.

pub(crate) mod alike;
mod form;
pub(crate) mod login;
pub(crate) mod proxy;
pub(crate) mod session;
mod throttle;
mod token;

pub(crate) use session::SESSION_COOKIE;
pub(crate) use throttle::{Attempt, Throttle};
pub(crate) use token::Tokens;

use crate::{
    Ctx,
    problem::{Problem, worded},
    serve::{
        connections::Connection,
        places::{Holder, Place},
    },
};
use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{FromRequestParts as _, RawPathParams, Request},
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header, request::Parts},
    response::{IntoResponse, Response},
};
use base64::Engine as _;
use futures_util::StreamExt as _;
use model::{JobId, Timestamp};
use std::{
    borrow::Cow,
    net::{IpAddr, Ipv4Addr},
};
use store::{AuditEvent, Role, Scope};
use tower_http::timeout::TimeoutBody;
use uuid::Uuid;

/// What a route asks of whoever uses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Nothing.
    Open,
    /// Nothing, and no place among the requests: whoever watches over Vigie is answered when all are taken.
    Health,
    /// `Scope::Progress`, or the job's own token in the URL. Pages of other sites may read it.
    Job,
    /// Nothing here: the handler asks for the public key of a project. Pages of other sites may send.
    Client,
    /// Nothing here: the key in the address is one, and names a check. The handler bounds what it reads.
    Ping,
    /// `Scope::Ingest`, and a process that can change things: logs are sent.
    Ingest,
    /// `Scope::Releases`, and a process that can change things: releases are announced, source maps uploaded.
    Releases,
    /// `Scope::Read`.
    Read,
    /// `Scope::Write`, and a process that can change things.
    Write,
    /// `Scope::Admin`, and a process that can change things.
    Admin,
    /// A page, or a form of one, for who has that scope; who is nobody is shown the way in.
    Page(Scope),
}

impl Access {
    pub(crate) fn scope(self) -> Option<Scope> {
        match self {
            Self::Open | Self::Health | Self::Client | Self::Ping => None,
            Self::Job => Some(Scope::Progress),
            Self::Ingest => Some(Scope::Ingest),
            Self::Releases => Some(Scope::Releases),
            Self::Read => Some(Scope::Read),
            Self::Write => Some(Scope::Write),
            Self::Admin => Some(Scope::Admin),
            Self::Page(scope) => Some(scope),
        }
    }

    fn is_page(self) -> bool {
        matches!(self, Self::Page(_))
    }

    /// What pages of other sites may do with it.
    pub(crate) fn shared(self) -> Option<&'static Shared> {
        match self {
            Self::Job => Some(&Shared {
                methods: "GET",
                headers: "If-None-Match, Last-Event-ID, Cache-Control",
                exposed: "ETag, Retry-After",
            }),
            Self::Client => Some(&Shared {
                methods: "POST",
                headers: "X-Sentry-Auth, X-Requested-With, Accept, Content-Type, Authorization, Content-Encoding",
                exposed: "X-Sentry-Rate-Limits, X-Sentry-Error, Retry-After",
            }),
            _ => None,
        }
    }
}

/// What browsers let pages of other sites do (CORS).
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) methods: &'static str,
    /// That may be sent.
    pub(crate) headers: &'static str,
    /// That may be read.
    pub(crate) exposed: &'static str,
}

/// Marks a request that came from this machine's owner.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Trusted;

/// Who sends a request, and what they may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Granted {
    pub(crate) scope: Scope,
    pub(crate) who: Who,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    /// The owner of the data directory, on the machine itself.
    Owner,
    /// Whoever has this job's token.
    JobToken(JobId),
    /// A program, by the name of its token.
    Token(String),
    Person {
        id: Uuid,
        name: String,
        role: Role,
        session: [u8; 32],
        through: Through,
    },
}

/// By what a person is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Through {
    Session,
    /// The word of a proxy, with each request; a stream that begins with it ends `until` then, and is asked for anew.
    Proxy {
        until: Timestamp,
    },
}

impl Granted {
    /// Under which name the audit log has what they do.
    pub(crate) fn name(&self) -> &str {
        match &self.who {
            Who::Owner => CONSOLE,
            Who::JobToken(_) => "",
            Who::Token(name) | Who::Person { name, .. } => name,
        }
    }
}

/// Whether what was granted when a stream began is still so: a token may be revoked, a session may end.
pub(crate) async fn still(ctx: &Ctx, granted: &Granted) -> bool {
    let now = ctx.app.clock.now();
    match &granted.who {
        Who::Owner | Who::JobToken(_) => true,
        Who::Token(name) => match ctx.app.db.tokens().await {
            Ok(tokens) => tokens.iter().any(|token| {
                token.name == *name && token.scope.allows(granted.scope) && token.expires_at.is_none_or(|at| at > now)
            }),
            Err(_) => true,
        },
        Who::Person { id, through: Through::Proxy { until }, .. } => *until > now && proxy::still(ctx, *id).await,
        // A store that does not answer for a while says nothing of anybody.
        Who::Person { session, .. } => ctx.app.db.session(*session, now).await.map_or(true, |found| found.is_some()),
    }
}

const CONSOLE: &str = "console";
/// Names of the audit log's own, which are nobody's.
const OUR_NAMES: [&str; 2] = [CONSOLE, proxy::BY_PROXY];

/// The user or token whose name is this one, or cannot be told from it: the audit log and drafts tell people apart by names.
pub(crate) async fn name_alike(ctx: &Ctx, name: &str) -> store::Result<Option<String>> {
    let wanted = alike::looks(name);
    let users = ctx.app.db.users().await?.into_iter().map(|user| user.name);
    let tokens = ctx.app.db.tokens().await?.into_iter().map(|token| token.name);
    let mut names = OUR_NAMES.map(str::to_owned).into_iter().chain(users).chain(tokens);
    Ok(names.find(|other| alike::looks(other) == wanted))
}

/// Refuses a name that is not plain, or not to be told from another.
pub(crate) async fn check_new_name(ctx: &Ctx, name: &str, chars_max: usize) -> Result<(), Problem> {
    if !alike::is_plain(name, chars_max) {
        return Err(Problem::invalid(worded("problem-name-wrong", &[]))
            .remedy(worded("problem-name-wrong-help", &[("most", &chars_max)])));
    }
    let Some(other) = name_alike(ctx, name).await? else { return Ok(()) };
    let said = match other.to_lowercase() == name.to_lowercase() {
        true => worded("problem-name-taken", &[("name", &name)]),
        false => worded("problem-name-alike", &[("name", &name), ("other", &other)]),
    };
    Err(Problem::conflict(said).remedy(worded("problem-name-taken-help", &[])))
}

/// What a role allows, in the words of tokens.
pub(crate) fn scope_of(role: Role) -> Scope {
    match role {
        Role::Viewer => Scope::Read,
        Role::Operator => Scope::Write,
        Role::Admin => Scope::Admin,
    }
}

/// Whether what a route does is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Audit {
    Kept,
    /// Programs do it many times a second, or it says so itself.
    Left,
}

/// What a declared route asks of whoever uses it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Guard {
    pub(crate) access: Access,
    pub(crate) audit: Audit,
    /// The path as declared, for the audit.
    pub(crate) path: &'static str,
}

/// Answers a request by `answer`, if whoever sends it may.
pub(crate) async fn guard<Answering: Future<Output = Response>>(
    ctx: &Ctx,
    guard: &Guard,
    request: Request,
    answer: impl FnOnce(Request) -> Answering,
) -> Response {
    let access = guard.access;
    let changes = is_change(request.method());
    let (method, uri) = (request.method().clone(), request.uri().path().to_owned());
    let connection = request.extensions().get::<Connection>().cloned();
    let (mut response, who) = match admit(ctx, access, request).await {
        Ok(Admitted { request, who, _place }) => (answer(request).await, who),
        Err(response) => (*response, None),
    };
    if let Some(connection) = connection.filter(|_| is_followed(who.as_ref(), &response)) {
        response = followed(response, &connection);
    }
    let went_well = !response.status().is_client_error() && !response.status().is_server_error();
    if access.is_page() && !went_well && response.extensions().get::<ForPerson>().is_none() {
        response.extensions_mut().insert(ForPerson { who: who.clone(), needs_login: false });
    }
    // What programs do all day is in their jobs and traces.
    let told = |granted: &Granted| access == Access::Admin || matches!(granted.who, Who::Owner | Who::Person { .. });
    let has_changed = changes && went_well && response.extensions().get::<OnlyShown>().is_none();
    // What is sent without end tells of itself where it matters.
    if has_changed && !matches!(access, Access::Ingest | Access::Client | Access::Ping) {
        ctx.changes.send_replace(());
    }
    if let Some(who) = who.filter(|who| has_changed && guard.audit == Audit::Kept && told(who)) {
        let made = response.extensions().get().map_or("", |CreatedName(name): &CreatedName| name);
        write_down(ctx, who.name(), &format!("{method} {}", guard.path), &uri, made).await;
    }
    if let Some(shared) = access.shared() {
        let headers = response.headers_mut();
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(shared.exposed));
    }
    response
}

/// What was sent was shown, and nothing was kept of it: a preview. An extension of the response.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OnlyShown;

/// The name of what a request made, for the audit: its path names only the kind. An extension of the response.
#[derive(Clone, Debug)]
pub(crate) struct CreatedName(pub(crate) String);

/// Told to the layer that shows problems as pages: a person reads this, who is that, and whether the way in is all there is to
/// show. An extension of responses.
#[derive(Clone, Debug)]
pub(crate) struct ForPerson {
    pub(crate) who: Option<Granted>,
    pub(crate) needs_login: bool,
}

/// Writes an event to the audit log. One that cannot be kept is told to the run's own log: what was done is done.
pub(crate) async fn write_down(ctx: &Ctx, who: &str, action: &str, subject: &str, detail: &str) {
    let [who, action, subject, detail] = [who, action, subject, detail].map(|text| text.chars().take(500).collect());
    let event = AuditEvent { no: 0, at: ctx.app.clock.now(), who, action, subject, detail };
    if let Err(error) = ctx.app.db.write_audit(event.clone()).await {
        tracing::error!(%error, who = event.who, action = event.action, subject = event.subject, "the audit log could not be written");
    }
}

/// The answer to a browser that asks whether another site's page may follow a job.
pub(crate) async fn preflight(shared: &'static Shared) -> impl IntoResponse {
    let headers = [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (header::ACCESS_CONTROL_ALLOW_METHODS, shared.methods),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, shared.headers),
        (header::ACCESS_CONTROL_MAX_AGE, "86400"),
    ];
    (StatusCode::NO_CONTENT, headers)
}

fn is_change(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

struct Admitted {
    request: Request,
    who: Option<Granted>,
    /// Among the requests being answered.
    _place: Option<Place>,
}

/// Whether a viewer follows a job by this response.
fn is_followed(who: Option<&Granted>, response: &Response) -> bool {
    who.is_some_and(|granted| matches!(granted.who, Who::JobToken(_)))
        && response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == "text/event-stream")
}

/// The response, with the connection kept open while it is sent.
fn followed(response: Response, connection: &Connection) -> Response {
    let followed = connection.follow();
    response.map(|body| {
        Body::from_stream(body.into_data_stream().inspect(move |_| {
            let _ = &followed;
        }))
    })
}

/// The connection of somebody with an account or a token stays, whoever else comes: from now on, so that what they send
/// arrives.
fn keep_connection(granted: Option<&Granted>, parts: &Parts) {
    let stays = granted.is_some_and(|granted| !matches!(granted.who, Who::JobToken(_)));
    if let Some(connection) = parts.extensions.get::<Connection>().filter(|_| stays) {
        connection.is_known();
    }
}

async fn admit(ctx: &Ctx, access: Access, request: Request) -> Result<Admitted, Box<Response>> {
    let (mut parts, body) = request.into_parts();
    let granted = match parts.extensions.get::<Trusted>() {
        Some(_) => Ok(Some(Granted { scope: Scope::Admin, who: Who::Owner })),
        None => granted_by(ctx, &parts).await,
    };
    let Some(needed) = access.scope() else {
        // An open page is shown as to whoever reads it; what they show wrongly does not matter there.
        let granted = granted.ok().flatten();
        keep_connection(granted.as_ref(), &parts);
        let (body, place) = open(ctx, access, granted.as_ref(), &parts, body).await?;
        if let Some(granted) = granted {
            parts.extensions.insert(granted);
        }
        return Ok(Admitted { request: Request::from_parts(parts, body), who: None, _place: place });
    };
    let mut granted = granted.map_err(refused)?;
    keep_connection(granted.as_ref(), &parts);
    if granted.is_none() && access == Access::Job {
        granted = match RawPathParams::from_request_parts(&mut parts, &()).await {
            Ok(params) => shown_job(ctx, &params, &parts.uri)
                .map(|job| Granted { scope: Scope::Progress, who: Who::JobToken(job) }),
            Err(_) => None,
        };
    }
    let place = ctx.requests.take(&holder(granted.as_ref(), address(ctx, &parts))).map_err(refused)?;
    let Some(granted) = granted else {
        let mut response = unauthorized().into_response();
        if access.is_page() {
            response.extensions_mut().insert(ForPerson { who: None, needs_login: true });
        }
        return Err(Box::new(response));
    };
    // The page that says so has the menu of whoever reads it.
    let denied = |problem: Problem| {
        let mut response = refused(problem);
        if access.is_page() {
            response.extensions_mut().insert(ForPerson { who: Some(granted.clone()), needs_login: false });
        }
        response
    };
    if !granted.scope.allows(needed) {
        return Err(denied(forbidden(granted.scope, needed)));
    }
    let changes = is_change(&parts.method);
    // Who sends logs is held to more than this.
    let mut body = match access {
        Access::Ingest => body,
        _ => form::unhurried(&parts, Body::new(TimeoutBody::new(ctx.app.limits.body_silence_max, body))),
    };
    if let (Who::Person { session, .. }, true) = (&granted.who, changes) {
        body = form::check(ctx, session, &parts, body).await.map_err(denied)?;
    }
    if matches!(access, Access::Ingest | Access::Releases | Access::Write | Access::Admin)
        && changes
        && ctx.app.wake.is_none()
    {
        return Err(denied(no_engine()));
    }
    parts.extensions.insert(granted.clone());
    Ok(Admitted { request: Request::from_parts(parts, body), who: Some(granted), _place: Some(place) })
}

#[expect(clippy::unnecessary_box_returns, reason = "the error of `admit`")]
fn refused(problem: Problem) -> Box<Response> {
    Box::new(problem.into_response())
}

/// Takes the place of a request that anybody may send. What a stranger sends is read before, and is short: a body that
/// does not come takes nobody's place.
async fn open(
    ctx: &Ctx,
    access: Access,
    granted: Option<&Granted>,
    parts: &Parts,
    body: Body,
) -> Result<(Body, Option<Place>), Box<Response>> {
    if access == Access::Health {
        return Ok((body, None));
    }
    let body = match granted {
        // Whoever reports is held to more than this, and known by its key.
        None if is_change(&parts.method) && !matches!(access, Access::Client | Access::Ping) => {
            Body::from(read_stranger(ctx, body).await.map_err(refused)?)
        }
        _ => body,
    };
    let holder = match (granted, session::mark(ctx, &parts.headers)) {
        (None, Some(mark)) => Holder::Browser(mark),
        _ => holder(granted, address(ctx, parts)),
    };
    let place = ctx.requests.take(&holder).map_err(refused)?;
    Ok((body, Some(place)))
}

async fn read_stranger(ctx: &Ctx, body: Body) -> Result<Bytes, Problem> {
    let limits = &ctx.app.limits;
    let max = limits.stranger_body_bytes_max;
    match tokio::time::timeout(limits.stranger_body_timeout, to_bytes(body, max)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(_)) => Err(Problem::too_large(format!("the form is longer than {max} bytes, or was cut off"))),
        Err(_) => Err(Problem::new(StatusCode::REQUEST_TIMEOUT, "timeout", "the form did not arrive in time")),
    }
}

/// Whose place a request takes.
pub(crate) fn holder(granted: Option<&Granted>, address: Option<IpAddr>) -> Holder {
    match granted.map(|granted| &granted.who) {
        None => Holder::stranger(address),
        Some(Who::Owner) => Holder::Console,
        Some(Who::JobToken(job)) => Holder::Viewers(*job),
        Some(Who::Token(name)) => Holder::Token(name.clone()),
        Some(Who::Person { id, .. }) => Holder::Person(*id),
    }
}

/// From where a request comes; `None` within this process and on its local socket.
pub(crate) fn address(ctx: &Ctx, parts: &Parts) -> Option<IpAddr> {
    let connection = match parts.extensions.get::<proxy::OnSocket>() {
        Some(_) => Ipv4Addr::LOCALHOST.into(),
        None => parts.extensions.get::<Connection>()?.address()?,
    };
    Some(ctx.app.proxies.client(connection, &parts.headers))
}

/// Who the request says it is from; `None` where it says nothing. A token that is wrong is an error, not an absence; a
/// session that has ended is an absence: its reader is shown the way in.
pub(crate) async fn granted_by(ctx: &Ctx, parts: &Parts) -> Result<Option<Granted>, Problem> {
    let headers = &parts.headers;
    let token = shown_token(headers);
    // A token of ours says who asks, whoever is logged in at a proxy. Some proxies send one of their own along.
    let named = match &token {
        Some(token) if token.starts_with(vault::TOKEN_PREFIX) => None,
        _ => proxy::named(ctx, parts).await?,
    };
    if let Some(named) = named {
        return proxy::or_own_session(ctx, headers, &named).await.map(Some);
    }
    if let Some(token) = token {
        let (scope, name) = ctx.tokens.known(ctx, &token).await?.ok_or_else(unauthorized)?;
        return Ok(Some(Granted { scope, who: Who::Token(name) }));
    }
    session::granted(ctx, headers).await
}

/// The token of the header `Authorization`. As a password (`Basic`), or as the key of Elasticsearch's clients (`ApiKey`),
/// it is none in a request of a browser, which would send it along from other sites' pages too.
fn shown_token(headers: &HeaderMap) -> Option<Cow<'_, str>> {
    let (scheme, shown) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let shown = shown.trim();
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(shown.into());
    }
    let in_pair = scheme.eq_ignore_ascii_case("basic") || scheme.eq_ignore_ascii_case("apikey");
    if !in_pair || headers.contains_key("sec-fetch-site") {
        return None;
    }
    let pair = String::from_utf8(base64::prelude::BASE64_STANDARD.decode(shown).ok()?).ok()?;
    let (_, token) = pair.split_once(':')?;
    Some(token.to_owned().into())
}

/// Browsers that say where a request comes from are believed.
pub(crate) fn is_same_origin(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-site").is_none_or(|site| site == "same-origin" || site == "none")
}

/// The job whose token the address shows.
fn shown_job(ctx: &Ctx, params: &RawPathParams, uri: &Uri) -> Option<JobId> {
    let id = params.iter().find(|(name, _)| *name == "id").and_then(|(_, value)| value.parse::<JobId>().ok());
    let pairs = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    let token = pairs.into_iter().find(|(name, _)| name == "token").map(|(_, value)| value);
    id.zip(token).filter(|(id, token)| ctx.app.vault.is_job_token(*id, token)).map(|(id, _)| id)
}

fn unauthorized() -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "unauthorized", "a valid token is needed")
        .remedy("send `Authorization: Bearer vigie_…`; `vigie token create NAME` makes one")
}

fn forbidden(has: Scope, needed: Scope) -> Problem {
    let detail = format!("this needs the scope `{needed}`, and what was shown has `{has}`");
    Problem::new(StatusCode::FORBIDDEN, "forbidden", detail).remedy("use a token of that scope, or ask an admin")
}

fn no_engine() -> Problem {
    Problem::busy("read-only", worded("problem-read-only", &[]), 30).remedy(worded("problem-read-only-help", &[]))
}
