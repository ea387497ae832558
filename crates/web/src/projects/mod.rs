//! Projects: what reports its errors here. Made, shown with what a client is set up with, and changed.

pub(crate) mod api;
#[cfg(test)]
pub(crate) mod examples;
pub(crate) mod handlers;
pub(crate) mod page;
mod setup;
mod typed;

use crate::routes::Routes;

pub(crate) fn declare(routes: Routes) -> Routes {
    [api::declare, handlers::declare].into_iter().fold(routes, |routes, add| add(routes))
}
