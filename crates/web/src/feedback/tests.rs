use crate::testing::{Site, send};
use axum::http::StatusCode;
use serde_json::json;
use store::{NewProject, Role};

const EVENT: &str = "9ec79c33ec9942ab8353589fcb2e04dc";

async fn sent(site: &Site, envelope: String) {
    let path = format!("/api/1/envelope/?sentry_key={}", "ab".repeat(16));
    assert_eq!(send(&site.router, "POST", &path, &[], envelope).await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_people_say_and_send_stands_with_the_issue() {
    let site = Site::new().await;
    let new = NewProject { name: "Shop".into(), platform: "python".into(), settings: String::new(), key: [0xab; 16] };
    site.app.db.create_project(new, site.app.clock.now()).await.unwrap();
    let event = json!({"message": "the cart is empty"});
    sent(
        &site,
        format!(
            "{{\"event_id\":\"{EVENT}\"}}\n{{\"type\":\"event\"}}\n{event}\n{{\"type\":\"attachment\",\"length\":25,\"filename\":\"../<a>.html\",\"content_type\":\"text/html\"}}\n<script>alert(1)</script>\n"
        ),
    )
    .await;
    let said = json!({"contexts": {"feedback": {"message": "<img src=x>", "name": "Anne", "contact_email": "anne@example.org",
        "associated_event_id": EVENT}}});
    sent(&site, format!("{{}}\n{{\"type\":\"feedback\"}}\n{said}\n")).await;
    site.app.reports.count().await.unwrap();
    site.app.reports.place_feedback().await.unwrap();

    let person = site.person("marie", Role::Viewer).await;
    let issue = site.look(&person, "/issues/SHOP-1").await.text;
    assert!(issue.contains("&lt;img src=x&gt;") && issue.contains("Anne &lt;anne@example.org&gt;"), "{issue}");
    assert!(issue.contains("../&lt;a&gt;.html") && !issue.contains("<a>.html"), "{issue}");
    let address = issue.split("href=\"").find(|rest| rest.starts_with("/issues/SHOP-1/attachments/")).unwrap();
    let address = address.split('"').next().unwrap();
    let file = site.look(&person, address).await;
    assert_eq!((file.status, file.text.as_str()), (StatusCode::OK, "<script>alert(1)</script>"));
    assert_eq!(file.header("content-type"), "application/octet-stream", "whatever the client says");
    assert_eq!(file.header("content-disposition"), "attachment; filename*=UTF-8''%3Ca%3E.html");
    assert!(file.header("content-security-policy").contains("sandbox"), "{:?}", file.headers);
    assert_eq!(file.header("x-content-type-options"), "nosniff");
    assert_eq!(site.look(&person, "/issues/SHOP-1/attachments/99").await.status, StatusCode::NOT_FOUND);

    let list = site.look(&person, "/feedback").await.text;
    assert!(list.contains("&lt;img src=x&gt;") && list.contains("href=\"/issues/SHOP-1\""), "{list}");
    let rows = site.get("/api/v1/feedback?project=shop").await.json();
    assert_eq!((&rows["rows"][0]["issue"], &rows["rows"][0]["name"]), (&json!("SHOP-1"), &json!("Anne")), "{rows}");
    assert_eq!(site.get("/api/v1/feedback?project=none").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_a_project_says_what_was_not_kept() {
    let site = Site::new().await;
    let new = NewProject { name: "Shop".into(), platform: "python".into(), settings: String::new(), key: [0xab; 16] };
    site.app.db.create_project(new, site.app.clock.now()).await.unwrap();
    let report = json!({"discarded_events": [{"reason": "sample_rate", "category": "transaction", "quantity": 41}]});
    sent(&site, format!("{{}}\n{{\"type\":\"client_report\"}}\n{report}\n{{\"type\":\"replay_event\"}}\n{{}}\n")).await;
    for _ in 0..2 {
        sent(&site, format!("{{\"event_id\":\"{EVENT}\"}}\n{{\"type\":\"event\"}}\n{{\"message\":\"x\"}}\n")).await;
    }
    let person = site.person("marie", Role::Viewer).await;
    let page = site.look(&person, "/projects/shop").await.text;
    assert!(page.contains("Already received"), "{page}");
    assert!(page.contains("Not sampled") && page.contains(">41<") && page.contains("In the application"), "{page}");
    assert!(page.contains("replay") && page.contains("By Vigie"), "{page}");
}
