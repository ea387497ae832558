//! One record: on a page of its own among those around it, and what its line shows when it is opened.

use super::{
    address::PageSearch,
    lines::{OPENED_MAX, SHOWN_MAX, detail, issue_of, line_of_record, links, trace_of},
};
use crate::{
    Ctx,
    auth::Access,
    extract::{Path, Query},
    issues::{links::of_trace, lookup},
    layout::{
        Reader,
        foreign::{Foreign, plain},
        parts::IssueLink,
        shown,
    },
    logs::{
        api::ask::gone,
        pages::explore::{LineColumns, LineDetail, OpenedLine, RecordPage},
        told::left_out,
    },
    problem::Result,
    routes::{Routes, page_about},
};
use axum::{extract::State, response::Response};
use serde::Deserialize;
use std::time::Duration;
use store::Scope;
use telemetry::{
    Record,
    query::{self, Cursor},
};
use utoipa::IntoParams;

/// Lines around one, on each side.
const AROUND: usize = 20;

pub(super) fn declare(routes: Routes) -> Routes {
    let access = Access::Page(Scope::Read);
    let about = page_about("One record of the logs, and those around it").query::<RecordQuery>();
    let what = page_about("What a line shows when it is opened").query::<OpenedQuery>();
    routes.get("/explore/record/{seq}", access, record, about).get("/explore/record/{seq}/opened", access, opened, what)
}

#[derive(Deserialize, Default, IntoParams)]
#[serde(default)]
struct RecordQuery {
    /// Records before it, and after it.
    before: Option<usize>,
    after: Option<usize>,
}

/// The number of a record: what is none is that of no record.
fn number(text: &str) -> Result<u64> {
    text.parse().map_err(|_| gone(plain(text)))
}

async fn record(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    Path(seq): Path<String>,
    Query(around): Query<RecordQuery>,
) -> Result<Response> {
    let seq = number(&seq)?;
    let (before, after) = (around.before.unwrap_or(AROUND), around.after.unwrap_or(AROUND));
    let answer = ctx.app.logs.around(seq, before, after).await?;
    let (cursor, found) = answer.value.record.ok_or_else(|| gone(seq))?;
    let (search, everything) = (PageSearch::default(), query::parse("").0);
    let columns = LineColumns::default();
    let rows = |records: Vec<(Cursor, Record)>| {
        records.iter().map(|(cursor, record)| line_of_record(&columns, *cursor, record)).collect::<Vec<_>>()
    };
    let more = |before: usize, after: usize| format!("/explore/record/{seq}?before={before}&after={after}#around");
    let at = cursor.time;
    // The record is the only one of its text in its microsecond, or one of a few.
    let exactly =
        PageSearch { since: at.to_string(), until: (at + Duration::from_micros(1)).to_string(), ..search.clone() };
    let source = std::str::from_utf8(&found.source).ok().filter(|source| !source.is_empty());
    let issues = issues(&ctx, &found).await?;
    let page = RecordPage {
        v: &v,
        earlier: (answer.value.before.len() >= before).then(|| more(before.saturating_mul(3).max(AROUND), after)),
        later: (answer.value.after.len() >= after).then(|| more(before, after.saturating_mul(3).max(AROUND))),
        before: rows(answer.value.before),
        after: rows(answer.value.after),
        left_out: left_out(&v, &answer.partial),
        whole: exactly.at("/api/v1/logs/search", &[("format", "text")]),
        source_address: source.and_then(|source| links(&search, &everything, "source", source)).map(|links| links.only),
        source: Foreign::line(&found.source),
        record: line_of_record(&columns, cursor, &found),
        detail: LineDetail { issues, ..detail(&v, &search, &everything, cursor, &found, SHOWN_MAX) },
    };
    Ok(shown(&page))
}

/// The issue that a line names (`issue=SHOP-12`), and those of its trace.
async fn issues(ctx: &Ctx, record: &Record) -> Result<Vec<IssueLink>> {
    let mut issues = match trace_of(record) {
        Some(id) => of_trace(ctx, &id).await?,
        None => Vec::new(),
    };
    if let Some(name) = issue_of(record)
        && let Some(found) = lookup::named(ctx, &name).await?
        && issues.iter().all(|known| known.short_id != found.short_id())
    {
        let title = Foreign::line(found.issue.title.as_bytes());
        issues.push(IssueLink { short_id: found.short_id(), title, address: found.address() });
    }
    Ok(issues)
}

#[derive(Deserialize, Default, IntoParams)]
#[serde(default)]
struct OpenedQuery {
    /// The search that its links go on from.
    q: String,
    since: String,
    until: String,
    order: String,
    columns: String,
}

async fn opened(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    Path(seq): Path<String>,
    Query(OpenedQuery { q, since, until, order, columns }): Query<OpenedQuery>,
) -> Result<Response> {
    let seq = number(&seq)?;
    let answer = ctx.app.logs.around(seq, 0, 0).await?;
    let (cursor, found) = answer.value.record.ok_or_else(|| gone(seq))?;
    let search = PageSearch { q, since, until, order, columns };
    let parsed = query::parse(&search.q).0;
    let issues = issues(&ctx, &found).await?;
    let detail = LineDetail { issues, ..detail(&v, &search, &parsed, cursor, &found, OPENED_MAX) };
    Ok(shown(&OpenedLine { v: &v, detail }))
}
