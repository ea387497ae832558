//! Limits, to the microsecond of a clock that the test moves, and a clock that jumps.

use crate::{
    script::{Act, put_off},
    stage::{NOW, Stage, counters, on_both, on_sqlite},
};
use model::{
    Fault, JobState, OnUnknown, Timestamp,
    pace::{Batch, Limits},
};
use std::time::Duration;

on_both![
    sixty_a_minute,
    a_batch_and_its_pause,
    the_time_left_has_the_pauses_in_it,
    the_daily_limit_shows_as_a_pause,
    a_raised_daily_limit_sets_the_run_going,
    a_clock_set_back_or_forward
];

fn at(stage: &Stage) -> Vec<Timestamp> {
    stage.script.calls().iter().map(|call| call.at).collect()
}

/// To the microsecond on SQLite, whose writer tells when everything asked for is done. On PostgreSQL a test cannot know
/// that nothing is under way, and may move the clock a step early: then nothing may come sooner.
fn assert_times(stage: &Stage, expected: &[Timestamp]) {
    let times = at(stage);
    if !stage.db.is_postgres() {
        assert_eq!(times, expected);
    }
    assert_eq!(times.len(), expected.len());
    assert!(times.iter().zip(expected).all(|(at, least)| at >= least), "{times:?}, not sooner than {expected:?}");
}

async fn sixty_a_minute(stage: Stage) {
    let account = stage.account(Limits { per_minute: Some(60), ..Limits::default() }).await;
    let id = stage.enqueue(25, OnUnknown::Hold, Some(account)).await;
    stage.start().await;
    stage.advance_until(id, |job| job.state.is_final()).await;
    let expected: Vec<_> = (0..25).map(|second| NOW + Duration::from_secs(second)).collect();
    assert_times(&stage, &expected);
}

async fn a_batch_and_its_pause(stage: Stage) {
    stage.script.slots(4, 8);
    stage.script.always(Act::Take(Duration::from_secs(2)));
    let batch = Batch { size: 6, pause: Duration::from_secs(10) };
    let account = stage.account(Limits { batch: Some(batch), ..Limits::default() }).await;
    let id = stage.enqueue(14, OnUnknown::Hold, Some(account)).await;
    stage.start().await;
    stage.advance_until(id, |job| job.state.is_final()).await;
    // Four slots: 4 at once, 2 more two seconds later, all done at 4 s, the next batch 10 s after that.
    let mut expected = Vec::new();
    for (first, count) in [(0, 6), (14, 6), (28, 2)] {
        expected.extend((0..count).map(|n| NOW + Duration::from_secs(first + if n < 4 { 0 } else { 2 })));
    }
    assert_times(&stage, &expected);
}

async fn the_time_left_has_the_pauses_in_it(stage: Stage) {
    stage.script.slots(4, 8);
    let batch = Batch { size: 6, pause: Duration::from_secs(100) };
    let account = stage.account(Limits { batch: Some(batch), ..Limits::default() }).await;
    let id = stage.enqueue(20, OnUnknown::Hold, Some(account)).await;
    let seen = stage.watch(id).await;
    stage.start().await;
    stage.advance_until(id, |job| job.state.is_final()).await;
    let told = |processed: u64| {
        let seen = seen.lock().unwrap();
        let last = seen.iter().rfind(|progress| progress.processed == processed && progress.eta_seconds.is_some());
        last.and_then(|progress| progress.eta_seconds).unwrap_or_else(|| panic!("{processed}: {seen:?}"))
    };
    // 14 are left, in two batches and a bit; then 8, then 2.
    assert!((200..300).contains(&told(6)) && (100..200).contains(&told(12)), "{} {}", told(6), told(12));
}

async fn the_daily_limit_shows_as_a_pause(stage: Stage) {
    let account = stage.account(Limits { daily: Some(3), ..Limits::default() }).await;
    let id = stage.enqueue(5, OnUnknown::Hold, Some(account)).await;
    stage.start().await;
    let job = stage.until(id, |job| job.state == JobState::Paused).await;
    assert_eq!((job.counters.succeeded, job.reason.unwrap().code), (3, "daily_limit".to_owned()));
    let resumes = job.resumes_at.unwrap().since(NOW);
    assert!((86_400..=86_700).contains(&resumes.as_secs()), "{resumes:?}");
    stage.advance(id, resumes - Duration::from_secs(1)).await;
    assert_eq!(stage.job(id).await.counters.succeeded, 3);
    stage.advance(id, Duration::from_secs(2)).await;
    assert_eq!(stage.done(id).await.counters, counters(5, 0, 0, 0));
}

