//! Pairs of DHIS2 instances: the addresses that people and scripts know, with names that want to be more than text.

use crate::{
    axe::assert_accessible,
    chromium::{Browser, Theme},
    server::Vigie,
};
use serde_json::{Value, json};

const NAME: &str = "<img src=x onerror=alert(1)><b data-planted=name>Pays";

impl Vigie {
    async fn as_admin(&self, method: reqwest::Method, path: &str, body: Value) -> Value {
        let request = self.client.request(method, self.url(path)).bearer_auth(&self.admin_token).json(&body);
        let answer = request.send().await.expect("the server answers");
        let status = answer.status();
        let text = answer.text().await.expect("text");
        assert!(status.is_success(), "{path}: {status} {text}");
        serde_json::from_str(&text).expect("JSON")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pair_is_started_run_and_stopped_from_its_page_and_by_scripts_that_know_the_addresses() {
    let Some(browser) = Browser::speaking("fr").await else { return };
    let vigie = Vigie::start().await;
    // Nobody listens there.
    let settings = json!({"source": "http://127.0.0.1:9", "target": "http://127.0.0.1:9/b", "mode": "automatic"});
    let new = json!({"settings": settings, "source_secret": "a:b", "target_secret": "a:b"});
    let name: String = NAME.bytes().map(|byte| format!("%{byte:02X}")).collect();
    vigie.as_admin(reqwest::Method::PUT, &format!("/api/v1/syncs/{name}"), new).await;
    browser.theme(Theme::Light).await;
    browser.come_in(&vigie.invite("zoé", "admin")).await;
    browser.size(1280, 900).await;
    for path in ["/auto-sync/dashboard/", "/auto-sync/1", "/auto-sync/1/ledger", "/auto-sync/1/check"] {
        browser.open(&vigie.url(path)).await;
        assert_accessible(&browser).await;
        let planted = browser.value("document.querySelectorAll('[data-planted], main img').length").await;
        assert_eq!(planted, json!(0), "{path}: a name was taken for more than text");
        assert!(browser.text("document.querySelector('main').innerText").await.contains("data-planted=name"), "{path}");
        browser.screenshot(&format!("fr{}", path.replace('/', "-"))).await;
        browser.size(360, 800).await;
        let over = browser.value("document.documentElement.scrollWidth - document.documentElement.clientWidth").await;
        assert_eq!(over, json!(0), "{path} is wider than a phone");
        browser.size(1280, 900).await;
    }
    browser.open(&vigie.url("/auto-sync/dashboard/")).await;
    browser.press("form[action='/auto-sync/1/start'] button").await;
    browser.until("document.querySelector('.notice.ok') !== null").await;
    // It looks by itself, cannot reach anybody, and says when it goes on: without a reload.
    browser.until("document.querySelector('#sync-list').innerText.includes('En attente')").await;
    browser.press("form[action='/auto-sync/1/stop'] button").await;
    browser.until("document.querySelector(\"form[action='/auto-sync/1/start']\") !== null").await;
    browser.press("form[action='/auto-sync/1/run'] button").await;
    browser.until("document.querySelector('#sync-history').innerText.includes('En échec')").await;
    browser.screenshot("fr-auto-sync-failed").await;

    // The run before failed too, and the last one may still be at it.
    let stats = crate::until("the end of the last run", async || {
        let stats = vigie.as_admin(reqwest::Method::GET, "/api/auto-sync/dashboard-stats/", json!({})).await;
        (stats["configs"][0]["last_job"]["status"] == "failed").then_some(stats)
    })
    .await;
    let one = &stats["configs"][0];
    assert_eq!((stats["success"].as_bool(), one["config_name"].as_str()), (Some(true), Some(NAME)), "{stats}");
    assert_eq!((one["is_running"].as_bool(), one["last_job"]["status"].as_str()), (Some(false), Some("failed")));
    for (deed, active) in [("start", 1), ("restart", 1), ("stop", 0)] {
        let path = format!("/configurations/1/auto-sync/{deed}/");
        assert_eq!(vigie.as_admin(reqwest::Method::POST, &path, json!({})).await["success"], true, "{deed}");
        let stats = vigie.as_admin(reqwest::Method::GET, "/api/auto-sync/dashboard-stats/", json!({})).await;
        assert_eq!(stats["scheduler"]["total_active"], active, "{deed}");
    }
}
