//! Waiting on a [`Clock`].

use model::{Clock, Timestamp};
use std::{future::poll_fn, task::Poll, time::Duration};

/// A machine's clock may be set while somebody sleeps: look again at least this often.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Returns once `clock` has reached `at`.
pub async fn sleep_until(clock: &Clock, at: Timestamp) {
    match clock {
        Clock::System => loop {
            let left = at.since(clock.now());
            if left.is_zero() {
                return;
            }
            tokio::time::sleep(left.min(LOOK_AGAIN)).await;
        },
        Clock::Manual(clock) => {
            poll_fn(|context| if clock.poll_reached(at, context.waker()) { Poll::Ready(()) } else { Poll::Pending })
                .await;
        }
    }
}
