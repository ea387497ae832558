//! Two stand-ins, and the real engine on a real store between them.

#![allow(dead_code, reason = "each file of tests uses what it needs")]

use dhis2::{Dhis2Handler, RunData, Secrets, Settings, SyncLog, Syncs};
use jobs::{Engine, Hub, Options, RetryPolicy, RunLog, Scope};
use model::{Clock, Rng};
use serde_json::json;
use std::{
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};
use store::{Db, Sync, SyncLedgerAsk, SyncRun, SyncedObject, SyncedOnly};
use testkit::dhis2::{Dhis2, TOKEN};
use vault::Vault;

/// What a process that runs syncs on this folder has.
pub(crate) async fn begin(dir: &Path, log: SyncLog) -> (Db, Syncs, Engine, jobs::Schedules) {
    let db = Db::open_sqlite(&dir.join("vigie.db"), &dir.join("snapshots")).await.unwrap();
    let (clock, rng) = (Clock::System, Rng::system());
    let vault = Vault::from_key(&[7; 32], &rng);
    let syncs = Syncs::new((db.clone(), vault), (clock.clone(), rng.clone()), log);
    let second = Duration::from_millis(50);
    let policy = RetryPolicy { first: second, longest: second, asked_max: second, ..RetryPolicy::default() };
    let (engine, _) = Engine::start(Options {
        db: db.clone(),
        clock: clock.clone(),
        rng,
        hub: Hub::new(db.clone(), clock.clone()),
        run_log: RunLog::new(|_, _| Box::pin(async {})),
        handlers: vec![Arc::new(Dhis2Handler::new(syncs.clone()))],
        tell: None,
        policy,
        scope: Scope::Everything,
        name: "test".into(),
        jobs_max: 4,
        lease: Duration::from_secs(10),
        status: Arc::new(|_| String::new()),
    })
    .await
    .unwrap();
    let place = jobs::Place { db: db.clone(), clock, name: "test".into(), worker: Some(engine.worker()) };
    let mut work = syncs.clone().stepping();
    work.every = Duration::from_millis(50);
    let work = jobs::Schedules::start(&place, [work]);
    (db, syncs, engine, work)
}

pub(crate) struct Bed {
    pub(crate) source: Dhis2,
    pub(crate) target: Dhis2,
    pub(crate) db: Db,
    pub(crate) syncs: Syncs,
    pub(crate) lines: Arc<Mutex<Vec<(&'static str, String)>>>,
    _engine: Engine,
    _dir: tempfile::TempDir,
    _work: jobs::Schedules,
}

impl Bed {
    pub(crate) async fn new() -> Self {
        Self::at(Clock::System).await
    }

    /// With stand-ins whose clock is another.
    pub(crate) async fn at(theirs: Clock) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (source, target) = (Dhis2::start(theirs.clone()).await.unwrap(), Dhis2::start(theirs).await.unwrap());
        let lines = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&lines);
        let log = SyncLog::new(
            move |file, _, line| kept.lock().unwrap().push((file, line.to_owned())),
            jiff::tz::TimeZone::UTC,
        );
        let (db, syncs, engine, work) = begin(dir.path(), log).await;
        Self { source, target, db, syncs, lines, _engine: engine, _dir: dir, _work: work }
    }

    pub(crate) fn settings(&self, more: &serde_json::Value) -> Settings {
        let mut settings = json!({"source": self.source.url, "target": self.target.url});
        settings.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        serde_json::from_value(settings).unwrap()
    }

    pub(crate) async fn add(&self, name: &str, settings: &Settings) -> Sync {
        let secret = || Some(TOKEN.to_owned().into());
        self.syncs.add(name, settings, Secrets { source: secret(), target: secret() }).await.unwrap()
    }

    pub(crate) async fn run(&self, sync: &Sync) -> (SyncRun, RunData) {
        let run = self.syncs.begin(sync, None).await.unwrap();
        self.ended(run.id).await
    }

    pub(crate) async fn ended(&self, id: uuid::Uuid) -> (SyncRun, RunData) {
        // A country takes its time.
        let looks = if std::env::var_os("VIGIE_DHIS2_UNITS").is_some() { 24_000 } else { 300 };
        for _ in 0..looks {
            let run = self.db.sync_run(id).await.unwrap().unwrap();
            if run.finished_at.is_some() {
                let data = serde_json::from_str(&run.data).unwrap();
                return (run, data);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the run does not end: {:?}", self.db.sync_run(id).await);
    }

    pub(crate) async fn ledger(&self, settings: &Settings, only: SyncedOnly) -> Vec<SyncedObject> {
        let ask = SyncLedgerAsk { only, limit: 10_000, ..SyncLedgerAsk::default() };
        let rows = self.db.sync_ledger(&settings.pair(), &ask).await.unwrap();
        rows.into_iter().map(|row| row.object).collect()
    }

    pub(crate) async fn is_equal(&self, sync: &Sync) -> bool {
        let (types, plan) = self.syncs.reconcile(sync).await.unwrap();
        let different = types.iter().filter(|one| one.source != one.target).count();
        plan.entries.is_empty() && different == 0
    }

    /// Lets it look by itself once, as if the interval had gone by, and waits for the end of what comes of it.
    pub(crate) async fn looks(&self, sync: &Sync) {
        let checked = |sync: &Sync| serde_json::from_str::<dhis2::State>(&sync.state).unwrap().checked_at;
        let number = sync.number;
        let now = || async {
            let syncs = self.db.syncs().await.unwrap();
            syncs.into_iter().find(|one| one.number == number).unwrap()
        };
        let sync = now().await;
        let before = checked(&sync);
        let mut state: dhis2::State = serde_json::from_str(&sync.state).unwrap();
        state.checked_at = before.map(|at| at - Duration::from_secs(3_600));
        self.db.save_sync_state(number, serde_json::to_string(&state).unwrap()).await.unwrap();
        self.syncs.start(&sync).await.unwrap();
        for _ in 0..1_200 {
            let is_over = self.db.open_sync_runs().await.unwrap().is_empty();
            if checked(&now().await).is_some_and(|at| Some(at) > before) && is_over {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        self.syncs.stop(&sync).await.unwrap();
    }
}
