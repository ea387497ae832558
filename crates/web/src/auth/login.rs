//! Whether a name and a password belong together.

use super::throttle::Attempt;
use crate::{
    Ctx,
    problem::{Problem, Result},
    serve::places::{Holder, Pool},
};
use secrecy::SecretString;
use std::time::Duration;
use store::User;
use tokio::{sync::Semaphore, task::spawn_blocking};

/// Hashes are computed one at a time of each kind: each takes 19 MiB and a processor. Those who have been here before
/// do not wait for strangers.
pub(crate) struct Hashing {
    known: Semaphore,
    strangers: Semaphore,
    /// Strangers who wait for theirs, each address a share: beyond, they are told to come back.
    waiting: Pool,
}

/// Of strangers' passwords at about 20 ms each: who waits, waits a second at the most.
const WAITING_MAX: usize = 40;
const WAITING_EACH_MAX: usize = 8;

impl Default for Hashing {
    fn default() -> Self {
        let waiting = Pool::new(WAITING_MAX, WAITING_EACH_MAX);
        Self { known: Semaphore::new(1), strangers: Semaphore::new(1), waiting }
    }
}

/// Passwords are not shorter than this; NIST SP 800-63B asks for no rules on what they hold.
pub(crate) const PASSWORD_CHARS_MIN: usize = 10;
pub(crate) const PASSWORD_CHARS_MAX: usize = 200;

pub(crate) enum Login {
    In(User),
    /// No such name, or not that password, or no longer allowed: not told apart.
    Wrong,
    Wait(Duration),
}

/// Looks a login up. Takes about as long whether the name is known or not.
pub(crate) async fn check(ctx: &Ctx, attempt: &Attempt<'_>, password: SecretString) -> Result<Login> {
    let now = ctx.app.clock.now();
    let _waiting = match attempt.browser {
        Some(_) => None,
        None => Some(ctx.hashing.waiting.take(&Holder::stranger(attempt.address)).map_err(|_| crowded())?),
    };
    if let Err(wait) = ctx.throttle.begin(attempt, now) {
        return Ok(Login::Wait(wait));
    }
    let user = ctx.app.db.user_named(attempt.name).await?.filter(|user| !user.disabled);
    let hash = user.as_ref().and_then(|user| user.password.clone());
    let places = if attempt.browser.is_some() { &ctx.hashing.known } else { &ctx.hashing.strangers };
    let is_right = computed(places, move || match hash {
        Some(hash) => vault::is_password(&password, &hash),
        None => {
            vault::no_password(&password);
            false
        }
    })
    .await?;
    match user.filter(|_| is_right) {
        Some(user) => {
            ctx.throttle.succeeded(attempt);
            Ok(Login::In(user))
        }
        None => Ok(Login::Wrong),
    }
}

fn crowded() -> Problem {
    Problem::busy("busy", "too many logins at the same time", 5)
}

/// The hash to keep of a new password.
pub(crate) async fn hash(ctx: &Ctx, password: SecretString) -> Result<String> {
    let rng = ctx.app.rng.clone();
    computed(&ctx.hashing.known, move || vault::hash_password(&password, &rng)).await
}

async fn computed<T: Send + 'static>(places: &Semaphore, compute: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let busy = |_| Problem::busy("stopping", "Vigie is shutting down", 5);
    let _place = places.acquire().await.map_err(busy)?;
    spawn_blocking(compute).await.map_err(|error| Problem::internal(&error))
}
