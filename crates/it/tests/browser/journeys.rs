//! Six journeys that people make often, by mouse and keyboard, from *Today* to their end: how many clicks and keys each takes
//! (docs/benchmarks.md has the table).

use crate::{
    chromium::Browser,
    desk::{Desk, UNKNOWN, catcher, shows},
    hands::{Effort, Hands},
    harness::say,
    keyboard::ENTER,
    server::{Vigie, id},
    site::Site,
    until,
};
use mail::catcher::{Catcher, Misbehaviour};
use serde_json::{Value, json};

const LETTERS: usize = 8;
const TAB: char = '\u{e004}';
const LOADED: &str = "document.readyState === 'complete'";

/// What a journey took, and the clicks that it may take.
struct Made {
    journey: &'static str,
    effort: Effort,
    clicks_max: u32,
}

/// Somebody before *Today*, of a house that has sent already.
struct House {
    browser: Browser,
    vigie: Vigie,
    catcher: Catcher,
    desk: Desk,
}

impl House {
    async fn built() -> Option<Self> {
        let browser = Browser::speaking("en").await?;
        let (vigie, catcher) = (Vigie::start().await, catcher(Misbehaviour::default()).await);
        vigie.account(&catcher, json!({"per_second": 50})).await;
        browser.size(1280, 900).await;
        browser.come_in(&vigie.invite("root", "admin")).await;
        Some(Self { browser, vigie, catcher, desk: Desk::of(LETTERS) })
    }

