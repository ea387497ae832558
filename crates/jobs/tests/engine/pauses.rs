//! Pauses: by a person, by a server that fails, by a quota, by a refused secret.

use crate::{
    script::{Act, put_off},
    stage::{Stage, counters, on_both},
};
use model::{Fault, ItemState, JobState, OnUnknown, PauseScope, Retry, Verdict, pace::Limits};
use std::time::Duration;
use store::Reason;

on_both![
    a_failing_server_is_given_longer_and_longer_rests,
    eight_slots_that_meet_one_dead_server_give_it_one_rest,
    a_quota_holds_until_its_stated_time,
    a_quota_whose_verdict_names_no_pause_holds_too,
    refused_credentials_fail_nobody,
    a_person_pauses_and_resumes,
    a_person_cancels,
    refusals_by_policy_stop_the_run,
];

async fn a_failing_server_is_given_longer_and_longer_rests(stage: Stage) {
    let account = stage.account(Limits::default()).await;
    stage.script.always(put_off(Fault::Server));
    let id = stage.enqueue(30, OnUnknown::Hold, Some(account)).await;
    stage.start().await;
    for rest in [15, 30, 60, 120] {
        let job = stage.until(id, |job| job.state == JobState::Paused).await;
        stage.quiet(id).await;
        let until = job.resumes_at.unwrap();
        assert_eq!(until.since(stage.clock.now()), Duration::from_secs(rest));
        stage.clock.set(until - Duration::from_micros(1));
        stage.quiet(id).await;
        assert_eq!(stage.job(id).await.state, JobState::Paused, "not sooner");
        if rest == 120 {
            stage.script.always(None);
        }
        let calls = stage.script.calls().len();
        stage.clock.set(until + Duration::from_millis(500));
        if rest < 120 {
            stage.until(id, |job| job.state == JobState::Paused && job.resumes_at > Some(until)).await;
            assert_eq!(stage.script.calls().len(), calls + 3, "three failures make a rest");
        }
    }
    let mut job = stage.job(id).await;
    for _ in 0..20 {
        stage.advance(id, Duration::from_secs(60)).await;
        job = stage.job(id).await;
    }
    assert_eq!((job.state, job.counters), (JobState::Completed, counters(30, 0, 0, 0)));
}

async fn eight_slots_that_meet_one_dead_server_give_it_one_rest(stage: Stage) {
    stage.script.slots(8, 1);
    let account = stage.account(Limits::default()).await;
    stage.script.always(put_off(Fault::Server));
    let id = stage.enqueue(30, OnUnknown::Hold, Some(account)).await;
    stage.start().await;
    let job = stage.until(id, |job| job.state == JobState::Paused).await;
    stage.quiet(id).await;
    assert_eq!(job.resumes_at.unwrap().since(stage.clock.now()), Duration::from_secs(15));
}

async fn a_quota_holds_until_its_stated_time(stage: Stage) {
    let (account, hour) = (stage.account(Limits::default()).await, Duration::from_secs(3600));
    let verdict = Verdict::new("daily_quota", Fault::SenderQuota, Retry::After { wait: hour })
        .with_reply("5.4.5 limit")
        .with_pause(PauseScope::Account, Some(hour));
    stage.script.plan(2, [Act::Fail(verdict)]);
    let id = stage.enqueue(5, OnUnknown::Hold, Some(account)).await;
    let begun = stage.clock.now();
    stage.start().await;
    let job = stage.until(id, |job| job.state == JobState::Paused).await;
    assert_eq!(job.reason, Some(Reason::new("daily_quota", "5.4.5 limit")));
    assert_eq!(job.resumes_at, Some(begun + hour));
    let calls = stage.script.calls().len();
    let other = stage.enqueue(5, OnUnknown::Hold, Some(account)).await;
    stage.until(other, |job| job.state == JobState::Paused).await;
    assert_eq!(stage.script.calls().len(), calls, "another job of the account is held too");
    stage.advance(id, hour - Duration::from_secs(1)).await;
    assert_eq!(stage.job(id).await.state, JobState::Paused);
    assert_eq!(stage.job(id).await.counters.failed, 0);
    stage.advance(id, Duration::from_secs(2)).await;
    assert_eq!(stage.done(id).await.counters, counters(5, 0, 0, 0));
    assert_eq!(stage.done(other).await.counters, counters(5, 0, 0, 0));
}

