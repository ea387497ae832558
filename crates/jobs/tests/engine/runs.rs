//! What a run does to its items, and what it tells.

use crate::{
    script::{Act, put_off},
    stage::{Stage, counters, on_both},
};
use jobs::Verified;
use model::{Authority, Fault, ItemState, JobState, OnUnknown, Verdict};
use std::time::Duration;

on_both![
    everything_is_done_once,
    what_was_made_on_less_than_its_kind_needs_is_not_run,
    an_empty_job_is_over,
    retries_wait_and_wait_longer,
    failures_of_the_item_are_final,
    a_panic_leaves_its_item_unknown_and_the_run_goes_on,
    an_attempt_that_says_nothing_leaves_its_item_unknown,
    a_run_without_slots_pauses_for_a_person,
    a_job_that_cannot_begin_keeps_nobody_waiting,
    unknown_is_verified_both_ways,
    many_unknown_items_are_verified_at_once,
    what_a_kind_skips_is_over,
    what_nobody_asked_for_is_left_alone,
];

async fn what_was_made_on_less_than_its_kind_needs_is_not_run(stage: Stage) {
    *stage.script.needs.lock().unwrap() = Authority::Admin;
    let id = stage.enqueue(3, OnUnknown::Hold, None).await;
    stage.start().await;
    let job = stage.done(id).await;
    let reason = job.reason.unwrap();
    assert_eq!((job.state, reason.code.as_str(), job.counters.queued), (JobState::Failed, "authority", 3));
    assert!(reason.detail.contains("`admin`") && reason.detail.contains("`write`"), "{}", reason.detail);
    assert!(stage.script.calls().is_empty());
    assert!(stage.stop(Duration::from_secs(5)).await);
}

async fn everything_is_done_once(stage: Stage) {
    stage.script.slots(4, 8);
    let id = stage.enqueue(100, OnUnknown::Hold, None).await;
    let seen = stage.watch(id).await;
    stage.start().await;
    stage.done(id).await;
    assert_eq!(stage.assert_consistent(id).await, counters(100, 0, 0, 0));
    assert!(stage.stop(Duration::from_secs(5)).await);
    assert_eq!(stage.script.calls().len(), 100);
    assert!(stage.script.effects().values().all(|times| *times == 1));
    let moments = stage.script.moments();
    assert_eq!(moments.iter().filter(|told| *told == "completed").count(), 1, "{moments:?}");
    assert_eq!((&moments[0], moments.last()), (&"started".to_owned(), Some(&"completed".to_owned())));
    let seen = seen.lock().unwrap();
    assert!(seen.windows(2).all(|pair| pair[0].version <= pair[1].version && pair[0].processed <= pair[1].processed));
    assert_eq!(seen.last().map(|last| (last.processed, last.status)), Some((100, JobState::Completed)));
}

async fn an_empty_job_is_over(stage: Stage) {
    stage.start().await;
    let id = stage.enqueue(0, OnUnknown::Hold, None).await;
    assert_eq!(stage.done(id).await.state, JobState::Completed);
}

async fn retries_wait_and_wait_longer(stage: Stage) {
    stage.script.plan(1, vec![put_off(Fault::Recipient); 4]);
    let id = stage.enqueue(2, OnUnknown::Hold, None).await;
    stage.start().await;
    for attempts in 1..=3 {
        let item = loop {
            let item = stage.db.item(id, 1).await.unwrap().unwrap();
            if (item.state, item.attempts) == (ItemState::Queued, attempts) {
                break item;
            }
            assert!(item.attempts <= attempts && !item.state.is_final(), "{item:?}");
            tokio::time::sleep(Duration::from_millis(1)).await;
        };
        stage.until(id, |job| job.counters.succeeded == 1).await;
        let wait = item.not_before.since(stage.clock.now()).as_secs_f64();
        let least = 30.0 * f64::from(1 << (attempts - 1));
        assert!((least..=least * 1.25).contains(&wait), "waits {wait} s after attempt {attempts}");
        stage.clock.set(item.not_before - Duration::from_micros(1));
        stage.quiet(id).await;
        assert_eq!(stage.script.calls().len() as i64, attempts + 1, "not sooner");
        if !stage.db.is_postgres() {
            let told = stage.hub.progress(id).await.unwrap().unwrap();
            let waiting = (told.waiting, told.waiting_until, told.eta_seconds);
            assert_eq!(waiting, (1, Some(item.not_before), None), "nothing else is left");
        }
        stage.clock.set(item.not_before);
    }
    let job = stage.done(id).await;
    assert_eq!((job.state, job.counters), (JobState::Completed, counters(1, 1, 0, 0)));
    assert_eq!(stage.script.calls().len(), 5);
    let told = stage.hub.progress(id).await.unwrap().unwrap();
    assert_eq!((told.waiting, told.waiting_until), (0, None));
}

async fn failures_of_the_item_are_final(stage: Stage) {
    for (seq, fault) in [(1, Fault::Recipient), (2, Fault::Content)] {
        stage.script.plan(seq, [Act::Fail(Verdict::permanent("no", fault))]);
    }
    let id = stage.enqueue(3, OnUnknown::Hold, None).await;
    stage.start().await;
    assert_eq!(stage.done(id).await.counters, counters(1, 2, 0, 0));
    assert_eq!(stage.script.calls().len(), 3);
}

