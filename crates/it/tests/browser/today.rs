//! *Today*, while somebody looks at it: what runs, what was sent and what needs attention appear without a reload, and nothing
//! moves under the hand. And how soon it is there.

use crate::{
    axe::assert_accessible,
    chromium::Browser,
    desk::{Desk, catcher},
    harness::say,
    server::{Vigie, id},
};
use mail::catcher::{Catcher, Misbehaviour};
use serde_json::{Value, json};
use thirtyfour::By;

const LETTERS: usize = 12;
/// As Chromium computes it (web.dev/articles/cls); rows that come push down what is below them, and nothing else moves.
const SHIFT_MAX: f64 = 0.1;
/// To the first paint, on a machine of its own, in a release build: `VIGIE_PAINT_STRICT=1` asks for it.
const PAINT_MAX_MS: f64 = 200.0;
/// For a page that does not come at all.
const PAINT_BUSY_MAX_MS: f64 = 3_000.0;
const LOOKS: usize = 7;

const OBSERVE: &str = "window.stays = true; window.shift = 0;
    new PerformanceObserver((list) => list.getEntries().forEach((entry) => { if (!entry.hadRecentInput) shift += entry.value; }))
        .observe({ type: 'layout-shift' });";

impl Vigie {
    /// The project `Shop`, made; its number and public key.
    pub(crate) async fn project(&self) -> (u64, String) {
        let body = json!({"name": "Shop", "platform": "python-django"});
        let request = self.client.post(self.url("/api/v1/projects")).bearer_auth(&self.admin_token).json(&body);
        let made: Value = request.send().await.expect("it answers").json().await.expect("JSON");
        let key = made["key"]["public_key"].as_str().unwrap_or_else(|| panic!("{made}")).to_owned();
        (made["project"]["id"].as_u64().expect("a number"), key)
    }

    /// An error as a client reports it.
    pub(crate) async fn reports(&self, shop: &(u64, String), event: Value) {
        self.envelope(shop, "event", event).await;
    }

    /// An item of that kind, in an envelope.
    pub(crate) async fn envelope(&self, (project, key): &(u64, String), kind: &str, item: Value) {
        let request = self.client.post(self.url(&format!("/api/{project}/envelope/")));
        let request = request.header("x-sentry-auth", format!("Sentry sentry_version=7, sentry_key={key}"));
        let body = format!("{{}}\n{}\n{item}\n", json!({"type": kind}));
        let answer = request.body(body).send().await.expect("it answers");
        assert!(answer.status().is_success(), "{}", answer.text().await.expect("text"));
    }
}

/// An operator before *Today*, of a house that has an account.
async fn come_in() -> Option<(Browser, Vigie, Catcher)> {
    let browser = Browser::speaking("en").await?;
    let (vigie, catcher) = (Vigie::start().await, catcher(Misbehaviour::default()).await);
    vigie.account(&catcher, json!({"per_second": 50})).await;
    browser.size(1280, 900).await;
    browser.come_in(&vigie.invite("ana", "operator")).await;
    Some((browser, vigie, catcher))
}

fn says(part: &str, text: &str) -> String {
    format!("document.querySelector('{part}').innerText.includes({})", json!(text))
}

#[tokio::test(flavor = "multi_thread")]
async fn today_changes_while_one_looks_and_stays_where_it_is() {
    let Some((browser, mut vigie, _catcher)) = come_in().await else { return };
    let shop = vigie.project().await;
    browser.open(&vigie.url("/")).await;
    // On a machine whose disk is nearly full, something does need attention, and rightly.
    browser.until("document.querySelector('#dash-attention li, #dash-attention p')").await;
    browser.run(OBSERVE).await;

    let job = id(1);
    vigie.job(&job, 10).await;
    vigie.post(&format!("/api/v1/jobs/{job}/start"), json!({})).await;
    browser.until(&says("#dash-running", "0 of 10")).await;
    vigie.advance(&job, json!({"processed": 4})).await;
    browser.until(&says("#dash-running", "4 of 10")).await;

    vigie.mailing(&Desk::of(LETTERS)).await;
    browser.until(&says("#dash-attention", "1 message was not delivered")).await;
    browser.until("document.querySelector('#dash-numbers .number').textContent === '11'").await;
    vigie.reports(&shop, json!({"message": "the bank does not answer", "level": "error"})).await;
    browser.until(&says("#dash-attention", "“Shop” has 1 new issue")).await;
    let shift = browser.value("shift").await.as_f64().expect("a number");
    say(&format!("today: layout shift {shift:.4} in all"));
    assert!(shift < SHIFT_MAX, "{shift}");
    assert_accessible(&browser).await;
    browser.screenshot("today-live").await;

    nothing_moves_under_the_hand(&browser, &vigie, &shop).await;

    // Whoever was away comes back to how it is now.
    vigie.kill();
    vigie.again().await;
    vigie.advance(&job, json!({"processed": 3})).await;
    browser.until(&says("#dash-running", "7 of 10")).await;
    assert_eq!(browser.value("window.stays").await, true, "it was never loaded anew");
    assert!(browser.console().await.iter().all(|line| !line.contains("Content Security Policy")));
}

/// A number changes where one points; a row that comes waits for the hand to leave.
async fn nothing_moves_under_the_hand(browser: &Browser, vigie: &Vigie, shop: &(u64, String)) {
    let button = "#dash-attention a[href^='/issues']";
    let place = format!("document.querySelector(\"{button}\").getBoundingClientRect().top");
    let february = says("#dash-attention", "Factures de février");
    // The alert of the issue is a row too, and comes a moment later.
    browser.until(&says("#dash-attention", "not acknowledged")).await;
    let at = browser.driver.find(By::Css(button)).await.expect("a button");
    browser.driver.action_chain().move_to_element_center(&at).perform().await.expect("the mouse moves");
    let before = browser.value(&place).await;
    vigie.reports(shop, json!({"message": "the disk is full", "level": "error"})).await;
    browser.until(&says("#dash-attention", "“Shop” has 2 new issues")).await;
    vigie.mailing_named(&Desk::of(LETTERS), "Factures de février").await;
    browser.until("document.querySelector('#dash-numbers .number').textContent === '22'").await;
    assert_eq!(browser.value(&place).await, before, "the button stays under the hand");
    assert_eq!(browser.value(&february).await, false, "the new row waits");
    browser.driver.action_chain().move_to(2, 2).perform().await.expect("the mouse moves");
    browser.until(&february).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn today_is_painted_at_once() {
    let Some((browser, vigie, _catcher)) = come_in().await else { return };
    let shop = vigie.project().await;
    vigie.reports(&shop, json!({"message": "the bank does not answer"})).await;
    let job = vigie.mailing(&Desk::of(LETTERS)).await;
    crate::until("the end", async || {
        (vigie.get(&format!("/api/v1/jobs/{job}")).await["state"] == "completed").then_some(())
    })
    .await;
    let mut paints = Vec::new();
    for _ in 0..LOOKS {
        browser.open(&vigie.url("/")).await;
        let paint = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime";
        browser.until(paint).await;
        paints.push(browser.value(paint).await.as_f64().expect("a number"));
    }
    paints.sort_by(f64::total_cmp);
    let (median, most) = (paints[LOOKS / 2], paints[LOOKS - 1]);
    say(&format!("first paint of Today: median {median:.0} ms, at most {most:.0} ms, of {LOOKS}"));
    let bound = if std::env::var_os("VIGIE_PAINT_STRICT").is_some() { PAINT_MAX_MS } else { PAINT_BUSY_MAX_MS };
    assert!(median < bound, "{paints:?}");
}
