//! What people see of issues.

pub(crate) mod activity;
pub(crate) mod event;
pub(crate) mod list;
pub(crate) mod reasons;
pub(crate) mod request;
pub(crate) mod show;
pub(crate) mod stack;
pub(crate) mod trend;

use crate::layout::states::{Shown, Tone};
use store::IssueStateKind;

impl Shown for IssueStateKind {
    fn word(&self) -> &'static str {
        match self {
            Self::New => "issue-new",
            Self::Ongoing => "issue-ongoing",
            Self::Resolved => "issue-resolved",
            Self::Ignored => "issue-ignored",
            Self::Regressed => "issue-regressed",
        }
    }

    fn tone(&self) -> Tone {
        match self {
            Self::New => Tone::Busy,
            Self::Ongoing => Tone::Doubt,
            Self::Resolved => Tone::Good,
            Self::Ignored => Tone::Still,
            Self::Regressed => Tone::Bad,
        }
    }

    fn icon(&self) -> &'static str {
        match self {
            Self::New => "star",
            Self::Ongoing => "warn",
            Self::Resolved => "succeeded",
            Self::Ignored => "skipped",
            Self::Regressed => "retry",
        }
    }
}
