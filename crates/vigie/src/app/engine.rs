//! A data directory, or a share of a PostgreSQL database, that this process runs.

use super::{Access, Parts, second_socket};
use crate::{
    client::Client,
    config::Config,
    failure::{Failure, Result},
    logging,
    owner::Lock,
    words::{Cause as _, t},
};
use alerting::DiskSpace;
use axum::Router;
use jobs::{Again, DoneBy, Engine, Options, Place, Ready, RetryPolicy, RunLog, Schedules, Scope, Work};
use logs::{
    Logs,
    collect::{self, Collectors},
    job_log::JobLog,
};
use mail::{handler::MailHandler, webhooks::Webhooks};
use reports::Reports;
use serde_json::json;
use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};
use store::Db;
use submission::Server;
use tokio::{
    net::{TcpListener, TcpSocket},
    sync::watch,
    task::JoinSet,
};

/// What is in flight gets so long to be finished.
const PATIENCE: Duration = Duration::from_secs(10);
const LEASE: Duration = Duration::from_secs(10);
/// How often what is old is let go of, and how soon again where there is more.
const FORGET_EVERY: Duration = Duration::from_secs(3_600);
const FORGET_AGAIN: Duration = Duration::from_secs(30);
/// How long the content of a message is kept that was sent, unless the configuration says otherwise.
const MESSAGE_DAYS: u32 = 30;
/// Rows of tasks that are let go in one transaction.
const FORGOTTEN_AT_ONCE: u32 = 5_000;
/// How often what is kept is read through for damage, and how much of it at the most: what is longer is left to `vigie doctor`.
const LOOK_EVERY: Duration = Duration::from_secs(6 * 3600);
const LOOKED_THROUGH_MAX: u64 = 1 << 30;

/// Whether this process runs jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engines {
    Run(RetryPolicy),
    /// Only those that are asked for while it lives: one mailing does not set another going.
    RunAsked(RetryPolicy),
    /// Something is changed, and nothing is begun.
    Rest,
}

/// Owned by this process until it is stopped.
pub(crate) struct Owned {
    pub(crate) client: Client,
    /// What was found at the start; `None` where no job runs here.
    pub(crate) ready: Option<Ready>,
    pub(crate) db: Db,
    pub(crate) collected: Logs,
    job_log: JobLog,
    collectors: Option<Collectors>,
    submission: Option<Server>,
    submission_parts: Option<submission::Parts>,
    router: Router,
    /// What comes again.
    schedules: Vec<Schedules>,
    place: Place,
    engine: Option<Engine>,
    logs: Option<logfiles::Handle>,
    servers: JoinSet<()>,
    /// What has no end of its own: listening for news.
    background: JoinSet<()>,
    /// Nothing new is begun.
    stop: watch::Sender<bool>,
    /// Nobody is answered any more: the last thing to end, so that progress is seen to its end.
    winding: watch::Sender<bool>,
    /// Dropped last: only then may another process own the directory.
    lock: Option<Lock>,
}

impl Owned {
    pub(super) async fn start(config: &Config, lock: Option<Lock>, engines: Engines) -> Result<Self> {
        let parts = Parts::open(config, Access::Own).await?;
        let stop = watch::Sender::new(false);
        let mut logs = None;
        let mut engine = None;
        let mut ready = None;
        let runs = match engines {
            Engines::Run(policy) => Some((policy, Scope::Everything)),
            Engines::RunAsked(policy) => Some((policy, Scope::Asked)),
            Engines::Rest => None,
        };
        if let Some((policy, scope)) = runs {
            let handle = logging::start(config, parts.clock.clone())?;
            let _ = parts.sync_log.set(handle.clone());
            let (started, found) =
                Engine::start(options(config, &parts, (policy, scope), handle.clone(), &stop)?).await?;
            tracing::info!(pid = std::process::id(), data = %config.data.value.display(), "running jobs");
            (logs, engine, ready) = (Some(handle), Some(started), Some(found));
        }
        // Without an engine there is nobody to wake, and changes are welcome all the same.
        let wake: web::Wake = engine.as_ref().map_or_else(|| Arc::new(|_| ()) as web::Wake, Engine::waker);
        parts.syncs.wakes(Arc::clone(&wake));
        let router = web::router(parts.app(config, Some(Arc::clone(&wake))));
        let trusted = web::trusted(router.clone());
        let place = place_of(config, &parts, engine.as_ref());
        let mut owned = Self {
            client: Client::Here(trusted.clone()),
            ready,
            db: parts.db.clone(),
            collected: parts.logs.clone(),
            job_log: parts.job_log.clone(),
            collectors: None,
            submission: None,
            submission_parts: engine.as_ref().map(|engine| submission_parts(config, &parts, engine.waker())),
            router,
            schedules: Vec::new(),
            place,
            engine,
            logs,
            servers: JoinSet::new(),
            background: JoinSet::new(),
            stop,
            winding: watch::Sender::new(false),
            lock,
        };
        if let Some(lock) = &owned.lock {
            let listener = lock.listen()?;
            owned.serve(listener, trusted);
        }
        if owned.engine.is_some() {
            owned.job_log.start();
            let mut work = recurring(config, &parts);
            if matches!(engines, Engines::Run(_)) {
                work.push(parts.syncs.clone().stepping());
                work.push(web::timetable(parts.app(config, Some(wake))));
            } else {
                work.push(parts.syncs.clone().finishing());
            }
            owned.schedules.push(Schedules::start(&owned.place, work));
            if matches!(engines, Engines::Run(_)) {
                owned.listen_to_brokers(config, &parts);
            }
            let (reports, stopped) = (parts.reports.clone(), owned.stop.subscribe());
            owned.background.spawn(async move { reports.run(stopped).await });
        }
        owned.hear_of_changes(parts).await?;
        Ok(owned)
    }

