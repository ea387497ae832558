//! What was refused when it was brought is told once, by the run that begins.

use super::Runner;
use crate::Moment;
use model::ItemState;
use store::ItemFilter;

/// Items read at once.
const PAGE: u32 = 500;

impl Runner {
    /// Tells of what was refused when it was brought: the first of the run's failures.
    pub(super) async fn tell_refused(&self) {
        let mut filter = ItemFilter { states: vec![ItemState::Failed], limit: PAGE, ..ItemFilter::default() };
        let mut number = 0;
        loop {
            let found = match self.shared.db.items(self.job.id, &filter).await {
                Ok(found) => found,
                Err(error) => {
                    tracing::warn!(job = %self.job.id, %error, "could not tell which items were refused");
                    return;
                }
            };
            let now = self.shared.clock.now();
            let mut records = Vec::new();
            // Others have failed by an attempt since the run began, and are told of by it.
            for item in found.rows.iter().filter(|item| item.attempts == 0) {
                number += 1;
                records.extend(self.run.log(now, &Moment::Refused { job: &self.job, item, number }));
            }
            self.shared.keep(&self.job, records).await;
            let Some(next) = found.next else { return };
            filter.after = next;
        }
    }
}
