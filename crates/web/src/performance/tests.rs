use crate::testing::{Site, send};
use axum::http::StatusCode;
use serde_json::json;
use store::{NewProject, Role};

#[tokio::test(flavor = "multi_thread")]
async fn transactions_of_a_client_are_figures_of_their_endpoint() {
    let site = Site::new().await;
    let new = NewProject { name: "Shop".into(), platform: "python".into(), settings: String::new(), key: [0xab; 16] };
    let now = site.app.clock.now();
    site.app.db.create_project(new, now).await.unwrap();
    let end = now.as_micros() as f64 / 1e6;
    for (number, status) in ["ok", "ok", "internal_error"].iter().enumerate() {
        let body = json!({"type": "transaction", "transaction": "/cart/<b>", "start_timestamp": end - 0.25, "timestamp": end,
            "contexts": {"trace": {"trace_id": "0af7651916cd43dd8448eb211c80319c", "span_id": format!("{number:016x}"),
                "op": "http.server", "status": status}}});
        let envelope = format!("{{}}\n{{\"type\":\"transaction\"}}\n{body}\n");
        let path = format!("/api/1/envelope/?sentry_key={}", "ab".repeat(16));
        assert_eq!(send(&site.router, "POST", &path, &[], envelope).await.status, StatusCode::OK);
    }
    let until = model::Timestamp::from_micros(now.as_micros() + 1).to_string();
    let path = |project: &str| format!("/api/v1/performance/endpoints?until={until}&project={project}");
    let listed = site.get(&path("shop")).await.json();
    let row = &listed["rows"][0];
    assert_eq!((&row["name"], &row["count"], &row["failed"]), (&json!("/cart/<b>"), &json!(3), &json!(1)), "{listed}");
    assert_eq!(row["p50_ms"].as_f64().unwrap().round(), 250.0);
    assert_eq!(site.get(&path("other")).await.json()["rows"], json!([]));

    let person = site.person("marie", Role::Viewer).await;
    let page = site.look(&person, "/performance?project=shop").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains(">33.3%<") && page.text.contains(">0.67<"), "one of three failed: {}", page.text);
    assert!(page.text.contains("/cart/&#60;b&#62;") && !page.text.contains("/cart/<b>"), "{}", page.text);
}
