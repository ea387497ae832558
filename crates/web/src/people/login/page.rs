//! The form at the way in.

use crate::layout::view::View;
use askama::Template;
use std::time::Duration;

#[derive(Template)]
#[template(path = "login/form.html")]
pub(crate) struct LoginPage<'a> {
    pub(crate) v: &'a View,
    /// What was typed last time.
    pub(crate) name: String,
    /// Where to go from here.
    pub(crate) back: String,
    /// Nobody has a password yet: the way in is a link that the terminal shows.
    pub(crate) is_first: bool,
    pub(crate) said: Option<LoginSaid>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LoginSaid {
    /// No such name, or not that password: not told apart.
    Wrong,
    /// Too many tries: no sooner than this.
    Throttled(Duration),
    LoggedOut,
    /// The session has ended by itself.
    Expired,
}

impl LoginPage<'_> {
    fn is_trouble(&self) -> bool {
        matches!(self.said, Some(LoginSaid::Wrong | LoginSaid::Throttled(_)))
    }

    fn text(&self) -> Option<String> {
        let v = self.v;
        Some(match self.said? {
            LoginSaid::Wrong => v.t("login-wrong"),
            LoginSaid::Throttled(wait) => v.with("login-throttled", "time", v.duration(&wait)),
            LoginSaid::LoggedOut => v.t("login-logged-out"),
            LoginSaid::Expired => v.t("login-expired"),
        })
    }
}
