//! A job is made: looked at before it is kept, so that what cannot run is refused to who asked for it.

use super::{COUNT_MAX, kind, shown_whole};
use crate::extract::NAME_MAX;
use crate::{
    Ctx,
    auth::Granted,
    authority,
    extract::{Json, text},
    problem::{Problem, Result, worded},
};
use api::jobs::{CreatedJob, LedgerRule, NewJob};
use axum::{Extension, extract::State, http::StatusCode};
use mail::spec::Mailing;
use model::{Authority, JobId, JobKind, JobState, OnUnknown};
use serde_json::Value;
use store::{Created, Job, LedgerMatch};

pub(super) async fn create(
    State(ctx): State<Ctx>,
    Extension(granted): Extension<Granted>,
    Json(new): Json<NewJob>,
) -> Result<(StatusCode, axum::Json<CreatedJob>)> {
    authority::may(&granted, kind_of(&new)?)?;
    let new = checked(new, &ctx, authority::of(&granted)).await?;
    let (kind, name, authority) = (new.kind, new.name.clone(), new.authority);
    let (status, job) = match ctx.app.db.create_job(new, ctx.app.clock.now()).await? {
        Created::New(job) => (StatusCode::CREATED, job),
        Created::Existing(job) if (job.kind, &job.name, job.authority) == (kind, &name, authority) => {
            (StatusCode::OK, job)
        }
        Created::Existing(job) => return Err(id_taken(&job)),
        Created::NameTaken(job) => return Err(name_taken(&job)),
    };
    ctx.changed(&job).await;
    let token = ctx.app.vault.job_token(job.id);
    Ok((status, axum::Json(CreatedJob { job: shown_whole(job, &granted), token })))
}

/// The settings of a job as they are kept: what its kind understood of them, and nothing else.
fn settings(kind: JobKind, spec: Option<Value>, authority: Authority) -> Result<String> {
    // JSON writes NUL as an escape: PostgreSQL keeps the text as it is.
    let spec = spec.unwrap_or_else(|| Value::Object(serde_json::Map::new())).to_string();
    let wrong = |what: String| Problem::invalid(format!("spec: {what}"));
    if let Some(parsed) = tasks::parsed(kind, &spec) {
        return parsed.map_err(wrong);
    }
    if kind != JobKind::Mail {
        return Ok(spec);
    }
    let mailing = Mailing::parse(&spec).map_err(|error| wrong(error.to_string()))?;
    if mailing.dkim.is_some() && authority != Authority::Owner {
        return Err(wrong("dkim names a key file of the server, which no caller may choose".into())
            .remedy("leave it out, and send signed mailings by the command line on the server"));
    }
    serde_json::to_string(&mailing).map_err(|error| Problem::internal(&error))
}

/// A mailing leaves out what earlier ones of its name have sent, which is known only once they are over: two at a time
/// would send twice.
pub(crate) fn name_taken(open: &Job) -> Problem {
    let values: [(&str, &dyn std::fmt::Display); 3] = [("name", &open.name), ("state", &open.state), ("id", &open.id)];
    Problem::conflict(worded("problem-mailing-open", &values)).remedy(worded("problem-mailing-open-help", &[]))
}

/// Asked for a second time, a job is the one that there is; another one of that id was made by somebody else.
fn id_taken(there: &Job) -> Problem {
    let Job { id, kind, name, authority, .. } = there;
    let said = format!("job {id} is there: of kind `{kind}`, named `{name}`, made on the word of `{authority}`");
    Problem::conflict(said).remedy("give this one another id")
}

fn kind_of(new: &NewJob) -> Result<JobKind> {
    new.kind.as_deref().map_or(Ok(JobKind::External), kind)
}

async fn checked(new: NewJob, ctx: &Ctx, authority: Authority) -> Result<store::NewJob> {
    let kind = kind_of(&new)?;
    let is_external = !kind.runs_here();
    if is_external == new.prepare {
        let (what, remedy) = match is_external {
            true => ("prepare: an external job keeps no items here", "leave `prepare` out"),
            false => ("prepare: a job that runs here is given its items first", "send `\"prepare\": true`"),
        };
        return Err(Problem::invalid(what).remedy(remedy));
    }
    if new.total.is_some_and(|total| total > COUNT_MAX || !is_external) {
        let remedy = format!("only external jobs announce one, up to {COUNT_MAX}");
        return Err(Problem::invalid("total: cannot be taken").remedy(remedy));
    }
    let name = text("name", new.name, NAME_MAX)?;
    if name.trim().is_empty() {
        return Err(Problem::invalid("name: is empty").remedy("give the job a name"));
    }
    let account = match new.account {
        Some(name) => match ctx.app.db.account_named(&text("account", name.clone(), NAME_MAX)?).await? {
            Some(account) => Some(account.id),
            None => {
                let known = ctx.app.db.accounts().await?;
                let known: Vec<_> = known.iter().map(|account| account.name.clone()).collect();
                let refused = Problem::invalid(worded("problem-account-unknown", &[("name", &name)]));
                let none = || worded("problem-no-account-help", &[]);
                let some = || worded("problem-account-unknown-help", &[("known", &known.join(", "))]);
                return Err(refused.remedy(if known.is_empty() { none() } else { some() }));
            }
        },
        None => None,
    };
    if new.limits.is_daily() && account.is_none() {
        return Err(Problem::invalid("limits: a day is counted by account, and the job names none")
            .remedy("name the account, or leave the daily limit out"));
    }
    let or_empty = |name, value: Option<String>| text(name, value.unwrap_or_default(), NAME_MAX);
    Ok(store::NewJob {
        id: new.id.map_or_else(|| JobId::new(&ctx.app.clock, &ctx.app.rng), Into::into),
        name,
        on_unknown: new.on_unknown.unwrap_or(OnUnknown::Hold),
        account,
        application_name: or_empty("application", new.application)?,
        flow_name: or_empty("flow", new.flow)?,
        created_by: or_empty("user", new.user)?,
        task_type: or_empty("task_type", new.task_type)?,
        task_id: or_empty("task_id", new.task_id)?,
        limits: new.limits,
        ledger: match new.ledger {
            _ if !kind.has_ledger() => LedgerMatch::None,
            Some(LedgerRule::Key) => LedgerMatch::Key,
            None | Some(LedgerRule::KeyAndContent) => LedgerMatch::KeyAndContent,
        },
        spec: settings(kind, new.spec, authority)?,
        state: if is_external { JobState::Pending } else { JobState::Preparing },
        total: new.total.unwrap_or(0),
        authority,
        kind,
    })
}
