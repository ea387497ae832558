//! Reports outcomes to webhooks: batches of the feed, signed, each at least once and in order. A receiver that fails
//! is left alone for a while, longer each time, and then told from where it stopped.

use crate::{Ctx, jobs::outcomes, webhooks::api::sealed_for};
use bytes::Bytes;
use outbound::{Client, Settings};
use reqwest::Method;
use std::time::Duration;
use store::Webhook;
use tokio::task::JoinSet;
use url::Url;

/// Outcomes in one call.
const BATCH: u32 = 500;
/// For a receiver to answer.
const TIMEOUT: Duration = Duration::from_secs(20);
/// Calls to one receiver before the others get their turn.
const CALLS_AT_ONCE: usize = 20;

pub(crate) fn client() -> Result<Client, String> {
    Client::new(Settings { timeout: Some(TIMEOUT), proxy: true, ..Settings::default() })
}

/// Tells every receiver that is due what it has not been told.
///
/// # Errors
/// When the database does not say who is due. What a receiver answers is noted with it.
pub(crate) async fn deliver_due(ctx: &Ctx, http: &Client) -> Result<(), String> {
    let due = ctx.app.db.due_webhooks(ctx.app.clock.now()).await.map_err(|error| error.to_string())?;
    let mut tasks = JoinSet::new();
    for hook in due {
        let (ctx, http) = (ctx.clone(), http.clone());
        tasks.spawn(async move { deliver(&ctx, &http, hook).await });
    }
    while tasks.join_next().await.is_some() {}
    Ok(())
}

async fn deliver(ctx: &Ctx, http: &Client, hook: Webhook) {
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
async fn call(ctx: &Ctx, http: &Client, hook: &Webhook, from: i64) -> Result<i64, String> {
    let page = outcomes::after(ctx, from, BATCH, hook.mailing.as_deref()).await;
    let page = page.map_err(|problem| problem.detail().to_owned())?;
    if page.outcomes.is_empty() {
        return Ok(page.next);
    }
    let body: Bytes = serde_json::to_vec(&page).map_err(|error| error.to_string())?.into();
    let url = Url::parse(&hook.url).map_err(|error| error.to_string())?;
    let request = http.request(Method::POST, url).map_err(|refused| refused.to_string())?;
    let mut request = request.header("content-type", "application/json");
    if let Some(sealed) = &hook.secret {
        let secret = ctx.app.vault.unseal(sealed, &sealed_for(hook.id)).map_err(|error| error.to_string())?;
        request = request.header("x-vigie-signature", vault::sign_webhook(&secret, &body));
    }
    let answer = request.body(body).send().await.map_err(|error| outbound::why(&error))?;
    if answer.status().is_success() { Ok(page.next) } else { Err(format!("the receiver answered {}", answer.status())) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Site;
    use axum::{
        Router,
        extract::State,
        http::{HeaderMap, StatusCode},
        routing::post,
    };
    use model::{ItemState, Timestamp};
    use serde_json::{Value, json};
    use std::sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    };
    use store::Trace;

    #[derive(Default)]
    struct Receiver {
        refuses: AtomicBool,
        calls: Mutex<Vec<(Value, bool)>>,
    }

    async fn receive(State(receiver): State<Arc<Receiver>>, headers: HeaderMap, body: String) -> StatusCode {
        if receiver.refuses.load(Ordering::Relaxed) {
            return StatusCode::BAD_GATEWAY;
        }
        let signed = vault::sign_webhook(&"s3cret".into(), body.as_bytes());
        let is_ours = headers.get("x-vigie-signature").is_some_and(|found| found == signed.as_str());
        receiver.calls.lock().unwrap().push((serde_json::from_str(&body).unwrap(), is_ours));
        StatusCode::NO_CONTENT
    }

    #[tokio::test]
    async fn outcomes_are_told_signed_and_again_after_a_failure() {
        let receiver = Arc::new(Receiver::default());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let app = Router::new().route("/", post(receive)).with_state(Arc::clone(&receiver));
        let server = tokio::spawn(axum::serve(listener, app).into_future());
        let site = Site::new().await;
        let ctx = Ctx::new(site.app.clone());
        let made = site.post("/api/v1/webhooks", json!({"url": url, "secret": "s3cret"})).await;
        assert_eq!((made.status, made.text.contains("s3cret")), (StatusCode::CREATED, false), "{}", made.text);

        let job = site.post("/api/v1/jobs", json!({"name": "Factures", "kind": "noop", "prepare": true})).await.json();
        let path = format!("/api/v1/jobs/{}/items", job["id"].as_str().unwrap());
        site.post_text(&path, "{\"seq\":1,\"message_no\":1,\"label\":\"a@x.fr\",\"payload\":{}}\n").await;
        let id = job["id"].as_str().unwrap().parse().unwrap();
        let job = site.app.db.job(id).await.unwrap().unwrap();
        let trace = Trace {
            seq: Some(1),
            attempt: 1,
            outcome: Some(ItemState::Succeeded),
            created_at: Timestamp::EPOCH,
            ..crate::traces::api::generic(&ctx, &job)
        };
        site.app.db.insert_traces(vec![trace]).await.unwrap();

        receiver.refuses.store(true, Ordering::Relaxed);
        deliver_due(&ctx, &client().unwrap()).await.unwrap();
        let hooks = site.get("/api/v1/webhooks").await.json();
        assert_eq!(hooks["rows"][0]["failures"], 1, "{hooks}");
        receiver.refuses.store(false, Ordering::Relaxed);
        deliver_due(&ctx, &client().unwrap()).await.unwrap();
        assert!(receiver.calls.lock().unwrap().is_empty(), "it is left alone for a while");
        site.clock.advance(Duration::from_secs(3600));
        deliver_due(&ctx, &client().unwrap()).await.unwrap();
        deliver_due(&ctx, &client().unwrap()).await.unwrap();
        let calls = std::mem::take(&mut *receiver.calls.lock().unwrap());
        assert_eq!((calls.len(), calls[0].1), (1, true));
        let outcome = &calls[0].0["outcomes"][0];
        assert_eq!((&outcome["label"], &outcome["mailing"]), (&json!("a@x.fr"), &json!("Factures")));
        server.abort();
    }
}
