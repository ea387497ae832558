//! Random events and decisions, held against a small model; and the same log counted with other cuts.

use super::*;
use model::Timestamp;
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use std::collections::{BTreeMap, BTreeSet};
use store::{IgnoreUntil, IssueChange, IssueFilter, IssueStateKind, Resolution};

const CASES: u32 = 12;

on_both![a_small_model_agrees, where_a_log_is_cut_makes_no_difference];

/// What happens, in the order of time.
#[derive(Clone, Debug)]
enum Step {
    Event { hash: u8, user: Option<i64>, environment: bool, late: bool },
    Resolve(u8),
    Ignore(u8, u64),
}

fn step() -> impl Strategy<Value = Step> {
    let event = (0_u8..5, prop::option::of(0_i64..4), any::<bool>(), prop::bool::weighted(0.2));
    let event = event.prop_map(|(hash, user, environment, late)| Step::Event { hash, user, environment, late });
    prop_oneof![
        10 => event,
        1 => (0_u8..5).prop_map(Step::Resolve),
        1 => (0_u8..5, 1_u64..4).prop_map(|(hash, more)| Step::Ignore(hash, more)),
    ]
}

fn observed(no: i64, project: ProjectId, step: &Step) -> Option<Observation> {
    let Step::Event { hash, user, environment, late } = step else { return None };
    let at = later(100 + no as u64 - if *late { 50 } else { 0 });
    let environment = if *environment { "production" } else { "" };
    Some(Observation { at, user: *user, environment: environment.into(), ..event(no, project, &format!("h{hash}")) })
}

/// An issue as the model knows it.
#[derive(Debug, Default, PartialEq)]
struct Known {
    events: u64,
    users: BTreeSet<i64>,
    seen: BTreeSet<Timestamp>,
    state: Option<IssueStateKind>,
    resolved_at: Option<Timestamp>,
    ignored_until: Option<u64>,
}

impl Known {
    fn see(&mut self, one: &Observation) {
        self.events += 1;
        self.users.extend(one.user);
        self.seen.insert(one.at);
        match self.state {
            None => self.state = Some(IssueStateKind::New),
            Some(IssueStateKind::Resolved) if Some(one.at) > self.resolved_at => {
                self.state = Some(IssueStateKind::Regressed);
            }
            Some(IssueStateKind::Ignored) if Some(self.events) >= self.ignored_until => {
                self.state = Some(IssueStateKind::Ongoing);
            }
            Some(_) => {}
        }
    }
}

async fn decide(db: &Db, project: ProjectId, hash: u8, known: &mut BTreeMap<u8, Known>, step: &Step, no: i64) {
    let Some(issue) = known.get_mut(&hash) else { return };
    let found = db.issues(&IssueFilter { project: Some(project), limit: 50, ..IssueFilter::default() }).await.unwrap();
    let title = format!("h{hash} broke");
    let id = found.rows.iter().find(|one| one.title == title).expect("it is listed").id;
    let now = later(100 + no as u64);
    let change = match step {
        Step::Ignore(_, more) => {
            issue.state = Some(IssueStateKind::Ignored);
            issue.ignored_until = Some(issue.events + more);
            IssueChange::Ignore(IgnoreUntil::Events(*more))
        }
        _ => {
            if issue.state != Some(IssueStateKind::Resolved) {
                issue.resolved_at = Some(now);
            }
            issue.state = Some(IssueStateKind::Resolved);
            IssueChange::Resolve(Resolution::Now)
        }
    };
    db.change_issues(vec![id], change, "ana".into(), now).await.unwrap();
}

async fn a_small_model_agrees(db: Db) {
    let project = shop(&db).await;
    let mut runner = TestRunner::deterministic();
    let mut no = 0;
    for case in 0..CASES {
        let new = NewProject {
            name: format!("p{case}"),
            platform: "".into(),
            settings: "{}".into(),
            key: [9 + case as u8; 16],
        };
        let project = if case == 0 { project } else { db.create_project(new, NOW).await.unwrap().0.id };
        let steps = prop::collection::vec(step(), 1..60).new_tree(&mut runner).unwrap().current();
        let mut known: BTreeMap<u8, Known> = BTreeMap::new();
        let mut waiting = Vec::new();
        for step in &steps {
            no += 1;
            match (step, observed(no, project, step)) {
                (Step::Event { hash, .. }, Some(one)) => {
                    known.entry(*hash).or_default().see(&one);
                    waiting.push(one);
                }
                (Step::Resolve(hash) | Step::Ignore(hash, _), _) => {
                    apply(&db, std::mem::take(&mut waiting)).await;
                    decide(&db, project, *hash, &mut known, step, no).await;
                }
                _ => unreachable!(),
            }
        }
        apply(&db, waiting).await;
        assert_eq!(db.verify_issues().await.unwrap(), [0_i64; 0]);
        compare(&db, project, &known, &steps).await;
    }
}

