//! Traces: one row per attempt at an item, and whatever other programs post. Written once, never changed.

use crate::{
    Db, Error, Job, Page, Result, SearchPage, activity,
    filter::{Where, like_pattern},
    items::verdict_json,
    reach::last_within_reach,
    sql::{Conn, Row, Value, params, without_nul},
};
use model::{ItemState, JobId, Timestamp, TraceId, Verdict};
use serde_json::json;
use std::collections::HashSet;

/// What one attempt left behind.
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    /// Its place in the feed; 0 before it is stored.
    pub no: i64,
    pub id: TraceId,
    pub job: Option<JobId>,
    pub seq: Option<i64>,
    /// Which attempt at the item, from 1; 0 for traces that are none.
    pub attempt: i64,
    /// What the attempt made of the item: `queued` means that it will be tried again.
    pub outcome: Option<ItemState>,
    pub trace_name: String,
    pub file_name: String,
    pub application_name: String,
    pub flow_name: String,
    pub comment: String,
    pub created_by: String,
    /// Seconds.
    pub time_to_process: f64,
    pub errors: bool,
    pub verdict: Option<Verdict>,
    pub created_at: Timestamp,
}

impl Trace {
    /// A trace of that job that says nothing yet.
    #[must_use]
    pub fn of(job: &Job, id: TraceId, created_at: Timestamp) -> Self {
        Self {
            no: 0,
            id,
            job: Some(job.id),
            seq: None,
            attempt: 0,
            outcome: None,
            trace_name: String::new(),
            file_name: String::new(),
            application_name: job.application_name.clone(),
            flow_name: job.flow_name.clone(),
            comment: String::new(),
            created_by: job.created_by.clone(),
            time_to_process: 0.0,
            errors: false,
            verdict: None,
            created_at,
        }
    }
}

/// Which traces to list.
#[derive(Clone, Debug, Default)]
pub struct TraceFilter {
    /// This one alone.
    pub id: Option<TraceId>,
    pub application: Option<String>,
    pub flow: Option<String>,
    /// Part of the comment, the file name or the trace name, whatever the case.
    pub text: Option<String>,
    pub job: Option<JobId>,
    pub seq: Option<i64>,
    pub errors: Option<bool>,
    pub created_by: Option<String>,
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
    /// Newest first unless said so.
    pub oldest_first: bool,
    /// Where the page before this one ended.
    pub before: Option<i64>,
    pub limit: u32,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TraceCounts {
    pub total: u64,
    pub errors: u64,
}

const TIME_OF: &str = "SELECT created_at FROM traces WHERE no = $1";
// Two leaps, because SQLite would find one over both columns by the first alone and walk all of an application's rows.
const NEXT_FLOW: &str = "SELECT application_name, flow_name FROM traces
    WHERE application_name = $1 AND flow_name > $2 ORDER BY application_name, flow_name LIMIT 1";
const NEXT_APPLICATION: &str = "SELECT application_name, flow_name FROM traces
    WHERE application_name > $1 ORDER BY application_name, flow_name LIMIT 1";

/// Errors that are looked at for those that stand.
const STANDING_EXAMINED: u32 = 1_000;
/// Pairs of an application and a flow that are offered to choose from.
const NAMES_MAX: usize = 100;

impl Db {
    /// Stores traces; one whose id is there already is left as it is. Returns how many were new.
    pub async fn insert_traces(&self, traces: Vec<Trace>) -> Result<u64> {
        self.write(move |conn| {
            Box::pin(async move {
                let numbers = number(conn, traces.len()).await?;
                insert_new(conn, numbers, &traces).await
            })
        })
        .await
    }

