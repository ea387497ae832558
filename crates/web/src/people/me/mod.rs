//! What everybody may change of their own: password, language, theme.

pub(crate) mod handlers;
pub(crate) mod page;

use crate::routes::Routes;

pub(crate) fn declare(routes: Routes) -> Routes {
    handlers::declare(routes)
}
