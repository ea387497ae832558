//! Configurations at work: what a person asks of them, and the steps of their runs. Where a run stands is in the store,
//! each step can be taken again, and a process that dies leaves it to the next.

mod steps;

pub use steps::phase_of;

use crate::{
    client::{Error, Instance, Table},
    comparing::{self, Absent, Noting, Scope},
    metadata::{self, Readings, Sides},
    plan::{self, Action, Direction, Entry},
    planning::{self, Ask, Bound, Plan, PlanError, TypeReport, ValuePlan},
    settings::{Mode, Settings, Values},
    showing::{self, PlanChange},
    story::SyncLog,
    tracker::{self, ComparedTracker, Program},
    validating,
    why::Why,
    work,
};
use jobs::{Again, DoneBy, Work};
use model::{Clock, JobId, Rng, Timestamp};
use outbound::Client;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    time::Duration,
};
use store::{Db, Sync, SyncPlan, SyncRun};
use uuid::Uuid;
use vault::Vault;

const HOUR: Duration = Duration::from_secs(3_600);
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
    /// By the number of a configuration: what its last look found. A process that does not know it runs once more.
    found: Mutex<HashMap<i64, Found>>,
}

/// What a look found, and the run that came of it.
struct Found {
    run: Uuid,
    /// The configuration as it was.
    settings: String,
    marks: HashSet<u64>,
    /// The run has ended, and all of it is on the target.
    is_proven: bool,
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
    /// The same of single types, where they are further or behind.
    pub seen_types: BTreeMap<String, Timestamp>,
    /// Data sets and roots of the tree, as the last run saw them: a look asks about these.
    pub sets: Vec<String>,
    pub roots: Vec<String>,
    /// Programs, as the last run saw them.
    pub programs: Option<Vec<Program>>,
    pub checked_at: Option<Timestamp>,
    pub cooldown_until: Option<Timestamp>,
    /// Runs of the last hour that began by themselves.
    pub begun: Vec<Timestamp>,
    /// When both sides were last compared in full.
    pub compared_at: Option<Timestamp>,
    /// Why the last look could not be made, or the last run failed: empty where it did not.
    pub problem: String,
    pub why: Option<Why>,
}

impl State {
    /// Until when everything of a type was seen.
    pub(crate) fn seen_of(&self, kind: &str) -> Option<Timestamp> {
        self.seen_types.get(kind).copied().or(self.seen)
    }
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
    /// The same before the look because of which it began: of what is not compared, nothing later was seen.
    pub looked: Option<Timestamp>,
    pub counts: BTreeMap<String, BTreeMap<Action, u64>>,
    pub values: u64,
    /// Registrations that a data set is complete.
    pub registrations: u64,
    /// Types that are compared; all, where none is named.
    pub only: Option<Vec<String>>,
    /// Which values are.
    pub scope: Scope,
    /// Programs of which tracker data is compared; all, where none is named.
    pub only_programs: Option<Vec<String>>,
    /// Programs, as this run saw them.
    pub programs: Option<Vec<Program>>,
    /// Types of which something could not be written.
    pub failed_types: BTreeSet<String>,
    /// Types of which nothing is deleted before a person has seen it, with how many would be.
    pub held: BTreeMap<String, u64>,
    /// Data sets and roots of the tree, as this run saw them.
    pub sets: Vec<String>,
    pub roots: Vec<String>,
    pub jobs: Vec<Uuid>,
    /// Items that failed, were skipped or are unknown.
    pub errors: u64,
    pub conflicts: u64,
    /// Why it failed: empty where it did not.
    pub problem: String,
    pub why: Option<Why>,
}

