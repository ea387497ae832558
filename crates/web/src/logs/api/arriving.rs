//! A body as it arrives, and how long it is waited for: whoever sends half of one and falls silent gives its place back.

use crate::Limits;
use axum::body::{Body, BodyDataStream};
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, stream};
use std::{io, time::Duration};
use tokio::time::{Instant, timeout};

/// How fast a body has to come.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// For its next bytes.
    silence_max: Duration,
    /// Bytes a second, on average, once it was waited for longer than that; `None` where it may trickle.
    rate_min: Option<u64>,
}

impl Pace {
    /// Of a body that is taken as it comes: records that are complete are kept meanwhile.
    pub(crate) fn of_lines(limits: &Limits) -> Self {
        Self { silence_max: limits.body_silence_max, rate_min: None }
    }

    /// Of a body that holds one of few places until all of it is here.
    pub(crate) fn of_whole(limits: &Limits) -> Self {
        Self { rate_min: Some(limits.body_rate_min), ..Self::of_lines(limits) }
    }

    /// How long to wait for the next bytes of a body that brought so many, and was waited for so long.
    fn patience(self, bytes: u64, waited: Duration) -> Duration {
        let Some(rate) = self.rate_min else { return self.silence_max };
        let paid_for = Duration::from_secs(bytes / rate.max(1)).max(self.silence_max);
        self.silence_max.min(paid_for.saturating_sub(waited))
    }

    /// Why a body was given up that brought so many bytes, and was waited for so long.
    fn given_up(self, bytes: u64, waited: Duration) -> io::Error {
        let silence = self.silence_max;
        let why = match self.rate_min {
            None => format!("nothing more of it came for {silence:?}"),
            Some(rate) => format!(
                "{bytes} bytes of it came in {:.1} s, and at least {rate} a second have to, without a pause of {silence:?}",
                waited.as_secs_f64()
            ),
        };
        io::Error::new(io::ErrorKind::TimedOut, why)
    }
}

/// The pieces of `body`. One that comes too slowly ends with [`io::ErrorKind::TimedOut`].
pub(super) fn arriving(body: Body, pace: Pace) -> impl Stream<Item = io::Result<Bytes>> + Send + Unpin {
    let arriving = Arriving { pieces: body.into_data_stream(), pace, bytes: 0, waited: Duration::ZERO };
    Box::pin(stream::unfold(arriving, async |mut arriving| Some((arriving.next().await?, arriving))).fuse())
}

struct Arriving {
    pieces: BodyDataStream,
    pace: Pace,
    bytes: u64,
    /// For its bytes alone: that what came is not read yet is no fault of the sender.
    waited: Duration,
}

impl Arriving {
    async fn next(&mut self) -> Option<io::Result<Bytes>> {
        let (began, patience) = (Instant::now(), self.pace.patience(self.bytes, self.waited));
        let next = timeout(patience, self.pieces.next()).await;
        self.waited += began.elapsed();
        match next {
            Ok(Some(Ok(piece))) => {
                self.bytes += piece.len() as u64;
                Some(Ok(piece))
            }
            Ok(Some(Err(error))) => Some(Err(io::Error::other(error))),
            Ok(None) => None,
            Err(_) => Some(Err(self.pace.given_up(self.bytes, self.waited))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_held_whole_is_waited_for_as_long_as_its_bytes_pay_for() {
        let limits = Limits::default();
        let (whole, lines) = (Pace::of_whole(&limits), Pace::of_lines(&limits));
        let seconds = Duration::from_secs;
        for (bytes, waited, patience) in [
            (0, 0, 30),
            (5, 10, 20),
            (5, 30, 0),
            (40 << 10, 30, 10),
            (40 << 10, 40, 0),
            (1 << 20, 30, 30),
            (1 << 20, 1_000, 24),
            (1 << 20, 2_000, 0),
        ] {
            assert_eq!(whole.patience(bytes, seconds(waited)), seconds(patience), "{bytes} bytes in {waited} s");
            assert_eq!(lines.patience(bytes, seconds(waited)), seconds(30), "lines may trickle");
        }
        assert_eq!(lines.given_up(5, seconds(70)).to_string(), "nothing more of it came for 30s");
        let slow = whole.given_up(5, seconds(30)).to_string();
        assert_eq!(slow, "5 bytes of it came in 30.0 s, and at least 1024 a second have to, without a pause of 30s");
    }
}
