//! Alerts by hand: a rule is tried on what is stored and made; what it finds is acknowledged and silenced. And the page of a
//! schedule, in both languages.

use crate::{desk::shows, logs::come_in};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_is_tried_and_made_and_what_it_finds_is_acknowledged_and_silenced() {
    let Some((browser, vigie)) = come_in("operator").await else { return };
    vigie.an_hour(&browser).await;
    browser.open(&vigie.url("/explore?q=refused+level%3Aerror")).await;
    // From a search to a rule it is one click.
    browser.until("document.querySelector('a[href^=\"/alerts/rules/new\"]')").await;
    browser.press("a[href^='/alerts/rules/new']").await;
    browser.until("document.querySelector('#q')?.value === 'refused level:error'").await;
    browser.type_in("#name", "Orders refused").await;
    browser.press("button[name=do][value=preview]").await;
    browser.until(&shows("Would have fired")).await;
    assert_eq!(browser.value(&shows("Would not have fired")).await, false, "there were 36 errors in the last hour");
    assert_eq!(browser.text("document.querySelector('#q').value").await, "refused level:error", "nothing is lost");
    browser.both_themes("alert-rule-preview").await;
    browser.press("main .form-foot .primary").await;
    browser.until(&format!("location.pathname === '/alerts/rules' && {}", shows("Orders refused"))).await;

    let now = browser.value("Date.now()").await.as_u64().expect("a number");
    vigie.lines(&[json!({"time": now, "level": "error", "message": "order 360 refused"})]).await;
    crate::until("the alert", async || {
        browser.open(&vigie.url("/alerts")).await;
        let found =
            "[...document.querySelectorAll('main tbody a')].some((row) => row.textContent.includes('Orders refused'))";
        (browser.value(found).await == true).then_some(())
    })
    .await;
    browser
        .run("[...document.querySelectorAll('main tbody a')].find((row) => row.textContent.includes('Orders refused')).click()")
        .await;
    browser
        .until("location.pathname.startsWith('/alerts/') && document.querySelector('form[action$=\"/acknowledge\"]')")
        .await;
    browser.press("form[action$='/acknowledge'] button").await;
    browser
        .until(&format!("!document.querySelector('form[action$=\"/acknowledge\"]') && {}", shows("Acknowledged")))
        .await;
    browser.type_in("#reason", "The bank is told").await;
    browser.press("form[action$='/silence'] .button").await;
    browser.until(&format!("document.querySelector('#silences') && {}", shows("The bank is told"))).await;
    browser.both_themes("alert-silenced").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_a_schedule_speaks_both_languages() {
    let Some((browser, vigie)) = come_in("operator").await else { return };
    let weekly = json!({"name": "Lettre", "kind": "noop", "when": "30 8 * * 1", "zone": "Europe/Paris", "spec": {}});
    vigie.post("/api/v1/schedules", weekly).await;
    for (language, said, next) in
        [("en", "Every Monday at 08:30", "Next"), ("fr", "Tous les lundis à 08:30", "Prochaine")]
    {
        browser.open(&vigie.url("/schedules/Lettre")).await;
        browser.press(&format!("form button[value={language}]")).await;
        browser.until(&format!("document.documentElement.lang === '{language}' && {}", shows(said))).await;
        assert_eq!(browser.value(&shows(next)).await, true, "the next runs, in {language}");
        browser.both_themes(&format!("schedule-{language}")).await;
    }
}
