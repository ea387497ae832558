//! SIGKILL at random moments, SIGTERM, and what a rerun says.

use crate::harness::{Accounts, CONNECTIONS, PATIENCE, Running, Setting, Stage, check_shown, say, seeded, wait_for};
use model::{JobState, Rng};
use std::{
    thread,
    time::{Duration, Instant},
};

/// What a series of kills has shown.
#[derive(Debug)]
pub(crate) struct Series {
    pub(crate) kills: u64,
    pub(crate) accounts: Accounts,
    /// The most messages that one kill has left without an outcome; not told apart on PostgreSQL, where each worker's
    /// are settled when its lease is over.
    pub(crate) unknown_max: Option<u64>,
    /// From each restart that got as far to the next recipient at the mail server.
    pub(crate) resumed: Vec<Duration>,
    /// Recipients per second while the program ran, starts included.
    pub(crate) rate: f64,
}

impl Series {
    pub(crate) fn tell(&self, name: &str, bound: u64) {
        let mut resumed = self.resumed.clone();
        resumed.sort_unstable();
        let at = |part: f64| resumed.get(((resumed.len() as f64 - 1.0) * part) as usize).map_or(0, Duration::as_millis);
        say(&format!(
            "{name}: {} kills, {:?}; messages unknown after one kill: most {:?}, bound {bound}; {:.0} recipients/s; \
             restart to next recipient: median {} ms, most {} ms",
            self.kills,
            self.accounts,
            self.unknown_max,
            self.rate,
            at(0.5),
            at(1.0)
        ));
    }
}

/// Sends, kills at `kills` random moments, starts again each time, and accounts for everybody at the end.
/// `bound`: how many messages may be in flight.
pub(crate) fn killed_again_and_again(stage: &Stage, rng: &Rng, kills: u64, bound: u64) -> Series {
    let mut series =
        Series { kills: 0, accounts: Accounts::default(), unknown_max: None, resumed: Vec::new(), rate: 0.0 };
    let mut lived = Duration::ZERO;
    let (mut unknown_before, mut kills_unseen) = (0, 0);
    let mut running = stage.send();
    let mut before = 0;
    for kill in 0..kills {
        if series.kills == 0 || rng.below(4) > 0 {
            let left = stage.setting.recipients.saturating_sub(before);
            let further = 1 + rng.below((2 * left / (kills - kill + 2)).max(1));
            if let Some(after) = next_recipient(stage, &mut running, before) {
                if series.kills > 0 {
                    series.resumed.push(after);
                    if stage.database.is_none() {
                        let unknown = unknown_messages(stage);
                        let new = unknown - unknown_before;
                        assert!(new <= bound * kills_unseen, "{unknown} after {unknown_before}");
                        series.unknown_max = series.unknown_max.max(Some(new.div_ceil(kills_unseen)));
                        (unknown_before, kills_unseen) = (unknown, 0);
                    }
                }
                reached(stage, &mut running, before + further);
            }
        } else {
            // Perhaps before it has begun anything: while it opens the state, or settles what the last kill left.
            thread::sleep(Duration::from_micros(rng.below(250_000)));
        }
        thread::sleep(Duration::from_micros(rng.below(20_000)));
        lived += running.begun.elapsed();
        running.kill();
        (series.kills, kills_unseen) = (series.kills + 1, kills_unseen + 1);
        before = stage.sink.settled();
        running = stage.resume();
    }
    let job = stage.finished(&mut running);
    lived += running.begun.elapsed();
    let (status, _) = running.terminate();
    assert!(status.success(), "{status}");
    assert_eq!(job.state, JobState::Completed);
    series.accounts = stage.accounts(&job);
    check_shown(stage, &job, &series.accounts);
    series.rate = stage.setting.recipients as f64 / lived.as_secs_f64();
    assert!(series.accounts.unknown_messages <= bound * series.kills, "{series:?}");
    series
}

