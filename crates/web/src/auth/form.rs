//! Whether a change that a session asks for comes from a page of ours.

use crate::{Ctx, problem::Problem};
use axum::{
    body::{Body, to_bytes},
    http::{StatusCode, header, request::Parts},
};

/// Bytes of a form without files.
const FORM_MAX: usize = 1 << 20;

/// Looks for the form token: in the header `x-csrf-token`, in the field `csrf` of a form, and, for a form that brings
/// files and is read as it comes, in the query of its address.
pub(super) async fn check(ctx: &Ctx, session: &[u8; 32], parts: &Parts, body: Body) -> Result<Body, Problem> {
    let is_ours = |token: &str| ctx.app.vault.is_form_token(session, token);
    if let Some(token) = parts.headers.get("x-csrf-token") {
        return if token.to_str().is_ok_and(is_ours) { Ok(body) } else { Err(foreign()) };
    }
    let of_query = url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes());
    if of_query.into_iter().any(|(name, value)| name == "csrf" && is_ours(&value)) {
        return Ok(body);
    }
    let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !kind.starts_with("application/x-www-form-urlencoded") {
        return Err(foreign());
    }
    let bytes = to_bytes(body, FORM_MAX).await.map_err(|_| Problem::too_large("the form is longer than 1 MiB"))?;
    let shows = url::form_urlencoded::parse(&bytes).any(|(name, value)| name == "csrf" && is_ours(&value));
    if shows { Ok(Body::from(bytes)) } else { Err(foreign()) }
}

fn foreign() -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "form", "this form is not from a page of your session")
        .remedy("open the page again, and send the form from there")
}
