//! The items of a job: added, listed, and settled by hand.

use crate::jobs::Job;
use model::{ItemState, Timestamp, Verdict};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

/// One item.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Item {
    pub seq: i64,
    pub message_no: i64,
    /// Of a mailing: the row of the spreadsheet, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// `queued`, `running`, `succeeded`, `failed`, `unknown` or `skipped`.
    #[schema(value_type = String)]
    pub state: ItemState,
    pub attempts: i64,
    /// When it may be tried again, if it waits.
    #[schema(value_type = Option<String>)]
    pub not_before: Option<Timestamp>,
    #[schema(value_type = Option<String>)]
    pub finished_at: Option<Timestamp>,
    pub label: String,
    /// Why it failed, waits, is unknown or was skipped: code, arguments, and the reply to the letter.
    #[schema(value_type = Option<Object>)]
    pub verdict: Option<Verdict>,
    /// Addresses refused while others of the row were accepted.
    pub detail: String,
}

/// Items. `next` goes into `cursor` to get the next page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ItemsPage {
    pub rows: Vec<Item>,
    pub next: Option<String>,
    /// One page looks for `q` in 10,000 items at the most. Where that ended it before it was full, this is the `seq` of
    /// the last one it looked at, and `next` goes on from there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub searched_until: Option<i64>,
}

/// One line of what is added to a job that is being prepared.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewItem {
    /// From 1, and rising.
    pub seq: i64,
    /// The message that it is part of, from 1.
    pub message_no: i64,
    pub ledger_key: Option<String>,
    /// A digest of what it says: a row of the same key with another is another row.
    #[serde(default)]
    pub content: String,
    pub label: String,
    /// Any JSON value; a text is taken to be the JSON itself. Of a mailing: a row as `vigie send` reads it.
    pub payload: Box<RawValue>,
    pub verdict: Option<Verdict>,
}

/// How many items were taken, and how many of those had been sent before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Added {
    pub accepted: u64,
    pub skipped: u64,
}

/// A person's word on unknown items.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Settle {
    pub seqs: Vec<i64>,
    /// `sent`, or `not_sent`, which queues them again.
    #[serde(rename = "as")]
    pub verdict: SettleAs,
    /// Who says so.
    pub by: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SettleAs {
    Sent,
    NotSent,
}

/// Which items were unknown and are now settled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Settled {
    pub job: Job,
    pub settled: Vec<i64>,
    /// The others that were named, and why they stay as they are.
    pub left: Vec<Left>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Left {
    pub seq: i64,
    /// What it is instead of unknown; `null` when there is no such item.
    #[schema(value_type = Option<String>)]
    pub state: Option<ItemState>,
}
