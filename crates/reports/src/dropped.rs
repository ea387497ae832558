//! What was not kept, beside each other: dropped by clients before it left them, and here.

use crate::{Error, Reports};
use errors::client_reports::DroppedByClient;
use model::Timestamp;
use store::{DropSide, DroppedItems, ProjectId};

/// Reasons that clients name; what else they write counts as `other`.
pub const CLIENT_REASONS: [&str; 13] = [
    "ratelimit_backoff",
    "network_error",
    "send_error",
    "sample_rate",
    "before_send",
    "event_processor",
    "queue_overflow",
    "cache_overflow",
    "buffer_overflow",
    "backpressure",
    "insufficient_data",
    "internal_sdk_error",
    "too_large",
];

/// Categories that clients name; what else they write counts as `default`.
const CATEGORIES: [&str; 17] = [
    "error",
    "transaction",
    "span",
    "session",
    "attachment",
    "monitor",
    "feedback",
    "security",
    "log_item",
    "log_byte",
    "trace_metric",
    "trace_metric_byte",
    "replay",
    "profile",
    "profile_chunk",
    "profile_chunk_ui",
    "internal",
];

/// What clients dropped, under names of which there are few.
pub(crate) fn by_client(dropped: Vec<DroppedByClient>) -> impl Iterator<Item = DroppedItems> {
    let known = |names: &[&'static str], name: &str, other: &'static str| {
        names.iter().find(|known| **known == name).copied().unwrap_or(other).to_owned()
    };
    dropped.into_iter().map(move |one| DroppedItems {
        side: DropSide::Client,
        category: known(&CATEGORIES, &one.category, "default"),
        reason: known(&CLIENT_REASONS, &one.reason, "other"),
        count: one.quantity,
    })
}

impl Reports {
    /// What was not kept of a project since then, what is most first.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn dropped(&self, project: ProjectId, since: Timestamp) -> Result<Vec<DroppedItems>, Error> {
        self.write_dropped().await?;
        Ok(self.0.db.dropped(project, since).await?)
    }

    /// Writes down what was dropped here since the last time. Floods are what is dropped: so it is not written one by one.
    pub(crate) async fn write_dropped(&self) -> Result<(), Error> {
        let dropped = self.0.projects.take_dropped();
        if dropped.is_empty() {
            return Ok(());
        }
        let rows = dropped.iter().map(|((project, category, why), count)| {
            let (category, reason) = ((*category).to_owned(), why.as_str().to_owned());
            (*project, DroppedItems { side: DropSide::Server, category, reason, count: *count })
        });
        let written = self.0.db.count_dropped(rows.collect(), self.0.clock.now()).await;
        if written.is_err() {
            for ((project, category, why), count) in dropped {
                self.0.projects.count_dropped(project, category, why, count);
            }
        }
        Ok(written?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_clients_are_few() {
        let one = |reason: &str, category: &str| DroppedByClient {
            reason: reason.into(),
            category: category.into(),
            quantity: 2,
        };
        let told = by_client(vec![one("sample_rate", "span"), one("x".repeat(99).as_str(), "<script>")]);
        let told: Vec<_> = told.map(|one| format!("{} {} {}", one.category, one.reason, one.count)).collect();
        assert_eq!(told, ["span sample_rate 2", "default other 2"]);
    }
}
