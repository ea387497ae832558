//! The first start, and every other one-time link: whoever holds it chooses a password.

use crate::auth::login::PASSWORD_CHARS_MIN;
use crate::layout::{parts::Faults, view::View};
use askama::Template;

#[derive(Template)]
#[template(path = "setup.html")]
pub(crate) struct SetupPage<'a> {
    pub(crate) v: &'a View,
    /// Of the link, for the form's address.
    pub(crate) code: String,
    pub(crate) what: SetupOf,
    /// Fields `name`, `password` and `again`.
    pub(crate) faults: Faults,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SetupOf {
    /// Somebody who is there already, the first administrator among them: a new password.
    Password { name: String },
    /// Somebody who comes in by the link alone.
    Entry { name: String },
    /// The link was used, or has expired.
    Gone,
}
