//! Jobs of every kind: made, watched, paused and settled; their items, progress, outcomes and run logs.

pub(crate) mod api;
pub(crate) mod embed;
pub(crate) mod events;
#[cfg(test)]
pub(crate) mod examples;
pub(crate) mod handlers;
pub(crate) mod items;
pub(crate) mod legacy;
pub(crate) mod live;
pub(crate) mod log;
pub(crate) mod lookup;
pub(crate) mod outcomes;
pub(crate) mod pages;
pub(crate) mod progress;
pub(crate) mod told;
pub(crate) use crate::routes::Routes;

pub(crate) fn declare(routes: Routes) -> Routes {
    [
        api::declare,
        items::declare,
        progress::declare,
        events::declare,
        log::declare,
        outcomes::declare,
        legacy::declare,
        embed::declare,
        handlers::declare,
        handlers::list::declare,
        handlers::across::declare,
    ]
    .into_iter()
    .fold(routes, |routes, add| add(routes))
}
