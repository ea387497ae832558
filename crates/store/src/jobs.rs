//! Jobs: one row each, whose counters change in the transaction that changes its items.

use crate::{
    Account, Db, Error, Result, accounts,
    sql::{Conn, Row, Value, params},
};
use model::{AccountId, Counters, ItemState, JobId, JobState, OnUnknown, Timestamp};
use serde::{Deserialize, Serialize};

/// What a job is made of. Frozen: nothing here changes after creation.
#[derive(Clone, Debug)]
pub struct NewJob {
    pub id: JobId,
    /// `mail`, `command`, `http`, `external` …: which handler runs it.
    pub kind: String,
    pub name: String,
    pub on_unknown: OnUnknown,
    pub account: Option<AccountId>,
    pub application_name: String,
    pub flow_name: String,
    pub created_by: String,
    /// The caller's own words for the kind of task, and its id there.
    pub task_type: String,
    pub task_id: String,
    /// The handler's frozen settings, as JSON.
    pub spec: String,
    /// `Preparing` while items are being enqueued, `Pending` for a job that has none of its own.
    pub state: JobState,
    /// Items that an external job announces.
    pub total: u64,
}

/// Whether a job was made or had been there.
#[derive(Clone, Debug)]
pub enum Created {
    New(Job),
    /// Somebody created it before, with the same id.
    Existing(Job),
}

/// A job as it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    pub id: JobId,
    pub kind: String,
    pub name: String,
    pub state: JobState,
    pub on_unknown: OnUnknown,
    pub account: Option<AccountId>,
    pub application_name: String,
    pub flow_name: String,
    pub created_by: String,
    pub task_type: String,
    pub task_id: String,
    pub spec: String,
    pub counters: Counters,
    /// The last thing that was said of it.
    pub message: String,
    /// Why it is paused, failed or cancelled.
    pub reason: Option<Reason>,
    /// When a pause ends by itself.
    pub resumes_at: Option<Timestamp>,
    /// Grows with every change.
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub started_at: Option<Timestamp>,
    pub finished_at: Option<Timestamp>,
}

/// Why a job or an account stands still: a stable code, and what was said to the letter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    pub code: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
}

impl Reason {
    pub fn new(code: &str, detail: impl Into<String>) -> Self {
        Self { code: code.to_owned(), detail: detail.into() }
    }

    pub(crate) fn to_json(&self) -> String {
        // A struct of two strings always serialises.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// Which jobs to list, newest first.
#[derive(Clone, Debug, Default)]
pub struct JobFilter {
    pub states: Vec<JobState>,
    pub kind: Option<String>,
    /// Part of the name, the task id or the creator, whatever the case.
    pub text: Option<String>,
    pub task_type: Option<String>,
    pub created_by: Option<String>,
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
    pub order: Order,
    /// Where the page before this one ended.
    pub before: Option<(Timestamp, JobId)>,
    pub limit: u32,
}

/// In which order jobs are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    #[default]
    Newest,
    Oldest,
}

/// A state that a job came into.
#[derive(Clone, Debug, PartialEq)]
pub struct JobStep {
    pub at: Timestamp,
    pub state: JobState,
    pub reason: Option<Reason>,
}

/// How many jobs there are of some kinds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JobCounts {
    /// Not over, and not paused.
    pub active: u64,
    pub paused: u64,
    /// Completed since the moment that was asked for.
    pub completed: u64,
}

/// One page of a list.
#[derive(Clone, Debug)]
pub struct Page<T, C> {
    pub rows: Vec<T>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<C>,
}

impl Db {
    /// Makes a job, unless one of that id is there: then that one is returned, untouched.
    pub async fn create_job(&self, job: NewJob, now: Timestamp) -> Result<Created> {
        self.write(move |conn| Box::pin(async move { create(conn, &job, now).await })).await
    }

    pub async fn job(&self, id: JobId) -> Result<Option<Job>> {
        self.row("SELECT * FROM jobs WHERE id = $1", params![id]).await?.map(|row| job_from(&row)).transpose()
    }

    pub async fn jobs(&self, filter: &JobFilter) -> Result<Page<Job, (Timestamp, JobId)>> {
        let (sql, params) = list_statement(filter, self.dialect().like);
        let rows = self.rows(&sql, &params).await?;
        let mut jobs = rows.iter().map(job_from).collect::<Result<Vec<_>>>()?;
        let more = jobs.len() > filter.limit as usize;
        jobs.truncate(filter.limit as usize);
        let next = jobs.last().filter(|_| more).map(|job| (job.created_at, job.id));
        Ok(Page { rows: jobs, next })
    }

