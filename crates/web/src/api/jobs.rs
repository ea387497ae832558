//! Jobs: made, listed, shown, and told to go on or to stop. Jobs of kind `external` are run by somebody else, who
//! tells us how far they are; all others are run here, and only paused, resumed, cancelled or retried from outside.

#[cfg(test)]
mod tests;

use crate::{
    Ctx,
    api::{page_size, traces::NewTrace},
    auth::{Access, Trusted},
    cursor,
    extract::{Json, Optional, Path, Query, moment, optional_text, text},
    problem::{Problem, Result},
    routes::{About, Routes},
};
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
};
use model::{JobId, JobState, OnUnknown, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::{Advance, Created, Job, JobFilter, NewJob, Reason};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

pub(crate) const EXTERNAL: &str = "external";
/// Characters of a name, a user, a kind of task.
pub(crate) const NAME_MAX: usize = 300;
/// Characters of a message.
pub(crate) const MESSAGE_MAX: usize = 10_000;
/// No caller counts this far, and sums of it fit.
const COUNT_MAX: u64 = 1_000_000_000;

pub(crate) fn declare(routes: Routes) -> Routes {
    let change = |summary| About::new(summary).gives::<JobJson>(200, "The job as it is now");
    routes
        .get(
            "/api/v1/jobs",
            Access::Read,
            list,
            About::new("Jobs, newest first").query::<JobsQuery>().gives::<JobsPage>(200, "A page"),
        )
        .post(
            "/api/v1/jobs",
            Access::Write,
            create,
            About::new("Make a job; one that exists is left as it is")
                .takes::<NewJobJson>()
                .gives::<CreatedJson>(201, "Made")
                .gives::<CreatedJson>(200, "It existed"),
        )
        .get(
            "/api/v1/jobs/{id}",
            Access::Read,
            show,
            About::new("A job").gives::<JobJson>(200, "The job, settings included"),
        )
        .get(
            "/api/v1/jobs/{id}/token",
            Access::Read,
            token,
            About::new("The read-only token of a job, before or after it exists").gives::<JobToken>(200, "The token"),
        )
        .post("/api/v1/jobs/{id}/start", Access::Write, start, change("Start an external job"))
        .post(
            "/api/v1/jobs/{id}/advance",
            Access::Write,
            advance,
            change("Move an external job on, in deltas").takes::<Step>().unaudited(),
        )
        .post("/api/v1/jobs/{id}/complete", Access::Write, complete, change("End an external job").takes::<Said>())
        .post(
            "/api/v1/jobs/{id}/fail",
            Access::Write,
            fail,
            change("Say that an external job could not go on").takes::<Said>(),
        )
        .post(
            "/api/v1/jobs/{id}/pause",
            Access::Write,
            pause,
            change("Stop claiming; what is in flight is recorded").takes::<Said>(),
        )
        .post("/api/v1/jobs/{id}/resume", Access::Write, resume, change("Go on after a pause"))
        .post(
            "/api/v1/jobs/{id}/cancel",
            Access::Write,
            cancel,
            change("Skip all that is still queued").takes::<Said>(),
        )
        .post(
            "/api/v1/jobs/{id}/retry-failed",
            Access::Write,
            retry_failed,
            About::new("Try again what failed").gives::<Retried>(200, "The job, and how many"),
        )
}

/// A job. Times are RFC 3339 in UTC.
#[derive(Serialize, ToSchema)]
#[schema(as = Job)]
pub(crate) struct JobJson {
    #[schema(value_type = Uuid)]
    id: JobId,
    kind: String,
    name: String,
    /// `preparing`, `pending`, `running`, `paused`, `completed`, `failed` or `cancelled`.
    #[schema(value_type = String)]
    state: JobState,
    /// `hold`, `verify` or `repeat`.
    #[schema(value_type = String)]
    on_unknown: OnUnknown,
    account: Option<Uuid>,
    application_name: String,
    flow_name: String,
    /// The user, as the caller named them.
    created_by: String,
    task_type: String,
    task_id: String,
    total: u64,
    queued: u64,
    running: u64,
    succeeded: u64,
    failed: u64,
    unknown: u64,
    skipped: u64,
    /// The last thing that was said of it.
    message: String,
    /// Why it is paused, failed or cancelled.
    reason: Option<ReasonJson>,
    /// When a pause ends by itself.
    #[schema(value_type = Option<String>)]
    resumes_at: Option<Timestamp>,
    version: i64,
    #[schema(value_type = String)]
    created_at: Timestamp,
    #[schema(value_type = String)]
    updated_at: Timestamp,
    #[schema(value_type = Option<String>)]
    started_at: Option<Timestamp>,
    #[schema(value_type = Option<String>)]
    finished_at: Option<Timestamp>,
    /// The frozen settings; left out in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Object)]
    spec: Option<Value>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Reason)]
