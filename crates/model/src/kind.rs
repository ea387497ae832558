//! What jobs do.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// What a job does, and so which handler runs it. What the layers that know no handler need to know of a kind is said here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobKind {
    /// A message for each recipient of a list.
    Mail,
    /// A program for each item.
    Command,
    /// An HTTP call for each item.
    Http,
    /// What differs between two DHIS2 instances, written to one of them.
    Dhis2,
    /// A report of Vigie, to each address by e-mail.
    Report,
    /// A search of the logs, whose count and newest lines are kept and may be mailed.
    LogQuery,
    /// Nothing, for measuring.
    Noop,
    /// Whatever another program does, which tells how far it is.
    External,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no kind `{0}`; the kinds are {names}", names = JobKind::ALL.map(JobKind::as_str).join(", "))]
pub struct UnknownKind(String);

impl JobKind {
    pub const ALL: [Self; 8] =
        [Self::Mail, Self::Command, Self::Http, Self::Dhis2, Self::Report, Self::LogQuery, Self::Noop, Self::External];

    /// Its name in SQL, in JSON and in `--kind`. Never rename one.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Command => "command",
            Self::Http => "http",
            Self::Dhis2 => "dhis2",
            Self::Report => "report",
            Self::LogQuery => "log_query",
            Self::Noop => "noop",
            Self::External => "external",
        }
    }

    /// Whether its items lie here, and a handler of this program attempts them.
    pub const fn runs_here(self) -> bool {
        !matches!(self, Self::External)
    }

    /// Whether an item is a recipient, and counted as a person: other items are counted beside.
    pub const fn has_recipients(self) -> bool {
        matches!(self, Self::Mail)
    }

    /// Whether its items are counted in what happened: a report of it is not.
    pub const fn is_counted(self) -> bool {
        !matches!(self, Self::Report)
    }

    /// Whether what was served under a job's name is left out of the next of that name, so that two cannot be open.
    pub const fn has_ledger(self) -> bool {
        matches!(self, Self::Mail)
    }
}

impl fmt::Display for JobKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for JobKind {
    type Err = UnknownKind;
    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or_else(|| UnknownKind(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_has_one_name() {
        for kind in JobKind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
        assert!("mailing".parse::<JobKind>().is_err());
    }
}
