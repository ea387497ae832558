//! What is asked of the logs. Each question is read leniently and told what was wrong with it.

use super::rows::{Format, ReadJson, Row, cell, left_out, remarks, table};
use super::{
    hints::{self, HintJson},
    jobs,
};
use crate::{
    Ctx, cursor,
    extract::{Query, moment},
    problem::{Problem, Result},
    sheet::Dialect,
};
use axum::{
    body::Body,
    extract::State,
    http::{HeaderName, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures_util::StreamExt as _;
use jiff::tz::TimeZone;
use logs::TIME_MAX;
use model::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::{
    io,
    ops::{ControlFlow, Range},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use telemetry::{
    RecordRef, Value,
    query::{
        self, Answer, Cursor, Hit, Page, Partial, Question, ROWS_MAX, Read, Table,
        language::{Empty, Moment, Order},
    },
};
use tokio::sync::mpsc;
use utoipa::{IntoParams, ToSchema};

/// Rows of one page.
const ROWS: usize = 100;
/// Records of one export.
const EXPORTED_MAX: usize = 10_000_000;
/// Pieces of an export that wait for their reader.
const PIECES_MAX: usize = 8;
const PIECE_BYTES: usize = 64 << 10;
/// Records before and after one, at the most.
const AROUND_MAX: usize = 500;

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct SearchQuery {
    /// In the language of docs/search.md.
    pub(crate) q: String,
    /// Not before this moment (RFC 3339), this day, or so long ago (`15m`, `1h`, `7d`).
    pub(crate) since: Option<String>,
    /// Before it.
    pub(crate) until: Option<String>,
    /// Whose days and hours are meant where none is written, as `Europe/Paris`; the server's unless it is given.
    pub(crate) zone: Option<String>,
    /// Rows: 100 unless said otherwise; an export gives all. A page also ends once it holds 16 MiB of text.
    pub(crate) limit: Option<u32>,
    /// The `next` of the page before.
    pub(crate) cursor: Option<String>,
    /// `oldest`, or `newest` first.
    #[param(inline)]
    pub(crate) order: Option<OrderJson>,
    #[param(inline)]
    pub(crate) format: Format,
    /// Of `csv`: `excel` for a spreadsheet's program, `excel-fr` for one that takes `;` and a comma in numbers.
    #[param(inline)]
    pub(crate) dialect: Dialect,
    /// Bytes of each message; a longer one is cut, and `message_bytes` says how long it is.
    pub(crate) message_max: Option<usize>,
    /// Whether rows tell where their messages say the time and the level once more.
    pub(crate) repeats: bool,
    /// Whether to say why nothing may have been found, which takes another look.
    pub(crate) hints: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum OrderJson {
    #[default]
    Newest,
    Oldest,
}

impl From<OrderJson> for Order {
    fn from(order: OrderJson) -> Self {
        match order {
            OrderJson::Newest => Self::Falling,
            OrderJson::Oldest => Self::Rising,
        }
    }
}

/// A question made ready, with what was wrong with its text.
pub(crate) struct Asked {
    pub(crate) question: Question,
    pub(crate) query: query::Query,
    pub(crate) problems: Vec<query::Problem>,
    pub(crate) range: Option<Range<Timestamp>>,
    /// Whose days and hours are meant.
    pub(crate) zone: TimeZone,
    /// How long its answer may take.
    pub(crate) time_max: Duration,
}

impl Asked {
    /// `zone`: the name of whose days and hours are meant; the server's unless it is given.
    pub(crate) async fn new(
        ctx: &Ctx,
        zone: Option<&str>,
        q: &str,
        since: Option<&str>,
        until: Option<&str>,
    ) -> Result<Self> {
        Self::in_zone(ctx, &zone_named(ctx, zone)?, q, since, until).await
    }

    /// Whose days and hours are those of `zone`.
    pub(crate) async fn in_zone(
        ctx: &Ctx,
        zone: &TimeZone,
        q: &str,
        since: Option<&str>,
        until: Option<&str>,
    ) -> Result<Self> {
        Self::at(ctx, ctx.app.logs.clock().now(), zone, q, since, until).await
    }

    /// Whose `1h` is that before `now`.
    pub(crate) async fn at(
        ctx: &Ctx,
        now: Timestamp,
        zone: &TimeZone,
        q: &str,
        since: Option<&str>,
        until: Option<&str>,
    ) -> Result<Self> {
        let (query, problems) = query::parse(q);
        // What is shown and linked stays as it was typed.
        let resolved = jobs::resolved(ctx, &query).await?;
        let question = Question::new(resolved.as_ref().unwrap_or(&query), now, zone).map_err(logs::Error::from)?;
        let range = match (since, until) {
            (None, None) => None,
            (since, until) => {
                let at = |name, text: Option<&str>, otherwise| {
                    text.map_or(Ok(otherwise), |text| when(now, zone, name, text))
                };
                // The end of time is not in any range that has an end.
                let last = Timestamp::from_micros(i64::MAX);
                Some(at("since", since, Timestamp::from_micros(i64::MIN))?..at("until", until, last)?)
            }
        };
        let question = match &range {
            Some(range) => question.within(range.clone()),
            None => question,
        };
        Ok(Self { question, query, problems, range, zone: zone.clone(), time_max: TIME_MAX })
    }

    /// For hints, should it find nothing.
    pub(crate) fn in_vain(&self) -> hints::Vain {
        let (query, range, zone) = (self.query.clone(), self.range.clone(), self.zone.clone());
        hints::Vain { query, empty: Empty::Answer, range, zone }
    }

    pub(super) fn problems(&self) -> Vec<QueryProblem> {
        self.problems.iter().map(QueryProblem::from).collect()
    }
}

/// The zone of that name; the server's where none is given.
pub(super) fn zone_named(ctx: &Ctx, name: Option<&str>) -> Result<TimeZone> {
    let Some(name) = name else { return Ok(ctx.app.logs.zone().clone()) };
    TimeZone::get(name).map_err(|_| {
        Problem::invalid(format!("zone: there is no time zone `{name}`"))
            .remedy("write it as Europe/Paris, or leave it out")
    })
}

/// A moment, a day, or so long before `now`.
pub(crate) fn when(now: Timestamp, zone: &TimeZone, name: &str, text: &str) -> Result<Timestamp> {
    match Moment::parse(text.trim()) {
        Some(moment) => Ok(moment.start(now, zone)),
        None => moment(name, text, zone).map_err(|problem| {
            problem.remedy("write 2025-01-31T14:00:00Z, 2025-01-31, or 15m, 1h, 7d for so long ago")
        }),
    }
}

/// What part of a query was not understood.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct QueryProblem {
    /// Bytes of the query's text.
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) problem: String,
}

impl From<&query::Problem> for QueryProblem {
    fn from(problem: &query::Problem) -> Self {
        Self { from: problem.at.start, to: problem.at.end, problem: problem.to_string() }
    }
}

/// Either `rows`, or `columns` with the `table` that `| stats` and its like make.
#[derive(Serialize, ToSchema)]
pub(crate) struct Found {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rows: Option<Vec<Row>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) columns: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<Vec<Object>>>)]
    pub(crate) table: Option<Vec<Vec<Json>>>,
    /// Where the next page begins.
    pub(crate) next: Option<String>,
    pub(crate) problems: Vec<QueryProblem>,
    /// Why nothing was found, perhaps.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) hints: Vec<HintJson>,
    /// What the answer does not hold, and why.
    pub(crate) left_out: Vec<String>,
    pub(crate) read: ReadJson,
}

