//! Feedback: what people who use a program say of it.

pub(crate) mod api;
#[cfg(test)]
pub(crate) mod examples;
pub(crate) mod handlers;
pub(crate) mod page;
#[cfg(test)]
mod tests;

use crate::routes::Routes;

pub(crate) fn declare(routes: Routes) -> Routes {
    [api::declare, handlers::declare].into_iter().fold(routes, |routes, add| add(routes))
}
