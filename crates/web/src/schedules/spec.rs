//! What a schedule does, looked at before it is kept.

use crate::{
    Ctx,
    auth::Granted,
    authority,
    problem::{Problem, Result, worded},
    report,
    schedules::{log_query, mailing::MailingSource},
};
use ::api::report::ReportMail;
use model::{Authority, JobKind};
use serde_json::Value;

/// Bytes of what is done.
const SPEC_MAX: usize = 256 << 10;

/// What is done as it is kept: what its kind understood of it, and nothing else.
pub(super) async fn checked(ctx: &Ctx, granted: &Granted, kind: JobKind, spec: Value) -> Result<String> {
    let spec = match spec {
        Value::Null => "{}".to_owned(),
        spec => spec.to_string(),
    };
    if spec.len() > SPEC_MAX {
        return Err(Problem::too_large(format!("spec: longer than {SPEC_MAX} bytes")));
    }
    if kind == JobKind::Mail {
        return mailing(ctx, granted, &spec).await;
    }
    if kind == JobKind::Report {
        let mail = serde_json::from_str::<ReportMail>(&spec);
        let mail = mail.map_err(|error| Problem::invalid(format!("spec: {error}")))?;
        report::mail::checked(ctx, &mail).await?;
        return serde_json::to_string(&mail).map_err(|error| Problem::internal(&error));
    }
    if kind == JobKind::LogQuery {
        let spec = log_query::checked(ctx, &spec).await?;
        return serde_json::to_string(&spec).map_err(|error| Problem::internal(&error));
    }
    let parsed = tasks::parsed(kind, &spec).unwrap_or_else(|| Err("there is no such kind".to_owned()));
    parsed.map_err(|what| Problem::invalid(format!("spec: {what}")))
}

/// A draft of one's own, or a file of the machine, which is for who sits at it.
async fn mailing(ctx: &Ctx, granted: &Granted, spec: &str) -> Result<String> {
    let source = serde_json::from_str::<MailingSource>(spec);
    let source = source.map_err(|error| Problem::invalid(format!("spec: {error}")))?;
    if source.names_files() && authority::of(granted) < Authority::Owner {
        return Err(
            Problem::invalid(worded("problem-schedule-file", &[])).remedy(worded("problem-schedule-file-help", &[]))
        );
    }
    source.check(ctx, granted).await?;
    serde_json::to_string(&source).map_err(|error| Problem::internal(&error))
}
