//! What was heard of a check, as far as it matters, and how the check stands.

use crate::{Check, Heartbeat, Ping, PingKind, Watch};
use model::{CheckState, Timestamp};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use uuid::Uuid;

/// Runs that have started and not ended, at a time.
const RUNS_MAX: usize = 20;
/// Characters that are kept of what went wrong.
const DETAIL_MAX: usize = 300;

/// What is known of a check.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    #[serde(default)]
    pub is_paused: bool,
    /// When anything was first heard: how much of the time it was up is told from then on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_at: Option<Timestamp>,
    /// The last that was heard, whatever it said.
    #[serde(default)]
    pub last_at: Option<Timestamp>,
    /// From when the next is counted: a success or a start; or that it was resumed.
    #[serde(default)]
    pub heard_at: Option<Timestamp>,
    #[serde(default)]
    pub succeeded_at: Option<Timestamp>,
    /// How long the last run took, or the last answer.
    #[serde(default)]
    pub took_ms: Option<u64>,
    /// Started, and not ended.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub runs: Vec<Run>,
    /// In a row, since the last success.
    #[serde(default)]
    pub failures: u32,
    #[serde(default)]
    pub failing_since: Option<Timestamp>,
    /// What went wrong last.
    #[serde(default)]
    pub why: Option<Why>,
    /// Days until the certificate ends, as the last answer had it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate_ends: Option<Timestamp>,
}

/// A run that has started.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    pub id: Option<Uuid>,
    pub at: Timestamp,
}

/// Why it is down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Why {
    pub code: WhyCode,
    /// As the other side has it: an exit status, a figure, an error of the network. In no language of ours.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
}

impl Why {
    pub fn new(code: WhyCode, detail: impl AsRef<str>) -> Self {
        Self { code, detail: detail.as_ref().chars().take(DETAIL_MAX).collect() }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhyCode {
    /// It was not heard of in time.
    Missed,
    /// It said that it failed.
    Failed,
    /// It ended with a status that is none of success.
    Exited,
    /// It runs for too long.
    TooLong,
    /// It ended well, and did too little.
    TooLittle,
    /// No connection, or no answer.
    Unreachable,
    /// It leads to an address that may not be reached.
    Refused,
    Status,
    /// What the answer should contain is not in it.
    Text,
    Slow,
    Certificate,
    Redirects,
    /// The name leads elsewhere, or nowhere.
    Name,
}

impl WhyCode {
    pub const ALL: [Self; 13] = [
        Self::Missed,
        Self::Failed,
        Self::Exited,
        Self::TooLong,
        Self::TooLittle,
        Self::Unreachable,
        Self::Refused,
        Self::Status,
        Self::Text,
        Self::Slow,
        Self::Certificate,
        Self::Redirects,
        Self::Name,
    ];

    /// Its name in JSON and in identifiers of texts. Never rename one.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Missed => "missed",
            Self::Failed => "failed",
            Self::Exited => "exited",
            Self::TooLong => "too_long",
            Self::TooLittle => "too_little",
            Self::Unreachable => "unreachable",
            Self::Refused => "refused",
            Self::Status => "status",
            Self::Text => "text",
            Self::Slow => "slow",
            Self::Certificate => "certificate",
            Self::Redirects => "redirects",
            Self::Name => "name",
        }
    }
}

/// How a check stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    pub state: CheckState,
    /// Since when, as far as facts tell.
    pub since: Timestamp,
    /// Of one that is down.
    pub why: Option<Why>,
    /// When it is due next; of one that is asked, when it is asked.
    pub expected: Option<Timestamp>,
    /// When to look again, if nothing is heard before.
    pub look_at: Option<Timestamp>,
}

impl Facts {
    /// What a ping makes of them.
    pub fn hear(&mut self, check: &Check, ping: &Ping) {
        if self.heard_at.is_none() && ping.kind != PingKind::Log {
            self.first_at = Some(ping.at);
        }
        self.last_at = self.last_at.max(Some(ping.at));
        match ping.kind {
            PingKind::Log => {}
            PingKind::Start => self.start(ping),
            PingKind::Success => match shortfall(check, ping) {
                None => self.succeed(ping),
                Some(why) => self.fail(ping, why),
            },
            PingKind::Fail => self.fail(ping, Why::new(WhyCode::Failed, "")),
            PingKind::Exit(status) => self.fail(ping, Why::new(WhyCode::Exited, status.to_string())),
        }
    }

