//! Users and what they may do.

pub(crate) mod api;
pub(crate) mod handlers;
pub(crate) mod page;

use crate::routes::Routes;

pub(crate) fn declare(routes: Routes) -> Routes {
    handlers::declare(api::declare(routes))
}