/// Whether the target is asked what it would refuse.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Validation {
    #[default]
    Left,
    Asked,
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
    Invalid(Why),
    #[error("there is no configuration `{0}`: `vigie sync list` names them")]
    NotFound(String),
    #[error("{0}")]
    Conflict(Why),
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
        let (client, wake, asked, found) = (OnceLock::new(), OnceLock::new(), Mutex::default(), Mutex::default());
        Self(Arc::new(Inner { db, vault, clock, rng, client, log, wake, asked, found }))
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

    fn found(&self) -> MutexGuard<'_, HashMap<i64, Found>> {
        self.0.found.lock().unwrap_or_else(PoisonError::into_inner)
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
            let text = "the name is empty, too long, a number, or holds a slash: give another".to_owned();
            return Err(Refused::Invalid(Why::new("wrong_name", &[], text)));
        }
        settings.check().map_err(Refused::Invalid)?;
        let sealed = |side: &str, secret: Option<SecretString>| {
            secret.map(|secret| self.0.vault.seal(&secret, &format!("dhis2 {side} {name}")))
        };
        let secrets = (sealed("source", secrets.source), sealed("target", secrets.target));
        let text = serde_json::to_string(settings).unwrap_or_default();
        let kept = self.db().save_sync((name.to_owned(), text), secrets, self.clock().now()).await?;
        let most = store::SYNCS_MAX.to_string();
        let text = format!("there are {most} configurations: remove one");
        kept.ok_or_else(|| Refused::Conflict(Why::new("too_many", &[("most", &most)], text)))
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
    pub(crate) fn sides(&self, sync: &Sync, settings: &Settings) -> Result<Sides, Why> {
        let side = |side: &str, url: &url::Url, sealed: &Option<Vec<u8>>| {
            let name = &sync.name;
            let remedy = || {
                let text = format!("the {side} of {name} has no secret: `vigie sync add {name}` takes one");
                Why::new("no_secret", &[("side", side), ("name", name)], text)
            };
            let sealed = sealed.as_ref().ok_or_else(remedy)?;
            let secret = self.0.vault.unseal(sealed, &format!("dhis2 {side} {}", sync.name));
            let secret = secret.map_err(|error| Why::other(error.to_string()))?;
            Ok::<_, Why>(Instance::new(self.client().map_err(Why::other)?, url, secret))
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
            if !(38..=43).contains(&info.clock.minor) {
                say(
                    "version",
                    info.version.clone(),
                    "Vigie knows 2.38 to 2.43: try it on copies of the instances first",
                );
            }
            if !info.authorities.iter().any(|one| one == "ALL") {
                say("authority", "ALL".into(), "give the account a role with ALL, or expect objects to be refused");
            }
            if apart(self.clock().now(), info.clock.now) > CLOCKS_APART_MAX {
                say("clock", info.clock.now.to_string(), "set the clocks of both machines by a time server");
            }
            let reads_units = [settings.values, settings.completeness, settings.tracker].contains(&Values::Yes);
            if reads_units && info.units == 0 {
                say("org_units", "0".into(), "give the account organisation units, for which it reads and enters data");
            }
            for (kind, uids) in metadata::all_defaults(instance).await? {
                if uids.len() != 1 {
                    say(
                        "default",
                        format!("{kind}: {}", uids.len()),
                        "there is to be one object named default of this type: remove the others, or rename them",
                    );
                }
            }
            infos.push(info);
        }
        if infos[0].calendar != infos[1].calendar {
            let (side, detail) = ("target".to_owned(), format!("{}, {}", infos[0].calendar, infos[1].calendar));
            let remedy = "periods have other meanings: use the same calendar on both".to_owned();
            found.push(Finding { code: "calendar".into(), side, detail, remedy });
        }
        let direction = self.direction(&settings).await?;
        if direction == Direction::Both && !settings.map.lines().is_empty() {
            let (code, side, detail) =
                ("map_both_ways".to_owned(), "target".to_owned(), settings.map.lines().len().to_string());
            let remedy = "a mapping goes one way: remove it, or the configuration the other way".to_owned();
            found.push(Finding { code, side, detail, remedy });
        }
        sides.readings(&settings).await?;
        for kind in settings.types() {
            for (side, instance) in [("source", &sides.source), ("target", &sides.target)] {
                found.extend(doubled_codes(instance, kind, side).await?);
            }
        }
        Ok(found)
    }

    /// Reads both sides, and keeps what a run would write.
    ///
    /// # Errors
    /// Of an instance.
    pub async fn plan(&self, sync: &Sync, validation: Validation) -> Result<Plan, Refused> {
        let (settings, sides) = self.opened(sync)?;
        let began = self.clock().now();
        let readings = sides.readings(&settings).await?;
        let ask = self.ask((&sides, &readings), &settings, Bound::Seen).await?;
        let compared = planning::compare(&ask, &settings.types()).await?;
        let mut plan = compared.plan(JobId::new(self.clock(), &self.0.rng).0);
        plan.values = self.planned_values(&ask, &compared.entries).await?;
        let tracked = self.planned_tracker(&ask, &compared.entries).await?;
        let groups = tracked.groups.clone();
        plan.take_in(tracked);
        let asked = sides.source.asked() + sides.target.asked();
        plan.requests = asked + plan.requests();
        let took = self.clock().now().since(began);
        plan.seconds = took.as_secs() * plan.requests / asked.max(1);
        if validation == Validation::Asked {
            let order = plan::order(&compared.entries);
            plan.blocked = validating::validate(&sides, &readings, &compared.entries, &order).await?;
            let (blocked, unasked) =
                validating::validate_tracked(&sides, &readings, &groups, &absent(&compared.entries)).await?;
            plan.blocked.extend(blocked);
            (plan.unasked, plan.validated) = (unasked, true);
        }
        let content = serde_json::to_string(&plan).unwrap_or_default();
        let created_at = self.clock().now();
        self.db().save_sync_plan(SyncPlan { id: plan.id, sync: sync.number, content, created_at }).await?;
        Ok(plan)
    }

    /// Values and registrations that a run would write. What it makes on the target is not asked about there yet.
    async fn planned_values(&self, ask: &Ask<'_>, entries: &[Entry]) -> Result<Vec<ValuePlan>, PlanError> {
        let absent = absent(entries);
        let mut planned = Vec::new();
        for (table, _) in tables(ask.settings) {
            planned.extend(comparing::compare_values(ask, (table, &Scope::All), &absent, Noting::No).await?.sets);
        }
        Ok(planned)
    }

    /// The same of tracker data.
    async fn planned_tracker(&self, ask: &Ask<'_>, entries: &[Entry]) -> Result<ComparedTracker, PlanError> {
        if ask.settings.tracker == Values::No {
            return Ok(ComparedTracker::default());
        }
        tracker::compare(ask, None, &absent(entries), (Noting::No, self.clock().now())).await
    }

    async fn ask<'a>(
        &'a self,
        (sides, readings): (&'a Sides, &'a Readings),
        settings: &'a Settings,
        bound: Bound,
    ) -> Result<Ask<'a>, store::Error> {
        let direction = self.direction(settings).await?;
        Ok(Ask { sides, readings, settings, db: self.db(), direction, bound })
    }

    /// A plan that is kept, with when it was made.
    ///
    /// # Errors
    /// That there is none.
    pub async fn kept_plan(&self, sync: &Sync, id: Uuid) -> Result<(Plan, Timestamp), Refused> {
        let kept = self.db().sync_plan(id).await?.filter(|plan| plan.sync == sync.number);
        let read = kept.and_then(|kept| Some((serde_json::from_str(&kept.content).ok()?, kept.created_at)));
        read.ok_or_else(|| Refused::NotFound(format!("{} plan {id}", sync.name)))
    }

    /// These objects of a plan, property by property, as both sides are now.
    ///
    /// # Errors
    /// Of an instance.
    pub async fn show(&self, sync: &Sync, entries: &[Entry]) -> Result<Vec<PlanChange>, Refused> {
        let (settings, sides) = self.opened(sync)?;
        let readings = sides.readings(&settings).await?;
        Ok(showing::show(&sides, &readings, entries).await?)
    }

    /// Reads both sides, and says of each type how many there are and the hash of all; then what differs.
    ///
    /// # Errors
    /// Of an instance.
    pub async fn reconcile(&self, sync: &Sync) -> Result<(Vec<TypeReport>, Plan), Refused> {
        let (settings, sides) = self.opened(sync)?;
        let readings = sides.readings(&settings).await?;
        // Nothing is written: what would be deleted is told, however much that is.
        let ask = self.ask((&sides, &readings), &settings, Bound::Seen).await?;
        let compared = planning::compare(&ask, &settings.types()).await?;
        let mut types = compared.types.clone();
        let values = self.planned_values(&ask, &compared.entries).await?;
        types.extend(values.iter().map(ValuePlan::report));
        let tracker = self.planned_tracker(&ask, &compared.entries).await?;
        types.extend(tracker.types.clone());
        let mut plan = compared.plan(Uuid::nil());
        plan.take_in(tracker);
        Ok((types, plan))
    }

    /// When the source is looked at next, or the next run begins; `None` where it does not by itself.
    pub fn next_look(&self, sync: &Sync) -> Option<Timestamp> {
        let (settings, state) = (settings_of(sync).ok()?, state_of(sync));
        let started_at = sync.started_at?;
        let next = match settings.mode {
            Mode::Manual => return None,
            Mode::Automatic => state
                .checked_at
                .map_or(started_at, |at| at + Duration::from_secs(settings.check_every_s))
                .max(started_at),
            Mode::Scheduled => {
                settings.timing()?.ok()?.next(state.checked_at.map_or(started_at, |at| at.max(started_at)))?
            }
        };
        let is_often = settings.mode == Mode::Automatic && state.begun.len() >= settings.max_per_hour;
        let rate = is_often.then(|| state.begun.first().map(|at| *at + HOUR));
        Some(next.max(state.cooldown_until.unwrap_or(next)).max(rate.flatten().unwrap_or(next)))
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
            let text = format!("there is no plan {id} of {}: `vigie sync plan {}` makes one", sync.name, sync.name);
            let args = [("id", &*id.to_string()), ("name", &*sync.name)];
            return Err(Refused::Invalid(Why::new("no_plan", &args, text)));
        }
        let data = RunData { plan, ..RunData::default() };
        let run = self.create(sync, &data).await?;
        let text = format!("a run of {} is going on: wait for its end", sync.name);
        let run = run.ok_or_else(|| Refused::Conflict(Why::new("going_on", &[("name", &sync.name)], text)))?;
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