/// How long after its start the process had the next recipient accepted; `None` when the job is over instead.
fn next_recipient(stage: &Stage, running: &mut Running, before: u64) -> Option<Duration> {
    let mut asked = Instant::now();
    wait_for("the next recipient", PATIENCE, || {
        if stage.sink.count() > before {
            return Some(Some(running.begun.elapsed()));
        }
        if asked.elapsed() > Duration::from_millis(200) {
            asked = Instant::now();
            // Asked before the job is read: `vigie send` ends with its job.
            let alive = running.is_alive();
            let over = stage.job().is_some_and(|job| job.state.is_final());
            assert!(over || alive, "it ended by itself:\n{}", running.said());
            return over.then_some(None);
        }
        None
    })
}

/// Waits until the mail server has `count`, or the job is over.
pub(super) fn reached(stage: &Stage, running: &mut Running, count: u64) {
    let mut asked = Instant::now();
    wait_for("more recipients", PATIENCE, || {
        if asked.elapsed() > Duration::from_millis(200) {
            asked = Instant::now();
            let over = stage.job().is_some_and(|job| job.state.is_final()) || !running.is_alive();
            return over.then_some(());
        }
        (stage.sink.count() >= count).then_some(())
    });
}

fn unknown_messages(stage: &Stage) -> u64 {
    let unknown = stage.job().map_or(0, |job| job.counters.unknown);
    unknown.div_ceil(stage.setting.group.unwrap_or(1))
}

#[test]
fn killed_at_random_moments_nobody_is_lost_and_nobody_is_sent_to_twice() {
    let rng = seeded("unpaced");
    let stage = Stage::new(Setting { recipients: 1_500, ..Setting::default() });
    let series = killed_again_and_again(&stage, &rng, 8, CONNECTIONS);
    series.tell("unpaced", CONNECTIONS);
    assert!(series.accounts.succeeded > 0, "{series:?}");
    // "At once": no lease is waited out. The bound leaves room for a busy machine.
    assert!(series.resumed.iter().all(|after| *after < Duration::from_secs(5)), "{series:?}");
}

#[test]
fn paced_at_most_one_message_of_a_connection_is_unknown() {
    let rng = seeded("paced");
    let setting = Setting { recipients: 300, rate: Some("200/s"), sink: vec!["--delay-ms", "2"], ..Setting::default() };
    let stage = Stage::new(setting);
    killed_again_and_again(&stage, &rng, 4, CONNECTIONS).tell("paced", CONNECTIONS);
}

#[test]
fn a_message_to_many_is_one_intent_and_one_unknown() {
    let rng = seeded("grouped");
    let stage = Stage::new(Setting { recipients: 2_000, group: Some(10), ..Setting::default() });
    let series = killed_again_and_again(&stage, &rng, 3, CONNECTIONS);
    series.tell("grouped", CONNECTIONS);
    assert_eq!(series.accounts.unknown % 10, 0, "a group shares its fate: {series:?}");
}

#[test]
fn asked_to_stop_it_finishes_what_is_in_flight() {
    let stage = Stage::new(Setting { recipients: 500, sink: vec!["--delay-ms", "3"], ..Setting::default() });
    let mut running = stage.send();
    reached(&stage, &mut running, 60);
    let (status, took) = running.terminate();
    say(&format!("SIGTERM: ended after {} ms ({status})", took.as_millis()));
    assert!(status.code().is_some(), "it was killed by a signal: {status}");
    assert!(took < Duration::from_secs(11), "{took:?}");
    let job = stage.job().expect("the job is there");
    assert!(!job.state.is_final(), "{:?}", job.state);
    let accounts = stage.accounts(&job);
    assert!(accounts.unknown == 0 && accounts.queued > 0, "{accounts:?}");

    let mut running = stage.resume();
    let job = stage.finished(&mut running);
    let accounts = stage.accounts(&job);
    assert_eq!((accounts.succeeded, accounts.unknown), (500, 0), "{accounts:?}");
}