    /// The states that a job came into, the first first; at most the last thousand.
    pub async fn job_steps(&self, id: JobId) -> Result<Vec<JobStep>> {
        let sql = "SELECT at, state, reason FROM job_states WHERE job_id = $1 ORDER BY no DESC LIMIT 1000";
        let rows = self.rows(sql, params![id]).await?;
        let step = |row: &Row| {
            let state = row.state("state", JobState::from_code)?;
            Ok(JobStep { at: row.time("at")?, state, reason: reason_from(row)? })
        };
        rows.iter().rev().map(step).collect()
    }

    pub async fn job_counts(&self, completed_since: Timestamp) -> Result<JobCounts> {
        let sql = "SELECT state, count(*) AS n FROM jobs WHERE state < 4 GROUP BY state";
        let mut counts = JobCounts::default();
        for row in self.rows(sql, &[]).await? {
            match row.state("state", JobState::from_code)? {
                JobState::Paused => counts.paused += row.count("n")?,
                _ => counts.active += row.count("n")?,
            }
        }
        let sql = "SELECT count(*) AS n FROM jobs WHERE finished_at >= $1 AND state = 4";
        let row = self.row(sql, params![completed_since]).await?;
        counts.completed = row.map_or(Ok(0), |row| row.count("n"))?;
        Ok(counts)
    }

    /// Jobs that are not over, oldest first: what an engine has to look after.
    pub async fn open_jobs(&self) -> Result<Vec<Job>> {
        let rows = self.rows("SELECT * FROM jobs WHERE state < 4 ORDER BY created_at, id", &[]).await?;
        rows.iter().map(job_from).collect()
    }

    /// The open job of that name and kind, if there is one.
    pub async fn open_job_named(&self, kind: &str, name: &str) -> Result<Option<Job>> {
        let sql = "SELECT * FROM jobs WHERE name = $1 AND kind = $2 AND state < 4 ORDER BY created_at DESC LIMIT 1";
        self.row(sql, params![name, kind]).await?.map(|row| job_from(&row)).transpose()
    }

    /// Every item is enqueued: the job may be claimed from. A job without a single open item is complete at once.
    pub async fn finish_preparing(&self, id: JobId, now: Timestamp) -> Result<Job> {
        self.change(id, now, "pending", move |job| {
            let done = job.counters.queued == 0;
            let state = if done { JobState::Completed } else { JobState::Pending };
            (job.state == JobState::Preparing).then(|| Change { finished: done.then_some(now), ..Change::to(state) })
        })
        .await
    }

    /// Every item is enqueued, and none is claimed before `at`: in one step, so that nothing leaves in between.
    pub async fn schedule_job(&self, id: JobId, at: Timestamp, now: Timestamp) -> Result<Job> {
        self.change(id, now, "paused", move |job| {
            let done = job.counters.queued == 0;
            (job.state == JobState::Preparing).then(|| match done {
                true => Change { finished: Some(now), ..Change::to(JobState::Completed) },
                false => Change {
                    reason: Some(Reason::new("scheduled", "")),
                    resumes_at: Some(at),
                    ..Change::to(JobState::Paused)
                },
            })
        })
        .await
    }

    pub async fn start_job(&self, id: JobId, now: Timestamp) -> Result<Job> {
        self.change(id, now, "running", move |job| {
            let started = Some(job.started_at.unwrap_or(now));
            // A pause ends by `resume_job`, and what is over is set going by a retry, which makes it pending.
            matches!(job.state, JobState::Running | JobState::Pending)
                .then(|| Change { started, ..Change::to(JobState::Running) })
        })
        .await
    }

