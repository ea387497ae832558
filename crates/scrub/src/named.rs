//! Secrets that are named: the values of keys, the credentials of `Authorization` headers and of URLs.

use super::MASK;

/// Where a secret begins and ends, and what stands for it.
pub(super) type Secret = (usize, usize, &'static str);

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
    "accesskey",
    "secret_key",
    "secretkey",
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

/// The keys whose values are secret.
#[derive(Clone, Debug)]
pub(super) struct Keys {
    names: Vec<String>,
    /// By the last byte, in lower case: nearly every key of a log line is passed over there.
    last: [bool; 256],
}

impl Keys {
    pub(super) fn new(further: &[String]) -> Self {
        let further = further.iter().map(|key| key.to_ascii_lowercase().replace('-', "_"));
        let names: Vec<String> = SECRET_KEYS.iter().map(|key| (*key).to_owned()).chain(further).collect();
        let mut last = [false; 256];
        for name in names.iter().filter_map(|name| name.bytes().last()) {
            last[usize::from(name)] = true;
        }
        // `-` in a key is taken for `_`.
        last[usize::from(b'-')] = last[usize::from(b'_')];
        Self { names, last }
    }

    fn hold(&self, key: &[u8]) -> bool {
        let Some(last) = key.last().map(u8::to_ascii_lowercase) else { return false };
        self.last[usize::from(last)] && self.names.iter().any(|secret| ends_with_key(key, secret))
    }
}

/// `Bearer abc`, wherever it stands. The space is at `space`.
pub(super) fn after_scheme(bytes: &[u8], space: usize) -> Option<Secret> {
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

/// `AUTH PLAIN AGEAYg==`, as SMTP and IMAP (`AUTHENTICATE`) log in. The space behind `PLAIN` is at `space`.
pub(super) fn after_plain(bytes: &[u8], space: usize) -> Option<Secret> {
    let before = &bytes[..space];
    let before = before.len().checked_sub(6).filter(|at| before[*at..].eq_ignore_ascii_case(b" plain"))?;
    let is_asked = |word: &[u8]| {
        let start = before.checked_sub(word.len());
        start.is_some_and(|at| bytes[at..before].eq_ignore_ascii_case(word) && (at == 0 || !is_word(bytes[at - 1])))
    };
    if !is_asked(b"auth") && !is_asked(b"authenticate") {
        return None;
    }
    let start = skip(bytes, space, |byte| byte == b' ');
    let end = skip(bytes, start, |byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte));
    // What stands there in a server's greeting is the name of another way: `AUTH PLAIN LOGIN`.
    is_login(&bytes[start..end]).then_some((start, end, MASK))
}

/// Whether that is base64 of what RFC 4616 sends: a name and a password, each behind a NUL. Of one that was cut, the first.
fn is_login(text: &[u8]) -> bool {
    let value = |byte: u8| match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    let (mut bits, mut held) = (0_u32, 0);
    for byte in text.iter().map_while(|byte| value(*byte)) {
        (bits, held) = ((bits << 6 | u32::from(byte)) & 0xffff, held + 6);
        if held >= 8 {
            held -= 8;
            if (bits >> held) & 0xff == 0 {
                return true;
            }
        }
    }
    false
}

/// `://user:password@host` and, on the web, `://token@host`. The authority starts at `start`.
pub(super) fn in_url(bytes: &[u8], start: usize) -> Option<Secret> {
    let end = skip(bytes, start, |byte| !b"/?#\\\"'<> \t\r\n".contains(&byte));
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
pub(super) fn after_key(bytes: &[u8], at: usize, keys: &Keys) -> Option<Secret> {
    let mut key_end = at;
    loop {
        key_end -= match &bytes[..key_end] {
            [.., b' ' | b'"' | b'\'' | b'\\'] => 1,
            // French puts a space that breaks no line before a colon.
            before if before.ends_with("\u{a0}".as_bytes()) => 2,
            before if before.ends_with("\u{202f}".as_bytes()) => 3,
            _ => break,
        };
    }
    let quoted_key = b"\"'\\".contains(&bytes[key_end]);
    let key_start = bytes[..key_end].iter().rposition(|byte| !is_key(*byte)).map_or(0, |before| before + 1);
    let key = &bytes[key_start..key_end];
    let is_short = is_short_french(bytes, key_start, key);
    if !keys.hold(key) && !is_password_in_french(bytes, key_start, key) && !is_short {
        return None;
    }
    let mut start = skip(bytes, at + 1, |byte| byte == b' ');
    while bytes[start..].starts_with("\u{a0}".as_bytes()) {
        start = skip(bytes, start + 2, |byte| byte == b' ');
    }
    // The working directory of shells and of sudo (POSIX.1-2024, 8.3) has the name of a password.
    if matches!(key, b"PWD" | b"OLDPWD") && bytes.get(start) == Some(&b'/') {
        return None;
    }
    // MySQL and MariaDB say whether one was given: `(using password: YES)`.
    let is_said =
        bytes[..key_start].ends_with(b"using ") && matches!(&bytes[start..value_end(bytes, start)], b"YES" | b"NO");
    if is_said {
        return None;
    }
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
    if is_short && !is_no_word(&bytes[start..end]) {
        return None;
    }
    // A bare number behind a key in quotes is JSON, and should stay so.
    let mask = match bytes[key_end] {
        b'\\' => "\\\"***\\\"",
        b'\'' => "'***'",
        b'"' => "\"***\"",
        _ => MASK,
    };
    Some((start, end, mask))
}

/// `--smtp-password x`, as on a command line. The space is at `space`.
pub(super) fn after_option(bytes: &[u8], space: usize, keys: &Keys) -> Option<Secret> {
    let key_start = bytes[..space].iter().rposition(|byte| !is_key(*byte)).map_or(0, |before| before + 1);
    let key = bytes[key_start..space].strip_prefix(b"--").filter(|key| keys.hold(key))?;
    let start = skip(bytes, space, |byte| byte == b' ');
    if let Some(quote @ (b'"' | b'\'')) = bytes.get(start) {
        return Some((start + 1, closing(bytes, start + 1, &[*quote]), MASK));
    }
    let end = skip(bytes, start, |byte| !byte.is_ascii_whitespace() && !b"\"'\\".contains(&byte));
    let value = &bytes[start..end];
    // Another option, or a sentence about this one.
    let is_value = !value.starts_with(b"--") && !AFTER_OPTIONS.contains(&value) && !ends_with_key(key, "cookie");
    is_value.then_some((start, end, MASK))
}

/// What people write behind the name of an option.
const AFTER_OPTIONS: &[&[u8]] = &[
    b"is", b"or", b"and", b"to", b"with", b"was", b"needs", b"for", b"in", b"has", b"est", b"ou", b"et", b"pour",
    b"avec",
];

/// `mot de passe est x`, `password is x`. The space behind `est` is at `space`.
pub(super) fn after_is(bytes: &[u8], space: usize, keys: &Keys) -> Option<Secret> {
    let before = &bytes[..space];
    let key_end = before.strip_suffix(b" est").or_else(|| before.strip_suffix(b" is"))?.len();
    let key_start = bytes[..key_end].iter().rposition(|byte| !is_key(*byte)).map_or(0, |before| before + 1);
    let key = &bytes[key_start..key_end];
    if !keys.hold(key) && !is_password_in_french(bytes, key_start, key) {
        return None;
    }
    let start = skip(bytes, space, |byte| b" :\"'".contains(&byte));
    let end = skip(bytes, start, |byte| !byte.is_ascii_whitespace() && !b"\"'\\<>".contains(&byte));
    // The sentence goes on behind it, or ends.
    let trailing = bytes[start..end].iter().rev().take_while(|byte| b".,;)".contains(byte)).count();
    let end = end - trailing;
    is_no_word(&bytes[start..end]).then_some((start, end, MASK))
}

/// `passe: x` for itself, and not as the last word of others: `la passe : trois mètres`.
fn is_short_french(bytes: &[u8], key_start: usize, key: &[u8]) -> bool {
    let before = bytes[..key_start].trim_ascii_end();
    key.eq_ignore_ascii_case(b"passe")
        && (before.is_empty()
            || bytes[before.len()..key_start].contains(&b'\n')
            || before.ends_with(b"\\n")
            || b",;|({[\"'/&?".contains(&before[before.len() - 1]))
}

/// Whether it may be a password where a word, a number or a measure is as likely: signs of several kinds, which are no
/// capital at the beginning, no full stop at the end, and no number with its unit.
fn is_no_word(value: &[u8]) -> bool {
    let value = value.trim_ascii();
    let value = value.strip_suffix(b".").unwrap_or(value);
    let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
    let signs = value.iter().filter(|byte| byte.is_ascii_punctuation() && !b"-_.'".contains(byte)).count();
    let unit = value.iter().rev().take_while(|byte| byte.is_ascii_alphabetic() || **byte == b'%').count();
    let is_measure = unit <= 4
        && value.first().is_some_and(u8::is_ascii_digit)
        && value[..value.len() - unit].iter().all(|byte| byte.is_ascii_digit() || b".,/:-+".contains(byte));
    let letters = value.iter().any(u8::is_ascii_alphabetic);
    let case = value.iter().skip(1).any(u8::is_ascii_uppercase) && value.iter().any(u8::is_ascii_lowercase);
    value.len() >= 4 && letters && !is_measure && (digits > 0 || signs > 0 || case)
}

/// `mot de passe`, a key of three words of which `key` is the last.
fn is_password_in_french(bytes: &[u8], key_start: usize, key: &[u8]) -> bool {
    const BEFORE: &[u8] = b"mot de ";
    key.eq_ignore_ascii_case(b"passe")
        && key_start.checked_sub(BEFORE.len()).is_some_and(|start| {
            bytes[start..key_start].eq_ignore_ascii_case(BEFORE) && (start == 0 || !is_word(bytes[start - 1]))
        })
}

/// Whether it looks like a line of JSON.
pub(super) fn is_object(bytes: &[u8]) -> bool {
    bytes.trim_ascii_start().starts_with(b"{") && bytes.trim_ascii_end().ends_with(b"}")
}

/// The quotes of an object that begin and end its texts, from `start` on: those within have a backslash before them.
fn bare_quotes(bytes: &[u8], start: usize, end: usize) -> impl Iterator<Item = usize> {
    let is_bare = |at: &usize| bytes[..*at].iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 0;
    memchr::memchr_iter(b'"', &bytes[start..end]).map(move |at| start + at).filter(is_bare)
}

/// Where a secret from `start` to `end` of an object ends at the latest: with the text that it stands in.
pub(super) fn end_within(bytes: &[u8], start: usize, end: usize) -> usize {
    bare_quotes(bytes, start, end).next().unwrap_or(end)
}

/// Whether the text of an object ends between a key at its end, of which the separator is at `at`, and `start`: `"msg":"password="}`.
pub(super) fn is_closed(bytes: &[u8], at: usize, start: usize) -> bool {
    let key_end = bytes[..at].trim_ascii_end().len();
    let is_quoted_key = key_end > 0 && bare_quotes(bytes, key_end - 1, key_end).next().is_some();
    let closes = |quote: usize| {
        let behind = skip(bytes, quote + 1, |byte| byte == b' ');
        bytes.get(behind).is_some_and(|byte| b",}]:".contains(byte))
    };
    !is_quoted_key && bare_quotes(bytes, at, start).any(closes)
}

pub(super) fn value_end(bytes: &[u8], start: usize) -> usize {
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
