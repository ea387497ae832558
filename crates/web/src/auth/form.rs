//! Whether a change that a session asks for comes from a page of ours.

use crate::{Ctx, problem::Problem};
use axum::{
    body::{Body, BodyDataStream, to_bytes},
    http::{StatusCode, header, request::Parts},
};
use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt as _, future, stream};

/// Bytes of a form without files.
const FORM_MAX: usize = 1 << 20;
/// Bytes in which the first field of a form with files, the token, has come.
const FIRST_FIELD_MAX: usize = 16 << 10;

/// Looks for the form token: in the header `x-csrf-token`, in the field `csrf` of a form, or in the first field of one
/// that brings files and is read as it comes. Never in an address, which is shown, kept and passed on.
pub(super) async fn check(ctx: &Ctx, session: &[u8; 32], parts: &Parts, body: Body) -> Result<Body, Problem> {
    let is_ours = |token: &str| ctx.app.vault.is_form_token(session, token);
    if let Some(token) = parts.headers.get("x-csrf-token") {
        return if token.to_str().is_ok_and(is_ours) { Ok(body) } else { Err(foreign()) };
    }
    let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if let Some(boundary) = boundary(kind) {
        let (read, rest) = first_field(body, boundary).await?;
        return match token(&read, boundary) {
            Some(token) if is_ours(token) => Ok(whole(read, rest)),
            _ => Err(foreign()),
        };
    }
    if !kind.starts_with("application/x-www-form-urlencoded") {
        return Err(foreign());
    }
    let bytes = to_bytes(body, FORM_MAX).await.map_err(|_| Problem::too_large("the form is longer than 1 MiB"))?;
    let shows = url::form_urlencoded::parse(&bytes).any(|(name, value)| name == "csrf" && is_ours(&value));
    if shows { Ok(Body::from(bytes)) } else { Err(foreign()) }
}

/// Keeps the end of a form that brings files apart from its last piece. Its reader looks twice for the beginning, and takes a form of which
/// all comes between these looks for one that was cut off (`multer` 3.1).
pub(super) fn unhurried(parts: &Parts, body: Body) -> Body {
    let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if boundary(kind).is_none() {
        return body;
    }
    let end = stream::once(tokio::task::yield_now()).filter_map(|()| future::ready(None));
    Body::from_stream(body.into_data_stream().chain(end))
}

/// Of a form that brings files (RFC 7578).
fn boundary(kind: &str) -> Option<&str> {
    let (media, parameters) = kind.split_once(';')?;
    if !media.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let parameters = parameters.split(';').filter_map(|parameter| parameter.trim().split_once('='));
    let boundary = parameters.filter(|(name, _)| name.eq_ignore_ascii_case("boundary")).map(|(_, value)| value).next();
    boundary.map(|text| text.trim_matches('"')).filter(|text| !text.is_empty())
}

/// As much of the body as holds its first field, and what is left of it.
async fn first_field(body: Body, boundary: &str) -> Result<(Bytes, BodyDataStream), Problem> {
    let mut rest = body.into_data_stream();
    let mut read = BytesMut::new();
    while token(&read, boundary).is_none() && read.len() < FIRST_FIELD_MAX {
        match rest.next().await {
            Some(Ok(chunk)) => read.extend_from_slice(&chunk),
            Some(Err(error)) => return Err(Problem::malformed(error.to_string())),
            None => break,
        }
    }
    Ok((read.freeze(), rest))
}

/// The value of the first field, where it is whole and is named `csrf`.
fn token<'a>(read: &'a [u8], boundary: &str) -> Option<&'a str> {
    let head = &read[..read.len().min(FIRST_FIELD_MAX)];
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        // A file may begin behind it.
        Err(error) => std::str::from_utf8(&head[..error.valid_up_to()]).ok()?,
    };
    let field = text.strip_prefix("--")?.strip_prefix(boundary)?.strip_prefix("\r\n")?;
    let (head, value) = field.split_once("\r\n\r\n")?;
    let is_token = head.split("\r\n").any(|line| {
        let (name, parameters) = line.split_once(':').unwrap_or_default();
        name.eq_ignore_ascii_case("content-disposition")
            && parameters.split(';').any(|parameter| parameter.trim() == "name=\"csrf\"")
    });
    let (value, _) = value.split_once(&format!("\r\n--{boundary}"))?;
    is_token.then_some(value)
}

fn whole(read: Bytes, rest: BodyDataStream) -> Body {
    Body::from_stream(stream::once(async { Ok(read) }).chain(rest))
}

fn foreign() -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "form", "this form is not from a page of your session")
        .remedy("open the page again, and send the form from there")
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::extract::{FromRequest as _, Multipart, Request};
    use std::task::Poll;

    #[test]
    fn the_token_is_the_first_field_or_none() {
        let form = |fields: &str| fields.replace('\n', "\r\n").into_bytes();
        let first = "--x\nContent-Disposition: form-data; name=\"csrf\"\n\nabc\n--x\nContent-Disposition: form-data; \
                     name=\"files\"; filename=\"a\"\n\n";
        let mut bytes = form(first);
        bytes.extend([0xff, 0xfe, 0x00]);
        assert_eq!(token(&bytes, "x"), Some("abc"));
        assert_eq!(
            token(&form("--x\nContent-Disposition: form-data; name=\"csrf\"\n\nab"), "x"),
            None,
            "not whole yet"
        );
        assert_eq!(token(&form("--x\nContent-Disposition: form-data; name=\"files\"\n\nabc\n--x--"), "x"), None);
        assert_eq!(token(&form("--y\n\nabc\n--y--"), "x"), None);
        assert_eq!(boundary("multipart/form-data; boundary=----WebKit1"), Some("----WebKit1"));
        assert_eq!(boundary("Multipart/Form-Data; charset=utf-8; boundary=\"a b\""), Some("a b"));
        assert_eq!((boundary("text/plain; boundary=x"), boundary("multipart/form-data; boundary=")), (None, None));
    }

    #[tokio::test]
    async fn a_body_is_handed_on_whole() {
        let text = "--x\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\nabc\r\n--x--\r\n".repeat(2);
        let chunks: Vec<Result<Bytes, std::io::Error>> =
            text.as_bytes().chunks(7).map(|chunk| Ok(Bytes::copy_from_slice(chunk))).collect();
        let (read, rest) = first_field(Body::from_stream(stream::iter(chunks)), "x").await.unwrap();
        assert!(read.len() < text.len() && token(&read, "x") == Some("abc"));
        assert_eq!(to_bytes(whole(read, rest), 4096).await.unwrap(), text);
    }

    /// Gives its one piece, and its end with it, at the second look.
    #[tokio::test]
    async fn a_form_that_comes_between_two_looks_is_whole() {
        let mut looks = 0;
        let piece = "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n--x--\r\n";
        let late = stream::poll_fn(move |_| {
            looks += 1;
            match looks {
                1 => Poll::Pending,
                2 => Poll::Ready(Some(Ok::<_, std::io::Error>(Bytes::from_static(piece.as_bytes())))),
                _ => Poll::Ready(None),
            }
        });
        let request = Request::post("/").header(header::CONTENT_TYPE, "multipart/form-data; boundary=x");
        let (parts, body) = request.body(Body::from_stream(late)).unwrap().into_parts();
        let request = Request::from_parts(parts.clone(), unhurried(&parts, body));
        let mut form = Multipart::from_request(request, &()).await.unwrap();
        let field = form.next_field().await.unwrap().expect("a field");
        assert_eq!(field.text().await.unwrap(), "b");
    }
}
