//! Who a program logs in as: a sending account by its name, with an API token that may send.

use model::Clock;
use store::{Db, Scope};

/// The account's name, where both are right.
pub(crate) async fn log_in(db: &Db, clock: &Clock, user: &str, secret: &str) -> store::Result<Option<String>> {
    let (account, token) = (db.account_named(user).await?, db.token_by_hash(vault::hash_token(secret)).await?);
    let now = clock.now();
    let right = token
        .filter(|token| token.scope.allows(Scope::Write) && token.expires_at.is_none_or(|expires_at| expires_at > now));
    Ok(account.filter(|_| right.is_some()).map(|account| account.name))
}
