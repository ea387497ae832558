//! The pages of a configuration that is not reached, and who sees them.

use crate::testing::Site;
use axum::http::StatusCode;
use serde_json::json;
use store::Role;

async fn with_one() -> Site {
    let site = Site::new().await;
    let settings = json!({"source": "http://127.0.0.1:9", "target": "http://127.0.0.1:9/b", "mode": "scheduled",
        "schedule": "0 2 * * *", "zone": "Africa/Kinshasa", "delete": "on"});
    let new = json!({"settings": settings, "source_secret": "a:b", "target_secret": "a:b"});
    let made = site.put("/api/v1/syncs/%3Cb%3Ex%E2%80%AE%22", new).await;
    assert_eq!(made.status, StatusCode::OK, "{}", made.text);
    site
}

#[tokio::test]
async fn a_configuration_is_seen_started_and_stopped_by_administrators_alone() {
    let site = with_one().await;
    let (admin, operator) = (site.person("ana", Role::Admin).await, site.person("bob", Role::Operator).await);
    for path in ["/auto-sync/dashboard", "/auto-sync/dashboard/", "/auto-sync/1", "/auto-sync/1/ledger"] {
        let page = site.look(&admin, path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.text);
        assert!(page.text.contains("&lt;b&gt;x") && !page.text.contains("<b>x"), "{path}");
        assert!(!page.text.contains('\u{202e}'), "{path}: a name turns the text round");
        assert_eq!(site.look(&operator, path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    let started = site.act(&admin, "/auto-sync/1/start", &[("from", "list")]).await;
    let place = started.header("location").to_owned();
    assert!(place.starts_with("/auto-sync/dashboard?said=started"), "{place}");
    assert!(site.look(&admin, &place).await.text.contains("class=\"notice ok\""));
    let next = site.get("/api/v1/syncs/1").await.json()["next_at"].as_str().unwrap().to_owned();
    // Two in the morning in Kinshasa.
    assert!(next.contains("T01:00:00"), "{next}");
    site.act(&admin, "/auto-sync/1/stop", &[]).await;
    assert!(site.get("/api/v1/syncs/1").await.json()["next_at"].is_null());
    let check = site.look(&admin, "/auto-sync/1/check").await;
    assert!(check.text.contains("127.0.0.1:9") && check.text.contains("notice warn"), "{}", check.text);
    for path in ["/auto-sync/7", "/auto-sync/1/runs/7f3b0c52-0000-4000-8000-000000000001"] {
        assert_eq!(site.look(&admin, path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn what_could_not_be_written_is_first_in_the_ledger() {
    let site = with_one().await;
    let object = |uid: &str, problem: Option<&str>| store::SyncedObject {
        kind: "dataElements".into(),
        uid: uid.into(),
        hash: "1".into(),
        problem: problem.map(str::to_owned),
    };
    let pair = "http://127.0.0.1:9 http://127.0.0.1:9/b".to_owned();
    let rows = vec![object("aaaaaaaaaaa", None), object("bbbbbbbbbbb", Some("rejected code=E5003 uid=bbbbbbbbbbb"))];
    site.app.db.note_synced(pair, rows, site.app.clock.now()).await.unwrap();
    let admin = site.person("ana", Role::Admin).await;
    let page = site.look(&admin, "/auto-sync/1/ledger").await.text;
    let at = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text} is missing: {page}"));
    assert!(at("bbbbbbbbbbb") < at("aaaaaaaaaaa") && page.contains("(E5003)"), "{page}");
    for query in ["only=failed", "uid=bb", "only=failed&kind=dataElements"] {
        let page = site.look(&admin, &format!("/auto-sync/1/ledger?{query}")).await.text;
        assert!(page.contains("bbbbbbbbbbb") && !page.contains("aaaaaaaaaaa"), "{query}");
    }
    let rows = site.get("/api/v1/syncs/1/ledger?uid=aa").await.json();
    assert_eq!(rows["rows"].as_array().unwrap().len(), 1, "{rows}");
}
