//! Jobs: one row each, whose counters change in the transaction that changes its items.

mod changes;

use crate::{
    Db, Error, Reason, Result,
    filter::{Where, like_pattern},
    reach::EXAMINED_MAX,
    sql::{Conn, Row, Value, params},
};
pub(crate) use changes::{Change, Moved, count, lock, no_job, skip_queued, start, write_change};
use model::{AccountId, Authority, Counters, JobId, JobKind, JobState, OnUnknown, Timestamp, pace::Limits};
use std::time::Duration;
use uuid::Uuid;

/// What a job is made of. Frozen: nothing here changes after creation.
#[derive(Clone, Debug)]
pub struct NewJob {
    pub id: JobId,
    pub kind: JobKind,
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
    /// The run's own limits, held beside its account's: it may be slower than the account allows, never faster. A daily
    /// limit counts what has left by the account.
    pub limits: Limits,
    /// `Preparing` while items are being enqueued, `Pending` for a job that has none of its own.
    pub state: JobState,
    /// Items that an external job announces.
    pub total: u64,
    /// One open job of a name at a time, where there is a ledger.
    pub ledger: LedgerMatch,
    /// On whose word it acts.
    pub authority: Authority,
}

/// Whether a job was made or had been there.
#[derive(Clone, Debug)]
pub enum Created {
    New(Job),
    /// Somebody created it before, with the same id.
    Existing(Job),
    /// None was made: this other one has its name and ledger, and is not over.
    NameTaken(Job),
}

/// A job as it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    pub id: JobId,
    pub kind: JobKind,
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
    pub ledger: LedgerMatch,
    /// Whether some of its items stand for others: for failed ones of earlier runs, or for rows as they were before they
    /// were corrected.
    pub linked: bool,
    /// The run's own, beside its account's.
    pub limits: Limits,
    /// On whose word it acts: as it was made.
    pub authority: Authority,
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
    /// How long it ran, until `active_since` where it is running; see [`Job::active_at`].
    pub active: Duration,
    /// Since when it has been running this time.
    pub active_since: Option<Timestamp>,
}

impl Job {
    /// How long it has been running by `now`: without its pauses, and without the time between its end and a retry.
    #[must_use]
    pub fn active_at(&self, now: Timestamp) -> Duration {
        self.active + self.active_since.map_or(Duration::ZERO, |since| now.since(since))
    }
}

/// How a job tells, by the ledger of its name, which of its items were sent before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LedgerMatch {
    /// Not at all: what it does leaves nothing in the ledger either.
    #[default]
    None,
    /// By the key alone: a row that was sent with other contents is left out too.
    Key,
    /// By key and content: a row that was sent with other contents is sent again.
    KeyAndContent,
}

impl LedgerMatch {
    pub(crate) fn code(self) -> i64 {
        match self {
            Self::None => 0,
            Self::Key => 1,
            Self::KeyAndContent => 2,
        }
    }

    pub(crate) fn from_code(code: i64) -> Result<Self> {
        match code {
            0 => Ok(Self::None),
            1 => Ok(Self::Key),
            2 => Ok(Self::KeyAndContent),
            _ => Err(Error::corrupt("ledger", "a number that no way of matching has")),
        }
    }
}

/// Which jobs to list.
#[derive(Clone, Debug, Default)]
pub struct JobFilter {
    pub states: Vec<JobState>,
    pub kind: Option<JobKind>,
    /// To the letter.
    pub name: Option<String>,
    /// Part of the name, the task id or the creator, whatever the case.
    pub text: Option<String>,
    pub task_type: Option<String>,
    pub created_by: Option<String>,
    /// Only those of which an item failed, or is unknown.
    pub trouble: bool,
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
    pub order: Order,
    /// Where the page before this one ended.
    pub before: Option<(Timestamp, JobId)>,
    pub limit: u32,
}

/// In which order jobs are listed; those that are alike, by their creation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    #[default]
    Newest,
    Oldest,
    Name,
    NameBack,
    /// Those with failed items alone, the most first.
    MostFailed,
    LeastFailed,
}