    /// Celery's brokers, each by a task of its own.
    fn listen_to_brokers(&mut self, config: &Config, parts: &Parts) {
        for broker in &config.celery {
            let (db, clock, rng) = (parts.db.clone(), parts.clock.clone(), parts.rng.clone());
            let reader = celery::Reader::new(broker.value.clone(), db, clock, rng);
            self.background.spawn(reader.run(self.stop.subscribe()));
        }
    }

    /// What other processes change in a database that several share.
    async fn hear_of_changes(&mut self, parts: Parts) -> Result<()> {
        let Some(mut news) = parts.db.listen().await? else { return Ok(()) };
        let nudge = self.engine.as_ref().map_or_else(|| Arc::new(|_| ()) as web::Wake, Engine::nudger);
        self.background.spawn(async move {
            while let Some(job) = news.recv().await {
                // What could not be read now is read when it is asked for.
                let _ = parts.hub.refresh(job).await;
                nudge(Some(job));
            }
        });
        Ok(())
    }

    /// Answers HTTP on `address`; returns where, as the port may have been 0.
    pub(crate) async fn listen(&mut self, address: SocketAddr) -> std::io::Result<SocketAddr> {
        let listener = listener(address)?;
        let address = listener.local_addr()?;
        let router = self.router.clone();
        self.serve(listener, router);
        if let Some(lock) = &mut self.lock {
            lock.say_address(address);
        }
        tracing::info!(%address, "answering HTTP");
        Ok(address)
    }

    /// Answers HTTP on the second socket, as over TCP, where the configuration names one.
    pub(crate) async fn second_socket(&mut self, config: &Config) -> Result<Option<PathBuf>> {
        let Some(table) = &config.socket else { return Ok(None) };
        let listener = second_socket::listener(&table.value).await?;
        let router = web::on_socket(self.router.clone());
        self.serve(listener, router);
        Ok(Some(table.value.path.clone()))
    }

    /// Looks after the log store without an engine: for a command that fills it for long.
    pub(crate) fn tend_logs(&mut self) {
        self.schedules.push(Schedules::start(&self.place, [tending(self.collected.clone())]));
    }

    /// Brings in the logs that the configuration names, and Vigie's own, until it stops.
    pub(crate) async fn collect(&mut self, config: &Config) -> Result<()> {
        let tables: collect::Config = config.collect.iter().map(|table| table.value.clone()).collect();
        let tables = collect::Config { traced: config.collected_journal(), ..tables };
        let started = Collectors::start(&self.collected, &tables).await;
        self.collectors = Some(started.map_err(|(address, error)| {
            Failure::new(t!("at-place", place = format!("collect.syslog: {address}"), error = error.say()))
                .help(t!("collect-address-help"))
        })?);
        Ok(())
    }

