//! Random lives of a job, crashes included, hold what the engine promises.

use crate::bed::*;
use model::{ItemState, JobId, JobState, OnUnknown};
use proptest::{prelude::*, test_runner::TestRunner};
use std::collections::{HashMap, HashSet};
use store::{ClaimedItem, Db, Lost, NewJob};

const ITEMS: i64 = 12;

#[derive(Clone, Debug)]
enum Step {
    Claim(u64),
    /// For each item in flight, what becomes of it (by turns).
    Record(Vec<ItemState>),
    Pause,
    Resume,
    Start,
    Cancel,
    /// The process dies and another begins.
    Crash,
    /// The dead process speaks after all.
    Late(ItemState),
    Retry,
    Settle(ItemState),
}

fn step() -> impl Strategy<Value = Step> {
    use ItemState::{Failed, Queued, Succeeded, Unknown};
    let state = prop::sample::select(vec![Succeeded, Succeeded, Failed, Queued, Unknown]);
    prop_oneof![
        6 => (1_u64..6).prop_map(Step::Claim),
        6 => prop::collection::vec(state.clone(), 1..4).prop_map(Step::Record),
        1 => Just(Step::Pause),
        2 => Just(Step::Resume),
        2 => Just(Step::Start),
        1 => prop::bool::weighted(0.2).prop_map(|cancel| if cancel { Step::Cancel } else { Step::Resume }),
        1 => Just(Step::Crash),
        1 => state.prop_map(Step::Late),
        1 => Just(Step::Retry),
        1 => prop::sample::select(vec![Succeeded, Queued, Failed]).prop_map(Step::Settle),
    ]
}

/// What the test remembers of the outside world.
struct World {
    db: Db,
    id: JobId,
    worker: i64,
    in_flight: Vec<ClaimedItem>,
    lost: Vec<(i64, Vec<ClaimedItem>)>,
    succeeded: HashSet<i64>,
    attempts: HashMap<i64, i64>,
    seconds: u64,
}

impl World {
    async fn take(&mut self, step: Step) {
        let (db, id) = (self.db.clone(), self.id);
        // Every few steps fall into another window of the counts.
        self.seconds += 70;
        let now = later(self.seconds);
        match step {
            Step::Claim(messages) => {
                for item in claim(&db, id, self.worker, messages, now).await.items {
                    assert!(!self.succeeded.contains(&item.seq), "{} was done", item.seq);
                    assert!(self.in_flight.iter().all(|held| held.seq != item.seq), "{} is in flight", item.seq);
                    let before = self.attempts.insert(item.seq, item.attempt).unwrap_or(0);
                    assert_eq!(item.attempt, before + 1);
                    self.in_flight.push(item);
                }
            }
            Step::Record(states) => {
                let count = self.in_flight.len().min(states.len());
                let items: Vec<_> = self.in_flight.drain(..count).collect();
                let outcomes =
                    items.iter().zip(states).map(|(item, state)| outcome(id, item, state)).collect::<Vec<_>>();
                if outcomes.is_empty() {
                    return;
                }
                let sent = outcomes.iter().filter(|outcome| outcome.state == ItemState::Succeeded);
                self.succeeded.extend(sent.map(|outcome| outcome.seq));
                assert_eq!(record(&db, id, self.worker, outcomes, now).await.fenced, 0);
            }
            Step::Crash => {
                db.rescue(Lost::Everybodys, verdict("lost"), lost_trace(), now).await.unwrap();
                self.lost.push((self.worker, std::mem::take(&mut self.in_flight)));
                self.worker = worker(&db).await;
            }
            Step::Late(state) => {
                for (worker, items) in std::mem::take(&mut self.lost) {
                    let outcomes = all(id, &items, state);
                    if !outcomes.is_empty() {
                        record(&db, id, worker, outcomes, now).await;
                    }
                }
                for seq in 1..=ITEMS {
                    if state_of(&db, id, seq).await == ItemState::Succeeded {
                        self.succeeded.insert(seq);
                    }
                }
            }
            Step::Settle(state) => {
                let seqs = (1..=ITEMS).collect();
                if let Ok((_, settled)) = db.settle_unknown(id, seqs, state, Vec::new(), now).await
                    && state == ItemState::Succeeded
                {
                    self.succeeded.extend(settled);
                }
            }
            // Refusals are part of life.
            Step::Pause => drop(db.pause_job(id, reason(), None, now).await),
            Step::Resume => drop(db.resume_job(id, now).await),
            Step::Start => drop(db.start_job(id, now).await),
            Step::Cancel => drop(db.cancel_job(id, reason(), now).await),
            Step::Retry => drop(db.retry_failed(id, now).await),
        }
    }

    async fn check(&self) {
        let job = assert_consistent(&self.db, self.id).await;
        assert_eq!(job.counters.total, ITEMS as u64);
        assert_eq!(job.counters.running, self.in_flight.len() as u64);
        let open = job.counters.queued + job.counters.running > 0;
        match job.state {
            JobState::Completed => assert!(!open, "{job:?}"),
            JobState::Running | JobState::Paused | JobState::Pending => assert!(open, "{job:?}"),
            JobState::Cancelled => assert_eq!(job.counters.queued, 0),
            JobState::Preparing | JobState::Failed => panic!("{job:?}"),
        }
        assert_eq!(job.finished_at.is_some(), job.state.is_final(), "{job:?}");
        for seq in &self.succeeded {
            assert_eq!(state_of(&self.db, self.id, *seq).await, ItemState::Succeeded);
        }
        assert_counts_are_recounts(&self.db, &job).await;
    }
}

async fn live(db: Db, number: u128, policy: OnUnknown, steps: Vec<Step>) {
    let new = NewJob { on_unknown: policy, application_name: format!("life {number}"), ..new_job(job_id(number)) };
    let id = running(&db, new, items(ITEMS)).await;
    let worker = worker(&db).await;
    let (in_flight, lost) = (Vec::new(), Vec::new());
    let mut world =
        World { db, id, worker, in_flight, lost, succeeded: HashSet::new(), attempts: HashMap::new(), seconds: 0 };
    for step in steps {
        world.take(step).await;
        world.check().await;
    }
    // Each life ends, so that the next one's crash does not find its items.
    world.take(Step::Crash).await;
}

fn lives(runtime: &tokio::runtime::Runtime, db: &Db, cases: u32) {
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    let number = std::cell::Cell::new(0_u128);
    let policy = prop::sample::select(vec![OnUnknown::Hold, OnUnknown::Repeat]);
    TestRunner::new(config)
        .run(&(policy, prop::collection::vec(step(), 1..40)), |(policy, steps)| {
            number.set(number.get() + 1);
            runtime.block_on(live(db.clone(), number.get(), policy, steps));
            Ok(())
        })
        .unwrap();
}

#[test]
fn any_life_keeps_the_promises_on_sqlite() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let dir = tempfile::tempdir().unwrap();
    let db = runtime.block_on(Db::open_sqlite(&dir.path().join("vigie.db"), dir.path())).unwrap();
    lives(&runtime, &db, 60);
}

#[test]
fn any_life_keeps_the_promises_on_postgresql() {
    let Some(server) = server() else { return };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let database = runtime.block_on(Database::create(&server));
    let db = runtime.block_on(Db::open_postgres(&database.url)).unwrap();
    let end = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| lives(&runtime, &db, 15)));
    runtime.block_on(db.close());
    runtime.block_on(database.remove());
    end.unwrap();
}
