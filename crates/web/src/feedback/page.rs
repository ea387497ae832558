//! What people say, in a list and on the page of an issue.

use crate::layout::{
    foreign::Foreign,
    parts::{Choice, Pager},
    view::View,
};
use askama::Template;
use model::Timestamp;
use store::UserFeedback;

const MESSAGE_BYTES_MAX: usize = 4_096;

#[derive(Template)]
#[template(path = "feedback/list.html")]
pub(crate) struct FeedbackListPage<'a> {
    pub(crate) v: &'a View,
    pub(crate) projects: Vec<Choice>,
    pub(crate) rows: Vec<FeedbackRow>,
    pub(crate) pager: Pager,
}

/// What somebody said.
#[derive(Clone, Debug)]
pub(crate) struct FeedbackRow {
    pub(crate) message: Foreign,
    /// Name and address; empty where nothing is told.
    pub(crate) who: Foreign,
    pub(crate) url: Foreign,
    pub(crate) at: Timestamp,
    /// The name of the project; empty where it is known from the page.
    pub(crate) project: String,
    /// The issue of the event that it is about: what it is called, which is its address too.
    pub(crate) issue: Option<String>,
}

impl FeedbackRow {
    pub(crate) fn of(said: &UserFeedback) -> Self {
        let who = match (said.name.as_str(), said.email.as_str()) {
            (name, "") => name.to_owned(),
            ("", email) => email.to_owned(),
            (name, email) => format!("{name} <{email}>"),
        };
        Self {
            message: Foreign::text(said.message.as_bytes(), MESSAGE_BYTES_MAX),
            who: Foreign::line(who.as_bytes()),
            url: Foreign::line(said.url.as_bytes()),
            at: said.at,
            project: String::new(),
            issue: None,
        }
    }
}
