//! The handlers as the engine uses them: against real processes, and a server that misbehaves.
#![allow(clippy::unwrap_used, reason = "these are tests, their helpers too")]

mod bench;
mod command;
mod http;
mod log_query;
mod specs;
