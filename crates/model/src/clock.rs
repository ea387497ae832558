//! Time as a parameter. A test holds a [`ManualClock`] and moves it; nothing else reads the time.

use crate::Timestamp;
use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    task::Waker,
    time::Duration,
};

/// Where the time comes from.
#[derive(Clone)]
pub enum Clock {
    /// The machine's clock. It may jump either way.
    System,
    /// A clock that stands still until a test moves it.
    Manual(ManualClock),
}

impl Clock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => jiff::Timestamp::now().into(),
            Self::Manual(clock) => clock.now(),
        }
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::System => f.write_str("Clock::System"),
            Self::Manual(clock) => write!(f, "Clock::Manual({})", clock.now()),
        }
    }
}

/// A clock for tests. Clones share the same hands.
#[derive(Clone)]
pub struct ManualClock(Arc<Mutex<Hands>>);

struct Hands {
    now: Timestamp,
    waiting: Vec<(Timestamp, Waker)>,
}

impl ManualClock {
    pub fn at(now: Timestamp) -> Self {
        Self(Arc::new(Mutex::new(Hands { now, waiting: Vec::new() })))
    }

    pub fn now(&self) -> Timestamp {
        self.hands().now
    }

    /// Moves the clock on and wakes whoever waits for a moment that has now come.
    pub fn advance(&self, by: Duration) {
        let to = self.now() + by;
        self.set(to);
    }

    /// Sets the clock, backwards too, as an administrator or a time server might: that wakes everybody, to look anew.
    pub fn set(&self, now: Timestamp) {
        let mut hands = self.hands();
        let back = now < hands.now;
        hands.now = now;
        let (due, later) = std::mem::take(&mut hands.waiting).into_iter().partition(|(at, _)| back || *at <= now);
        hands.waiting = later;
        drop(hands);
        due.into_iter().for_each(|(_, waker): (_, Waker)| waker.wake());
    }

    /// Whether `at` has come; when not, `waker` is called as soon as it has.
    pub fn poll_reached(&self, at: Timestamp, waker: &Waker) -> bool {
        let mut hands = self.hands();
        let reached = at <= hands.now;
        if !reached {
            hands.waiting.push((at, waker.clone()));
        }
        reached
    }

    /// The earliest moment that somebody waits for: a test may jump straight to it.
    pub fn next_wakeup(&self) -> Option<Timestamp> {
        self.hands().waiting.iter().map(|(at, _)| *at).min()
    }

    fn hands(&self) -> std::sync::MutexGuard<'_, Hands> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
