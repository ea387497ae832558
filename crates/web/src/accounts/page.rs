//! Accounts: where mail leaves from, what that allows, and how much of it is left.

use crate::layout::{
    parts::{AccountRow, Faults, Notice},
    view::View,
};
use askama::Template;
use std::time::Duration;

#[derive(Template)]
#[template(path = "accounts/list.html")]
pub(crate) struct AccountsPage<'a> {
    pub(crate) v: &'a View,
    pub(crate) rows: Vec<AccountRow>,
    pub(crate) notice: Option<Notice>,
}

/// One account: its use, its pause, its test; administrators find the form below.
#[derive(Template)]
#[template(path = "accounts/show.html")]
pub(crate) struct AccountPage<'a> {
    pub(crate) v: &'a View,
    pub(crate) row: AccountRow,
    pub(crate) form: AccountForm,
    pub(crate) faults: Faults,
    pub(crate) notice: Option<Notice>,
    pub(crate) test: Option<TestResult>,
}

impl AccountPage<'_> {
    /// As the test of its connection has just shown; without one, neither is said.
    fn fails(&self) -> bool {
        matches!(self.test, Some(TestResult::Fails { .. }))
    }

    fn works(&self) -> bool {
        matches!(self.test, Some(TestResult::Works { .. }))
    }
}

#[derive(Template)]
#[template(path = "accounts/new.html")]
pub(crate) struct NewAccountPage<'a> {
    pub(crate) v: &'a View,
    pub(crate) form: AccountForm,
    pub(crate) faults: Faults,
}

/// As typed. Field names are those of the form, too.
#[derive(Clone, Debug, Default)]
pub(crate) struct AccountForm {
    pub(crate) name: String,
    pub(crate) kind: AccountKind,
    /// Host, port, security and user of SMTP.
    pub(crate) host: String,
    pub(crate) port: String,
    pub(crate) security: Security,
    pub(crate) user: String,
    /// The address that Gmail sends from.
    pub(crate) address: String,
    pub(crate) has_secret: bool,
    pub(crate) per_second: String,
    pub(crate) per_minute: String,
    pub(crate) per_hour: String,
    pub(crate) daily: String,
    pub(crate) daily_recipients: String,
    pub(crate) batch_size: String,
    /// In seconds.
    pub(crate) batch_pause: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum AccountKind {
    #[default]
    Smtp,
    Gmail,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Security {
    #[default]
    StartTls,
    Tls,
    /// For a server on this machine.
    None,
}

impl AccountForm {
    fn is_gmail(&self) -> bool {
        self.kind == AccountKind::Gmail
    }

    /// Field, label and value of each limit.
    fn limits(&self) -> [(&'static str, &'static str, &str); 7] {
        [
            ("per_second", "limit-per-second", &self.per_second),
            ("per_minute", "limit-per-minute", &self.per_minute),
            ("per_hour", "limit-per-hour", &self.per_hour),
            ("daily", "limit-daily", &self.daily),
            ("daily_recipients", "limit-recipients", &self.daily_recipients),
            ("batch_size", "limit-batch-size", &self.batch_size),
            ("batch_pause", "limit-batch-pause", &self.batch_pause),
        ]
    }
}

impl Security {
    pub(crate) const ALL: [Self; 3] = [Self::StartTls, Self::Tls, Self::None];

    pub(crate) fn as_str(&self) -> &'static str {
        match self {
            Self::StartTls => "starttls",
            Self::Tls => "tls",
            Self::None => "none",
        }
    }

    fn word(&self) -> &'static str {
        match self {
            Self::StartTls => "security-starttls",
            Self::Tls => "security-tls",
            Self::None => "security-none",
        }
    }
}

/// What a test of the connection came to.
#[derive(Clone, Debug)]
pub(crate) enum TestResult {
    Works {
        took: Duration,
        /// The server's greeting, or its name.
        server: String,
    },
    Fails {
        /// What happened and what helps, in plain words.
        reason: String,
        reply: String,
    },
}
