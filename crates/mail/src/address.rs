//! Mail addresses.

use serde::{Deserialize, Serialize};

/// One address with the name shown beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mailbox {
    pub name: Option<String>,
    /// `local@domain`, checked, the domain in lower case.
    pub address: String,
}
