//! Planned work: when no alert is told, and nothing counts as down. When it is, the crate `checks` knows.

mod api;
#[cfg(test)]
pub(crate) mod examples;
mod handlers;
mod keep;
pub(crate) mod page;
#[cfg(test)]
mod tests;

pub(crate) use keep::{PlannedWork, planned, under_way};

use crate::routes::Routes;

pub(crate) fn declare(routes: Routes) -> Routes {
    [handlers::declare, api::declare].into_iter().fold(routes, |routes, add| add(routes))
}
