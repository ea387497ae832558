//! The first page, and a day in numbers.

pub(crate) mod api;
pub(crate) mod attention;
pub(crate) mod chart;
pub(crate) mod handlers;
pub(crate) mod page;

use crate::routes::Routes;

pub(crate) fn declare(routes: Routes) -> Routes {
    [api::declare, handlers::declare].into_iter().fold(routes, |routes, add| add(routes))
}
