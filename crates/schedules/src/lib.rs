//! When something comes due: an [`Expression`] (cron, an interval, one moment) in a time zone, days off, and what becomes
//! of runs that were missed. Pure: moments go in and come out.
//!
//! ```
//! use schedules::{Expression, Timing};
//! let expression = Expression::parse("0 8 * * MON").unwrap();
//! let timing = Timing::new(expression, jiff::tz::TimeZone::UTC);
//! let friday = "2026-11-20T12:00:00Z".parse().unwrap();
//! assert_eq!(timing.next(friday).unwrap().to_string(), "2026-11-23T08:00:00.000000Z");
//! ```

mod cron;
mod days_off;
mod due;
mod expression;
mod jitter;
mod refusal;
mod texts;
mod timing;
mod words;

pub use cron::Cron;
pub use days_off::DaysOff;
pub use due::{Due, MissedRuns, ON_TIME};
pub use expression::{Expression, INTERVAL_MAX, INTERVAL_MIN, TEXT_MAX};
pub use jitter::{JITTER_MAX, delay, run_id};
pub use refusal::Refusal;
pub use texts::TEXTS;
pub use timing::{Timing, zone};
pub use words::{said, weekday};
