//! A check from its making to the alert that it is down, over HTTP.

use crate::testing::Site;
use axum::http::StatusCode;
use serde_json::json;
use std::time::Duration;

fn backup() -> serde_json::Value {
    json!({"name": "Backup", "kind": "heartbeat", "when": "every 24 h", "grace_s": 3600,
           "floors": [{"name": "rows", "at_least": 10}]})
}

async fn state(site: &Site) -> (String, Option<String>) {
    let check = site.get("/api/v1/checks/backup").await.json();
    (check["state"].as_str().unwrap().to_owned(), check["why"].as_str().map(str::to_owned))
}

async fn alerts(site: &Site) -> Vec<(String, String)> {
    site.app.alerts.evaluate().await.unwrap();
    let page = site.get("/api/v1/alerts?state=all").await.json();
    let rows = page["rows"].as_array().unwrap().iter();
    let text = |row: &serde_json::Value, field: &str| row[field].as_str().unwrap_or_default().to_owned();
    rows.map(|row| (text(row, "kind"), text(row, "state"))).collect()
}

#[tokio::test]
async fn what_is_missing_is_late_then_down_and_told_once() {
    let site = Site::new().await;
    let made = site.post("/api/v1/checks", backup()).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let made = made.json();
    let url = made["ping_url"].as_str().unwrap();
    let path = url.strip_prefix("https://vigie.exemple.fr").unwrap().to_owned();
    // The one alone, so that it counts neither what the disk of this machine has left nor anything else.
    for rule in alerts::Rule::built_in().into_iter().filter(|rule| rule.kind == alerts::RuleKind::CheckDown) {
        let spec = serde_json::to_string(&rule).unwrap();
        site.app.db.save_alert_rule(rule.id, spec, site.app.clock.now()).await.unwrap();
    }
    assert_eq!(state(&site).await, ("new".to_owned(), None));
    let answer = site.get(&format!("{path}?rows=12")).await;
    assert_eq!((answer.status, answer.text.as_str()), (StatusCode::OK, "OK"));
    assert_eq!(state(&site).await, ("up".to_owned(), None));
    let mut passed = 0;
    for (hours, expected) in [(23, "up"), (24, "late"), (25, "down"), (40, "down")] {
        site.clock.advance(Duration::from_secs((hours - passed) * 3_600));
        passed = hours;
        site.app.checking.look().await.unwrap();
        assert_eq!(state(&site).await.0, expected, "after {hours} hours");
        let told = alerts(&site).await;
        assert_eq!(told.len(), usize::from(expected == "down"), "{told:?}");
    }
    assert_eq!(alerts(&site).await, [("check_down".to_owned(), "firing".to_owned())]);
    site.get(&format!("{path}?rows=12")).await;
    assert_eq!(alerts(&site).await, [("check_down".to_owned(), "resolved".to_owned())]);
    let pings = site.get("/api/v1/checks/backup/pings").await.json();
    assert_eq!(pings["rows"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn what_did_too_little_failed_or_is_not_known_is_told() {
    let site = Site::new().await;
    let made = site.post("/api/v1/checks", backup()).await.json();
    let path = made["ping_url"].as_str().unwrap().strip_prefix("https://vigie.exemple.fr").unwrap().to_owned();
    let all = format!("/ping/{}", site.app.vault.ping_key());
    for (path, status, expected) in [
        (format!("{path}?rows=9"), 200, ("down", Some("too_little"))),
        (format!("{path}?rows=10"), 200, ("up", None)),
        (format!("{path}/start"), 200, ("up", None)),
        (format!("{path}/3"), 200, ("down", Some("exited"))),
        (format!("{all}/backup?rows=10"), 200, ("up", None)),
        (format!("{all}/backup/fail"), 200, ("down", Some("failed"))),
        (format!("{path}/nonsense"), 404, ("down", Some("failed"))),
        (format!("{path}?rid=x"), 400, ("down", Some("failed"))),
        (format!("{all}/unknown"), 404, ("down", Some("failed"))),
        ("/ping/wrong/backup".to_owned(), 404, ("down", Some("failed"))),
        ("/ping/00000000-0000-4000-8000-000000000000".to_owned(), 404, ("down", Some("failed"))),
    ] {
        let answer = site.get(&path).await;
        assert_eq!(answer.status.as_u16(), status, "{path}: {}", answer.text);
        let (state, why) = state(&site).await;
        assert_eq!((state.as_str(), why.as_deref()), expected, "{path}");
    }
    assert_eq!(site.get(&format!("{all}/new-one?create=1")).await.status, StatusCode::CREATED);
    assert_eq!(site.get("/api/v1/checks/new-one").await.json()["state"], "up");
}

#[tokio::test]
async fn a_check_is_paused_changed_and_deleted() {
    let site = Site::new().await;
    site.post("/api/v1/checks", backup()).await;
    assert_eq!(site.post("/api/v1/checks", backup()).await.status, StatusCode::CONFLICT);
    let empty = || json!({});
    assert_eq!(site.post("/api/v1/checks/Backup/pause", empty()).await.json()["state"], "paused");
    assert_eq!(site.post("/api/v1/checks/backup/resume", empty()).await.json()["state"], "new");
    assert_eq!(site.post("/api/v1/checks/backup/test", empty()).await.status, StatusCode::CONFLICT);
    let wrong = json!({"name": "Site", "kind": "http", "url": "gopher://x"});
    assert_eq!(site.post("/api/v1/checks", wrong).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let unknown = site.get("/api/v1/checks/unknown").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_run_that_is_wrapped_reports_to_the_check_of_its_name() {
    let site = Site::new().await;
    site.post("/api/v1/checks", backup()).await;
    let run = |n: u128, status: i32, text: &str| {
        json!({"id": uuid::Uuid::from_u128(n), "name": "Backup", "command": ["backup"], "host": "srv", "user": "root",
               "started_at": "2026-11-24T02:30:00Z", "finished_at": "2026-11-24T02:31:30Z",
               "ended": {"exited": status}, "lines": [{"at": "2026-11-24T02:31:00Z", "text": text}]})
    };
    for (n, status, text, expected) in [
        (1, 0, "rows=12", ("up", None)),
        (2, 3, "rows=12", ("down", Some("exited"))),
        (3, 0, "rows=2", ("down", Some("too_little"))),
    ] {
        let made = site.post("/api/v1/runs", run(n, status, text)).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
        let (state, why) = state(&site).await;
        assert_eq!((state.as_str(), why.as_deref()), expected);
    }
    assert_eq!(site.get("/api/v1/checks/backup").await.json()["took_ms"], 90_000);
}

#[tokio::test]
async fn the_public_page_tells_of_states_and_of_nothing_else() {
    let site = Site::new().await;
    let secret = json!({"name": "Intranet 10.0.0.7", "kind": "http", "url": "http://10.0.0.7:8080/salaires",
                        "failures_max": 1, "is_public": true, "public_name": "Paie"});
    for check in
        [secret, json!({"name": "Interne", "kind": "tcp", "host": "db.interne.example", "port": 5432}), backup()]
    {
        let made = site.post("/api/v1/checks", check).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    }
    let open = async |path: &str, headers: &[(&str, &str)]| {
        crate::testing::send(&site.router, "GET", path, headers, axum::body::Body::empty()).await
    };
    assert_eq!(open("/status", &[]).await.status, StatusCode::NOT_FOUND, "it is off until somebody turns it on");
    let on = site.put("/api/v1/status-page", json!({"is_on": true, "title": "Services de la ville"})).await.json();
    let path = on["url"].as_str().unwrap().strip_prefix("https://vigie.exemple.fr").unwrap().to_owned();
    assert!(path.strip_prefix("/status/").unwrap().len() == 32 && on["is_secret"] == true, "{path}");
    for elsewhere in ["/status", "/status/", "/status/00112233445566778899aabbccddeeff"] {
        assert_eq!(open(elsewhere, &[]).await.status, StatusCode::NOT_FOUND, "{elsewhere}");
    }
    let page = open(&path, &[("accept-language", "fr-FR,fr")]).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("Paie") && page.text.contains("Pas encore de données"), "{}", page.text);
    assert!(!page.text.contains("100\u{202f}%"), "nothing was found out yet");
    let head = |name: &str| page.headers.get(name).map(|value| value.to_str().unwrap().to_owned());
    assert_eq!(head("cache-control").as_deref(), Some("public, max-age=60"));
    assert_eq!(head("set-cookie"), None);
    assert!(head("vary").unwrap().to_lowercase().contains("accept-language"));
    // What was found: an answer of the inner network, with an error.
    let paie = site.get("/api/v1/checks/intranet-10-0-0-7").await.json();
    let id = paie["id"].as_str().unwrap().parse().unwrap();
    let (clock, why) = (&site.clock, checks::Why::new(checks::WhyCode::Unreachable, "10.0.0.7: connection refused"));
    for (minutes, found) in
        [(0, Ok(())), (60, Err(why)), (30, Ok(())), (60, Err(checks::Why::new(checks::WhyCode::Status, "503")))]
    {
        clock.advance(Duration::from_secs(minutes * 60));
        let now = site.app.clock.now();
        let change = move |kept: &store::StoredCheck| {
            let (check, mut facts) = (checking::check_of(kept)?, checking::facts_of(kept));
            facts.probed(now, Duration::from_millis(9), found);
            let checks::Standing { state, since, why, look_at, .. } =
                checks::stand(&check, &facts, kept.created_at, now);
            let (facts, why) = (serde_json::to_string(&facts).ok()?, serde_json::to_string(&why).ok()?);
            Some(store::CheckChange { spec: None, facts, state, since, look_at, why, ping: None })
        };
        site.app.db.change_check(store::CheckName::Id(id), now, change).await.unwrap();
    }
    let page = open(&format!("{path}?lang=en"), &[("cookie", "vigie_language=fr; vigie_theme=dark")]).await.text;
    for told in ["Services de la ville", "Paie", "1 service is down", "80% uptime", "Past incidents", "30\u{a0}min"] {
        assert!(page.contains(told), "{told}: {page}");
    }
    for hidden in
        ["Intranet", "10.0.0.7", "8080", "refused", "503", "Interne", "Backup", "data-theme", "csrf", "cookie"]
    {
        assert!(!page.contains(hidden), "{hidden}");
    }
    let plain = site.put("/api/v1/status-page", json!({"is_secret": false})).await.json();
    assert_eq!(plain["url"], "https://vigie.exemple.fr/status");
    assert_eq!(open("/status", &[]).await.status, StatusCode::OK);
    assert_eq!(open(&path, &[]).await.status, StatusCode::NOT_FOUND);
    site.put("/api/v1/status-page", json!({"is_on": false})).await;
    assert_eq!(open("/status", &[]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn nothing_heard_is_no_uptime() {
    let site = Site::new().await;
    let made = site.post("/api/v1/checks", backup()).await.json();
    assert_eq!(made["uptime"], serde_json::Value::Null);
    site.clock.advance(Duration::from_secs(10 * 86_400));
    assert_eq!(site.get("/api/v1/checks/backup").await.json()["uptime"], serde_json::Value::Null);
    assert!(site.get("/checks").await.text.contains("No data yet"));
    let path = made["ping_url"].as_str().unwrap().strip_prefix("https://vigie.exemple.fr").unwrap().to_owned();
    site.get(&format!("{path}?rows=12")).await;
    site.clock.advance(Duration::from_secs(3_600));
    assert_eq!(site.get("/api/v1/checks/backup").await.json()["uptime"], 1.0);
    let page = site.get("/checks/backup").await.text;
    assert!(page.contains("retry 3") && page.contains("/cron/backup/KEY/"), "{page}");
}
