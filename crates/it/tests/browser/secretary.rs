//! A secretary sends the invoices, sees who did not get theirs, and sends to these again: in a browser, on a real run.

use crate::{
    axe::assert_accessible,
    chromium::Browser,
    desk::{Desk, UNKNOWN, catcher, shows},
    server::Vigie,
};
use mail::catcher::Misbehaviour;
use serde_json::json;

const LETTERS: usize = 12;

async fn journey(language: &str, words: &Words) {
    let Some(browser) = Browser::speaking(language).await else { return };
    let (vigie, catcher, desk) = (Vigie::start().await, catcher(Misbehaviour::default()).await, Desk::of(LETTERS));
    vigie.account(&catcher, json!({"per_second": 20})).await;
    browser.come_in(&vigie.invite("secrétaire", "operator")).await;

    browser.size(1280, 1000).await;
    browser.press("a[href='/mailings/new']").await;
    browser.until("location.pathname === '/mailings/new'").await;
    assert_accessible(&browser).await;
    browser.bring("[name=recipients]", std::slice::from_ref(&desk.list)).await;
    browser.press("main form[enctype] .primary").await;
    browser.until("location.pathname.endsWith('/recipients')").await;
    browser.until(&shows("Société 1 & Cie")).await;
    assert_accessible(&browser).await;
    browser.press("main a.primary").await;
    browser.until("location.pathname.endsWith('/files')").await;
    browser.bring("[name=files]", &desk.pdfs).await;
    browser.press("main form[enctype] .primary").await;
    browser.until(&shows("facture-1.pdf")).await;
    assert_accessible(&browser).await;
    browser.press("main a.primary").await;

    browser.until("location.pathname.endsWith('/message')").await;
    browser.type_in("[name=from]", "Compta <compta@exemple.fr>").await;
    browser.type_in("[name=subject]", "Facture de {{ Société }}").await;
    browser.type_in("[name=text]", "Bonjour {{ Société }},\nvotre facture est jointe.").await;
    browser.type_in("[name=name]", "Factures de janvier").await;
    assert!(browser.text("document.querySelector('[name=to]').value").await.contains("E-mail"), "guessed");
    assert!(browser.text("document.querySelector('[name=attach]').value").await.contains("Fichier"), "guessed");
    assert_accessible(&browser).await;
    browser.press("[name=then][value=check]").await;
    browser.until("location.pathname.endsWith('/check')").await;
    browser.until(&shows(words.fine)).await;
    assert_accessible(&browser).await;
    browser.screenshot(&format!("{language}-mailing-check")).await;
    assert_eq!(catcher.tally().messages, 0, "nothing has left");
    browser.press("[name=when][value=now]").await;

    browser.until("location.pathname.startsWith('/jobs/')").await;
    browser.until(&shows(&format!("{LETTERS} / {LETTERS}"))).await;
    browser.until(&shows(words.over)).await;
    assert_eq!(catcher.tally().messages, LETTERS as u64 - 1);
    browser.until(&shows(UNKNOWN)).await;
    browser.press("a[href$='/undelivered']").await;
    browser.until("location.pathname.endsWith('/undelivered')").await;
    browser.until(&shows(words.unknown_address)).await;
    assert_accessible(&browser).await;
    browser.screenshot(&format!("{language}-undelivered")).await;
    browser.press("[name=seq]").await;
    browser.press("[data-choose] button:not([name])").await;
    browser.until(&shows(words.retried)).await;
    browser.until("document.querySelector('[name=seq]') !== null").await;
}

struct Words {
    fine: &'static str,
    over: &'static str,
    unknown_address: &'static str,
    retried: &'static str,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secretary_sends_the_invoices_in_french() {
    let words = Words {
        fine: "Toutes les lignes sont justes",
        over: "Terminé",
        unknown_address: "L'adresse n'existe pas",
        retried: "nouvel essai est lancé",
    };
    journey("fr", &words).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secretary_sends_the_invoices_in_english() {
    let words = Words {
        fine: "Every row is right",
        over: "Completed",
        unknown_address: "The address does not exist",
        retried: "is tried again",
    };
    journey("en", &words).await;
}
