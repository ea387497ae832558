//! A batch of records, sent until it is acknowledged or refused for good.
//!
//! While nobody takes it, it waits, longer each time; that is said once, and once more when it is over. A request whose
//! answer was lost is sent again, so that a record may be kept twice, but never not at all.

use crate::{
    client::{Client, NotTaken, Then},
    failure::{Failure, Result},
    render,
    words::t,
};
use api::logs::{LineProblem, Taken};
use axum::body::Bytes;
use std::{ops::ControlFlow, time::Duration};

/// Before the second attempt; each further wait is twice as long,
const WAIT_MIN: Duration = Duration::from_millis(250);
/// up to this. A server that asks for more is asked sooner: it may be another one by then.
const WAIT_MAX: Duration = Duration::from_secs(30);

/// What has become of the batches so far.
#[derive(Debug, Default)]
pub(super) struct Insisting {
    pub(super) accepted: u64,
    /// Attempts in a row that came to nothing.
    failed: u32,
}

impl Insisting {
    /// Sends `batch`, lines of JSON. `way` is asked for a client before each attempt; `pause` waits, and breaks off when
    /// there is no more waiting.
    ///
    /// # Errors
    /// Where it would be refused again, or `pause` breaks off: the rest of it is lost, and it is said how much.
    pub(super) async fn send(
        &mut self,
        mut batch: Bytes,
        mut way: impl AsyncFnMut(Attempt) -> Client,
        pause: impl AsyncFn(Duration) -> ControlFlow<()>,
    ) -> Result<()> {
        let mut attempt = Attempt::First;
        loop {
            let body = futures_util::stream::iter([Ok(batch.clone())]);
            match way(attempt).await.take_in(body).await {
                Ok(taken) => {
                    self.taken(&taken);
                    return Ok(());
                }
                Err(NotTaken { failure, kept, then }) => {
                    self.accepted += kept;
                    batch = without_lines(batch, kept);
                    let Then::SendAgain(asked) = then else { return Err(self.given_up(failure, &batch)) };
                    if self.failed == 0 {
                        render::say(&format!("{failure}\n{}", t!("what-comes-waits")));
                    }
                    let wait = wait(self.failed, asked);
                    self.failed = self.failed.saturating_add(1);
                    if pause(wait).await.is_break() {
                        return Err(self.given_up(failure, &batch));
                    }
                }
            }
            attempt = Attempt::Further;
        }
    }

    fn taken(&mut self, taken: &Taken) {
        if std::mem::take(&mut self.failed) > 0 {
            render::say(&t!("taken-again"));
        }
        for LineProblem { problem, .. } in &taken.problems {
            render::say(&t!("record-not-taken", problem));
        }
        self.accepted += taken.accepted;
    }

    fn given_up(&self, failure: Failure, batch: &Bytes) -> Failure {
        let lost = batch.iter().filter(|byte| **byte == b'\n').count() as u64;
        let help = failure.help.map_or(String::new(), |help| help + &t!("semicolon"));
        Failure::new(failure.what).help(
            help + &t!("kept-and-lost", kept = t!("n-record"; n = self.accepted), lost = t!("n-record"; n = lost)),
        )
    }
}

/// Which attempt a way is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Attempt {
    First,
    /// One has failed: it may have gone to a server that is no more.
    Further,
}

fn wait(failed: u32, asked: Option<Duration>) -> Duration {
    let wait = WAIT_MIN.saturating_mul(2_u32.saturating_pow(failed));
    wait.max(asked.unwrap_or_default()).min(WAIT_MAX)
}

