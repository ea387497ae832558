//! A database of its own for each case, an engine that can be stopped, crashed and started again, a clock to advance.

use crate::script::{Script, Scripted};
use jobs::{Engine, Hub, MemoryLog, Options, Progress, Ready, RetryPolicy, Scope};
use model::{
    AccountId, Clock, Counters, ItemState, JobId, JobKind, JobState, ManualClock, OnUnknown, Rng, Timestamp, pace,
};
use std::{
    future::Future,
    process::{Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use store::{Account, Db, ItemFilter, Job, NewItem, NewJob};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout},
    sync::Mutex as AsyncMutex,
};

/// `on_both![case, …]`: tests `case::sqlite` and `case::postgres` for `async fn case(stage: Stage)`.
macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {$(
        mod $name {
            #[tokio::test]
            async fn sqlite() {
                crate::stage::on_sqlite(super::$name).await;
            }
            #[tokio::test]
            async fn postgres() {
                crate::stage::on_postgres(super::$name).await;
            }
        }
    )+};
}
pub(crate) use on_both;

pub(crate) const NOW: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);
/// For what takes no time on the clock: a machine that is this slow has other troubles.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Stage {
    pub(crate) db: Db,
    pub(crate) clock: ManualClock,
    pub(crate) hub: Hub,
    pub(crate) script: Arc<Script>,
    pub(crate) lease: Duration,
    rng: Rng,
    dir: Arc<tempfile::TempDir>,
    pulse: i64,
    engine: Mutex<Option<Engine>>,
    pub(crate) database: Database,
    busy: AsyncMutex<Option<Busy>>,
}

/// Where the state is, for those who make trouble there.
#[derive(Clone)]
pub(crate) enum Database {
    Sqlite(std::path::PathBuf),
    Postgres { server: String, name: String, url: String },
}

pub(crate) async fn on_sqlite<F: Future<Output = ()>>(case: impl FnOnce(Stage) -> F) {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("vigie.db");
    let db = Db::open_sqlite(&file, dir.path()).await.unwrap();
    case(Stage::new(db, dir, Database::Sqlite(file)).await).await;
}

