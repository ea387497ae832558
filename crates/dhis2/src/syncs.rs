//! Configurations at work: what a person asks of them, and the steps of their runs. Where a run stands is in the store,
//! each step can be taken again, and a process that dies leaves it to the next.

mod steps;

use crate::{
    client::{Error, Instance},
    metadata::Sides,
    plan::{Action, Direction},
    planning::{self, Compared, Plan, PlanError, TypeReport},
    settings::Settings,
    story::SyncLog,
};
use jobs::{Again, DoneBy, Work};
use model::{Clock, JobId, Rng, Timestamp};
use outbound::Client;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    time::Duration,
};
use store::{Db, Sync, SyncPlan, SyncRun};
use uuid::Uuid;
use vault::Vault;

const STEP_EVERY: Duration = Duration::from_secs(1);
/// Clocks that differ by more make change detection unsafe to reason about.
const CLOCKS_APART_MAX: Duration = Duration::from_secs(300);

/// All configurations. Cheap to clone.
#[derive(Clone)]
pub struct Syncs(Arc<Inner>);

struct Inner {
    db: Db,
    vault: Vault,
    clock: Clock,
    rng: Rng,
    /// Made when it is needed: certificates are read for it.
    client: OnceLock<Client>,
    log: SyncLog,
    /// Tells the engine of a job.
    wake: OnceLock<Wake>,
    /// Runs that were begun by hand in this process.
    asked: Mutex<HashSet<Uuid>>,
}

/// Has the engine look at a job.
pub type Wake = Arc<dyn Fn(Option<JobId>) + Send + std::marker::Sync>;

/// Of the accounts of both sides; what is `None` stays as it was.
#[derive(Default)]
pub struct Secrets {
    pub source: Option<SecretString>,
    pub target: Option<SecretString>,
}

/// What a configuration remembers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// Everything of the source until then is on the target, and was proven to be.
    pub seen: Option<Timestamp>,
    pub checked_at: Option<Timestamp>,
    pub cooldown_until: Option<Timestamp>,
    /// Runs of the last hour that began by themselves.
    pub begun: Vec<Timestamp>,
    /// When both sides were last compared in full.
    pub compared_at: Option<Timestamp>,
    /// Why the last check could not be made.
    pub problem: String,
}

/// What is known of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RunData {
    pub automatic: bool,
    /// The frozen plan that was asked for.
    pub plan: Option<Uuid>,
    /// The source's clock before anything was read.
    pub seen: Option<Timestamp>,
    pub counts: BTreeMap<String, BTreeMap<Action, u64>>,
    pub values: u64,
    pub jobs: Vec<Uuid>,
    /// Items that failed, were skipped or are unknown.
    pub errors: u64,
    pub conflicts: u64,
    /// Why it failed: empty where it did not.
    pub problem: String,
}

/// What stands in the way, or nearly: a code, the side, and a figure or name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    pub code: String,
    pub side: String,
    pub detail: String,
    pub remedy: String,
}

