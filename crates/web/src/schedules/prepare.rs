//! What a run of a schedule is made of: a job with one item, or a mailing.

use crate::{
    App, Ctx,
    problem::{Problem, ProblemText, worded},
    report,
    schedules::mailing::{MailingSource, Outgoing},
};
use axum::http::StatusCode;
use jiff::tz::TimeZone;
use jobs::{Prepare, Prepared, Timetable, Told, Unprepared, Work, run_job};
use language::Language;
use mail::{
    mailing::{Begun, Error, NotFilled, Plan, Start},
    preflight::Report,
};
use model::{JobKind, JobState, OnUnknown, Timestamp, pace::Limits};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use store::{Job, JobSchedule, LedgerMatch, NewItem, NewJob, ScheduleRun};
use tokio::task::spawn_blocking;

/// Has the jobs of schedules made when they are due, by one process for all.
pub fn timetable(app: App) -> Work {
    let ctx = Ctx::new(app);
    let (db, clock, told_to) = (ctx.app.db.clone(), ctx.app.clock.clone(), ctx.clone());
    let prepare: Prepare = Arc::new(move |schedule, run| {
        let ctx = ctx.clone();
        Box::pin(async move { prepared(&ctx, schedule, run).await })
    });
    let told: Told = Arc::new(move |job| {
        let ctx = told_to.clone();
        Box::pin(async move { ctx.changed(&job).await })
    });
    Timetable::new(db, clock, prepare, told).keeping()
}

async fn prepared(ctx: &Ctx, schedule: JobSchedule, run: ScheduleRun) -> Result<Prepared, Unprepared> {
    match schedule.kind {
        JobKind::Mail => mailing(ctx, &schedule, &run).await.map(|job| Prepared::Made(Box::new(job))),
        JobKind::Report => match report::mail::of_run(ctx, &schedule, &run).await? {
            Some(job) => Ok(Prepared::Made(Box::new(job))),
            None => Err(Unprepared::Nothing(ToldWhy::both(&worded("report-nothing-wrong", &[])))),
        },
        // Its time ends when it was due, however late it begins.
        JobKind::LogQuery => Ok(single(schedule, &run, tasks::due_payload(run.due))),
        _ => Ok(single(schedule, &run, "{}".to_owned())),
    }
}

/// A job whose one item is the run itself.
fn single(schedule: JobSchedule, run: &ScheduleRun, payload: String) -> Prepared {
    let item = NewItem {
        seq: 1,
        message_no: 1,
        ledger_key: None,
        content: String::new(),
        label: schedule.name.clone(),
        payload,
        verdict: None,
    };
    let job = NewJob {
        id: run_job(schedule.id, run.due),
        kind: schedule.kind,
        name: schedule.name,
        on_unknown: OnUnknown::Hold,
        account: None,
        application_name: String::new(),
        flow_name: String::new(),
        created_by: schedule.created_by,
        task_type: "schedule".to_owned(),
        task_id: schedule.id.to_string(),
        spec: schedule.spec,
        limits: Limits::default(),
        state: JobState::Preparing,
        total: 0,
        ledger: LedgerMatch::None,
        authority: schedule.authority,
    };
    Prepared::One(Box::new(job), Box::new(item))
}

/// The mailing of a run: made here, or found as it was made before.
async fn mailing(ctx: &Ctx, schedule: &JobSchedule, run: &ScheduleRun) -> Result<Job, Unprepared> {
    let id = run_job(schedule.id, run.due);
    if let (_, Some(job)) = ctx.mailings().attempt(id).await.map_err(not_sent)? {
        return there(job);
    }
    let source: MailingSource = serde_json::from_str(&schedule.spec).map_err(|error| refused(&error.to_string()))?;
    let name = mailing_name(schedule, run.due);
    let _sending = ctx.app.blobs.begin().await;
    let Outgoing { plan, account } = source.outgoing(ctx, (id.0, name), &schedule.created_by).await?;
    let report = looked_through(&plan).await?;
    if report.refuses(plan.mailing.on_invalid) {
        return Err(not_sent(Error::Refused(report.problems.listed)));
    }
    let mailings = ctx.mailings();
    let job = match mailings.begin(&plan, &account, LedgerMatch::KeyAndContent).await.map_err(not_sent)? {
        Begun::Existing(job) => return there(job),
        Begun::New(job) => job,
    };
    ctx.changed(&job).await;
    let filled = mailings.fill(&plan, &job, Start::Now).await.map_err(not_sent)?;
    filled.map_err(|NotFilled { why, .. }| not_sent(why))
}

