//! Records as they arrive. A reader that is slower than what arrives is told how many it missed, and goes on with what is new.

use super::{ask::Asked, rows::Row};
use crate::{
    Ctx,
    auth::Granted,
    extract::Query,
    listener::{Listener, told},
    problem::Result,
};
use axum::{
    Extension,
    extract::State,
    response::{IntoResponse, sse::Event},
};
use serde::{Deserialize, Serialize};
use std::{collections::VecDeque, convert::Infallible, ops::ControlFlow, time::Duration};
use telemetry::{
    Feed, Numbered,
    query::{self, Question},
};
use tokio::{
    sync::broadcast,
    time::{Instant, sleep_until},
};
use utoipa::{IntoParams, ToSchema};

/// Rows of one event, the newest. What arrives faster is counted.
const ROWS_MAX: usize = 500;
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
    /// Bytes of each message; a longer one is cut, and `message_bytes` says how long it is.
    message_max: Option<usize>,
    /// Whether rows tell where their messages say the time and the level once more.
    repeats: bool,
}

/// What an event holds.
#[derive(Serialize, ToSchema)]
struct Rows {
    #[schema(value_type = Vec<Row>)]
    rows: VecDeque<Row>,
    /// Matching records before them that are left out: they came too fast.
    missed: u64,
}

pub(super) async fn tail(
    State(ctx): State<Ctx>,
    Query(query): Query<TailQuery>,
    Extension(granted): Extension<Granted>,
) -> Result<impl IntoResponse> {
    let listener = Listener::new(&ctx, granted, "close another one")?;
    let question = Asked::new(&ctx, query.zone.as_deref(), &query.q, None, None).await?.question;
    let receiver = ctx.app.logs.subscribe().await?;
    let TailQuery { message_max, repeats, .. } = query;
    let tailing = Tailing { next_at: Instant::now(), ctx, listener, receiver, question, message_max, repeats };
    Ok(told(futures_util::stream::unfold(tailing, Tailing::step)))
}

struct Tailing {
    ctx: Ctx,
    listener: Listener,
    receiver: Feed,
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
            let mut rows = Rows { rows: VecDeque::new(), missed: 0 };
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
            let id = rows.rows.back().map_or(String::new(), |row| row.seq.to_string());
            let data = serde_json::to_string(&rows).unwrap_or_default();
            return Some((Ok(Event::default().event("rows").id(id).data(data)), self));
        }
    }

    fn add(&self, batch: &Numbered, rows: &mut Rows) {
        query::tail(&self.question, batch, |hit| {
            // Whoever looks on wants to see what is new.
            if rows.rows.len() == ROWS_MAX {
                rows.rows.pop_front();
                rows.missed += 1;
            }
            let row = Row::cut(hit.cursor, hit.record, self.message_max);
            rows.rows.push_back(if self.repeats { row.with_repeats(hit.record) } else { row });
            ControlFlow::Continue(())
        });
    }
}
