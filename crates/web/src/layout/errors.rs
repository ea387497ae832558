//! A problem, for people: what a page or a form answers when it cannot do what it was asked.

use super::page;
use crate::{
    layout::{
        error_page::{ErrorOf, ErrorPage},
        view::View,
    },
    problem::PageText,
};
use axum::{
    body::to_bytes,
    http::{StatusCode, header},
    response::Response,
};
use serde_json::Value;

/// A problem is a few hundred bytes.
const PROBLEM_MAX: usize = 64 << 10;

/// The response itself, unless it is a problem.
pub(crate) async fn as_page(v: &View, request_id: &str, response: Response) -> Response {
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind != "application/problem+json" {
        return response;
    }
    let (parts, body) = response.into_parts();
    let problem: Value = to_bytes(body, PROBLEM_MAX)
        .await
        .ok()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .unwrap_or_default();
    let what = match parts.status {
        StatusCode::FORBIDDEN | StatusCode::UNAUTHORIZED => ErrorOf::Forbidden,
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => ErrorOf::NotFound,
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => ErrorOf::Busy,
        StatusCode::BAD_REQUEST
        | StatusCode::PAYLOAD_TOO_LARGE
        | StatusCode::UNSUPPORTED_MEDIA_TYPE
        | StatusCode::UNPROCESSABLE_ENTITY => ErrorOf::Invalid,
        status if status.is_client_error() => ErrorOf::Refused,
        _ => ErrorOf::Internal,
    };
    // Of what went wrong here, only the log tells more.
    let text = |name: &str| if what == ErrorOf::Internal { "" } else { problem[name].as_str().unwrap_or_default() };
    let shown = ErrorPage {
        v,
        what,
        status: parts.status.as_u16(),
        said: parts.extensions.get().map(|PageText { id, values }| v.with_all(id, values)),
        detail: text("detail").to_owned(),
        remedy: text("remedy").to_owned(),
        request_id: request_id.to_owned(),
    };
    let mut response = page(parts.status, &shown);
    if let Some(wait) = parts.headers.get(header::RETRY_AFTER) {
        response.headers_mut().insert(header::RETRY_AFTER, wait.clone());
    }
    response
}
