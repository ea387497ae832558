//! Traces: what every attempt left behind, and what other programs post.

use crate::{
    Ctx,
    api::jobs::{MESSAGE_MAX, NAME_MAX},
    extract::text,
    problem::{Problem, Result},
};
use model::{Timestamp, TraceId};
use serde::{Deserialize, Serialize};
use store::{Job, Trace};
use utoipa::ToSchema;
use uuid::Uuid;

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
    Trace {
        no: 0,
        id: TraceId::new(&ctx.app.clock, &ctx.app.rng),
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
        created_at: ctx.app.clock.now(),
    }
}
