//! Who did what, and when.

mod deeds;
pub(crate) mod handlers;
pub(crate) mod page;

use crate::routes::Routes;

pub(crate) fn declare(routes: Routes) -> Routes {
    handlers::declare(routes)
}
