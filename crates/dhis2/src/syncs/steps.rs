//! What comes by itself: a look at each source that is due, and the next step of each run.

mod phases;

pub use phases::phase_of;

use super::{Found, HOUR, RunData, State, Syncs, settings_of, state_of};
use crate::{
    changes::{self, VALUES},
    client::Table,
    comparing::Scope,
    plan::Action,
    planning::{self, PlanError},
    settings::{Mode, Settings, Values},
    story::Line,
    tracker::{TRACKER, list_of},
    why::Why,
    work::{Group, Part},
};
use model::{ItemState, JobState};
use std::{
    collections::{BTreeSet, HashSet},
    time::Duration,
};
use store::{ItemFilter, Job, Sync, SyncRun};

/// How often everything is compared although nothing seems to have changed: for what times of change hide.
const IN_FULL_EVERY: Duration = Duration::from_secs(24 * 3_600);

/// Whether a run can take its next step at once.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Goes {
    On,
    Still,
}

/// What a step makes of a run.
enum Next {
    Wait,
    Phase(&'static str),
    End(Result<(), Why>),
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
        if self.next_look(sync).is_none_or(|next| now < next) {
            return Ok(());
        }
        state.checked_at = Some(now);
        if settings.mode == Mode::Scheduled {
            let data = RunData { automatic: true, ..RunData::default() };
            if self.create(sync, &data).await?.is_some() {
                state.begun.push(now);
            }
            return self.keep(sync, &state).await;
        }
        // Without them nobody could be asked what has changed.
        let has_tracker = settings.tracker == Values::Yes;
        let is_lost =
            (planning::has_values(settings) && state.roots.is_empty()) || (has_tracker && state.programs.is_none());
        let in_full =
            is_lost || state.seen.is_none() || state.compared_at.is_none_or(|at| now.since(at) >= IN_FULL_EVERY);
        match self.has_changed(sync, settings, &mut state).await {
            Ok(changed) => {
                state.problem.clear();
                state.why = None;
                let (data, marks) = changed.unzip();
                let data = if in_full { Some(RunData::default()) } else { data };
                if let Some(data) = data
                    && let Some(run) = self.create(sync, &RunData { automatic: true, ..data }).await?
                {
                    state.begun.push(now);
                    let settings = sync.settings.clone();
                    let found = |marks| Found { run: run.id, settings, marks, is_proven: false };
                    match marks.flatten().map(found) {
                        Some(found) => self.found().insert(sync.number, found),
                        None => self.found().remove(&sync.number),
                    };
                }
            }
            Err(why) => self.rest(settings, &mut state, &why),
        }
        self.keep(sync, &state).await
    }

    /// What a run is to compare, where something has changed; and marks of what has.
    async fn has_changed(
        &self,
        sync: &Sync,
        settings: &Settings,
        state: &mut State,
    ) -> Result<Option<(RunData, Option<HashSet<u64>>)>, Why> {
        if state.seen.is_none() {
            return Ok(Some((RunData::default(), None)));
        }
        let sides = self.sides(sync, settings)?;
        let say = |line: &Line<'_>| self.0.log.say(self.clock().now(), line);
        say(&Line::Looking { source: &sides.source.host() });
        let changes = changes::since(&sides, settings, state).await.map_err(|error| Why::from(&error))?;
        if changes.types.is_empty() || self.is_proven(sync, changes.marks.as_ref()) {
            state.seen = Some(changes.seen.max(state.seen.unwrap_or(changes.seen)));
            state.seen_types.clear();
            return Ok(None);
        }
        for (kind, count) in &changes.types {
            say(&Line::Changed { kind });
            if let Some(since) = state.seen_of(kind) {
                say(&Line::ChangedCount { count: *count, since });
            }
        }
        let is_type = |kind: &String| kind != VALUES && kind != TRACKER;
        let only = changes.types.iter().map(|(kind, _)| kind.clone()).filter(is_type).collect();
        let scope = match changes.values {
            None => Scope::Nothing,
            Some(values) => match values.units {
                None => Scope::All,
                Some(units) => Scope::Changed {
                    elements: values.elements.into_iter().collect(),
                    units: units.into_iter().collect(),
                    since: Some(values.since),
                },
            },
        };
        let (only_programs, looked) = (Some(changes.programs), Some(changes.seen));
        let data = RunData { only: Some(only), scope, only_programs, looked, ..RunData::default() };
        Ok(Some((data, changes.marks)))
    }

    /// Whether all that a look found was found before, as it is now, and a run has proven since that the target has it: a
    /// look goes back behind the last one, and finds for a while what that found.
    fn is_proven(&self, sync: &Sync, marks: Option<&HashSet<u64>>) -> bool {
        let all = self.found();
        let known = all.get(&sync.number).filter(|found| found.is_proven && found.settings == sync.settings);
        known.zip(marks).is_some_and(|(found, marks)| marks.is_subset(&found.marks))
    }