/// Why something that was asked for is not done.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    #[error("{0}")]
    Invalid(String),
    #[error("there is no configuration `{0}`: `vigie sync list` names them")]
    NotFound(String),
    #[error("{0}")]
    Conflict(String),
    /// Of an instance.
    #[error("{0}")]
    Instance(#[from] Error),
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<PlanError> for Refused {
    fn from(error: PlanError) -> Self {
        match error {
            PlanError::Instance(error) => Self::Instance(error),
            PlanError::Store(error) => Self::Store(error),
        }
    }
}

impl Syncs {
    pub fn new((db, vault): (Db, Vault), (clock, rng): (Clock, Rng), log: SyncLog) -> Self {
        let (client, wake, asked) = (OnceLock::new(), OnceLock::new(), Mutex::default());
        Self(Arc::new(Inner { db, vault, clock, rng, client, log, wake, asked }))
    }

    /// What tells the engine of this process of jobs; once.
    pub fn wakes(&self, wake: Wake) {
        let _ = self.0.wake.set(wake);
    }

    fn client(&self) -> Result<Client, String> {
        if let Some(client) = self.0.client.get() {
            return Ok(client.clone());
        }
        let client = Client::new(outbound::Settings::default())?;
        Ok(self.0.client.get_or_init(|| client).clone())
    }

    fn asked(&self) -> MutexGuard<'_, HashSet<Uuid>> {
        self.0.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn db(&self) -> &Db {
        &self.0.db
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// Looks at sources, begins runs and takes their steps.
    pub fn stepping(self) -> Work {
        Work::new("dhis2_sync", STEP_EVERY, DoneBy::Leader, move || {
            let syncs = self.clone();
            async move { syncs.step().await.map(|()| Again::AsUsual).map_err(|error| error.to_string()) }
        })
    }

    /// Takes the steps of runs that were asked for in this process, and of no others: for a command that lives as long as
    /// one.
    pub fn finishing(self) -> Work {
        Work::new("dhis2_asked", STEP_EVERY, DoneBy::Everyone, move || {
            let syncs = self.clone();
            async move { syncs.step_asked().await.map(|()| Again::AsUsual).map_err(|error| error.to_string()) }
        })
    }

    /// Makes a configuration, or changes it.
    ///
    /// # Errors
    /// What is wrong with the name or the settings; that there are too many.
    pub async fn add(&self, name: &str, settings: &Settings, secrets: Secrets) -> Result<Sync, Refused> {
        let is_name = !name.is_empty() && name.len() <= 100 && !name.chars().any(char::is_control);
        if !is_name || name.parse::<i64>().is_ok() || name.contains('/') {
            return Err(Refused::Invalid(
                "the name is empty, too long, a number, or holds a slash: give another".into(),
            ));
        }
        settings.check().map_err(Refused::Invalid)?;
        let sealed = |side: &str, secret: Option<SecretString>| {
            secret.map(|secret| self.0.vault.seal(&secret, &format!("dhis2 {side} {name}")))
        };
        let secrets = (sealed("source", secrets.source), sealed("target", secrets.target));
        let text = serde_json::to_string(settings).unwrap_or_default();
        let kept = self.db().save_sync((name.to_owned(), text), secrets, self.clock().now()).await?;
        kept.ok_or_else(|| Refused::Conflict(format!("there are {} configurations: remove one", store::SYNCS_MAX)))
    }

    /// # Errors
    /// Of the store.
    pub async fn all(&self) -> Result<Vec<Sync>, Refused> {
        Ok(self.db().syncs().await?)
    }

    /// By name or number.
    ///
    /// # Errors
    /// That there is none.
    pub async fn named(&self, name: &str) -> Result<Sync, Refused> {
        let is_it = |sync: &Sync| sync.name == name || name.parse() == Ok(sync.number);
        let found = self.db().syncs().await?.into_iter().find(is_it);
        found.ok_or_else(|| Refused::NotFound(name.to_owned()))
    }

    pub(crate) async fn find(&self, name: &str) -> Result<Sync, String> {
        self.named(name).await.map_err(|error| error.to_string())
    }

    /// Both instances, with the secrets of the configuration.
    pub(crate) fn sides(&self, sync: &Sync, settings: &Settings) -> Result<Sides, String> {
        let side = |side: &str, url: &url::Url, sealed: &Option<Vec<u8>>| {
            let remedy =
                || format!("the {side} of {} has no secret: `vigie sync add {}` takes one", sync.name, sync.name);
            let sealed = sealed.as_ref().ok_or_else(remedy)?;
            let secret = self.0.vault.unseal(sealed, &format!("dhis2 {side} {}", sync.name));
            Ok::<_, String>(Instance::new(self.client()?, url, secret.map_err(|error| error.to_string())?))
        };
        Ok(Sides {
            source: side("source", &settings.source, &sync.source_secret)?,
            target: side("target", &settings.target, &sync.target_secret)?,
        })
    }

    fn opened(&self, sync: &Sync) -> Result<(Settings, Sides), Refused> {
        let settings = settings_of(sync)?;
        let sides = self.sides(sync, &settings).map_err(Refused::Invalid)?;
        Ok((settings, sides))
    }

    /// Two configurations between the same instances, one each way, carry changes both ways.
    pub(crate) async fn direction(&self, settings: &Settings) -> Result<Direction, store::Error> {
        let others = self.db().syncs().await?;
        let turned = |sync: &Sync| {
            settings_of(sync).is_ok_and(|other| other.source == settings.target && other.target == settings.source)
        };
        Ok(if others.iter().any(turned) { Direction::Both } else { Direction::One })
    }

    /// What stands in the way of a run.
    ///
    /// # Errors
    /// Of an instance that cannot be asked at all.
    pub async fn check(&self, sync: &Sync) -> Result<Vec<Finding>, Refused> {
        let (settings, sides) = self.opened(sync)?;
        let mut found = Vec::new();
        let mut infos = Vec::new();
        for (side, instance) in [("source", &sides.source), ("target", &sides.target)] {
            let info = instance.info().await?;
            let mut say = |code: &str, detail: String, remedy: &str| {
                found.push(Finding { code: code.into(), side: side.into(), detail, remedy: remedy.into() });
            };
            let minor: u32 = info.version.split('.').nth(1).and_then(|text| text.parse().ok()).unwrap_or(0);
            if !(38..=43).contains(&minor) {
                say(
                    "version",
                    info.version.clone(),
                    "Vigie knows 2.38 to 2.43: try it on copies of the instances first",
                );
            }
            if !info.authorities.iter().any(|one| one == "ALL") {
                say("authority", "ALL".into(), "give the account a role with ALL, or expect objects to be refused");
            }
            if self.clock().now().since(info.now).max(info.now.since(self.clock().now())) > CLOCKS_APART_MAX {
                say("clock", info.now.to_string(), "set the clocks of both machines by a time server");
            }
            infos.push(info);
        }
        if infos[0].calendar != infos[1].calendar {
            let (side, detail) = ("target".to_owned(), format!("{}, {}", infos[0].calendar, infos[1].calendar));
            let remedy = "periods have other meanings: use the same calendar on both".to_owned();
            found.push(Finding { code: "calendar".into(), side, detail, remedy });
        }
        sides.readings(&settings).await?;
        Ok(found)
    }

    /// Reads both sides, and keeps what a run would write.
    ///
    /// # Errors
    /// Of an instance.
    pub async fn plan(&self, sync: &Sync) -> Result<Plan, Refused> {
        let (settings, sides) = self.opened(sync)?;
        let compared = self.compared(&sides, &settings).await?;
        let now = self.clock().now();
        let plan = compared.plan(JobId::new(self.clock(), &self.0.rng).0);
        let content = serde_json::to_string(&plan).unwrap_or_default();
        self.db().save_sync_plan(SyncPlan { id: plan.id, sync: sync.number, content, created_at: now }).await?;
        Ok(plan)
    }

    async fn compared(&self, sides: &Sides, settings: &Settings) -> Result<Compared, PlanError> {
        let direction = self.direction(settings).await?;
        let readings = sides.readings(settings).await?;
        planning::compare(sides, &readings, settings, (self.db(), direction)).await
    }

    /// Reads both sides, and says of each type how many there are and the hash of all; then what differs.
    ///
    /// # Errors
    /// Of an instance.
    pub async fn reconcile(&self, sync: &Sync) -> Result<(Vec<TypeReport>, Plan), Refused> {
        let (settings, sides) = self.opened(sync)?;
        let compared = self.compared(&sides, &settings).await?;
        let mut types = compared.types.clone();
        if planning::has_values(&settings) {
            let readings = sides.readings(&settings).await?;
            types.extend(planning::compare_values(&sides, &readings, &settings).await?.sets);
        }
        Ok((types, compared.plan(Uuid::nil())))
    }

    /// Begins a run, of a frozen plan where one is named. By hand, whatever cooldown and rate say.
    ///
    /// # Errors
    /// That one is going on, or that there is no such plan.
    pub async fn begin(&self, sync: &Sync, plan: Option<Uuid>) -> Result<SyncRun, Refused> {
        settings_of(sync)?;
        if let Some(id) = plan
            && self.db().sync_plan(id).await?.is_none_or(|plan| plan.sync != sync.number)
        {
            return Err(Refused::Invalid(format!(
                "there is no plan {id} of {}: `vigie sync plan {}` makes one",
                sync.name, sync.name
            )));
        }
        let data = RunData { plan, ..RunData::default() };
        let run = self.create(sync, &data).await?;
        let run =
            run.ok_or_else(|| Refused::Conflict(format!("a run of {} is going on: wait for its end", sync.name)))?;
        self.asked().insert(run.id);
        Ok(run)
    }

    async fn create(&self, sync: &Sync, data: &RunData) -> Result<Option<SyncRun>, store::Error> {
        let now = self.clock().now();
        let run = SyncRun {
            id: JobId::new(self.clock(), &self.0.rng).0,
            sync: sync.number,
            phase: "planning".to_owned(),
            data: serde_json::to_string(data).unwrap_or_default(),
            job: None,
            created_at: now,
            updated_at: now,
            finished_at: None,
        };
        Ok(self.db().create_sync_run(run.clone()).await?.then_some(run))
    }

    /// From now on it runs by itself.
    ///
    /// # Errors
    /// Of the store.
    pub async fn start(&self, sync: &Sync) -> Result<(), Refused> {
        Ok(self.db().start_sync(sync.number, Some(self.clock().now())).await?)
    }

    /// It no longer begins by itself; what goes on is finished.
    ///
    /// # Errors
    /// Of the store.
    pub async fn stop(&self, sync: &Sync) -> Result<(), Refused> {
        Ok(self.db().start_sync(sync.number, None).await?)
    }
}

/// # Errors
/// What was kept cannot be read any more.
pub(crate) fn settings_of(sync: &Sync) -> Result<Settings, Refused> {
    let unreadable = |error: serde_json::Error| Refused::Invalid(format!("the settings of {}: {error}", sync.name));
    serde_json::from_str(&sync.settings).map_err(unreadable)
}

pub(crate) fn state_of(sync: &Sync) -> State {
    serde_json::from_str(&sync.state).unwrap_or_default()
}