pub(super) async fn search(State(ctx): State<Ctx>, Query(query): Query<SearchQuery>) -> Result<Response> {
    let asked =
        Asked::new(&ctx, query.zone.as_deref(), &query.q, query.since.as_deref(), query.until.as_deref()).await?;
    let after = query.cursor.as_deref().map(cursor::log).transpose()?;
    let order = query.order.unwrap_or_default().into();
    let limit = |usual: usize| query.limit.map_or(usual, |limit| limit as usize);
    if query.format != Format::Json && !asked.query.pipes.is_empty() {
        let answer = tabled(&ctx, asked, limit(ROWS_MAX).min(ROWS_MAX)).await?;
        let mut body = table(query.format, query.dialect, &answer.value);
        body.extend(remarks(query.format, &left_out(&answer.partial)));
        return Ok((file(&ctx, query.format), body).into_response());
    }
    if query.format != Format::Json {
        return export(&ctx, asked, (query.format, query.dialect), Page { order, after, limit: limit(EXPORTED_MAX) });
    }
    let page = Page { order, after, limit: limit(ROWS).clamp(1, ROWS_MAX) };
    Ok(axum::Json(found(&ctx, asked, page, &query).await?).into_response())
}

/// One page of rows, or the table that the query's steps make.
async fn found(ctx: &Ctx, asked: Asked, page: Page, query: &SearchQuery) -> Result<Found> {
    let SearchQuery { message_max, repeats, hints, .. } = *query;
    let problems = asked.problems();
    if !asked.query.pipes.is_empty() {
        let vain = asked.in_vain();
        let answer = tabled(ctx, asked, page.limit).await?;
        let hints = match hints::empty(&answer.value).filter(|_| query.hints) {
            Some(empty) => hints::told(ctx, &hints::Vain { empty, ..vain }).await?,
            None => Vec::new(),
        };
        let table = answer.value.rows.iter().map(|row| row.iter().map(cell).collect()).collect();
        return Ok(Found {
            rows: None,
            columns: Some(answer.value.columns),
            table: Some(table),
            next: None,
            problems,
            hints,
            left_out: left_out(&answer.partial),
            read: answer.read.into(),
        });
    }
    let row = move |hit: Hit<'_>| {
        let row = Row::cut(hit.cursor, hit.record, message_max);
        if repeats { row.with_repeats(hit.record) } else { row }
    };
    let (vain, is_first) = (asked.in_vain(), page.after.is_none());
    let listed = listed(ctx, asked, page, message_max, row).await?;
    let wants_hints = hints && is_first && listed.rows.is_empty();
    let hints = if wants_hints { hints::told(ctx, &vain).await? } else { Vec::new() };
    Ok(Found {
        rows: Some(listed.rows),
        columns: None,
        table: None,
        next: listed.next.map(cursor::of_log),
        problems,
        hints,
        left_out: left_out(&listed.partial),
        read: listed.read.into(),
    })
}

