//! Wiring. A command is connected in one of three ways: to the process that owns the data directory, to an engine
//! that this process runs for as long as it lives, or, for reading, to a router on a database opened for reading.

mod backups;
mod engine;
pub(crate) mod key;
mod second_socket;

pub(crate) use engine::{Engines, Owned, host, taken};

use crate::{
    client::Client,
    config::Config,
    failure::{At as _, Failure, Result},
    logging,
    owner::{self, Claim, Lock, Owner},
    render,
    words::{Cause as _, t},
};
use alerting::{AlertParts, Alerts, Place, Reach};
use blobs::Blobs;
use checking::Checking;
use jobs::Hub;
use logs::{Logs, job_log::JobLog};
use model::{Clock, Rng};
use reports::Reports;
use secrecy::ExposeSecret as _;
use std::{
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};
use store::Db;
use vault::Vault;
use web::App;

/// A way to the API.
pub(crate) enum Connected {
    /// Another process owns the data directory.
    Theirs(Client, Owner),
    /// This one does, until the command ends.
    Ours(Box<Owned>),
    /// Nobody does, and nothing is changed.
    Reading(Client),
}

impl Connected {
    pub(crate) fn client(&self) -> &Client {
        match self {
            Self::Theirs(client, _) | Self::Reading(client) => client,
            Self::Ours(owned) => &owned.client,
        }
    }

    /// Seals, merges and forgets log records as it becomes due, where this process owns them.
    pub(crate) fn tend_logs(&mut self) {
        if let Self::Ours(owned) = self {
            owned.tend_logs();
        }
    }

    /// Lets go of what this process owns where somebody waits for it, and goes on as whoever waits answers. Returns
    /// whether it did.
    pub(crate) async fn let_go_if_wanted(&mut self, config: &Config, command: &str) -> bool {
        let data = &config.data.value;
        let holds = matches!(self, Self::Ours(_)) && config.database.value.is_none();
        if !holds || !owner::is_wanted(data) {
            return false;
        }
        render::say(&t!("letting-go", data = data.display()));
        let socket = data.join("vigie.sock");
        let next = Owner { pid: 0, socket: socket.clone(), command: "?".into(), address: None };
        std::mem::replace(self, Self::Theirs(Client::Socket(socket), next)).close().await;
        owner::until_taken(data).await;
        // Where that fails nobody answers on the socket, and it is tried anew.
        if let Ok(now) = changing(config, command, Engines::Rest).await {
            *self = now;
        }
        true
    }

    /// Ends what this process began.
    pub(crate) async fn close(self) {
        if let Self::Ours(owned) = self {
            owned.stop().await;
        }
    }
}

/// What every wiring is made of.
pub(crate) struct Parts {
    pub(crate) clock: Clock,
    pub(crate) rng: Rng,
    pub(crate) vault: Vault,
    pub(crate) db: Db,
    pub(crate) hub: Hub,
    pub(crate) logs: Logs,
    pub(crate) reports: Reports,
    pub(crate) alerts: Alerts,
    pub(crate) checking: Checking,
    pub(crate) syncs: dhis2::Syncs,
    /// Set once log files are open.
    pub(crate) sync_log: Arc<OnceLock<logfiles::Handle>>,
    pub(crate) job_log: JobLog,
    pub(crate) blobs: Blobs,
}

/// For a command that reads.
pub(crate) async fn reading(config: &Config) -> Result<Connected> {
    if config.database.value.is_none() {
        let data = &config.data.value;
        if let Some(owner) = owner::living(data).await {
            return Ok(Connected::Theirs(Client::Socket(owner.socket.clone()), owner));
        }
        match std::fs::metadata(config.database_file()) {
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => return Err(not_ours(data, &error)),
            Err(_) => {
                return Err(Failure::new(t!("nothing-here", place = data.display())).help(t!("nothing-here-help")));
            }
        }
    }
    let parts = Parts::open(config, Access::Read).await?;
    Ok(Connected::Reading(Client::Here(web::trusted(web::router(parts.app(config, None))))))
}

