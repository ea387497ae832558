//! How far a job is, for those who poll: from memory, with an ETag, the same bytes for everybody.

use crate::{
    Ctx,
    auth::Access,
    extract::Path,
    jobs::live::Ready,
    problem::Result,
    routes::{About, Routes},
};
use api::jobs::Progress;
use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use uuid::Uuid;

pub(crate) fn declare(routes: Routes) -> Routes {
    routes.get(
        "/api/v1/jobs/{id}/progress",
        Access::Job,
        progress,
        About::new("A job's progress; an id whose job does not exist yet is `pending`")
            .gives::<Progress>(200, "The progress; its ETag is its version")
            .gives_text(304, None, "Nothing has changed since the `If-None-Match`"),
    )
}

async fn progress(State(ctx): State<Ctx>, Path(id): Path<Uuid>, headers: HeaderMap) -> Result<Response> {
    let ready = ctx.live.of(&ctx.app, id.into()).await?;
    Ok(respond(&ready, &headers, ready.json.clone()))
}

/// `body`, or 304 when the caller has this version.
pub(crate) fn respond(ready: &Ready, headers: &HeaderMap, body: Bytes) -> Response {
    let polled = [(header::ETAG, ready.etag.clone()), (header::CACHE_CONTROL, HeaderValue::from_static("no-cache"))];
    if has_version(headers, &ready.etag) {
        return (StatusCode::NOT_MODIFIED, polled).into_response();
    }
    (polled, [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], body).into_response()
}

/// `If-None-Match` compares weakly (RFC 9110 §13.1.2), and may list several.
fn has_version(headers: &HeaderMap, etag: &HeaderValue) -> bool {
    let lists = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let mut tags = lists.flat_map(|list| list.split(',')).map(str::trim);
    tags.any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag).as_bytes() == etag.as_bytes())
}
