//! A check is looked at before it is kept, for programs and for pages alike.

use crate::{
    Ctx,
    problem::{Problem, ProblemText, Result, worded},
};
use ::checks::{Check, CheckFault, Outage, days, share, slug};
use checking::{check_of, new_check};
use jiff::tz::TimeZone;
use model::Timestamp;
use std::{collections::HashMap, time::Duration};
use store::{CheckName, StoredCheck, StoredOutage};
use uuid::Uuid;

/// How many days of it are shown.
pub(super) const DAYS: u16 = 90;

/// What is wrong with a field, for people and programs.
pub(super) fn told(fault: &CheckFault) -> ProblemText {
    match fault {
        CheckFault::When(refusal) | CheckFault::Zone(refusal) => refusal.clone().into(),
        CheckFault::Field(field) => worded(&format!("check-bad-{}", field.replace('_', "-")), &[]),
    }
}

/// The check of that id or name.
pub(super) async fn existing(ctx: &Ctx, name: &str) -> Result<StoredCheck> {
    let missing = || Problem::missing(worded("problem-no-check", &[("name", &name)]));
    let asked = name.parse().map_or_else(|_| CheckName::Slug(slug(name).unwrap_or_default()), CheckName::Id);
    ctx.app.db.check(&asked).await?.ok_or_else(missing)
}

pub(super) fn checked(check: &Check) -> Result<String> {
    check.check().map_err(|fault| Problem::invalid(told(&fault).after(fault.field())))?;
    slug(&check.name).ok_or_else(|| Problem::invalid(told(&CheckFault::Field("name"))))
}

pub(super) async fn create(ctx: &Ctx, check: &Check, by: &str) -> Result<StoredCheck> {
    let slug = checked(check)?;
    let id = || Uuid::from_bytes(ctx.app.rng.bytes());
    let key = uuid::Builder::from_random_bytes(ctx.app.rng.bytes()).into_uuid();
    let made = new_check(check, slug, (id(), key), by, ctx.app.clock.now());
    match ctx.app.db.create_check(made.clone()).await? {
        true => Ok(made),
        false => Err(Problem::conflict(worded("problem-check-taken", &[("name", &check.name)]))),
    }
}

pub(super) async fn change(ctx: &Ctx, kept: &StoredCheck, check: Check) -> Result<StoredCheck> {
    let slug = checked(&check)?;
    if slug != kept.slug && ctx.app.db.check(&CheckName::Slug(slug.clone())).await?.is_some() {
        return Err(Problem::conflict(worded("problem-check-taken", &[("name", &check.name)])));
    }
    let changed = checking::respecified(&ctx.app.db, kept.id, (check, slug), ctx.app.clock.now()).await?;
    changed.ok_or_else(|| Problem::missing(worded("problem-no-check", &[("name", &kept.slug)])))
}

/// Since when what is shown of the past is looked at.
pub(super) fn since(now: Timestamp) -> Timestamp {
    now - Duration::from_secs(u64::from(DAYS) * 86_400)
}

fn outage(kept: &StoredOutage) -> Outage {
    Outage { state: kept.state, began_at: kept.began_at, ended_at: kept.ended_at }
}

/// How much of the last days something was up, and each of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Uptime {
    pub(super) share: Option<f64>,
    pub(super) days: Vec<::checks::Day>,
}

pub(super) fn uptime(kept: &StoredCheck, outages: &[StoredOutage], now: Timestamp, zone: &TimeZone) -> Uptime {
    let outages: Vec<Outage> = outages.iter().filter(|one| one.check == kept.id).map(outage).collect();
    let first = kept.created_at.max(since(now));
    Uptime { share: share(&outages, first, now), days: days(&outages, kept.created_at, now, zone, DAYS) }
}

pub(super) fn by_check(outages: Vec<StoredOutage>) -> HashMap<Uuid, Vec<StoredOutage>> {
    let mut of: HashMap<Uuid, Vec<StoredOutage>> = HashMap::new();
    for outage in outages {
        of.entry(outage.check).or_default().push(outage);
    }
    of
}

pub(super) fn name_of(kept: &StoredCheck) -> String {
    check_of(kept).map_or_else(|| kept.slug.clone(), |check| check.name)
}

/// What is called when it is done.
pub(super) fn ping_url(ctx: &Ctx, kept: &StoredCheck) -> Option<String> {
    let calls = check_of(kept).is_some_and(|check| check.watch.probe().is_none());
    calls.then(|| format!("{}/ping/{}", ctx.app.alerts.origin(), kept.key))
}
