//! What lies around every route: a request id, a line in the log, bounds on time and number, headers that keep
//! browsers safe, and a look at the `Host` that a browser was led to believe in.

use crate::{
    Ctx,
    auth::{self, ForPerson, Trusted},
    extract::Address,
    layout, people,
    problem::{French, Problem, worded},
    routes::Route,
    serve::{base_path, places::Holder},
    words::preferred,
};
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{Extensions, HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, Version, header, request::Parts},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
};
use futures_util::FutureExt as _;
use language::Language;
use std::{any::Any, net::IpAddr, panic::AssertUnwindSafe, time::Instant};
use tower_http::compression::CompressionLayer;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Everything comes from here: no inline script, no foreign anything.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
     connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const COMPRESSED: [&str; 5] = ["text/html", "text/css", "text/javascript", "image/svg+xml", "application/json"];
/// Bytes of a path and a query: a query of the search syntax has 8 KiB, of which each byte may be written in three. Pages repeat
/// the address they were asked by several times.
const ADDRESS_BYTES_MAX: usize = 32 << 10;
/// A problem is a few hundred bytes.
const PROBLEM_BYTES_MAX: usize = 64 << 10;
const COMPRESSED_BYTES_MIN: u64 = 1_024;

/// Around the whole router, and so once: a layer of a router is one of each of its routes.
pub(crate) fn around(router: Router, ctx: &Ctx) -> Router {
    Router::new()
        .fallback_service(router)
        .layer(from_fn_with_state(ctx.clone(), adapted))
        .layer(CompressionLayer::new().compress_when(is_worth_compressing))
        .layer(from_fn_with_state(ctx.clone(), logged))
}

/// To whoever may be led here, in their language, and as a page where a person reads it.
async fn adapted(State(ctx): State<Ctx>, request: Request, next: Next) -> Response {
    let response = match long_address(&request).or_else(|| unknown_host(&ctx, &request)) {
        Some(refusal) => refusal,
        None => AssertUnwindSafe(answered(&ctx, request, next)).catch_unwind().await.unwrap_or_else(panicked),
    };
    base_path::put_before(&ctx, response).await
}

async fn answered(ctx: &Ctx, request: Request, next: Next) -> Response {
    let is_french = request.uri().path().starts_with("/api/") && preferred(request.headers()) == Language::French;
    let asked = Asked::by(&request);
    let response = for_people(ctx, asked, next.run(request).await).await;
    if is_french { in_french(response).await } else { response }
}

fn long_address(request: &Request) -> Option<Response> {
    let length = request.uri().path_and_query().map_or(0, |address| address.as_str().len());
    (length > ADDRESS_BYTES_MAX).then(|| {
        Problem::new(StatusCode::URI_TOO_LONG, "address", worded("problem-address-long", &[]))
            .remedy(worded("problem-address-long-help", &[]))
            .into_response()
    })
}

pub(crate) async fn no_such_route(State(ctx): State<Ctx>, Address(from): Address, parts: Parts) -> Response {
    let problem = Problem::not_found(format!("page or route at `{}`", parts.uri.path()));
    unanswered(&ctx, from, &parts, problem).await
}

pub(crate) async fn no_such_method(State(ctx): State<Ctx>, Address(from): Address, parts: Parts) -> Response {
    let detail = format!("`{}` does not answer to {}", parts.uri.path(), parts.method);
    unanswered(&ctx, from, &parts, Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method", detail)).await
}

/// A page for people, JSON for programs.
async fn unanswered(ctx: &Ctx, from: Option<IpAddr>, parts: &Parts, problem: Problem) -> Response {
    let (headers, uri) = (&parts.headers, &parts.uri);
    let _place = match ctx.requests.take(&Holder::stranger(from)) {
        Ok(place) => place,
        Err(problem) => return problem.into_response(),
    };
    let mut response = problem.remedy("`/api` lists the routes").into_response();
    if reads_pages(headers) && !uri.path().starts_with("/api") {
        let who = auth::granted_by(ctx, parts).await.ok().flatten();
        response.extensions_mut().insert(ForPerson { who, needs_login: false });
    }
    response
}

/// What the API says against a request, in French where there are words.
async fn in_french(mut response: Response) -> Response {
    let Some(french) = response.extensions_mut().remove::<French>() else { return response };
    let (mut parts, body) = response.into_parts();
    let bytes = to_bytes(body, PROBLEM_BYTES_MAX).await.unwrap_or_default();
    let mut problem: api::problem::Problem = serde_json::from_slice(&bytes).unwrap_or_default();
    french.put(&mut problem);
    let said = serde_json::to_vec(&problem).unwrap_or_default();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static("fr"));
    Response::from_parts(parts, Body::from(said))
}

/// What was asked of a page, kept until it is answered.
struct Asked {
    method: Method,
    headers: HeaderMap,
    uri: Uri,
}

impl Asked {
    /// None below `/api/`, where no page is: programs ask there many times a second.
    fn by(request: &Request) -> Option<Self> {
        let (method, headers, uri) = (request.method(), request.headers(), request.uri());
        let is_page = !uri.path().starts_with("/api/");
        is_page.then(|| Self { method: method.clone(), headers: headers.clone(), uri: uri.clone() })
    }
}

