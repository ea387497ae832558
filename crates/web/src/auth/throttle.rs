//! Slows down whoever tries passwords, without letting a stranger shut somebody out. Waiting grows with each failure for
//! a name, known or not, from one address; a browser in which that person has logged in before has a count of its own
//! (OWASP, "Slow Down Online Guessing Attacks with Device Cookies"). A name that is tried from many addresses is slowed
//! down for all browsers that are new to it, but little; the first try from an address only when very many try.

use crate::serve::peer;
use model::Timestamp;
use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// Failures for one name from one address, or in one browser, that cost nothing.
const FREE: u32 = 5;
const WAIT_MAX: Duration = Duration::from_secs(300);
/// Failures for one name from all addresses that cost nothing.
const FREE_FROM_ALL: u32 = 100;
/// Until then, a first try from an address costs nothing: few that try on and on do not slow down all others.
const FREE_TO_NEW_ADDRESSES: u32 = 2_000;
const WAIT_MAX_FROM_ALL: Duration = Duration::from_secs(10);
/// What was left alone for so long begins anew.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(3600);
const NAMES_MAX: usize = 10_000;

/// Failed logins, by who tries.
#[derive(Default)]
pub(crate) struct Throttle(Mutex<HashMap<String, Failures>>);

#[derive(Clone, Copy)]
struct Failures {
    count: u32,
    last: Timestamp,
}

/// Who tries a password.
pub(crate) struct Attempt<'a> {
    pub(crate) name: &'a str,
    pub(crate) address: Option<IpAddr>,
    /// The browser's own mark, where this person has logged in with it before.
    pub(crate) browser: Option<&'a str>,
}

/// What failures are counted by.
struct Count {
    key: String,
    free: u32,
    /// How many cost nothing to an address that has not failed.
    free_to_new: u32,
    wait_max: Duration,
}

impl Count {
    /// Of one address, or of one browser.
    const fn of_one(key: String) -> Self {
        Self { key, free: FREE, free_to_new: 0, wait_max: WAIT_MAX }
    }

    fn wait(&self, count: u32, is_new: bool) -> Duration {
        if is_new && count < self.free_to_new {
            return Duration::ZERO;
        }
        match count.checked_sub(self.free) {
            None => Duration::ZERO,
            Some(beyond) => Duration::from_secs(1 << beyond.min(9)).min(self.wait_max),
        }
    }
}

impl Attempt<'_> {
    fn counts(&self) -> Vec<Count> {
        let name: String = self.name.trim().to_lowercase().chars().take(200).collect();
        if let Some(browser) = self.browser {
            return vec![Count::of_one(format!("{name}\n{browser}"))];
        }
        let address = self.address.map(peer::subscriber).map_or_else(String::new, |address| address.to_string());
        let of_address = Count::of_one(format!("{name}\n{address}"));
        let (free, free_to_new) = (FREE_FROM_ALL, FREE_TO_NEW_ADDRESSES);
        vec![of_address, Count { key: name, free, free_to_new, wait_max: WAIT_MAX_FROM_ALL }]
    }
}

impl Throttle {
    /// Begins a try, or says how long it has to wait. The try counts as failed until it is known to have
    /// [`succeeded`](Self::succeeded): of many that come at the same time, no more are let in than of as many in a row.
    pub(crate) fn begin(&self, attempt: &Attempt<'_>, now: Timestamp) -> Result<(), Duration> {
        let mut known = self.lock();
        let counts = attempt.counts();
        let is_new = counts
            .first()
            .is_none_or(|own| known.get(&own.key).is_none_or(|past| now.since(past.last) >= FORGOTTEN_AFTER));
        let until =
            |count: &Count| known.get(&count.key).map_or(now, |past| past.last + count.wait(past.count, is_new));
        let until = counts.iter().map(until).max().unwrap_or(now);
        if until > now {
            return Err(until.since(now));
        }
        for count in counts {
            fail(&mut known, count.key, now);
        }
        Ok(())
    }