/// The table that the query's steps make.
pub(crate) async fn tabled(ctx: &Ctx, asked: Asked, limit: usize) -> Result<Answer<Table>> {
    let question = asked.question;
    let answer =
        ctx.app.logs.ask(asked.time_max, move |snapshot, bounds| query::answer(snapshot, &question, limit, bounds));
    let answer = answer.await?;
    ctx.app.logs.note(&answer.partial);
    Ok(answer)
}

/// A page of what was made of each record.
pub(crate) struct Listed<T> {
    pub(crate) rows: Vec<T>,
    /// Where the next page begins.
    pub(crate) next: Option<Cursor>,
    pub(crate) partial: Vec<Partial>,
    pub(crate) read: Read,
}

/// Bytes of text in one page: with long records it ends before its limit, and the next one goes on.
const PAGE_BYTES_MAX: usize = 16 << 20;

/// Bytes of text that a row holds, its message cut.
fn bytes_of(record: RecordRef<'_>, message_max: Option<usize>) -> usize {
    let text = |value| if let Value::Str(text) = value { text.len() } else { 0 };
    let fields: usize = record.fields().map(|(_, value)| text(value)).sum();
    record.message().len().min(message_max.unwrap_or(usize::MAX)) + fields
}

/// One page of records, each made into what is kept of it, with so many bytes of its message.
pub(crate) async fn listed<T: Send + 'static>(
    ctx: &Ctx,
    asked: Asked,
    page: Page,
    message_max: Option<usize>,
    mut make: impl FnMut(Hit<'_>) -> T + Send + 'static,
) -> Result<Listed<T>> {
    let Asked { question, time_max, .. } = asked;
    let asked = ctx.app.logs.ask(time_max, move |snapshot, bounds| {
        let (mut rows, mut bytes, mut last, mut has_more) = (Vec::new(), 0, None, false);
        // One more tells whether there is a next page.
        let answer = query::search(snapshot, &question, Page { limit: page.limit + 1, ..page }, bounds, |hit| {
            if rows.len() < page.limit && (bytes < PAGE_BYTES_MAX || rows.is_empty()) {
                bytes += bytes_of(hit.record, message_max);
                last = Some(hit.cursor);
                rows.push(make(hit));
                ControlFlow::Continue(())
            } else {
                has_more = true;
                ControlFlow::Break(())
            }
        });
        Listed { rows, next: last.filter(|_| has_more), partial: answer.partial, read: answer.read }
    });
    let listed = asked.await?;
    ctx.app.logs.note(&listed.partial);
    Ok(listed)
}

/// For whoever reads an export to take the next piece.
const READ_WITHIN: Duration = Duration::from_millis(if cfg!(test) { 100 } else { 30_000 });

