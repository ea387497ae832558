//! A schedule is looked at before it is kept, so that what could not run is refused to who asked for it: for programs and
//! for pages alike.

use crate::{
    Ctx,
    auth::Granted,
    authority,
    extract::NAME_MAX,
    problem::{Problem, ProblemText, Result, worded},
    schedules::spec,
};
use ::api::schedules::NewSchedule;
use ::schedules::{DaysOff, Expression, JITTER_MAX, Refusal, Timing};
use jobs::next_due;
use language::Language;
use model::{Authority, JobKind, Timestamp};
use std::time::Duration;
use store::{JobSchedule, NewJobSchedule, ScheduleKept, SchedulePlan};
use uuid::Uuid;

impl From<Refusal> for ProblemText {
    fn from(refusal: Refusal) -> Self {
        Self::both(refusal.say(Language::English), refusal.say(Language::French))
    }
}

/// What is wrong, with the field that it is in.
pub(crate) struct WrongField {
    pub(crate) field: &'static str,
    pub(crate) what: ProblemText,
}

impl From<WrongField> for Problem {
    fn from(WrongField { field, what }: WrongField) -> Self {
        Self::invalid(what.after(field))
    }
}

fn wrong(field: &'static str) -> impl Fn(Refusal) -> WrongField {
    move |refusal| WrongField { field, what: refusal.into() }
}

/// When it runs, as it is kept, and the moments of it from `begins` on. `kept`: the expression whose place it takes, which
/// stays as it is where it is given again.
pub(crate) fn plan(
    ctx: &Ctx,
    new: &NewSchedule,
    (kept, begins): (Option<&str>, Timestamp),
) -> Result<(SchedulePlan, Timing), WrongField> {
    let server = ctx.app.zone.iana_name().unwrap_or("UTC").to_owned();
    let zone = new.zone.clone().filter(|zone| !zone.is_empty()).unwrap_or(server);
    let given = Expression::parse(&new.when).map_err(wrong("when"))?;
    let when = new.when.trim().to_owned();
    let when = given.on_the_clock().filter(|_| kept != Some(when.as_str())).unwrap_or(when);
    let timing = Timing {
        expression: Expression::parse(&when).map_err(wrong("when"))?,
        zone: ::schedules::zone(&zone).map_err(wrong("zone"))?,
        days_off: DaysOff::parse(new.days_off.iter().map(String::as_str)).map_err(wrong("days_off"))?,
        begins,
    };
    let jitter = Duration::from_secs(new.jitter_seconds);
    if jitter > JITTER_MAX {
        let what = worded("problem-jitter", &[("most", &JITTER_MAX.as_secs())]);
        return Err(WrongField { field: "jitter_seconds", what });
    }
    let plan = SchedulePlan {
        expression: when,
        zone,
        days_off: new.days_off.iter().map(|day| day.trim().to_owned()).filter(|day| !day.is_empty()).collect(),
        jitter,
        missed: new.missed,
        overlap: new.overlap,
    };
    Ok((plan, timing))
}

/// A name that lists and addresses can show.
pub(crate) fn name(name: &str) -> Result<String, WrongField> {
    let name = name.trim();
    let is_plain = !name.is_empty() && name.chars().count() <= NAME_MAX && !name.contains(model::steers_display);
    let what = || worded("problem-schedule-name", &[("most", &NAME_MAX)]);
    is_plain.then(|| name.to_owned()).ok_or_else(|| WrongField { field: "name", what: what() })
}

/// The kinds that a schedule can have.
pub(crate) fn kind(text: &str) -> Result<JobKind, WrongField> {
    let kind = text.parse().ok().filter(|kind| *kind != JobKind::External);
    let what = || worded("problem-schedule-kind", &[("text", &text)]);
    kind.ok_or_else(|| WrongField { field: "kind", what: what() })
}

/// Everything that is asked for, looked at. `before`: the schedule whose place it takes.
async fn checked(
    ctx: &Ctx,
    granted: &Granted,
    new: NewSchedule,
    before: Option<&JobSchedule>,
) -> Result<NewJobSchedule> {
    let now = ctx.app.clock.now();
    let kind = kind(&new.kind)?;
    authority::may(granted, kind)?;
    let name = name(&new.name)?;
    let kept = before.map(|before| before.plan.expression.as_str());
    let (plan, timing) = plan(ctx, &new, (kept, before.map_or(now, |before| before.created_at)))?;
    let id = before.map_or_else(|| model::JobId::new(&ctx.app.clock, &ctx.app.rng).0, |before| before.id);
    let next = next_due(&timing, id, plan.jitter, now);
    let changes_time = before.is_none_or(|before| before.plan.expression != plan.expression);
    if next.is_none() && changes_time {
        return Err(WrongField { field: "when", what: worded("problem-schedule-never", &[]) }.into());
    }
    let spec = spec::checked(ctx, granted, kind, new.spec).await?;
    let created_by = before.map_or_else(|| granted.name().to_owned(), |before| before.created_by.clone());
    let authority = authority::of(granted);
    Ok(NewJobSchedule { id, name, kind, plan, spec, authority, created_by, next })
}

