//! What goes over HTTP, as types: requests, answers and problems, a file for each feature. The server reads and writes
//! them, the command line and tests read and write the other side, and the description of the API is made of them. A field
//! is added here once; nobody looks it up in JSON by its name.
//!
//! Answers take any further field, so that a program reads those of a newer server; requests refuse what they do not know,
//! so that a misspelt field is told. Times are RFC 3339 in UTC.

pub mod accounts;
pub mod alerts;
pub mod celery;
pub mod checks;
pub mod diagnoses;
pub mod feedback;
pub mod health;
pub mod issues;
pub mod items;
pub mod jobs;
pub mod ledger;
pub mod logs;
pub mod mailings;
pub mod messages;
pub mod outcomes;
pub mod performance;
pub mod problem;
pub mod projects;
pub mod releases;
pub mod report;
pub mod runs;
pub mod schedules;
pub mod syncs;
pub mod tokens;
pub mod traces;
pub mod users;
pub mod webhooks;
pub mod workers;

use serde::{Deserialize, Deserializer};

/// A text, or an integer, which is taken for its digits: programs name their users either way.
///
/// # Errors
/// When it is neither.
fn text_or_integer<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "expected a text or an integer")]
    enum Given {
        Text(String),
        Integer(i64),
        Large(u64),
    }
    let given = <Option<Given> as Deserialize>::deserialize(from)?;
    Ok(given.map(|given| match given {
        Given::Text(text) => text,
        Given::Integer(number) => number.to_string(),
        Given::Large(number) => number.to_string(),
    }))
}
