//! The SMTP port that other programs hand their mail to (RFC 6409).
//!
//! A message's way: [`session`] takes the dialogue apart, purely → [`content`] reads its header, purely, and strips what is
//! for Vigie alone → [`Spool`] writes it to disk beside an item of a mailing, many connections in one commit → only then
//! the program is told `250`. From there it is paced, retried and traced as any other message of a mailing.
//! [`Server`] is the only part with sockets.

pub mod content;
mod login;
mod server;
pub mod session;
mod spool;

pub use server::{Parts, Server};
pub use spool::{Spool, Wake};

use std::time::Duration;

/// What is bounded, and by how much.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes of a message.
    pub message_bytes_max: u64,
    pub recipients_max: usize,
    pub connections_max: usize,
    /// Nothing was heard for so long.
    pub idle: Duration,
    /// A message must have come within so long.
    pub message: Duration,
    /// A job of messages takes more until none has come for so long.
    pub quiet: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            message_bytes_max: 25 << 20,
            recipients_max: 10_000,
            connections_max: 500,
            idle: Duration::from_secs(300),
            message: Duration::from_secs(600),
            quiet: Duration::from_secs(60),
        }
    }
}
