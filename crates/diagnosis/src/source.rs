//! A source: one file or journal that was looked at, and how well it could be read.

use crate::evidence::Family;
use model::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How a source could be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum SourceState {
    /// It has lines in the window.
    Read,
    /// It has lines, none of them in the window.
    Silent,
    /// It is there and could not be read.
    Unreadable { why: Unreadable },
    /// It was read in part.
    Partial { bound: Bound },
    /// It holds nothing whose time is known.
    Undated,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unreadable {
    /// The rights are missing.
    Denied,
    /// `journalctl` is not installed, or did not answer.
    NoJournalctl,
    Damaged,
    /// It is packed in a way that is not read here.
    Packed,
}

/// What was not looked at, because it would have been too much.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// The whole collection has taken its time.
    Time,
    /// A helper has taken its time.
    Helper,
    Bytes,
    Evidence,
    /// From somewhere on it is damaged.
    Damage,
    /// The tree has more log files than are read.
    Files,
    /// Some log files are links to what the tree does not hold.
    Links,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Source {
    /// Its path in the tree.
    pub name: String,
    #[serde(flatten)]
    pub state: SourceState,
    /// Records in the window.
    pub records: u64,
    /// Records that were looked at, in the window and around it.
    pub looked_at: u64,
    pub bytes: u64,
    pub first: Option<Timestamp>,
    pub last: Option<Timestamp>,
    /// The zone that its times were read in; `None` where they name their own.
    pub zone: Option<String>,
    /// Seconds that its clock was found to be off, by what it and another source say of one request.
    pub shift_seconds: i64,
    /// What it speaks of, and in how many of the records that were looked at.
    pub families: BTreeMap<Family, u64>,
}

impl Source {
    pub(crate) fn new(name: &str, bytes: u64) -> Self {
        Self {
            name: name.to_owned(),
            state: SourceState::Undated,
            records: 0,
            looked_at: 0,
            bytes,
            first: None,
            last: None,
            zone: None,
            shift_seconds: 0,
            families: BTreeMap::new(),
        }
    }

    pub fn is_readable(&self) -> bool {
        matches!(self.state, SourceState::Read | SourceState::Silent | SourceState::Partial { .. })
    }

    /// Whether it says something of `family`.
    pub fn holds(&self, family: Family) -> bool {
        self.families.contains_key(&family)
    }
}

/// `/var/log/mail.log` of `/var/log/mail.log.2.gz`.
pub(crate) fn stem(name: &str) -> &str {
    let start = name.rfind('/').map_or(0, |at| at + 1);
    let own = &name[start..];
    let end = own.find(".log").map(|at| at + 4).or_else(|| own.find(['.', '-'])).unwrap_or(own.len());
    &name[..start + end]
}
