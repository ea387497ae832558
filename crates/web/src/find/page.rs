//! What one box has found.

use crate::{
    help::topics::HelpHit,
    layout::{foreign::Foreign, navigation::MenuPage, parts::JobRow, view::View},
};
use askama::Template;
use model::ItemState;
use store::IssueStateKind;

#[derive(Template)]
#[template(path = "find.html")]
pub(crate) struct FindPage<'a> {
    pub(crate) v: &'a View,
    pub(crate) q: String,
    pub(crate) pages: Vec<MenuPage>,
    pub(crate) jobs: Vec<JobRow>,
    pub(crate) recipients: Vec<FoundRecipient>,
    pub(crate) issues: Vec<IssueHit>,
    /// Name and slug.
    pub(crate) projects: Vec<(String, String)>,
    pub(crate) things: Vec<ThingHit>,
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

/// Something else that has a name: a check, a schedule, a user.
#[derive(Clone, Debug)]
pub(crate) struct ThingHit {
    pub(crate) name: String,
    pub(crate) address: String,
    /// The identifier of what it is.
    pub(crate) word: &'static str,
}

/// An issue of a project.
#[derive(Clone, Debug)]
pub(crate) struct IssueHit {
    pub(crate) short_id: String,
    pub(crate) title: Foreign,
    pub(crate) state: IssueStateKind,
}

impl FindPage<'_> {
    fn is_empty(&self) -> bool {
        let is_of_mail = self.jobs.is_empty() && self.recipients.is_empty();
        let is_of_errors = self.issues.is_empty() && self.projects.is_empty() && self.things.is_empty();
        self.pages.is_empty() && is_of_mail && is_of_errors && self.help.is_empty()
    }
}