pub(crate) struct ReasonJson {
    code: String,
    detail: String,
}

impl From<Reason> for ReasonJson {
    fn from(reason: Reason) -> Self {
        Self { code: reason.code, detail: reason.detail }
    }
}

impl JobJson {
    fn whole(job: Job) -> Self {
        let spec = serde_json::from_str(&job.spec).ok();
        Self { spec, ..Self::from(job) }
    }
}

impl From<Job> for JobJson {
    fn from(job: Job) -> Self {
        Self {
            id: job.id,
            kind: job.kind,
            name: job.name,
            state: job.state,
            on_unknown: job.on_unknown,
            account: job.account.map(|account| account.0),
            application_name: job.application_name,
            flow_name: job.flow_name,
            created_by: job.created_by,
            task_type: job.task_type,
            task_id: job.task_id,
            total: job.counters.total,
            queued: job.counters.queued,
            running: job.counters.running,
            succeeded: job.counters.succeeded,
            failed: job.counters.failed,
            unknown: job.counters.unknown,
            skipped: job.counters.skipped,
            message: job.message,
            reason: job.reason.map(Into::into),
            resumes_at: job.resumes_at,
            version: job.version,
            created_at: job.created_at,
            updated_at: job.updated_at,
            started_at: job.started_at,
            finished_at: job.finished_at,
            spec: None,
        }
    }
}

