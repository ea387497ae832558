//! The queries of addresses, and bodies written like them: `a=1&token=x`.

use super::{
    REMOVED,
    keys::{KeyNames, Secrecy},
};
use crate::tree::Json;

/// Whether `text` under `key` may hold a query.
pub(super) fn may_hold(text: &str, key: Option<&str>) -> bool {
    let is_query = key.is_some_and(|key| {
        key.eq_ignore_ascii_case("query_string")
            || key.ends_with("query")
            || matches!(key, "data" | "body" | "fragment" | "http.fragment")
    });
    (is_query || text.contains('?')) && text.contains('=')
}

/// `text` with the values of keys that name a secret replaced; none when there is no such key. Linear in its length.
pub(super) fn scrub(text: &str, keys: &KeyNames) -> Option<String> {
    let (mut clean, mut done, mut at) = (String::new(), 0, 0);
    while let Some(found) = memchr::memchr(b'=', &text.as_bytes()[at..]) {
        let equals = at + found;
        let name = text[at..equals].rsplit(PARTING).next().unwrap_or_default();
        at = equals + 1;
        let Some(secrecy) = secrecy(name, keys) else { continue };
        let value = text[at..].split(PARTING).next().unwrap_or_default();
        if secrecy.holds(&Json::text(value)) {
            clean.push_str(&text[done..at]);
            clean.push_str(REMOVED);
            at += value.len();
            done = at;
        }
    }
    (done > 0).then(|| clean + &text[done..])
}

/// What parts names and values from what stands around them.
const PARTING: [char; 8] = ['?', '&', ';', '#', ' ', '"', '\'', '\n'];

/// `user[password]`, escaped or not, is named by its last word.
fn secrecy(name: &str, keys: &KeyNames) -> Option<Secrecy> {
    let name = if name.contains('%') {
        name.replace("%5B", "_").replace("%5b", "_").replace("%5D", "")
    } else {
        name.to_owned()
    };
    keys.secrecy(name.trim_end_matches(['[', ']', '_']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_signs_take_no_longer_than_they_are_many() {
        let keys = KeyNames::new(&[], &[]);
        assert_eq!(scrub(&"=".repeat(1 << 22), &keys), None);
        assert!(scrub(&"token=x=".repeat(1 << 16), &keys).is_some());
    }

    #[test]
    fn values_of_secret_names_are_removed() {
        let keys = KeyNames::new(&[], &[]);
        for (text, expected) in [
            ("q=2&token=abc&x=1", Some("q=2&token=[removed]&x=1")),
            ("/a?sid=abc#top", Some("/a?sid=[removed]#top")),
            ("GET /a?access_token=abc HTTP/1.1", Some("GET /a?access_token=[removed] HTTP/1.1")),
            ("user[password]=x y", Some("user[password]=[removed] y")),
            ("user%5Bpassword%5D=x&a=1", Some("user%5Bpassword%5D=[removed]&a=1")),
            ("token=a=b&c=d", Some("token=[removed]&c=d")),
            ("a=1&b=2", None),
            ("token=&a=1", None),
        ] {
            assert_eq!(scrub(text, &keys).as_deref(), expected, "{text}");
        }
    }
}
