//! Processes that run jobs.

use crate::layout::{parts::WorkerRow, view::View};
use askama::Template;

#[derive(Template)]
#[template(path = "workers.html")]
pub(crate) struct WorkersPage<'a> {
    pub(crate) v: &'a View,
    /// The living first.
    pub(crate) rows: Vec<WorkerRow>,
}
