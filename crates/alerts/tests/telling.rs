//! What is told of what is observed, when: stories, and what holds whatever happens.

#![expect(clippy::unwrap_used, reason = "a test that fails says where")]

use alerts::{
    Escalation, Example, Incident, Notice, NoticeKind, Observed, Phase, Quiet, Reading, Rule, RuleKind, RuleWord,
    group, lapse, observe, speak,
};
use model::Timestamp;
use proptest::prelude::*;
use std::time::Duration;
use uuid::Uuid;

const START: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

fn at(seconds: u64) -> Timestamp {
    START + Duration::from_secs(seconds)
}

/// One subject, watched.
struct Watched {
    rule: Rule,
    last: Option<Incident>,
    notices: Vec<Notice>,
    made: u128,
}

impl Watched {
    fn new(word: RuleWord) -> Self {
        Self { rule: Rule::new(Uuid::from_u128(9), word.usual()), last: None, notices: vec![], made: 0 }
    }

    fn sees(&mut self, seconds: u64, observed: Observed) {
        self.made += 1;
        let reading = Reading { subject: "s".into(), at: at(seconds), observed, example: Example::default() };
        self.last = observe(&self.rule, self.last.take(), &reading, Uuid::from_u128(self.made));
        self.passes(seconds, Quiet::No);
    }

    fn passes(&mut self, seconds: u64, quiet: Quiet) {
        let Some(incident) = self.last.take() else { return };
        let mut incident = lapse(&self.rule, incident, at(seconds));
        self.notices.extend(speak(&self.rule, &mut incident, quiet, at(seconds)));
        self.last = Some(incident);
    }

    fn kinds(&self) -> Vec<&'static str> {
        self.notices.iter().map(|notice| notice.kind.as_str()).collect()
    }

    fn acknowledge(&mut self, seconds: u64) {
        self.last.as_mut().unwrap().acknowledge("ana", at(seconds));
    }
}

const HAPPENED: Observed = Observed::Happened { times: 1 };
const BAD: Observed = Observed::Measured { value: 11.0 };
const GOOD: Observed = Observed::Measured { value: 10.0 };

#[test]
fn what_happens_is_told_at_once_then_by_periods_with_how_many() {
    let mut issues = Watched::new(RuleWord::NewIssue);
    issues.sees(0, HAPPENED);
    for second in 1..=299 {
        issues.sees(second, Observed::Happened { times: 33 });
    }
    assert_eq!(issues.kinds(), ["firing"]);
    issues.passes(300, Quiet::No);
    assert_eq!(issues.kinds(), ["firing", "more"]);
    assert_eq!((issues.notices[1].new, issues.notices[1].count), (299 * 33, 299 * 33 + 1));
    issues.passes(601, Quiet::No);
    assert_eq!(issues.kinds().len(), 2, "nothing more has happened");
}

#[test]
fn a_limit_has_to_be_broken_for_long_enough_and_its_end_is_told_at_once() {
    let mut rate = Watched::new(RuleWord::ErrorRate);
    rate.rule.for_s = 60;
    for (second, observed) in [(0, BAD), (30, BAD), (45, GOOD), (50, BAD), (105, BAD)] {
        rate.sees(second, observed);
    }
    assert!(rate.notices.is_empty() && rate.last.as_ref().unwrap().phase == Phase::Pending);
    rate.sees(110, BAD);
    rate.sees(111, GOOD);
    assert_eq!(rate.kinds(), ["firing", "resolved"]);
    assert_eq!(rate.notices[1].at, at(111));
}

#[test]
fn what_flaps_is_one_incident_and_told_no_more_often_than_the_rule_says() {
    let mut rate = Watched::new(RuleWord::ErrorRate);
    for second in 0..600 {
        rate.sees(second, if second % 2 == 0 { BAD } else { GOOD });
    }
    assert_eq!(rate.kinds(), ["firing", "resolved", "firing", "resolved"]);
    assert_eq!(rate.last.unwrap().id, Uuid::from_u128(1));
}

