//! Records as they arrive. A reader that is slower than what arrives is told how many it missed, and goes on with what is new.

use super::{jobs::resolve, rows};
use crate::{
    Ctx,
    auth::{Granted, holder},
    extract::Query,
    listener::{Listener, told},
    problem::{Problem, Result, worded},
    serve::places::Place,
};
use axum::{
    Extension,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, sse::Event},
};
use logs::search::Search;
use serde::Deserialize;
use std::{collections::VecDeque, convert::Infallible, ops::ControlFlow, time::Duration};
use telemetry::{
    Kind, Numbered, RecordRef, Subscription,
    query::{self, Cursor, Question},
};
use tokio::{
    sync::broadcast,
    time::{Instant, sleep_until},
};
use utoipa::IntoParams;

/// Rows of one event, the newest. What arrives faster is counted.
const ROWS_MAX: usize = 500;
/// Bytes of these rows, written: they are held for as long as nobody reads them.
const ROWS_BYTES_MAX: usize = 1 << 20;
/// Bytes of the message of a row that is too long for an event: escaped, six times as many fit.
const LONG_MESSAGE_MAX: usize = ROWS_BYTES_MAX / 8;
/// Rows are told no more often than this, so that many small batches make few events.
const AT_MOST_EVERY: Duration = Duration::from_millis(40);

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
pub(super) struct TailQuery {
    /// In the language of docs/search.md; steps behind `|` play no part.
    q: String,
    /// Whose days and hours are meant where none is written, as `Europe/Paris`; the server's unless it is given.
    zone: Option<String>,
    /// Bytes of each message; a longer one is cut, as is one too long for an event, and `message_bytes` says how long it is.
    message_max: Option<usize>,
    /// Whether rows tell where their messages say the time and the level once more.
    repeats: bool,
}

/// What an event holds.
#[derive(Default)]
struct Rows {
    /// Each with its number, and written.
    rows: VecDeque<(u64, String)>,
    /// Of all of them.
    bytes: usize,
    /// Matching records before them that are left out: they came too fast, or their fields alone are too long.
    missed: u64,
}

impl Rows {
    /// The oldest make room for it: whoever looks on wants to see what is new.
    fn push(&mut self, seq: u64, row: String) {
        if row.len() > ROWS_BYTES_MAX {
            self.missed += 1;
            return;
        }
        self.bytes += row.len();
        self.rows.push_back((seq, row));
        while self.rows.len() > ROWS_MAX || self.bytes > ROWS_BYTES_MAX {
            let Some((_, oldest)) = self.rows.pop_front() else { break };
            self.bytes -= oldest.len();
            self.missed += 1;
        }
    }

    fn into_event(self) -> Event {
        let id = self.rows.back().map_or(String::new(), |(seq, _)| seq.to_string());
        let mut data = String::with_capacity(self.bytes + self.rows.len() + 64);
        data.push_str("{\"rows\":[");
        for (n, (_, row)) in self.rows.iter().enumerate() {
            data.push_str(if n > 0 { "," } else { "" });
            data.push_str(row);
        }
        data.push_str(&format!("],\"missed\":{}}}", self.missed));
        Event::default().event("rows").id(id).data(data)
    }
}

pub(super) async fn tail(
    State(ctx): State<Ctx>,
    Query(query): Query<TailQuery>,
    Extension(granted): Extension<Granted>,
) -> Result<impl IntoResponse> {
    let place = ctx.live.streams.take_tail(&holder(Some(&granted), None)).map_err(|_| {
        let busy = Problem::busy("streams", worded("problem-tails", &[]), 5).status(StatusCode::TOO_MANY_REQUESTS);
        busy.remedy(worded("problem-streams-close", &[]))
    })?;
    let listener = Listener::new(&ctx, granted, "problem-streams-close")?;
    let TailQuery { q, zone, message_max, repeats } = query;
    let search = Search { q, zone, ..Search::default() };
    let search = resolve(&ctx, ctx.app.logs.zone(), &search).await?;
    if search.kind != Kind::Log {
        return Err(Problem::invalid(worded("problem-kind-tail", &[])).remedy(worded("problem-kind-help", &[])));
    }
    let question = search.question().clone();
    let receiver = ctx.app.logs.subscribe().await?;
    let next_at = Instant::now();
    let tailing = Tailing { ctx, listener, _place: place, receiver, question, message_max, repeats, next_at };
    Ok(told(futures_util::stream::unfold(tailing, Tailing::step)))
}

struct Tailing {
    ctx: Ctx,
    listener: Listener,
    /// Given back when the reader is gone.
    _place: Place,
    receiver: Subscription,
    question: Question,
    message_max: Option<usize>,
    repeats: bool,
    next_at: Instant,
}

impl Tailing {
    async fn step(mut self) -> Option<(Result<Event, Infallible>, Self)> {
        loop {
            let first = tokio::select! {
                received = self.receiver.recv() => received,
                () = sleep_until(self.listener.recheck_at()) => match self.listener.may_still(&self.ctx).await {
                    true => continue,
                    false => return None,
                },
            };
            let mut rows = Rows::default();
            match first {
                Ok(batch) => self.add(&batch, &mut rows),
                // Whether they would have matched is not known.
                Err(broadcast::error::RecvError::Lagged(batches)) => rows.missed += batches,
                Err(broadcast::error::RecvError::Closed) => return None,
            }
            // What comes within a moment goes along.
            sleep_until(self.next_at).await;
            loop {
                match self.receiver.try_recv() {
                    Ok(batch) => self.add(&batch, &mut rows),
                    Err(broadcast::error::TryRecvError::Lagged(batches)) => rows.missed += batches,
                    Err(_) => break,
                }
            }
            if rows.rows.is_empty() && rows.missed == 0 {
                continue;
            }
            self.next_at = Instant::now() + AT_MOST_EVERY;
            return Some((Ok(rows.into_event()), self));
        }
    }

    fn add(&self, batch: &Numbered, event: &mut Rows) {
        // Of a long batch only the last are written.
        let mut newest = VecDeque::new();
        query::tail(&self.question, batch, |hit| {
            if newest.len() == ROWS_MAX {
                newest.pop_front();
                event.missed += 1;
            }
            newest.push_back(hit.cursor);
            ControlFlow::Continue(())
        });
        for cursor in newest {
            let row = self.written(cursor, batch.batch.get((cursor.seq - batch.first_seq) as usize));
            event.push(cursor.seq, row);
        }
    }

    /// A row, with as much of its message as was asked for and fits an event.
    fn written(&self, cursor: Cursor, record: RecordRef<'_>) -> String {
        let asked = self.message_max.unwrap_or(usize::MAX);
        let mut written = String::new();
        for message_max in [asked, asked.min(LONG_MESSAGE_MAX), 0] {
            let row = rows::cut(cursor, record, Some(message_max));
            let row = if self.repeats { rows::with_repeats(row, record) } else { row };
            written = serde_json::to_string(&row).unwrap_or_default();
            if written.len() <= ROWS_BYTES_MAX {
                break;
            }
        }
        written
    }
}
