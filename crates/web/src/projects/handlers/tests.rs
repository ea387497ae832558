use crate::testing::{Site, send};
use axum::http::StatusCode;
use serde_json::json;
use store::Role;

#[tokio::test]
async fn a_project_is_made_and_its_page_gives_the_lines_to_paste() {
    let site = Site::new().await;
    let admin = site.person("ana", Role::Admin).await;
    assert!(site.look(&admin, "/issues").await.text.contains("/projects/new"), "the empty list leads to projects");
    let made = site.act(&admin, "/projects", &[("name", "Boutique été"), ("platform", "python-flask")]).await;
    assert_eq!((made.status, made.header("location")), (StatusCode::SEE_OTHER, "/projects/boutique-ete"));
    let page = site.look(&admin, "/projects/boutique-ete").await.text;
    let key = site.app.db.project_keys(1).await.unwrap()[0].public_key.clone();
    assert!(page.contains(&format!("http://{key}@127.0.0.1:8787/1")), "{page}");
    assert!(page.contains("from flask import Flask") && page.contains("Waiting for the first event"));
    let refused = site.act(&admin, "/projects", &[("name", "")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn settings_hold_and_wrong_ones_are_told() {
    let site = Site::new().await;
    let admin = site.person("ana", Role::Admin).await;
    site.act(&admin, "/projects", &[("name", "Shop"), ("platform", "node")]).await;
    let wrong = site.act(&admin, "/projects/shop", &[("name", "Shop"), ("patterns", "("), ("per_minute", "0")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text.contains("fault-patterns") && wrong.text.contains("fault-per_minute"));
    let saved =
        site.act(&admin, "/projects/shop", &[("name", "Shop 2"), ("keys", "nir\r\niban"), ("per_minute", "7")]).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER);
    assert!(site.look(&admin, saved.header("location")).await.text.contains("notice ok"));
    let told = site.get("/api/v1/projects/shop").await.json();
    assert_eq!((&told["name"], &told["settings"]["items_per_minute"]), (&json!("Shop 2"), &json!(7)));
    assert_eq!(told["settings"]["scrubbing"]["keys"], json!(["nir", "iban"]));
    assert_eq!(told["settings"]["scrubbing"]["on"], json!(false));
}

#[tokio::test]
async fn programs_make_projects_and_keys_and_disable_them() {
    let site = Site::new().await;
    let made = site.post("/api/v1/projects", json!({"name": "Shop", "platform": "rust"})).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let key = made.json()["key"]["public_key"].as_str().unwrap().to_owned();
    assert_eq!(made.json()["key"]["dsn"], json!(format!("http://{key}@127.0.0.1:8787/1")));
    assert_eq!(site.post("/api/v1/projects", json!({"name": " "})).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let bad = json!({"settings": {"scrubbing": {"patterns": ["("]}}});
    assert_eq!(site.put("/api/v1/projects/shop", bad).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(site.post("/api/v1/projects/shop/keys", json!({})).await.status, StatusCode::CREATED);
    let path = format!("/api/v1/projects/shop/keys/{key}");
    assert_eq!(send(&site.inside, "DELETE", &path, &[], "").await.status, StatusCode::NO_CONTENT);
    assert!(site.app.db.project_of_key(&key).await.unwrap().is_none());
    let keys = site.get("/api/v1/projects/shop/keys").await.json();
    let disabled: Vec<bool> =
        keys["rows"].as_array().unwrap().iter().map(|key| !key["disabled_at"].is_null()).collect();
    assert_eq!(disabled.iter().filter(|disabled| **disabled).count(), 1, "{keys}");
    let other = format!("/api/v1/projects/shop/keys/{}", "0".repeat(32));
    assert_eq!(send(&site.inside, "DELETE", &other, &[], "").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_is_removed_after_a_question() {
    let site = Site::new().await;
    let admin = site.person("ana", Role::Admin).await;
    site.act(&admin, "/projects", &[("name", "Shop"), ("platform", "node")]).await;
    assert!(site.look(&admin, "/projects/shop").await.text.contains("href=\"/projects/shop/remove\""));
    let asked = site.look(&admin, "/projects/shop/remove").await.text;
    assert!(asked.contains("Delete project Shop?") && asked.contains("cannot be undone"), "{asked}");
    let reader = site.person("rita", Role::Viewer).await;
    assert_eq!(site.act(&reader, "/projects/shop/remove", &[]).await.status, StatusCode::FORBIDDEN);
    let removed = site.act(&admin, "/projects/shop/remove", &[]).await;
    assert_eq!((removed.status, removed.header("location")), (StatusCode::SEE_OTHER, "/projects"));
    assert_eq!(site.get("/api/v1/projects/shop").await.status, StatusCode::NOT_FOUND);
    site.post("/api/v1/projects", json!({"name": "Two", "platform": "rust"})).await;
    let deleted = send(&site.inside, "DELETE", "/api/v1/projects/two", &[], "").await;
    assert_eq!(deleted.status, StatusCode::NO_CONTENT);
    assert_eq!(send(&site.inside, "DELETE", "/api/v1/projects/two", &[], "").await.status, StatusCode::NOT_FOUND);
}