    fn rest(&self, settings: &Settings, state: &mut State, why: &Why) {
        let now = self.clock().now();
        let until = now + Duration::from_secs(settings.cooldown_s);
        why.text.clone_into(&mut state.problem);
        (state.why, state.cooldown_until) = (Some(why.clone()), Some(until));
        self.0.log.say(now, &Line::Failed { why: &why.text });
        self.0.log.say(now, &Line::Cooldown { until });
    }

    async fn keep(&self, sync: &Sync, state: &State) -> Result<(), store::Error> {
        self.db().save_sync_state(sync.number, serde_json::to_string(state).unwrap_or_default()).await
    }

    /// The next steps, until there is something to wait for.
    async fn advance(&self, sync: &Sync, mut run: SyncRun) -> Result<(), store::Error> {
        while self.advance_once(sync, &mut run).await? == Goes::On {}
        Ok(())
    }

    async fn advance_once(&self, sync: &Sync, run: &mut SyncRun) -> Result<Goes, store::Error> {
        let mut data: RunData = serde_json::from_str(&run.data).unwrap_or_default();
        let settings = match settings_of(sync) {
            Ok(settings) => settings,
            Err(error) => {
                self.finish(sync, run.clone(), data, Err(Why::other(error.to_string()))).await?;
                return Ok(Goes::Still);
            }
        };
        let next = match run.phase.as_str() {
            "planning" => self.plan_metadata(sync, &settings, run, &mut data).await,
            "metadata" | "values" | "completeness" | "tracker" => self.look_at_job(run, &mut data).await,
            "planning_completeness" => self.plan_rows(sync, &settings, (run, &mut data), Table::Completeness).await,
            "planning_tracker" => self.plan_tracker(sync, &settings, run, &mut data).await,
            _ => self.plan_rows(sync, &settings, (run, &mut data), Table::Values).await,
        };
        match next {
            Ok(Next::Wait) => return Ok(Goes::Still),
            Ok(Next::Phase(phase)) => {
                phase.clone_into(&mut run.phase);
                run.data = serde_json::to_string(&data).unwrap_or_default();
                run.updated_at = self.clock().now();
                self.db().save_sync_run(run.clone()).await?;
                return Ok(Goes::On);
            }
            Ok(Next::End(ended)) => self.finish(sync, run.clone(), data, ended).await?,
            Err(PlanError::Store(error)) => return Err(error),
            Err(PlanError::Instance(error)) => self.finish(sync, run.clone(), data, Err(Why::from(&error))).await?,
        }
        Ok(Goes::Still)
    }

    async fn look_at_job(&self, run: &mut SyncRun, data: &mut RunData) -> Result<Next, PlanError> {
        let job: Option<Job> = match run.job {
            Some(id) => self.db().job(id).await?,
            None => None,
        };
        let Some(job) = job else { return Ok(Next::End(Err(Why::new("job_gone", &[], "its job is gone".to_owned())))) };
        let counters = job.counters;
        let bad = counters.failed + counters.skipped + counters.unknown;
        match job.state {
            JobState::Completed => {}
            JobState::Failed | JobState::Cancelled => {
                let (id, state) = (job.id.to_string(), job.state.to_string());
                let text = format!("job {id} is {state}");
                return Ok(Next::End(Err(Why::new("job_ended", &[("job", &id), ("state", &state)], text))));
            }
            _ => return Ok(Next::Wait),
        }
        data.errors += bad;
        if bad > 0 {
            data.failed_types.extend(self.failed_types(&job).await?);
        }
        Ok(match run.phase.as_str() {
            "metadata" => Next::Phase("planning_values"),
            "values" => Next::Phase("planning_completeness"),
            "completeness" => Next::Phase("planning_tracker"),
            _ => Next::End(Ok(())),
        })
    }

    /// The types of which something was not written.
    async fn failed_types(&self, job: &Job) -> Result<BTreeSet<String>, store::Error> {
        let states = vec![ItemState::Failed, ItemState::Skipped, ItemState::Unknown];
        let mut filter = ItemFilter { states, limit: 1_000, ..ItemFilter::default() };
        let mut types = BTreeSet::new();
        loop {
            let page = self.db().items(job.id, &filter).await?;
            for item in &page.rows {
                match serde_json::from_str::<Group>(&item.payload) {
                    Ok(group) => types.extend(group.objects.into_iter().map(|one| one.kind)),
                    Err(_) => types.extend(
                        serde_json::from_str::<Part>(&item.payload).map(|part| part.slice.table.names().1.to_owned()),
                    ),
                }
            }
            let Some(next) = page.next else { return Ok(types) };
            filter.after = next;
        }
    }