    /// Takes the mail of other programs, where the configuration names a port.
    pub(crate) async fn submission(&mut self, config: &Config) -> Result<Option<SocketAddr>> {
        let (Some(table), Some(parts)) = (&config.submission, self.submission_parts.take()) else { return Ok(None) };
        let server = Server::start(table.value.listen, parts)
            .await
            .map_err(|error| taken(table.value.listen, "[submission] listen", &error))?;
        let address = server.address();
        tracing::info!(%address, "taking mail of other programs");
        self.submission = Some(server);
        Ok(Some(address))
    }

    fn serve<L>(&mut self, listener: L, router: Router)
    where
        L: axum::serve::Listener<Addr: web::Origin>,
    {
        let limits = web::Limits::default().with_files(crate::open_files::max());
        let mut winding = self.winding.subscribe();
        self.servers.spawn(async move {
            let asked = async move {
                let _ = winding.wait_for(|winding| *winding).await;
            };
            web::serve(listener, router, limits, asked).await;
        });
    }

    /// Begins nothing more, finishes what is in flight and records it; questions are still answered. Returns whether
    /// everything was recorded.
    pub(crate) async fn rest(&mut self) -> bool {
        if let Some(submission) = self.submission.take() {
            submission.stop().await;
        }
        // Shell commands are told at once, so that they can end within the engine's patience.
        self.stop.send_replace(true);
        let Some(engine) = self.engine.take() else { return true };
        let finished = engine.stop(PATIENCE).await;
        if !finished {
            tracing::warn!("stopped before everything in flight had been recorded; it shows as unknown");
        }
        finished
    }

    /// Rests, then lets go of the directory. Returns whether everything in flight was recorded.
    pub(crate) async fn stop(mut self) -> bool {
        let finished = self.rest().await;
        for schedules in self.schedules.drain(..) {
            schedules.stop().await;
        }
        self.background.shutdown().await;
        self.winding.send_replace(true);
        let servers = async { while self.servers.join_next().await.is_some() {} };
        let _ = tokio::time::timeout(Duration::from_secs(2), servers).await;
        self.servers.abort_all();
        if let Some(collectors) = self.collectors.take() {
            collectors.stop().await;
        }
        self.job_log.close().await;
        self.collected.close().await;
        self.db.close().await;
        if let Some(logs) = self.logs.take() {
            tracing::info!("stopped");
            let _ = tokio::task::spawn_blocking(move || logs.flush()).await;
        }
        finished
    }
}

/// Connections that have come and are not taken yet. Where there is no room, the other side's kernel tries again after a
/// second: a burst of clients must not wait for that.
const BACKLOG: u32 = 4_096;

fn submission_parts(config: &Config, parts: &Parts, wake: web::Wake) -> submission::Parts {
    let table = config.submission.as_ref().map(|table| &table.value);
    let mut limits = submission::Limits::default();
    if let Some(megabytes) = table.and_then(|table| table.max_megabytes) {
        limits.message_bytes_max = u64::from(megabytes.get()) << 20;
    }
    if let Some(seconds) = table.and_then(|table| table.quiet_seconds) {
        limits.quiet = Duration::from_secs(seconds.get().into());
    }
    let data = config.data.value.clone();
    submission::Parts {
        db: parts.db.clone(),
        blobs: parts.blobs.clone(),
        clock: parts.clock.clone(),
        rng: parts.rng.clone(),
        mark: parts.vault.fingerprint().to_owned(),
        account: table.and_then(|table| table.account.clone()),
        limits,
        room: Arc::new(move || DiskSpace::of(&data).ok().map(|space| space.free)),
        wake,
    }
}

