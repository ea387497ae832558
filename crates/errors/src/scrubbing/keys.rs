//! Which keys name a secret.

use crate::{problem::Place, tree::Json};
use regex::Regex;
use std::collections::HashSet;

/// Names whose values are secret whatever they are, numbers too: as the words of a key, or its end.
const SECRET: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "passcode",
    "pin",
    "cvv",
    "cvc",
    "otp",
    "mot_de_passe",
    "motdepasse",
    "mdp",
    "credit_card",
    "creditcard",
    "card_number",
    "cardnumber",
    "ssn",
    "iban",
    "private_key",
    "privatekey",
    "secret_key",
    "secretkey",
    "api_key",
    "apikey",
    "access_key",
    "accesskey",
    "authorization",
    "credential",
    "credentials",
    "auth_header",
    "dsn",
];

/// Names whose values are secret when they are texts: a number of tokens is none, nor is a flag.
const SECRET_TEXT: &[&str] = &[
    "secret",
    "secrets",
    "token",
    "tokens",
    "session",
    "sessionid",
    "session_id",
    "session_key",
    "sid",
    "cookie",
    "cookies",
    "csrf",
    "xsrf",
    "csrftoken",
    "xsrftoken",
    "csrfmiddlewaretoken",
    "jwt",
    "bearer",
    "auth",
    "signature",
    "phpsessid",
    "jsessionid",
];

/// Names that are secret within texts too, beside those of the crate `scrub`.
pub(super) const SECRET_IN_TEXTS: &[&str] = &[
    "passcode",
    "cvv",
    "cvc",
    "otp",
    "jwt",
    "csrf",
    "xsrf",
    "sessionid",
    "session_id",
    "session_key",
    "phpsessid",
    "jsessionid",
    "credit_card",
    "card_number",
];

/// Last words that turn a name of a secret into one of something about it: `token_type`.
const ABOUT: &[&str] = &[
    "count",
    "length",
    "size",
    "type",
    "kind",
    "expires",
    "expiry",
    "expiration",
    "ttl",
    "age",
    "policy",
    "enabled",
    "method",
    "url",
    "uri",
    "host",
    "max",
    "min",
    "at",
    "in",
];

/// Names of people's addresses on the internet.
pub(super) fn is_ip_address(key: &str) -> bool {
    matches!(
        key.to_ascii_lowercase().as_str(),
        "ip_address" | "remote_addr" | "x-forwarded-for" | "x-real-ip" | "client_ip" | "client.address" | "forwarded"
    )
}

/// Parts of a report whose keys are names of packages, files and ids, and whose values are never secret.
pub(super) fn is_structure(key: &str, place: &Place<'_>) -> bool {
    match key {
        "modules" | "sdk" | "debug_meta" | "_meta" | "event_id" | "platform" | "fingerprint" | "sid" => {
            matches!(place.parent(), Some(Place::Root))
        }
        "trace_id" | "span_id" | "parent_span_id" | "debug_id" => true,
        "filename" | "abs_path" | "function" | "module" => is_below("frames", place),
        _ => false,
    }
}

fn is_below(list: &str, place: &Place<'_>) -> bool {
    let holder = place.parent().and_then(Place::parent).and_then(Place::key);
    holder == Some(list)
}

/// How secret the values of a key are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Secrecy {
    Always,
    Texts,
}

impl Secrecy {
    /// Whether that value is taken out. What a client has taken out already is left as it says.
    pub(super) fn holds(self, value: &Json<'_>) -> bool {
        match value {
            Json::Null | Json::Flag(_) => false,
            Json::Number(_) => self == Self::Always,
            Json::Text(text) => {
                let inner = text.trim_matches(['\'', '"']);
                let is_said = matches!(
                    inner,
                    "" | "None" | "null" | "[Filtered]" | "[removed]" | "True" | "False" | "true" | "false" | "***"
                );
                !is_said && (self == Self::Always || inner.parse::<f64>().is_err())
            }
            Json::List(_) | Json::Object(_) => true,
        }
    }
}

