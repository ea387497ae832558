//! Releases: how they do, what went into them, and where they run. Announced by programs, most of all by sentry-cli.

pub(crate) mod api;
#[cfg(test)]
pub(crate) mod examples;
pub(crate) mod handlers;
mod health;
pub(crate) mod page;
mod sentry_cli;
#[cfg(test)]
mod tests;

use crate::routes::Routes;

pub(crate) fn declare(routes: Routes) -> Routes {
    [api::declare, handlers::declare, sentry_cli::declare].into_iter().fold(routes, |routes, add| add(routes))
}
