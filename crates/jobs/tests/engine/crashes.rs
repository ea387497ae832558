//! A process that is gone from one moment to the next, and the one that comes after it.

use crate::{
    script::Act,
    stage::{Stage, counters, on_sqlite},
};
use jobs::{Ready, Verified};
use model::{Fault, ItemState, JobState, OnUnknown, Verdict};
use std::time::Duration;
use store::{NewItem, NewJob, Reason, TraceFilter};

/// Crashes after a number of turns of everybody, so that each step between claim and record is hit.
#[tokio::test]
async fn at_any_point_nobody_is_missing_and_nobody_is_done_twice() {
    on_sqlite(|stage| async move {
        stage.script.slots(2, 4);
        for turns in 0..60 {
            let id = stage.enqueue(12, OnUnknown::Hold, None).await;
            stage.start().await;
            for _ in 0..turns {
                tokio::task::yield_now().await;
                tokio::time::sleep(Duration::from_micros(50)).await;
            }
            stage.crash().await;
            let before = stage.script.calls().len();
            let ready = stage.start().await;
            assert!(ready.unknown <= 2, "one for each slot: {ready:?}");
            let job = stage.done(id).await;
            let counters = stage.assert_consistent(id).await;
            assert_eq!((counters.processed(), job.state), (12, JobState::Completed));
            assert!(counters.unknown <= 2, "{counters:?}");
            assert!(stage.script.calls().len() >= before);
            let effects = std::mem::take(&mut *stage.script.effects.lock().unwrap());
            assert!(effects.values().all(|times| *times == 1), "done twice: {effects:?}");
            let done = effects.len() as u64;
            assert!(
                (counters.succeeded..=counters.succeeded + counters.unknown).contains(&done),
                "{counters:?} {done}"
            );
            stage.crash().await;
        }
        let once = stage.script.calls();
        assert!(once.iter().all(|call| call.attempt == 1), "nothing unknown is tried again");
    })
    .await;
}

/// Three connections, of which one is in the middle of its message, and two wait for their server's greeting.
#[tokio::test]
async fn what_was_claimed_and_not_declared_was_not_tried() {
    on_sqlite(|stage| async move {
        stage.script.slots(3, 1);
        stage.script.declares_itself();
        stage.script.plan(1, [Act::Greet]);
        stage.script.plan(2, [Act::Block]);
        stage.script.plan(3, [Act::Greet]);
        let id = stage.enqueue(5, OnUnknown::Hold, None).await;
        stage.start().await;
        stage.until(id, |job| job.counters.running == 3).await;
        stage.quiet(id).await;
        stage.crash().await;
        let ready = stage.start().await;
        assert_eq!((ready.unknown, ready.not_begun, ready.requeued, ready.recorded), (1, 2, 0, 0));
        assert_eq!(stage.done(id).await.counters, counters(4, 0, 1, 0));
        assert_eq!(stage.db.item(id, 2).await.unwrap().unwrap().state, ItemState::Unknown);
        assert_eq!(stage.db.item(id, 3).await.unwrap().unwrap().attempts, 1, "the one before does not count");
        assert!(stage.script.effects().values().all(|times| *times == 1));
    })
    .await;
}

async fn crashed_in_flight(stage: &Stage, policy: OnUnknown) -> (model::JobId, Ready) {
    stage.script.slots(3, 1);
    for seq in [1, 2, 3] {
        stage.script.plan(seq, [Act::Block]);
    }
    let id = stage.enqueue(3, policy, None).await;
    stage.start().await;
    stage.until(id, |job| job.counters.running == 3).await;
    stage.quiet(id).await;
    stage.crash().await;
    (id, stage.start().await)
}

#[tokio::test]
async fn held_items_are_unknown_and_the_end_is_told_once() {
    on_sqlite(|stage| async move {
        let (id, ready) = crashed_in_flight(&stage, OnUnknown::Hold).await;
        assert_eq!((ready.unknown, ready.requeued), (3, 0));
        assert_eq!(stage.done(id).await.counters, counters(0, 0, 3, 0));
        stage.quiet(id).await;
        let told = stage.script.moments();
        assert_eq!(told[told.len() - 2..], ["lost 3".to_owned(), "completed".to_owned()], "{told:?}");
        let filter = TraceFilter { job: Some(id), limit: 10, ..TraceFilter::default() };
        let traces = stage.db.traces(&filter).await.unwrap().rows;
        assert_eq!(traces.len(), 3);
        for trace in traces {
            assert!(trace.trace_name.ends_with(" of the kind's own") && trace.errors, "{trace:?}");
            assert!(trace.comment.ends_with(" by no account"), "{trace:?}");
        }
    })
    .await;
}