    /// What a probe found, `Ok` or what is wrong.
    pub fn probed(&mut self, at: Timestamp, took: Duration, found: Result<(), Why>) {
        if self.heard_at.is_none() {
            self.first_at = Some(at);
        }
        self.last_at = Some(at);
        let ping = Ping { at, kind: PingKind::Success, run: None, said: crate::Said::default(), took: Some(took) };
        match found {
            Ok(()) => self.succeed(&ping),
            Err(why) => self.fail(&ping, why),
        }
    }

    /// From when on its uptime can be told, of one made at `made`; none while nothing was heard of it. What was heard before
    /// the first time was noted counts from its making.
    pub fn watched_since(&self, made: Timestamp) -> Option<Timestamp> {
        self.heard_at.map(|_| self.first_at.unwrap_or(made))
    }

    pub fn pause(&mut self) {
        self.is_paused = true;
        self.runs.clear();
    }

    /// It is expected from now on; what was wrong before is forgotten.
    pub fn resume(&mut self, now: Timestamp) {
        self.is_paused = false;
        self.heard_at = self.heard_at.map(|_| now);
        (self.failures, self.failing_since, self.why) = (0, None, None);
    }

    fn start(&mut self, ping: &Ping) {
        self.heard_at = self.heard_at.max(Some(ping.at));
        self.runs.retain(|run| run.id != ping.run);
        if self.runs.len() >= RUNS_MAX {
            self.runs.remove(0);
        }
        self.runs.push(Run { id: ping.run, at: ping.at });
    }

    fn succeed(&mut self, ping: &Ping) {
        self.end(ping);
        self.heard_at = self.heard_at.max(Some(ping.at));
        self.succeeded_at = self.succeeded_at.max(Some(ping.at));
        (self.failures, self.failing_since, self.why) = (0, None, None);
    }

    fn fail(&mut self, ping: &Ping, why: Why) {
        self.end(ping);
        self.heard_at = self.heard_at.max(Some(ping.at));
        self.failures = self.failures.saturating_add(1);
        self.failing_since = self.failing_since.or(Some(ping.at));
        self.why = Some(why);
    }

    /// The run of that ping has ended, and so have those that started before it: whoever lost one begins the next.
    fn end(&mut self, ping: &Ping) {
        let own = self.runs.iter().rev().find(|run| run.id == ping.run).copied();
        if let Some(took) = ping.took.or_else(|| own.map(|run| ping.at.since(run.at))) {
            self.took_ms = Some(u64::try_from(took.as_millis()).unwrap_or(u64::MAX));
        }
        match own {
            Some(own) => self.runs.retain(|run| run.at > own.at),
            None if ping.run.is_none() => self.runs.clear(),
            None => {}
        }
    }
}

/// Whether a run that ended well did too little.
fn shortfall(check: &Check, ping: &Ping) -> Option<Why> {
    let Watch::Heartbeat(beat) = &check.watch else { return None };
    beat.floors.iter().find_map(|floor| {
        let detail = match ping.said.figure(&floor.name) {
            Some(figure) if figure >= floor.at_least => return None,
            Some(figure) => format!("{} = {figure} < {}", floor.name, floor.at_least),
            None => format!("{} = ? < {}", floor.name, floor.at_least),
        };
        Some(Why::new(WhyCode::TooLittle, detail))
    })
}

