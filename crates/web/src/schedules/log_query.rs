//! A search of the logs that comes again: looked at before it is kept, answered by this process's logs, told by e-mail.

use crate::{
    App, Ctx,
    layout::{foreign::plain, rows::address},
    logs::{api::jobs::resolve, query_problem},
    problem::{Problem, ProblemText, Result, worded},
    report::mail::{self, LetterText, Making},
};
use ::api::report::ReportMail;
use bulletin::{Finding, FindingLine, Say};
use futures_util::future::BoxFuture;
use language::Language;
use logs::search::Search;
use model::{JobId, Timestamp};
use ring::digest::{SHA256, digest};
use std::{ops::Range, sync::Arc};
use store::Job;
use tasks::{FoundLine, FoundLines, LogQuerySpec, LogReader, SAID_BY, Unanswered};
use telemetry::query::{
    Page, Partial, Query,
    language::{FieldTest, Filter, Order, parse},
};

/// Bytes of a line's message.
const MESSAGE_MAX: usize = 2_000;

/// Answers searches of schedules.
pub fn log_reader(app: App) -> Arc<dyn LogReader> {
    Arc::new(SiteLogs(Ctx::new(app)))
}

struct SiteLogs(Ctx);

/// The settings as they are kept, once everything that they need is there.
pub(super) async fn checked(ctx: &Ctx, spec: &str) -> Result<LogQuerySpec> {
    let spec = LogQuerySpec::parse(spec).map_err(|what| Problem::invalid(format!("spec: {what}")))?;
    let (query, problems) = parse(&spec.query);
    if let Some(problem) = problems.first() {
        let said = |language| query_problem(language, problem);
        let both = ProblemText::both(said(Language::English), said(Language::French));
        return Err(Problem::invalid(both.after("query")).in_field("query"));
    }
    if !query.pipes.is_empty() {
        return Err(Problem::invalid(worded("problem-log-query-steps", &[])).in_field("query"));
    }
    if !spec.to.is_empty() {
        mail::checked(ctx, &mail_of(&spec)).await?;
    }
    Ok(spec)
}

fn mail_of(spec: &LogQuerySpec) -> ReportMail {
    ReportMail {
        to: spec.to.clone(),
        account: spec.account.clone(),
        from: spec.from.clone(),
        language: spec.language.clone(),
        ..ReportMail::default()
    }
}

/// The query of the settings with their application, as one that can be shown and asked.
pub(super) fn query_of(spec: &LogQuerySpec) -> Query {
    let (query, _) = parse(&spec.query);
    let mut parts = parts(query.filter);
    if !spec.application.is_empty() {
        parts.push(is("app", &spec.application));
    }
    Query { filter: Filter::all(parts), pipes: Vec::new() }
}

/// What is asked: what runs of such schedules have said themselves is not found again.
fn asked(query: &Query) -> Query {
    let mut parts = parts(query.filter.clone());
    parts.push(Filter::Not(Box::new(is(SAID_BY, model::JobKind::LogQuery.as_str()))));
    Query { filter: Filter::all(parts), pipes: Vec::new() }
}

fn parts(filter: Filter) -> Vec<Filter> {
    match filter {
        Filter::And(parts) => parts,
        Filter::Everything => Vec::new(),
        other => vec![other],
    }
}

fn is(name: &str, value: &str) -> Filter {
    Filter::Field { name: name.to_owned(), test: FieldTest::Equals(value.to_owned()) }
}

/// Of the page that shows what is found; with its times, where there are any.
pub(super) fn page_of(spec: &LogQuerySpec, span: Option<&Range<Timestamp>>) -> String {
    let query = query_of(spec).to_string();
    let (since, until) = match span {
        Some(span) => (span.start.to_string(), span.end.to_string()),
        None => (format!("{}s", spec.within_seconds), String::new()),
    };
    address("/explore", &[("q", &query), ("since", &since), ("until", &until)])
}

