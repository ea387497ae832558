//! `ProgressPolling` behind the site's own proxy, with the job's id alone.

use crate::{
    axe::assert_accessible,
    chromium::{Browser, Network},
    server::{Vigie, id},
    site::Site,
};
use serde_json::json;

/// A page as people have it: a button begins the job, the gauge shows it.
fn page(site: &Site, options: &str) {
    let script = format!(
        "window.begin = (job) => {{ window.gauge = new ProgressPolling('jauge', job, {{
           title: 'Envoi des factures par email', icon: '📧', showDetails: true, showStats: true, pollInterval: 100, debug: true,
           onProgress: (data) => seen.push({{ name: 'progress', data }}),
           onComplete: (data) => seen.push({{ name: 'complete', data }}),
           onError: (error) => seen.push({{ name: 'error', message: error.message, data: error.data }}),
           {options} }}); }};"
    );
    let body = "<div id=\"jauge\"></div><script src=\"/vigie/static/js/progress_polling.js\"></script>";
    site.page("/", "fr", body, &script);
}

fn text(selector: &str) -> String {
    format!("document.querySelector('#jauge {selector}').textContent")
}

fn labels() -> &'static str {
    "[...document.querySelectorAll('#jauge .pp-label')].map((label) => `${label.classList[1]} ${label.textContent}`)"
}