/// Jobs. `next` goes into `cursor` to get the next page.
#[derive(Serialize, ToSchema)]
struct JobsPage {
    rows: Vec<JobJson>,
    next: Option<String>,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct JobsQuery {
    /// One or more, separated by commas: `running,paused`.
    state: Option<String>,
    kind: Option<String>,
    /// Part of the name, the task id or the user.
    q: Option<String>,
    task_type: Option<String>,
    /// Exactly.
    task_id: Option<String>,
    user: Option<String>,
    /// A moment (RFC 3339) or a day.
    since: Option<String>,
    until: Option<String>,
    cursor: Option<String>,
    limit: Option<u32>,
}

async fn list(State(ctx): State<Ctx>, Query(query): Query<JobsQuery>) -> Result<axum::Json<JobsPage>> {
    let filter = query.filter(&ctx)?;
    let page = ctx.app.db.jobs(&filter).await?;
    let exact = |job: &Job| query.task_id.as_ref().is_none_or(|id| job.task_id == *id);
    let rows = page.rows.into_iter().filter(exact).map(JobJson::from).collect();
    Ok(axum::Json(JobsPage { rows, next: page.next.map(cursor::of_job) }))
}

impl JobsQuery {
    fn filter(&self, ctx: &Ctx) -> Result<JobFilter> {
        let time =
            |name, value: &Option<String>| value.as_deref().map(|value| moment(name, value, &ctx.app.zone)).transpose();
        let states = self.state.as_deref().unwrap_or_default().split(',').filter(|state| !state.is_empty());
        let states = states
            .map(|state| state.trim().parse::<JobState>().map_err(|error| Problem::invalid(format!("state: {error}"))));
        Ok(JobFilter {
            states: states.collect::<Result<_>>()?,
            kind: optional_text("kind", self.kind.clone(), NAME_MAX)?,
            text: optional_text("q", self.q.clone().or_else(|| self.task_id.clone()), NAME_MAX)?,
            task_type: optional_text("task_type", self.task_type.clone(), NAME_MAX)?,
            created_by: optional_text("user", self.user.clone(), NAME_MAX)?,
            since: time("since", &self.since)?,
            until: time("until", &self.until)?,
            order: store::Order::Newest,
            before: self.cursor.as_deref().map(cursor::job).transpose()?,
            limit: page_size(ctx, self.limit)?,
        })
    }
}

/// What a job is made of.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewJob)]
struct NewJobJson {
    /// Any UUID that the caller chose; a new one otherwise.
    id: Option<Uuid>,
    /// `external` unless said otherwise.
    kind: Option<String>,
    name: String,
    /// Items that an external job announces.
    total: Option<u64>,
    user: Option<String>,
    task_type: Option<String>,
    task_id: Option<String>,
    application: Option<String>,
    flow: Option<String>,
    #[schema(value_type = Option<Object>)]
    spec: Option<Value>,
    /// The name of an account.
    account: Option<String>,
    /// `hold` (unless said otherwise), `verify` or `repeat`.
    #[schema(value_type = Option<String>)]
    on_unknown: Option<OnUnknown>,
    /// Needed for any kind but `external`: items follow, then `ready`.
    #[serde(default)]
    prepare: bool,
}

/// The job, and the token with which its progress can be followed, and nothing else.
#[derive(Serialize, ToSchema)]
#[schema(as = CreatedJob)]
struct CreatedJson {
    #[serde(flatten)]
    job: JobJson,
    token: String,
}

#[derive(Serialize, ToSchema)]
struct JobToken {
    token: String,
}

async fn create(
    State(ctx): State<Ctx>,
    owner: Option<axum::Extension<Trusted>>,
    Json(new): Json<NewJobJson>,
) -> Result<(StatusCode, axum::Json<CreatedJson>)> {
    let signs = new.spec.as_ref().is_some_and(|spec| spec.get("dkim").is_some_and(|dkim| !dkim.is_null()));
    if owner.is_none() && new.kind.as_deref() == Some("mail") && signs {
        return Err(Problem::invalid("spec: dkim names a key file of the server, which no caller may choose")
            .remedy("leave it out, and send signed mailings by the command line on the server"));
    }
    let new = new.check(&ctx).await?;
    refuse_second(&ctx, &new).await?;
    let (status, job) = match ctx.app.db.create_job(new, ctx.app.clock.now()).await? {
        Created::New(job) => (StatusCode::CREATED, job),
        Created::Existing(job) => (StatusCode::OK, job),
    };
    ctx.changed(&job).await;
    let token = ctx.app.vault.job_token(job.id);
    Ok((status, axum::Json(CreatedJson { job: JobJson::whole(job), token })))
}

/// A mailing leaves out what earlier ones of its name have sent, which is known only once they are over: two at a time
/// would send twice.
pub(crate) async fn refuse_second(ctx: &Ctx, new: &NewJob) -> Result<()> {
    let open = match new.kind.as_str() {
        "mail" => ctx.app.db.open_job_named(&new.kind, &new.name).await?,
        _ => None,
    };
    match open.filter(|open| open.id != new.id) {
        None => Ok(()),
        Some(open) => {
            let said = format!("a mailing named `{}` is {}: job {}", open.name, open.state, open.id);
            let remedy = "let it end, resume it or cancel it; or give this one another name (--name)";
            Err(Problem::conflict(said).remedy(remedy))
        }
    }
}

impl NewJobJson {
    async fn check(self, ctx: &Ctx) -> Result<NewJob> {
        let kind = text("kind", self.kind.unwrap_or_else(|| EXTERNAL.into()), NAME_MAX)?;
        let is_external = kind == EXTERNAL;
        if kind.is_empty() || is_external == self.prepare {
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
        let or_empty = |name, value: Option<String>| text(name, value.unwrap_or_default(), NAME_MAX);
        let spec = self.spec.unwrap_or_else(|| Value::Object(serde_json::Map::new()));
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
            // JSON writes NUL as an escape: PostgreSQL keeps the text as it is.
            spec: spec.to_string(),
            state: if is_external { JobState::Pending } else { JobState::Preparing },
            total: self.total.unwrap_or(0),
            kind,
        })
    }
}