/// They failed before the run began: its log tells of each, in the order of the list, before any attempt's.
#[tokio::test]
async fn what_was_refused_when_it_was_brought_is_told_once() {
    on_sqlite(|stage| async move {
        let wrong = |seq: i64| NewItem {
            content: String::new(),
            seq,
            message_no: seq,
            ledger_key: None,
            label: format!("line {seq}"),
            payload: "{}".to_owned(),
            verdict: Some(Verdict::permanent("invalid_row", Fault::Content)),
        };
        let id = stage.enqueue_with(2, vec![wrong(3), wrong(4)], OnUnknown::Hold, None).await;
        stage.start().await;
        assert_eq!(stage.done(id).await.counters, counters(2, 2, 0, 0));
        stage.quiet(id).await;
        let told = stage.script.moments();
        assert_eq!(told[..3], ["started", "refused 3 as 1", "refused 4 as 2"].map(str::to_owned), "{told:?}");
        assert_eq!(told.len(), 6, "{told:?}");
    })
    .await;
}

#[tokio::test]
async fn repeatable_items_are_done_again() {
    on_sqlite(|stage| async move {
        let (id, ready) = crashed_in_flight(&stage, OnUnknown::Repeat).await;
        assert_eq!((ready.unknown, ready.requeued), (0, 3));
        assert_eq!(stage.done(id).await.counters, counters(3, 0, 0, 0));
        assert_eq!(stage.script.calls().len(), 6);
    })
    .await;
}

/// They were the last ones: no run is left that could ask.
#[tokio::test]
async fn the_last_items_are_verified_too() {
    on_sqlite(|stage| async move {
        let sent = Verified::Sent { comment: "there".into() };
        let not_sent = Verified::NotSent { comment: "not there".into() };
        stage.script.verified.lock().unwrap().extend([(1, sent), (2, not_sent)]);
        let (id, ready) = crashed_in_flight(&stage, OnUnknown::Verify).await;
        assert_eq!(ready.unknown, 3);
        stage.until(id, |job| job.state.is_final() && job.counters == counters(2, 0, 1, 0)).await;
        stage.quiet(id).await;
        let told = stage.script.moments();
        assert_eq!(told.iter().filter(|told| *told == "completed").count(), 1, "{told:?}");
    })
    .await;
}

#[tokio::test]
async fn what_was_not_enqueued_to_its_end_never_begins() {
    on_sqlite(|stage| async move {
        let id = stage.enqueue(1, OnUnknown::Hold, None).await;
        let job = stage.job(id).await;
        let half = model::JobId(uuid::Uuid::from_u128(7));
        let new = NewJob {
            id: half,
            kind: job.kind,
            name: job.name,
            on_unknown: job.on_unknown,
            account: None,
            application_name: String::new(),
            flow_name: String::new(),
            created_by: String::new(),
            task_type: String::new(),
            task_id: String::new(),
            spec: "{}".into(),
            limits: model::pace::Limits::default(),
            state: JobState::Preparing,
            total: 0,
            ledger: store::LedgerMatch::None,
            authority: model::Authority::Write,
        };
        stage.db.create_job(new, stage.clock.now()).await.unwrap();
        assert_eq!(stage.start().await.unprepared, [half]);
        let job = stage.job(half).await;
        assert_eq!((job.state, job.reason.unwrap().code), (JobState::Failed, "not_started".to_owned()));
        stage.done(id).await;
    })
    .await;
}

#[tokio::test]
async fn a_pause_outlives_the_process() {
    on_sqlite(|stage| async move {
        let id = stage.enqueue(5, OnUnknown::Hold, None).await;
        let until = stage.clock.now() + Duration::from_secs(60);
        stage.db.pause_job(id, Reason::new("x", ""), Some(until), stage.clock.now()).await.unwrap();
        stage.start().await;
        stage.crash().await;
        stage.start().await;
        stage.advance(id, Duration::from_secs(59)).await;
        assert_eq!(stage.job(id).await.state, JobState::Paused);
        stage.advance(id, Duration::from_secs(2)).await;
        assert_eq!(stage.done(id).await.counters, counters(5, 0, 0, 0));
    })
    .await;
}

#[tokio::test]
async fn a_process_that_died_is_not_shown_alive() {
    on_sqlite(|stage| async move {
        stage.start().await;
        stage.crash().await;
        stage.clock.advance(Duration::from_secs(1));
        stage.start().await;
        let workers = stage.db.workers(stage.clock.now()).await.unwrap();
        let engines: Vec<_> = workers.iter().filter(|worker| worker.name == "engine").collect();
        let ends: Vec<_> = engines.iter().map(|worker| worker.ended_at).collect();
        assert_eq!(ends, [Some(stage.clock.now()), None], "only the one that runs is alive: {engines:?}");
    })
    .await;
}