    async fn today(&self) -> Hands<'_> {
        self.browser.open(&self.vigie.url("/")).await;
        Hands::on(&self.browser)
    }

    async fn comes_to(&self, end: &str) {
        self.browser.until(&format!("location.pathname.endsWith('{end}') && {LOADED}")).await;
    }

    /// A list and a file for each of its rows, sent for the first time.
    async fn sends(&self) -> Effort {
        let hands = self.today().await;
        hands.click("a[href='/mailings/new']").await;
        self.comes_to("/mailings/new").await;
        hands.choose("[name=recipients]", std::slice::from_ref(&self.desk.list)).await;
        self.comes_to("/recipients").await;
        hands.click("main a.primary").await;
        self.comes_to("/files").await;
        hands.choose("[name=files]", &self.desk.pdfs).await;
        self.browser.until(&shows("facture-1.pdf")).await;
        hands.click("main a.primary").await;
        self.comes_to("/message").await;
        hands.write("[name=from]", "compta@exemple.fr").await;
        hands.click("[name=subject]").await;
        hands.write("[name=subject]", "Invoice").await;
        hands.key(TAB).await;
        hands.write("[name=text]", "Please find your invoice attached.").await;
        hands.click("[name=then][value=check]").await;
        self.comes_to("/check").await;
        hands.click("[name=when][value=now]").await;
        self.browser.until("location.pathname.startsWith('/jobs/') && document.querySelector('#job')").await;
        until("the end", async || (self.catcher.tally().messages == LETTERS as u64 - 1).then_some(())).await;
        self.browser.until("!document.querySelector('[data-live]')").await;
        hands.effort()
    }

    /// To the address that was wrong.
    async fn sends_again(&self) -> Effort {
        let hands = self.today().await;
        hands.click("#dash-attention a[href$='/undelivered']").await;
        self.comes_to("/undelivered").await;
        self.browser.until(&shows(UNKNOWN)).await;
        hands.click("[name^=address-]").await;
        hands.write_over("[name^=address-]", "client70@exemple.fr").await;
        hands.click("[data-corrects]").await;
        until("it to be sent", async || (self.catcher.tally().messages == LETTERS as u64).then_some(())).await;
        hands.effort()
    }

    /// An hour in which `shop` had most errors, after a day in which `archive` had more.
    async fn an_hour_of_errors(&self) {
        let now = self.browser.value("Date.now()").await.as_u64().expect("a number");
        let line = |n: u64, app: &str, minutes: u64, level: &str| {
            json!({"time": now - minutes * 60_000, "level": level, "app": app, "source": "web1",
                "message": format!("payment {n} of {app} {}", if level == "error" { "refused" } else { "taken" })})
        };
        let errors = [("shop", 30, 12), ("till", 10, 6), ("archive", 300, 90)];
        let mut lines: Vec<Value> = errors
            .iter()
            .flat_map(|(app, count, minutes)| (0..*count).map(|n| line(n, app, *minutes, "error")))
            .collect();
        lines.extend((0..200).map(|n| line(n, "till", 5, "info")));
        self.vigie.lines(&lines).await;
    }

    async fn finds_most_errors(&self) -> Effort {
        self.an_hour_of_errors().await;
        let hands = self.today().await;
        hands.click(".rail .menu a[href='/explore']").await;
        self.comes_to("/explore").await;
        hands.click("main .tabs a[href*='error']").await;
        self.browser.until(&format!("location.search.includes('since=1h') && {LOADED}")).await;
        let top = "[...document.querySelectorAll('.facet a.value')].find((value) => value.href.includes('app%3A'))";
        assert!(self.browser.text(&format!("{top}.textContent")).await.starts_with("shop"), "most errors come first");
        hands.click(".facet a.value[href*='app%3Ashop']").await;
        self.browser.until(&format!("location.search.includes('app%3Ashop') && {LOADED}")).await;
        self.browser.until(&shows("30 lines")).await;
        let all = "[...document.querySelectorAll('[data-lines] .msg')].every((line) => line.textContent.includes('of shop refused'))";
        assert_eq!(self.browser.value(all).await, true);
        hands.effort()
    }

    async fn makes_a_user(&self) -> Effort {
        let hands = self.today().await;
        hands.click(".rail .menu > li > a[href='/users']").await;
        self.comes_to("/users").await;
        hands.click("main form[action='/users'] [name=name]").await;
        hands.write("[name=name]", "bruno").await;
        hands.click("main form[action='/users'] [name=role][value=operator]").await;
        hands.click("main form[action='/users'] .primary").await;
        self.browser.until(&shows("Password link for bruno")).await;
        hands.click("[data-copy=secret]").await;
        self.browser.until(&shows("Copied")).await;
        hands.effort()
    }

    async fn finds_who_made_the_user(&self) -> Effort {
        let hands = self.today().await;
        hands.click(".rail .menu > li > a[href='/users']").await;
        self.comes_to("/users").await;
        hands.click(".rail .submenu a[href='/audit']").await;
        self.comes_to("/audit").await;
        hands.click("main [name=object]").await;
        hands.write("[name=object]", "bruno").await;
        hands.key(ENTER).await;
        self.browser.until(&format!("location.search.includes('object=bruno') && {LOADED}")).await;
        assert_eq!(self.browser.value("document.querySelectorAll('main tbody tr').length").await, 1);
        hands.effort()
    }

    /// What is copied shows a running job in the page of another site.
    async fn embeds(&self) -> Effort {
        let job = id(1);
        self.vigie.job(&job, 4).await;
        self.vigie.post(&format!("/api/v1/jobs/{job}/start"), json!({})).await;
        let hands = self.today().await;
        hands.click(&format!("#dash-running a[href='/jobs/{job}']")).await;
        self.comes_to(&job).await;
        hands.click("main details:has(#embed) summary").await;
        hands.click("[data-copy=embed]").await;
        self.browser.until(&shows("Copied")).await;
        let lines = self.browser.text("document.getElementById('embed').textContent").await;
        let site = Site::beside(&self.vigie).await;
        site.page("/", "en", &lines, "");
        self.browser.open(&site.url("/")).await;
        let percent =
            "document.querySelector('vigie-progress').shadowRoot.querySelector('[part~=percent]').textContent";
        self.browser.until(&format!("{percent}.startsWith('0')")).await;
        self.vigie.advance(&job, json!({"processed": 2})).await;
        self.browser.until(&format!("{percent}.startsWith('50')")).await;
        hands.effort()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn six_journeys_are_short() {
    let Some(house) = House::built().await else { return };
    let made = |journey, clicks_max, effort| Made { journey, effort, clicks_max };
    let journeys = [
        made("send to a list with a file for each, for the first time", 10, house.sends().await),
        made("correct an address and resend", 5, house.sends_again().await),
        made(
            "which application had most errors in the last hour, and what are they",
            3,
            house.finds_most_errors().await,
        ),
        made("add a user and copy their link", 5, house.makes_a_user().await),
        made("find who added that user", 3, house.finds_who_made_the_user().await),
        made("copy the lines that show a job on a website", 3, house.embeds().await),
    ];
    say("| journey | clicks | at most | keys |\n| --- | --- | --- | --- |");
    for Made { journey, effort: Effort { clicks, keys }, clicks_max } in &journeys {
        say(&format!("| {journey} | {clicks} | {clicks_max} | {keys} |"));
    }
    for Made { journey, effort, clicks_max } in journeys {
        assert!(effort.clicks <= clicks_max, "{journey}: {effort:?}");
    }
}