async fn show(State(ctx): State<Ctx>, Path(id): Path<Uuid>) -> Result<axum::Json<JobJson>> {
    Ok(axum::Json(JobJson::whole(existing(&ctx, id.into()).await?)))
}

async fn token(State(ctx): State<Ctx>, Path(id): Path<Uuid>) -> axum::Json<JobToken> {
    axum::Json(JobToken { token: ctx.app.vault.job_token(id.into()) })
}

/// The job, or 404.
pub(crate) async fn existing(ctx: &Ctx, id: JobId) -> Result<Job> {
    ctx.app
        .db
        .job(id)
        .await?
        .ok_or_else(|| Problem::not_found(format!("job {id}")).remedy("`GET /api/v1/jobs` lists the jobs"))
}

/// The job, when somebody else runs it; 409 otherwise.
async fn external(ctx: &Ctx, id: JobId) -> Result<Job> {
    let job = existing(ctx, id).await?;
    if job.kind == EXTERNAL {
        return Ok(job);
    }
    let detail = format!("job {id} is a `{}` job, which Vigie runs itself", job.kind);
    Err(Problem::conflict(detail).remedy("only jobs of kind `external` are moved on from outside"))
}

async fn told(ctx: &Ctx, job: Job) -> Result<axum::Json<JobJson>> {
    ctx.changed(&job).await;
    Ok(axum::Json(job.into()))
}

async fn start(State(ctx): State<Ctx>, Path(id): Path<Uuid>) -> Result<axum::Json<JobJson>> {
    let job = external(&ctx, id.into()).await?;
    if job.state == JobState::Running {
        return Ok(axum::Json(job.into()));
    }
    if job.state.is_final() {
        return Err(Problem::conflict(format!("job {} is {}", job.id, job.state)).remedy("make a new job"));
    }
    let job = ctx.app.db.start_job(job.id, ctx.app.clock.now()).await?;
    told(&ctx, job).await
}

/// How much further an external job is.
#[derive(Deserialize, Default, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = Advance)]
struct Step {
    /// How many more were processed, the failed ones included.
    processed: u64,
    /// How many of those failed.
    failed: u64,
    message: Option<String>,
    /// A new total, when there are more or fewer items than thought.
    total: Option<u64>,
    /// What was processed, to be listed.
    item: Option<String>,
    trace: Option<NewTrace>,
    /// A call repeated with the same key counts once; the header `Idempotency-Key` says the same.
    idempotency_key: Option<String>,
}

async fn advance(
    State(ctx): State<Ctx>,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
    Json(step): Json<Step>,
) -> Result<axum::Json<JobJson>> {
    let job = external(&ctx, id.into()).await?;
    let now = ctx.app.clock.now();
    let step = step.check(&ctx, &job, &headers)?;
    let job = ctx.app.db.advance_job(job.id, step, now).await?.job();
    told(&ctx, job).await
}

impl Step {
    fn check(self, ctx: &Ctx, job: &Job, headers: &HeaderMap) -> Result<Advance> {
        if self.failed > self.processed {
            return Err(Problem::invalid(format!("failed: {} of {} processed", self.failed, self.processed))
                .remedy("`failed` counts within `processed`: count a failed item in both"));
        }
        if self.processed > COUNT_MAX || self.total.is_some_and(|total| total > COUNT_MAX) {
            return Err(Problem::invalid(format!("processed, total: more than {COUNT_MAX}")));
        }
        let header = headers.get("idempotency-key").map(|key| {
            key.to_str().map(str::to_owned).map_err(|_| Problem::malformed("Idempotency-Key: is no ASCII text"))
        });
        let key = header.transpose()?.or(self.idempotency_key);
        let trace = self.trace.map(|trace| trace.of_job(ctx, job)).transpose()?;
        Ok(Advance {
            processed: self.processed,
            failed: self.failed,
            message: optional_text("message", self.message, MESSAGE_MAX)?,
            total: self.total,
            item: optional_text("item", self.item, NAME_MAX)?,
            trace,
            idempotency_key: optional_text("idempotency_key", key, NAME_MAX)?,
        })
    }
}

/// What is said along with a change.
#[derive(Deserialize, Default, ToSchema)]
#[serde(default, deny_unknown_fields)]
struct Said {
    message: Option<String>,
}

