//! What comes by itself: a look at each source that is due, and the next step of each run.

use super::{RunData, State, Syncs, settings_of, state_of};
use crate::{
    changes, plan,
    plan::Action,
    planning::{self, Plan, PlanError},
    settings::{Mode, Settings},
    story::Line,
    work::{Phase, Spec, metadata_items, value_items},
};
use model::{Authority, JobId, JobKind, JobState, OnUnknown, pace::Limits};
use std::time::Duration;
use store::{Created, Job, LedgerMatch, NewItem, NewJob, Sync, SyncRun};
use uuid::Uuid;

/// Items of one transaction.
const ENQUEUED_AT_ONCE: usize = 500;
/// How often everything is compared although nothing seems to have changed: for what times of change hide.
const IN_FULL_EVERY: Duration = Duration::from_secs(24 * 3_600);
const HOUR: Duration = Duration::from_secs(3_600);

/// What a step makes of a run.
enum Next {
    Wait,
    Phase(&'static str),
    End(Result<(), String>),
}

impl Syncs {
    pub(super) async fn step(&self) -> Result<(), store::Error> {
        let syncs = self.db().syncs().await?;
        let open = self.db().open_sync_runs().await?;
        for run in &open {
            if let Some(sync) = syncs.iter().find(|sync| sync.number == run.sync) {
                self.advance(sync, run.clone()).await?;
            }
        }
        for sync in syncs.iter().filter(|sync| sync.started_at.is_some()) {
            let is_open = open.iter().any(|run| run.sync == sync.number);
            if let (false, Ok(settings)) = (is_open, settings_of(sync)) {
                self.look(sync, &settings).await?;
            }
        }
        Ok(())
    }

    pub(super) async fn step_asked(&self) -> Result<(), store::Error> {
        let syncs = self.db().syncs().await?;
        for run in self.db().open_sync_runs().await? {
            let is_asked = self.asked().contains(&run.id);
            if let (true, Some(sync)) = (is_asked, syncs.iter().find(|sync| sync.number == run.sync)) {
                self.advance(sync, run).await?;
            }
        }
        Ok(())
    }

    /// Begins a run where the source has changed.
    async fn look(&self, sync: &Sync, settings: &Settings) -> Result<(), store::Error> {
        let (now, mut state) = (self.clock().now(), state_of(sync));
        state.begun.retain(|at| now.since(*at) < HOUR);
        let every = Duration::from_secs(settings.check_every_s);
        let rests = state.cooldown_until.is_some_and(|until| now < until)
            || state.checked_at.is_some_and(|at| now.since(at) < every && at <= now)
            || state.begun.len() >= settings.max_per_hour;
        if settings.mode != Mode::Automatic || rests {
            return Ok(());
        }
        state.checked_at = Some(now);
        let in_full = state.seen.is_none() || state.compared_at.is_none_or(|at| now.since(at) >= IN_FULL_EVERY);
        match self.has_changed(sync, settings, &mut state).await {
            Ok(changed) => {
                state.problem.clear();
                if (changed || in_full)
                    && self.create(sync, &RunData { automatic: true, ..RunData::default() }).await?.is_some()
                {
                    state.begun.push(now);
                }
            }
            Err(problem) => self.rest(settings, &mut state, &problem),
        }
        self.keep(sync, &state).await
    }

    async fn has_changed(&self, sync: &Sync, settings: &Settings, state: &mut State) -> Result<bool, String> {
        let Some(seen) = state.seen else { return Ok(true) };
        let sides = self.sides(sync, settings)?;
        let say = |line: &Line<'_>| self.0.log.say(self.clock().now(), line);
        say(&Line::Looking { source: &sides.source.host() });
        let changes = changes::since(&sides, settings, seen).await.map_err(|error| error.to_string())?;
        for (kind, count) in &changes.types {
            say(&Line::Changed { kind });
            say(&Line::ChangedCount { count: *count, since: seen });
        }
        if changes.types.is_empty() {
            state.seen = Some(changes.seen.max(seen));
        }
        Ok(!changes.types.is_empty())
    }

    fn rest(&self, settings: &Settings, state: &mut State, problem: &str) {
        let now = self.clock().now();
        let until = now + Duration::from_secs(settings.cooldown_s);
        problem.clone_into(&mut state.problem);
        state.cooldown_until = Some(until);
        self.0.log.say(now, &Line::Failed { why: problem });
        self.0.log.say(now, &Line::Cooldown { until });
    }

    async fn keep(&self, sync: &Sync, state: &State) -> Result<(), store::Error> {
        self.db().save_sync_state(sync.number, serde_json::to_string(state).unwrap_or_default()).await
    }

    async fn advance(&self, sync: &Sync, mut run: SyncRun) -> Result<(), store::Error> {
        let mut data: RunData = serde_json::from_str(&run.data).unwrap_or_default();
        let settings = match settings_of(sync) {
            Ok(settings) => settings,
            Err(error) => return self.finish(sync, run, data, Err(error.to_string())).await,
        };
        let next = match run.phase.as_str() {
            "planning" => self.plan_metadata(sync, &settings, &mut run, &mut data).await,
            "metadata" | "values" => self.look_at_job(&mut run, &mut data).await,
            _ => self.plan_values(sync, &settings, &mut run, &mut data).await,
        };
        match next {
            Ok(Next::Wait) => Ok(()),
            Ok(Next::Phase(phase)) => {
                phase.clone_into(&mut run.phase);
                run.data = serde_json::to_string(&data).unwrap_or_default();
                run.updated_at = self.clock().now();
                self.db().save_sync_run(run).await
            }
            Ok(Next::End(ended)) => self.finish(sync, run, data, ended).await,
            Err(PlanError::Store(error)) => Err(error),
            Err(PlanError::Instance(error)) => self.finish(sync, run, data, Err(error.to_string())).await,
        }
    }

