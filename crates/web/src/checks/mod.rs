//! Checks: what is to be heard of in time, what is asked now and then. How one stands is decided in the crate `checks`.

mod api;
pub(crate) mod check_ins;
#[cfg(test)]
pub(crate) mod examples;
mod handlers;
mod keep;
mod page;
mod ping;
#[cfg(test)]
mod tests;
mod typed;

use crate::routes::Routes;

pub(crate) fn declare(routes: Routes) -> Routes {
    [ping::declare, api::declare, handlers::declare].into_iter().fold(routes, |routes, add| add(routes))
}
