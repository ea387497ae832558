//! People who log in.

use crate::layout::{
    parts::{Faults, Notice},
    view::View,
};
use askama::Template;
use model::Timestamp;
use store::Role;

#[derive(Template)]
#[template(path = "users.html")]
pub(crate) struct UsersPage<'a> {
    pub(crate) v: &'a View,
    pub(crate) rows: Vec<UserRow>,
    /// The form for a new one, as typed.
    pub(crate) name: String,
    pub(crate) role: Role,
    pub(crate) faults: Faults,
    pub(crate) notice: Option<Notice>,
    /// A one-time link, shown once.
    pub(crate) link: Option<PasswordLink>,
}

#[derive(Clone, Debug)]
pub(crate) struct PasswordLink {
    pub(crate) name: String,
    pub(crate) url: String,
    pub(crate) expires_at: Timestamp,
}

#[derive(Clone, Debug)]
pub(crate) struct UserRow {
    pub(crate) name: String,
    pub(crate) role: Role,
    pub(crate) standing: Standing,
    pub(crate) seen_at: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Active,
    /// Has a link, and has never been here.
    Invited,
    /// Has been here by a link, and has no password to come back with.
    Passwordless,
    Disabled,
}

impl UserRow {
    fn is_disabled(&self) -> bool {
        self.standing == Standing::Disabled
    }

    fn is_passwordless(&self) -> bool {
        self.standing == Standing::Passwordless
    }

    fn is_invited(&self) -> bool {
        self.standing == Standing::Invited
    }
}

impl UsersPage<'_> {
    /// Each role with what it may do.
    fn roles(&self) -> [(Role, &'static str); 3] {
        [(Role::Viewer, "role-viewer-help"), (Role::Operator, "role-operator-help"), (Role::Admin, "role-admin-help")]
    }

    fn is_self(&self, row: &UserRow) -> bool {
        self.v.viewer.as_ref().is_some_and(|viewer| viewer.name == row.name)
    }
}
