//! A window of maintenance from its planning to its end, over HTTP: nothing is told and nothing is charged.

use crate::testing::Site;
use axum::http::StatusCode;
use serde_json::{Value, json};
use std::time::Duration;

async fn site() -> Site {
    let site = Site::new().await;
    for (name, every) in [("Backup", "every 1 h"), ("Export", "every 1 h")] {
        let check = json!({"name": name, "kind": "heartbeat", "when": every, "grace_s": 60, "is_public": true});
        let made = site.post("/api/v1/checks", check).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
        let url = made.json()["ping_url"].as_str().unwrap().to_owned();
        site.get(url.strip_prefix("https://vigie.exemple.fr").unwrap()).await;
    }
    for rule in alerts::Rule::built_in().into_iter().filter(|rule| rule.kind == alerts::RuleKind::CheckDown) {
        let spec = serde_json::to_string(&rule).unwrap();
        site.app.db.save_alert_rule(rule.id, spec, site.app.clock.now()).await.unwrap();
    }
    let channel = json!({"name": "Astreinte", "url": "https://hooks.example.org/x",
                         "settings": {"type": "webhook", "language": "fr", "takes_all": true}});
    let made = site.post("/api/v1/alert-channels", channel).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    site
}

/// After that long, with what is due looked at.
async fn pass(site: &Site, minutes: u64) {
    site.clock.advance(Duration::from_secs(minutes * 60));
    site.app.checking.look().await.unwrap();
    site.app.alerts.evaluate().await.unwrap();
}

/// Subjects of which channels were told.
async fn told(site: &Site) -> Vec<String> {
    let alerts = site.get("/api/v1/alerts?state=all").await.json();
    let mut told = Vec::new();
    for alert in alerts["rows"].as_array().unwrap() {
        let id = alert["id"].as_str().unwrap().parse().unwrap();
        for _ in site.app.db.alert_deliveries_of(id).await.unwrap() {
            told.push(alert["name"].as_str().unwrap().to_owned());
        }
    }
    told.sort();
    told
}

async fn check(site: &Site, name: &str) -> Value {
    site.get(&format!("/api/v1/checks/{name}")).await.json()
}

#[tokio::test]
async fn planned_work_keeps_a_check_quiet_and_its_uptime_whole() {
    let site = site().await;
    let until = site.app.clock.now() + Duration::from_secs(3 * 3_600);
    let work = json!({"name": "Debian 14", "kind": "once", "until": until, "checks": ["backup"]});
    let made = site.post("/api/v1/planned-maintenance", work).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    assert_eq!((&made.json()["state"], &made.json()["about"]), (&json!("now"), &json!(["Backup"])));
    pass(&site, 120).await;
    assert_eq!(check(&site, "backup").await["state"], "down");
    assert_eq!(told(&site).await, ["Export"], "the one that is being worked on is not told of");
    assert_eq!(check(&site, "backup").await["uptime"], Value::Null, "all of its time was planned work");
    assert!(check(&site, "export").await["uptime"].as_f64().unwrap() < 0.6);
    assert_eq!(check(&site, "backup").await["maintenance_until"], json!(until));
    for page in ["/checks", "/alerts", "/alerts/maintenance"] {
        assert!(site.get(page).await.text.contains("Debian 14"), "{page}");
    }
    let reported = site.get("/api/v1/report").await.json()["checks"].clone();
    assert_eq!((&reported["down"], &reported["maintenance"], &reported["outages"]), (&json!(1), &json!(1), &json!(1)));
    assert_eq!(reported["in_trouble"].as_array().unwrap().len(), 1, "a report does not tell of it either: {reported}");
    pass(&site, 61).await;
    assert_eq!(told(&site).await, ["Backup", "Export"], "it still goes on when the work is over");
    let reported = site.get("/api/v1/report").await.json()["checks"].clone();
    assert_eq!((&reported["down"], &reported["maintenance"], &reported["outages"]), (&json!(2), &json!(0), &json!(2)));
    let list = site.get("/api/v1/planned-maintenance").await.json();
    assert_eq!(list["rows"][0]["state"], "over");
}

#[tokio::test]
async fn work_that_ends_early_or_never_was() {
    let site = site().await;
    let weekly = |name: &str, day: i8| json!({"name": name, "kind": "weekly", "days": [day], "at": "00:00", "minutes": 1440, "rules": ["check_down"]});
    let today = site.app.clock.now().to_jiff().to_zoned(jiff::tz::TimeZone::UTC).weekday().to_monday_one_offset();
    let other = today % 7 + 1;
    for (name, day, state) in [("Aujourd’hui", today, "now"), ("Demain", other, "planned")] {
        let made = site.post("/api/v1/planned-maintenance", weekly(name, day)).await;
        assert_eq!((made.status, &made.json()["state"]), (StatusCode::CREATED, &json!(state)), "{}", made.text);
    }
    pass(&site, 120).await;
    assert!(told(&site).await.is_empty());
    let rows = site.get("/api/v1/planned-maintenance").await.json()["rows"].clone();
    for row in rows.as_array().unwrap() {
        let path = format!("/api/v1/planned-maintenance/{}", row["id"].as_str().unwrap());
        let ended = crate::testing::send(&site.inside, "DELETE", &path, &[], axum::body::Body::empty()).await;
        assert_eq!(ended.status, StatusCode::NO_CONTENT);
    }
    let rows = site.get("/api/v1/planned-maintenance").await.json()["rows"].clone();
    assert_eq!(rows.as_array().unwrap().len(), 1, "one that never was is forgotten: {rows}");
    assert_eq!((&rows[0]["name"], &rows[0]["state"]), (&json!("Aujourd’hui"), &json!("over")));
    pass(&site, 1).await;
    assert_eq!(told(&site).await, ["Backup", "Export"]);
    for (wrong, field) in [
        (json!({"name": "x", "kind": "once", "until": "2020-01-01T00:00:00Z"}), "until"),
        (json!({"name": "x", "kind": "weekly", "days": [9], "at": "02:00", "minutes": 5}), "days"),
        (json!({"name": "x", "kind": "once", "until": "2020-01-01T00:00:00Z", "checks": ["nobody"]}), "nobody"),
    ] {
        let refused = site.post("/api/v1/planned-maintenance", wrong).await;
        assert!(refused.status.is_client_error() && refused.text.contains(field), "{}", refused.text);
    }
}
