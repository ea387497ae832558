//! Stopping in order.

use crate::{
    script::Act,
    stage::{Stage, counters, on_both},
};
use jobs::Ready;
use model::{JobState, OnUnknown};
use std::time::Duration;

on_both![what_is_in_flight_is_finished, a_stuck_slot_is_given_up, what_waits_for_a_greeting_was_not_sent];

async fn what_is_in_flight_is_finished(stage: Stage) {
    stage.script.slots(3, 4);
    stage.script.always(Act::Block);
    let id = stage.enqueue(10, OnUnknown::Hold, None).await;
    stage.start().await;
    stage.until(id, |job| job.counters.running == 3).await;
    stage.quiet(id).await;
    let script = std::sync::Arc::clone(&stage.script);
    let opened = tokio::spawn(async move {
        tokio::task::yield_now().await;
        script.open();
    });
    assert!(stage.stop(Duration::from_secs(20)).await);
    opened.await.unwrap();
    let job = stage.job(id).await;
    assert_eq!((job.state, job.counters.succeeded, job.counters.running), (JobState::Running, 3, 0));
    assert_eq!(stage.start().await, Ready::default(), "nothing was lost");
    assert_eq!(stage.done(id).await.counters, counters(10, 0, 0, 0));
    assert_eq!(stage.script.calls().len(), 10);
}

async fn a_stuck_slot_is_given_up(mut stage: Stage) {
    // On PostgreSQL the next engine waits for the lease of the one before.
    stage.lease = Duration::from_millis(300);
    stage.script.slots(2, 1);
    stage.script.plan(1, [Act::Block]);
    let id = stage.enqueue(5, OnUnknown::Hold, None).await;
    stage.start().await;
    stage.until(id, |job| job.counters.succeeded == 4).await;
    assert!(!stage.stop(Duration::from_millis(50)).await);
    assert_eq!(stage.job(id).await.counters.running, 1);
    stage.start().await;
    assert_eq!(stage.done(id).await.counters, counters(4, 0, 1, 0));
    stage.quiet(id).await;
    let moments = stage.script.moments();
    assert_eq!(moments.iter().filter(|told| *told == "completed").count(), 1, "{moments:?}");
}

/// Whatever hangs before the intent is declared is queued again, and nobody is left to wonder.
async fn what_waits_for_a_greeting_was_not_sent(stage: Stage) {
    stage.script.slots(2, 1);
    stage.script.declares_itself();
    stage.script.plan(1, [Act::Greet]);
    let id = stage.enqueue(2, OnUnknown::Hold, None).await;
    stage.start().await;
    stage.until(id, |job| job.counters.succeeded == 1).await;
    assert!(stage.stop(Duration::from_secs(20)).await, "it does not wait for the server");
    let job = stage.job(id).await;
    assert_eq!((job.state, job.counters.queued, job.counters.running), (JobState::Running, 1, 0));
    assert_eq!(stage.db.item(id, 1).await.unwrap().unwrap().attempts, 0);
    assert_eq!(stage.start().await, Ready::default(), "nothing was lost");
    assert_eq!(stage.done(id).await.counters, counters(2, 0, 0, 0));
    assert_eq!(stage.script.effects().get(&1), Some(&1));
}
