//! What one box has found.

use crate::{
    help::topics::HelpHit,
    layout::{navigation::MenuPage, parts::JobRow, view::View},
};
use askama::Template;
use model::ItemState;

#[derive(Template)]
#[template(path = "find.html")]
pub(crate) struct FindPage<'a> {
    pub(crate) v: &'a View,
    pub(crate) q: String,
    pub(crate) pages: Vec<MenuPage>,
    pub(crate) jobs: Vec<JobRow>,
    pub(crate) recipients: Vec<FoundRecipient>,
    pub(crate) help: Vec<HelpHit>,
}

/// A recipient of a mailing.
#[derive(Clone, Debug)]
pub(crate) struct FoundRecipient {
    pub(crate) label: String,
    pub(crate) state: ItemState,
    pub(crate) mailing: String,
    /// Where it stands among the mailing's recipients.
    pub(crate) address: String,
}

impl FindPage<'_> {
    fn is_empty(&self) -> bool {
        self.pages.is_empty() && self.jobs.is_empty() && self.recipients.is_empty() && self.help.is_empty()
    }
}