fn listener(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// What a process that runs jobs does again and again.
fn recurring(config: &Config, parts: &Parts) -> Vec<Work> {
    let mut work = vec![
        web::sweeping(parts.app(config, None)),
        tending(parts.logs.clone()),
        looking_for_damage(parts.db.clone(), parts.logs.clone()),
        forgetting(parts.reports.clone()),
        forgetting_celery(config, parts),
        forgetting_messages(config, parts),
        web::fetching_runs(parts.app(config, None)),
        web::diagnosing(parts.app(config, None)),
        parts.alerts.clone().evaluating(),
        parts.alerts.clone().delivering(),
        parts.alerts.clone().forgetting(),
        parts.checking.clone().watching(),
        parts.checking.clone().forgetting(),
        jobs::dead_work(parts.db.clone(), parts.clock.clone(), parts.hub.clone()),
        web::checking_itself(parts.app(config, None)),
    ];
    work.extend(forgetting_jobs(config, parts));
    if let Some(url) = config.heartbeat.as_ref().and_then(|set| set.value.url()) {
        work.push(parts.checking.clone().beating(url, web::is_well(parts.app(config, None))));
    }
    match Webhooks::new(parts.db.clone(), parts.vault.clone(), parts.clock.clone()) {
        Ok(webhooks) => work.push(webhooks.reporting()),
        Err(error) => tracing::error!(error, "outcomes are not reported to webhooks"),
    }
    work.extend(super::backups::backing_up(config, &parts.db, &parts.clock));
    work
}

/// As which process recurring work is done.
fn place_of(config: &Config, parts: &Parts, engine: Option<&Engine>) -> Place {
    Place {
        db: parts.db.clone(),
        clock: parts.clock.clone(),
        name: format!("{}:{}", host(), config.absolute_data().display()),
        worker: engine.map(Engine::worker),
    }
}

/// Seals, merges and forgets log records as it becomes due.
fn tending(logs: Logs) -> Work {
    Work::new("log_store", logs::TEND_EVERY, DoneBy::Everyone, move || {
        let logs = logs.clone();
        async move { logs.tend().await.map(|()| Again::AsUsual).map_err(|error| error.to_string()) }
    })
}

/// Lets go of issues, feedback, files and counts that are too old, for all processes.
fn forgetting(reports: Reports) -> Work {
    Work::new("report_retention", FORGET_EVERY, DoneBy::Leader, move || {
        let reports = reports.clone();
        async move {
            let more = reports.forget_old().await.map_err(|error| error.to_string())?;
            Ok(if more { Again::After(FORGET_AGAIN) } else { Again::AsUsual })
        }
    })
}

/// Lets go of finished jobs, with their items and traces, where the settings say after how long. Who was served stays known.
fn forgetting_jobs(config: &Config, parts: &Parts) -> Option<Work> {
    let kept_for = Duration::from_secs(86_400 * u64::from(config.jobs_keep_days.value?));
    let (db, clock) = (parts.db.clone(), parts.clock.clone());
    Some(Work::new("job_retention", FORGET_EVERY, DoneBy::Leader, move || {
        let (db, clock) = (db.clone(), clock.clone());
        async move {
            let purged =
                db.purge(clock.now() - kept_for, FORGOTTEN_AT_ONCE).await.map_err(|error| error.to_string())?;
            if purged.items + purged.traces > 0 {
                let jobs = purged.jobs.len();
                tracing::info!(jobs, items = purged.items, traces = purged.traces, "old jobs are forgotten");
            }
            Ok(if purged.more { Again::After(FORGET_AGAIN) } else { Again::AsUsual })
        }
    }))
}

/// Lets go of what Celery's tasks did, for all processes.
fn forgetting_celery(config: &Config, parts: &Parts) -> Work {
    let longest = config.celery.iter().map(|broker| broker.value.keep_days).max().unwrap_or(celery::config::KEEP_DAYS);
    let kept_for = Duration::from_secs(86_400 * u64::from(longest));
    let (db, clock) = (parts.db.clone(), parts.clock.clone());
    Work::new("celery_retention", FORGET_EVERY, DoneBy::Leader, move || {
        let (db, clock) = (db.clone(), clock.clone());
        async move {
            let gone = db.purge_celery(clock.now() - kept_for, FORGOTTEN_AT_ONCE).await;
            let gone = gone.map_err(|error| error.to_string())?;
            Ok(if gone < u64::from(FORGOTTEN_AT_ONCE) { Again::AsUsual } else { Again::After(FORGET_AGAIN) })
        }
    })
}

/// Lets go of the content of messages that programs handed over and that were sent, for all processes.
fn forgetting_messages(config: &Config, parts: &Parts) -> Work {
    let days = config.submission.as_ref().and_then(|table| table.value.keep_days);
    let kept_for = Duration::from_secs(86_400 * u64::from(days.map_or(MESSAGE_DAYS, |days| days.get().into())));
    let (db, clock) = (parts.db.clone(), parts.clock.clone());
    Work::new("message_retention", FORGET_EVERY, DoneBy::Leader, move || {
        let (db, clock) = (db.clone(), clock.clone());
        async move {
            let gone = db.forget_submitted_content(clock.now() - kept_for, FORGOTTEN_AT_ONCE).await;
            let gone = gone.map_err(|error| error.to_string())?;
            Ok(if gone < u64::from(FORGOTTEN_AT_ONCE) { Again::AsUsual } else { Again::After(FORGET_AGAIN) })
        }
    })
}

/// Reads what is kept now and then, so that damage is told before it is met.
fn looking_for_damage(db: Db, logs: Logs) -> Work {
    Work::new("damage", LOOK_EVERY, DoneBy::Everyone, move || {
        let (db, logs) = (db.clone(), logs.clone());
        async move {
            let database = db.look_for_damage(LOOKED_THROUGH_MAX).await;
            if let Ok(true) = database {
                tracing::error!("the database is damaged: keep a copy of it, then restore a backup");
            }
            let records = logs.look_for_damage(LOOKED_THROUGH_MAX).await;
            if let Ok(true) = records {
                tracing::error!("parts of the log store are damaged: `vigie doctor` says which");
            }
            database.map_err(|error| format!("the database could not be looked through: {error}"))?;
            records.map_err(|error| format!("the log store could not be looked through: {error}"))?;
            Ok(Again::AsUsual)
        }
    })
    .at_every_start()
}

fn options(
    config: &Config,
    parts: &Parts,
    (policy, scope): (RetryPolicy, Scope),
    logs: logfiles::Handle,
    stop: &watch::Sender<bool>,
) -> Result<Options> {
    let mail = MailHandler::new(parts.db.clone(), parts.vault.clone(), parts.clock.clone(), &config.data.value);
    let kept = parts.job_log.clone();
    let run_log = RunLog::new(move |job, lines| {
        let kept = kept.clone();
        Box::pin(async move { kept.append(job, lines).await })
    });
    let mut handlers = tasks::handlers(&parts.clock, &run_log, stop.subscribe()).map_err(Failure::new)?;
    let reports = MailHandler::new(parts.db.clone(), parts.vault.clone(), parts.clock.clone(), &config.data.value);
    handlers.push(Arc::new(mail));
    handlers.push(Arc::new(reports.of_reports()));
    let reader = web::log_reader(parts.app(config, None));
    handlers.push(Arc::new(tasks::LogQueryHandler::new(parts.clock.clone(), run_log.clone(), reader)));
    handlers.push(Arc::new(dhis2::Dhis2Handler::new(parts.syncs.clone())));
    Ok(Options {
        db: parts.db.clone(),
        clock: parts.clock.clone(),
        rng: parts.rng.clone(),
        hub: parts.hub.clone(),
        run_log,
        handlers,
        tell: Some(logging::tell(logs, config.zone.value.clone())),
        policy,
        scope,
        name: format!("{}:{}", host(), std::process::id()),
        jobs_max: usize::from(config.jobs_max.value),
        lease: LEASE,
        status: Arc::new(vitals),
    })
}

/// What this process says of itself at every sign of life: jobs that run here, the load of the machine over a minute,
/// its processors, the bytes that it has and that we hold.
fn vitals(jobs: usize) -> String {
    use sysinfo::{ProcessRefreshKind, ProcessesToUpdate, System, get_current_pid};
    // What cannot be read is left out.
    let (mut memory, mut memory_total) = (None, None);
    if let (Ok(mut system), Ok(pid)) = (System::new(), get_current_pid()) {
        system.refresh_memory();
        memory_total = Some(system.total_memory());
        let kind = ProcessRefreshKind::nothing().with_memory();
        system.refresh_processes_specifics(ProcessesToUpdate::Some(&[pid]), true, kind);
        memory = system.process(pid).map(sysinfo::Process::memory);
    }
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    json!({
        "jobs": jobs,
        "version": env!("CARGO_PKG_VERSION"),
        "load": System::load_average().ok().map(|load| load.one),
        "cores": cores,
        "memory": memory,
        "memory_total": memory_total,
    })
    .to_string()
}

pub(crate) fn host() -> String {
    sysinfo::System::host_name().unwrap_or_else(|_| "localhost".into())
}

/// Why an address could not be listened on, and by which setting another one is chosen.
pub(crate) fn taken(address: SocketAddr, setting: &str, error: &std::io::Error) -> Failure {
    let failure = Failure::new(t!("at-place", place = address, error = error.say()));
    match error.kind() {
        std::io::ErrorKind::AddrInUse => failure.help(t!("listen-taken", setting)),
        std::io::ErrorKind::PermissionDenied => failure.help(t!("listen-reserved", setting)),
        std::io::ErrorKind::AddrNotAvailable => failure.help(t!("listen-unknown")),
        _ => failure.help(t!("listen-other", setting)),
    }
}