fn count(name: &str) -> String {
    format!("seen.filter((event) => event.name === '{name}').length")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_id_alone_is_enough_behind_the_sites_proxy() {
    let Some(browser) = Browser::start().await else { return };
    let vigie = Vigie::start().await;
    let site = Site::beside(&vigie).await;
    let job = id(1);
    page(&site, "");
    browser.open(&site.url("/")).await;
    browser.run(&format!("begin('{job}')")).await;
    browser.until("seen.length === 1").await;
    assert_eq!(browser.value(labels()).await[0], "blue ○ En attente");
    let path = format!("/core/sse-progress/{job}/");
    crate::until("an unchanged answer", async || (site.count(&path, 304) >= 2).then_some(())).await;

    vigie.job(&job, 4).await;
    vigie.advance(&job, json!({"processed": 2, "failed": 1, "message": "Email 2/4 envoyé : F-102"})).await;
    browser.until(&format!("{} === '50\\u202f%'", text(".pp-percent"))).await;
    let expected =
        ["blue ▶ En cours", "grey Total 4", "blue Traités 2", "green Réussis 1", "red Erreurs 1", "grey Restants 2"];
    assert_eq!(browser.value(labels()).await, json!(expected));
    assert_eq!(browser.text(&text(".pp-message")).await, "Email 2/4 envoyé : F-102");
    assert_eq!(browser.text(&text(".pp-title")).await, "📧 Envoi des factures par email");
    assert_eq!(browser.text("document.querySelector('#jauge .pp').className").await, "pp blue");
    assert!(browser.console().await.iter().any(|line| line.contains("ProgressPolling jauge")), "debug tells");
    assert_accessible(&browser).await;
    browser.screenshot("polling-running").await;

    vigie.advance(&job, json!({"processed": 2})).await;
    vigie.end(&job, "complete").await;
    browser.until(&format!("{} === 1", count("complete"))).await;
    assert_eq!(browser.text("document.querySelector('#jauge .pp').className").await, "pp orange", "one is missing");
    let told = browser.value("seen.at(-1).data").await;
    assert_eq!((&told["status"], &told["succeeded"], &told["failed"]), (&json!("completed"), &json!(3), &json!(1)));
    assert_accessible(&browser).await;
    browser.screenshot("polling-completed").await;
    assert_eq!(browser.value("violations").await, json!([]));

    // Over is over: a reload does not bring it back.
    browser.reload().await;
    browser.run("return new Promise((done) => setTimeout(done, 300))").await;
    assert_eq!(browser.value("document.querySelector('#jauge').children.length").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_goes_on_after_a_reload_a_restart_and_an_outage() {
    let Some(browser) = Browser::start().await else { return };
    let mut vigie = Vigie::start().await;
    let site = Site::beside(&vigie).await;
    let job = id(1);
    vigie.job(&job, 10).await;
    page(&site, "");
    browser.open(&site.url("/")).await;
    browser.run(&format!("begin('{job}')")).await;
    browser.until(&format!("{} === '0\\u202f%'", text(".pp-percent"))).await;

    browser.reload().await;
    vigie.advance(&job, json!({"processed": 1})).await;
    // Without a word of the page; with one, it gets the page's callbacks.
    browser.until(&format!("{} === '10\\u202f%'", text(".pp-percent"))).await;
    let resumed = "ProgressPolling.resume('jauge', { onError: (error) => seen.push({ name: 'error', message: error.message, data: error.data }) })";
    assert_eq!(browser.text(&format!("{resumed}.jobId")).await, job);

    vigie.kill();
    browser.until("document.querySelector('#jauge .pp').dataset.state === 'lost'").await;
    assert_accessible(&browser).await;
    vigie.again().await;
    vigie.advance(&job, json!({"processed": 1})).await;
    browser.until(&format!("{} === '20\\u202f%'", text(".pp-percent"))).await;

    browser.network(Network::Off).await;
    browser.until("document.querySelector('#jauge .pp').dataset.state === 'lost'").await;
    vigie.advance(&job, json!({"processed": 1})).await;
    browser.network(Network::On).await;
    browser.until(&format!("{} === '30\\u202f%'", text(".pp-percent"))).await;
    assert_eq!(browser.value(&count("error")).await, 0, "pages answer an error by offering to send again");

    vigie.end(&job, "fail").await;
    browser.until(&format!("{} === 1", count("error"))).await;
    assert_eq!(browser.text("document.querySelector('#jauge .pp').className").await, "pp red");
    assert_eq!(browser.value(labels()).await[0], "red ✗ Échec");
    assert_eq!(browser.text("seen.at(-1).data.status").await, "failed");
    assert_accessible(&browser).await;
    browser.screenshot("polling-failed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_stops_when_told_and_when_refused_and_knows_semantic_ui() {
    let Some(browser) = Browser::start().await else { return };
    let vigie = Vigie::start().await;
    let site = Site::beside(&vigie).await;
    let job = id(1);
    vigie.job(&job, 4).await;
    vigie.advance(&job, json!({"processed": 1})).await;
    page(&site, "semanticUi: true, showStats: false");
    browser.open(&site.url("/")).await;
    browser.run(&format!("begin('{job}')")).await;
    browser.until("document.querySelector('#jauge .ui.blue.progress').dataset.percent === '25'").await;
    assert_eq!(browser.text(&text(".ui.progress .bar .progress")).await, "25\u{202f}%");
    assert_eq!(browser.text("document.querySelector('#jauge .bar').style.width").await, "25%");
    assert_eq!(browser.text(&text(".ui.labels")).await, "▶ En cours");
    assert_accessible(&browser).await;
    browser.run("gauge.stop()").await;
    let path = format!("/core/sse-progress/{job}/");
    let asked = site.count(&path, 200) + site.count(&path, 304);
    browser.run("return new Promise((done) => setTimeout(done, 500))").await;
    assert!(site.count(&path, 200) + site.count(&path, 304) <= asked + 1, "it stops");

    // The server itself, without the job's token: refused, and not taken for an outage.
    let url = vigie.url("/core/sse-progress/{job_id}/");
    browser.run(&format!("gauge.options.url = '{url}'; new ProgressPolling('jauge', '{job}', {{ ...gauge.options, semanticUi: false }})")).await;
    browser.until(&format!("{} === 1", count("error"))).await;
    assert_eq!(browser.value(labels()).await[0], "red ✗ Suivi indisponible");

    // A page that loads Semantic UI gets its markup unasked.
    browser
        .run(&format!(
            "const link = document.createElement('link'); link.href = '/static/semantic.min.css'; document.head.append(link);
             window.found = new ProgressPolling('jauge', '{job}'); link.remove(); found.stop();"
        ))
        .await;
    assert_eq!(browser.value("document.querySelectorAll('#jauge .ui.progress').length").await, 1);

    // With the job's token, from any origin; and the script is a module too.
    let token = vigie.job_token(&job).await;
    let script = format!(
        "delete globalThis.ProgressPolling;
         return import('{}').then(() => {{
           new ProgressPolling('jauge', '{job}', {{ url: '{url}', token: '{token}', lang: 'en', pollInterval: 100, semanticUi: false }});
         }})",
        vigie.url("/progress_polling.js")
    );
    browser.run(&script).await;
    browser.until(&format!("{} === '25%'", text(".pp-percent"))).await;
    assert_eq!(browser.value(labels()).await[0], "blue ▶ In progress");
    assert_eq!(browser.value("violations").await, json!([]));
}
