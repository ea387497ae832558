//! What clients report in Sentry's wire format becomes normalised, scrubbed records with fingerprints.
//!
//! Pure: no file, socket, database or clock. A request's way: [`auth::public_key`] says whose it is, [`Envelope::parse`]
//! takes it apart, [`Report::read`] makes a typed value of each item, secrets taken out on the way ([`scrubbing`]).
//! [`grouping`] says which issue an event belongs to and why, [`source_map`] where minified code came from, and [`record`]
//! is what is kept.
//!
//! Nothing that a client sends is refused as a whole for one field: what is not as expected is set aside and told
//! ([`problem`]), and so is what a bound cuts.

pub mod auth;
pub mod check_ins;
pub mod client_reports;
mod document;
pub mod envelope;
pub mod event;
pub mod feedback;
mod fields;
pub mod grouping;
mod json;
pub mod logs;
pub mod metrics;
pub mod problem;
pub mod record;
mod report;
pub mod scrubbing;
pub mod security;
pub mod sessions;
pub mod source_map;
pub mod transaction;
mod tree;

pub use document::Told;
pub use envelope::Envelope;
pub use event::Event;
pub use json::NotJson;
pub use report::Report;
