//! An administrator's day: an account made and tried, a run that is looked at from every side, somebody invited, a token
//! made and taken back; and all of it in the audit log.

use crate::{
    axe::assert_accessible,
    chromium::Browser,
    desk::{Desk, UNKNOWN, shows},
    pages::PASSWORD,
    server::{Vigie, free_port},
    until,
};
use mail::catcher::{Catcher, CatcherOptions, Misbehaviour};
use serde_json::json;
use std::net::SocketAddr;

const LETTERS: usize = 12;

/// A mail server that asks for a password.
async fn guarded() -> Catcher {
    let options = CatcherOptions {
        login: Some(("compta".to_owned(), "s3cret".to_owned())),
        misbehaviour: Misbehaviour { refuse: [UNKNOWN.to_owned()].into(), ..Misbehaviour::default() },
        ..CatcherOptions::default()
    };
    Catcher::start(SocketAddr::from(([127, 0, 0, 1], 0)), options).await.expect("a port")
}

impl Browser {
    async fn fill(&self, fields: &[(&str, &str)]) {
        for (name, text) in fields {
            self.type_in(&format!("main [name={name}]"), text).await;
        }
    }

    /// As typed into the filters of a list: how many rows are left.
    async fn filtered(&self, vigie: &Vigie, path: &str, fields: &[(&str, &str)]) -> u64 {
        self.open(&vigie.url(path)).await;
        for (name, text) in fields {
            if *name == "errors" {
                self.tap("main .filters [name=errors]").await;
            } else {
                self.type_in(&format!("main .filters [name={name}]"), text).await;
            }
        }
        self.tap("main .filters .actions button").await;
        self.until("location.search !== '' && document.readyState === 'complete'").await;
        self.value("document.querySelectorAll('main tbody tr').length").await.as_u64().expect("a count")
    }