    /// Newest first, or oldest first, by their own time: what is posted later about earlier is found where it belongs. Where a text, or
    /// another filter without an index, is held against each of them, one page looks at
    /// [`EXAMINED_MAX`](crate::EXAMINED_MAX) of those that the other filters leave.
    pub async fn traces(&self, filter: &TraceFilter) -> Result<SearchPage<Trace, Timestamp>> {
        let Conditions { mut walk, rest } = conditions(filter, self.dialect().like);
        if let Some(no) = filter.before {
            // The last one of the page before may have been purged, and all that are older with it.
            let Some(row) = self.row(TIME_OF, params![no]).await? else {
                return Ok(SearchPage { rows: Vec::new(), next: None, searched_until: None });
            };
            walk.and_place(if filter.oldest_first { ">" } else { "<" }, row.time("created_at")?, no);
        }
        let last = if rest.is_empty() { None } else { self.last_trace_within_reach(&walk, order(filter)).await? };
        if let Some((at, no)) = last {
            walk.and_place(if filter.oldest_first { "<=" } else { ">=" }, at, no);
        }
        rest.into_iter().for_each(|(condition, value)| walk.and(&condition, value));
        let (sql, params) = list_statement(walk, order(filter), filter.limit);
        let Page { rows, next } = page(&self.rows(&sql, &params).await?, filter.limit)?;
        let last = last.filter(|_| next.is_none());
        Ok(SearchPage { rows, next: next.or(last.map(|(_, no)| no)), searched_until: last.map(|(at, _)| at) })
    }

    /// The last trace that a page may look at, unless it may look at all.
    async fn last_trace_within_reach(&self, walk: &Where, order: &str) -> Result<Option<(Timestamp, i64)>> {
        let sql = last_within_reach("created_at, no", "traces", walk, order);
        match self.rows(&sql, &walk.params).await?.as_slice() {
            [last, _] => Ok(Some((last.time("created_at")?, last.int("no")?))),
            _ => Ok(None),
        }
    }

    /// The first of the applications' names that traces have, and of their flows; found by leaps through the index.
    pub async fn trace_names(&self) -> Result<(Vec<String>, Vec<String>)> {
        let mut names = (Vec::new(), Vec::new());
        let (mut application, mut flow) = (String::new(), String::new());
        for _ in 0..NAMES_MAX {
            let row = match self.row(NEXT_FLOW, params![&application, &flow]).await? {
                Some(row) => Some(row),
                None => self.row(NEXT_APPLICATION, params![&application]).await?,
            };
            let Some(row) = row else { break };
            (application, flow) = (row.text("application_name")?, row.text("flow_name")?);
            names.0.push(application.clone());
            names.1.push(flow.clone());
        }
        for list in [&mut names.0, &mut names.1] {
            list.sort_unstable();
            list.dedup();
            list.retain(|name| !name.is_empty());
        }
        Ok(names)
    }

    pub async fn count_traces(&self, filter: &TraceFilter) -> Result<TraceCounts> {
        let Conditions { mut walk, rest } = conditions(filter, self.dialect().like);
        rest.into_iter().for_each(|(condition, value)| walk.and(&condition, value));
        let sql = format!(
            "SELECT count(*) AS total, CAST(coalesce(sum(errors), 0) AS BIGINT) AS errors FROM traces{}",
            walk.sql
        );
        let row = self.row(&sql, &walk.params).await?;
        row.map_or(Ok(TraceCounts::default()), |row| {
            Ok(TraceCounts { total: row.count("total")?, errors: row.count("errors")? })
        })
    }

    /// The latest word on each item that is failed or unknown now, and on what other programs have posted as errors: the
    /// newest first, from `since` on, before `until`. One of the last thousand errors at most: what was mended since, or
    /// tried again, is not among them.
    pub async fn standing_errors(&self, filter: &TraceFilter) -> Result<Vec<Trace>> {
        let (since, until) =
            (filter.since.unwrap_or_default(), filter.until.unwrap_or(Timestamp::from_micros(i64::MAX)));
        let of_one = if filter.application.is_some() { "application_name = $3" } else { "$3 = ''" };
        let sql = format!(
            "SELECT last.* FROM (SELECT * FROM traces WHERE errors = 1 AND created_at >= $1 AND created_at < $2
                                 ORDER BY created_at DESC, no DESC LIMIT {STANDING_EXAMINED}) AS last
             LEFT JOIN items ON items.job_id = last.job_id AND items.seq = last.seq
             WHERE (last.outcome IS NULL OR (items.state IN (3, 4) AND items.attempts = last.attempt)) AND {of_one}
             ORDER BY last.created_at DESC, last.no DESC LIMIT $4"
        );
        let application = filter.application.as_deref().unwrap_or_default();
        let rows = self.rows(&sql, params![since, until, application, i64::from(filter.limit)]).await?;
        rows.iter().map(trace_from).collect()
    }

