//! A secretary's three months: a mailing with two addresses that do not exist, which she corrects and sends again; the
//! next month's list under the same file name; and a list that was sent already. Nobody is missed, nobody is written to
//! twice, and the counts are the same wherever they stand.

use crate::{
    chromium::Browser,
    desk::{received, shows},
    server::Vigie,
    until,
};
use mail::catcher::{Catcher, CatcherOptions, Keep, Misbehaviour};
use serde_json::json;
use std::{cell::Cell, collections::BTreeMap, fmt::Write as _, fs, net::SocketAddr, path::PathBuf};
use thirtyfour::{By, Key};

const RECIPIENTS: usize = 12;
/// Rows whose addresses are wrong in the first month.
const WRONG: [usize; 2] = [4, 9];
/// From the page that says that two were not delivered.
const CLICKS_MAX: u32 = 5;

fn wrong(row: usize) -> String {
    format!("ancien{row}@exemple.fr")
}

fn right(row: usize) -> String {
    format!("client{row}@exemple.fr")
}

/// The list of a month, as the spreadsheet was saved over that of the month before.
fn list(month: &str, rows: usize, is_corrected: bool) -> String {
    let mut text = String::from("Société;E-mail;Période\n");
    for row in 1..=rows {
        let address = if WRONG.contains(&row) && !is_corrected { wrong(row) } else { right(row) };
        writeln!(text, "Société {row};{address};{month}").expect("text");
    }
    text
}

struct Secretary {
    browser: Browser,
    vigie: Vigie,
    catcher: Catcher,
    folder: tempfile::TempDir,
    clicks: Cell<u32>,
}

impl Secretary {
    async fn begins() -> Option<Self> {
        let browser = Browser::speaking("fr").await?;
        let vigie = Vigie::start().await;
        let misbehaviour = Misbehaviour { refuse: WRONG.map(wrong).into(), ..Misbehaviour::default() };
        let options = CatcherOptions { keep: Keep::Envelopes, misbehaviour, ..CatcherOptions::default() };
        let catcher = Catcher::start(SocketAddr::from(([127, 0, 0, 1], 0)), options).await.expect("a port");
        vigie.account(&catcher, json!({})).await;
        browser.size(1440, 1000).await;
        browser.come_in(&vigie.invite("secrétaire", "operator")).await;
        let folder = tempfile::tempdir().expect("a temporary folder");
        Some(Self { browser, vigie, catcher, folder, clicks: Cell::new(0) })
    }

    async fn click(&self, selector: &str) {
        self.clicks.set(self.clicks.get() + 1);
        self.browser.tap(selector).await;
    }

    async fn comes_to(&self, end: &str) {
        self.browser.until(&format!("location.pathname.endsWith('{end}') && document.readyState === 'complete'")).await;
    }

    /// From the button for a new mailing to the check of the list.
    async fn prepares(&self, rows: &str) {
        let (browser, file): (_, PathBuf) = (&self.browser, self.folder.path().join("clients.csv"));
        fs::write(&file, rows).expect("the folder is writable");
        self.click("a[href='/mailings/new']").await;
        self.comes_to("/mailings/new").await;
        browser.bring("[name=recipients]", &[file]).await;
        self.comes_to("/recipients").await;
        self.click("main a.primary").await;
        self.comes_to("/files").await;
        self.click("main a[href$='/message']").await;
        self.comes_to("/message").await;
        browser.type_in("[name=from]", "Compta <compta@exemple.fr>").await;
        browser.type_in("[name=subject]", "Facture de {{ Période }}").await;
        browser.type_in("[name=text]", "Bonjour {{ Société }}").await;
        browser.type_in("[name=attach]", "").await;
        self.click("[name=then][value=check]").await;
        self.comes_to("/check").await;
    }

    /// Sends what was checked, and waits for its end. The job's id.
    async fn sends(&self) -> String {
        self.click("[name=when][value=now]").await;
        self.is_over().await
    }

    async fn is_over(&self) -> String {
        let browser = &self.browser;
        browser.until("location.pathname.startsWith('/jobs/') && document.querySelector('#job')").await;
        browser.until("!document.querySelector('[data-live]') && document.querySelector('main .badge')").await;
        browser.text("location.pathname.split('/')[2]").await
    }

    /// Types over what a field holds.
    async fn corrects(&self, row: usize) {
        let selector = format!("[name='address-{row}']");
        self.click(&selector).await;
        let typed = async || {
            let field = self.browser.driver.find(By::Css(&selector)).await.ok()?;
            field.send_keys(Key::Control + "a").await.ok()?;
            field.send_keys(right(row)).await.ok()
        };
        until("the field", typed).await;
    }