pub(crate) async fn on_postgres<F: Future<Output = ()>>(case: impl FnOnce(Stage) -> F) {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let Some(server) = std::env::var("VIGIE_TEST_POSTGRES").ok().filter(|url| !url.is_empty()) else { return };
    let name = format!("tk_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
    psql(&server, &format!("create database {name} template template0")).await;
    let (base, _) = server.rsplit_once('/').unwrap();
    let database = Database::Postgres { url: format!("{base}/{name}"), name, server };
    let removed = Removed(database.clone());
    let db = database.open().await;
    case(Stage::new(db, tempfile::tempdir().unwrap(), database).await).await;
    drop(removed);
}

/// Drops the database after a failed case too.
struct Removed(Database);

impl Drop for Removed {
    fn drop(&mut self) {
        if let Database::Postgres { server, name, .. } = &self.0 {
            run_psql(server, &format!("drop database {name} with (force)"));
        }
    }
}

/// On a thread of its own: what it waits for may be a transaction of an engine that needs this thread to go on.
pub(crate) async fn psql(url: &str, sql: &str) {
    let (url, sql) = (url.to_owned(), sql.to_owned());
    tokio::task::spawn_blocking(move || run_psql(&url, &sql)).await.unwrap();
}

fn run_psql(url: &str, sql: &str) {
    let done = Command::new("psql").args(["-qX", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", sql]).output();
    let done = done.expect("psql, of PostgreSQL's client programs, is installed");
    assert!(done.status.success(), "{sql}: {}", String::from_utf8_lossy(&done.stderr));
}

/// A psql that says whether any other session of its database is in a transaction.
struct Busy {
    asks: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
    _psql: Child,
}

impl Busy {
    fn of(database: &Database) -> Option<Self> {
        let Database::Postgres { url, .. } = database else { return None };
        let mut psql = tokio::process::Command::new("psql");
        psql.args(["-qAtX", "-d", url]).stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut psql = psql.spawn().expect("psql, of PostgreSQL's client programs, is installed");
        let (asks, answers) = (psql.stdin.take().unwrap(), psql.stdout.take().unwrap());
        Some(Self { asks, answers: BufReader::new(answers).lines(), _psql: psql })
    }

    async fn ask(&mut self) -> bool {
        let sql = "select count(*) from pg_stat_activity
                   where datname = current_database() and pid <> pg_backend_pid() and state <> 'idle';\n";
        self.asks.write_all(sql.as_bytes()).await.unwrap();
        self.answers.next_line().await.unwrap().expect("psql goes on") != "0"
    }
}

impl Database {
    pub(crate) async fn open(&self) -> Db {
        match self {
            Self::Sqlite(file) => Db::open_sqlite(file, file.parent().unwrap()).await.unwrap(),
            Self::Postgres { url, .. } => Db::open_postgres(url).await.unwrap(),
        }
    }
}

impl Stage {
    async fn new(db: Db, dir: tempfile::TempDir, database: Database) -> Self {
        let manual = ManualClock::at(NOW);
        let clock = Clock::Manual(manual.clone());
        let lease = Duration::from_secs(3600);
        let pulse = db.register_worker("pulse".into(), 0, lease, NOW).await.unwrap();
        Self {
            hub: Hub::new(db.clone(), clock.clone()),
            script: Script::new(clock),
            clock: manual,
            rng: Rng::seeded(1),
            dir: Arc::new(dir),
            pulse,
            engine: Mutex::default(),
            lease,
            db,
            busy: AsyncMutex::new(Busy::of(&database)),
            database,
        }
    }

    /// Another process on the same database, with its own script of what its attempts do.
    pub(crate) async fn other(&self) -> Self {
        let (db, clock) = (self.database.open().await, Clock::Manual(self.clock.clone()));
        Self {
            hub: Hub::new(db.clone(), clock.clone()),
            script: Script::new(clock),
            clock: self.clock.clone(),
            rng: Rng::seeded(2),
            dir: Arc::clone(&self.dir),
            pulse: self.pulse,
            engine: Mutex::default(),
            lease: self.lease,
            db,
            busy: AsyncMutex::new(Busy::of(&self.database)),
            database: self.database.clone(),
        }
    }

    pub(crate) async fn start(&self) -> Ready {
        self.start_for(Scope::Everything).await
    }

    pub(crate) async fn start_for(&self, scope: Scope) -> Ready {
        let (engine, ready) = Engine::start(Options {
            db: self.db.clone(),
            clock: Clock::Manual(self.clock.clone()),
            rng: self.rng.clone(),
            hub: self.hub.clone(),
            run_log: MemoryLog::default().run_log(),
            handlers: vec![Arc::new(Scripted(Arc::clone(&self.script)))],
            tell: None,
            policy: RetryPolicy { attempts_max: 4, ..RetryPolicy::default() },
            scope,
            name: "engine".into(),
            jobs_max: 4,
            lease: self.lease,
            status: Arc::new(|_| "{}".into()),
        })
        .await
        .unwrap();
        assert!(self.engine.lock().unwrap().replace(engine).is_none(), "one engine at a time");
        ready
    }

    /// The process is gone from one moment to the next.
    pub(crate) async fn crash(&self) {
        drop(self.engine.lock().unwrap().take());
        // The runtime has one thread: what was aborted is gone once everybody has had a turn.
        for _ in 0..8 {
            tokio::task::yield_now().await;
        }
    }

    pub(crate) async fn stop(&self, patience: Duration) -> bool {
        let engine = self.engine.lock().unwrap().take().unwrap();
        engine.stop(patience).await
    }

    pub(crate) fn wake(&self, job: JobId) {
        self.engine.lock().unwrap().as_ref().unwrap().wake(Some(job));
    }

    pub(crate) fn wake_all(&self) {
        self.engine.lock().unwrap().as_ref().unwrap().wake(None);
    }

    pub(crate) async fn account(&self, limits: pace::Limits) -> AccountId {
        let id = AccountId::new(&Clock::Manual(self.clock.clone()), &self.rng);
        let account = Account { id, name: id.to_string(), url: "smtp://x".into(), secret: None, limits, pause: None };
        self.db.save_account(account, self.clock.now()).await.unwrap().id
    }

    pub(crate) async fn enqueue(&self, items: i64, on_unknown: OnUnknown, account: Option<AccountId>) -> JobId {
        self.enqueue_with(items, Vec::new(), on_unknown, account).await
    }

    /// The same with items that are refused as they are brought.
    pub(crate) async fn enqueue_with(
        &self,
        items: i64,
        refused: Vec<NewItem>,
        on_unknown: OnUnknown,
        account: Option<AccountId>,
    ) -> JobId {
        let id = JobId::new(&Clock::Manual(self.clock.clone()), &self.rng);
        let new = NewJob {
            id,
            kind: JobKind::Noop,
            name: "job".into(),
            on_unknown,
            account,
            application_name: "app".into(),
            flow_name: "flow".into(),
            created_by: String::new(),
            task_type: String::new(),
            task_id: String::new(),
            spec: "{}".into(),
            limits: model::pace::Limits::default(),
            state: JobState::Preparing,
            total: 0,
            ledger: store::LedgerMatch::None,
            authority: model::Authority::Write,
        };
        self.db.create_job(new, self.clock.now()).await.unwrap();
        for chunk in (1..=items).collect::<Vec<_>>().chunks(1000) {
            let items = chunk.iter().map(|seq| new_item(*seq)).collect();
            self.db.enqueue(id, items, None, self.clock.now()).await.unwrap();
        }
        self.db.enqueue(id, refused, None, self.clock.now()).await.unwrap();
        self.db.finish_preparing(id, self.clock.now()).await.unwrap();
        if let Some(engine) = &*self.engine.lock().unwrap() {
            engine.wake(Some(id));
        }
        id
    }

    pub(crate) async fn job(&self, id: JobId) -> Job {
        self.db.job(id).await.unwrap().unwrap()
    }

    /// Waits for what takes no time on the clock.
    pub(crate) async fn until(&self, id: JobId, wanted: impl Fn(&Job) -> bool) -> Job {
        let begun = Instant::now();
        loop {
            let job = self.job(id).await;
            if wanted(&job) {
                return job;
            }
            assert!(begun.elapsed() < PATIENCE, "it does not come: {job:?}\n{:?}", self.script.moments());
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    /// Waits until nothing more happens unless the clock moves: writes of ours that were asked for later come back
    /// again and again, and nothing has changed in between.
    pub(crate) async fn quiet(&self, id: JobId) {
        let (mut same, mut last, begun) = (0, (0, 0), Instant::now());
        while same < 6 {
            assert!(begun.elapsed() < PATIENCE, "it does not become quiet: {:?}", self.job(id).await);
            self.db.heartbeat(self.pulse, "{}".into(), self.lease, self.clock.now()).await.unwrap();
            // What was declared before is on disk when this is; before an engine begins nothing is kept.
            let none = store::Intent { job: id, worker: self.pulse, items: Vec::new() };
            let _ = self.db.declare(none).await;
            for _ in 0..16 {
                tokio::task::yield_now().await;
            }
            let now = (self.job(id).await.version, self.script.calls().len());
            // An engine that is not looking for work waits for the time of its next look.
            let waiting = self.clock.next_wakeup().is_some_and(|at| at > self.clock.now());
            same = if now == last && waiting && !self.is_busy().await { same + 1 } else { 0 };
            last = now;
        }
    }

    /// Whether PostgreSQL is at something that was asked for. SQLite answers in the order of asking.
    async fn is_busy(&self) -> bool {
        match &mut *self.busy.lock().await {
            Some(busy) => busy.ask().await,
            None => false,
        }
    }

    /// Moves the clock by `by` after everything that can happen before has happened.
    pub(crate) async fn advance(&self, id: JobId, by: Duration) {
        self.quiet(id).await;
        self.clock.advance(by);
        self.quiet(id).await;
    }

    /// Moves the clock from one moment that somebody waits for to the next, until `wanted`.
    pub(crate) async fn advance_until(&self, id: JobId, wanted: impl Fn(&Job) -> bool) -> Job {
        for _ in 0..2_000 {
            self.quiet(id).await;
            let job = self.job(id).await;
            if wanted(&job) {
                return job;
            }
            let next = self.clock.next_wakeup().expect("somebody waits for the clock");
            self.clock.set(next.max(self.clock.now()));
        }
        panic!("it does not come: {:?}", self.job(id).await);
    }

    pub(crate) async fn done(&self, id: JobId) -> Job {
        self.until(id, |job| job.state.is_final()).await
    }

    /// What watchers see, as it comes.
    pub(crate) async fn watch(&self, id: JobId) -> Arc<Mutex<Vec<Arc<Progress>>>> {
        let mut progress = self.hub.follow(id).await.unwrap().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&seen);
        tokio::spawn(async move {
            while progress.changed().await.is_ok() {
                kept.lock().unwrap().push(Arc::clone(&progress.borrow_and_update()));
            }
        });
        seen
    }

    /// The counters are the counts of the items, and nobody is missing.
    pub(crate) async fn assert_consistent(&self, id: JobId) -> Counters {
        let mut counted = Counters::default();
        let mut filter = ItemFilter { limit: 500, ..ItemFilter::default() };
        loop {
            let page = self.db.items(id, &filter).await.unwrap();
            for item in &page.rows {
                counted.total += 1;
                *match item.state {
                    ItemState::Queued => &mut counted.queued,
                    ItemState::Running => &mut counted.running,
                    ItemState::Succeeded => &mut counted.succeeded,
                    ItemState::Failed => &mut counted.failed,
                    ItemState::Unknown => &mut counted.unknown,
                    ItemState::Skipped => &mut counted.skipped,
                } += 1;
            }
            match page.next {
                Some(next) => filter.after = next,
                None => break,
            }
        }
        assert_eq!(self.job(id).await.counters, counted);
        counted
    }
}

pub(crate) fn counters(succeeded: u64, failed: u64, unknown: u64, skipped: u64) -> Counters {
    let total = succeeded + failed + unknown + skipped;
    Counters { total, succeeded, failed, unknown, skipped, ..Counters::default() }
}

fn new_item(seq: i64) -> NewItem {
    let (label, payload) = (format!("item {seq}"), "{}".into());
    NewItem { seq, message_no: seq, ledger_key: None, content: String::new(), label, payload, verdict: None }
}