impl Order {
    /// The column before `created_at`, and whether it rises.
    fn column(self) -> (Option<&'static str>, bool) {
        match self {
            Self::Newest => (None, false),
            Self::Oldest => (None, true),
            Self::Name => (Some("name"), true),
            Self::NameBack => (Some("name"), false),
            Self::MostFailed => (Some("failed"), false),
            Self::LeastFailed => (Some("failed"), true),
        }
    }
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
        let Some(place) = self.place(filter).await? else { return Ok(Page { rows: Vec::new(), next: None }) };
        let (sql, params) = list_statement(filter, place, self.dialect().like);
        let rows = self.rows(&sql, &params).await?;
        let mut jobs = rows.iter().map(job_from).collect::<Result<Vec<_>>>()?;
        let more = jobs.len() > filter.limit as usize;
        jobs.truncate(filter.limit as usize);
        let next = jobs.last().filter(|_| more).map(|job| (job.created_at, job.id));
        Ok(Page { rows: jobs, next })
    }

    /// Jobs whose name holds a text, the newest first: of the last [`EXAMINED_MAX`](crate::EXAMINED_MAX) at most.
    pub async fn jobs_named_like(&self, text: &str, limit: u32) -> Result<Vec<Job>> {
        let like = self.dialect().like;
        let sql = format!(
            "SELECT * FROM jobs WHERE id IN (
                 SELECT id FROM (SELECT id, name FROM jobs ORDER BY created_at DESC LIMIT {EXAMINED_MAX}) AS recent
                 WHERE name{like})
             ORDER BY created_at DESC, id DESC LIMIT $2"
        );
        let rows = self.rows(&sql, params![like_pattern(text), i64::from(limit)]).await?;
        rows.iter().map(job_from).collect()
    }

    /// What the list is ordered by, as the last row of the page before has it, creation and id behind it; empty on the
    /// first page, and none where that row is gone.
    async fn place(&self, filter: &JobFilter) -> Result<Option<Vec<Value>>> {
        let Some((at, id)) = filter.before else { return Ok(Some(Vec::new())) };
        let mut place = vec![at.into(), id.into()];
        if let (Some(column), _) = filter.order.column() {
            let Some(job) = self.job(id).await? else { return Ok(None) };
            let value = if column == "name" { job.name.into() } else { Value::from(job.counters.failed.cast_signed()) };
            place.insert(0, value);
        }
        Ok(Some(place))
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

    /// Jobs that an engine may begin now, oldest first, with their kind: those that run or are to run, and those whose
    /// pause is over. Their rows are not read: engines ask often, and most of what is open is already begun.
    pub async fn startable_jobs(&self, now: Timestamp) -> Result<Vec<(JobId, JobKind)>> {
        let sql = "SELECT id, kind FROM jobs
            WHERE state < 4 AND (state IN (1, 2) OR (state = 3 AND resumes_at <= $1)) ORDER BY created_at, id";
        let rows = self.rows(sql, params![now]).await?;
        rows.iter().map(|row| Ok((row.id("id")?.into(), row.parsed("kind")?))).collect()
    }

    /// Jobs that are not over, oldest first.
    pub async fn open_jobs(&self) -> Result<Vec<Job>> {
        let rows = self.rows("SELECT * FROM jobs WHERE state < 4 ORDER BY created_at, id", &[]).await?;
        rows.iter().map(job_from).collect()
    }

    /// Jobs whose id begins with these hexadecimal digits, hyphens aside: the newest first, `limit` of them.
    pub async fn jobs_beginning(&self, start: &str, limit: u32) -> Result<Vec<JobId>> {
        let digits: String = start.chars().filter(|c| *c != '-').collect();
        if digits.is_empty() || digits.len() > 32 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Ok(Vec::new());
        }
        let (Some(first), Some(last)) =
            (Uuid::parse_str(&format!("{digits:0<32}")).ok(), Uuid::parse_str(&format!("{digits:f<32}")).ok())
        else {
            return Ok(Vec::new());
        };
        let sql = "SELECT id FROM jobs WHERE id >= $1 AND id <= $2 ORDER BY created_at DESC, id DESC LIMIT $3";
        let rows = self.rows(sql, params![first, last, i64::from(limit)]).await?;
        rows.iter().map(|row| Ok(row.id("id")?.into())).collect()
    }
}

