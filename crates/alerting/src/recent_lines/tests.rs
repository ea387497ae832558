use super::*;
use jiff::tz::TimeZone;
use logs::{
    Config,
    search::{JobNames, Search, SearchError},
};
use model::{Clock, JobId, ManualClock};
use proptest::{
    prelude::*,
    test_runner::{Config as ProptestConfig, TestRunner},
};
use std::fmt::Write as _;

const BEGUN: Timestamp = Timestamp::from_micros(1_763_942_400_000_000);

struct NoJobs;

impl JobNames for NoJobs {
    type Error = SearchError;

    async fn jobs_called(&self, _: &str) -> Result<Vec<JobId>, SearchError> {
        Ok(Vec::new())
    }
}

#[derive(Clone, Debug)]
enum Step {
    /// Lines that say they are so many seconds old; those below 0 are ahead.
    Lines(Vec<(i64, u8)>),
    Pass(u64),
    PutBack(u64),
    /// What waits in memory for long is sealed.
    Seal,
    Delete(u8),
    /// The store is closed, and what the rules have counted stays.
    Reopen,
    /// All that was counted is forgotten.
    Restart,
    Count,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let age = prop_oneof![8 => 0_i64..5, 3 => 5_i64..90, 1 => -200_i64..0, 1 => Just(-100_000)];
    let step = prop_oneof![
        6 => proptest::collection::vec((age, 0_u8..6), 1..20).prop_map(Step::Lines),
        4 => (0_u64..9).prop_map(Step::Pass),
        1 => (30_u64..400).prop_map(Step::Pass),
        1 => (1_u64..100).prop_map(Step::PutBack),
        1 => Just(Step::Seal),
        1 => (0_u8..6).prop_map(Step::Delete),
        1 => Just(Step::Reopen),
        1 => Just(Step::Restart),
        6 => Just(Step::Count),
    ];
    proptest::collection::vec(step, 1..40)
}

const RULES: [(&str, u64); 6] = [
    ("*", 60),
    ("kind:log n:1", 60),
    ("\"line of 2\"", 30),
    ("level:error", 3_600),
    ("n>=3 since:20s", 60),
    ("-n:4 n:*", 1_000),
];

struct Site {
    folder: tempfile::TempDir,
    clock: ManualClock,
    logs: Logs,
    recent: Vec<RecentLines>,
}

impl Site {
    fn new() -> Self {
        let (folder, clock) = (tempfile::tempdir().unwrap(), ManualClock::at(BEGUN));
        let logs = Logs::new(folder.path(), Config::default(), Clock::Manual(clock.clone()), TimeZone::UTC).unwrap();
        Self { folder, clock, logs, recent: vec![RecentLines::default(); RULES.len()] }
    }

    fn now(&self) -> Timestamp {
        Clock::Manual(self.clock.clone()).now()
    }

