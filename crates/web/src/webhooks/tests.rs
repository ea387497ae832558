//! A receiver that refuses for a while, and what it is told.

use crate::{Ctx, testing::Site};
use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use mail::webhooks::Webhooks;
use model::{ItemState, Timestamp};
use serde_json::{Value, json};
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
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
    let (db, vault, clock) = (site.app.db.clone(), site.app.vault.clone(), site.app.clock.clone());
    let webhooks = Webhooks::new(db, vault, clock).unwrap();
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
    webhooks.deliver_due().await.unwrap();
    let hooks = site.get("/api/v1/webhooks").await.json();
    assert_eq!(hooks["rows"][0]["failures"], 1, "{hooks}");
    receiver.refuses.store(false, Ordering::Relaxed);
    webhooks.deliver_due().await.unwrap();
    assert!(receiver.calls.lock().unwrap().is_empty(), "it is left alone for a while");
    site.clock.advance(Duration::from_secs(3600));
    webhooks.deliver_due().await.unwrap();
    webhooks.deliver_due().await.unwrap();
    let calls = std::mem::take(&mut *receiver.calls.lock().unwrap());
    assert_eq!((calls.len(), calls[0].1), (1, true));
    let outcome = &calls[0].0["outcomes"][0];
    assert_eq!((&outcome["label"], &outcome["mailing"]), (&json!("a@x.fr"), &json!("Factures")));
    server.abort();
}
