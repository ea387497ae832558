//! What follows from the id of a schedule: a delay of its own, so that what is due at midnight does not begin all at once,
//! and the id of each of its runs.

use model::Timestamp;
use std::time::Duration;

/// The longest spread.
pub const JITTER_MAX: Duration = Duration::from_secs(86_400);

/// How long after it is due the schedule with that id begins: below `spread`, to the second, and always the same.
pub fn delay(id: u128, spread: Duration) -> Duration {
    match spread.min(JITTER_MAX).as_secs() {
        0 => Duration::ZERO,
        seconds => Duration::from_secs(mixed((id >> 64) as u64 ^ id as u64) % seconds),
    }
}

/// The id of the run that is due then, of the schedule with that id: always the same, and no other's.
pub fn run_id(id: u128, due: Timestamp) -> u128 {
    let (high, low, due) = ((id >> 64) as u64, id as u64, mixed(due.as_micros().cast_unsigned()));
    u128::from(mixed(high ^ due)) << 64 | u128::from(mixed(low.wrapping_add(due.rotate_left(32))))
}

/// SplitMix64's finalizer (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014).
fn mixed(number: u64) -> u64 {
    let number = (number ^ number >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ number >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ number >> 31
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_are_spread_and_stay_the_same() {
        let spread = Duration::from_secs(600);
        let delays: Vec<u64> = (1..=10_000).map(|id| delay(id << 70 | id, spread).as_secs()).collect();
        assert!(delays.iter().all(|delay| *delay < 600));
        let per_minute = (0..10).map(|minute| delays.iter().filter(|delay| **delay / 60 == minute).count());
        assert!(per_minute.into_iter().all(|count| (800..1_200).contains(&count)));
        assert_eq!((delay(7, spread), delay(7, Duration::ZERO)), (delay(7, spread), Duration::ZERO));
    }

    #[test]
    fn each_run_has_an_id_of_its_own() {
        let ids = (0..200u128).flat_map(|id| (0..50).map(move |at| run_id(id << 64 | 7, Timestamp::from_micros(at))));
        assert_eq!(ids.collect::<std::collections::HashSet<_>>().len(), 10_000);
        let due = Timestamp::from_micros(1_764_000_000_000_000);
        assert_eq!(run_id(7, due), run_id(7, due));
    }
}
