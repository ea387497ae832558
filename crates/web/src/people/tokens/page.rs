//! Tokens: what programs show in place of a password.

use crate::layout::{
    parts::{Choice, Faults, Notice},
    view::View,
};
use askama::Template;
use model::Timestamp;

#[derive(Template)]
#[template(path = "tokens.html")]
pub(crate) struct TokensPage<'a> {
    pub(crate) v: &'a View,
    pub(crate) rows: Vec<TokenRow>,
    /// The form for a new one, as typed. `scopes`: value as stored, and its word; `expiries`: days, empty for never.
    pub(crate) name: String,
    pub(crate) scopes: Vec<Choice>,
    pub(crate) expiries: Vec<Choice>,
    pub(crate) faults: Faults,
    pub(crate) notice: Option<Notice>,
    /// The one just made: its name and itself, shown once.
    pub(crate) made: Option<(String, String)>,
}

#[derive(Clone, Debug)]
pub(crate) struct TokenRow {
    pub(crate) name: String,
    /// Its word; see [`scope_word`].
    pub(crate) scope: String,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) used_at: Option<Timestamp>,
}

impl TokensPage<'_> {
    fn is_expired(&self, row: &TokenRow) -> bool {
        row.expires_at.is_some_and(|at| at <= self.v.now)
    }
}

/// The identifier of what a scope allows.
pub(crate) fn scope_word(scope: &str) -> &'static str {
    match scope {
        "ingest" => "scope-ingest",
        "releases" => "scope-releases",
        "progress" => "scope-progress",
        "read" => "scope-read",
        "write" => "scope-write",
        _ => "scope-admin",
    }
}

/// The identifiers of how long a token may live, with days.
pub(crate) const EXPIRIES: [(&str, &str); 4] =
    [("30", "expiry-month"), ("90", "expiry-quarter"), ("365", "expiry-year"), ("", "expiry-never")];
