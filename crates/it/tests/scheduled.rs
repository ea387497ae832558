//! Schedules whose processes are killed at random moments: every due time runs exactly once. `VIGIE_SCHEDULE_KILLS` says how
//! often each process is killed.

use crate::harness::{Database, program, say, seeded, wait_for};
use model::{Authority, Clock, ItemState, JobId, JobKind, MissedPolicy, OverlapPolicy, Rng, Timestamp};
use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};
use store::{Db, ItemFilter, JobFilter, NewJobSchedule, NextDue, RunState, ScheduleKept, SchedulePlan};
use tempfile::TempDir;
use uuid::Uuid;

const SCHEDULES: u128 = 4;
/// Between the times of each of them.
const EVERY: Duration = Duration::from_secs(3);
const PATIENCE: Duration = Duration::from_secs(240);

/// A data directory, or two beside one database.
struct Place {
    folder: TempDir,
    database: Option<Database>,
}

impl Place {
    fn new(database: Option<Database>) -> Self {
        Self { folder: tempfile::tempdir().expect("a folder can be made"), database }
    }

    fn data(&self, process: usize) -> PathBuf {
        self.folder.path().join(format!("data{process}"))
    }

    /// Where commands say that they ran.
    fn said(&self) -> PathBuf {
        self.folder.path().join("ran")
    }

    fn start(&self, process: usize) -> Child {
        let mut command = Command::new(program());
        command.args(["serve", "--listen", "127.0.0.1:0"]).env("VIGIE_DATA", self.data(process));
        command.env("VIGIE_SECRET_KEY_FILE", self.folder.path().join("secret.key"));
        command.env_remove("VIGIE_TEST_POSTGRES").current_dir(self.folder.path());
        if let Some(database) = &self.database {
            command.env("VIGIE_DATABASE", database.url());
        }
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program starts")
    }

    /// Asks the state itself, while nobody owns it where that matters.
    fn with_db<T>(&self, ask: impl AsyncFnOnce(&Db) -> T) -> T {
        let file = self.data(0).join("vigie.db");
        asked(async || self.open(Db::open_sqlite(&file, &self.data(0).join("snapshots"))).await, ask)
    }

    /// The same beside its owner.
    fn reading<T>(&self, ask: impl AsyncFnOnce(&Db) -> T) -> T {
        let file = self.data(0).join("vigie.db");
        asked(async || self.open(Db::open_sqlite_read_only(&file)).await, ask)
    }

    async fn open(&self, sqlite: impl Future<Output = store::Result<Db>>) -> Db {
        let db = match &self.database {
            Some(database) => Db::open_postgres(&database.url()).await,
            None => sqlite.await,
        };
        db.expect("the state opens")
    }

    fn make_schedules(&self) {
        let said = self.said();
        self.with_db(async |db| {
            for number in 1..=SCHEDULES {
                let now = Clock::System.now();
                let kept = db.create_job_schedule(schedule(number, &said, now), now).await;
                assert_eq!(kept.expect("the state is written"), ScheduleKept::Kept);
            }
        });
    }
}

fn asked<T>(open: impl AsyncFnOnce() -> Db, ask: impl AsyncFnOnce(&Db) -> T) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let db = open().await;
        let answer = ask(&db).await;
        db.close().await;
        answer
    })
}

/// Its times are counted from the moment it is made.
fn schedule(number: u128, said: &Path, now: Timestamp) -> NewJobSchedule {
    let due = now + EVERY;
    let line = format!("echo \"$VIGIE_JOB_ID\" >> {}", said.display());
    NewJobSchedule {
        id: Uuid::from_u128(number << 64 | number),
        name: format!("every three seconds, {number}"),
        kind: JobKind::Command,
        plan: SchedulePlan {
            expression: format!("every {} s", EVERY.as_secs()),
            zone: "UTC".to_owned(),
            days_off: Vec::new(),
            jitter: Duration::ZERO,
            missed: MissedPolicy::All,
            overlap: OverlapPolicy::Queue,
        },
        spec: serde_json::json!({"command": line, "shell": true}).to_string(),
        authority: Authority::Owner,
        created_by: String::new(),
        next: Some(NextDue { due, begins: due }),
    }
}

