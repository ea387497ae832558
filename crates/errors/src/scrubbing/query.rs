//! The queries of addresses, and bodies written like them: `a=1&token=x`.

use super::{
    REMOVED,
    keys::{KeyNames, Secrecy},
};
use serde_json::Value;

/// Whether `text` under `key` may hold a query.
pub(super) fn may_hold(text: &str, key: Option<&str>) -> bool {
    let is_query = key.is_some_and(|key| {
        key.eq_ignore_ascii_case("query_string")
            || key.ends_with("query")
            || matches!(key, "data" | "body" | "fragment" | "http.fragment")
    });
    (is_query || text.contains('?')) && text.contains('=')
}

/// `text` with the values of keys that name a secret replaced; none when there is no such key.
pub(super) fn scrub(text: &str, keys: &KeyNames) -> Option<String> {
    let (mut clean, mut done, mut at) = (String::new(), 0, 0);
    while let Some(found) = memchr::memchr(b'=', &text.as_bytes()[at..]) {
        let equals = at + found;
        at = equals + 1;
        let start = text[..equals].rfind(['?', '&', ';', '#', ' ', '"', '\'', '\n']).map_or(0, |before| before + 1);
        let end = text[at..].find(['&', ';', '#', ' ', '"', '\'', '\n']).map_or(text.len(), |length| at + length);
        let name = text[start..equals].replace("%5B", "_").replace("%5b", "_");
        let is_secret = |secrecy: Secrecy| secrecy.holds(&Value::from(&text[at..end]));
        if start >= done && keys.secrecy(name.trim_end_matches(['[', ']', '_'])).is_some_and(is_secret) {
            clean.push_str(&text[done..at]);
            clean.push_str(REMOVED);
            (done, at) = (end, end);
        }
    }
    (done > 0).then(|| clean + &text[done..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_secret_names_are_removed() {
        let keys = KeyNames::new(&[], &[]);
        for (text, expected) in [
            ("q=2&token=abc&x=1", Some("q=2&token=[removed]&x=1")),
            ("/a?sid=abc#top", Some("/a?sid=[removed]#top")),
            ("GET /a?access_token=abc HTTP/1.1", Some("GET /a?access_token=[removed] HTTP/1.1")),
            ("user[password]=x y", Some("user[password]=[removed] y")),
            ("a=1&b=2", None),
            ("token=&a=1", None),
        ] {
            assert_eq!(scrub(text, &keys).as_deref(), expected, "{text}");
        }
    }
}
