//! A job is made: looked at before it is kept, so that what cannot run is refused to who asked for it.

use super::{COUNT_MAX, JobJson, kind};
use crate::extract::NAME_MAX;
use crate::{
    Ctx,
    auth::Granted,
    authority,
    extract::{Json, text, text_or_integer},
    problem::{Problem, Result},
};
use axum::{Extension, extract::State, http::StatusCode};
use mail::spec::Mailing;
use model::{Authority, JobId, JobKind, JobState, OnUnknown, pace::Limits};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::{Created, Job, LedgerMatch, NewJob};
use utoipa::ToSchema;
use uuid::Uuid;

/// What a job is made of.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewJob)]
pub(super) struct NewJobJson {
    /// Any UUID that the caller chose; a new one otherwise.
    id: Option<Uuid>,
    /// `external` unless said otherwise.
    kind: Option<String>,
    name: String,
    /// Items that an external job announces.
    total: Option<u64>,
    /// An integer is taken for its digits.
    #[serde(default, deserialize_with = "text_or_integer")]
    user: Option<String>,
    task_type: Option<String>,
    #[serde(default, deserialize_with = "text_or_integer")]
    task_id: Option<String>,
    application: Option<String>,
    flow: Option<String>,
    /// The settings, as the kind has them.
    #[schema(value_type = Option<Object>)]
    spec: Option<Value>,
    /// The name of an account.
    account: Option<String>,
    /// The run's own limits, held beside those of its account: per_second, per_minute, per_hour, daily, batch. It may be
    /// slower than the account allows, never faster.
    #[serde(default)]
    #[schema(value_type = Object)]
    limits: Limits,
    /// `hold` (unless said otherwise), `verify` or `repeat`.
    #[schema(value_type = Option<String>)]
    on_unknown: Option<OnUnknown>,
    /// How a mailing tells, by the ledger of its name, which rows were sent before: `key_and_content` (unless said
    /// otherwise), or `key`.
    ledger: Option<LedgerJson>,
    /// Needed for any kind but `external`: items follow, then `ready`.
    #[serde(default)]
    prepare: bool,
}

#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum LedgerJson {
    Key,
    KeyAndContent,
}

/// The job, and the token with which its progress can be followed, and nothing else.
#[derive(Serialize, ToSchema)]
#[schema(as = CreatedJob)]
pub(super) struct CreatedJson {
    #[serde(flatten)]
    job: JobJson,
    token: String,
}

pub(super) async fn create(
    State(ctx): State<Ctx>,
    Extension(granted): Extension<Granted>,
    Json(new): Json<NewJobJson>,
) -> Result<(StatusCode, axum::Json<CreatedJson>)> {
    authority::may(&granted, new.kind()?)?;
    let new = new.check(&ctx, authority::of(&granted)).await?;
    let (status, job) = match ctx.app.db.create_job(new, ctx.app.clock.now()).await? {
        Created::New(job) => (StatusCode::CREATED, job),
        Created::Existing(job) => (StatusCode::OK, job),
        Created::NameTaken(job) => return Err(name_taken(&job)),
    };
    ctx.changed(&job).await;
    let token = ctx.app.vault.job_token(job.id);
    Ok((status, axum::Json(CreatedJson { job: JobJson::whole(job, &granted), token })))
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
    let said = format!("a mailing named `{}` is {}: job {}", open.name, open.state, open.id);
    Problem::conflict(said).remedy("let it end, resume it or cancel it; or give this one another name (--name)")
}

impl NewJobJson {
    fn kind(&self) -> Result<JobKind> {
        self.kind.as_deref().map_or(Ok(JobKind::External), kind)
    }

    async fn check(self, ctx: &Ctx, authority: Authority) -> Result<NewJob> {
        let kind = self.kind()?;
        let is_external = !kind.runs_here();
        if is_external == self.prepare {
            let (what, remedy) = match is_external {
                true => ("prepare: an external job keeps no items here", "leave `prepare` out"),
                false => ("prepare: a job that runs here is given its items first", "send `\"prepare\": true`"),
            };
            return Err(Problem::invalid(what).remedy(remedy));
        }
        if self.total.is_some_and(|total| total > COUNT_MAX || !is_external) {
            let remedy = format!("only external jobs announce one, up to {COUNT_MAX}");
            return Err(Problem::invalid("total: cannot be taken").remedy(remedy));
        }
        let name = text("name", self.name, NAME_MAX)?;
        if name.trim().is_empty() {
            return Err(Problem::invalid("name: is empty").remedy("give the job a name"));
        }
        let account = match self.account {
            Some(name) => Some(
                ctx.app
                    .db
                    .account_named(&text("account", name.clone(), NAME_MAX)?)
                    .await?
                    .ok_or_else(|| {
                        Problem::invalid(format!("account: there is none named `{name}`"))
                            .remedy("`PUT /api/v1/accounts/{name}` makes one")
                    })?
                    .id,
            ),
            None => None,
        };
        if self.limits.is_daily() && account.is_none() {
            return Err(Problem::invalid("limits: a day is counted by account, and the job names none")
                .remedy("name the account, or leave the daily limit out"));
        }
        let or_empty = |name, value: Option<String>| text(name, value.unwrap_or_default(), NAME_MAX);
        Ok(NewJob {
            id: self.id.map_or_else(|| JobId::new(&ctx.app.clock, &ctx.app.rng), Into::into),
            name,
            on_unknown: self.on_unknown.unwrap_or(OnUnknown::Hold),
            account,
            application_name: or_empty("application", self.application)?,
            flow_name: or_empty("flow", self.flow)?,
            created_by: or_empty("user", self.user)?,
            task_type: or_empty("task_type", self.task_type)?,
            task_id: or_empty("task_id", self.task_id)?,
            limits: self.limits,
            ledger: match self.ledger {
                _ if !kind.has_ledger() => LedgerMatch::None,
                Some(LedgerJson::Key) => LedgerMatch::Key,
                None | Some(LedgerJson::KeyAndContent) => LedgerMatch::KeyAndContent,
            },
            spec: settings(kind, self.spec, authority)?,
            state: if is_external { JobState::Pending } else { JobState::Preparing },
            total: self.total.unwrap_or(0),
            authority,
            kind,
        })
    }
}
