//! Who reports: the public key of a project, told in one of three ways that have to agree.

mod dsn;

pub use dsn::{Dsn, NotADsn};

use std::{fmt, str::FromStr};

/// What lets a client report to a project. It stands in pages that everybody may read, so it is no secret.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PublicKey(String);

/// The longest key: Vigie's have 32 digits.
const KEY_CHARS_MAX: usize = 64;

/// What came with a request.
#[derive(Clone, Copy, Debug, Default)]
pub struct ToldIn<'a> {
    /// The value of `X-Sentry-Auth`, or of an `Authorization` that begins with `Sentry`.
    pub header: Option<&'a str>,
    /// The query of the request's URL, still escaped.
    pub query: Option<&'a str>,
    /// The `dsn` of the envelope's header.
    pub dsn: Option<&'a str>,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthRefused {
    #[error("no key: send X-Sentry-Auth with sentry_key, sentry_key in the query, or dsn in the envelope's header")]
    Missing,
    #[error("{place} names no key: a key is up to {KEY_CHARS_MAX} letters and digits")]
    Malformed { place: &'static str },
    #[error("{place} names another key than {other}: send one")]
    Conflict { place: &'static str, other: &'static str },
}

/// The key that all of the told ways name.
///
/// # Errors
/// When none names one, one is malformed, or two differ.
pub fn public_key(told: ToldIn<'_>) -> Result<PublicKey, AuthRefused> {
    let ways = [
        ("X-Sentry-Auth", told.header.map(|header| key_of(header_value(header, "sentry_key")))),
        ("the query", told.query.and_then(|query| query_value(query, "sentry_key")).map(|key| key_of(Some(key)))),
        ("the envelope's dsn", told.dsn.map(|dsn| dsn.parse::<Dsn>().ok().map(|dsn| dsn.public_key))),
    ];
    let mut found: Option<(&'static str, PublicKey)> = None;
    for (place, key) in ways.into_iter().filter_map(|(place, key)| Some((place, key?))) {
        let key = key.ok_or(AuthRefused::Malformed { place })?;
        match &found {
            Some((other, known)) if *known != key => return Err(AuthRefused::Conflict { place, other }),
            Some(_) => {}
            None => found = Some((place, key)),
        }
    }
    found.map(|(_, key)| key).ok_or(AuthRefused::Missing)
}

fn key_of(text: Option<&str>) -> Option<PublicKey> {
    text.and_then(|text| text.parse().ok())
}

/// `Sentry sentry_version=7, sentry_key=…`; the word before, the spaces and quotes are left to the client.
fn header_value<'a>(header: &'a str, name: &str) -> Option<&'a str> {
    let header = header.trim_start();
    let parameters = match header.split_once(' ') {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("sentry") => rest,
        _ => header,
    };
    let pairs = parameters.split([',', ' ']).filter_map(|pair| pair.trim().split_once('='));
    pairs.into_iter().find(|(key, _)| *key == name).map(|(_, value)| value.trim_matches('"'))
}

fn query_value<'a>(query: &'a str, name: &str) -> Option<&'a str> {
    query.split('&').filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name).map(|(_, value)| value)
}

#[derive(Debug, thiserror::Error)]
#[error("a key is up to {KEY_CHARS_MAX} letters and digits")]
pub struct NotAKey;

impl PublicKey {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for PublicKey {
    type Err = NotAKey;
    fn from_str(text: &str) -> Result<Self, NotAKey> {
        let fits = (1..=KEY_CHARS_MAX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        fits.then(|| Self(text.to_owned())).ok_or(NotAKey)
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(header: Option<&str>, query: Option<&str>, dsn: Option<&str>) -> Result<String, String> {
        let told = ToldIn { header, query, dsn };
        public_key(told).map(|key| key.to_string()).map_err(|refused| refused.to_string())
    }

    #[test]
    fn each_way_tells_the_key() {
        let header = "Sentry sentry_version=7, sentry_client=sentry.python/2, sentry_key=abc123, sentry_secret=x";
        let query = "sentry_version=7&sentry_key=abc123&x";
        let dsn = "https://abc123@vigie.example/7";
        for (header, query, dsn) in [
            (Some(header), None, None),
            (Some("sentry_key=abc123,sentry_version=7"), None, None),
            (Some("Sentry sentry_key=\"abc123\""), None, None),
            (None, Some(query), None),
            (None, None, Some(dsn)),
            (Some(header), Some(query), Some(dsn)),
            (None, Some("x=1"), Some(dsn)),
        ] {
            assert_eq!(key(header, query, dsn).as_deref(), Ok("abc123"));
        }
    }

    #[test]
    fn what_does_not_agree_is_refused() {
        let dsn = Some("https://other@vigie.example/7");
        assert_eq!(
            key(Some("Sentry sentry_key=abc"), None, dsn).unwrap_err(),
            "the envelope's dsn names another key than X-Sentry-Auth: send one"
        );
        assert!(key(None, None, None).unwrap_err().starts_with("no key"));
        assert!(key(None, Some("sentry_key=a%20b"), None).unwrap_err().starts_with("the query names no key"));
        assert!(key(Some("Sentry"), None, None).unwrap_err().starts_with("X-Sentry-Auth names no key"));
        assert!(key(None, None, Some("nonsense")).unwrap_err().starts_with("the envelope's dsn names no key"));
    }
}
