//! What a failure means: whose it is, whether to try again, and what must wait.

use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, time::Duration};

/// Whose failure it is. Only the first two fail an item for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    Recipient,
    Content,
    SenderQuota,
    Server,
    Credentials,
}

/// Whether and when the same item may be tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "when")]
pub enum Retry {
    Never,
    /// Not sooner than this, before the engine's own back-off.
    After {
        wait: Duration,
    },
}

/// What has to wait besides the item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PauseScope {
    /// Everything that uses this account.
    Account,
    /// This run only, until a person resumes it.
    Job,
}

/// A pause that a verdict asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    pub scope: PauseScope,
    /// How long; `None` until a person resumes.
    pub wait: Option<Duration>,
}

/// One reply, one verdict. Stored as code, arguments and the reply to the letter; put into words in the reader's
/// language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// Stable and lower-case, as `unknown_recipient` or `daily_quota`.
    pub code: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub args: BTreeMap<String, String>,
    /// What the other side said, untouched; empty when it said nothing.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reply: String,
    pub fault: Fault,
    pub retry: Retry,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pause: Option<Pause>,
}

impl Verdict {
    pub fn new(code: &str, fault: Fault, retry: Retry) -> Self {
        Self { code: code.to_owned(), args: BTreeMap::new(), reply: String::new(), fault, retry, pause: None }
    }

    /// A failure of this item for good.
    pub fn permanent(code: &str, fault: Fault) -> Self {
        Self::new(code, fault, Retry::Never)
    }

    #[must_use]
    pub fn with_reply(mut self, reply: impl Into<String>) -> Self {
        self.reply = reply.into();
        self
    }

    #[must_use]
    pub fn with_arg(mut self, name: &str, value: impl Into<String>) -> Self {
        self.args.insert(name.to_owned(), value.into());
        self
    }

    #[must_use]
    pub fn with_pause(mut self, scope: PauseScope, wait: Option<Duration>) -> Self {
        self.pause = Some(Pause { scope, wait });
        self
    }
}
