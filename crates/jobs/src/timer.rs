//! Waiting on a [`Clock`].

use model::{Clock, Timestamp};
use std::{future::poll_fn, task::Poll, time::Duration};

/// A machine's clock may be set while somebody sleeps: look again at least this often.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Returns once `clock` has reached `at`, or was set back meanwhile: then `at` may mean another moment than the caller
/// had in mind, and the caller has to ask again.
pub async fn sleep_until(clock: &Clock, at: Timestamp) {
    let mut last = clock.now();
    match clock {
        Clock::System => loop {
            let now = clock.now();
            if now >= at || now < last {
                return;
            }
            last = now;
            tokio::time::sleep(at.since(now).min(LOOK_AGAIN)).await;
        },
        Clock::Manual(clock) => {
            poll_fn(|context| {
                let now = clock.now();
                let set_back = now < last;
                last = now;
                match set_back || clock.poll_reached(at, context.waker()) {
                    true => Poll::Ready(()),
                    false => Poll::Pending,
                }
            })
            .await;
        }
    }
}
