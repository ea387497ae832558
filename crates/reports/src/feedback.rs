//! Feedback finds its issue: as soon as the event that it is about is known, by the event's group.

use crate::{Error, Reports};
use errors::grouping;
use std::{collections::HashMap, time::Duration};

/// How long the event is waited for.
const WAITED_FOR: Duration = Duration::from_secs(86_400);
/// Looked for at a time.
const AT_ONCE: u32 = 50;

impl Reports {
    /// Looks for the events of what was said lately. Returns how many of them were found.
    ///
    /// # Errors
    /// When the database or the store cannot be asked.
    pub async fn place_feedback(&self) -> Result<u64, Error> {
        let waiting = self.0.db.unplaced_feedback(self.0.clock.now() - WAITED_FOR, AT_ONCE).await?;
        if waiting.is_empty() {
            return Ok(0);
        }
        let slugs: HashMap<_, _> =
            self.0.db.projects().await?.into_iter().map(|project| (project.id, project.slug)).collect();
        let mut placed = 0;
        for said in waiting {
            let (Some(slug), Some(event)) = (slugs.get(&said.project), said.event) else { continue };
            let Some(found) = self.event(slug, event).await? else { continue };
            if let Some(hash) = grouping::group(&found.event).hashes.first() {
                self.0.db.place_feedback(said.no, hash.to_string()).await?;
                placed += 1;
            }
        }
        Ok(placed)
    }
}
