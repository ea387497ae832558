//! API tokens, and how long they are believed without asking the store.

use crate::{Ctx, problem::Problem};
use model::Timestamp;
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};
use store::Scope;

/// A revocation by this process counts at once, one by another after so long.
const BELIEVED_FOR: Duration = Duration::from_secs(5);
const REMEMBERED_MAX: usize = 1024;
/// How exactly it is known when a token was last used.
const USED_EVERY: Duration = Duration::from_secs(60);

/// Tokens seen lately, by their hashes.
#[derive(Default)]
pub(crate) struct Tokens(Mutex<HashMap<[u8; 32], CachedToken>>);

#[derive(Clone)]
struct CachedToken {
    scope: Scope,
    name: String,
    expires_at: Option<Timestamp>,
    seen: Instant,
}

impl Tokens {
    /// What the token allows, and its name; `None` when it is none, or has expired.
    pub(crate) async fn known(&self, ctx: &Ctx, token: &str) -> Result<Option<(Scope, String)>, Problem> {
        let hash = vault::hash_token(token);
        let known = self.lock().get(&hash).cloned().filter(|known| known.seen.elapsed() < BELIEVED_FOR);
        let known = match known {
            Some(known) => known,
            None => {
                let _turn = ctx.lookups.acquire().await;
                let Some(token) = ctx.app.db.token_by_hash(hash).await? else { return Ok(None) };
                let store::Token { id, scope, name, expires_at, used_at, .. } = token;
                let now = ctx.app.clock.now();
                // A process that only reads writes nothing; that of whoever reads is not worth a write each time.
                if ctx.app.wake.is_some() && used_at.is_none_or(|used| now.since(used) >= USED_EVERY) {
                    let db = ctx.app.db.clone();
                    tokio::spawn(async move {
                        if let Err(error) = db.use_token(id, now).await {
                            tracing::warn!(%error, "when a token was last used could not be written down");
                        }
                    });
                }
                let known = CachedToken { scope, name, expires_at, seen: Instant::now() };
                let mut tokens = self.lock();
                if tokens.len() >= REMEMBERED_MAX {
                    tokens.clear();
                }
                tokens.insert(hash, known.clone());
                known
            }
        };
        let now = ctx.app.clock.now();
        Ok(known.expires_at.is_none_or(|at| at > now).then_some((known.scope, known.name)))
    }

    pub(crate) fn forget(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<[u8; 32], CachedToken>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