/// A job that somebody else is filling, or has left half filled, is looked at again: what never began is taken from
/// whoever died over it.
fn there(job: Job) -> Result<Job, Unprepared> {
    match job.state {
        JobState::Preparing => Err(Unprepared::Later(format!("job {} is being prepared", job.id))),
        _ => Ok(job),
    }
}

/// Every row, before anything is made of it.
async fn looked_through(plan: &Arc<Plan>) -> Result<Report, Unprepared> {
    let plan = Arc::clone(plan);
    let looked = spawn_blocking(move || plan.rows(|_| true)).await;
    looked.map_err(|error| Unprepared::Later(error.to_string()))?.map_err(not_sent)
}

/// A name that no other mailing has: the ledger of a name leaves out whoever was served under it.
fn mailing_name(schedule: &JobSchedule, due: Timestamp) -> String {
    let zone = schedules::zone(&schedule.plan.zone).unwrap_or(TimeZone::UTC);
    let at = due.in_zone(&zone);
    let is_twice = zone.to_ambiguous_timestamp(at.datetime()).is_ambiguous();
    let form = match (at.second(), is_twice) {
        (_, true) => "%Y-%m-%d %H:%M:%S %:z",
        (0, _) => "%Y-%m-%d %H:%M",
        _ => "%Y-%m-%d %H:%M:%S",
    };
    format!("{} {}", schedule.name, at.strftime(form))
}

/// Why a run did not start, in both languages: it is read later, by whoever looks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ToldWhy {
    en: String,
    fr: String,
}

impl ToldWhy {
    /// What was kept of a run, in a language.
    pub(crate) fn say(detail: &str, language: Language) -> String {
        match (serde_json::from_str::<Self>(detail), language) {
            (Ok(told), Language::French) => told.fr,
            (Ok(told), Language::English) => told.en,
            (Err(_), _) => detail.to_owned(),
        }
    }

    fn both(text: &ProblemText) -> String {
        let said = |language| text.say(language).to_owned();
        let told = Self { en: said(Language::English), fr: said(Language::French) };
        serde_json::to_string(&told).unwrap_or_default()
    }

    fn kept(en: String, fr: String) -> Unprepared {
        Unprepared::Refused(serde_json::to_string(&Self { en, fr }).unwrap_or_default())
    }
}

fn refused(what: &str) -> Unprepared {
    ToldWhy::kept(what.to_owned(), what.to_owned())
}

fn not_sent(error: Error) -> Unprepared {
    match error {
        Error::Refused(problems) => {
            let first = problems.iter().find(|problem| problem.hides_rows).or(problems.first());
            let said = |language| first.map(|problem| problem.say(language)).unwrap_or_default();
            ToldWhy::kept(said(Language::English), said(Language::French))
        }
        Error::Store(error) => error.into(),
        Error::NotPrepared(_) | Error::Internal(_) => Unprepared::Later(error.to_string()),
        Error::NoSuchColumn => Problem::invalid(worded("problem-schedule-column", &[])).into(),
        error => Problem::from(error).into(),
    }
}

impl From<Problem> for Unprepared {
    /// What a fault of the server has stopped is tried again.
    fn from(problem: Problem) -> Self {
        let (english, french) = problem.both();
        match problem.status_code() {
            status if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS => Self::Later(english),
            _ => ToldWhy::kept(english, french),
        }
    }
}
