//! What a person looks for and finds: what today asks of them, who did what, a word of help, a recipient by the keyboard.

use crate::{
    axe::assert_accessible,
    chromium::Browser,
    desk::{Desk, UNKNOWN, catcher, shows},
    server::Vigie,
    until,
};
use mail::catcher::{Catcher, Misbehaviour};
use serde_json::json;

const LETTERS: usize = 8;
const CONTROL: char = '\u{e009}';
const ENTER: &str = "\u{e007}";
const DOWN: &str = "\u{e015}";

/// A mailing that is over, of which one address is wrong.
async fn sent(vigie: &Vigie) -> (Catcher, String) {
    let catcher = catcher(Misbehaviour::default()).await;
    vigie.account(&catcher, json!({"per_second": 50})).await;
    let job = vigie.mailing(&Desk::of(LETTERS)).await;
    until("the end of the run", async || {
        (vigie.get(&format!("/api/v1/jobs/{job}")).await["state"] == "completed").then_some(())
    })
    .await;
    (catcher, job)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_needs_attention_leads_to_sending_again() {
    let Some(browser) = Browser::speaking("en").await else { return };
    let vigie = Vigie::start().await;
    browser.size(1280, 900).await;
    browser.come_in(&vigie.invite("ana", "operator")).await;
    let (catcher, job) = sent(&vigie).await;
    browser.open(&vigie.url("/")).await;
    browser.until(&shows("1 message was not delivered")).await;
    assert_accessible(&browser).await;
    browser.tap(&format!("#dash-attention a[href='/jobs/{job}/undelivered']")).await;
    browser.until("location.pathname.endsWith('/undelivered')").await;
    let correct = "const field = document.querySelector('[name^=address-]'); field.value = 'client70@exemple.fr';
                   field.dispatchEvent(new Event('input', { bubbles: true }))";
    browser.run(correct).await;
    browser.tap("[data-corrects]").await;
    until("it to be sent", async || (catcher.tally().messages == LETTERS as u64).then_some(())).await;
    browser.open(&vigie.url("/")).await;
    browser.until(&format!("!{}", shows("was not delivered"))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_undelivered_of_all_mailings_lead_to_the_one() {
    let Some(browser) = Browser::speaking("fr").await else { return };
    let vigie = Vigie::start().await;
    browser.size(1280, 900).await;
    browser.come_in(&vigie.invite("ana", "operator")).await;
    let (_catcher, job) = sent(&vigie).await;
    browser.open(&vigie.url("/mailings/undelivered")).await;
    browser.until(&shows(UNKNOWN)).await;
    browser.until(&shows("Société 7 & Cie")).await;
    assert_accessible(&browser).await;
    browser.open(&vigie.url("/mailings/undelivered?mailing=f%C3%A9vrier")).await;
    browser.until(&format!("!{}", shows(UNKNOWN))).await;
    browser.open(&vigie.url("/mailings/undelivered?mailing=janvier&reason=recipient&days=7")).await;
    browser.tap(&format!("main td a[href^='/jobs/{job}/undelivered']")).await;
    browser.until(&format!("location.pathname === '/jobs/{job}/undelivered' && {}", shows(UNKNOWN))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_of_the_audit_log_is_found_in_three_clicks() {
    let Some(browser) = Browser::speaking("en").await else { return };
    let vigie = Vigie::start().await;
    browser.size(1280, 900).await;
    browser.come_in(&vigie.invite("root", "admin")).await;
    browser.open(&vigie.url("/users")).await;
    browser.type_in("main form[action='/users'] [name=name]", "bruno").await;
    browser.tap("main form[action='/users'] .primary").await;
    browser.until(&shows("bruno")).await;
    browser.open(&vigie.url("/")).await;
    browser.tap(".rail .menu > li > a[href='/users']").await;
    browser.until("location.pathname === '/users'").await;
    browser.tap(".rail .submenu a[href='/audit']").await;
    browser.until("location.pathname === '/audit'").await;
    browser.type_in("[name=object]", "bruno").await;
    browser.tap("main form.filters button").await;
    browser.until("location.search.includes('object=bruno')").await;
    assert_eq!(browser.value("document.querySelectorAll('main tbody tr').length").await, json!(1));
    browser.until(&shows("bruno")).await;
    assert_accessible(&browser).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn help_is_searched_and_read() {
    let Some(browser) = Browser::speaking("fr").await else { return };
    let vigie = Vigie::start().await;
    browser.come_in(&vigie.invite("zoé", "viewer")).await;
    browser.open(&vigie.url("/help")).await;
    browser.type_in("main [name=q]", "recu").await;
    browser.tap("main form .primary").await;
    browser.until("location.search.includes('q=recu') && document.querySelector('main .items a')").await;
    assert_accessible(&browser).await;
    browser.tap("main .items a[href^='/help/sending']").await;
    browser.until("location.pathname === '/help/sending' && document.querySelector('.prose h2')").await;
    assert_eq!(browser.text("document.querySelector('.prose').lang").await, "fr");
    assert_accessible(&browser).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn control_k_finds_a_recipient_and_a_page() {
    let Some(browser) = Browser::speaking("en").await else { return };
    let vigie = Vigie::start().await;
    browser.size(1280, 900).await;
    browser.come_in(&vigie.invite("root", "admin")).await;
    let (_catcher, job) = sent(&vigie).await;
    browser.open(&vigie.url("/jobs")).await;
    let ask = async |text: &str, found: &str| {
        let chain = browser.driver.action_chain().key_down(CONTROL).send_keys("k").key_up(CONTROL);
        chain.perform().await.expect("keys are pressed");
        browser.until("document.querySelector('dialog.finder input') === document.activeElement").await;
        browser.keys(text).await;
        browser.until(&format!("document.querySelector({})", json!(format!("dialog a[href^='{found}']")))).await;
    };
    ask("client7@", &format!("/jobs/{job}/items")).await;
    assert_accessible(&browser).await;
    browser.keys(DOWN).await;
    browser.keys(ENTER).await;
    browser.until("location.pathname.endsWith('/items')").await;
    browser.until(&shows(UNKNOWN)).await;
    ask("audit", "/audit").await;
    browser.keys(DOWN).await;
    browser.keys(ENTER).await;
    browser.until("location.pathname === '/audit'").await;
}
