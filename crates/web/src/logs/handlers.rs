//! What stands behind the pages of logs and log files.

pub(crate) mod explore;
pub(crate) mod files;
mod format;

use crate::routes::Routes;

pub(crate) fn declare(routes: Routes) -> Routes {
    format::declare(files::declare(explore::declare(routes)))
}
