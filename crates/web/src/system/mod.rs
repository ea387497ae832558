//! What this installation is made of, and where its logs come from.

pub(crate) mod handlers;
pub(crate) mod page;

use crate::routes::Routes;

pub(crate) fn declare(routes: Routes) -> Routes {
    handlers::declare(routes)
}
