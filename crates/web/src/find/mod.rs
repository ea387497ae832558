//! One box that finds a recipient, a job or mailing, a page or a guide.

pub(crate) mod handlers;
pub(crate) mod page;

use crate::routes::Routes;

pub(crate) fn declare(routes: Routes) -> Routes {
    handlers::declare(routes)
}