    /// Stops the claiming. What is in flight is still recorded. `resumes_at`: when the pause ends by itself.
    pub async fn pause_job(
        &self,
        id: JobId,
        reason: Reason,
        resumes_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<Job> {
        self.change(id, now, "paused", move |job| {
            (job.state == JobState::Paused || job.allow(JobState::Paused)).then(|| Change {
                reason: Some(reason.clone()),
                resumes_at,
                ..Change::to(JobState::Paused)
            })
        })
        .await
    }

    pub async fn resume_job(&self, id: JobId, now: Timestamp) -> Result<Job> {
        self.change(id, now, "resumed", resumed).await
    }

    /// A person's word that the job goes on. It ends a pause of its account that waits for nothing but a person, too:
    /// the job would stand still again at once. Returns the account whose pause that was.
    pub async fn resume_by_hand(&self, id: JobId, now: Timestamp) -> Result<(Job, Option<Account>)> {
        self.write(move |conn| {
            Box::pin(async move {
                let job = lock(conn, id).await?;
                let change = resumed(&job).ok_or_else(|| job.refuse("resumed"))?;
                let lifted = match job.account {
                    Some(account) => accounts::end_lasting_pause(conn, account, now).await?,
                    None => None,
                };
                Ok((write_change(conn, id, &change, now).await?, lifted))
            })
        })
        .await
    }

    /// Ends an external job, whose items are counted and not kept, or one that has no items. Any other completes with
    /// its last outcome, and is refused while an item is open.
    pub async fn complete_job(&self, id: JobId, message: Option<String>, now: Timestamp) -> Result<Job> {
        self.change(id, now, "completed", move |job| {
            let open = job.counters.queued + job.counters.running > 0 && job.kind != "external";
            let allowed = job.state == JobState::Completed || job.allow(JobState::Completed);
            // Ending what has ended leaves its end where it was.
            (allowed && !open).then(|| Change {
                finished: Some(job.finished_at.unwrap_or(now)),
                started: Some(job.started_at.unwrap_or(now)),
                message: message.clone(),
                ..Change::to(JobState::Completed)
            })
        })
        .await
    }

    /// The job itself cannot go on.
    pub async fn fail_job(&self, id: JobId, reason: Reason, now: Timestamp) -> Result<Job> {
        self.change(id, now, "failed", move |job| {
            (job.state == JobState::Failed || job.allow(JobState::Failed)).then(|| Change {
                finished: Some(job.finished_at.unwrap_or(now)),
                message: Some(reason.detail.clone()).filter(|text| !text.is_empty()),
                reason: Some(reason.clone()),
                ..Change::to(JobState::Failed)
            })
        })
        .await
    }

    /// Makes what is queued skipped. What is in flight is still recorded.
    pub async fn cancel_job(&self, id: JobId, reason: Reason, now: Timestamp) -> Result<Job> {
        self.write(move |conn| {
            Box::pin(async move {
                let job = lock(conn, id).await?;
                if job.state == JobState::Cancelled {
                    return Ok(job);
                }
                if !job.state.may_become(JobState::Cancelled) {
                    return Err(job.refuse("cancelled"));
                }
                let change = Change { finished: Some(now), reason: Some(reason), ..Change::to(JobState::Cancelled) };
                write_change(conn, id, &change, now).await?;
                skip_queued(conn, id, now).await
            })
        })
        .await
    }

    async fn change<F>(&self, id: JobId, now: Timestamp, wanted: &'static str, decide: F) -> Result<Job>
    where
        F: FnOnce(&Job) -> Option<Change> + Send + 'static,
    {
        self.write(move |conn| {
            Box::pin(async move {
                let job = lock(conn, id).await?;
                let change = decide(&job).ok_or_else(|| job.refuse(wanted))?;
                write_change(conn, id, &change, now).await
            })
        })
        .await
    }
}

fn resumed(job: &Job) -> Option<Change> {
    let state = if job.started_at.is_some() { JobState::Running } else { JobState::Pending };
    match job.state {
        JobState::Running | JobState::Pending => Some(Change::to(job.state)),
        JobState::Paused => Some(Change::to(state)),
        _ => None,
    }
}

impl Job {
    fn allow(&self, next: JobState) -> bool {
        self.state.may_become(next)
    }

    pub(crate) fn refuse(&self, wanted: &'static str) -> Error {
        Error::State { what: format!("job {}", self.id), found: self.state.to_string(), wanted }
    }
}

/// A change of a job's state, decided and not yet written.
#[derive(Debug)]
pub(crate) struct Change {
    state: JobState,
    reason: Option<Reason>,
    resumes_at: Option<Timestamp>,
    started: Option<Timestamp>,
    finished: Option<Timestamp>,
    message: Option<String>,
}

impl Change {
    pub(crate) fn to(state: JobState) -> Self {
        Self { state, reason: None, resumes_at: None, started: None, finished: None, message: None }
    }
}

/// How many items went from and to each state: the difference for the counters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Moved([i64; 6]);

impl Moved {
    #[must_use]
    pub(crate) fn from(mut self, state: ItemState, count: u64) -> Self {
        self.0[state.code() as usize] -= count as i64;
        self
    }

    #[must_use]
    pub(crate) fn to(mut self, state: ItemState, count: u64) -> Self {
        self.0[state.code() as usize] += count as i64;
        self
    }

    /// By how much the items have become more.
    pub(crate) fn total(&self) -> i64 {
        self.0.iter().sum()
    }

    pub(crate) fn item(&mut self, from: ItemState, to: ItemState) {
        *self = self.from(from, 1).to(to, 1);
    }
}

pub(crate) async fn lock(conn: &mut Conn<'_>, id: JobId) -> Result<Job> {
    let sql = conn.dialect().lock_job;
    let row = conn.row(sql, params![id]).await?;
    row.map_or_else(|| Err(no_job(id)), |row| job_from(&row))
}

/// Of a cancelled job: what is queued is skipped.
pub(crate) async fn skip_queued(conn: &mut Conn<'_>, id: JobId, now: Timestamp) -> Result<Job> {
    let sql = "UPDATE items SET state = 5, verdict = $2, finished_at = $3 WHERE job_id = $1 AND state = 0";
    let verdict = serde_json::json!({"code": "cancelled", "fault": "content", "retry": {"when": "never"}});
    let skipped = conn.execute(sql, params![id, verdict.to_string(), now]).await?;
    // The items of an external job are counted and not kept.
    let job = lock(conn, id).await?;
    let skipped = if job.kind == "external" { job.counters.queued } else { skipped };
    let moved = Moved::default().from(ItemState::Queued, skipped).to(ItemState::Skipped, skipped);
    count(conn, id, &moved, None, now).await
}

/// A pending job begins with its first claim.
pub(crate) async fn start(conn: &mut Conn<'_>, job: &Job, now: Timestamp) -> Result<Job> {
    let started = Some(job.started_at.unwrap_or(now));
    write_change(conn, job.id, &Change { started, ..Change::to(JobState::Running) }, now).await
}

pub(crate) fn no_job(id: JobId) -> Error {
    Error::Conflict(format!("there is no job {id}: `vigie jobs list` shows those that there are"))
}

/// Adds `moved` to the counters. A job that has begun and has nothing left queued or running is complete, but for an
/// external one, which ends when its owner says so.
pub(crate) async fn count(
    conn: &mut Conn<'_>,
    id: JobId,
    moved: &Moved,
    message: Option<&str>,
    now: Timestamp,
) -> Result<Job> {
    let [queued, running, succeeded, failed, unknown, skipped] = moved.0;
    let total = moved.total();
    let sql = "
        UPDATE jobs SET queued = queued + $2, running = running + $3, succeeded = succeeded + $4,
            failed = failed + $5, unknown = unknown + $6, skipped = skipped + $7, total = total + $8,
            message = coalesce($9, message), version = version + 1, updated_at = $10,
            finished_at = CASE WHEN state IN (2, 3) AND kind <> 'external' AND queued + $2 = 0 AND running + $3 = 0 THEN $10 ELSE finished_at END,
            resumes_at = CASE WHEN state IN (2, 3) AND kind <> 'external' AND queued + $2 = 0 AND running + $3 = 0 THEN NULL ELSE resumes_at END,
            reason = CASE WHEN state IN (2, 3) AND kind <> 'external' AND queued + $2 = 0 AND running + $3 = 0 THEN NULL ELSE reason END,
            state = CASE WHEN state IN (2, 3) AND kind <> 'external' AND queued + $2 = 0 AND running + $3 = 0 THEN 4 ELSE state END
        WHERE id = $1 RETURNING *";
    let values = params![id, queued, running, succeeded, failed, unknown, skipped, total, message, now];
    conn.row(sql, values).await?.map_or_else(|| Err(no_job(id)), |row| job_from(&row))
}

pub(crate) async fn write_change(conn: &mut Conn<'_>, id: JobId, change: &Change, now: Timestamp) -> Result<Job> {
    let sql = "
        UPDATE jobs SET state = $2, reason = $3, resumes_at = $4, started_at = coalesce($5, started_at),
            finished_at = $6, message = coalesce($7, message), version = version + 1, updated_at = $8
        WHERE id = $1 RETURNING *";
    let reason = change.reason.as_ref().map(Reason::to_json);
    let message = change.message.clone();
    let values =
        params![id, change.state.code(), reason, change.resumes_at, change.started, change.finished, message, now];
    conn.row(sql, values).await?.map_or_else(|| Err(no_job(id)), |row| job_from(&row))
}

pub(crate) async fn create(conn: &mut Conn<'_>, job: &NewJob, now: Timestamp) -> Result<Created> {
    let sql = "
        INSERT INTO jobs (id, kind, name, state, on_unknown, account_id, application_name, flow_name, created_by,
                          task_type, task_id, spec, total, queued, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13, $14, $14)
        ON CONFLICT (id) DO NOTHING RETURNING *";
    let values = params![
        job.id,
        &job.kind,
        &job.name,
        job.state.code(),
        job.on_unknown.code(),
        job.account,
        &job.application_name,
        &job.flow_name,
        &job.created_by,
        &job.task_type,
        &job.task_id,
        &job.spec,
        job.total,
        now
    ];
    match conn.row(sql, values).await? {
        Some(row) => Ok(Created::New(job_from(&row)?)),
        None => Ok(Created::Existing(lock(conn, job.id).await?)),
    }
}

pub(crate) fn job_from(row: &Row) -> Result<Job> {
    let counters = Counters {
        total: row.count("total")?,
        queued: row.count("queued")?,
        running: row.count("running")?,
        succeeded: row.count("succeeded")?,
        failed: row.count("failed")?,
        unknown: row.count("unknown")?,
        skipped: row.count("skipped")?,
    };
    Ok(Job {
        id: row.id("id")?.into(),
        kind: row.text("kind")?,
        name: row.text("name")?,
        state: row.state("state", JobState::from_code)?,
        on_unknown: row.state("on_unknown", OnUnknown::from_code)?,
        account: row.opt_id("account_id")?.map(Into::into),
        application_name: row.text("application_name")?,
        flow_name: row.text("flow_name")?,
        created_by: row.text("created_by")?,
        task_type: row.text("task_type")?,
        task_id: row.text("task_id")?,
        spec: row.text("spec")?,
        counters,
        message: row.text("message")?,
        reason: reason_from(row)?,
        resumes_at: row.opt_time("resumes_at")?,
        version: row.int("version")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
        started_at: row.opt_time("started_at")?,
        finished_at: row.opt_time("finished_at")?,
    })
}

/// `LIKE` with the user's own `%` and `_` taken literally.
pub(crate) fn like_pattern(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{escaped}%")
}

/// Conditions with their parameters, numbered as they come.
#[derive(Default)]
pub(crate) struct Where {
    pub(crate) sql: String,
    pub(crate) params: Vec<Value>,
}

impl Where {
    /// Adds a condition; `?` in it stands for the parameter.
    pub(crate) fn and(&mut self, condition: &str, value: impl Into<Value>) {
        self.params.push(value.into());
        let number = format!("${}", self.params.len());
        self.sql.push_str(if self.sql.is_empty() { " WHERE " } else { " AND " });
        self.sql.push_str(&condition.replace('?', &number));
    }

    pub(crate) fn and_plain(&mut self, condition: &str) {
        self.sql.push_str(if self.sql.is_empty() { " WHERE " } else { " AND " });
        self.sql.push_str(condition);
    }
}

fn reason_from(row: &Row) -> Result<Option<Reason>> {
    Ok(row.opt_text("reason")?.and_then(|json| serde_json::from_str(&json).ok()))
}

fn list_statement(filter: &JobFilter, like: &str) -> (String, Vec<Value>) {
    let mut filters = Where::default();
    if !filter.states.is_empty() {
        let codes: Vec<String> = filter.states.iter().map(|state| state.code().to_string()).collect();
        filters.and_plain(&format!("state IN ({})", codes.join(", ")));
    }
    if let Some(kind) = &filter.kind {
        filters.and("kind = ?", kind);
    }
    if let Some(task_type) = &filter.task_type {
        filters.and("task_type = ?", task_type);
    }
    if let Some(user) = &filter.created_by {
        filters.and("created_by = ?", user);
    }
    if let Some(text) = filter.text.as_deref().filter(|text| !text.is_empty()) {
        let like = like.replace("$1", "?");
        filters.and(&format!("(name{like} OR task_id{like} OR created_by{like})"), like_pattern(text));
    }
    if let Some(since) = filter.since {
        filters.and("created_at >= ?", since);
    }
    if let Some(until) = filter.until {
        filters.and("created_at < ?", until);
    }
    let (sign, order) = match filter.order {
        Order::Newest => ("<", "DESC"),
        Order::Oldest => (">", "ASC"),
    };
    if let Some((at, id)) = filter.before {
        filters.and(&format!("created_at {sign}= ?"), at);
        filters.params.push(at.into());
        filters.params.push(id.into());
        let n = filters.params.len();
        filters.and_plain(&format!("(created_at, id) {sign} (${}, ${n})", n - 1));
    }
    filters.params.push(Value::from(i64::from(filter.limit) + 1));
    let limit = filters.params.len();
    let sql = format!("SELECT * FROM jobs{} ORDER BY created_at {order}, id {order} LIMIT ${limit}", filters.sql);
    (sql, filters.params)
}
