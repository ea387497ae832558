//! Webhooks: where outcomes are reported to. [`mail::webhooks`] reports them.

pub(crate) mod api;
#[cfg(test)]
mod tests;

use crate::routes::Routes;

pub(crate) fn declare(routes: Routes) -> Routes {
    api::declare(routes)
}
