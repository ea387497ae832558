//! Traces: what every attempt left behind, and what other programs post.

#[cfg(test)]
mod tests;

mod sheet;

pub(crate) use sheet::harmless;

use crate::{
    Ctx,
    auth::Access,
    cursor::{self, page_size},
    extract::{Json, MESSAGE_MAX, NAME_MAX, Query, moment, optional_text, text, text_or_integer},
    order,
    problem::{Problem, Result},
    routes::{About, Routes},
};
use axum::{extract::State, http::StatusCode};
use model::{ItemState, JobId, Timestamp, TraceId, Verdict};
use serde::{Deserialize, Serialize};
use store::{Job, Trace, TraceFilter};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Traces in one call.
const POSTED_MAX: usize = 10_000;
/// Bytes of such a call.
const POSTED_BYTES_MAX: usize = 16 << 20;

pub(crate) fn declare(routes: Routes) -> Routes {
    routes
        .get(
            "/api/v1/traces",
            Access::Read,
            list,
            About::new("Traces, newest first").query::<TracesQuery>().gives::<TracesPage>(200, "A page"),
        )
        .post(
            "/api/v1/traces",
            Access::Write,
            create,
            About::new("Keep a trace, or several")
                .unaudited()
                .takes::<Vec<NewTrace>>()
                .gives::<AcceptedTraces>(201, "Which were kept, and which were refused and why")
                .body_max(POSTED_BYTES_MAX),
        )
        .get(
            "/api/v1/traces.csv",
            Access::Read,
            sheet::export,
            About::new("Traces as a sheet").query::<sheet::ExportQuery>().gives_text(
                200,
                Some("text/csv"),
                "The rows, as they are read",
            ),
        )
        .post(
            "/api/v1/traces.csv",
            Access::Write,
            sheet::import,
            About::new("Keep the traces of a sheet")
                .takes_text("text/csv", "Columns by their heading, as in the export")
                .gives::<AcceptedTraces>(201, "How many"),
        )
}

/// What an attempt left behind, or another program posted.
#[derive(Serialize, ToSchema)]
#[schema(as = Trace)]
pub(crate) struct TraceJson {
    #[schema(value_type = Uuid)]
    id: TraceId,
    #[schema(value_type = Option<Uuid>)]
    job: Option<JobId>,
    seq: Option<i64>,
    attempt: i64,
    /// What the attempt made of the item; `queued` means that it will be tried again.
    #[schema(value_type = Option<String>)]
    outcome: Option<ItemState>,
    trace_name: String,
    file_name: String,
    application_name: String,
    flow_name: String,
    comment: String,
    created_by: String,
    /// Seconds.
    time_to_process: f64,
    errors: bool,
    #[schema(value_type = Option<Object>)]
    verdict: Option<Verdict>,
    #[schema(value_type = String)]
    created_at: Timestamp,
}

impl From<Trace> for TraceJson {
    fn from(trace: Trace) -> Self {
        Self {
            id: trace.id,
            job: trace.job,
            seq: trace.seq,
            attempt: trace.attempt,
            outcome: trace.outcome,
            trace_name: trace.trace_name,
            file_name: trace.file_name,
            application_name: trace.application_name,
            flow_name: trace.flow_name,
            comment: trace.comment,
            created_by: trace.created_by,
            time_to_process: trace.time_to_process,
            errors: trace.errors,
            verdict: trace.verdict,
            created_at: trace.created_at,
        }
    }
}

#[derive(Serialize, ToSchema)]
struct TracesPage {
    rows: Vec<TraceJson>,
    /// Goes into `cursor` to get the next page; `null` when all was looked through.
    next: Option<String>,
    /// One page holds `q`, `user` and other filters without an index against 10,000 traces at the most. Where that ended
    /// it before it was full, this is the moment back to which it looked, and `next` goes on from there.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    searched_until: Option<Timestamp>,
    /// With `count=true`: of all pages.
    #[serde(skip_serializing_if = "Option::is_none")]
    counts: Option<CountsJson>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = TraceCounts)]
struct CountsJson {
    total: u64,
    errors: u64,
}

#[derive(Deserialize, Default, IntoParams)]
#[serde(deny_unknown_fields)]
struct TracesQuery {
    /// The trace with this id alone.
    id: Option<Uuid>,
    application: Option<String>,
    flow: Option<String>,
    /// Part of the comment, the file name or the trace name.
    q: Option<String>,
    job: Option<Uuid>,
    seq: Option<i64>,
    errors: Option<bool>,
    user: Option<String>,
    /// A moment (RFC 3339) or a day.
    since: Option<String>,
    until: Option<String>,
    /// `newest` first, or `oldest`.
    order: Option<String>,
    cursor: Option<String>,
    limit: Option<u32>,
    /// Count all pages too.
    count: Option<bool>,
}

impl TracesQuery {
    fn filter(&self, ctx: &Ctx) -> Result<TraceFilter> {
        let time =
            |name, value: &Option<String>| value.as_deref().map(|value| moment(name, value, &ctx.app.zone)).transpose();
        Ok(TraceFilter {
            id: self.id.map(Into::into),
            application: optional_text("application", self.application.clone(), NAME_MAX)?,
            flow: optional_text("flow", self.flow.clone(), NAME_MAX)?,
            text: optional_text("q", self.q.clone(), NAME_MAX)?,
            job: self.job.map(Into::into),
            seq: self.seq,
            errors: self.errors,
            created_by: optional_text("user", self.user.clone(), NAME_MAX)?,
            since: time("since", &self.since)?,
            until: time("until", &self.until)?,
            oldest_first: order::is_turned(self.order.as_deref(), ["newest", "oldest"])?,
            before: self.cursor.as_deref().map(cursor::number).transpose()?,
            limit: page_size(ctx, self.limit)?,
        })
    }
}