/// What is compared beside metadata, and the phase in which it is written.
fn tables(settings: &Settings) -> Vec<(Table, work::Phase)> {
    let mut tables = Vec::new();
    if settings.values == Values::Yes {
        tables.push((Table::Values, work::Phase::Values));
    }
    if settings.completeness == Values::Yes {
        tables.push((Table::Completeness, work::Phase::Completeness));
    }
    tables
}

fn apart(a: Timestamp, b: Timestamp) -> Duration {
    a.since(b).max(b.since(a))
}

/// Codes that several objects of a type have: no import takes both.
async fn doubled_codes(instance: &Instance, kind: &str, side: &str) -> Result<Option<Finding>, Error> {
    let (mut codes, mut doubled) = (HashSet::new(), BTreeSet::new());
    let see = |object: serde_json::Map<String, serde_json::Value>| {
        if let Some(code) = object.get("code").and_then(serde_json::Value::as_str)
            && !codes.insert(code.to_owned())
        {
            doubled.insert(code.to_owned());
        }
    };
    // A type whose codes repeat by nature: of each set, its own.
    if kind == "options" {
        return Ok(None);
    }
    instance.each(kind, "id,code", see).await?;
    let some: Vec<String> = doubled.iter().take(5).cloned().collect();
    Ok((!doubled.is_empty()).then(|| Finding {
        code: "duplicate_code".to_owned(),
        side: side.to_owned(),
        detail: format!("{kind}: {} ({})", doubled.len(), some.join(", ")),
        remedy: "give each its own code, or remove it".to_owned(),
    }))
}

/// # Errors
/// What was kept cannot be read any more.
pub(crate) fn settings_of(sync: &Sync) -> Result<Settings, Refused> {
    let unreadable = |error: serde_json::Error| {
        let text = format!("the settings of {}: {error}", sync.name);
        Refused::Invalid(Why::new("unreadable_settings", &[("name", &sync.name)], text))
    };
    serde_json::from_str(&sync.settings).map_err(unreadable)
}

pub(crate) fn state_of(sync: &Sync) -> State {
    serde_json::from_str(&sync.state).unwrap_or_default()
}

/// What is not on the target before a run has made it.
fn absent(entries: &[Entry]) -> Absent {
    let made = entries.iter().filter(|entry| entry.action == Action::Create);
    Absent(made.map(|entry| entry.uid.clone()).collect())
}
