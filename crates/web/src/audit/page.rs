//! Who did what, to what, and when.

use crate::layout::{
    parts::{Choice, Pager},
    view::View,
};
use askama::Template;
use model::Timestamp;

#[derive(Template)]
#[template(path = "audit.html")]
pub(crate) struct AuditPage<'a> {
    pub(crate) v: &'a View,
    pub(crate) asked: AuditAsked,
    pub(crate) rows: Vec<AuditRow>,
    pub(crate) pager: Pager,
    /// Where the same are for a spreadsheet.
    pub(crate) csv: String,
}

/// What the filters say, as typed; empty is any.
#[derive(Clone, Debug, Default)]
pub(crate) struct AuditAsked {
    pub(crate) who: String,
    /// Names to choose from.
    pub(crate) people: Vec<String>,
    pub(crate) deeds: Vec<Choice>,
    pub(crate) object: String,
    /// Days, as `2026-11-21`.
    pub(crate) since: String,
    pub(crate) until: String,
    pub(crate) is_narrow: bool,
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
