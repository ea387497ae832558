//! Pairs of DHIS2 instances that are kept equal. Only administrators see and change them: a run writes to another server
//! with a secret that is kept here.

pub(crate) mod api;
#[cfg(test)]
pub(crate) mod examples;
mod handlers;
pub(crate) mod legacy;
pub(crate) mod page;
mod said;
#[cfg(test)]
mod tests;

use crate::routes::Routes;

pub(crate) fn declare(routes: Routes) -> Routes {
    [api::declare, handlers::declare, legacy::declare].into_iter().fold(routes, |routes, add| add(routes))
}
