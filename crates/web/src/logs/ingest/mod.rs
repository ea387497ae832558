//! What shippers of logs already know how to speak: Loki's push, Elasticsearch's bulk, OTLP. Each is answered in its own
//! words, and with the status that makes it send again what was not kept, and only that.

mod elastic;
mod loki;
mod otlp;
#[cfg(test)]
mod tests;

use crate::{
    Ctx,
    logs::api::{Pace, Packing, taking},
    problem::{Problem, Result},
    routes::Routes,
};
use axum::{
    body::Body,
    http::{HeaderMap, StatusCode, header},
};
use logs::{BodyError, IntakeReport, Malformed, receive::Stream};
use std::{io::Read as _, time::Duration};
use tokio::sync::Semaphore;

/// Bytes of a body that is read as a whole, unpacked. Senders' usual batches have 1 to 5 MB.
const WHOLE_BYTES_MAX: usize = 16 << 20;
/// Such bodies in memory at the same time.
const WHOLE_BODIES_MAX: usize = 4;
static WHOLE_BODIES: Semaphore = Semaphore::const_new(WHOLE_BODIES_MAX);
/// How long one waits for its turn before it is told to come back.
const PATIENCE: Duration = Duration::from_secs(2);

pub(crate) fn declare(routes: Routes) -> Routes {
    [loki::declare, elastic::declare, otlp::declare].into_iter().fold(routes, |routes, add| add(routes))
}

/// Takes what `decode` makes of a body as a whole.
async fn whole(
    ctx: &Ctx,
    headers: &HeaderMap,
    body: Body,
    decode: impl FnOnce(&[u8]) -> Result<Vec<Stream>, Malformed> + Send + 'static,
) -> Result<IntakeReport> {
    let packing = Packing::of(headers)?;
    let Ok(Ok(_place)) = tokio::time::timeout(PATIENCE, WHOLE_BODIES.acquire()).await else {
        let busy = Problem::busy("logs-busy", "others are sending, and memory is bounded", 1);
        return Err(busy.status(StatusCode::TOO_MANY_REQUESTS));
    };
    let pace = Pace::of_whole(&ctx.app.limits);
    let (taken, ()) = taking(ctx, body, packing, pace, move |intake, from| {
        let mut whole = Vec::new();
        let mut from = from.take(WHOLE_BYTES_MAX as u64 + 1);
        loop {
            match from.read_to_end(&mut whole) {
                Ok(_) => break,
                // It only pauses.
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(BodyError::Broken(error)),
            }
        }
        if whole.len() > WHOLE_BYTES_MAX {
            return Err(BodyError::TooLarge(WHOLE_BYTES_MAX));
        }
        let streams = decode(&whole)?;
        let length = whole.len();
        drop(whole);
        Ok(intake.streams(streams, length)?)
    })
    .await?;
    Ok(taken)
}

/// Whether the body is declared as JSON; what is not declared is taken for the sender's usual protobuf.
fn is_json(headers: &HeaderMap) -> bool {
    let media = headers.get(header::CONTENT_TYPE).and_then(|media| media.to_str().ok()).unwrap_or_default();
    media.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json")
}

/// Why records were not taken: of the first few.
fn reasons(taken: &IntakeReport) -> String {
    let reasons: Vec<_> =
        taken.problems.iter().take(5).map(|problem| format!("record {}: {}", problem.line, problem.what)).collect();
    reasons.join("; ")
}
