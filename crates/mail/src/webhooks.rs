//! Reports outcomes to webhooks: batches of the feed, signed, each at least once and in order. A receiver that fails
//! is left alone for a while, longer each time, and then told from where it stopped.

use crate::outcomes;
use bytes::Bytes;
use jobs::{Again, DoneBy, Work};
use model::Clock;
use outbound::{Client, Settings};
use reqwest::Method;
use std::time::Duration;
use store::{Db, Webhook};
use tokio::task::JoinSet;
use url::Url;
use uuid::Uuid;
use vault::Vault;

/// How often to look for news.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Outcomes in one call.
const BATCH: u32 = 500;
/// For a receiver to answer.
const TIMEOUT: Duration = Duration::from_secs(20);
/// Calls to one receiver before the others get their turn.
const CALLS_AT_ONCE: usize = 20;

/// What a webhook's secret is sealed about.
pub fn sealed_for(id: Uuid) -> String {
    format!("webhook {id}")
}

/// Who tells the receivers. Clones are one.
#[derive(Clone)]
pub struct Webhooks {
    db: Db,
    vault: Vault,
    clock: Clock,
    http: Client,
}

impl Webhooks {
    /// # Errors
    /// When no HTTP client can be set up: the machine's certificates cannot be read.
    pub fn new(db: Db, vault: Vault, clock: Clock) -> Result<Self, String> {
        let http = Client::new(Settings { timeout: Some(TIMEOUT), proxy: true, ..Settings::default() })?;
        Ok(Self { db, vault, clock, http })
    }

    /// Reports outcomes as they come. One process does it for all; where two take turns, a receiver may be told the same
    /// outcome twice, and tells by its `id`.
    pub fn reporting(self) -> Work {
        Work::new("webhooks", LOOK_EVERY, DoneBy::Leader, move || {
            let webhooks = self.clone();
            async move { webhooks.deliver_due().await.map(|()| Again::AsUsual) }
        })
    }

    /// Tells every receiver that is due what it has not been told.
    ///
    /// # Errors
    /// When the database does not say who is due. What a receiver answers is noted with it.
    pub async fn deliver_due(&self) -> Result<(), String> {
        let due = self.db.due_webhooks(self.clock.now()).await.map_err(|error| error.to_string())?;
        let mut deliveries = JoinSet::new();
        for hook in due {
            let webhooks = self.clone();
            deliveries.spawn(async move { webhooks.deliver(hook).await });
        }
        while deliveries.join_next().await.is_some() {}
        Ok(())
    }

    async fn deliver(&self, hook: Webhook) {
        let (id, mut from) = (hook.id, hook.cursor);
        for _ in 0..CALLS_AT_ONCE {
            match self.call(&hook, from).await {
                Ok(to) if to == from => return,
                Ok(to) => match self.db.advance_webhook(id, from, to).await {
                    Ok(true) => from = to,
                    // Somebody else told it meanwhile, or it was deleted.
                    Ok(false) => return,
                    Err(error) => {
                        tracing::warn!(webhook = %id, %error, "it cannot be noted what a webhook was told; it is told again");
                        return;
                    }
                },
                Err(error) => {
                    tracing::warn!(webhook = %id, error, "a webhook could not be told");
                    if let Err(error) = self.db.note_webhook_failure(id, error, self.clock.now()).await {
                        tracing::warn!(webhook = %id, %error, "a webhook's failure could not be noted");
                    }
                    return;
                }
            }
        }
    }

    /// One call with what follows `from`, if anything. Returns how far it was told.
    async fn call(&self, hook: &Webhook, from: i64) -> Result<i64, String> {
        let page = outcomes::after(&self.db, from, BATCH, hook.mailing.as_deref()).await;
        let page = page.map_err(|error| error.to_string())?;
        if page.outcomes.is_empty() {
            return Ok(page.next);
        }
        let body: Bytes = serde_json::to_vec(&page).map_err(|error| error.to_string())?.into();
        let url = Url::parse(&hook.url).map_err(|error| error.to_string())?;
        let request = self.http.request(Method::POST, url).map_err(|refused| refused.to_string())?;
        let mut request = request.header("content-type", "application/json");
        if let Some(sealed) = &hook.secret {
            let secret = self.vault.unseal(sealed, &sealed_for(hook.id)).map_err(|error| error.to_string())?;
            request = request.header("x-vigie-signature", vault::sign_webhook(&secret, &body));
        }
        let answer = request.body(body).send().await.map_err(|error| outbound::why(&error))?;
        match answer.status().is_success() {
            true => Ok(page.next),
            false => Err(format!("the receiver answered {}", answer.status())),
        }
    }
}
