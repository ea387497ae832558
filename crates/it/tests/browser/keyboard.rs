//! The way of somebody who has no mouse: only keys, from the log-in to the list of what became of each message.
//!
//! Nothing here clicks, and no script moves the focus. At each stop of the way the focus must be seen.

use crate::{
    chromium::Browser,
    desk::{Desk, UNKNOWN, address, catcher, received, shows},
    pages::PASSWORD,
    server::Vigie,
    until,
};
use mail::catcher::{Catcher, Drop, DropAt, Misbehaviour};
use serde_json::{Value, json};
use std::fs;

const TAB: char = '\u{e004}';
pub(crate) const ENTER: char = '\u{e007}';
const SHIFT: char = '\u{e008}';
const DOWN: char = '\u{e015}';
const SPACE: char = ' ';

/// More stops than any page of the way has.
const STOPS_MAX: usize = 90;
const LETTERS: usize = 12;
/// How often the browser is asked, at most, whether the focus can be seen.
const FOCUS_LOOKS: usize = 50;

/// Where the focus is: its name, and what is wrong with how it is seen, if anything.
const FOCUS: &str = "const at = document.activeElement;
    if (!at || at === document.body) return { name: '', wrong: '' };
    const box = at.getBoundingClientRect(), style = getComputedStyle(at);
    const name = [at.tagName, at.name, at.value, at.getAttribute('href'), at.textContent.trim().slice(0, 30)].join(' ');
    const x = Math.max(0, Math.min(innerWidth - 1, box.x + Math.min(box.width, innerWidth - box.x) / 2));
    const y = Math.max(0, Math.min(innerHeight - 1, (Math.max(box.y, 0) + Math.min(box.bottom, innerHeight)) / 2));
    const top = document.elementFromPoint(x, y);
    const wrong = box.width === 0 || box.height === 0 ? 'has no size'
      : box.bottom <= 0 || box.y >= innerHeight || box.right <= 0 || box.x >= innerWidth ? 'is out of sight'
      : !(at.contains(top) || top?.contains(at)) ? `is under ${top?.outerHTML.slice(0, 80)}`
      : at.id !== 'main' && (style.outlineStyle === 'none' || parseFloat(style.outlineWidth) < 1) ? 'is not marked'
      : '';
    return { name, wrong };";

impl Browser {
    pub(crate) async fn keys(&self, keys: &str) {
        self.driver.action_chain().send_keys(keys).perform().await.expect("keys are pressed");
    }

    pub(crate) async fn key(&self, key: char) {
        self.keys(&key.to_string()).await;
    }

    /// The stop before.
    async fn back(&self) {
        let chain = self.driver.action_chain().key_down(SHIFT).send_keys(TAB.to_string()).key_up(SHIFT);
        chain.perform().await.expect("keys are pressed");
    }

    /// The name of what has the focus, empty where the page itself has it; fails unless it can be seen.
    ///
    /// A page that has just renewed itself gives the focus back, and marks it, a moment after it is there.
    async fn stop(&self) -> String {
        let mut last = json!(null);
        for _ in 0..FOCUS_LOOKS {
            last = self.run(FOCUS).await;
            if last["wrong"] == "" {
                return last["name"].as_str().unwrap_or_default().to_owned();
            }
        }
        panic!("{} {} at {}", last["name"], last["wrong"], self.text("location.href").await)
    }

    async fn is_at(&self, selector: &str) -> bool {
        self.value(&format!("document.activeElement.matches({})", json!(selector))).await == true
    }

    /// Tab by tab, until the focus is there.
    async fn walk(&self, selector: &str) {
        self.go(selector, false).await;
    }

    /// Backwards.
    async fn walk_back(&self, selector: &str) {
        self.go(selector, true).await;
    }

    async fn go(&self, selector: &str, back: bool) {
        let mut met = Vec::new();
        while !self.is_at(selector).await {
            assert!(met.len() < STOPS_MAX, "{selector} is not among {met:#?}");
            if back {
                self.back().await;
            } else {
                self.key(TAB).await;
            }
            met.push(self.stop().await);
        }
    }

    async fn walk_and_type(&self, selector: &str, text: &str) {
        self.walk(selector).await;
        self.keys(text).await;
    }

    /// Presses Enter there, as on a link or a button, and waits for the page that follows.
    async fn enter(&self, selector: &str, then: &str) {
        self.walk(selector).await;
        self.key(ENTER).await;
        self.until(then).await;
    }