async fn compare(db: &Db, project: ProjectId, known: &BTreeMap<u8, Known>, steps: &[Step]) {
    let all = IssueFilter { project: Some(project), limit: 50, ..IssueFilter::default() };
    let found = db.issues(&all).await.unwrap().rows;
    assert_eq!(found.len(), known.len(), "{steps:#?}");
    for (hash, known) in known {
        let title = format!("h{hash} broke");
        let one = found.iter().find(|one| one.title == title).expect("it is listed");
        assert_eq!((one.events, one.users), (known.events, known.users.len() as u64), "{steps:#?}");
        assert_eq!(Some(one.state.kind()), known.state, "h{hash} {steps:#?}");
        assert_eq!((Some(&one.first_seen), Some(&one.last_seen)), (known.seen.first(), known.seen.last()));
    }
}

/// Everything that is counted, as text.
async fn everything(db: &Db, project: ProjectId) -> String {
    let all = IssueFilter { project: Some(project), limit: 50, ..IssueFilter::default() };
    let mut text = String::new();
    for one in db.issues(&all).await.unwrap().rows {
        let one = Issue { id: 0, project: 0, ..one };
        text += &format!("{one:?}\n");
    }
    for one in db.issues(&all).await.unwrap().rows {
        let tags = db.issue_tags(one.id, 99).await.unwrap();
        let steps = store::HourSteps { since: NOW, hours: 1, count: 2 };
        let hours = db.issue_trends(&[one.id], steps, Some("production")).await.unwrap();
        let hashes = db.issue_hashes(one.id).await.unwrap();
        let hashes: Vec<_> = hashes.iter().map(|one| (&one.hash, one.events, one.first_seen)).collect();
        text += &format!("{tags:?} {:?} {hashes:?}\n", hours.values());
    }
    text
}

/// Each log is counted whole; then in pieces that overlap, and of which each comes twice, as after a crash that came before
/// anybody heard of the commit.
async fn where_a_log_is_cut_makes_no_difference(db: Db) {
    let mut runner = TestRunner::deterministic();
    for case in 0..CASES {
        let [whole, pieces] = [0_u8, 1].map(|part| NewProject {
            name: format!("p{case} {part}"),
            platform: String::new(),
            settings: "{}".into(),
            key: [100 + case as u8 * 2 + part; 16],
        });
        let whole = db.create_project(whole, NOW).await.unwrap().0.id;
        let pieces = db.create_project(pieces, NOW).await.unwrap().0.id;
        let strategy = (prop::collection::vec(step(), 1..80), prop::collection::vec(1_usize..9, 80));
        let (steps, cuts) = strategy.new_tree(&mut runner).unwrap().current();
        let log = |project| {
            let events = steps.iter().enumerate().map(move |(n, step)| observed(n as i64 + 1, project, step));
            events.flatten().collect::<Vec<_>>()
        };
        let through = steps.len() as i64;
        let batch = EventBatch { log: format!("{case} whole"), observations: log(whole), through };
        db.apply_events(batch).await.unwrap();
        let name = format!("{case} pieces");
        let (all, mut done) = (log(pieces), 0);
        for cut in cuts {
            let end = all.len().min(done + cut);
            let Some(last) = all[done..end].last() else { break };
            // With some that were counted before.
            let observations = all[done.saturating_sub(3)..end].to_vec();
            let batch = EventBatch { log: name.clone(), observations, through: last.no };
            assert_eq!(db.apply_events(batch.clone()).await.unwrap().len(), end - done);
            assert_eq!(db.apply_events(batch).await.unwrap(), []);
            done = end;
        }
        assert_eq!(done, all.len());
        assert_eq!(everything(&db, pieces).await, everything(&db, whole).await, "{steps:#?}");
    }
}