    /// Outcomes of items in the order in which they were stored, each once: what a follower reads with the last
    /// `no` it has seen.
    pub async fn outcomes_after(&self, no: i64, limit: u32) -> Result<Page<Trace, i64>> {
        let rows = self.rows(self.dialect().outcomes_after, params![no, i64::from(limit)]).await?;
        let mut page = page(&rows, limit)?;
        page.next = page.rows.last().map(|trace| trace.no);
        Ok(page)
    }
}

/// Places in the feed, set aside for the traces of this transaction.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Numbers {
    /// The engine has one writer and numbers as it goes.
    Automatic,
    From(i64),
}

/// Sets `count` places aside. On PostgreSQL this comes before anything else in a transaction: its own number and its
/// places are handed out under one short lock, so that a transaction with earlier places has an earlier number, and a
/// reader of the feed that stops before the oldest open transaction skips nobody.
pub(crate) async fn number(conn: &mut Conn<'_>, count: usize) -> Result<Numbers> {
    if count == 0 || matches!(conn, Conn::Sqlite(_)) {
        return Ok(Numbers::Automatic);
    }
    let sql = "SELECT pg_advisory_lock(7453011) AS locked, CAST(pg_current_xact_id() AS TEXT) AS xact,
                      setval('traces_no_seq', nextval('traces_no_seq') + $1 - 1) AS last,
                      pg_advisory_unlock(7453011) AS unlocked";
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    let row = conn.row(sql, params![count]).await?;
    row.map_or(Err(Error::Closed), |row| Ok(Numbers::From(row.int("last")? - count + 1)))
}

/// Keeps traces that nobody can have kept before.
pub(crate) async fn insert(conn: &mut Conn<'_>, numbers: Numbers, traces: &[Trace]) -> Result<()> {
    if traces.is_empty() { Ok(()) } else { write(conn, numbers, traces).await.map(drop) }
}

/// Keeps those whose id is not there yet, and counts those that are of no attempt of ours; returns how many are new.
async fn insert_new(conn: &mut Conn<'_>, numbers: Numbers, traces: &[Trace]) -> Result<u64> {
    if traces.is_empty() {
        return Ok(0);
    }
    let ids: Vec<String> = traces.iter().map(|trace| trace.id.0.simple().to_string()).collect();
    let ids = serde_json::to_string(&ids).unwrap_or_default();
    let known = conn.rows(conn.dialect().known_traces, params![ids]).await?;
    let mut seen = known.iter().map(|row| row.id("id")).collect::<Result<HashSet<_>>>()?;
    let new = traces.iter().filter(|trace| seen.insert(trace.id.0));
    let posted: Vec<&Trace> = new.filter(|trace| trace.outcome.is_none()).collect();
    let written = write(conn, numbers, traces).await?;
    activity::count_traces(conn, &posted).await?;
    Ok(written)
}

async fn write(conn: &mut Conn<'_>, numbers: Numbers, traces: &[Trace]) -> Result<u64> {
    let rows = serde_json::Value::Array(traces.iter().map(row_of).collect()).to_string();
    let sql = conn.dialect().insert_traces;
    match numbers {
        Numbers::Automatic => conn.execute(sql, params![rows]).await,
        Numbers::From(first) => conn.execute(sql, params![rows, first]).await,
    }
}

fn row_of(trace: &Trace) -> serde_json::Value {
    json!([
        trace.id.0.simple().to_string(),
        trace.job.map(|job| job.0.simple().to_string()),
        trace.seq,
        trace.attempt,
        trace.outcome.map(ItemState::code),
        without_nul(trace.trace_name.clone()),
        without_nul(trace.file_name.clone()),
        without_nul(trace.application_name.clone()),
        without_nul(trace.flow_name.clone()),
        without_nul(trace.comment.clone()),
        without_nul(trace.created_by.clone()),
        // JSON knows no NaN and no infinity, and one foreign number must not refuse the whole batch.
        if trace.time_to_process.is_finite() { trace.time_to_process } else { 0.0 },
        i64::from(trace.errors),
        trace.verdict.as_ref().map(verdict_json),
        trace.created_at.as_micros(),
    ])
}