/// Records as they are found, page after page, without holding more than a few pieces.
fn export(ctx: &Ctx, asked: Asked, (format, dialect): (Format, Dialect), mut page: Page) -> Result<Response> {
    let (give, pieces) = mpsc::channel::<io::Result<Bytes>>(PIECES_MAX);
    let logs = ctx.app.logs.clone();
    let place = logs.exporting()?;
    let is_whole = Arc::new(AtomicBool::new(false));
    let whole = Arc::clone(&is_whole);
    let mut left = page.limit.min(EXPORTED_MAX);
    tokio::spawn(async move {
        let failed = give.clone();
        let handle = tokio::runtime::Handle::current();
        // Whoever stops reading is given up: they have one of the few places.
        let hand_over = move |give: &mpsc::Sender<_>, piece| {
            handle.block_on(tokio::time::timeout(READ_WITHIN, give.send(piece))).is_ok_and(|sent| sent.is_ok())
        };
        let exported = logs.export(place, TIME_MAX.saturating_mul(20), move |snapshot, bounds| {
            let mut buffer = format.head(dialect);
            let mut partial = Vec::new();
            while left > 0 {
                page.limit = left.min(ROWS_MAX);
                let (mut last, mut gone) = (None, false);
                let answer = query::search(snapshot, &asked.question, page, bounds, |hit| {
                    format.write(dialect, hit.cursor, hit.record, &mut buffer);
                    last = Some(hit.cursor);
                    if buffer.len() < PIECE_BYTES {
                        return ControlFlow::Continue(());
                    }
                    gone = !hand_over(&give, Ok(std::mem::take(&mut buffer).into()));
                    if gone { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
                });
                if gone {
                    return;
                }
                left -= answer.value;
                partial.extend(answer.partial);
                page.after = last;
                if answer.value < page.limit || give.is_closed() || !partial.is_empty() {
                    break;
                }
            }
            if hand_over(&give, Ok(buffer.into())) && partial.is_empty() {
                whole.store(true, Ordering::Relaxed);
            } else if !partial.is_empty() {
                hand_over(&give, Err(io::Error::other(left_out(&partial).join("; "))));
            }
        });
        if let Err(error) = exported.await {
            tracing::warn!(%error, "an export of logs was not begun");
            let _ = failed.send(Err(io::Error::other(error))).await;
        }
    });
    // A file that is not whole must not look as if it were.
    let broken = futures_util::stream::once(async move {
        (!is_whole.load(Ordering::Relaxed))
            .then(|| Err(io::Error::other("the export ended before all was handed over")))
    });
    let pieces = tokio_stream::wrappers::ReceiverStream::new(pieces).chain(broken.filter_map(std::future::ready));
    let body = Body::from_stream(pieces);
    Ok((file(ctx, format), body).into_response())
}

/// What it is, and how the file is called that it is saved as.
fn file(ctx: &Ctx, format: Format) -> [(HeaderName, String); 2] {
    let name = format.file_name(ctx.app.clock.now(), ctx.app.logs.zone());
    [
        (header::CONTENT_TYPE, format.media().to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ]
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct ContextQuery {
    /// The number of a record.
    pub(crate) seq: u64,
    /// Records before it, and after it: 20 unless said otherwise.
    pub(crate) before: Option<usize>,
    pub(crate) after: Option<usize>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct ContextJson {
    pub(crate) before: Vec<Row>,
    pub(crate) record: Row,
    pub(crate) after: Vec<Row>,
    pub(crate) left_out: Vec<String>,
}

pub(super) async fn context(
    State(ctx): State<Ctx>,
    Query(query): Query<ContextQuery>,
) -> Result<axum::Json<ContextJson>> {
    Ok(axum::Json(around(&ctx, &query).await?))
}

async fn around(ctx: &Ctx, query: &ContextQuery) -> Result<ContextJson> {
    let usual = 20;
    let answer = surroundings(ctx, query.seq, query.before.unwrap_or(usual), query.after.unwrap_or(usual)).await?;
    let left_out = left_out(&answer.partial);
    let (cursor, record) = answer.value.record.ok_or_else(|| gone(query.seq))?;
    let rows = |records: Vec<(Cursor, telemetry::Record)>| {
        records.iter().map(|(cursor, record)| Row::of_record(*cursor, record)).collect()
    };
    Ok(ContextJson {
        before: rows(answer.value.before),
        record: Row::of_record(cursor, &record),
        after: rows(answer.value.after),
        left_out,
    })
}

/// A record with those around it in its source, as many as may be.
pub(crate) async fn surroundings(ctx: &Ctx, seq: u64, before: usize, after: usize) -> Result<Answer<query::Context>> {
    let (before, after) = (before.min(AROUND_MAX), after.min(AROUND_MAX));
    let logs = &ctx.app.logs;
    Ok(logs.ask(TIME_MAX, move |snapshot, bounds| query::context(snapshot, seq, before, after, bounds)).await?)
}

pub(crate) fn gone(seq: impl std::fmt::Display) -> Problem {
    let seq = seq.to_string();
    Problem::not_found(format!("record {seq}"))
        .remedy("it may be older than what is kept")
        .said("explore-gone", &[("seq", &seq)])
}