    /// That the job stands so on its page, in the API and on the command line.
    async fn stands(&self, job: &str, badge: &str, succeeded: u64, failed: u64) {
        let browser = &self.browser;
        browser.open(&self.vigie.url(&format!("/jobs/{job}"))).await;
        let shown = browser.text("document.querySelector('main .badge').innerText").await;
        assert_eq!(shown.replace('\u{a0}', " ").trim(), badge);
        for (what, count) in [("succeeded", succeeded), ("failed", failed)] {
            let shown = browser.text(&format!("document.querySelector('[data-show={what}]').textContent")).await;
            assert_eq!(shown.trim(), count.to_string(), "{what} on the page");
        }
        let told: serde_json::Value =
            serde_json::from_str(&self.vigie.run(&["jobs", "show", job, "--json"])).expect("JSON");
        let asked = self.vigie.get(&format!("/api/v1/jobs/{job}")).await;
        for (place, found) in [("command", &told), ("API", &asked)] {
            let counts = (found["succeeded"].as_u64(), found["failed"].as_u64());
            assert_eq!(counts, (Some(succeeded), Some(failed)), "{place}: {found}");
        }
    }

    /// That so many recipients were served today, in the report, by the command and on the dashboard, and by the server.
    async fn served_today(&self, sent: u64, failed: u64) {
        let asked = self.vigie.get("/api/v1/report").await;
        let told: serde_json::Value = serde_json::from_str(&self.vigie.run(&["report", "--json"])).expect("JSON");
        for (place, report) in [("API", &asked), ("command", &told)] {
            let counts = (report["sent"].as_u64(), report["errors"].as_u64());
            assert_eq!(counts, (Some(sent), Some(failed)), "{place}: {report}");
        }
        self.browser.open(&self.vigie.url("/")).await;
        let shown = self.browser.text("document.querySelector('main .number').textContent").await;
        assert_eq!(shown.trim(), sent.to_string(), "on the dashboard");
        assert_eq!(self.catcher.tally().messages, sent, "the server");
    }

    /// Everybody of `months` mailings has one message of each.
    fn got(&self, months: usize, more: &[usize]) {
        let mut wanted: BTreeMap<String, usize> = (1..=RECIPIENTS).map(|row| (right(row), months)).collect();
        wanted.extend(more.iter().map(|row| (right(*row), 1)));
        assert_eq!(received(&self.catcher), wanted);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn three_months_and_nobody_is_missed_or_written_to_twice() {
    let Some(secretary) = Secretary::begins().await else { return };
    let browser = &secretary.browser;

    // November: two addresses do not exist.
    secretary.prepares(&list("2026-11", RECIPIENTS, false)).await;
    let november = secretary.sends().await;
    secretary.stands(&november, "Terminé, 2 non remis", 10, 2).await;
    secretary.served_today(10, 2).await;
    browser.open(&secretary.vigie.url(&format!("/jobs/{november}"))).await;
    secretary.clicks.set(0);
    secretary.click(".tabs a[href$='/undelivered']").await;
    secretary.comes_to("/undelivered").await;
    for row in WRONG {
        secretary.corrects(row).await;
    }
    secretary.click("[data-corrects]").await;
    browser.until(&format!("!{}", shows("ancien"))).await;
    assert!(secretary.clicks.get() <= CLICKS_MAX, "{} clicks", secretary.clicks.get());
    until("both to be sent", async || (secretary.catcher.tally().messages == 12).then_some(())).await;
    assert_eq!(secretary.is_over().await, november, "the same job");
    secretary.stands(&november, "Terminé", 12, 0).await;
    secretary.served_today(12, 0).await;
    secretary.got(1, &[]);

    // December: the same file name, other contents. Nothing is asked, and everybody is sent to.
    secretary.prepares(&list("2026-12", RECIPIENTS, true)).await;
    assert!(browser.value("document.querySelector('#before') === null").await.as_bool().expect("a bool"));
    let december = secretary.sends().await;
    assert_ne!(december, november);
    secretary.stands(&december, "Terminé", 12, 0).await;
    secretary.served_today(24, 0).await;
    secretary.got(2, &[]);

    // January: December's list by mistake, with one recipient more. It completes December's mailing.
    secretary.prepares(&list("2026-12", RECIPIENTS + 1, true)).await;
    secretary.click("[name=relation][value=completes]").await;
    browser.until("document.querySelector('[name=when][value=now]') !== null").await;
    let january = secretary.sends().await;
    secretary.stands(&january, "Terminé", 1, 0).await;
    secretary.served_today(25, 0).await;
    secretary.got(2, &[RECIPIENTS + 1]);

    // And once more: there is nothing to send.
    secretary.prepares(&list("2026-12", RECIPIENTS + 1, true)).await;
    secretary.click("[name=relation][value=completes]").await;
    browser.until("document.querySelector('[name=relation][value=unsaid]') !== null").await;
    let can_send = "document.querySelector('[name=when][value=now]:not([disabled])') !== null";
    assert!(!browser.value(can_send).await.as_bool().expect("a bool"));
    secretary.got(2, &[RECIPIENTS + 1]);
}