/// For a command that reads what lies in the data directory beside the database: the log store. On PostgreSQL, too, one
/// process has it, and answers.
pub(crate) async fn reading_logs(config: &Config) -> Result<Connected> {
    if config.database.value.is_some()
        && let Some(owner) = owner::living(&shared(config)).await
    {
        return Ok(Connected::Theirs(Client::Socket(owner.socket.clone()), owner));
    }
    reading(config).await
}

/// For a command that needs nothing but the log store.
pub(crate) async fn searching_logs(config: &Config) -> Result<Connected> {
    let connected = reading_logs(config).await?;
    if matches!(connected, Connected::Reading(_)) {
        // To read the log store is to lock it, and to take up what was not sealed yet.
        owner::check_writable(&config.data.value.join("telemetry"))?;
    }
    Ok(connected)
}

/// Whoever answers now for the data directory, if anybody does.
pub(crate) async fn answering(config: &Config) -> Option<Client> {
    let place = if config.database.value.is_some() { shared(config) } else { config.data.value.clone() };
    owner::living(&place).await.map(|owner| Client::Socket(owner.socket))
}

/// Where a process says that it answers for the data directory, where PostgreSQL is the database: several may use both.
fn shared(config: &Config) -> PathBuf {
    config.data.value.join("shared")
}

/// The lock of the first of them. Others go on without.
fn shared_lock(config: &Config, command: &str) -> Option<Lock> {
    match owner::claim(&shared(config), command) {
        Ok(Claim::Mine(lock)) => Some(lock),
        Ok(Claim::Theirs(_)) | Err(_) => None,
    }
}

/// For a command that changes something. `command` is how this process shows in the lock when it has to become the
/// owner; whether it then runs jobs is up to `engines`.
pub(crate) async fn changing(config: &Config, command: &str, engines: Engines) -> Result<Connected> {
    if config.database.value.is_some() {
        let lock = shared_lock(config, command);
        return Ok(Connected::Ours(Box::new(Owned::start(config, lock, engines).await?)));
    }
    let data = &config.data.value;
    match owner::claim_or_find(data, command).await? {
        Claim::Mine(lock) => Ok(Connected::Ours(Box::new(Owned::start(config, Some(lock), engines).await?))),
        Claim::Theirs(owner) => Ok(Connected::Theirs(Client::Socket(owner.socket.clone()), owner)),
    }
}

/// For a command that must be the owner itself.
pub(crate) async fn owning(config: &Config, command: &str, engines: Engines) -> Result<Owned> {
    if config.database.value.is_some() {
        return Owned::start(config, shared_lock(config, command), engines).await;
    }
    let lock = owner::claim_in_turn(&config.data.value, command, owner::TURN_PATIENCE).await?;
    Owned::start(config, Some(lock), engines).await
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
    Read,
    Own,
}

impl Parts {
    async fn open(config: &Config, access: Access) -> Result<Self> {
        let (clock, rng) = (Clock::System, Rng::system());
        let data = &config.data.value;
        if access == Access::Own {
            owner::make_dir(data)?;
        }
        let file = config.database_file();
        if config.database.value.is_none() {
            refuse_emptied(&file, &config.secret_key_file.value)?;
        }
        let db = match (&config.database.value, access) {
            (Some(url), _) => {
                Db::open_postgres(url.expose_secret()).await.map_err(|error| unreachable_database(&error))?
            }
            (None, Access::Read) => Db::open_sqlite_read_only(&file).await.map_err(|error| damaged(&file, error))?,
            (None, Access::Own) => {
                Db::open_sqlite(&file, &data.join("snapshots")).await.map_err(|error| damaged(&file, error))?
            }
        };
        if access == Access::Own {
            private(&file)?;
        }
        let vault = match access {
            Access::Own => key::open(config, &db, &rng).await?,
            Access::Read => key::read(config, &rng)?,
        };
        let hub = Hub::new(db.clone(), clock.clone());
        let logs = Logs::new(data, config.log_store.value.clone(), clock.clone(), config.zone.value.clone())
            .map_err(Failure::refused)?;
        let job_log = JobLog::new(logs.clone(), data);
        let blobs = Blobs::new(data, rng.clone()).map_err(|error| Failure::refused(error.to_string()))?;
        let reports = Reports::new(db.clone(), logs.clone(), blobs.clone(), clock.clone(), rng.clone());
        let reach = Reach::public_and(&config.alert_networks.value).unwrap_or_else(|_| Reach::public());
        let alerts = Alerts::new(AlertParts {
            db: db.clone(),
            vault: vault.clone(),
            clock: clock.clone(),
            rng: rng.clone(),
            logs: logs.clone(),
            reports: reports.clone(),
            data: data.clone(),
            place: Place { origin: config.origin(), zone: config.zone.value.clone() },
            reach: reach.clone(),
        });
        let checking = Checking::new(db.clone(), clock.clone(), reach);
        let sync_log = Arc::new(OnceLock::new());
        let said = logging::sync_log(Arc::clone(&sync_log), config.zone.value.clone());
        let syncs = dhis2::Syncs::new((db.clone(), vault.clone()), (clock.clone(), rng.clone()), said);
        Ok(Self { clock, rng, vault, db, hub, logs, reports, alerts, checking, syncs, sync_log, job_log, blobs })
    }

