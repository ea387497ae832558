//! When checks were late or down, by what is stored of them: outages, and the last signs of life.

use alerts::{Example, Observed, Reading};
use checks::{Check, PingKind, Watch, Why};
use model::{CheckState, Timestamp};
use store::{StoredCheck, StoredOutage, StoredPing};

/// A time in which a check was in trouble, as the readings of its beginning and its end.
fn trouble(kept: &StoredCheck, example: &Example, from: Timestamp, to: Option<Timestamp>) -> Vec<Reading> {
    let reading = |at, observed| Reading { subject: kept.id.to_string(), at, observed, example: example.clone() };
    let begun = reading(from, Observed::Measured { value: 1.0 });
    std::iter::once(begun).chain(to.map(|at| reading(at, Observed::Over))).collect()
}

fn example(kept: &StoredCheck, why: Option<Why>) -> Example {
    let name = serde_json::from_str::<Check>(&kept.spec).map_or_else(|_| kept.slug.clone(), |check| check.name);
    let (reason, text) = why.map_or(("missed", String::new()), |why| (why.code.as_str(), why.detail));
    Example {
        name,
        text,
        reason: reason.to_owned(),
        path: format!("/checks/{}", kept.slug),
        value: Some(1.0),
        ..Example::default()
    }
}

/// When it was down.
pub(crate) fn down(kept: &StoredCheck, outages: &[StoredOutage], since: Timestamp) -> Vec<Reading> {
    let own = outages.iter().filter(|one| one.check == kept.id && one.state == CheckState::Down);
    own.flat_map(|outage| {
        let why = serde_json::from_str(&outage.why).ok().flatten();
        trouble(kept, &example(kept, why), outage.began_at.max(since), outage.ended_at)
    })
    .collect()
}

/// When it was late: between when it was due and when it was heard of, or down. `pings` are the newest first.
pub(crate) fn late(kept: &StoredCheck, pings: &[StoredPing], (since, now): (Timestamp, Timestamp)) -> Vec<Reading> {
    let Ok(Check { watch: Watch::Heartbeat(beat), .. }) = serde_json::from_str(&kept.spec) else { return Vec::new() };
    let is_sign = |ping: &&StoredPing| PingKind::of_told(&ping.ping.kind) != Some(PingKind::Log);
    let heard: Vec<Timestamp> = pings.iter().rev().filter(is_sign).map(|ping| ping.ping.at).collect();
    let next = heard.iter().skip(1).map(|at| Some(*at)).chain([None]);
    let late = heard.iter().zip(next).filter_map(|(at, next)| {
        let due = beat.due_after(*at)?;
        let end = next.unwrap_or(now).min(due + beat.grace());
        let is_over = next.is_some() || due + beat.grace() <= now;
        (due < end && end > since).then(|| (due.max(since), is_over.then_some(end)))
    });
    let example = example(kept, None);
    late.flat_map(|(from, to)| trouble(kept, &example, from, to)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use alerts::{Rule, RuleKind, replay};
    use checks::Heartbeat;
    use std::time::Duration;
    use store::NewPing;
    use uuid::Uuid;

    const NOW: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

    fn ago(minutes: u64) -> Timestamp {
        NOW - Duration::from_secs(minutes * 60)
    }

    fn hourly() -> StoredCheck {
        let beat =
            Heartbeat { when: "every 1 h".into(), zone: "UTC".into(), grace_s: 600, run_max_s: None, floors: vec![] };
        let check = Check {
            name: "Backup".into(),
            watch: Watch::Heartbeat(beat),
            failures_max: 1,
            is_public: false,
            public_name: None,
        };
        StoredCheck {
            id: Uuid::from_u128(1),
            key: Uuid::from_u128(2),
            slug: "backup".into(),
            spec: serde_json::to_string(&check).unwrap(),
            facts: "{}".into(),
            state: CheckState::Up,
            since: ago(9_999),
            look_at: None,
            pings: 0,
            created_by: String::new(),
            created_at: ago(9_999),
            updated_at: ago(9_999),
        }
    }

    fn fired(kind: RuleKind, mut readings: Vec<Reading>) -> u64 {
        readings.sort_by_key(|reading| reading.at);
        replay(&Rule::new(Uuid::nil(), kind), &readings).fired
    }

    #[test]
    fn what_was_late_and_what_was_down_would_have_been_told() {
        let ping = |no: i64, minutes: u64, kind: &str| {
            let (kind, source, body) = (kind.to_owned(), String::new(), String::new());
            StoredPing { no, ping: NewPing { at: ago(minutes), kind, run: None, took_ms: None, source, body } }
        };
        // Heard five hours ago, after an hour and five minutes, after two hours (down in between), and an hour ago.
        let pings = [
            ping(5, 60, "success"),
            ping(4, 70, "log"),
            ping(3, 115, "success"),
            ping(2, 235, "fail"),
            ping(1, 300, "success"),
        ];
        let all = late(&hourly(), &pings, (ago(10_000), NOW));
        let times: Vec<_> = all.iter().map(|one| (one.at, one.observed == Observed::Over)).collect();
        assert_eq!(times, [(ago(240), false), (ago(235), true), (ago(175), false), (ago(165), true)]);
        assert_eq!(fired(RuleKind::CheckLate, all), 2);
        let outage = |from, to| StoredOutage {
            check: Uuid::from_u128(1),
            state: CheckState::Down,
            began_at: ago(from),
            ended_at: to,
            why: r#"{"code":"missed"}"#.into(),
        };
        let outages = [outage(165, Some(ago(115))), outage(10, None)];
        let all = down(&hourly(), &outages, ago(10_000));
        assert_eq!((all.len(), all[0].example.reason.as_str(), all[0].example.name.as_str()), (3, "missed", "Backup"));
        assert_eq!(fired(RuleKind::CheckDown, all), 2);
        assert!(down(&StoredCheck { id: Uuid::from_u128(9), ..hourly() }, &outages, ago(10_000)).is_empty());
    }
}