fn order(filter: &TraceFilter) -> &'static str {
    if filter.oldest_first { "created_at, no" } else { "created_at DESC, no DESC" }
}

fn list_statement(mut filters: Where, order: &str, limit: u32) -> (String, Vec<Value>) {
    filters.params.push(Value::from(i64::from(limit) + 1));
    let n = filters.params.len();
    let sql = format!("SELECT * FROM traces{} ORDER BY {order} LIMIT ${n}", filters.sql);
    (sql, filters.params)
}

/// What a filter asks, by how it is answered.
struct Conditions {
    /// Chosen by one index, which gives the traces in their order.
    walk: Where,
    /// Held against each trace that the index gives.
    rest: Vec<(String, Value)>,
}

fn conditions(filter: &TraceFilter, like: &str) -> Conditions {
    let (mut walk, mut rest) = (Where::default(), Vec::new());
    let is_taken = filter.job.is_some() || filter.errors == Some(true);
    for (column, name) in [("application_name", &filter.application), ("flow_name", &filter.flow)] {
        match name {
            // An expression, which keeps SQLite from walking that column's index in place of the shorter one.
            Some(name) if is_taken => rest.push((format!("{column} || '' = ?"), name.into())),
            Some(name) => walk.and(&format!("{column} = ?"), name),
            None => {}
        }
    }
    if let Some(id) = filter.id {
        walk.and("id = ?", id);
    }
    if let Some(job) = filter.job {
        walk.and("job_id = ?", job);
    }
    match filter.seq {
        Some(seq) if filter.job.is_some() => walk.and("seq = ?", seq),
        Some(seq) => rest.push(("seq = ?".to_owned(), seq.into())),
        None => {}
    }
    match filter.errors {
        // Errors are few and have an index of their own, which is known by these words only.
        Some(true) if filter.job.is_none() => walk.and_plain("errors = 1"),
        Some(errors) => rest.push(("errors = ?".to_owned(), i64::from(errors).into())),
        None => {}
    }
    if let Some(since) = filter.since {
        walk.and("created_at >= ?", since);
    }
    if let Some(until) = filter.until {
        walk.and("created_at < ?", until);
    }
    if let Some(user) = &filter.created_by {
        rest.push(("created_by = ?".to_owned(), user.into()));
    }
    if let Some(text) = filter.text.as_deref().filter(|text| !text.is_empty()) {
        let like = like.replace("$1", "?");
        let condition = format!("(comment{like} OR file_name{like} OR trace_name{like})");
        rest.push((condition, like_pattern(text).into()));
    }
    Conditions { walk, rest }
}

fn page(rows: &[Row], limit: u32) -> Result<Page<Trace, i64>> {
    let mut traces = rows.iter().map(trace_from).collect::<Result<Vec<_>>>()?;
    let more = traces.len() > limit as usize;
    traces.truncate(limit as usize);
    let next = traces.last().filter(|_| more).map(|trace| trace.no);
    Ok(Page { rows: traces, next })
}

fn trace_from(row: &Row) -> Result<Trace> {
    let verdict = row.opt_text("verdict")?;
    Ok(Trace {
        no: row.int("no")?,
        id: row.id("id")?.into(),
        job: row.opt_id("job_id")?.map(Into::into),
        seq: row.opt_int("seq")?,
        attempt: row.int("attempt")?,
        outcome: row.opt_int("outcome")?.and_then(ItemState::from_code),
        trace_name: row.text("trace_name")?,
        file_name: row.text("file_name")?,
        application_name: row.text("application_name")?,
        flow_name: row.text("flow_name")?,
        comment: row.text("comment")?,
        created_by: row.text("created_by")?,
        time_to_process: row.float("time_to_process")?,
        errors: row.flag("errors")?,
        verdict: verdict.and_then(|json| serde_json::from_str(&json).ok()),
        created_at: row.time("created_at")?,
    })
}
