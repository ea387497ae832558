//! The slots of a run: each takes a message at a time, and whatever happens to it, every item gets an end.

use crate::{Attempted, Ended, Run, queue::Queue, shared::lost_verdict};
use futures_util::FutureExt;
use model::{Clock, JobId};
use std::{panic::AssertUnwindSafe, sync::Arc};
use store::{ClaimedItem, Item};
use tokio::sync::mpsc;

/// Works until the queue is closed. An attempt that panics leaves its items unknown, and its connection is given up
/// for a new one: what state it is in cannot be told.
pub(crate) async fn work(
    job: JobId,
    queue: Arc<Queue>,
    run: Arc<dyn Run>,
    clock: Clock,
    outcomes: mpsc::UnboundedSender<Vec<Attempted>>,
) {
    let mut slot = run.slot();
    while let Some(message) = queue.pop().await {
        let (held, started_at) = (message.clone(), clock.now());
        let ended = AssertUnwindSafe(slot.attempt(message)).catch_unwind().await;
        let took = clock.now().since(started_at);
        let lost = |item: ClaimedItem| {
            let trace = run.lost(&as_item(job, &item));
            Attempted { item, ended: Ended::Unknown(lost_verdict()), trace, started_at, took }
        };
        let panicked = ended.is_err();
        if panicked {
            tracing::error!(job = %job, items = held.len(), "an attempt ended by a defect; its items are unknown");
        }
        if outcomes.send(one_each(job, held, ended.unwrap_or_default(), lost)).is_err() {
            break;
        }
        if panicked {
            slot = run.slot();
        }
    }
    slot.close().await;
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