impl Said {
    fn message(self) -> Result<Option<String>> {
        optional_text("message", self.message, MESSAGE_MAX)
    }

    fn reason(self, code: &str) -> Result<Reason> {
        Ok(Reason::new(code, self.message()?.unwrap_or_default()))
    }
}

async fn complete(
    State(ctx): State<Ctx>,
    Path(id): Path<Uuid>,
    Optional(said): Optional<Said>,
) -> Result<axum::Json<JobJson>> {
    let job = external(&ctx, id.into()).await?;
    let job = ctx.app.db.complete_job(job.id, said.message()?, ctx.app.clock.now()).await?;
    told(&ctx, job).await
}

async fn fail(
    State(ctx): State<Ctx>,
    Path(id): Path<Uuid>,
    Optional(said): Optional<Said>,
) -> Result<axum::Json<JobJson>> {
    let job = external(&ctx, id.into()).await?;
    let job = ctx.app.db.fail_job(job.id, said.reason("reported")?, ctx.app.clock.now()).await?;
    told(&ctx, job).await
}

/// Why a person pauses a job, and what they say of it.
#[derive(Deserialize, Default, ToSchema)]
#[serde(default, deny_unknown_fields)]
struct Pausing {
    message: Option<String>,
    #[schema(value_type = Option<String>)]
    reason: Wherefore,
}

#[derive(Serialize, Deserialize, Clone, Copy, Default)]
#[serde(rename_all = "snake_case")]
enum Wherefore {
    #[default]
    ByHand,
    /// The command that ran it was ended by Ctrl-C.
    Interrupted,
}

async fn pause(
    State(ctx): State<Ctx>,
    Path(id): Path<Uuid>,
    Optional(pausing): Optional<Pausing>,
) -> Result<axum::Json<JobJson>> {
    let job = existing(&ctx, id.into()).await?;
    let code = match pausing.reason {
        Wherefore::ByHand => "by_hand",
        Wherefore::Interrupted => "interrupted",
    };
    let reason = Said { message: pausing.message }.reason(code)?;
    let job = ctx.app.db.pause_job(job.id, reason, None, ctx.app.clock.now()).await?;
    told(&ctx, job).await
}

/// The job, and the account whose pause ended with the job's.
#[derive(Serialize, ToSchema)]
struct Resumed {
    #[serde(flatten)]
    job: JobJson,
    /// `null` when its account was not waiting for a person.
    account_resumed: Option<String>,
}

async fn resume(State(ctx): State<Ctx>, Path(id): Path<Uuid>) -> Result<axum::Json<Resumed>> {
    let job = existing(&ctx, id.into()).await?;
    let (job, account) = ctx.app.db.resume_by_hand(job.id, ctx.app.clock.now()).await?;
    ctx.changed(&job).await;
    if let (Some(wake), Some(_)) = (&ctx.app.wake, &account) {
        // Others may have waited for the account.
        wake(None);
    }
    Ok(axum::Json(Resumed { job: job.into(), account_resumed: account.map(|account| account.name) }))
}

async fn cancel(
    State(ctx): State<Ctx>,
    Path(id): Path<Uuid>,
    Optional(said): Optional<Said>,
) -> Result<axum::Json<JobJson>> {
    let job = existing(&ctx, id.into()).await?;
    let job = ctx.app.db.cancel_job(job.id, said.reason("by_hand")?, ctx.app.clock.now()).await?;
    told(&ctx, job).await
}

/// The job, and how many items are tried again.
#[derive(Serialize, ToSchema)]
struct Retried {
    job: JobJson,
    retried: u64,
}

async fn retry_failed(State(ctx): State<Ctx>, Path(id): Path<Uuid>) -> Result<axum::Json<Retried>> {
    let job = existing(&ctx, id.into()).await?;
    if job.kind == EXTERNAL {
        return Err(Problem::conflict(format!("job {} is run by somebody else", job.id)).remedy("retry it there"));
    }
    let (job, retried) = ctx.app.db.retry_failed(job.id, ctx.app.clock.now()).await?;
    ctx.changed(&job).await;
    Ok(axum::Json(Retried { job: job.into(), retried }))
}
