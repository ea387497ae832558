//! What shippers of logs already know how to speak: Loki's push, Elasticsearch's bulk, OTLP. Each is answered in its own
//! words, and with the status that makes it send again what was not kept, and only that.

mod elastic;
mod loki;
mod otlp;
#[cfg(test)]
mod tests;
mod traces;

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
use logs::{BodyError, Intake, IntakeReport, Malformed, receive::Stream};
use std::{io::Read as _, time::Duration};
use tokio::sync::{Semaphore, SemaphorePermit};

/// Bytes of a body that is read as a whole, unpacked. Senders' usual batches have 1 to 5 MB.
const WHOLE_BYTES_MAX: usize = 16 << 20;
/// Such bodies in memory at the same time.
const WHOLE_BODIES_MAX: usize = 4;
static WHOLE_BODIES: Semaphore = Semaphore::const_new(WHOLE_BODIES_MAX);
/// How long one waits for its turn before it is told to come back.
const PATIENCE: Duration = Duration::from_secs(2);

pub(crate) fn declare(routes: Routes) -> Routes {
    [loki::declare, elastic::declare, otlp::declare, traces::declare]
        .into_iter()
        .fold(routes, |routes, add| add(routes))
}

/// Takes what `decode` makes of a body as a whole.
async fn whole(
    ctx: &Ctx,
    headers: &HeaderMap,
    body: Body,
    decode: impl FnOnce(&[u8]) -> Result<Vec<Stream>, Malformed> + Send + 'static,
) -> Result<IntakeReport> {
    let read = move |intake: &mut Intake, whole: Vec<u8>| {
        let streams = decode(&whole)?;
        let length = whole.len();
        drop(whole);
        Ok(intake.streams(streams, length)?)
    };
    let (taken, (), _place) = read_whole(ctx, headers, body, read).await?;
    Ok(taken)
}

/// What `read` makes of a body as a whole, in one of the places that such bodies have: it is held for as long as what was made
/// of it is in memory.
async fn read_whole<T: Send + 'static>(
    ctx: &Ctx,
    headers: &HeaderMap,
    body: Body,
    read: impl FnOnce(&mut Intake, Vec<u8>) -> Result<T, BodyError> + Send + 'static,
) -> Result<(IntakeReport, T, SemaphorePermit<'static>)> {
    let packing = Packing::of(headers)?;
    let Ok(Ok(place)) = tokio::time::timeout(PATIENCE, WHOLE_BODIES.acquire()).await else {
        let busy = Problem::busy("logs-busy", "others are sending, and memory is bounded", 1);
        return Err(busy.status(StatusCode::TOO_MANY_REQUESTS));
    };
    let pace = Pace::of_whole(&ctx.app.limits);
    let (taken, read) = taking(ctx, body, packing, pace, move |intake, from| {
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
        read(intake, whole)
    })
    .await?;
    Ok((taken, read, place))
}

/// Senders repeat what was answered with 429, 502, 503 or 504, and drop it at any other status: a full disk or a fault
/// of ours is no reason to.
fn sent_again(problem: Problem) -> Problem {
    match problem.status_code() {
        StatusCode::INSUFFICIENT_STORAGE | StatusCode::INTERNAL_SERVER_ERROR => {
            problem.status(StatusCode::SERVICE_UNAVAILABLE).retry_after(30)
        }
        _ => problem,
    }
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
