//! Celery clusters beside Vigie: their workers, queues and tasks, as they are and as they were.

mod api;
mod control;
#[cfg(test)]
pub(crate) mod examples;
mod flower;
mod flower_orders;
mod handlers;
mod page;
mod steer;
#[cfg(test)]
mod tests;

use crate::routes::Routes;

pub(crate) fn declare(routes: Routes) -> Routes {
    [api::declare, control::declare, flower::declare, flower_orders::declare, handlers::declare, steer::declare]
        .into_iter()
        .fold(routes, |routes, add| add(routes))
}