/// The names of a project.
#[derive(Clone, Debug)]
pub(super) struct KeyNames {
    always: HashSet<String>,
    texts: HashSet<String>,
    kept: HashSet<String>,
    /// Nearly every key is passed over here, and at nearly no cost.
    beginnings: Beginnings,
    /// Matches whatever may hold a name, and little else. None: all are looked at.
    suspect: Option<Regex>,
}

/// The first three letters of all names, whatever parts them.
#[derive(Clone, Debug)]
struct Beginnings {
    /// A bit for each three of 32 signs; none where some name cannot be told so.
    known: Option<Box<[u64; 512]>>,
}

impl Beginnings {
    /// Letters by their place in the alphabet, digits together; other signs part words.
    fn sign(byte: u8) -> Option<usize> {
        match byte {
            b'a'..=b'z' => Some(usize::from(byte - b'a')),
            b'A'..=b'Z' => Some(usize::from(byte - b'A')),
            b'0'..=b'9' => Some(26),
            _ => None,
        }
    }

    fn of<'a>(names: impl Iterator<Item = &'a String>) -> Self {
        let mut known = Box::new([0; 512]);
        for name in names {
            let signs: Vec<usize> = name.bytes().filter_map(Self::sign).take(3).collect();
            let [first, second, third] = signs[..] else { return Self { known: None } };
            if !name.is_ascii() {
                return Self { known: None };
            }
            let at = first << 10 | second << 5 | third;
            known[at / 64] |= 1 << (at % 64);
        }
        Self { known: Some(known) }
    }

    /// Whether some name may begin anywhere in the key.
    fn may_be_in(&self, key: &str) -> bool {
        let Some(known) = &self.known else { return true };
        let mut at = 0;
        let mut signs = 0;
        for byte in key.bytes() {
            let Some(sign) = Self::sign(byte) else {
                // What is no letter of ours may be written for one: the regular expression knows.
                if !byte.is_ascii() {
                    return true;
                }
                continue;
            };
            at = (at << 5 | sign) & 0x7fff;
            signs += 1;
            if signs >= 3 && known[at / 64] >> (at % 64) & 1 == 1 {
                return true;
            }
        }
        false
    }
}

impl KeyNames {
    pub(super) fn new(further: &[String], kept: &[String]) -> Self {
        let named = |names: &[String]| names.iter().map(|name| normal(name)).collect::<Vec<_>>();
        let always: HashSet<String> = SECRET.iter().map(|name| (*name).to_owned()).chain(named(further)).collect();
        let texts: HashSet<String> = SECRET_TEXT.iter().map(|name| (*name).to_owned()).collect();
        let beginnings = Beginnings::of(always.iter().chain(&texts));
        let suspect = suspect(always.iter().chain(&texts));
        Self { always, texts, kept: named(kept).into_iter().collect(), beginnings, suspect }
    }

    /// Whether the key, or some words at its end or its beginning, name a secret: `DB_PASSWORD`, `accessToken`,
    /// `password_confirmation`.
    pub(super) fn secrecy(&self, key: &str) -> Option<Secrecy> {
        // The longest name that anybody gives to a secret; longer keys are texts.
        const KEY_BYTES_MAX: usize = 128;
        let is_suspect = || self.suspect.as_ref().is_none_or(|suspect| suspect.is_match(key));
        if key.len() > KEY_BYTES_MAX || !self.beginnings.may_be_in(key) || !is_suspect() {
            return None;
        }
        let name = normal(key);
        if self.kept.contains(&name) {
            return None;
        }
        let last = name.rsplit('_').next().unwrap_or_default();
        if ABOUT.contains(&last) && !self.always.contains(&name) {
            return None;
        }
        self.exact(&name).or_else(|| ends(&name).find_map(|part| self.exact(part)))
    }

    fn exact(&self, name: &str) -> Option<Secrecy> {
        match name {
            _ if self.always.contains(name) => Some(Secrecy::Always),
            _ if self.texts.contains(name) => Some(Secrecy::Texts),
            _ => None,
        }
    }
}

