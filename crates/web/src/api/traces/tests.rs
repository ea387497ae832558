use crate::testing::{Site, send};
use axum::http::StatusCode;
use serde_json::json;

#[tokio::test]
async fn other_programs_post_traces_one_or_many() {
    let site = Site::new().await;
    let one = site.post("/api/v1/traces", json!({"trace_name": "Import EDI", "time_to_process": 0.8})).await;
    assert_eq!((one.status, one.json()["new"].as_u64()), (StatusCode::CREATED, Some(1)));
    let id = "7f3b0c52-0000-4000-8000-000000000009";
    let many = json!([
        {"id": id, "trace_name": "a", "comment": "=cmd()", "application_name": "edi", "errors": true},
        {"time_to_process": -1},
        {"surprise": 1},
        {"id": id, "trace_name": "a again"},
        "no trace",
    ]);
    let many = site.post("/api/v1/traces", many).await;
    assert_eq!(many.status, StatusCode::CREATED);
    insta::assert_json_snapshot!("many", many.json());
    let page = site.get("/api/v1/traces?count=true&application=edi").await.json();
    insta::assert_json_snapshot!("page", page);
    let sheet = site.get("/api/v1/traces.csv?application=edi&bom=true").await;
    insta::assert_snapshot!("sheet", sheet.text);
    assert_eq!(site.post("/api/v1/traces", json!({"errors": "maybe"})).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(site.post("/api/v1/traces", json!([{"errors": 3}])).await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_sheet_comes_back_as_it_went() {
    let (site, other) = (Site::new().await, Site::new().await);
    let posted: Vec<_> = (0..1_234)
        .map(|n| json!({"trace_name": format!("t{n}"), "comment": "deux\nlignes, \"et\" des points;", "file_name": "-n"}))
        .collect();
    assert_eq!(site.post("/api/v1/traces", json!(posted)).await.json()["new"], 1_234);
    let sheet = site.get("/api/v1/traces.csv").await;
    let kept = send(&other.inside, "POST", "/api/v1/traces.csv", &[], sheet.text.clone()).await;
    assert_eq!((&kept.json()["new"], &kept.json()["refused"]), (&json!(1_234), &json!([])));
    let lines = |text: &str| {
        let mut lines: Vec<_> = text.split("\r\n").map(str::to_owned).collect();
        let count = lines.len();
        lines.sort();
        (count, lines)
    };
    let returned = other.get("/api/v1/traces.csv").await;
    assert!(lines(&returned.text) == lines(&sheet.text), "the rows differ");
    let again = other.post_text("/api/v1/traces.csv", sheet.text).await;
    assert_eq!((&again.json()["new"], &again.json()["accepted"]), (&json!(0), &json!(1_234)));
}

#[tokio::test]
async fn a_wrong_sheet_is_refused_by_line() {
    let site = Site::new().await;
    let sheet = "trace_name;errors;time_to_process\na;oui;1\n\nb;1;0,5\nc;true\n";
    insta::assert_json_snapshot!(site.post_text("/api/v1/traces.csv", sheet).await.json()["refused"]);
    let unknown = site.post_text("/api/v1/traces.csv", "nom\na\n").await;
    assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(site.post_text("/api/v1/traces.csv", "").await.status, StatusCode::UNPROCESSABLE_ENTITY);
}
