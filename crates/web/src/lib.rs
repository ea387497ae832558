//! Every way into Vigie but the terminal: the JSON API, the stream of progress, and the plain page.
//!
//! [`router`] answers over TCP and asks for tokens; [`trusted`] is the same for the owner's own socket and for calls
//! within the process; [`serve`] runs either on a listener. Handlers parse, call and render: what is decided, is
//! decided in the crates below. Each route is declared in one place (`declare`) with who may use it.

mod accounts;
mod alerts;
mod audit;
mod auth;
mod authority;
mod celery;
mod changes;
mod checks;
mod cursor;
mod diagnoses;
mod downloads;
mod extract;
mod feedback;
mod find;
mod health;
mod help;
mod home;
mod intake;
mod issues;
mod jobs;
mod layout;
mod lines;
mod listener;
mod logs;
mod mailings;
mod maintenance;
mod messages;
mod openapi;
mod order;
mod people;
mod performance;
mod problem;
mod projects;
mod releases;
mod report;
mod routes;
mod runs;
mod schedule;
mod schedules;
mod serve;
mod sheet;
mod syncs;
mod system;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod traces;
mod uploads;
mod webhooks;
mod words;
mod workers;
mod zip;

pub use auth::proxy::{ProxyLogin, ProxyLoginEntry, ProxyLoginFault};
pub use diagnoses::diagnosing;
pub use health::{checking_itself, is_well};
pub use logs::query_problem;
pub use runs::fetching_runs;
pub use schedule::sweeping;
pub use schedules::{log_reader, timetable};
pub use serve::{Origin, serve};
pub use serve::{base_path::BasePath, limits::Limits, peer::Proxies};
pub use words::kind_name;

use ::jobs::Hub;
use ::logs::{Logs, job_log::JobLog};
use alerting::Alerts;
use axum::Router;
use blobs::Blobs;
use checking::Checking;
use jiff::tz::TimeZone;
use model::{Clock, JobId, Rng};
use reports::Reports;
use routes::{Declared, Routes};
use std::{
    path::PathBuf,
    sync::{Arc, OnceLock},
};
use store::{Db, Job};
use tokio::sync::watch;
use vault::Vault;

/// Tells the engine that something changed: which job, when it is one.
pub type Wake = Arc<dyn Fn(Option<JobId>) + Send + Sync>;

/// Keeps a format of logs where it counts after the next start, too.
pub type KeepFormat = Arc<dyn Fn(&::logs::FormatEntry) -> std::result::Result<String, String> + Send + Sync>;

/// What the routes work on.
#[derive(Clone)]
pub struct App {
    pub db: Db,
    pub clock: Clock,
    pub rng: Rng,
    pub hub: Hub,
    pub job_log: JobLog,
    pub logs: Logs,
    /// Writes a format that a person described into the settings, and says where; or why not.
    pub keep_format: KeepFormat,
    /// What clients report: events, issues, spans.
    pub reports: Reports,
    pub alerts: Alerts,
    pub checking: Checking,
    pub syncs: dhis2::Syncs,
    pub vault: Vault,
    /// `None`: no engine runs here, and what would change something is answered with 503 and the remedy.
    pub wake: Option<Wake>,
    /// Whose days a report counts.
    pub zone: TimeZone,
    /// The data directory.
    pub data: PathBuf,
    /// The tree of files that a diagnosis reads: `/`.
    pub machine: PathBuf,
    /// What people and programs have sent.
    pub blobs: Blobs,
    pub limits: Limits,
    /// Names under which browsers may reach this, besides loopback: `vigie.example.org`, without the port.
    pub hosts: Vec<String>,
    /// The sub-path under which a proxy leads here.
    pub base_path: BasePath,
    /// A proxy that says who is logged in.
    pub proxy_login: Option<ProxyLogin>,
    /// Reverse proxies that say for whom they ask.
    pub proxies: Proxies,
    pub version: &'static str,
}

/// The router for TCP: a token is needed for all but health, the way in and the description of the API.
pub fn router(app: App) -> Router {
    let ctx = Ctx::new(app);
    let (router, declared) = declare(Routes::new(ctx.clone())).finish();
    let router =
        router.fallback(serve::layers::no_such_route).method_not_allowed_fallback(serve::layers::no_such_method);
    ctx.declared.set(declared).ok();
    let base_path = ctx.app.base_path.clone();
    base_path.around(serve::layers::around(router.with_state(ctx.clone()), &ctx))
}

