//! Why a run failed, or a look: a code with its arguments, which pages and the terminal say in the reader's language, and
//! the same in English for logs and programs.

use crate::client::Error;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt};

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Why {
    pub code: String,
    pub args: BTreeMap<String, String>,
    /// In English; never a text of a server.
    pub text: String,
}

impl Why {
    pub(crate) fn new(code: &str, args: &[(&str, &str)], text: String) -> Self {
        let args = args.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Self { code: code.to_owned(), args, text }
    }

    /// What is of no other kind.
    pub(crate) fn other(text: String) -> Self {
        Self::new("other", &[], text)
    }
}

/// In which way a host could not be reached, of what a library says of it: `refused`, `timeout`, `name`, `certificate`, or
/// `other`.
fn how(why: &str) -> &'static str {
    let why = why.to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| why.contains(word));
    match () {
        () if says(&["connection refused"]) => "refused",
        () if says(&["certificate", "unknownissuer"]) => "certificate",
        () if says(&["dns error", "lookup", "name or service"]) => "name",
        () if says(&["timed out", "timeout"]) => "timeout",
        () => "other",
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl From<&Error> for Why {
    fn from(error: &Error) -> Self {
        let text = error.to_string();
        match error {
            Error::Unauthorized { host } => Self::new("unauthorized", &[("host", host)], text),
            Error::Forbidden { host, what } => Self::new("forbidden", &[("host", host), ("what", what)], text),
            Error::Busy { host, .. } => Self::new("busy", &[("host", host)], text),
            Error::TooLarge { host } => Self::new("too_large", &[("host", host)], text),
            Error::Lost { host } => Self::new("no_answer", &[("host", host)], text),
            Error::Unreachable { host, why } => Self::new("no_connection", &[("host", host), ("how", how(why))], text),
            Error::Short { host, what } => Self::new("incomplete_answer", &[("host", host), ("what", what)], text),
            Error::Emptied { host, what } => Self::new("emptied", &[("host", host), ("what", what)], text),
            Error::Refused { host, what, status, code } => {
                let status = status.to_string();
                Self::new("refused", &[("host", host), ("what", what), ("status", &status), ("code", code)], text)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_a_host_could_not_be_reached_is_a_word() {
        let refused =
            "a.example cannot be called: client error (Connect): tcp connect error: Connection refused (os error 111)";
        assert_eq!(how(refused), "refused");
        assert_eq!(how("dns error: failed to lookup address information: Name or service not known"), "name");
        assert_eq!(how("operation timed out"), "timeout");
        assert_eq!(how("invalid peer certificate: UnknownIssuer"), "certificate");
        assert_eq!(how("connection reset"), "other");
    }
}
