//! The page of a message.

use crate::layout::{
    foreign::Foreign,
    parts::{Faults, Notice},
    view::View,
};
use askama::Template;
use model::{ItemState, Timestamp};

#[derive(Template)]
#[template(path = "messages/show.html")]
pub(crate) struct HandedOverPage<'a> {
    pub(crate) v: &'a View,
    pub(crate) id: String,
    /// To stand in the title.
    pub(crate) label: String,
    pub(crate) subject: Foreign,
    pub(crate) state: ItemState,
    pub(crate) received_at: Timestamp,
    /// When it is tried again.
    pub(crate) not_before: Option<Timestamp>,
    pub(crate) attempts: u64,
    /// What came of it, in plain words.
    pub(crate) detail: String,
    pub(crate) size: u64,
    pub(crate) job: String,
    pub(crate) job_name: String,
    /// The addresses of the envelope.
    pub(crate) from: Foreign,
    pub(crate) to: Vec<Foreign>,
    /// `None` where the content was let go of.
    pub(crate) content: Option<HandedOverContent>,
    pub(crate) may_be_released: bool,
    /// An address that was typed, and what is wrong with it.
    pub(crate) typed: String,
    pub(crate) faults: Faults,
    pub(crate) notice: Option<Notice>,
}

/// What is shown of a message.
pub(crate) struct HandedOverContent {
    /// Words for a field, and its value.
    pub(crate) heads: Vec<(&'static str, Foreign)>,
    pub(crate) headers: Vec<(Foreign, Foreign)>,
    pub(crate) text: Option<Foreign>,
    pub(crate) has_html: bool,
    pub(crate) files: Vec<MessageFileRow>,
}

pub(crate) struct MessageFileRow {
    /// `None` where it has no name.
    pub(crate) name: Option<Foreign>,
    pub(crate) content_type: Foreign,
    pub(crate) size: u64,
    pub(crate) address: String,
}
