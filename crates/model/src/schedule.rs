//! What becomes of runs of a schedule that cannot begin when they are due.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// What becomes of runs that came due while nothing ran.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MissedPolicy {
    /// They are left out.
    Skip,
    /// One run stands for all of them.
    #[default]
    Once,
    /// Each is caught up with.
    All,
}

/// What becomes of a run that is due while the one before is not over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OverlapPolicy {
    /// It is left out.
    #[default]
    Skip,
    /// It begins when the one before is over.
    Queue,
    /// The one before is cancelled.
    Replace,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no policy `{0}`; the policies are {1}")]
pub struct UnknownPolicy(String, String);

macro_rules! policy {
    ($name:ident: $($variant:ident $text:literal),+) => {
        impl $name {
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// Its name in SQL, in JSON and on the command line. Never rename one.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = UnknownPolicy;
            fn from_str(text: &str) -> Result<Self, UnknownPolicy> {
                let unknown = || UnknownPolicy(text.to_owned(), [$($text),+].join(", "));
                Self::ALL.iter().copied().find(|policy| policy.as_str() == text).ok_or_else(unknown)
            }
        }
    };
}

policy!(MissedPolicy: Skip "skip", Once "once", All "all");
policy!(OverlapPolicy: Skip "skip", Queue "queue", Replace "replace");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_has_one_name() {
        for policy in MissedPolicy::ALL {
            assert_eq!(policy.as_str().parse(), Ok(*policy));
            assert_eq!(serde_json::to_value(policy).unwrap(), policy.as_str());
        }
        for policy in OverlapPolicy::ALL {
            assert_eq!(policy.as_str().parse(), Ok(*policy));
            assert_eq!(serde_json::to_value(policy).unwrap(), policy.as_str());
        }
        let unknown = "never".parse::<MissedPolicy>().unwrap_err();
        assert_eq!(unknown.to_string(), "there is no policy `never`; the policies are skip, once, all");
    }
}