pub(crate) async fn create(conn: &mut Conn<'_>, job: &NewJob, now: Timestamp) -> Result<Created> {
    let sql = "
        INSERT INTO jobs (id, kind, name, state, on_unknown, account_id, application_name, flow_name, created_by,
                          task_type, task_id, spec, total, queued, created_at, updated_at, ledger, limits,
                          authority)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13, $14, $14, $15, $16, $17)
        ON CONFLICT DO NOTHING RETURNING *";
    let limits = (!job.limits.is_empty()).then(|| serde_json::to_string(&job.limits).unwrap_or_default());
    let values = params![
        job.id,
        job.kind.as_str(),
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
        now,
        job.ledger.code(),
        limits,
        job.authority.code()
    ];
    if let Some(row) = conn.row(sql, values).await? {
        return Ok(Created::New(job_from(&row)?));
    }
    if let Some(row) = conn.row("SELECT * FROM jobs WHERE id = $1", params![job.id]).await? {
        return Ok(Created::Existing(job_from(&row)?));
    }
    let other = open_named(conn, &job.name, job.id).await?;
    // Over within this very moment: whoever asks again may have the name.
    let gone = || Error::Conflict(format!("a mailing named `{}` was not over: try again", job.name));
    other.map(Created::NameTaken).ok_or_else(gone)
}

/// The open job that has this name and a ledger, but for `id`.
pub(crate) async fn open_named(conn: &mut Conn<'_>, name: &str, id: JobId) -> Result<Option<Job>> {
    let sql = "SELECT * FROM jobs WHERE name = $1 AND ledger > 0 AND state < 4 AND id <> $2";
    conn.row(sql, params![name, id]).await?.map(|row| job_from(&row)).transpose()
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
        kind: row.parsed("kind")?,
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
        ledger: LedgerMatch::from_code(row.int("ledger")?)?,
        linked: row.int("linked")? != 0,
        limits: if row.opt_text("limits")?.is_some() { row.json("limits")? } else { Limits::default() },
        authority: row.state("authority", Authority::from_code)?,
        counters,
        message: row.text("message")?,
        reason: reason_from(row)?,
        resumes_at: row.opt_time("resumes_at")?,
        version: row.int("version")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
        started_at: row.opt_time("started_at")?,
        finished_at: row.opt_time("finished_at")?,
        active: Duration::from_micros(row.count("active_us")?),
        active_since: row.opt_time("active_since")?,
    })
}

pub(crate) fn reason_from(row: &Row) -> Result<Option<Reason>> {
    Ok(row.opt_text("reason")?.and_then(|json| serde_json::from_str(&json).ok()))
}

fn list_statement(filter: &JobFilter, place: Vec<Value>, like: &str) -> (String, Vec<Value>) {
    let mut filters = Where::default();
    if !filter.states.is_empty() {
        let codes: Vec<String> = filter.states.iter().map(|state| state.code().to_string()).collect();
        filters.and_plain(&format!("state IN ({})", codes.join(", ")));
    }
    if let Some(kind) = filter.kind {
        filters.and("kind = ?", kind.as_str());
    }
    if let Some(name) = &filter.name {
        filters.and("name = ?", name);
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
    if filter.trouble {
        filters.and_plain("(failed > 0 OR unknown > 0)");
    }
    if let Some(since) = filter.since {
        filters.and("created_at >= ?", since);
    }
    if let Some(until) = filter.until {
        filters.and("created_at < ?", until);
    }
    let (column, rises) = filter.order.column();
    if column == Some("failed") {
        // To the letter: their index is known by this condition only.
        filters.and_plain("failed > 0");
    }
    let columns: Vec<&str> = column.into_iter().chain(["created_at", "id"]).collect();
    let (sign, order) = if rises { (">", "ASC") } else { ("<", "DESC") };
    if let Some(first) = place.first() {
        // Implied by the next one; what an index is searched by.
        filters.and(&format!("{} {sign}= ?", columns[0]), first.clone());
        let n = filters.params.len();
        let numbers: Vec<String> = (1..=place.len()).map(|place| format!("${}", n + place)).collect();
        filters.params.extend(place);
        filters.and_plain(&format!("({}) {sign} ({})", columns.join(", "), numbers.join(", ")));
    }
    filters.params.push(Value::from(i64::from(filter.limit) + 1));
    let limit = filters.params.len();
    let order = columns.iter().map(|column| format!("{column} {order}")).collect::<Vec<_>>().join(", ");
    let sql = format!("SELECT * FROM jobs{} ORDER BY {order} LIMIT ${limit}", filters.sql);
    (sql, filters.params)
}
