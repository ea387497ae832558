//! Mailings: what a list is held against before it is sent.

use crate::jobs::{Job, LedgerRule};
use model::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// A list held against what was sent before.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Comparison {
    /// Under this name.
    pub name: String,
    /// Whether a mailing has gone by that name.
    pub is_used: bool,
    /// Rows that can be sent.
    pub rows: u64,
    /// Of those, how many were sent under the name, or perhaps.
    pub received: u64,
    /// How many were sent under it with other contents.
    pub changed: u64,
    /// The first of both kinds.
    pub listed: Vec<ReceivedRow>,
    /// Mailings of the last year that have sent some of these rows, the one with the most of them first.
    pub earlier: Vec<Earlier>,
}

/// A row that was sent before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReceivedRow {
    /// The row of the spreadsheet, from 1.
    pub line: u64,
    pub label: String,
    /// Whether its contents were the same.
    pub same: bool,
    /// It is not known whether it arrived.
    pub uncertain: bool,
    #[schema(value_type = String)]
    pub sent_at: Timestamp,
}

/// An earlier mailing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Earlier {
    pub name: String,
    /// Rows of the list that it has sent with the same contents, and with other ones.
    pub same: u64,
    pub changed: u64,
    #[schema(value_type = String)]
    pub sent_at: Timestamp,
}

/// Answer to `POST /api/v1/mailings/compare`: what was found, and what has to be said before it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Compared {
    /// What has to be said before it is sent: `new_or_complete`, `changed`, `no_such_mailing`, or nothing.
    pub needs: Option<String>,
    /// The mailing that the question is about.
    pub earlier: Option<Earlier>,
    /// Rows and messages that would leave.
    pub to_send: u64,
    pub messages: u64,
    /// `key`, or `key_and_content`: see `ledger` of a new job.
    #[schema(value_type = String)]
    pub ledger: LedgerRule,
    /// A name that was not used yet.
    pub unused_name: String,
    /// The open mailing that sends the same list, where no name was chosen: its name.
    pub being_sent: Option<String>,
    pub comparison: Comparison,
}

/// What runs now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Accepted {
    pub job: Job,
    pub token: String,
    /// rows, rows_good, messages, recipients, bytes_estimate, problems.
    #[schema(value_type = Object)]
    pub report: Value,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Checked {
    #[schema(value_type = Object)]
    pub report: Value,
    /// Rows that would leave: the good ones that were not sent before.
    pub to_send: u64,
    /// What has to be said before it is sent: `new_or_complete`, `changed`, or nothing.
    pub needs: Option<String>,
    pub comparison: Comparison,
}
