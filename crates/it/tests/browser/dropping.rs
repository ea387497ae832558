//! Files dragged from a file manager into the page: the list, the invoices, an archive of them; and what is refused.

use crate::{
    chromium::Browser,
    desk::{Desk, catcher, shows},
    server::Vigie,
    until,
};
use mail::catcher::Misbehaviour;
use serde_json::{Value, json};
use std::{
    fs,
    path::{Path, PathBuf},
};

const LETTERS: usize = 3;

impl Browser {
    /// Drags files over what that selector finds, and lets them go there, as the operating system tells Chromium.
    async fn drop_files(&self, selector: &str, files: &[PathBuf]) {
        let zone = format!("document.querySelector({})", json!(selector));
        let centre = format!(
            "const zone = {zone}; zone.scrollIntoView({{ block: 'center' }}); const box = zone.getBoundingClientRect();
             return [box.x + box.width / 2, box.y + box.height / 2]"
        );
        let over = format!("{zone}.classList.contains('over')");
        self.until(&format!("document.readyState === 'complete' && {zone}")).await;
        // A hand that hovers is told of again and again: while one page fades into the next, nothing is under it.
        let at = until("a place to drop files", async || {
            let at = self.run(&centre).await;
            self.drag("dragEnter", &at, files).await;
            self.drag("dragOver", &at, files).await;
            (self.value(&over).await == true).then_some(at)
        })
        .await;
        self.drag("drop", &at, files).await;
    }

    async fn drag(&self, kind: &str, at: &Value, files: &[PathBuf]) {
        let data = json!({"items": [], "files": files, "dragOperationsMask": 1});
        let event = json!({"type": kind, "x": at[0], "y": at[1], "data": data});
        self.chrome("Input.dispatchDragEvent", event).await;
    }
}

async fn at_the_list(browser: &Browser, vigie: &Vigie) {
    browser.size(1280, 900).await;
    browser.come_in(&vigie.invite("ana", "operator")).await;
    browser.open(&vigie.url("/mailings/new")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_and_the_invoices_are_dropped_into_the_page() {
    let Some(browser) = Browser::start().await else { return };
    let (vigie, desk) = (Vigie::start().await, Desk::of(LETTERS));
    let catcher = catcher(Misbehaviour::default()).await;
    vigie.account(&catcher, json!({})).await;
    at_the_list(&browser, &vigie).await;
    browser.drop_files("[data-drop]", std::slice::from_ref(&desk.list)).await;
    browser.until("location.pathname.endsWith('/recipients')").await;
    browser.until(&shows("Société 3 & Cie")).await;
    browser.press("main a.primary").await;

    browser.until("location.pathname.endsWith('/files')").await;
    browser.drop_files("[data-drop]", &desk.pdfs).await;
    browser.until(&shows("facture-3.pdf")).await;
    assert_eq!(browser.value("document.querySelectorAll('.files li').length").await, LETTERS);
    browser.press("[name=all]").await;
    browser.until(&format!("!{}", shows("facture-3.pdf"))).await;

    let Some(archive) = desk.zip() else { return };
    browser.drop_files("[data-drop]", &[archive]).await;
    browser.until(&shows("facture-3.pdf")).await;
    assert_eq!(browser.value("document.querySelectorAll('.files li').length").await, LETTERS);
    assert!(browser.console().await.iter().all(|line| !line.contains("SEVERE")), "nothing went wrong in the page");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_dropped_beside_its_place_does_not_take_the_page_away() {
    let Some(browser) = Browser::start().await else { return };
    let (vigie, desk) = (Vigie::start().await, Desk::of(LETTERS));
    at_the_list(&browser, &vigie).await;
    let list = std::slice::from_ref(&desk.list);
    // What no place takes would be opened by the browser instead of the page.
    let listen = "addEventListener('dragover', (event) => { window.fate = [event.defaultPrevented, event.dataTransfer.dropEffect] })";
    browser.run(listen).await;
    let beside = json!([700, 850]);
    until("the word on a drag beside", async || {
        browser.drag("dragEnter", &beside, list).await;
        browser.drag("dragOver", &beside, list).await;
        (browser.value("window.fate").await != Value::Null).then_some(())
    })
    .await;
    assert_eq!(browser.value("window.fate").await, json!([true, "none"]));
    browser.drag("dragCancel", &beside, list).await;
    browser.drop_files("[data-drop]", &[written(&desk, "photo.csv", b"\x89PNG\r\n\x1a\n\0\0\0")]).await;
    browser.until("document.querySelector('main .problems, main .fault')").await;
    browser.screenshot("dropped-wrong").await;
}

/// A file of that content beside the list.
fn written(desk: &Desk, name: &str, content: &[u8]) -> PathBuf {
    let file = desk.list.parent().unwrap_or(Path::new("")).join(name);
    fs::write(&file, content).expect("a file");
    file
}
