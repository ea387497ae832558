//! `<vigie-progress>` in the pages of another site.

use crate::{
    axe::assert_accessible,
    chromium::{Browser, Network, Theme},
    server::{Vigie, id},
    site::{Events, Site},
};
use serde_json::json;

/// Writes down what the element says, from before it is defined.
const LISTEN: &str = "addEventListener('DOMContentLoaded', () => {
  for (const element of document.querySelectorAll('vigie-progress')) {
    for (const name of ['progress', 'complete', 'error']) {
      element.addEventListener(name, (event) => seen.push({ name, detail: event.detail }));
    }
  }
});";

/// Finds a part in the element's shadow.
fn part(name: &str) -> String {
    format!("document.querySelector('vigie-progress').shadowRoot.querySelector('[part~=\"{name}\"]').textContent")
}

fn names(name: &str) -> String {
    format!("seen.filter((event) => event.name === '{name}').length")
}

async fn page(vigie: &Vigie, site: &Site, job: &str, attributes: &str) {
    let (origin, token) = (vigie.origin(), vigie.job_token(job).await);
    let body = format!(
        "<script src=\"{origin}/progress.js\"></script>\
         <vigie-progress job=\"{job}\" token=\"{token}\" {attributes}></vigie-progress>"
    );
    site.page("/", "en", &body, LISTEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_lines_show_a_job_from_before_it_exists_to_its_end() {
    let Some(browser) = Browser::start().await else { return };
    let vigie = Vigie::start().await;
    let site = Site::beside(&vigie).await;
    let job = id(1);
    page(&vigie, &site, &job, "title=\"Invoices of January\" kind=\"mailing\"").await;
    browser.open(&site.url("/")).await;
    browser.until("document.querySelector('vigie-progress').progress?.version === 0").await;
    assert_eq!(browser.text(&part("state")).await, "Waiting");
    assert_accessible(&browser).await;

    vigie.job(&job, 8).await;
    vigie.advance(&job, json!({"processed": 3, "failed": 1, "message": "Email 3/8 envoyé : F-103"})).await;
    browser.until(&format!("{} === '37.5%'", part("percent"))).await;
    assert_eq!(browser.text(&part("state")).await, "Running");
    assert_eq!(browser.text(&part("message")).await, "Email 3/8 envoyé : F-103");
    assert_eq!(browser.text(&part("counts")).await, "3 of 82 sent1 failed5 remaining");
    let element = "document.querySelector('vigie-progress')";
    assert_eq!(browser.text(&format!("{element}.getAttribute('connection')")).await, "live");
    let bar = format!("{element}.shadowRoot.querySelector('[role=progressbar]')");
    assert_eq!(browser.text(&format!("{bar}.getAttribute('aria-valuenow')")).await, "37.5");
    assert_eq!(browser.text(&format!("{bar}.getAttribute('aria-label')")).await, "Invoices of January");
    assert_accessible(&browser).await;
    browser.screenshot("element-running-light").await;
    browser.theme(Theme::Dark).await;
    assert_accessible(&browser).await;
    browser.screenshot("element-running-dark").await;
    browser.theme(Theme::Light).await;

    browser.reload().await;
    browser.until(&format!("{} === '37.5%'", part("percent"))).await;
    vigie.advance(&job, json!({"processed": 5})).await;
    vigie.end(&job, "complete").await;
    browser.until(&format!("{} === 1", names("complete"))).await;
    assert_eq!(browser.text(&part("state")).await, "Completed, 1 not delivered");
    assert_eq!(browser.text(&part("percent")).await, "100%");
    let told = browser.value("seen.filter((event) => event.name === 'complete')[0].detail").await;
    assert_eq!((&told["succeeded"], &told["failed"]), (&json!(7), &json!(1)));
    assert_eq!(browser.value(&names("error")).await, 0);
    assert_accessible(&browser).await;
    browser.screenshot("element-completed").await;
    assert_eq!(browser.value("violations").await, json!([]));
    assert_eq!(site.count("/", 200), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_stream_it_polls() {
    let Some(browser) = Browser::start().await else { return };
    let vigie = Vigie::start().await;
    let site = Site::beside(&vigie).await;
    for (number, events) in [(1, Events::Refuse), (2, Events::HoldBack)] {
        let job = id(number);
        vigie.job(&job, 4).await;
        site.events(events);
        // Through the site's own proxy, whose token stands for the job's.
        let body = format!(
            "<script src=\"/vigie/progress.js\"></script><vigie-progress job=\"{job}\" lang=\"fr\"></vigie-progress>"
        );
        site.page("/", "en", &body, LISTEN);
        browser.open(&site.url("/")).await;
        browser.until("document.querySelector('vigie-progress').getAttribute('connection') === 'polling'").await;
        let path = format!("/vigie/api/v1/jobs/{job}/progress");
        // What has not changed is not sent again.
        crate::until("an unchanged answer", async || (site.count(&path, 304) >= 2).then_some(())).await;
        assert_eq!(site.count(&path, 200), 1, "{events:?}");
        vigie.advance(&job, json!({"processed": 2, "failed": 1})).await;
        browser.until(&format!("{} === '50\\u202f%'", part("percent"))).await;
        assert_eq!(browser.text(&part("state")).await, "En cours");
        assert_eq!(browser.text(&part("counts")).await, "2 sur 41 réussi1 échec2 restants");
        vigie.end(&job, "fail").await;
        browser.until(&format!("{} === 1", names("error"))).await;
        assert_eq!(browser.text(&part("state")).await, "Échec");
        assert_eq!(browser.text(&part("message")).await, "C'est fini");
        assert_eq!(browser.text("seen.find((event) => event.name === 'error').detail.code").await, "failed");
        assert_accessible(&browser).await;
        let asked = site.count(&path, 200) + site.count(&path, 304);
        tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
        assert_eq!(site.count(&path, 200) + site.count(&path, 304), asked, "it stops at the end");
        assert_eq!(browser.value("violations").await, json!([]));
    }
    browser.screenshot("element-failed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_lost_comes_back() {
    let Some(browser) = Browser::start().await else { return };
    let mut vigie = Vigie::start().await;
    let site = Site::beside(&vigie).await;
    let job = id(1);
    vigie.job(&job, 10).await;
    vigie.advance(&job, json!({"processed": 1})).await;
    page(&vigie, &site, &job, "").await;
    browser.open(&site.url("/")).await;
    browser.until(&format!("{} === '10%'", part("percent"))).await;
    let connection = "document.querySelector('vigie-progress').getAttribute('connection')";

    vigie.kill();
    browser.until(&format!("{connection} === 'lost'")).await;
    assert_eq!(browser.text(&part("state")).await, "Connection lost. Reconnecting…");
    assert_eq!(browser.text(&part("percent")).await, "10%", "what was known stays");
    assert_accessible(&browser).await;
    browser.screenshot("element-lost").await;
    vigie.again().await;
    vigie.advance(&job, json!({"processed": 2})).await;
    browser.until(&format!("{connection} === 'live' && {} === '30%'", part("percent"))).await;

    browser.network(Network::Off).await;
    browser.until(&format!("{connection} === 'lost'")).await;
    vigie.advance(&job, json!({"processed": 2})).await;
    browser.network(Network::On).await;
    browser.until(&format!("{connection} === 'live' && {} === '50%'", part("percent"))).await;
    assert_eq!(browser.value(&names("error")).await, 0, "a connection that comes back is no error");

    // One event for each thing that changed, whichever way it came.
    let versions = browser.value("seen.map((event) => event.detail.version)").await;
    let versions: Vec<i64> = versions.as_array().into_iter().flatten().filter_map(|value| value.as_i64()).collect();
    assert!(versions.windows(2).all(|pair| pair[0] <= pair[1]), "{versions:?}");
    assert_eq!(
        versions.last(),
        Some(&vigie.get(&format!("/api/v1/jobs/{job}/progress")).await["version"].as_i64().unwrap())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn it_says_when_it_may_not_and_takes_a_new_token() {
    let Some(browser) = Browser::start().await else { return };
    let vigie = Vigie::start().await;
    let site = Site::beside(&vigie).await;
    let job = id(1);
    vigie.job(&job, 2).await;
    let body = format!(
        "<script type=\"module\" src=\"{}/progress.js\"></script><vigie-progress job=\"{job}\" token=\"wrong\" theme=\"dark\"></vigie-progress>",
        vigie.origin()
    );
    site.page("/", "fr-CH", &body, LISTEN);
    browser.open(&site.url("/")).await;
    browser.until(&format!("{} === 1", names("error"))).await;
    assert_eq!(browser.value("seen[0].detail").await, json!({"code": "refused", "status": 401, "progress": null}));
    assert_eq!(browser.text(&part("state")).await, "Vous n’avez pas accès à cette tâche");
    assert_accessible(&browser).await;
    let token = vigie.job_token(&job).await;
    browser.run(&format!("document.querySelector('vigie-progress').setAttribute('token', '{token}')")).await;
    browser.until(&format!("{} === 'En attente'", part("state"))).await;
    vigie.post(&format!("/api/v1/jobs/{job}/pause"), json!({"message": "Quota atteint"})).await;
    browser.until(&format!("{} === 'En pause'", part("state"))).await;
    assert_eq!(browser.text(&part("message")).await, "Quota atteint");
    browser.size(360, 640).await;
    assert_accessible(&browser).await;
    assert_eq!(browser.value("document.documentElement.scrollWidth <= 360").await, true, "nothing sticks out");
    browser.screenshot("element-paused-360").await;
    // Gone from the page, it asks no more and says nothing.
    browser.run("document.querySelector('vigie-progress').remove()").await;
    vigie.end(&job, "cancel").await;
    assert_eq!(browser.value(&names("complete")).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_in_one_page_leave_connections_to_others() {
    let Some(browser) = Browser::start().await else { return };
    let vigie = Vigie::start().await;
    let site = Site::beside(&vigie).await;
    let mut body = format!("<script src=\"{}/progress.js\"></script>", vigie.origin());
    for number in 1..=8 {
        let job = id(number);
        vigie.job(&job, 2).await;
        let token = vigie.job_token(&job).await;
        body += &format!("<vigie-progress title=\"{number}\" job=\"{job}\" token=\"{token}\"></vigie-progress>");
    }
    site.page("/", "en", &body, LISTEN);
    browser.open(&site.url("/")).await;
    let all = "[...document.querySelectorAll('vigie-progress')]";
    let (live, polling) = (
        format!("{all}.filter((element) => element.getAttribute('connection') === 'live').length"),
        format!("{all}.filter((element) => element.getAttribute('connection') === 'polling').length"),
    );
    browser.until(&format!("{live} === 3 && {polling} === 5")).await;
    for number in 1..=8 {
        vigie.advance(&id(number), json!({"processed": 1})).await;
    }
    browser.until(&format!("{all}.every((element) => element.progress.percent === 50)")).await;
    assert_accessible(&browser).await;
    browser.screenshot("element-many").await;

    // A tab that nobody sees gives its streams back, and takes them again.
    let seen = "document.dispatchEvent(new Event('visibilitychange'))";
    browser
        .run(&format!("Object.defineProperty(document, 'hidden', {{ configurable: true, get: () => true }}); {seen}"))
        .await;
    browser.until(&format!("{polling} === 8")).await;
    browser.run(&format!("delete document.hidden; {seen}")).await;
    browser.until(&format!("{live} === 3")).await;

    // A place that becomes free is taken; what is moved within the page goes on and ends once.
    for number in 1..=6 {
        vigie.end(&id(number), "complete").await;
    }
    browser.until(&format!("{} === 6 && {live} >= 2", names("complete"))).await;
    browser.run(&format!("document.body.prepend(...{all})")).await;
    vigie.end(&id(7), "complete").await;
    browser.until(&format!("{} === 7", names("complete"))).await;
    assert_eq!(browser.value("violations").await, json!([]));
}