/// What follows the first `kept` records, a line each.
fn without_lines(batch: Bytes, kept: u64) -> Bytes {
    let Some(last) = usize::try_from(kept).ok().and_then(|kept| kept.checked_sub(1)) else { return batch };
    match batch.iter().enumerate().filter(|(_, byte)| **byte == b'\n').nth(last) {
        Some((end, _)) => batch.slice(end + 1..),
        None => Bytes::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{
        Router,
        http::{StatusCode, header},
        routing::post,
    };
    use std::sync::{Arc, Mutex};

    /// A status, the header `retry-after`, a body.
    type Said = (StatusCode, Option<&'static str>, &'static str);

    const TAKEN: Said = (StatusCode::OK, None, r#"{"accepted":3,"rejected":0,"masked":0,"problems":[]}"#);
    const BATCH: &[u8] = b"{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n";

    /// A server that says these, one after the other, and remembers what it was sent.
    fn server(said: &[Said]) -> (Client, Arc<Mutex<Vec<Bytes>>>) {
        let (left, heard) = (Arc::new(Mutex::new(said.to_vec())), Arc::new(Mutex::new(Vec::new())));
        let bodies = Arc::clone(&heard);
        let answer = move |body: Bytes| {
            bodies.lock().unwrap().push(body);
            let (status, retry_after, text) = left.lock().unwrap().remove(0);
            async move { (status, retry_after.map(|seconds| [(header::RETRY_AFTER, seconds)]), text) }
        };
        (Client::Here(Router::new().route("/api/v1/logs", post(answer))), heard)
    }

    async fn sent(said: &[Said]) -> (Result<()>, u64, Vec<Bytes>, Vec<u128>) {
        let (client, heard) = server(said);
        let (mut insisting, waited) = (Insisting::default(), Mutex::new(Vec::new()));
        let pause = async |wait: Duration| {
            waited.lock().unwrap().push(wait.as_millis());
            ControlFlow::Continue(())
        };
        let ended = insisting.send(Bytes::from_static(BATCH), async |_| client.clone(), pause).await;
        let heard = heard.lock().unwrap().clone();
        (ended, insisting.accepted, heard, waited.into_inner().unwrap())
    }

    #[tokio::test]
    async fn what_passes_is_waited_for() {
        let busy = (StatusCode::TOO_MANY_REQUESTS, Some("7"), r#"{"detail":"busy"}"#);
        let full = (StatusCode::INSUFFICIENT_STORAGE, None, r#"{"detail":"full","accepted":2}"#);
        let away = (StatusCode::SERVICE_UNAVAILABLE, None, "");
        let (ended, accepted, heard, waited) = sent(&[busy, away, away, full, TAKEN]).await;
        ended.unwrap();
        assert_eq!(accepted, 2 + 3);
        assert_eq!(heard.len(), 5);
        assert!(heard[..4].iter().all(|body| body == BATCH), "nothing of it is left out");
        assert_eq!(&*heard[4], b"{\"n\":3}\n", "what was kept is not sent again");
        assert_eq!(waited, [7_000, 500, 1_000, 2_000]);
    }

    #[tokio::test]
    async fn what_stays_refused_ends_it_and_says_why() {
        for (status, detail) in [
            (StatusCode::BAD_REQUEST, r#"{"detail":"no such thing","remedy":"send another"}"#),
            (StatusCode::UNAUTHORIZED, r#"{"detail":"no such thing","remedy":"send another"}"#),
            (StatusCode::FORBIDDEN, r#"{"detail":"no such thing","remedy":"send another"}"#),
            (StatusCode::PAYLOAD_TOO_LARGE, r#"{"detail":"no such thing","remedy":"send another","accepted":2}"#),
        ] {
            let (ended, accepted, heard, waited) = sent(&[(status, None, detail)]).await;
            let failure = ended.unwrap_err();
            let lost = 3 - accepted;
            assert_eq!((heard.len(), waited, failure.exit), (1, vec![], crate::failure::Exit::Failed));
            let said = failure.to_string();
            assert!(said.starts_with("error: no such thing\nhelp: send another; "), "{said}");
            assert!(said.contains(&format!("{} were kept before", t!("n-record"; n = accepted))), "{said}");
            assert!(said.contains(&format!("{} and what came after", t!("n-record"; n = lost))), "{said}");
        }
    }

    #[tokio::test]
    async fn whoever_is_told_to_stop_does_not_wait_for_ever() {
        let (client, heard) = server(&[(StatusCode::SERVICE_UNAVAILABLE, None, r#"{"detail":"away"}"#); 9]);
        let left = std::cell::Cell::new(3);
        let pause = async |_| match left.replace(left.get() - 1) {
            0 => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        };
        let mut insisting = Insisting::default();
        let failure = insisting.send(Bytes::from_static(BATCH), async |_| client.clone(), pause).await.unwrap_err();
        assert!(failure.to_string().contains("3 records and what came after were not"), "{failure}");
        assert_eq!(heard.lock().unwrap().len(), 4);
    }

    #[test]
    fn waits_grow_to_a_bound() {
        let waits: Vec<u128> = [0, 1, 2, 6, 7, 40].map(|failed| wait(failed, None).as_millis()).to_vec();
        assert_eq!(waits, [250, 500, 1_000, 16_000, 30_000, 30_000]);
        assert_eq!(wait(0, Some(Duration::from_secs(5))), Duration::from_secs(5));
        assert_eq!(wait(0, Some(Duration::from_secs(3_600))), WAIT_MAX);
    }
}