/// How a check that was made or changed at `made` stands at `now`.
pub fn stand(check: &Check, facts: &Facts, made: Timestamp, now: Timestamp) -> Standing {
    let of = |state, since| Standing { state, since, why: None, expected: None, look_at: None };
    if facts.is_paused {
        return of(CheckState::Paused, now);
    }
    match (&check.watch, check.watch.probe()) {
        (Watch::Heartbeat(beat), _) => heartbeat(check, beat, facts, (made, now)),
        (_, Some(probe)) => {
            let next = facts.last_at.map_or(now, |at| at + Duration::from_secs(probe.every_s));
            let mut standing = failing(check, facts).unwrap_or_else(|| match facts.succeeded_at {
                Some(at) => of(CheckState::Up, at),
                None => of(CheckState::New, made),
            });
            (standing.expected, standing.look_at) = (Some(next), Some(next));
            standing
        }
        (_, None) => of(CheckState::New, made),
    }
}

/// Down, for what it said itself or was found.
fn failing(check: &Check, facts: &Facts) -> Option<Standing> {
    let since = facts.failing_since.filter(|_| facts.failures >= check.failures_max)?;
    Some(Standing { state: CheckState::Down, since, why: facts.why.clone(), expected: None, look_at: None })
}

fn heartbeat(check: &Check, beat: &Heartbeat, facts: &Facts, (made, now): (Timestamp, Timestamp)) -> Standing {
    let of = |state, since| Standing { state, since, why: None, expected: None, look_at: None };
    let down =
        |since, code, detail: &str| Standing { why: Some(Why::new(code, detail)), ..of(CheckState::Down, since) };
    let Some(heard) = facts.heard_at else { return of(CheckState::New, made) };
    let expected = beat.due_after(heard);
    if let Some(standing) = failing(check, facts) {
        return Standing { expected, ..standing };
    }
    let run_ends = facts.runs.iter().map(|run| run.at + beat.run_max()).min();
    if let Some(end) = run_ends.filter(|end| *end <= now) {
        return Standing { expected, ..down(end, WhyCode::TooLong, "") };
    }
    let soonest = |at: Option<Timestamp>| [at, run_ends].into_iter().flatten().min();
    match expected {
        Some(due) if due + beat.grace() <= now => {
            Standing { expected, ..down(due + beat.grace(), WhyCode::Missed, "") }
        }
        Some(due) if due <= now => {
            let look_at = soonest(Some(due + beat.grace()));
            Standing { expected, look_at, ..of(CheckState::Late, due) }
        }
        _ => Standing { expected, look_at: soonest(expected), ..of(CheckState::Up, heard) },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Floor, HttpProbe, Said};
    use proptest::prelude::*;

    const T0: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

    fn at(seconds: u64) -> Timestamp {
        T0 + Duration::from_secs(seconds)
    }

    /// Every hour, ten minutes late at the most, a run of five minutes.
    fn hourly() -> Check {
        let floors = vec![Floor { name: "rows".into(), at_least: 10.0 }];
        let beat =
            Heartbeat { when: "every 1 h".into(), zone: "UTC".into(), grace_s: 600, run_max_s: Some(300), floors };
        Check {
            name: "backup".into(),
            watch: Watch::Heartbeat(beat),
            failures_max: 1,
            is_public: false,
            public_name: None,
        }
    }

    fn ping(seconds: u64, kind: PingKind, run: u128, body: &str) -> Ping {
        let run = (run > 0).then(|| Uuid::from_u128(run));
        Ping { at: at(seconds), kind, run, said: Said::read(&[], body), took: None }
    }

    fn heard(pings: &[Ping]) -> Facts {
        let mut facts = Facts::default();
        for ping in pings {
            facts.hear(&hourly(), ping);
        }
        facts
    }

    #[test]
    fn a_check_stands_as_it_was_heard_of() {
        use CheckState::{Down, Late, New, Up};
        let ok = |seconds| ping(seconds, PingKind::Success, 0, "rows=10");
        let few = |seconds| ping(seconds, PingKind::Success, 0, "rows=9");
        let start = |seconds, run| ping(seconds, PingKind::Start, run, "");
        let end = |seconds, run| ping(seconds, PingKind::Success, run, "rows=99");
        let exit = |seconds| ping(seconds, PingKind::Exit(3), 0, "");
        let log = |seconds| ping(seconds, PingKind::Log, 0, "");
        for (name, pings, now, state, why) in [
            ("nothing was heard", vec![], 9_999, New, None),
            ("a note is no sign of life", vec![log(0)], 9_999, New, None),
            ("in time", vec![ok(0)], 3_599, Up, None),
            ("due", vec![ok(0)], 3_600, Late, None),
            ("within its grace", vec![ok(0)], 4_199, Late, None),
            ("missed", vec![ok(0)], 4_200, Down, Some(WhyCode::Missed)),
            ("a note does not put it off", vec![ok(0), log(4_000)], 4_200, Down, Some(WhyCode::Missed)),
            ("heard of again", vec![ok(0), ok(9_000)], 9_001, Up, None),
            ("it failed", vec![ok(0), exit(10)], 11, Down, Some(WhyCode::Exited)),
            ("it failed and nothing more", vec![ok(0), exit(10)], 99_999, Down, Some(WhyCode::Exited)),
            ("well again", vec![exit(10), ok(20)], 21, Up, None),
            ("too little", vec![few(0)], 1, Down, Some(WhyCode::TooLittle)),
            ("says nothing of it", vec![ping(0, PingKind::Success, 0, "done")], 1, Down, Some(WhyCode::TooLittle)),
            ("it runs", vec![start(0, 0)], 299, Up, None),
            ("it runs for too long", vec![start(0, 0)], 300, Down, Some(WhyCode::TooLong)),
            ("it ended in time", vec![start(0, 0), ok(299)], 400, Up, None),
            ("a start is in time", vec![ok(0), start(4_100, 0)], 4_300, Up, None),
            ("runs overlap", vec![start(0, 1), start(200, 2), end(290, 1)], 400, Up, None),
            (
                "the other takes too long",
                vec![start(0, 1), start(200, 2), end(290, 1)],
                500,
                Down,
                Some(WhyCode::TooLong),
            ),
            ("a lost run is over with the next", vec![start(0, 1), start(310, 2), end(320, 2)], 900, Up, None),
        ] {
            let standing = stand(&hourly(), &heard(&pings), T0, at(now));
            assert_eq!((standing.state, standing.why.map(|why| why.code)), (state, why), "{name}");
        }
    }

    #[test]
    fn it_says_when_to_look_again_and_since_when() {
        let facts = heard(&[ping(0, PingKind::Success, 0, "rows=10")]);
        let of = |now| stand(&hourly(), &facts, T0, at(now));
        assert_eq!((of(10).look_at, of(10).expected), (Some(at(3_600)), Some(at(3_600))));
        assert_eq!((of(3_700).look_at, of(3_700).since), (Some(at(4_200)), at(3_600)));
        assert_eq!((of(99_999).look_at, of(99_999).since), (None, at(4_200)));
        let running = heard(&[ping(0, PingKind::Start, 0, "")]);
        assert_eq!(stand(&hourly(), &running, T0, at(1)).look_at, Some(at(300)));
    }

    #[test]
    fn times_of_the_calendar_are_those_of_its_zone() {
        let mut check = hourly();
        let Watch::Heartbeat(beat) = &mut check.watch else { panic!() };
        (beat.when, beat.zone, beat.floors) = ("0 2 * * *".into(), "Europe/Paris".into(), vec![]);
        let mut facts = Facts::default();
        // The night in which Paris changes to winter: 25 hours lie between two runs.
        let heard_at: Timestamp = "2026-10-24T00:00:07Z".parse().unwrap();
        facts.hear(&check, &Ping { at: heard_at, ..ping(0, PingKind::Success, 0, "") });
        let standing = stand(&check, &facts, T0, heard_at);
        assert_eq!(standing.expected, Some("2026-10-25T00:00:00Z".parse().unwrap()));
        facts.hear(&check, &Ping { at: "2026-10-25T00:00:07Z".parse().unwrap(), ..ping(0, PingKind::Success, 0, "") });
        let standing = stand(&check, &facts, T0, heard_at);
        assert_eq!(standing.expected, Some("2026-10-26T01:00:00Z".parse().unwrap()));
    }

    #[test]
    fn what_is_asked_is_down_after_so_many_failures_and_from_the_first() {
        let check = Check { watch: Watch::Http(HttpProbe::new("https://example.org/")), failures_max: 3, ..hourly() };
        let mut facts = Facts::default();
        let wrong = || Err(Why::new(WhyCode::Status, "503"));
        let (mut states, mut since) = (Vec::new(), None);
        for (n, found) in [Ok(()), wrong(), wrong(), wrong(), Ok(())].into_iter().enumerate() {
            facts.probed(at(60 * n as u64), Duration::from_millis(20), found);
            let standing = stand(&check, &facts, T0, at(60 * n as u64));
            assert_eq!(standing.look_at, Some(at(60 * (n as u64 + 1))));
            since = since.or((standing.state == CheckState::Down).then_some(standing.since));
            states.push(standing.state.as_str());
        }
        assert_eq!(states, ["up", "up", "up", "down", "up"]);
        assert_eq!(since, Some(at(60)));
    }

    #[test]
    fn a_pause_forgets_what_was_wrong() {
        let mut facts = heard(&[ping(0, PingKind::Exit(1), 0, "")]);
        facts.pause();
        assert_eq!(stand(&hourly(), &facts, T0, at(99_999)).state, CheckState::Paused);
        facts.resume(at(99_999));
        let standing = stand(&hourly(), &facts, T0, at(99_999));
        assert_eq!((standing.state, standing.expected), (CheckState::Up, Some(at(99_999 + 3_600))));
        let mut silent = Facts::default();
        silent.pause();
        silent.resume(at(5));
        assert_eq!(stand(&hourly(), &silent, T0, at(99_999)).state, CheckState::New);
    }

    #[test]
    fn its_uptime_begins_with_the_first_that_is_heard() {
        let since = |facts: &Facts| facts.watched_since(T0);
        assert_eq!(since(&Facts::default()), None);
        assert_eq!(since(&heard(&[ping(3, PingKind::Log, 0, "")])), None, "a note is no result");
        let twice = [ping(5, PingKind::Start, 0, ""), ping(9, PingKind::Success, 0, "rows=10")];
        assert_eq!(since(&heard(&twice)), Some(at(5)));
        let before_it_was_noted = Facts { heard_at: Some(at(7)), ..Facts::default() };
        assert_eq!(since(&before_it_was_noted), Some(T0));
    }

    #[test]
    fn facts_are_read_as_they_were_written() {
        let facts = heard(&[ping(0, PingKind::Start, 7, ""), ping(9, PingKind::Exit(1), 7, "")]);
        let text = serde_json::to_string(&facts).unwrap();
        assert_eq!(serde_json::from_str::<Facts>(&text).unwrap(), facts);
        assert_eq!(serde_json::from_str::<Facts>("{}").unwrap(), Facts::default());
    }

    proptest! {
        /// Between two looks nothing changes by itself: whoever looks when told to misses no change.
        #[test]
        fn nothing_changes_before_it_is_looked_at_again(
            said in prop::collection::vec((0_u64..20_000, 0_usize..5, 0_u128..3), 0..8),
            from in 0_u64..30_000,
            wait in 0_u64..30_000,
        ) {
            let kinds = [PingKind::Success, PingKind::Start, PingKind::Fail, PingKind::Log, PingKind::Exit(1)];
            let mut pings: Vec<_> = said.iter().map(|(s, kind, run)| ping(*s, kinds[*kind], *run, "rows=10")).collect();
            pings.sort_by_key(|ping| ping.at);
            let from = at(from).max(pings.last().map_or(T0, |ping| ping.at));
            let facts = heard(&pings);
            let before = stand(&hourly(), &facts, T0, from);
            let later = from + Duration::from_secs(wait);
            let later = before.look_at.map_or(later, |look| later.min(look - Duration::from_micros(1)).max(from));
            prop_assert_eq!(stand(&hourly(), &facts, T0, later).state, before.state);
            if let Some(look) = before.look_at {
                prop_assert!(look > from, "it is never looked at again at once");
                prop_assert!(stand(&hourly(), &facts, T0, look).state != before.state);
            }
        }
    }
}
