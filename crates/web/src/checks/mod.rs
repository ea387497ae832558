//! Checks: what is to be heard of in time, what is asked now and then. How one stands is decided in the crate `checks`.

mod api;
pub(crate) mod check_ins;
#[cfg(test)]
pub(crate) mod examples;
mod handlers;
mod keep;
mod page;
mod ping;
pub(crate) mod public;
mod public_settings;
mod strip;
#[cfg(test)]
mod tests;
mod typed;

pub(crate) use keep::{Past as ChecksPast, existing as existing_check, name_of};
#[cfg(test)]
pub(crate) use strip::example_strip;
pub(crate) use strip::{ChecksStrip, strip};

use crate::routes::Routes;

pub(crate) fn declare(routes: Routes) -> Routes {
    [ping::declare, api::declare, handlers::declare, public::declare, public_settings::declare]
        .into_iter()
        .fold(routes, |routes, add| add(routes))
}
