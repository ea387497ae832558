//! To come.

pub mod run_log;