/// The same for `vigie.sock` and for calls within the process: every request may do everything, without a token.
pub fn trusted(router: Router) -> Router {
    router.layer(axum::Extension(auth::Trusted))
}

/// The same for a socket that a proxy or an application of this machine may reach: as over TCP, from this machine.
pub fn on_socket(router: Router) -> Router {
    router.layer(axum::Extension(auth::proxy::OnSocket))
}

fn declare(routes: Routes) -> Routes {
    [
        openapi::declare,
        health::declare,
        layout::assets::declare,
        home::declare,
        report::declare,
        changes::declare,
        mailings::declare,
        messages::declare,
        jobs::declare,
        workers::declare,
        celery::declare,
        traces::declare,
        logs::declare,
        intake::declare,
        performance::declare,
        issues::declare,
        projects::declare,
        releases::declare,
        feedback::declare,
        alerts::declare,
        checks::declare,
        maintenance::declare,
        diagnoses::declare,
        accounts::declare,
        people::declare,
        webhooks::declare,
        schedules::declare,
        syncs::declare,
        runs::declare,
        audit::declare,
        system::declare,
        help::declare,
        find::declare,
    ]
    .into_iter()
    .fold(routes, |routes, add| add(routes))
}

/// At the same time; the others wait their turn, which is short.
const LOOKUPS_MAX: usize = 4;

/// What handlers hold. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Ctx(Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) app: App,
    pub(crate) tokens: auth::Tokens,
    pub(crate) throttle: auth::Throttle,
    pub(crate) hashing: auth::login::Hashing,
    /// Of requests that are being answered.
    pub(crate) requests: serve::places::Requests,
    /// Credentials that are looked up in the database: strangers who show wrong ones leave connections of it to the others.
    pub(crate) lookups: tokio::sync::Semaphore,
    /// Whether Vigie can work is looked at by one at a time.
    pub(crate) readiness: tokio::sync::Semaphore,
    /// Diagnoses that read the machine's logs.
    pub(crate) diagnosing: Arc<tokio::sync::Semaphore>,
    pub(crate) readings: diagnoses::Readings,
    /// Set once somebody is known to have a password.
    pub(crate) has_users: OnceLock<()>,
    pub(crate) live: jobs::live::Live,
    /// Rings when a person or a program has changed something here.
    pub(crate) changes: watch::Sender<()>,
    pub(crate) counts: health::Counts,
    pub(crate) declared: OnceLock<Vec<Declared>>,
    pub(crate) described: OnceLock<openapi::Described>,
    /// The public page, as it was last drawn in each language.
    pub(crate) public_page: checks::public::LastDrawn,
}

impl std::ops::Deref for Ctx {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Ctx {
    fn new(app: App) -> Self {
        let live = jobs::live::Live::new(&app);
        let counts = health::Counts::new(app.clock.now());
        let (tokens, declared, described) = (auth::Tokens::default(), OnceLock::new(), OnceLock::new());
        let (throttle, hashing) = (auth::Throttle::default(), auth::login::Hashing::default());
        let (requests, readiness) = (serve::places::Requests::new(&app.limits), tokio::sync::Semaphore::new(1));
        let (lookups, has_users) = (tokio::sync::Semaphore::new(LOOKUPS_MAX), OnceLock::new());
        let inner = Inner {
            app,
            tokens,
            throttle,
            hashing,
            requests,
            lookups,
            readiness,
            diagnosing: Arc::new(tokio::sync::Semaphore::new(diagnoses::AT_ONCE_MAX)),
            readings: diagnoses::Readings::default(),
            has_users,
            live,
            changes: watch::Sender::new(()),
            counts,
            declared,
            described,
            public_page: checks::public::LastDrawn::default(),
        };
        Self(Arc::new(inner))
    }

    /// A job was made or changed here: everybody who watches is told, and the engine looks at it.
    pub(crate) async fn changed(&self, job: &Job) {
        self.live.publish(&self.app, job);
        if let Err(error) = self.app.db.announce(job.id, self.app.clock.now()).await {
            tracing::debug!(%error, "other processes were not told of a job's change; they look for themselves");
        }
        if let Some(wake) = &self.app.wake {
            wake(Some(job.id));
        }
    }
}

#[cfg(test)]
fn declared(app: App) -> Vec<Declared> {
    declare(Routes::new(Ctx::new(app))).finish().1
}
