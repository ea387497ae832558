//! The phases of a run: what each writes, and the job that writes it.

use super::Next;
use crate::{
    client::Table,
    comparing::{self, Absent, Noting, Scope},
    plan::{self, Action, Entry},
    planning::{self, Bound, Plan, PlanError},
    settings::{Settings, Values},
    story::Line,
    syncs::{RunData, Syncs, tables},
    tracker,
    why::Why,
    work::{Phase, Spec, metadata_items, tracker_items, value_items},
};
use model::{Authority, JobId, JobKind, JobState, OnUnknown, pace::Limits};
use std::collections::BTreeMap;
use store::{Created, LedgerMatch, NewItem, NewJob, Sync, SyncRun, SyncedObject};
use uuid::Uuid;

/// Items of one transaction.
const ENQUEUED_AT_ONCE: usize = 500;

impl Syncs {
    pub(super) async fn plan_metadata(
        &self,
        sync: &Sync,
        settings: &Settings,
        run: &mut SyncRun,
        data: &mut RunData,
    ) -> Result<Next, PlanError> {
        let sides = match self.sides(sync, settings) {
            Ok(sides) => sides,
            Err(why) => return Ok(Next::End(Err(why))),
        };
        let say = |line: &Line<'_>| self.0.log.say(self.clock().now(), line);
        say(&Line::Started { name: &sync.name });
        data.seen = Some(sides.source.clock().await?.now);
        let readings = sides.readings(settings).await?;
        // Whoever runs a plan has seen what it deletes.
        let bound = if data.plan.is_some() { Bound::Seen } else { Bound::Kept };
        let ask = self.ask((&sides, &readings), settings, bound).await?;
        let types = settings.types();
        let only = |kind: &&str| data.only.as_ref().is_none_or(|only| only.iter().any(|one| one == kind));
        let kinds: Vec<&str> = types.into_iter().filter(only).collect();
        let compared = planning::compare(&ask, &kinds).await?;
        let mut plan = compared.plan(Uuid::nil());
        if let Some(id) = data.plan {
            plan.values = self.planned_values(&ask, &compared.entries).await?;
            plan.take_in(self.planned_tracker(&ask, &compared.entries).await?);
            let frozen =
                self.db().sync_plan(id).await?.and_then(|plan| serde_json::from_str::<Plan>(&plan.content).ok());
            if !frozen.is_some_and(|frozen| frozen.is_as(&plan)) {
                let text = format!("one side has changed since plan {id}: make a new plan");
                return Ok(Next::End(Err(Why::new("plan_moved", &[], text))));
            }
        } else {
            data.held.clone_from(&plan.held);
        }
        data.conflicts = plan.count(Action::Conflict);
        data.counts = plan.counts;
        if brings_values(&compared.entries) {
            data.scope = Scope::All;
        }
        if brings_tracker(&compared.entries) {
            data.only_programs = None;
        }
        let equal = compared.entries.iter().filter(|entry| entry.action == Action::Equal);
        self.note_equal(settings, equal).await?;
        let order = plan::order(&compared.entries);
        if order.is_empty() {
            return Ok(Next::Phase("planning_values"));
        }
        say(&Line::Metadata);
        self.make(sync, settings, run, data, (Phase::Metadata, metadata_items(&compared.entries, &order))).await?;
        Ok(Next::Phase("metadata"))
    }

