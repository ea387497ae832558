//! Webhooks: where outcomes are reported to, and their delivery.

pub(crate) mod api;
pub(crate) mod deliver;

use crate::routes::Routes;

pub(crate) fn declare(routes: Routes) -> Routes {
    api::declare(routes)
}