    pub(crate) fn succeeded(&self, attempt: &Attempt<'_>) {
        let mut known = self.lock();
        for count in attempt.counts() {
            known.remove(&count.key);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Failures>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn fail(known: &mut HashMap<String, Failures>, key: String, now: Timestamp) {
    if !known.contains_key(&key) {
        make_room(known, now);
    }
    let failures = known.entry(key).or_insert(Failures { count: 0, last: now });
    if now.since(failures.last) >= FORGOTTEN_AFTER {
        failures.count = 0;
    }
    (failures.count, failures.last) = (failures.count.saturating_add(1), now);
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

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

    fn from(name: &str, last: u8) -> Attempt<'_> {
        Attempt { name, address: Some(IpAddr::from([198, 51, 100, last])), browser: None }
    }

    #[test]
    fn waits_grow_and_end() {
        let (throttle, mut now) = (Throttle::default(), NOW);
        let mut waits = Vec::new();
        for _ in 0..16 {
            assert_eq!(throttle.begin(&from("Ana ", 1), now), Ok(()));
            let wait = from("ana", 1).counts()[0].wait(throttle.lock()["ana\n198.51.100.1"].count, false);
            waits.push(wait.as_secs());
            if !wait.is_zero() {
                assert_eq!(throttle.begin(&from("ana", 1), now), Err(wait));
            }
            now = now + wait;
        }
        assert_eq!(waits, [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]);
        assert_eq!(throttle.begin(&from("bob", 1), now), Ok(()));
        assert_eq!(throttle.begin(&from("ana", 1), now), Ok(()));
        assert!(throttle.begin(&from("ana", 1), now).is_err());
        assert_eq!(throttle.begin(&from("ana", 1), now + FORGOTTEN_AFTER), Ok(()));
        assert_eq!(throttle.begin(&from("ana", 1), now + FORGOTTEN_AFTER), Ok(()), "it was long ago");
        throttle.succeeded(&from("ANA", 1));
        assert!((0..4).all(|_| throttle.begin(&from("ana", 1), now).is_ok()), "begun anew");
    }

    #[test]
    fn of_many_at_the_same_time_few_are_let_in() {
        let throttle = Throttle::default();
        let let_in = (0..400).filter(|_| throttle.begin(&from("victor", 1), NOW).is_ok()).count();
        assert_eq!(let_in, FREE as usize);
    }

    #[test]
    fn a_stranger_shuts_nobody_out() {
        let (throttle, mut now) = (Throttle::default(), NOW);
        let ana = Attempt { browser: Some("her browser"), ..from("ana", 200) };
        for n in 0..250 {
            for _ in 0..FREE {
                let _ = throttle.begin(&from("ana", n), now);
            }
            now = now + Duration::from_secs(1);
        }
        assert!(throttle.begin(&from("ana", 1), now).is_err());
        let elsewhere = throttle.begin(&from("ana", 254), now);
        assert!(elsewhere.is_ok() || elsewhere.is_err_and(|wait| wait <= WAIT_MAX_FROM_ALL), "{elsewhere:?}");
        assert_eq!(throttle.begin(&ana, now), Ok(()), "where she has logged in before");
        assert_eq!((1..20).filter(|_| throttle.begin(&ana, now).is_ok()).count(), FREE as usize - 1);
    }

    #[test]
    fn few_who_try_on_and_on_do_not_slow_down_a_new_address() {
        let (throttle, mut now) = (Throttle::default(), NOW);
        for _ in 0..60 {
            for n in 0..30 {
                let _ = throttle.begin(&from("ana", n), now);
            }
            now = now + Duration::from_secs(10);
        }
        assert!((0..30).filter(|n| throttle.begin(&from("ana", *n), now).is_err()).count() >= 29, "one in ten seconds");
        assert_eq!(throttle.begin(&from("ana", 200), now), Ok(()));
        assert!(throttle.begin(&from("ana", 200), now).is_err(), "it has failed once by now");
        let new = |n: u32| Attempt {
            name: "ana",
            address: Some(IpAddr::from((n + (10 << 24)).to_be_bytes())),
            browser: None,
        };
        let let_in = (0..3 * FREE_TO_NEW_ADDRESSES).filter(|n| throttle.begin(&new(*n), now).is_ok()).count();
        assert!(let_in <= FREE_TO_NEW_ADDRESSES as usize, "{let_in}: a net of many addresses is slowed down");
    }

    #[test]
    fn an_address_of_ones_own_is_enough_while_few_try() {
        let throttle = Throttle::default();
        assert!((0..50).any(|_| throttle.begin(&from("ana", 1), NOW).is_err()));
        assert_eq!(throttle.begin(&from("ana", 2), NOW), Ok(()));
    }

    #[test]
    fn trying_names_does_not_fill_the_memory() {
        let (throttle, mut now) = (Throttle::default(), Timestamp::EPOCH);
        let mut insist = |name: &str, tries: u32| {
            for _ in 0..tries {
                while let Err(wait) = throttle.begin(&from(name, 1), now) {
                    now = now + wait;
                }
            }
        };
        insist("admin", 10);
        (0..3 * NAMES_MAX).for_each(|n| insist(&format!("n{n}"), 1));
        assert!(throttle.lock().len() <= NAMES_MAX);
        assert!(throttle.lock().contains_key("admin"), "who is tried again and again is remembered");
        (0..NAMES_MAX / 10).for_each(|n| insist(&format!("m{n}"), 7));
        assert!((0..NAMES_MAX + 10).all(|n| throttle.begin(&from(&format!("o{n}"), 1), Timestamp::EPOCH).is_ok()));
        assert!(throttle.lock().len() <= NAMES_MAX);
    }
}
