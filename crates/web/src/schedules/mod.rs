//! Schedules: jobs that come again. Kept and shown here; when they are due is decided in the crate `schedules`, and looked
//! after by [`jobs::Timetable`].

pub(crate) mod api;
#[cfg(test)]
pub(crate) mod examples;
pub(crate) mod handlers;
mod keep;
mod log_query;
mod mailing;
pub(crate) mod page;
mod prepare;
mod spec;
#[cfg(test)]
mod tests;
pub(crate) mod typed;

pub use log_query::log_reader;
pub use prepare::timetable;

use crate::routes::Routes;

pub(crate) fn declare(routes: Routes) -> Routes {
    [api::declare, handlers::declare].into_iter().fold(routes, |routes, add| add(routes))
}
