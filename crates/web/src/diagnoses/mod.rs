//! Diagnoses: why a run stopped, by the logs of this machine, which are read as the user of the server.

pub(crate) mod api;
mod automatic;
#[cfg(test)]
pub(crate) mod examples;
pub(crate) mod handlers;
mod job;
mod live;
pub(crate) mod page;
mod run;
#[cfg(test)]
mod tests;

use crate::routes::Routes;

pub use automatic::diagnosing;
pub(crate) use live::Readings;
pub(crate) use run::AT_ONCE_MAX;

pub(crate) fn declare(routes: Routes) -> Routes {
    [api::declare, handlers::declare, live::declare].into_iter().fold(routes, |routes, add| add(routes))
}
