//! What happened in a span of time, in numbers: for programs, as a page, and as a mail, at once or on a schedule.

pub(crate) mod api;
#[cfg(test)]
pub(crate) mod examples;
mod gather;
pub(crate) mod handlers;
pub(crate) mod mail;
mod page;
#[cfg(test)]
mod tests;

use crate::routes::Routes;

pub(crate) fn declare(routes: Routes) -> Routes {
    [api::declare, handlers::declare].into_iter().fold(routes, |routes, add| add(routes))
}
