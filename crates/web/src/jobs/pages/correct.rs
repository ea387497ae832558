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

impl CorrectedListPage<'_> {
    fn is_any_good(&self) -> bool {
        self.rows.iter().any(|row| row.fault.is_none())
    }
}