    /// Through the whole page and back: every stop is seen, none holds the focus, and the way back is the same.
    async fn round(&self) {
        let mut there = Vec::new();
        loop {
            self.key(TAB).await;
            let name = self.stop().await;
            if name.is_empty() {
                break;
            }
            assert!(there.len() < STOPS_MAX, "a trap: {there:#?}");
            there.push(name);
        }
        assert!(
            there.first().is_some_and(|first| first.contains("#main")),
            "the way past the menu is first: {there:?}"
        );
        let mut back = Vec::new();
        for _ in 0..there.len() {
            self.back().await;
            back.push(self.stop().await);
        }
        back.reverse();
        assert_eq!(there, back);
        self.back().await;
    }

    /// Past the menu, into the content.
    async fn skip(&self) {
        self.walk(".skip").await;
        self.key(ENTER).await;
        self.until("document.activeElement.id === 'main'").await;
        self.key(TAB).await;
        let inside = "document.activeElement !== document.body && document.getElementById('main').contains(document.activeElement)";
        assert_eq!(self.value(inside).await, json!(true), "{}", self.stop().await);
    }

    /// Opens the dialogue of a field for files by the space bar, and has it answer with these.
    async fn choose(&self, selector: &str, files: &[std::path::PathBuf]) {
        self.walk(selector).await;
        self.chrome("Page.setInterceptFileChooserDialog", json!({"enabled": true, "cancel": true})).await;
        let listen = format!(
            "document.querySelector({}).addEventListener('cancel', () => {{ window.asked = true }}, {{ once: true }})",
            json!(selector)
        );
        self.run(&listen).await;
        self.key(SPACE).await;
        self.until("window.asked").await;
        self.bring(selector, files).await;
    }
}

/// By a link that works once, then out, and in again by name and password.
async fn log_in(browser: &Browser, vigie: &Vigie) {
    browser.open(&vigie.invite("ana", "operator")).await;
    browser.walk_and_type("[name=password]", PASSWORD).await;
    browser.walk_and_type("[name=again]", PASSWORD).await;
    browser.key(ENTER).await;
    browser.until("location.pathname === '/'").await;
    browser.round().await;
    browser.enter("form[action='/logout'] button", "location.pathname === '/login'").await;
    browser.until("document.activeElement.name === 'name'").await;
    browser.keys("ana").await;
    browser.walk_and_type("[name=password]", PASSWORD).await;
    browser.key(ENTER).await;
    browser.until("location.pathname === '/'").await;
}

/// From the menu to a mailing that only waits to be sent.
async fn prepare(browser: &Browser, desk: &Desk) {
    browser.enter("a[href='/mailings/new']", "location.pathname === '/mailings/new'").await;
    browser.round().await;
    browser.skip().await;
    browser.choose("[name=recipients]", std::slice::from_ref(&desk.list)).await;
    browser.until("location.pathname.endsWith('/recipients') && document.readyState === 'complete'").await;
    browser.round().await;
    browser.skip().await;
    browser.enter("main a.primary", "location.pathname.endsWith('/files')").await;
    browser.choose("[name=files]", &desk.pdfs).await;
    browser.until(&shows("facture-1.pdf")).await;
    browser.round().await;
    browser.enter("main a.primary", "location.pathname.endsWith('/message')").await;
    browser.skip().await;
    browser.walk_and_type("[name=from]", "Compta <compta@exemple.fr>").await;
    browser.walk_and_type("[name=subject]", "Facture de ").await;
    // A column goes where one was writing, though the way to the columns leads through other fields.
    browser.walk_back("[data-vars] button:first-child").await;
    browser.key(ENTER).await;
    browser.until("document.activeElement.name === 'subject'").await;
    assert_eq!(browser.text("document.activeElement.value").await, "Facture de {{ Société }}");
    browser.walk_and_type("[name=text]", "Bonjour,\nvotre facture est jointe.").await;
    browser.walk_back("[data-vars] button:first-child").await;
    browser.key(ENTER).await;
    browser.until("document.activeElement.name === 'text'").await;
    let subject = browser.text("document.querySelector('[name=subject]').value").await;
    assert_eq!(subject, "Facture de {{ Société }}", "what one only passed stays");
    browser.walk_and_type("[name=name]", "Factures de janvier").await;
    // Of a group of choices, the arrows choose.
    browser.walk("[name=on_invalid]").await;
    browser.key(DOWN).await;
    assert_eq!(browser.text("document.querySelector('[name=on_invalid]:checked').value").await, "skip");
    browser.enter("[name=then][value=check]", "location.pathname.endsWith('/check')").await;
    browser.until(&shows("No errors found")).await;
}