async fn list(State(ctx): State<Ctx>, Query(query): Query<TracesQuery>) -> Result<axum::Json<TracesPage>> {
    let filter = query.filter(&ctx)?;
    let page = ctx.app.db.traces(&filter).await?;
    let counts = match query.count {
        Some(true) => {
            let counts = ctx.app.db.count_traces(&filter).await?;
            Some(CountsJson { total: counts.total, errors: counts.errors })
        }
        _ => None,
    };
    let rows = page.rows.into_iter().map(TraceJson::from).collect();
    let next = page.next.map(cursor::of_number);
    Ok(axum::Json(TracesPage { rows, next, searched_until: page.searched_until, counts }))
}

/// What became of what was posted.
#[derive(Serialize, ToSchema)]
struct AcceptedTraces {
    /// Kept, those that were there before included.
    accepted: u64,
    /// Of those, the new ones.
    new: u64,
    /// The ids, in the order of posting, of those accepted: at most 10,000.
    ids: Vec<Uuid>,
    refused: Vec<Refused>,
}

#[derive(Serialize, ToSchema)]
struct Refused {
    /// From 0: which of those posted; of a sheet, its line.
    index: u64,
    reason: String,
}

async fn create(
    State(ctx): State<Ctx>,
    Json(posted): Json<serde_json::Value>,
) -> Result<(StatusCode, axum::Json<AcceptedTraces>)> {
    let (values, is_one) = match posted {
        serde_json::Value::Array(values) => (values, false),
        one => (vec![one], true),
    };
    if values.len() > POSTED_MAX {
        return Err(
            Problem::too_large(format!("{} traces", values.len())).remedy(format!("post at most {POSTED_MAX} at once"))
        );
    }
    let mut kept = AcceptedTraces { accepted: 0, new: 0, ids: Vec::new(), refused: Vec::new() };
    let mut traces = Vec::new();
    for (index, value) in values.into_iter().enumerate() {
        let read = NewTrace::deserialize(value).map_err(|error| error.to_string());
        match read.and_then(|trace| trace.check(&ctx).map_err(|problem| problem.detail().to_owned())) {
            Ok(trace) => traces.push(trace),
            Err(reason) if is_one => return Err(Problem::invalid(reason)),
            Err(reason) => kept.refused.push(Refused { index: index as u64, reason }),
        }
    }
    kept.accepted = traces.len() as u64;
    kept.ids = traces.iter().map(|trace| trace.id.0).collect();
    kept.new = ctx.app.db.insert_traces(traces).await?;
    let status = if kept.accepted == 0 && !kept.refused.is_empty() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::CREATED
    };
    Ok((status, axum::Json(kept)))
}

/// A trace as other programs post it. All may be left out.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct NewTrace {
    /// Any UUID; a trace posted twice with the same one is kept once.
    pub(crate) id: Option<Uuid>,
    pub(crate) trace_name: Option<String>,
    pub(crate) file_name: Option<String>,
    pub(crate) application_name: Option<String>,
    pub(crate) flow_name: Option<String>,
    pub(crate) comment: Option<String>,
    /// An integer is taken for its digits.
    #[serde(deserialize_with = "text_or_integer")]
    pub(crate) created_by: Option<String>,
    /// Seconds.
    pub(crate) time_to_process: Option<f64>,
    pub(crate) errors: Option<bool>,
    /// The moment of posting, unless it is said.
    #[schema(value_type = Option<String>)]
    pub(crate) created_at: Option<Timestamp>,
}

impl NewTrace {
    /// As it is kept, or what is wrong with it.
    pub(crate) fn check(self, ctx: &Ctx) -> Result<Trace> {
        let or_empty = |name, value: Option<String>, most| text(name, value.unwrap_or_default(), most);
        let seconds = self.time_to_process.unwrap_or(0.0);
        if !seconds.is_finite() || seconds < 0.0 {
            return Err(Problem::invalid("time_to_process: is no length of time").remedy("give seconds, from 0"));
        }
        Ok(Trace {
            no: 0,
            id: self.id.map_or_else(|| TraceId::new(&ctx.app.clock, &ctx.app.rng), Into::into),
            job: None,
            seq: None,
            attempt: 0,
            outcome: None,
            trace_name: or_empty("trace_name", self.trace_name, NAME_MAX)?,
            file_name: or_empty("file_name", self.file_name, 4_096)?,
            application_name: or_empty("application_name", self.application_name, NAME_MAX)?,
            flow_name: or_empty("flow_name", self.flow_name, NAME_MAX)?,
            comment: or_empty("comment", self.comment, MESSAGE_MAX)?,
            created_by: or_empty("created_by", self.created_by, NAME_MAX)?,
            time_to_process: seconds,
            errors: self.errors.unwrap_or(false),
            verdict: None,
            created_at: self.created_at.unwrap_or_else(|| ctx.app.clock.now()),
        })
    }

    /// As a trace of that job, whose names it takes where it has none.
    pub(crate) fn of_job(self, ctx: &Ctx, job: &Job) -> Result<Trace> {
        let named = Self {
            application_name: self.application_name.or_else(|| Some(job.application_name.clone())),
            flow_name: self.flow_name.or_else(|| Some(job.flow_name.clone())),
            created_by: self.created_by.or_else(|| Some(job.created_by.clone())),
            trace_name: self.trace_name.or_else(|| Some(job.name.clone())),
            ..self
        };
        Ok(Trace { job: Some(job.id), ..named.check(ctx)? })
    }
}

/// A trace of that job that says nothing yet.
pub(crate) fn generic(ctx: &Ctx, job: &Job) -> Trace {
    Trace::of(job, TraceId::new(&ctx.app.clock, &ctx.app.rng), ctx.app.clock.now())
}
