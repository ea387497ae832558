//! What is asked of the logs. Each question is read leniently and told what was wrong with it.

use super::{
    answer_words::AnswerWords,
    hints::suggested,
    jobs::resolve,
    rows::{self, Format, cell, left_out, remarks, table},
};
use crate::{
    Ctx, cursor,
    extract::Query,
    problem::{Problem, Result, worded},
    sheet::Dialect,
};
use api::logs::{SearchAnswer, Surroundings};
use axum::{
    body::Body,
    extract::State,
    http::{HeaderName, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures_util::StreamExt as _;
use logs::{
    TIME_MAX,
    search::{EXPORTED_MAX, ResolvedSearch, Search, empty_part, export},
};
use serde::Deserialize;
use std::{
    io,
    ops::ControlFlow,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use telemetry::query::{
    Cursor, Hit, Page, ROWS_MAX,
    language::{Empty, Order},
};
use tokio::sync::mpsc;
use utoipa::{IntoParams, ToSchema};

/// Rows of one page.
const ROWS: usize = 100;
/// Pieces of an export that wait for their reader.
const PIECES_MAX: usize = 8;
const PIECE_BYTES: usize = 64 << 10;

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

impl SearchQuery {
    fn search(&self) -> Search {
        let Self { q, since, until, zone, .. } = self.clone();
        Search { q, since, until, zone }
    }
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
            OrderJson::Newest => Self::Descending,
            OrderJson::Oldest => Self::Ascending,
        }
    }
}

pub(super) async fn search(
    State(ctx): State<Ctx>,
    words: AnswerWords,
    Query(query): Query<SearchQuery>,
) -> Result<Response> {
    let search = resolve(&ctx, ctx.app.logs.zone(), &query.search()).await?;
    let after = query.cursor.as_deref().map(cursor::log).transpose()?;
    let order = query.order.unwrap_or_default().into();
    let limit = |usual: usize| query.limit.map_or(usual, |limit| limit as usize);
    if query.format != Format::Json && !search.query.pipes.is_empty() {
        let answer = ctx.app.logs.table(&search, limit(ROWS_MAX).min(ROWS_MAX)).await?;
        let mut body = table(query.format, query.dialect, &answer.value);
        body.extend(remarks(query.format, &words.left_out(&answer.partial)));
        return Ok((file(&ctx, query.format), body).into_response());
    }
    if query.format != Format::Json {
        let page = Page { order, after, limit: limit(EXPORTED_MAX) };
        return exported(&ctx, search, (query.format, query.dialect), page);
    }
    let page = Page { order, after, limit: limit(ROWS).clamp(1, ROWS_MAX) };
    let found = if search.query.pipes.is_empty() {
        found_rows(&ctx, &words, &search, page, &query).await?
    } else {
        found_table(&ctx, &words, &search, page.limit, &query).await?
    };
    Ok(axum::Json(found).into_response())
}

/// One page of rows.
async fn found_rows(
    ctx: &Ctx,
    words: &AnswerWords,
    search: &ResolvedSearch,
    page: Page,
    query: &SearchQuery,
) -> Result<SearchAnswer> {
    let SearchQuery { message_max, repeats, hints, .. } = *query;
    let row = move |hit: Hit<'_>| {
        let row = rows::cut(hit.cursor, hit.record, message_max);
        if repeats { rows::with_repeats(row, hit.record) } else { row }
    };
    let found = ctx.app.logs.rows(search, page, message_max, row).await?;
    let wants_hints = hints && page.after.is_none() && found.rows.is_empty();
    Ok(SearchAnswer {
        rows: Some(found.rows),
        columns: None,
        table: None,
        next: found.next.map(cursor::of_log),
        problems: words.problems(search),
        hints: if wants_hints { suggested(ctx, words, search, Empty::Answer).await? } else { Vec::new() },
        left_out: words.left_out(&found.partial),
        read: rows::work_done(found.read),
    })
}

