//! Days of universal time, by which records are sealed and forgotten.

use model::Timestamp;

pub(crate) const DAY_MICROS: i64 = 86_400_000_000;

/// The UTC day of a moment, counted from 1970.
pub(crate) fn day_of(time: Timestamp) -> i64 {
    time.as_micros().div_euclid(DAY_MICROS)
}
