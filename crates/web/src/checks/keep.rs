//! A check is looked at before it is kept, for programs and for pages alike.

use crate::maintenance::{PlannedWork, planned};
use crate::{
    Ctx,
    problem::{Problem, ProblemText, Result, worded},
};
use ::checks::{Check, CheckFault, Outage, days, excused, share, slug};
use checking::{check_of, facts_of, new_check};
use jiff::tz::TimeZone;
use model::{CheckState, Timestamp};
use std::{collections::HashMap, ops::Range, time::Duration};
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
pub(crate) async fn existing(ctx: &Ctx, name: &str) -> Result<StoredCheck> {
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
fn since(now: Timestamp) -> Timestamp {
    now - Duration::from_secs(u64::from(DAYS) * 86_400)
}

fn outage(kept: &StoredOutage) -> Outage {
    Outage { state: kept.state, began_at: kept.began_at, ended_at: kept.ended_at }
}

/// How much of the last days something was up, and each of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Uptime {
    /// None where nothing was heard of it yet.
    pub(super) share: Option<f64>,
    pub(super) days: Vec<::checks::Day>,
}

/// What is known of the last days, of all checks or of one.
pub(crate) struct Past {
    outages: HashMap<Uuid, Vec<StoredOutage>>,
    works: Vec<(PlannedWork, Vec<Range<Timestamp>>)>,
    now: Timestamp,
}

impl Past {
    pub(super) async fn of(ctx: &Ctx, check: Option<Uuid>, now: Timestamp) -> Result<Self> {
        Self::back_to(ctx, check, since(now), now).await
    }

    /// From `since` on.
    pub(crate) async fn back_to(ctx: &Ctx, check: Option<Uuid>, since: Timestamp, now: Timestamp) -> Result<Self> {
        let outages = by_check(ctx.app.db.check_outages(check, since).await?);
        let works = planned(ctx, since).await?.into_iter();
        let works = works.map(|one| {
            let windows = one.work.windows(since, now + Duration::from_micros(1));
            (one, windows)
        });
        Ok(Self { outages, works: works.collect(), now })
    }

    /// The newest first.
    pub(super) fn outages(&self, kept: &StoredCheck) -> &[StoredOutage] {
        self.outages.get(&kept.id).map_or(&[][..], Vec::as_slice)
    }

    fn windows(&self, kept: &StoredCheck) -> impl Iterator<Item = Range<Timestamp>> {
        let covering = self.works.iter().filter(|(planned, _)| planned.work.covers_check(kept.id));
        covering.flat_map(|(_, windows)| windows.iter().cloned())
    }

    /// Until when work on it goes on that was planned.
    pub(crate) fn maintenance_until(&self, kept: &StoredCheck) -> Option<Timestamp> {
        let is_now = |window: &Range<Timestamp>| window.start <= self.now && self.now < window.end;
        self.windows(kept).filter(is_now).map(|window| window.end).max()
    }

    /// What counts of its outages.
    pub(super) fn counted(&self, kept: &StoredCheck) -> Vec<Outage> {
        let outages: Vec<Outage> = self.outages(kept).iter().map(outage).collect();
        excused(&outages, self.windows(kept).collect(), self.now)
    }

    /// How often it went down within that time, but for planned work. One that work interrupts is one.
    pub(crate) fn times_down(&self, kept: &StoredCheck, span: &Range<Timestamp>) -> u64 {
        let downs = self.outages(kept).iter().map(outage).filter(|one| one.state == CheckState::Down);
        let windows: Vec<_> = self.windows(kept).collect();
        let is_in_work = self.maintenance_until(kept).is_some();
        let began = |down: Outage| {
            let left = excused(std::slice::from_ref(&down), windows.clone(), self.now);
            // While work goes on, what is left of one that goes on as well begins when the work ends.
            let has_begun = |part: &&Outage| !(is_in_work && part.began_at >= self.now);
            left.iter().filter(|part| part.state == CheckState::Down).filter(has_begun).map(|part| part.began_at).min()
        };
        downs.filter_map(began).filter(|began| span.contains(began)).count() as u64
    }

    pub(super) fn uptime(&self, kept: &StoredCheck, zone: &TimeZone) -> Uptime {
        let Some(watched) = facts_of(kept).watched_since(kept.created_at) else {
            return Uptime { share: None, days: days(&[], self.now, self.now, zone, DAYS) };
        };
        let outages = self.counted(kept);
        let share = share(&outages, watched.max(since(self.now)), self.now);
        Uptime { share, days: days(&outages, watched, self.now, zone, DAYS) }
    }
}

fn by_check(outages: Vec<StoredOutage>) -> HashMap<Uuid, Vec<StoredOutage>> {
    let mut of: HashMap<Uuid, Vec<StoredOutage>> = HashMap::new();
    for outage in outages {
        of.entry(outage.check).or_default().push(outage);
    }
    of
}

/// An address as whoever reads may see it: without the password, and what its query says.
pub(super) fn shown_url(url: &str) -> String {
    let Ok(mut url) = url::Url::parse(url) else { return String::new() };
    if url.password().is_some() || !url.username().is_empty() {
        let _ = url.set_username("***");
        let _ = url.set_password(None);
    }
    if url.query().is_some() {
        url.set_query(Some("***"));
    }
    url.to_string()
}

pub(crate) fn name_of(kept: &StoredCheck) -> String {
    check_of(kept).map_or_else(|| kept.slug.clone(), |check| check.name)
}

/// What is called when it is done.
pub(super) fn ping_url(ctx: &Ctx, kept: &StoredCheck) -> Option<String> {
    let calls = check_of(kept).is_some_and(|check| check.watch.probe().is_none());
    calls.then(|| format!("{}/ping/{}", ctx.app.alerts.origin(), kept.key))
}
