//! What is masked beyond the usual, and what of the usual is not.

use serde::{Deserialize, Serialize};

/// One kind of secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// The value of a key that names a secret.
    Key,
    /// What follows `Bearer`, or `AUTH PLAIN`.
    Header,
    /// A password, or a token for a user, in a URL.
    Url,
    /// A JSON web token, a token or a link of this program's, or a key whose beginning tells its service.
    Token,
    /// A private key in PEM.
    PrivateKey,
    /// A payment card's number.
    Card,
    /// A bank account's number.
    Iban,
    /// The name before the `@` of an e-mail address.
    Email,
    /// A pattern of the configuration.
    Pattern,
}

impl Rule {
    pub const ALL: [Self; 9] = [
        Self::Key,
        Self::Header,
        Self::Url,
        Self::Token,
        Self::PrivateKey,
        Self::Card,
        Self::Iban,
        Self::Email,
        Self::Pattern,
    ];

    /// Whether it holds without being asked for.
    pub(crate) fn is_usual(self) -> bool {
        self != Self::Email
    }
}

/// As it stands in the configuration file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Rules beyond the usual: `["email"]`.
    pub also: Vec<Rule>,
    /// Rules that do not hold.
    pub except: Vec<Rule>,
    /// Further endings of keys whose values are secret, in any case: `["nir", "numero_secu"]`.
    pub keys: Vec<String>,
    /// Regular expressions whose matches are masked.
    pub patterns: Vec<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("scrub.patterns: {pattern:?} cannot be used: {reason}")]
    Pattern { pattern: String, reason: String },
    #[error("scrub.patterns: {pattern:?} matches nothing at all, too: let it name at least one character")]
    Empty { pattern: String },
}

/// Memory that one compiled pattern may take.
const PATTERN_BYTES_MAX: usize = 1 << 20;

impl Config {
    pub(crate) fn compiled(&self) -> Result<Vec<regex::bytes::Regex>, ConfigError> {
        let compile = |pattern: &String| {
            let compiled = regex::bytes::RegexBuilder::new(pattern).size_limit(PATTERN_BYTES_MAX).build();
            let compiled = compiled
                .map_err(|error| ConfigError::Pattern { pattern: pattern.clone(), reason: error.to_string() })?;
            if compiled.is_match(b"") {
                return Err(ConfigError::Empty { pattern: pattern.clone() });
            }
            Ok(compiled)
        };
        self.patterns.iter().map(compile).collect()
    }
}
