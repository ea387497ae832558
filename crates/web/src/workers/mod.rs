//! The processes that share the work.

pub(crate) mod api;
pub(crate) mod handlers;
pub(crate) mod page;

use crate::routes::Routes;

pub(crate) fn declare(routes: Routes) -> Routes {
    [api::declare, handlers::declare].into_iter().fold(routes, |routes, add| add(routes))
}
