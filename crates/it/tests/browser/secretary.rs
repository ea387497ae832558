//! A secretary sends the invoices, sees who did not get theirs, and sends to these again: in a browser, on a real run.

use crate::{
    axe::assert_accessible,
    chromium::{Browser, Theme},
    desk::{Desk, UNKNOWN, catcher, shows},
    server::Vigie,
    until,
};
use mail::catcher::Misbehaviour;
use serde_json::json;
use thirtyfour::By;

const LETTERS: usize = 12;

/// How wide the screen is, in CSS pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Screen {
    Desk = 1440,
    Phone = 360,
}

struct Secretary {
    browser: Browser,
    screen: Screen,
    words: Words,
}

impl Secretary {
    /// By day and by night: nothing that axe-core knows, nothing wider than the screen.
    async fn looks(&self, step: &str) {
        let (browser, width) = (&self.browser, self.screen as u32);
        for theme in [Theme::Light, Theme::Dark] {
            browser.theme(theme).await;
            assert_accessible(browser).await;
            let over = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
            let over = browser.value(over).await.as_i64().expect("pixels");
            assert!(over <= 0, "{step} is wider than {width} pixels");
            browser.screenshot(&format!("{}-{width}-{step}-{theme:?}", self.words.language)).await;
        }
        browser.theme(Theme::Light).await;
    }

    async fn comes_to(&self, end: &str) {
        self.browser.until(&format!("location.pathname.endsWith('{end}') && document.readyState === 'complete'")).await;
    }

    async fn brings_the_list(&self, desk: &Desk) {
        let browser = &self.browser;
        if self.screen == Screen::Phone {
            browser.tap("details[data-menu] summary").await;
            self.looks("menu").await;
            browser.tap("details[data-menu] a[href='/mailings/new']").await;
        } else {
            browser.tap("a[href='/mailings/new']").await;
        }
        self.comes_to("/mailings/new").await;
        self.looks("new").await;
        browser.bring("[name=recipients]", std::slice::from_ref(&desk.list)).await;
        self.comes_to("/recipients").await;
        browser.until(&shows("Société 1 & Cie")).await;
        self.looks("recipients").await;
        browser.tap("main a.primary").await;
        self.comes_to("/files").await;
        self.looks("files-none").await;
        browser.bring("[name=files]", &desk.pdfs).await;
        browser.until(&shows("facture-1.pdf")).await;
        self.looks("files").await;
        browser.tap("main a.primary").await;
    }

    async fn writes_the_message(&self) {
        let browser = &self.browser;
        self.comes_to("/message").await;
        browser.type_in("[name=from]", "Compta <compta@exemple.fr>").await;
        browser.type_in("[name=subject]", "Facture de {{ Société }}").await;
        browser.type_in("[name=text]", "Bonjour {{ Société }},\nvotre facture est jointe.").await;
        browser.type_in("[name=name]", "Factures de janvier").await;
        assert!(browser.text("document.querySelector('[name=to]').value").await.contains("E-mail"), "guessed");
        assert!(browser.text("document.querySelector('[name=attach]').value").await.contains("Fichier"), "guessed");
        self.looks("message").await;
        browser.tap("[name=then][value=check]").await;
        self.comes_to("/check").await;
        browser.until(&shows(self.words.fine)).await;
        self.looks("check").await;
    }

    async fn tests_it(&self) {
        let browser = &self.browser;
        browser.type_in("[name=address]", "moi@exemple.fr").await;
        browser.tap("form[action$='/test'] button").await;
        browser.until(&shows(self.words.tested)).await;
        self.looks("tested").await;
    }

    async fn watches(&self) {
        let browser = &self.browser;
        browser.until("location.pathname.startsWith('/jobs/') && document.querySelector('#job')").await;
        browser.until("Number(document.querySelector('[data-show=processed]').textContent) >= 1").await;
        self.looks("watching").await;
    }

    async fn sees_the_end(&self) {
        let browser = &self.browser;
        browser.until(&shows(&format!("{LETTERS} / {LETTERS}"))).await;
        browser.until(&format!("{} && !document.querySelector('[data-live]')", shows(self.words.over))).await;
        browser.until(&shows(UNKNOWN)).await;
        self.looks("over").await;
    }

    async fn sees_who_did_not_get_theirs(&self) {
        let browser = &self.browser;
        browser.tap(".tabs a[href$='/undelivered']").await;
        self.comes_to("/undelivered").await;
        browser.until(&shows(self.words.unknown_address)).await;
        self.looks("undelivered").await;
        browser.tap("[name=seq]").await;
        browser.tap("[data-choose] button:not([name]):not([data-corrects])").await;
        browser.until(&shows(self.words.retried)).await;
        browser.until("document.querySelector('[name=seq]') !== null").await;
        for side in ["items", "traces", "log", "timeline"] {
            browser.tap(&format!(".tabs a[href$='/{side}']")).await;
            self.comes_to(&format!("/{side}")).await;
            self.looks(side).await;
        }
    }
}

impl Browser {
    /// Clicks in the middle of what is found, once it can be reached: scrolled to, and not under something else.
    pub(crate) async fn tap(&self, selector: &str) {
        until(selector, async || self.driver.find(By::Css(selector)).await.ok()?.click().await.ok()).await;
    }
}

async fn journey(screen: Screen, words: Words) {
    let Some(browser) = Browser::speaking(words.language).await else { return };
    let (vigie, catcher, desk) = (Vigie::start().await, catcher(Misbehaviour::default()).await, Desk::of(LETTERS));
    // The letters wait for each other while somebody looks, until the account is given a better pace.
    vigie.account(&catcher, json!({"per_minute": 6})).await;
    browser.size(screen as u32, if screen == Screen::Phone { 800 } else { 1000 }).await;
    browser.come_in(&vigie.invite("secrétaire", "operator")).await;
    let secretary = Secretary { browser, screen, words };
    secretary.brings_the_list(&desk).await;
    secretary.writes_the_message().await;
    assert_eq!(catcher.tally().messages, 0, "nothing has left");
    secretary.tests_it().await;
    secretary.browser.tap("[name=when][value=now]").await;
    secretary.watches().await;
    vigie.account(&catcher, json!({"per_second": 20})).await;
    secretary.sees_the_end().await;
    assert_eq!(catcher.tally().messages, LETTERS as u64, "all but one, and the test");
    secretary.sees_who_did_not_get_theirs().await;
}

struct Words {
    language: &'static str,
    fine: &'static str,
    tested: &'static str,
    over: &'static str,
    unknown_address: &'static str,
    retried: &'static str,
}

const FRENCH: Words = Words {
    language: "fr",
    fine: "Aucune erreur",
    tested: "moi@exemple.fr",
    over: "Terminé",
    unknown_address: "Cette adresse n’existe pas",
    retried: "relancé.",
};

const ENGLISH: Words = Words {
    language: "en",
    fine: "No errors found",
    tested: "Test sent to moi@exemple.fr",
    over: "Completed",
    unknown_address: "This address does not exist",
    retried: "retried.",
};

#[tokio::test(flavor = "multi_thread")]
async fn a_secretary_sends_the_invoices_in_french() {
    journey(Screen::Desk, FRENCH).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secretary_sends_the_invoices_in_english() {
    journey(Screen::Desk, ENGLISH).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secretary_sends_the_invoices_from_a_phone_in_french() {
    journey(Screen::Phone, FRENCH).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secretary_sends_the_invoices_from_a_phone_in_english() {
    journey(Screen::Phone, ENGLISH).await;
}