#[test]
fn who_acknowledges_is_told_no_more_until_it_happens_again_or_is_over() {
    let mut job = Watched::new(RuleWord::FailedJob);
    job.rule.escalation = Some(Escalation { after_s: 600, channel: Uuid::nil() });
    job.sees(0, HAPPENED);
    job.acknowledge(20);
    job.passes(601, Quiet::No);
    assert_eq!(job.kinds(), ["firing"], "somebody looks after it");
    job.sees(900, HAPPENED);
    assert_eq!(job.kinds(), ["firing", "more"]);
    job.passes(901, Quiet::No);
    job.passes(902, Quiet::No);
    assert_eq!(job.kinds(), ["firing", "more", "escalated"], "once");
    job.sees(1_000, Observed::Over);
    assert_eq!(job.kinds().last(), Some(&"resolved"));
}

#[test]
fn what_is_kept_quiet_is_told_afterwards_where_it_goes_on() {
    for quiet in [Quiet::Silenced, Quiet::Caused, Quiet::Unheard] {
        let mut disk = Watched::new(RuleWord::DiskNearlyFull);
        let reading = Reading {
            subject: String::new(),
            at: at(0),
            observed: Observed::Measured { value: 3.0 },
            example: Example::default(),
        };
        disk.last = observe(&disk.rule, None, &reading, Uuid::nil());
        disk.passes(0, quiet);
        assert!(disk.notices.is_empty());
        let mut over = Watched { rule: disk.rule.clone(), last: disk.last.clone(), notices: vec![], made: 0 };
        over.sees(5, Observed::Measured { value: 50.0 });
        assert!(over.notices.is_empty(), "nobody was told that it began");
        disk.passes(10, Quiet::No);
        disk.sees(20, Observed::Measured { value: 50.0 });
        assert_eq!(disk.kinds(), ["firing", "resolved"]);
    }
}

#[test]
fn what_is_not_heard_of_any_more_is_over_without_a_word() {
    let day = 86_400;
    let mut job = Watched::new(RuleWord::FailedJob);
    job.sees(0, HAPPENED);
    job.passes(8 * day - 1, Quiet::No);
    assert_eq!(job.last.as_ref().unwrap().phase, Phase::Firing);
    job.passes(8 * day, Quiet::No);
    assert_eq!((job.last.as_ref().unwrap().phase, job.kinds()), (Phase::Expired, vec!["firing"]));
    let mut job = Watched::new(RuleWord::FailedJob);
    job.sees(0, HAPPENED);
    job.acknowledge(60);
    job.passes(60 + day, Quiet::No);
    assert_eq!(job.last.as_ref().unwrap().phase, Phase::Expired);
}

#[test]
fn many_of_a_rule_at_once_are_one_notice_that_says_how_many() {
    let mut job = Watched::new(RuleWord::FailedJob);
    job.sees(0, HAPPENED);
    let notice = job.notices.remove(0);
    let named =
        |n: usize| Notice { example: Example { name: format!("Job {n}"), ..Example::default() }, ..notice.clone() };
    let few: Vec<Notice> = (0..3).map(named).collect();
    assert_eq!(group(few.clone()), few);
    let one = group((0..50).map(named).collect());
    assert_eq!((one.len(), one[0].others_count, one[0].others.len(), one[0].new), (1, 49, 5, 50));
    assert_eq!(one[0].example.name, "Job 0");
}

