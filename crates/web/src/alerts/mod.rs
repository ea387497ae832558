//! Alerts: what is wrong now, what was, the rules that say so and the channels that are told.

pub(crate) mod api;
#[cfg(test)]
pub(crate) mod examples;
pub(crate) mod handlers;
mod incidents;
pub(crate) mod pages;
#[cfg(test)]
mod tests;

use crate::routes::Routes;

pub(crate) fn declare(routes: Routes) -> Routes {
    [handlers::declare, handlers::channels::declare, handlers::rules::declare, api::declare]
        .into_iter()
        .fold(routes, |routes, add| add(routes))
}
