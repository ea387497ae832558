//! A file that came with an event, to be kept by whoever reads: never shown by the browser, since anybody may have sent it.

use crate::{
    Ctx,
    extract::Path,
    issues::lookup,
    problem::{Problem, Result},
    uploads,
};
use axum::{
    body::Body,
    extract::State,
    http::{HeaderName, HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::io::ErrorKind;
use tokio_util::io::ReaderStream;

/// What stands as it is in an extended value (RFC 8187 §3.2.1).
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_');
const NAME_CHARS_MAX: usize = 100;
/// Whatever it is, it is no document of this site.
const NOTHING: HeaderValue = HeaderValue::from_static("default-src 'none'; sandbox");
const OCTETS: HeaderValue = HeaderValue::from_static("application/octet-stream");

pub(super) async fn download(State(ctx): State<Ctx>, Path((name, no)): Path<(String, i64)>) -> Result<Response> {
    let found = lookup::existing(&ctx, &name).await?;
    let missing = || Problem::not_found(format!("attachment {no} of {}", found.short_id()));
    let attachment = ctx.app.db.attachment(found.project.id, no).await?.ok_or_else(missing)?;
    // It may be an event of another issue that one would not look for here.
    lookup::event(&ctx, &found, attachment.event).await?;
    let file = match tokio::fs::File::open(uploads::path(&ctx, &attachment.sha256)?).await {
        Err(error) if error.kind() == ErrorKind::NotFound => return Err(missing()),
        file => file.map_err(|error| Problem::internal(&error))?,
    };
    let mut response = Body::from_stream(ReaderStream::new(file)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, OCTETS);
    headers.insert(header::CONTENT_DISPOSITION, disposition(&attachment.name));
    headers.insert(header::CONTENT_LENGTH, attachment.bytes.into());
    headers.insert(header::CONTENT_SECURITY_POLICY, NOTHING);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin"));
    Ok(response)
}

/// The last part of a name that a client sent, as a browser may call the file.
fn disposition(name: &str) -> HeaderValue {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String =
        last.chars().filter(|c| !model::steers_display(*c) && !c.is_control()).take(NAME_CHARS_MAX).collect();
    let plain = match plain.trim_matches('.') {
        "" => "attachment",
        name => name,
    };
    let value = format!("attachment; filename*=UTF-8''{}", utf8_percent_encode(plain, ESCAPED));
    HeaderValue::from_str(&value).unwrap_or(HeaderValue::from_static("attachment"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_no_folder_and_no_quotes() {
        for (name, expected) in [
            ("../../etc/passwd", "attachment; filename*=UTF-8''passwd"),
            ("C:\\x\\dump.dmp", "attachment; filename*=UTF-8''dump.dmp"),
            ("a\";\r\nx: é", "attachment; filename*=UTF-8''a%22%3Bx%3A%20%C3%A9"),
            ("..", "attachment; filename*=UTF-8''attachment"),
        ] {
            assert_eq!(disposition(name), expected);
        }
    }
}
