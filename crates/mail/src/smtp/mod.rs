//! Sends letters by SMTP (RFC 5321), and says exactly how far it came.
//!
//! A message takes two round trips where the server offers PIPELINING (RFC 2920): one write carries `MAIL`, every `RCPT`
//! and `DATA`, the next one the content with its final dot. Until that second write the content cannot have been taken,
//! so a connection that is lost is a retry; from then on only the server's answer tells, and without it the outcome is
//! unknown. A connection is reused for many messages; when the server has closed it in between, which shows before it
//! has said anything, the message goes out on a fresh one.

mod account;
pub mod classify;
mod dots;
mod logins;
pub mod reply;
mod session;
mod transaction;
mod wire;

pub use account::{Account, AccountError, Flights, PlaintextAuth, Security, Timeouts};
pub use session::Extensions;

use crate::{delivery::Delivery, letter::Letter, message::Signer};
use jobs::Intent;
use model::Verdict;
use session::Session;
use std::{fmt, sync::Arc, time::Duration};
use tokio::time::Instant;
use transaction::{Parcel, TransactionEnding};

/// One connection to the account's server, opened when it is needed and reopened when it is worn out.
pub struct Connection {
    account: Arc<Account>,
    signer: Option<Arc<Signer>>,
    session: Option<Session>,
    /// Written to the server as a whole; kept to be filled again.
    out: Vec<u8>,
}

/// What a server offers, as [`check`] found it.
#[derive(Clone, Debug)]
pub struct Report {
    /// The first line of the greeting, without its code.
    pub greeting: String,
    /// As `TLSv1_3`; `None` when the connection is not private.
    pub tls: Option<String>,
    /// How we logged in, as `PLAIN`.
    pub mechanism: Option<&'static str>,
    pub extensions: Extensions,
    /// The biggest message the server takes, in bytes.
    pub size_limit: Option<u64>,
}

/// Connects, greets, makes the connection private, logs in and leaves. Sends nothing.
///
/// # Errors
/// The verdict that sending would meet.
pub async fn check(account: &Account) -> Result<Report, Verdict> {
    let session = Session::open(account).await?;
    let report = Report {
        greeting: session.greeting.clone(),
        tls: session.wire.tls_version(),
        mechanism: session.mechanism,
        size_limit: session.extensions.size.filter(|size| *size > 0),
        extensions: session.extensions.clone(),
    };
    session.quit(Duration::from_secs(2)).await;
    Ok(report)
}

impl Connection {
    pub fn new(account: Arc<Account>, signer: Option<Arc<Signer>>) -> Self {
        Self { account, signer, session: None, out: Vec::new() }
    }

    /// Sends a letter that belongs to no job.
    pub async fn deliver(&mut self, letter: &Letter) -> Delivery {
        self.deliver_declared(letter, &Intent::free()).await
    }

    /// Sends one letter to all of its recipients, as one message; `intent` is declared right before the final dot. To
    /// drop the future is to lose the connection, and, when the intent was declared, the outcome.
    pub async fn deliver_declared(&mut self, letter: &Letter, intent: &Intent) -> Delivery {
        let parcel = match Parcel::pack(letter, self.signer.as_deref()).await {
            Ok(parcel) => parcel,
            Err(verdict) => return Delivery::NotSent { verdict, refused: Vec::new() },
        };
        let mut reuse = Reuse::Allowed;
        loop {
            let mut session = match self.session(reuse).await {
                Ok(session) => session,
                Err(verdict) => return Delivery::NotSent { verdict, refused: Vec::new() },
            };
            let ending = transaction::run(&mut session, &self.account, &parcel, intent, &mut self.out).await;
            // One big message must not keep its buffer for the rest of the run.
            self.out.shrink_to(transaction::WHOLE_BYTES_MAX);
            session.messages += 1;
            session.last_used = Instant::now();
            match ending {
                TransactionEnding::Keep(delivery) => {
                    self.session = Some(session);
                    return delivery;
                }
                TransactionEnding::Drop(delivery) => return delivery,
                TransactionEnding::Stale => reuse = Reuse::Forbidden,
            }
        }
    }

    /// Says goodbye, within `patience`.
    pub async fn close(mut self, patience: Duration) {
        if let Some(session) = self.session.take() {
            session.quit(patience).await;
        }
    }

    async fn session(&mut self, reuse: Reuse) -> Result<Session, Verdict> {
        if let Some(session) = self.session.take() {
            let limit = self.account.messages_per_connection;
            if limit > 0 && session.messages >= limit {
                session.quit(Duration::from_secs(2)).await;
            } else if reuse == Reuse::Allowed && !session.wire.is_stale() {
                return Ok(session);
            }
        }
        self.account.logins.open(&self.account).await
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("account", &self.account)
            .field("open", &self.session.is_some())
            .finish_non_exhaustive()
    }
}

/// Whether a message may go out on a connection that has carried others.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reuse {
    Allowed,
    Forbidden,
}
