//! What people see of logs and log files.

pub(crate) mod explore;
pub(crate) mod files;
