//! What is sent, read beside the runtime while it arrives. Nothing is held but what is on its way to the disk.

use super::arriving::{Pace, arriving};
use crate::{
    Ctx,
    extract::Query,
    problem::{Problem, Result},
};
use api::logs::{LineProblem, Taken};
use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use bytes::{Buf as _, Bytes};
use futures_util::{Stream, StreamExt as _};
use logs::{BodyError, Intake, IntakeReport, PartFields};
use serde::Deserialize;
use std::{
    io::{self, Read},
    time::Duration,
};
use telemetry::JsonNames;
use tokio::{runtime::Handle, sync::mpsc};
use utoipa::IntoParams;

/// Bytes of a body that has a length. One that is streamed is bounded by what it is unpacked to.
pub(crate) const LOGS_BYTES_MAX: usize = 1 << 30;
/// Bytes of one request, unpacked.
const UNPACKED_BYTES_MAX: u64 = 8 << 30;
/// Pieces of a body that wait to be read.
const PIECES_MAX: usize = 16;
/// A sender that says nothing for so long has its records put on their way; the second time, with what was still
/// waiting for further lines.
const PAUSES: [Duration; 2] = [Duration::from_millis(10), Duration::from_millis(600)];

/// What became of what was sent, as it goes over HTTP.
pub(super) fn shown(taken: &IntakeReport) -> Taken {
    let problem = |problem: &logs::Problem| LineProblem {
        line: problem.line,
        problem: problem.what.clone(),
        code: problem.reason.code().map(str::to_owned),
    };
    Taken {
        accepted: taken.accepted,
        rejected: taken.rejected,
        masked: taken.masked,
        problems: taken.problems.iter().map(problem).collect(),
        seqs: None,
    }
}

#[derive(Deserialize, Default, IntoParams)]
#[serde(default, deny_unknown_fields)]
pub(super) struct LinesQuery {
    /// Only `time`, `level`, `message` and `source` are parts of the record then; else an object is read as one in a file is:
    /// `msg`, `@timestamp`, `severity`, `level: 50` and the names of other libraries are understood, and a line of another program
    /// in the message.
    exact_names: bool,
    /// The field that is the message, with dots for one within another (`event.original`). The same for the three others; not
    /// together with `exact_names`.
    message_field: Option<String>,
    time_field: Option<String>,
    level_field: Option<String>,
    source_field: Option<String>,
}

pub(super) async fn json_lines(
    State(ctx): State<Ctx>,
    Query(query): Query<LinesQuery>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response> {
    let packed = Packing::of(&headers)?;
    let zone = ctx.app.logs.zone().clone();
    let pace = Pace::of_lines(&ctx.app.limits);
    let LinesQuery { exact_names, message_field, time_field, level_field, source_field } = query;
    let fields = PartFields { time: time_field, level: level_field, message: message_field, source: source_field };
    if exact_names && fields != PartFields::default() {
        return Err(Problem::malformed("`exact_names` and names of fields exclude each other".to_owned())
            .remedy("leave `exact_names` out"));
    }
    let take = move |intake: &mut Intake, from: &mut dyn Read| match exact_names {
        true => intake.json_lines(from, &JsonNames { zone: Some(&zone), ..JsonNames::EXACT }),
        false => intake.objects(from, &fields),
    };
    let (taken, ()) = taking(&ctx, body, packed, pace, take).await?;
    // Nothing of it was a record: whoever sends it should hear of that, whether it reads answers or not.
    let status = if taken.accepted == 0 && taken.rejected > 0 { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    Ok((status, axum::Json(shown(&taken))).into_response())
}

/// Reads a body with `take`, on a thread of its own, to its end; what it gives is given once all of it is synced.
pub(crate) async fn taking<T: Send + 'static>(
    ctx: &Ctx,
    body: Body,
    packing: Packing,
    pace: Pace,
    take: impl FnOnce(&mut Intake, &mut dyn Read) -> Result<T, BodyError> + Send + 'static,
) -> Result<(IntakeReport, T)> {
    let _place = ctx.app.logs.receive()?;
    let mut body = begun(arriving(body, pace), packing).await?;
    let logs = ctx.app.logs.clone();
    let (give, pieces) = mpsc::channel(PIECES_MAX);
    let handle = Handle::current();
    let reading = tokio::task::spawn_blocking(move || {
        let mut intake = logs.intake().map_err(Problem::from)?;
        let pieces = Pieces { handle, pieces, piece: Bytes::new(), pauses: 0, broken: None };
        let mut from = packing.unpack(pieces).take(UNPACKED_BYTES_MAX);
        let ended = take(&mut intake, &mut from);
        let is_whole = from.limit() > 0;
        // What came before the fault is kept.
        let finished = intake.finish();
        let taken = intake.taken().clone();
        let with = |problem: Problem| problem.with("accepted", taken.accepted).with("rejected", taken.rejected);
        match (ended, finished) {
            (Ok(given), Ok(())) if is_whole => Ok((taken, given)),
            (Ok(_), Ok(())) => Err(with(
                Problem::too_large("the body is longer than this server takes at once")
                    .remedy("send the rest by itself"),
            )),
            (Err(BodyError::Broken(error)), Ok(())) => Err(with(broken(&error))),
            (Err(BodyError::Malformed(error)), Ok(())) => Err(with(Problem::malformed(error.to_string()))),
            (Err(error @ BodyError::Elsewhere), Ok(())) => Err(with(Problem::conflict(error.to_string()))),
            (Err(error @ BodyError::TooLarge(_)), Ok(())) => Err(with(Problem::too_large(error.to_string()))),
            (Err(BodyError::Logs(error)), _) | (_, Err(error)) => Err(with(error.into())),
        }
    });
    // Ends when the body does, or when nobody reads it any more.
    while let Some(piece) = body.next().await {
        let is_last = piece.is_err();
        if give.send(piece).await.is_err() || is_last {
            break;
        }
    }
    drop(give);
    reading.await.map_err(|error| Problem::internal(&error))?
}

/// The body with its beginning read, which tells whether it is packed and does not say so.
async fn begun<S>(
    mut rest: S,
    packing: Packing,
) -> Result<impl Stream<Item = io::Result<Bytes>> + Send + Unpin + use<S>>
where
    S: Stream<Item = io::Result<Bytes>> + Send + Unpin,
{
    let (mut begin, mut pieces) = (Vec::new(), Vec::new());
    while packing == Packing::Plain && begin.len() < MAGIC_BYTES && could_be_packed(&begin) {
        let Some(piece) = rest.next().await else { break };
        if let Ok(piece) = &piece {
            begin.extend(piece.iter().take(MAGIC_BYTES - begin.len()));
        }
        let is_over = piece.is_err();
        pieces.push(piece);
        if is_over {
            break;
        }
    }
    if let Some((name, _)) = MAGIC.iter().find(|(_, magic)| begin.starts_with(magic)) {
        let packed = format!("the body is packed with {name}, and no `Content-Encoding` says so");
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "encoding", packed)
            .remedy(format!("send `Content-Encoding: {name}` with it, or send it plain")));
    }
    Ok(futures_util::stream::iter(pieces).chain(rest))
}

