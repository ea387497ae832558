//! The slots of a run: each takes a message at a time, and whatever happens to it, every item gets an end.

use crate::{
    Attempted, Declares, Ended, Intent, Run,
    queue::Queue,
    shared::{Shared, lost_verdict},
};
use futures_util::FutureExt;
use model::JobId;
use std::{panic::AssertUnwindSafe, sync::Arc};
use store::{ClaimedItem, Item};
use tokio::sync::{mpsc, oneshot, watch};

/// What a slot hands back of a message.
pub(crate) struct Batch {
    pub(crate) attempted: Vec<Attempted>,
    /// Nothing of these has left: the program stops, or their intent could not be written down.
    pub(crate) withdrawn: Vec<ClaimedItem>,
    /// Told once the ends are recorded.
    pub(crate) recorded: oneshot::Sender<()>,
}

/// What the slots of a run have in common.
#[derive(Clone)]
pub(crate) struct Floor {
    pub(crate) shared: Arc<Shared>,
    pub(crate) job: JobId,
    pub(crate) worker: i64,
    pub(crate) queue: Arc<Queue>,
    pub(crate) run: Arc<dyn Run>,
    pub(crate) declares: Declares,
    pub(crate) outcomes: mpsc::UnboundedSender<Batch>,
}

/// Works until the queue is closed. An attempt that panics leaves its items unknown, and its connection is given up
/// for a new one: what state it is in cannot be told.
pub(crate) async fn work(floor: Floor) {
    let Floor { shared, job, worker, queue, run, declares, outcomes } = floor;
    let mut slot = run.slot();
    let mut before = None;
    let mut cut = shared.cut.subscribe();
    while let Some(message) = queue.pop().await {
        let (held, started_at) = (message.clone(), shared.clock.now());
        let intent = match declares {
            Declares::Nothing => Intent::free(),
            _ => Intent::of(&shared, job, worker, &message, before.take()),
        };
        let attempt = async {
            if declares == Declares::First && intent.declare().await.is_err() {
                return Vec::new();
            }
            slot.attempt(message, &intent).await
        };
        let ended = tokio::select! {
            biased;
            ended = AssertUnwindSafe(attempt).catch_unwind() => (!intent.is_not_kept()).then_some(ended),
            () = withdrawn(&mut cut, &intent) => None,
        };
        let (recorded, wait) = oneshot::channel();
        let Some(ended) = ended else {
            // What the slot was at cannot be told: its connection goes with it.
            slot = run.slot();
            let _ = outcomes.send(Batch { attempted: Vec::new(), withdrawn: held, recorded });
            continue;
        };
        let took = shared.clock.now().since(started_at);
        let lost = |item: ClaimedItem| {
            let trace = run.lost(&as_item(job, &item));
            Attempted { item, ended: Ended::Unknown(lost_verdict()), trace, started_at, took }
        };
        let panicked = ended.is_err();
        if panicked {
            tracing::error!(job = %job, items = held.len(), "an attempt ended by a defect; its items are unknown");
        }
        let attempted = one_each(job, held, ended.unwrap_or_default(), lost);
        intent.ended(&attempted);
        before = (!shared.db.keeps_ends()).then_some(wait);
        if outcomes.send(Batch { attempted, withdrawn: Vec::new(), recorded }).is_err() {
            break;
        }
        if panicked {
            slot = run.slot();
        }
    }
    slot.close().await;
}

/// Ends when the program stops and `intent` was not declared until then.
async fn withdrawn(cut: &mut watch::Receiver<bool>, intent: &Intent) {
    // The sender lives as long as the engine.
    if cut.wait_for(|cut| *cut).await.is_err() || !intent.withdraw() {
        std::future::pending::<()>().await;
    }
}

/// Exactly one entry for each item that was handed out, whatever came back.
fn one_each(
    job: JobId,
    held: Vec<ClaimedItem>,
    mut attempted: Vec<Attempted>,
    lost: impl Fn(ClaimedItem) -> Attempted,
) -> Vec<Attempted> {
    let in_order = held.iter().map(|item| item.seq).eq(attempted.iter().map(|attempt| attempt.item.seq));
    if in_order {
        return attempted;
    }
    let mut left = held;
    attempted.retain(|attempt| match left.iter().position(|item| item.seq == attempt.item.seq) {
        Some(place) => {
            left.remove(place);
            true
        }
        None => false,
    });
    if !left.is_empty() {
        tracing::error!(job = %job, items = left.len(), "an attempt said nothing of some items; they are unknown");
    }
    attempted.extend(left.into_iter().map(lost));
    attempted
}

fn as_item(job: JobId, item: &ClaimedItem) -> Item {
    Item {
        job,
        seq: item.seq,
        message_no: item.message_no,
        state: model::ItemState::Unknown,
        attempts: item.attempt,
        not_before: model::Timestamp::EPOCH,
        finished_at: None,
        label: item.label.clone(),
        verdict: Some(lost_verdict()),
        detail: String::new(),
        effect: item.effect.clone(),
        payload: item.payload.clone(),
    }
}
