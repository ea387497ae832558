//! A secretary sends the invoices, sees who did not get theirs, and sends to these again: in a browser, on a real run.

use crate::{axe::assert_accessible, chromium::Browser, server::Vigie};
use mail::catcher::{Catcher, CatcherOptions, Keep, Misbehaviour};
use serde_json::json;
use std::{fmt::Write as _, fs, net::SocketAddr, path::PathBuf};

const LETTERS: usize = 12;
/// Whom the server does not know.
const UNKNOWN: &str = "client7@exemple.fr";

struct Desk {
    _folder: tempfile::TempDir,
    list: PathBuf,
    pdfs: Vec<PathBuf>,
}

/// A list as a French spreadsheet saves it, and a PDF for each.
fn desk() -> Desk {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut list = String::from("Société;E-mail;Fichier\n");
    let mut pdfs = Vec::new();
    for n in 1..=LETTERS {
        writeln!(list, "Société {n} & Cie;client{n}@exemple.fr;facture-{n}.pdf").expect("text");
        let pdf = folder.path().join(format!("facture-{n}.pdf"));
        fs::write(&pdf, format!("%PDF-1.4\n% facture {n}\n%%EOF\n")).expect("a file");
        pdfs.push(pdf);
    }
    let path = folder.path().join("clients.csv");
    let bytes: Vec<u8> = list.chars().map(|c| u8::try_from(u32::from(c)).expect("Latin-1")).collect();
    fs::write(&path, bytes).expect("a file");
    Desk { _folder: folder, list: path, pdfs }
}

async fn catcher() -> Catcher {
    let misbehaviour = Misbehaviour { refuse: [UNKNOWN.to_owned()].into(), ..Misbehaviour::default() };
    let options = CatcherOptions { keep: Keep::Envelopes, misbehaviour, ..CatcherOptions::default() };
    Catcher::start(SocketAddr::from(([127, 0, 0, 1], 0)), options).await.expect("a port")
}

impl Browser {
    async fn bring(&self, selector: &str, files: &[PathBuf]) {
        let field = self.driver.find(thirtyfour::By::Css(selector)).await.expect("a field for files");
        let paths: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
        field.send_keys(paths.join("\n")).await.expect("the files are taken");
    }
}

fn shows(text: &str) -> String {
    format!("document.querySelector('main').innerText.includes({})", json!(text))
}

async fn journey(language: &str, words: &Words) {
    let Some(browser) = Browser::speaking(language).await else { return };
    let (vigie, catcher, desk) = (Vigie::start().await, catcher().await, desk());
    let admin = vigie.new_token("admin", "admin");
    let account = json!({"url": format!("smtp://{}", catcher.address()), "limits": {"per_second": 20}});
    let url = vigie.url("/api/v1/accounts/compta");
    let made = vigie.client.put(url).bearer_auth(&admin).json(&account).send().await.expect("it answers");
    assert!(made.status().is_success(), "{}", made.text().await.expect("text"));
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
