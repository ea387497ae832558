//! Slows down whoever tries passwords. Waiting grows with each failure for a name, known or not.

use model::Timestamp;
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// Failures for one name that cost nothing.
const FREE: u32 = 5;
const WAIT_MAX: Duration = Duration::from_secs(300);
/// A name that was left alone for so long begins anew.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(3600);
const NAMES_MAX: usize = 10_000;

/// Failed logins, by name.
#[derive(Default)]
pub(crate) struct Throttle(Mutex<HashMap<String, Failures>>);

#[derive(Clone, Copy)]
struct Failures {
    count: u32,
    last: Timestamp,
}

impl Failures {
    fn waits_until(self) -> Timestamp {
        let wait = match self.count {
            0..FREE => Duration::ZERO,
            count => Duration::from_secs(1 << (count - FREE).min(9)).min(WAIT_MAX),
        };
        self.last + wait
    }
}

impl Throttle {
    /// How long `name` has to wait before the next try.
    pub(crate) fn wait(&self, name: &str, now: Timestamp) -> Option<Duration> {
        let failures = self.lock().get(&key(name)).copied()?;
        let until = failures.waits_until();
        (until > now).then(|| until.since(now))
    }

    pub(crate) fn failed(&self, name: &str, now: Timestamp) {
        let mut names = self.lock();
        if names.len() >= NAMES_MAX {
            names.retain(|_, failures| now.since(failures.last) < FORGOTTEN_AFTER);
        }
        if names.len() >= NAMES_MAX {
            // Somebody tries names, not passwords: those that were tried least tell least.
            names.retain(|_, failures| failures.count > FREE);
        }
        let failures = names.entry(key(name)).or_insert(Failures { count: 0, last: now });
        if now.since(failures.last) >= FORGOTTEN_AFTER {
            failures.count = 0;
        }
        (failures.count, failures.last) = (failures.count.saturating_add(1), now);
    }

    pub(crate) fn succeeded(&self, name: &str) {
        self.lock().remove(&key(name));
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Failures>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn key(name: &str) -> String {
    name.trim().to_lowercase().chars().take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_end() {
        let (throttle, mut now) = (Throttle::default(), Timestamp::from_micros(1_700_000_000_000_000));
        let mut waits = Vec::new();
        for _ in 0..16 {
            throttle.failed("Ana ", now);
            let wait = throttle.wait("ana", now).unwrap_or_default();
            waits.push(wait.as_secs());
            now = now + wait;
            assert_eq!(throttle.wait("ana", now), None);
        }
        assert_eq!(waits, [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]);
        assert_eq!(throttle.wait("bob", now), None);
        throttle.failed("ana", now);
        assert!(throttle.wait("ana", now).is_some());
        throttle.failed("ana", now + FORGOTTEN_AFTER);
        assert_eq!(throttle.wait("ana", now + FORGOTTEN_AFTER), None, "it was long ago");
        throttle.failed("ana", now);
        throttle.succeeded("ANA");
        assert_eq!(throttle.wait("ana", now), None);
    }

    #[test]
    fn trying_names_does_not_fill_the_memory() {
        let (throttle, now) = (Throttle::default(), Timestamp::EPOCH);
        (0..10).for_each(|_| throttle.failed("admin", now));
        (0..3 * NAMES_MAX).for_each(|n| throttle.failed(&format!("n{n}"), now));
        assert!(throttle.lock().len() <= NAMES_MAX);
        assert!(throttle.wait("admin", now).is_some(), "who is tried again and again is remembered");
    }
}
