//! The end at the worst moments: the named points of the crate `crashpoint`.

use crate::harness::{CONNECTIONS, PATIENCE, Running, Setting, Stage, has_crash_points, say, wait_for};
use model::JobState;
use std::{ops::RangeInclusive, time::Duration};

/// (point, at which pass, how many messages are then unknown)
const MOMENTS: &[(&str, u64, RangeInclusive<u64>)] = &[
    ("after_claim", 1, 0..=0),
    ("after_claim", 4, 0..=CONNECTIONS),
    ("before_intent", 1, 0..=0),
    ("before_intent", 30, 0..=CONNECTIONS - 1),
    ("before_dot", 1, 1..=CONNECTIONS),
    ("before_dot", 30, 1..=CONNECTIONS),
    ("after_dot", 1, 1..=CONNECTIONS),
    ("after_dot", 30, 1..=CONNECTIONS),
    ("before_record", 1, 0..=CONNECTIONS),
    ("before_record", 5, 0..=CONNECTIONS),
];

/// Sends until the process ends at that point.
fn send_until(stage: &Stage, point: &str, pass: u64) {
    let mut running = stage.send_with(&[("VIGIE_CRASH_AT", &format!("{point}:{pass}"))]);
    ended_by_itself(&mut running, point);
}

fn ended_by_itself(running: &mut Running, point: &str) {
    let status = running.wait();
    assert!(status.code().is_none(), "it ends at {point} as by a signal, not with {status}:\n{}", running.said());
}

#[test]
fn every_point_is_tried() {
    let tried: Vec<_> = MOMENTS.iter().map(|(point, ..)| *point).chain(["migration", "enqueue"]).collect();
    let missing: Vec<_> = crashpoint::OF_MAILINGS.iter().filter(|point| !tried.contains(point)).collect();
    assert!(missing.is_empty(), "no test ends the program at {missing:?}");
}

#[test]
fn ended_between_intent_and_outcome_what_was_leaving_is_unknown() {
    if !has_crash_points() {
        return say("skipped: this program has no named points");
    }
    for (point, pass, unknown) in MOMENTS {
        let stage = Stage::new(Setting { recipients: 120, ..Setting::default() });
        send_until(&stage, point, *pass);
        let arrived = stage.sink.settled();
        let mut running = stage.resume();
        let job = stage.finished(&mut running);
        let accounts = stage.accounts(&job);
        say(&format!("{point}:{pass}: {arrived} had arrived; {accounts:?}"));
        assert!(unknown.contains(&accounts.unknown_messages), "{point}: {accounts:?}");
        let (status, _) = running.terminate();
        assert!(status.success(), "{status}");
    }
}

#[test]
fn ended_in_its_first_migration_it_begins_anew() {
    if !has_crash_points() {
        return say("skipped: this program has no named points");
    }
    let stage = Stage::new(Setting { recipients: 20, ..Setting::default() });
    send_until(&stage, "migration", 1);
    assert!(stage.job().is_none());
    let mut running = stage.send();
    assert!(running.wait().success(), "{}", running.said());
    let accounts = stage.accounts(&stage.job().expect("the job is there"));
    assert_eq!((accounts.succeeded, accounts.sink), (20, 20));
}

#[test]
fn cut_off_while_it_enqueues_nothing_is_sent() {
    if !has_crash_points() {
        return say("skipped: this program has no named points");
    }
    let stage = Stage::new(Setting { recipients: 1_100, ..Setting::default() });
    send_until(&stage, "enqueue", 2);
    assert_eq!(stage.job().map(|job| job.state), Some(JobState::Preparing));
    let running = stage.resume();
    let job = wait_for("the word on the job", PATIENCE, || stage.job().filter(|job| job.state != JobState::Preparing));
    assert_eq!(job.state, JobState::Failed);
    let reason = job.reason.expect("a failed job has a reason");
    assert!(reason.detail.contains("not started, nothing was sent"), "{reason:?}");
    let (status, took) = running.terminate();
    assert!(status.success() && took < Duration::from_secs(10), "{status} after {took:?}");
    assert_eq!(stage.sink.settled(), 0);

    // The same again is a new run, and nothing of the first stands in its way.
    let mut running = stage.send();
    assert!(running.wait().success(), "{}", running.said());
    let accounts = stage.accounts(&stage.job().expect("the second job"));
    assert_eq!((accounts.succeeded, accounts.unknown), (1_100, 0), "{accounts:?}");
}