async fn test_and_send(browser: &Browser, catcher: &Catcher) {
    browser.round().await;
    browser.skip().await;
    browser.walk_and_type("[name=address]", "ana@exemple.fr").await;
    browser.key(ENTER).await;
    browser.until(&shows("Test sent to ana@exemple.fr")).await;
    assert_eq!(received(catcher), [("ana@exemple.fr".to_owned(), 1)].into());
    browser.enter("[name=when][value=now]", "location.pathname.startsWith('/jobs/')").await;
}

/// Watches to the end from a place in the page, and is still there when the page has renewed itself.
async fn watch(browser: &Browser) {
    let log = "main .log";
    browser.walk(log).await;
    browser.until(&shows(&format!("{LETTERS} / {LETTERS}"))).await;
    browser.until(&shows("Completed")).await;
    browser.until("!document.querySelector('[data-live]')").await;
    browser.until(&format!("document.activeElement.matches({})", json!(log))).await;
    browser.walk_back(".tabs a[href$='/undelivered']").await;
    browser.key(ENTER).await;
    browser.until("location.pathname.endsWith('/undelivered')").await;
}

/// The row of that address: its box, reached by Tab, ticked by the space bar.
async fn tick(browser: &Browser, label: &str) {
    let selector = format!("[name=seq][aria-label*='{label}']");
    browser.walk(&selector).await;
    browser.key(SPACE).await;
    browser.until(&format!("document.querySelector({}).checked", json!(selector))).await;
}

async fn settle_and_retry(browser: &Browser, unknown: &str) {
    browser.round().await;
    browser.skip().await;
    tick(browser, unknown).await;
    browser.walk_back("[name=as][value=sent]").await;
    browser.key(ENTER).await;
    browser.until(&shows("1 item updated")).await;
    browser.until(&format!("!{}", shows(unknown))).await;
    tick(browser, UNKNOWN).await;
    browser.walk_back("[data-choose] button:not([name]):not([data-corrects])").await;
    browser.key(ENTER).await;
    browser.until(&shows("retried.")).await;
    browser.until(&format!("!document.querySelector('[data-live]') && {}", shows(UNKNOWN))).await;
}

async fn keep_traces(browser: &Browser) -> String {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let there = json!({"behavior": "allow", "downloadPath": folder.path()});
    browser.chrome("Browser.setDownloadBehavior", there).await;
    browser.enter(".tabs a[href$='/traces']", "location.pathname.endsWith('/traces')").await;
    browser.walk("main a[download]").await;
    browser.key(ENTER).await;
    until("the table of traces", async || {
        let files = fs::read_dir(folder.path()).expect("a folder").flatten().map(|entry| entry.path());
        let mut tables = files.filter(|path| path.extension().is_some_and(|end| end == "csv"));
        // Its name is taken by an empty file before it is whole.
        tables.next().map(|table| fs::read_to_string(table).expect("text")).filter(|text| !text.is_empty())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secretary_without_a_mouse_sends_the_invoices() {
    let Some(browser) = Browser::start().await else { return };
    let drops = vec![Drop { message: 5, at: DropAt::Taken }];
    let catcher = catcher(Misbehaviour { drops, ..Misbehaviour::default() }).await;
    let (vigie, desk) = (Vigie::start().await, Desk::of(LETTERS));
    vigie.account(&catcher, json!({"per_second": 4})).await;
    browser.size(1280, 800).await;

    log_in(&browser, &vigie).await;
    prepare(&browser, &desk).await;
    test_and_send(&browser, &catcher).await;
    watch(&browser).await;
    let job = browser.text("location.pathname.split('/')[2]").await;
    let items = vigie.get(&format!("/api/v1/jobs/{job}/items?state=unknown")).await;
    let unknown = only(&items);
    settle_and_retry(&browser, &unknown).await;
    let table = keep_traces(&browser).await;
    for n in 1..=LETTERS {
        assert!(table.contains(&address(n)), "{} in {table}", address(n));
    }
    let mut expected: std::collections::BTreeMap<_, _> = (1..=LETTERS).map(|n| (address(n), 1)).collect();
    expected.remove(UNKNOWN);
    expected.insert("ana@exemple.fr".to_owned(), 1);
    assert_eq!(received(&catcher), expected, "each once, and the test");
}

/// The label of the only item of a page of them.
fn only(items: &Value) -> String {
    let rows = items["rows"].as_array().expect("rows");
    assert_eq!(rows.len(), 1, "{items}");
    rows[0]["label"].as_str().expect("a label").to_owned()
}
