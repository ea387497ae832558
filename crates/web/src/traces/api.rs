//! Traces: what every attempt left behind, and what other programs post.

#[cfg(test)]
mod tests;

mod sheet;

pub(crate) use sheet::harmless;

use crate::{
    Ctx,
    auth::Access,
    cursor::{self, page_size},
    extract::{Json, MESSAGE_MAX, NAME_MAX, Query, moment, optional_text, text},
    order,
    problem::{Problem, Result},
    routes::{About, Routes},
};
use ::api::{
    self,
    traces::{AcceptedTraces, NewTrace, Refused, TraceCounts, TracesPage},
};
use axum::{extract::State, http::StatusCode};
use model::TraceId;
use serde::Deserialize;
use store::{Job, Trace, TraceFilter};
use utoipa::IntoParams;
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

/// As it goes over HTTP.
pub(crate) fn shown(trace: Trace) -> api::traces::Trace {
    api::traces::Trace {
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
            Some(TraceCounts { total: counts.total, errors: counts.errors })
        }
        _ => None,
    };
    let rows = page.rows.into_iter().map(shown).collect();
    let next = page.next.map(cursor::of_number);
    Ok(axum::Json(TracesPage { rows, next, searched_until: page.searched_until, counts }))
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
    let mut kept = AcceptedTraces::default();
    let mut traces = Vec::new();
    for (index, value) in values.into_iter().enumerate() {
        let read = NewTrace::deserialize(value).map_err(|error| error.to_string());
        match read.and_then(|trace| checked(trace, &ctx).map_err(|problem| problem.detail().to_owned())) {
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

/// A posted trace as it is kept, or what is wrong with it.
pub(crate) fn checked(new: NewTrace, ctx: &Ctx) -> Result<Trace> {
    let or_empty = |name, value: Option<String>, most| text(name, value.unwrap_or_default(), most);
    let seconds = new.time_to_process.unwrap_or(0.0);
    if !seconds.is_finite() || seconds < 0.0 {
        return Err(Problem::invalid("time_to_process: is no length of time").remedy("give seconds, from 0"));
    }
    Ok(Trace {
        no: 0,
        id: new.id.map_or_else(|| TraceId::new(&ctx.app.clock, &ctx.app.rng), Into::into),
        job: None,
        seq: None,
        attempt: 0,
        outcome: None,
        trace_name: or_empty("trace_name", new.trace_name, NAME_MAX)?,
        file_name: or_empty("file_name", new.file_name, 4_096)?,
        application_name: or_empty("application_name", new.application_name, NAME_MAX)?,
        flow_name: or_empty("flow_name", new.flow_name, NAME_MAX)?,
        comment: or_empty("comment", new.comment, MESSAGE_MAX)?,
        created_by: or_empty("created_by", new.created_by, NAME_MAX)?,
        time_to_process: seconds,
        errors: new.errors.unwrap_or(false),
        verdict: None,
        created_at: new.created_at.unwrap_or_else(|| ctx.app.clock.now()),
    })
}

/// As a trace of that job, whose names it takes where it has none.
pub(crate) fn of_job(new: NewTrace, ctx: &Ctx, job: &Job) -> Result<Trace> {
    let named = NewTrace {
        application_name: new.application_name.or_else(|| Some(job.application_name.clone())),
        flow_name: new.flow_name.or_else(|| Some(job.flow_name.clone())),
        created_by: new.created_by.or_else(|| Some(job.created_by.clone())),
        trace_name: new.trace_name.or_else(|| Some(job.name.clone())),
        ..new
    };
    Ok(Trace { job: Some(job.id), ..checked(named, ctx)? })
}

/// A trace of that job that says nothing yet.
pub(crate) fn generic(ctx: &Ctx, job: &Job) -> Trace {
    Trace::of(job, TraceId::new(&ctx.app.clock, &ctx.app.rng), ctx.app.clock.now())
}
