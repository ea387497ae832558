//! What clients report, as Sentry's SDKs send it: `/api/{project}/envelope/`, and the addresses of older and simpler ones.
//!
//! Whoever knows the public key of a project may send to it, pages of other sites included. Bodies are unpacked and read
//! beside the runtime, a few at a time and each within bounds; what is answered with 200 is on disk.

mod answer;
mod minidump;
#[cfg(test)]
mod tests;
mod unpack;

use crate::{
    Ctx,
    auth::Access,
    extract::Path,
    problem::{Problem, worded},
    routes::{About, Routes},
};
use answer::Refusal;
use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{RawQuery, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use errors::{
    Envelope,
    auth::{AuthRefused, PublicKey, ToldIn, public_key},
    check_ins::CheckIn,
};
use reports::{Form, KnownProject};
use std::{sync::Arc, time::Duration};
use tokio::sync::Semaphore;
use unpack::Packing;

/// Bytes of a body as it is sent.
const BODY_BYTES_MAX: usize = 16 << 20;
/// Most have less; so much, too, is read of somebody who does not say the key before the body.
const USUAL_BYTES_MAX: usize = 1 << 20;
/// Bodies that are read at once: usual ones, and larger ones or of a length that is not told.
const USUAL: Room = Room { bytes_max: USUAL_BYTES_MAX, unpacked_bytes_max: 8 << 20 };
const LARGE: Room = Room { bytes_max: BODY_BYTES_MAX, unpacked_bytes_max: 24 << 20 };
/// Bytes of a body that is unpacked on the thread that received it, packed and unpacked.
const AT_ONCE_BYTES_MAX: usize = 32 << 10;
const UNPACKED_AT_ONCE_BYTES_MAX: usize = 256 << 10;
static USUAL_BODIES: Semaphore = Semaphore::const_new(12);
static LARGE_BODIES: Semaphore = Semaphore::const_new(2);
/// How long one waits for its turn, and what a body may take to come.
const PATIENCE: Duration = Duration::from_secs(2);
const BODY_TIME_MAX: Duration = Duration::from_secs(30);

pub(crate) fn declare(routes: Routes) -> Routes {
    let about = |summary| {
        About::new(summary)
            .unaudited()
            .takes_text("application/x-sentry-envelope", "Plain, or packed with gzip, deflate, br or zstd")
            .gives_text(200, Some("application/json"), "What was taken is on disk: `{\"id\": \"…\"}`")
            .body_max(BODY_BYTES_MAX)
    };
    let envelopes = "Take an envelope of a project's client, as the SDKs of Sentry send it";
    let events = "Take one event of a project's client, as older SDKs send it";
    let minidumps = "Take a crash report of a native program, as Crashpad and Breakpad send it";
    let minidump_at = |routes: Routes, path| {
        let about = About::new(minidumps).unaudited().body_max(BODY_BYTES_MAX);
        routes.post(path, Access::Client, minidump, about.gives_text(200, Some("text/plain"), "The id of its event"))
    };
    let routes = ["/api/{id}/minidump/", "/api/{id}/minidump"].into_iter().fold(routes, minidump_at);
    let cron_at = |routes: Routes, path| {
        let about = || {
            About::new(
                "Take the check-in of a scheduled task: `?status=in_progress`, `ok` or `error`, as Sentry has it",
            )
            .unaudited()
            .gives_text(202, Some("application/json"), "It is kept")
        };
        routes.get(path, Access::Client, cron, about()).post(path, Access::Client, cron, about())
    };
    let cron_paths = [
        "/api/{id}/cron/{name}/",
        "/api/{id}/cron/{name}",
        "/api/{id}/cron/{name}/{code}/",
        "/api/{id}/cron/{name}/{code}",
    ];
    let routes = cron_paths.into_iter().fold(routes, cron_at);
    let security = "Take a browser's report of a policy that was broken (CSP)";
    routes
        .post("/api/{id}/envelope/", Access::Client, envelope, about(envelopes))
        .post("/api/{id}/envelope", Access::Client, envelope, about(envelopes))
        .post("/api/{id}/store/", Access::Client, event, about(events))
        .post("/api/{id}/store", Access::Client, event, about(events))
        .post("/api/{id}/security/", Access::Client, security_report, about(security))
        .post("/api/{id}/security", Access::Client, security_report, about(security))
}

impl From<reports::Error> for Problem {
    fn from(error: reports::Error) -> Self {
        match error {
            reports::Error::Store(error) => error.into(),
            reports::Error::Logs(error) => error.into(),
            reports::Error::Envelope(error) => Self::malformed(error.to_string()),
            reports::Error::Blob(error) => {
                tracing::error!(error, "a file could not be kept");
                Self::busy("disk", "the file could not be kept", 60)
                    .remedy("check that the disk has free space, then send it again")
            }
            reports::Error::NotDeleted => Self::busy("busy", error.to_string(), 60),
            reports::Error::SentBefore => Self::busy("busy", error.to_string(), 2),
            reports::Error::Stopped => Self::busy("stopping", worded("problem-stopping", &[]), 5),
        }
    }
}

async fn envelope(ctx: State<Ctx>, id: Path<String>, query: RawQuery, headers: HeaderMap, body: Body) -> Response {
    receive(ctx, id, query, headers, body, Form::Envelope).await
}

async fn event(ctx: State<Ctx>, id: Path<String>, query: RawQuery, headers: HeaderMap, body: Body) -> Response {
    receive(ctx, id, query, headers, body, Form::Event).await
}

async fn security_report(
    ctx: State<Ctx>,
    id: Path<String>,
    query: RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Response {
    receive(ctx, id, query, headers, body, Form::Security).await
}

async fn minidump(
    State(ctx): State<Ctx>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Response {
    match crash_taken(&ctx, &id, query.as_deref(), &headers, body).await {
        Ok(received) => answer::crash(&received),
        Err(refusal) => refusal.into_response(),
    }
}

async fn crash_taken(
    ctx: &Ctx,
    id: &str,
    query: Option<&str>,
    headers: &HeaderMap,
    body: Body,
) -> Result<reports::Received, Refusal> {
    let packing = Packing::of(headers)?;
    let known = project(ctx, id, &key(headers, query, None)?).await?;
    let unpacked = read(headers, body, packing, true).await?;
    let event_id = uuid::Builder::from_random_bytes(ctx.app.rng.bytes()).into_uuid();
    let envelope = minidump::envelope(headers, unpacked, event_id).await?;
    Ok(ctx.app.reports.receive(known, envelope, Form::Envelope).await?)
}

async fn receive(
    State(ctx): State<Ctx>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
    form: Form,
) -> Response {
    match taken(&ctx, &id, query.as_deref(), &headers, body, form).await {
        Ok(received) => answer::received(&received),
        Err(refusal) => refusal.into_response(),
    }
}

async fn taken(
    ctx: &Ctx,
    id: &str,
    query: Option<&str>,
    headers: &HeaderMap,
    body: Body,
    form: Form,
) -> Result<reports::Received, Refusal> {
    let packing = Packing::of(headers)?;
    // Where the key is said before the body, a wrong one costs nothing more.
    let early = match key(headers, query, None) {
        Ok(key) => Some((project(ctx, id, &key).await?, key)),
        Err(AuthRefused::Missing) if form == Form::Envelope => None,
        Err(refused) => return Err(refused.into()),
    };
    let unpacked = read(headers, body, packing, early.is_some()).await?;
    if form == Form::Event && unpacked.iter().find(|byte| !byte.is_ascii_whitespace()) != Some(&b'{') {
        return Err(Refusal::NotAnEvent);
    }
    let dsn = match form {
        Form::Envelope => Envelope::parse(unpacked.split(|byte| *byte == b'\n').next().unwrap_or_default())?.dsn,
        _ => None,
    };
    let said = key(headers, query, dsn.as_deref())?;
    let known = match early {
        Some((known, key)) if key == said => known,
        _ => project(ctx, id, &said).await?,
    };
    let project = known.project.slug.clone();
    let received = ctx.app.reports.receive(known, unpacked, form).await?;
    if let Err(problem) = crate::checks::check_ins::hear(ctx, &project, &received.check_ins).await {
        tracing::warn!(error = problem.detail(), project, "check-ins could not be kept");
        return Err(Refusal::Busy);
    }
    Ok(received)
}

/// What tasks without a client call: `/api/{id}/cron/{slug}/{key}/?status=ok`.
async fn cron(
    State(ctx): State<Ctx>,
    Path(words): Path<Vec<(String, String)>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let words: Vec<&str> = words.iter().map(|(_, word)| word.as_str()).collect();
    match checked_in(&ctx, &words, query.as_deref(), &headers, body).await {
        Ok(()) => (StatusCode::ACCEPTED, axum::Json(serde_json::json!({}))).into_response(),
        Err(refusal) => refusal.into_response(),
    }
}

async fn checked_in(
    ctx: &Ctx,
    words: &[&str],
    query: Option<&str>,
    headers: &HeaderMap,
    body: Body,
) -> Result<(), Refusal> {
    let (id, monitor) = (words[0], words[1]);
    let key = match words.get(2) {
        Some(word) => word.parse().map_err(|_| Refusal::UnknownKey)?,
        None => key(headers, query, None)?,
    };
    let known = project(ctx, id, &key).await?;
    let sent = read(headers, body, Packing::of(headers)?, false).await?;
    let parameters: Vec<(String, String)> =
        url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()).into_owned().collect();
    let check_in = if sent.is_empty() {
        CheckIn::of_address(monitor, &parameters)
    } else {
        CheckIn::of_body(monitor, &parameters, &sent, &known.scrubbing)
    };
    let check_in = check_in.ok_or(Refusal::NoCheckIn)?;
    if let Err(problem) = crate::checks::check_ins::hear(ctx, &known.project.slug, &[check_in]).await {
        tracing::warn!(error = problem.detail(), project = known.project.slug, "a check-in could not be kept");
        return Err(Refusal::Busy);
    }
    Ok(())
}

/// How much room a body is given.
#[derive(Clone, Copy)]
struct Room {
    bytes_max: usize,
    unpacked_bytes_max: usize,
}

/// The body, unpacked. Who is known by a key may send a large one.
async fn read(headers: &HeaderMap, body: Body, packing: Packing, is_known: bool) -> Result<Vec<u8>, Refusal> {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    let is_usual = !is_known || length.is_some_and(|length| length <= USUAL_BYTES_MAX);
    let (room, places) = if is_usual { (USUAL, &USUAL_BODIES) } else { (LARGE, &LARGE_BODIES) };
    if length.is_some_and(|length| length > room.bytes_max) {
        return Err(Refusal::TooLarge(room.bytes_max));
    }
    let Ok(Ok(_place)) = tokio::time::timeout(PATIENCE, places.acquire()).await else { return Err(Refusal::Busy) };
    let body = match tokio::time::timeout(BODY_TIME_MAX, to_bytes(body, room.bytes_max)).await {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => return Err(Refusal::TooLarge(room.bytes_max)),
        Err(_) => return Err(Refusal::Late),
    };
    if packing == Packing::Plain {
        return Ok(body.into());
    }
    // A usual one is unpacked sooner than another thread is woken; of a bomb, not more than that.
    if body.len() <= AT_ONCE_BYTES_MAX
        && let Ok(unpacked) = packing.unpack(&body, UNPACKED_AT_ONCE_BYTES_MAX)
    {
        return Ok(unpacked);
    }
    match unpacked(packing, &body, room.unpacked_bytes_max).await {
        // What is packed well may be as large as any other, in its turn among the large ones.
        Err(Refusal::TooLargeUnpacked(_)) if is_known && is_usual => {
            let place = tokio::time::timeout(PATIENCE, LARGE_BODIES.acquire()).await;
            let Ok(Ok(_place)) = place else { return Err(Refusal::Busy) };
            unpacked(packing, &body, LARGE.unpacked_bytes_max).await
        }
        read => read,
    }
}

/// Beside the runtime.
async fn unpacked(packing: Packing, body: &Bytes, bytes_max: usize) -> Result<Vec<u8>, Refusal> {
    let body = body.clone();
    let unpacked = tokio::task::spawn_blocking(move || packing.unpack(&body, bytes_max));
    unpacked.await.map_err(|_| Refusal::Busy)?
}

/// The key that a request says; an envelope may name it in its own header.
fn key(headers: &HeaderMap, query: Option<&str>, dsn: Option<&str>) -> Result<PublicKey, AuthRefused> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let authorization = text(header::AUTHORIZATION.as_str());
    let header = text("x-sentry-auth").or(authorization.filter(|value| value.starts_with("Sentry ")));
    public_key(ToldIn { header, query, dsn })
}

/// The project of a key, if it is the one of the address.
async fn project(ctx: &Ctx, id: &str, key: &PublicKey) -> Result<Arc<KnownProject>, Refusal> {
    let known = ctx.app.reports.project_of(key).await?.ok_or(Refusal::UnknownKey)?;
    let is_its = id == known.project.slug || id.parse() == Ok(known.project.id);
    if is_its { Ok(known) } else { Err(Refusal::OtherProject) }
}
