//! Who did what, to what, and when.

use crate::layout::{parts::Pager, view::View};
use askama::Template;
use model::Timestamp;

#[derive(Template)]
#[template(path = "audit.html")]
pub(crate) struct AuditPage<'a> {
    pub(crate) v: &'a View,
    pub(crate) rows: Vec<AuditRow>,
    pub(crate) pager: Pager,
}

#[derive(Clone, Debug)]
pub(crate) struct AuditRow {
    pub(crate) at: Timestamp,
    pub(crate) who: String,
    /// In the reader's words.
    pub(crate) what: String,
    /// What it was done to, and where that is seen.
    pub(crate) object: String,
    pub(crate) link: Option<String>,
    pub(crate) detail: String,
}