/// What could not be answered, as a page for the person who reads it: the way in, or what is wrong.
async fn for_people(ctx: &Ctx, asked: Option<Asked>, mut response: Response) -> Response {
    let Some(ForPerson { who, needs_login }) = response.extensions_mut().remove() else { return response };
    let Some(Asked { method, headers, uri }) = asked else { return response };
    let v = layout::reader(ctx, &headers, &uri, who.as_ref());
    if needs_login {
        return people::login::handlers::needed(ctx, &v, &method, &headers).await;
    }
    if !reads_pages(&headers) {
        return response;
    }
    let id = headers.get(REQUEST_ID).and_then(|id| id.to_str().ok()).unwrap_or_default();
    layout::errors::as_page(&v, id, response).await
}

/// Whether a browser asks, for a person to read.
fn reads_pages(headers: &HeaderMap) -> bool {
    let accepts = headers.get(header::ACCEPT).and_then(|accepts| accepts.to_str().ok()).unwrap_or_default();
    accepts.contains("text/html")
}

/// An id and one line for each request, its place in the metrics, and headers that keep browsers safe. The query stays out of
/// lines and metrics: it may hold a token.
async fn logged(State(ctx): State<Ctx>, mut request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let id = request_id(&ctx, request.headers_mut());
    let mut response = next.run(request).await;
    make_safe(response.headers_mut());
    let status = response.status();
    ctx.counts.request(response.extensions().get().map_or("", |Route(path)| path), status);
    let took_ms = begun.elapsed().as_millis() as u64;
    let request_id = id.to_str().unwrap_or_default();
    if status == StatusCode::SERVICE_UNAVAILABLE {
        // Strangers can have any number of these: one line says how many there were.
        if let Some(others) = ctx.counts.busy.is_to_be_told(begun) {
            tracing::warn!(target: "http", %method, path, status = status.as_u16(), others, took_ms, request_id);
        }
    } else if status.is_server_error() {
        tracing::warn!(target: "http", %method, path, status = status.as_u16(), took_ms, request_id);
    } else {
        tracing::debug!(target: "http", %method, path, status = status.as_u16(), took_ms, request_id);
    }
    response.headers_mut().entry(REQUEST_ID).or_insert(id);
    response
}

/// The id that a request came with, or one that it is given.
fn request_id(ctx: &Ctx, headers: &mut HeaderMap) -> HeaderValue {
    let made = || {
        let id = u64::from_le_bytes(ctx.app.rng.bytes());
        HeaderValue::try_from(format!("{id:016x}")).unwrap_or(HeaderValue::from_static("0"))
    };
    headers.entry(REQUEST_ID).or_insert_with(made).clone()
}

/// A browser that was led here under a foreign name (DNS rebinding) is refused: what it loads would run as that name.
fn unknown_host(ctx: &Ctx, request: &Request) -> Option<Response> {
    if request.extensions().get::<Trusted>().is_some() {
        return None;
    }
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let host = host.or_else(|| request.uri().authority().map(|authority| authority.as_str()));
    if host.is_some_and(|host| is_known(host, &ctx.app.hosts)) {
        return None;
    }
    let detail = format!("this server is not known as `{}`", host.unwrap_or_default());
    let problem = Problem::new(StatusCode::MISDIRECTED_REQUEST, "host", detail);
    Some(problem.remedy("add the name to `hosts` in vigie.toml").into_response())
}

/// An address cannot be rebound; a name can.
fn is_known(host: &str, names: &[String]) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.rsplit_once(':').map_or(host, |(name, _)| name),
    };
    name.parse::<IpAddr>().is_ok()
        || name.eq_ignore_ascii_case("localhost")
        || names.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// A response that comes with a policy of its own keeps it: the preview of a foreign text, in a frame of ours.
fn make_safe(headers: &mut HeaderMap) {
    let frame = if headers.contains_key(header::CONTENT_SECURITY_POLICY) { "SAMEORIGIN" } else { "DENY" };
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(CONTENT_SECURITY_POLICY));
    let fixed = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, frame),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}

/// Text of some length. Never a stream of events, which would wait in the compressor, and nothing short: progress is
/// polled often. The length of a compressed page tells of what stands in it (BREACH); the one secret that pages hold,
/// the token of their forms, is masked anew in each.
fn is_worth_compressing(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let media = text(header::CONTENT_TYPE).and_then(|media| media.split(';').next()).unwrap_or_default();
    let length = text(header::CONTENT_LENGTH).and_then(|length| length.parse::<u64>().ok());
    COMPRESSED.contains(&media) && length.is_none_or(|length| length >= COMPRESSED_BYTES_MIN)
}

#[expect(clippy::needless_pass_by_value, reason = "what a panic is caught as")]
fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let what = panic.downcast_ref::<String>().map(String::as_str);
    let what = what.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a defect");
    Problem::internal(&what).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_can_be_rebound_must_be_configured() {
        let names = ["vigie.example.org".to_owned()];
        for host in
            ["127.0.0.1:8787", "[::1]:8787", "[::1]", "localhost", "LocalHost:1", "10.0.0.7", "vigie.example.org:80"]
        {
            assert!(is_known(host, &names), "{host}");
        }
        for host in ["evil.example.org", "127.0.0.1.evil.org:8787", "", "localhost.evil.org", "[evil"] {
            assert!(!is_known(host, &names), "{host}");
        }
    }
}
