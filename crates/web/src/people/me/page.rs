//! The reader's own page: password, language, theme and sessions.

use crate::auth::login::PASSWORD_CHARS_MIN;
use crate::layout::{
    parts::{Faults, Notice},
    view::View,
};
use askama::Template;
use model::Timestamp;

#[derive(Template)]
#[template(path = "me.html")]
pub(crate) struct MePage<'a> {
    pub(crate) v: &'a View,
    /// This one first.
    pub(crate) sessions: Vec<SessionRow>,
    /// Fields `current`, `password` and `again`.
    pub(crate) faults: Faults,
    pub(crate) notice: Option<Notice>,
}

#[derive(Clone, Debug)]
pub(crate) struct SessionRow {
    pub(crate) id: String,
    /// The browser and system, as `Firefox, Linux`.
    pub(crate) browser: String,
    pub(crate) begun_at: Timestamp,
    pub(crate) is_this: bool,
}
