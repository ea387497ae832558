use crate::testing::Site;
use axum::http::StatusCode;
use mail::submitted::{Group, Submitted};
use model::{Authority, ItemState, JobId, JobKind, JobState, OnUnknown, pace};
use serde_json::json;
use store::{Intake, ItemFilter, LedgerMatch, NewJob, NewSubmission, Role, SubmittedContent};
use uuid::Uuid;

const ID: Uuid = Uuid::from_u128(7);
const MESSAGE: &str = "From: compta@exemple.fr\r\nTo: a@x.fr\r\nSubject: <b>x\u{202e}\r\nMIME-Version: 1.0\r\n\
    Content-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\nContent-Type: text/html\r\n\r\n<script>alert(1)</script><p>Bonjour</p>\r\n\
    --o\r\nContent-Type: text/html\r\nContent-Disposition: attachment; filename=\"../evil.html\"\r\n\r\n<script>alert(2)</script>\r\n--o--\r\n";

/// A site to which a program has handed over a message.
async fn site() -> Site {
    let site = Site::with_account().await;
    let account = site.app.db.accounts().await.unwrap().remove(0).id;
    let (name, application, flow, created_by, from) = ("Factures", "heron", "send", "ana", "compta@exemple.fr");
    let group = Group { name, application, flow, created_by, from };
    let job = NewJob {
        id: JobId(Uuid::from_u128(1)),
        kind: JobKind::Mail,
        name: name.into(),
        on_unknown: OnUnknown::Hold,
        account: Some(account),
        application_name: application.into(),
        flow_name: flow.into(),
        created_by: created_by.into(),
        task_type: "submission".into(),
        task_id: String::new(),
        spec: group.spec(),
        limits: pace::Limits::default(),
        state: JobState::Pending,
        total: 0,
        ledger: LedgerMatch::None,
        authority: Authority::Write,
    };
    let subject = "<b>x\u{202e}".to_owned();
    let submitted = Submitted { id: ID, from: from.into(), subject, message_id: "1@x".into(), ..Submitted::default() };
    let items = submitted.items(&["a@x.fr", "b@x.fr", "a@x.fr"].map(str::to_owned), || Uuid::from_u128(77));
    let message = |(id, label, payload)| {
        let content = SubmittedContent::Here(MESSAGE.into());
        NewSubmission { id, idempotency_key: None, label, payload, size: MESSAGE.len() as u64, content }
    };
    let messages = items.into_iter().map(message).collect();
    let now = site.app.clock.now();
    let intake = Intake { key: "k".into(), job, spare: JobId(Uuid::from_u128(2)), open_until: now, messages };
    site.app.db.submit(vec![intake], now).await.unwrap();
    site
}

#[tokio::test]
async fn a_message_is_opened_and_nothing_in_it_runs() {
    let site = site().await;
    let ana = site.person("ana", Role::Operator).await;
    let page = site.look(&ana, &format!("/messages/{ID}")).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    assert!(page.text.contains("<iframe sandbox src=") && page.text.contains("a@x.fr"), "{}", page.text);
    assert!(!page.text.contains("<script>alert") && !page.text.contains("<b>x"), "{}", page.text);
    let html = site.look(&ana, &format!("/messages/{ID}/html")).await;
    assert!(html.text.contains("<p>Bonjour</p>"), "{}", html.text);
    let policy = html.header("content-security-policy");
    assert!(policy.starts_with("sandbox; default-src 'none'") && !policy.contains("allow-"), "{policy}");
    let file = site.look(&ana, &format!("/messages/{ID}/files/1")).await;
    assert_eq!(file.header("content-disposition"), "attachment; filename*=UTF-8''evil.html");
    assert!(file.header("content-security-policy").contains("sandbox"), "{:?}", file.headers);
    assert_eq!(site.look(&ana, &format!("/messages/{ID}/files/2")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(site.look(&ana, &format!("/messages/{ID}/raw")).await.text, MESSAGE);
    assert_eq!(site.look(&ana, "/messages/nobody").await.status, StatusCode::NOT_FOUND);
    let items = site.look(&ana, &format!("/jobs/{}/items", Uuid::from_u128(1))).await.text;
    assert!(items.contains(&format!("href=\"/messages/{ID}\"")), "{items}");
    let viewer = site.person("ben", Role::Viewer).await;
    assert_eq!(site.look(&viewer, &format!("/messages/{ID}")).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_message_is_sent_again_to_others_and_its_job_goes_on() {
    let site = site().await;
    let ana = site.person("ana", Role::Operator).await;
    let bad = site.act(&ana, &format!("/messages/{ID}/resend"), &[("to", "nobody")]).await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", bad.text);
    let sent = site.act(&ana, &format!("/messages/{ID}/resend"), &[("to", "c@x.fr")]).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    let through_api = site.post(&format!("/api/v1/messages/{ID}/resend"), json!({})).await.json();
    assert_eq!(through_api["seq"], 4, "{through_api}");
    let items = site.app.db.items(JobId(Uuid::from_u128(1)), &ItemFilter { limit: 10, ..ItemFilter::default() }).await;
    let labels: Vec<_> = items.unwrap().rows.into_iter().map(|item| (item.label, item.state)).collect();
    assert_eq!(labels[2], ("c@x.fr".to_owned(), ItemState::Queued));
    let labels: Vec<_> = labels.iter().map(|(label, _)| label.as_str()).collect();
    assert_eq!(labels, ["a@x.fr", "b@x.fr", "c@x.fr", "a@x.fr"], "each recipient is sent to by itself");
    let again = site.get(&format!("/api/v1/messages/{}", through_api["id"].as_str().unwrap())).await.json();
    assert_eq!((&again["subject"], &again["to"]), (&json!("<b>x\u{202e}"), &json!(["a@x.fr"])));
    assert_eq!(again["content"]["files"][0]["content_type"], "text/html");
    let waiting = site.post(&format!("/api/v1/messages/{ID}/release"), json!({})).await;
    assert_eq!(waiting.status, StatusCode::CONFLICT, "it is due: {}", waiting.text);
}

#[tokio::test]
async fn a_message_whose_content_was_let_go_of_says_so() {
    let site = site().await;
    let job = JobId(Uuid::from_u128(1));
    site.app.db.cancel_job(job, store::Reason::new("requested", ""), site.app.clock.now()).await.unwrap();
    let later = site.app.clock.now() + std::time::Duration::from_secs(1);
    assert_eq!(site.app.db.forget_submitted_content(later, 10).await.unwrap(), 2);
    assert_eq!(site.get(&format!("/api/v1/messages/{ID}")).await.json()["content"], json!(null));
    let again = site.post(&format!("/api/v1/messages/{ID}/resend"), json!({})).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "{}", again.text);
    assert!(again.text.contains("keep-days"), "{}", again.text);
}
