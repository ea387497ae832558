//! Traces: one for each attempt, of this program and of others.

pub(crate) mod api;
pub(crate) mod handlers;
pub(crate) mod page;
pub(crate) mod told;

use crate::routes::Routes;

pub(crate) fn declare(routes: Routes) -> Routes {
    [api::declare, handlers::declare].into_iter().fold(routes, |routes, add| add(routes))
}