#[test]
fn rules_are_kept_as_they_were_and_held_against_their_bounds() {
    for word in RuleWord::ALL {
        let mut rule = Rule::new(Uuid::from_u128(77), word.usual());
        if let RuleKind::MissedCheckIn { query, .. } | RuleKind::LogPattern { query, .. } = &mut rule.kind {
            assert!(query.is_empty());
            *query = "backup done".into();
            let asks_nothing = Rule::new(Uuid::from_u128(77), word.usual());
            assert!(asks_nothing.check().is_err(), "{word:?}");
        }
        assert_eq!(rule.check(), Ok(()), "{word:?}");
        assert_eq!(RuleWord::parse(word.as_str()), Some(word));
        let json = serde_json::to_string(&rule).unwrap();
        assert_eq!(serde_json::from_str::<Rule>(&json).unwrap(), rule);
        assert!(json.contains(&format!("\"kind\":\"{}\"", word.as_str())), "{json}");
        assert!(Rule { throttle_s: 1, ..rule.clone() }.check().is_err());
        assert!(Rule { name: Some("a\u{202e}b".into()), ..rule }.check().is_err());
    }
    let mut job = Watched::new(RuleWord::FailedJob);
    job.sees(0, HAPPENED);
    let json = serde_json::to_string(&job.notices[0]).unwrap();
    assert_eq!(serde_json::from_str::<Notice>(&json).unwrap(), job.notices[0]);
    assert!(Rule::built_in().iter().all(|rule| rule.is_built_in() && rule.check().is_ok()));
}

#[derive(Clone, Debug)]
enum Step {
    Sees(Observed),
    Acknowledges,
    Passes(Quiet),
}

fn steps(happens: bool) -> impl Strategy<Value = Vec<(u64, Step)>> {
    let observed = if happens {
        prop_oneof![(1u64..9).prop_map(|times| Observed::Happened { times }), Just(Observed::Over)].boxed()
    } else {
        prop_oneof![Just(BAD), Just(GOOD)].boxed()
    };
    let step = prop_oneof![
        6 => observed.prop_map(Step::Sees),
        1 => Just(Step::Acknowledges),
        2 => prop_oneof![Just(Quiet::No), Just(Quiet::Silenced)].prop_map(Step::Passes),
    ];
    prop::collection::vec((0u64..200, step), 1..60)
}

proptest! {
    /// Never twice, never lost: what fires is told once before its end, its end once, and only to those who were told. All that
    /// happened is in one count or another once nothing keeps it quiet.
    #[test]
    fn each_beginning_and_each_end_is_told_once(happens: bool, for_s in 0u64..90, steps in steps(true), measured in steps(false)) {
        let mut watched = Watched::new(if happens { RuleWord::FailedJob } else { RuleWord::ErrorRate });
        watched.rule.for_s = if happens { 0 } else { for_s };
        let (mut now, mut happened) = (0, 0);
        for (wait, step) in if happens { steps } else { measured } {
            now += wait;
            match step {
                Step::Sees(observed) => {
                    if let Observed::Happened { times } = observed { happened += times }
                    watched.sees(now, observed);
                }
                Step::Acknowledges => if watched.last.is_some() { watched.acknowledge(now) },
                Step::Passes(quiet) => watched.passes(now, quiet),
            }
        }
        let mut is_firing = false;
        let mut last: Option<Timestamp> = None;
        for notice in &watched.notices {
            match notice.kind {
                NoticeKind::Firing => { prop_assert!(!is_firing); is_firing = true; }
                NoticeKind::More | NoticeKind::Escalated => prop_assert!(is_firing),
                NoticeKind::Resolved => { prop_assert!(is_firing); is_firing = false; }
                NoticeKind::Test => prop_assert!(false),
            }
            if notice.kind != NoticeKind::Resolved && let Some(last) = last {
                prop_assert!(notice.at >= last + watched.rule.throttle());
            }
            last = Some(notice.at);
        }
        // Time alone brings out what was held back.
        watched.passes(now + 400, Quiet::No);
        let Some(incident) = &watched.last else { return Ok(()) };
        if incident.phase == Phase::Firing && incident.acknowledged.is_none() {
            prop_assert!(incident.told.is_firing);
            prop_assert!(!happens || incident.told.count == incident.count);
        }
        prop_assert!(incident.phase != Phase::Resolved || !incident.told.is_firing);
        if happens { prop_assert!(incident.count <= happened); }
    }
}