    /// What is equal is known to be: a later change on one side alone is told by that.
    async fn note_equal<'a>(
        &self,
        settings: &Settings,
        equal: impl Iterator<Item = &'a Entry>,
    ) -> Result<(), store::Error> {
        let row = |one: &Entry| SyncedObject {
            kind: one.kind.clone(),
            uid: one.uid.clone(),
            hash: one.source.clone(),
            problem: None,
        };
        self.db().note_synced(settings.pair(), equal.map(row).collect(), self.clock().now()).await
    }

    /// Values, then registrations.
    pub(super) async fn plan_rows(
        &self,
        sync: &Sync,
        settings: &Settings,
        (run, data): (&mut SyncRun, &mut RunData),
        table: Table,
    ) -> Result<Next, PlanError> {
        let (after, phase, word) = match table {
            Table::Values => (Next::Phase("planning_completeness"), Phase::Values, "values"),
            Table::Completeness => (Next::Phase("planning_tracker"), Phase::Completeness, "completeness"),
        };
        let is_left = table == Table::Values && data.scope == Scope::Nothing;
        if is_left || !tables(settings).iter().any(|(one, _)| *one == table) {
            return Ok(after);
        }
        let sides = match self.sides(sync, settings) {
            Ok(sides) => sides,
            Err(why) => return Ok(Next::End(Err(why))),
        };
        let readings = sides.readings(settings).await?;
        let ask = self.ask((&sides, &readings), settings, Bound::Kept).await?;
        let compared = comparing::compare_values(&ask, (table, &data.scope), &Absent::default(), Noting::Yes).await?;
        (data.sets, data.roots) = (compared.uids, compared.roots);
        let conflicts: u64 = compared.sets.iter().map(|set| set.conflict).sum();
        if conflicts > 0 {
            data.failed_types.insert(table.names().1.to_owned());
        }
        data.conflicts += conflicts;
        let rows = compared.parts.iter().map(|part| part.count as u64).sum();
        match table {
            Table::Values => data.values = rows,
            Table::Completeness => data.registrations = rows,
        }
        if compared.parts.is_empty() {
            return Ok(after);
        }
        self.make(sync, settings, run, data, (phase, value_items(&compared.parts))).await?;
        Ok(Next::Phase(word))
    }

    /// Tracker data, at last: it refers to all that was written before.
    pub(super) async fn plan_tracker(
        &self,
        sync: &Sync,
        settings: &Settings,
        run: &mut SyncRun,
        data: &mut RunData,
    ) -> Result<Next, PlanError> {
        let is_left = data.only_programs.as_ref().is_some_and(Vec::is_empty);
        if is_left || settings.tracker == Values::No {
            return Ok(Next::End(Ok(())));
        }
        let sides = match self.sides(sync, settings) {
            Ok(sides) => sides,
            Err(why) => return Ok(Next::End(Err(why))),
        };
        let readings = sides.readings(settings).await?;
        let bound = if data.plan.is_some() { Bound::Seen } else { Bound::Kept };
        let ask = self.ask((&sides, &readings), settings, bound).await?;
        let how = (Noting::Yes, self.clock().now());
        let compared = tracker::compare(&ask, data.only_programs.as_deref(), &Absent::default(), how).await?;
        (data.programs, data.roots) = (Some(compared.programs), compared.roots);
        let conflicts = |counts: &BTreeMap<Action, u64>| counts.get(&Action::Conflict).copied().unwrap_or(0);
        data.conflicts += compared.counts.values().map(conflicts).sum::<u64>();
        data.counts.extend(compared.counts);
        if bound == Bound::Kept {
            data.held.extend(compared.held);
        }
        if compared.groups.is_empty() {
            return Ok(Next::End(Ok(())));
        }
        self.make(sync, settings, run, data, (Phase::Tracker, tracker_items(&compared.groups))).await?;
        Ok(Next::Phase("tracker"))
    }

    /// The job of a phase. A run that died while it was being filled leaves one that never began.
    async fn make(
        &self,
        sync: &Sync,
        settings: &Settings,
        run: &mut SyncRun,
        data: &mut RunData,
        (phase, items): (Phase, Vec<NewItem>),
    ) -> Result<(), store::Error> {
        let now = self.clock().now();
        let id = job_of(run.id, phase);
        let spec = Spec { sync: sync.number, name: sync.name.clone(), run: run.id, phase, settings: settings.clone() };
        let job = NewJob {
            id,
            kind: JobKind::Dhis2,
            name: sync.name.clone(),
            on_unknown: OnUnknown::Verify,
            account: None,
            application_name: String::new(),
            flow_name: String::new(),
            created_by: String::new(),
            task_type: "dhis2".to_owned(),
            task_id: run.id.to_string(),
            spec: serde_json::to_string(&spec).unwrap_or_default(),
            limits: Limits::default(),
            state: JobState::Preparing,
            total: 0,
            ledger: LedgerMatch::None,
            // Only an administrator makes a configuration, and sets it going.
            authority: Authority::Admin,
        };
        // Made before: the process ended before the run had noted it.
        if let Created::Existing(_) = self.db().create_job(job, now).await? {
            data.jobs.push(id.0);
            run.job = Some(id);
            return Ok(());
        }
        let mut items = items.into_iter().peekable();
        while items.peek().is_some() {
            self.db().enqueue(id, items.by_ref().take(ENQUEUED_AT_ONCE).collect(), None, now).await?;
        }
        self.db().finish_preparing(id, now).await?;
        if let Some(wake) = self.0.wake.get() {
            wake(Some(id));
        }
        data.jobs.push(id.0);
        run.job = Some(id);
        Ok(())
    }
}

/// Objects because of which values are to be looked at that have not changed themselves.
fn brings_values(entries: &[Entry]) -> bool {
    entries.iter().any(|entry| match entry.kind.as_str() {
        "dataSets" => matches!(entry.action, Action::Create | Action::Update),
        "dataElements" | "organisationUnits" | "categoryOptionCombos" => entry.action == Action::Create,
        _ => false,
    })
}

/// Objects because of which tracker data is to be looked at that has not changed itself.
fn brings_tracker(entries: &[Entry]) -> bool {
    entries.iter().any(|entry| match entry.kind.as_str() {
        "programs" => matches!(entry.action, Action::Create | Action::Update),
        "organisationUnits" | "programStages" | "trackedEntityTypes" => entry.action == Action::Create,
        _ => false,
    })
}

/// The phases, each with what tells its job from the run.
const PHASES: [(Phase, u8, &str); 4] = [
    (Phase::Metadata, 1, "metadata"),
    (Phase::Values, 2, "values"),
    (Phase::Completeness, 3, "completeness"),
    (Phase::Tracker, 4, "tracker"),
];

/// The same whenever it is asked for: a run has one job of each phase.
fn job_of(run: Uuid, phase: Phase) -> JobId {
    let mut bytes = run.into_bytes();
    bytes[15] ^= PHASES.iter().find(|(one, ..)| *one == phase).map_or(0, |(_, number, _)| *number);
    Uuid::from_bytes(bytes).into()
}

/// What a job of a run writes: `metadata`, `values`, `completeness` or `tracker`.
pub fn phase_of(run: Uuid, job: Uuid) -> Option<&'static str> {
    let number = run.into_bytes()[15] ^ job.into_bytes()[15];
    PHASES.iter().find(|(_, one, _)| *one == number).map(|(.., word)| *word)
}
