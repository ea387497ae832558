//! What a corrected list would change, before it does.

use crate::layout::view::View;
use askama::Template;

#[derive(Template)]
#[template(path = "jobs/corrected-list.html")]
pub(crate) struct CorrectedListPage<'a> {
    pub(crate) v: &'a View,
    /// The job, and its name.
    pub(crate) id: String,
    pub(crate) name: String,
    /// The file that was brought, and its hash.
    pub(crate) list: String,
    pub(crate) sha256: String,
    /// Addresses that change.
    pub(crate) total: u64,
    /// Undelivered rows that stay as they are.
    pub(crate) unchanged: u64,
    /// Undelivered rows of which the list says nothing.
    pub(crate) missing: u64,
    /// Rows of the list that cannot be told to be anybody's: how many, and the first.
    pub(crate) unmatched: u64,
    pub(crate) first_unmatched: Vec<UnmatchedRow>,
    /// The first of those that change.
    pub(crate) rows: Vec<CorrectionRow>,
}

#[derive(Clone, Debug)]
pub(crate) struct CorrectionRow {
    /// Of the corrected list.
    pub(crate) line: u64,
    pub(crate) before: String,
    pub(crate) after: String,
    /// Why the new address cannot be used.
    pub(crate) fault: Option<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct UnmatchedRow {
    pub(crate) line: u64,
    /// Its addresses.
    pub(crate) to: String,
    pub(crate) why: Unmatched,
}

/// Why a row of a corrected list corrects nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unmatched {
    /// It is no row of the mailing.
    Nobody,
    /// Several undelivered rows look like it.
    Several,
    /// Another row of the list, for the same recipient, has another address.
    Contradicted,
    Unreadable,
}

impl Unmatched {
    fn word(self) -> &'static str {
        match self {
            Self::Nobody => "unmatched-nobody",
            Self::Several => "unmatched-several",
            Self::Contradicted => "unmatched-contradicted",
            Self::Unreadable => "unmatched-unreadable",
        }
    }
}

impl CorrectedListPage<'_> {
    fn is_any_good(&self) -> bool {
        self.rows.iter().any(|row| row.fault.is_none())
    }

    /// Rows that match nobody and are not listed.
    fn unlisted(&self) -> u64 {
        self.unmatched.saturating_sub(self.first_unmatched.len() as u64)
    }
}
