//! Columns of lines, chosen, resized and sent to somebody else; lines opened without a script; patterns.

use crate::{axe::assert_accessible, chromium::Browser, desk::shows, logs::come_in};
use serde_json::json;

const LOADED: &str = "document.readyState === 'complete'";

impl Browser {
    async fn scripts(&self, are_off: bool) {
        self.chrome("Emulation.setScriptExecutionDisabled", json!({ "value": are_off })).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn columns_are_chosen_resized_remembered_and_linked() {
    let Some((browser, vigie)) = come_in("viewer").await else { return };
    vigie.an_hour(&browser).await;
    browser.open(&vigie.url("/explore?q=order")).await;
    let heads = "[...document.querySelectorAll('.lines-head > span')].map((head) => head.textContent.trim()).join(' ')";
    assert_eq!(browser.text(heads).await, "Time Level Application Source Message");
    browser.press(".head details:has(.columns-form) > summary").await;
    browser.both_themes("explore-columns").await;
    browser.press(".columns-form input[value=source]").await;
    browser.press(".columns-form input[value=duration_ms]").await;
    browser.press(".columns-form .button.primary").await;
    browser.until(&format!("location.search.includes('columns=level%2Capp%2Cduration_ms') && {LOADED}")).await;
    assert_eq!(browser.text(heads).await, "Time Level Application duration_ms Message");
    assert_eq!(browser.text("document.querySelector('[data-lines] .cell:nth-of-type(2)').textContent").await, "359");

    let width = "document.querySelectorAll('.lines-head > span')[2].getBoundingClientRect().width";
    let before = browser.value(width).await.as_f64().expect("a number");
    browser.drag_by("[data-heads] [data-column]:nth-of-type(3) [data-grip]", 80.0).await;
    browser.until("/columns=level%3A9%2Capp%3A(2[0-9])%2C/.test(location.search)").await;
    let resized = browser.value(width).await.as_f64().expect("a number");
    assert!((60.0..100.0).contains(&(resized - before)), "{before} became {resized}");
    let cells = "document.querySelector('[data-lines] .cell').getBoundingClientRect().width";
    assert_eq!(browser.value(cells).await.as_f64(), Some(resized), "the cells below are as wide");

    // The browser remembers it, and the address says it to others.
    let link = browser.text("location.href").await;
    browser.open(&vigie.url("/explore")).await;
    browser.until(&format!("location.search.includes('app%3A2') && {}", shows("duration_ms"))).await;
    assert_eq!(browser.value(width).await.as_f64(), Some(resized));
    browser.press(".head details:has(.columns-form) > summary").await;
    browser.press(".columns-form [name=usual]").await;
    browser.until(&format!("location.search === '' && {LOADED}")).await;
    assert_eq!(browser.text(heads).await, "Time Level Application Source Message");
    browser.open(&link).await;
    assert_eq!(browser.value(width).await.as_f64(), Some(resized));
    browser.fits_a_phone("explore-columns").await;
    assert!(browser.console().await.iter().all(|line| !line.contains("Content Security Policy")));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_script_a_link_opens_a_line() {
    let Some((browser, vigie)) = come_in("viewer").await else { return };
    vigie.an_hour(&browser).await;
    browser.scripts(true).await;
    browser.open(&vigie.url("/explore?q=order")).await;
    browser.press("[data-lines] > li:nth-child(3) summary").await;
    browser.press("[data-lines] > li:nth-child(3) .line-link").await;
    browser.until("location.pathname.startsWith('/explore/record/')").await;
    browser.until(&shows("order 357 paid")).await;
    browser.scripts(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn similar_lines_are_shown_by_pattern() {
    let Some((browser, vigie)) = come_in("viewer").await else { return };
    vigie.an_hour(&browser).await;
    let trace = "job 7 failed\nTraceback (most recent call last):\n  File \"a.py\", line 3, in send\nTimeoutError: no answer within 30 s";
    vigie.lines(&[json!({"message": trace, "level": "critical", "source": "web1"})]).await;
    browser.open(&vigie.url("/explore?q=-nothing")).await;
    browser.press(".tabs a[href*='patterns']").await;
    browser.until(&format!("document.querySelectorAll('.patterns tbody tr').length === 3 && {LOADED}")).await;
    let patterns =
        browser.value("[...document.querySelectorAll('.pattern > a > bdi')].map((at) => at.textContent)").await;
    assert_eq!(patterns, json!(["order … paid", "order … refused", "TimeoutError: no answer within … s"]));
    browser.both_themes("explore-patterns").await;
    browser.fits_a_phone("explore-patterns").await;
    browser.press(".patterns tr:nth-child(2) .pattern > a.value").await;
    browser.until(&format!("{} && {LOADED}", shows("36 lines"))).await;
    // A colour of the legend leads on too.
    browser.open(&vigie.url("/explore")).await;
    browser.press(".legend .without[href*='-level%3Ainfo']").await;
    browser.until(&format!("{} && {LOADED}", shows("37 lines"))).await;
    assert_accessible(&browser).await;
}
