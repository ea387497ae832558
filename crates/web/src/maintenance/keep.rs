//! Planned work as it is kept, for pages and programs alike.

use super::page::WorkNow;
use crate::{
    Ctx,
    layout::view::View,
    problem::{Problem, Result, worded},
};
use checks::{Maintenance, MaintenanceTime};
use model::Timestamp;
use std::ops::Range;
use store::StoredMaintenance;
use uuid::Uuid;

/// Work that is planned, or was.
#[derive(Clone, Debug)]
pub(crate) struct PlannedWork {
    pub(crate) id: Uuid,
    pub(crate) work: Maintenance,
    pub(crate) created_by: String,
    pub(crate) created_at: Timestamp,
}

/// How it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum WorkState {
    Now(Range<Timestamp>),
    Planned(Range<Timestamp>),
    Over,
}

impl PlannedWork {
    fn read(kept: StoredMaintenance) -> Option<Self> {
        let work = serde_json::from_str(&kept.spec).ok()?;
        Some(Self { id: kept.id, work, created_by: kept.created_by, created_at: kept.created_at })
    }

    pub(super) fn state(&self, now: Timestamp) -> WorkState {
        let current = self.work.current(now).map(WorkState::Now);
        current.or_else(|| self.work.next(now).map(WorkState::Planned)).unwrap_or(WorkState::Over)
    }
}

/// Work that was not over at `since`, the oldest first. What another version of the program wrote is left out.
pub(crate) async fn planned(ctx: &Ctx, since: Timestamp) -> Result<Vec<PlannedWork>> {
    Ok(ctx.app.db.maintenances(since).await?.into_iter().filter_map(PlannedWork::read).collect())
}

/// What goes on now, as pages say it above what it is about.
pub(crate) async fn under_way(ctx: &Ctx, v: &View) -> Result<Vec<WorkNow>> {
    let all = planned(ctx, v.now).await?;
    let now = |one: &PlannedWork| Some(WorkNow { name: one.work.name.clone(), until: one.work.current(v.now)?.end });
    Ok(all.iter().filter_map(now).collect())
}

pub(super) async fn existing(ctx: &Ctx, id: Uuid) -> Result<PlannedWork> {
    let missing = || Problem::missing(worded("problem-no-maintenance", &[("name", &id)]));
    ctx.app.db.maintenance(id).await?.and_then(PlannedWork::read).ok_or_else(missing)
}

/// As it is kept: from now on at the earliest, so that nothing that was is excused.
pub(super) fn from_now_on(mut work: Maintenance, now: Timestamp) -> Maintenance {
    match &mut work.when {
        MaintenanceTime::Once { from, .. } => *from = (*from).max(now),
        MaintenanceTime::Weekly { begins, ends, .. } => (*begins, *ends) = (Some(now), None),
    }
    work
}

pub(super) async fn create(ctx: &Ctx, work: Maintenance, by: &str) -> Result<PlannedWork> {
    let now = ctx.app.clock.now();
    let work = from_now_on(work, now);
    work.check().map_err(|field| Problem::invalid(worded(bad(field), &[]).after(field)))?;
    let id = Uuid::from_bytes(ctx.app.rng.bytes());
    let spec = serde_json::to_string(&work).map_err(|error| Problem::internal(&error))?;
    let (ends_at, created_by) = (work.ends_at(), by.to_owned());
    let kept = StoredMaintenance { id, spec, ends_at, created_by: created_by.clone(), created_at: now };
    match ctx.app.db.create_maintenance(kept).await? {
        true => Ok(PlannedWork { id, work, created_by, created_at: now }),
        false => Err(Problem::conflict(worded("problem-maintenances-max", &[]))),
    }
}

/// It is no more from now on. What it excused stays excused; one that never was is forgotten.
pub(super) async fn end(ctx: &Ctx, id: Uuid) -> Result<PlannedWork> {
    let mut planned = existing(ctx, id).await?;
    let now = ctx.app.clock.now();
    match planned.work.ended(now) {
        Some(ended) if !planned.work.windows(planned.created_at, now).is_empty() => {
            let spec = serde_json::to_string(&ended).map_err(|error| Problem::internal(&error))?;
            ctx.app.db.end_maintenance(id, spec, now).await?;
            planned.work = ended;
        }
        _ => drop(ctx.app.db.delete_maintenance(id).await?),
    }
    Ok(planned)
}

/// What is wrong with a field, by the identifier of its text.
pub(super) fn bad(field: &str) -> &'static str {
    match field {
        "name" => "maintenance-bad-name",
        "from" => "maintenance-bad-from",
        "until" => "maintenance-bad-until",
        "days" => "maintenance-bad-days",
        "at" => "maintenance-bad-at",
        "minutes" => "maintenance-bad-minutes",
        "zone" => "check-bad-zone",
        _ => "maintenance-bad-scope",
    }
}
