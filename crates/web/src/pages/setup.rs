//! The first start, and every other one-time link: whoever holds it chooses a password.

use super::{parts::Faults, view::View};
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
    /// The first administrator, with the name typed so far.
    FirstAdmin { name: String },
    /// Somebody who is there already: a new password.
    Password { name: String },
    /// The link was used, or has expired.
    Gone,
}