async fn a_panic_leaves_its_item_unknown_and_the_run_goes_on(stage: Stage) {
    stage.script.slots(2, 2);
    for seq in [2, 5, 6] {
        stage.script.plan(seq, [Act::Panic]);
    }
    let id = stage.enqueue(20, OnUnknown::Hold, None).await;
    stage.start().await;
    stage.done(id).await;
    assert_eq!(stage.assert_consistent(id).await, counters(17, 0, 3, 0));
    let item = stage.db.item(id, 2).await.unwrap().unwrap();
    assert_eq!(item.verdict.unwrap().code, "outcome_lost");
}

async fn an_attempt_that_says_nothing_leaves_its_item_unknown(stage: Stage) {
    stage.script.plan(1, [Act::Forget]);
    let id = stage.enqueue(3, OnUnknown::Hold, None).await;
    stage.start().await;
    assert_eq!(stage.done(id).await.counters, counters(2, 0, 1, 0));
}

async fn a_run_without_slots_pauses_for_a_person(stage: Stage) {
    *stage.script.no_slots.lock().unwrap() = true;
    let id = stage.enqueue(3, OnUnknown::Hold, None).await;
    stage.start().await;
    let job = stage.until(id, |job| job.state == JobState::Paused).await;
    assert_eq!(job.reason.unwrap().code, "defect");
    assert_eq!(job.counters.running, 0);
    let unknown = job.counters.unknown;
    *stage.script.no_slots.lock().unwrap() = false;
    stage.db.resume_job(id, stage.clock.now()).await.unwrap();
    stage.wake(id);
    assert_eq!(stage.done(id).await.counters, counters(3 - unknown, 0, unknown, 0));
}

async fn a_job_that_cannot_begin_keeps_nobody_waiting(stage: Stage) {
    let reason = store::Reason::new("settings", "cannot be read");
    *stage.script.no_run.lock().unwrap() = Some(jobs::Stop::Fail(reason));
    let first = stage.enqueue(3, OnUnknown::Hold, None).await;
    stage.start().await;
    assert_eq!(stage.done(first).await.state, JobState::Failed);
    *stage.script.no_run.lock().unwrap() = None;
    let second = stage.enqueue(3, OnUnknown::Hold, None).await;
    assert_eq!(stage.done(second).await.state, JobState::Completed);
}

async fn many_unknown_items_are_verified_at_once(stage: Stage) {
    stage.script.slots(4, 8);
    stage.script.always(Act::Unknown);
    let sent = |seq| (seq, Verified::Sent { comment: format!("{seq} is there") });
    stage.script.verified.lock().unwrap().extend((1..=250).map(sent));
    let id = stage.enqueue(250, OnUnknown::Verify, None).await;
    stage.start().await;
    stage.until(id, |job| job.state == JobState::Completed && job.counters.unknown == 0).await;
    stage.quiet(id).await;
    assert_eq!(stage.assert_consistent(id).await, counters(250, 0, 0, 0));
    let asked = stage.script.asked.lock().unwrap();
    assert_eq!(asked.iter().sum::<usize>(), 250, "{asked:?}");
    assert!(asked.len() <= 4, "hardly one by one: {asked:?}");
}

/// What an item depends on has failed, say: it is over, nobody's failure, and found by its reason.
async fn what_a_kind_skips_is_over(stage: Stage) {
    let why = model::Verdict::permanent("depends_on", model::Fault::Content).with_arg("item", "1");
    stage.script.plan(2, [Act::Skip(why.clone())]);
    let id = stage.enqueue(3, OnUnknown::Hold, None).await;
    stage.start().await;
    let job = stage.done(id).await;
    assert_eq!((job.state, job.counters.succeeded, job.counters.skipped), (JobState::Completed, 2, 1));
    let skipped = store::ItemFilter { states: vec![model::ItemState::Skipped], limit: 9, ..Default::default() };
    let items = stage.db.items(id, &skipped).await.unwrap().rows;
    let items: Vec<_> = items.iter().map(|item| (item.seq, item.verdict.clone())).collect();
    assert_eq!(items, [(2, Some(why))]);
}

async fn unknown_is_verified_both_ways(stage: Stage) {
    for seq in [1, 2, 3] {
        stage.script.plan(seq, [Act::Unknown]);
    }
    let sent = Verified::Sent { comment: "it is there".into() };
    let not_sent = Verified::NotSent { comment: "it is not there".into() };
    stage.script.verified.lock().unwrap().extend([(1, sent), (2, not_sent)]);
    let id = stage.enqueue(4, OnUnknown::Verify, None).await;
    stage.start().await;
    let told = || stage.script.moments().iter().filter(|told| *told == "completed").count();
    stage.until(id, |job| job.state == JobState::Completed && job.counters.succeeded == 3).await;
    stage.quiet(id).await;
    assert_eq!(stage.assert_consistent(id).await, counters(3, 0, 1, 0));
    assert_eq!(told(), 1, "{:?}", stage.script.moments());
    assert_eq!(stage.script.effects().get(&2), Some(&1));
    assert_eq!(stage.script.effects().get(&1), None, "what was there is not done again");
}

async fn what_nobody_asked_for_is_left_alone(stage: Stage) {
    let (left, asked) = (stage.enqueue(3, OnUnknown::Hold, None).await, stage.enqueue(3, OnUnknown::Hold, None).await);
    stage.start_for(jobs::Scope::Asked).await;
    stage.wake(asked);
    stage.done(asked).await;
    assert_eq!(stage.db.job(left).await.unwrap().unwrap().state, JobState::Pending);
    stage.wake(left);
    stage.done(left).await;
}
