//! Help inside the program: the guides of `docs/`, to read and to search.

mod guide;
pub(crate) mod handlers;
pub(crate) mod page;
pub(crate) mod topics;

use crate::routes::Routes;

pub(crate) fn declare(routes: Routes) -> Routes {
    handlers::declare(routes)
}
