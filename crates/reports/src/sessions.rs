//! Sessions as clients tell them, counted by the hour in which they began.
//!
//! A client tells a session again and again until it ends: it begins with its first word, and crashes with its last. One that had
//! errors may say so many times, so its id is counted.

use errors::sessions::{SessionAggregate, SessionStatus, SessionUpdate, Sessions};
use model::Timestamp;
use std::time::Duration;
use store::SessionTally;
use xxhash_rust::xxh3::xxh3_64;

/// How long ago a session may have begun, and how far a client's clock may be ahead: else it counts when it is told.
const BEHIND_MAX: Duration = Duration::from_secs(5 * 86_400);
const AHEAD_MAX: Duration = Duration::from_secs(60);

/// What an item says, as counts.
pub(crate) fn tallies(sessions: &Sessions, now: Timestamp) -> Vec<SessionTally> {
    let of = |tally: SessionTally| SessionTally {
        release: sessions.release.clone().unwrap_or_default(),
        environment: sessions.environment.clone().unwrap_or_default(),
        ..tally
    };
    let updates = sessions.updates.iter().map(|update| of_update(update, now));
    updates.chain(sessions.aggregates.iter().map(|aggregate| of_aggregate(aggregate, now))).map(of).collect()
}

fn of_update(update: &SessionUpdate, now: Timestamp) -> SessionTally {
    let users: Vec<u64> = update.did.iter().map(|did| xxh3_64(did.as_bytes())).collect();
    let is = |status| update.status == status;
    let had_errors = update.errors > 0 && !is(SessionStatus::Crashed) && !is(SessionStatus::Abnormal);
    SessionTally {
        at: began(update.started, now),
        started: u64::from(update.init),
        crashed: u64::from(is(SessionStatus::Crashed)),
        abnormal: u64::from(is(SessionStatus::Abnormal)),
        errored_ids: had_errors.then(|| xxh3_64(update.sid.as_bytes())).into_iter().collect(),
        crashed_users: if is(SessionStatus::Crashed) { users.clone() } else { Vec::new() },
        users,
        ..SessionTally::default()
    }
}

fn of_aggregate(aggregate: &SessionAggregate, now: Timestamp) -> SessionTally {
    let SessionAggregate { started, did, exited, errored, crashed, abnormal } = aggregate;
    let users: Vec<u64> = did.iter().map(|did| xxh3_64(did.as_bytes())).collect();
    SessionTally {
        at: began(*started, now),
        started: [exited, errored, crashed, abnormal].into_iter().fold(0, |sum: u64, count| sum.saturating_add(*count)),
        errored: *errored,
        crashed: *crashed,
        abnormal: *abnormal,
        crashed_users: if *crashed > 0 { users.clone() } else { Vec::new() },
        users,
        ..SessionTally::default()
    }
}

fn began(started: Timestamp, now: Timestamp) -> Timestamp {
    let is_likely = started.since(now) <= AHEAD_MAX && now.since(started) <= BEHIND_MAX;
    if is_likely { started } else { now }
}

#[cfg(test)]
mod tests {
    use super::*;
    use errors::{scrubbing::Scrubbing, sessions};

    const NOW: Timestamp = Timestamp::from_micros(1_736_519_535_000_000);

    fn read(text: &str) -> Vec<SessionTally> {
        tallies(&sessions::read(text.as_bytes(), &Scrubbing::default()).unwrap().what, NOW)
    }

    #[test]
    fn a_session_begins_once_and_crashes_once() {
        let told = |rest: &str| {
            read(&format!(
                r#"{{"sid":"a","did":"u","started":"2025-01-10T14:32:00Z","attrs":{{"release":"shop@1"}},{rest}}}"#
            ))
            .remove(0)
        };
        let first = told(r#""init":true,"status":"ok","errors":0"#);
        assert_eq!((first.started, first.crashed, first.errored_ids.len(), first.users.len()), (1, 0, 0, 1));
        assert_eq!((first.release.as_str(), first.at.to_string().as_str()), ("shop@1", "2025-01-10T14:32:00.000000Z"));
        let [again, once_more] = [told(r#""status":"ok","errors":1"#), told(r#""status":"exited","errors":2"#)];
        assert_eq!((again.started, again.errored_ids.len()), (0, 1));
        assert_eq!(again.errored_ids, once_more.errored_ids, "the same session");
        let last = told(r#""status":"crashed","errors":3"#);
        assert_eq!((last.crashed, last.crashed_users.len(), last.errored_ids.len()), (1, 1, 0));
    }

    #[test]
    fn counts_of_a_minute_are_sums() {
        let all = read(
            r#"{"aggregates":[{"started":"2025-01-10T14:32:00Z","exited":3,"errored":2,"crashed":1},
                {"started":"1999-01-10T14:32:00Z","exited":18446744073709551615,"abnormal":1}],"attrs":{"environment":"e"}}"#,
        );
        assert_eq!((all[0].started, all[0].errored, all[0].crashed, all[0].environment.as_str()), (6, 2, 1, "e"));
        assert_eq!((all[1].at, all[1].abnormal), (NOW, 1), "a clock that is far off is not believed");
    }
}
