//! Rules, as people and programs write them.

use crate::testing::Site;
use axum::http::StatusCode;
use serde_json::json;
use store::Role;

#[tokio::test]
async fn a_search_with_a_misspelt_field_is_kept_only_on_purpose() {
    let site = Site::new().await;
    let ana = site.person("ana", Role::Operator).await;
    let mut typed = vec![
        ("kind", "log_pattern"),
        ("q", "levl:error"),
        ("limit", "1"),
        ("within_min", "5"),
        ("for_min", "0"),
        ("throttle_min", "5"),
    ];
    let refused = site.act(&ana, "/alerts/rules", &typed).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    for shown in ["has a field “levl”", "Did you mean “level:error”?", "name=\"sure\" value=\"levl:error\""] {
        assert!(refused.text.contains(shown), "{shown}: {}", refused.text);
    }
    typed.push(("sure", "levl:error"));
    assert_eq!(site.act(&ana, "/alerts/rules", &typed).await.status, StatusCode::SEE_OTHER, "it is meant");
    typed[1].1 = "levle:error";
    let other = site.act(&ana, "/alerts/rules", &typed).await;
    assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY, "not that one");

    let path = "/api/v1/alert-rules/019a0000-0000-7000-8000-000000000009";
    let rule = |q: &str| json!({"kind": "log_pattern", "query": q, "at_least": 1, "within_s": 300});
    let refused = site.put(path, rule("levl:error")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("level:error") && refused.text.contains("anyway"), "{}", refused.text);
    let mut anyway = rule("levl:error");
    anyway["anyway"] = json!(true);
    assert_eq!(site.put(path, anyway).await.status, StatusCode::OK);
    assert_eq!(site.put(path, rule("level:error")).await.status, StatusCode::OK);
}
