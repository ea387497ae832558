//! Who did not receive their message, across mailings.

use crate::{
    jobs::pages::show::TroubleRow,
    layout::{
        parts::{Choice, Pager},
        view::View,
    },
};
use askama::Template;

#[derive(Template)]
#[template(path = "mailings/undelivered.html")]
pub(crate) struct AcrossPage<'a> {
    pub(crate) v: &'a View,
    pub(crate) filter: AcrossFilter,
    pub(crate) rows: Vec<AcrossRow>,
    pub(crate) pager: Pager,
    /// Where the same are for a spreadsheet.
    pub(crate) csv: String,
}

/// What the filters say.
#[derive(Clone, Debug, Default)]
pub(crate) struct AcrossFilter {
    pub(crate) mailing: String,
    pub(crate) reasons: Vec<Choice>,
    pub(crate) days: Vec<Choice>,
    pub(crate) is_narrow: bool,
}

/// Somebody, and the mailing.
#[derive(Clone, Debug)]
pub(crate) struct AcrossRow {
    pub(crate) mailing: String,
    pub(crate) job: String,
    /// Where it can be corrected, sent again or decided.
    pub(crate) address: String,
    pub(crate) trouble: TroubleRow,
}
