//! Masks what must not be kept: the values of keys that name a secret, credentials in `Authorization` headers and in
//! URLs.
//!
//! No regular expression: each `=`, `:` and `Bearer` in the line is looked at once, and most are passed over after one
//! comparison. What has been masked stays the same when masked again.

use std::borrow::Cow;

const MASK: &str = "***";

/// Where a secret begins and ends, and what stands for it.
type Secret = (usize, usize, &'static str);

/// Endings of keys whose values are secret, in lower case, `-` written as `_`.
const SECRET_KEYS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "token",
    "api_key",
    "apikey",
    "private_key",
    "access_key",
    "secret_key",
    "authorization",
    "cookie",
    "credential",
    "credentials",
    "mot_de_passe",
    "motdepasse",
    "mdp",
];

/// Words before the credentials in an `Authorization` header (RFC 9110 §11).
const SCHEMES: &[&str] = &["bearer", "basic", "digest", "token", "negotiate", "apikey"];

/// `line` with its secrets replaced by `***`; borrowed when it holds none.
pub fn scrub(line: &str) -> Cow<'_, str> {
    let bytes = line.as_bytes();
    let mut clean = String::new();
    // All before it has been copied or masked.
    let mut done = 0;
    for at in memchr::memchr3_iter(b'=', b':', b' ', bytes) {
        if at < done {
            continue;
        }
        let secret = match bytes[at] {
            b' ' => after_scheme(bytes, at),
            b':' if bytes[at + 1..].starts_with(b"//") => in_url(bytes, at + 3),
            _ => after_key(bytes, at),
        };
        let Some((start, end, mask)) = secret.filter(|(start, end, _)| end > start && *start >= done) else { continue };
        // A boundary by construction: both stand beside ASCII.
        clean.push_str(&line[done..start]);
        clean.push_str(mask);
        done = end;
    }
    if done == 0 {
        return Cow::Borrowed(line);
    }
    clean.push_str(&line[done..]);
    Cow::Owned(clean)
}

/// `Bearer abc`, wherever it stands. The space is at `space`.
fn after_scheme(bytes: &[u8], space: usize) -> Option<Secret> {
    let word = &bytes[space.checked_sub(6)?..space];
    let bounded = space == 6 || !is_word(bytes[space - 7]);
    if !bounded || !word.eq_ignore_ascii_case(b"bearer") {
        return None;
    }
    let start = skip(bytes, space, |byte| byte == b' ');
    let end = skip(bytes, start, |byte| is_word(byte) || b"-._~+/=".contains(&byte));
    // "a bearer of news" is no credential.
    (end - start >= 8).then_some((start, end, MASK))
}

/// `://user:password@host` and, on the web, `://token@host`. The authority starts at `start`.
fn in_url(bytes: &[u8], start: usize) -> Option<Secret> {
    let end = skip(bytes, start, |byte| !b"/?#\\\"'<> \t".contains(&byte));
    let at = start + memchr::memrchr(b'@', &bytes[start..end])?;
    match memchr::memchr(b':', &bytes[start..at]) {
        Some(colon) => Some((start + colon + 1, at, MASK)),
        None => {
            let scheme = &bytes[..start - 3];
            (scheme.ends_with(b"http") || scheme.ends_with(b"https")).then_some((start, at, MASK))
        }
    }
}

/// `key=value`, `key: value`, `"key":"value"`, `key="two words"`. The separator is at `at`.
fn after_key(bytes: &[u8], at: usize) -> Option<Secret> {
    let mut key_end = at;
    while key_end > 0 && b" \"'\\".contains(&bytes[key_end - 1]) {
        key_end -= 1;
    }
    let quoted_key = key_end < at && bytes[key_end] != b' ';
    let key_start = bytes[..key_end].iter().rposition(|byte| !is_key(*byte)).map_or(0, |before| before + 1);
    let key = &bytes[key_start..key_end];
    if !is_secret(key) {
        return None;
    }
    let mut start = skip(bytes, at + 1, |byte| byte == b' ');
    let quote = match &bytes[start..] {
        [b'\\', b'"', ..] => &b"\\\""[..],
        [b'"', ..] => &b"\""[..],
        [b'\'', ..] => &b"'"[..],
        // What an object holds has keys of its own; a null is no secret.
        [b'{' | b'[', ..] => return None,
        rest if quoted_key && rest.starts_with(b"null") => return None,
        _ => &[],
    };
    start += quote.len();
    if !quote.is_empty() {
        return Some((start, closing(bytes, start, quote), MASK));
    }
    if ends_with_key(key, "cookie") {
        return Some((start, skip(bytes, start, |byte| !b"\"\\".contains(&byte)), MASK));
    }
    let mut end = value_end(bytes, start);
    if SCHEMES.iter().any(|scheme| bytes[start..end].eq_ignore_ascii_case(scheme.as_bytes())) {
        start = skip(bytes, end, |byte| byte == b' ');
        end = value_end(bytes, start);
    }
    // A bare number behind a key in quotes is JSON, and should stay so.
    Some((start, end, if quoted_key { "\"***\"" } else { MASK }))
}

