//! Under the policy `verify`: asks the outside service what became of the unknown items, and settles them.

use crate::{Run, TraceText, handler::Verified, shared::Shared};
use model::{ItemState, OnUnknown};
use store::{Item, ItemFilter, Job, Trace};

impl Shared {
    /// Asks for each unknown item; returns the job as it stands then. What cannot be asked now stays unknown.
    pub(crate) async fn verify_unknown(&self, run: &dyn Run, mut job: Job) -> Job {
        if job.on_unknown != OnUnknown::Verify || job.counters.unknown == 0 {
            return job;
        }
        let mut filter = ItemFilter { states: vec![ItemState::Unknown], limit: 100, ..ItemFilter::default() };
        loop {
            let page = match self.db.items(job.id, &filter).await {
                Ok(page) => page,
                Err(error) => {
                    tracing::warn!(job = %job.id, %error, "could not list the unknown items");
                    return job;
                }
            };
            for item in &page.rows {
                if let Some(verified) = run.verify(item).await {
                    job = self.settle_verified(run, job, item, verified).await;
                }
            }
            match page.next {
                Some(after) => filter.after = after,
                None => return job,
            }
        }
    }

    async fn settle_verified(&self, run: &dyn Run, job: Job, item: &Item, verified: Verified) -> Job {
        let (state, comment) = match verified {
            Verified::Sent { comment } => (ItemState::Succeeded, comment),
            Verified::NotSent { comment } => (ItemState::Queued, comment),
        };
        let text = TraceText { comment, ..run.lost(item) };
        let trace =
            Trace { seq: Some(item.seq), attempt: item.attempts, outcome: Some(state), ..self.trace(&job, text) };
        match self.db.settle_unknown(job.id, vec![item.seq], state, vec![trace], self.clock.now()).await {
            Ok((job, _)) => {
                self.hub.publish(&job);
                job
            }
            Err(error) => {
                tracing::warn!(job = %job.id, seq = item.seq, %error, "could not settle an item");
                job
            }
        }
    }
}
