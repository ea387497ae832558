//! Whoever listens to server-sent events (WHATWG HTML, "Server-sent events"): their place among the streams, whether they
//! may still read, and the response that no proxy holds back.

use crate::{
    Ctx,
    auth::{Granted, holder, still},
    problem::{Problem, Result, worded},
    serve::places::{Full, StreamPlace},
};
use axum::{
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{
        IntoResponse,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures_util::Stream;
use std::{convert::Infallible, time::Duration};
use tokio::time::Instant;

/// How often it is seen whether the reader may still read.
const RECHECK: Duration = Duration::from_secs(10);
const HEARTBEAT: Duration = Duration::from_secs(15);

pub(crate) struct Listener {
    granted: Granted,
    recheck_at: Instant,
    /// Given back when the reader is gone.
    _place: StreamPlace,
}

impl Listener {
    /// Takes a place among the open streams; the text `instead` says what else to do where there is none.
    pub(crate) fn new(ctx: &Ctx, granted: Granted, instead: &'static str) -> Result<Self> {
        let place = ctx.live.streams.take(&holder(Some(&granted), None)).map_err(|full| none_left(full, instead))?;
        Ok(Self { granted, recheck_at: Instant::now() + RECHECK, _place: place })
    }

    /// When [`Self::may_still`] wants to be asked again.
    pub(crate) fn recheck_at(&self) -> Instant {
        self.recheck_at
    }

    /// Whether the reader may still read; asked of the store now and then only.
    pub(crate) async fn may_still(&mut self, ctx: &Ctx) -> bool {
        if Instant::now() < self.recheck_at {
            return true;
        }
        self.recheck_at = Instant::now() + RECHECK;
        still(ctx, &self.granted).await
    }
}

/// No place for a stream: the text says what to do `instead`.
fn none_left(full: Full, instead: &'static str) -> Problem {
    let problem = match full {
        Full::All => Problem::busy("streams", worded("problem-streams", &[]), 5),
        Full::Share => {
            Problem::busy("streams", worded("problem-streams-share", &[]), 5).status(StatusCode::TOO_MANY_REQUESTS)
        }
    };
    problem.remedy(worded(instead, &[]))
}

/// The response that tells `events`, each as it comes.
pub(crate) fn told<S>(events: S) -> impl IntoResponse + use<S>
where
    S: Stream<Item = Result<Event, Infallible>> + Send + 'static,
{
    let unbuffered = [
        (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    (unbuffered, Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT)))
}
