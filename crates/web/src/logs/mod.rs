//! Logs: received, searched, followed and deleted; and log files as they are.

pub(crate) mod api;
pub(crate) mod doubts;
#[cfg(test)]
pub(crate) mod examples;
pub(crate) mod excerpt;
pub(crate) mod handlers;
pub(crate) mod ingest;
pub(crate) mod pages;
mod told;

use crate::routes::Routes;
pub use told::query_problem;

pub(crate) fn declare(routes: Routes) -> Routes {
    [api::declare, ingest::declare, handlers::declare].into_iter().fold(routes, |routes, add| add(routes))
}
