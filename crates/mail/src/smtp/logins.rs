//! One login first: a wrong password is tried once for all connections of an account, not once for each. Servers lock
//! out those who try too often.

use super::{account::Account, session::Session};
use model::{Fault, Verdict};
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::Mutex;

#[derive(Default)]
pub(super) struct Logins {
    /// Goes up with each first attempt that came to an end.
    ended: AtomicU64,
    known: Mutex<LoginState>,
}

#[derive(Default)]
enum LoginState {
    #[default]
    Nothing,
    /// A connection has logged in: the others need not wait for each other.
    Good,
    /// The last attempt, which those who waited for it share.
    Bad(Verdict),
}

impl Logins {
    /// Opens a session. As long as nobody has logged in, one connection tries at a time; those who waited meanwhile
    /// take its failure for theirs. Refused credentials stay refused: new ones make a new account.
    pub(super) async fn open(&self, account: &Account) -> Result<Session, Verdict> {
        if account.password.is_none() {
            return Session::open(account).await;
        }
        let came_at = self.ended.load(Ordering::Acquire);
        let mut known = self.known.lock().await;
        match &*known {
            LoginState::Good => {
                drop(known);
                let opened = Session::open(account).await;
                if let Err(verdict) = &opened
                    && verdict.fault == Fault::Credentials
                {
                    *self.known.lock().await = LoginState::Bad(verdict.clone());
                }
                return opened;
            }
            LoginState::Bad(verdict) if verdict.fault == Fault::Credentials => return Err(verdict.clone()),
            LoginState::Bad(verdict) if self.ended.load(Ordering::Acquire) != came_at => return Err(verdict.clone()),
            LoginState::Bad(_) | LoginState::Nothing => {}
        }
        let opened = Session::open(account).await;
        *known = match &opened {
            Ok(_) => LoginState::Good,
            Err(verdict) => LoginState::Bad(verdict.clone()),
        };
        self.ended.fetch_add(1, Ordering::Release);
        opened
    }
}
