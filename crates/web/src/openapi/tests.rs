//! The smaller families, each once from end to end.

use crate::testing::{Site, send};
use axum::http::StatusCode;
use serde_json::{Value, json};
use store::Scope;

#[tokio::test]
async fn items_are_streamed_in_and_run_when_ready() {
    let site = Site::new().await;
    assert_eq!(site.post_text("/api/v1/ledger/Factures", "\"k2\"\n\"k9\"\n\"k2\"\n").await.json(), json!({"new": 2}));
    let job = site.post("/api/v1/jobs", json!({"name": "Factures", "kind": "noop", "prepare": true})).await.json();
    let path = |rest: &str| format!("/api/v1/jobs/{}{rest}", job["id"].as_str().unwrap());
    let line = |seq: u64, more: Value| {
        let mut line =
            json!({"seq": seq, "message_no": seq, "ledger_key": format!("k{seq}"), "label": "a@x.fr", "payload": {}});
        line.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        line.to_string() + "\n"
    };
    let wrong = json!({"verdict": {"code": "invalid_row", "reply": "clients.csv:4: no address", "fault": "content",
                                   "retry": {"when": "never"}}});
    let lines: String = (1..=2_500).map(|seq| line(seq, if seq == 3 { wrong.clone() } else { json!({}) })).collect();
    let added = site.post_text(&path("/items?ledger=Factures"), lines).await;
    assert_eq!(added.json(), json!({"accepted": 2_500, "skipped": 2}));
    let again = site.post_text(&path("/items"), line(2_500, json!({}))).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "{}", again.text);
    let broken = site.post_text(&path("/items"), line(2_501, json!({})) + "{\n").await;
    assert_eq!((broken.status, &broken.json()["accepted"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!(0)));
    let ready = site.post_text(&path("/ready"), "").await.json();
    assert_eq!((&ready["state"], &ready["queued"], &ready["failed"]), (&json!("pending"), &json!(2_497), &json!(1)));
    assert_eq!(site.post_text(&path("/items"), line(3_000, json!({}))).await.status, StatusCode::CONFLICT);
    insta::assert_json_snapshot!("trouble", site.get(&path("/items?trouble=true")).await.json());
    let report = site.get("/api/v1/report").await.json();
    // Its items are no recipients: the job is no mailing.
    let others = json!({"succeeded": 0, "failed": 1, "unknown": 0});
    assert_eq!(
        (&report["date"], &report["errors"], &report["other_items"], &report["success_rate"]),
        (&json!("2025-01-10"), &json!(0), &others, &Value::Null)
    );
    assert_eq!(site.get("/api/v1/report?date=2025-01-09").await.json()["other_items"]["failed"], 0);
    let settled = site.post(&path("/settle"), json!({"seqs": [1], "as": "sent", "by": "moi"})).await;
    assert_eq!(settled.json()["settled"], json!([]), "a queued item is not unknown");
}

#[tokio::test]
async fn a_token_is_shown_once_and_ends_when_revoked() {
    let site = Site::new().await;
    let made = site.post("/api/v1/tokens", json!({"name": "site", "scope": "progress"})).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let (token, list) = (made.json()["token"].clone(), site.get("/api/v1/tokens").await);
    insta::assert_json_snapshot!("tokens", list.json());
    let bearer = format!("Bearer {}", token.as_str().unwrap());
    let path = "/core/sse-progress/7f3b0c52-0000-4000-8000-000000000001/";
    let poll = async || send(&site.router, "GET", path, &[("authorization", &bearer)], "").await.status;
    assert_eq!(poll().await, StatusCode::OK);
    let used = async || site.get("/api/v1/tokens").await.json()["rows"][0]["used_at"].clone();
    // It is written down beside the request.
    let told = tokio::time::timeout(std::time::Duration::from_secs(30), async {
        while used().await.is_null() {
            tokio::task::yield_now().await;
        }
    });
    told.await.expect("its use is written down");
    let events = site.app.db.audit(None, 1).await.unwrap().rows;
    assert_eq!((events[0].action.as_str(), events[0].detail.as_str()), ("POST /api/v1/tokens", "site"));
    let revoked = send(&site.inside, "DELETE", "/api/v1/tokens/site", &[], "").await;
    assert_eq!((revoked.status, poll().await), (StatusCode::NO_CONTENT, StatusCode::UNAUTHORIZED));
    assert_eq!(send(&site.inside, "DELETE", "/api/v1/tokens/site", &[], "").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_account_shows_all_but_its_secret() {
    let site = Site::new().await;
    let account = json!({"url": "smtps://u@mail.exemple.fr", "secret": "s3cret", "limits": {"daily": 2000}});
    assert_eq!(site.put("/api/v1/accounts/compta", account).await.status, StatusCode::OK);
    insta::assert_json_snapshot!("accounts", site.get("/api/v1/accounts").await.json(), {".rows[].id" => "[id]"});
    for url in ["ftp://x", "smtp://u:secret@x", "", "gmail://"] {
        let refused = site.put("/api/v1/accounts/autre", json!({"url": url})).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{url}");
        assert!(!refused.text.contains("u:secret"));
    }
    assert_eq!(site.get("/api/v1/accounts/autre").await.status, StatusCode::NOT_FOUND);
    assert_eq!(site.post_text("/api/v1/accounts/compta/resume", "").await.status, StatusCode::OK);
    assert_eq!(site.get("/api/v1/workers").await.json(), json!({"rows": [], "next": null}));
    assert_eq!(site.token(Scope::Read).await.len(), 38);
}

/// Limits that are not sent are not changed; a new account has what its provider is known to allow.
#[tokio::test]
async fn limits_that_are_left_out_stay() {
    let site = Site::new().await;
    let put = async |name: &str, body: Value| {
        site.put(&format!("/api/v1/accounts/{name}"), body).await.json()["limits"].clone()
    };
    let new = put("gmail", json!({"url": "gmail://compta@exemple.fr"})).await;
    assert_eq!((&new["per_minute"], &new["daily"]), (&json!(60), &json!(2000)));
    assert_eq!(put("here", json!({"url": "smtp://127.0.0.1:25"})).await["per_minute"], Value::Null);
    let none = put("gmail", json!({"url": "gmail://compta@exemple.fr", "limits": {}})).await;
    assert_eq!(none["daily"], Value::Null, "who administers it may take every limit away");
    put("gmail", json!({"url": "gmail://compta@exemple.fr", "limits": {"daily": 7}})).await;
    let kept = put("gmail", json!({"url": "gmail://compta@exemple.fr"})).await;
    assert_eq!((&kept["per_minute"], &kept["daily"]), (&Value::Null, &json!(7)));
    let job = json!({"name": "n", "kind": "noop", "prepare": true, "limits": {"daily": 7}});
    assert_eq!(site.post("/api/v1/jobs", job).await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_command_is_an_admins_to_give() {
    let site = Site::new().await;
    let (write, admin) = (site.token(Scope::Write).await, site.token(Scope::Admin).await);
    for kind in ["command", "http"] {
        let spec = if kind == "http" { json!({"url": "http://127.0.0.1:9/"}) } else { json!({"command": ["true"]}) };
        let body = json!({"name": "n", "kind": kind, "spec": spec, "prepare": true}).to_string();
        let made = async |token: &str| {
            let bearer = format!("Bearer {token}");
            let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
            send(&site.router, "POST", "/api/v1/jobs", &headers, body.clone()).await.status
        };
        assert_eq!(made(&write).await, StatusCode::FORBIDDEN, "{kind}");
        assert_eq!(made(&admin).await, StatusCode::CREATED, "{kind}");
    }
}
