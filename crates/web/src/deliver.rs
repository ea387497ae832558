//! Reports outcomes to webhooks: batches of the feed, signed, each at least once and in order. A receiver that fails
//! is left alone for a while, longer each time, and then told from where it stopped.

use crate::{App, Ctx, api::outcomes, api::webhooks::sealed_for};
use bytes::Bytes;
use std::time::Duration;
use store::Webhook;
use tokio::task::JoinSet;

/// Outcomes in one call.
const BATCH: u32 = 500;
/// How often to look for news.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// For a receiver to answer.
const TIMEOUT: Duration = Duration::from_secs(20);
/// Calls to one receiver before the others get their turn.
const CALLS_AT_ONCE: usize = 20;

/// Runs until it is dropped. Whoever owns the state runs it once; beside others on PostgreSQL a receiver may be told
/// the same outcome twice, and tells by its `id`.
///
/// # Errors
/// When no HTTP client can be set up: the machine's certificates cannot be read.
pub async fn deliver_loop(app: App) -> Result<(), reqwest::Error> {
    let http = reqwest::Client::builder().timeout(TIMEOUT).redirect(reqwest::redirect::Policy::none()).build()?;
    let ctx = Ctx::new(app);
    let mut ticks = tokio::time::interval(LOOK_EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        deliver_due(&ctx, &http).await;
    }
}

/// Tells every receiver that is due what it has not been told.
pub(crate) async fn deliver_due(ctx: &Ctx, http: &reqwest::Client) {
    let due = match ctx.app.db.due_webhooks(ctx.app.clock.now()).await {
        Ok(due) => due,
        Err(error) => {
            tracing::warn!(%error, "webhooks cannot be looked up");
            return;
        }
    };
    let mut tasks = JoinSet::new();
    for hook in due {
        let (ctx, http) = (ctx.clone(), http.clone());
        tasks.spawn(async move { deliver(&ctx, &http, hook).await });
    }
    while tasks.join_next().await.is_some() {}
}

async fn deliver(ctx: &Ctx, http: &reqwest::Client, hook: Webhook) {
    let (id, mut from) = (hook.id, hook.cursor);
    for _ in 0..CALLS_AT_ONCE {
        match call(ctx, http, &hook, from).await {
            Ok(to) if to == from => return,
            Ok(to) => match ctx.app.db.advance_webhook(id, from, to).await {
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
                if let Err(error) = ctx.app.db.note_webhook_failure(id, error, ctx.app.clock.now()).await {
                    tracing::warn!(webhook = %id, %error, "a webhook's failure could not be noted");
                }
                return;
            }
        }
    }
}

/// One call with what follows `from`, if anything. Returns how far it was told.
async fn call(ctx: &Ctx, http: &reqwest::Client, hook: &Webhook, from: i64) -> Result<i64, String> {
    let page = outcomes::after(ctx, from, BATCH, hook.mailing.as_deref()).await;
    let page = page.map_err(|problem| problem.detail().to_owned())?;
    if page.outcomes.is_empty() {
        return Ok(page.next);
    }
    let body: Bytes = serde_json::to_vec(&page).map_err(|error| error.to_string())?.into();
    let mut request = http.post(&hook.url).header("content-type", "application/json");
    if let Some(sealed) = &hook.secret {
        let secret = ctx.app.vault.unseal(sealed, &sealed_for(hook.id)).map_err(|error| error.to_string())?;
        request = request.header("x-vigie-signature", vault::sign_webhook(&secret, &body));
    }
    // The error's own words hold the URL, which may hold a key.
    let answer = request.body(body).send().await.map_err(|error| why(&error.without_url()))?;
    if answer.status().is_success() { Ok(page.next) } else { Err(format!("the receiver answered {}", answer.status())) }
}

fn why(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