    /// What was seen is only moved on where everything that was to be written is there.
    async fn finish(
        &self,
        sync: &Sync,
        mut run: SyncRun,
        mut data: RunData,
        ended: Result<(), Why>,
    ) -> Result<(), store::Error> {
        let now = self.clock().now();
        let went_through = ended.is_ok();
        let ended = ended.and_then(|()| left_undone(&data).map_or(Ok(()), Err));
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
        if let (true, Ok(settings)) = (went_through, settings_of(sync)) {
            move_on(&mut state, &settings, &data);
        }
        match (&ended, settings_of(sync)) {
            (Ok(()), _) => {
                if data.only.is_none() && data.scope == Scope::All && data.only_programs.is_none() {
                    state.compared_at = Some(now);
                }
                state.cooldown_until = None;
                state.problem.clear();
                state.why = None;
                say(&Line::Succeeded);
            }
            (Err(why), Ok(settings)) => self.rest(&settings, &mut state, why),
            (Err(why), Err(_)) => (state.problem, state.why) = (why.text.clone(), Some(why.clone())),
        }
        self.keep(sync, &state).await?;
        data.why = ended.as_ref().err().cloned();
        data.problem = data.why.as_ref().map(|why| why.text.clone()).unwrap_or_default();
        run.phase = if ended.is_ok() { "succeeded" } else { "failed" }.to_owned();
        run.data = serde_json::to_string(&data).unwrap_or_default();
        (run.updated_at, run.finished_at) = (now, Some(now));
        self.asked().remove(&run.id);
        if let Some(found) = self.found().get_mut(&sync.number).filter(|found| found.run == run.id) {
            found.is_proven = ended.is_ok();
        }
        self.db().save_sync_run(run).await
    }
}

/// What a run that went through has not done.
fn left_undone(data: &RunData) -> Option<Why> {
    let held: u64 = data.held.values().sum();
    let (errors, conflicts) = (data.errors.to_string(), data.conflicts.to_string());
    match (data.errors, data.conflicts, held) {
        (0, 0, 0) => None,
        (0, 0, held) => {
            let types: Vec<&str> = data.held.keys().map(String::as_str).collect();
            let text = format!(
                "{held} objects would be deleted, more than max_delete_percent allows: look at a plan, and run that"
            );
            Some(Why::new("held", &[("count", &held.to_string()), ("types", &types.join(", "))], text))
        }
        (0, ..) => Some(Why::new("conflicts", &[("count", &conflicts)], format!("{conflicts} conflicts"))),
        _ => Some(Why::new("not_written", &[("count", &errors)], format!("{errors} items were not written"))),
    }
}

/// What was seen of each type moves on where all of it that was to be written is there: each by itself, so that one object
/// that is refused holds up its own type alone.
fn move_on(state: &mut State, settings: &Settings, data: &RunData) {
    let Some(seen) = data.seen else { return };
    let is_compared = |kind: &str| data.only.as_ref().is_none_or(|only| only.iter().any(|one| one == kind));
    let has_conflict = |kind: &str| data.counts.get(kind).is_some_and(|counts| counts.contains_key(&Action::Conflict));
    let before = state.seen;
    let mut kinds: Vec<&str> = settings.types();
    kinds.push(VALUES);
    if settings.tracker == Values::Yes {
        kinds.push(TRACKER);
    }
    let is_tracked = |kind: &String| list_of(kind).is_some();
    let is_held_up = data.failed_types.iter().chain(data.held.keys()).any(is_tracked)
        || data.counts.keys().any(|kind| is_tracked(kind) && has_conflict(kind));
    for kind in &kinds {
        let is_proven = match *kind {
            TRACKER => !is_held_up,
            kind => !data.failed_types.contains(kind) && !has_conflict(kind) && !data.held.contains_key(kind),
        };
        let in_full = match *kind {
            VALUES => data.scope == Scope::All,
            TRACKER => data.only_programs.is_none(),
            kind => is_compared(kind),
        };
        let until = if in_full { Some(seen) } else { data.looked };
        if let (true, Some(until)) = (is_proven, until) {
            state.seen_types.insert((*kind).to_owned(), until.max(state.seen_of(kind).unwrap_or(until)));
        }
    }
    let each: Option<Vec<_>> = kinds.iter().map(|kind| state.seen_types.get(*kind).copied().or(before)).collect();
    if let Some(least) = each.and_then(|each| each.into_iter().min()) {
        state.seen = Some(least);
        state.seen_types.retain(|_, at| *at != least);
    }
    if !data.sets.is_empty() {
        state.sets.clone_from(&data.sets);
    }
    if !data.roots.is_empty() {
        state.roots.clone_from(&data.roots);
    }
    if data.programs.is_some() {
        state.programs.clone_from(&data.programs);
    }
}
