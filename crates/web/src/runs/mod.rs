//! Runs of commands outside Vigie: reported by `vigie run`, or left by it in a folder while nobody answered.

mod api;
mod spool;
#[cfg(test)]
mod tests;

pub use spool::fetching_runs;

use crate::routes::Routes;

pub(crate) fn declare(routes: Routes) -> Routes {
    api::declare(routes)
}
