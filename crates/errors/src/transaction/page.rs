//! Which page of a browser it was, where its SDK knows no route.

/// What the SDK calls any page then.
const ROUTELESS: [&str; 2] = ["Pageload", "Navigation"];

pub(super) fn is_routeless(name: &str) -> bool {
    ROUTELESS.contains(&name)
}

/// `/orders/{id}/edit` of `/orders/4711/edit`: what differs from one order to the next makes no endpoint of its own.
pub(super) fn endpoint(path: &str) -> String {
    let part = |part| if is_id(part) { "{id}" } else { part };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

/// A number, a UUID, a hash of eight digits or more.
fn is_id(part: &str) -> bool {
    let digits = part.bytes().filter(u8::is_ascii_digit).count();
    let is_hex = part.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    digits > 0 && (digits == part.len() || is_hex && part.len() >= 8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_make_no_endpoints() {
        for (path, expected) in [
            ("/", "/"),
            ("/orders/4711/edit", "/orders/{id}/edit"),
            ("/orders/018f3a5c-7e2b-7cc1-9d1e-0123456789ab", "/orders/{id}"),
            ("/blobs/deadbeef01", "/blobs/{id}"),
            ("/2025/feedback/added", "/{id}/feedback/added"),
            ("/v2/facade", "/v2/facade"),
        ] {
            assert_eq!(endpoint(path), expected);
        }
    }
}
