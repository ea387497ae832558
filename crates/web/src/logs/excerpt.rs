//! A few log lines on a page about something else: those of a trace, or of what happened around a moment.

use crate::{
    Ctx,
    layout::{rows::address, view::View},
    logs::{
        api::jobs::resolve,
        handlers::explore::lines::{TRACE_FIELDS, line},
        pages::explore::{LineColumns, ShownLine},
    },
    problem::Result,
};
use logs::search::Search;
use model::Timestamp;
use std::time::Duration;
use telemetry::query::{Page, language::Order};

/// Lines that are shown.
const LINES: usize = 12;
/// Bytes of a message that are looked at.
const LINE_BYTES: usize = 2_000;
/// What looking for them may take: the page is about something else.
const PATIENCE: Duration = Duration::from_secs(2);
/// Around a moment, on each side.
const MOMENT: Duration = Duration::from_secs(30);
/// How much earlier or later than what is shown of a trace its lines may be.
const TRACE_AROUND: Duration = Duration::from_secs(3_600);
/// Fields by which lines tell their machine.
const HOSTS: [&str; 5] = ["host", "hostname", "host.name", "server_name", "host_name"];

/// Lines in the order of time.
#[derive(Clone, Debug)]
pub(crate) struct Excerpt {
    pub(crate) of: ExcerptOf,
    pub(crate) lines: Vec<ShownLine>,
    /// The search that finds all of them.
    pub(crate) address: String,
    /// Whether there are more.
    pub(crate) has_more: bool,
}

/// What lines have in common with what the page is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExcerptOf {
    Trace,
    /// A task of Celery.
    Task,
    MinuteAndHost,
    Minute,
}

impl Excerpt {
    pub(crate) fn title(&self) -> &'static str {
        match self.of {
            ExcerptOf::Trace => "excerpt-trace",
            ExcerptOf::Task => "excerpt-task",
            ExcerptOf::MinuteAndHost => "excerpt-host",
            ExcerptOf::Minute => "excerpt-minute",
        }
    }
}

/// The lines of a trace, which lasted about so long.
pub(crate) async fn of_trace(ctx: &Ctx, v: &View, id: &str, (start, end): (Timestamp, Timestamp)) -> Result<Excerpt> {
    let id = hexadecimal(id);
    let q = TRACE_FIELDS.map(|name| format!("{name}:\"{id}\"")).join(" OR ");
    found(ctx, v, ExcerptOf::Trace, q, (start - TRACE_AROUND, end + TRACE_AROUND)).await
}

/// The lines that name a task of Celery, which lasted about so long.
pub(crate) async fn of_task(ctx: &Ctx, v: &View, id: &str, (start, end): (Timestamp, Timestamp)) -> Result<Excerpt> {
    let id: String = id.chars().filter(|c| !c.is_control() && !['"', '\\'].contains(c)).collect();
    found(ctx, v, ExcerptOf::Task, format!("\"{id}\""), (start - TRACE_AROUND, end + TRACE_AROUND)).await
}

/// The lines of the trace that something belongs to; where there are none, those of the same minute and machine.
pub(crate) async fn around(
    ctx: &Ctx,
    v: &View,
    at: Timestamp,
    trace: Option<&str>,
    host: Option<&str>,
) -> Result<Excerpt> {
    if let Some(id) = trace {
        let of_trace = of_trace(ctx, v, id, (at, at)).await?;
        if !of_trace.lines.is_empty() {
            return Ok(of_trace);
        }
    }
    let minute = (at - MOMENT, at + MOMENT);
    if let Some(host) = host.filter(|host| !host.contains(['"', '\\'])) {
        let any: Vec<String> = HOSTS.iter().map(|name| format!("{name}:\"{host}\"")).collect();
        let of_host = found(ctx, v, ExcerptOf::MinuteAndHost, any.join(" OR "), minute).await?;
        if !of_host.lines.is_empty() {
            return Ok(of_host);
        }
    }
    found(ctx, v, ExcerptOf::Minute, String::new(), minute).await
}

/// An id as a query may hold it: quotation marks would end the value.
fn hexadecimal(id: &str) -> String {
    id.chars().filter(char::is_ascii_alphanumeric).collect()
}

async fn found(
    ctx: &Ctx,
    v: &View,
    of: ExcerptOf,
    q: String,
    (since, until): (Timestamp, Timestamp),
) -> Result<Excerpt> {
    let (since, until) = (v.machine(&since), v.machine(&until));
    let address = address("/explore", &[("q", &q), ("since", &since), ("until", &until), ("order", "oldest")]);
    let mut excerpt = Excerpt { of, lines: Vec::new(), address, has_more: false };
    if !ctx.app.logs.exists() {
        return Ok(excerpt);
    }
    let search = Search { q, since: Some(since), until: Some(until), zone: None };
    let search = resolve(ctx, &v.zone, &search).await?.answered_within(PATIENCE);
    let page = Page { order: Order::Ascending, after: None, limit: LINES };
    let columns = LineColumns::default();
    let make = move |hit: telemetry::query::Hit<'_>| line(&columns, hit.cursor, hit.record);
    let rows = ctx.app.logs.rows(&search, page, Some(LINE_BYTES), make).await?;
    (excerpt.has_more, excerpt.lines) = (rows.next.is_some(), rows.rows);
    Ok(excerpt)
}
