//! The mailing job, from a file of recipients to one verdict per recipient.
//!
//! Data flows one way: [`recipients`] reads rows → [`template`] and [`preflight`] turn each row into a letter and
//! say what is wrong with it → [`message`] writes the letter as MIME → a [`transport`] delivers it →
//! [`smtp::classify`] or [`gmail::classify`] turns the reply into a `model::Verdict`, which [`verdict_text`] puts into
//! words → [`run_log`] tells the story. A [`catcher`] stands in for a server.

pub mod address;
pub mod catcher;
pub mod correct;
pub mod delivery;
pub mod enqueue;
pub mod gmail;
pub mod handler;
pub mod item;
pub mod letter;
pub mod mailing;
mod mask;
pub mod message;
pub mod naming;
pub mod opened;
pub mod outcomes;
pub mod posted;
pub mod preflight;
pub mod problem;
pub mod provider;
pub mod rate;
pub mod recipients;
pub mod run_log;
pub mod sentence;
pub mod smtp;
pub mod spec;
pub mod submitted;
mod system;
pub mod template;
pub mod transport;
pub mod verdict_text;
pub mod webhooks;
