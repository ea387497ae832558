//! One endpoint: its figures beside those of a week before, how its durations are spread, its slowest transactions, its releases.

#[cfg(test)]
mod examples;
mod handlers;
pub(crate) mod page;

#[cfg(test)]
use crate::layout::{gallery::Drawn, view::View};
use crate::{layout::rows, routes::Routes};

/// Its page with what it might show.
#[cfg(test)]
pub(crate) fn drawn(v: &View) -> Vec<Drawn> {
    examples::endpoints(v)
}

pub(crate) fn declare(routes: Routes) -> Routes {
    handlers::declare(routes)
}

/// The page of an endpoint, for the time of that name.
pub(crate) fn address(endpoint: &reports::Endpoint, period: &str) -> String {
    let pairs = [("project", &*endpoint.project), ("name", &endpoint.name), ("op", &endpoint.op), ("period", period)];
    rows::address("/performance/endpoint", &pairs)
}
