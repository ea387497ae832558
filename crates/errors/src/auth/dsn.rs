//! The address that a client is given: where to report, and as which project.

use super::PublicKey;
use std::{fmt, str::FromStr};

/// `https://KEY@HOST[:PORT][/PATH]/PROJECT`. A secret behind the key is of old; it is read over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dsn {
    /// `http` or `https`
    pub scheme: String,
    pub public_key: PublicKey,
    /// With the port, where there is one.
    pub authority: String,
    /// Empty, or `/path` where Vigie stands below a path.
    pub path: String,
    pub project: String,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no DSN: {0}; it looks like https://KEY@HOST/PROJECT")]
pub struct NotADsn(&'static str);

impl FromStr for Dsn {
    type Err = NotADsn;
    fn from_str(text: &str) -> Result<Self, NotADsn> {
        let (scheme, rest) = text.trim().split_once("://").ok_or(NotADsn("it has no scheme"))?;
        if !matches!(scheme, "http" | "https") {
            return Err(NotADsn("its scheme is neither http nor https"));
        }
        let (credentials, rest) = rest.split_once('@').ok_or(NotADsn("it has no key"))?;
        let key = credentials.split(':').next().unwrap_or_default();
        let public_key = key.parse().map_err(|_| NotADsn("its key is not of letters and digits"))?;
        let (place, project) = rest.trim_end_matches('/').rsplit_once('/').ok_or(NotADsn("it has no project"))?;
        let (authority, path) = place.find('/').map_or((place, ""), |slash| place.split_at(slash));
        if authority.is_empty() || !place.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(NotADsn("it has no host"));
        }
        let is_name = |c: u8| c.is_ascii_alphanumeric() || c == b'-' || c == b'_';
        if project.is_empty() || project.len() > 64 || !project.bytes().all(is_name) {
            return Err(NotADsn("its project is no number or name"));
        }
        let [scheme, authority, path, project] = [scheme, authority, path, project].map(str::to_owned);
        Ok(Self { scheme, public_key, authority, path, project })
    }
}

impl fmt::Display for Dsn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}@{}{}/{}", self.scheme, self.public_key, self.authority, self.path, self.project)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dsn_is_read_as_it_is_written() {
        for text in [
            "https://0123456789abcdef0123456789abcdef@vigie.example/7",
            "http://abc@127.0.0.1:8787/7",
            "https://abc@[::1]:8787/7",
            "https://abc@vigie.example/below/a/path/shop",
        ] {
            assert_eq!(text.parse::<Dsn>().unwrap().to_string(), text);
        }
        let old: Dsn = "https://abc:secret@vigie.example/7/".parse().unwrap();
        assert_eq!(old.to_string(), "https://abc@vigie.example/7");
    }

    #[test]
    fn what_is_no_dsn_is_refused_with_its_reason() {
        for (text, reason) in [
            ("vigie.example/7", "it has no scheme"),
            ("ftp://abc@h/7", "neither http nor https"),
            ("https://vigie.example/7", "it has no key"),
            ("https://a%20b@h/7", "letters and digits"),
            ("https://abc@h", "it has no project"),
            ("https://abc@/7", "it has no host"),
            ("https://abc@h/a b", "no number or name"),
        ] {
            let error = text.parse::<Dsn>().unwrap_err().to_string();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }
}
