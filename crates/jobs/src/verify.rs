//! Under the policy `verify`: asks the outside service what became of the unknown items, and settles them.

use crate::{
    Run, TraceText,
    handler::{VERIFIED_AT_ONCE_MAX, Verified},
    shared::Shared,
};
use model::{ItemState, OnUnknown};
use store::{Item, ItemFilter, Job, Trace};

impl Shared {
    /// Asks for the unknown items, many at once; returns the job as it stands then. What cannot be asked now stays unknown.
    pub(crate) async fn verify_unknown(&self, run: &dyn Run, mut job: Job) -> Job {
        if job.on_unknown != OnUnknown::Verify || job.counters.unknown == 0 {
            return job;
        }
        let states = vec![ItemState::Unknown];
        let mut filter = ItemFilter { states, limit: VERIFIED_AT_ONCE_MAX, ..ItemFilter::default() };
        loop {
            let page = match self.db.items(job.id, &filter).await {
                Ok(page) => page,
                Err(error) => {
                    tracing::warn!(job = %job.id, %error, "could not list the unknown items");
                    return job;
                }
            };
            let verified = run.verify(&page.rows).await;
            let (mut sent, mut not_sent) = (Vec::new(), Vec::new());
            for (item, verified) in page.rows.iter().zip(verified) {
                match verified {
                    Some(Verified::Sent { comment }) => sent.push((item, comment)),
                    Some(Verified::NotSent { comment }) => not_sent.push((item, comment)),
                    None => {}
                }
            }
            job = self.settle_verified(run, job, ItemState::Succeeded, sent).await;
            job = self.settle_verified(run, job, ItemState::Queued, not_sent).await;
            match page.next {
                Some(after) => filter.after = after,
                None => return job,
            }
        }
    }

    async fn settle_verified(&self, run: &dyn Run, job: Job, state: ItemState, items: Vec<(&Item, String)>) -> Job {
        if items.is_empty() {
            return job;
        }
        let seqs = items.iter().map(|(item, _)| item.seq).collect();
        let trace = |(item, comment): (&Item, String)| {
            let text = TraceText { comment, ..run.lost(item) };
            Trace { seq: Some(item.seq), attempt: item.attempts, outcome: Some(state), ..self.trace(&job, text) }
        };
        let traces = items.into_iter().map(trace).collect();
        match self.db.settle_unknown(job.id, seqs, state, traces, self.clock.now()).await {
            Ok((job, _)) => {
                self.hub.publish(&job);
                job
            }
            Err(error) => {
                tracing::warn!(job = %job.id, %state, %error, "could not settle verified items");
                job
            }
        }
    }
}