fn value_end(bytes: &[u8], start: usize) -> usize {
    skip(bytes, start, |byte| !byte.is_ascii_whitespace() && !b",;&)}]\"'<>\\".contains(&byte))
}

/// Where the quote that was opened before `start` closes, or the end of the line.
fn closing(bytes: &[u8], start: usize, quote: &[u8]) -> usize {
    let mut at = start;
    while at < bytes.len() {
        if bytes[at..].starts_with(quote) {
            return at;
        }
        // A backslash protects what follows it, unless it is itself part of the quote looked for.
        at += if bytes[at] == b'\\' && quote.len() == 1 { 2 } else { 1 };
    }
    bytes.len()
}

fn is_secret(key: &[u8]) -> bool {
    // Nearly every key of a log line is passed over here.
    let Some(last) = key.last().map(u8::to_ascii_lowercase) else { return false };
    b"ydetnslp".contains(&last) && SECRET_KEYS.iter().any(|secret| ends_with_key(key, secret))
}

fn ends_with_key(key: &[u8], ending: &str) -> bool {
    let Some(start) = key.len().checked_sub(ending.len()) else { return false };
    let same = |(have, want): (&u8, u8)| have.to_ascii_lowercase() == want || (*have == b'-' && want == b'_');
    key[start..].iter().zip(ending.bytes()).all(same)
}

fn skip(bytes: &[u8], start: usize, wanted: impl Fn(u8) -> bool) -> usize {
    let start = start.min(bytes.len());
    start + bytes[start..].iter().take_while(|byte| wanted(**byte)).count()
}

const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

const fn is_key(byte: u8) -> bool {
    is_word(byte) || byte == b'-'
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn secrets_are_masked_and_the_rest_is_left() {
        for (line, expected) in [
            ("login password=hunter2 ok", "login password=*** ok"),
            ("smtp_password: hunter2, port: 25", "smtp_password: ***, port: 25"),
            ("PASSWORD='two words' x", "PASSWORD='***' x"),
            (r#"{"token":"ab\"c","n":1}"#, r#"{"token":"***","n":1}"#),
            (r#"{"message":"with password=\"abc\" set"}"#, r#"{"message":"with password=\"***\" set"}"#),
            (r#"{"password":12345,"a":2}"#, r#"{"password":"***","a":2}"#),
            (r#"{"token":null}"#, r#"{"token":null}"#),
            (r#"{"secret":{"password":"x"}}"#, r#"{"secret":{"password":"***"}}"#),
            ("Authorization: Bearer eyJhbGciOi.J9-_x next", "Authorization: Bearer *** next"),
            ("authorization=\"Basic dXNlcjpwYXNz\"", "authorization=\"***\""),
            ("Authorization: Basic dXNlcjpwYXNz", "Authorization: Basic ***"),
            ("got bearer 0123456789abcdef here", "got bearer *** here"),
            ("a bearer of news", "a bearer of news"),
            ("Cookie: a=1; session=2", "Cookie: ***"),
            ("smtp://user:p%40ss@mail.exemple.fr:587/x", "smtp://user:***@mail.exemple.fr:587/x"),
            ("smtp://user@mail.exemple.fr:587", "smtp://user@mail.exemple.fr:587"),
            ("https://ghp_123@git.example/x?api_key=zz&b=1", "https://***@git.example/x?api_key=***&b=1"),
            ("postgres://u:a@b:c@db/x", "postgres://u:***@db/x"),
            ("X-Api-Key: k", "X-Api-Key: ***"),
            ("mot_de_passe=été1 fin", "mot_de_passe=*** fin"),
            ("tokens=5 secretary=Anne keypad=1", "tokens=5 secretary=Anne keypad=1"),
            (
                "Email 1/500 envoyé avec succès: f.pdf (Message ID: 18d2, durée: 0.8s)",
                "Email 1/500 envoyé avec succès: f.pdf (Message ID: 18d2, durée: 0.8s)",
            ),
            ("password=", "password="),
            ("", ""),
        ] {
            assert_eq!(scrub(line), expected);
        }
    }

    #[test]
    fn an_ordinary_line_is_not_copied() {
        assert!(matches!(scrub("2025-01-10 14:32:15 [INFO] jobs: took=3 url=https://x/y"), Cow::Borrowed(_)));
    }

    proptest! {
        #[test]
        fn any_text_is_scrubbed_and_twice_is_once(line in "(password|token|Bearer|Cookie|://|[=: \"'\\\\@é,{]|[a-z]{1,9}){0,16}") {
            let once = scrub(&line).into_owned();
            prop_assert_eq!(scrub(&once), once.as_str());
        }

        #[test]
        fn no_secret_gets_through(before in "[ -~]{0,20}", key in "(smtp_|X-)?(password|token|api[-_]key)", sep in "(=| = |: )", secret in "[a-zA-Z0-9]{12}") {
            let line = format!("{before} {key}{sep}{secret} after");
            prop_assert!(!scrub(&line).contains(&secret));
        }
    }
}