impl SiteLogs {
    async fn found(&self, spec: &LogQuerySpec, span: Range<Timestamp>) -> Result<FoundLines> {
        let (ctx, logs) = (&self.0, &self.0.app.logs);
        let link = format!("{}{}", ctx.app.alerts.origin(), page_of(spec, Some(&span)));
        let nothing = FoundLines { span: span.clone(), count: 0, lines: Vec::new(), is_partial: false, link };
        if !logs.exists() {
            return Ok(nothing);
        }
        let query = query_of(spec);
        let (since, until) = (Some(span.start.to_string()), Some(span.end.to_string()));
        let search = Search { q: query.to_string(), since, until, zone: None };
        let search = resolve(ctx, &ctx.app.zone, &search).await?;
        let search = search.with_query(asked(&search.query))?;
        let counted = logs.counts(&search, None).await?;
        let count = counted.value.counts.iter().map(|step| step.total).sum();
        let mut partial = counted.partial;
        let mut lines = Vec::new();
        if spec.lines > 0 {
            let page = Page { order: Order::Descending, after: None, limit: spec.lines };
            let line = |hit: telemetry::query::Hit<'_>| {
                let message = hit.record.message();
                let kept = &message[..message.len().min(MESSAGE_MAX)];
                FoundLine {
                    at: hit.cursor.time,
                    level: hit.record.level(),
                    source: String::from_utf8_lossy(hit.record.source()).into_owned(),
                    message: String::from_utf8_lossy(kept).into_owned(),
                }
            };
            let found = logs.rows(&search, page, Some(MESSAGE_MAX), line).await?;
            partial.extend(found.partial);
            lines = found.rows;
        }
        // What is not counted to its end is no count: it is tried again.
        if partial.iter().any(|why| matches!(why, Partial::Cancelled)) {
            return Err(Problem::busy("logs-busy", worded("problem-log-query-slow", &[]), 10));
        }
        Ok(FoundLines { count, lines, is_partial: !partial.is_empty(), ..nothing })
    }

    async fn told(&self, job: &Job, spec: &LogQuerySpec, found: &FoundLines) -> Result<JobId> {
        let ctx = &self.0;
        let letter = mail::checked(ctx, &mail_of(spec)).await?;
        let finding = finding(&job.name, spec, found);
        let say = Say { language: letter.language(), zone: &ctx.app.zone };
        let (subject, text, html) = (finding.subject(say), finding.text(say), finding.html(say));
        let said = LetterText { name: subject.clone(), subject, text, html };
        let task = job.id.to_string();
        let making = Making { id: letter_job(job.id), by: &job.created_by, task: ("log_query", &task) };
        let job = mail::posted(ctx, &letter, said, making).await?;
        Ok(job.id)
    }
}

/// The job that tells what another has found: always the same.
fn letter_job(found_by: JobId) -> JobId {
    let text = [b"letter of ".as_slice(), found_by.0.as_bytes()].concat();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest(&SHA256, &text).as_ref()[..16]);
    JobId(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

/// In words that harm no reader: lines come from anybody.
fn finding(name: &str, spec: &LogQuerySpec, found: &FoundLines) -> Finding {
    let line = |line: &FoundLine| FindingLine {
        at: line.at,
        level: line.level,
        text: plain(line.message.lines().next().unwrap_or_default()),
    };
    Finding {
        name: name.to_owned(),
        query: plain(&query_of(spec).to_string()),
        since: found.span.start,
        until: found.span.end,
        count: found.count,
        lines: found.lines.iter().map(line).collect(),
        is_partial: found.is_partial,
        link: found.link.clone(),
    }
}

impl From<Problem> for Unanswered {
    fn from(problem: Problem) -> Self {
        let (status, said) = (problem.status_code(), problem.both().0);
        let may_pass = status.is_server_error() || status == axum::http::StatusCode::TOO_MANY_REQUESTS;
        if may_pass { Self::Later(said) } else { Self::Never(said) }
    }
}

impl LogReader for SiteLogs {
    fn find<'a>(
        &'a self,
        spec: &'a LogQuerySpec,
        span: Range<Timestamp>,
    ) -> BoxFuture<'a, Result<FoundLines, Unanswered>> {
        Box::pin(async move { Ok(self.found(spec, span).await?) })
    }

    fn tell<'a>(
        &'a self,
        job: &'a Job,
        spec: &'a LogQuerySpec,
        found: &'a FoundLines,
    ) -> BoxFuture<'a, Result<JobId, Unanswered>> {
        Box::pin(async move { Ok(self.told(job, spec, found).await?) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn spec(query: &str, application: &str) -> LogQuerySpec {
        LogQuerySpec::parse(&json!({"query": query, "application": application}).to_string()).unwrap()
    }

    #[test]
    fn the_application_is_asked_for_beside_the_query_and_own_words_are_left_out() {
        for (query, application, shown) in [
            ("timeout", "", "timeout"),
            ("a OR b", "shop", "(a OR b) app:shop"),
            ("level:error -healthz", "", "level:error -healthz"),
            ("*", "shop", "app:shop"),
            ("*", "", "*"),
        ] {
            let query = query_of(&spec(query, application));
            assert_eq!(query.to_string(), shown);
            assert!(asked(&query).to_string().ends_with("-said_by:log_query"), "{shown}");
        }
        let page = page_of(&spec("a b", "x"), None);
        assert_eq!(page, "/explore?q=a+b+app%3Ax&since=86400s");
    }

    #[test]
    fn one_letter_tells_of_one_run() {
        let id = |n| JobId(uuid::Uuid::from_u128(n));
        assert_eq!(letter_job(id(1)), letter_job(id(1)));
        assert_ne!(letter_job(id(1)), letter_job(id(2)));
    }
}