/// The names, their words together or parted by one sign: `api_key` in `X-Api-Key` and in `apiKey`.
fn suspect<'a>(names: impl Iterator<Item = &'a String>) -> Option<Regex> {
    let spelled = |name: &String| name.split('_').map(regex::escape).collect::<Vec<_>>().join("[^a-z0-9]?");
    let names: Vec<String> = names.map(spelled).collect();
    Regex::new(&format!("(?i){}", names.join("|"))).ok()
}

/// What a name ends or begins with, by whole words.
fn ends(name: &str) -> impl Iterator<Item = &str> {
    let cuts = || name.match_indices('_').map(|(at, _)| at);
    cuts().map(|at| &name[at + 1..]).chain(cuts().map(|at| &name[..at]))
}

/// Lower case, words parted by `_`: `X-Api-Key` and `xApiKey` are `x_api_key`.
fn normal(key: &str) -> String {
    let mut name = String::with_capacity(key.len() + 4);
    let mut before = '_';
    for c in key.chars() {
        if c.is_ascii_uppercase() && (before.is_ascii_lowercase() || before.is_ascii_digit()) {
            name.push('_');
        }
        before = c;
        name.push(if c.is_ascii_alphanumeric() || !c.is_ascii() { c.to_ascii_lowercase() } else { '_' });
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn keys_name_secrets_by_whole_words() {
        let keys = KeyNames::new(&["nir".to_owned()], &["session_kind".to_owned()]);
        for key in [
            "password",
            "DB_PASSWORD",
            "smtpPassword",
            "password_confirmation",
            "X-Api-Key",
            "Authorization",
            "Proxy-Authorization",
            "Set-Cookie",
            "accessToken",
            "refresh_token",
            "csrfmiddlewaretoken",
            "sessionid",
            "secret",
            "AWS_SECRET_ACCESS_KEY",
            "client_secret",
            "mot_de_passe",
            "NIR",
            "X-CSRFToken",
            "creditCard",
            "private-key",
        ] {
            assert!(keys.secrecy(key).is_some(), "{key}");
        }
        for key in [
            "author",
            "passenger",
            "tokenizer",
            "token_type",
            "expires_in",
            "keypad",
            "secretary",
            "session_kind",
            "monkey",
            "opinion",
            "path",
            "user_agent",
            "compass",
            "42",
            "",
            "authority",
            "max_tokens_count",
        ] {
            assert_eq!(keys.secrecy(key), None, "{key}");
        }
    }

    #[test]
    fn what_is_passed_over_at_once_holds_no_name() {
        for further in [vec![], vec!["nir".to_owned()], vec!["n1".to_owned()], vec!["clé".to_owned()]] {
            let keys = KeyNames::new(&further, &[]);
            let names: Vec<String> = keys.always.iter().chain(&keys.texts).cloned().collect();
            for name in &names {
                let spelled = [name.clone(), name.to_uppercase(), name.replace('_', ""), name.replace('_', "-")];
                for key in spelled.iter().flat_map(|name| [name.clone(), format!("my_{name}"), format!("{name}2")]) {
                    assert!(keys.beginnings.may_be_in(&key), "{key}");
                }
            }
        }
        let keys = KeyNames::new(&[], &[]);
        for key in ["description", "start_timestamp", "thread.name", "origin", "op", ""] {
            assert!(!keys.beginnings.may_be_in(key), "{key}");
        }
        assert!(keys.beginnings.may_be_in("ſecret"), "which is an S to those who fold cases");
    }

    #[test]
    fn numbers_and_words_for_nothing_are_no_tokens() {
        let keys = KeyNames::new(&[], &[]);
        for (key, value, holds) in [
            ("input_tokens", json!(12), false),
            ("input_tokens", json!("12"), false),
            ("token", json!("abc"), true),
            ("token", json!("None"), false),
            ("password", json!(1234), true),
            ("password", json!("[Filtered]"), false),
            ("session", json!({"a": 1}), true),
        ] {
            assert_eq!(keys.secrecy(key).unwrap().holds(&value.clone().into()), holds, "{key} {value}");
        }
    }
}
