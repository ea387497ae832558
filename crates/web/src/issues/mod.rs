//! Issues: what is wrong, each once; with the events that tell of it, what was decided, and why events belong together.

pub(crate) mod api;
#[cfg(test)]
pub(crate) mod examples;
pub(crate) mod handlers;
pub(crate) mod links;
pub(crate) mod lookup;
pub(crate) mod pages;
pub(crate) mod query;
pub(crate) mod raised_by;

use crate::routes::Routes;

pub(crate) fn declare(routes: Routes) -> Routes {
    [api::declare, handlers::declare].into_iter().fold(routes, |routes, add| add(routes))
}