fn kills(otherwise: u64) -> u64 {
    env::var("VIGIE_SCHEDULE_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(otherwise)
}

/// Starts a process again and again, and kills it each time: most while it still opens the state, some after a while.
fn killed_again_and_again(place: &Place, process: usize, kills: u64, longest: u64, rng: &Rng) {
    for _ in 0..kills {
        let mut child = place.start(process);
        let most = if rng.below(2) == 0 { 1_500 } else { longest };
        thread::sleep(Duration::from_millis(rng.below(most)));
        child.kill().expect("it can be killed");
        child.wait().expect("it ends");
    }
}

/// What there is once everything that was due until `until` has run.
fn check(place: &Place, until: Timestamp) -> usize {
    let said = std::fs::read_to_string(place.said()).unwrap_or_default();
    let mut ran: BTreeMap<JobId, u64> = BTreeMap::new();
    for line in said.lines() {
        *ran.entry(line.parse().expect("the id of a job")).or_default() += 1;
    }
    place.with_db(async |db| {
        let (mut jobs_of_runs, mut times) = (BTreeSet::new(), 0);
        for schedule in db.job_schedules().await.expect("schedules") {
            let runs = db.runs_of_schedule(schedule.id, None, 2_000).await.expect("runs");
            let dues: BTreeSet<_> = runs.iter().map(|run| run.due).filter(|due| *due <= until).collect();
            let first = *dues.first().expect("something was due");
            let expected = std::iter::successors(Some(first), |due| Some(*due + EVERY)).take_while(|due| *due <= until);
            assert_eq!(dues, expected.collect(), "each time is there, and no other");
            for run in runs.iter().filter(|run| run.due <= until) {
                assert_eq!(run.state, RunState::Started, "{run:?}");
                let job = run.job.expect("a run that started has a job");
                assert!(jobs_of_runs.insert(job), "one job is of one run");
                let items = db.items(job, &ItemFilter { limit: 10, ..ItemFilter::default() }).await.expect("items");
                let [item] = &items.rows[..] else { panic!("{} items", items.rows.len()) };
                let count = ran.get(&job).copied().unwrap_or(0);
                match item.state {
                    ItemState::Succeeded => assert_eq!(count, 1, "{item:?}"),
                    // It was killed with its process: nobody can tell, and nobody repeats it.
                    ItemState::Unknown => assert!(count <= 1, "{item:?}"),
                    other => panic!("{other}: {item:?}"),
                }
                times += 1;
            }
        }
        let all = db.jobs(&JobFilter { limit: 5_000, ..JobFilter::default() }).await.expect("jobs");
        assert!(all.rows.len() >= jobs_of_runs.len());
        times
    })
}

/// Waits until all that was due is over, while a process runs that nobody kills.
fn caught_up(place: &Place, until: Timestamp) {
    wait_for("everything that was due to run", PATIENCE, || {
        thread::sleep(Duration::from_secs(1));
        place.reading(async |db| is_caught_up(db, until).await.unwrap_or(false)).then_some(())
    });
}

async fn is_caught_up(db: &Db, until: Timestamp) -> store::Result<bool> {
    for schedule in db.job_schedules().await? {
        let runs = db.runs_of_schedule(schedule.id, None, 2_000).await?;
        let waits = runs.iter().any(|run| run.due <= until && run.state == RunState::Waiting);
        if waits || schedule.next.is_none_or(|next| next.due <= until) {
            return Ok(false);
        }
        for job in runs.iter().filter(|run| run.due <= until).filter_map(|run| run.job) {
            if db.job(job).await?.is_none_or(|job| !job.state.is_final()) {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

fn each_due_time_runs_once(name: &str, place: &Place, processes: usize, kills: u64, longest: u64) {
    let rng = seeded(name);
    // The state is made, and the key, before anything is due.
    let mut first = place.start(0);
    let is_made = || place.database.is_some() || place.data(0).join("vigie.lock").exists();
    wait_for("the state to be made", PATIENCE, || is_made().then_some(()));
    wait_for("the key to be made", PATIENCE, || place.folder.path().join("secret.key").exists().then_some(()));
    thread::sleep(Duration::from_secs(1));
    first.kill().expect("it can be killed");
    first.wait().expect("it ends");
    place.make_schedules();
    thread::scope(|scope| {
        for process in 0..processes {
            let rng = Rng::seeded(rng.below(u64::MAX));
            scope.spawn(move || killed_again_and_again(place, process, kills, longest, &rng));
        }
    });
    let until = Clock::System.now();
    let mut last = place.start(0);
    caught_up(place, until);
    last.kill().expect("it can be killed");
    last.wait().expect("it ends");
    let times = check(place, until);
    say(&format!("{name}: {kills} kills of each of {processes}: {times} due times, each run once"));
    assert!(times as u64 > kills / 2, "{times} times");
}

#[test]
fn killed_at_random_moments_each_due_time_runs_once() {
    each_due_time_runs_once("one process", &Place::new(None), 1, kills(8), 4_000);
}

#[test]
fn on_postgres_two_that_are_killed_run_each_due_time_once() {
    let Some(database) = Database::create() else { return };
    each_due_time_runs_once("two processes", &Place::new(Some(database)), 2, kills(4), 16_000);
}