async fn a_raised_daily_limit_sets_the_run_going(stage: Stage) {
    let account = stage.account(Limits { daily: Some(3), ..Limits::default() }).await;
    let id = stage.enqueue(9, OnUnknown::Hold, Some(account)).await;
    stage.start().await;
    stage.until(id, |job| job.state == JobState::Paused).await;
    let limited = async |daily, done| {
        let account = stage.db.account(account).await.unwrap().unwrap();
        let limits = Limits { daily, ..Limits::default() };
        stage.db.save_account(store::Account { limits, ..account }, stage.clock.now()).await.unwrap();
        stage.wake_all();
        stage.until(id, |job| job.counters.succeeded == done && job.state != JobState::Running).await
    };
    let job = limited(Some(5), 5).await;
    assert!(
        job.state == JobState::Paused && job.resumes_at > Some(stage.clock.now()),
        "held by the new limit: {job:?}"
    );
    assert_eq!(limited(None, 9).await.state, JobState::Completed);
}

async fn a_clock_set_back_or_forward(stage: Stage) {
    let account = stage.account(Limits { per_minute: Some(60), ..Limits::default() }).await;
    let id = stage.enqueue(9, OnUnknown::Hold, Some(account)).await;
    let seen = stage.watch(id).await;
    stage.start().await;
    stage.advance_until(id, |job| job.counters.succeeded == 3).await;
    let back = stage.clock.now() - Duration::from_secs(3600);
    stage.clock.set(back);
    stage.advance_until(id, |job| job.counters.succeeded == 6).await;
    let took = stage.clock.now().since(back);
    assert!(took <= Duration::from_secs(6), "three more at one a second took {took:?}");
    stage.clock.advance(Duration::from_secs(7200));
    let forward = stage.clock.now();
    stage.advance_until(id, |job| job.state.is_final()).await;
    let took = stage.clock.now().since(forward);
    assert!((2..=5).contains(&took.as_secs()), "no burst for the hours that were skipped: {took:?}");
    let seen = seen.lock().unwrap();
    assert!(seen.windows(2).all(|pair| pair[0].version <= pair[1].version && pair[0].processed <= pair[1].processed));
}

/// A server that takes four seconds for a message, one message a second allowed: four slots keep the pace.
#[tokio::test]
async fn slow_slots_keep_the_pace_together() {
    on_sqlite(|stage| async move {
        stage.script.slots(8, 16);
        stage.script.always(Act::Take(Duration::from_secs(4)));
        let account = stage.account(Limits { per_minute: Some(60), ..Limits::default() }).await;
        let id = stage.enqueue(20, OnUnknown::Hold, Some(account)).await;
        stage.start().await;
        let expected: Vec<_> = (0..20).map(|second| NOW + Duration::from_secs(second)).collect();
        stage.advance_until(id, |job| job.state.is_final() || job.counters.running > 8).await;
        assert_eq!(at(&stage), expected);
    })
    .await;
}

#[tokio::test]
async fn a_paced_run_claims_no_more_than_its_slots() {
    on_sqlite(|stage| async move {
        stage.script.slots(3, 64);
        stage.script.always(Act::Block);
        let account = stage.account(Limits { per_second: Some(1000), ..Limits::default() }).await;
        let id = stage.enqueue(50, OnUnknown::Hold, Some(account)).await;
        stage.start().await;
        stage.advance(id, Duration::from_secs(5)).await;
        assert_eq!(stage.job(id).await.counters.running, 3);
        stage.script.open();
        stage.advance_until(id, |job| job.state.is_final()).await;
        assert_eq!(stage.script.calls().len(), 50);
    })
    .await;
}

/// A wait for a limit does not keep an item waiting whose own time comes first.
#[tokio::test]
async fn a_retry_is_not_slept_over() {
    on_sqlite(|stage| async move {
        let account = stage.account(Limits { per_minute: Some(60), ..Limits::default() }).await;
        stage.script.plan(1, [put_off(Fault::Recipient)]);
        let id = stage.enqueue(40, OnUnknown::Hold, Some(account)).await;
        stage.start().await;
        stage.advance_until(id, |job| job.state.is_final()).await;
        let calls = stage.script.calls();
        let again = calls.iter().position(|call| call.seq == 1 && call.attempt == 2).unwrap();
        assert!((30..=38).contains(&again), "the second try was call {again}");
    })
    .await;
}
