//! What clients have dropped before it left them, and why.

use crate::{
    document::{self, Told},
    event::NAME_CHARS_MAX,
    fields::{Fields, Keep},
    json::NotJson,
    scrubbing::Scrubbing,
};
use serde::Serialize;

/// Counts of one report.
const COUNTS_MAX: usize = 200;

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DroppedByClient {
    /// `ratelimit_backoff`, `sample_rate`, `queue_overflow`, `before_send`…
    pub reason: String,
    /// `error`, `transaction`, `span`…
    pub category: String,
    pub quantity: u64,
}

/// Reads an item of the kind `client_report`.
///
/// # Errors
/// When the bytes are no JSON.
pub fn read(bytes: &[u8], scrubbing: &Scrubbing) -> Result<Told<Vec<DroppedByClient>>, NotJson> {
    document::one("the client report", bytes, scrubbing, |mut fields| {
        let lists = ["discarded_events", "rate_limited_events", "filtered_events", "filtered_sampling_events"];
        lists.into_iter().flat_map(|list| fields.list(list, Keep::First(COUNTS_MAX), dropped)).collect()
    })
}

fn dropped(mut fields: Fields<'_>) -> Option<DroppedByClient> {
    Some(DroppedByClient {
        reason: fields.text("reason", NAME_CHARS_MAX)?,
        category: fields.text("category", NAME_CHARS_MAX)?,
        quantity: fields.integer("quantity").filter(|quantity| *quantity > 0)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_read_and_zeros_are_none() {
        let text = r#"{"timestamp":1,"discarded_events":[{"reason":"sample_rate","category":"transaction","quantity":3},
            {"reason":"x","category":"error","quantity":0}]}"#;
        let dropped = read(text.as_bytes(), &Scrubbing::default()).unwrap().what;
        let expected =
            DroppedByClient { reason: "sample_rate".to_owned(), category: "transaction".to_owned(), quantity: 3 };
        assert_eq!(dropped, [expected]);
    }
}
