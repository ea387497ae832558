//! Takes secrets out of what the other side says, before anybody reads it: some servers repeat in a refusal what they
//! were sent.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD},
};
use secrecy::{ExposeSecret as _, SecretString};
use std::fmt;

/// What stands where a secret was.
pub(crate) const SHOWN: &str = "[secret]";

/// A shorter secret is taken out only where it stands as a word: replies would be unreadable without each of its
/// letters, and the gaps would spell it.
const ANYWHERE_BYTES: usize = 4;
/// A piece of an encoded secret that is taken out though the rest of it is missing.
const PIECE_BYTES: usize = 8;

/// The secrets of one account, in every form in which they are sent. Its `Debug` shows none.
#[derive(Clone, Default)]
pub(crate) struct Mask {
    /// The longest first, so that none is cut in two by a shorter one.
    plain: Vec<SecretString>,
    /// Base64, of which a server may repeat a part only.
    encoded: Vec<SecretString>,
}

impl Mask {
    /// What `AUTH` sends for a password.
    pub(crate) fn of_login(user: Option<&str>, password: Option<&SecretString>) -> Self {
        let Some(password) = password.map(SecretString::expose_secret).filter(|password| !password.is_empty()) else {
            return Self::default();
        };
        let user = user.unwrap_or_default();
        let encoded = [format!("\0{user}\0{password}"), format!("{user}\0{user}\0{password}"), password.to_owned()];
        Self {
            plain: vec![password.into()],
            encoded: encoded.iter().map(|text| STANDARD_NO_PAD.encode(text).into()).collect(),
        }
    }

    /// Secrets that are sent as they are, or as a form writes them.
    pub(crate) fn of<'a>(secrets: impl IntoIterator<Item = &'a SecretString>) -> Self {
        let mut plain: Vec<SecretString> = Vec::new();
        for secret in secrets.into_iter().map(SecretString::expose_secret).filter(|secret| !secret.is_empty()) {
            let in_a_form: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
            plain.extend([secret.into(), in_a_form.into(), STANDARD.encode(secret).into()]);
        }
        plain.sort_by_key(|secret| std::cmp::Reverse(secret.expose_secret().len()));
        Self { plain, encoded: Vec::new() }
    }

    /// `text` with [`SHOWN`] for every secret.
    pub(crate) fn apply(&self, text: String) -> String {
        if self.plain.is_empty() {
            return text;
        }
        let text = self.without_encoded(&text);
        self.plain.iter().fold(text, |text, secret| without(&text, secret.expose_secret()))
    }

    fn without_encoded(&self, text: &str) -> String {
        if self.encoded.is_empty() {
            return text.to_owned();
        }
        let mut out = String::with_capacity(text.len());
        for piece in text.split_inclusive(|c: char| !is_base64(c)) {
            let run = piece.trim_end_matches(|c: char| !is_base64(c));
            let bare = run.trim_end_matches('=');
            let is_secret = self.encoded.iter().map(SecretString::expose_secret).any(|secret| {
                (bare.len() >= PIECE_BYTES && secret.contains(bare))
                    || (secret.len() >= ANYWHERE_BYTES && bare.contains(secret))
            });
            out.push_str(if is_secret { SHOWN } else { run });
            out.push_str(&piece[run.len()..]);
        }
        out
    }
}

fn without(text: &str, secret: &str) -> String {
    if secret.len() >= ANYWHERE_BYTES {
        return text.replace(secret, SHOWN);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(secret) {
        let (before, after) = (&rest[..at], &rest[at + secret.len()..]);
        let in_a_word = out.ends_with(char::is_alphanumeric) && before.is_empty()
            || before.ends_with(char::is_alphanumeric)
            || after.starts_with(char::is_alphanumeric);
        out.push_str(before);
        out.push_str(if in_a_word { secret } else { SHOWN });
        rest = after;
    }
    out.push_str(rest);
    out
}

const fn is_base64(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=')
}

impl fmt::Debug for Mask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mask({} secrets)", self.plain.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_out_every_form_of_a_password() {
        let mask = Mask::of_login(Some("marie"), Some(&"hunter2-correct".into()));
        let (plain, login) = (STANDARD.encode("\0marie\0hunter2-correct"), STANDARD.encode("hunter2-correct"));
        for (said, shown) in [
            ("5.7.8 pw=hunter2-correct, no".to_owned(), "5.7.8 pw=[secret], no".to_owned()),
            (format!("5.7.8 Bad credentials for {plain}"), "5.7.8 Bad credentials for [secret]".to_owned()),
            (format!("<{login}> {}", &plain[..20]), "<[secret]> [secret]".to_owned()),
            ("5.7.8 Authentication failed for marie".to_owned(), "5.7.8 Authentication failed for marie".to_owned()),
        ] {
            assert_eq!(mask.apply(said), shown);
        }
    }

    #[test]
    fn a_short_password_leaves_words_whole() {
        let mask = Mask::of_login(Some("marie"), Some(&"a".into()));
        assert_eq!(
            mask.apply("a bad password: pw=a, aa, mar-a".into()),
            "[secret] bad password: pw=[secret], aa, mar-[secret]"
        );
        assert_eq!(Mask::of_login(Some("marie"), None).apply("as it was".into()), "as it was");
    }

    #[test]
    fn takes_out_tokens_as_they_are_and_as_a_form_writes_them() {
        let mask = Mask::of([&"1//0refresh+token".into()]);
        assert_eq!(mask.apply("a=1//0refresh+token b=1%2F%2F0refresh%2Btoken".into()), "a=[secret] b=[secret]");
    }
}
