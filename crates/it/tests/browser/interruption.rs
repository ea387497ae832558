//! A mailing is watched, and what can come between comes: the page is loaded anew, the tab closed, the server killed.
//!
//! Whatever happens, the page says so, comes back by itself, and in the end nobody is missing and nobody has two.

use crate::{
    chromium::Browser,
    desk::{Desk, UNKNOWN, address, catcher, received, shows},
    server::Vigie,
};
use mail::catcher::{Catcher, Misbehaviour};
use serde_json::json;
use std::{collections::BTreeMap, time::Duration};

const LETTERS: usize = 60;
const PER_SECOND: u64 = 4;
/// So many are done when something comes between.
const BEFORE: u64 = 8;

/// A run that lasts, and who looks at it.
struct Run {
    vigie: Vigie,
    catcher: Catcher,
    job: String,
}

impl Run {
    async fn watched_by(browser: &Browser) -> Self {
        // Answers that take a while leave letters under way at any moment.
        let misbehaviour = Misbehaviour { delay: Duration::from_millis(40), ..Misbehaviour::default() };
        let (vigie, catcher) = (Vigie::start().await, catcher(misbehaviour).await);
        vigie.account(&catcher, json!({"per_second": PER_SECOND})).await;
        browser.come_in(&vigie.invite("ana", "operator")).await;
        let job = vigie.mailing(&Desk::of(LETTERS)).await;
        browser.open(&vigie.url(&format!("/jobs/{job}"))).await;
        let run = Self { vigie, catcher, job };
        browser.until_processed(BEFORE).await;
        run
    }

    async fn addresses(&self, state: &str) -> Vec<String> {
        let items = self.vigie.get(&format!("/api/v1/jobs/{}/items?state={state}", self.job)).await;
        let rows = items["rows"].as_array().expect("rows").iter();
        rows.map(|row| row["label"].as_str().expect("a label").to_owned()).collect()
    }

    /// Each address once, but for the one that nobody has.
    fn assert_each_has_one(&self) {
        let mut expected: BTreeMap<_, _> = (1..=LETTERS).map(|n| (address(n), 1)).collect();
        expected.remove(UNKNOWN);
        assert_eq!(received(&self.catcher), expected);
    }
}

impl Browser {
    /// How many the page says are done.
    async fn processed(&self) -> u64 {
        let text = self.text("document.querySelector('[data-show=processed]').textContent").await;
        text.parse().unwrap_or_else(|_| panic!("{text} of them"))
    }

    async fn until_processed(&self, count: u64) {
        self.until(&format!("Number(document.querySelector('[data-show=processed]').textContent) >= {count}")).await;
    }

    /// Notes whatever this page says of its connection and of its numbers, however late it is asked for.
    async fn take_notes(&self) {
        let script = "sessionStorage.removeItem('notes');
            const say = (name) => document.querySelector(`[data-show=${name}]`)?.textContent ?? '';
            const note = () => sessionStorage.setItem('notes',
              `${sessionStorage.getItem('notes') ?? ''}${say('live')}=${say('processed')}\\n`);
            new MutationObserver(note).observe(document.getElementById('job'), { subtree: true, childList: true, characterData: true });";
        self.run(script).await;
    }

    async fn notes(&self) -> Vec<(String, u64)> {
        let notes = self.text("sessionStorage.getItem('notes')").await;
        let pairs = notes.lines().filter_map(|line| line.split_once('='));
        pairs.map(|(live, done)| (live.to_owned(), done.parse().unwrap_or_default())).collect()
    }

    /// The run has come to its end, and the page has renewed itself.
    async fn until_over(&self) {
        self.until(&shows(&format!("{LETTERS} / {LETTERS}"))).await;
        self.until(&format!("{} && !document.querySelector('[data-live]')", shows("Completed"))).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_loaded_anew_in_the_middle_of_a_run_goes_on() {
    let Some(browser) = Browser::start().await else { return };
    let run = Run::watched_by(&browser).await;
    let before = browser.processed().await;
    browser.reload().await;
    browser.take_notes().await;
    let at_once = browser.processed().await;
    assert!((before..LETTERS as u64).contains(&at_once), "{at_once} after {before}");
    browser.until_processed(at_once + 4).await;

    // The lid of the laptop is closed, and opened elsewhere: another tab, by way of the list of jobs.
    let before = browser.processed().await;
    let old = browser.driver.window().await.expect("a tab");
    let new = browser.driver.new_tab().await.expect("another");
    assert!(browser.notes().await.iter().any(|(live, done)| live == "Live" && *done > at_once), "it lives");
    browser.driver.switch_to_window(old).await.expect("the first");
    browser.driver.close_window().await.expect("it closes");
    browser.driver.switch_to_window(new).await.expect("the other");
    browser.open(&run.vigie.url("/jobs")).await;
    browser.press(&format!("a[href='/jobs/{}']", run.job)).await;
    browser.until("document.querySelector('[data-show=processed]')").await;
    assert!(browser.processed().await >= before);
    browser.until_over().await;
    assert_eq!(run.addresses("failed").await, [UNKNOWN]);
    run.assert_each_has_one();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_killed_and_comes_back_loses_nobody() {
    let Some(browser) = Browser::start().await else { return };
    let mut run = Run::watched_by(&browser).await;
    browser.take_notes().await;
    run.vigie.kill();
    browser.until(&shows("Connection lost")).await;
    let before = browser.processed().await;
    run.vigie.again().await;
    browser.until_over().await;
    let notes = browser.notes().await;
    let lost = notes.iter().position(|(live, _)| live.starts_with("Connection lost")).expect("it was said");
    let back = notes[lost..].iter().any(|(live, done)| live == "Live" && *done > before);
    assert!(back, "the page came back by itself: {notes:?}");

    // What was under way is not known; the secretary asks those people, and says what she was told.
    let unknown = run.addresses("unknown").await;
    let had = received(&run.catcher);
    for address in &unknown {
        browser.open(&run.vigie.url(&format!("/jobs/{}/undelivered", run.job))).await;
        browser.press(&format!("[name=seq][aria-label='{address}']")).await;
        let word = if had.contains_key(address) { "sent" } else { "not_sent" };
        browser.press(&format!("[name=as][value={word}]")).await;
        browser.until(&shows("1 item updated")).await;
    }
    browser.open(&run.vigie.url(&format!("/jobs/{}", run.job))).await;
    browser.until_over().await;
    assert_eq!(run.addresses("unknown").await, [""; 0]);
    assert_eq!(run.addresses("failed").await, [UNKNOWN]);
    run.assert_each_has_one();
    let succeeded = browser.text("document.querySelector('[data-show=succeeded]').textContent").await;
    assert_eq!(succeeded, (LETTERS - 1).to_string(), "{} were unknown", unknown.len());
}
