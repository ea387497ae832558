//! Mailings: in one call, or step by step on the pages.

pub(crate) mod api;
pub(crate) mod enqueue;
#[cfg(test)]
pub(crate) mod examples;
pub(crate) mod handlers;
pub(crate) mod ledger;
pub(crate) mod pages;

use crate::routes::Routes;

pub(crate) fn declare(routes: Routes) -> Routes {
    [api::declare, ledger::declare, handlers::declare].into_iter().fold(routes, |routes, add| add(routes))
}
