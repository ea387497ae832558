//! The engine against a handler that does as it is told, on a clock that moves when it is told, on both databases.
#![allow(clippy::unwrap_used, reason = "these are tests, their helpers too")]

mod chance;
mod crashes;
mod pacing;
mod pauses;
mod processes;
mod runs;
mod schedules;
mod script;
mod speed;
mod stage;
mod stopping;
mod timetable;
mod trouble;