    async fn plan_metadata(
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
        data.seen = Some(sides.source.info().await?.now);
        let compared = self.compared(&sides, settings).await?;
        let plan = compared.plan(Uuid::nil());
        if let Some(id) = data.plan {
            let frozen =
                self.db().sync_plan(id).await?.and_then(|plan| serde_json::from_str::<Plan>(&plan.content).ok());
            if !frozen.is_some_and(|frozen| frozen.is_as(&plan)) {
                return Ok(Next::End(Err(format!("one side has changed since plan {id}: make a new plan"))));
            }
        }
        data.counts = plan.counts;
        data.conflicts = plan.entries.iter().filter(|entry| entry.action == Action::Conflict).count() as u64;
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
        equal: impl Iterator<Item = &'a plan::Entry>,
    ) -> Result<(), store::Error> {
        let row = |one: &plan::Entry| store::SyncedObject {
            kind: one.kind.clone(),
            uid: one.uid.clone(),
            hash: one.source.clone(),
            problem: None,
        };
        self.db().note_synced(settings.pair(), equal.map(row).collect(), self.clock().now()).await
    }

    async fn plan_values(
        &self,
        sync: &Sync,
        settings: &Settings,
        run: &mut SyncRun,
        data: &mut RunData,
    ) -> Result<Next, PlanError> {
        if !planning::has_values(settings) {
            return Ok(Next::End(Ok(())));
        }
        let sides = match self.sides(sync, settings) {
            Ok(sides) => sides,
            Err(why) => return Ok(Next::End(Err(why))),
        };
        let readings = sides.readings(settings).await?;
        let compared = planning::compare_values(&sides, &readings, settings).await?;
        data.values = compared.parts.iter().map(|part| part.count as u64).sum();
        if compared.parts.is_empty() {
            return Ok(Next::End(Ok(())));
        }
        self.make(sync, settings, run, data, (Phase::Values, value_items(&compared.parts))).await?;
        Ok(Next::Phase("values"))
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

    async fn look_at_job(&self, run: &mut SyncRun, data: &mut RunData) -> Result<Next, PlanError> {
        let job: Option<Job> = match run.job {
            Some(id) => self.db().job(id).await?,
            None => None,
        };
        let Some(job) = job else { return Ok(Next::End(Err("its job is gone".to_owned()))) };
        let counters = job.counters;
        let bad = counters.failed + counters.skipped + counters.unknown;
        match job.state {
            JobState::Completed => {}
            JobState::Failed | JobState::Cancelled => {
                return Ok(Next::End(Err(format!("job {} is {}", job.id, job.state))));
            }
            _ => return Ok(Next::Wait),
        }
        data.errors += bad;
        Ok(if run.phase == "metadata" { Next::Phase("planning_values") } else { Next::End(Ok(())) })
    }

    /// What was seen is only moved on where everything that was to be written is there.
    async fn finish(
        &self,
        sync: &Sync,
        mut run: SyncRun,
        mut data: RunData,
        ended: Result<(), String>,
    ) -> Result<(), store::Error> {
        let now = self.clock().now();
        let ended = ended.and_then(|()| match (data.errors, data.conflicts) {
            (0, 0) => Ok(()),
            (0, conflicts) => Err(format!("{conflicts} conflicts")),
            (errors, _) => Err(format!("{errors} items were not written")),
        });
        let say = |line: &Line<'_>| self.0.log.say(now, line);
        for (kind, counts) in &data.counts {
            let of = |action| counts.get(&action).copied().unwrap_or(0);
            let source = counts.iter().filter(|(action, _)| **action != Action::Extra).map(|(_, count)| count).sum();
            let errors = if ended.is_ok() { 0 } else { of(Action::Conflict) };
            let (created, updated) = (of(Action::Create), of(Action::Update));
            say(&Line::Type { kind, source, created, updated, ignored: of(Action::Kept), errors });
        }
        let mut state = match self.db().syncs().await?.iter().find(|one| one.number == sync.number) {
            Some(sync) => state_of(sync),
            None => return Ok(()),
        };
        match (&ended, settings_of(sync)) {
            (Ok(()), _) => {
                state.seen = data.seen.max(state.seen);
                (state.compared_at, state.cooldown_until) = (Some(now), None);
                state.problem.clear();
                say(&Line::Succeeded);
            }
            (Err(problem), Ok(settings)) => self.rest(&settings, &mut state, problem),
            (Err(problem), Err(_)) => problem.clone_into(&mut state.problem),
        }
        self.keep(sync, &state).await?;
        data.problem = ended.as_ref().err().cloned().unwrap_or_default();
        run.phase = if ended.is_ok() { "succeeded" } else { "failed" }.to_owned();
        run.data = serde_json::to_string(&data).unwrap_or_default();
        (run.updated_at, run.finished_at) = (now, Some(now));
        self.asked().remove(&run.id);
        self.db().save_sync_run(run).await
    }
}

/// The same whenever it is asked for: a run has one job of each phase.
fn job_of(run: Uuid, phase: Phase) -> JobId {
    let mut bytes = run.into_bytes();
    bytes[15] ^= match phase {
        Phase::Metadata => 1,
        Phase::Values => 2,
    };
    Uuid::from_bytes(bytes).into()
}
