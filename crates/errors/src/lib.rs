//! What clients report in Sentry's wire format becomes normalised, scrubbed records with fingerprints.
//!
//! Pure: no file, socket, database or clock. A request's way: [`auth::public_key`] says whose it is, [`envelope`] takes it
//! apart, [`Event::read`] and its like make typed values of the items, secrets taken out on the way ([`scrubbing`]).
//! [`grouping`] says which issue an event belongs to and why, [`source_map`] where minified code came from, and [`record`]
//! is what is kept.

pub mod auth;
pub mod envelope;
pub mod event;
mod fields;
pub mod grouping;
mod json;
pub mod problem;
pub mod record;
pub mod scrubbing;

pub use event::Event;
pub use json::NotJson;