/// Makes a schedule.
pub(crate) async fn create(ctx: &Ctx, granted: &Granted, new: NewSchedule) -> Result<JobSchedule> {
    let checked = checked(ctx, granted, new, None).await?;
    let (id, name) = (checked.id, checked.name.clone());
    kept(ctx.app.db.create_job_schedule(checked, ctx.app.clock.now()).await?, &name)?;
    existing(ctx, &id.to_string()).await
}

/// Puts another in the place of one. Whoever changes it has no less authority than it has.
pub(crate) async fn change(
    ctx: &Ctx,
    granted: &Granted,
    before: &JobSchedule,
    new: NewSchedule,
) -> Result<JobSchedule> {
    may_change(granted, before)?;
    let checked = checked(ctx, granted, new, Some(before)).await?;
    let name = checked.name.clone();
    kept(ctx.app.db.change_job_schedule(checked, before.version, ctx.app.clock.now()).await?, &name)?;
    existing(ctx, &before.id.to_string()).await
}

/// As with jobs: on whose word it acts is kept, and whoever changes it or sets it going has no less. Administrators may do
/// so with those that the machine's own terminal made; files that they must not name are refused with what is done.
pub(crate) fn may_change(granted: &Granted, schedule: &JobSchedule) -> Result<()> {
    authority::may(granted, schedule.kind)?;
    if authority::of(granted) >= schedule.authority.min(Authority::Admin) {
        return Ok(());
    }
    Err(Problem::new(axum::http::StatusCode::FORBIDDEN, "forbidden", worded("problem-schedule-authority", &[]))
        .remedy(worded("problem-schedule-authority-help", &[])))
}

fn kept(kept: ScheduleKept, name: &str) -> Result<()> {
    match kept {
        ScheduleKept::Kept => Ok(()),
        ScheduleKept::NameTaken => Err(Problem::conflict(worded("problem-schedule-taken", &[("name", &name)]))
            .remedy(worded("problem-name-taken-help", &[]))),
        ScheduleKept::TooMany => {
            Err(Problem::conflict(worded("problem-schedules-many", &[("most", &store::JOB_SCHEDULES_MAX)])))
        }
        ScheduleKept::Changed => Err(Problem::conflict(worded("problem-schedule-changed", &[]))),
    }
}

/// The schedule of that id or name.
pub(crate) async fn existing(ctx: &Ctx, word: &str) -> Result<JobSchedule> {
    let found = match word.parse::<Uuid>() {
        Ok(id) => ctx.app.db.job_schedule(id).await?,
        Err(_) => ctx.app.db.job_schedule_named(word).await?,
    };
    found.ok_or_else(|| {
        Problem::missing(worded("problem-no-schedule", &[("name", &word)]))
            .remedy(worded("problem-no-schedule-help", &[]))
    })
}

/// It is due no more until it is resumed.
pub(crate) async fn pause(ctx: &Ctx, schedule: &JobSchedule) -> Result<()> {
    ctx.app.db.pause_job_schedule(schedule.id, ctx.app.clock.now()).await?;
    Ok(())
}

/// It is due from now on: what came due meanwhile is left out.
pub(crate) async fn resume(ctx: &Ctx, granted: &Granted, schedule: &JobSchedule) -> Result<()> {
    may_change(granted, schedule)?;
    let now = ctx.app.clock.now();
    let timing = jobs::timing(&schedule.plan, schedule.created_at).map_err(Problem::invalid)?;
    let next = next_due(&timing, schedule.id, schedule.plan.jitter, now);
    ctx.app.db.resume_job_schedule(schedule.id, next, now).await?;
    Ok(())
}

/// A run beside its times.
pub(crate) async fn run(ctx: &Ctx, granted: &Granted, schedule: &JobSchedule) -> Result<Timestamp> {
    may_change(granted, schedule)?;
    let now = ctx.app.clock.now();
    ctx.app.db.run_by_hand(schedule.id, now).await?;
    Ok(now)
}