    async fn append(&self, lines: &[(i64, u8)]) {
        let mut text = String::new();
        for (age, n) in lines {
            let time = Timestamp::from_micros(self.now().as_micros() - age * 1_000_000);
            let level = if *n == 5 { "error" } else { "info" };
            let _ = writeln!(text, r#"{{"time":"{time}","message":"line of {n}","level":"{level}","n":{n}}}"#);
        }
        let logs = self.logs.clone();
        let written = tokio::task::spawn_blocking(move || {
            let mut intake = logs.intake().unwrap();
            intake.json_lines(&mut text.as_bytes(), &Default::default()).unwrap();
            intake.finish().unwrap();
        });
        written.await.unwrap();
    }

    async fn resolved(&self, q: &str, since: Option<Timestamp>) -> ResolvedSearch {
        // Lines that are dated a little in the future count; a histogram without an end ends now.
        let until = since.map(|_| (self.now() + Duration::from_secs(100 * 86_400)).to_string());
        let search =
            Search { q: q.to_owned(), since: since.map(|since| since.to_string()), until, ..Search::default() };
        search.resolve(self.now(), &TimeZone::UTC, &NoJobs).await.unwrap()
    }

    /// What each rule counts, and what a count of all that it looks back on finds.
    async fn count(&mut self) -> Vec<(u64, u64)> {
        let (mut both, now) = (Vec::new(), self.now());
        for (number, (q, within_s)) in RULES.into_iter().enumerate() {
            let within = Duration::from_secs(within_s);
            let search = self.resolved(q, None).await;
            let counted = self.recent[number].count(&self.logs, &search, within, now).await.unwrap().unwrap();
            let since = begin_of_step(now - within, step(within));
            let whole = self.logs.counts(&self.resolved(q, Some(since)).await, Some(step(within))).await.unwrap();
            assert!(self.recent[number].steps.len() <= 1_600);
            both.push((counted, whole.value.counts.iter().map(|step| step.total).sum()));
        }
        both
    }

    async fn take(&mut self, step: &Step) -> Result<(), TestCaseError> {
        match step {
            Step::Lines(lines) => self.append(lines).await,
            Step::Pass(seconds) => self.clock.advance(Duration::from_secs(*seconds)),
            Step::PutBack(seconds) => self.clock.set(self.now() - Duration::from_secs(*seconds)),
            Step::Seal => {
                self.clock.advance(Duration::from_secs(601));
                self.logs.tend().await.unwrap();
            }
            Step::Delete(n) => {
                let question = self.resolved(&format!("n:{n}"), None).await.question().clone();
                let deleted = self.logs.delete(question, Some(u64::MAX), Duration::from_secs(30)).await.unwrap();
                assert!(deleted.is_done);
            }
            Step::Reopen => self.logs.close().await,
            Step::Restart => {
                self.logs.close().await;
                let clock = Clock::Manual(self.clock.clone());
                self.logs = Logs::new(self.folder.path(), Config::default(), clock, TimeZone::UTC).unwrap();
                self.recent.fill(RecentLines::default());
            }
            Step::Count => {
                for ((q, within), (counted, whole)) in RULES.iter().zip(self.count().await) {
                    prop_assert_eq!(counted, whole, "{} within {}", q, within);
                }
            }
        }
        Ok(())
    }
}

#[test]
fn what_is_counted_bit_by_bit_is_what_a_count_of_all_finds() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let config = ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() };
    let ran = TestRunner::new(config).run(&steps(), |steps| {
        runtime.block_on(async {
            let mut site = Site::new();
            for step in steps.iter().chain([&Step::Count]) {
                site.take(step).await?;
            }
            site.logs.close().await;
            Ok(())
        })
    });
    ran.unwrap();
}

#[tokio::test]
async fn each_line_is_looked_at_once() {
    let site = Site::new();
    site.append(&[(3, 1), (2, 1), (1, 2)]).await;
    let (within, mut recent) = (Duration::from_secs(60), RecentLines::default());
    let search = site.resolved("n:1", None).await;
    assert_eq!(recent.count(&site.logs, &search, within, site.now()).await.unwrap(), Some(2));
    let again = |recent: &RecentLines| {
        let (mut recent, logs, search, now) = (recent.clone(), site.logs.clone(), search.clone(), site.now());
        async move {
            let range = recent.look_back(within, now);
            logs.new_counts(&search, range, step(within), recent.last_seq.as_ref()).await.unwrap().unwrap()
        }
    };
    let nothing = again(&recent).await;
    assert_eq!((nothing.steps.len(), nothing.is_all), (0, false));
    // One that comes late is found as soon as it has come.
    site.append(&[(50, 1), (90, 1)]).await;
    let late = again(&recent).await;
    assert_eq!(late.steps.iter().map(|(_, count)| count).sum::<u64>(), 1);
    assert_eq!(recent.count(&site.logs, &search, within, site.now()).await.unwrap(), Some(3));
    let other = site.resolved("n:2", None).await;
    let range = recent.look_back(within, site.now());
    let counted = site.logs.new_counts(&other, range, step(within), recent.last_seq.as_ref()).await.unwrap().unwrap();
    assert!(counted.is_all, "it means something else");
}

#[test]
fn steps_are_few_and_begin_with_minutes() {
    for (within, length) in [(60, 1), (720, 1), (721, 2), (3_600, 5), (86_400, 60)] {
        assert_eq!(step(Duration::from_secs(within)).as_secs(), length, "{within}");
    }
}
