//! Issues, gone through by keys: from one to the next, chosen, resolved.

use crate::{desk::shows, logs::come_in};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn issues_are_gone_through_by_keys() {
    let Some((browser, vigie)) = come_in("operator").await else { return };
    let shop = vigie.project().await;
    for message in ["the bank does not answer", "the disk is full", "the cart is empty"] {
        vigie.reports(&shop, json!({"message": message, "level": "error"})).await;
    }
    let rows = "document.querySelectorAll('[data-row]').length";
    crate::until("the issues", async || {
        browser.open(&vigie.url("/issues")).await;
        (browser.value(rows).await == 3).then_some(())
    })
    .await;
    let at = "[...document.querySelectorAll('[data-row]')].findIndex((row) => row.contains(document.activeElement))";
    for (key, place) in [("j", 0), ("j", 1), ("j", 2), ("j", 2), ("k", 1)] {
        browser.keys(key).await;
        browser.until(&format!("{at} === {place}")).await;
    }
    browser.both_themes("issues-keys").await;
    browser.keys("x").await;
    browser.until("document.querySelectorAll('[name=seq]:checked').length === 1").await;
    browser.keys("k").await;
    browser.keys("x").await;
    browser.until("document.querySelectorAll('[name=seq]:checked').length === 2").await;
    browser.keys("r").await;
    browser.until(&format!("document.readyState === 'complete' && {rows} === 1")).await;
    // What is typed into a field is no command.
    browser.press("main [name=q]").await;
    browser.run("document.querySelector('main [name=q]').focus()").await;
    browser.keys("jxr").await;
    browser.until("document.querySelector('main [name=q]').value === 'jxr'").await;
    browser.open(&vigie.url("/issues?state=resolved")).await;
    browser.until(&format!("{rows} === 2 && {}", shows("the disk is full"))).await;
}