    /// The day so many days from today, as a field for days takes it.
    async fn day(&self, from_today: i32) -> String {
        self.text(&format!("new Date(Date.now() + {from_today} * 864e5).toLocaleDateString('sv')")).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_made_tried_and_mended() {
    let Some(browser) = Browser::start().await else { return };
    let (vigie, catcher) = (Vigie::start().await, guarded().await);
    browser.size(1440, 1000).await;
    browser.come_in(&vigie.invite("root", "admin")).await;
    browser.open(&vigie.url("/accounts/new")).await;
    let port = catcher.address().port().to_string();
    let typed = [("name", "compta"), ("host", "127.0.0.1"), ("port", &port), ("security", "none"), ("user", "compta")];
    browser.fill(&typed).await;
    browser.fill(&[("password", "guessed")]).await;
    browser.tap("[name=test]").await;
    browser.until(&shows("Connection failed")).await;
    browser.until(&shows("535")).await;
    assert_accessible(&browser).await;
    browser.screenshot("account-wrong-password").await;

    browser.fill(&[("password", "s3cret")]).await;
    browser.tap("main form[aria-labelledby=settings] .primary").await;
    browser.until("location.search.includes('saved')").await;
    browser.tap("form[action$='/test'] button").await;
    browser.until(&shows("Connection successful")).await;
    assert!(!browser.text("document.documentElement.outerHTML").await.contains("s3cret"), "a secret is not shown");
    browser.screenshot("account-works").await;

    let nobody = free_port().to_string();
    browser.fill(&[("port", &nobody)]).await;
    browser.tap("main form[aria-labelledby=settings] .primary").await;
    browser.until("location.search.includes('saved')").await;
    browser.tap("form[action$='/test'] button").await;
    browser.until(&shows("Connection failed")).await;
    browser.screenshot("account-nobody-there").await;
    assert_eq!(catcher.tally().messages, 0, "a trial sends nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_found_again_from_every_side() {
    let Some(browser) = Browser::start().await else { return };
    let vigie = Vigie::start().await;
    let catcher = crate::desk::catcher(Misbehaviour::default()).await;
    vigie.account(&catcher, json!({"per_second": 50})).await;
    browser.size(1440, 1000).await;
    browser.come_in(&vigie.invite("root", "admin")).await;
    let job = vigie.mailing(&Desk::of(LETTERS)).await;
    until("the end of the run", async || {
        (vigie.get(&format!("/api/v1/jobs/{job}")).await["state"] == "completed").then_some(())
    })
    .await;

    browser.open(&vigie.url("/")).await;
    let numbers = "[...document.querySelectorAll('.numbers .number')].map((number) => number.textContent)";
    assert_eq!(browser.value(numbers).await, json!(["11", "11", "91.7%", "0", "1"]));
    browser.screenshot("dashboard-after").await;
    let (yesterday, tomorrow) = (browser.day(-1).await, browser.day(1).await);
    let found: [(&[(&str, &str)], u64); 9] = [
        (&[("q", "janvier")], 1),
        (&[("q", "février")], 0),
        (&[("kind", "mail")], 1),
        (&[("state", "completed")], 1),
        (&[("state", "paused")], 0),
        (&[("person", "ana")], 1),
        (&[("person", "nobody")], 0),
        (&[("since", &yesterday), ("until", &tomorrow)], 1),
        (&[("since", &tomorrow)], 0),
    ];
    for (fields, rows) in found {
        assert_eq!(browser.filtered(&vigie, "/jobs", fields).await, rows, "{fields:?}");
    }
    let all = LETTERS as u64;
    let found: [(&[(&str, &str)], u64); 9] = [
        (&[("q", "client7@")], 1),
        (&[("application", "vigie")], all),
        (&[("application", "other")], 0),
        (&[("flow", "send_mail")], all),
        (&[("flow", "other")], 0),
        (&[("errors", "1")], 1),
        (&[("since", &yesterday), ("until", &tomorrow)], all),
        (&[("since", &tomorrow)], 0),
        (&[("errors", "1"), ("q", "client8@")], 0),
    ];
    for (fields, rows) in found {
        assert_eq!(browser.filtered(&vigie, "/traces", fields).await, rows, "{fields:?}");
    }
    for (side, text) in
        [("items", UNKNOWN), ("traces", UNKNOWN), ("log", UNKNOWN), ("timeline", "Completed"), ("undelivered", UNKNOWN)]
    {
        browser.open(&vigie.url(&format!("/jobs/{job}/{side}"))).await;
        browser.until(&shows(text)).await;
    }
    browser.open(&vigie.url("/workers")).await;
    assert_eq!(browser.value("document.querySelectorAll('main tbody tr').length").await, 1);
    browser.screenshot("workers-after").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn people_and_programs_are_let_in_and_out_and_all_of_it_is_written_down() {
    let (Some(browser), Some(other)) = (Browser::start().await, Browser::start().await) else { return };
    let vigie = Vigie::start().await;
    browser.size(1440, 1000).await;
    browser.come_in(&vigie.invite("root", "admin")).await;
    browser.open(&vigie.url("/users")).await;
    browser.fill(&[("name", "bruno")]).await;
    browser.tap("main [name=role][value=viewer]").await;
    browser.tap("main form[action='/users'] .primary").await;
    browser.until(&shows("Password link for bruno")).await;
    let link = browser.text("document.querySelector('.secret').textContent").await;
    other.come_in(&link).await;
    assert_eq!(other.value("document.querySelector(\"a[href='/mailings/new']\")").await, json!(null));
    other.open(&link).await;
    other.until(&shows("This link is no longer valid")).await;

    browser.open(&vigie.url("/users")).await;
    browser.type_in("form[action='/users/bruno/role'] [name=role]", "operator").await;
    browser.tap("form[action='/users/bruno/role'] button").await;
    browser
        .until("document.querySelector(\"form[action='/users/bruno/role'] [name=role]\").value === 'operator'")
        .await;
    assert_accessible(&browser).await;
    browser.screenshot("users-after").await;
    // Who may do more than before says again who it is.
    other.open(&vigie.url("/login")).await;
    other.fill(&[("name", "bruno"), ("password", PASSWORD)]).await;
    other.tap("form .primary").await;
    other.until("document.querySelector(\"a[href='/mailings/new']\")").await;

    browser.open(&vigie.url("/tokens")).await;
    browser.fill(&[("name", "tableur"), ("scope", "read")]).await;
    browser.tap("main form[action='/tokens'] .primary").await;
    browser.until(&shows("Token “tableur” created")).await;
    browser.screenshot("tokens-after").await;
    let token = browser.text("document.querySelector('.secret').textContent").await;
    let asked = async || {
        let request = vigie.client.get(vigie.url("/api/v1/jobs")).bearer_auth(&token);
        request.send().await.expect("it answers").status().as_u16()
    };
    assert_eq!(asked().await, 200);
    browser.open(&vigie.url("/tokens")).await;
    browser.tap("tr:has(form[action='/tokens/tableur/revoke']) summary").await;
    browser.tap("dialog .sure").await;
    browser.until("!document.querySelector(\"form[action='/tokens/tableur/revoke']\")").await;
    assert_eq!(asked().await, 401);

    browser.open(&vigie.url("/audit")).await;
    let rows = "[...document.querySelectorAll('main tbody tr')].map((row) => row.innerText.replace(/\\s+/g, ' '))";
    let rows = browser.value(rows).await;
    let told: Vec<&str> = rows.as_array().expect("rows").iter().filter_map(|row| row.as_str()).collect();
    for deed in [
        "root Added a user bruno",
        "bruno Set a password bruno",
        "bruno Logged in bruno",
        "root Changed a role bruno",
        "root Created an API token tableur",
        "root Revoked an API token tableur",
    ] {
        assert!(told.iter().any(|row| row.ends_with(deed)), "{deed} in {told:#?}");
    }
    assert_accessible(&browser).await;
    browser.screenshot("audit-after").await;
}
