//! Files that anybody may have sent, to be kept by whoever reads: never shown by the browser.

use axum::{
    http::{HeaderName, HeaderValue, header},
    response::Response,
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What stands as it is in an extended value (RFC 8187 §3.2.1).
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_');
const NAME_CHARS_MAX: usize = 100;
/// Whatever it is, it is no document of this site.
const NOTHING: HeaderValue = HeaderValue::from_static("default-src 'none'; sandbox");
const OCTETS: HeaderValue = HeaderValue::from_static("application/octet-stream");

/// What a browser is to keep under that name, which a client sent.
pub(crate) fn kept_as(name: &str, mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, OCTETS);
    headers.insert(header::CONTENT_DISPOSITION, disposition(name));
    headers.insert(header::CONTENT_SECURITY_POLICY, NOTHING);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin"));
    response
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