/// How packed bodies begin (RFC 1952 §2.3.1, RFC 8878 §3.1.1). Nothing that is taken plain does: neither JSON nor
/// protobuf, nor a block of Snappy.
const MAGIC: [(&str, &[u8]); 2] = [("gzip", &[0x1f, 0x8b]), ("zstd", &[0x28, 0xb5, 0x2f, 0xfd])];
const MAGIC_BYTES: usize = 4;

/// Whether more of a body could still make it one that begins so.
fn could_be_packed(begin: &[u8]) -> bool {
    MAGIC.iter().any(|(_, magic)| magic.starts_with(begin))
}

fn broken(error: &io::Error) -> Problem {
    let problem = match error.kind() {
        io::ErrorKind::TimedOut => {
            let given_up = format!("the body was given up: {error}");
            Problem::new(StatusCode::REQUEST_TIMEOUT, "timeout", given_up)
        }
        _ => Problem::malformed(format!("the body broke off: {error}")),
    };
    problem.remedy("send again what is not counted as accepted: records are taken in their order")
}

/// How a body is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Packing {
    Plain,
    Gzip,
    Zstd,
}

impl Packing {
    pub(crate) fn of(headers: &HeaderMap) -> Result<Self> {
        match headers.get(header::CONTENT_ENCODING).map(|name| name.as_bytes().to_ascii_lowercase()).as_deref() {
            None | Some(b"" | b"identity") => Ok(Self::Plain),
            Some(b"gzip" | b"x-gzip") => Ok(Self::Gzip),
            Some(b"zstd") => Ok(Self::Zstd),
            Some(other) => Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "encoding",
                format!("content-encoding: `{}` is not known here", String::from_utf8_lossy(other)),
            )
            .remedy("send it plain, or packed with gzip or zstd")),
        }
    }

    fn unpack(self, pieces: Pieces) -> Box<dyn Read> {
        match self {
            Self::Plain => Box::new(pieces),
            Self::Gzip => Box::new(::logs::gzip::Members::new(std::io::BufReader::new(pieces))),
            Self::Zstd => match zstd::Decoder::new(pieces) {
                Ok(mut decoder) => {
                    // A window beyond 8 MiB is refused: it would be held for as long as the body lasts.
                    let _ = decoder.window_log_max(23);
                    Box::new(decoder)
                }
                Err(error) => Box::new(Failing(Some(error))),
            },
        }
    }
}

struct Failing(Option<io::Error>);

impl Read for Failing {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

/// A body, read by a thread. When it pauses, the reader is told twice (`WouldBlock`), and then waits.
struct Pieces {
    handle: Handle,
    pieces: mpsc::Receiver<io::Result<Bytes>>,
    piece: Bytes,
    /// How often the reader was told of this one.
    pauses: usize,
    broken: Option<io::Error>,
}

impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.piece.is_empty() {
            if let Some(error) = self.broken.take() {
                return Err(error);
            }
            let next = match PAUSES.get(self.pauses) {
                None => self.pieces.blocking_recv(),
                Some(pause) => match self.handle.block_on(tokio::time::timeout(*pause, self.pieces.recv())) {
                    Ok(next) => next,
                    Err(_) => {
                        self.pauses += 1;
                        return Err(io::ErrorKind::WouldBlock.into());
                    }
                },
            };
            self.pauses = 0;
            match next {
                None => return Ok(0),
                Some(Ok(piece)) => self.piece = piece,
                Some(Err(error)) => self.broken = Some(error),
            }
        }
        let now = self.piece.len().min(buffer.len());
        self.piece.copy_to_slice(&mut buffer[..now]);
        Ok(now)
    }
}