async fn a_quota_whose_verdict_names_no_pause_holds_too(stage: Stage) {
    let account = stage.account(Limits::default()).await;
    stage.script.plan(1, [Act::Fail(Verdict::permanent("quota", Fault::SenderQuota))]);
    let id = stage.enqueue(1, OnUnknown::Hold, Some(account)).await;
    stage.start().await;
    stage.until(id, |job| job.state == JobState::Paused).await;
    assert_eq!(stage.script.calls().len(), 1);
    stage.advance(id, Duration::from_secs(61)).await;
    assert_eq!(stage.done(id).await.counters, counters(1, 0, 0, 0));
}

async fn refused_credentials_fail_nobody(stage: Stage) {
    stage.script.slots(4, 4);
    let account = stage.account(Limits::default()).await;
    let verdict = Verdict::permanent("bad_password", Fault::Credentials).with_pause(PauseScope::Account, None);
    stage.script.always(Act::Fail(verdict));
    let id = stage.enqueue(20, OnUnknown::Hold, Some(account)).await;
    stage.start().await;
    stage.until(id, |job| job.state == JobState::Paused && job.counters.running == 0).await;
    stage.advance(id, Duration::from_secs(7 * 86_400)).await;
    let job = stage.job(id).await;
    assert_eq!((job.state, job.counters.queued, job.counters.failed), (JobState::Paused, 20, 0));
    stage.script.always(None);
    stage.db.resume_account(account, stage.clock.now()).await.unwrap();
    stage.db.resume_job(id, stage.clock.now()).await.unwrap();
    stage.wake(id);
    assert_eq!(stage.done(id).await.counters, counters(20, 0, 0, 0));
}

async fn a_person_pauses_and_resumes(stage: Stage) {
    stage.script.slots(2, 1);
    stage.script.plan(1, [Act::Block]);
    stage.script.plan(2, [Act::Block]);
    let account = stage.account(Limits::default()).await;
    // Claims run ahead of the slots once a pace was measured; here two of four claimed items are not begun.
    let id = stage.enqueue(10, OnUnknown::Hold, Some(account)).await;
    stage.start().await;
    stage.until(id, |job| job.counters.running == 2).await;
    stage.quiet(id).await;
    stage.db.pause_job(id, Reason::new("asked", "by ana"), None, stage.clock.now()).await.unwrap();
    stage.wake(id);
    stage.script.open();
    let job = stage.until(id, |job| job.counters.running == 0).await;
    assert_eq!((job.state, job.counters.succeeded, job.counters.queued), (JobState::Paused, 2, 8));
    stage.advance(id, Duration::from_secs(86_400)).await;
    assert_eq!(stage.job(id).await.counters, job.counters, "nothing while paused");
    assert!(stage.script.moments().contains(&"paused".to_owned()));
    stage.db.resume_job(id, stage.clock.now()).await.unwrap();
    stage.wake(id);
    assert_eq!(stage.done(id).await.counters, counters(10, 0, 0, 0));
    assert!(stage.script.calls().iter().all(|call| call.attempt == 1));
}

async fn a_person_cancels(stage: Stage) {
    stage.script.plan(1, [Act::Block]);
    stage.script.plan(2, [put_off(Fault::Recipient)]);
    stage.script.slots(2, 1);
    let id = stage.enqueue(10, OnUnknown::Hold, None).await;
    stage.script.plan(3, [Act::Block]);
    stage.start().await;
    // The second waits for another try by now, and the third has its slot.
    stage.until(id, |job| job.counters.running == 2 && stage.script.calls().len() == 3).await;
    stage.quiet(id).await;
    stage.db.cancel_job(id, Reason::new("asked", ""), stage.clock.now()).await.unwrap();
    stage.wake(id);
    stage.script.open();
    let job = stage.until(id, |job| job.counters.running == 0).await;
    assert_eq!((job.state, job.counters), (JobState::Cancelled, counters(2, 0, 0, 8)));
    stage.quiet(id).await;
    assert_eq!(stage.script.moments().last().unwrap(), "cancelled");
    assert_eq!(stage.db.item(id, 2).await.unwrap().unwrap().state, ItemState::Skipped, "it waited for another try");
}

async fn refusals_by_policy_stop_the_run(stage: Stage) {
    stage.script.always(Act::Fail(Verdict::permanent("policy", Fault::Content)));
    let id = stage.enqueue(50, OnUnknown::Hold, None).await;
    stage.start().await;
    let job = stage.until(id, |job| job.state == JobState::Paused).await;
    assert_eq!((job.counters.failed, job.resumes_at), (10, None));
}