/// The table that the query's steps make.
async fn found_table(
    ctx: &Ctx,
    words: &AnswerWords,
    search: &ResolvedSearch,
    limit: usize,
    query: &SearchQuery,
) -> Result<SearchAnswer> {
    let answer = ctx.app.logs.table(search, limit).await?;
    let hints = match empty_part(&answer.value).filter(|_| query.hints) {
        Some(empty) => suggested(ctx, words, search, empty).await?,
        None => Vec::new(),
    };
    let table = answer.value.rows.iter().map(|row| row.iter().map(cell).collect()).collect();
    Ok(SearchAnswer {
        rows: None,
        columns: Some(answer.value.columns),
        table: Some(table),
        next: None,
        problems: words.problems(search),
        hints,
        left_out: words.left_out(&answer.partial),
        read: rows::work_done(answer.read),
    })
}

/// For whoever reads an export to take the next piece.
const READ_WITHIN: Duration = Duration::from_millis(if cfg!(test) { 100 } else { 30_000 });

/// Records as they are found, page after page, without holding more than a few pieces.
fn exported(ctx: &Ctx, search: ResolvedSearch, (format, dialect): (Format, Dialect), page: Page) -> Result<Response> {
    let (give, pieces) = mpsc::channel::<io::Result<Bytes>>(PIECES_MAX);
    let logs = ctx.app.logs.clone();
    let place = logs.exporting()?;
    let is_whole = Arc::new(AtomicBool::new(false));
    let whole = Arc::clone(&is_whole);
    tokio::spawn(async move {
        let failed = give.clone();
        let handle = tokio::runtime::Handle::current();
        // Whoever stops reading is given up: they have one of the few places.
        let hand_over = move |give: &mpsc::Sender<_>, piece| {
            handle.block_on(tokio::time::timeout(READ_WITHIN, give.send(piece))).is_ok_and(|sent| sent.is_ok())
        };
        let exported = logs.export(place, search.kind, TIME_MAX.saturating_mul(20), move |snapshot, bounds| {
            let mut buffer = format.head(dialect);
            let ended = export(snapshot, search.question(), page, bounds, |hit| {
                format.write(dialect, hit.cursor, hit.record, &mut buffer);
                if buffer.len() < PIECE_BYTES || hand_over(&give, Ok(std::mem::take(&mut buffer).into())) {
                    ControlFlow::Continue(())
                } else {
                    ControlFlow::Break(())
                }
            });
            let ControlFlow::Continue(partial) = ended else { return };
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

pub(super) async fn context(
    State(ctx): State<Ctx>,
    words: AnswerWords,
    Query(query): Query<ContextQuery>,
) -> Result<axum::Json<Surroundings>> {
    Ok(axum::Json(around(&ctx, &words, &query).await?))
}

async fn around(ctx: &Ctx, words: &AnswerWords, query: &ContextQuery) -> Result<Surroundings> {
    let usual = 20;
    let (before, after) = (query.before.unwrap_or(usual), query.after.unwrap_or(usual));
    let answer = ctx.app.logs.around(query.seq, before, after).await?;
    let left_out = words.left_out(&answer.partial);
    let (cursor, record) = answer.value.record.ok_or_else(|| gone(query.seq))?;
    let all = |records: Vec<(Cursor, telemetry::Record)>| {
        records.iter().map(|(cursor, record)| rows::of_record(*cursor, record)).collect()
    };
    Ok(Surroundings {
        before: all(answer.value.before),
        record: rows::of_record(cursor, &record),
        after: all(answer.value.after),
        left_out,
    })
}

pub(crate) fn gone(seq: impl std::fmt::Display) -> Problem {
    let seq = seq.to_string();
    Problem::missing(worded("problem-no-record", &[("seq", &seq)]))
        .remedy("it may be older than what is kept")
        .said("explore-gone", &[("seq", &seq)])
}
