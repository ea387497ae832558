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
    /// Begins a try for `name`, or says how long it has to wait. The try counts as failed until it is known to have
    /// [`succeeded`](Self::succeeded): of many that come at the same time, no more are let in than of as many in a row.
    pub(crate) fn begin(&self, name: &str, now: Timestamp) -> Result<(), Duration> {
        let mut names = self.lock();
        let key = key(name);
        let until = names.get(&key).map_or(now, |failures| failures.waits_until());
        if until > now {
            return Err(until.since(now));
        }
        if !names.contains_key(&key) {
            make_room(&mut names, now);
        }
        let failures = names.entry(key).or_insert(Failures { count: 0, last: now });
        if now.since(failures.last) >= FORGOTTEN_AFTER {
            failures.count = 0;
        }
        (failures.count, failures.last) = (failures.count.saturating_add(1), now);
        Ok(())
    }

    pub(crate) fn succeeded(&self, name: &str) {
        self.lock().remove(&key(name));
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Failures>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// So that one more fits. Somebody may be trying names rather than passwords: those that were tried least tell least.
fn make_room(names: &mut HashMap<String, Failures>, now: Timestamp) {
    if names.len() >= NAMES_MAX {
        names.retain(|_, failures| now.since(failures.last) < FORGOTTEN_AFTER);
    }
    if names.len() >= NAMES_MAX {
        names.retain(|_, failures| failures.count > FREE);
    }
    if names.len() >= NAMES_MAX
        && let Some(oldest) = names.iter().min_by_key(|(_, failures)| failures.last).map(|(name, _)| name.clone())
    {
        names.remove(&oldest);
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
            assert_eq!(throttle.begin("Ana ", now), Ok(()));
            let wait = throttle.lock()[&key("ana")].waits_until().since(now);
            waits.push(wait.as_secs());
            if !wait.is_zero() {
                assert_eq!(throttle.begin("ana", now), Err(wait));
            }
            now = now + wait;
        }
        assert_eq!(waits, [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]);
        assert_eq!(throttle.begin("bob", now), Ok(()));
        assert_eq!(throttle.begin("ana", now), Ok(()));
        assert!(throttle.begin("ana", now).is_err());
        assert_eq!(throttle.begin("ana", now + FORGOTTEN_AFTER), Ok(()));
        assert_eq!(throttle.begin("ana", now + FORGOTTEN_AFTER), Ok(()), "it was long ago");
        throttle.succeeded("ANA");
        assert!((0..4).all(|_| throttle.begin("ana", now).is_ok()), "begun anew");
    }

    #[test]
    fn of_many_at_the_same_time_few_are_let_in() {
        let (throttle, now) = (Throttle::default(), Timestamp::from_micros(1_700_000_000_000_000));
        let let_in = (0..400).filter(|_| throttle.begin("victor", now).is_ok()).count();
        assert_eq!(let_in, FREE as usize);
    }

    #[test]
    fn trying_names_does_not_fill_the_memory() {
        let (throttle, mut now) = (Throttle::default(), Timestamp::EPOCH);
        let mut insist = |name: &str, tries: u32| {
            for _ in 0..tries {
                while let Err(wait) = throttle.begin(name, now) {
                    now = now + wait;
                }
            }
        };
        insist("admin", 10);
        (0..3 * NAMES_MAX).for_each(|n| insist(&format!("n{n}"), 1));
        assert!(throttle.lock().len() <= NAMES_MAX);
        assert!(throttle.lock().contains_key("admin"), "who is tried again and again is remembered");
        (0..NAMES_MAX / 10).for_each(|n| insist(&format!("m{n}"), 7));
        assert!((0..NAMES_MAX + 10).all(|n| throttle.begin(&format!("o{n}"), Timestamp::EPOCH).is_ok()));
        assert!(throttle.lock().len() <= NAMES_MAX);
    }
}