    fn app(&self, config: &Config, wake: Option<web::Wake>) -> App {
        App {
            db: self.db.clone(),
            clock: self.clock.clone(),
            rng: self.rng.clone(),
            hub: self.hub.clone(),
            logs: self.logs.clone(),
            reports: self.reports.clone(),
            alerts: self.alerts.clone(),
            checking: self.checking.clone(),
            syncs: self.syncs.clone(),
            job_log: self.job_log.clone(),
            vault: self.vault.clone(),
            wake,
            keep_format: {
                let settings = config.settings_file();
                Arc::new(move |entry| {
                    let kept = crate::config::keep_format(&settings, entry).map_err(|failure| failure.what);
                    kept.map(|()| settings.display().to_string())
                })
            },
            zone: config.zone.value.clone(),
            data: config.data.value.clone(),
            machine: "/".into(),
            blobs: self.blobs.clone(),
            limits: web::Limits::default(),
            hosts: config.hosts.value.clone(),
            proxy_login: config.proxy_login.as_ref().map(|table| table.value.clone()),
            base_path: config.base_path.value.clone(),
            // Seen to be well-formed when the configuration was read.
            proxies: web::Proxies::parse(&config.proxies.value).unwrap_or_default(),
            version: env!("CARGO_PKG_VERSION"),
        }
    }
}

/// A key is made after its database: one without the other means that the database was lost, and with it the memory of
/// who was sent to. Beginning anew in silence would send to everybody again.
fn refuse_emptied(file: &Path, key: &Path) -> Result<()> {
    let holds_nothing = |file: &Path| std::fs::metadata(file).map_or(true, |found| found.len() == 0);
    let log = file.with_extension("db-wal");
    if file.parent() != key.parent() || !key.exists() || !holds_nothing(file) || !holds_nothing(&log) {
        return Ok(());
    }
    Err(Failure::refused(t!("emptied", file = file.display())).help(t!("emptied-help")))
}

/// A directory is for the user alone who made it.
fn not_ours(data: &Path, error: &std::io::Error) -> Failure {
    use std::os::unix::fs::MetadataExt as _;
    let whose = std::fs::metadata(data).map_or_else(|_| String::new(), |found| t!("of-user", user = found.uid()));
    Failure::new(t!("not-ours", data = data.display(), error = error.say(), whose)).help(t!("not-ours-help"))
}

fn damaged(file: &Path, error: store::Error) -> Failure {
    if let store::Error::Io { source, .. } = &error
        && source.kind() == std::io::ErrorKind::PermissionDenied
    {
        return not_ours(file.parent().unwrap_or(file), source);
    }
    if let store::Error::Io { source, .. } = &error
        && source.kind() == std::io::ErrorKind::ReadOnlyFilesystem
    {
        return owner::unwritable(file.parent().unwrap_or(file), &std::io::ErrorKind::ReadOnlyFilesystem.into());
    }
    match error.is_damage() {
        true => Failure::new(t!("at-place", place = file.display(), error = error.say())).help(t!("damaged-help")),
        false => error.into(),
    }
}

/// Nobody else reads what is in the database, wherever the data directory lies.
fn private(file: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    if !file.exists() {
        return Ok(());
    }
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600)).at(file.display())
}

fn unreachable_database(error: &store::Error) -> Failure {
    Failure::new(error.say()).help(t!("unreachable-help"))
}
