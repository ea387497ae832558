//! What stands behind the pages of logs and log files.

pub(crate) mod explore;
pub(crate) mod files;

use crate::routes::Routes;

pub(crate) fn declare(routes: Routes) -> Routes {
    files::declare(explore::declare(routes))
}
